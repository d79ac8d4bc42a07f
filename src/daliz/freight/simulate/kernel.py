"""The simulation kernel: carriers go through the steps of a table, event by event.

A carrier is a train, a ship, a lot in a yard or a customer of a textbook queue. What it does next stands in the step that it is at; which
queue it waits in, in the step's resource. Nothing of any corridor is written here. Queues that are served in order, without limit and
without priorities, are reckoned at arrival (Kiefer and Wolfowitz 1955), so that a service is one event; the others are queues of carriers.

Cost: O(log n) an event for n pending events, O(servers) a service. Memory does not grow with the hours simulated.
Source: discrete-event simulation, process view (Law 2015, Simulation Modeling and Analysis, ch. 1-2).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from daliz.freight.simulate import records as r
from daliz.freight.simulate.arriving import alight, deliver, drop
from daliz.freight.simulate.calendars import finish, opening
from daliz.freight.simulate.cranes import first_free, load_by_cranes, serve_units
from daliz.freight.simulate.draws import draw, draw_unit, jit, pointer
from daliz.freight.simulate.ends import settle_accounts, start
from daliz.freight.simulate.eventlist import pop, push
from daliz.freight.simulate.memory import (
    dequeue,
    enqueue,
    first_waiting,
    free_carrier,
    note,
    note_stay,
    note_use,
    queue_for,
    trace,
    work,
)
from daliz.freight.simulate.pools import board, pool_fires, source_fires, time_is_up
from daliz.freight.simulate.unloading import unload
from daliz.freight.simulate.yards import wake

FILES = (
    *("arriving", "boxes", "calendars", "cranes", "customers", "draws", "ends", "eventlist", "memory", "pools", "records"),
    *("unloading", "yards"),
)
MOST_AT_ONCE = 100_000  # steps in one go; more without time are a ring
WAITS, TURNED_AWAY = np.inf, -1.0  # instead of the hour at which a carrier goes on


@jit
def _serve_in_order(Z: Any, F: Any, e: int, s: int, t: float) -> float:
    """Serve at a resource whose queue is served in order; returns the end of the service."""
    res = Z[s + r.S_RES]
    hours = draw(Z, F, Z[s + r.S_DIST])
    calendar = Z[res + r.R_CAL]
    start = t
    j = np.int64(0)
    if Z[res + r.R_SERVERS] > 0:
        j = Z[res + r.R_FREE] + first_free(F, Z[res + r.R_FREE], Z[res + r.R_SERVERS])
        start = max(t, F[j])
    waited, closed = start - t, 0.0
    end = start + hours
    if calendar > 0:
        start = opening(Z, F, calendar, start, t)
        end = finish(Z, F, calendar, start, hours)
        closed = max(0.0, end - hours - t - waited)
    if j > 0:
        F[j] = end
    note(Z, F, s, e, t, waited, closed, hours)
    note_use(F, res, start, end)
    note_stay(Z, F, Z[res + r.R_LINE], t, t + waited, 1.0)
    return end


@jit
def _begin(Z: Any, F: Any, e: int, t: float) -> None:
    """Begin a service at a resource with a queue of carriers."""
    s = Z[e + r.E_STEP]
    res = Z[s + r.S_RES]
    hours = draw(Z, F, Z[s + r.S_DIST])
    start, end, closed = t, t + hours, 0.0
    if Z[res + r.R_CAL] > 0:
        start = opening(Z, F, Z[res + r.R_CAL], t, t)
        end = finish(Z, F, Z[res + r.R_CAL], start, hours)
        closed = max(0.0, end - hours - t)
    note(Z, F, s, e, t, t - F[e + r.E_SINCE], closed, hours)
    note_use(F, res, start, end)
    note_stay(Z, F, Z[res + r.R_LINE], F[e + r.E_SINCE], t, 1.0)
    Z[e + r.E_PHASE] = r.RESUMES
    push(Z, end, e)


@jit
def _run_over_line(Z: Any, F: Any, e: int, s: int, t: float) -> float:
    """Wait for a slot of a line and run over it; other traffic takes slots in between. Returns the hour of arrival."""
    res = Z[s + r.S_RES]
    free, other, slot = Z[res + r.R_FREE], Z[res + r.R_OTHER], F[res + r.R_SLOT]
    clear = F[free]
    if other > 0:
        following = F[res + r.R_OTHERNEXT]
        if following < t - F[res + r.R_MEMORY]:  # what passed so long ago no longer matters
            following = t - F[res + r.R_MEMORY] + draw(Z, F, other)
        while following <= t:
            clear = max(clear, following) + slot
            following += draw(Z, F, other)
        F[res + r.R_OTHERNEXT] = following
    start = max(t, clear)
    waited = start - t
    if Z[res + r.R_CAL] > 0:
        start = opening(Z, F, Z[res + r.R_CAL], start, t)
    F[free] = start + slot
    hours = draw(Z, F, Z[s + r.S_DIST])
    note(Z, F, s, e, t, waited, start - t - waited, hours)
    note_use(F, res, start, start + slot)
    note_stay(Z, F, Z[res + r.R_LINE], t, t + waited, 1.0)
    return start + hours


@jit
def _day_with_quota(Z: Any, F: Any, res: int, t: float) -> float:
    """The hour at which a carrier that comes at t may pass: at once, or when the first day with quota left begins."""
    day = np.int64(t / 24.0)
    if day > Z[res + r.R_DAY]:
        Z[res + r.R_DAY] = day
        Z[res + r.R_DAYCOUNT] = 0
    if Z[res + r.R_DAYCOUNT] == Z[res + r.R_QUOTA]:
        Z[res + r.R_DAY] += 1
        Z[res + r.R_DAYCOUNT] = 0
    Z[res + r.R_DAYCOUNT] += 1
    return max(t, 24.0 * Z[res + r.R_DAY])


@jit
def _counted(F: Any, t: float) -> float:
    """An hour, cut to those that count."""
    return min(max(t, F[r.G_WARM]), F[r.G_END])


@jit
def _give_back(Z: Any, F: Any, res: int, t: float) -> None:
    """Give a server back, to whoever waits for it."""
    F[res + r.R_BUSYTIME] += _counted(F, t)
    following = first_waiting(Z, F, res, t)
    if following == 0:
        Z[res + r.R_BUSY] -= 1
        return
    F[res + r.R_BUSYTIME] -= _counted(F, t)
    note(Z, F, Z[following + r.E_STEP], following, t, t - F[following + r.E_SINCE], 0.0, 0.0)
    note_stay(Z, F, Z[res + r.R_LINE], F[following + r.E_SINCE], t, 1.0)
    Z[following + r.E_PHASE] = r.RESUMES
    work(Z, following)


@jit
def _ask_for_server(Z: Any, F: Any, e: int, s: int, t: float) -> float:
    """Ask for a server; returns when the carrier goes on: now, when it is called (WAITS), or never (TURNED_AWAY)."""
    res = Z[s + r.S_RES]
    F[e + r.E_SINCE] = t
    if Z[res + r.R_BUSY] < Z[res + r.R_SERVERS]:
        Z[res + r.R_BUSY] += 1
        return t
    if Z[res + r.R_LIMIT] > 0 and Z[res + r.R_BUSY] + Z[res + r.R_LENGTH] >= Z[res + r.R_LIMIT]:
        Z[res + r.R_LOST] += 1
        return TURNED_AWAY
    Z[e + r.E_PHASE] = r.WAITS
    queue_for(Z, F, res, e, t)
    return WAITS


@jit
def _leave(Z: Any, F: Any, e: int, s: int, t: float) -> None:
    """A carrier ends: its boxes have arrived."""
    b = Z[e + r.E_HEAD]
    while b > 0:
        b = deliver(Z, F, b, F[e + r.E_MOVING], t)
    note(Z, F, s, e, t, t - F[e + r.E_BORN], 0.0, 0.0)
    free_carrier(Z, e)


@jit
def _mark(Z: Any, F: Any, e: int, s: int, t: float) -> None:
    """Book the time since the carrier last passed this mark: a ship's cycle."""
    last = F[e + r.E_MARK]
    if last >= F[r.G_WARM]:
        F[s + r.S_MARKN] += 1.0
        F[s + r.S_MARKSUM] += t - last
        F[s + r.S_MARKSQ] += (t - last) * (t - last)
    F[e + r.E_MARK] = t


