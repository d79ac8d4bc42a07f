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
def first_free(F: Any, free: int, servers: int) -> int:
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
def serve_units(I: Any, F: Any, e: int, s: int, t: float) -> None:
    """Serve every box of a carrier that came at t; it goes on with its last."""
    res = I[s + r.S_RES]
    free, servers, dist, calendar = I[res + r.R_FREE], I[res + r.R_SERVERS], I[s + r.S_DIST], I[res + r.R_CAL]
    first, last, waits, busy = np.inf, t, 0.0, 0.0
    for _ in range(I[e + r.E_COUNT]):
        j = free + first_free(F, free, servers)
        start = max(t, F[j])
        hours = draw(I, F, dist)
        if calendar > 0:
            start = opening(I, F, calendar, start, t)
            end = finish(I, F, calendar, start, hours)
        else:
            end = start + hours
        F[j] = end
        first = min(first, start)
        last = max(last, end)
        waits += start - t
        busy += hours
    I[r.H_EVENTS] += I[e + r.E_COUNT]
    if t >= F[r.G_WARM] and t <= F[r.G_END]:
        F[s + r.S_UNITS] += float(I[e + r.E_COUNT])
        F[s + r.S_UNITWAIT] += waits
    first = min(first, last)
    F[res + r.R_BUSYTIME] += busy if t >= F[r.G_WARM] and last <= F[r.G_END] else 0.0
    note(I, F, s, e, t, first - t, 0.0, last - first)
    I[e + r.E_PHASE] = r.RESUMES
    push(I, F, last, e)


@jit
def free_slot_at(I: Any, F: Any, yard: int, time: float) -> None:
    """Remember that a slot of the yard becomes free at a later hour; the ring stays in the order of time."""
    ring, size = I[yard + r.Y_RING], I[yard + r.Y_RINGSIZE]
    head, i = I[yard + r.Y_RINGHEAD], I[yard + r.Y_RINGCOUNT]
    if i == size:
        I[r.H_ERROR] = r.RING_FULL
        return
    I[yard + r.Y_RINGCOUNT] = i + 1
    while i > 0 and F[ring + ((head + i - 1) & (size - 1))] > time:
        F[ring + ((head + i) & (size - 1))] = F[ring + ((head + i - 1) & (size - 1))]
        i -= 1
    F[ring + ((head + i) & (size - 1))] = time


@jit
def load_by_cranes(I: Any, F: Any, pool: int, t: float) -> None:
    """Give every box that a ship at berth will take its crane and hour; a full ship sails with its last box on board."""
    res, yard = I[pool + r.P_CRANES], I[pool + r.P_YARD]
    free, servers = I[res + r.R_FREE], I[res + r.R_SERVERS]
    while I[pool + r.P_COUNT] > 0 and I[pool + r.P_WAITHEAD] > 0:
        e = I[pool + r.P_WAITHEAD]
        dist = I[I[e + r.E_STEP] + r.S_DIST]
        n = min(I[e + r.E_LEFT], I[pool + r.P_COUNT])
        b = I[pool + r.P_HEAD]
        if I[e + r.E_COUNT] == 0:
            I[e + r.E_HEAD] = b
        else:
            I[I[e + r.E_TAIL] + r.B_NEXT] = b
        moving, tail, leg, line, last = F[e + r.E_MOVING], b, I[b + r.B_LEG], I[pool + r.P_LINE], F[e + r.E_LAST]
        alike, total, squares, longest, busy = 0, 0.0, 0.0, 0.0, 0.0
        for _ in range(n):
            if I[b + r.B_LEG] != leg:
                note_waits(I, F, pool, leg, alike, total, squares, longest)
                leg, alike, total, squares = I[b + r.B_LEG], 0, 0.0, 0.0
            j = free + first_free(F, free, servers)
            start = max(t, F[j])
            hours = draw(I, F, dist)
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
                note_stay(I, F, line, F[b + r.B_SINCE], start, 1.0)
            if I[r.H_TRACE] > 0:
                trace(I, F, end, r.BOARDED, I[b + r.B_ID], I[e + r.E_ID], 1)
            if yard > 0:
                free_slot_at(I, F, yard, end)
            tail = b
            b = I[b + r.B_NEXT]
        note_waits(I, F, pool, leg, alike, total, squares, longest)
        F[res + r.R_BUSYTIME] += busy
        F[e + r.E_LAST] = last
        I[r.H_EVENTS] += n
        I[tail + r.B_NEXT] = 0
        I[e + r.E_TAIL] = tail
        I[e + r.E_COUNT] += n
        I[e + r.E_LEFT] -= n
        I[pool + r.P_HEAD] = b
        I[pool + r.P_COUNT] -= n
        if I[e + r.E_LEFT] == 0:
            dequeue(I, pool + r.P_WAITHEAD, pool + r.P_WAITTAIL)
            I[e + r.E_PHASE] = r.RESUMES
            push(I, F, F[e + r.E_LAST], e)
    if yard > 0:
        wake(I, F, yard, t)
