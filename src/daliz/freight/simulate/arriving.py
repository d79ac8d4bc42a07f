"""Arriving: boxes leave their train or ship, change, stand in the yard, or are at their end."""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.boxes import free_box
from daliz.freight.simulate.calendars import month_end, month_of
from daliz.freight.simulate.draws import jit
from daliz.freight.simulate.memory import dequeue, enqueue, new_carrier, trace, work
from daliz.freight.simulate.pools import check_pool
from daliz.freight.simulate.yards import append, has_room, take_room, wake


@jit
def deliver(Z: Any, F: Any, b: int, moving: float, t: float) -> int:
    """Boxes of one class have arrived, from b on: book their journeys by the month in which each set out; returns the box after them.

    `moving` is what their carrier has moved so far. A linked list of boxes ends with 0.
    """
    cls = Z[b + r.B_CLASS]
    histogram, due = Z[cls + r.K_HISTOGRAM], F[cls + r.K_DUE]
    counts, traced = t >= F[r.G_WARM], Z[r.H_TRACE] > 0
    octave = (1023 + r.FIRST_OCTAVE) << r.PER_OCTAVE_BITS
    n, late, total, squares, moved, standing = 0, 0, 0.0, 0.0, 0.0, 0.0
    least, most = F[cls + r.K_MIN], F[cls + r.K_MAX]
    month, month_from, month_to = np.int64(0), 0.0, 0.0
    while b > 0 and Z[b + r.B_CLASS] == cls:
        if Z[Z[b + r.B_LEG] + r.LEG + r.L_POOL] > 0:
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
            Z[histogram + month * r.BINS + max(np.int64(0), min(np.int64(r.BINS - 1), place))] += 1
        if traced:
            trace(Z, F, t, r.DELIVERED, Z[b + r.B_ID], cls, 1)
        following = Z[b + r.B_NEXT]
        free_box(Z, b)
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
def alight(Z: Any, F: Any, e: int, s: int, t: float) -> bool:
    """Boxes that change or end here leave the carrier in their order; false when a full yard makes it wait.

    The carrier keeps what it holds while it waits (its track, its berth), so a full yard blocks what comes behind.
    """
    mine = np.int64(0)
    if Z[e + r.E_PHASE] == r.BLOCKED:
        mine = Z[e + r.E_YARD]
        dequeue(Z, mine + r.Y_HEAD, mine + r.Y_TAIL)
        Z[mine + r.Y_WAKE] = 0
    else:
        F[e + r.E_SINCE] = t
    moving, since = F[e + r.E_MOVING], F[e + r.E_SINCE]
    before, b = np.int64(0), Z[e + r.E_HEAD]
    first_id, touched, left = Z[r.H_NEXTID], np.int64(0), 0
    while b > 0:
        leg = Z[b + r.B_LEG]
        if Z[s + r.S_ALL] == 0 and Z[leg + r.L_STEP] != s:
            before, b = b, Z[b + r.B_NEXT]
            continue
        pool = Z[leg + r.LEG + r.L_POOL]
        if pool == 0:
            following = _deliver_from(Z, F, e, s, b, moving, t)
        else:
            following = Z[b + r.B_NEXT]
            yard = Z[pool + r.P_YARD]
            if yard > 0:
                if not has_room(Z, F, yard, mine, t):
                    _note_left(Z, F, e, s, left, t - since)
                    _block(Z, e, yard, mine)
                    if touched > 0:
                        check_pool(Z, F, touched, t)
                    wake(Z, F, yard, t)
                    return False
                take_room(Z, pool)
            left += 1
            F[b + r.B_MOVING] += moving - F[b + r.B_BOARDED]
            Z[b + r.B_LEG] = leg + r.LEG
            trace(Z, F, t, r.ALIGHTED, Z[b + r.B_ID], Z[e + r.E_ID], 1)
        if before == 0:
            Z[e + r.E_HEAD] = following
        else:
            Z[before + r.B_NEXT] = following
        if following == 0:
            Z[e + r.E_TAIL] = before
        if pool > 0:
            if touched > 0 and touched != pool:
                check_pool(Z, F, touched, t)
                touched = np.int64(0)
            if Z[pool + r.P_DWELL] > 0:
                _stand(Z, F, pool, b, first_id, t)
            else:
                touched = pool
                append(Z, F, pool, b, t)
        b = following
    _note_left(Z, F, e, s, left, t - since)
    if touched > 0:
        check_pool(Z, F, touched, t)
    if mine > 0:
        wake(Z, F, mine, t)
    return True


