"""Maps: land, borders and lakes with lines and points over them, as SVG text.

The projection is Lambert's conformal conic fitted to what is shown, so that a corridor of 10,000 km still looks like the land it crosses.
Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, ch. 15.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from daliz.draw.charts import FONT, INK

LonLat = tuple[float, float]
XY = npt.NDArray[np.float64]
Project = Callable[[XY], XY]

WATER, LAND, BORDER, COUNTRY_INK = "#e9f0f5", "#faf8f3", "#c4c2ba", "#a3a19a"
LABEL_PX, COUNTRY_PX = 12, 11
GLYPH_WIDTH = 0.56
SMALLEST_SPAN_DEG = 1.5
SMALLEST_ASPECT = 1.5


@dataclass(frozen=True)
class Layer:
    """What is drawn over the land: lines (sequences of lon, lat in degrees) and points (lon, lat, label; an empty label is a bare dot).

    Earlier layers and points win when two labels want the same room. `label` names the layer in the map's key; empty: not in the key.
    """

    lines: Sequence[Sequence[LonLat]] = ()
    points: Sequence[tuple[float, float, str]] = ()
    colour: str = "#12436d"
    width: float = 2.0
    dash: str = ""
    label: str = ""


@dataclass(frozen=True)
class _Frame:
    west: float
    south: float
    east: float
    north: float

    @property
    def middle(self) -> LonLat:
        return (self.west + self.east) / 2, (self.south + self.north) / 2


@cache
def _polygons(name: str) -> tuple[tuple[str, Any], ...]:
    from shapely.geometry import shape

    text = (files("daliz.reference") / "geo_world" / f"{name}.geojson").read_text(encoding="utf-8")
    # Rounding to 0.01 degree can make a ring touch itself; a buffer of zero mends it.
    return tuple(
        (feature["properties"].get("name") or "", shape(feature["geometry"]).buffer(0)) for feature in json.loads(text)["features"]
    )


def _frame(layers: Sequence[Layer], margin: float) -> _Frame:
    spots = [spot for layer in layers for line in layer.lines for spot in line]
    spots += [(lon, lat) for layer in layers for lon, lat, _ in layer.points]
    west, south, east, north = (
        (min(s[0] for s in spots), min(s[1] for s in spots), max(s[0] for s in spots), max(s[1] for s in spots))
        if spots
        else (-20.0, -35.0, 145.0, 70.0)
    )
    wide, high = max(east - west, SMALLEST_SPAN_DEG), max(north - south, SMALLEST_SPAN_DEG, (east - west) * 0.22)
    lon, lat = (west + east) / 2, (south + north) / 2
    # A tall map would push everything else off the page.
    wide = max(wide, high * SMALLEST_ASPECT / max(np.cos(np.radians(lat)), 0.2))
    share = 0.5 + margin
    return _Frame(lon - wide * share, max(lat - high * share, -80.0), lon + wide * share, min(lat + high * share, 82.0))


def _projection(frame: _Frame, width: int) -> tuple[Project, int]:
    """A function from lon, lat to pixels, and the map's height in pixels."""
    from pyproj import Transformer

    span = frame.north - frame.south
    first, second = frame.south + span / 6, frame.north - span / 6
    lon, lat = frame.middle
    if abs(first + second) < 5.0:  # the cone degenerates at the equator
        definition = f"+proj=eqc +lon_0={lon} +lat_ts={lat} +ellps=WGS84"
    else:
        definition = f"+proj=lcc +lat_1={first} +lat_2={second} +lat_0={lat} +lon_0={lon} +ellps=WGS84"
    transformer = Transformer.from_crs("EPSG:4326", definition, always_xy=True)
    edge_lon = np.linspace(frame.west, frame.east, 41)
    edge_lat = np.linspace(frame.south, frame.north, 41)
    outline = np.concatenate(
        [
            np.column_stack([np.tile(edge_lon, 2), np.repeat([frame.south, frame.north], 41)]),
            np.column_stack([np.repeat([frame.west, frame.east], 41), np.tile(edge_lat, 2)]),
        ]
    )
    x, y = transformer.transform(outline[:, 0], outline[:, 1])
    scale = width / (x.max() - x.min())
    height = round((y.max() - y.min()) * scale)

    def project(spots: XY) -> XY:
        east, north = transformer.transform(spots[:, 0], spots[:, 1])
        return np.column_stack([(east - x.min()) * scale, (y.max() - north) * scale])

    return project, height


def _path(spots: XY, closed: bool = False) -> str:
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    return f"M{steps}Z" if closed else f"M{steps}"


def _land(frame: _Frame, project: Project) -> Iterable[str]:
    from shapely import segmentize
    from shapely.geometry import box

    # Wider than the frame: the cone bulges beyond the meridians and parallels that bound it.
    view = box(frame.west - 15, max(frame.south - 15, -85), frame.east + 15, min(frame.north + 15, 85))
    for name, fill, stroke in (("countries", LAND, BORDER), ("lakes", WATER, BORDER)):
        steps = []
        for _, polygon in _polygons(name):
            if not polygon.intersects(view):
                continue
            cut = segmentize(polygon.intersection(view), 2.0)
            for part in getattr(cut, "geoms", [cut]):
                if part.geom_type == "Polygon":
                    steps += [_path(project(np.array(ring.coords)), closed=True) for ring in (part.exterior, *part.interiors)]
        yield f'<path d="{"".join(steps)}" fill="{fill}" stroke="{stroke}" stroke-width="0.6" fill-rule="evenodd"/>'


