"""The digital side of dependence: milliseconds and disjoint ways that a country loses when another's territory is closed to its fibre.

A country stands at its hub, the place where most of its cables meet; its correspondents are the hubs of the other countries with most
cables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from daliz.corridor import Corridor
from daliz.corridor.places import HIGH_SEAS
from daliz.fibre.latency import calibration
from daliz.fibre.network import Network, network, round_trip_ms

MOST_HUBS = 8


@dataclass(frozen=True, eq=False)
class Glass:
    """The open fibre as arrays: places in order, ends (indices) and km of each cable, country of each place."""

    places: tuple[str, ...]
    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]
    km: npt.NDArray[np.float64]
    country: npt.NDArray[np.str_]

    def index(self, place: str) -> int:
        """Where a place stands in the arrays."""
        return self.places.index(place)

    def kept(self, territory: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which cables stay when some territory is closed: those with no end in it."""
        shut = np.isin(self.country, list(territory))
        return ~(shut[self.a] | shut[self.b])


@dataclass(frozen=True)
class FibreLoss:
    """What closing some territory costs a country's fibre.

    Attributes: rise_ms (of the best round trip, mean over hubs that can still be reached; nan when there is none), hubs_cut_off (share of
    hubs), paths_lost (disjoint ways to a hub, mean), reach_lost (mean over hubs of 1 - before/after; 0 nothing changes, 1 nothing is
    reached).
    """

    rise_ms: float
    hubs_cut_off: float
    paths_lost: float
    reach_lost: float


@lru_cache(maxsize=64)
def glass(corridor: Corridor) -> Glass:
    """The corridor's open fibre as arrays."""
    net = network(corridor)
    places = tuple(sorted(net.at))
    index = {place: i for i, place in enumerate(places)}
    factor = calibration(corridor)[0]
    cables = list(net.cables.values())
    return Glass(
        places,
        np.array([index[cable.a] for cable in cables], np.int64),
        np.array([index[cable.b] for cable in cables], np.int64),
        np.array([max(cable.km(factor), 1e-6) for cable in cables]),
        np.array([net.country[place] for place in places]),
    )


@lru_cache(maxsize=64)
def hubs(corridor: Corridor) -> dict[str, str]:
    """The place of each country where most cables meet, countries with most cables first."""
    net: Network = network(corridor)
    ranked = sorted(net.at, key=lambda place: (-len(net.at[place]), place))
    found: dict[str, str] = {}
    for place in ranked:
        if net.country[place] != HIGH_SEAS:
            found.setdefault(net.country[place], place)
    return found


def _distances(lines: Glass, kept: npt.NDArray[np.bool_], start: int) -> npt.NDArray[np.float64]:
    size = len(lines.places)
    order = np.argsort(-lines.km[kept], kind="stable")  # of parallel cables the shortest is written last, and stays
    a, b, km = lines.a[kept][order], lines.b[kept][order], lines.km[kept][order]
    table = np.zeros((size, size))
    table[a, b] = table[b, a] = km
    found: npt.NDArray[np.float64] = csgraph.dijkstra(sparse.csr_array(table), indices=start)
    return found


def disjoint_ways(lines: Glass, kept: npt.NDArray[np.bool_], start: int, end: int) -> tuple[int, frozenset[str]]:
    """How many ways join two places that share no cable and no place between, and the countries that such ways touch.

    A maximum flow over split places (Menger 1927).
    """
    size = len(lines.places)
    a, b = lines.a[kept], lines.b[kept]
    tail = np.concatenate([np.arange(size), a + size, b + size])
    head = np.concatenate([np.arange(size) + size, b, a])
    room = np.ones(len(tail), np.int32)
    room[[start, end]] = len(tail)
    split = sparse.csr_array((room, (tail, head)), shape=(2 * size, 2 * size))
    split.sum_duplicates()
    found = csgraph.maximum_flow(split.astype(np.int32), start + size, end)
    moving = sparse.coo_array(found.flow)
    used = np.unique(moving.row[moving.data > 0] % size)
    return int(found.flow_value), frozenset(lines.country[used].tolist())


def round_trip(corridor: Corridor, a: str, b: str) -> float | None:
    """Best round trip in ms between two places with fibre; None when nothing joins them."""
    lines = glass(corridor)
    if a not in lines.places or b not in lines.places:
        return None
    km = _distances(lines, np.ones(len(lines.km), bool), lines.index(a))[lines.index(b)]
    return round_trip_ms(float(km)) if np.isfinite(km) else None


def ways_between(corridor: Corridor, a: str, b: str) -> int:
    """Disjoint ways between two places; 0 where one has no fibre."""
    lines = glass(corridor)
    if a not in lines.places or b not in lines.places:
        return 0
    return disjoint_ways(lines, np.ones(len(lines.km), bool), lines.index(a), lines.index(b))[0]


def correspondents(corridor: Corridor, country: str) -> list[str]:
    """The hubs of other countries with most cables."""
    return [place for code, place in hubs(corridor).items() if code != country][:MOST_HUBS]


@lru_cache(maxsize=1 << 12)
def _ways(corridor: Corridor, country: str, hub: str) -> tuple[int, frozenset[str]]:
    lines = glass(corridor)
    return disjoint_ways(lines, np.ones(len(lines.km), bool), lines.index(hubs(corridor)[country]), lines.index(hub))


def _reach(corridor: Corridor, country: str, territory: frozenset[str], others: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Kilometres and disjoint ways from a country's hub to each of some hubs: an array with a row for each."""
    lines = glass(corridor)
    kept, start = lines.kept(territory), lines.index(hubs(corridor)[country])
    km = _distances(lines, kept, start)
    rows = []
    for hub in others:
        count, touches = _ways(corridor, country, hub)
        if touches & territory:
            # Otherwise the disjoint ways are all still there, and closing makes no new ones.
            count, _ = disjoint_ways(lines, kept, start, lines.index(hub))
        rows.append((float(km[lines.index(hub)]), float(count)))
    return np.array(rows).reshape(-1, 2)


def fibre_loss(corridor: Corridor, country: str, territory: Iterable[str], others: Iterable[str] | None = None) -> FibreLoss | None:
    """What a country's fibre loses when territory is closed to it.

    Parameters: others (hubs to reach; default: those of the other countries with most cables). Hubs in the territory are left out.
    Returns: the loss, or None when the country has no fibre, or reaches no hub even before.
    """
    shut = frozenset(territory)
    if country not in hubs(corridor):
        return None
    lines = glass(corridor)
    asked = tuple(place for place in (others or correspondents(corridor, country)) if str(lines.country[lines.index(place)]) not in shut)
    before, after = _reach(corridor, country, frozenset(), asked), _reach(corridor, country, shut, asked)
    had = np.isfinite(before[:, 0])
    if not had.any():
        return None
    before, after = before[had], after[had]
    reached = np.isfinite(after[:, 0])
    rise = round_trip_ms(float((after - before)[reached, 0].mean())) if reached.any() else float("nan")
    lost = float((1.0 - before[:, 0] / after[:, 0]).mean())
    return FibreLoss(rise, float((~reached).mean()), float((before - after)[:, 1].mean()), lost)
