"""Charts of a simulation: days of transit, where they go, queues over the year, what more units buy, trains and ships in space and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from daliz.corridor.places import short_names
from daliz.draw import INK, PALETTE
from daliz.freight.simulate.legs import CATEGORIES
from daliz.freight.simulate.simulation import Simulation
from daliz.freight.simulate.tally import EDGES, WINTER, relations_of

WIDTH = 620
DAY = 24.0
SHORTEST_SHOWN_DAYS = 0.1


def transit_chart(simulation: Simulation, relation: tuple[str, str]) -> Any:
    """Share of boxes by days of transit, over the year and in winter, with the best possible marked."""
    i = relations_of(simulation.compiled).index(relation)
    counts = simulation.tally.sums["histogram"][i]
    row = simulation.transit.filter((pl.col("origin") == relation[0]) & (pl.col("destination") == relation[1])).row(0, named=True)
    top = float(np.ceil(row["p95_days"] * 1.25))
    days = np.arange(0.5, top + 0.5)
    edges = np.arange(0.0, top + 1.0) * DAY
    rows = []
    for label, months in (("whole year", list(range(12))), ("November to February", list(WINTER))):
        running = np.concatenate([[0.0], np.cumsum(counts[months].sum(axis=0))])
        share = np.diff(np.interp(edges, EDGES, running)) / max(running[-1], 1.0)
        rows += [{"days": float(d), "share": 100.0 * float(s), "when": label} for d, s in zip(days, share, strict=True)]
    frame = pl.DataFrame(rows)
    colours = alt.Scale(domain=["whole year", "November to February"], range=[PALETTE[0], PALETTE[1]])
    lines = (
        alt.Chart(frame)
        .mark_line(interpolate="monotone", strokeWidth=2.5)
        .encode(
            x=alt.X("days:Q", title="days of transit", scale=alt.Scale(domain=[0, top])),
            y=alt.Y("share:Q", title="percent of boxes a day"),
            color=alt.Color("when:N", scale=colours, legend=None),
            strokeDash=alt.StrokeDash("when:N", scale=alt.Scale(domain=list(colours.domain), range=[[1, 0], [6, 3]]), legend=None),
        )
    )
    peaks = frame.filter(pl.col("share") == pl.col("share").max().over("when")).unique("when")
    shifts = peaks.with_columns(pl.when(pl.col("when") == "whole year").then(pl.lit(-1.0)).otherwise(pl.lit(1.0)).alias("side"))
    labels = [
        alt.Chart(shifts.filter(pl.col("side") == side))
        .mark_text(align="right" if side < 0 else "left", dx=8 * side, dy=-4, fontSize=12)
        .encode(x="days:Q", y="share:Q", text="when:N", color=alt.Color("when:N", scale=colours, legend=None))
        for side in (-1.0, 1.0)
    ]
    best = pl.DataFrame({"days": [row["best_days"]], "label": [f"best {row['best_days']:.1f}"]})
    rule = alt.Chart(best).mark_rule(color=INK, strokeDash=[2, 3]).encode(x="days:Q")
    note = alt.Chart(best).mark_text(align="right", dx=-4, y=10, fontSize=12, color=INK).encode(x="days:Q", text="label:N")
    return alt.layer(lines, *labels, rule, note).properties(width=WIDTH, height=220)


def days_chart(simulation: Simulation, demand: str, most: int = 12) -> Any:
    """Where a mean box's days go: hours by place, moving, in service and waiting."""
    frame = simulation.legs.filter(pl.col("demand") == demand)
    names = short_names(simulation.corridor)
    moving = pl.col("category") == CATEGORIES[0]
    frame = frame.with_columns(pl.when(moving).then(pl.lit("under way")).otherwise(pl.col("place").replace(names)).alias("where"))
    order = frame["where"].unique(maintain_order=True).to_list()
    by = frame.group_by("where", "category", maintain_order=True).agg(pl.col("hours").sum() / DAY)
    totals = by.group_by("where").agg(pl.col("hours").sum()).filter(pl.col("hours") >= SHORTEST_SHOWN_DAYS)
    largest = totals.sort("hours", descending=True).head(most)["where"].to_list()
    kept = [place for place in order if place in largest]
    used = [category for category in CATEGORIES if category in set(by["category"])]
    return (
        alt.Chart(by.filter(pl.col("where").is_in(kept)))
        .mark_bar(height=16)
        .encode(
            y=alt.Y("where:N", sort=kept, title=None, axis=alt.Axis(labelLimit=260)),
            x=alt.X("hours:Q", title="days of a mean box", axis=alt.Axis(tickCount=8, format="~g")),
            color=alt.Color(
                "category:N",
                scale=alt.Scale(domain=used, range=list(PALETTE[: len(used)])),
                legend=alt.Legend(title=None, orient="bottom", columns=3, labelLimit=260),
            ),
            order=alt.Order("rank:Q"),
        )
        .transform_calculate(rank=f"indexof({used!r}, datum.category)")
        .properties(width=WIDTH - 200, height=24 * len(kept))
    )


