"""Depth of the sea: a grid of elevations, the level of its water on a date, and what is too deep in the grid to trust.

The embedded grid is ETOPO1 at 0.1 degree round the Caspian (NOAA, public domain). Any grid of longitude and latitude in metres above mean
sea level can take its place: CSV, NetCDF (GEBCO and others) or GeoTIFF.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from daliz.corridor.errors import MissingExtraError
from daliz.fibre.errors import FibreError

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FALL_M_YEAR = 0.096
LAT_NAMES = ("lat", "latitude", "y")
LON_NAMES = ("lon", "longitude", "x")
HEIGHT_NAMES = ("elevation", "elevation_m", "z", "topo", "altitude", "Band1", "bathymetry")
METRES = ("m", "meter", "meters", "metre", "metres", "m above mean sea level", "")
HIGHEST_M, DEEPEST_M = 9000.0, -11100.0


@dataclass(frozen=True)
class Bathymetry:
    """A grid of elevations.

    Attributes: lat, lon (degrees, ascending, evenly spaced), elevation_m (rows of lat x columns of lon, above mean sea level), sea (where
    the water is; None: everywhere below the level), closed_sea (name of its level table; None: level 0), name, source.
    """

    lat: Floats
    lon: Floats
    elevation_m: Floats
    sea: Mask | None = None
    closed_sea: str | None = None
    name: str = "grid"
    source: str = ""

    @property
    def spacing_km(self) -> float:
        """Distance between rows in km."""
        return float(self.lat[1] - self.lat[0]) * 111.2

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point lies on the grid."""
        return bool(self.lon[0] <= lon <= self.lon[-1] and self.lat[0] <= lat <= self.lat[-1])

    def area(self) -> str:
        """The area covered, for messages."""
        return f"{self.lat[0]:g} to {self.lat[-1]:g} N, {self.lon[0]:g} to {self.lon[-1]:g} E"


def water_level_m(closed_sea: str | None, on: date) -> float:
    """Level of the water in metres above mean sea level on a date; 0 on the oceans.

    Raises: FibreError when no level of that sea is known.
    """
    if closed_sea is None:
        return 0.0
    path = files("daliz.reference") / "geo_levels" / f"{closed_sea}.csv"
    if not path.is_file():
        raise FibreError(f"no level is known for the sea {closed_sea!r}; give the level in metres")
    with path.open(encoding="utf-8") as file:
        known = sorted((date.fromisoformat(row["date"]), float(row["level_m"])) for row in csv.DictReader(file))
    if on <= known[0][0]:
        return known[0][1] + FALL_M_YEAR * (known[0][0] - on).days / 365.25
    if on >= known[-1][0]:
        return known[-1][1] - FALL_M_YEAR * (on - known[-1][0]).days / 365.25
    return float(np.interp(on.toordinal(), [day.toordinal() for day, _ in known], [level for _, level in known]))


def embedded() -> Bathymetry:
    """The embedded grid: ETOPO1 at 0.1 degree, 36 to 47.5 N and 46 to 55 E."""
    with as_file(files("daliz.reference") / "geo_etopo1" / "caspian_etopo1_0p1deg.csv") as path:
        return read_csv(path, "caspian", "ETOPO1 at 0.1 degree", "Amante and Eakins 2009, NOAA, doi:10.7289/V5C8276M, public domain")


def read_grid(path: str | Path, window: tuple[float, float, float, float] | None = None, limit_gb: float = 2.0) -> Bathymetry:
    """Read a grid of elevations by the ending of its name: .csv, .nc (NetCDF) or .tif (GeoTIFF).

    Parameters: path, window (west, south, east, north in degrees: only this part is read), limit_gb (memory that may be taken).
    Raises: FibreError when the file is none, has other units or another projection, or would take more memory than the limit;
    MissingExtraError without the extra `fibre`.
    """
    file = Path(path)
    if not file.is_file():
        raise FibreError(f"{path}: no such file")
    ending = file.suffix.lower()
    if ending == ".csv":
        return read_csv(file)
    if ending in (".nc", ".nc4", ".grd"):
        return _read_netcdf(file, window, limit_gb)
    if ending in (".tif", ".tiff"):
        return _read_geotiff(file, window, limit_gb)
    raise FibreError(f"{path}: expected a grid ending in .csv, .nc or .tif, not {ending or 'nothing'!r}")


