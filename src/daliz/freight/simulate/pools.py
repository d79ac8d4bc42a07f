"""Pools and sources: where boxes are born, wait for a train or ship, board it, and leave it again.

A pool that only sources feed is filled ahead of the clock up to the departure of its next train: nothing can come between.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.calendars import month_end, month_of
from daliz.freight.simulate.cranes import load_by_cranes
from daliz.freight.simulate.draws import draw, jit
from daliz.freight.simulate.eventlist import push
from daliz.freight.simulate.memory import dequeue, enqueue, free_box, new_box, new_carrier, trace, work
from daliz.freight.simulate.yards import append, has_room, load_boxes, take_room, wake


@jit
def form(I: Any, F: Any, pool: int, t: float) -> int:
    """A train made of the boxes of a pool, as many as fit."""
    e = new_carrier(I, F, I[pool + r.P_START], t)
    I[e + r.E_ROOM] = I[pool + r.P_SIZE]
    I[e + r.E_PRIORITY] = I[pool + r.P_PRIORITY]
    load_boxes(I, F, pool, e, min(I[pool + r.P_COUNT], I[pool + r.P_SIZE]), t)
    return e


@jit
def next_arrival(I: Any, F: Any, source: int, t: float) -> float:
    """When the source makes its next box; a season stretches time month by month, so that scaled demand keeps its luck."""
    gap = draw(I, F, I[source + r.O_GAP])
    season = I[source + r.O_SEASON]
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
def fill_from_sources(I: Any, F: Any, pool: int) -> None:
    """Make boxes for a pool that only sources feed, up to the departure of its next train, and schedule that."""
    size, maximum = I[pool + r.P_SIZE], F[pool + r.P_MAXWAIT]
    sources, n = I[pool + r.P_SOURCES], I[pool + r.P_NSOURCES]
    while True:
        source = I[sources]
        for i in range(1, n):
            if F[I[sources + i] + r.O_NEXT] < F[source + r.O_NEXT]:
                source = I[sources + i]
        arrival = F[source + r.O_NEXT]
        tick = F[I[pool + r.P_TICKS] + I[pool + r.P_TICK]] if I[pool + r.P_TICK] < I[pool + r.P_NTICKS] else np.inf
        due = F[I[pool + r.P_HEAD] + r.B_SINCE] + maximum if maximum > 0.0 and I[pool + r.P_COUNT] > 0 else np.inf
        leaves = min(tick, due)
        if min(arrival, leaves) > F[r.G_END]:
            return
        if leaves < arrival:
            if tick <= leaves:
                I[pool + r.P_TICK] += 1
            if I[pool + r.P_COUNT] > 0:
                break
            continue
        append(I, F, pool, new_box(I, F, I[source + r.O_CLASS], arrival), arrival)
        I[r.H_EVENTS] += 1
        F[source + r.O_NEXT] = next_arrival(I, F, source, arrival)
        if I[pool + r.P_COUNT] == size and I[pool + r.P_FULL] == 1:
            leaves = arrival
            break
    I[pool + r.P_READY] = form(I, F, pool, leaves)
    push(I, F, leaves, pool)


@jit
def set_timer(I: Any, F: Any, owner: int, due: float) -> None:
    """Call the owner at the due hour, unless its epoch has changed by then."""
    I[owner + (r.E_EPOCH if I[owner] == r.CARRIER else r.P_EPOCH)] = I[r.H_SEQ]
    timer = new_carrier(I, F, 0, due)
    I[timer + r.E_TYPE] = r.TIMER
    I[timer + r.T_OWNER] = owner
    I[timer + r.T_EPOCH] = I[r.H_SEQ]
    push(I, F, due, timer)


@jit
def check_pool(I: Any, F: Any, pool: int, t: float) -> None:
    """See whether boxes that came to a pool let a train leave or go aboard a ship that waits."""
    if I[pool + r.P_CRANES] > 0:
        load_by_cranes(I, F, pool, t)
        return
    if I[pool + r.P_START] == 0:
        board_waiting(I, F, pool, t)
        return
    while I[pool + r.P_COUNT] >= I[pool + r.P_SIZE] and I[pool + r.P_FULL] == 1:
        work(I, form(I, F, pool, t))
        I[pool + r.P_EPOCH] = 0
    if I[pool + r.P_COUNT] > 0 and F[pool + r.P_MAXWAIT] > 0.0 and I[pool + r.P_EPOCH] == 0:
        set_timer(I, F, pool, max(t, F[I[pool + r.P_HEAD] + r.B_SINCE] + F[pool + r.P_MAXWAIT]))


@jit
def board_waiting(I: Any, F: Any, pool: int, t: float) -> None:
    """Put boxes aboard the carriers that wait at a pool, in their order; full ones leave when their rule says so."""
    before, e = np.int64(0), I[pool + r.P_WAITHEAD]
    while e > 0 and I[pool + r.P_COUNT] > 0:
        following = I[e + r.E_NEXT]
        s = I[e + r.E_STEP]
        load_boxes(I, F, pool, e, min(I[e + r.E_ROOM] - I[e + r.E_COUNT], I[pool + r.P_COUNT]), t)
        if I[s + r.S_RULE] == r.UNTIL_FULL and I[e + r.E_COUNT] >= I[e + r.E_ROOM]:
            _leave_queue(I, pool, before, e)
            I[e + r.E_EPOCH] = 0
            I[e + r.E_PHASE] = r.RESUMES
            work(I, e)
        else:
            before = e
        e = following


@jit
def _leave_queue(I: Any, pool: int, before: int, e: int) -> None:
    if before == 0:
        I[pool + r.P_WAITHEAD] = I[e + r.E_NEXT]
    else:
        I[before + r.E_NEXT] = I[e + r.E_NEXT]
    if I[pool + r.P_WAITTAIL] == e:
        I[pool + r.P_WAITTAIL] = before


@jit
def board(I: Any, F: Any, e: int, s: int, t: float) -> bool:
    """Take boxes from the pool of the step; true when the carrier need not wait for more."""
    pool, rule = I[s + r.S_POOL], I[s + r.S_RULE]
    I[e + r.E_ROOM] = I[s + r.S_SIZE]
    load_boxes(I, F, pool, e, max(0, min(I[e + r.E_ROOM] - I[e + r.E_COUNT], I[pool + r.P_COUNT])), t)
    if rule == r.TAKE_AND_GO or (rule == r.UNTIL_FULL and I[e + r.E_COUNT] >= I[e + r.E_ROOM]):
        return True
    due = np.inf
    if rule == r.BY_TIMETABLE:
        while I[pool + r.P_TICK] < I[pool + r.P_NTICKS] and F[I[pool + r.P_TICKS] + I[pool + r.P_TICK]] < t:
            I[pool + r.P_TICK] += 1
        if I[pool + r.P_TICK] < I[pool + r.P_NTICKS]:
            due = F[I[pool + r.P_TICKS] + I[pool + r.P_TICK]]
            I[pool + r.P_TICK] += 1
    elif F[pool + r.P_MAXWAIT] > 0.0:
        due = (F[e + r.E_FIRST] if I[e + r.E_COUNT] > 0 else t) + F[pool + r.P_MAXWAIT]
    if due <= t:
        return True
    F[e + r.E_SINCE] = t
    I[e + r.E_PHASE] = r.WAITS
    enqueue(I, pool + r.P_WAITHEAD, pool + r.P_WAITTAIL, e)
    if due < np.inf:
        set_timer(I, F, e, due)
    return False


@jit
def time_is_up(I: Any, F: Any, timer: int, t: float) -> None:
    """A timer fires: the longest wait of a train or ship is over."""
    owner = I[timer + r.T_OWNER]
    current = I[owner + (r.E_EPOCH if I[owner] == r.CARRIER else r.P_EPOCH)] == I[timer + r.T_EPOCH]
    if current and I[owner] == r.POOL:
        I[owner + r.P_EPOCH] = 0
        if I[owner + r.P_COUNT] > 0:
            work(I, form(I, F, owner, t))
            check_pool(I, F, owner, t)
    elif current and I[owner] == r.CARRIER:
        pool = I[I[owner + r.E_STEP] + r.S_POOL]
        before, e = np.int64(0), I[pool + r.P_WAITHEAD]
        while e != owner:
            before, e = e, I[e + r.E_NEXT]
        _leave_queue(I, pool, before, e)
        I[owner + r.E_EPOCH] = 0
        I[owner + r.E_PHASE] = r.RESUMES
        work(I, owner)


@jit
def source_fires(I: Any, F: Any, source: int, t: float) -> None:
    """A source that feeds event by event makes a batch of boxes or customers and schedules its next."""
    n = 1 if I[source + r.O_BATCH] == 0 else int(draw(I, F, I[source + r.O_BATCH]))
    pool = I[source + r.O_POOL]
    for _ in range(n):
        if pool > 0:
            append(I, F, pool, new_box(I, F, I[source + r.O_CLASS], t), t)
            take_room(I, pool)
        else:
            e = new_carrier(I, F, I[source + r.O_STEP], t)
            I[e + r.E_PRIORITY] = I[source + r.O_PRIORITY]
            enqueue(I, r.H_NEWHEAD, r.H_NEWTAIL, e)
    if pool > 0:
        check_pool(I, F, pool, t)
    push(I, F, next_arrival(I, F, source, t), source)


@jit
def pool_fires(I: Any, F: Any, pool: int, t: float) -> None:
    """A departure of a pool: the train filled ahead, or what waits when the timetable's hour has come."""
    if I[pool + r.P_MODE] == r.FROM_SOURCES:
        work(I, I[pool + r.P_READY])
        fill_from_sources(I, F, pool)
        return
    ticks = I[pool + r.P_TICKS]
    if I[pool + r.P_TICK] < I[pool + r.P_NTICKS] and F[ticks + I[pool + r.P_TICK]] <= t:  # cranes may have looked beyond this tick
        I[pool + r.P_TICK] += 1
        if I[pool + r.P_COUNT] > 0:
            I[pool + r.P_EPOCH] = 0
            work(I, form(I, F, pool, t))
            check_pool(I, F, pool, t)
    I[pool + r.P_TICKED] += 1
    if I[pool + r.P_TICKED] < I[pool + r.P_NTICKS]:
        push(I, F, F[ticks + I[pool + r.P_TICKED]], pool)


