"""`daliz relations`: visits, agreements and balance of two countries, from the corridor's tables or from a store of news events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.say import json_text, say

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor
    from daliz.relations.meetings import PairVisits, RankView, Window
    from daliz.relations.relation import Relation

PairArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="COUNTRY [COUNTRY]", help="Two countries, by code or name; one: all its partners; default: the pair with most visits."
    ),
]


def relations(
    pair: PairArgument = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
    since: Annotated[int | None, typer.Option(help="First year; default: from where both countries' visits are widely on record.")] = None,
    until: Annotated[int | None, typer.Option(help="Last year; default: the last year on record.")] = None,
    missing: Annotated[str, typer.Option(help="Months that nobody watched, with commas between: 2020-03,2020-04.")] = "",
    recorded: Annotated[float, typer.Option(help="Assumed share of visits to others that the table holds, above 0 and at most 1.")] = 1.0,
    weights: Annotated[str, typer.Option(help="Weights of the kinds of visit: equal, graded or bilateral.")] = "equal",
    as_of: Annotated[str | None, typer.Option(help="Day to judge agreements by; default: the last day on record.")] = None,
    events: Annotated[Path | None, typer.Option(help="Folder that `daliz events` made: measure news events instead of the tables.")] = None,
    event_class: Annotated[
        str, typer.Option("--class", help="Class of news events: VISIT, AGREEMENT, CONSULT ..., cooperation, conflict.")
    ] = "VISIT",
    audit: Annotated[Path | None, typer.Option(help="Checked sample of events, to correct their counts by.")] = None,
    votes: Annotated[Path | None, typer.Option(help="CSV of UN ideal points or roll calls, for the distance in votes.")] = None,
) -> None:
    """How two countries deal with each other: visits, their rate and change, rank among partners, agreements, balance."""
    from daliz.corridor import load

    loaded = load(corridor)
    alone = _alone(pair) if events is None else None
    if alone is not None:
        _show_partners(loaded, alone, since, until, missing, as_json)
        return
    countries = _pair(loaded, pair)
    if events is not None:
        _show_events(events, countries, event_class, audit, as_json)
        return
    from daliz.relations.headlines import figures
    from daliz.relations.relation import relation

    window = _window(loaded, countries, since, until, missing)
    found = relation(loaded, countries, window, as_of)
    distances = _votes(votes, countries) if votes else []
    views = _views(loaded, found, weights, recorded)
    if as_json:
        out = {"pair": list(countries), "figures": figures(found), "votes": distances}
        print(json_text(out))
        return
    _show_visits(found)
    _show_ranks(found, views, f"weights {weights}, {recorded:.0%} of visits elsewhere recorded")
    _show_balance(found)
    _show_agreements(found)
    for line in distances:
        say(line)


def _alone(given: list[str] | None) -> str | None:
    """The country, where one is given and not a pair in one word (KAZ-AZE)."""
    from daliz.corridor.names import fold
    from daliz.relations.countries import country_code, spellings

    if not given or len(given) != 1:
        return None
    known = fold(given[0]) in spellings()
    return country_code(given[0]) if known or not set(given[0]) & set("-, ") else None


def _show_partners(loaded: Corridor, country: str, since: int | None, until: int | None, missing: str, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from daliz.relations.countries import country_name
    from daliz.relations.partners import partners

    window, found = partners(loaded, country, _window(loaded, (country, country), since, until, missing))
    if as_json:
        print(json_text({"country": country, "first": window.first, "last": window.last, "partners": found}))
        return
    name = country_name(country)
    say(f"Presidential visits of {name} to its partners, {window.text()}, on all rows:")
    grid = Table(box=None, pad_edge=False)
    for head in ("partner", "visits", "sourced", "a year", "95 %", "rank 95 %", "came"):
        grid.add_column(head, justify="left" if head == "partner" else "right")
    for partner in found:
        often, standing = partner.rate, partner.standing
        came = "?" if partner.back is None else str(partner.back)
        rank = f"{standing.low} to {standing.high}"
        counts = (str(partner.out), str(partner.sourced), f"{often.mean:.2f}", f"{often.low:.2f}-{often.high:.2f}")
        grid.add_row(country_name(partner.code), *counts, rank, came)
    Console().print(grid)
    out, sourced = sum(partner.out for partner in found), sum(partner.sourced for partner in found)
    say(f"Came: visits to {name}; ? where the table holds no visits of that country's president at all.", 2)
    say(
        f"Warning: {sourced} of the {out} visits of {name} on record are sourced, and the lists are fuller for some partners than for "
        f"others, so the ranks are an illustration, not a finding.",
        2,
    )


def _pair(loaded: Corridor, given: list[str] | None) -> tuple[str, str]:
    from daliz.corridor import DalizError
    from daliz.relations.countries import country_code, parse_pair
    from daliz.relations.meetings import busiest_pair

    if not given:
        return busiest_pair(loaded)
    if len(given) == 1:
        return parse_pair(given[0])
    if len(given) != 2:
        raise DalizError(f"{len(given)} countries given; expected two, for example  daliz relations KAZ AZE")
    codes = country_code(given[0]), country_code(given[1])
    return parse_pair("-".join(codes))


def _window(loaded: Corridor, countries: tuple[str, str], since: int | None, until: int | None, missing: str) -> Window:
    from daliz.relations.meetings import Window, default_window

    usual = default_window(loaded, countries)
    months = tuple(month.strip() for month in missing.split(",") if month.strip())
    return Window(since or usual.first, until or usual.last, months)


def _votes(path: Path, countries: tuple[str, str]) -> list[str]:
    from daliz.relations.votes import agreement_scores, distances, is_ideal_points, read_ideal_points

    if is_ideal_points(path):
        last = distances(read_ideal_points(path), *countries)[-1]
        gap = last.distance
        return [f"UN votes: distance {gap.value:.3g} ({gap.low:.2g} to {gap.high:.2g}) in session {last.session} ({last.year})."]
    score = agreement_scores(path, *countries)[-1]
    return [f"UN votes: agreement {score.score:.3f} on {score.votes} divided votes of {score.year}."]


def _show_visits(found: Relation) -> None:
    from rich.console import Console
    from rich.table import Table

    from daliz.relations.countries import country_name

    first, second = (country_name(code) for code in found.pair)
    own, whole = found.sourced, found.all_rows
    say(f"Presidential visits between {first} and {second}, {found.window.text()}:")
    say(f"{own.both.total} on sourced rows, {whole.both.total} on all rows.", 2)
    grid = Table(box=None, pad_edge=False)
    for head in ("year", f"{first} to {second}", f"{second} to {first}", "both", "watched"):
        grid.add_column(head, justify="right")
    for index, year in enumerate(found.window.years):
        out, back = own.out.counts[index], own.back.counts[index]
        grid.add_row(str(year), f"{out:.0f}", f"{back:.0f}", f"{out + back:.0f}", f"{own.out.exposure[index]:.0%}")
    Console().print(grid)
    kinds = ", ".join(f"{sum(counts)} {kind.replace('_', ' ')}" for kind, counts in own.by_kind.items() if sum(counts))
    if kinds:
        say(f"By kind: {kinds}.")
    _show_rates(own, first)


def _show_rates(own: PairVisits, first: str) -> None:
    rate, growth, share = own.rate, own.trend, own.reciprocity
    say(f"Rate: {rate.mean:.2f} a year over all years (95 % interval {rate.low:.2f} to {rate.high:.2f}).")
    say(f"Counts vary more from year to year than chance (Poisson) makes them, with probability {rate.over_dispersed:.0%}.", 2)
    say(
        f"Trend: {100 * growth.growth:+.0f} % a year ({100 * growth.low:+.0f} to {100 * growth.high:+.0f}), "
        f"rising with probability {growth.p_up:.0%}."
    )
    if own.change and own.changes and own.both.total:
        change = own.change
        likely = sorted(zip(change.probability, change.labels, strict=True), reverse=True)[:3]
        years = ", ".join(f"{year} ({chance:.0%})" for chance, year in likely)
        say(f"Change: the rate changed at all with probability {own.changes.any:.0%}, where one half was taken before seeing the counts.")
        say(f"If it changed once, the new rate began in {years}:", 2)
        before, after = change.before, change.after
        say(f"before {before.value:.1f} a year ({before.low:.1f} to {before.high:.1f}),", 4)
        say(f"after {after.value:.1f} a year ({after.low:.1f} to {after.high:.1f}).", 4)
        say(f"The counts speak for one change over none {change.bayes_factor:.3g} to 1.", 2)
    say(f"Reciprocity: {share.value:.0%} of the visits by {first} ({share.low:.0%} to {share.high:.0%}).")


def _views(loaded: Corridor, found: Relation, weights: str, recorded: float) -> dict[str, RankView]:
    """Ranks under other assumptions than the usual, by country; none where the usual ones are asked for."""
    from daliz.relations.meetings import CERTAINTIES, rank_view

    if weights == "equal" and recorded == 1.0:
        return {}
    return {
        country: rank_view(loaded, country, other, found.window, CERTAINTIES, weights, recorded=recorded)
        for country, other in (found.pair, found.pair[::-1])
        if found.ranks[country][0] is not None
    }


def _show_ranks(found: Relation, views: dict[str, RankView], assumed: str) -> None:
    from daliz.relations.countries import country_name
    from daliz.relations.relation import incomplete_note

    for country, other in (found.pair, found.pair[::-1]):
        whole, sourced = found.ranks[country]
        if whole is None:
            continue
        print()
        say(f"{country_name(other)} among the destinations of {country_name(country)}:")
        if sourced is not None:
            say(f"sourced rows: {_rank_line(sourced)}", 2)
        say(f"all rows: {_rank_line(whole)}", 2)
        if country in views:
            say(f"{assumed}: {_rank_line(views[country])}", 2)
        region = ", ".join(f"{country_name(code)} {score:g}" for code, score in whole.regional[:5])
        say(f"{whole.region}: {region}", 2)
        say(f"Warning: {incomplete_note(found, whole)}", 2)


def _rank_line(view: RankView) -> str:
    from daliz.relations.relation import rank_text

    standing = view.ranks.of(view.partner)
    return (
        f"rank {rank_text(view)} of {len(view.ranks.standings)} (95 % interval {standing.low} to {standing.high}; "
        f"other weights {view.spread[0]} to {view.spread[1]})"
    )


def _show_balance(found: Relation) -> None:
    from rich.console import Console
    from rich.table import Table

    from daliz.relations.countries import country_name

    print()
    say("Balance over partners (all rows; H: Herfindahl, points):")
    grid = Table(box=None, pad_edge=False)
    for head in ("country", "what", "n", "effective", "95 %", "H", "even"):
        grid.add_column(head, justify="left" if head in ("country", "what") else "right")
    for country, kinds in found.spread.items():
        for what, spread in kinds.items():
            ends = spread.effective
            interval = "" if ends.low != ends.low else f"{ends.low:.1f}-{ends.high:.1f}"
            even = f"{spread.evenness.value:.2f}"
            grid.add_row(country_name(country), what, str(spread.n), f"{ends.value:.1f}", interval, f"{spread.points:,.0f}", even)
    Console().print(grid)
    for note in (
        "Effective: so many equal partners would be as concentrated.",
        "Visits: the interval takes each visit as chosen by itself.",
        "Documents: those of this register, which leans to whom it was collected on.",
        "Trade: partners with a published turnover only.",
        "Cargo: the demands that the corridor assumes.",
    ):
        say(note, 2)


def _show_agreements(found: Relation) -> None:
    from daliz.relations.agreements import follow_up_rate
    from daliz.relations.agreements.register import BINDING

    binding = sum(document.stage in BINDING for document in found.follow_ups)
    overdue = sum(document.overdue for document in found.follow_ups)
    print()
    say(
        f"Agreements: {len(found.follow_ups)} documents in the register, {binding} said to be in force, {overdue} overdue on {found.as_of}."
    )
    if found.follow_ups:
        share = follow_up_rate(found.follow_ups)
        say(f"Something was reported after signing on {share.value:.0%} of them ({share.low:.0%} to {share.high:.0%}).", 2)
    if found.gaps:
        say("How many documents there are, as somebody claimed on a day, beside those that the register lists:")
    for gap in found.gaps:
        say(f"{gap.date}: {gap.claimed} claimed, {gap.listed} listed by then, {gap.listed_in_force} of these said to be in force.", 2)
    for signing in found.signings:
        if signing.contradicts:
            counts = " or ".join(str(number) for number in sorted({number for _, number, _ in signing.counts}))
            say(f"Signed on {signing.date}: {counts} documents, as different sources count; {len(signing.listed)} are listed.", 2)


def _show_events(folder: Path, countries: tuple[str, str], name: str, audit: Path | None, as_json: bool) -> None:
    from daliz.relations.countries import country_name
    from daliz.relations.events import open_store, read_audit

    found = open_store(folder).relation(countries, name)
    checked = read_audit(audit) if audit else None
    years = [
        {"year": year, "out": int(out), "back": int(back), "covered": float(share)}
        for year, out, back, share in zip(found.out.labels, found.out.counts, found.back.counts, found.out.exposure, strict=True)
    ]
    corrected = checked.corrected(found.name.upper(), found.both.total) if checked else None
    if as_json:
        out: dict[str, Any] = {"pair": list(countries), "class": name, "years": years, "rate": found.rate, "trend": found.trend}
        out |= {"change": found.change, "corrected": corrected}
        out |= {"ranks": {country: ranks.of(_other(countries, country)) for country, ranks in found.ranks.items()}}
        print(json_text(out))
        return
    first, second = (country_name(code) for code in countries)
    say(f"News events of class {name} between {first} and {second}, as coded and folded, not checked one by one:")
    for row in years:
        say(f"{row['year']}: {row['out']} by {first}, {row['back']} by {second}; {row['covered']:.0%} of the year covered.", 2)
    say(f"Rate: {found.rate.mean:.3g} a year ({found.rate.low:.3g} to {found.rate.high:.3g}).")
    say(f"Trend: rising with probability {found.trend.p_up:.0%}.")
    if found.change:
        say(f"Change, if there was one: {found.change.best} ({max(found.change.probability):.0%}).")
    for country, ranks in found.ranks.items():
        standing = ranks.of(_other(countries, country))
        place = f"number {standing.rank_best} of {len(ranks.standings)} partners"
        say(f"{country_name(standing.partner)} is {place} of {country_name(country)}.")
    if corrected:
        say(f"Corrected by the audit: {corrected.value:.0f} real events ({corrected.low:.0f} to {corrected.high:.0f}).")


def _other(countries: tuple[str, str], country: str) -> str:
    return countries[1] if country == countries[0] else countries[0]
