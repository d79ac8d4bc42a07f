"""What really happens to an itinerary: draws of its delays, with missed connections that lead to the next departure.

Each draw walks the legs: handling and standing take a triangular time around the plan; runs deviate by a triangular time; a closed port
or sea holds the run (an alternating process: the chance of finding it closed forgets the last sight of it at the rate of its spells); a
service that runs every so many hours is waited for a uniform part of them; a timetabled departure that is missed is replaced by the next
one.

Source: alternating renewal process with exponential spells (Cox 1962, ch. 7). Cost: draws x stops passed, about 0.1 microseconds a stop.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from daliz.freight.plan.clock import NEVER, first_departure, month_of, next_open


@njit(cache=True, inline="always")
def _unit(state: Any) -> Any:
    """A number from 0 up to 1 (53 bits). Source: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014); the same on every machine and version."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, inline="always")
def _triangular(state: Any, low: Any, high: Any) -> Any:
    """A deviation between low <= 0 and high >= 0 that is most likely 0."""
    width = high - low
    if width <= 0.0:
        return low
    u = _unit(state) * width
    if u < -low:
        return low + math.sqrt(u * -low)
    return high - math.sqrt((width - u) * high)


@njit(cache=True, inline="always")
def _held(state: Any, noise: Any, process: Any, minute: Any, seen_process: Any, seen_open: Any) -> Any:
    """Minutes until a closing process lets cargo through."""
    month = month_of(np.int64(minute))
    share = noise.share_closed[process, month]
    mean = noise.closed_mean[process, month]
    if process == seen_process and share < 1.0:
        share *= 1.0 - math.exp(-(minute - seen_open) / (mean * (1.0 - share)))
    if _unit(state) < share:
        return -mean * math.log(1.0 - _unit(state))
    return 0.0


@njit(cache=True)
def _stretches(
    net: Any, noise: Any, legs: Any, first: Any, minutes: Any, shift: Any, low: Any, high: Any, hold: Any, hold_at: Any, stands: Any
) -> Any:
    """Cut each leg into stretches that one draw decides: all runs up to the next closure or deviating stand, or one such stand.

    A run alone keeps its triangle; several become the symmetric triangle with their mean and variance.
    Written: first (of each leg and one more), minutes by plan, shift, low and high of the deviation, closing process before and after
    (-1: none), stands (1: standing, 0: running). Returns: number of stretches.
    """
    n = 0
    for leg in range(legs.shape[0]):
        first[leg] = n
        a = net.stop_first[legs[leg, 0]]
        boarded = a + legs[leg, 1]
        alighted = a + legs[leg, 2]
        total = 0.0
        mean = 0.0
        variance = 0.0
        parts = 0
        before = np.int64(-1)
        only = boarded
        for stop in range(boarded + 1, alighted + 1):
            if noise.closure[stop] >= 0:
                if total > 0.0 or parts > 0 or before >= 0:
                    n = _flush(n, minutes, shift, low, high, hold, hold_at, stands, total, mean, variance, parts, before, noise, only)
                    total, mean, variance, parts = 0.0, 0.0, 0.0, 0
                before = np.int64(noise.closure[stop])
            total += net.arrives[stop] - net.leaves[stop - 1]
            run_low = noise.run_low[stop]
            run_high = noise.run_high[stop]
            if run_low < 0.0 or run_high > 0.0:
                mean += (run_low + run_high) / 3.0
                variance += (run_low * run_low + run_high * run_high - run_low * run_high) / 18.0
                parts += 1
                only = stop
            stood = stop < alighted and (noise.stand_low[stop] != noise.stand_high[stop] or noise.stand_shift[stop] != 0.0)
            if noise.closure_at[stop] >= 0 or stood or stop == alighted:
                n = _flush(n, minutes, shift, low, high, hold, hold_at, stands, total, mean, variance, parts, before, noise, only)
                total, mean, variance, parts, before = 0.0, 0.0, 0.0, 0, np.int64(-1)
                hold_at[n - 1] = noise.closure_at[stop]
            if stop < alighted:
                total += net.leaves[stop] - net.arrives[stop]
                if stood:
                    minutes[n] = 0.0
                    shift[n] = noise.stand_shift[stop]
                    low[n] = noise.stand_low[stop]
                    high[n] = noise.stand_high[stop]
                    hold[n] = -1
                    hold_at[n] = -1
                    stands[n] = 1
                    n += 1
    first[legs.shape[0]] = n
    return n


