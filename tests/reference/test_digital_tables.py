"""The digital tables of the embedded corridor: sections that join up, cuts that can be replayed, claims that physics can judge."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import polars as pl
import pytest

from daliz.corridor import Corridor

EARTH_KM = 6371.0
LIGHT_IN_FIBRE_KM_MS = 299.792458 / 1.468

Point = tuple[float, float]


def great_circle_km(start: Point, end: Point) -> float:
    """Haversine distance between two points given as longitude and latitude in degrees."""
    (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, point)) for point in (start, end))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(chord))


@pytest.fixture(scope="module")
def points(embedded: Corridor) -> dict[str, Point]:
    return {name: (lon, lat) for name, lon, lat in embedded["places"].select("id", "lon", "lat").iter_rows()}


def drawn_km(row: dict[str, object], points: dict[str, Point]) -> float:
    """Length of a section's drawn line."""
    between = [tuple(map(float, text.split())) for text in row["waypoints"] or []]
    line = [points[row["from_place"]], *between, points[row["to_place"]]]
    return sum(great_circle_km(a, b) for a, b in pairwise(line))


def reached(cables: pl.DataFrame, start: str, cut: Iterable[str] = (), avoiding: Iterable[str] = ()) -> set[str]:
    """Places that fibre reaches from one of them, without the sections that are cut and the places that are avoided."""
    shut = set(avoiding)
    neighbours: dict[str, set[str]] = {}
    for name, one, other in cables.select("id", "from_place", "to_place").iter_rows():
        if name not in set(cut) and not {one, other} & shut:
            neighbours.setdefault(one, set()).add(other)
            neighbours.setdefault(other, set()).add(one)
    found, waiting = {start}, [start]
    while waiting:
        new = neighbours.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def test_sections_end_at_places_of_two_names(embedded: Corridor) -> None:
    places = set(embedded["places"]["id"])
    for row in embedded["cables"].iter_rows(named=True):
        assert {row["from_place"], row["to_place"]} <= places
        assert row["from_place"] != row["to_place"]


def test_every_landing_and_point_of_presence_has_fibre(embedded: Corridor) -> None:
    digital = embedded["places"].filter(pl.col("kind").is_in(["landing_station", "point_of_presence"]))["id"]
    joined = set(embedded["cables"]["from_place"]) | set(embedded["cables"]["to_place"])
    assert set(digital) <= joined


def test_open_fibre_is_one_network(embedded: Corridor) -> None:
    cables = embedded.open("cables")
    assert reached(cables, "frankfurt") == set(cables["from_place"]) | set(cables["to_place"])
    assert {"khorgos_pop", "hong_kong", "almaty_pop", "sumgait", "aktau_cls", "tokyo", "stockholm"} <= reached(cables, "frankfurt")


def test_the_caspian_line_waits_for_its_project(embedded: Corridor) -> None:
    def across(corridor: Corridor) -> bool:
        ends = (pl.col("from_place") == "aktau_cls") & (pl.col("to_place") == "sumgait")
        return corridor.open("cables").filter(ends).height == 1

    assert not across(embedded)
    assert across(embedded.with_projects("focl"))
    earlier = embedded["cables"].filter(pl.col("status") == "alternative")
    assert sorted(earlier.select("id", "length_km").iter_rows()) == [("tcfo_kuryk", 330.0), ("tcfo_siyazan", 340.0)]


def test_the_caspian_line_leads_past_russia_and_iran(embedded: Corridor) -> None:
    around = embedded["places"].filter(pl.col("country").is_in(["RUS", "IRN", "CHN"]))["id"].to_list()
    assert "frankfurt" not in reached(embedded.open("cables"), "almaty_pop", avoiding=around)
    assert "frankfurt" in reached(embedded.with_projects("focl").open("cables"), "almaty_pop", avoiding=around)


def test_published_lengths_are_possible(embedded: Corridor, points: dict[str, Point]) -> None:
    for row in embedded["cables"].filter(pl.col("length_km").is_not_null()).iter_rows(named=True):
        assert row["length_km"] >= great_circle_km(points[row["from_place"]], points[row["to_place"]]), row["id"]