def bottleneck_chart(frame: pl.DataFrame, labels: dict[str, str], most: int = 8) -> Any:
    """Days of boxes saved a year by one more unit of each resource, with 95 % intervals."""
    rows = (
        frame.filter((pl.col("low") != 0.0) | (pl.col("high") != 0.0))
        .head(most)
        .with_columns(pl.format("{}: {}", pl.col("resource").replace(labels), "what").alias("label"))
    )
    order = rows["label"].to_list()
    axis = alt.Axis(labelLimit=380, labelExpr="split(datum.label, ': ')")
    base = alt.Chart(rows).encode(y=alt.Y("label:N", sort=order, title=None, axis=axis))
    bars = base.mark_bar(height=14, color=PALETTE[0]).encode(x=alt.X("box_days_year:Q", title="box-days saved a year"))
    whiskers = base.mark_rule(color=PALETTE[1], strokeWidth=2).encode(x="low:Q", x2="high:Q")
    zero = alt.Chart(pl.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeWidth=1).encode(x="x:Q")
    return alt.layer(bars, whiskers, zero).properties(width=WIDTH - 260, height=36 * len(order))


def queue_chart(simulation: Simulation, labels: dict[str, str], most: int = 4) -> Any:
    """Boxes waiting over the year in the pools where most wait, as means over replications (weekly)."""
    pools = simulation.queues.filter(pl.col("kind") == "pool")
    worst = pools.group_by("name").agg(pl.col("mean").mean()).sort("mean", descending=True).head(most)["name"].to_list()
    weekly = (
        pools.filter(pl.col("name").is_in(worst) & (pl.col("day") < pl.col("day").max() // 7 * 7))
        .with_columns((pl.col("day") // 7 * 7).alias("week"), pl.col("name").str.split("|").list.first().alias("service"))
        .group_by("service", "week", maintain_order=True)
        .agg(pl.col("mean").mean())
        .with_columns(pl.col("service").replace(labels).alias("label"))
    )
    last = weekly.filter(pl.col("week") == pl.col("week").max())
    names = [labels.get(name.split("|")[0], name.split("|")[0]) for name in worst]
    colours = alt.Scale(domain=names, range=list(PALETTE[: len(names)]))
    dash = alt.Scale(domain=names, range=[[1, 0], [6, 3], [2, 2], [8, 2, 2, 2]][: len(names)])
    x = alt.X("week:Q", title="day of the year", scale=alt.Scale(domain=[0, 365]))
    y = alt.Y("mean:Q", title="boxes (FEU) waiting")
    lines = (
        alt.Chart(weekly)
        .mark_line(strokeWidth=2)
        .encode(
            x=x, y=y, color=alt.Color("label:N", scale=colours, legend=None), strokeDash=alt.StrokeDash("label:N", scale=dash, legend=None)
        )
    )
    text = (
        alt.Chart(_apart(last))
        .mark_text(align="left", dx=6, fontSize=11, limit=210)
        .encode(x=x, y="at:Q", text="label:N", color=alt.Color("label:N", scale=colours, legend=None))
    )
    return alt.layer(lines, text).properties(width=WIDTH - 190, height=220)


def _apart(last: pl.DataFrame) -> pl.DataFrame:
    """Labels at line ends, moved apart so that they do not overlap."""
    ordered = last.sort("mean")
    gap = max(float(ordered["mean"].max() or 1.0), 1.0) / 14.0  # type: ignore[arg-type]
    places: list[float] = []
    for value in ordered["mean"]:
        places.append(max(value, places[-1] + gap) if places else value)
    return ordered.with_columns(pl.Series("at", places))


def tornado_chart(frame: pl.DataFrame, unit: str, most: int = 7) -> Any:
    """How a value moves when each assumption is a quarter lower or higher, with the 95 % interval of each move."""
    rows = frame.head(most)
    order = rows["label"].to_list()
    sides = {"lower": "a quarter less", "higher": "a quarter more"}
    shown = pl.concat(
        rows.select(
            "label", "base", pl.col(side).alias("value"), pl.col(f"{side}_low").alias("low"), pl.col(f"{side}_high").alias("high")
        ).with_columns(pl.lit(words).alias("side"))
        for side, words in sides.items()
    )
    scale = alt.Scale(zero=False)
    colours = alt.Scale(domain=list(sides.values()), range=[PALETTE[2], PALETTE[0]])
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=300))
    offset = alt.YOffset("side:N", sort=list(sides.values()))
    base = alt.Chart(shown).encode(y=y, yOffset=offset)
    bars = base.mark_bar(height=8).encode(
        x=alt.X("base:Q", title=unit, scale=scale),
        x2="value:Q",
        color=alt.Color("side:N", scale=colours, legend=alt.Legend(title=None, orient="bottom")),
    )
    whiskers = base.mark_rule(color=PALETTE[1], strokeWidth=2).encode(x=alt.X("low:Q", title=unit, scale=scale), x2="high:Q")
    rule = alt.Chart(rows.head(1)).mark_rule(color=INK).encode(x="base:Q")
    return alt.layer(bars, whiskers, rule).properties(width=WIDTH - 270, height=28 * len(order))


def string_line_chart(frame: pl.DataFrame, simulation: Simulation, services: Sequence[str], first_day: float, days: float) -> Any:
    """Trains and ships in space and time: one line a carrier over the places of a chain of services, from a trace.

    Ships are drawn back as well, with the other services of their fleet between the same places. Space is kilometres, but no stretch
    between two places where boxes are handled is drawn shorter than a seventh of the whole.
    """
    at, drawn_as, shown = _line_of_places(simulation, services)
    inside = pl.col("hour").is_between(DAY * first_day, DAY * (first_day + days))
    moves = frame.filter(inside & pl.col("service").is_in(list(drawn_as)) & (pl.col("event").is_in(["enters", "leaves"])))
    pieces: dict[int, int] = {}
    rows = []
    called = dict(simulation.corridor["services"].select("id", "name").iter_rows())
    for row in moves.select("carrier", "service", "seq", "hour", "event", "what").iter_rows(named=True):
        ends = at.get((row["service"], row["seq"]))
        if ends is None:  # elsewhere: the line is taken up again where the ship comes back
            pieces[row["carrier"]] = pieces.get(row["carrier"], 0) + 1
            continue
        place = ends[0] if row["what"] == "run" and row["event"] == "enters" else ends[1]
        piece = f"{row['carrier']};{pieces.get(row['carrier'], 0)}"
        rows.append({"piece": piece, "service": called[drawn_as[row["service"]]], "day": row["hour"] / DAY, "at": place})
    points = pl.DataFrame(rows, schema={"piece": pl.String, "service": pl.String, "day": pl.Float64, "at": pl.Float64})
    stands = (pl.col("at") == pl.col("at").shift(1)) & (pl.col("at") == pl.col("at").shift(-1))
    points = points.filter(~stands.over("piece", "service").fill_null(False))
    names = pl.DataFrame({"at": list(shown), "name": list(shown.values()), "day": [first_day] * len(shown)})
    x = alt.X("day:Q", title="day of the year", scale=alt.Scale(domain=[first_day, first_day + days], nice=False))
    y = alt.Y("at:Q", title=None, scale=alt.Scale(domain=[0, max(shown)], reverse=True, nice=False), axis=None)
    domain = [called[service] for service in services]
    legend = alt.Legend(title=None, orient="top", columns=2, labelLimit=240)
    colour = alt.Color("service:N", scale=alt.Scale(domain=domain, range=list(PALETTE)), legend=legend)
    detail = [alt.Detail("piece:N"), alt.Detail("service:N")]
    lines = alt.Chart(points).mark_line(strokeWidth=1.3, clip=True).encode(x=x, y=y, detail=detail, order="day:Q", color=colour)
    rules = alt.Chart(names).mark_rule(color="#9aa4af", strokeWidth=0.7).encode(y=y)
    text = alt.Chart(names).mark_text(align="right", dx=-8, fontSize=12, limit=190, color=INK).encode(x=x, y=y, text="name:N")
    return alt.layer(rules, lines, text).properties(width=WIDTH - 120, height=420)


def _line_of_places(
    simulation: Simulation, services: Sequence[str]
) -> tuple[dict[tuple[str, int], tuple[float, float]], dict[str, str], dict[float, str]]:
    """Where services are drawn before and at each stop; as which service of the chain each is drawn (those of a ship's way back as the one
    that it comes by); and the names of the places where boxes are handled."""
    corridor = simulation.corridor
    lengths = dict(corridor["links"].select("id", "length_km").iter_rows())
    names = short_names(corridor)
    km, handled = [0.0], {0.0: ""}
    stops: list[tuple[tuple[str, int], str, float]] = []
    for service in services:
        for row in corridor["stops"].filter(pl.col("service") == service).sort("seq").iter_rows(named=True):
            km.append(km[-1] + (lengths[row["link"]] if row["link"] else 0.0))
            stops.append(((service, row["seq"]), row["place"], km[-1]))
            if row["call"] != "pass":
                handled[km[-1]] = names[row["place"]]
    marks = sorted(handled)
    drawn = np.concatenate([[0.0], np.cumsum(np.maximum(np.diff(marks), marks[-1] / 7.0))])
    here = {key: float(np.interp(at, marks, drawn)) for key, _, at in stops}
    before = [0.0, *here.values()]
    ends = {key: (before[i], at) for i, (key, at) in enumerate(here.items())}
    place_at = {place: here[key] for key, place, _ in stops}
    drawn_as = {service: service for service in services}
    fleets = dict(corridor["services"].select("id", "fleet").iter_rows())
    for service in services:
        for other in (name for name, fleet in fleets.items() if fleet and fleet == fleets[service] and name not in services):
            drawn_as[other] = service
            calls = corridor["stops"].filter(pl.col("service") == other).sort("seq").select("seq", "place").rows()
            for (_, start), (seq, end) in zip([calls[0], *calls], calls, strict=False):
                if start in place_at and end in place_at:
                    ends[other, seq] = place_at[start], place_at[end]
    return ends, drawn_as, {float(at): handled[mark] for mark, at in zip(marks, drawn, strict=True)}
