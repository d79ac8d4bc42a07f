"""Small random networks, and the slow search that the planner's kernel is held against.

`every_itinerary` walks all itineraries by the definitions of docs/plan.md in plain Python; it shares no code with the kernel.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from daliz.freight.plan.network import FORBIDDEN, NO_LOADING, NO_PASSING, NO_UNLOADING, WEEK_MIN, Handling, Openings, Pattern, pack
from daliz.freight.plan.search import CO2, COST, LEGS, RISK, SPREAD

CLASSES = 3
COLUMNS = {
    0: (0,),
    COST: (0, 1),
    COST | CO2: (0, 1, 2),
    LEGS: (0, 4),
    COST | CO2 | LEGS: (0, 1, 2, 4),
    RISK: (0, 3),
    COST | CO2 | RISK: (0, 1, 2, 3),
    COST | CO2 | RISK | LEGS: (0, 1, 2, 3, 4),
    COST | CO2 | RISK | SPREAD: (0, 1, 2, 3, 5),
}
"""Criteria and the columns of an itinerary's vector that they compare."""
LEGS_AT_MOST = 3


@dataclass(frozen=True)
class Small:
    """A random network as patterns, with its handling and opening hours, and packed."""

    patterns: list[Pattern]
    handling: Handling
    openings: Openings
    places: int

    def packed(self):
        return pack(self.patterns, self.places, self.handling, self.openings)


def _pattern(rng: np.random.Generator, places: int) -> Pattern:
    stops = int(rng.integers(2, 5))
    ride = rng.integers(100, 3000, stops)
    stand = rng.integers(0, 300, stops)
    arrives, leaves = [0], [0]
    for i in range(1, stops):
        arrives.append(leaves[-1] + int(ride[i]))
        leaves.append(arrives[-1] + int(stand[i]))
    kind = rng.random()
    departures = np.sort(rng.choice(WEEK_MIN, int(rng.integers(1, 4)), replace=False))
    period, headway = WEEK_MIN, -1
    if kind < 0.2:
        headway, departures = int(rng.integers(0, 1500)), np.array([0])
    elif kind < 0.35:
        period, departures = 0, np.sort(rng.choice(60_000, 12, replace=False))
    extra = rng.integers(0, 80, len(departures)) if rng.random() < 0.4 else np.zeros(len(departures), np.int64)
    gate = rng.choice([0] * 17 + [NO_LOADING, NO_UNLOADING, NO_PASSING], stops)
    return Pattern(
        places=rng.choice(places, stops, replace=False).tolist(),
        arrives_min=arrives,
        leaves_min=leaves,
        class_in=rng.integers(1, CLASSES, stops).tolist(),
        class_out=rng.integers(1, CLASSES, stops).tolist(),
        cost_cents=np.cumsum(np.r_[0, rng.integers(10, 500, stops - 1)]).tolist(),
        co2_g=np.cumsum(np.r_[0, rng.integers(10, 500, stops - 1)]).tolist(),
        cutoff_min=rng.integers(0, 800, stops).tolist(),
        departures=departures.tolist(),
        extra_cents=extra.tolist(),
        period_min=period,
        headway_min=headway,
        boarding_cents=int(rng.integers(0, 200)),
        boarding_co2_g=int(rng.integers(0, 50)),
        gate=gate.tolist(),
        variance_min2=np.cumsum(np.r_[0, rng.integers(0, 40_000, stops - 1)]).tolist(),
    )


def small_network(rng: np.random.Generator, places: int = 7, services: int = 9) -> Small:
    """Places with weekly, listed and headway services, opening hours, cut-offs, forbidden transfers, closed stops and dated prices."""
    tables = 2
    minutes = rng.integers(0, 900, (tables, CLASSES, CLASSES))
    minutes[rng.random(minutes.shape) < 0.1] = FORBIDDEN
    handling = Handling(
        of=rng.integers(0, tables, places).astype(np.int32),
        minutes=minutes,
        cents=rng.integers(0, 100, minutes.shape),
        variance_min2=rng.integers(0, 20_000, minutes.shape),
        shift_min=np.zeros(minutes.shape),
        low_min=np.zeros(minutes.shape),
        high_min=np.zeros(minutes.shape),
    )
    openings = Openings()
    for place in range(places):
        if rng.random() < 0.4:
            a, b, c, d = np.sort(rng.choice(WEEK_MIN, 4, replace=False)).tolist()
            openings.windows[place] = [(a, b), (c, d)]
        elif rng.random() < 0.1:
            edges = np.sort(rng.choice(80_000, 30, replace=False)).tolist()
            openings.windows[place] = list(zip(edges[::2], edges[1::2], strict=True))
            openings.period_min[place] = 0
    return Small([_pattern(rng, places) for _ in range(services)], handling, openings, places)


