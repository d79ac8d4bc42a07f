"""Cranes: boxes served one by one, a whole train or ship at a time.

Cranes take boxes in a fixed order, so each box's start follows from the hours at which the cranes become free, and a carrier is one event
rather than one event a box. Exact for queues that are served in order. Source: Kiefer and Wolfowitz (1955); cost: O(cranes) a box.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.calendars import finish, opening
from daliz.freight.simulate.draws import draw, jit
from daliz.freight.simulate.eventlist import push
from daliz.freight.simulate.memory import dequeue, note, note_stay, trace
from daliz.freight.simulate.yards import note_waits, wake


@jit
def first_free(F: Any, free: int, servers: int) -> Any:
    """The server that is free first."""
    best = np.int64(0)
    time = F[free]
    for i in range(1, servers):
        x = F[free + i]
        earlier = x < time
        time = x if earlier else time
        best = np.int64(i) if earlier else best
    return best


@jit
def serve_units(Z: Any, F: Any, e: int, s: int, t: float) -> None:
    """Serve every box of a carrier that came at t; it goes on with its last."""
    res = Z[s + r.S_RES]
    free, servers, dist, calendar = Z[res + r.R_FREE], Z[res + r.R_SERVERS], Z[s + r.S_DIST], Z[res + r.R_CAL]
    first, last, waits, busy = np.inf, t, 0.0, 0.0
    for _ in range(Z[e + r.E_COUNT]):
        j = free + first_free(F, free, servers)
        start = max(t, F[j])
        hours = draw(Z, F, dist)
        if calendar > 0:
            start = opening(Z, F, calendar, start, t)
            end = finish(Z, F, calendar, start, hours)
        else:
            end = start + hours
        F[j] = end
        first = min(first, start)
        last = max(last, end)
        waits += start - t
        busy += hours
    Z[r.H_EVENTS] += Z[e + r.E_COUNT]
    if t >= F[r.G_WARM] and t <= F[r.G_END]:
        F[s + r.S_UNITS] += float(Z[e + r.E_COUNT])
        F[s + r.S_UNITWAIT] += waits
    first = min(first, last)
    F[res + r.R_BUSYTIME] += busy if t >= F[r.G_WARM] and last <= F[r.G_END] else 0.0
    note(Z, F, s, e, t, first - t, 0.0, last - first)
    Z[e + r.E_PHASE] = r.RESUMES
    push(Z, last, e)


@jit
def free_slot_at(Z: Any, F: Any, yard: int, time: float) -> None:
    """Remember that a slot of the yard becomes free at a later hour; the ring stays in the order of time."""
    ring, size = Z[yard + r.Y_RING], Z[yard + r.Y_RINGSIZE]
    head, i = Z[yard + r.Y_RINGHEAD], Z[yard + r.Y_RINGCOUNT]
    if i == size:
        Z[r.H_ERROR] = r.RING_FULL
        return
    Z[yard + r.Y_RINGCOUNT] = i + 1
    while i > 0 and F[ring + ((head + i - 1) & (size - 1))] > time:
        F[ring + ((head + i) & (size - 1))] = F[ring + ((head + i - 1) & (size - 1))]
        i -= 1
    F[ring + ((head + i) & (size - 1))] = time


@jit
def load_by_cranes(Z: Any, F: Any, pool: int, t: float) -> None:
    """Give every box that a ship at berth will take its crane and hour; a full ship sails with its last box on board."""
    res, yard = Z[pool + r.P_CRANES], Z[pool + r.P_YARD]
    free, servers = Z[res + r.R_FREE], Z[res + r.R_SERVERS]
    while Z[pool + r.P_COUNT] > 0 and Z[pool + r.P_WAITHEAD] > 0:
        e = Z[pool + r.P_WAITHEAD]
        dist = Z[Z[e + r.E_STEP] + r.S_DIST]
        n = min(Z[e + r.E_LEFT], Z[pool + r.P_COUNT])
        b = Z[pool + r.P_HEAD]
        if Z[e + r.E_COUNT] == 0:
            Z[e + r.E_HEAD] = b
        else:
            Z[Z[e + r.E_TAIL] + r.B_NEXT] = b
        moving, tail, leg, line, last = F[e + r.E_MOVING], b, Z[b + r.B_LEG], Z[pool + r.P_LINE], F[e + r.E_LAST]
        alike, total, squares, longest, busy = 0, 0.0, 0.0, 0.0, 0.0
        for _ in range(n):
            if Z[b + r.B_LEG] != leg:
                note_waits(Z, F, pool, leg, alike, total, squares, longest)
                leg, alike, total, squares = Z[b + r.B_LEG], 0, 0.0, 0.0
            j = free + first_free(F, free, servers)
            start = max(t, F[j])
            hours = draw(Z, F, dist)
            end = start + hours
            F[j] = end
            if start >= F[r.G_WARM] and start <= F[r.G_END]:
                waited = start - F[b + r.B_SINCE]
                alike += 1
                total += waited
                squares += waited * waited
                longest = max(longest, waited)
                busy += min(hours, F[r.G_END] - start)
            F[b + r.B_BOARDED] = moving
            last = max(last, end)
            if line > 0:
                note_stay(Z, F, line, F[b + r.B_SINCE], start, 1.0)
            if Z[r.H_TRACE] > 0:
                trace(Z, F, end, r.BOARDED, Z[b + r.B_ID], Z[e + r.E_ID], 1)
            if yard > 0:
                free_slot_at(Z, F, yard, end)
            tail = b
            b = Z[b + r.B_NEXT]
        note_waits(Z, F, pool, leg, alike, total, squares, longest)
        F[res + r.R_BUSYTIME] += busy
        F[e + r.E_LAST] = last
        Z[r.H_EVENTS] += n
        Z[tail + r.B_NEXT] = 0
        Z[e + r.E_TAIL] = tail
        Z[e + r.E_COUNT] += n
        Z[e + r.E_LEFT] -= n
        Z[pool + r.P_HEAD] = b
        Z[pool + r.P_COUNT] -= n
        if Z[e + r.E_LEFT] == 0:
            dequeue(Z, pool + r.P_WAITHEAD, pool + r.P_WAITTAIL)
            Z[e + r.E_PHASE] = r.RESUMES
            push(Z, F[e + r.E_LAST], e)
    if yard > 0:
        wake(Z, F, yard, t)
