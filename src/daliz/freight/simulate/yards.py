"""Yards and pools as places: boxes wait in pools, pools share yards, and a full yard blocks the carrier that would unload into it."""

from __future__ import annotations

from typing import Any

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import jit
from daliz.freight.simulate.eventlist import push
from daliz.freight.simulate.memory import note_stay, trace, work


@jit
def append(Z: Any, F: Any, pool: int, b: int, t: float) -> None:
    """Put a box last in a pool."""
    Z[b + r.B_NEXT] = 0
    if Z[pool + r.P_COUNT] == 0:
        Z[pool + r.P_HEAD] = b
    else:
        Z[Z[pool + r.P_TAIL] + r.B_NEXT] = b
    Z[pool + r.P_TAIL] = b
    Z[pool + r.P_COUNT] += 1
    F[b + r.B_SINCE] = t


@jit
def note_waits(Z: Any, F: Any, pool: int, leg: int, n: int, total: float, squares: float, longest: float) -> None:
    """Book the waits of n boxes of one leg that leave a pool."""
    F[pool + r.P_N] += float(n)
    F[pool + r.P_WAIT] += total
    F[pool + r.P_SQUARES] += squares
    F[pool + r.P_WAITMAX] = max(F[pool + r.P_WAITMAX], longest)
    F[leg + r.L_N] += float(n)
    F[leg + r.L_WAIT] += total


@jit
def settle(Z: Any, F: Any, yard: int, t: float) -> None:
    """Free the slots of a yard whose boxes the cranes have put on board by t."""
    ring, size = Z[yard + r.Y_RING], Z[yard + r.Y_RINGSIZE]
    head, count = Z[yard + r.Y_RINGHEAD], Z[yard + r.Y_RINGCOUNT]
    while count > 0 and F[ring + (head & (size - 1))] <= t:
        head += 1
        count -= 1
        Z[yard + r.Y_TAKEN] -= 1
    Z[yard + r.Y_RINGHEAD] = head
    Z[yard + r.Y_RINGCOUNT] = count


@jit
def wake(Z: Any, F: Any, yard: int, t: float) -> None:
    """Let the first carrier blocked by a full yard go on, now or when the cranes free the next slot."""
    if Z[yard + r.Y_HEAD] == 0 or Z[yard + r.Y_WAKE] == 1:
        return
    settle(Z, F, yard, t)
    if Z[yard + r.Y_TAKEN] < Z[yard + r.Y_ROOM]:
        Z[yard + r.Y_WAKE] = 1
        work(Z, Z[yard + r.Y_HEAD])
    elif Z[yard + r.Y_RINGCOUNT] > 0 and Z[yard + r.Y_WAKE] == 0:
        Z[yard + r.Y_WAKE] = 2
        push(Z, F[Z[yard + r.Y_RING] + (Z[yard + r.Y_RINGHEAD] & (Z[yard + r.Y_RINGSIZE] - 1))], yard)


@jit
def has_room(Z: Any, F: Any, yard: int, mine: int, t: float) -> bool:
    """Whether a box may enter a yard: there is a slot, and no carrier waits for one before this carrier."""
    if Z[yard + r.Y_HEAD] > 0 and mine != yard:
        return False
    if Z[yard + r.Y_TAKEN] >= Z[yard + r.Y_ROOM]:
        settle(Z, F, yard, t)
    return Z[yard + r.Y_TAKEN] < Z[yard + r.Y_ROOM]


@jit
def take_room(Z: Any, pool: int) -> None:
    """A box enters the yard of a pool, when it has one."""
    yard = Z[pool + r.P_YARD]
    if yard > 0:
        Z[yard + r.Y_TAKEN] += 1
        Z[yard + r.Y_MAX] = max(Z[yard + r.Y_MAX], Z[yard + r.Y_TAKEN])


@jit
def load_boxes(Z: Any, F: Any, pool: int, e: int, n: int, t: float) -> None:
    """Move the first n boxes of a pool aboard a carrier."""
    if n == 0:
        return
    moving = F[e + r.E_MOVING]
    b = Z[pool + r.P_HEAD]
    if Z[e + r.E_COUNT] == 0:
        Z[e + r.E_HEAD] = b
        F[e + r.E_FIRST] = F[b + r.B_SINCE]
    else:
        Z[Z[e + r.E_TAIL] + r.B_NEXT] = b
    last, leg, line = b, Z[b + r.B_LEG], Z[pool + r.P_LINE]
    counts, traced = t >= F[r.G_WARM] and t <= F[r.G_END], Z[r.H_TRACE] > 0
    alike, total, squares, longest = 0, 0.0, 0.0, 0.0
    for _ in range(n):
        if Z[b + r.B_LEG] != leg:
            if counts:
                note_waits(Z, F, pool, leg, alike, total, squares, longest)
            leg, alike, total, squares = Z[b + r.B_LEG], 0, 0.0, 0.0
        waited = t - F[b + r.B_SINCE]
        alike += 1
        total += waited
        squares += waited * waited
        longest = max(longest, waited)
        F[b + r.B_BOARDED] = moving
        if line > 0:
            note_stay(Z, F, line, t - waited, t, 1.0)
        if traced:
            trace(Z, F, t, r.BOARDED, Z[b + r.B_ID], Z[e + r.E_ID], 1)
        last = b
        b = Z[b + r.B_NEXT]
    if counts:
        note_waits(Z, F, pool, leg, alike, total, squares, longest)
    Z[last + r.B_NEXT] = 0
    Z[e + r.E_TAIL] = last
    Z[e + r.E_COUNT] += n
    F[e + r.E_LOADED] += n * t
    Z[pool + r.P_HEAD] = b
    Z[pool + r.P_COUNT] -= n
    if Z[pool + r.P_YARD] > 0:
        Z[Z[pool + r.P_YARD] + r.Y_TAKEN] -= n
        wake(Z, F, Z[pool + r.P_YARD], t)
