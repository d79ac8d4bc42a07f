"""Charts of what changes and who depends on whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from daliz.assess.agenda import Agenda
from daliz.assess.compare import Comparison
from daliz.assess.history import Change
from daliz.assess.measures import SHARE

if TYPE_CHECKING:
    import altair as alt

CELL = 34
DARK = 0.5
WIDE_PERCENT = 200
TICKS_PERCENT = (-100, -20, 0, 20, 100, 300, 1000, 3000, 10_000, 100_000)
LEAST_PERCENT = 0.05
SIMULATED, EXACT = "simulated, with 95 % interval", "exact"
BLUE, GREY = "#12436d", "#5b6570"


def matrix_chart(
    frame: pl.DataFrame,
    column: str,
    names: Mapping[str, str],
    rows: Sequence[str],
    columns: Sequence[str],
    unit: str,
    marked: Mapping[str, Sequence[str]] | None = None,
) -> alt.LayerChart:
    """A matrix: each row a country, each column a territory; the number in the cell is the column's value (a share: in percent).

    Parameters: marked (territories by country whose cell bears a star).
    """
    import altair as alt

    shown = frame.filter(pl.col("country").is_in(list(rows)) & pl.col("territory").is_in(list(columns)) & pl.col(column).is_not_null())
    stars = {(country, code) for country, codes in (marked or {}).items() for code in codes}
    cells = shown.select(
        country=pl.col("country").replace(dict(names)),
        territory=pl.col("territory").replace(dict(names)),
        value=100 * pl.col(column),
        told=pl.Series(
            [f"{100 * value:.0f}{'*' * ((a, b) in stars)}" for a, b, value in shown.select("country", "territory", column).iter_rows()],
            dtype=pl.String,
        ),
    )
    top = max(float(cells["value"].max() or 0.0), 1.0)  # type: ignore[arg-type]
    base = alt.Chart(cells).encode(
        x=alt.X(
            "territory:N",
            sort=[names[code] for code in columns],
            title="when this territory is closed",
            axis=alt.Axis(labelAngle=-50, orient="top"),
        ),
        y=alt.Y("country:N", sort=[names[code] for code in rows], title=None),
    )
    squares = base.mark_rect(stroke="white").encode(
        color=alt.Color("value:Q", scale=alt.Scale(domain=[0, top], range=["#f3f6f9", "#12436d"]), legend=None)
    )
    numbers = base.mark_text(fontSize=11).encode(
        text="told:N",
        color=alt.condition(f"datum.value > {DARK * top}", alt.value("white"), alt.value("#1d2733")),
    )
    return (squares + numbers).properties(
        width=CELL * len(columns), height=0.7 * CELL * len(rows), title=alt.Title(unit, anchor="start", fontWeight="normal", fontSize=12)
    )


def comparison_chart(comparison: Comparison, names: Mapping[str, str], title: str = "", note: str = "") -> alt.LayerChart:
    """Changes in percent of the corridor as it is, with their 95 % intervals; measures without a change or without a value are not
    drawn, nor what is left standing, which is the other side of what is delivered, nor shares of traffic, which change by points.

    Parameters: names (subjects in words), title, note (a second line below it).
    """
    import altair as alt

    told = (pl.col("base").abs() > 0) & (pl.col("measure") != "left_teu_year") & ~pl.col("measure").str.starts_with(SHARE)
    order = {subject: place for place, subject in enumerate(comparison.subjects)}
    percent = (
        comparison.table.filter(told)
        .select(
            "subject",
            what=pl.concat_str("label", pl.col("subject").replace(dict(names)), separator=", ").str.strip_chars(", "),
            kind=pl.when(pl.col("low") < pl.col("high")).then(pl.lit(SIMULATED)).otherwise(pl.lit(EXACT)),
            **{name: 100 * pl.col(name) / pl.col("base") for name in ("difference", "low", "high")},
        )
        .filter(pl.col("difference").abs() >= LEAST_PERCENT)
        .sort(pl.col("subject").replace_strict(order, default=len(order)), maintain_order=True)
    )
    base = alt.Chart(percent).encode(y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=430)))
    ends = [*percent["low"], *percent["high"], 0.0]
    change = alt.X("low:Q", title="change, percent", scale=alt.Scale(zero=True))
    if max(map(abs, ends)) > WIDE_PERCENT:
        ticks = [tick for tick in TICKS_PERCENT if 1.3 * min(ends) <= tick <= 1.1 * max(ends)]
        change = (
            change.scale(type="symlog", constant=20, domain=[1.3 * min(ends), 1.1 * max(ends)], nice=False)
            .axis(values=ticks, labelOverlap=False)
            .title("change, percent (logarithmic)")
        )
    kinds = [kind for kind in (SIMULATED, EXACT) if kind in percent["kind"].to_list()]
    points = base.mark_point(size=60, color=BLUE, opacity=1, strokeWidth=2).encode(
        x="difference:Q",
        fill=alt.Fill(
            "kind:N",
            scale=alt.Scale(domain=kinds, range=[{SIMULATED: BLUE, EXACT: "white"}[kind] for kind in kinds]),
            legend=alt.Legend(title=None, orient="top", symbolStrokeColor=BLUE, labelLimit=400),
        ),
    )
    numbers = base.mark_text(align="left", dx=9, dy=-8, fontSize=11).encode(x="high:Q", text=alt.Text("difference:Q", format="+,.1f"))
    spans, low_ends, high_ends = _whiskers(base, change)
    layers = _zero() + spans + low_ends + high_ends + points + numbers
    return _titled(layers.properties(width=380, height=24 * max(percent.height, 1)), title, note)


def _zero() -> alt.Chart:
    """A line where nothing changes."""
    import altair as alt

    return alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(color="#9aa4af").encode(x="zero:Q")


def _whiskers(base: alt.Chart, low: alt.X) -> tuple[alt.Chart, alt.Chart, alt.Chart]:
    """Intervals from low to high, and a mark at each end where there is one, so that a narrow one is seen behind its point."""
    caps = base.transform_filter("datum.low < datum.high").mark_tick(thickness=1.5, size=15, color=BLUE)
    return base.mark_rule(strokeWidth=2, color=BLUE).encode(x=low, x2="high:Q"), caps.encode(x="low:Q"), caps.encode(x="high:Q")


def _titled(chart: alt.LayerChart, title: str, note: str) -> alt.LayerChart:
    """The chart with a title, where there is one, and a note below it."""
    import altair as alt

    if not title:
        return chart
    lines = [note] if note else []
    head = alt.Title(title, subtitle=lines, anchor="start", fontWeight="normal", fontSize=13, subtitleFontSize=11, subtitleColor=GREY)
    return chart.properties(title=head)


def agenda_chart(found: Agenda, measure: str, title: str = "", most: int = 14) -> alt.LayerChart:
    """The effect of each project on one measure, first and last, with 95 % intervals; those told from chance in full colour.

    Of more than `most` projects the strongest are drawn, and a line says how many others there are.
    """
    import altair as alt

    rows = found.table.filter((pl.col("measure") == measure) & (pl.col("kind") == "project") & pl.col("role").is_in(["first", "last"]))
    rows = rows.filter(pl.col("effect").is_not_null())
    ranked = rows.group_by("title").agg(pl.col("effect").abs().max()).sort(["effect", "title"], descending=[True, False])
    order = (ranked if ranked.height <= most else ranked.filter(pl.col("effect") > 0).head(most))["title"].to_list()
    shown = rows.filter(pl.col("title").is_in(order)).select("title", "role", "effect", "low", "high", "measurable")
    unit = rows["unit"][0] if rows.height else ""
    base = alt.Chart(shown).encode(
        y=alt.Y("title:N", sort=order, title=None, axis=alt.Axis(labelLimit=430)),
        yOffset=alt.YOffset("role:N", sort=["first", "last"]),
        opacity=alt.condition("datum.measurable", alt.value(1.0), alt.value(0.4)),
    )
    low = alt.X("low:Q", title=f"change, {unit}".strip(", "), scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=6, labelFlush=False))
    points = base.mark_point(filled=True, size=60, color=BLUE).encode(
        x="effect:Q",
        shape=alt.Shape(
            "role:N", sort=["first", "last"], scale=alt.Scale(range=["circle", "square"]), legend=alt.Legend(title=None, orient="top")
        ),
    )
    changed = ranked.filter(pl.col("effect") > 0).height
    left = {"weaker": changed - len(order), "without any change": ranked.height - changed if ranked.height > most else 0}
    note = "bars: 95 % intervals; pale: not told from chance"
    if undrawn := ", ".join(f"{count} {what}" for what, count in left.items() if count > 0):
        note += f"; not drawn: {undrawn}"
    spans, low_ends, high_ends = _whiskers(base, low)
    layers = _zero() + spans + low_ends + high_ends + points
    return _titled(layers.properties(width=380, height=34 * max(len(order), 1)), title, note)


def scenarios_chart(rows: pl.DataFrame, title: str) -> alt.LayerChart:
    """One measure under several scenarios (columns name, scenario, low, high), with the corridor as it is (column base) as a rule."""
    import altair as alt

    order = rows.sort("scenario", descending=True)["name"].to_list()
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=430)))
    now = alt.Chart(rows.head(1)).mark_rule(color="#9aa4af", strokeDash=[4, 3]).encode(x="base:Q")
    spans = base.mark_rule(strokeWidth=2, color="#12436d").encode(x=alt.X("low:Q", title=title, scale=alt.Scale(zero=True)), x2="high:Q")
    points = base.mark_point(filled=True, size=60, color="#12436d", opacity=1).encode(x="scenario:Q")
    numbers = base.mark_text(align="left", dx=8, fontSize=11).encode(x="high:Q", text=alt.Text("scenario:Q", format=".1f"))
    return (now + spans + points + numbers).properties(width=380, height=28 * rows.height)


def history_chart(changes: Sequence[Change]) -> alt.LayerChart:
    """By how much each figure changed, as published and in the model, joined by a line; 1 is no change."""
    import altair as alt

    rows = [
        {"what": change.what, "by": by, "times": ratio, "published": change.observed_ratio, "model": change.model_ratio}
        for change in changes
        if change.model_ratio is not None
        for by, ratio in (("published", change.observed_ratio), ("model", change.model_ratio))
    ]
    base = alt.Chart(pl.DataFrame(rows)).encode(y=alt.Y("what:N", sort=None, title=None, axis=alt.Axis(labelLimit=400)))
    sides, legend = ["published", "model"], alt.Legend(title=None, orient="top")
    same = alt.Chart(pl.DataFrame({"one": [1.0]})).mark_rule(color="#9aa4af", strokeDash=[4, 3]).encode(x="one:Q")
    spans = base.mark_rule(strokeWidth=2, color="#c3cad2").encode(x=alt.X("published:Q", title="after over before"), x2="model:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x="times:Q",
        color=alt.Color("by:N", scale=alt.Scale(domain=sides, range=["#8a8f98", "#12436d"]), legend=legend),
        shape=alt.Shape("by:N", scale=alt.Scale(domain=sides, range=["square", "circle"]), legend=legend),
    )
    return (same + spans + points).properties(width=330, height=34 * (len(rows) // 2))
