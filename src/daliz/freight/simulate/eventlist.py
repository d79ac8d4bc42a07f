"""The list of future events: a winner tree, ordered by time and then by the order of scheduling.

A node of the tree holds the key of the earliest event below it: the bits of its time (times are never negative, so their bits are in their
order), and its number in the order of scheduling with its slot beside it. The slot of the event that just fired stays open, and the next
event scheduled takes it, so that most events cost one walk from leaf to root. On that walk the processor has nothing to guess: who plays
whom does not depend on who wins. Cost: O(log n) for n pending events. Source: tournament trees (Knuth, TAOCP 3, 5.4.1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import jit

NEVER = int(np.float64(np.inf).view(np.int64))
SLOT_BITS = 24  # the engine allows no more slots; leaves 2^39 events to be scheduled
SLOT_MASK = (1 << SLOT_BITS) - 1


@intrinsic
def _earlier(typing: Any, time: Any, order: Any, other_time: Any, other_order: Any) -> Any:
    """Whether the first of two keys comes before the other: one comparison of 128 bits, without a branch."""
    key = types.int64
    signature = types.boolean(key, key, key, key)

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)

        def joined(high: Any, low: Any) -> Any:
            return builder.or_(builder.shl(builder.zext(high, wide), ir.Constant(wide, 64)), builder.zext(low, wide))

        return builder.icmp_unsigned("<", joined(*arguments[:2]), joined(*arguments[2:]))

    return signature, code


@intrinsic
def _either(typing: Any, condition: Any, one: Any, other: Any) -> Any:
    """One of two numbers, chosen without a branch."""

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return types.int64(types.boolean, types.int64, types.int64), code


@jit
def _replay(Z: Any, s: int) -> None:
    """Let the event in slot s play its way up the tree."""
    tree = Z[r.H_TREE]
    i = Z[r.H_LEAVES] + s
    time, order = Z[tree + 2 * i], Z[tree + 2 * i + 1]
    while i > 1:
        other = tree + 2 * (i ^ 1)
        other_time, other_order = Z[other], Z[other + 1]
        wins: Any = _earlier(other_time, other_order, time, order)  # type: ignore[call-arg]
        time = _either(wins, other_time, time)
        order = _either(wins, other_order, order)
        i >>= 1
        Z[tree + 2 * i] = time
        Z[tree + 2 * i + 1] = order


@jit
def _play_all(Z: Any) -> None:
    """Play every match of the tree."""
    tree = Z[r.H_TREE]
    for i in range(Z[r.H_LEAVES] - 1, 0, -1):
        one, other = tree + 4 * i, tree + 4 * i + 2
        wins: Any = _earlier(Z[one], Z[one + 1], Z[other], Z[other + 1])  # type: ignore[call-arg]
        Z[tree + 2 * i] = _either(wins, Z[one], Z[other])
        Z[tree + 2 * i + 1] = _either(wins, Z[one + 1], Z[other + 1])


@jit
def _empty(Z: Any, s: int) -> None:
    """No event in slot s."""
    leaf = Z[r.H_TREE] + 2 * (Z[r.H_LEAVES] + s)
    Z[leaf] = NEVER
    Z[leaf + 1] = s


@jit
def start_events(Z: Any) -> None:
    """Empty the list."""
    leaves = 16
    Z[r.H_LEAVES] = leaves
    for i in range(leaves):
        _empty(Z, i)
        Z[Z[r.H_STACK] + i] = leaves - 1 - i
    _play_all(Z)
    Z[r.H_NFREE] = leaves - 1
    Z[r.H_OPEN] = 0
    Z[r.H_UNUSED] = 1
    Z[r.H_SEQ] = 1


@jit
def _double(Z: Any) -> None:
    tree, n = Z[r.H_TREE], Z[r.H_LEAVES]
    Z[r.H_LEAVES] = 2 * n
    for i in range(2 * n - 1, -1, -1):
        Z[tree + 4 * n + i] = Z[tree + 2 * n + i]
    for i in range(n, 2 * n):
        _empty(Z, i)
        Z[Z[r.H_STACK] + Z[r.H_NFREE]] = 3 * n - 1 - i
        Z[r.H_NFREE] += 1
    _play_all(Z)


@jit
def push(Z: Any, time: float, address: int) -> None:
    """Schedule an event of the record at the address."""
    if Z[r.H_UNUSED] == 1:
        s = Z[r.H_OPEN]
    else:
        if Z[r.H_NFREE] == 0:
            if 2 * Z[r.H_LEAVES] > Z[r.H_MAXSLOTS]:
                Z[r.H_ERROR] = r.SLOTS_FULL
                return
            _double(Z)
        Z[r.H_NFREE] -= 1
        s = Z[Z[r.H_STACK] + Z[r.H_NFREE]]
    leaf = Z[r.H_TREE] + 2 * (Z[r.H_LEAVES] + s)
    Z[leaf] = np.float64(time).view(np.int64)
    Z[leaf + 1] = (Z[r.H_SEQ] << SLOT_BITS) | s
    Z[Z[r.H_SLOTS] + s] = address
    Z[r.H_SEQ] += 1
    if Z[r.H_UNUSED] == 1:
        Z[r.H_UNUSED] = 0
    else:
        _replay(Z, s)


@jit
def pop(Z: Any) -> Any:
    """Hour and address of the next event; the hour is infinite when nothing is pending."""
    s = Z[r.H_OPEN]
    if Z[r.H_UNUSED] == 1:
        _empty(Z, s)
        Z[Z[r.H_STACK] + Z[r.H_NFREE]] = s
        Z[r.H_NFREE] += 1
    _replay(Z, s)
    first = Z[r.H_TREE] + 2
    s = Z[first + 1] & SLOT_MASK
    Z[r.H_OPEN] = s
    Z[r.H_UNUSED] = 1
    return np.int64(Z[first]).view(np.float64), Z[Z[r.H_SLOTS] + s]
