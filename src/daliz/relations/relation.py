"""Two countries' relation in one view: what the CLI prints and the dossier draws, with its headline figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from daliz.corridor.figures import Figure, weakest
from daliz.relations.agreements import (
    FollowUp,
    Signing,
    StockGap,
    follow_up,
    follow_up_rate,
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

INTERVAL = "95 % credible interval"


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


def figures(found: Relation) -> list[Figure]:
    """The headline figures of a relation, named `measure:subject`."""
    return [*relation_figures(found), *agenda_figures(found)]


def relation_figures(found: Relation) -> list[Figure]:
    """Figures of visits, ranks, balance and trade."""
    subject, names = _subject(found)
    return [*_visit_figures(found, subject, names), *_rank_figures(found), *_trade_figures(found, subject, names), *_trip_figures(found)]


def agenda_figures(found: Relation) -> list[Figure]:
    """Figures of agreements: listed, in force, followed up, claimed."""
    return _agreement_figures(found, *_subject(found))


def _subject(found: Relation) -> tuple[str, str]:
    first, second = found.pair
    return f"{first}-{second}", f"{country_name(first)} and {country_name(second)}"


def _trade_figures(found: Relation, subject: str, names: str) -> list[Figure]:
    if not found.trade:
        return []
    last = found.trade[-1]
    apart = f"Published by {len(last.rows)} sources; the interval runs from the lowest to the highest." if len(last.rows) > 1 else ""
    return [
        Figure(
            f"trade_usd:{subject}",
            f"Trade turnover between {names}, {last.year}",
            last.middle,
            "million USD",
            last.low if last.low < last.high else None,
            last.high if last.low < last.high else None,
            "lowest to highest published" if last.low < last.high else "",
            rows=last.rows,
            certainty=last.certainty,
            note=apart,
        )
    ]


def _trip_figures(found: Relation) -> list[Figure]:
    return [
        Figure(
            f"visits_year:{country}:{year}",
            f"Visits abroad of the president of {country_name(country)} in {year}, all rows on record",
            float(len(trips.rows)),
            "visits",
            rows=trips.rows,
            certainty=trips.certainty,
            note=f"{trips.sourced} of them are sourced.",
        )
        for country, years in found.trips.items()
        for year, trips in years.items()
    ]


def _visit_figures(found: Relation, subject: str, names: str) -> list[Figure]:
    own, whole = found.sourced, found.all_rows
    common: dict[str, Any] = {"rows": own.rows, "certainty": "sourced" if own.rows else "assumed"}
    years = found.window.text()
    rate, low, high = own.rate.mean, own.rate.low, own.rate.high
    out = [
        Figure(
            f"visits:{subject}",
            f"Presidential visits between {names}, {years}",
            float(own.both.total),
            "visits",
            note=f"Sourced rows, both ways; {whole.both.total} with the rows that are not sourced. Meetings elsewhere are not counted.",
            **common,
        ),
        Figure(
            f"visits_rate:{subject}",
            f"Presidential visits a year between {names}, {years}",
            rate,
            "visits/year",
            low,
            high,
            INTERVAL,
            note=f"Probability that counts vary more than Poisson counts: {own.rate.over_dispersed:.0%}.",
            **common,
        ),
        Figure(
            f"visits_trend:{subject}",
            f"Growth of visits from year to year between {names}, {years}",
            100 * own.trend.growth,
            "%/year",
            100 * own.trend.low,
            100 * own.trend.high,
            INTERVAL,
            note=f"The rate rises with probability {own.trend.p_up:.0%}.",
            **common,
        ),
        Figure(
            f"reciprocity:{subject}",
            f"Share of these visits made by {country_name(found.pair[0])}, {years}",
            100 * own.reciprocity.value,
            "%",
            100 * own.reciprocity.low,
            100 * own.reciprocity.high,
            INTERVAL,
            **common,
        ),
    ]
    out += [
        Figure(
            f"visits_year:{subject}:{year}",
            f"Presidential visits between {names} in {year}",
            float(count),
            "visits",
            rows=own.rows_by_year.get(year, ()),
            certainty=common["certainty"],
        )
        for year, count in zip(found.window.years, own.both.counts, strict=True)
    ]
    if own.change is not None and own.both.total:
        best = own.change.best
        p = max(own.change.probability)
        out.append(
            Figure(
                f"change_year:{subject}",
                f"Year in which the rate of visits between {names} changed",
                float(best),
                "",
                float(own.change.credible[0]),
                float(own.change.credible[-1]),
                "smallest set of years that holds 95 %",
                note=f"Probability of {best} if there was one change: {p:.0%}; the data favour one change over none "
                f"{own.change.bayes_factor:.3g} to 1; {own.change.before.value:.2g} visits a year before, "
                f"{own.change.after.value:.2g} after.",
                **common,
            )
        )
        out.append(
            Figure(f"change_probability:{subject}", f"Probability of {best}, if the rate changed once", 100 * p, "%", **common),
        )
    return out


def _rank_figures(found: Relation) -> list[Figure]:
    out = []
    for country, (whole, sourced) in found.ranks.items():
        views = [(name, view) for name, view in (("rank", sourced), ("rank_all", whole)) if view is not None]
        for name, view in views:
            out.append(_rank_figure(found, name, view))
        for label, concentration, seen in (
            ("effective_partners", found.balance_sourced.get(country), sourced),
            ("effective_partners_all", found.balance.get(country), whole),
        ):
            if concentration is not None and seen is not None:
                out.append(_partners_figure(found, f"{label}:{country}", concentration, seen))
    return out


def rank_text(view: RankView) -> str:
    """A rank by the counts as they stand: "5" or, when several are tied, "5 to 6"."""
    standing = view.ranks.of(view.partner)
    return str(standing.rank_best) if standing.rank_best == standing.rank_worst else f"{standing.rank_best} to {standing.rank_worst}"


def _rank_figure(found: Relation, name: str, view: RankView) -> Figure:
    standing = view.ranks.of(view.partner)
    basis = "sourced rows" if name == "rank" else "all rows"
    return Figure(
        f"{name}:{view.country}-{view.partner}",
        f"Rank of {country_name(view.partner)} among the destinations of {country_name(view.country)}, {found.window.text()}, {basis}",
        float(standing.rank_best),
        "",
        float(standing.low),
        float(standing.high),
        "95 % interval of the rank",
        rows=view.rows,
        certainty=view.certainty,
        note=f"By the counts {rank_text(view)}; by other weights of the kinds of visit {view.spread[0]} to {view.spread[1]}. "
        f"Warning: {incomplete_note(found, view)}",
    )


def _partners_figure(found: Relation, name: str, concentration: Concentration, view: RankView) -> Figure:
    basis = "all rows" if "_all:" in name else "sourced rows"
    return Figure(
        name,
        f"Effective number of destinations of {country_name(view.country)}, {found.window.text()}, {basis}",
        concentration.effective.value,
        "partners",
        concentration.effective.low,
        concentration.effective.high,
        "95 % interval",
        rows=view.rows,
        certainty=view.certainty,
        note=f"{concentration.n} destinations, {concentration.total:.0f} visits, Herfindahl index {concentration.points:,.0f} points.",
    )


def _agreement_figures(found: Relation, subject: str, names: str) -> list[Figure]:
    rows = tuple(document.row for document in found.follow_ups)
    rate = follow_up_rate(found.follow_ups)
    out = [
        Figure(
            f"agreements_listed:{subject}",
            f"Documents of {names} in the register",
            float(len(rows)),
            "documents",
            rows=rows,
            certainty="sourced" if rows else "assumed",
        )
    ]
    if rows:
        binding = [document for document in found.follow_ups if document.stage in ("in force", "implementing", "done")]
        out += [
            Figure(
                f"agreements_in_force:{subject}",
                f"Documents of {names} in the register that are said to be in force",
                float(len(binding)),
                "documents",
                rows=tuple(document.row for document in binding),
                certainty="sourced",
            ),
            Figure(
                f"follow_up_rate:{subject}",
                f"Share of documents of {names} on which something was reported after signing",
                100 * rate.value,
                "%",
                100 * rate.low,
                100 * rate.high,
                INTERVAL,
                rows=rows,
                certainty="sourced",
            ),
        ]
    dated = [gap for gap in found.gaps if gap.date != "undated"]
    if dated:
        last = dated[-1]
        others = ", ".join(f"{gap.claimed} ({gap.date})" for gap in found.gaps if gap is not last)
        out.append(
            Figure(
                f"stock_claim:{subject}",
                f"Documents between {names}, as claimed on {last.date}",
                float(last.claimed),
                "documents",
                rows=(last.row,),
                certainty=weakest([last.certainty]),
                note=f"The register lists {last.listed} documents of exactly these two: {last.missing} are not listed. "
                f"Other claims: {others or 'none'}; they count different things and are not added up.",
            )
        )
    return out
