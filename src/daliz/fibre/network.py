"""The fibre network of a corridor: places joined by cables, with lengths, fault rates and repair times.

Where a cable's length is published it is used; where not, the drawn line (great circles through its waypoints) is multiplied by one route
factor, the same for every cable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.names import did_you_mean
from daliz.fibre.ends import drawn_line, fibre_place
from daliz.fibre.errors import FibreError
from daliz.fibre.seabed import GEOD, LonLat

LIGHT_KM_MS = 299.792458
GROUP_INDEX = 1.468
# Achievable by a well-built line; 2.1 was measured in the United States (Bozkurt et al. 2018).
ROUTE_FACTOR = 1.3
ROUTE_FACTORS = (1.0, 2.1)
# Sea: 0.09 to 0.12 (ICPC 2025). Land: service-affecting failures of buried fibre (AFL 2001, citing Bellcore).
FAULTS_1000KM_YEAR = {"submarine": 0.105, "terrestrial": 2.13}
# Sea: historical mean (Telecom Review). Land: Georgia 2011 took 7.5 h; half a day is an estimate.
REPAIR_DAYS = {"submarine": 20.0, "terrestrial": 0.5}
HOURS_YEAR = 8766.0


@dataclass(frozen=True)
class Cable:
    """One cable between two places.

    Attributes: id, a, b (places), kind, line (lon, lat), drawn_km (along the line), published_km (None: not published), groups (declared
    shared-risk groups), faults_1000km_year, repair_h, system.
    """

    id: str
    a: str
    b: str
    kind: str
    line: tuple[LonLat, ...]
    drawn_km: float
    published_km: float | None
    groups: tuple[str, ...]
    faults_1000km_year: float
    repair_h: float
    system: str

    def km(self, route_factor: float, uniform: bool = False) -> float:
        """Length: the published one, or the drawn line times the route factor (always so when `uniform`)."""
        if self.published_km is None or uniform:
            return self.drawn_km * route_factor
        return self.published_km

    def unavailability(self, route_factor: float) -> float:
        """Share of time that it is broken: one fault at a time, repaired before the next (alternating renewal)."""
        faults_h = self.faults_1000km_year * self.km(route_factor) / 1e3 / HOURS_YEAR
        return faults_h * self.repair_h / (1.0 + faults_h * self.repair_h)


@dataclass(frozen=True, eq=False)
class Network:
    """Cables by id, the cables at each place, and where each place is."""

    cables: dict[str, Cable]
    at: dict[str, tuple[Cable, ...]]
    country: dict[str, str]
    spot: dict[str, LonLat]
    names: dict[str, str]

    def without(self, cables: Iterable[str]) -> Network:
        """The network after some cables were cut."""
        gone = set(cables)
        return _network([cable for name, cable in self.cables.items() if name not in gone], self.country, self.spot, self.names)

    def within(self, places: Iterable[str]) -> Network:
        """The part of the network between some places."""
        kept = set(places)
        return _network([one for one in self.cables.values() if one.a in kept and one.b in kept], self.country, self.spot, self.names)

    def great_circle_km(self, a: str, b: str) -> float:
        """Geodesic between two places on the ellipsoid."""
        return float(GEOD.inv(*self.spot[a], *self.spot[b])[2]) / 1e3


def _network(cables: Iterable[Cable], country: dict[str, str], spot: dict[str, LonLat], names: dict[str, str]) -> Network:
    at: dict[str, list[Cable]] = {}
    listed = {cable.id: cable for cable in cables}
    for cable in listed.values():
        at.setdefault(cable.a, []).append(cable)
        at.setdefault(cable.b, []).append(cable)
    return Network(listed, {place: tuple(found) for place, found in at.items()}, country, spot, names)


def network(corridor: Corridor, repair_days: dict[str, float] | None = None) -> Network:
    """The network of the cables that are open.

    Parameters: corridor, repair_days (mean time to repair by kind of cable, or by cable id, in place of the tables; a closed sea without a
    cable ship is such a case). Raises: FibreError for a rate or time that is not positive, an unknown cable or kind, a cable without
    length.
    """
    return _cached(corridor, tuple(sorted((repair_days or {}).items())))


@lru_cache(maxsize=32)
def standing_network(corridor: Corridor) -> Network:
    """The network as it stands, whatever a scenario closes or a project opens: what published figures are held against."""
    effects = corridor["effects"].filter((pl.col("table") == "cables") & (pl.col("column") == "status") & (pl.col("before") == "planned"))
    rows = corridor["cables"].filter(pl.col("status").is_in(["open", "closed"]) & ~pl.col("id").is_in(effects["row"].to_list()))
    return _built(corridor, list(rows.iter_rows(named=True)), {})


@lru_cache(maxsize=32)
def _cached(corridor: Corridor, repair_days: tuple[tuple[str, float], ...]) -> Network:
    given = dict(repair_days)
    known = {*FAULTS_1000KM_YEAR, *corridor["cables"]["id"].to_list()}
    for name, days in given.items():
        if name not in known:
            raise FibreError(f"repair time for {name!r}: expected submarine, terrestrial or a cable{did_you_mean(name, known)}")
        if not (days > 0 and math.isfinite(days)):
            raise FibreError(f"repair time for {name}: {days:g} days; expected more than 0")
    return _built(corridor, list(corridor.open("cables").iter_rows(named=True)), given)


def _built(corridor: Corridor, rows: list[dict[str, object]], given: dict[str, float]) -> Network:
    places = {row["id"]: row for row in corridor["places"].iter_rows(named=True)}
    spot = {name: (row["lon"], row["lat"]) for name, row in places.items()}
    cables = [_cable(row, spot, given) for row in rows]
    return _network(
        cables, {name: row["country"] for name, row in places.items()}, spot, {name: row["name"] for name, row in places.items()}
    )


def _cable(row: dict[str, object], spot: dict[str, LonLat], given: dict[str, float]) -> Cable:
    line = drawn_line(row, spot)
    drawn = float(GEOD.line_length([p[0] for p in line], [p[1] for p in line])) / 1e3
    kind, name = str(row["kind"]), str(row["id"])
    published = row["length_km"]
    if published is None and drawn <= 0:
        raise FibreError(f"cables.csv, row {name}: has no length_km, and its ends lie on one point")
    rate, days = row["fault_rate_1000km_year"], row["repair_days"]
    repair = given.get(name) or given.get(kind) or days or REPAIR_DAYS[kind]
    return Cable(
        id=name,
        a=str(row["from_place"]),
        b=str(row["to_place"]),
        kind=kind,
        line=line,
        drawn_km=drawn,
        published_km=published,  # type: ignore[arg-type]
        groups=tuple(row["risk_groups"] or ()),  # type: ignore[arg-type]
        faults_1000km_year=float(FAULTS_1000KM_YEAR[kind] if rate is None else rate),  # type: ignore[arg-type]
        repair_h=24.0 * float(repair),  # type: ignore[arg-type]
        system=str(row["system"] or ""),
    )


def ends_of(corridor: Corridor, net: Network, a: str, b: str) -> tuple[str, str]:
    """The ids of two places that have fibre. Raises: PlaceError or FibreError with the nearest places that have."""
    found = fibre_place(corridor, a), fibre_place(corridor, b)
    for place in found:
        if place not in net.at:
            ranked = sorted(net.at, key=lambda one: net.great_circle_km(place, one))
            near = ", ".join(f"{net.names[one]} ({one})" for one in ranked[:3])
            raise FibreError(f"{net.names[place]} ({place}) has no fibre in the table cables; nearest with fibre: {near or 'none'}")
    if found[0] == found[1]:
        raise FibreError(f"{net.names[found[0]]} is both ends; expected two places")
    return found


def check_factor(route_factor: float) -> None:
    """Raises: FibreError for a route factor below 1, which no line can have, or one that is no number."""
    if not (1.0 <= route_factor <= 10.0):
        raise FibreError(f"route factor {route_factor:g}; expected 1 (the straight line) to 10")


def round_trip_ms(km: float, group_index: float = GROUP_INDEX) -> float:
    """Time of light through so much fibre and back, in milliseconds."""
    return 2.0 * group_index * km / LIGHT_KM_MS
