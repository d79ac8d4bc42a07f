"""Records of boxes: a ring that is gone around, so that boxes that are made one after the other lie one behind the other.

They travel together and come free together, so that whoever walks along a train of boxes finds them in the order of memory; with a million
boxes under way that halves the time, which otherwise goes by waiting for memory. One bit a record says whether it is free.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import jit
from daliz.freight.simulate.memory import trace

FIRST_WORDS = 16  # of 64 records each; a power of two


@intrinsic
def _lowest_bit(typing: Any, bits: Any) -> Any:
    """Place of the lowest bit that is set."""

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), code


@jit
def start_boxes(Z: Any) -> None:
    """A ring of free records; it widens as boxes fill it."""
    words = min(FIRST_WORDS, Z[r.H_MAXBOXES] // 64)
    for i in range(words):
        Z[Z[r.H_BOXBITS] + i] = -1
    Z[r.H_BOXWORDS] = words
    Z[r.H_BOXWORD] = 0
    Z[r.H_BOXLIVE] = 0


@jit
def _free_record(Z: Any) -> int:
    """The next free record of a box around the ring, so that boxes that are made together lie together; they come free together, too."""
    bits, words = Z[r.H_BOXBITS], Z[r.H_BOXWORDS]
    if 5 * Z[r.H_BOXLIVE] >= 4 * 64 * words:  # gaps are few and far between
        if 64 * words < Z[r.H_MAXBOXES]:
            for i in range(words, 2 * words):
                Z[bits + i] = -1
            Z[r.H_BOXWORD] = words
            words = 2 * words
            Z[r.H_BOXWORDS] = words
        elif Z[r.H_BOXLIVE] == 64 * words:
            Z[r.H_ERROR] = r.BOXES_FULL
            return Z[r.H_BOXBASE] + Z[r.H_MAXBOXES] * r.BOX
    i = Z[r.H_BOXWORD]
    while Z[bits + i] == 0:
        i = (i + 1) & (words - 1)
    Z[r.H_BOXWORD] = i
    bit: Any = _lowest_bit(Z[bits + i])  # type: ignore[call-arg]
    Z[bits + i] &= Z[bits + i] - 1
    Z[r.H_BOXLIVE] += 1
    return Z[r.H_BOXBASE] + (64 * i + bit) * r.BOX


@jit
def new_box(Z: Any, F: Any, cls: int, t: float) -> int:
    """A box of a class, born at t, on its first leg."""
    b = _free_record(Z)
    Z[b + r.B_CLASS] = cls
    Z[b + r.B_LEG] = Z[cls + r.K_LEGS]
    Z[b + r.B_ID] = Z[r.H_BOXES]
    Z[r.H_BOXES] += 1
    F[b + r.B_BORN] = t
    F[b + r.B_SINCE] = t
    F[b + r.B_MOVING] = 0.0
    F[cls + r.K_MADEALL] += 1.0
    if t >= F[r.G_WARM]:
        F[cls + r.K_MADE] += 1.0
    trace(Z, F, t, r.BORN, Z[b + r.B_ID], cls, 1)
    return b


@jit
def free_box(Z: Any, b: int) -> None:
    """Give the box's record back."""
    i = (b - Z[r.H_BOXBASE]) // r.BOX
    Z[Z[r.H_BOXBITS] + (i >> 6)] |= np.int64(1) << (i & 63)
    Z[r.H_BOXLIVE] -= 1
