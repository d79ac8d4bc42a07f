"""Pools and sources: where boxes are born, wait for a train or ship, board it, and leave it again.

A pool that only sources feed is filled ahead of the clock up to the departure of its next train: nothing can come between.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.boxes import new_box
from daliz.freight.simulate.calendars import month_end, month_of
from daliz.freight.simulate.cranes import load_by_cranes
from daliz.freight.simulate.draws import draw, jit
from daliz.freight.simulate.eventlist import push
from daliz.freight.simulate.memory import enqueue, new_carrier, work
from daliz.freight.simulate.yards import append, load_boxes, take_room


@jit
def form(Z: Any, F: Any, pool: int, t: float) -> int:
    """A train made of the boxes of a pool, as many as fit."""
    e = new_carrier(Z, F, Z[pool + r.P_START], t)
    Z[e + r.E_ROOM] = Z[pool + r.P_SIZE]
    Z[e + r.E_PRIORITY] = Z[pool + r.P_PRIORITY]
    load_boxes(Z, F, pool, e, min(Z[pool + r.P_COUNT], Z[pool + r.P_SIZE]), t)
    return e


@jit
def next_arrival(Z: Any, F: Any, source: int, t: float) -> float:
    """When the source makes its next box; a season stretches time month by month, so that scaled demand keeps its luck."""
    gap = draw(Z, F, Z[source + r.O_GAP])
    season = Z[source + r.O_SEASON]
    if season == 0:
        return t + gap
    while t <= F[r.G_END]:
        if t >= F[source + r.O_UNTIL]:
            hour = t + F[r.G_YEAR]
            F[source + r.O_FACTOR] = F[season + month_of(hour)]
            F[source + r.O_UNTIL] = month_end(hour) - F[r.G_YEAR]
        factor, left = F[source + r.O_FACTOR], F[source + r.O_UNTIL] - t
        if gap <= left * factor:
            return t + gap / factor
        gap -= left * factor
        t += left
    return np.inf


@jit
def fill_from_sources(Z: Any, F: Any, pool: int) -> None:
    """Make boxes for a pool that only sources feed, up to the departure of its next train, and schedule that."""
    size, maximum = Z[pool + r.P_SIZE], F[pool + r.P_MAXWAIT]
    sources, n = Z[pool + r.P_SOURCES], Z[pool + r.P_NSOURCES]
    while True:
        source = Z[sources]
        for i in range(1, n):
            if F[Z[sources + i] + r.O_NEXT] < F[source + r.O_NEXT]:
                source = Z[sources + i]
        arrival = F[source + r.O_NEXT]
        tick = F[Z[pool + r.P_TICKS] + Z[pool + r.P_TICK]] if Z[pool + r.P_TICK] < Z[pool + r.P_NTICKS] else np.inf
        due = F[Z[pool + r.P_HEAD] + r.B_SINCE] + maximum if maximum > 0.0 and Z[pool + r.P_COUNT] > 0 else np.inf
        leaves = min(tick, due)
        if min(arrival, leaves) > F[r.G_END]:
            return
        if leaves < arrival:
            if tick <= leaves:
                Z[pool + r.P_TICK] += 1
            if Z[pool + r.P_COUNT] > 0:
                break
            continue
        append(Z, F, pool, new_box(Z, F, Z[source + r.O_CLASS], arrival), arrival)
        Z[r.H_EVENTS] += 1
        F[source + r.O_NEXT] = next_arrival(Z, F, source, arrival)
        if Z[pool + r.P_COUNT] == size and Z[pool + r.P_FULL] == 1:
            leaves = arrival
            break
    Z[pool + r.P_READY] = form(Z, F, pool, leaves)
    push(Z, leaves, pool)


@jit
def set_timer(Z: Any, F: Any, owner: int, due: float) -> None:
    """Call the owner at the due hour, unless its epoch has changed by then."""
    Z[owner + (r.E_EPOCH if Z[owner + r.TYPE] == r.CARRIER else r.P_EPOCH)] = Z[r.H_SEQ]
    timer = new_carrier(Z, F, 0, due)
    Z[timer + r.TYPE] = r.TIMER
    Z[timer + r.T_OWNER] = owner
    Z[timer + r.T_EPOCH] = Z[r.H_SEQ]
    push(Z, due, timer)


@jit
def check_pool(Z: Any, F: Any, pool: int, t: float) -> None:
    """See whether boxes that came to a pool let a train leave or go aboard a ship that waits."""
    if Z[pool + r.P_CRANES] > 0:
        load_by_cranes(Z, F, pool, t)
        return
    if Z[pool + r.P_START] == 0:
        board_waiting(Z, F, pool, t)
        return
    while Z[pool + r.P_COUNT] >= Z[pool + r.P_SIZE] and Z[pool + r.P_FULL] == 1:
        work(Z, form(Z, F, pool, t))
        Z[pool + r.P_EPOCH] = 0
    if Z[pool + r.P_COUNT] > 0 and F[pool + r.P_MAXWAIT] > 0.0 and Z[pool + r.P_EPOCH] == 0:
        set_timer(Z, F, pool, max(t, F[Z[pool + r.P_HEAD] + r.B_SINCE] + F[pool + r.P_MAXWAIT]))


@jit
def board_waiting(Z: Any, F: Any, pool: int, t: float) -> None:
    """Put boxes aboard the carriers that wait at a pool, in their order; full ones leave when their rule says so."""
    before, e = np.int64(0), Z[pool + r.P_WAITHEAD]
    while e > 0 and Z[pool + r.P_COUNT] > 0:
        following = Z[e + r.E_NEXT]
        s = Z[e + r.E_STEP]
        load_boxes(Z, F, pool, e, min(Z[e + r.E_ROOM] - Z[e + r.E_COUNT], Z[pool + r.P_COUNT]), t)
        if Z[s + r.S_RULE] == r.UNTIL_FULL and Z[e + r.E_COUNT] >= Z[e + r.E_ROOM]:
            _leave_queue(Z, pool, before, e)
            Z[e + r.E_EPOCH] = 0
            Z[e + r.E_PHASE] = r.RESUMES
            work(Z, e)
        else:
            before = e
        e = following


@jit
def _leave_queue(Z: Any, pool: int, before: int, e: int) -> None:
    if before == 0:
        Z[pool + r.P_WAITHEAD] = Z[e + r.E_NEXT]
    else:
        Z[before + r.E_NEXT] = Z[e + r.E_NEXT]
    if Z[pool + r.P_WAITTAIL] == e:
        Z[pool + r.P_WAITTAIL] = before


@jit
def board(Z: Any, F: Any, e: int, s: int, t: float) -> bool:
    """Take boxes from the pool of the step; true when the carrier need not wait for more."""
    pool, rule = Z[s + r.S_POOL], Z[s + r.S_RULE]
    Z[e + r.E_ROOM] = Z[s + r.S_SIZE]
    F[e + r.E_LOADED] = Z[e + r.E_COUNT] * t
    load_boxes(Z, F, pool, e, max(0, min(Z[e + r.E_ROOM] - Z[e + r.E_COUNT], Z[pool + r.P_COUNT])), t)
    if rule == r.TAKE_AND_GO or (rule == r.UNTIL_FULL and Z[e + r.E_COUNT] >= Z[e + r.E_ROOM]):
        return True
    due = np.inf
    if rule == r.BY_TIMETABLE:
        while Z[pool + r.P_TICK] < Z[pool + r.P_NTICKS] and F[Z[pool + r.P_TICKS] + Z[pool + r.P_TICK]] < t:
            Z[pool + r.P_TICK] += 1
        if Z[pool + r.P_TICK] < Z[pool + r.P_NTICKS]:
            due = F[Z[pool + r.P_TICKS] + Z[pool + r.P_TICK]]
            Z[pool + r.P_TICK] += 1
    elif F[pool + r.P_MAXWAIT] > 0.0:
        due = (F[e + r.E_FIRST] if Z[e + r.E_COUNT] > 0 else t) + F[pool + r.P_MAXWAIT]
    if due <= t:
        return True
    F[e + r.E_SINCE] = t
    Z[e + r.E_PHASE] = r.WAITS
    enqueue(Z, pool + r.P_WAITHEAD, pool + r.P_WAITTAIL, e)
    if due < np.inf:
        set_timer(Z, F, e, due)
    return False


@jit
def time_is_up(Z: Any, F: Any, timer: int, t: float) -> None:
    """A timer fires: the longest wait of a train or ship is over."""
    owner = Z[timer + r.T_OWNER]
    current = Z[owner + (r.E_EPOCH if Z[owner + r.TYPE] == r.CARRIER else r.P_EPOCH)] == Z[timer + r.T_EPOCH]
    if current and Z[owner + r.TYPE] == r.POOL:
        Z[owner + r.P_EPOCH] = 0
        if Z[owner + r.P_COUNT] > 0:
            work(Z, form(Z, F, owner, t))
            check_pool(Z, F, owner, t)
    elif current and Z[owner + r.TYPE] == r.CARRIER:
        pool = Z[Z[owner + r.E_STEP] + r.S_POOL]
        before, e = np.int64(0), Z[pool + r.P_WAITHEAD]
        while e != owner:
            before, e = e, Z[e + r.E_NEXT]
        _leave_queue(Z, pool, before, e)
        Z[owner + r.E_EPOCH] = 0
        Z[owner + r.E_PHASE] = r.RESUMES
        work(Z, owner)


@jit
def source_fires(Z: Any, F: Any, source: int, t: float) -> None:
    """A source that feeds event by event makes a batch of boxes or customers and schedules its next."""
    n = 1 if Z[source + r.O_BATCH] == 0 else int(draw(Z, F, Z[source + r.O_BATCH]))
    pool = Z[source + r.O_POOL]
    for _ in range(n):
        if pool > 0:
            append(Z, F, pool, new_box(Z, F, Z[source + r.O_CLASS], t), t)
            take_room(Z, pool)
        else:
            e = new_carrier(Z, F, Z[source + r.O_STEP], t)
            Z[e + r.E_PRIORITY] = Z[source + r.O_PRIORITY]
            enqueue(Z, r.H_NEWHEAD, r.H_NEWTAIL, e)
    if pool > 0:
        check_pool(Z, F, pool, t)
    push(Z, next_arrival(Z, F, source, t), source)


@jit
def pool_fires(Z: Any, F: Any, pool: int, t: float) -> None:
    """A departure of a pool: the train filled ahead, or what waits when the timetable's hour has come."""
    if Z[pool + r.P_MODE] == r.FROM_SOURCES:
        work(Z, Z[pool + r.P_READY])
        fill_from_sources(Z, F, pool)
        return
    ticks = Z[pool + r.P_TICKS]
    if Z[pool + r.P_TICK] < Z[pool + r.P_NTICKS] and F[ticks + Z[pool + r.P_TICK]] <= t:  # cranes may have looked beyond this tick
        Z[pool + r.P_TICK] += 1
        if Z[pool + r.P_COUNT] > 0:
            Z[pool + r.P_EPOCH] = 0
            work(Z, form(Z, F, pool, t))
            check_pool(Z, F, pool, t)
    Z[pool + r.P_TICKED] += 1
    if Z[pool + r.P_TICKED] < Z[pool + r.P_NTICKS]:
        push(Z, F[ticks + Z[pool + r.P_TICKED]], pool)
