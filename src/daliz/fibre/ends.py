"""Where a seabed line begins and ends: places or points, and the water nearest to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daliz.corridor import Corridor
from daliz.corridor.places import find_place
from daliz.corridor.rows import find_row
from daliz.fibre.bathymetry import Bathymetry
from daliz.fibre.errors import FibreError
from daliz.fibre.seabed import GEOD, Exposure, LonLat, Seabed

SNAP_KM = 30.0


@dataclass(frozen=True)
class End:
    """One end: its name, place id ('' for a bare point) and position in degrees."""

    name: str
    place: str
    lon: float
    lat: float

    def text(self) -> str:
        """The end as messages name it."""
        return f"{self.name} ({self.lat:.2f} N {self.lon:.2f} E)"


def end_of(corridor: Corridor | None, spot: str | LonLat) -> End:
    """An end by place name or by 'lat,lon' (a tuple is lon, lat).

    A name that fits several places means the cable landing among them. Raises: FibreError for a name without a corridor to look it up
    in, or numbers that are no position; PlaceError for an unknown name.
    """
    if not isinstance(spot, str):
        return _point(float(spot[1]), float(spot[0]))
    parts = spot.split(",")
    if len(parts) == 2:
        try:
            return _point(float(parts[0]), float(parts[1]))
        except ValueError:
            pass
    if corridor is None:
        raise FibreError(f"{spot!r}: expected 'lat,lon' in degrees where no corridor names places")
    place = fibre_place(corridor, spot, ("landing_station",))
    row = find_row(corridor, f"places/{place}")
    return End(row["name"], place, row["lon"], row["lat"])


def _point(lat: float, lon: float) -> End:
    if not (-90 <= lat <= 90 and -180 <= lon <= 360):
        raise FibreError(f"{lat:g},{lon:g}: expected latitude -90 to 90 and longitude -180 to 180, in this order")
    return End(f"{lat:.2f},{lon:.2f}", "", lon, lat)


def fibre_place(corridor: Corridor, text: str, kinds: tuple[str, ...] = ("landing_station", "point_of_presence")) -> str:
    """The place that a telecom planner means: an exact name first, then a landing or point of presence whose name begins so.

    Raises: PlaceError when nothing or more than one place fits.
    """
    from daliz.corridor.names import fold

    wanted = fold(text)
    places = corridor["places"].filter(corridor["places"]["kind"].is_in(kinds))
    fits = []
    for row in places.select("id", "name", "aliases").iter_rows(named=True):
        if text == row["id"]:
            return text
        names = [fold(name) for name in (row["id"], row["name"], *(row["aliases"] or [])) if name]
        if wanted and any(name == wanted or name.startswith(wanted + " ") for name in names):
            fits.append(row["id"])
    return str(fits[0]) if len(fits) == 1 else find_place(corridor, text)


def exposures_of(corridor: Corridor) -> tuple[Exposure, ...]:
    """What a corridor's own tables say of ports, shipping lanes and cables to be crossed."""
    places = {row["id"]: (row["lon"], row["lat"]) for row in corridor["places"].iter_rows(named=True)}
    ports = corridor["places"].filter(corridor["places"]["kind"] == "seaport")
    sea = corridor.open("links")
    sea = sea.filter(sea["mode"].is_in(["sea", "ferry"]))
    lanes = tuple((places[row["from_place"]], places[row["to_place"]]) for row in sea.iter_rows(named=True))
    cables = corridor.open("cables")
    cables = cables.filter(cables["kind"] == "submarine")
    lines = tuple(drawn_line(row, places) for row in cables.iter_rows(named=True))
    found = (
        Exposure("port", tuple(((row["lon"], row["lat"]),) for row in ports.iter_rows(named=True)), _rows("places", ports["id"].to_list())),
        Exposure("lane", lanes, _rows("links", sea["id"].to_list())),
        Exposure("crossing", lines, _rows("cables", cables["id"].to_list())),
    )
    return tuple(exposure for exposure in found if exposure.lines)


def _rows(table: str, ids: list[str]) -> tuple[str, ...]:
    return tuple(f"{table}/{name}" for name in ids)


