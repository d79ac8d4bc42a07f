"""The embedded corridor's network against what was published, and against itself."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from daliz.corridor import load
from daliz.corridor.check import check
from daliz.corridor.geometry import great_circle, link_lines
from daliz.corridor.model import Corridor
from daliz.corridor.places import find_place
from daliz.corridor.read import as_text

XIAN_ABSHERON = ("xian_aktau", "feeder_aktau_alat", "alat_absheron")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


def rows(frame: pl.DataFrame, key: str = "id") -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


@lru_cache(maxsize=1)
def stops(corridor: Corridor) -> dict[str, list[dict[str, Any]]]:
    by_service: dict[str, list[dict[str, Any]]] = {}
    for row in corridor["stops"].sort("service", "seq").iter_rows(named=True):
        by_service.setdefault(row["service"], []).append(row)
    return by_service


def stops_of(corridor: Corridor, service: str) -> list[dict[str, Any]]:
    return stops(corridor)[service]


def length_km(corridor: Corridor, services: tuple[str, ...], start: str | None = None) -> float:
    lengths = dict(corridor["links"].select("id", "length_km").iter_rows())
    way = [stop for service in services for stop in stops_of(corridor, service)]
    first = next(number for number, stop in enumerate(way) if start in (None, stop["place"]))
    return sum(lengths[stop["link"]] for stop in way[first + 1 :] if stop["link"])


def moving_h(corridor: Corridor, service: str) -> float:
    links = rows(corridor["links"])
    fleet = rows(corridor["fleets"]).get(rows(corridor["services"])[service]["fleet"])
    if fleet:
        return float(fleet["crossing_h"])
    return sum(
        stop["run_h"] or links[stop["link"]]["length_km"] / links[stop["link"]]["speed_kmh"] for stop in stops_of(corridor, service)[1:]
    )


def standing_h(corridor: Corridor, column: str) -> float:
    """Hours at the terminals between leaving Xi'an and being cleared at Absheron, without waiting."""
    terminals = rows(corridor.open("terminals"))
    passed = ["altynkol_gauge", "altynkol_customs", "altynkol_handover", "aktau_yard", "aktau_crane", "alat_crane", "alat_yard"]
    return sum(terminals[name][column] for name in [*passed, "alat_formation", "absheron_customs"])


def test_xian_to_absheron_is_about_seven_thousand_kilometres(corridor: Corridor) -> None:
    assert length_km(corridor, XIAN_ABSHERON) == pytest.approx(7000, rel=0.02)


def test_altynkol_to_aktau_is_the_length_that_the_railway_states(corridor: Corridor) -> None:
    assert length_km(corridor, ("xian_aktau",), start="altynkol") == pytest.approx(3128, rel=0.005)


def test_the_way_through_kazakhstan_can_be_run_in_the_three_days_of_the_record(corridor: Corridor) -> None:
    assert moving_h(corridor, "altynkol_aktau") == pytest.approx(72, rel=0.03)


def test_moving_time_from_xian_to_absheron_is_the_sum_worked_out_by_hand(corridor: Corridor) -> None:
    assert sum(moving_h(corridor, service) for service in XIAN_ABSHERON) == pytest.approx(165, abs=3)


def test_days_without_waiting_hold_the_record_and_reach_into_what_carriers_see(corridor: Corridor) -> None:
    moving = sum(moving_h(corridor, service) for service in XIAN_ABSHERON)
    shortest, usual, longest = ((moving + standing_h(corridor, column)) / 24 for column in ("service_min_h", "service_h", "service_max_h"))
    assert shortest < 11 < longest
    assert usual == pytest.approx(11, abs=0.5)
    assert longest > 15
    assert 0.34 <= 1 - moving / (24 * usual) <= 0.40


def test_published_lengths_agree_with_the_links(corridor: Corridor) -> None:
    published = rows(corridor["observations"])
    routes = {
        "kz_chk2": ("dostyk", "moyynty", "xian_aktau_dostyk", 0.01),
        "kz_chk3": ("dostyk", "aktau_port", "xian_aktau_dostyk", 0.02),
        "az_chk": ("alat_port", "boyuk_kesik", "alat_poti", 0.01),
        "no_chk": ("altynkol", "brest", "north_altynkol", 0.02),
        "oc_chk1": ("shanghai", "rotterdam", "ocean_suez", 0.01),
        "oc_chk2": ("shanghai", "rotterdam", "ocean_cape", 0.02),
    }
    lengths = dict(corridor["links"].select("id", "length_km").iter_rows())
    for name, (start, end, service, tolerance) in routes.items():
        places = [stop["place"] for stop in stops_of(corridor, service)]
        between = stops_of(corridor, service)[places.index(start) + 1 : places.index(end) + 1]
        assert sum(lengths[stop["link"]] for stop in between) == pytest.approx(published[name]["value"], rel=tolerance), name


def test_the_embedded_corridor_has_no_problem(corridor: Corridor) -> None:
    assert check(corridor.tables) == []