def _open_from(small: Small, place: int, minute: int) -> int | None:
    windows = small.openings.windows.get(place)
    if not windows:
        return minute
    period = small.openings.period_min.get(place, WEEK_MIN)
    turns = [minute // period * period, (minute // period + 1) * period] if period else [0]
    fitting = [max(minute, start + a) for start in turns for a, b in windows if start + b > minute]
    return min(fitting, default=None)


def _departures(pattern: Pattern, stop: int, need: int) -> Iterator[tuple[int, int]]:
    """Departures from the first stop that leave this stop at `need` or later, with their extra price, in order of time."""
    first = need - pattern.leaves_min[stop]
    if not pattern.period_min:
        yield from ((d, x) for d, x in zip(pattern.departures, pattern.extra_cents, strict=True) if d >= first)
        return
    week = first // pattern.period_min - 1
    while True:
        for departure, extra in zip(pattern.departures, pattern.extra_cents, strict=True):
            if week * pattern.period_min + departure >= first:
                yield week * pattern.period_min + departure, extra
        week += 1


def every_itinerary(small: Small, origin: int, destination: int, ready: int, most_legs: int, with_risk: bool):
    """Arrival, cents, grams, risk, legs and variance of every itinerary of at most so many legs that is not foolish.

    Foolish, and left out: boarding a later departure when the connection is already certain and no later one can be cheaper.
    """
    found = []

    def extend(place, incoming, arrival, cents, grams, risk, variance, legs):
        for pattern in small.patterns:
            for stop in [i for i, x in enumerate(pattern.places[:-1]) if x == place]:
                if pattern.gate[stop] & NO_LOADING:
                    continue
                table = small.handling.of[place]
                transfer = table, incoming, pattern.class_out[stop]
                if small.handling.minutes[transfer] >= FORBIDDEN:
                    continue
                opened = _open_from(small, place, arrival)
                if opened is None:
                    continue
                need = opened + int(small.handling.minutes[transfer]) + pattern.cutoff_min[stop]
                spread = variance + int(small.handling.variance_min2[transfer]) if with_risk else 0
                price = cents + int(small.handling.cents[transfer]) + pattern.boarding_cents
                for key, more, danger, carried in _boardings(pattern, stop, need, spread, risk, with_risk):
                    ride(pattern, stop, key, price + more, grams + pattern.boarding_co2_g, danger, carried, legs + 1)

    def ride(pattern, stop, key, cents, grams, risk, variance, legs):
        for i in range(stop + 1, len(pattern.places)):
            if pattern.gate[i] & NO_PASSING:
                return
            if pattern.gate[i] & NO_UNLOADING:
                continue
            place, cls = pattern.places[i], pattern.class_in[i]
            at = key + pattern.arrives_min[i]
            paid = cents + pattern.cost_cents[i] - pattern.cost_cents[stop]
            emitted = grams + pattern.co2_g[i] - pattern.co2_g[stop]
            grown = rounded_up(variance + pattern.variance_min2[i] - pattern.variance_min2[stop]) if with_risk else 0
            if place == destination:
                unloading = small.handling.of[place], cls, 0
                opened = _open_from(small, place, at)
                if small.handling.minutes[unloading] < FORBIDDEN and opened is not None:
                    done = opened + int(small.handling.minutes[unloading])
                    spread = rounded_up(grown + int(small.handling.variance_min2[unloading]))
                    found.append((done, paid + int(small.handling.cents[unloading]), emitted, risk, legs, spread))
            elif legs < most_legs:
                extend(place, cls, at, paid, emitted, risk, grown, legs)

    extend(origin, 0, ready, 0, 0, 0, 0, 0)
    return found


def _boardings(pattern: Pattern, stop: int, need: int, spread: int, risk: int, with_risk: bool):
    """Every sensible way to board: minute at the first stop, extra price, risk so far, variance carried on."""
    if pattern.headway_min >= 0:
        wait = pattern.headway_min * pattern.headway_min // 12 if with_risk else 0
        yield need + pattern.headway_min // 2 - pattern.leaves_min[stop], 0, risk, spread + wait
        return
    cheapest_later = min(pattern.extra_cents) if pattern.period_min else None
    for key, extra in _departures(pattern, stop, need):
        missing = min(math.exp(-(key + pattern.leaves_min[stop] - need) / math.sqrt(spread)), 0.999) if spread else 0.0
        certain = missing < 0.01
        yield key, extra, risk if certain else risk + (int(-math.log(1 - missing) * 1e6) // 10_000 + 1) * 10_000, 0
        least = cheapest_later
        if least is None:
            least = min(x for d, x in zip(pattern.departures, pattern.extra_cents, strict=True) if d >= key)
        if certain and extra <= least:
            return


def rounded_up(variance: int) -> int:
    """A variance rounded up to three significant bits."""
    unit = 1 << max(0, variance.bit_length() - 3)
    return -(-variance // unit) * unit


def front_of(vectors, columns) -> set[tuple[int, ...]]:
    """The vectors that no other one is better than, in the chosen columns."""
    chosen = {tuple(vector[c] for c in columns) for vector in vectors}
    return {x for x in chosen if not any(y != x and all(a <= b for a, b in zip(y, x, strict=True)) for y in chosen)}
