"""All partners of one country: whom it visited, how often a year, where each stands among its destinations, and who came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from daliz.corridor.errors import DalizError
from daliz.relations.countries import country_name
from daliz.relations.counts import Rate, rank_partners, rate
from daliz.relations.counts.ranks import Standing
from daliz.relations.meetings import KINDS, Window, default_window, destination_counts, visits, yearly

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor


@dataclass(frozen=True)
class Partner:
    """One partner of a country: visits there on all rows and on sourced ones, their number a year with its interval, its standing among the
    destinations, and visits from there (None where the table has no visits of that partner's people to anybody: nobody watched)."""

    code: str
    out: int
    sourced: int
    rate: Rate
    standing: Standing
    back: int | None


def partners(corridor: Corridor, country: str, window: Window | None = None, role: str = "head_of_state") -> tuple[Window, list[Partner]]:
    """The years counted over, and all partners of a country, most visited first.

    Raises: DalizError when no visit of the country is on record.
    """
    window = window or default_window(corridor, (country, country), role)
    made = visits(corridor, role)
    watched = set(made["visitor"])
    frame = made.filter(pl.col("year").is_between(window.first, window.last))
    out, back = frame.filter(pl.col("visitor") == country), frame.filter(pl.col("host") == country)
    counts = destination_counts(out, country)
    if not counts:
        raise DalizError(f"no visit by {country_name(country)} in {window.text()} is on record in the table meetings")
    for code in back["visitor"].to_list():
        counts.setdefault(code, [0.0] * len(KINDS))
    found = []
    for standing in rank_partners(counts, [1.0] * len(KINDS)).standings:
        there = out.filter(pl.col("host") == standing.partner)
        sourced = there.filter(pl.col("certainty") == "sourced").height
        here = back.filter(pl.col("visitor") == standing.partner).height if standing.partner in watched else None
        found.append(Partner(standing.partner, there.height, sourced, rate(yearly(there, window)), standing, here))
    return window, found
