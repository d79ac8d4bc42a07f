"""The two ends of a run: everything set to its start, and what goes on beyond the end booked up to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.boxes import start_boxes
from daliz.freight.simulate.calendars import open_calendars
from daliz.freight.simulate.customers import serve_all
from daliz.freight.simulate.draws import draw, jit, stream_start
from daliz.freight.simulate.eventlist import push, start_events
from daliz.freight.simulate.memory import enqueue, new_carrier, note_stay
from daliz.freight.simulate.pools import fill_from_sources, next_arrival


@jit
def start(Z: Any, F: Any, seed: int, replication: int) -> None:
    """Set streams, calendars, sources, timetables and fleets to the start of a run."""
    start_events(Z)
    start_boxes(Z)
    for i in range(Z[r.H_NDISTS]):
        d = Z[r.H_DISTS] + i * r.DIST
        Z[d + r.D_STATE] = stream_start(seed, replication, Z[d + r.D_STREAM])
        Z[d + r.D_POS] = r.BLOCK
    for i in range(Z[r.H_NPROCESSES]):
        z = Z[r.H_PROCESSES] + i * r.PROCESS
        Z[z + r.D_STATE] = stream_start(seed, replication, Z[z + r.D_STREAM])
    open_calendars(Z, F)
    for i in range(Z[r.H_NRESOURCES]):
        res = Z[r.H_RESOURCES] + i * r.RESOURCE
        if Z[res + r.R_OTHER] > 0:
            F[res + r.R_OTHERNEXT] = draw(Z, F, Z[res + r.R_OTHER])
    for i in range(Z[r.H_NSOURCES]):
        source = Z[r.H_SOURCES] + i * r.SOURCE_SIZE
        F[source + r.O_NEXT] = next_arrival(Z, F, source, 0.0)
        if Z[source + r.O_AHEAD] == 1 and Z[r.H_TRACE] == 0:
            serve_all(Z, F, source)
        elif Z[source + r.O_POOL] == 0 or Z[Z[source + r.O_POOL] + r.P_MODE] != r.FROM_SOURCES:
            push(Z, F[source + r.O_NEXT], source)
    for i in range(Z[r.H_NPOOLS]):
        pool = Z[r.H_POOLS] + i * r.POOL_SIZE
        if Z[pool + r.P_MODE] == r.FROM_SOURCES:
            fill_from_sources(Z, F, pool)
        elif Z[pool + r.P_NTICKS] > 0 and Z[pool + r.P_START] > 0:
            push(Z, F[Z[pool + r.P_TICKS]], pool)
    for i in range(Z[r.H_NFLEETS]):
        fleet = Z[r.H_FLEETS] + i * r.FLEET
        for _ in range(Z[fleet + r.A_COUNT]):
            e = new_carrier(Z, F, Z[fleet + r.A_STEP], 0.0)
            Z[e + r.E_PRIORITY] = Z[fleet + r.A_PRIORITY]
            enqueue(Z, r.H_NEWHEAD, r.H_NEWTAIL, e)


@jit
def settle_accounts(Z: Any, F: Any) -> None:
    """Book what goes on beyond the end: servers still held, queues still standing."""
    end = F[r.G_END]
    for i in range(Z[r.H_NRESOURCES]):
        res = Z[r.H_RESOURCES] + i * r.RESOURCE
        if Z[res + r.R_KEPT] == 1:
            F[res + r.R_BUSYTIME] += Z[res + r.R_BUSY] * end
        F[res + r.R_AREA] += Z[res + r.R_LENGTH] * (end - F[res + r.R_SINCE])
    for i in range(Z[r.H_NPOOLS]):
        pool = Z[r.H_POOLS] + i * r.POOL_SIZE
        b = Z[pool + r.P_HEAD] if Z[pool + r.P_COUNT] > 0 and Z[pool + r.P_LINE] > 0 else np.int64(0)
        while b > 0:
            if F[b + r.B_SINCE] < end:
                note_stay(Z, F, Z[pool + r.P_LINE], F[b + r.B_SINCE], end + 48.0, 1.0)
            b = Z[b + r.B_NEXT]
