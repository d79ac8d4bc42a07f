"""Scenarios: what they do to a corridor, and what is said of those that cannot be."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from daliz.assess.scenario import Cells, Scenario, apply, find_scenario, read_scenarios, ready_scenarios
from daliz.corridor import Corridor, DalizError


def test_every_ready_scenario_changes_the_embedded_corridor(embedded: Corridor) -> None:
    ready = ready_scenarios(embedded)
    assert len(ready) >= 6
    for scenario in ready.values():
        assert scenario.title
        assert scenario.why
        changed = apply(embedded, scenario)
        assert changed.history
        assert changed.fingerprint != embedded.fingerprint


def test_a_scenario_does_what_it_says(tiny: Corridor) -> None:
    cells = (Cells("hazards", "wind_*", "share_closed", "0.5"),)
    changed = apply(tiny, Scenario("all", close_links=("r2b",), projects=("second_track",), demand_factor=1.5, cells=cells))
    assert changed["demands"]["teu_year"].to_list() == [15000.0]
    assert changed["hazards"]["share_closed"].unique().to_list() == [0.5]
    assert changed["links"].filter(pl.col("id") == "r2")["tracks"].to_list() == [2]
    assert tiny["demands"]["teu_year"].to_list() == [10000.0]


def test_the_sea_takes_payload_by_the_metre(tiny: Corridor) -> None:
    sea = {"id": "sea", "kind": "sea_level", "links": "s1", "status": "process", "source": "made_up", "certainty": "assumed"}
    falling = {**sea, "fall_m_year": 0.1, "share_per_m": 0.15, "from_year": 2025, "share_closed": 0}
    with_sea = tiny.replace("hazards", [falling])
    changed = apply(with_sea, Scenario("dry", sea_level_year=2035))
    assert changed["hazards"]["share_closed"].to_list() == pytest.approx([0.15])
    # 10 cm a year, 15 % of the payload a metre: a hundredth of it is left after 66 years.
    for year in (2020, 2092, 3000):
        with pytest.raises(DalizError, match="expected 2025 to 2091"):
            apply(with_sea, Scenario("dry", sea_level_year=year))
    shallow = {**sea, "id": "shallow", "kind": "draught", "share_closed": 0.3}
    with pytest.raises(DalizError, match="expected 2025 to 2071"):
        apply(tiny.replace("hazards", [falling, shallow]), Scenario("dry", sea_level_year=2080))
    with pytest.raises(DalizError, match="a sea level cannot be set"):
        apply(tiny, Scenario("dry", sea_level_year=2035))


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Scenario("x", close_countries=("MUD",)), "no country 'MUD'.*MID"),
        (Scenario("x", projects=("second_trak",)), "nearest: second_track"),
        (Scenario("x", cells=(Cells("hazards", "storm_*", "share_closed", "0.5"),)), "no row of hazards fits 'storm_\\*'"),
        (Scenario("x", cells=(Cells("hazards", "wind_1", "shareclosed", "0.5"),)), "has no column 'shareclosed'; nearest: share_closed"),
        (Scenario("x", cells=(Cells("hazards", "wind_1", "share_closed", "5"),)), "expected at most 1"),
        (Scenario("x", cells=(Cells("stops", "*", "dwell_h", "5"),)), "rows of stops have no id"),
        (
            Scenario("x", cells=(Cells("hazards", "wind_*", "share_closed", "0.5"), Cells("hazards", "wind_1", "share_closed", "0.2"))),
            r"contradict each other: hazards.wind_1.share_closed = 0.5 and 0.2",
        ),
        (Scenario("x", close_countries=("XXX",)), "high seas"),
        (Scenario("x", close_countries=("EST", "MID", "WST")), "closes every service"),
    ],
)
def test_a_scenario_that_cannot_be_is_answered(tiny: Corridor, scenario: Scenario, said: str) -> None:
    with pytest.raises(DalizError, match=said):
        apply(tiny, scenario)


def test_contradictions_within_a_scenario_are_answered() -> None:
    with pytest.raises(DalizError, match="cannot be both put in place and taken away"):
        Scenario("x", projects=("a",), without=("a",))
    with pytest.raises(DalizError, match="demand -1 must be between"):
        Scenario("x", demand_factor=-1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a", "not readable as TOML"),
        ("", "expected at least one scenario"),
        ("[a]\nclose_country = ['RUS']", "unknown field 'close_country'; nearest: close_countries"),
        ("[a]\nclose_countries = 'RUS'", "expected a list of names"),
        ("[a]\ndemand_factor = 'twice'", "expected a number"),
        ("[a]\ncells = [{ table = 'links' }]", "expected table, row, column and value"),
    ],
)
def test_a_scenario_file_that_cannot_be_read_is_answered(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DalizError, match=said):
        read_scenarios(path)


def test_an_unknown_ready_scenario_is_answered_with_the_nearest(embedded: Corridor, tiny: Corridor) -> None:
    with pytest.raises(DalizError, match="nearest: russia_closed"):
        find_scenario(embedded, "russia_close")
    with pytest.raises(DalizError, match=r"this corridor has no scenarios.toml"):
        find_scenario(tiny, "russia_closed")
