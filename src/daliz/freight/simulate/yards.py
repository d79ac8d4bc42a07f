"""Yards and pools as places: boxes wait in pools, pools share yards, and a full yard blocks the carrier that would unload into it."""

from __future__ import annotations

from typing import Any

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import jit
from daliz.freight.simulate.eventlist import push
from daliz.freight.simulate.memory import note_stay, trace, work


@jit
def append(I: Any, F: Any, pool: int, b: int, t: float) -> None:
    """Put a box last in a pool."""
    I[b + r.B_NEXT] = 0
    if I[pool + r.P_COUNT] == 0:
        I[pool + r.P_HEAD] = b
    else:
        I[I[pool + r.P_TAIL] + r.B_NEXT] = b
    I[pool + r.P_TAIL] = b
    I[pool + r.P_COUNT] += 1
    F[b + r.B_SINCE] = t


@jit
def note_waits(I: Any, F: Any, pool: int, leg: int, n: int, total: float, squares: float, longest: float) -> None:
    """Book the waits of n boxes of one leg that leave a pool."""
    F[pool + r.P_N] += float(n)
    F[pool + r.P_WAIT] += total
    F[pool + r.P_SQUARES] += squares
    F[pool + r.P_WAITMAX] = max(F[pool + r.P_WAITMAX], longest)
    F[leg + r.L_N] += float(n)
    F[leg + r.L_WAIT] += total


@jit
def settle(I: Any, F: Any, yard: int, t: float) -> None:
    """Free the slots of a yard whose boxes the cranes have put on board by t."""
    ring, size = I[yard + r.Y_RING], I[yard + r.Y_RINGSIZE]
    head, count = I[yard + r.Y_RINGHEAD], I[yard + r.Y_RINGCOUNT]
    while count > 0 and F[ring + (head & (size - 1))] <= t:
        head += 1
        count -= 1
        I[yard + r.Y_TAKEN] -= 1
    I[yard + r.Y_RINGHEAD] = head
    I[yard + r.Y_RINGCOUNT] = count


@jit
def wake(I: Any, F: Any, yard: int, t: float) -> None:
    """Let the first carrier blocked by a full yard go on, now or when the cranes free the next slot."""
    if I[yard + r.Y_HEAD] == 0 or I[yard + r.Y_WAKE] == 1:
        return
    settle(I, F, yard, t)
    if I[yard + r.Y_TAKEN] < I[yard + r.Y_ROOM]:
        I[yard + r.Y_WAKE] = 1
        work(I, I[yard + r.Y_HEAD])
    elif I[yard + r.Y_RINGCOUNT] > 0 and I[yard + r.Y_WAKE] == 0:
        I[yard + r.Y_WAKE] = 2
        push(I, F, F[I[yard + r.Y_RING] + (I[yard + r.Y_RINGHEAD] & (I[yard + r.Y_RINGSIZE] - 1))], yard)


@jit
def has_room(I: Any, F: Any, yard: int, mine: int, t: float) -> bool:
    """Whether a box may enter a yard: there is a slot, and no carrier waits for one before this carrier."""
    if I[yard + r.Y_HEAD] > 0 and mine != yard:
        return False
    if I[yard + r.Y_TAKEN] >= I[yard + r.Y_ROOM]:
        settle(I, F, yard, t)
    return I[yard + r.Y_TAKEN] < I[yard + r.Y_ROOM]


@jit
def take_room(I: Any, pool: int) -> None:
    """A box enters the yard of a pool, when it has one."""
    yard = I[pool + r.P_YARD]
    if yard > 0:
        I[yard + r.Y_TAKEN] += 1
        I[yard + r.Y_MAX] = max(I[yard + r.Y_MAX], I[yard + r.Y_TAKEN])


@jit
def load_boxes(I: Any, F: Any, pool: int, e: int, n: int, t: float) -> None:
    """Move the first n boxes of a pool aboard a carrier."""
    if n == 0:
        return
    moving = F[e + r.E_MOVING]
    b = I[pool + r.P_HEAD]
    if I[e + r.E_COUNT] == 0:
        I[e + r.E_HEAD] = b
        F[e + r.E_FIRST] = F[b + r.B_SINCE]
    else:
        I[I[e + r.E_TAIL] + r.B_NEXT] = b
    last, leg, line = b, I[b + r.B_LEG], I[pool + r.P_LINE]
    counts, traced = t >= F[r.G_WARM] and t <= F[r.G_END], I[r.H_TRACE] > 0
    alike, total, squares, longest = 0, 0.0, 0.0, 0.0
    for _ in range(n):
        if I[b + r.B_LEG] != leg:
            if counts:
                note_waits(I, F, pool, leg, alike, total, squares, longest)
            leg, alike, total, squares = I[b + r.B_LEG], 0, 0.0, 0.0
        waited = t - F[b + r.B_SINCE]
        alike += 1
        total += waited
        squares += waited * waited
        longest = max(longest, waited)
        F[b + r.B_BOARDED] = moving
        if line > 0:
            note_stay(I, F, line, t - waited, t, 1.0)
        if traced:
            trace(I, F, t, r.BOARDED, I[b + r.B_ID], I[e + r.E_ID], 1)
        last = b
        b = I[b + r.B_NEXT]
    if counts:
        note_waits(I, F, pool, leg, alike, total, squares, longest)
    I[last + r.B_NEXT] = 0
    I[e + r.E_TAIL] = last
    I[e + r.E_COUNT] += n
    I[pool + r.P_HEAD] = b
    I[pool + r.P_COUNT] -= n
    if I[pool + r.P_YARD] > 0:
        I[I[pool + r.P_YARD] + r.Y_TAKEN] -= n
        wake(I, F, I[pool + r.P_YARD], t)
