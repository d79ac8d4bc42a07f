"""The connection: where it runs, how long it is, where cargo moves and where it stands, and what a shipper may choose."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from daliz.corridor import Corridor
from daliz.freight.plan import plan, words
from daliz.freight.plan.pictures import link_shapes
from daliz.freight.plan.relation import (
    SUMMER,
    WINTER,
    Segment,
    published_lengths,
    relation_figures,
    relation_plan,
    require_segments,
    rows_of,
)
from daliz.freight.plan.results import Plan
from daliz.report.section import Grid, Picture, Section, Words

if TYPE_CHECKING:
    import altair as alt

MOVING, STANDING, WAITING = "moving", "handling and border", "waiting to leave"
WHOLE = "the whole way, by plan"
WIDTH, ROW_PX = 560, 24


@lru_cache(maxsize=4)
def _plans(corridor: Corridor, pair: tuple[str, str]) -> tuple[Plan, Plan, Plan]:
    """The main relation in winter and summer by its own services, and in winter by every service."""
    winter, summer = (relation_plan(corridor, pair, day) for day in (WINTER, SUMMER))
    return winter, summer, plan(corridor, winter.query.origin, winter.query.destination, depart=WINTER)


def _title(answer: Plan, part: Segment) -> str:
    start, end = words.name(answer, part.start), words.name(answer, part.end)
    return f"{start} to {end}, {part.mode}, {part.km:,.0f} km" if part.moving else f"at {start}"


def _bars(answer: Plan, parts: list[Segment]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Pieces of the bars (in days), where each bar ends with its length in words, and the order of the bars."""
    rows: list[dict[str, Any]] = []
    ends: list[dict[str, Any]] = []
    order, at = [WHOLE], 0.0
    for number, part in enumerate(parts, start=1):
        title = _title(answer, part) if _title(answer, part) not in order else f"{_title(answer, part)} ({number})"
        order.append(title)
        pieces = [(MOVING, part.hours)] if part.moving else [(STANDING, part.hours - part.waiting_h), (WAITING, part.waiting_h)]
        for kind, hours in pieces:
            if hours > 0:
                rows += [{"part": where, "kind": kind, "from": at / 24, "to": (at + hours) / 24} for where in (title, WHOLE)]
                at += hours
        ends.append({"part": title, "to": at / 24, "text": words.hours(part.hours)})
    ends.append({"part": WHOLE, "to": at / 24, "text": f"{at / 24:.1f} days"})
    return rows, ends, order


def time_chart(answer: Plan, parts: list[Segment], seasons: dict[str, dict[str, Any]]) -> alt.TopLevelMixin:
    """Days from origin to destination: by plan as one stacked bar, what half and nine in ten take by season, and each part where it falls.

    Parameters: seasons (rows of a plan's front by what the season is called).
    """
    import altair as alt

    from daliz.draw import INK, PALETTE

    rows, ends, order = _bars(answer, parts)
    drawn = [
        {
            "part": f"drawn, {name}",
            "from": row["days_p10"],
            "to": row["days_p90"],
            "mid": row["days_p50"],
            "text": f"{row['days_p50']:.1f} days",
        }
        for name, row in seasons.items()
    ]
    order[1:1] = [row["part"] for row in drawn]
    most = max(row["to"] for row in [*ends, *drawn])
    y = alt.Y("part:N", sort=order, title=None, axis=alt.Axis(labelLimit=420, ticks=False, domain=False))
    x = alt.X("from:Q", title="days from departure (drawn: P10, P50 and P90)", scale=alt.Scale(domain=[0, most * 1.1]))
    colours = alt.Scale(domain=[MOVING, STANDING, WAITING], range=[PALETTE[0], PALETTE[1], PALETTE[2]])
    kind = alt.Color("kind:N", scale=colours, legend=alt.Legend(orient="top", title=None))
    bars = alt.Chart(alt.Data(values=rows)).mark_bar(height=14).encode(x=x, x2="to:Q", y=y, color=kind)
    spans = alt.Chart(alt.Data(values=drawn)).mark_rule(color=INK, strokeWidth=2).encode(x=x, x2="to:Q", y=y)
    middles = alt.Chart(alt.Data(values=drawn)).mark_point(color=INK, filled=True, size=60, opacity=1).encode(x="mid:Q", y=y)
    text = alt.Chart(alt.Data(values=[*ends, *drawn])).mark_text(align="left", dx=4, color=INK).encode(x="to:Q", y=y, text="text:N")
    return alt.layer(bars, spans, middles, text).properties(width=WIDTH, height=ROW_PX * len(order))


