"""Plans on a corridor of five places are what one reckons by hand from its rows."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from plan_tables import Row, corridor, departure, service, stops, terminal

from daliz.corridor import DalizError
from daliz.freight.plan import Plan, PlanError, plan

# 2026-12-07 is a Monday.
MONDAY = "2026-12-07T08:00"


def utc(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def only(answer: Plan) -> Row:
    assert answer.front.height == 1
    return answer.front.row(0, named=True)


def test_a_chain_of_timetabled_services_is_timed_in_local_clocks() -> None:
    answer = plan(corridor(), "East", "West", depart=MONDAY)
    row = only(answer)
    # 10:00 at UTC+5 is 05:00; 15 h later 20:00; the ship leaves on Tuesday 12:00, is there Wednesday 08:00; the train leaves at 18:00.
    assert row["depart"] == utc(7, 5)
    assert row["arrive"] == utc(10, 0)
    assert row["services"] == ["train_a", "ship", "train_b"]
    assert row["cost_usd_feu"] == 1_700
    assert answer.legs["wait_h"].to_list() == [2.0, 16.0, 10.0]
    assert answer.legs["km"].to_list() == [600, 400, 240]


def test_winter_and_summer_time_move_a_departure_by_an_hour() -> None:
    tables = {
        "services": [service("back", "rail", "timetable")],
        "stops": stops("back", ("west", None, "load"), ("harbour", "r3", "unload")),
        "departures": [departure("b", "back", "1234567", "12:00")],
    }
    summer = only(plan(corridor(**tables), "West", "Harbour", depart="2026-10-24T00:00"))
    winter = only(plan(corridor(**tables), "West", "Harbour", depart="2026-10-25T00:00"))
    assert summer["depart"] == utc(24, 10, month=10)
    assert winter["depart"] == utc(25, 11, month=10)


def test_exceptions_and_validity_and_extra_days_are_kept() -> None:
    rows = [
        departure("a", "train_a", "1", "10:00", except_dates=["2026-12-07"], extra_dates=["2026-12-09"], valid_to="2026-12-10"),
        departure("s", "ship", "24", "12:00"),
        departure("b", "train_b", "1234567", "18:00"),
    ]
    assert only(plan(corridor(departures=rows), "East", "Port", depart=MONDAY))["depart"] == utc(9, 5)
    with pytest.raises(PlanError, match="none leaves in time"):
        plan(corridor(departures=rows), "East", "Port", depart="2026-12-10T08:00")


def test_a_time_over_24_hours_counts_into_the_next_day() -> None:
    rows = [departure("a", "train_a", "1", "34:00")]
    assert only(plan(corridor(departures=rows), "East", "Port", depart=MONDAY))["depart"] == utc(8, 5)


def test_a_cut_off_makes_cargo_miss_the_departure() -> None:
    late = [service("train_a", "rail", "timetable", cutoff_h=3.0)]
    answer = plan(
        corridor(
            services=late,
            stops=corridor()["stops"].filter(pl.col("service") == "train_a").to_dicts(),
            departures=[departure("a", "train_a", "1", "10:00")],
        ),
        "East",
        "Port",
        depart=MONDAY,
    )
    assert only(answer)["depart"] == utc(14, 5)


def test_handling_takes_its_hours_and_its_charge() -> None:
    terminals = [
        terminal("port", "crane", 12.0, cost_usd_feu=80.0),
        terminal("port", "storage", 5.0),
        terminal("harbour", "crane", 10.0),
        terminal("harbour", "train_formation", 4.0),
        terminal("west", "customs", 2.0),
    ]
    answer = plan(corridor(terminals=terminals), "East", "West", depart=MONDAY)
    row = only(answer)
    # Off the train at Monday 20:00 plus 17 h is after the ship of Tuesday: Thursday 12:00, in Friday 08:00, 14 h to 22:00, train Saturday
    # 18:00.
    assert answer.legs["depart"].to_list() == [utc(7, 5), utc(10, 12), utc(12, 18)]
    assert row["arrive"] == utc(13, 2)
    assert row["cost_usd_feu"] == 1_780
    assert answer.legs["handling_h"].to_list() == [0.0, 17.0, 14.0]
    assert answer.legs["unload_h"].to_list() == [0.0, 0.0, 2.0]


def test_a_train_stands_for_gauge_change_and_customs_with_its_cargo_on_board() -> None:
    rows = corridor()["stops"].to_dicts()
    rows[1]["call"] = "work"
    links = corridor()["links"].to_dicts()
    links[0]["gauge_to_mm"] = 1_520
    links[1]["gauge_mm"] = 1_520
    terminals = [terminal("border", "gauge_change", 3.0), terminal("border", "customs", 1.0), terminal("border", "train_formation", 50.0)]
    answer = plan(corridor(stops=rows, links=links, terminals=terminals), "East", "Port", depart=MONDAY)
    assert only(answer)["arrive"] == utc(8, 0)
    assert answer.legs["stand_h"].to_list() == [4.0]


def test_a_closed_terminal_keeps_cargo_until_it_opens() -> None:
    open_late = [terminal("port", "storage", 0.0, opens_h=14.0, closes_h=18.0)]
    rows = [
        departure("a", "train_a", "1", "10:00"),
        departure("s", "ship", "1234567", "12:00"),
        departure("b", "train_b", "1234567", "18:00"),
    ]
    answer = plan(corridor(terminals=open_late, departures=rows), "East", "Harbour", depart=MONDAY)
    # At the port on Monday 20:00; open on Tuesday from 14:00; the ship of Tuesday noon is gone.
    assert answer.legs["depart"].to_list()[1] == utc(9, 12)


def test_a_cheaper_departure_later_is_on_the_front_beside_the_first() -> None:
    rows = [
        departure("a", "train_a", "1", "10:00", valid_to="2026-12-13", tariff_usd_feu=1_500.0),
        departure("a2", "train_a", "1", "10:00", valid_from="2026-12-14", tariff_usd_feu=900.0),
    ]
    answer = plan(corridor(departures=rows), "East", "Port", depart=MONDAY, all_itineraries=True)
    assert sorted(zip(answer.front["depart"], answer.front["cost_usd_feu"], strict=True)) == [(utc(7, 5), 1_500.0), (utc(14, 5), 900.0)]


def test_a_service_that_leaves_every_so_many_hours_is_waited_for_half_of_them() -> None:
    tables = {
        "services": [service("train_a", "rail", "headway", headway_h=24.0)],
        "departures": [],
        "stops": corridor()["stops"].to_dicts()[:3],
    }
    row = only(plan(corridor(**tables), "East", "Port", depart=MONDAY))
    assert row["wait_days"] == 0.5
    assert row["days"] == 15 / 24


def test_a_service_that_leaves_when_full_waits_for_its_demand_or_its_longest_wait() -> None:
    full = [service("train_a", "rail", "when_full", headway_h=48.0)]
    demand = {"id": "d", "origin": "east", "destination": "port", "commodity": "general", "teu_year": 100 * 365.0, "route": ["train_a"]}
    goods = {
        "id": "general",
        "name": "General",
        "tonnes_feu": 10,
        "value_usd_feu": 1,
        "time_value_usd_feu_day": 0,
        "reliability_value_usd_feu_day": 0,
    }
    tables = {"services": full, "departures": [], "stops": corridor()["stops"].to_dicts()[:3]}
    assert only(plan(corridor(**tables), "East", "Port", depart=MONDAY))["wait_days"] == 1.0
    # 100 TEU fill in a day.
    busy = corridor(**tables, demands=[demand], commodities=[goods])
    assert only(plan(busy, "East", "Port", depart=MONDAY))["wait_days"] == 0.5


def test_inventory_cost_is_time_in_transit_at_the_cargo_s_value_of_time() -> None:
    goods = {
        "id": "dear",
        "name": "Dear goods",
        "tonnes_feu": 10,
        "value_usd_feu": 1e5,
        "time_value_usd_feu_day": 50.0,
        "reliability_value_usd_feu_day": 0,
    }
    row = only(plan(corridor(commodities=[goods]), "East", "West", depart=MONDAY, commodity="dear"))
    assert row["inventory_usd_feu"] == pytest.approx(50 * row["days_p50"])
    assert row["total_usd_feu"] == row["cost_usd_feu"] + row["inventory_usd_feu"]


def test_emissions_are_tonnes_times_kilometres_times_the_factor_of_the_mode() -> None:
    factors = [
        {"id": "rail", "mode": "rail", "traction": "diesel", "factor": 30.0, "unit": "g/tkm"},
        {"id": "sea", "mode": "sea", "traction": "feeder", "factor": 20.0, "unit": "g/tkm"},
    ]
    row = only(plan(corridor(emissions=factors), "East", "West", depart=MONDAY, teu=6))
    assert row["co2_kg_feu"] == pytest.approx(14 * (840 * 30 + 400 * 20) / 1_000)
    assert row["co2_kg"] == pytest.approx(3 * row["co2_kg_feu"])


def test_electric_trains_emit_what_the_grids_of_both_ends_emit() -> None:
    factors = [
        {"id": "use", "mode": "rail", "traction": "electric", "factor": 30.0, "unit": "Wh/tkm"},
        {"id": "east", "mode": "grid", "country": "EST", "factor": 800.0, "unit": "g/kWh"},
        {"id": "mid", "mode": "grid", "country": "MID", "factor": 200.0, "unit": "g/kWh"},
    ]
    electric = [service("train_a", "rail", "timetable", traction="electric")]
    tables = {"services": electric, "stops": corridor()["stops"].to_dicts()[:3], "departures": [departure("a", "train_a", "1", "10:00")]}
    row = only(plan(corridor(emissions=factors, **tables), "East", "Port", depart=MONDAY))
    assert row["co2_kg_feu"] == pytest.approx(14 * (400 * 24 + 200 * 15) / 1_000)


def test_filters_leave_out_what_they_name() -> None:
    by_road = service("lorry", "road", "headway", headway_h=1.0, tariff_usd_feu=9_000.0, operator="Ann Haulage")
    links = [
        *corridor()["links"].to_dicts(),
        {"id": "rd", "from_place": "east", "to_place": "west", "mode": "road", "length_km": 2_000, "status": "open"},
    ]
    rows = {
        "services": [*corridor()["services"].to_dicts(), by_road],
        "links": links,
        "stops": [*corridor()["stops"].to_dicts(), *stops("lorry", ("east", None, "load"), ("west", "rd", "unload"))],
    }
    wide = corridor(**rows)
    assert set(plan(wide, "East", "West", depart=MONDAY).front["transfers"]) == {0, 2}
    assert only(plan(wide, "East", "West", depart=MONDAY, avoid_countries=["MID"]))["services"] == ["lorry"]
    assert only(plan(wide, "East", "West", depart=MONDAY, avoid_places=["Border"]))["services"] == ["lorry"]
    assert only(plan(wide, "East", "West", depart=MONDAY, modes=["rail", "sea"]))["transfers"] == 2
    assert only(plan(wide, "East", "West", depart=MONDAY, max_transfers=0))["services"] == ["lorry"]
    assert only(plan(wide, "East", "West", depart=MONDAY, services=["lorry"]))["services"] == ["lorry"]
    banned = [{"kind": "operator", "name": "Ann Haulage"}]
    assert only(plan(wide, "East", "West", depart=MONDAY, sanctions=banned))["transfers"] == 2


def test_cargo_that_a_service_excludes_does_not_take_it() -> None:
    goods = {
        "id": "acid",
        "name": "Acid",
        "needs": ["dangerous"],
        "tonnes_feu": 20,
        "value_usd_feu": 1,
        "time_value_usd_feu_day": 0,
        "reliability_value_usd_feu_day": 0,
    }
    rows = corridor()["services"].to_dicts()
    rows[1]["excludes"] = ["dangerous"]
    with pytest.raises(PlanError, match="cargo's needs"):
        plan(corridor(services=rows, commodities=[goods]), "East", "West", depart=MONDAY, commodity="acid")


def test_a_lot_larger_than_a_departure_does_not_take_it() -> None:
    with pytest.raises(PlanError, match="size of the lot"):
        plan(corridor(), "East", "West", depart=MONDAY, teu=150)


def test_a_deadline_is_met_by_leaving_early_enough() -> None:
    answer = plan(corridor(), "East", "West", arrive_by="2026-12-20")
    assert answer.front["arrive"].max() <= datetime(2026, 12, 19, 23, tzinfo=UTC)
    best = answer.choice.filter(pl.col("label") == "fastest").row(0, named=True)
    # The train of Monday 14 December is the last that is in time by plan; cargo is ready at the latest when it leaves.
    assert best["depart"] == utc(14, 5)
    assert best["ready"] == utc(14, 5)


def test_a_window_finds_every_departure_in_it() -> None:
    rows = [departure("a", "train_a", "135", "10:00")]
    answer = plan(corridor(departures=rows), "East", "Port", window=("2026-12-07", "2026-12-11T08:00"), all_itineraries=True)
    assert sorted(answer.front["depart"]) == [utc(7, 5), utc(9, 5), utc(11, 5)]
    dear = [departure("a", "train_a", "1", "10:00"), departure("c", "train_a", "5", "10:00", tariff_usd_feu=2_000.0)]
    both = plan(corridor(departures=dear), "East", "Port", window=("2026-12-07", "2026-12-11T08:00"), all_itineraries=True)
    # Cargo that is ready on Friday may also wait for the cheap train of Monday.
    options = [(utc(7, 5), 1_000.0), (utc(11, 5), 2_000.0), (utc(14, 5), 1_000.0)]
    assert sorted(zip(both.front["depart"], both.front["cost_usd_feu"], strict=True)) == options


def test_first_and_last_mile_go_by_lorry() -> None:
    places = [
        *corridor()["places"].to_dicts(),
        {"id": "town", "name": "Town", "kind": "city", "country": "WST", "lat": 41.2, "lon": 45.2, "timezone": "UTC"},
    ]
    terminals = [terminal("west", "customs", 0.0)]
    answer = plan(corridor(places=places, terminals=terminals), "East", "Town", depart=MONDAY)
    row = only(answer)
    assert row["services"][-1] == "lorry:west-town"
    assert answer.legs["mode"].to_list()[-1] == "road"


def test_nothing_is_random_about_a_plan() -> None:
    first, again = (plan(corridor(), "East", "West", depart=MONDAY) for _ in range(2))
    assert first.front.equals(again.front)
    assert first.legs.equals(again.legs)


def test_a_validity_to_a_month_holds_to_its_last_day() -> None:
    rows = [departure("a", "train_a", "1234567", "10:00", valid_to="2026-12")]
    assert only(plan(corridor(departures=rows), "East", "Port", depart="2026-12-31T08:00"))["depart"] == utc(31, 5)
    with pytest.raises(PlanError):
        plan(corridor(departures=rows), "East", "Port", depart="2027-01-01T08:00")


def test_terminals_that_are_never_open_together_are_named() -> None:
    hours = [terminal("port", "storage", 1.0, opens_h=8.0, closes_h=12.0), terminal("port", "crane", 1.0, opens_h=14.0, closes_h=18.0)]
    with pytest.raises(DalizError, match="terminals/port_storage, terminals/port_crane: opens_h and closes_h leave no hour"):
        plan(corridor(terminals=hours), "East", "West", depart=MONDAY)


def test_questions_from_several_threads_do_not_disturb_one_another() -> None:
    from concurrent.futures import ThreadPoolExecutor

    tables = corridor()
    days = [f"2026-12-{day:02d}T08:00" for day in range(1, 13)]
    alone = [plan(tables, "East", "West", depart=day).front for day in days]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda day: plan(tables, "East", "West", depart=day).front, days))
    assert all(a.equals(b) for a, b in zip(alone, together, strict=True))