@njit(cache=True, inline="always")
def _flush(
    n: Any,
    minutes: Any,
    shift: Any,
    low: Any,
    high: Any,
    hold: Any,
    hold_at: Any,
    stands: Any,
    total: Any,
    mean: Any,
    variance: Any,
    parts: Any,
    before: Any,
    noise: Any,
    only: Any,
) -> Any:
    """Write the runs gathered so far as one stretch."""
    minutes[n] = total
    half = math.sqrt(6.0 * variance)
    shift[n] = mean
    low[n] = -half
    high[n] = half
    if parts == 1:
        shift[n] = 0.0
        low[n] = noise.run_low[only]
        high[n] = noise.run_high[only]
    hold[n] = before
    hold_at[n] = -1
    stands[n] = 0
    return n + 1


@njit(cache=True)
def draw_arrivals(
    net: Any, noise: Any, legs: Any, destination: Any, ready: Any, seed: Any, left: Any, arrived: Any, missed: Any, lost: Any
) -> Any:
    """Draw when cargo leaves and arrives.

    Parameters: net, noise, legs (pattern, stop boarded, stop alighted, minute at which the pattern leaves its first stop by plan),
    destination, ready (minute), seed. Written: left and arrived (minute of the first departure and of the arrival, one a draw; inf: the
    timetable ended before the cargo got away), missed (draws in which the connection to each leg was missed), lost (mean minutes beyond
    the plan by cause: runs, handling and standing, closures).
    """
    state = np.empty(1, np.uint64)
    state[0] = np.uint64(seed)
    n_legs = legs.shape[0]
    stops = 2
    for leg in range(n_legs):
        stops += 2 * (legs[leg, 2] - legs[leg, 1])
    first = np.empty(n_legs + 1, np.int64)
    minutes, shift, low, high = np.empty(stops), np.empty(stops), np.empty(stops), np.empty(stops)
    hold, hold_at, stands = np.empty(stops, np.int64), np.empty(stops, np.int64), np.empty(stops, np.int64)
    _stretches(net, noise, legs, first, minutes, shift, low, high, hold, hold_at, stands)
    missed[:] = 0
    lost[:] = 0.0
    for draw in range(arrived.shape[0]):
        t = float(ready)
        cls = np.int64(0)
        seen_process = np.int64(-1)
        seen_open = 0.0
        arrived[draw] = np.inf
        left[draw] = np.inf
        stranded = False
        for leg in range(n_legs):
            p = legs[leg, 0]
            boarded = net.stop_first[p] + legs[leg, 1]
            s = net.place[boarded]
            table = net.handling_of[s]
            out = net.class_out[boarded]
            handled = noise.handling_shift[table, cls, out] + _triangular(
                state, noise.handling_low[table, cls, out], noise.handling_high[table, cls, out]
            )
            lost[1] += handled
            opened = next_open(net, s, np.int64(math.ceil(t)))
            if opened >= NEVER:
                stranded = True
                break
            need = opened + net.handling[table, cls, out] + handled + net.cutoff[boarded]
            planned = legs[leg, 3] + net.leaves[boarded]
            if net.headway[p] >= 0:
                t = need + _unit(state) * net.headway[p]
            elif need <= planned:
                t = float(planned)
            else:
                trip, start = first_departure(net, p, np.int64(math.ceil(need)) - net.leaves[boarded])
                missed[leg] += 1
                if trip < 0:
                    stranded = True
                    break
                t = float(net.departure[trip] + start + net.leaves[boarded])
            for x in range(first[leg], first[leg + 1]):
                if hold[x] >= 0:
                    held = _held(state, noise, hold[x], t, seen_process, seen_open)
                    lost[2] += held
                    t += held
                    seen_process = hold[x]
                    seen_open = t
                if leg == 0 and x == 0:
                    left[draw] = t
                deviation = shift[x] + _triangular(state, low[x], high[x])
                lost[stands[x]] += deviation
                t += minutes[x] + deviation
                if hold_at[x] >= 0:
                    held = _held(state, noise, hold_at[x], t, seen_process, seen_open)
                    lost[2] += held
                    t += held
                    seen_process = hold_at[x]
                    seen_open = t
            cls = np.int64(net.class_in[net.stop_first[p] + legs[leg, 2]])
        if stranded:
            continue
        table = net.handling_of[destination]
        handled = noise.handling_shift[table, cls, 0] + _triangular(
            state, noise.handling_low[table, cls, 0], noise.handling_high[table, cls, 0]
        )
        lost[1] += handled
        opened = next_open(net, destination, np.int64(math.ceil(t)))
        if opened < NEVER:
            arrived[draw] = opened + net.handling[table, cls, 0] + handled
    for cause in range(lost.shape[0]):
        lost[cause] /= arrived.shape[0]
