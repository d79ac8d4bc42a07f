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
def _replay(I: Any, F: Any, s: int) -> None:
    """Let the event in slot s play its way up the tree."""
    base, tree = I[r.H_SLOTS], I[r.H_TREE]
    winner = np.int64(s)
    time, order = F[base + 2 * winner], I[base + 2 * winner]
    i = I[r.H_LEAVES] + winner
    while i > 1:
        other = I[tree + (i ^ 1)]
        other_time, other_order = F[base + 2 * other], I[base + 2 * other]
        if other_time < time or (other_time == time and other_order < order):
            winner, time, order = other, other_time, other_order
        i >>= 1
        I[tree + i] = winner


@jit
def start_events(I: Any, F: Any) -> None:
    """Empty the list."""
    base, tree, stack = I[r.H_SLOTS], I[r.H_TREE], I[r.H_STACK]
    leaves = 16
    for i in range(leaves):
        F[base + 2 * i] = np.inf
        I[base + 2 * i] = 0
        I[tree + leaves + i] = i
        I[tree + i] = 0
        I[stack + i] = leaves - 1 - i
    I[r.H_LEAVES] = leaves
    I[r.H_NFREE] = leaves - 1
    I[r.H_OPEN] = 0
    I[r.H_UNUSED] = 1
    I[r.H_SEQ] = 1


@jit
def _double(I: Any, F: Any) -> None:
    base, tree, stack = I[r.H_SLOTS], I[r.H_TREE], I[r.H_STACK]
    n = I[r.H_LEAVES]
    for i in range(2 * n):
        I[tree + 2 * n + i] = i
    for i in range(n, 2 * n):
        F[base + 2 * i] = np.inf
        I[base + 2 * i] = 0
        I[stack + I[r.H_NFREE]] = 3 * n - 1 - i
        I[r.H_NFREE] += 1
    for i in range(2 * n - 1, 0, -1):
        a, b = I[tree + 2 * i], I[tree + 2 * i + 1]
        ta, tb = F[base + 2 * a], F[base + 2 * b]
        I[tree + i] = b if tb < ta or (tb == ta and I[base + 2 * b] < I[base + 2 * a]) else a
    I[r.H_LEAVES] = 2 * n


@jit
def push(I: Any, F: Any, time: float, address: int) -> None:
    """Schedule an event of the record at the address."""
    if I[r.H_UNUSED] == 1:
        s = I[r.H_OPEN]
        I[r.H_UNUSED] = 0
        walk = False
    else:
        if I[r.H_NFREE] == 0:
            if 2 * I[r.H_LEAVES] > I[r.H_MAXSLOTS]:
                I[r.H_ERROR] = r.SLOTS_FULL
                return
            _double(I, F)
        I[r.H_NFREE] -= 1
        s = I[I[r.H_STACK] + I[r.H_NFREE]]
        walk = True
    slot = I[r.H_SLOTS] + 2 * s
    F[slot] = time
    I[slot] = I[r.H_SEQ]
    I[slot + 1] = address
    I[r.H_SEQ] += 1
    if walk:
        _replay(I, F, s)


@jit
def pop(I: Any, F: Any) -> int:
    """The slot of the next event; its time is F[slot], its address I[slot + 1]. The time is infinite when nothing is pending."""
    s = I[r.H_OPEN]
    base = I[r.H_SLOTS]
    if I[r.H_UNUSED] == 1:
        F[base + 2 * s] = np.inf
        I[I[r.H_STACK] + I[r.H_NFREE]] = s
        I[r.H_NFREE] += 1
    _replay(I, F, s)
    s = I[I[r.H_TREE] + 1]
    I[r.H_OPEN] = s
    I[r.H_UNUSED] = 1
    return base + 2 * s