class _Labels:
    """Room taken by labels, so that no two lie on each other."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.taken: list[tuple[float, float, float, float]] = []

    def _free(self, left: float, top: float, right: float, bottom: float) -> bool:
        inside = left >= 2 and top >= 2 and right <= self.width - 2 and bottom <= self.height - 2
        return inside and all(right < a or left > c or bottom < b or top > d for a, b, c, d in self.taken)

    def place(self, x: float, y: float, text: str, size: int) -> tuple[float, float, str] | None:
        """Where the text goes beside a point: x, baseline y and anchor; None when there is no room."""
        wide = len(text) * size * GLYPH_WIDTH
        for left, top, at, anchor in (
            (x + 6, y - size / 2, x + 6, "start"),
            (x - 6 - wide, y - size / 2, x - 6, "end"),
            (x - wide / 2, y - 8 - size, x, "middle"),
            (x - wide / 2, y + 8, x, "middle"),
        ):
            if self._free(left, top, left + wide, top + size):
                self.taken.append((left, top, left + wide, top + size))
                return at, top + size * 0.85, anchor
        return None

    def dot(self, x: float, y: float) -> None:
        self.taken.append((x - 4, y - 4, x + 4, y + 4))


def _text(x: float, y: float, anchor: str, text: str, size: int, colour: str, style: str = "") -> str:
    halo = 'paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" {halo} {style}>{escape(text)}</text>'


def _country_names(frame: _Frame, project: Project, labels: _Labels) -> Iterable[str]:
    from shapely.geometry import box

    view = box(frame.west, frame.south, frame.east, frame.north)
    smallest = view.area * 0.004
    for name, polygon in sorted(_polygons("countries"), key=lambda entry: -entry[1].area):
        seen = polygon.intersection(view)
        if seen.area < smallest:
            continue
        spot = seen.representative_point()
        x, y = project(np.array([[spot.x, spot.y]]))[0]
        text = name.upper()
        half = len(text) * COUNTRY_PX * 0.36
        if labels._free(x - half, y - COUNTRY_PX, x + half, y):
            labels.taken.append((x - half, y - COUNTRY_PX, x + half, y))
            yield _text(x, y, "middle", text, COUNTRY_PX, COUNTRY_INK, 'letter-spacing="1.5"')


def _drawn(layers: Sequence[Layer], project: Project, labels: _Labels) -> Iterable[str]:
    for layer in reversed(layers):
        dash = f' stroke-dasharray="{layer.dash}"' if layer.dash else ""
        for line in layer.lines:
            if len(line) > 1:
                path = _path(project(np.array(line, dtype=np.float64)))
                yield (
                    f'<path d="{path}" fill="none" stroke="{layer.colour}" stroke-width="{layer.width}"'
                    f' stroke-linecap="round" stroke-linejoin="round"{dash}/>'
                )
    spots = [(layer, lon, lat, text) for layer in layers for lon, lat, text in layer.points]
    if not spots:
        return
    at = project(np.array([[lon, lat] for _, lon, lat, _ in spots], dtype=np.float64))
    for (layer, _, _, _), (x, y) in zip(spots, at, strict=True):
        labels.dot(x, y)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="#ffffff" stroke="{layer.colour}" stroke-width="1.8"/>'
    for (_, _, _, text), (x, y) in zip(spots, at, strict=True):
        room = labels.place(x, y, text, LABEL_PX) if text else None
        if room:
            yield _text(room[0], room[1], room[2], text, LABEL_PX, INK)


def _key(layers: Sequence[Layer], labels: _Labels) -> Iterable[str]:
    named = [layer for layer in layers if layer.label]
    for number, layer in enumerate(named):
        y = labels.height - 16 - 18 * (len(named) - 1 - number)
        dash = f' stroke-dasharray="{layer.dash}"' if layer.dash else ""
        labels.taken.append((8, y - 12, 50 + len(layer.label) * LABEL_PX * GLYPH_WIDTH, y + 6))
        yield f'<path d="M12 {y}H40" stroke="{layer.colour}" stroke-width="{max(layer.width, 2)}"{dash}/>'
        yield _text(46, y + 4, "start", layer.label, LABEL_PX, INK)


def map_svg(layers: Sequence[Layer], width: int = 960, margin: float = 0.06, names: bool = True) -> str:
    """A map of the layers over land, water and borders.

    Parameters: layers (drawn first to last, the first on top), width (pixels of the drawing; it scales), margin (share of the extent left
    free on each side), names (whether countries are named). Returns: SVG text without any reference to another file.
    """
    frame = _frame(layers, margin)
    project, height = _projection(frame, width)
    labels = _Labels(width, height)
    land = list(_land(frame, project))
    key = list(_key(layers, labels))
    drawn = list(_drawn(layers, project, labels))
    countries = list(_country_names(frame, project, labels)) if names else []
    parts = [f'<rect width="{width}" height="{height}" fill="{WATER}"/>', *land, *countries, *drawn, *key]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="{FONT}">'
    return head + "".join(parts) + "</svg>"
