"""The planner's hours equal the simulator's where nothing queues, and stay near them on the embedded corridor."""

from __future__ import annotations

import polars as pl
import pytest
from plan_tables import Row, corridor, service, terminal

from daliz.corridor import Corridor, load
from daliz.freight.plan import plan
from daliz.freight.plan.relation import segments
from daliz.freight.simulate import simulate

GOODS = {
    "id": "general",
    "name": "General",
    "tonnes_feu": 10,
    "value_usd_feu": 1,
    "time_value_usd_feu_day": 0,
    "reliability_value_usd_feu_day": 0,
}


def hours_without_waiting(tables: Corridor, origin: str, destination: str, services: list[str]) -> float:
    """Planned hours from departure to the cargo being free, without any waiting, of the way that has fewest."""
    answer = plan(tables, origin, destination, depart="2025-06-02", services=services, draws=100)
    return min(sum(part.hours - part.waiting_h for part in segments(answer, itinerary)) for itinerary in answer.front["itinerary"])


def demand(origin: str, destination: str, *route: str) -> Row:
    return {
        "id": f"{origin}_{destination}",
        "origin": origin,
        "destination": destination,
        "commodity": "general",
        "teu_year": 100.0,
        "route": list(route),
    }


def test_trains_without_queues_take_the_same_hours_in_both() -> None:
    rows = corridor()["stops"].to_dicts()
    rows[1]["call"] = "work"
    links = corridor()["links"].to_dicts()
    links[0]["gauge_to_mm"] = 1_520
    links[1]["gauge_mm"] = 1_520
    tables = corridor(
        services=[service("train_a", "rail", "headway", headway_h=24.0)],
        stops=rows[:3],
        links=links,
        departures=[],
        terminals=[terminal("border", "gauge_change", 3.0), terminal("border", "customs", 1.0), terminal("border", "handover", 2.0)],
        commodities=[GOODS],
        demands=[demand("east", "port", "train_a")],
    )
    best = simulate(tables, replications=1, probes=()).transit["best_days"][0]
    assert hours_without_waiting(tables, "east", "port", ["train_a"]) == pytest.approx(24 * best, abs=1 / 60)
    assert 24 * best == pytest.approx(15 + 6)


def test_the_embedded_corridor_s_best_days_agree_within_an_eighth() -> None:
    embedded = load()
    transit = simulate(embedded, replications=1, probes=()).transit
    compared = 0
    for row in embedded["demands"].filter((pl.col("route").list.len() > 0) & ~pl.col("empty").fill_null(False)).iter_rows(named=True):
        best = transit.filter((pl.col("origin") == row["origin"]) & (pl.col("destination") == row["destination"]))["best_days"]
        hours = hours_without_waiting(embedded, row["origin"], row["destination"], row["route"])
        # Of several demands of one relation the simulator keeps the best; slower routes are not compared, nor are ways of a few hours.
        if not len(best) or hours < 48 or hours > 24 * best[0] * 1.3:
            continue
        # The planner counts the whole working of a ship, the simulator a box's half of it.
        assert hours == pytest.approx(24 * best[0], rel=0.125), row["id"]
        compared += 1
    assert compared >= 20