@jit
def deliver(I: Any, F: Any, b: int, moving: float, t: float) -> int:
    """Boxes of one class have arrived, from b on: book their journeys by the month in which each set out; returns the box after them.

    `moving` is what their carrier has moved so far. A linked list of boxes ends with 0.
    """
    cls = I[b + r.B_CLASS]
    histogram, due = I[cls + r.K_HISTOGRAM], F[cls + r.K_DUE]
    counts, traced = t >= F[r.G_WARM], I[r.H_TRACE] > 0
    octave = (1023 + r.FIRST_OCTAVE) << r.PER_OCTAVE_BITS
    n, late, total, squares, moved, standing = 0, 0, 0.0, 0.0, 0.0, 0.0
    least, most = F[cls + r.K_MIN], F[cls + r.K_MAX]
    month, month_from, month_to = np.int64(0), 0.0, 0.0
    while b > 0 and I[b + r.B_CLASS] == cls:
        if I[I[b + r.B_LEG] + r.LEG + r.L_POOL] > 0:
            break
        born = F[b + r.B_BORN]
        hours = t - born
        run = F[b + r.B_MOVING] + moving - F[b + r.B_BOARDED]
        n += 1
        total += hours
        squares += hours * hours
        moved += run
        standing += 1.0 - run / hours if hours > 0.0 else 0.0
        least = min(least, hours)
        most = max(most, hours)
        late += hours > due
        if counts and histogram > 0:
            if born < month_from or born >= month_to:
                month = month_of(born + F[r.G_YEAR])
                month_to = month_end(born + F[r.G_YEAR]) - F[r.G_YEAR]
                month_from = born
            place = (np.float64(hours).view(np.int64) >> (52 - r.PER_OCTAVE_BITS)) - octave
            I[histogram + month * r.BINS + max(np.int64(0), min(np.int64(r.BINS - 1), place))] += 1
        if traced:
            trace(I, F, t, r.DELIVERED, I[b + r.B_ID], cls, 1)
        following = I[b + r.B_NEXT]
        free_box(I, b)
        b = following
    F[cls + r.K_DONEALL] += float(n)
    if counts:
        F[cls + r.K_N] += float(n)
        F[cls + r.K_SUM] += total
        F[cls + r.K_SQUARES] += squares
        F[cls + r.K_MOVING] += moved
        F[cls + r.K_SHARE] += standing
        F[cls + r.K_LATE] += float(late)
        F[cls + r.K_MIN] = least
        F[cls + r.K_MAX] = most
    return b


