"""Visits between countries, counted: how often, how surely, since when, and where a partner stands among partners.

A visit is a row of `meetings` of type visit that was attended in person by somebody from another country than the host's: a video link
is no visit, an absence is no attendance. Rows of certainty `sourced` make the headline; with the others included, both are given.
Meetings of the two in a third country are not counted.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.stats import beta

from daliz.corridor.errors import DalizError
from daliz.corridor.figures import weakest
from daliz.corridor.names import did_you_mean
from daliz.relations.countries import country_name, region_of
from daliz.relations.counts import Changes, CountSeries, Interval, OneChange, Ranks, Rate, Trend, change_points, rank_partners, rate, trend
from daliz.relations.counts.series import series

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

KINDS = ("state", "official", "working", "summit_margin")
ROLES = ("head_of_state", "head_of_government", "foreign_minister", "other")
CERTAINTIES = ("sourced", "known", "assumed")
WEIGHT_DRAWS = 2_000
WIDE_DESTINATIONS = 3


@dataclass(frozen=True)
class Window:
    """The years counted over, and the months in them that nobody watched (`2020-03`)."""

    first: int
    last: int
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise DalizError(f"window {self.first} to {self.last}: expected the first year before the last")
        for month in self.missing:
            year, _, number = month.partition("-")
            if not (year.isdigit() and len(year) == 4 and number.isdigit() and 1 <= int(number) <= 12):
                raise DalizError(f"missing month {month!r}: expected a month such as 2020-03")

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.first, self.last + 1))

    def exposure(self) -> list[float]:
        """Share of each year that was watched."""
        gone = [int(month[:4]) for month in set(self.missing)]
        return [1 - gone.count(year) / 12 for year in self.years]

    def text(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True)
class PairVisits:
    """Visits between two countries, from rows of given certainties.

    Attributes: pair, window, certainties, rows (`meetings/id` counted), out and back (visits of the first to the second and the other
    way, by year), both (their sum), by_kind (kind -> visits each way), rate (visits a year, both ways), trend, change (if there was exactly
    one), changes (any number; these two are None for fewer than three watched years), reciprocity (share of visits made by the first,
    with its 95 % interval), rows_by_year.
    """

    pair: tuple[str, str]
    window: Window
    certainties: tuple[str, ...]
    rows: tuple[str, ...]
    out: CountSeries
    back: CountSeries
    by_kind: Mapping[str, tuple[int, int]]
    rate: Rate
    trend: Trend
    change: OneChange | None
    changes: Changes | None
    reciprocity: Interval
    rows_by_year: Mapping[int, tuple[str, ...]]

    @property
    def both(self) -> CountSeries:
        return CountSeries(self.out.labels, self.out.counts + self.back.counts, self.out.exposure)


@dataclass(frozen=True)
class RankView:
    """Where one destination stands among a country's destinations.

    Attributes: ranks (all destinations, weights of `weight_set`), by_weights (set of weights -> best and worst rank by the counts), spread
    (95 % of ranks over random weights that keep the order state, official, working, summit), region (where the destination lies), regional
    (its region's destinations and their visits, most first), sourced_share (share of all rows of this country that are sourced),
    partner_sourced_share (the same for the destination's rows), rows (counted) and their weakest certainty.
    """

    country: str
    partner: str
    window: Window
    certainties: tuple[str, ...]
    ranks: Ranks
    weight_set: str
    by_weights: Mapping[str, tuple[int, int]]
    spread: tuple[int, int]
    region: str
    regional: tuple[tuple[str, float], ...]
    sourced_share: float
    partner_sourced_share: float
    rows: tuple[str, ...]
    certainty: str


@cache
def weight_sets() -> Mapping[str, Mapping[str, float]]:
    """Weights of kinds of visit by set, from weights.csv beside this file."""
    sets: dict[str, dict[str, float]] = {}
    with (files("daliz.relations") / "weights.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            sets.setdefault(row["set"], {})[row["kind"]] = float(row["weight"])
    return MappingProxyType(sets)


def visits(corridor: Corridor, role: str = "head_of_state") -> pl.DataFrame:
    """Visits made in person by people of one role: id, visitor, host, date, year, kind, certainty, source. One day counts once.

    Raises: DalizError for an unknown role.
    """
    if role not in ROLES:
        raise DalizError(f"role {role!r}: expected one of {', '.join(ROLES)}{did_you_mean(role, ROLES)}")
    meetings = corridor["meetings"]
    made = meetings.filter(
        (pl.col("type") == "visit")
        & (pl.col("attendance").fill_null("in_person") == "in_person")
        & (pl.col("visitor_role") == role)
        & pl.col("visitor_country").is_not_null()
        & pl.col("host_country").is_not_null()
        & (pl.col("visitor_country") != pl.col("host_country"))
    )
    strength = pl.col("certainty").replace_strict({name: order for order, name in enumerate(CERTAINTIES)}, return_dtype=pl.Int8)
    return (
        made.select(
            "id",
            pl.col("visitor_country").alias("visitor"),
            pl.col("host_country").alias("host"),
            pl.col("date_start").alias("date"),
            pl.col("date_start").str.slice(0, 4).cast(pl.Int64).alias("year"),
            "kind",
            "certainty",
            "source",
            strength.alias("strength"),
        )
        .sort("strength", "id")
        .unique(["visitor", "host", "date"], keep="first", maintain_order=True)
        .drop("strength")
        .sort("date", "visitor", "host")
    )


def _of(frame: pl.DataFrame, window: Window, certainties: Sequence[str]) -> pl.DataFrame:
    return frame.filter(pl.col("year").is_between(window.first, window.last) & pl.col("certainty").is_in(list(certainties)))


def default_window(corridor: Corridor, pair: tuple[str, str], role: str = "head_of_state") -> Window:
    """The years from which both countries' visits are widely on record (three destinations or more in a year), to the last one recorded.

    Before that the table covers single pairs, so that no share or rank could be computed. A country with no such year does not count; where
    neither has one, the window begins with the pair's first visit.
    """
    frame = visits(corridor, role)
    between = frame.filter(pl.col("visitor").is_in(pair) & pl.col("host").is_in(pair))
    starts = []
    for country in pair:
        destinations = frame.filter(pl.col("visitor") == country).group_by("year").agg(pl.col("host").n_unique())
        wide = destinations.filter(pl.col("host") >= WIDE_DESTINATIONS)["year"].to_list()
        starts += [min(wide)] if wide else []
    if not frame.height or not (starts or between.height):
        names = " or ".join(dict.fromkeys(country_name(code) for code in pair))
        raise DalizError(f"no visit of {names} is on record in the table meetings")
    first = max(starts) if starts else min(between["year"].to_list())
    return Window(first, max(first, *frame["year"].to_list()))


def busiest_pair(corridor: Corridor, role: str = "head_of_state") -> tuple[str, str]:
    """The two countries with most visits between them on record, the first in the table of meetings first.

    Raises: DalizError when no visit is on record.
    """
    counts: dict[frozenset[str], int] = {}
    for visitor, host in visits(corridor, role).select("visitor", "host").iter_rows():
        counts[frozenset((visitor, host))] = counts.get(frozenset((visitor, host)), 0) + 1
    mutual = [pair for pair in counts if pair <= set(visits(corridor, role)["visitor"])]
    if not mutual:
        raise DalizError("no two countries visit each other in the table meetings; name a pair, for example  daliz relations KAZ AZE")
    best = max(mutual, key=lambda pair: (counts[pair], sorted(pair)))
    order = corridor["meetings"]["visitor_country"].drop_nulls().to_list()
    first, second = sorted(best, key=order.index)
    return first, second


def yearly(frame: pl.DataFrame, window: Window) -> CountSeries:
    """Rows of `visits` by year of the window."""
    found = dict(frame.group_by("year").len().iter_rows())
    exposure = window.exposure()
    counts = [found.get(year, 0) for year in window.years]
    for year, count, share in zip(window.years, counts, exposure, strict=True):
        if share == 0 and count:
            raise DalizError(f"{year}: all months are named as missing, yet {count} visits of that year are on record")
    return series(window.years, counts, exposure)


def pair_visits(
    corridor: Corridor,
    pair: tuple[str, str],
    window: Window | None = None,
    certainties: Sequence[str] = ("sourced",),
    role: str = "head_of_state",
    recorded: float = 1.0,
) -> PairVisits:
    """Visits between two countries and what they say.

    Parameters: window (years counted; default: `default_window`), certainties (of rows counted), role (of the visitor), recorded (assumed
    share of visits that the table holds: rates are those of all visits, recorded or not).
    Raises: DalizError for an empty table, an unknown role, or a share outside (0, 1].
    """
    window = window or default_window(corridor, pair, role)
    frame = _of(visits(corridor, role), window, certainties)
    first, second = pair
    outward = frame.filter((pl.col("visitor") == first) & (pl.col("host") == second))
    inward = frame.filter((pl.col("visitor") == second) & (pl.col("host") == first))
    out, back = yearly(outward, window), yearly(inward, window)
    both = CountSeries(out.labels, out.counts + back.counts, out.exposure).recorded(recorded)
    kinds = {kind: (outward.filter(pl.col("kind") == kind).height, inward.filter(pl.col("kind") == kind).height) for kind in KINDS}
    counted = pl.concat([outward, inward]).sort("date")
    rows_by_year: dict[int, tuple[str, ...]] = {}
    for year, name in counted.select("year", "id").iter_rows():
        rows_by_year[year] = (*rows_by_year.get(year, ()), f"meetings/{name}")
    return PairVisits(
        pair,
        window,
        tuple(certainties),
        tuple(row for rows in rows_by_year.values() for row in rows),
        out,
        back,
        kinds,
        rate(both),
        trend(both),
        *change_points(both),
        share_interval(out.total, out.total + back.total),
        rows_by_year,
    )


def share_interval(part: int, whole: int) -> Interval:
    """A share with the equal-tailed 95 % interval of its Jeffreys posterior; without any count the interval is nearly 0 to 1.

    >>> i = share_interval(6, 12)
    >>> round(i.value, 2), round(i.low, 2), round(i.high, 2)
    (0.5, 0.24, 0.76)
    """
    value = part / whole if whole else float("nan")
    low, high = beta.ppf([0.025, 0.975], part + 0.5, whole - part + 0.5)
    return Interval(value, float(low), float(high))


def destination_counts(frame: pl.DataFrame, country: str) -> dict[str, list[float]]:
    """Destination -> visits of each kind (in the order of KINDS) by this country's people."""
    counts: dict[str, list[float]] = {}
    for host, kind in frame.filter(pl.col("visitor") == country).select("host", "kind").iter_rows():
        counts.setdefault(host, [0.0] * len(KINDS))[KINDS.index(kind)] += 1
    return counts


def rank_view(
    corridor: Corridor,
    country: str,
    partner: str,
    window: Window | None = None,
    certainties: Sequence[str] = CERTAINTIES,
    weights: str = "equal",
    role: str = "head_of_state",
    recorded: float = 1.0,
    recorded_partner: float = 1.0,
    seed: int = 1,
) -> RankView:
    """Where `partner` stands among the destinations of `country`'s visits.

    Parameters: certainties (of rows counted), weights (a set of weights.csv), recorded and recorded_partner (assumed share of visits that
    the table holds, to other destinations and to the partner), seed (of the draws behind the intervals).
    Raises: DalizError for an unknown set of weights, a country without visits, or a partner that was never visited.
    """
    window = window or default_window(corridor, (country, partner), role)
    sets = weight_sets()
    if weights not in sets:
        raise DalizError(f"no set of weights {weights!r}; there are: {', '.join(sets)}{did_you_mean(weights, sets)}")
    everything = _of(visits(corridor, role), window, CERTAINTIES).filter(pl.col("visitor") == country)
    chosen_rows = _of(everything, window, certainties)
    counts = destination_counts(chosen_rows, country)
    if not counts:
        raise DalizError(f"no visit by {country_name(country)} in {window.text()} is on record with certainty {', '.join(certainties)}")
    counts.setdefault(partner, [0.0] * len(KINDS))
    table = np.array(list(counts.values()))
    index = list(counts).index(partner)
    shares = {name: recorded_partner if name == partner else recorded for name in counts}
    chosen = [sets[weights][kind] for kind in KINDS]
    total = {name: float(np.dot(row, chosen)) for name, row in counts.items()}
    region = region_of(partner)
    regional = sorted(((name, score) for name, score in total.items() if region_of(name) == region), key=lambda item: (-item[1], item[0]))
    partner_rows = everything.filter(pl.col("host") == partner)
    return RankView(
        country,
        partner,
        window,
        tuple(certainties),
        rank_partners(counts, chosen, shares, seed),
        weights,
        {name: _tied_rank(table @ np.array([values[kind] for kind in KINDS]), index) for name, values in sets.items()},
        _rank_over_weights(table, index, seed),
        region,
        tuple(regional),
        _sourced_share(everything),
        _sourced_share(partner_rows),
        tuple(f"meetings/{name}" for name in chosen_rows["id"]),
        weakest(chosen_rows["certainty"].to_list()),
    )


def _sourced_share(frame: pl.DataFrame) -> float:
    return frame.filter(pl.col("certainty") == "sourced").height / frame.height if frame.height else float("nan")


def _tied_rank(scores: np.ndarray, index: int) -> tuple[int, int]:
    own = scores[index]
    return int((scores > own + 1e-9).sum()) + 1, int((scores >= own - 1e-9).sum())


def _rank_over_weights(table: np.ndarray, index: int, seed: int) -> tuple[int, int]:
    rng = np.random.default_rng(seed)
    weights = np.sort(rng.uniform(size=(WEIGHT_DRAWS, len(KINDS))), axis=1)[:, ::-1]
    scores = weights @ table.T
    rank = (scores > scores[:, index : index + 1] + 1e-9).sum(axis=1) + 1
    low, high = np.quantile(rank, [0.025, 0.975], method="nearest")
    return int(low), int(high)
