"""Shared risks: which cables fail together, by declaration, by geography and by jurisdiction.

By geography: a spot is a place where several cables pass within a few kilometres of one another (a strait, a landing, a border crossing, a
shelf); whatever strikes there strikes all of them. Cables that merely run between the same two towns count too where their lines do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from daliz.corridor import Corridor
from daliz.fibre.errors import FibreError
from daliz.fibre.network import Cable, Network, network
from daliz.fibre.seabed import GEOD, LonLat

BUFFER_KM = 25.0
EARTH_KM = 6371.0
KINDS = ("declared", "spot", "country")


@dataclass(frozen=True)
class RiskGroup:
    """Cables that fail together: kind (declared, spot, country), name (`kind:what`), the cables, and where (lon, lat; spots only)."""

    name: str
    kind: str
    cables: tuple[str, ...]
    where: LonLat | None = None


def risk_groups(corridor: Corridor, buffer_km: float = BUFFER_KM) -> tuple[RiskGroup, ...]:
    """All groups of two cables or more, found from the tables.

    Parameters: corridor, buffer_km (how near cables must pass to be struck together). Raises: FibreError for a buffer not above 0.
    """
    if not (buffer_km > 0 and math.isfinite(buffer_km)):
        raise FibreError(f"buffer of {buffer_km:g} km; expected more than 0")
    return _groups(network(corridor), buffer_km)


@lru_cache(maxsize=64)
def _groups(net: Network, buffer_km: float) -> tuple[RiskGroup, ...]:
    declared: dict[str, list[str]] = {}
    jurisdiction: dict[str, list[str]] = {}
    for cable in net.cables.values():
        for group in cable.groups:
            declared.setdefault(group, []).append(cable.id)
        for country in dict.fromkeys((net.country[cable.a], net.country[cable.b])):
            jurisdiction.setdefault(country, []).append(cable.id)
    found = [RiskGroup(f"declared:{name}", "declared", tuple(cables)) for name, cables in sorted(declared.items()) if len(cables) > 1]
    found += [RiskGroup(f"country:{name}", "country", tuple(cables)) for name, cables in sorted(jurisdiction.items())]
    return (*found, *_spots(net, buffer_km))


def sampled(cable: Cable, step_km: float) -> list[LonLat]:
    """Points along a cable's line, at most so far apart, on great circles."""
    found: list[LonLat] = [cable.line[0]]
    for (lon0, lat0), (lon1, lat1) in zip(cable.line[:-1], cable.line[1:], strict=True):
        km = GEOD.inv(lon0, lat0, lon1, lat1)[2] / 1e3
        count = max(0, math.ceil(km / step_km) - 1)
        if count:
            found.extend((float(lon), float(lat)) for lon, lat in GEOD.npts(lon0, lat0, lon1, lat1, count))
        found.append((lon1, lat1))
    return found


def unit_vectors(spots: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Points on the unit sphere of longitudes and latitudes in degrees (n x 2 -> n x 3)."""
    lon, lat = np.radians(np.asarray(spots, dtype=np.float64)).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _spots(net: Network, buffer_km: float) -> list[RiskGroup]:
    """The largest sets of cables that pass within the buffer of one spot, each named by the place nearest to it."""
    from scipy.spatial import cKDTree

    listed = list(net.cables.values())
    if len(listed) < 2:
        return []
    lines = [sampled(cable, buffer_km) for cable in listed]
    owner = np.repeat(np.arange(len(listed)), [len(line) for line in lines])
    spots = [spot for line in lines for spot in line]
    vectors = unit_vectors(spots)
    # Samples lie up to half a step from the true nearest point; the reach allows for it.
    reach = 2.0 * math.sin(min(buffer_km * math.hypot(1.0, 0.5) / EARTH_KM, math.pi) / 2.0)
    around = cKDTree(vectors).query_ball_point(vectors, reach)
    # The ends of lines come first, so that a set is named by the place where it is found rather than by a point on the way.
    ends = {0, *np.cumsum([len(line) for line in lines]).tolist(), *(np.cumsum([len(line) for line in lines]) - 1).tolist()}
    sets: dict[frozenset[int], int] = {}
    for at in sorted(range(len(spots)), key=lambda at: (at not in ends, at)):
        sets.setdefault(frozenset(owner[around[at]].tolist()), at)
    largest: list[tuple[frozenset[int], int]] = []
    for members, at in sorted(sets.items(), key=lambda one: (-len(one[0]), one[1])):
        if len(members) > 1 and not any(members < kept for kept, _ in largest):
            largest.append((members, at))
    names = _Namer(net)
    return [RiskGroup(names.of(spots[at]), "spot", tuple(sorted(listed[i].id for i in members)), spots[at]) for members, at in largest]


class _Namer:
    """Names for spots: the nearest place of the network with its distance, each name once."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.given: dict[str, int] = {}

    def of(self, spot: LonLat) -> str:
        place = min(self.net.at, key=lambda one: GEOD.inv(*self.net.spot[one], *spot)[2])
        km = GEOD.inv(*self.net.spot[place], *spot)[2] / 1e3
        name = f"spot:{place}" if km < 1.0 else f"spot:{place}+{km:.0f}km"
        self.given[name] = self.given.get(name, 0) + 1
        return name if self.given[name] == 1 else f"{name}#{self.given[name]}"


def near_ends(group: RiskGroup, net: Network, a: str, b: str, buffer_km: float = BUFFER_KM) -> bool:
    """Whether a spot lies at one of two places, where all their ways must meet anyway."""
    if group.where is None:
        return False
    return any(GEOD.inv(*net.spot[place], *group.where)[2] / 1e3 <= 2.0 * buffer_km for place in (a, b))