def read_csv(path: Path, closed_sea: str | None = None, name: str = "", source: str = "") -> Bathymetry:
    """Read a grid from rows of lat, lon, elevation_m (and in_<sea>: 1 where there is water).

    Raises: FibreError when a column is missing, a value is no number, or the rows are no full grid.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        head = next(rows, [])
        wanted = ("lat", "lon", "elevation_m")
        if missing := [column for column in wanted if column not in head]:
            raise FibreError(f"{path.name}: no column {missing[0]!r}; expected lat, lon, elevation_m")
        mask = next((column for column in head if column.startswith("in_")), None)
        at = [head.index(column) for column in (*wanted, *([mask] if mask else []))]
        values = np.array([_numbers(path, line, [row[i] for i in at]) for line, row in enumerate(rows, 2) if row])
    if values.size == 0:
        raise FibreError(f"{path.name}: no rows")
    lat, lon = np.unique(values[:, 0]), np.unique(values[:, 1])
    if len(values) != len(lat) * len(lon):
        raise FibreError(f"{path.name}: {len(values):,} rows are no full grid of {len(lat)} latitudes x {len(lon)} longitudes")
    order = np.lexsort((values[:, 1], values[:, 0]))
    shape = (len(lat), len(lon))
    sea = values[order, 3].reshape(shape) > 0 if mask else None
    return _checked(path.name, Bathymetry(lat, lon, values[order, 2].reshape(shape), sea, closed_sea, name or path.name, source))


def _numbers(path: Path, line: int, texts: Sequence[str]) -> list[float]:
    try:
        return [float(text) if text else np.nan for text in texts]
    except ValueError:
        raise FibreError(f"{path.name}:{line}: {', '.join(texts)!r}: expected numbers") from None


def _pick(path: Path, there: Sequence[str], names: Sequence[str], what: str) -> str:
    found = next((name for name in names if name in there), None)
    if found is None:
        raise FibreError(
            f"{path.name}: no {what}; expected a variable {', '.join(names[:3])}, there are: {', '.join(sorted(there)) or 'none'}"
        )
    return found


def _attribute(attributes: Any, name: str) -> str:
    value = attributes.get(name, "")
    if isinstance(value, np.ndarray):
        value = value.tobytes() if value.dtype.kind in "SV" else value.ravel()[0] if value.size else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _check_heights(path: Path, name: str, units: str, positive: str, standard_name: str) -> None:
    if units.strip().lower() not in METRES:
        raise FibreError(f"{path.name}: {name} is in {units!r}; expected metres")
    if positive.lower() == "down" or standard_name.lower() in ("depth", "sea_floor_depth_below_mean_sea_level"):
        raise FibreError(f"{path.name}: {name} counts depth downwards; expected elevation, negative below the sea (multiply by -1)")


def check_memory(cells: int, bytes_each: int, limit_gb: float, what: str) -> float:
    """Memory in GB that some cells take. Raises: FibreError, before it is taken, when it is more than the limit."""
    need = cells * bytes_each / 1e9
    if need > limit_gb:
        raise FibreError(
            f"{what}: {cells:,} cells would take {need:.1f} GB of memory, more than the limit of {limit_gb:g} GB;"
            " choose larger cells or a smaller area, or raise the limit"
        )
    return need


def _window(axis: Floats, low: float, high: float) -> slice:
    inside = np.flatnonzero((axis >= low) & (axis <= high))
    if inside.size < 2:
        return slice(0, 0)
    return slice(max(int(inside[0]) - 1, 0), int(inside[-1]) + 2)


def _cut(path: Path, lat: Floats, lon: Floats, window: tuple[float, float, float, float] | None, limit_gb: float) -> tuple[slice, slice]:
    if lat.ndim != 1 or lon.ndim != 1:
        raise FibreError(f"{path.name}: latitude and longitude are not axes of the grid; expected a grid of longitude and latitude")
    if lat.size and (np.abs(lat).max() > 90.001 or np.abs(lon).max() > 360.001):
        raise FibreError(
            f"{path.name}: coordinates up to {np.abs(lon).max():,.0f} are no degrees; expected longitude and latitude (EPSG:4326)"
        )
    west, south, east, north = window or (-360.0, -90.0, 360.0, 90.0)
    rows, cols = _window(lat, south, north), _window(lon, west, east)
    if rows.stop == rows.start or cols.stop == cols.start:
        raise FibreError(
            f"{path.name}: covers {lat.min():g} to {lat.max():g} N, {lon.min():g} to {lon.max():g} E,"
            f" which leaves out the area asked for ({south:.1f} to {north:.1f} N, {west:.1f} to {east:.1f} E)"
        )
    check_memory((rows.stop - rows.start) * (cols.stop - cols.start), 16, limit_gb, path.name)
    return rows, cols


def _read_netcdf(path: Path, window: tuple[float, float, float, float] | None, limit_gb: float) -> Bathymetry:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:3] == b"CDF":
        from scipy.io import netcdf_file

        with netcdf_file(path, "r", mmap=False) as old:
            return _from_variables(path, old.variables, {name: vars(v) for name, v in old.variables.items()}, window, limit_gb)
    try:
        import h5netcdf
    except ImportError:
        raise MissingExtraError("fibre", "h5netcdf") from None
    try:
        with h5netcdf.File(path, "r") as new:
            return _from_variables(path, new.variables, {name: v.attrs for name, v in new.variables.items()}, window, limit_gb)
    except ImportError:
        raise MissingExtraError("fibre", "h5py") from None
    except OSError as error:
        raise FibreError(f"{path.name}: is no NetCDF file ({error})") from None


def _from_variables(
    path: Path, variables: Any, attributes: Any, window: tuple[float, float, float, float] | None, limit_gb: float
) -> Bathymetry:
    there = list(variables)
    lat_name, lon_name = _pick(path, there, LAT_NAMES, "latitude"), _pick(path, there, LON_NAMES, "longitude")
    name = _pick(path, there, HEIGHT_NAMES, "elevation")
    _check_heights(path, name, *(_attribute(attributes[name], key) for key in ("units", "positive", "standard_name")))
    lat, lon = np.array(variables[lat_name][:], dtype=np.float64), np.array(variables[lon_name][:], dtype=np.float64)
    rows, cols = _cut(path, lat, lon, window, limit_gb)
    dimensions = tuple(variables[name].dimensions)
    if dimensions not in ((lat_name, lon_name), (lon_name, lat_name)):
        raise FibreError(f"{path.name}: {name} has the axes {', '.join(dimensions)}; expected {lat_name}, {lon_name}")
    turned = dimensions[0] == lon_name
    raw = np.array(variables[name][cols, rows].T if turned else variables[name][rows, cols], dtype=np.float64)
    for key in ("_FillValue", "missing_value"):
        if text := _attribute(attributes[name], key):
            raw[raw == float(text)] = np.nan
    scale = float(_attribute(attributes[name], "scale_factor") or 1.0)
    offset = float(_attribute(attributes[name], "add_offset") or 0.0)
    return _checked(path.name, Bathymetry(*_ascending(lat[rows], lon[cols], raw * scale + offset), name=path.name, source=str(path.name)))


def _read_geotiff(path: Path, window: tuple[float, float, float, float] | None, limit_gb: float) -> Bathymetry:
    try:
        import rasterio
        from rasterio.errors import RasterioIOError
        from rasterio.windows import Window
    except ImportError:
        raise MissingExtraError("fibre", "rasterio") from None
    try:
        with rasterio.open(path) as raster:
            if raster.crs is not None and not raster.crs.is_geographic:
                raise FibreError(
                    f"{path.name}: is projected ({raster.crs.to_string()}); expected longitude and latitude,"
                    " for example after  gdalwarp -t_srs EPSG:4326"
                )
            step = raster.transform
            if step.b or step.d:
                raise FibreError(f"{path.name}: is a rotated grid; expected rows of latitude and columns of longitude")
            lon = step.c + step.a * (np.arange(raster.width) + 0.5)
            lat = step.f + step.e * (np.arange(raster.height) + 0.5)
            _check_heights(path, "band 1", (raster.units[0] or ""), _attribute(raster.tags(1), "positive"), "")
            rows, cols = _cut(path, lat, lon, window, limit_gb)
            part = Window(cols.start, rows.start, min(cols.stop, raster.width) - cols.start, min(rows.stop, raster.height) - rows.start)
            raw = raster.read(1, window=part).astype(np.float64)
            if raster.nodata is not None:
                raw[raw == raster.nodata] = np.nan
    except RasterioIOError as error:
        raise FibreError(f"{path.name}: is no GeoTIFF ({error})") from None
    return _checked(path.name, Bathymetry(*_ascending(lat[rows], lon[cols], raw), name=path.name, source=str(path.name)))


def _ascending(lat: Floats, lon: Floats, height: Floats) -> tuple[Floats, Floats, Floats]:
    if lat[0] > lat[-1]:
        lat, height = lat[::-1], height[::-1]
    if lon[0] > lon[-1]:
        lon, height = lon[::-1], height[:, ::-1]
    return lat, lon, np.ascontiguousarray(height)


def _checked(name: str, grid: Bathymetry) -> Bathymetry:
    """The grid, when its axes are even and its values are elevations in metres."""
    for axis, what in ((grid.lat, "latitudes"), (grid.lon, "longitudes")):
        if len(axis) < 2:
            raise FibreError(f"{name}: {len(axis)} {what}; expected at least 2")
        steps = np.diff(axis)
        if steps.min() <= 0 or steps.max() - steps.min() > 0.01 * steps.mean():
            raise FibreError(f"{name}: {what} are not evenly spaced ({steps.min():g} to {steps.max():g} degrees)")
    values = grid.elevation_m[np.isfinite(grid.elevation_m)]
    if values.size == 0:
        raise FibreError(f"{name}: has no value at all")
    if values.max() > HIGHEST_M or values.min() < DEEPEST_M:
        raise FibreError(f"{name}: elevations from {values.min():,.0f} to {values.max():,.0f} are not in metres above mean sea level")
    if np.isinf(grid.elevation_m).any():
        raise FibreError(f"{name}: holds infinite elevations")
    return grid