@jit
def _pass_queue(Z: Any, F: Any, e: int, s: int, kind: int, t: float) -> float:
    """Steps at resources: returns when the carrier goes on. (SERVE, SEIZE, RELEASE, QUOTA, SLOT, UNITS)"""
    res = Z[s + r.S_RES]
    if kind == r.SLOT:
        return _run_over_line(Z, F, e, s, t)
    if kind == r.SERVE:
        if Z[res + r.R_AHEAD] == 1:
            return _serve_in_order(Z, F, e, s, t)
        goes = _ask_for_server(Z, F, e, s, t)
        if goes == t:
            _begin(Z, F, e, t)
            return WAITS
        return goes
    if kind == r.SEIZE:
        if Z[res + r.R_SERVERS] == 0:
            return t
        goes = _ask_for_server(Z, F, e, s, t)
        if goes == t:
            F[res + r.R_BUSYTIME] -= _counted(F, t)
            note(Z, F, s, e, t, 0.0, 0.0, 0.0)
        return goes
    if kind == r.RELEASE:
        if Z[res + r.R_SERVERS] > 0:
            _give_back(Z, F, res, t)
        return t
    if kind == r.QUOTA:
        goes = _day_with_quota(Z, F, res, t)
        note(Z, F, s, e, t, goes - t, 0.0, 0.0)
        note_stay(Z, F, Z[res + r.R_LINE], t, goes, 1.0)
        return goes
    serve_units(Z, F, e, s, t)
    return WAITS


