"""Graph search over 32 neighbours: the least-cost chain of grid cells.

Every cell is joined to the 32 cells whose direction is new within a square of 7 x 7. The cost of a step is the trapezoidal integral of the
cost field along it, with bilinear samples between cells; a step that touches a blocked cell is not taken.

Source: Dijkstra (1959); neighbourhoods as in Goodchild (1977), An evaluation of lattice solutions to the problem of corridor location,
Environment and Planning A 9. Cost: O(k n) for n cells and k = 32 neighbours.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from daliz.fibre.buckets import bucket_width, grown, put, ring, take

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REACH = 3


def neighbours(reach: int = REACH) -> Ints:
    """Steps (rows, cols) whose direction no shorter step has: 8 for reach 1, 16 for reach 2, 32 for reach 3."""
    steps = [
        (dy, dx)
        for dy in range(-reach, reach + 1)
        for dx in range(-reach, reach + 1)
        if (dy, dx) != (0, 0) and math.gcd(abs(dy), abs(dx)) == 1
    ]
    return np.array(sorted(steps, key=lambda step: (max(abs(step[0]), abs(step[1])), step)), dtype=np.int64)


def _between(step: tuple[int, int]) -> list[tuple[int, int, float]]:
    """Cells between the ends of a step and their weights in the integral; the ends weigh 1 / (2 m) each."""
    dy, dx = step
    parts = max(abs(dy), abs(dx))
    weights: dict[tuple[int, int], float] = {}
    for part in range(1, parts):
        y, x = dy * part / parts, dx * part / parts
        y0, x0 = math.floor(y), math.floor(x)
        for cy, wy in ((y0, 1 - (y - y0)), (y0 + 1, y - y0)):
            for cx, wx in ((x0, 1 - (x - x0)), (x0 + 1, x - x0)):
                if wy * wx > 1e-12:
                    weights[cy, cx] = weights.get((cy, cx), 0.0) + wy * wx / parts
    return [(y, x, weight) for (y, x), weight in weights.items()]


def _stencil(steps: Ints, wide: int) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """Flat offsets of the neighbours, of the cells between, their weights, the weight of the ends, and cells between."""
    most = max(len(_between((int(dy), int(dx)))) for dy, dx in steps)
    offset = steps[:, 0] * wide + steps[:, 1]
    inner = np.zeros((len(steps), most), dtype=np.int64)
    weight = np.zeros((len(steps), most))
    ends = 0.5 / np.abs(steps).max(axis=1)
    slots = np.zeros(len(steps), dtype=np.int64)
    for number, (dy, dx) in enumerate(steps):
        for slot, (y, x, share) in enumerate(_between((int(dy), int(dx)))):
            inner[number, slot] = y * wide + x
            weight[number, slot] = share
            slots[number] = slot + 1
    return offset, inner, weight, ends, slots


def _lengths(steps: Ints, hx: Floats, hy: Floats) -> Floats:
    """Length in km of every step from every row (rows x steps), with the spacing half way."""
    rows = np.arange(len(hx))[:, None] + steps[:, 0] / 2.0
    at_x = np.interp(rows, np.arange(len(hx)), hx)
    at_y = np.interp(rows, np.arange(len(hy)), hy)
    return np.hypot(steps[:, 0] * at_y, steps[:, 1] * at_x)


def least_chain(cost: Floats, hx: Floats, hy: Floats, start: tuple[int, int], goal: tuple[int, int], reach: int = REACH) -> Floats | None:
    """The cheapest chain of cells from start to goal.

    Parameters: cost (rows x cols, cost per km; inf is blocked), hx and hy (km between cells along and across each row), start, goal
    (row, col), reach (3: 32 neighbours). Returns: cells x 2 (row, col), or None when no chain joins them.
    """
    rows, cols = cost.shape
    steps = neighbours(reach)
    wide = cols + 2 * reach
    padded = np.full((rows + 2 * reach, wide), np.inf)
    padded[reach:-reach, reach:-reach] = cost
    offset, inner, weight, ends, slots = _stencil(steps, wide)
    flat_start = (start[0] + reach) * wide + start[1] + reach
    flat_goal = (goal[0] + reach) * wide + goal[1] + reach
    came = _dijkstra(padded.ravel(), _lengths(steps, hx, hy), offset, inner, weight, ends, slots, flat_start, flat_goal, wide, reach)
    if flat_goal != flat_start and came[flat_goal] < 0:
        return None
    chain = [flat_goal]
    while chain[-1] != flat_start:
        chain.append(chain[-1] - int(offset[came[chain[-1]]]))
    cells = np.array(chain[::-1], dtype=np.int64)
    return np.column_stack([cells // wide - reach, cells % wide - reach]).astype(np.float64)


@njit(cache=True)
def _dijkstra(
    cost: Floats,
    length: Floats,
    offset: Ints,
    inner: Ints,
    weight: Floats,
    ends: Floats,
    slots: Ints,
    start: int,
    goal: int,
    wide: int,
    reach: int,
) -> npt.NDArray[np.int8]:
    """The step by which each cell was reached (-1: not reached), on a flat grid with a blocked rim."""
    size = cost.size
    cheapest, dearest = math.inf, 0.0
    for cell in range(size):
        if cost[cell] < np.inf:
            cheapest = min(cheapest, cost[cell])
            dearest = max(dearest, cost[cell])
    # No step costs less than a bucket is wide, so a cell that comes out is final (Dial); should costs differ too much for
    # that, a cell that is improved later is simply taken again.
    longest = dearest * length.max()
    width = bucket_width(cheapest * length.min(), longest)
    heads = ring(width, longest)
    following, cells = np.empty(4096, np.int32), np.empty(4096, np.int32)
    time = np.full(size, np.inf)
    came = np.full(size, -1, np.int8)
    waits = np.zeros(size, np.bool_)
    time[start] = 0.0
    waits[start] = True
    free, used = put(heads, following, cells, -1, 0, 0, start)
    waiting, bucket = 1, 0
    while waiting > 0 and time[goal] >= bucket * width:
        cell, free = take(heads, following, cells, free, bucket)
        if cell < 0:
            bucket += 1
            continue
        waiting -= 1
        if not waits[cell]:
            continue
        waits[cell] = False
        value = time[cell]
        here = cost[cell]
        row = cell // wide - reach
        for step in range(offset.size):
            near = cell + offset[step]
            reached = time[near]
            if reached <= value:
                continue
            km = length[row, step]
            base = (here + cost[near]) * ends[step]
            # Even with the cheapest cells in between, this step would not be cheaper.
            if value + (base + cheapest * (1.0 - 2.0 * ends[step])) * km >= reached:
                continue
            for slot in range(slots[step]):
                base += weight[step, slot] * cost[cell + inner[step, slot]]
            value_near = value + base * km
            if value_near < reached:
                time[near] = value_near
                came[near] = step
                waits[near] = True
                if free < 0 and used == cells.size:
                    following, cells = grown(following), grown(cells)
                free, used = put(heads, following, cells, free, used, int(value_near / width), near)
                waiting += 1
    return came