@jit
def alight(I: Any, F: Any, e: int, s: int, t: float) -> bool:
    """Boxes that change or end here leave the carrier in their order; false when a full yard makes it wait.

    The carrier keeps what it holds while it waits (its track, its berth), so a full yard blocks what comes behind.
    """
    mine = np.int64(0)
    if I[e + r.E_PHASE] == r.BLOCKED:
        mine = I[e + r.E_YARD]
        dequeue(I, mine + r.Y_HEAD, mine + r.Y_TAIL)
        I[mine + r.Y_WAKE] = 0
    else:
        F[e + r.E_SINCE] = t
    moving, since = F[e + r.E_MOVING], F[e + r.E_SINCE]
    before, b = np.int64(0), I[e + r.E_HEAD]
    first_id, touched, left = I[r.H_NEXTID], np.int64(0), 0
    while b > 0:
        leg = I[b + r.B_LEG]
        if I[s + r.S_ALL] == 0 and I[leg + r.L_STEP] != s:
            before, b = b, I[b + r.B_NEXT]
            continue
        pool = I[leg + r.LEG + r.L_POOL]
        if pool == 0:
            following = _deliver_from(I, F, e, s, b, moving, t)
        else:
            following = I[b + r.B_NEXT]
            yard = I[pool + r.P_YARD]
            if yard > 0:
                if not has_room(I, F, yard, mine, t):
                    _note_left(I, F, e, s, left, t - since)
                    _block(I, e, yard, mine)
                    if touched > 0:
                        check_pool(I, F, touched, t)
                    wake(I, F, yard, t)
                    return False
                take_room(I, pool)
            left += 1
            F[b + r.B_MOVING] += moving - F[b + r.B_BOARDED]
            I[b + r.B_LEG] = leg + r.LEG
            trace(I, F, t, r.ALIGHTED, I[b + r.B_ID], I[e + r.E_ID], 1)
        if before == 0:
            I[e + r.E_HEAD] = following
        else:
            I[before + r.B_NEXT] = following
        if following == 0:
            I[e + r.E_TAIL] = before
        if pool > 0:
            if touched > 0 and touched != pool:
                check_pool(I, F, touched, t)
                touched = np.int64(0)
            if I[pool + r.P_DWELL] > 0:
                _stand(I, F, pool, b, first_id, t)
            else:
                touched = pool
                append(I, F, pool, b, t)
        b = following
    _note_left(I, F, e, s, left, t - since)
    if touched > 0:
        check_pool(I, F, touched, t)
    if mine > 0:
        wake(I, F, mine, t)
    return True


