"""Best ways: how fast, how cheap and how clean cargo can go between two places, and which countries the best ways pass.

Planned times, without delays: the planner's exact search over the open services, with the cargo ready at midnight UTC of each of the seven
days of a week, and the mean taken over the days, so that no timetable decides by chance.

Where territory is closed, nothing passes, loads or unloads there; a service runs on the parts of its way outside, between the stops where
it takes and leaves cargo. It takes none elsewhere, so that a closure opens no way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from daliz.corridor import Corridor
from daliz.freight.plan.calendars import DAY_MIN
from daliz.freight.plan.compile import Compiled, compiled
from daliz.freight.plan.filters import Filter, filter_of
from daliz.freight.plan.query import Query, cargo_of
from daliz.freight.plan.search import CO2, COST, Path

MODES = frozenset(("rail", "road", "sea", "ferry"))
LOT_TEU = 2.0
CRITERIA = ("days", "usd_feu", "kg_feu")
MOST_ENDS = 3
MOST_MARKETS = 8


@dataclass(frozen=True)
class Best:
    """The best ways between two places.

    Attributes: value (days, USD a FEU and kg CO2e a FEU, means over a week's departures), touches (countries that the best ways pass).
    """

    value: tuple[float, float, float]
    touches: frozenset[str]


@dataclass(frozen=True, eq=False)
class Week:
    """A corridor ready for questions in one week: the planner's network, minutes at which cargo is ready, what runs and where it may stop,
    country of each stop of the patterns."""

    network: Compiled
    ready: tuple[int, ...]
    filter: Filter
    countries: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)
def week_of(corridor: Corridor) -> date:
    """The first Monday of June in the year that the demands stand for: far from the months of storms."""
    years = corridor["demands"]["year"].drop_nulls()
    first = date(int(years.max()) if len(years) else 2025, 6, 1)  # type: ignore[arg-type]
    return first + timedelta(days=-first.weekday() % 7)


@lru_cache(maxsize=256)
def week(corridor: Corridor, monday: date, closed: frozenset[str] = frozenset()) -> Week:
    """The corridor, compiled for the week that starts on a Monday, with the territory of some countries closed."""
    network = compiled(corridor, monday.replace(day=1))
    first = (monday - date(1970, 1, 1)).days * DAY_MIN
    ready = tuple(first + day * DAY_MIN for day in range(7))
    nowhere: frozenset[str] = frozenset()
    anything = Query("", "", first, first, None, LOT_TEU, cargo_of(corridor, None), closed, nowhere, nowhere, MODES, None)
    country = {place: row["country"] for place, row in network.place_rows.items()}
    countries = tuple(tuple(country[stop["place"]] for stop in pattern.stops) for pattern in network.patterns)
    return Week(network, ready, filter_of(network, anything), countries)


@lru_cache(maxsize=1 << 16)
def best_ways(corridor: Corridor, origin: str, destination: str, monday: date, closed: frozenset[str] = frozenset()) -> Best | None:
    """The fastest, the cheapest and the greenest way between two places, or None when there is none.

    Parameters: corridor, origin and destination (ids of places), monday (first day of the week of departures), closed (countries whose
    territory is closed).
    """
    asked = week(corridor, monday, closed)
    network, allowed = asked.network, asked.filter
    tonnes = cargo_of(corridor, None).tonnes_feu
    ends = network.index(origin), network.index(destination)
    values, touched = [], set()
    for minute in asked.ready:
        front = network.router.search(*ends, minute, COST | CO2, usable=allowed.usable, gate=allowed.gate)
        if not front:
            return None
        fastest = min(front, key=lambda path: (path.arrival, path.cents))
        cheapest = min(front, key=lambda path: (path.cents, path.arrival))
        greenest = min(front, key=lambda path: (path.grams, path.arrival))
        values.append(((fastest.arrival - minute) / DAY_MIN, cheapest.cents / 100, greenest.grams / 1000 * tonnes))
        touched |= _touched(asked, (fastest, cheapest, greenest))
    days, usd, kg = np.mean(values, axis=0).tolist()
    return Best((days, usd, kg), frozenset(touched))


def _touched(asked: Week, paths: tuple[Path, ...]) -> set[str]:
    """Countries that some paths pass while the cargo is on board."""
    legs = [leg for path in paths for leg in path.legs[:, :3].tolist()]
    return {country for pattern, boarded, alighted in legs for country in asked.countries[pattern][boarded : alighted + 1]}


def cargo_ends(corridor: Corridor) -> pl.DataFrame:
    """Places where loaded cargo of the corridor starts or ends: place, country, teu (a year), largest first."""
    demands = corridor["demands"].filter(~pl.col("empty"))
    ends = pl.concat([demands.select(place=end, teu="teu_year") for end in ("origin", "destination")])
    where = corridor["places"].select(place="id", country="country")
    total = ends.group_by("place").agg(pl.col("teu").sum()).filter(pl.col("teu") > 0)
    return total.join(where, on="place").select("place", "country", "teu").sort(["teu", "place"], descending=[True, False])


def _stations(corridor: Corridor, country: str) -> pl.DataFrame:
    """Places of a country where open services take or leave cargo, with the number of their calls, most first."""
    running = corridor.open("services")["id"].to_list()
    called = corridor["stops"].filter(pl.col("service").is_in(running) & pl.col("call").is_in(["load", "unload", "both"]))
    here = called.join(corridor["places"].select(place="id", country="country"), on="place").filter(pl.col("country") == country)
    return here.group_by("place").agg(pl.len().cast(pl.Float64).alias("teu")).sort(["teu", "place"], descending=[True, False])


def starts_of(corridor: Corridor, country: str) -> dict[str, float]:
    """Where a country's cargo starts, with shares: its places with most cargo of the corridor; without any, those with most calls of
    services."""
    rows = cargo_ends(corridor).filter(pl.col("country") == country)
    return _shares(rows if rows.height else _stations(corridor, country), MOST_ENDS)


def markets_of(corridor: Corridor, country: str) -> dict[str, float]:
    """The places of other countries with most cargo of the corridor, with their share of it."""
    return _shares(cargo_ends(corridor).filter(pl.col("country") != country), MOST_MARKETS)


def _shares(rows: pl.DataFrame, most: int) -> dict[str, float]:
    kept = rows.head(most)
    total = float(kept["teu"].sum())
    return {place: teu / total for place, teu in kept.select("place", "teu").iter_rows()}
