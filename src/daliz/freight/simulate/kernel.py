"""The simulation kernel: carriers go through the steps of a table, event by event.

A carrier is a train, a ship, a lot in a yard or a customer of a textbook queue. What it does next stands in the step that it is at; which
queue it waits in, in the step's resource. Nothing of any corridor is written here. Queues that are served in order, without limit and
without priorities, are reckoned at arrival (Kiefer and Wolfowitz 1955), so that a service is one event; the others are queues of carriers.

Cost: O(log n) an event for n pending events, O(servers) a service. Memory does not grow with the hours simulated.
Source: discrete-event simulation, process view (Law 2015, Simulation Modeling and Analysis, ch. 1-2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from daliz.freight.simulate import records as r
from daliz.freight.simulate.calendars import finish, open_calendars, opening
from daliz.freight.simulate.cranes import first_free, load_by_cranes, serve_units
from daliz.freight.simulate.draws import draw, draw_unit, jit, pointer, stream_start
from daliz.freight.simulate.eventlist import pop, push, start_events
from daliz.freight.simulate.memory import (
    dequeue,
    enqueue,
    first_waiting,
    free_carrier,
    new_carrier,
    note,
    note_stay,
    note_use,
    queue_for,
    trace,
    work,
)
from daliz.freight.simulate.pools import alight, board, deliver, drop, fill_from_sources, next_arrival, pool_fires, source_fires, time_is_up
from daliz.freight.simulate.unloading import unload
from daliz.freight.simulate.yards import wake


@jit
def _serve_in_order(I: Any, F: Any, e: int, s: int, t: float) -> float:
    """Serve at a resource whose queue is served in order; returns the end of the service."""
    res = I[s + r.S_RES]
    hours = draw(I, F, I[s + r.S_DIST])
    calendar = I[res + r.R_CAL]
    start = t
    j = np.int64(0)
    if I[res + r.R_SERVERS] > 0:
        j = I[res + r.R_FREE] + first_free(F, I[res + r.R_FREE], I[res + r.R_SERVERS])
        start = max(t, F[j])
    waited = start - t
    end = start + hours
    if calendar > 0:
        start = opening(I, F, calendar, start, t)
        end = finish(I, F, calendar, start, hours)
    if j > 0:
        F[j] = end
    note(I, F, s, e, t, waited, max(0.0, end - hours - t - waited), hours)
    note_use(F, res, start, end)
    note_stay(I, F, I[res + r.R_LINE], t, t + waited, 1.0)
    return end


@jit
def _begin(I: Any, F: Any, e: int, t: float) -> None:
    """Begin a service at a resource with a queue of carriers."""
    s = I[e + r.E_STEP]
    res = I[s + r.S_RES]
    hours = draw(I, F, I[s + r.S_DIST])
    start, end = t, t + hours
    if I[res + r.R_CAL] > 0:
        start = opening(I, F, I[res + r.R_CAL], t, t)
        end = finish(I, F, I[res + r.R_CAL], start, hours)
    note(I, F, s, e, t, t - F[e + r.E_SINCE], max(0.0, end - hours - t), hours)
    note_use(F, res, start, end)
    note_stay(I, F, I[res + r.R_LINE], F[e + r.E_SINCE], t, 1.0)
    I[e + r.E_PHASE] = r.RESUMES
    push(I, F, end, e)


@jit
def _run_over_line(I: Any, F: Any, e: int, s: int, t: float) -> float:
    """Wait for a slot of a line and run over it; other traffic takes slots in between. Returns the hour of arrival."""
    res = I[s + r.S_RES]
    free, other, slot = I[res + r.R_FREE], I[res + r.R_OTHER], F[res + r.R_SLOT]
    if other > 0:
        if F[res + r.R_OTHERNEXT] < t - F[res + r.R_MEMORY]:  # what passed so long ago no longer matters
            F[res + r.R_OTHERNEXT] = t - F[res + r.R_MEMORY] + draw(I, F, other)
        while F[res + r.R_OTHERNEXT] <= t:
            F[free] = max(F[free], F[res + r.R_OTHERNEXT]) + slot
            F[res + r.R_OTHERNEXT] += draw(I, F, other)
    start = max(t, F[free])
    waited = start - t
    if I[res + r.R_CAL] > 0:
        start = opening(I, F, I[res + r.R_CAL], start, t)
    F[free] = start + slot
    hours = draw(I, F, I[s + r.S_DIST])
    note(I, F, s, e, t, waited, start - t - waited, hours)
    note_use(F, res, start, start + slot)
    note_stay(I, F, I[res + r.R_LINE], t, t + waited, 1.0)
    return start + hours


@jit
def _day_with_quota(I: Any, F: Any, res: int, t: float) -> float:
    """The hour at which a carrier that comes at t may pass: at once, or when the first day with quota left begins."""
    day = np.int64(t / 24.0)
    if day > I[res + r.R_DAY]:
        I[res + r.R_DAY] = day
        I[res + r.R_DAYCOUNT] = 0
    if I[res + r.R_DAYCOUNT] == I[res + r.R_QUOTA]:
        I[res + r.R_DAY] += 1
        I[res + r.R_DAYCOUNT] = 0
    I[res + r.R_DAYCOUNT] += 1
    return max(t, 24.0 * I[res + r.R_DAY])


@jit
def _counted(F: Any, t: float) -> float:
    """An hour, cut to those that count."""
    return min(max(t, F[r.G_WARM]), F[r.G_END])


@jit
def _give_back(I: Any, F: Any, res: int, t: float) -> None:
    """Give a server back, to whoever waits for it."""
    F[res + r.R_BUSYTIME] += _counted(F, t)
    following = first_waiting(I, F, res, t)
    if following == 0:
        I[res + r.R_BUSY] -= 1
        return
    F[res + r.R_BUSYTIME] -= _counted(F, t)
    note(I, F, I[following + r.E_STEP], following, t, t - F[following + r.E_SINCE], 0.0, 0.0)
    note_stay(I, F, I[res + r.R_LINE], F[following + r.E_SINCE], t, 1.0)
    I[following + r.E_PHASE] = r.RESUMES
    work(I, following)


@jit
def _ask_for_server(I: Any, F: Any, e: int, s: int, t: float) -> int:
    """Ask for a server: 1 when it is free, 0 when the carrier waits, -1 when there is no room to wait."""
    res = I[s + r.S_RES]
    F[e + r.E_SINCE] = t
    if I[res + r.R_BUSY] < I[res + r.R_SERVERS]:
        I[res + r.R_BUSY] += 1
        return 1
    if I[res + r.R_LIMIT] > 0 and I[res + r.R_BUSY] + I[res + r.R_LENGTH] >= I[res + r.R_LIMIT]:
        I[res + r.R_LOST] += 1
        return -1
    I[e + r.E_PHASE] = r.WAITS
    queue_for(I, F, res, e, t)
    return 0


@jit
def _leave(I: Any, F: Any, e: int, s: int, t: float) -> None:
    """A carrier ends: its boxes have arrived."""
    b = I[e + r.E_HEAD]
    while b > 0:
        b = deliver(I, F, b, F[e + r.E_MOVING], t)
    note(I, F, s, e, t, t - F[e + r.E_BORN], 0.0, 0.0)
    free_carrier(I, e)


@jit
def _mark(I: Any, F: Any, e: int, s: int, t: float) -> None:
    """Book the time since the carrier last passed this mark: a ship's cycle."""
    last = F[e + r.E_MARK]
    if last >= F[r.G_WARM]:
        F[s + r.S_MARKN] += 1.0
        F[s + r.S_MARKSUM] += t - last
        F[s + r.S_MARKSQ] += (t - last) * (t - last)
    F[e + r.E_MARK] = t


