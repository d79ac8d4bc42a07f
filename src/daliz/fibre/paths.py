"""Ways through a network: the shortest, the cheapest disjoint pair, how many disjoint ways there are.

Sources: Dijkstra (1959); Suurballe (1974) and Bhandari (1999) for the pair of least total length; Menger (1927) and Ford and Fulkerson
(1956) for the number; shared-risk groups by an exact optimisation (HiGHS, Huangfu and Hall 2018), since that problem is NP-hard (Hu 2003).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# name, one end, other end, length
Edge = tuple[str, str, str, float]
Blocked = Callable[[str], bool]


@dataclass(frozen=True)
class Path:
    """A way: the places it passes, the edges between them, and its length."""

    places: tuple[str, ...]
    edges: tuple[str, ...]
    length: float


Neighbours = Mapping[str, Sequence[tuple[str, str, float]]]


def neighbours(edges: Iterable[Edge]) -> Neighbours:
    """The edges at each place (name, other end, length): what `shortest` walks over, to be made once for many searches."""
    at: dict[str, list[tuple[str, str, float]]] = {}
    for name, a, b, length in edges:
        at.setdefault(a, []).append((name, b, length))
        at.setdefault(b, []).append((name, a, length))
    return at


def shortest(edges: Iterable[Edge] | Neighbours, start: str, goal: str, blocked: Blocked | None = None) -> Path | None:
    """The shortest way, or None. Places for which `blocked` holds are not passed."""
    at = edges if isinstance(edges, Mapping) else neighbours(edges)
    best = {start: 0.0}
    came: dict[str, tuple[str, str]] = {}
    waiting = [(0.0, start)]
    done: set[str] = set()
    while waiting:
        length, place = heapq.heappop(waiting)
        if place in done:
            continue
        done.add(place)
        if place == goal:
            return _traced(came, start, goal, length)
        for name, other, step in at.get(place, ()):
            if other in done or (blocked is not None and other != goal and blocked(other)):
                continue
            if length + step < best.get(other, math.inf):
                best[other] = length + step
                came[other] = (place, name)
                heapq.heappush(waiting, (length + step, other))
    return None


def _traced(came: Mapping[str, tuple[str, str]], start: str, goal: str, length: float) -> Path:
    places, names = [goal], []
    while places[-1] != start:
        place, name = came[places[-1]]
        places.append(place)
        names.append(name)
    return Path(tuple(places[::-1]), tuple(names[::-1]), length)


def disjoint_pair(edges: Sequence[Edge], start: str, goal: str, places_too: bool = True) -> tuple[Path, Path] | None:
    """Two ways that share no edge (and, by default, no place between) with the least total length, or None.

    Bhandari's algorithm: the second search may run back over the first way, at a negative length, and what both use cancels out.
    """
    arcs = _arcs(edges, start, goal, places_too)
    first = _bellman_ford(arcs, f"{start}>", f">{goal}")
    if first is None:
        return None
    turned = {index: (b, a, -length) for index, (a, b, length, _) in arcs.items() if index in first}
    # The other direction of an edge in use must not be taken as well.
    twins = {arcs[index][3] for index in first}
    left = {i: arc for i, arc in arcs.items() if i not in first and not (arc[3] in twins and not arc[3].startswith("|"))}
    second = _bellman_ford({**left, **{i: (*t, arcs[i][3]) for i, t in turned.items()}}, f"{start}>", f">{goal}")
    if second is None:
        return None
    used = set(first) ^ set(second)
    ways = []
    for _ in range(2):
        chain, at = [], f"{start}>"
        while at != f">{goal}":
            index = next(i for i in used if arcs[i][0] == at)
            used.discard(index)
            chain.append(index)
            at = arcs[index][1]
        ways.append(_from_arcs([arcs[i] for i in chain], start))
    ways.sort(key=lambda way: way.length)
    return ways[0], ways[1]


Arc = tuple[str, str, float, str]


def _arcs(edges: Sequence[Edge], start: str, goal: str, places_too: bool) -> dict[int, Arc]:
    """Directed arcs (from, to, length, edge); a place in between is split in two by an arc '|place' that only one way can take."""
    arcs: list[Arc] = []
    for name, a, b, length in edges:
        arcs.append((f"{a}>", f">{b}", length, name))
        arcs.append((f"{b}>", f">{a}", length, name))
    inner = {place for _, a, b, _ in edges for place in (a, b)} - {start, goal}
    for place in sorted(inner):
        copies = 1 if places_too else len(edges)
        arcs.extend((f">{place}", f"{place}>", 0.0, f"|{place}|{copy}") for copy in range(min(copies, 2)))
    return dict(enumerate(arcs))


def _bellman_ford(arcs: Mapping[int, Arc], start: str, goal: str) -> list[int] | None:
    """Arcs of the shortest way where some lengths are negative (queue variant of Moore 1959)."""
    at: dict[str, list[int]] = {}
    for index, (a, _, _, _) in arcs.items():
        at.setdefault(a, []).append(index)
    best = {start: 0.0}
    came: dict[str, int] = {}
    queue = [start]
    waiting = {start}
    while queue:
        following: list[str] = []
        for place in queue:
            waiting.discard(place)
            for index in at.get(place, ()):
                other, length = arcs[index][1], best[place] + arcs[index][2]
                if length < best.get(other, math.inf) - 1e-9:
                    best[other] = length
                    came[other] = index
                    if other not in waiting:
                        waiting.add(other)
                        following.append(other)
        queue = following
    if goal not in came:
        return None
    chain, place = [], goal
    while place != start:
        chain.append(came[place])
        place = arcs[came[place]][0]
    return chain[::-1]


def _from_arcs(arcs: Sequence[Arc], start: str) -> Path:
    places, names, length = [start], [], 0.0
    for _, to, step, name in arcs:
        length += step
        if not name.startswith("|"):
            names.append(name)
            places.append(to.strip(">"))
    return Path(tuple(places), tuple(names), length)


def disjoint_count(edges: Sequence[Edge], start: str, goal: str, places_too: bool = True) -> int:
    """The greatest number of ways that share no edge (and, by default, no place between): a maximum flow of unit capacities."""
    arcs = _arcs(edges, start, goal, places_too)
    capacity: dict[str, dict[str, int]] = {}
    for a, b, _, name in arcs.values():
        room = 1 if places_too or not name.startswith("|") else len(edges)
        capacity.setdefault(a, {})[b] = capacity.get(a, {}).get(b, 0) + room
        capacity.setdefault(b, {}).setdefault(a, 0)
    count = 0
    while (chain := _augmenting(capacity, f"{start}>", f">{goal}")) is not None:
        for a, b in chain:
            capacity[a][b] -= 1
            capacity[b][a] += 1
        count += 1
    return count


def _augmenting(capacity: Mapping[str, Mapping[str, int]], start: str, goal: str) -> list[tuple[str, str]] | None:
    came: dict[str, str] = {start: ""}
    queue = [start]
    for place in queue:
        for other, room in capacity.get(place, {}).items():
            if room > 0 and other not in came:
                came[other] = place
                if other == goal:
                    chain = []
                    while other != start:
                        chain.append((came[other], other))
                        other = came[other]
                    return chain
                queue.append(other)
    return None


def group_disjoint_pair(
    edges: Sequence[Edge], start: str, goal: str, groups: Mapping[str, Iterable[str]], places_too: bool = True
) -> tuple[Path, Path] | None:
    """Two ways of least total length that share no edge, no place between and no shared-risk group, or None. Exact, by HiGHS.

    Parameters: groups (name -> edges that fail together). Each edge is a group of its own.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    arcs = [(a, b, length, name) for name, a, b, length in edges] + [(b, a, length, name) for name, a, b, length in edges]
    arcs = [arc for arc in arcs if arc[1] != start and arc[0] != goal]
    places = sorted({place for arc in arcs for place in arc[:2]})
    if start not in places or goal not in places:
        return None
    shared = _shared_groups(edges, groups)
    many, wide = len(arcs), len(shared)
    # Columns: each way's arcs, then each way's groups.
    size = 2 * many + 2 * wide
    row: list[int] = []
    col: list[int] = []
    val: list[float] = []
    low: list[float] = []
    high: list[float] = []

    def constrain(terms: Iterable[tuple[int, float]], least: float, most: float) -> None:
        for column, factor in terms:
            row.append(len(low))
            col.append(column)
            val.append(factor)
        low.append(least)
        high.append(most)

    arriving: dict[str, list[int]] = {place: [] for place in places}
    leaving: dict[str, list[int]] = {place: [] for place in places}
    by_edge: dict[str, list[int]] = {}
    for index, (a, b, _, name) in enumerate(arcs):
        leaving[a].append(index)
        arriving[b].append(index)
        by_edge.setdefault(name, []).append(index)
    for way in range(2):
        for place in places:
            out = float((place == start) - (place == goal))
            terms = [(way * many + i, 1.0) for i in leaving[place]] + [(way * many + i, -1.0) for i in arriving[place]]
            constrain(terms, out, out)
        for number, members in enumerate(shared):
            column = 2 * many + way * wide + number
            for name in members:
                constrain([*((way * many + i, 1.0) for i in by_edge.get(name, ())), (column, -1.0)], -np.inf, 0.0)
    for number in range(wide):
        constrain([(2 * many + number, 1.0), (2 * many + wide + number, 1.0)], -np.inf, 1.0)
    if places_too:
        for place in places:
            if place not in (start, goal):
                constrain([(way * many + i, 1.0) for way in range(2) for i in arriving[place]], -np.inf, 1.0)
    lengths = np.array([arc[2] for arc in arcs] * 2 + [0.0] * (2 * wide))
    matrix = coo_array((val, (row, col)), shape=(len(low), size)).tocsr()
    found = milp(
        lengths,
        constraints=LinearConstraint(matrix, low, high),
        integrality=np.ones(size),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    ways = [_way_taken([arcs[i] for i in range(many) if found.x[way * many + i] > 0.5], start, goal) for way in range(2)]
    ways.sort(key=lambda way: way.length)
    return ways[0], ways[1]


def _shared_groups(edges: Sequence[Edge], groups: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Each edge alone, and each group of two edges or more that is not the same as another."""
    there = {name for name, _, _, _ in edges}
    sets = {frozenset(there & set(members)) for members in groups.values()}
    return [(name,) for name in sorted(there)] + sorted(tuple(sorted(one)) for one in sets if len(one) > 1)


def _way_taken(arcs: Sequence[Arc], start: str, goal: str) -> Path:
    places, names, length, at = [start], [], 0.0, start
    left = {a: (b, step, name) for a, b, step, name in arcs}
    while at != goal:
        at, step, name = left[at]
        places.append(at)
        names.append(name)
        length += step
    return Path(tuple(places), tuple(names), length)