def _map(winter: Plan, choice: Plan) -> str:
    from daliz.draw import PALETTE, Layer, map_svg
    from daliz.freight.plan.export import leg_line

    shapes = link_shapes(winter)
    legs = list(winter.legs.filter(pl.col("itinerary") == winter.label("fastest")).iter_rows(named=True))
    rows = winter.network.place_rows
    stands = [part.start for part in require_segments(winter) if not part.moving]
    places = dict.fromkeys([legs[0]["from_place"], *stands, legs[-1]["to_place"]])
    points = [(rows[p]["lon"], rows[p]["lat"], words.name(winter, p)) for p in places]
    land = [leg_line(winter, leg, shapes) for leg in legs if leg["mode"] in ("rail", "road")]
    sea = [leg_line(winter, leg, shapes) for leg in legs if leg["mode"] not in ("rail", "road")]
    own = set(winter.legs["service"])
    others = [
        leg_line(choice, leg, shapes)
        for leg in choice.legs.filter(pl.col("itinerary").is_in(choice.choice["itinerary"].implode())).iter_rows(named=True)
        if leg["service"] not in own
    ]
    return map_svg(
        [
            Layer(lines=land, points=points, colour=PALETTE[0], width=3.0, label="by land"),
            Layer(lines=sea, colour=PALETTE[1], width=3.0, label="by sea"),
            Layer(
                lines=[line for line in others if _nearby(line, [*land, *sea])],
                colour=PALETTE[3],
                width=1.4,
                dash="4 3",
                label="other ways",
            ),
        ]
    )


def _nearby(line: list[tuple[float, float]], main: list[list[tuple[float, float]]], margin: float = 8.0) -> bool:
    """Whether a line stays near the main one, so that the ocean does not shrink the map of the corridor."""
    spots = [spot for part in main for spot in part]
    west, east = min(s[0] for s in spots) - margin, max(s[0] for s in spots) + margin
    south, north = min(s[1] for s in spots) - margin, max(s[1] for s in spots) + margin
    return all(west <= lon <= east and south <= lat <= north for lon, lat in line)


def _fastest(answer: Plan) -> dict[str, Any]:
    return answer.front.filter(pl.col("itinerary") == answer.label("fastest")).row(0, named=True)


def _choice(choice: Plan) -> Grid:
    cells = []
    for labels, row in words.grouped(choice.choice.iter_rows(named=True)):
        services = choice.legs.filter(pl.col("itinerary") == row["itinerary"])["name"].to_list()
        cells.append(
            [
                ", ".join(labels),
                f"{row['days_p50']:.1f}",
                f"{row['days_p90']:.1f}",
                f"{row['cost_usd_feu']:,.0f}",
                f"{row['co2_kg_feu']:,.0f}",
                "; ".join(services),
            ]
        )
    heads = ["choice", "days, half of the time", "days, nine in ten", "USD a FEU", "kg CO2e a FEU", "services"]
    return Grid(heads, cells, f"What a shipper may choose from, cargo ready on {WINTER}; general cargo of 14 t a FEU.")


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section. Raises: DalizError when no demand passes both countries."""
    from daliz.draw import chart_svg

    winter, summer, choice = _plans(corridor, pair)
    parts = require_segments(winter)
    figures = relation_figures(winter, summer)
    length, moving, best, cold, warm, standing = figures
    origin, destination = (words.name(winter, place) for place in (winter.query.origin, winter.query.destination))
    rows = rows_of(winter, winter.label("fastest"))
    lead = (
        f"From {origin} to {destination} it is {length.value:,.0f} km. Cargo moves for {moving.value / 24:.1f} days; without any "
        f"waiting the way takes {best.value:.1f} days. With the waiting and the weather of December half of the cargo takes more than "
        f"{cold.value:.1f} days, and one box in ten more than {cold.high:.1f}; in June it is {warm.value:.1f} and {warm.high:.1f} days."
    )
    known = {figure.name for figure in figures}
    return Section(
        "connection",
        "The connection",
        lead,
        (
            Picture(_map(winter, choice), f"The way from {origin} to {destination}, as railways and sea lanes run.", rows),
            Picture(
                chart_svg(time_chart(winter, parts, {"June": _fastest(summer), "December": _fastest(winter)})),
                f"Where the days go from departure at {origin} to the cargo being free at {destination}: by plan, and what "
                "comes out when handling, runs, weather and departures are drawn.",
                rows,
            ),
            Words(
                f"Standing takes {standing.value:.0f} % of the December days. Delays come on top of the plan: "
                + words.risk_in_words(winter, winter.label("fastest"))
            ),
            _choice(choice),
        ),
        [*figures, *(figure for figure in published_lengths(corridor) if figure.name not in known)],
        {
            "segments": [
                {"from": p.start, "to": p.end, "mode": p.mode, "hours": p.hours, "waiting_h": p.waiting_h, "km": p.km} for p in parts
            ]
        },
    )