@jit
def _deliver_from(I: Any, F: Any, e: int, s: int, b: int, moving: float, t: float) -> int:
    """Deliver a run of boxes of a carrier from b on that end here; returns the box after them."""
    cls = I[b + r.B_CLASS]
    last, n = b, 1
    while I[s + r.S_ALL] == 0:  # cut the run at the first box that stays aboard
        following = I[last + r.B_NEXT]
        if following == 0 or I[following + r.B_CLASS] != cls or I[I[following + r.B_LEG] + r.L_STEP] != s:
            break
        last, n = following, n + 1
    if I[s + r.S_ALL] == 0:
        after = I[last + r.B_NEXT]
        I[last + r.B_NEXT] = 0
        deliver(I, F, b, moving, t)
    else:
        before = F[cls + r.K_DONEALL]
        after = deliver(I, F, b, moving, t)
        n = int(F[cls + r.K_DONEALL] - before)
    _note_left(I, F, e, s, n, t - F[e + r.E_SINCE])
    return after


@jit
def _note_left(I: Any, F: Any, e: int, s: int, n: int, blocked: float) -> None:
    """Book n boxes that have left a carrier, and how long a full yard kept them."""
    I[e + r.E_COUNT] -= n
    if F[e + r.E_SINCE] + blocked >= F[r.G_WARM]:
        F[s + r.S_BOXES] += float(n)
        F[s + r.S_BOXWAIT] += n * blocked


