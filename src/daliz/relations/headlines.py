"""Headline figures of a relation, as the dossier and `--json` give them."""

from __future__ import annotations

from typing import Any

from daliz.corridor.figures import Figure, weakest
from daliz.relations.agreements import follow_up_rate
from daliz.relations.agreements.register import BINDING
from daliz.relations.balance import Concentration
from daliz.relations.countries import country_name
from daliz.relations.meetings import RankView
from daliz.relations.relation import Relation, incomplete_note, rank_text

INTERVAL = "95 % credible interval"


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
            note=f"A steady trend over these years rises with probability {own.trend.p_up:.0%}.",
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
    return [*out, *_change_figures(found, subject, names, common)]


def _change_figures(found: Relation, subject: str, names: str, common: dict[str, Any]) -> list[Figure]:
    change = found.sourced.change
    if change is None or not found.sourced.both.total:
        return []
    best, chance = change.best, max(change.probability)
    return [
        Figure(
            f"change_year:{subject}",
            f"Year in which the rate of visits between {names} changed",
            float(best),
            "year",
            float(change.credible[0]),
            float(change.credible[-1]),
            "smallest set of years that holds 95 %",
            note=f"Probability of {best} if there was one change: {chance:.0%}; the data favour one change over none "
            f"{change.bayes_factor:.3g} to 1; {change.before.value:.2g} visits a year before, {change.after.value:.2g} after.",
            **common,
        ),
        Figure(f"change_probability:{subject}", f"Probability of {best}, if the rate changed once", 100 * chance, "%", **common),
    ]


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
        binding = [document for document in found.follow_ups if document.stage in BINDING]
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
