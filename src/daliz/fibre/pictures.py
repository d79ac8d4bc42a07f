"""Maps, charts and route files of the fibre room: SVG, GeoJSON and KML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import altair as alt

from daliz.corridor import Corridor
from daliz.draw import INK, PALETTE, Layer, chart_svg, map_svg
from daliz.fibre.designs import LEAST_GSNR_DB, LightReport
from daliz.fibre.errors import FibreError
from daliz.fibre.groups import sampled
from daliz.fibre.latency import Latency
from daliz.fibre.network import network
from daliz.fibre.route import Route
from daliz.fibre.survival import Cut, Survival

BLUE, ORANGE, PALE, GREY, RED = PALETTE[:5]
LINE_STEP_KM = 200.0
WIDTH = 640


def written(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files into a folder, which is made if need be. Raises: FibreError when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise FibreError(f"{folder}: cannot be written ({error.strerror})") from None
    return [folder / name for name in texts]


def write_route(route: Route, folder: Path) -> list[Path]:
    """Position list, GeoJSON, KML, map, profile and front of a seabed line."""
    stem = f"route-{route.subject}".replace(",", "_")
    return written(
        folder,
        {
            f"{stem}.csv": route.positions.write_csv(float_precision=5),
            f"{stem}.geojson": geojson(route),
            f"{stem}.kml": kml(route),
            f"{stem}-map.svg": route_map(route),
            f"{stem}-profile.svg": profile_chart(route),
            f"{stem}-front.svg": front_chart(route),
        },
    )


def geojson(route: Route) -> str:
    """The line and its positions as GeoJSON (RFC 7946)."""
    rows = route.positions.to_dicts()
    summary = {key: round(getattr(route, key), 3) for key in ("length_km", "cable_km", "max_depth_m", "usd", "faults_year", "level_m")}
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"name": route.subject, **summary},
            "geometry": {"type": "LineString", "coordinates": [[round(row["lon"], 6), round(row["lat"], 6)] for row in rows]},
        }
    ]
    for row in rows:
        rest = {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items() if key not in ("lon", "lat")}
        spot = {"type": "Point", "coordinates": [round(row["lon"], 6), round(row["lat"], 6)]}
        features.append({"type": "Feature", "properties": rest, "geometry": spot})
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def kml(route: Route) -> str:
    """The line and its positions as KML 2.2."""
    rows = route.positions.to_dicts()
    line = " ".join(f"{row['lon']:.6f},{row['lat']:.6f},{-row['depth_m']:.1f}" for row in rows)
    marks = "".join(
        f"<Placemark><name>{row['seq']}</name><description>km {row['km']:.1f}, depth {row['depth_m']:.0f} m,"
        f" slope {row['slope_deg']:.2f} deg,"
        f" slack {row['slack_pct']:.1f}"
        f" %</description><Point><coordinates>{row['lon']:.6f},{row['lat']:.6f}</coordinates></Point></Placemark>"
        for row in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escape(route.subject)}</name><Placemark><name>{escape(route.subject)}</name><description>{route.cable_km:.0f} km of cable"
        f"</description><LineString><coordinates>{line}</coordinates></LineString></Placemark>{marks}</Document></kml>\n"
    )


def route_map(route: Route) -> str:
    """The line on a map, with the straight line beside it."""
    a, b = route.ends
    line = list(zip(route.positions["lon"].to_list(), route.positions["lat"].to_list(), strict=True))
    spots = [(end.lon, end.lat, end.name) for end in (a, b)]
    middle = (a.lon + b.lon) / 2
    return map_svg(
        [
            Layer(lines=[line], points=spots, colour=BLUE, width=2.6, label=f"best line, {route.length_km:.0f} km"),
            # Never drawn: it only makes the map wide enough to show the shores.
            Layer(lines=[[(middle - 2.4, a.lat), (middle + 2.4, a.lat)]], colour="none"),
            Layer(
                lines=[[(a.lon, a.lat), (b.lon, b.lat)]], colour=GREY, width=1.2, dash="4 4", label=f"straight, {route.geodesic_km:.0f} km"
            ),
        ],
        width=560,
        margin=0.12,
    )


def profile_chart(route: Route) -> str:
    """Depth along the line, buried stretches marked."""
    every = max(1, route.profile.height // 400)
    rows = [
        {"km": row["km"], "depth_m": -row["depth_m"], "bed": "buried" if row["buried"] else "on the bed"}
        for row in route.profile.gather_every(every).to_dicts()
    ]
    deepest = min(rows, key=lambda row: row["depth_m"])
    depth = alt.Y("depth_m:Q", title="depth below the water (m)", axis=alt.Axis(labelExpr="abs(datum.value)"))
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("km:Q", title="km along the line"))
    bed = base.mark_area(fill=PALE, fillOpacity=0.3, line={"color": BLUE}).encode(y=depth)
    buried = base.transform_filter("datum.bed == 'buried'").mark_point(color=ORANGE, filled=True, size=14, shape="square").encode(y=depth)
    spot = alt.Chart(alt.Data(values=[{**deepest, "text": f"{-deepest['depth_m']:.0f} m"}])).encode(x="km:Q", y="depth_m:Q")
    said = alt.Chart(alt.Data(values=[{"x": rows[-1]["km"] * 0.5, "y": 0, "text": "orange: buried"}]))
    note = said.mark_text(color=ORANGE, dy=-8).encode(x="x:Q", y="y:Q", text="text:N")
    chart = (bed + buried + spot.mark_text(dy=-10, color=INK).encode(text="text:N") + note).properties(width=WIDTH, height=240)
    return chart_svg(chart)


def front_chart(route: Route) -> str:
    """Lines that no other beats in both money and hours."""
    rows = [
        {"usd_m": one.usd / 1e6, "hours": one.outage_h_year, "text": f"{one.length_km:.0f} km"}
        for one in sorted(route.front, key=lambda one: one.usd)
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("usd_m:Q", title="cable and laying (million USD)", scale=alt.Scale(zero=False)),
        y=alt.Y("hours:Q", title=f"expected outage (hours a year, {route.repair_days:g} days to repair)"),
    )
    line = base.mark_line(color=PALE, interpolate="step-after")
    chart = line + base.mark_point(color=BLUE, filled=True, size=50) + base.mark_text(dx=6, dy=-9, align="left").encode(text="text:N")
    return chart_svg(chart.properties(width=WIDTH, height=260))


def light_chart(report: LightReport) -> str:
    """GSNR of each design, after the margin, against the least that a format needs."""
    rows = [
        {
            "design": one.name,
            "gsnr": one.gsnr_after_margin_db,
            "end": max(one.gsnr_after_margin_db, 0.0),
            "hypothesis": one.hypothesis,
            "text": f"{one.gsnr_after_margin_db:.1f} dB, " + (f"{one.pairs} pairs" if one.feasible else "infeasible"),
        }
        for one in report.designs
    ]
    order = [one.name for one in report.designs]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("design:N", sort=order, title=None, axis=alt.Axis(labelLimit=440)),
        x=alt.X("gsnr:Q", title="GSNR after margin (dB, in the signal's bandwidth)", scale=alt.Scale(domain=[-4, 32])),
    )
    colours = alt.Color(
        "hypothesis:N",
        scale=alt.Scale(domain=["repeatered", "unrepeatered"], range=[BLUE, ORANGE]),
        legend=alt.Legend(title=None, orient="top"),
    )
    least = alt.Chart(alt.Data(values=[{"x": LEAST_GSNR_DB}])).mark_rule(color=RED, strokeDash=[4, 3]).encode(x="x:Q")
    chart = base.mark_bar(height=12).encode(color=colours) + base.mark_text(align="left", dx=5).encode(x="end:Q", text="text:N") + least
    return chart_svg(chart.properties(width=380, height=alt.Step(24)))


def latency_chart(found: Latency, names: Mapping[str, str] | None = None) -> str:
    """Round trip of each corridor with its band, the floor, and what was published."""
    called = names or {}
    rows = [
        {
            "way": called.get(way.name, way.name),
            "ms": way.rtt_ms,
            "low": way.rtt_low_ms,
            "high": way.rtt_high_ms,
            "text": f"{way.rtt_ms:.0f} ms",
        }
        for way in found.ways
    ]
    order = [called.get(way.name, way.name) for way in found.ways]
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("way:N", sort=order, title=None, axis=alt.Axis(labelLimit=440)))
    top = max([*(way.rtt_high_ms for way in found.ways), found.floor_ms]) * 1.08
    title, scale = "round trip (ms); bar: band of the route factor", alt.Scale(domain=[0, top])
    ms = alt.X("ms:Q", title=title, scale=scale)
    bars = base.mark_bar(color=PALE, height=8).encode(x=alt.X("low:Q", title=title, scale=scale), x2="high:Q")
    dots = base.mark_point(color=BLUE, filled=True, size=60).encode(x=ms)
    text = base.mark_text(dy=-12).encode(x=ms, text="text:N")
    marks = [{"x": found.floor_ms, "text": f"floor {found.floor_ms:.0f}", "colour": RED}]
    marks += [
        {"x": claim.published_ms, "text": f"published {claim.published_ms:.0f}", "colour": RED if claim.below_floor else GREY}
        for claim in found.claims
    ]
    rules = alt.Chart(alt.Data(values=marks)).encode(x="x:Q", color=alt.Color("colour:N", scale=None))
    chart = bars + dots + text + rules.mark_rule(strokeDash=[4, 3])
    for number, mark in enumerate(marks):
        label = alt.Chart(alt.Data(values=[mark])).encode(x="x:Q", color=alt.Color("colour:N", scale=None), text="text:N")
        chart += label.mark_text().encode(y=alt.value(-8 - 13 * (number % 2)))
    return chart_svg(chart.properties(width=340, height=alt.Step(38)))


def factor_chart(found: Latency, names: Mapping[str, str] | None = None) -> str:
    """Round trip of each corridor over the route factor: where lines cross, the ranking changes."""
    called = names or {}
    shown = found.ways[:5]
    rows = [
        {"factor": factor, "ms": ms, "way": called.get(way.name, way.name)}
        for way in shown
        for factor, ms in zip(found.factors, way.by_factor, strict=True)
    ]
    colours = list(PALETTE[: len(shown)])
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("factor:Q", title="route factor where no length is published", scale=alt.Scale(domain=[1.0, 2.1])),
        y=alt.Y("ms:Q", title="round trip (ms)", scale=alt.Scale(zero=False)),
        color=alt.Color(
            "way:N",
            sort=[called.get(way.name, way.name) for way in shown],
            scale=alt.Scale(domain=[called.get(way.name, way.name) for way in shown], range=colours),
            legend=alt.Legend(title=None, orient="bottom", columns=1, labelLimit=620),
        ),
        strokeDash=alt.StrokeDash("way:N", legend=None),
    )
    rule = alt.Chart(alt.Data(values=[{"x": found.route_factor, "text": f"in use {found.route_factor:.2f}"}])).encode(x="x:Q")
    used = rule.mark_rule(color=GREY, strokeDash=[3, 3]) + rule.mark_text(color=GREY, align="left", dx=4).encode(
        text="text:N", y=alt.value(8)
    )
    return chart_svg((base.mark_line() + used).properties(width=WIDTH, height=260))


def _lines(corridor: Corridor, cables: set[str]) -> list[list[tuple[float, float]]]:
    net = network(corridor)
    return [sampled(net.cables[name], LINE_STEP_KM) for name in sorted(cables) if name in net.cables]


def latency_map(corridor: Corridor, found: Latency, names: Mapping[str, str] | None = None) -> str:
    """The quickest corridors on a map, over all cables of the tables."""
    called = names or {}
    net = network(corridor)
    ends = [(*net.spot[place], net.names[place]) for place in (found.a, found.b)]
    layers = [
        Layer(
            lines=_lines(corridor, set(way.cables)),
            points=ends if number == 0 else (),
            colour=PALETTE[number],
            width=3.0 - 0.5 * number,
            dash=("", "7 3", "2 3", "")[number],
            label=f"{called.get(way.name, way.name)}, {way.rtt_ms:.0f} ms",
        )
        for number, way in enumerate(found.ways[:4])
    ]
    return map_svg([*layers, Layer(lines=_lines(corridor, set(net.cables)), colour="#b9bfc6", width=0.8)], margin=0.05)


def survival_map(corridor: Corridor, found: Survival | Cut) -> str:
    """For relations: the first one's two disjoint ways; for a cut: the cables that were cut."""
    net = network(corridor)
    rest = Layer(lines=_lines(corridor, set(net.cables)), colour="#b9bfc6", width=0.8)
    if isinstance(found, Cut):
        ends = {(*net.spot[place], net.names[place]) for one in found.effects for place in (one.a, one.b)}
        cut = Layer(
            lines=_lines(corridor, set(found.cables)), points=sorted(ends), colour=RED, width=3.2, dash="5 3", label=f"cut: {found.what}"
        )
        return map_svg([cut, rest])
    layers = []
    for pair in found.pairs[:1]:
        if pair.places_apart is not None:
            ends_of_pair = [(*net.spot[place], net.names[place]) for place in (pair.a, pair.b)]
            ways = pair.places_apart.first, pair.places_apart.second
            for number, (way, ms) in enumerate(zip(ways, pair.places_apart.rtt_ms, strict=True)):
                layers.append(
                    Layer(
                        lines=_lines(corridor, set(way.edges)),
                        points=ends_of_pair if number == 0 else (),
                        colour=PALETTE[number],
                        width=2.8,
                        dash=("", "7 3")[number],
                        label=f"way {number + 1}, {ms:.0f} ms",
                    )
                )
    return map_svg([*layers, rest])


