"""Every collected fact reaches the tables, and what the tables call sourced was read."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from daliz.corridor import load
from daliz.corridor.model import Corridor

ROOT = Path(__file__).parents[2]
FACTS = Path(os.environ.get("DALIZ_FACTS", ROOT.parent / "shared" / "facts"))
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Counts, years and codes that are ours, and shares that are published the other way round (payload kept instead of payload lost).
NOT_COMPARED = {"id", "seq", "lat", "lon", "opens_h", "closes_h", "month", "period", "documents", "status_date", "due"}
TURNED = {("hazards", "share_closed"), ("projects", "progress")}
SPELLED_OUT = {
    ("alat_phase2_alat_crane_capacity_teu_year", "100-150 thousand to 500 thousand"),
    ("alat_phase2_alat_crane_capacity_t_year", "15 to 25 Mt"),
    ("btk_ge_akhalkalaki_gauge_capacity_t_year", "1 to 5 Mt"),
    ("adports_2x780_adports_780_count", "none before two are bought"),
    ("adports_780", "none before two are bought"),
    ("xian_aktau", "55 boxes of 40 feet"),
    ("aktau_xian", "55 boxes of 40 feet"),
    ("xian_aktau_dostyk", "55 boxes of 40 feet"),
    ("aktau_xian_dostyk", "55 boxes of 40 feet"),
    ("oc11", "15,982 km from Shanghai less 13,278 km to Suez"),
    ("transit_076", "13-15 days"),
    ("trade_turnover_growth_KAZ_AZE_2016", "7-9"),
}


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


def facts(name: str) -> list[dict[str, str]]:
    path = FACTS / f"{name}.csv"
    if not path.is_file():
        pytest.skip("the collected facts are not here; set DALIZ_FACTS to their folder")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def ids(corridor: Corridor, *tables: str) -> set[str]:
    return {name for table in tables for name in corridor[table]["id"]}


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("places", ("places",)),
        ("links", ("links", "observations")),
        ("projects", ("projects", "observations")),
        ("actors", ("actors",)),
    ],
)
def test_every_fact_of_a_list_has_a_row(corridor: Corridor, name: str, tables: tuple[str, ...]) -> None:
    assert {row["id"] for row in facts(name)} - ids(corridor, *tables) == set()


def test_every_page_of_the_facts_is_a_source(corridor: Corridor) -> None:
    pages = set(corridor["sources"]["url"])
    names = ("places", "links", "terminals", "vessels", "volumes", "projects", "disruptions", "visits", "agreements", "councils", "trade")
    left = [(name, row["source_url"]) for name in names for row in facts(name) if row["source_url"] and row["source_url"] not in pages]
    assert left == []


def test_no_fact_of_the_agenda_is_lost(corridor: Corridor) -> None:
    meetings = corridor["meetings"]
    visits = meetings.filter((pl.col("type") == "visit") & (pl.col("attendance") == "in_person"))
    assert visits.height == len(facts("visits"))
    assert meetings.filter(pl.col("type") == "session").height == len(facts("councils"))
    assert corridor["agreements"].height >= len(facts("agreements"))
    assert corridor["trade"].height == len(facts("trade"))


def read_numbers() -> dict[str, set[float]]:
    found: dict[str, set[float]] = {}
    for name in ("places", "links", "terminals", "vessels", "volumes", "projects", "diplo_projects", "disruptions", "agreements", "trade"):
        for row in facts(name):
            words = " ".join(value or "" for value in row.values())
            found.setdefault(row["source_url"], set()).update(float(number) for number in NUMBER.findall(words))
    return found


def unread(corridor: Corridor, table: str, row: dict[str, Any], read: set[float]) -> list[str]:
    estimates = set(row["assumed_fields"] or [])
    found = []
    for column, value in row.items():
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if table == "effects" and column in ("before", "after") and value and NUMBER.fullmatch(value):
            number = float(value)
        if number is None or column in NOT_COMPARED or column in estimates or (table, column) in TURNED:
            continue
        if column == "other_trains_day" and number == 0 and row["mode"] != "rail":
            continue  # the declared default of a column that other modes do not have
        if float(number) not in read:
            found.append(f"{table}/{row['id']}/{column} = {value}")
    return found


def test_a_sourced_number_was_read_in_its_page_or_is_marked_as_an_estimate(corridor: Corridor) -> None:
    numbers = read_numbers()
    pages = dict(corridor["sources"].select("id", "url").iter_rows())
    known = {name for name, _ in SPELLED_OUT}
    wrong: list[str] = []
    compared = 0
    for table in ("places", "links", "terminals", "services", "fleets", "hazards", "effects", "projects", "trade", "observations"):
        for row in corridor[table].filter(pl.col("certainty") == "sourced").iter_rows(named=True):
            # Digital rows restate prose that is read elsewhere; the other rows come from lists.
            if row["id"] in known or row["id"].startswith("dig_") or pages[row["source"]] not in numbers:
                continue
            wrong += unread(corridor, table, row, numbers[pages[row["source"]]])
            compared += 1
    assert compared > 200
    assert wrong == []


@pytest.mark.parametrize(
    ("measured", "parts"),
    [
        ("oc11", ("oc1", "oc11")),
        ("rd4", ("rd4a", "rd4b", "rd4c", "rd4")),
        ("tr5", ("tr5a", "tr5b", "tr5")),
        ("eu2", ("eu2a", "eu2")),
    ],
)
def test_a_way_that_is_cut_in_the_countries_it_passes_keeps_its_length(corridor: Corridor, measured: str, parts: tuple[str, ...]) -> None:
    published = {row["id"]: float(row["length_km"]) for row in facts("links")}
    lengths = dict(corridor["links"].select("id", "length_km").iter_rows())
    assert sum(lengths[part] for part in parts) == published[measured]


def test_a_service_is_shut_with_every_country_and_strait_that_it_passes(corridor: Corridor) -> None:
    def gone(**closed: str) -> set[str]:
        return set(corridor.open("services")["id"]) - set(corridor.close(**closed).open("services")["id"])

    named = {
        country: {row["id"] for row in corridor.open("services").iter_rows(named=True) if country in row["name"]}
        for country in ("Russia", "Suez")
    }
    assert named["Russia"]
    assert named["Russia"] <= gone(country="RUS")
    assert named["Suez"] == gone(place="suez")
    assert "constanta_duisburg" in gone(country="AUT")
    assert "istanbul_duisburg" in gone(country="BGR") & gone(country="SRB")


def test_zero_is_an_estimate_too(corridor: Corridor) -> None:
    links = corridor["links"].filter(pl.col("id").is_in(["kz2b", "kz19"]))
    assert links["other_trains_day"].to_list() == [0.0, 0.0]
    assert all("other_trains_day" in names for names in links["assumed_fields"])


def test_notes_speak_of_nothing_that_a_reader_cannot_find(corridor: Corridor) -> None:
    known = {name for table in corridor.tables.values() for name in [*table.columns, *(table["id"] if "id" in table.columns else [])]}
    known |= set(corridor["hazards"]["process"].drop_nulls())
    lost = []
    for table, frame in corridor.tables.items():
        for row in frame.iter_rows(named=True):
            for column in ("note", "title", "statement", "status_text", "effect", "purpose", "outcome"):
                text = row.get(column) or ""
                words = set(re.findall(r"\b[a-z0-9]+_[a-z0-9_]+\b", text)) - known
                if words or any(mark in text for mark in ("[slug]", "[assumed", "CHECK ROW", "\ufffd", "/work/", "/home/")):
                    lost.append(f"{table}/{row.get('id')}/{column}: {text}")
    assert lost == []


def test_units_are_written_in_one_way(corridor: Corridor) -> None:
    assert not {"%", "TEU/y", "hours", "t/y"} & set(corridor["observations"]["unit"].drop_nulls())


def test_a_first_train_is_not_held_against_the_median_of_all_boxes(corridor: Corridor) -> None:
    rows = corridor["observations"].filter(pl.col("model").is_not_null())
    best = rows.filter(pl.col("metric").str.contains("first export train|record|advertised|claim"))
    assert best.height >= 4
    assert best["model"].str.contains("_best").all()
    doors = rows.filter(pl.col("metric").str.contains("door to door|border to border"))
    assert doors.height == 0
