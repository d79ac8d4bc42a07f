"""The dossier: figures lead to rows, rows to sources, and observations stand beside the model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daliz.corridor import Corridor, DalizError
from daliz.corridor.figures import Figure, certainty_of
from daliz.corridor.rows import find_row
from daliz.report.build import Dossier, build
from daliz.report.render import html, summary, write_whole
from daliz.report.sections import glance, published, sources


@pytest.fixture(scope="module")
def dossier(embedded: Corridor) -> Dossier:
    return build(embedded, ("KAZ", "AZE"))


def figure(name: str, value: float, low: float | None = None, high: float | None = None) -> Figure:
    return Figure(name, name, value, "km", low, high)


def test_every_figure_leads_to_rows_and_every_row_to_a_source(dossier: Dossier) -> None:
    pages = set(dossier.corridor["sources"]["id"])
    assert dossier.figures
    for found in dossier.figures:
        assert found.rows or found.value == 0, found.name
        for name in found.rows:
            row = find_row(dossier.corridor, name)
            assert (row["source"] if "source" in row else row["id"]) in pages
        assert found.certainty in ("sourced", "known", "assumed")


def test_figure_names_are_unique_and_intervals_hold_their_value(dossier: Dossier) -> None:
    names = [found.name for found in dossier.figures]
    assert len(names) == len(set(names))
    for found in dossier.figures:
        assert (found.low is None) == (found.high is None), found.name
        if found.low is not None and found.high is not None:
            assert found.low <= found.value <= found.high, found.name


def test_no_section_of_the_embedded_corridor_failed(dossier: Dossier) -> None:
    failed = [section.title for section in dossier.sections if section.lead.startswith("This corridor's tables do not hold")]
    assert failed == []


def test_ten_figures_at_a_glance(dossier: Dossier) -> None:
    assert dossier.sections[0].id == "glance"
    assert len(dossier.sections[0].figures) == 10
    assert len(summary(dossier)) == 10


def test_json_holds_the_same_figures_as_the_page(dossier: Dossier) -> None:
    plain = json.loads(json.dumps(dossier.as_dict()))
    in_json = {found["name"]: found["value"] for section in plain["sections"] for found in section["figures"]}
    page = html(dossier, "2026-01-01")
    assert in_json == {found.name: found.value for found in dossier.figures}
    for found in dossier.figures:
        assert found.label.replace("&", "&amp;").replace("'", "&#39;") in page, found.name


def test_the_same_corridor_gives_the_same_page(embedded: Corridor, dossier: Dossier) -> None:
    assert html(build(embedded, ("KAZ", "AZE")), "2026-01-01") == html(dossier, "2026-01-01")


def test_an_observation_stands_beside_the_figure_it_names(tiny: Corridor) -> None:
    rows = published.compared(tiny, [figure("length_km:east_port-west_town", 1290)])
    assert [(row["observation"], row["published"], row["model"], row["difference"], row["verdict"]) for row in rows] == [
        ("o1", 1290.0, 1290, 0.0, "meets")
    ]


@pytest.mark.parametrize(
    ("model", "low", "high", "difference", "verdict"),
    [
        (1419.0, None, None, 0.1, "misses"),
        (1419.0, 1200.0, 1500.0, 0.1, "meets"),
        (1161.0, 1100.0, 1200.0, -0.1, "misses"),
        (1300.0, None, None, 10 / 1290, "close"),
    ],
)
def test_a_miss_is_told_with_its_size(tiny: Corridor, model, low, high, difference, verdict) -> None:
    (row,) = published.compared(tiny, [figure("length_km:east_port-west_town", model, low, high)])
    assert row["difference"] == pytest.approx(difference)
    assert row["verdict"] == verdict


def test_the_glance_takes_the_first_figure_of_each_measure() -> None:
    chosen = glance.headline_figures([figure("cable_km:a-b", 1), figure("length_km:a-b", 2), figure("length_km:c-d", 3)])
    assert [found.value for found in chosen] == [2, 1]


def test_rows_by_certainty_add_up(embedded: Corridor) -> None:
    for row in sources.certainty_by_table(embedded):
        assert row["sourced"] + row["known"] + row["assumed"] == row["rows"]


def test_one_assumed_input_makes_a_figure_assumed(tiny: Corridor) -> None:
    assert certainty_of(tiny, ["links/r1", "links/r2"]) == "assumed"
    with pytest.raises(DalizError, match="no row 'links/r11'; nearest: r1"):
        certainty_of(tiny, ["links/r11"])


@pytest.mark.parametrize(("pair", "said"), [(("KAZ", "AZR"), "no country 'AZR'.*nearest"), (("KAZ", "kaz"), "named twice")])
def test_a_wrong_pair_is_answered(embedded: Corridor, pair, said: str) -> None:
    with pytest.raises(DalizError, match=said):
        build(embedded, pair)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "page.html", "x")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["page.html"]
    with pytest.raises(DalizError, match="cannot be written"):
        write_whole(tmp_path / "new" / "page.html" / "below", "x")