def survival_chart(found: Survival | Cut) -> str:
    """For relations: hours down a year by one way, two ways, any way; for a cut: milliseconds before and after."""
    if isinstance(found, Cut):
        return _cut_chart(found)
    rows = [
        {"pair": " - ".join(pair.names), "ways": ways, "hours": max(share.down_h_year, 1e-6)}
        for pair in found.pairs
        for ways, share in (("one way", pair.one_way), ("two disjoint ways", pair.two_ways), ("any way", pair.availability))
    ]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_point(filled=True, size=70)
        .encode(
            y=alt.Y("pair:N", title=None, axis=alt.Axis(labelLimit=300)),
            x=alt.X("hours:Q", title="hours a year without service (logarithmic)", scale=alt.Scale(type="log")),
            color=alt.Color("ways:N", scale=alt.Scale(range=[BLUE, ORANGE, PALE]), legend=alt.Legend(title=None, orient="top")),
            shape=alt.Shape("ways:N", legend=None),
        )
    )
    return chart_svg(chart.properties(width=400, height=alt.Step(34)))


def _cut_chart(found: Cut) -> str:
    rows = [
        {
            "pair": " - ".join(one.names),
            "before": one.before_ms,
            "after": one.after_ms,
            "text": "no way left" if one.lost else "" if one.extra_ms is None else f"+{one.extra_ms:.1f} ms",
        }
        for one in found.effects
        if one.before_ms is not None
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("pair:N", title=None, axis=alt.Axis(labelLimit=300)))
    title = "round trip (ms): blue before, orange after the cut"
    before = base.mark_point(color=BLUE, filled=True, size=60).encode(x=alt.X("before:Q", title=title))
    after = base.mark_point(color=ORANGE, filled=True, size=60, shape="diamond").encode(x=alt.X("after:Q", title=title))
    between = base.mark_rule(color=GREY).encode(x=alt.X("before:Q", title=title), x2="after:Q")
    text = base.mark_text(align="left", dx=9, dy=-9).encode(x=alt.X("before:Q", title=title), text="text:N")
    return chart_svg((between + before + after + text).properties(width=400, height=alt.Step(36)))


def write_survival(corridor: Corridor, found: Survival | Cut, folder: Path) -> list[Path]:
    """Map and chart of an answer on survival."""
    stem = "cut" if isinstance(found, Cut) else "survival"
    return written(folder, {f"{stem}-map.svg": survival_map(corridor, found), f"{stem}.svg": survival_chart(found)})
