"""Dependence: what each country loses when another country's territory is closed to it.

A counterfactual, not an opinion: a country reaches its markets from its gateway by the fastest, the cheapest and the greenest way there is;
then another country's territory is closed, and the same ways are looked for again. The rise in days, in USD and in kg CO2e, weighted by the
markets' cargo, is the dependence. Markets that no way reaches any more are counted as cut off and their share is told; they do not enter the
rises. A market within the closed country is left out: dependence is on a country's territory, not on its trade.

The best of a set of ways never gets better when ways are taken from the set, so that no rise is negative, a country that no way touches
counts zero, and a second closure never lowers what the first one did (all three are tested).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from daliz.corridor import Corridor
from daliz.freight.plan import PlanError, plan

DRAWS = 1
MOST_MARKETS = 8
CRITERIA = (("days", "days"), ("usd_feu", "cost_usd_feu"), ("kg_feu", "co2_kg_feu"))


@dataclass(frozen=True)
class Best:
    """The best ways over one relation: days, USD and kg CO2e a FEU, each with the countries that its way passes."""

    value: Mapping[str, float]
    countries: Mapping[str, frozenset[str]]


def _ends(corridor: Corridor) -> pl.DataFrame:
    """Places where demand starts or ends, with their country and TEU a year, largest first."""
    demands = corridor["demands"].filter(~pl.col("empty"))
    country = dict(corridor["places"].select("id", "country").iter_rows())
    ends = pl.concat([demands.select(place=end, teu="teu_year") for end in ("origin", "destination")])
    total = ends.group_by("place").agg(pl.col("teu").sum())
    named = total.with_columns(pl.col("place").replace_strict(country, return_dtype=pl.String).alias("country"))
    return named.sort(["teu", "place"], descending=[True, False])


def gateways(corridor: Corridor) -> dict[str, str]:
    """The place of each country where most of its cargo starts or ends."""
    return {row["country"]: row["place"] for row in reversed(_ends(corridor).to_dicts())}


def markets_of(corridor: Corridor, country: str) -> dict[str, float]:
    """The largest places of other countries where cargo of the corridor starts or ends, with their share of it."""
    rows = _ends(corridor).filter(pl.col("country") != country).head(MOST_MARKETS).to_dicts()
    total = sum(row["teu"] for row in rows)
    return {row["place"]: row["teu"] / total for row in rows}


@lru_cache(maxsize=4096)
def best_ways(corridor: Corridor, origin: str, destination: str, depart: str) -> Best | None:
    """The fastest, cheapest and greenest way, or None when there is none."""
    try:
        front = plan(corridor, origin, destination, depart=depart, draws=DRAWS, all_itineraries=True).front
    except PlanError:
        return None
    passed = _passed(corridor)
    value, countries = {}, {}
    for name, column in CRITERIA:
        row = front.sort([column, "itinerary"]).row(0, named=True)
        value[name] = row["days"] + row["wait_days"] if name == "days" else row[column]
        countries[name] = frozenset().union(*(passed.get(service, frozenset()) for service in row["services"]))
    return Best(value, countries)
