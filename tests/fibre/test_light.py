"""Light against GNPy, closed forms and published cases."""

from __future__ import annotations

import dataclasses
import math
import sys

import pytest

from daliz.corridor import Corridor, MissingExtraError
from daliz.fibre import gnpy_light
from daliz.fibre.designs import designs, light, light_along
from daliz.fibre.errors import FibreError
from daliz.fibre.light import (
    C_BAND,
    PURE_SILICA,
    STANDARD,
    Band,
    Glass,
    Raman,
    Span,
    _nli_efficiency,
    best_launch,
    db,
    even_spans,
    joined,
    linear,
    propagate,
    section,
)

LINES = {
    "one standard span": (even_spans(80, 1, STANDARD, 5.5), 3.0),
    "2,000 km on land": (even_spans(2000, 25, STANDARD, 5.5), 3.0),
    "380 km in 5 spans": (even_spans(380, 5, PURE_SILICA, 5.0), 2.0),
    "380 km in 3 spans": (even_spans(380, 3, PURE_SILICA, 5.0), 5.0),
    "380 km in one span": (even_spans(380, 1, PURE_SILICA, 5.0), 17.0),
}


def test_gnpys_own_example_gives_its_published_figures() -> None:
    pytest.importorskip("gnpy")
    found = gnpy_light.own_example()
    assert round(found.gsnr_01nm_db, 2) == 31.17
    assert round(found.osnr_db, 2) == 33.29
    assert round(found.gsnr_db, 2) == 27.09


@pytest.mark.parametrize("name", LINES)
def test_the_closed_form_agrees_with_gnpy(name: str) -> None:
    pytest.importorskip("gnpy")
    spans, launch = LINES[name]
    own, theirs = propagate(spans, launch), gnpy_light.propagate(spans, launch)
    assert own.gsnr_db == pytest.approx(theirs.gsnr_db, abs=0.1)
    assert own.osnr_db == pytest.approx(theirs.osnr_db, abs=0.1)
    assert own.capacity_tbps == pytest.approx(theirs.capacity_tbps, rel=0.01)


