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
def unload(Z: Any, F: Any, e: int, s: int, t: float) -> None:
    """Unload a ship that came to berth at t; it goes on with its last box ashore."""
    if Z[e + r.E_COUNT] == 0:
        last = t
    elif Z[s + r.S_RULE] == 1:
        last = _into_trains(Z, F, e, s, t)
    else:
        last = _box_by_box(Z, F, e, s, t)
    note(Z, F, s, e, t, 0.0, 0.0, last - t)
    Z[e + r.E_COUNT] = 0
    Z[e + r.E_HEAD] = 0
    Z[e + r.E_PHASE] = r.RESUMES
    push(Z, last, e)


@jit
def _box_by_box(Z: Any, F: Any, e: int, s: int, t: float) -> float:
    """Each box lands as an event of its own."""
    res = Z[s + r.S_RES]
    free, servers, dist = Z[res + r.R_FREE], Z[res + r.R_SERVERS], Z[s + r.S_DIST]
    b, last = Z[e + r.E_HEAD], t
    while b > 0:
        following = Z[b + r.B_NEXT]
        j = free + first_free(F, free, servers)
        start = max(t, F[j])
        end = start + draw(Z, F, dist)
        F[j] = end
        note_use(F, res, start, end)
        last = max(last, end)
        lot = new_carrier(Z, F, Z[s + r.S_OTHER], t)
        leg = Z[b + r.B_LEG] + r.LEG
        F[b + r.B_MOVING] += F[e + r.E_MOVING] - F[b + r.B_BOARDED]
        F[b + r.B_BOARDED] = 0.0
        Z[b + r.B_NEXT] = 0
        if Z[leg + r.L_POOL] > 0:
            Z[b + r.B_LEG] = leg
        Z[lot + r.E_YARD] = Z[leg + r.L_POOL]
        Z[lot + r.E_HEAD] = b
        Z[lot + r.E_TAIL] = b
        Z[lot + r.E_COUNT] = 1
        Z[lot + r.E_LEFT] = 1
        push(Z, end, lot)
        b = following
    return last


@jit
def _into_trains(Z: Any, F: Any, e: int, s: int, t: float) -> float:
    """Unload into a pool that this step alone feeds: the trains that form are scheduled at once.

    Boxes land in the order of their ends; departures of the timetable up to then are made in between.
    """
    res, pool = Z[s + r.S_RES], Z[s + r.S_POOL]
    free, servers, dist = Z[res + r.R_FREE], Z[res + r.R_SERVERS], Z[s + r.S_DIST]
    held = free + servers  # the box at each crane
    size, ticks = Z[pool + r.P_SIZE], Z[pool + r.P_TICKS]
    left, b = Z[e + r.E_COUNT], Z[e + r.E_HEAD]
    moving, used, end = F[e + r.E_MOVING], 0.0, t
    Z[r.H_EVENTS] += left
    busy = min(servers, left)
    for i in range(servers):
        F[free + i] = np.inf
    for i in range(busy):
        hours = draw(Z, F, dist)
        used += hours
        F[free + i] = t + hours
        Z[held + i] = b
        b = Z[b + r.B_NEXT]
    left -= busy
    while busy > 0:
        j = first_free(F, free, servers)
        end, box = F[free + j], Z[held + j]
        if left > 0:
            hours = draw(Z, F, dist)
            used += hours
            F[free + j] = end + hours
            Z[held + j] = b
            b = Z[b + r.B_NEXT]
            left -= 1
        else:
            F[free + j] = np.inf
            busy -= 1
        while Z[pool + r.P_TICK] < Z[pool + r.P_NTICKS] and F[ticks + Z[pool + r.P_TICK]] < end:
            if Z[pool + r.P_COUNT] > 0:
                tick = F[ticks + Z[pool + r.P_TICK]]
                push(Z, tick, form(Z, F, pool, tick))
            Z[pool + r.P_TICK] += 1
        F[box + r.B_MOVING] += moving - F[box + r.B_BOARDED]
        Z[box + r.B_LEG] += r.LEG
        append(Z, F, pool, box, end)
        if Z[pool + r.P_COUNT] == size and Z[pool + r.P_FULL] == 1:
            push(Z, end, form(Z, F, pool, end))
    F[res + r.R_BUSYTIME] += used if t >= F[r.G_WARM] and end <= F[r.G_END] else 0.0
    for i in range(servers):
        F[free + i] = end
    return end