@jit
def _pass_boxes(Z: Any, F: Any, e: int, s: int, kind: int, t: float) -> float:
    """Steps that move boxes: returns when the carrier goes on. (BOARD, ALIGHT, LOAD, UNLOAD, DROP)"""
    if kind == r.BOARD:
        if not board(Z, F, e, s, t):
            if Z[s + r.S_RES] > 0:  # wait for cargo off the berth
                Z[e + r.E_LEFT] = 1
                _give_back(Z, F, Z[s + r.S_RES], t)
            return WAITS
        note(Z, F, s, e, t, 0.0, 0.0, 0.0)
        return t
    if kind == r.ALIGHT:
        if not alight(Z, F, e, s, t):
            return WAITS
        _note_alight(Z, F, e, s, t)
        return t
    if kind == r.DROP:
        drop(Z, F, e, t)
        free_carrier(Z, e)
        return WAITS
    if kind == r.LOAD:
        pool = Z[s + r.S_POOL]
        Z[e + r.E_LEFT] = Z[s + r.S_SIZE]
        F[e + r.E_LAST] = t
        F[e + r.E_SINCE] = t
        enqueue(Z, pool + r.P_WAITHEAD, pool + r.P_WAITTAIL, e)
        load_by_cranes(Z, F, pool, t)
        return WAITS
    unload(Z, F, e, s, t)
    return WAITS


@jit
def _note_alight(Z: Any, F: Any, e: int, s: int, t: float) -> None:
    """Book how long a carrier was blocked by a full yard; boxes that left have been booked one by one."""
    left = float(Z[e + r.E_COUNT])
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
def _pass_time(Z: Any, F: Any, e: int, s: int, kind: int, t: float) -> float:
    """Steps that take time alone: returns when the carrier goes on. (DELAY, GATE)"""
    calendar = Z[s + r.S_CAL]
    start = opening(Z, F, calendar, t, t) if calendar > 0 else t
    end, hours = start, 0.0
    if kind == r.DELAY:
        hours = draw(Z, F, Z[s + r.S_DIST])
        end = finish(Z, F, calendar, start, hours) if calendar > 0 else start + hours
    note(Z, F, s, e, t, 0.0, max(0.0, end - t - hours), hours)
    return end


@jit
def _resume(Z: Any, F: Any, e: int, s: int, kind: int, t: float) -> bool:
    """A carrier's time at a step is over: true when it goes on, false for the other step (it gave its berth up to wait for cargo)."""
    Z[e + r.E_PHASE] = r.ENTERS
    if kind == r.SERVE and Z[Z[s + r.S_RES] + r.R_AHEAD] == 0:
        res = Z[s + r.S_RES]
        following = first_waiting(Z, F, res, t)
        if following > 0:
            _begin(Z, F, following, t)
        else:
            Z[res + r.R_BUSY] -= 1
    elif kind == r.BOARD:
        note(Z, F, s, e, t, t - F[e + r.E_SINCE], 0.0, 0.0)
        if t >= F[r.G_WARM]:  # boxes that came aboard later waited aboard for less
            F[s + r.S_BOXWAIT] -= F[e + r.E_LOADED] - Z[e + r.E_COUNT] * F[e + r.E_SINCE]
        if Z[e + r.E_LEFT] == 1:
            Z[e + r.E_LEFT] = 0
            return False
    elif kind == r.LOAD:
        note(Z, F, s, e, t, 0.0, 0.0, t - F[e + r.E_SINCE])
    return True  # at a SEIZE, what it waited was booked when the server was given


