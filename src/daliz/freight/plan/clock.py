"""Reading the clock inside kernels: opening hours, the next departure, the month. Minutes since 1970-01-01 00:00 UTC."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NEVER = np.int64(1 << 60)
DAY_MIN = 1_440


@njit(cache=True, inline="always")
def next_open(net: Any, place: Any, minute: Any) -> Any:
    """The first minute from `minute` on at which the place is open; NEVER after the last window of a list. Cost: the windows of the
    place."""
    first = net.open_first[place]
    last = net.open_first[place + 1]
    if first == last or minute >= NEVER:
        return minute
    period = net.open_period[place]
    turn = np.int64(0)
    if period > 0:
        turn = minute // period
    start = turn * period
    within = minute - start
    # A list over a whole horizon is long: find the first window that ends later by halving.
    low = first
    high = last
    while low < high:
        middle = (low + high) >> 1
        if net.closes[middle] <= within:
            low = middle + 1
        else:
            high = middle
    if low < last:
        return minute if within >= net.opens[low] else start + net.opens[low]
    return start + period + net.opens[first] if period > 0 else NEVER


@njit(cache=True, inline="always")
def first_departure(net: Any, pattern: Any, need: Any) -> Any:
    """The first departure from the first stop at `need` or later: its index and the start of the period that it lies in; index -1: none."""
    first = net.departure_first[pattern]
    last = net.departure_first[pattern + 1]
    if first == last:
        return np.int64(-1), np.int64(0)
    period = net.period[pattern]
    start = np.int64(0)
    if period > 0:
        start = (need - net.departure[first]) // period * period
    within = need - start
    low = first
    high = last
    while low < high:
        middle = (low + high) >> 1
        if net.departure[middle] < within:
            low = middle + 1
        else:
            high = middle
    if low < last:
        return low, start
    if period > 0:
        return first, start + period
    return np.int64(-1), np.int64(0)


@njit(cache=True, inline="always")
def following_departure(net: Any, pattern: Any, trip: Any, start: Any) -> Any:
    """The departure after one: its index and the start of its period; index -1: none."""
    trip += 1
    if trip < net.departure_first[pattern + 1]:
        return trip, start
    if net.period[pattern] > 0:
        return net.departure_first[pattern], start + net.period[pattern]
    return np.int64(-1), np.int64(0)


@njit(cache=True, inline="always")
def month_of(minute: Any) -> Any:
    """Calendar month, 0 to 11, of a minute. Source: Hinnant (2013), 'chrono-compatible low-level date algorithms', civil_from_days."""
    day = minute // DAY_MIN + 719_468
    day_of_era = day - day // 146_097 * 146_097
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    return (month_from_march + 2) % 12
