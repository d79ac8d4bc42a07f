"""The network as the planner's kernels see it: flat arrays, minutes, cents and grams.

A *pattern* is one service with fixed hours between its stops, so that a departure is a single number: the minute at which the first stop is
left. A weekly timetable is stored once and never expanded (`period`); one with exceptions is a list of minutes; one that runs every so many
hours has a headway instead. Times are minutes since 1970-01-01 00:00 UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

WEEK_MIN = 10_080
FORBIDDEN = np.int64(10_000_000)
"""Handling minutes that mean: not possible here."""
NO_LOADING, NO_UNLOADING, NO_PASSING = 1, 2, 4
"""Bits of `gate`: cargo may not be loaded at the stop, not be unloaded there, the way to the stop may not be used."""


@dataclass(frozen=True)
class Pattern:
    """One service with fixed hours between its stops, before it is packed.

    Attributes, one value a stop: places (index), arrives_min and leaves_min (minutes after the first stop is left), class_in and class_out
    (handling class of cargo that comes off and that goes on), cost_cents and co2_g (a FEU from the first stop), variance_min2 (of the delay
    since the first stop), cutoff_min, gate (bits). Of the service: departures (minutes at the first stop, ascending), extra_cents (price
    of a departure above the service's), period_min (0: the departures are a list), headway_min (-1: by departures).
    For drawing delays, one value a stop: run_low_min, run_high_min (deviation of the run to the stop), stand_shift_min, stand_low_min,
    stand_high_min (of standing there: the shift plus a triangle), closure and closure_at (index of the process that can hold the run to
    the stop, and unloading there; -1: none).
    """

    places: Sequence[int]
    arrives_min: Sequence[int]
    leaves_min: Sequence[int]
    class_in: Sequence[int]
    class_out: Sequence[int]
    cost_cents: Sequence[int]
    co2_g: Sequence[int]
    cutoff_min: Sequence[int]
    departures: Sequence[int] = (0,)
    extra_cents: Sequence[int] = ()
    period_min: int = 0
    headway_min: int = -1
    boarding_cents: int = 0
    boarding_co2_g: int = 0
    gate: Sequence[int] = ()
    variance_min2: Sequence[int] = ()
    run_low_min: Sequence[float] = ()
    run_high_min: Sequence[float] = ()
    stand_shift_min: Sequence[float] = ()
    stand_low_min: Sequence[float] = ()
    stand_high_min: Sequence[float] = ()
    closure: Sequence[int] = ()
    closure_at: Sequence[int] = ()


class Network(NamedTuple):
    """Patterns one behind the other; `stop_first[p]:stop_first[p + 1]` are the stops of pattern p, `departure_first` its departures."""

    stop_first: Ints
    place: npt.NDArray[np.int32]
    arrives: Ints
    leaves: Ints
    class_in: npt.NDArray[np.int8]
    class_out: npt.NDArray[np.int8]
    cost: Ints
    co2: Ints
    variance: Ints
    cutoff: Ints
    gate: npt.NDArray[np.int8]
    departure_first: Ints
    departure: Ints
    extra: Ints
    least_extra: Ints
    period: Ints
    headway: Ints
    boarding_cost: Ints
    boarding_co2: Ints
    at_first: Ints
    at_pattern: npt.NDArray[np.int32]
    at_stop: npt.NDArray[np.int32]
    handling_of: npt.NDArray[np.int32]
    handling: Ints
    handling_cost: Ints
    handling_variance: Ints
    open_first: Ints
    opens: Ints
    closes: Ints
    open_period: Ints
    segment_first: Ints
    segment_from: npt.NDArray[np.int32]
    segment: Ints


class Noise(NamedTuple):
    """What delays are drawn from. Triangular deviations in minutes around the plan; closures by process and month."""

    run_low: npt.NDArray[np.float64]
    run_high: npt.NDArray[np.float64]
    stand_shift: npt.NDArray[np.float64]
    stand_low: npt.NDArray[np.float64]
    stand_high: npt.NDArray[np.float64]
    closure: npt.NDArray[np.int32]
    closure_at: npt.NDArray[np.int32]
    handling_shift: npt.NDArray[np.float64]
    handling_low: npt.NDArray[np.float64]
    handling_high: npt.NDArray[np.float64]
    share_closed: npt.NDArray[np.float64]
    closed_mean: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Handling:
    """What happens to cargo between two legs.

    Attributes: of (handling table of each place), minutes, cents and variance_min2 (table x class in x class out; class 0 is cargo that
    comes to the gate or is taken from it; FORBIDDEN minutes: not possible), shift_min, low_min and
    high_min (deviation from `minutes`: the shift plus a triangle with mode 0).
    """

    of: npt.NDArray[np.int32]
    minutes: Ints
    cents: Ints
    variance_min2: Ints
    shift_min: npt.NDArray[np.float64]
    low_min: npt.NDArray[np.float64]
    high_min: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Openings:
    """When places are open: windows in minutes, within a week (period WEEK_MIN) or as a list over the whole horizon (period 0)."""

    windows: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    period_min: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Closures:
    """Share of time closed (0 to 1) and mean length of a closure (minutes), process x month."""

    share: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 12)))
    mean_min: npt.NDArray[np.float64] = field(default_factory=lambda: np.ones((1, 12)))


def _joined(rows: Sequence[Any], dtype: npt.DTypeLike) -> Any:
    return np.concatenate([np.asarray(row, dtype) for row in rows]) if rows else np.zeros(0, dtype)


def _starts(counts: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _least_later(pattern: Pattern) -> npt.NDArray[np.int64]:
    """The least extra price of a departure and all that follow it."""
    extra = np.asarray(pattern.extra_cents if len(pattern.extra_cents) else [0] * len(pattern.departures), np.int64)
    if pattern.period_min or not len(extra):
        return np.full(len(extra), extra.min() if len(extra) else 0, np.int64)
    return np.minimum.accumulate(extra[::-1])[::-1]


def _segments(patterns: Sequence[Pattern], places: int) -> tuple[Ints, npt.NDArray[np.int32], Ints]:
    """Least time, cost and CO2 of one stop to the next over all patterns, by the place reached: the graph that bounds are computed on."""
    rows = [
        (b, a, max(0, arrives - leaves), cost - cost_before, co2 - co2_before)
        for p in patterns
        for a, b, leaves, arrives, cost_before, cost, co2_before, co2 in zip(
            p.places, p.places[1:], p.leaves_min, p.arrives_min[1:], p.cost_cents, p.cost_cents[1:], p.co2_g, p.co2_g[1:], strict=False
        )
    ]
    if not rows:
        return np.zeros(places + 1, np.int64), np.zeros(0, np.int32), np.zeros((3, 0), np.int64)
    table = np.asarray(rows, np.int64)
    key = table[:, 0] * places + table[:, 1]
    order = np.argsort(key, kind="stable")
    keys, first = np.unique(key[order], return_index=True)
    least = np.minimum.reduceat(table[order, 2:].T, first, axis=1)
    return (
        np.searchsorted(keys // places, np.arange(places + 1)).astype(np.int64),
        (keys % places).astype(np.int32),
        np.ascontiguousarray(least),
    )


def _filled(values: Sequence[float], count: int, default: float) -> Sequence[float]:
    return values if len(values) else [default] * count


def pack(
    patterns: Sequence[Pattern], places: int, handling: Handling, openings: Openings | None = None, closures: Closures | None = None
) -> tuple[Network, Noise]:
    """Lay patterns out as flat arrays.

    Parameters: patterns, places (how many there are), handling, openings (default: always open), closures (default: none).
    Returns: the network for searching and the noise for drawing delays.
    """
    openings, closures = openings or Openings(), closures or Closures()
    counts = [len(p.places) for p in patterns]
    place = _joined([p.places for p in patterns], np.int32)
    pattern_of = np.repeat(np.arange(len(patterns)), counts)
    stop_of = np.concatenate([np.arange(count) for count in counts]) if counts else np.zeros(0, np.int64)
    order = np.lexsort((stop_of, pattern_of, place))
    windows = [sorted(openings.windows.get(x, [])) for x in range(places)]
    flat = [window for row in windows for window in row] or [(0, 0)]
    segment_first, segment_from, segment = _segments(patterns, places)

    def stops(name: str, dtype: npt.DTypeLike, default: float = 0) -> Any:
        return _joined([_filled(getattr(p, name), len(p.places), default) for p in patterns], dtype)

    network = Network(
        stop_first=_starts(counts),
        place=place,
        arrives=stops("arrives_min", np.int64),
        leaves=stops("leaves_min", np.int64),
        class_in=stops("class_in", np.int8),
        class_out=stops("class_out", np.int8),
        cost=stops("cost_cents", np.int64),
        co2=stops("co2_g", np.int64),
        variance=stops("variance_min2", np.int64),
        cutoff=stops("cutoff_min", np.int64),
        gate=stops("gate", np.int8),
        departure_first=_starts([len(p.departures) for p in patterns]),
        departure=_joined([p.departures for p in patterns], np.int64),
        extra=_joined([_filled(p.extra_cents, len(p.departures), 0) for p in patterns], np.int64),
        least_extra=_joined([_least_later(p) for p in patterns], np.int64),
        period=np.array([p.period_min for p in patterns], np.int64),
        headway=np.array([p.headway_min for p in patterns], np.int64),
        boarding_cost=np.array([p.boarding_cents for p in patterns], np.int64),
        boarding_co2=np.array([p.boarding_co2_g for p in patterns], np.int64),
        at_first=np.searchsorted(place[order], np.arange(places + 1)).astype(np.int64),
        at_pattern=pattern_of[order].astype(np.int32),
        at_stop=stop_of[order].astype(np.int32),
        handling_of=handling.of,
        handling=handling.minutes,
        handling_cost=handling.cents,
        handling_variance=handling.variance_min2,
        open_first=_starts([len(row) for row in windows]),
        opens=np.array([a for a, _ in flat], np.int64),
        closes=np.array([b for _, b in flat], np.int64),
        open_period=np.array([openings.period_min.get(x, WEEK_MIN) for x in range(places)], np.int64),
        segment_first=segment_first,
        segment_from=segment_from,
        segment=segment,
    )
    noise = Noise(
        run_low=stops("run_low_min", np.float64),
        run_high=stops("run_high_min", np.float64),
        stand_shift=stops("stand_shift_min", np.float64),
        stand_low=stops("stand_low_min", np.float64),
        stand_high=stops("stand_high_min", np.float64),
        closure=stops("closure", np.int32, -1),
        closure_at=stops("closure_at", np.int32, -1),
        handling_shift=handling.shift_min,
        handling_low=handling.low_min,
        handling_high=handling.high_min,
        share_closed=closures.share,
        closed_mean=closures.mean_min,
    )
    return network, noise