@jit
def _pass_queue(I: Any, F: Any, e: int, s: int, kind: int, t: float) -> int:
    """Steps at resources: 1 go on, 0 wait, -1 turned away. (SERVE, SEIZE, RELEASE, QUOTA, SLOT, UNITS)"""
    res = I[s + r.S_RES]
    if kind == r.SERVE:
        if I[res + r.R_AHEAD] == 0:
            answer = _ask_for_server(I, F, e, s, t)
            if answer == 1:
                _begin(I, F, e, t)
            return min(answer, 0)
        end = _serve_in_order(I, F, e, s, t)
    elif kind == r.SEIZE:
        if I[res + r.R_SERVERS] == 0:
            return 1
        answer = _ask_for_server(I, F, e, s, t)
        if answer == 1:
            F[res + r.R_BUSYTIME] -= _counted(F, t)
            note(I, F, s, e, t, 0.0, 0.0, 0.0)
        return answer
    elif kind == r.RELEASE:
        if I[res + r.R_SERVERS] > 0:
            _give_back(I, F, res, t)
        return 1
    elif kind == r.QUOTA:
        end = _day_with_quota(I, F, res, t)
        note(I, F, s, e, t, end - t, 0.0, 0.0)
        note_stay(I, F, I[res + r.R_LINE], t, end, 1.0)
    elif kind == r.SLOT:
        end = _run_over_line(I, F, e, s, t)
    else:
        serve_units(I, F, e, s, t)
        return 0
    I[e + r.E_PHASE] = r.RESUMES
    push(I, F, end, e)
    return 0


