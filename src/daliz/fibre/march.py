"""Second-order fast marching: the first arrival of a front that starts at one cell, and the way back down its slope.

The front solves the eikonal equation |grad T| = c on a grid of longitude and latitude, where c is a cost per km and the spacing of the
cells in km changes from row to row with the ellipsoid. Arrays are flat with two blocked cells on every side, so that no neighbour has to
be looked for beyond the edge.

Source: Sethian (1999), Level Set Methods and Fast Marching Methods, ch. 8; Rickett and Fomel (1999), A second-order fast marching eikonal
solver, SEP-100. Cost: O(n) for n cells.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from daliz.fibre.buckets import bucket_width, grown, put, ring, take

Floats = npt.NDArray[np.float64]

PAD = 2
DISC = 6
# Width of a bucket in the cheapest step: the front is in order to within this.
UNTIDY = 0.02


@njit(cache=True)
def arrival_times(cost: Floats, hx: Floats, hy: Floats, row: int, col: int, goal_row: int, goal_col: int) -> Floats:
    """March from one cell until the goal is reached.

    Parameters: cost (rows x cols, cost per km > 0; inf is blocked), hx and hy (km between cells along and across each row), row, col
    (start), goal_row, goal_col (stop soon after the front has passed it; negative: fill the whole grid).
    Returns: least cost from the start, rows x cols; inf where the front has not come.
    """
    rows, cols = cost.shape
    wide = cols + 2 * PAD
    size = (rows + 2 * PAD) * wide
    slow = np.full(size, np.inf)
    cheapest, dearest = math.inf, 0.0
    for y in range(rows):
        for x in range(cols):
            at = cost[y, x]
            slow[(y + PAD) * wide + x + PAD] = at
            if at < math.inf:
                cheapest = min(cheapest, at)
                dearest = max(dearest, at)
    longest = 2.0 * DISC * dearest * max(hx.max(), hy.max())
    width = bucket_width(cheapest * min(hx.min(), hy.min()) * UNTIDY, longest)
    heads = ring(width, longest)
    following, cells = np.empty(4096, np.int32), np.empty(4096, np.int32)
    free, used, waiting = -1, 0, 0
    # What is final and what is only tried lie apart, so that an unknown neighbour reads as infinitely late.
    final = np.full(size, np.inf)
    tried = np.full(size, np.inf)
    for dy in range(-DISC, DISC + 1):
        for dx in range(-DISC, DISC + 1):
            y, x = row + dy, col + dx
            if 0 <= y < rows and 0 <= x < cols and dy * dy + dx * dx <= DISC * DISC:
                value = _straight(cost, hx, hy, row, col, y, x)
                if value < math.inf:
                    final[(y + PAD) * wide + x + PAD] = value
    # The front is too strongly curved for the scheme near the start; it begins at the rim of a disc that straight lines fill.
    for dy in range(-DISC - 1, DISC + 2):
        for dx in range(-DISC - 1, DISC + 2):
            y, x = row + dy, col + dx
            near = (y + PAD) * wide + x + PAD
            if not (0 <= y < rows and 0 <= x < cols) or slow[near] == math.inf or final[near] < math.inf:
                continue
            value = _arrival(final, slow[near], near, wide, hx[y], hy[y])
            if value < math.inf:
                tried[near] = value
                free, used = put(heads, following, cells, free, used, int(value / width), near)
                waiting += 1
    bucket = int(tried.min() / width) if waiting else 0
    goal = -1 if goal_row < 0 else (goal_row + PAD) * wide + goal_col + PAD
    last = (1 << 62) if goal < 0 or final[goal] == math.inf else bucket + int(4.0 * dearest * max(hx.max(), hy.max()) / width)
    while waiting > 0 and bucket <= last:
        cell, free = take(heads, following, cells, free, bucket)
        if cell < 0:
            bucket += 1
            continue
        waiting -= 1
        if final[cell] < math.inf:
            continue
        final[cell] = tried[cell]
        y = cell // wide - PAD
        if cell == goal:
            # A few cells beyond the goal are wanted for the slope there.
            last = bucket + int(4.0 * slow[cell] * max(hx[y], hy[y]) / width) + 1
        for side in range(4):
            near = cell + (1 if side == 0 else -1 if side == 1 else wide if side == 2 else -wide)
            if slow[near] == math.inf or final[near] < math.inf:
                continue
            at_row = y + (1 if side == 2 else -1 if side == 3 else 0)
            value = _arrival(final, slow[near], near, wide, hx[at_row], hy[at_row])
            if value < tried[near]:
                tried[near] = value
                if free < 0 and used == cells.size:
                    following, cells = grown(following), grown(cells)
                free, used = put(heads, following, cells, free, used, max(bucket, int(value / width)), near)
                waiting += 1
    return final.reshape((rows + 2 * PAD, wide))[PAD:-PAD, PAD:-PAD].copy()


@njit(cache=True)
def _arrival(final: Floats, slowness: float, near: int, wide: int, hx: float, hy: float) -> float:
    """Arrival at a cell from its final neighbours: the larger root of wa (t - a)^2 + wb (t - b)^2 = slowness^2.

    An axis is of second order where the cell behind the neighbour is final and earlier. Where that breaks causality, first order does not.
    """
    a, behind = final[near - 1], final[near - 2]
    if final[near + 1] < a:
        a, behind = final[near + 1], final[near + 2]
    first_a = 1.0 / (hx * hx)
    va, wa = a, first_a
    if behind <= a:
        va, wa = (4.0 * a - behind) / 3.0, 2.25 * first_a
    b, behind = final[near - wide], final[near - 2 * wide]
    if final[near + wide] < b:
        b, behind = final[near + wide], final[near + 2 * wide]
    first_b = 1.0 / (hy * hy)
    vb, wb = b, first_b
    if behind <= b:
        vb, wb = (4.0 * b - behind) / 3.0, 2.25 * first_b
    if a == math.inf and b == math.inf:
        return math.inf
    if a == math.inf:
        return max(b, vb + slowness / math.sqrt(wb))
    if b == math.inf:
        return max(a, va + slowness / math.sqrt(wa))
    value = _root(va, wa, vb, wb, slowness)
    if max(a, b) <= value < math.inf:
        return value
    value = _root(a, first_a, b, first_b, slowness)
    if max(a, b) <= value < math.inf:
        return value
    return min(a + slowness * hx, b + slowness * hy)


@njit(cache=True)
def _root(a: float, wa: float, b: float, wb: float, slowness: float) -> float:
    whole = wa + wb
    rest = slowness * slowness - wa * wb / whole * (a - b) * (a - b)
    if rest < 0.0:
        return math.inf
    return (wa * a + wb * b) / whole + math.sqrt(rest / whole)


@njit(cache=True)
def _straight(cost: Floats, hx: Floats, hy: Floats, row: int, col: int, y: int, x: int) -> float:
    """Cost of the straight line from the start to a cell nearby; inf when it meets a blocked cell."""
    steps = 2 * max(abs(y - row), abs(x - col))
    if steps == 0:
        return 0.0
    middle = (row + y) // 2
    length = math.hypot((y - row) * hy[middle], (x - col) * hx[middle])
    total = 0.0
    for step in range(steps + 1):
        at = cost[round(row + (y - row) * step / steps), round(col + (x - col) * step / steps)]
        total += at * (0.5 if step in (0, steps) else 1.0)
    return total * length / steps


@njit(cache=True)
def _slope(time: Floats, hx: Floats, hy: Floats, y: int, x: int) -> tuple[float, float]:
    """Upwind gradient at a cell, in cost per km."""
    rows, cols = time.shape
    here = time[y, x]
    up = time[y - 1, x] if y > 0 else math.inf
    down = time[y + 1, x] if y < rows - 1 else math.inf
    left = time[y, x - 1] if x > 0 else math.inf
    right = time[y, x + 1] if x < cols - 1 else math.inf
    gy = 0.0
    if up < here and up <= down:
        gy = (here - up) / hy[y]
    elif down < here:
        gy = (down - here) / hy[y]
    gx = 0.0
    if left < here and left <= right:
        gx = (here - left) / hx[y]
    elif right < here:
        gx = (right - here) / hx[y]
    return gy, gx


@njit(cache=True)
def _slope_between(time: Floats, hx: Floats, hy: Floats, y: float, x: float) -> tuple[float, float]:
    """Gradient between four cells, in cells of descent per unit: scaled so that steps are in cells along both axes."""
    rows, cols = time.shape
    y0 = min(max(int(y), 0), rows - 2)
    x0 = min(max(int(x), 0), cols - 2)
    fy, fx = y - y0, x - x0
    gy = gx = whole = 0.0
    for dy in range(2):
        for dx in range(2):
            if time[y0 + dy, x0 + dx] < math.inf:
                weight = (fy if dy else 1.0 - fy) * (fx if dx else 1.0 - fx)
                a, b = _slope(time, hx, hy, y0 + dy, x0 + dx)
                gy += weight * a
                gx += weight * b
                whole += weight
    if whole == 0.0:
        return 0.0, 0.0
    row = y0 if fy < 0.5 else y0 + 1
    return gy / whole / hy[row], gx / whole / hx[row]


@njit(cache=True)
def descend(time: Floats, hx: Floats, hy: Floats, row: int, col: int, goal_row: int, goal_col: int) -> Floats:
    """The line of steepest descent from the goal back to the start (midpoint rule, half a cell a step).

    Beside a wall, where the interpolated slope is unusable, the line goes to the lowest of the eight neighbours instead.
    Returns: points x 2 (row, col in cells), from the start to the goal; the first point is not the start when the line was lost.
    """
    rows, cols = time.shape
    most = 20 * (rows + cols)
    line = np.empty((most + 1, 2))
    y, x = float(goal_row), float(goal_col)
    count = 0
    for _ in range(most):
        line[count, 0] = y
        line[count, 1] = x
        count += 1
        if math.hypot(y - row, x - col) < 2.0:
            line[count, 0] = row
            line[count, 1] = col
            count += 1
            break
        at = time[int(y + 0.5), int(x + 0.5)]
        y1, x1 = _step(time, hx, hy, y, x, 0.25)
        y2, x2 = _step(time, hx, hy, y1, x1, 0.5)
        y2, x2 = y + (y2 - y1), x + (x2 - x1)
        inside = 0.0 <= y2 <= rows - 1 and 0.0 <= x2 <= cols - 1
        moved = abs(y2 - y) + abs(x2 - x) > 1e-9
        if inside and moved and _between(time, y2, x2) < _between(time, y, x):
            y, x = y2, x2
            continue
        cy, cx = int(y + 0.5), int(x + 0.5)
        by, bx, least = cy, cx, at
        for ny in range(max(cy - 1, 0), min(cy + 2, rows)):
            for nx in range(max(cx - 1, 0), min(cx + 2, cols)):
                if time[ny, nx] < least:
                    by, bx, least = ny, nx, time[ny, nx]
        if by == cy and bx == cx:
            break
        y, x = float(by), float(bx)
    # Every third half-cell step is enough to draw the line; both ends are kept.
    kept = np.arange(count - 1, -1, -3)
    if kept[-1] != 0:
        kept = np.append(kept, 0)
    return line[kept]


@njit(cache=True)
def _step(time: Floats, hx: Floats, hy: Floats, y: float, x: float, length: float) -> tuple[float, float]:
    gy, gx = _slope_between(time, hx, hy, y, x)
    norm = math.hypot(gy, gx)
    if norm == 0.0:
        return y, x
    return y - length * gy / norm, x - length * gx / norm


@njit(cache=True)
def _between(time: Floats, y: float, x: float) -> float:
    """Arrival between four cells; inf where one of them that counts has none."""
    rows, cols = time.shape
    y0 = min(int(y), rows - 2)
    x0 = min(int(x), cols - 2)
    fy, fx = y - y0, x - x0
    value = 0.0
    for dy in range(2):
        for dx in range(2):
            weight = (fy if dy else 1.0 - fy) * (fx if dx else 1.0 - fx)
            if weight > 0.0:
                value += weight * time[y0 + dy, x0 + dx]
    return value