@jit
def _deliver_from(Z: Any, F: Any, e: int, s: int, b: int, moving: float, t: float) -> int:
    """Deliver a run of boxes of a carrier from b on that end here; returns the box after them."""
    cls = Z[b + r.B_CLASS]
    last, n = b, 1
    while Z[s + r.S_ALL] == 0:  # cut the run at the first box that stays aboard
        following = Z[last + r.B_NEXT]
        if following == 0 or Z[following + r.B_CLASS] != cls or Z[Z[following + r.B_LEG] + r.L_STEP] != s:
            break
        last, n = following, n + 1
    if Z[s + r.S_ALL] == 0:
        after = Z[last + r.B_NEXT]
        Z[last + r.B_NEXT] = 0
        deliver(Z, F, b, moving, t)
    else:
        before = F[cls + r.K_DONEALL]
        after = deliver(Z, F, b, moving, t)
        n = int(F[cls + r.K_DONEALL] - before)
    _note_left(Z, F, e, s, n, t - F[e + r.E_SINCE])
    return after


@jit
def _note_left(Z: Any, F: Any, e: int, s: int, n: int, blocked: float) -> None:
    """Book n boxes that have left a carrier, and how long a full yard kept them."""
    Z[e + r.E_COUNT] -= n
    if F[e + r.E_SINCE] + blocked >= F[r.G_WARM]:
        F[s + r.S_BOXES] += float(n)
        F[s + r.S_BOXWAIT] += n * blocked


@jit
def _block(Z: Any, e: int, yard: int, mine: int) -> None:
    """Queue at a full yard: first again when this carrier was first before, else last."""
    Z[e + r.E_PHASE] = r.BLOCKED
    Z[e + r.E_YARD] = yard
    if mine == yard:
        Z[e + r.E_NEXT] = Z[yard + r.Y_HEAD]
        Z[yard + r.Y_HEAD] = e
        if Z[yard + r.Y_TAIL] == 0:
            Z[yard + r.Y_TAIL] = e
    else:
        enqueue(Z, yard + r.Y_HEAD, yard + r.Y_TAIL, e)


@jit
def _stand(Z: Any, F: Any, pool: int, b: int, first_id: int, t: float) -> None:
    """Let a box stand in the yard for its least dwell, in one lot with the others of its carrier that go the same way.

    `first_id` is the first number that a lot of this carrier can have.
    """
    lot = Z[pool + r.P_LOT]
    if lot == 0 or Z[lot + r.E_ID] < first_id or Z[lot + r.E_YARD] != pool or Z[lot + r.TYPE] != r.CARRIER:
        lot = new_carrier(Z, F, Z[pool + r.P_DWELL], t)
        Z[lot + r.E_YARD] = pool
        Z[pool + r.P_LOT] = lot
        work(Z, lot)
    Z[b + r.B_NEXT] = 0
    if Z[lot + r.E_COUNT] == 0:
        Z[lot + r.E_HEAD] = b
    else:
        Z[Z[lot + r.E_TAIL] + r.B_NEXT] = b
    Z[lot + r.E_TAIL] = b
    Z[lot + r.E_COUNT] += 1
    F[b + r.B_BOARDED] = F[lot + r.E_MOVING]


@jit
def drop(Z: Any, F: Any, e: int, t: float) -> None:
    """A lot joins its pool, or has arrived."""
    pool = Z[e + r.E_YARD]
    b = Z[e + r.E_HEAD]
    while b > 0:
        if pool > 0:
            following = Z[b + r.B_NEXT]
            append(Z, F, pool, b, t)
            if Z[e + r.E_LEFT] == 1:  # landed by a crane, without a slot so far
                take_room(Z, pool)
            b = following
        else:
            b = deliver(Z, F, b, F[e + r.E_MOVING], t)
    Z[e + r.E_COUNT] = 0
    if pool > 0:
        check_pool(Z, F, pool, t)
