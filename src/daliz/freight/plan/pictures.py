"""Plans as pictures: itineraries over time, and on the map."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from daliz.corridor import Corridor
from daliz.freight.plan import words
from daliz.freight.plan.export import LonLat, leg_line
from daliz.freight.plan.results import Plan

if TYPE_CHECKING:
    import altair as alt

    from daliz.draw import Layer

MODE_ORDER = ("rail", "sea", "ferry", "road", "handling", "waiting", "arrival")
SHADES = {
    "rail": "#12436d",
    "sea": "#6b9fb8",
    "ferry": "#8a2d3b",
    "road": "#d98032",
    "handling": "#7a7a7a",
    "waiting": "#d5d8db",
    "arrival": "#c9b458",
}
ROW_PX = 40


@lru_cache(maxsize=4)
def _lines(corridor: Corridor) -> Mapping[str, list[LonLat]]:
    from daliz.corridor.geometry import link_lines

    return link_lines(corridor)


def link_shapes(plan: Plan) -> Mapping[str, list[LonLat]]:
    """The drawn line of each link of the plan's corridor."""
    return _lines(plan.network.corridor)


def spans(plan: Plan, itinerary: int) -> list[dict[str, Any]]:
    """What an itinerary's time is spent on: start, end and what, in order; the last is from the planned arrival to nine chances in ten."""
    found: list[dict[str, Any]] = []
    for leg in plan.legs.filter(pl.col("itinerary") == itinerary).iter_rows(named=True):
        handled = leg["cargo_there"] + _hours(leg["handling_h"])
        found.append({"what": "handling", "start": leg["cargo_there"], "end": handled})
        found.append({"what": "waiting", "start": handled, "end": leg["depart"]})
        found.append({"what": leg["mode"], "start": leg["depart"], "end": leg["arrive"]})
        found.append({"what": "handling", "start": leg["arrive"], "end": leg["arrive"] + _hours(leg["unload_h"])})
    row = plan.front.filter(pl.col("itinerary") == itinerary).row(0, named=True)
    found.append({"what": "arrival", "start": row["arrive"], "end": row["arrive_p90"] or row["arrive"]})
    return [span for span in found if span["end"] > span["start"]]


def _hours(value: float) -> Any:
    from datetime import timedelta

    return timedelta(hours=value)


def chosen(plan: Plan) -> list[tuple[int, str]]:
    """The itineraries of the choice with their labels, each once."""
    labels: dict[int, list[str]] = {}
    for row in plan.choice.iter_rows(named=True):
        labels.setdefault(row["itinerary"], []).append(row["label"])
    return [(itinerary, ", ".join(names)) for itinerary, names in labels.items()]


def gantt_chart(plan: Plan) -> alt.TopLevelMixin:
    """The chosen itineraries as bars over the days since the cargo was ready, one row each."""
    import altair as alt

    rows = []
    order = []
    for itinerary, label in chosen(plan):
        row = plan.front.filter(pl.col("itinerary") == itinerary).row(0, named=True)
        title = f"{label}: {row['total_usd_feu']:,.0f} USD, {row['co2_kg_feu'] / 1000:,.1f} t"
        order.append(title)
        rows += [
            {
                "itinerary": title,
                "what": span["what"],
                "from": (span["start"] - row["ready"]).total_seconds() / 86_400,
                "to": (span["end"] - row["ready"]).total_seconds() / 86_400,
            }
            for span in spans(plan, itinerary)
        ]
    scale = alt.Scale(domain=list(MODE_ORDER), range=[SHADES[mode] for mode in MODE_ORDER])
    legend = alt.Legend(
        orient="top", title=None, symbolType="square", labelExpr="datum.label == 'arrival' ? 'planned arrival to 9 in 10' : datum.label"
    )
    bars = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=16)
        .encode(
            x=alt.X("from:Q", title="days since the cargo is ready"),
            x2="to:Q",
            y=alt.Y("itinerary:N", sort=order, title=None, axis=alt.Axis(labelLimit=320)),
            color=alt.Color("what:N", scale=scale, legend=legend),
        )
    )
    return alt.layer(bars).properties(width=520, height=ROW_PX * len(order))


def gantt(plan: Plan, png: bool = False) -> str | bytes:
    """The Gantt chart of the choice as SVG text, or as PNG bytes."""
    import tempfile
    from pathlib import Path

    from daliz.draw import chart_svg, save_chart

    chart = gantt_chart(plan)
    if not png:
        return chart_svg(chart)
    with tempfile.TemporaryDirectory() as folder:
        return save_chart(chart, Path(folder) / "gantt.png").read_bytes()


def plan_layers(plan: Plan) -> list[Layer]:
    """The chosen itineraries as map layers, the first labelled on top, with the places of change."""
    from daliz.draw import PALETTE, Layer

    shapes = link_shapes(plan)
    layers = []
    named: set[str] = set()
    for number, (itinerary, label) in enumerate(chosen(plan)):
        legs = list(plan.legs.filter(pl.col("itinerary") == itinerary).iter_rows(named=True))
        places = [leg["from_place"] for leg in legs] + [legs[-1]["to_place"]]
        points = [place for place in places if place not in named]
        named |= set(places)
        rows = plan.network.place_rows
        layers.append(
            Layer(
                lines=[leg_line(plan, leg, shapes) for leg in legs],
                points=[(rows[p]["lon"], rows[p]["lat"], words.name(plan, p)) for p in points],
                colour=PALETTE[number % len(PALETTE)],
                width=3.4 - 0.5 * number,
                dash="" if number == 0 else ("7 4", "2 4", "9 3 2 3", "1 3")[(number - 1) % 4],
                label=label,
            )
        )
    # Thin lines over thick ones, so that ways that share a line are all seen.
    return layers[::-1]


def plan_map(plan: Plan) -> str:
    """The chosen itineraries on the map, as SVG text."""
    from daliz.draw import map_svg

    return map_svg(plan_layers(plan))