def test_drawn_lines_have_no_slips(embedded: Corridor, points: dict[str, Point]) -> None:
    for row in embedded["cables"].iter_rows(named=True):
        straight = great_circle_km(points[row["from_place"]], points[row["to_place"]])
        assert straight <= drawn_km(row, points) + 0.01 <= 2.3 * straight, row["id"]


def test_cuts_name_sections_of_the_systems_that_failed(embedded: Corridor) -> None:
    systems = dict(embedded["cables"].select("id", "system").iter_rows())
    cuts = embedded["hazards"].filter(pl.col("kind") == "cable_cut")
    failed = {row["id"]: {systems[name] for name in row["cables"]} for row in cuts.iter_rows(named=True)}
    assert failed["cut_redsea_2024"] == {"AAE-1", "Europe India Gateway", "SEACOM / TGN-Eurasia"}
    assert failed["cut_redsea_2025"] == {"SEA-ME-WE 4", "IMEWE", "FALCON", "Europe India Gateway"}
    assert cuts["start"].null_count() == 0
    georgia = cuts.filter(pl.col("id") == "cut_georgia_2011").row(0, named=True)
    assert (georgia["start"], georgia["end"], georgia["closed_h"]) == ("2011-03-28", "2011-03-28", 7.5)


def test_the_cut_of_2011_left_only_russia(embedded: Corridor) -> None:
    cables = embedded.open("cables")
    existed = cables.filter(pl.col("in_service").is_null() | (pl.col("in_service").str.slice(0, 4).cast(pl.Int64) <= 2011))
    cut = embedded["hazards"].filter(pl.col("id") == "cut_georgia_2011")["cables"][0].to_list()
    elsewhere = embedded["places"].filter(pl.col("country").is_in(["RUS", "IRN"]))["id"].to_list()
    for place in ("yerevan", "tbilisi_pop"):
        assert "frankfurt" in reached(existed, place, avoiding=elsewhere)
        assert "frankfurt" not in reached(existed, place, cut, avoiding=elsewhere)
        assert "frankfurt" in reached(existed, place, cut)


def test_claims_below_physics_are_the_two_known_ones(embedded: Corridor, points: dict[str, Point]) -> None:
    claims = embedded["observations"].filter((pl.col("category") == "latency") & pl.col("model").is_not_null())
    below = []
    for row in claims.iter_rows(named=True):
        start, end = row["model"].removeprefix("latency_ms:").split("-")
        if row["value"] < 2 * great_circle_km(points[start], points[end]) / LIGHT_IN_FIBRE_KM_MS:
            below.append(row["id"])
    assert sorted(below) == ["dig_ms_alm_lon", "dig_super_ms"]


def test_figures_that_observations_name_are_between_places(embedded: Corridor, points: dict[str, Point]) -> None:
    for name in embedded["observations"]["model"].drop_nulls():
        measure, _, subject = name.partition(":")
        if measure in ("latency_ms", "cable_km", "fibre_km"):
            assert set(subject.split("-")) <= set(points), name


def test_what_is_not_public_is_empty(embedded: Corridor) -> None:
    line = embedded["cables"].filter(pl.col("id") == "tcfo").row(0, named=True)
    assert line["fibre_pairs"] is None
    assert line["repeatered"] == "unknown"
    assert (line["length_low_km"], line["length_high_km"], line["capacity_tbps"]) == (370.0, 380.0, 400.0)


def test_a_town_has_one_place_with_fibre(embedded: Corridor) -> None:
    # "Aktau" is a port too; among landings and points of presence the town's name must be enough.
    digital = embedded["places"].filter(pl.col("kind").is_in(["landing_station", "point_of_presence"]))
    suffixes = (" cable landing", " point of presence", " fibre crossing")
    towns = [name.removesuffix(next((end for end in suffixes if name.endswith(end)), "")) for name in digital["name"]]
    assert len(towns) == len(set(towns))
    assert {"Aktau", "Sumgait", "Khorgos", "Frankfurt", "Hong Kong", "Almaty", "Tbilisi"} <= set(towns)
