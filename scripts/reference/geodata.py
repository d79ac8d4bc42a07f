"""Lines and grids of the embedded corridor, cut from extracts of registry packages.

`scripts/extract_geodata.py` makes the extracts from the packages. Each folder that is written carries its own licence, so that the
share-alike of OpenStreetMap stays with the railway lines that come from it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from shapely.geometry import LineString, Point, shape
from shapely.ops import substring

from reference.own import link_parts, own_rows
from reference.sources import Row, Tables

TOLERANCE_DEG = 0.005
SHORTEST, LONGEST = 0.72, 1.3
FARTHEST_DEG = 0.2
TEXTS = Path(__file__).parent / "own" / "geo"

Line = list[tuple[float, float]]


def write(extracts: Path, out: Path, tables: Tables) -> None:
    """Write the folders geo_rail_osm, geo_searoute, geo_drawn, geo_natural_earth and geo_etopo1 beside the tables.

    A railway follows the OpenStreetMap graph where the way found there is between 0.72 and 1.3 times the published length and ends within
    0.2 degrees of both places; other railways, roads and the short lanes of the Caspian are drawn by hand through towns on the way.
    """
    places = {row["id"]: (float(row["lon"]), float(row["lat"])) for row in tables["places"]}
    drawn = {row["link"]: _points(row["points"]) for row in own_rows("shapes")}
    railways = _features(extracts / "rail_links_osm_geometry.geojson")
    lanes = _features(extracts / "sea_links_searoute.geojson")
    rail, sea, own = [], [], []
    for link in _uncut(tables["links"]):
        ends = places[link["from_place"]], places[link["to_place"]]
        if link["id"] in railways and link["id"] not in drawn and _fits(railways[link["id"]], link, ends):
            rail.append(_feature(link, [ends[0], *_line(railways[link["id"]]), ends[1]]))
        elif link["id"] in lanes and link["id"] not in drawn:
            sea.append(_feature(link, [ends[0], *_line(lanes[link["id"]]), ends[1]]))
        elif link["id"] in drawn:
            own.append(_feature(link, [ends[0], *drawn[link["id"]], ends[1]], simplify=False))
    for folder, features in (("geo_rail_osm", rail), ("geo_searoute", sea), ("geo_drawn", own)):
        _save(out / folder, "links.geojson", [part for feature in features for part in cut(feature, places)])
    _copy(extracts / "caspian_sea_polygon_ne10m.geojson", out / "geo_natural_earth")
    _copy(extracts / "caspian_etopo1_0p1deg.csv", out / "geo_etopo1")
    for readme in TEXTS.glob("geo_*.md"):
        shutil.copyfile(readme, out / readme.stem / "README.md")


def _points(text: str) -> Line:
    pairs = (point.split() for point in text.split("|"))
    return [(float(lon), float(lat)) for lon, lat in pairs]


def _features(path: Path) -> dict[str, Any]:
    return {feature["properties"]["id"]: feature for feature in json.loads(path.read_text(encoding="utf-8"))["features"]}


def _line(feature: dict[str, Any]) -> Line:
    return [(lon, lat) for lon, lat in feature["geometry"]["coordinates"]]


def _uncut(links: list[Row]) -> list[Row]:
    """The links as they were measured and drawn, before they were cut at places on their way."""
    known = {link["id"]: link for link in links}
    wholes = {}
    for name, parts in link_parts().items():
        length_km = sum(known[part["part"]]["length_km"] for part in parts)
        wholes[name] = {**known[name], "from_place": parts[0]["from_place"], "to_place": parts[-1]["to_place"], "length_km": length_km}
    pieces = {part["part"] for parts in link_parts().values() for part in parts if part["length_km"]} - set(wholes)
    return [wholes.get(link["id"], link) for link in links if link["id"] not in pieces]


def cut(feature: dict[str, Any], places: dict[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """The features of a link's parts, each between the points of the line nearest to its places."""
    name = feature["properties"]["link"]
    if name not in link_parts():
        return [feature]
    whole = LineString(_line(feature))
    found = []
    for part in link_parts()[name]:
        ends = places[part["from_place"]], places[part["to_place"]]
        between = substring(whole, *(whole.project(Point(end)) for end in ends))
        if part["length_km"]:
            found.append(_feature({"id": part["part"]}, [ends[0], *between.coords, ends[1]], simplify=False))
    return found


def _fits(feature: dict[str, Any], link: Row, ends: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    ratio = float(feature["properties"]["osm_km"]) / link["length_km"]
    line = shape(feature["geometry"])
    reached = line.coords[0], line.coords[-1]
    near = all(Point(point).distance(Point(place)) <= FARTHEST_DEG for point, place in zip(reached, ends, strict=True))
    short = link["length_km"] < 30
    return near and (short or SHORTEST <= ratio <= LONGEST)


def _feature(link: Row, line: Line, simplify: bool = True) -> dict[str, Any]:
    shaped = LineString(line).simplify(TOLERANCE_DEG) if simplify else LineString(line)
    coordinates = [[round(lon, 3), round(lat, 3)] for lon, lat in shaped.coords]
    kept = [point for number, point in enumerate(coordinates) if number == 0 or point != coordinates[number - 1]]
    return {"type": "Feature", "properties": {"link": link["id"]}, "geometry": {"type": "LineString", "coordinates": kept}}


def _save(folder: Path, name: str, features: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    (folder / name).write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / path.name)
    (folder / path.name).chmod(0o644)