@jit
def _pass_boxes(I: Any, F: Any, e: int, s: int, kind: int, t: float) -> int:
    """Steps that move boxes: 1 go on, 0 wait. (BOARD, ALIGHT, LOAD, UNLOAD, DROP)"""
    if kind == r.BOARD:
        if not board(I, F, e, s, t):
            if I[s + r.S_RES] > 0:  # wait for cargo off the berth
                I[e + r.E_LEFT] = 1
                _give_back(I, F, I[s + r.S_RES], t)
            return 0
        note(I, F, s, e, t, 0.0, 0.0, 0.0)
        return 1
    if kind == r.ALIGHT:
        if not alight(I, F, e, s, t):
            return 0
        _note_alight(I, F, e, s, t)
        return 1
    if kind == r.DROP:
        drop(I, F, e, t)
        free_carrier(I, e)
        return 0
    if kind == r.LOAD:
        pool = I[s + r.S_POOL]
        I[e + r.E_LEFT] = I[s + r.S_SIZE]
        F[e + r.E_LAST] = t
        F[e + r.E_SINCE] = t
        enqueue(I, pool + r.P_WAITHEAD, pool + r.P_WAITTAIL, e)
        load_by_cranes(I, F, pool, t)
        return 0
    unload(I, F, e, s, t)
    return 0


@jit
def _note_alight(I: Any, F: Any, e: int, s: int, t: float) -> None:
    """Book how long a carrier was blocked by a full yard; boxes that left have been booked one by one."""
    left = float(I[e + r.E_COUNT])
    blocked = t - F[e + r.E_SINCE]
    if t < F[r.G_WARM]:
        return
    F[s + r.S_N] += 1.0
    F[s + r.S_WAIT] += blocked
    F[s + r.S_SQUARES] += blocked * blocked
    F[s + r.S_WAITMAX] = max(F[s + r.S_WAITMAX], blocked)
    F[s + r.S_BOXES] += left
    F[s + r.S_BOXWAIT] += left * blocked


@jit
def _pass_time(I: Any, F: Any, e: int, s: int, kind: int, t: float) -> int:
    """Steps that take time alone: 1 go on, 0 wait. (DELAY, GATE)"""
    calendar = I[s + r.S_CAL]
    start = opening(I, F, calendar, t, t) if calendar > 0 else t
    end, hours = start, 0.0
    if kind == r.DELAY:
        hours = draw(I, F, I[s + r.S_DIST])
        end = finish(I, F, calendar, start, hours) if calendar > 0 else start + hours
    note(I, F, s, e, t, 0.0, max(0.0, end - t - hours), hours)
    if end <= t:
        return 1
    I[e + r.E_PHASE] = r.RESUMES
    push(I, F, end, e)
    return 0


@jit
def _resume(I: Any, F: Any, e: int, s: int, kind: int, t: float) -> int:
    """A carrier's time at a step is over: 1 go on, -1 go to the other step (it gave its berth up while it waited for cargo)."""
    I[e + r.E_PHASE] = r.ENTERS
    if kind == r.SERVE and I[I[s + r.S_RES] + r.R_AHEAD] == 0:
        res = I[s + r.S_RES]
        following = first_waiting(I, F, res, t)
        if following > 0:
            _begin(I, F, following, t)
        else:
            I[res + r.R_BUSY] -= 1
    elif kind == r.SEIZE:
        return 1  # what it waited was booked when the server was given
    elif kind == r.BOARD:
        note(I, F, s, e, t, t - F[e + r.E_SINCE], 0.0, 0.0)
        if I[e + r.E_LEFT] == 1:
            I[e + r.E_LEFT] = 0
            return -1
    elif kind == r.LOAD:
        note(I, F, s, e, t, 0.0, 0.0, t - F[e + r.E_SINCE])
    return 1


@jit
def _go(I: Any, F: Any, e: int, t: float) -> None:
    """Let a carrier go on until something takes time."""
    passed = 0
    while True:
        s = I[e + r.E_STEP]
        kind = I[s + r.S_KIND]
        answer = np.int64(1)
        if I[e + r.E_PHASE] == r.RESUMES:
            answer = np.int64(_resume(I, F, e, s, kind, t))
        else:
            if I[e + r.E_PHASE] == r.ENTERS:
                trace(I, F, t, r.ENTERED, I[e + r.E_ID], s, I[e + r.E_COUNT])
            if kind == r.END:
                _leave(I, F, e, s, t)
                return
            if kind == r.DELAY or kind == r.GATE:
                answer = np.int64(_pass_time(I, F, e, s, kind, t))
            elif kind == r.BRANCH:
                I[e + r.E_STEP] = I[s + (r.S_NEXT if draw_unit(I, I[s + r.S_DIST]) < F[s + r.S_SHARE] else r.S_OTHER)]
                continue
            elif kind >= r.BOARD and kind <= r.UNLOAD or kind == r.DROP:
                answer = np.int64(_pass_boxes(I, F, e, s, kind, t))
            else:
                answer = np.int64(_pass_queue(I, F, e, s, kind, t))
            if answer == 0:
                return
            I[e + r.E_PHASE] = r.ENTERS
        if answer > 0:
            trace(I, F, t, r.LEFT, I[e + r.E_ID], s, I[e + r.E_COUNT])
            if I[s + r.S_MARK] == 1:
                _mark(I, F, e, s, t)
        I[e + r.E_STEP] = I[s + (r.S_NEXT if answer > 0 else r.S_OTHER)]
        passed += 1
        if passed > 100_000:  # a ring of steps none of which takes time
            I[r.H_ERROR] = r.STUCK
            return