def test_interference_agrees_with_poggiolinis_formula_for_a_full_band() -> None:
    # JLT 32(4) 2014: one asinh for all channels together, at the middle channel; 33.85 dB by hand.
    power = 1e-3 * float(linear(2.0)) * float(linear(-0.25))
    middle = _nli_efficiency(80.0, STANDARD, C_BAND)[C_BAND.channels // 2]
    assert float(db(1 / (middle * power**2))) == pytest.approx(33.85, abs=0.15)


def test_noise_follows_the_58_rule() -> None:
    # OSNR = 58 + P - loss - NF - 10 log n, without interference at low power.
    spans = even_spans(800, 10, STANDARD, 5.5)
    quiet = dataclasses.replace(C_BAND, transceiver_db=100.0)
    rule = 58 - 20.0 - spans[0].loss_db - 5.5 - 10
    assert propagate(spans, -20.0, quiet).osnr_db == pytest.approx(rule, abs=0.15)


def test_one_db_more_launch_costs_two_db_of_interference() -> None:
    one, two = (_nli_efficiency(80.0, STANDARD, C_BAND)[10] * (1e-3 * float(linear(p))) ** 2 for p in (0.0, 1.0))
    assert float(db(two / one)) == pytest.approx(2.0, abs=1e-6)


def test_published_cases_of_the_seabed_and_of_land() -> None:
    assert best_launch(even_spans(380, 5, PURE_SILICA, 5.0)).gsnr_db == pytest.approx(24.5, abs=0.15)
    assert propagate(even_spans(380, 1, PURE_SILICA, 5.0), 17.0).gsnr_db == pytest.approx(-0.3, abs=0.15)
    assert section(4000.0).gsnr_db == pytest.approx(10.4, abs=0.1)
    assert section(10000.0).gsnr_db == pytest.approx(6.1, abs=0.1)


def test_raman_and_remote_amplifier_are_near_gnpys_raman_solver() -> None:
    # GNPy 3.0.1 with 1.25 W from the far end, 12 channels, +14 dBm: 24.2 dB on-off gain, OSNR 15.00, GSNR 14.26 dB in 0.1 nm.
    band = Band(channels=12, first_thz=193.05)
    span = Span(380.0, PURE_SILICA, 5.0, raman=Raman())
    found = propagate((span,), 14.0, band)
    assert found.osnr_db == pytest.approx(15.0, abs=1.0)
    assert found.gsnr_01nm_db == pytest.approx(14.26, abs=1.0)


def test_sections_add_up_like_one_line() -> None:
    half, whole = section(2000.0), section(4000.0)
    assert joined([half, half]).gsnr_db == pytest.approx(whole.gsnr_db, abs=0.12)
    assert joined([half, half]).osnr_db == pytest.approx(whole.osnr_db, abs=0.12)
    assert joined([half]).gsnr_db == pytest.approx(half.gsnr_db, abs=0.05)


def test_both_hypotheses_are_worked_out_and_the_plain_span_is_infeasible() -> None:
    report = designs(380.0)
    plain = next(one for one in report.designs if one.name.startswith("booster"))
    assert not plain.feasible
    assert "GSNR are left" in plain.why
    repeatered, single = report.best("repeatered"), report.best("unrepeatered")
    assert repeatered and single
    assert repeatered.pairs == math.ceil(400 / repeatered.tbps_per_pair)
    assert repeatered.pairs < single.pairs
    # Records of unrepeatered lines: 10 to 15 Tbit/s over about 400 km; no design of ours may leave them far behind.
    assert all(one.tbps_per_pair < 25 for one in report.designs if one.hypothesis == "unrepeatered")
    assert "pairs" in report.decides


def test_more_margin_never_needs_fewer_pairs() -> None:
    pairs = [designs(380.0, margin_db=margin).best("repeatered").pairs for margin in (0.0, 1.5, 3.0, 6.0)]  # type: ignore[union-attr]
    assert pairs == sorted(pairs)


def test_a_cable_of_the_tables_is_designed_to_its_published_capacity(embedded: Corridor) -> None:
    rows = embedded["cables"].filter(embedded["cables"]["capacity_tbps"].is_not_null() & embedded["cables"]["length_km"].is_not_null())
    name = rows["id"][0]
    report = light(embedded, name)
    assert report.target_tbps == rows["capacity_tbps"][0]
    assert {figure.name.split(":")[0] for figure in report.figures()} >= {"gsnr_db", "pair_tbps"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: even_spans(0.0, 1, STANDARD, 5.0), "more than 0"),
        (lambda: even_spans(-5.0, 1, STANDARD, 5.0), "more than 0"),
        (lambda: even_spans(math.nan, 1, STANDARD, 5.0), "more than 0"),
        (lambda: even_spans(80.0, 0, STANDARD, 5.0), "at least 1"),
        (lambda: propagate((), 0.0), "at least 1"),
        (lambda: propagate((Span(80.0, Glass("none", 0.0, 17.0, 80.0), 5.0),), 0.0), "more than 0"),
        (lambda: joined([]), "at least 1"),
        (lambda: section(100.0, 0.0), "more than 0"),
        (lambda: designs(-1.0), "length of -1"),
        (lambda: designs(380.0, 0.0), "target of 0"),
        (lambda: designs(380.0, margin_db=-1.0), "0 or more"),
    ],
)
def test_lines_that_cannot_be_are_answered(call: object, says: str) -> None:
    with pytest.raises(FibreError, match=says):
        call()  # type: ignore[operator]


def test_without_gnpy_the_install_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gnpy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'daliz\[fibre\]'"):
        gnpy_light.propagate(*LINES["one standard span"])


def test_an_unknown_cable_is_answered_with_the_nearest(embedded: Corridor) -> None:
    name = embedded["cables"]["id"][0]
    with pytest.raises(FibreError, match=f"nearest: {name}"):
        light(embedded, f"{name}x")


def test_light_along_a_way_is_the_inverse_sum_of_its_sections(embedded: Corridor) -> None:
    found = light_along(embedded, "Frankfurt", "Khorgos", route_factor=1.3)
    inverse = sum(1 / float(linear(section(km).line_gsnr_db)) for _, km, _ in found.sections)
    assert found.whole.line_gsnr_db == pytest.approx(float(db(1 / inverse)), abs=1e-9)
    assert found.whole.gsnr_db < min(gsnr for _, _, gsnr in found.sections)
    kilometres = sum(km for _, km, _ in found.sections)
    assert found.whole.gsnr_db == pytest.approx(section(kilometres).gsnr_db, abs=0.3)