@jit
def _go(Z: Any, F: Any, e: int, t: float) -> None:
    """Let a carrier go on until something takes time that others may see; what it does alone is done ahead of the clock."""
    clock, passed = t, 0
    while passed < MOST_AT_ONCE:
        passed += 1
        s = Z[e + r.E_STEP]
        kind = Z[s + r.S_KIND]
        if Z[e + r.E_PHASE] == r.RESUMES:
            goes_on = _resume(Z, F, e, s, kind, t)
        else:
            if Z[e + r.E_PHASE] == r.ENTERS:
                trace(Z, F, t, r.ENTERED, Z[e + r.E_ID], s, Z[e + r.E_COUNT])
            if kind == r.END:
                _leave(Z, F, e, s, t)
                return
            if kind == r.DELAY or kind == r.GATE:
                goes = _pass_time(Z, F, e, s, kind, t)
            elif kind == r.BRANCH:
                Z[e + r.E_STEP] = Z[s + (r.S_NEXT if draw_unit(Z, Z[s + r.S_DIST]) < F[s + r.S_SHARE] else r.S_OTHER)]
                continue
            elif (kind >= r.BOARD and kind <= r.UNLOAD) or kind == r.DROP:
                goes = _pass_boxes(Z, F, e, s, kind, t)
            else:
                goes = _pass_queue(Z, F, e, s, kind, t)
            if goes > clock:
                if goes == WAITS:
                    return
                if Z[Z[s + r.S_NEXT] + r.S_ALONE] == 0 or goes > F[r.G_END]:
                    Z[e + r.E_PHASE] = r.RESUMES
                    push(Z, goes, e)
                    return
                t = goes
            goes_on = goes != TURNED_AWAY
            Z[e + r.E_PHASE] = r.ENTERS
        if goes_on:
            trace(Z, F, t, r.LEFT, Z[e + r.E_ID], s, Z[e + r.E_COUNT])
            if Z[s + r.S_MARK] == 1:
                _mark(Z, F, e, s, t)
        Z[e + r.E_STEP] = Z[s + (r.S_NEXT if goes_on else r.S_OTHER)]
    if t > clock:
        push(Z, t, e)
    else:
        Z[r.H_ERROR] = r.STUCK


@jit
def _run(Z: Any, F: Any, seed: int, replication: int) -> int:
    """Run one replication; returns an error of `records` or 0."""
    start(Z, F, seed, replication)
    t = 0.0
    while Z[r.H_ERROR] == 0:
        while (Z[r.H_WORK] > 0 or Z[r.H_NEWHEAD] > 0) and Z[r.H_ERROR] == 0:
            if Z[r.H_WORK] > 0:
                Z[r.H_WORK] -= 1
                _go(Z, F, Z[Z[r.H_WORKBASE] + Z[r.H_WORK]], t)
            else:
                _go(Z, F, dequeue(Z, r.H_NEWHEAD, r.H_NEWTAIL), t)
        t, address = pop(Z)
        if t > F[r.G_END]:
            break
        what = Z[address + r.TYPE]
        Z[r.H_FIRED] += 1
        Z[r.H_EVENTS] += 1
        if what == r.CARRIER:
            _go(Z, F, address, t)
        elif what == r.SOURCE:
            source_fires(Z, F, address, t)
        elif what == r.POOL:
            pool_fires(Z, F, address, t)
        elif what == r.TIMER:
            time_is_up(Z, F, address, t)
            free_carrier(Z, address)
        else:
            if Z[address + r.Y_WAKE] == 2:
                Z[address + r.Y_WAKE] = 0
            wake(Z, F, address, t)
    if Z[r.H_ERROR] == 0:  # a run that wants more room has its lists half-linked, and is run again
        settle_accounts(Z, F)
    return Z[r.H_ERROR]


def _text_of_kernel() -> int:
    """A number that changes with the text of any file of the kernel."""
    text = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in FILES)
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "big")


def _kernel(text: int) -> Any:
    """The kernel compiled; numba watches this file alone and keeps what a function closes over, so `text` stands for all other files."""

    @njit(nogil=True, error_model="numpy", cache=True)
    def run(ints: Any, floats: Any, seed: int, replication: int) -> int:
        """Run one replication in memory laid out by `layout`, seen as whole numbers and as reals; returns an error of `records` or 0."""
        Z: Any = pointer(ints)  # type: ignore[call-arg]
        F: Any = pointer(floats)
        Z[r.H_TEXT] = text
        return _run(Z, F, seed, replication)

    return run


TEXT = _text_of_kernel()
run = _kernel(TEXT)
