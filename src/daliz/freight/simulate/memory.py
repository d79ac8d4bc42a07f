"""The kernel's small change: records of carriers, queues, the stack of work, bookkeeping and the trace."""

from __future__ import annotations

from typing import Any

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import jit


@jit
def new_carrier(Z: Any, F: Any, step: int, t: float) -> int:
    """A carrier without boxes that enters at the step."""
    e = Z[r.H_CARFREE]
    if e > 0:
        Z[r.H_CARFREE] = Z[e + r.E_NEXT]
    else:
        e = Z[r.H_CARNEW]
        if e + r.CARRIER_SIZE > Z[r.H_CAREND]:
            Z[r.H_ERROR] = r.CARRIERS_FULL
            e = Z[r.H_CAREND] - r.CARRIER_SIZE
        else:
            Z[r.H_CARNEW] = e + r.CARRIER_SIZE
    for i in range(r.CARRIER_SIZE):
        Z[e + i] = 0
    Z[e + r.TYPE] = r.CARRIER
    Z[e + r.E_STEP] = step
    Z[e + r.E_ID] = Z[r.H_NEXTID]
    Z[r.H_NEXTID] += 1
    F[e + r.E_BORN] = t
    F[e + r.E_MARK] = -1.0
    return e


@jit
def free_carrier(Z: Any, e: int) -> None:
    """Give the carrier's record back."""
    Z[e + r.TYPE] = r.FREE
    Z[e + r.E_NEXT] = Z[r.H_CARFREE]
    Z[r.H_CARFREE] = e


@jit
def work(Z: Any, address: int) -> None:
    """Put a carrier on the stack of those that go on at this very hour."""
    i = Z[r.H_WORK]
    if Z[r.H_WORKBASE] + i >= Z[r.H_WORKEND]:
        Z[r.H_ERROR] = r.WORK_FULL
        return
    Z[Z[r.H_WORKBASE] + i] = address
    Z[r.H_WORK] = i + 1


@jit
def enqueue(Z: Any, head: int, tail: int, e: int) -> None:
    """Put a record last in a queue whose ends stand at the two addresses; records are linked by their offset E_NEXT."""
    Z[e + r.E_NEXT] = 0
    if Z[head] == 0:
        Z[head] = e
    else:
        Z[Z[tail] + r.E_NEXT] = e
    Z[tail] = e


@jit
def dequeue(Z: Any, head: int, tail: int) -> int:
    """Take the first record from a queue that is not empty."""
    e = Z[head]
    Z[head] = Z[e + r.E_NEXT]
    if Z[head] == 0:
        Z[tail] = 0
    return e


@jit
def queue_for(Z: Any, F: Any, res: int, e: int, t: float) -> None:
    """Let a carrier wait at a resource behind those of its own and better priority."""
    grade = min(Z[e + r.E_PRIORITY], r.PRIORITIES - 1)
    enqueue(Z, res + r.R_HEAD + grade, res + r.R_TAIL + grade, e)
    F[res + r.R_AREA] += Z[res + r.R_LENGTH] * (t - F[res + r.R_SINCE])
    F[res + r.R_SINCE] = t
    Z[res + r.R_LENGTH] += 1
    F[res + r.R_MAXQUEUE] = max(F[res + r.R_MAXQUEUE], float(Z[res + r.R_LENGTH]))


@jit
def first_waiting(Z: Any, F: Any, res: int, t: float) -> int:
    """Take the carrier whose turn it is, 0 when none waits."""
    if Z[res + r.R_LENGTH] == 0:
        return 0
    F[res + r.R_AREA] += Z[res + r.R_LENGTH] * (t - F[res + r.R_SINCE])
    F[res + r.R_SINCE] = t
    Z[res + r.R_LENGTH] -= 1
    for grade in range(r.PRIORITIES):
        if Z[res + r.R_HEAD + grade] > 0:
            return dequeue(Z, res + r.R_HEAD + grade, res + r.R_TAIL + grade)
    return 0


@jit
def note(Z: Any, F: Any, s: int, e: int, t: float, waited: float, closed: float, took: float) -> None:
    """Book one passage of a step: hours waited for a turn, hours lost to closed calendars, hours moving or in service."""
    if Z[s + r.S_MOVES] == 1:
        F[e + r.E_MOVING] += took
    if t < F[r.G_WARM] or t > F[r.G_END]:
        return
    boxes = float(Z[e + r.E_COUNT])
    F[s + r.S_N] += 1.0
    F[s + r.S_BOXES] += boxes
    if took > 0.0:
        F[s + r.S_SERVICE] += took
        F[s + r.S_BOXSERVICE] += boxes * took
    if waited > 0.0:
        F[s + r.S_WAIT] += waited
        F[s + r.S_SQUARES] += waited * waited
        F[s + r.S_BOXWAIT] += boxes * waited
        F[s + r.S_WAITMAX] = max(F[s + r.S_WAITMAX], waited)
    if closed > 0.0:
        F[s + r.S_CLOSED] += closed
        F[s + r.S_BOXCLOSED] += boxes * closed


@jit
def note_use(F: Any, res: int, start: float, end: float) -> None:
    """Book a server's busy hours within the hours that count."""
    F[res + r.R_BUSYTIME] += max(0.0, min(end, F[r.G_END]) - max(start, F[r.G_WARM]))


@jit
def note_stay(Z: Any, F: Any, line: int, start: float, end: float, count: float) -> None:
    """Book a stay on a line of daily counts, as a step up and a step down; the counts are their running sums."""
    if line == 0 or end <= start:
        return
    first, last = int(start * (1.0 / 24.0)), int(end * (1.0 / 24.0))
    if first < last:
        days = Z[r.H_DAYS]
        F[line + min(days, first + 1)] += count
        F[line + min(days, last + 1)] -= count


@jit
def trace(Z: Any, F: Any, t: float, what: int, subject: int, where: int, count: int) -> None:
    """Write one row of the trace, when one is kept: what happened to which carrier or box, at which record."""
    row = Z[r.H_TRACE]
    if row == 0:
        return
    if row + r.TRACE_ROW > Z[r.H_TRACEEND]:
        Z[r.H_ERROR] = r.TRACE_FULL
        return
    F[row] = t
    Z[row + 1] = what
    Z[row + 2] = subject
    Z[row + 3] = where
    Z[row + 4] = count
    Z[r.H_TRACE] = row + r.TRACE_ROW
