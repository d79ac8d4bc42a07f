"""How often two places can reach one another: the share of time in which at least one way between them is whole.

Cables fail and are repaired independently of one another. The answer is exact, by walking through the cables one by one and keeping, for
every way in which the places on the frontier may be joined, its probability; where the frontier grows too wide it is simulated instead,
with an interval.

Sources: Colbourn (1987), The Combinatorics of Network Reliability; Hardy, Lucet and Limnios (2007), K-terminal network reliability measures
with binary decision diagrams, IEEE Transactions on Reliability 56; Wilson (1927) for the interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from daliz.fibre.errors import FibreError

# name, one end, other end, probability that it is up
Link = tuple[str, str, str, float]

MOST_STATES = 20_000
SAMPLES = 200_000
HOURS_YEAR = 8766.0


@dataclass(frozen=True)
class Availability:
    """Share of time in which two places are joined (value), with its interval (95 %; the value itself where it is exact).

    `parted` is one minus the value, kept beside it because the difference would lose its digits; `down_h_year` is the same in hours a year.
    """

    value: float
    low: float
    high: float
    exact: bool
    parted: float

    @property
    def down_h_year(self) -> float:
        """Hours a year without a way."""
        return self.parted * HOURS_YEAR


def exactly(parted: float) -> Availability:
    """An exact availability from the share of time without a way."""
    return Availability(1.0 - parted, 1.0 - parted, 1.0 - parted, True, parted)


def two_terminal(links: Sequence[Link], start: str, goal: str, most_states: int = MOST_STATES, seed: int = 1) -> Availability:
    """Probability that start and goal are joined when each link is up independently.

    Parameters: links, start, goal, most_states (of the frontier before simulation takes over), seed (of the simulation).
    Raises: FibreError for a probability outside 0 to 1.
    """
    for name, _, _, up in links:
        if not 0.0 <= up <= 1.0:
            raise FibreError(f"cable {name}: probability of being up {up:g}; expected 0 to 1")
    if start == goal:
        return exactly(0.0)
    left = reduced(links, start, goal)
    if not left:
        return exactly(1.0)
    parted = _by_frontier(_ordered(left, start), start, goal, most_states)
    if parted is not None:
        return exactly(parted)
    return _simulated(left, start, goal, seed)


def reduced(links: Sequence[Link], start: str, goal: str) -> list[Link]:
    """An equal, smaller network: parallel links joined, links in a row joined, dead ends and loops taken off."""
    current: dict[frozenset[str], Link] = {}
    for name, a, b, up in links:
        if a != b:
            _parallel(current, (name, a, b, up))
    changed = True
    while changed:
        changed = False
        at: dict[str, list[frozenset[str]]] = {}
        for pair in current:
            for place in pair:
                at.setdefault(place, []).append(pair)
        for place, pairs in at.items():
            if place in (start, goal) or len(pairs) > 2 or any(pair not in current for pair in pairs):
                continue
            taken = [current.pop(pair) for pair in pairs]
            if len(taken) == 2:
                (other_a,), (other_b,) = ({*link[1:3]} - {place} for link in taken)
                _parallel(current, (f"{taken[0][0]}+{taken[1][0]}", other_a, other_b, taken[0][3] * taken[1][3]))
            changed = True
    return _reachable(list(current.values()), start, goal)


def _parallel(current: dict[frozenset[str], Link], link: Link) -> None:
    pair = frozenset(link[1:3])
    if pair in current:
        other = current[pair]
        link = (f"{other[0]}|{link[0]}", link[1], link[2], 1.0 - (1.0 - other[3]) * (1.0 - link[3]))
    current[pair] = link


def _reachable(links: list[Link], start: str, goal: str) -> list[Link]:
    """The links in the part of the network that holds the start; none when the goal is not in it."""
    at: dict[str, list[Link]] = {}
    for link in links:
        at.setdefault(link[1], []).append(link)
        at.setdefault(link[2], []).append(link)
    seen, waiting = {start}, [start]
    while waiting:
        for link in at.get(waiting.pop(), ()):
            for place in link[1:3]:
                if place not in seen:
                    seen.add(place)
                    waiting.append(place)
    return [link for link in links if link[1] in seen] if goal in seen else []


def _ordered(links: list[Link], start: str) -> list[Link]:
    """Links in an order that keeps the frontier narrow: place after place, the one next that leaves the fewest places half done."""
    near: dict[str, set[str]] = {}
    for _, a, b, _ in links:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    order, done, frontier = [start], {start}, {start}

    def width(choice: str) -> tuple[int, int, str]:
        inside = done | {choice}
        return sum(not near[place] <= inside for place in frontier | {choice}), len(near[choice] - inside), choice

    while len(done) < len(near):
        chosen = min({other for place in frontier for other in near[place]} - done, key=width)
        order.append(chosen)
        done.add(chosen)
        frontier = {place for place in frontier | {chosen} if not near[place] <= done}
    rank = {place: number for number, place in enumerate(order)}
    return sorted(links, key=lambda link: (max(rank[link[1]], rank[link[2]]), min(rank[link[1]], rank[link[2]])))


def _by_frontier(links: list[Link], start: str, goal: str, most_states: int) -> float | None:
    """Exact probability that they are parted, or None when more than `most_states` partitions of the frontier arise.

    A state gives each place of the frontier a number, the same for joined ones; start and goal stay on the frontier throughout. A state in
    which no link is left to the start's or the goal's part can never join them any more and is dropped.
    """
    last = {place: number for number, link in enumerate(links) for place in link[1:3]}
    frontier = [start, goal]
    states: dict[tuple[int, ...], float] = {(0, 1): 1.0}
    parted = 0.0
    for number, (_, a, b, up) in enumerate(links):
        entering = [place for place in (a, b) if place not in frontier]
        frontier = frontier + entering
        at_a, at_b = frontier.index(a), frontier.index(b)
        alive = [at for at, place in enumerate(frontier) if last[place] > number]
        kept = [0, 1, *(at for at in alive if at > 1)]
        following: dict[tuple[int, ...], float] = {}
        for state, weight in states.items():
            fresh = max(state) + 1
            parts = (*state, *range(fresh, fresh + len(entering)))
            for works, share in ((True, up), (False, 1.0 - up)):
                if share == 0.0:
                    continue
                new = parts
                if works and parts[at_a] != parts[at_b]:
                    new = tuple(parts[at_a] if part == parts[at_b] else part for part in parts)
                if new[0] == new[1]:
                    continue
                left = {new[at] for at in alive}
                if new[0] not in left or new[1] not in left:
                    parted += weight * share
                else:
                    numbers: dict[int, int] = {}
                    key = tuple([numbers.setdefault(new[at], len(numbers)) for at in kept])
                    following[key] = following.get(key, 0.0) + weight * share
        states = following
        frontier = [frontier[at] for at in kept]
        if len(states) > most_states:
            return None
    return min(parted, 1.0)


def _simulated(links: list[Link], start: str, goal: str, seed: int) -> Availability:
    places = sorted({place for link in links for place in link[1:3]})
    number = {place: at for at, place in enumerate(places)}
    a = np.array([number[link[1]] for link in links])
    b = np.array([number[link[2]] for link in links])
    up = np.array([link[3] for link in links])
    draws = np.random.default_rng(seed)
    hits = 0
    for _ in range(10):
        works = draws.random((SAMPLES // 10, len(links))) < up
        hits += int(_joined_count(works, a, b, len(places), number[start], number[goal]))
    low, high = wilson(hits, SAMPLES)
    return Availability(hits / SAMPLES, low, high, False, 1.0 - hits / SAMPLES)


@njit(cache=True)
def _joined_count(
    works: npt.NDArray[np.bool_], a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], places: int, start: int, goal: int
) -> int:
    """In how many of the drawn states start and goal are joined (union-find)."""
    hits = 0
    root = np.empty(places, np.int64)
    for draw in range(works.shape[0]):
        for place in range(places):
            root[place] = place
        for link in range(a.size):
            if works[draw, link]:
                x, y = a[link], b[link]
                while root[x] != x:
                    root[x] = root[root[x]]
                    x = root[x]
                while root[y] != y:
                    root[y] = root[root[y]]
                    y = root[y]
                if x != y:
                    root[x] = y
        x, y = start, goal
        while root[x] != x:
            x = root[x]
        while root[y] != y:
            y = root[y]
        if x == y:
            hits += 1
    return hits


def wilson(hits: int, draws: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    >>> [round(value, 4) for value in wilson(95, 100)]
    [0.8882, 0.9785]
    """
    share = hits / draws
    middle = share + z * z / (2 * draws)
    half = z * math.sqrt(share * (1 - share) / draws + z * z / (4 * draws * draws))
    whole = 1 + z * z / draws
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
