"""The list of future events: a winner tree over slots, ordered by time and then by the order of scheduling.

The slot of the event that just fired stays open, and the next event scheduled takes it, so that most events cost one walk from leaf to
root. Cost: O(log n) for n pending events. Source: tournament trees (Knuth, TAOCP 3, 5.4.1).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import jit


@jit
def _replay(Z: Any, F: Any, s: int) -> None:
    """Let the event in slot s play its way up the tree."""
    base, tree = Z[r.H_SLOTS], Z[r.H_TREE]
    winner = np.int64(s)
    time, order = F[base + 2 * winner], Z[base + 2 * winner]
    i = Z[r.H_LEAVES] + winner
    while i > 1:
        other = Z[tree + (i ^ 1)]
        other_time, other_order = F[base + 2 * other], Z[base + 2 * other]
        if other_time < time or (other_time == time and other_order < order):
            winner, time, order = other, other_time, other_order
        i >>= 1
        Z[tree + i] = winner


@jit
def start_events(Z: Any, F: Any) -> None:
    """Empty the list."""
    base, tree, stack = Z[r.H_SLOTS], Z[r.H_TREE], Z[r.H_STACK]
    leaves = 16
    for i in range(leaves):
        F[base + 2 * i] = np.inf
        Z[base + 2 * i] = 0
        Z[tree + leaves + i] = i
        Z[stack + i] = leaves - 1 - i
    for i in range(leaves - 1, 0, -1):
        Z[tree + i] = Z[tree + 2 * i]
    Z[r.H_LEAVES] = leaves
    Z[r.H_NFREE] = leaves - 1
    Z[r.H_OPEN] = 0
    Z[r.H_UNUSED] = 1
    Z[r.H_SEQ] = 1


@jit
def _double(Z: Any, F: Any) -> None:
    base, tree, stack = Z[r.H_SLOTS], Z[r.H_TREE], Z[r.H_STACK]
    n = Z[r.H_LEAVES]
    for i in range(2 * n):
        Z[tree + 2 * n + i] = i
    for i in range(n, 2 * n):
        F[base + 2 * i] = np.inf
        Z[base + 2 * i] = 0
        Z[stack + Z[r.H_NFREE]] = 3 * n - 1 - i
        Z[r.H_NFREE] += 1
    for i in range(2 * n - 1, 0, -1):
        a, b = Z[tree + 2 * i], Z[tree + 2 * i + 1]
        ta, tb = F[base + 2 * a], F[base + 2 * b]
        Z[tree + i] = b if tb < ta or (tb == ta and Z[base + 2 * b] < Z[base + 2 * a]) else a
    Z[r.H_LEAVES] = 2 * n


@jit
def push(Z: Any, F: Any, time: float, address: int) -> None:
    """Schedule an event of the record at the address."""
    if Z[r.H_UNUSED] == 1:
        s = Z[r.H_OPEN]
        Z[r.H_UNUSED] = 0
        walk = False
    else:
        if Z[r.H_NFREE] == 0:
            if 2 * Z[r.H_LEAVES] > Z[r.H_MAXSLOTS]:
                Z[r.H_ERROR] = r.SLOTS_FULL
                return
            _double(Z, F)
        Z[r.H_NFREE] -= 1
        s = Z[Z[r.H_STACK] + Z[r.H_NFREE]]
        walk = True
    slot = Z[r.H_SLOTS] + 2 * s
    F[slot] = time
    Z[slot] = Z[r.H_SEQ]
    Z[slot + 1] = address
    Z[r.H_SEQ] += 1
    if walk:
        _replay(Z, F, s)


@jit
def pop(Z: Any, F: Any) -> int:
    """The slot of the next event; its time is F[slot], its address Z[slot + 1]. The time is infinite when nothing is pending."""
    s = Z[r.H_OPEN]
    base = Z[r.H_SLOTS]
    if Z[r.H_UNUSED] == 1:
        F[base + 2 * s] = np.inf
        Z[Z[r.H_STACK] + Z[r.H_NFREE]] = s
        Z[r.H_NFREE] += 1
    _replay(Z, F, s)
    s = Z[Z[r.H_TREE] + 1]
    Z[r.H_OPEN] = s
    Z[r.H_UNUSED] = 1
    return base + 2 * s