def drawn_line(cable: dict[str, object], places: dict[str, LonLat]) -> tuple[LonLat, ...]:
    """The line of a cable as drawn: its ends with its waypoints between them (lon, lat).

    Raises: FibreError for a waypoint that is no pair of degrees.
    """
    between = []
    for text in cable["waypoints"] or []:  # type: ignore[attr-defined]
        try:
            lon, lat = (float(part) for part in str(text).split())
        except ValueError:
            raise FibreError(f"cables.csv, row {cable['id']}, column waypoints: {text!r}: expected 'lon lat' in degrees") from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise FibreError(f"cables.csv, row {cable['id']}, column waypoints: {text!r}: expected lon -180 to 180 and lat -90 to 90")
        between.append((lon, lat))
    return (places[str(cable["from_place"])], *between, places[str(cable["to_place"])])


def check_on_grid(grid: Bathymetry, ends: tuple[End, End]) -> None:
    """Raises: FibreError when an end lies outside the grid, or both are one point."""
    for end in ends:
        if not grid.holds(end.lon, end.lat):
            raise FibreError(f"{end.text()} lies outside the grid {grid.name} ({grid.area()}); give a grid that holds it (--grid)")
    if GEOD.inv(ends[0].lon, ends[0].lat, ends[1].lon, ends[1].lat)[2] < 1.0:
        raise FibreError(f"{ends[0].text()} is both ends of the line; expected two places")


def into_water(grid: Bathymetry, bed: Seabed, ends: tuple[End, End]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The nearest water cells of both ends that lie in one and the same water.

    Raises: FibreError when an end is far from water, when no water joins them, or when the grid seems to count downwards.
    """
    from scipy.ndimage import label

    waters, count = label(np.isfinite(bed.depth_m), structure=np.ones((3, 3)))
    near = [_nearest_by_water(bed, waters, count, end) for end in ends]
    for end, found in zip(ends, near, strict=True):
        if not found:
            raise FibreError(_on_land(grid, bed, end))
    both = near[0].keys() & near[1].keys()
    if not both:
        raise FibreError(f"no water joins {ends[0].text()} and {ends[1].text()} on the grid {grid.name} at a level of {bed.level_m:.1f} m")
    best = min(both, key=lambda water: near[0][water][0] + near[1][water][0])
    return near[0][best][1], near[1][best][1]


def _nearest_by_water(bed: Seabed, waters: npt.NDArray[np.int32], count: int, end: End) -> dict[int, tuple[float, tuple[int, int]]]:
    """For each water within reach of an end, how far (km) and where its nearest cell is."""
    row, col = bed.cell(end.lon, end.lat)
    reach_r, reach_c = int(SNAP_KM / bed.hy_km.min()) + 1, int(SNAP_KM / bed.hx_km.min()) + 1
    top, left = max(round(row) - reach_r, 0), max(round(col) - reach_c, 0)
    part = waters[top : round(row) + reach_r + 1, left : round(col) + reach_c + 1]
    rows, cols = np.nonzero(part)
    middle = min(max(round(row), 0), len(bed.lat) - 1)
    km = np.hypot((rows + top - row) * bed.hy_km[middle], (cols + left - col) * bed.hx_km[middle])
    found: dict[int, tuple[float, tuple[int, int]]] = {}
    for at in np.argsort(km, kind="stable"):
        water = int(part[rows[at], cols[at]])
        if km[at] <= SNAP_KM and water not in found:
            found[water] = (float(km[at]), (int(rows[at]) + top, int(cols[at]) + left))
    return found


def _on_land(grid: Bathymetry, bed: Seabed, end: End) -> str:
    row, col = (round(value) for value in bed.cell(end.lon, end.lat))
    rows, cols = np.nonzero(np.isfinite(bed.depth_m))
    if rows.size:
        km = float(np.hypot((rows - row) * bed.hy_km[row], (cols - col) * bed.hx_km[row]).min())
        return f"{end.text()} lies on land, {km:,.0f} km from water on the grid {grid.name}; expected a place within {SNAP_KM:g} km of it"
    inside = (grid.lat >= bed.lat[0]) & (grid.lat <= bed.lat[-1])
    if (grid.elevation_m[inside] > 0).any() and not (grid.elevation_m[inside] < bed.level_m).any():
        return (
            f"grid {grid.name}: nothing lies below the water (level {bed.level_m:.1f} m) in the area asked for;"
            " if the grid counts depth downwards, multiply it by -1: expected elevation, negative below the sea"
        )
    return f"grid {grid.name}: there is no water in the area asked for at a level of {bed.level_m:.1f} m"
