"""Itineraries to choose between: what the planner finds, and what it finds when a country on the way is left out.

A planner's front holds no way that another beats in time, price, CO2 and risk, so a slower and dearer corridor is not on it, although some
shippers use it. Therefore the question is put again without each country that the ways found so far pass, up to two countries at a time.
"""

from __future__ import annotations

from statistics import fmean
from typing import Any

import numpy as np
import polars as pl

from daliz.assess.ways import week_of
from daliz.corridor import Corridor
from daliz.corridor.places import HIGH_SEAS
from daliz.freight.plan import Plan, PlanError, plan
from daliz.freight.plan.calendars import DAY_MIN
from daliz.freight.plan.search import Path

SCHEMA: dict[str, Any] = {
    "origin": pl.String,
    "destination": pl.String,
    "commodity": pl.String,
    "itinerary": pl.String,
    "services": pl.List(pl.String),
    "days_mean": pl.Float64,
    "days_moving": pl.Float64,
    "days_sd": pl.Float64,
    "cost_usd_feu": pl.Float64,
    "co2_kg_feu": pl.Float64,
}
DRAWS = 200
MOST_LEFT_OUT = 2
NEVER_DAYS = 1000.0


def itineraries(corridor: Corridor, origin: str | None = None, destination: str | None = None) -> pl.DataFrame:
    """Itineraries of every pair of places and cargo class that there is demand for.

    Parameters: origin, destination (ids of places: only demand from or to there; default: all).
    Returns: one row an itinerary (a chain of services, cargo ready on the first Monday of June): origin, destination, commodity,
    itinerary, services, days_mean, days_moving (of these by plan, the rest stands or waits), days_sd (drawn), cost_usd_feu, co2_kg_feu.
    Pairs without any way have no row.
    """
    demands = corridor["demands"].filter(pl.col("teu_year") > 0)
    for column, place in (("origin", origin), ("destination", destination)):
        demands = demands if place is None else demands.filter(pl.col(column) == place)
    wanted = demands.select("origin", "destination", "commodity").unique(maintain_order=True)
    rows = [row for group in wanted.iter_rows() for row in _of_pair(corridor, *group)]
    return pl.DataFrame(rows, schema=SCHEMA)


def _of_pair(corridor: Corridor, origin: str, destination: str, commodity: str) -> list[dict[str, object]]:
    """The itineraries of a pair. A country is left out only of a question whose answer passes it: without any other, the answer stays."""
    found: dict[str, dict[str, object]] = {}
    country = dict(corridor["places"].select("id", "country").iter_rows())
    never = {country[origin], country[destination], HIGH_SEAS}
    waiting = [frozenset[str]()]
    asked = set(waiting)
    while waiting:
        left_out = waiting.pop(0)
        answer = _ask(corridor, origin, destination, commodity, left_out)
        if answer is None:
            continue
        for row in _chains(answer, origin, destination, commodity):
            found.setdefault(str(row["itinerary"]), row)
        if len(left_out) < MOST_LEFT_OUT:
            more = [left_out | {passed} for passed in sorted(_passed(answer) - never)]
            waiting += [each for each in more if each not in asked]
            asked |= set(more)
    return list(found.values())


def _passed(answer: Plan) -> set[str]:
    """Countries that the services of an answer call at or pass."""
    network = answer.network
    patterns = {pattern for path in answer.paths for pattern in path.legs[:, 0].tolist()}
    return {network.place_rows[stop["place"]]["country"] for pattern in patterns for stop in network.patterns[pattern].stops}


def _ask(corridor: Corridor, origin: str, destination: str, commodity: str, left_out: frozenset[str]) -> Plan | None:
    try:
        return plan(
            corridor, origin, destination, depart=week_of(corridor), commodity=commodity, avoid_countries=sorted(left_out), draws=DRAWS
        )
    except PlanError:
        return None


def _chains(answer: Plan, origin: str, destination: str, commodity: str) -> list[dict[str, object]]:
    """The front with one row a chain of services."""
    chains: dict[str, list[dict[str, Any]]] = {}
    for row, path in zip(answer.front.iter_rows(named=True), answer.paths, strict=True):
        # P10 and P90 of a normal law are 2.563 standard deviations apart. An itinerary that is stranded in a tenth of draws is none.
        if row["days_p90"] < NEVER_DAYS:
            chains.setdefault("+".join(row["services"]), []).append({**row, "days_moving": _moving_days(answer, path)})
    return [
        {
            "origin": origin,
            "destination": destination,
            "commodity": commodity,
            "itinerary": name,
            "services": rows[0]["services"],
            "days_mean": fmean(row["days_p50"] + row["wait_days"] for row in rows),
            "days_moving": fmean(row["days_moving"] for row in rows),
            "days_sd": fmean((row["days_p90"] - row["days_p10"]) / 2.563 for row in rows),
            "cost_usd_feu": fmean(row["cost_usd_feu"] for row in rows),
            "co2_kg_feu": fmean(row["co2_kg_feu"] for row in rows),
        }
        for name, rows in chains.items()
    ]


def _moving_days(answer: Plan, path: Path) -> float:
    """Days between stops, by plan: neither standing at one nor waiting for a departure."""
    net = answer.network.network
    runs = [net.stop_first[pattern] + np.arange(boarded + 1, alighted + 1) for pattern, boarded, alighted in path.legs[:, :3]]
    return float(sum((net.arrives[stops] - net.leaves[stops - 1]).sum() for stops in runs)) / DAY_MIN