@jit
def _start(I: Any, F: Any, seed: int, replication: int) -> None:
    """Set streams, calendars, sources, timetables and fleets to the start of a run."""
    start_events(I, F)
    for i in range(I[r.H_NDISTS]):
        d = I[r.H_DISTS] + i * r.DIST
        I[d + r.D_STATE] = stream_start(seed, replication, I[d + r.D_STREAM])
        I[d + r.D_POS] = r.BLOCK
    for i in range(I[r.H_NPROCESSES]):
        z = I[r.H_PROCESSES] + i * r.PROCESS
        I[z + r.D_STATE] = stream_start(seed, replication, I[z + r.D_STREAM])
    open_calendars(I, F)
    for i in range(I[r.H_NRESOURCES]):
        res = I[r.H_RESOURCES] + i * r.RESOURCE
        if I[res + r.R_OTHER] > 0:
            F[res + r.R_OTHERNEXT] = draw(I, F, I[res + r.R_OTHER])
    for i in range(I[r.H_NSOURCES]):
        source = I[r.H_SOURCES] + i * r.SOURCE_SIZE
        F[source + r.O_NEXT] = next_arrival(I, F, source, 0.0)
        if I[source + r.O_POOL] == 0 or I[I[source + r.O_POOL] + r.P_MODE] != r.FROM_SOURCES:
            push(I, F, F[source + r.O_NEXT], source)
    for i in range(I[r.H_NPOOLS]):
        pool = I[r.H_POOLS] + i * r.POOL_SIZE
        if I[pool + r.P_MODE] == r.FROM_SOURCES:
            fill_from_sources(I, F, pool)
        elif I[pool + r.P_NTICKS] > 0 and I[pool + r.P_START] > 0:
            push(I, F, F[I[pool + r.P_TICKS]], pool)
    for i in range(I[r.H_NFLEETS]):
        fleet = I[r.H_FLEETS] + i * r.FLEET
        for _ in range(I[fleet + r.A_COUNT]):
            e = new_carrier(I, F, I[fleet + r.A_STEP], 0.0)
            I[e + r.E_PRIORITY] = I[fleet + r.A_PRIORITY]
            enqueue(I, r.H_NEWHEAD, r.H_NEWTAIL, e)


@jit
def _settle_accounts(I: Any, F: Any) -> None:
    """Book what goes on beyond the end: servers still held, queues still standing."""
    end = F[r.G_END]
    for i in range(I[r.H_NRESOURCES]):
        res = I[r.H_RESOURCES] + i * r.RESOURCE
        if I[res + r.R_KEPT] == 1:
            F[res + r.R_BUSYTIME] += I[res + r.R_BUSY] * end
        F[res + r.R_AREA] += I[res + r.R_LENGTH] * (end - F[res + r.R_SINCE])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def run(ints: Any, floats: Any, seed: int, replication: int) -> int:
    """Run one replication over arenas of int64 and float64, as laid out by `layout`; returns an error of `records`, 0 for none."""
    I, F = pointer(ints), pointer(floats)
    _start(I, F, seed, replication)
    t = 0.0
    while I[r.H_ERROR] == 0:
        while (I[r.H_WORK] > 0 or I[r.H_NEWHEAD] > 0) and I[r.H_ERROR] == 0:
            if I[r.H_WORK] > 0:
                I[r.H_WORK] -= 1
                _go(I, F, I[I[r.H_WORKBASE] + I[r.H_WORK]], t)
            else:
                _go(I, F, dequeue(I, r.H_NEWHEAD, r.H_NEWTAIL), t)
        slot = pop(I, F)
        t = F[slot]
        if t > F[r.G_END]:
            break
        address = I[slot + 1]
        what = I[address]
        I[r.H_FIRED] += 1
        I[r.H_EVENTS] += 1
        if what == r.CARRIER:
            _go(I, F, address, t)
        elif what == r.SOURCE:
            source_fires(I, F, address, t)
        elif what == r.POOL:
            pool_fires(I, F, address, t)
        elif what == r.TIMER:
            time_is_up(I, F, address, t)
            free_carrier(I, address)
        else:
            if I[address + r.Y_WAKE] == 2:
                I[address + r.Y_WAKE] = 0
            wake(I, F, address, t)
    _settle_accounts(I, F)
    return I[r.H_ERROR]
