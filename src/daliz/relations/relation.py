"""Two countries' relation in one view: what the CLI prints and the dossier draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from daliz.corridor.figures import weakest
from daliz.relations.agreements import (
    FollowUp,
    Signing,
    StockGap,
    follow_up,
    last_date,
    signings,
    stock_gaps,
)
from daliz.relations.balance import Concentration, TradeYear, balances, of_counts, over_time, pair_trade, visit_counts
from daliz.relations.countries import country_name
from daliz.relations.meetings import (
    CERTAINTIES,
    PairVisits,
    RankView,
    Window,
    default_window,
    pair_visits,
    rank_view,
    visits,
)

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor


@dataclass(frozen=True)
class Trips:
    """Visits abroad of one country's president in one year: on record, of these sourced, and the published total (None: none found)."""

    rows: tuple[str, ...]
    sourced: int
    stated: int | None
    certainty: str


@dataclass(frozen=True)
class Relation:
    """Everything measured for one pair of countries.

    Attributes: pair, window, as_of, sourced and all_rows (visits, from sourced rows and from all), ranks (country -> where the other stands
    among its destinations, from all rows and from sourced rows), balance (country -> concentration of its visits, all rows),
    balance_sourced (from sourced rows), spread (country -> what is counted -> its concentration over partners), drift (country ->
    concentration of visits in running windows of three years), gaps (stock claims against the register), signings (published counts of
    signings), follow_ups (a row for every document), trips (country -> year -> visits abroad on record, beside the total that somebody
    published), trade (whole years with a published turnover, oldest first).
    """

    pair: tuple[str, str]
    window: Window
    as_of: str
    sourced: PairVisits
    all_rows: PairVisits
    ranks: dict[str, tuple[RankView | None, RankView | None]]
    balance: dict[str, Concentration]
    balance_sourced: dict[str, Concentration]
    spread: dict[str, dict[str, Concentration]]
    drift: dict[str, dict[int, Concentration]]
    gaps: list[StockGap]
    signings: list[Signing]
    follow_ups: list[FollowUp]
    trips: dict[str, dict[int, Trips]]
    trade: list[TradeYear]


@lru_cache(maxsize=8)
def relation(corridor: Corridor, pair: tuple[str, str], window: Window | None = None, as_of: str | None = None) -> Relation:
    """Measure the relation of two countries from a corridor's tables.

    Raises: DalizError when no visit of either is on record.
    """
    window = window or default_window(corridor, pair)
    sourced = pair_visits(corridor, pair, window)
    everything = pair_visits(corridor, pair, window, CERTAINTIES)
    balance: dict[str, Concentration] = {}
    balance_sourced: dict[str, Concentration] = {}
    drift: dict[str, dict[int, Concentration]] = {}
    ranks: dict[str, tuple[RankView | None, RankView | None]] = {}
    for country, other in (pair, pair[::-1]):
        ranks[country] = (_rank(corridor, country, other, window, CERTAINTIES), _rank(corridor, country, other, window, ("sourced",)))
        for certainties, into in ((CERTAINTIES, balance), (("sourced",), balance_sourced)):
            if counts := visit_counts(corridor, country, window, certainties):
                into[country] = of_counts(counts)
        if country in balance:
            drift[country] = over_time(corridor, country, window)
    return Relation(
        pair,
        window,
        as_of or last_date(corridor),
        sourced,
        everything,
        ranks,
        balance,
        balance_sourced,
        {country: balances(corridor, country, window) for country in pair},
        drift,
        stock_gaps(corridor, pair),
        signings(corridor, pair),
        follow_up(corridor, pair, as_of),
        {country: _trips(corridor, country, window) for country in pair},
        pair_trade(corridor, pair),
    )


def _rank(corridor: Corridor, country: str, other: str, window: Window, certainties: Sequence[str]) -> RankView | None:
    counts = visit_counts(corridor, country, window, certainties)
    return rank_view(corridor, country, other, window, certainties) if counts else None


def _trips(corridor: Corridor, country: str, window: Window) -> dict[int, Trips]:
    frame = visits(corridor).filter(pl.col("visitor") == country)
    published = dict(corridor["observations"].select("model", "value").drop_nulls().iter_rows())
    trips = {}
    for year in window.years:
        rows = frame.filter(pl.col("year") == year)
        stated = published.get(f"visits_year:{country}:{year}")
        trips[year] = Trips(
            tuple(f"meetings/{name}" for name in rows["id"]),
            rows.filter(pl.col("certainty") == "sourced").height,
            int(stated) if stated is not None else None,
            weakest(rows["certainty"].to_list()),
        )
    return trips


def incomplete_note(found: Relation, view: RankView) -> str:
    """The warning that goes with a rank: how much of the denominator is sourced, and how many visits are known to be missing.

    A rank from a table that is fuller for one partner than for others flatters that partner.
    """
    short = [
        f"{trips.stated} in {year}, {len(trips.rows)} on record"
        for year, trips in found.trips[view.country].items()
        if trips.stated is not None and trips.stated > len(trips.rows)
    ]
    stated = f" Published totals: {'; '.join(short)}." if short else ""
    return (
        f"{view.sourced_share:.0%} of the visits on record by {country_name(view.country)} and "
        f"{view.partner_sourced_share:.0%} of those to {country_name(view.partner)} are sourced, and the list of the others is incomplete, "
        f"so the rank is an illustration, not a finding.{stated}"
    )


def rank_text(view: RankView) -> str:
    """A rank by the counts as they stand: "5" or, when several are tied, "5 to 6"."""
    standing = view.ranks.of(view.partner)
    return str(standing.rank_best) if standing.rank_best == standing.rank_worst else f"{standing.rank_best} to {standing.rank_worst}"