def test_every_open_service_runs_over_open_links_from_loading_to_unloading(corridor: Corridor) -> None:
    links = rows(corridor.open("links"))
    for service in corridor.open("services")["id"]:
        way = stops_of(corridor, service)
        assert way[0]["call"] == "load" and way[-1]["call"] == "unload", service
        assert way[0]["link"] is None
        for before, after in pairwise(way):
            link = links[after["link"]]
            assert {link["from_place"], link["to_place"]} == {before["place"], after["place"]}, service


def test_every_service_has_its_return(corridor: Corridor) -> None:
    ways = {service: [stop["place"] for stop in stops_of(corridor, service)] for service in corridor["services"]["id"]}
    turned = {tuple(way[::-1]) for way in ways.values()}
    assert [service for service, way in ways.items() if tuple(way) not in turned] == []


def test_a_fleet_works_one_way_and_back(corridor: Corridor) -> None:
    for fleet in corridor.open("fleets")["id"]:
        places = [stops_of(corridor, service)[0]["place"] for service in corridor.open("services").filter(pl.col("fleet") == fleet)["id"]]
        assert len(places) == 2 and len(set(places)) == 2, fleet


def broken_routes(corridor: Corridor) -> Iterator[str]:
    services = rows(corridor.open("services"))
    needs = rows(corridor["commodities"])
    for demand in corridor["demands"].iter_rows(named=True):
        at = demand["origin"]
        for service in demand["route"]:
            calls = {stop["place"]: stop for stop in stops_of(corridor, service)}
            if service not in services:
                yield f"{demand['id']}: {service} does not run"
            elif at not in calls or calls[at]["call"] not in ("load", "both"):
                yield f"{demand['id']}: {service} does not load at {at}"
            elif set(services[service]["excludes"] or []) & set(needs[demand["commodity"]]["needs"] or []):
                yield f"{demand['id']}: {service} does not take {demand['commodity']}"
            later = demand["route"][demand["route"].index(service) + 1 :]
            following = {place["place"] for place in stops_of(corridor, later[0])} if later else {demand["destination"]}
            at = next((place for place in reversed(calls) if place in following and calls[place]["call"] in ("unload", "both")), "nowhere")
        if at != demand["destination"]:
            yield f"{demand['id']}: ends at {at}"


def test_every_demand_has_a_route_that_runs_to_its_destination(corridor: Corridor) -> None:
    assert list(broken_routes(corridor)) == []


def test_tables_show_the_state_of_each_project(corridor: Corridor) -> None:
    states = dict(corridor["projects"].select("id", "status").iter_rows())
    for effect in corridor["effects"].iter_rows(named=True):
        frame = corridor[effect["table"]]
        now = as_text(frame[effect["column"]])[(frame["id"] == effect["row"]).arg_true()[0]]
        assert now == effect["after" if states[effect["project"]] == "in_service" else "before"], effect["id"]


def test_each_project_can_be_put_in_place_and_taken_away(corridor: Corridor) -> None:
    for project in corridor["effects"]["project"].unique(maintain_order=True):
        for changed in (corridor.with_projects(project), corridor.without_projects(project)):
            assert check(changed.tables) == [], project
            assert list(broken_routes(changed)) == [], project


def test_all_projects_together_do_not_contradict_one_another(corridor: Corridor) -> None:
    projects = corridor["effects"]["project"].unique(maintain_order=True).to_list()
    every = corridor.with_projects(*projects)
    assert check(every.tables) == []
    assert list(broken_routes(every)) == []
    assert check(corridor.without_projects(*projects).tables) == []


def test_one_row_is_in_use_for_each_operation_at_a_place(corridor: Corridor) -> None:
    groups = corridor.open("terminals").group_by("place", "operation", "handles").len()
    assert groups.filter(pl.col("len") > 1).height == 0


def test_boxes_over_the_caspian_add_up_to_what_was_published(corridor: Corridor) -> None:
    demands = corridor["demands"].with_columns(west=pl.col("route").list.contains("feeder_aktau_alat"))
    loaded = demands.filter(~pl.col("empty"))
    west = loaded.filter(pl.col("west"))["teu_year"].sum()
    east = loaded.filter(pl.col("route").list.contains("feeder_alat_aktau"))["teu_year"].sum()
    assert west + east == pytest.approx(77_000, rel=0.01)
    assert west / (west + east) == pytest.approx(88 / 96, abs=0.01)
    north = demands.filter(pl.col("id").str.starts_with("north_"))["teu_year"].sum()
    assert north == pytest.approx(380_000, rel=0.01)


def test_seasons_average_one(corridor: Corridor) -> None:
    for season in corridor["demands"]["season"].drop_nulls():
        assert len(season) == 12
        assert sum(map(float, season)) / 12 == pytest.approx(1.0, abs=1e-9)