@jit
def _block(I: Any, e: int, yard: int, mine: int) -> None:
    """Queue at a full yard: first again when this carrier was first before, else last."""
    I[e + r.E_PHASE] = r.BLOCKED
    I[e + r.E_YARD] = yard
    if mine == yard:
        I[e + r.E_NEXT] = I[yard + r.Y_HEAD]
        I[yard + r.Y_HEAD] = e
        if I[yard + r.Y_TAIL] == 0:
            I[yard + r.Y_TAIL] = e
    else:
        enqueue(I, yard + r.Y_HEAD, yard + r.Y_TAIL, e)


@jit
def _stand(I: Any, F: Any, pool: int, b: int, first_id: int, t: float) -> None:
    """Let a box stand in the yard for its least dwell, in one lot with the others of its carrier that go the same way.

    `first_id` is the first number that a lot of this carrier can have.
    """
    lot = I[pool + r.P_LOT]
    if lot == 0 or I[lot + r.E_ID] < first_id or I[lot + r.E_YARD] != pool or I[lot + r.E_TYPE] != r.CARRIER:
        lot = new_carrier(I, F, I[pool + r.P_DWELL], t)
        I[lot + r.E_YARD] = pool
        I[pool + r.P_LOT] = lot
        work(I, lot)
    I[b + r.B_NEXT] = 0
    if I[lot + r.E_COUNT] == 0:
        I[lot + r.E_HEAD] = b
    else:
        I[I[lot + r.E_TAIL] + r.B_NEXT] = b
    I[lot + r.E_TAIL] = b
    I[lot + r.E_COUNT] += 1
    F[b + r.B_BOARDED] = F[lot + r.E_MOVING]


@jit
def drop(I: Any, F: Any, e: int, t: float) -> None:
    """A lot joins its pool, or has arrived."""
    pool = I[e + r.E_YARD]
    b = I[e + r.E_HEAD]
    while b > 0:
        if pool > 0:
            following = I[b + r.B_NEXT]
            append(I, F, pool, b, t)
            if I[e + r.E_LEFT] == 1:  # landed by a crane, without a slot so far
                take_room(I, pool)
            b = following
        else:
            b = deliver(I, F, b, F[e + r.E_MOVING], t)
    I[e + r.E_COUNT] = 0
    if pool > 0:
        check_pool(I, F, pool, t)
