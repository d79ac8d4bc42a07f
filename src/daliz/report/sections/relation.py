"""The relation: visits, their rate and change, where each country stands among the other's partners, balance and trade."""

from __future__ import annotations

import json

import altair as alt
import polars as pl

from daliz.corridor import Corridor
from daliz.draw import INK, PALETTE, chart_svg
from daliz.relations.countries import country_name
from daliz.relations.headlines import relation_figures
from daliz.relations.meetings import PairVisits, RankView
from daliz.relations.relation import Relation, incomplete_note, rank_text, relation
from daliz.report.section import Block, Grid, Picture, Section, Words

SHOWN_PARTNERS = 10


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section for two countries, and the same figures for their other partners beside it."""
    found = relation(corridor, pair)
    blocks: list[Block] = [_visits_picture(found), Words(_visits_words(found)), _visits_grid(corridor, found)]
    if found.sourced.changes is not None and found.sourced.both.total:
        blocks.append(_change_picture(found))
    for country in pair:
        whole, sourced = found.ranks[country]
        if whole is not None:
            blocks += [_rank_picture(whole, sourced), Words(_rank_words(found, whole, sourced)), _partners_grid(whole, sourced)]
    if any(found.drift.values()):
        blocks += [_drift_picture(found), Words(_balance_words(found)), _balance_grid(found)]
    if found.trade:
        blocks.append(_trade_grid(found))
    return Section("relation", "The relation", _lead(found), blocks, relation_figures(found))


def _lead(found: Relation) -> str:
    first, second = (country_name(code) for code in found.pair)
    own = found.sourced
    change = ""
    if own.change is not None and own.both.total:
        change = f" If the rate changed once, it was most probably in {own.change.best} ({max(own.change.probability):.0%})."
    margin = sum(own.by_kind["summit_margin"])
    summits = f"; {margin} of these journeys were made for a summit" if margin else ""
    return (
        f"Presidents of {first} and {second} visited each other {own.both.total} times in {found.window.text()}, "
        f"{own.out.total} times from {first} and {own.back.total} from {second}{summits}.{change} "
        f"Only rows with a page behind them make these counts."
    )


def _visits_words(found: Relation) -> str:
    own, whole = found.sourced, found.all_rows
    kinds = ", ".join(f"{sum(counts)} {kind.replace('_', ' ')}" for kind, counts in own.by_kind.items() if sum(counts))
    return (
        f"By kind: {kinds or 'none'}. With the rows that are recalled and not sourced there are {whole.both.total}. "
        f"A visit is one made in person; a video link is none, and meetings in third countries are left out. "
        f"The rate over all years is {own.rate.mean:.2f} a year (95 % credible interval {own.rate.low:.2f} to {own.rate.high:.2f}); a "
        f"steady trend over these years rises with probability {own.trend.p_up:.0%}. {_change_words(own)}"
        f"If only 80 % of visits were on record, the rate would be {own.rate.mean / 0.8:.2f}."
    )


def _change_words(own: PairVisits) -> str:
    if own.change is None or own.changes is None or not own.both.total:
        return ""
    before, after = own.change.before, own.change.after
    return (
        f"That it changed at all has probability {own.changes.any:.0%} (one half before seeing the counts); if it changed once, it was "
        f"{before.value:.1f} a year before ({before.low:.1f} to {before.high:.1f}) and {after.value:.1f} after ({after.low:.1f} to "
        f"{after.high:.1f}). "
    )


def _visits_picture(found: Relation) -> Picture:
    first, second = (country_name(code) for code in found.pair)
    ways = ((f"{first} to {second}", found.sourced.out), (f"{second} to {first}", found.sourced.back))
    rows = [
        {"year": str(year), "way": way, "visits": int(count), "order": order}
        for order, (way, counts) in enumerate(ways)
        for year, count in zip(counts.labels, counts.counts, strict=True)
    ]
    chart = (
        alt.Chart(alt.Data(values=rows), width=560, height=190)
        .mark_bar(size=26)
        .encode(
            x=alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("visits:Q", title="visits", axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.Color("way:N", sort=[way for way, _ in ways], scale=alt.Scale(range=list(PALETTE[:2])), legend=_legend()),
            order=alt.Order("order:Q"),
        )
    )
    caption = f"Presidential visits between {first} and {second} by year, sourced rows."
    return Picture(chart_svg(chart), caption, found.sourced.rows)


def _legend() -> alt.Legend:
    return alt.Legend(title=None, orient="top", labelLimit=400)


def _change_picture(found: Relation) -> Picture:
    changes = found.sourced.changes
    assert changes is not None
    years = found.window.years
    level = [
        {"year": str(year), "value": rate.value, "low": rate.low, "high": rate.high}
        for year, rate in zip(years, changes.level, strict=True)
    ]
    chance = [{"year": str(year), "chance": 100 * p} for year, p in zip(changes.labels, changes.probability, strict=True)]
    axis = alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0), scale=alt.Scale(domain=[str(year) for year in years]))
    base = alt.Chart(alt.Data(values=level), width=560, height=150)
    band = base.mark_area(opacity=0.18, color=PALETTE[0]).encode(x=axis, y=alt.Y("low:Q", title="visits a year"), y2="high:Q")
    line = base.mark_line(color=PALETTE[0], point=alt.OverlayMarkDef(color=PALETTE[0])).encode(x=axis, y="value:Q")
    bars = (
        alt.Chart(alt.Data(values=chance), width=560, height=90)
        .mark_bar(size=26, color=PALETTE[1])
        .encode(x=axis, y=alt.Y("chance:Q", title="new rate, %", scale=alt.Scale(domain=[0, 100])))
    )
    text = bars.mark_text(dy=-6, color=INK).encode(text=alt.Text("chance:Q", format=".0f"))
    chart = alt.vconcat(band + line, bars + text, spacing=6)
    caption = (
        "Above: the rate of visits with its 95 % interval, averaged over all ways of cutting the years into stretches. "
        "Below: the probability that a new rate began in that year, any number of changes allowed."
    )
    return Picture(chart_svg(chart), caption, found.sourced.rows)


def _rank_picture(whole: RankView, sourced: RankView | None) -> Picture:
    shown = list(whole.ranks.standings[:SHOWN_PARTNERS])
    if whole.partner not in [standing.partner for standing in shown]:
        shown.append(whole.ranks.of(whole.partner))
    by_sourced = {standing.partner: standing.score for standing in sourced.ranks.standings} if sourced else {}
    rows = [
        {
            "partner": country_name(standing.partner),
            "visits": standing.score,
            "sourced": by_sourced.get(standing.partner, 0.0),
            "low": standing.low,
            "high": standing.high,
            "median": standing.median,
            "own": standing.partner == whole.partner,
        }
        for standing in shown
    ]
    order = [country_name(standing.partner) for standing in shown]
    y = alt.Y("partner:N", sort=order, title=None)
    color = alt.condition("datum.own", alt.value(PALETTE[1]), alt.value(PALETTE[0]))
    base = alt.Chart(alt.Data(values=rows), height=22 * len(rows))
    bars = base.properties(width=270).mark_bar(size=13, opacity=0.45).encode(y=y, x=alt.X("visits:Q", title="visits"), color=color)
    inner = base.properties(width=270).mark_bar(size=6).encode(y=y, x="sourced:Q", color=color)
    span = alt.Y("partner:N", sort=order, title=None, axis=None)
    axis = alt.X(
        "low:Q", title="rank, 95 % interval", scale=alt.Scale(domain=[0.5, max(standing.high for standing in shown) + 0.5], nice=False)
    )
    rule = base.properties(width=250).mark_rule(strokeWidth=3).encode(y=span, x=axis, x2="high:Q", color=color)
    dot = base.properties(width=250).mark_point(filled=True, size=60, opacity=1).encode(y=span, x="median:Q", color=color)
    caption = (
        f"Destinations of the president of {country_name(whole.country)}, {whole.window.text()}: visits (wide: all rows; narrow: sourced "
        f"rows), and the rank with its interval from all rows. {country_name(whole.partner)} stands out."
    )
    return Picture(chart_svg(alt.hconcat(bars + inner, rule + dot, spacing=14)), caption, whole.rows)


def _rank_words(found: Relation, whole: RankView, sourced: RankView | None) -> str:
    by_sourced = ""
    if sourced is not None:
        standing = sourced.ranks.of(sourced.partner)
        interval = f"95 % interval {standing.low} to {standing.high}"
        by_sourced = f"On sourced rows {country_name(whole.partner)} is number {rank_text(sourced)} ({interval}); "
    standing = whole.ranks.of(whole.partner)
    best = [country_name(code) for code, score in whole.regional if score == whole.regional[0][1]]
    return (
        f"{by_sourced}on all rows number {rank_text(whole)} of {len(whole.ranks.standings)} ({standing.low} to {standing.high}). "
        f"Other weights of state, official, working visits and summits put it between {whole.spread[0]} and {whole.spread[1]}. "
        f"Most visited in {whole.region}: {' and '.join(best)}. Warning: {incomplete_note(found, whole)}"
    )


def _partners_grid(whole: RankView, sourced: RankView | None) -> Grid:
    by_sourced = {standing.partner: standing.score for standing in sourced.ranks.standings} if sourced else {}
    cells = [
        (
            country_name(standing.partner),
            int(standing.score),
            int(by_sourced.get(standing.partner, 0)),
            str(standing.rank_best) if standing.rank_best == standing.rank_worst else f"{standing.rank_best} to {standing.rank_worst}",
            f"{standing.low} to {standing.high}",
        )
        for standing in whole.ranks.standings
    ]
    heads = ("destination", "visits, all rows", "sourced", "rank by count", "95 % interval of rank")
    return Grid(heads, cells, f"All destinations of {country_name(whole.country)}, {whole.window.text()}.", whole.rows, folded=True)


def _drift_picture(found: Relation) -> Picture:
    rows = [
        {
            "year": last,
            "country": country_name(country),
            "value": c.effective.value,
            "low": c.effective.low,
            "high": min(c.effective.high, 40),
        }
        for country, drift in found.drift.items()
        for last, c in drift.items()
    ]
    names = [country_name(country) for country in found.pair]
    color = alt.Color("country:N", sort=names, scale=alt.Scale(domain=names, range=list(PALETTE[:2])), legend=None)
    base = alt.Chart(alt.Data(values=rows), width=500, height=180)
    x = alt.X("year:O", title="last of three years", axis=alt.Axis(labelAngle=0))
    band = base.mark_area(opacity=0.15).encode(x=x, y=alt.Y("low:Q", title="effective destinations"), y2="high:Q", color=color)
    line = base.mark_line(point=True).encode(x=x, y="value:Q", color=color, strokeDash=alt.StrokeDash("country:N", sort=names, legend=None))
    labels = [_end_label(base, country, found, x, color) for country in found.drift if found.drift[country]]
    caption = (
        "How widely each president travels: the effective number of destinations (1 over the Herfindahl index) in running windows of three "
        "years, all rows, with 95 % intervals (cut at 40)."
    )
    rows_used = tuple(row for view, _ in found.ranks.values() if view is not None for row in view.rows)
    return Picture(chart_svg(alt.layer(band, line, *labels)), caption, rows_used)


def _end_label(base: alt.Chart, country: str, found: Relation, x: alt.X, color: alt.Color) -> alt.Chart:
    """The country's name at the end of its line, out of the way of the other's."""
    ends = {code: drift[max(drift)].effective.value for code, drift in found.drift.items() if drift}
    above = ends[country] >= max(ends.values())
    name, last = country_name(country), max(found.drift[country])
    own = base.transform_filter(f"datum.year === {last} && datum.country === {json.dumps(name)}")
    return own.mark_text(align="left", dx=8, dy=-8 if above else 8).encode(x=x, y="value:Q", text="country:N", color=color)


def _balance_words(found: Relation) -> str:
    parts = []
    for country, balance in found.balance.items():
        own = found.balance_sourced.get(country)
        beside = f"; on sourced rows {own.effective.value:.1f}" if own else ""
        parts.append(
            f"{country_name(country)}: {balance.effective.value:.1f} effective destinations of {balance.n} "
            f"({balance.effective.low:.1f} to {balance.effective.high:.1f}{beside}), Herfindahl {balance.points:,.0f} points, "
            f"evenness {balance.evenness.value:.2f}"
        )
    return "Balance over the whole time. " + "; ".join(parts) + "."


def _balance_grid(found: Relation) -> Grid:
    cells = [
        (
            country_name(country),
            what,
            spread.n,
            f"{spread.effective.value:.1f}",
            _range(spread.effective.low, spread.effective.high),
            f"{spread.points:,.0f}",
            f"{spread.normalised.value:.2f}",
            f"{spread.evenness.value:.2f}",
        )
        for country, kinds in found.spread.items()
        for what, spread in kinds.items()
    ]
    heads = ("country", "what", "partners", "effective partners", "95 % interval", "Herfindahl, points", "normalised", "evenness")
    caption = (
        "How widely each country spreads what the tables count. Only what is on record is shared out. The interval of visits takes each "
        "visit as chosen by itself. Documents are those of this corridor's register, which was collected on these two and leans towards "
        "them; they are no sample, so they have no interval. Trade is that of the partners with a published turnover, with an interval "
        "where the publications differ. Cargo is what the corridor's demands assume."
    )
    return Grid(heads, cells, caption)


def _range(low: float, high: float) -> str:
    """An interval in words; nothing where there is none."""
    return "" if low != low else f"{low:.1f} to {high:.1f}"


def _visits_grid(corridor: Corridor, found: Relation) -> Grid:
    ids = [row.partition("/")[2] for row in found.all_rows.rows]
    made = corridor["meetings"].filter(pl.col("id").is_in(ids)).sort("date_start")
    cells = [
        (
            row["date_start"],
            country_name(row["visitor_country"]),
            row["host_place"] or country_name(row["host_country"]),
            row["kind"].replace("_", " "),
            row["purpose"] or "",
            row["certainty"],
        )
        for row in made.iter_rows(named=True)
    ]
    heads = ("date", "visitor", "place", "kind", "purpose", "certainty")
    return Grid(heads, cells, "Every visit counted.", found.all_rows.rows, folded=True)


def _trade_grid(found: Relation) -> Grid:
    cells = [(str(year.year), f"{value:,.1f}", basis) for year in found.trade for value, basis in year.values]
    rows = tuple(row for year in found.trade for row in year.rows)
    return Grid(
        ("year", "million USD", "whose statistics"), cells, "Trade turnover of the two, whole years, as published side by side.", rows
    )
