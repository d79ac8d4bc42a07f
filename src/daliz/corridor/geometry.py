"""The drawn line of every link: for maps, not for lengths."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

LonLat = tuple[float, float]
FOLDERS = ("geo_rail_osm", "geo_searoute", "geo_drawn")
STEP_KM = 200.0
EARTH_KM = 6371.0088
NEAR_DEG = 0.5


def link_lines(corridor: Corridor) -> dict[str, list[LonLat]]:
    """The line of each link as (lon, lat) in degrees, from from_place to to_place.

    A link of the embedded corridor follows its railway, road or sea lane; any other link, and one whose places have moved by more than
    half a degree from where the line was drawn, is the great circle between its places.
    """
    places = {row["id"]: (row["lon"], row["lat"]) for row in corridor["places"].select("id", "lon", "lat").iter_rows(named=True)}
    drawn = _drawn()
    lines = {}
    for link, start, end in corridor["links"].select("id", "from_place", "to_place").iter_rows():
        line = drawn.get(link)
        ends = places[start], places[end]
        fits = line is not None and all(math.dist(at, place) <= NEAR_DEG for at, place in zip((line[0], line[-1]), ends, strict=True))
        lines[link] = list(line) if line is not None and fits else great_circle(*ends)
    return lines


def great_circle(start: LonLat, end: LonLat) -> list[LonLat]:
    """Points of the shortest line over the sphere, at most 200 km apart, both ends included.

    Parameters: start, end (lon, lat in degrees). Longitudes run on past 180 where the line crosses the date line.

    >>> great_circle((0.0, 0.0), (3.0, 0.0))
    [(0.0, 0.0), (1.5, 0.0), (3.0, 0.0)]
    """
    first, last = _unit(start), _unit(end)
    angle = math.acos(float(np.clip(first @ last, -1.0, 1.0)))
    count = max(1, math.ceil(angle * EARTH_KM / STEP_KM))
    if count == 1 or math.isclose(angle, math.pi):
        return [start, end]
    share = np.linspace(0.0, 1.0, count + 1)[:, None]
    points = (np.sin((1 - share) * angle) * first + np.sin(share * angle) * last) / math.sin(angle)
    lon = np.degrees(np.unwrap(np.arctan2(points[:, 1], points[:, 0])))
    lat = np.degrees(np.arcsin(np.clip(points[:, 2], -1.0, 1.0)))
    middle = [(round(float(x), 6), round(float(y), 6)) for x, y in zip(lon[1:-1], lat[1:-1], strict=True)]
    return [start, *middle, end]


def _unit(point: LonLat) -> np.ndarray:
    lon, lat = math.radians(point[0]), math.radians(point[1])
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])


@cache
def _drawn() -> Mapping[str, tuple[LonLat, ...]]:
    lines: dict[str, tuple[LonLat, ...]] = {}
    for folder in FOLDERS:
        text = (files("daliz.reference") / folder / "links.geojson").read_text(encoding="utf-8")
        for feature in json.loads(text)["features"]:
            lines[feature["properties"]["link"]] = tuple((lon, lat) for lon, lat in feature["geometry"]["coordinates"])
    return lines
