"""A queue of grid cells in order of arrival, by buckets: a cell is put in and taken out in constant time.

Arrivals are cut into buckets of equal width; the ring of buckets only has to span the dearest single step. Cells of one bucket come out in
any order, the last one first, which keeps neighbours together in memory. The counters travel as plain numbers, so that the compiler keeps
them in registers.

Source: Dial (1969), Algorithm 360; Yatziv, Bartesaghi and Sapiro (2006), O(N) implementation of the fast marching algorithm.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Slots = npt.NDArray[np.int32]

MOST_BUCKETS = 1 << 20


@njit(cache=True)
def ring(width: float, longest: float) -> Slots:
    """Empty buckets that span steps of up to `longest`; their number is a power of two."""
    count = 4
    while count < MOST_BUCKETS and (count - 2) * width < longest:
        count *= 2
    return np.full(count, -1, np.int32)


@njit(cache=True)
def bucket_width(wanted: float, longest: float) -> float:
    """The wanted width, or the least for which the ring spans the longest step."""
    return max(wanted, longest / (MOST_BUCKETS - 4))


@njit(cache=True)
def put(heads: Slots, following: Slots, cells: Slots, free: int, used: int, bucket: int, cell: int) -> tuple[int, int]:
    """Put a cell into a bucket; returns the first free slot (-1: none) and the number of slots ever used. There must be room."""
    if free >= 0:
        slot = free
        free = following[slot]
    else:
        slot = used
        used += 1
    at = bucket & (heads.size - 1)
    cells[slot] = cell
    following[slot] = heads[at]
    heads[at] = slot
    return free, used


@njit(cache=True)
def take(heads: Slots, following: Slots, cells: Slots, free: int, bucket: int) -> tuple[int, int]:
    """Take a cell out of a bucket (-1 when it is empty); returns it and the first free slot."""
    at = bucket & (heads.size - 1)
    slot = heads[at]
    if slot < 0:
        return -1, free
    heads[at] = following[slot]
    following[slot] = free
    return cells[slot], slot


@njit(cache=True)
def grown(slots: Slots) -> Slots:
    """The slots with as much room again."""
    out = np.empty(2 * slots.size, np.int32)
    out[: slots.size] = slots
    return out