def test_weather_has_every_month_and_shuts_kuryk_for_half_of_november_and_december(corridor: Corridor) -> None:
    hazards = corridor.open("hazards").filter(pl.col("kind") == "weather")
    for _, process in hazards.group_by("process"):
        assert sorted(process["month"]) == list(range(1, 13))
    kuryk = hazards.filter(pl.col("places").list.contains("kuryk_port") & pl.col("month").is_in([11, 12]))
    assert kuryk["share_closed"].to_list() == [0.5, 0.5]


def test_sourced_rows_name_a_page(corridor: Corridor) -> None:
    pages = rows(corridor["sources"])
    for table in ("places", "links", "terminals", "services", "fleets", "emissions"):
        for row in corridor[table].filter(pl.col("certainty") == "sourced").iter_rows(named=True):
            assert pages[row["source"]]["url"], f"{table}/{row['id']}"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("Xi'an", "xian_port"),
        ("Xi’an", "xian_port"),
        ("Xian", "xian_port"),
        ("Sian", "xian_port"),
        ("CNXAG", "xian_port"),
        ("Baku", "baku"),
        ("Bakı", "baku"),
        ("Absheron", "absheron"),
        ("Abşeron", "absheron"),
        ("Alat", "alat_port"),
        ("Ələt", "alat_port"),
        ("Aktau", "aktau_port"),
        ("Актау", "aktau_port"),
        ("Kuryk", "kuryk_port"),
        ("Khorgos", "altynkol"),
        ("Almaty", "almaty"),
        ("Tiflis", "tbilisi"),
        ("Poti", "poti"),
        ("Istanbul", "istanbul_halkali"),
        ("Małaszewicze", "malaszewicze"),
        ("Duisburg", "duisburg"),
        ("Shanghai", "shanghai"),
        ("Rotterdam", "rotterdam"),
        ("Tashkent", "tashkent"),
    ],
)
def test_places_are_found_by_what_people_type(corridor: Corridor, typed: str, place: str) -> None:
    assert find_place(corridor, typed) == place


def span_km(line: list[tuple[float, float]]) -> float:
    def leg(a: tuple[float, float], b: tuple[float, float]) -> float:
        (lon1, lat1), (lon2, lat2) = (tuple(map(math.radians, point)) for point in (a, b))
        half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        return 2 * 6371.0088 * math.asin(math.sqrt(half))

    return sum(leg(a, b) for a, b in pairwise(line))


def test_drawn_lines_join_their_places_and_are_about_as_long_as_the_link(corridor: Corridor) -> None:
    places = {row["id"]: (row["lon"], row["lat"]) for row in corridor["places"].iter_rows(named=True)}
    lines = link_lines(corridor)
    for link in corridor["links"].iter_rows(named=True):
        line = lines[link["id"]]
        assert math.dist(line[0], places[link["from_place"]]) < 0.01, link["id"]
        assert math.dist(line[-1], places[link["to_place"]]) < 0.01, link["id"]
        if link["length_km"] > 100:
            assert 0.65 < span_km(line) / link["length_km"] < 1.25, link["id"]


def test_a_link_of_another_corridor_is_drawn_on_the_great_circle(corridor: Corridor) -> None:
    moved = corridor["places"].with_columns(lon=pl.when(pl.col("id") == "aktau_port").then(40.0).otherwise("lon"))
    lines = link_lines(corridor.replace("places", moved))
    assert lines["ca1"] == great_circle((40.0, 43.605), (49.43, 39.97))
    assert lines["kz1"] == link_lines(corridor)["kz1"]


def test_the_script_makes_the_committed_tables_to_the_byte(tmp_path: Path) -> None:
    facts = Path(os.environ.get("DALIZ_FACTS", ROOT.parent / "shared" / "facts"))
    if not facts.is_dir():
        pytest.skip("the collected facts are not here; set DALIZ_FACTS to their folder")
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import make_reference
        from reference import sources

        sources.write_tables(make_reference.tables_of(facts), tmp_path)
    finally:
        sys.path.remove(str(ROOT / "scripts"))
    committed = ROOT / "src" / "daliz" / "reference" / "tables"
    for table in sorted(tmp_path.glob("*.csv")):
        assert table.read_bytes() == (committed / table.name).read_bytes(), table.name


def test_every_folder_of_geometry_names_its_licence_and_all_are_small() -> None:
    folders = sorted((ROOT / "src" / "daliz" / "reference").glob("geo_*"))
    assert len(folders) >= 6
    for folder in folders:
        readme = (folder / "README.md").read_text(encoding="utf-8").lower()
        assert any(name in readme for name in ("public domain", "open database license", "apache license", "cc by")), folder.name
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) < 2_500_000


def test_a_train_named_after_tbilisi_takes_cargo_there(corridor: Corridor) -> None:
    calls = corridor["stops"].filter((pl.col("place") == "tbilisi") & pl.col("service").is_in(["alat_poti", "poti_alat"]))["call"]
    assert calls.to_list() == ["both", "both"]
