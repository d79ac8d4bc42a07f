"""Unloading by cranes: box by box, into trains that form as the boxes land."""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.cranes import first_free
from daliz.freight.simulate.draws import draw, jit
from daliz.freight.simulate.eventlist import push
from daliz.freight.simulate.memory import new_carrier, note, note_use
from daliz.freight.simulate.pools import form
from daliz.freight.simulate.yards import append


@jit
def unload(I: Any, F: Any, e: int, s: int, t: float) -> None:
    """Unload a ship that came to berth at t; it goes on with its last box ashore."""
    if I[e + r.E_COUNT] == 0:
        last = t
    elif I[s + r.S_RULE] == 1:
        last = _into_trains(I, F, e, s, t)
    else:
        last = _box_by_box(I, F, e, s, t)
    note(I, F, s, e, t, 0.0, 0.0, last - t)
    I[e + r.E_COUNT] = 0
    I[e + r.E_HEAD] = 0
    I[e + r.E_PHASE] = r.RESUMES
    push(I, F, last, e)


@jit
def _box_by_box(I: Any, F: Any, e: int, s: int, t: float) -> float:
    """Each box lands as an event of its own."""
    res = I[s + r.S_RES]
    free, servers, dist = I[res + r.R_FREE], I[res + r.R_SERVERS], I[s + r.S_DIST]
    b, last = I[e + r.E_HEAD], t
    while b > 0:
        following = I[b + r.B_NEXT]
        j = free + first_free(F, free, servers)
        start = max(t, F[j])
        end = start + draw(I, F, dist)
        F[j] = end
        note_use(F, res, start, end)
        last = max(last, end)
        lot = new_carrier(I, F, I[s + r.S_OTHER], t)
        leg = I[b + r.B_LEG] + r.LEG
        F[b + r.B_MOVING] += F[e + r.E_MOVING] - F[b + r.B_BOARDED]
        F[b + r.B_BOARDED] = 0.0
        I[b + r.B_NEXT] = 0
        if I[leg + r.L_POOL] > 0:
            I[b + r.B_LEG] = leg
        I[lot + r.E_YARD] = I[leg + r.L_POOL]
        I[lot + r.E_HEAD] = b
        I[lot + r.E_TAIL] = b
        I[lot + r.E_COUNT] = 1
        I[lot + r.E_LEFT] = 1
        push(I, F, end, lot)
        b = following
    return last


@jit
def _into_trains(I: Any, F: Any, e: int, s: int, t: float) -> float:
    """Unload into a pool that this step alone feeds: the trains that form are scheduled at once.

    Boxes land in the order of their ends; departures of the timetable up to then are made in between.
    """
    res, pool = I[s + r.S_RES], I[s + r.S_POOL]
    free, servers, dist = I[res + r.R_FREE], I[res + r.R_SERVERS], I[s + r.S_DIST]
    size, ticks = I[pool + r.P_SIZE], I[pool + r.P_TICKS]
    left, b = I[e + r.E_COUNT], I[e + r.E_HEAD]
    moving, used, end = F[e + r.E_MOVING], 0.0, t
    I[r.H_EVENTS] += left
    busy = min(servers, left)
    for i in range(servers):
        F[free + i] = np.inf
    for i in range(busy):
        hours = draw(I, F, dist)
        used += hours
        F[free + i] = t + hours
        I[free + i] = b
        b = I[b + r.B_NEXT]
    left -= busy
    while busy > 0:
        j = free + first_free(F, free, servers)
        end, box = F[j], I[j]
        if left > 0:
            hours = draw(I, F, dist)
            used += hours
            F[j] = end + hours
            I[j] = b
            b = I[b + r.B_NEXT]
            left -= 1
        else:
            F[j] = np.inf
            busy -= 1
        while I[pool + r.P_TICK] < I[pool + r.P_NTICKS] and F[ticks + I[pool + r.P_TICK]] < end:
            if I[pool + r.P_COUNT] > 0:
                tick = F[ticks + I[pool + r.P_TICK]]
                push(I, F, tick, form(I, F, pool, tick))
            I[pool + r.P_TICK] += 1
        F[box + r.B_MOVING] += moving - F[box + r.B_BOARDED]
        I[box + r.B_LEG] += r.LEG
        append(I, F, pool, box, end)
        if I[pool + r.P_COUNT] == size and I[pool + r.P_FULL] == 1:
            push(I, F, end, form(I, F, pool, end))
    F[res + r.R_BUSYTIME] += used if t >= F[r.G_WARM] and end <= F[r.G_END] else 0.0
    for i in range(servers):
        F[free + i] = end
    return end
