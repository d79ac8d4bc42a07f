"""What a seabed costs and risks: USD per km of laying and burying, and expected faults per km and year, from depth, slope and what is near.

All of it in real units, so that two lines can be compared in dollars and in hours of outage. The rates are two small tables beside this
file, each row with its source; most are estimates round the published world mean of faults, and say so.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from daliz.fibre.bathymetry import Bathymetry, check_memory
from daliz.fibre.errors import FibreError

Floats = npt.NDArray[np.float64]
LonLat = tuple[float, float]

GEOD = Geod(ellps="WGS84")
BYTES_PER_CELL = 150
FINE_KM = 1.0
COARSE_KM = 2.0
# Above this slope a plough tips over and a cable hangs free; engineering estimate.
STEEPEST_DEG = 15.0
SLOPE_SURCHARGE = 0.05


@dataclass(frozen=True)
class Exposure:
    """Something near which a cable costs or fails more.

    Attributes: kind (port, lane, seismic or crossing: a row of exposure_rates.csv), lines (each a chain of lon, lat; a point is a chain of
    one), rows (rows of the corridor's tables that it comes from).
    """

    kind: str
    lines: tuple[tuple[LonLat, ...], ...]
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seabed:
    """Layers over one grid of longitude and latitude; all arrays are rows x columns.

    Attributes: lat, lon (degrees), hx_km, hy_km (km between cells along and across each row), depth_m (below the water; nan on land),
    slope_deg, usd_km and faults_km_year (of a cable laid on the bed), usd_buried_km and faults_buried_km_year (of a buried one; usd is inf
    where it cannot be buried), slack (cable over ground), level_m (of the water), memory_gb (taken by the layers and engines).
    """

    lat: Floats
    lon: Floats
    hx_km: Floats
    hy_km: Floats
    depth_m: Floats
    slope_deg: Floats
    usd_km: Floats
    faults_km_year: Floats
    usd_buried_km: Floats
    faults_buried_km_year: Floats
    slack: Floats
    level_m: float
    memory_gb: float

    def priced(self, usd_per_outage_h: float, repair_h: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Cost per km with a price on an expected hour of outage a year, burying where that is cheaper; and where it is buried."""
        hour = usd_per_outage_h * repair_h
        laid = self.usd_km + hour * self.faults_km_year
        buried = self.usd_buried_km + hour * self.faults_buried_km_year
        deeper = buried < laid
        cost = np.where(deeper, buried, laid)
        return np.where(np.isnan(self.depth_m), np.inf, cost), deeper

    def cell(self, lon: float, lat: float) -> tuple[float, float]:
        """Row and column of a point, not rounded."""
        row = (lat - self.lat[0]) / (self.lat[1] - self.lat[0])
        col = (lon - self.lon[0]) / (self.lon[1] - self.lon[0])
        return float(row), float(col)

    def point(self, row: float, col: float) -> LonLat:
        """Longitude and latitude of a row and column."""
        lon = self.lon[0] + col * (self.lon[1] - self.lon[0])
        lat = self.lat[0] + row * (self.lat[1] - self.lat[0])
        return float(lon), float(lat)


@cache
def rates() -> tuple[dict[str, float], ...]:
    """Cost and fault rates by band of depth."""
    with (files("daliz.fibre") / "seabed_rates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    numbers = [key for key in rows[0] if key not in ("source", "certainty")]
    return tuple({key: float(row[key]) if row[key] else np.inf for key in numbers} for row in rows)


@cache
def exposure_rates() -> dict[str, dict[str, float]]:
    """What each kind of exposure does within its reach."""
    with (files("daliz.fibre") / "exposure_rates.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["kind"]: {key: float(row[key]) for key in row if key not in ("kind", "source", "certainty")} for row in rows}


def read_exposures(path: str | Path, kind: str) -> Exposure:
    """Exposure from a GeoJSON file of points and lines, for example active faults.

    Raises: FibreError when the file cannot be read as GeoJSON or the kind is unknown.
    """
    from shapely.geometry import shape

    if kind not in exposure_rates():
        raise FibreError(f"no exposure {kind!r}; there are: {', '.join(exposure_rates())}")
    try:
        features = json.loads(Path(path).read_text(encoding="utf-8"))["features"]
        shapes = [shape(feature["geometry"]) for feature in features if feature.get("geometry")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FibreError(f"{path}: cannot be read as GeoJSON ({error})") from None
    lines = []
    for one in shapes:
        for part in getattr(one, "geoms", [one]):
            coords = part.exterior.coords if part.geom_type == "Polygon" else part.coords
            lines.append(tuple((float(spot[0]), float(spot[1])) for spot in coords))
    return Exposure(kind, tuple(lines))


def metric(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """km between neighbouring columns and rows at each latitude, on the WGS 84 ellipsoid."""
    a, e2 = GEOD.a / 1e3, GEOD.es
    phi = np.radians(lat)
    bend = 1.0 - e2 * np.sin(phi) ** 2
    hx = a / np.sqrt(bend) * np.cos(phi) * np.radians(lon[1] - lon[0])
    hy = a * (1.0 - e2) / bend**1.5 * np.radians(lat[1] - lat[0])
    return hx, hy


def seabed(
    grid: Bathymetry,
    window: tuple[float, float, float, float],
    level_m: float,
    exposures: Sequence[Exposure] = (),
    cell_km: float | None = None,
    limit_gb: float = 2.0,
) -> Seabed:
    """Layers of cost and risk over a window of a grid.

    Parameters: grid, window (west, south, east, north in degrees), level_m (of the water above mean sea level), exposures (what is near),
    cell_km (size of the cells; default: those of the grid, refined to 1 km where they are larger than 2 km), limit_gb (memory).
    Raises: FibreError for holes in the window, or a grid that would take more memory than the limit.
    """
    west, south, east, north = window
    west, east = max(west, grid.lon[0]), min(east, grid.lon[-1])
    south, north = max(south, grid.lat[0]), min(north, grid.lat[-1])
    if cell_km is None:
        cell_km = FINE_KM if grid.spacing_km > COARSE_KM else grid.spacing_km
    if not 0.01 <= cell_km <= 1000:
        raise FibreError(f"cells of {cell_km:g} km; expected 0.01 to 1000 km")
    rows = max(8, round((north - south) * 111.2 / cell_km) + 1)
    cols = max(8, round((east - west) * 111.2 * np.cos(np.radians((south + north) / 2)) / cell_km) + 1)
    memory = check_memory(rows * cols, BYTES_PER_CELL, limit_gb, grid.name)
    lat, lon = np.linspace(south, north, rows), np.linspace(west, east, cols)
    _no_holes(grid, window)
    height = _resampled(grid, grid.elevation_m, lat, lon)
    depth = level_m - height
    wet = depth > 0.0
    if grid.sea is not None:
        wet &= _resampled(grid, grid.sea.astype(np.float64), lat, lon) >= 0.5
    hx, hy = metric(lat, lon)
    gy, gx = np.gradient(height)
    slope = np.degrees(np.arctan(np.hypot(gx / (hx[:, None] * 1e3), gy / (hy[:, None] * 1e3))))
    bare = _by_depth(lat, lon, hx, hy, np.where(wet, depth, np.nan), slope, level_m, memory)
    for exposure in exposures:
        bare = _exposed(bare, exposure)
    return bare


def _no_holes(grid: Bathymetry, window: tuple[float, float, float, float]) -> None:
    west, south, east, north = window
    inside = np.ix_((grid.lat >= south) & (grid.lat <= north), (grid.lon >= west) & (grid.lon <= east))
    part = grid.elevation_m[inside]
    if holes := int(np.isnan(part).sum()):
        row, col = np.argwhere(np.isnan(part))[0]
        spot = f"{grid.lat[grid.lat >= south][row]:.2f} N {grid.lon[grid.lon >= west][col]:.2f} E"
        raise FibreError(
            f"{grid.name}: {holes:,} of {part.size:,} cells in the area have no value (the first at {spot});"
            " fill the holes, for example with gdal_fillnodata, or give land a height above the water"
        )


def _resampled(grid: Bathymetry, values: Floats, lat: Floats, lon: Floats) -> Floats:
    """Bilinear values at other latitudes and longitudes of the same grid."""
    row = np.clip((lat - grid.lat[0]) / (grid.lat[1] - grid.lat[0]), 0, len(grid.lat) - 1)
    col = np.clip((lon - grid.lon[0]) / (grid.lon[1] - grid.lon[0]), 0, len(grid.lon) - 1)
    r0, c0 = np.minimum(row.astype(int), len(grid.lat) - 2), np.minimum(col.astype(int), len(grid.lon) - 2)
    fr, fc = (row - r0)[:, None], (col - c0)[None, :]
    upper = values[r0][:, c0] * (1 - fc) + values[r0][:, c0 + 1] * fc
    lower = values[r0 + 1][:, c0] * (1 - fc) + values[r0 + 1][:, c0 + 1] * fc
    return np.asarray(upper * (1 - fr) + lower * fr)


def _by_depth(lat: Floats, lon: Floats, hx: Floats, hy: Floats, depth: Floats, slope: Floats, level_m: float, memory_gb: float) -> Seabed:
    bands = rates()
    band = np.searchsorted([row["depth_from_m"] for row in bands], np.nan_to_num(depth, nan=0.0), side="right") - 1
    band = np.clip(band, 0, len(bands) - 1)

    def column(name: str) -> Floats:
        return np.array([row[name] for row in bands])[band]

    # Relief makes the cable longer and the laying slower.
    steep = np.clip(slope, 0.0, STEEPEST_DEG)
    surcharge = 1.0 + SLOPE_SURCHARGE * steep
    usd = column("lay_usd_km") * surcharge
    buried = np.where(slope < STEEPEST_DEG, usd + column("bury_usd_km") * surcharge, np.inf)
    faults = column("faults_1000km_year") / 1e3
    slack = (1.0 + column("slack")) / np.cos(np.radians(np.minimum(slope, 45.0))) - 1.0
    return Seabed(lat, lon, hx, hy, depth, slope, usd, faults, buried, faults * column("faults_buried"), slack, level_m, memory_gb)


def _exposed(bed: Seabed, exposure: Exposure) -> Seabed:
    """The layers with one exposure put on."""
    if exposure.kind not in exposure_rates():
        raise FibreError(f"no exposure {exposure.kind!r}; there are: {', '.join(exposure_rates())}")
    rate = exposure_rates()[exposure.kind]
    near = _near(bed, exposure, rate["reach_km"])
    if not near.any():
        return bed
    # A crossing costs once; a line that crosses the strip pays it over the strip's width.
    width_km = 2.0 * rate["reach_km"]
    usd = np.where(near, rate["usd_each"] / width_km, 0.0)
    times = np.where(near, rate["times"], 1.0)
    more = np.where(near, rate["faults_1000km_year"] / 1e3 + rate["faults_each_year"] / width_km, 0.0)
    return replace(
        bed,
        usd_km=bed.usd_km + usd,
        usd_buried_km=bed.usd_buried_km + usd,
        faults_km_year=bed.faults_km_year * times + more,
        faults_buried_km_year=bed.faults_buried_km_year * times + more,
    )


def _near(bed: Seabed, exposure: Exposure, reach_km: float) -> npt.NDArray[np.bool_]:
    """Cells within reach of the exposure's lines."""
    from scipy.ndimage import distance_transform_edt

    rows, cols = bed.depth_m.shape
    away = np.ones((rows, cols), dtype=bool)
    for line in exposure.lines:
        spots = np.array([bed.cell(*spot) for spot in line])
        if len(spots) > 1:
            reach = np.abs(np.diff(spots, axis=0)).max(axis=1)
            spots = np.concatenate([_along(a, b, length) for a, b, length in zip(spots[:-1], spots[1:], reach, strict=True)])
        cells = np.round(spots).astype(int)
        inside = (cells[:, 0] >= 0) & (cells[:, 0] < rows) & (cells[:, 1] >= 0) & (cells[:, 1] < cols)
        away[cells[inside, 0], cells[inside, 1]] = False
    if away.all():
        return ~away
    distance = distance_transform_edt(away, sampling=(float(bed.hy_km.mean()), float(bed.hx_km.mean())))
    return np.asarray(distance <= reach_km)


def _along(a: Floats, b: Floats, length: float) -> Floats:
    return np.asarray(a + (b - a) * np.linspace(0.0, 1.0, int(min(length, 1e5)) + 2)[:, None])
