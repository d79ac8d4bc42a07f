"""Calendars: when places and lines are closed, drawn before the run, and work reckoned over open hours only.

A closing process alternates between open and closed spells; the lengths of both depend on the month, because a November on the Caspian is
not a May. Neighbouring ports that share a process close together. All processes that touch one place (weather, breakdowns, opening hours,
maintenance windows) are laid over one another into one list of closed spells. Source: alternating renewal process (Cox 1962, ch. 7).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import draw_unit, jit

MONTH_OF_DAY = np.repeat(np.arange(12), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@jit
def _closed_length(F: Any, first: int, u: float) -> float:
    """A closed spell: the shortest length and an exponential rest up to the longest, with the given mean but for that cut."""
    mean, shortest, longest = F[first], F[first + 1], F[first + 2]
    length = shortest - max(mean - shortest, 0.0) * math.log(u)
    return min(length, longest) if longest > 0.0 else length


@jit
def _next_closing(Z: Any, F: Any, process: int, t: float) -> float:
    """When the process closes next after t; a hazard rate is used up month by month, a cosine one by thinning."""
    if Z[process + r.Z_KIND] == r.BY_COSINE:
        rate, swing = F[process + r.Z_RATE], F[process + r.Z_SWING]
        highest = rate * (1.0 + swing)
        while True:
            t -= math.log(draw_unit(Z, process)) / highest
            if draw_unit(Z, process) * highest < rate * (1.0 + swing * math.cos(2.0 * math.pi * (t + F[r.G_YEAR]) / r.YEAR_H)):
                return t
    need = -math.log(draw_unit(Z, process))
    while t < F[r.G_END]:
        month, until = _month(t + F[r.G_YEAR])
        open_mean = F[process + r.Z_MONTHS + r.Z_MONTH * month]
        left = until - (t + F[r.G_YEAR])
        if need * open_mean <= left:
            return t + need * open_mean
        need -= left / open_mean
        t += left
    return np.inf


@jit
def _closed_spell(Z: Any, F: Any, process: int, t: float) -> float:
    """The length of a closed spell that starts at t; a month without open hours is closed to its end."""
    u = draw_unit(Z, process)
    if Z[process + r.Z_KIND] == r.BY_COSINE:
        return _closed_length(F, process + r.Z_CLOSED, u)
    month, until = _month(t + F[r.G_YEAR])
    first = process + r.Z_MONTHS + r.Z_MONTH * month
    return until - (t + F[r.G_YEAR]) if F[first] <= 0.0 else _closed_length(F, first + 1, u)


@jit
def _draw_process(Z: Any, F: Any, process: int) -> None:
    """Draw the closed spells of one process over the run; a spell that outlives its month goes on at the rate of the next."""
    base = Z[process + r.Z_SPELLS]
    t = _next_closing(Z, F, process, 0.0)
    n = 0
    while t < F[r.G_END]:
        if n == Z[process + r.Z_ROOM]:
            Z[r.H_ERROR] = r.RING_FULL
            return
        F[base + 2 * n] = t
        t += _closed_spell(Z, F, process, t)
        F[base + 2 * n + 1] = t
        n += 1
        t = _next_closing(Z, F, process, t)
    Z[process + r.Z_NSPELLS] = n


@jit
def _merge(Z: Any, F: Any, calendar: int) -> None:
    """Lay the spells of a calendar's parts over one another, in order of their start.

    Parts stand in Z at C_PARTS: address of the first spell, number of spells, and the place of the next one to take.
    """
    base, parts, n = Z[calendar + r.C_BASE], Z[calendar + r.C_PARTS], Z[calendar + r.C_NPARTS]
    m = 0
    while True:
        first = np.inf
        chosen = parts
        for part in range(parts, parts + 4 * n, 4):
            if Z[part + 2] < Z[part + 1]:
                start = F[Z[part] + 2 * Z[part + 2]]
                if start < first:
                    first = start
                    chosen = part
        if first == np.inf:
            break
        end = F[Z[chosen] + 2 * Z[chosen + 2] + 1]
        Z[chosen + 2] += 1
        if m > 0 and first <= F[base + 2 * m - 1]:
            F[base + 2 * m - 1] = max(F[base + 2 * m - 1], end)
            continue
        if m == Z[calendar + r.C_ROOM]:
            Z[r.H_ERROR] = r.RING_FULL
            break
        F[base + 2 * m] = first
        F[base + 2 * m + 1] = end
        m += 1
    Z[calendar + r.C_N] = m
    Z[calendar + r.C_CURSOR] = 0


@jit
def open_calendars(Z: Any, F: Any) -> None:
    """Draw all closing processes of the run and make the calendars of them."""
    for i in range(Z[r.H_NPROCESSES]):
        _draw_process(Z, F, Z[r.H_PROCESSES] + i * r.PROCESS)
    for i in range(Z[r.H_NCALENDARS]):
        calendar = Z[r.H_CALENDARS] + i * r.CALENDAR
        parts = Z[calendar + r.C_PARTS]
        for part in range(parts, parts + 4 * Z[calendar + r.C_NPARTS], 4):
            Z[part + 2] = 0
            if Z[part + 3] > 0:  # a process: its spells were drawn just now
                Z[part + 1] = Z[Z[part + 3] + r.Z_NSPELLS]
        _merge(Z, F, calendar)


@jit
def _month(hour: float) -> Any:
    """Month (0 to 11) of an hour counted from the start of a year, and the hour at which that month ends."""
    year = math.floor(hour / r.YEAR_H)
    day = min(np.int64(364), np.int64((hour - year * r.YEAR_H) / 24.0))
    month = MONTH_OF_DAY[day]
    last = day
    while last < 364 and MONTH_OF_DAY[last + 1] == month:
        last += 1
    return month, year * r.YEAR_H + (last + 1) * 24.0


@jit
def month_of(hour: float) -> int:
    """Month (0 to 11) of an hour counted from the start of a year."""
    year = math.floor(hour / r.YEAR_H)
    return MONTH_OF_DAY[min(np.int64(364), np.int64((hour - year * r.YEAR_H) / 24.0))]


@jit
def month_end(hour: float) -> float:
    """The hour at which the month of this hour ends."""
    _, end = _month(hour)
    return end


@jit
def opening(Z: Any, F: Any, calendar: int, t: float, now: float) -> float:
    """The first hour from t on at which the calendar is open; `now` is the clock, behind which nobody asks again."""
    base, n, p = Z[calendar + r.C_BASE], Z[calendar + r.C_N], Z[calendar + r.C_CURSOR]
    while p < n and F[base + 2 * p + 1] <= now:
        p += 1
    Z[calendar + r.C_CURSOR] = p
    while p < n and F[base + 2 * p + 1] <= t:
        p += 1
    return F[base + 2 * p + 1] if p < n and F[base + 2 * p] <= t else t


@jit
def finish(Z: Any, F: Any, calendar: int, start: float, hours: float) -> float:
    """When work of so many open hours is done that starts at an open hour; it rests while the calendar is closed."""
    base, n, p = Z[calendar + r.C_BASE], Z[calendar + r.C_N], Z[calendar + r.C_CURSOR]
    while p < n and F[base + 2 * p + 1] <= start:
        p += 1
    while p < n and start + hours > F[base + 2 * p]:
        hours -= max(0.0, F[base + 2 * p] - start)
        start = F[base + 2 * p + 1]
        p += 1
    return start + hours
