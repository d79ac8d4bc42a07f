"""The common judge: what a line costs, whoever drew it, and how it is pulled straight.

A line is a chain of points (row, col in cells, not whole numbers). Its cost is the integral of the bilinear cost field along it, in steps
of a quarter of a cell; a sample whose nearest cell is blocked makes the line impossible. Lines are pulled straight in two ways: shortcuts
between their own points by dynamic programming (any-angle), then points moved sideways as long as that makes the line cheaper.

Source of the shortcuts: the post-smoothing of Thorpe (1984) and Botea, Mueller and Schaeffer (2004), made exact over a window.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]

SAMPLE = 0.25
WINDOW = 40
STEPS = (1.0, 0.5, 0.25, 0.1)
LONGEST = 24.0
SWEEPS = 8


@njit(cache=True)
def cost_at(cost: Floats, y: float, x: float) -> float:
    """Bilinear cost between cells, of the cells that are open; inf where the nearest cell is blocked."""
    rows, cols = cost.shape
    y0 = min(int(y), rows - 2)
    x0 = min(int(x), cols - 2)
    fy, fx = y - y0, x - x0
    a, b, c, d = cost[y0, x0], cost[y0, x0 + 1], cost[y0 + 1, x0], cost[y0 + 1, x0 + 1]
    value = (1.0 - fy) * ((1.0 - fx) * a + fx * b) + fy * ((1.0 - fx) * c + fx * d)
    if value < math.inf:
        return value
    if cost[int(y + 0.5), int(x + 0.5)] == math.inf:
        return math.inf
    value = whole = 0.0
    for dy in range(2):
        for dx in range(2):
            at = cost[y0 + dy, x0 + dx]
            if at < math.inf:
                weight = (fy if dy else 1.0 - fy) * (fx if dx else 1.0 - fx)
                value += weight * at
                whole += weight
    return value / whole


@njit(cache=True)
def segment_cost(cost: Floats, hx: Floats, hy: Floats, y0: float, x0: float, y1: float, x1: float) -> float:
    """Cost of one straight piece; inf when it meets a blocked cell."""
    parts = max(1, math.ceil(math.hypot(y1 - y0, x1 - x0) / SAMPLE))
    dy, dx = (y1 - y0) / parts, (x1 - x0) / parts
    total = 0.0
    for part in range(parts):
        y, x = y0 + dy * (part + 0.5), x0 + dx * (part + 0.5)
        at = cost_at(cost, y, x)
        if at == math.inf:
            return math.inf
        row = int(y + 0.5)
        total += at * math.hypot(dy * hy[row], dx * hx[row])
    return total


@njit(cache=True)
def line_cost(cost: Floats, hx: Floats, hy: Floats, line: Floats) -> float:
    """Cost of a line: the verdict by which all engines are compared. The cost is in the unit of the field times km."""
    total = 0.0
    for number in range(line.shape[0] - 1):
        total += segment_cost(cost, hx, hy, line[number, 0], line[number, 1], line[number + 1, 0], line[number + 1, 1])
    return total


@njit(cache=True)
def shortcuts(cost: Floats, hx: Floats, hy: Floats, line: Floats, window: int) -> Floats:
    """The cheapest line through some of a line's points, at most `window` points apart."""
    count = line.shape[0]
    best = np.full(count, np.inf)
    came = np.full(count, -1, np.int64)
    best[0] = 0.0
    for end in range(1, count):
        for begin in range(max(0, end - window), end):
            if best[begin] == np.inf:
                continue
            value = best[begin] + segment_cost(cost, hx, hy, line[begin, 0], line[begin, 1], line[end, 0], line[end, 1])
            # At equal cost the shortcut wins over the detour by way of more points.
            if value < best[end] * (1.0 - 1e-12):
                best[end] = value
                came[end] = begin
    if best[count - 1] == np.inf:
        return line
    kept = np.empty(count, np.int64)
    number = 0
    at = count - 1
    while at >= 0:
        kept[number] = at
        number += 1
        at = came[at]
    return line[kept[:number][::-1]]


@njit(cache=True)
def _refined(line: Floats, longest: float) -> Floats:
    """The line with points added so that no piece is longer than `longest` cells."""
    total = 1
    for number in range(line.shape[0] - 1):
        reach = math.hypot(line[number + 1, 0] - line[number, 0], line[number + 1, 1] - line[number, 1])
        total += max(1, math.ceil(reach / longest))
    out = np.empty((total, 2))
    out[0] = line[0]
    at = 1
    for number in range(line.shape[0] - 1):
        reach = math.hypot(line[number + 1, 0] - line[number, 0], line[number + 1, 1] - line[number, 1])
        parts = max(1, math.ceil(reach / longest))
        for part in range(1, parts + 1):
            share = part / parts
            out[at, 0] = line[number, 0] + share * (line[number + 1, 0] - line[number, 0])
            out[at, 1] = line[number, 1] + share * (line[number + 1, 1] - line[number, 1])
            at += 1
    return out


@njit(cache=True)
def relaxed(cost: Floats, hx: Floats, hy: Floats, line: Floats, step: float, sweeps: int) -> Floats:
    """The line after its inner points were moved sideways by `step` cells as long as that is cheaper."""
    rows, cols = cost.shape
    line = line.copy()
    for _ in range(sweeps):
        moved = False
        for number in range(1, line.shape[0] - 1):
            py, px = line[number - 1]
            ny, nx = line[number + 1]
            reach = math.hypot(ny - py, nx - px)
            if reach == 0.0:
                continue
            y, x = line[number]
            now = segment_cost(cost, hx, hy, py, px, y, x) + segment_cost(cost, hx, hy, y, x, ny, nx)
            for side in (-step, step):
                ty, tx = y + side * (nx - px) / reach, x - side * (ny - py) / reach
                if not (0.0 <= ty <= rows - 1 and 0.0 <= tx <= cols - 1):
                    continue
                then = segment_cost(cost, hx, hy, py, px, ty, tx)
                if then < now:
                    then += segment_cost(cost, hx, hy, ty, tx, ny, nx)
                if then < now * (1.0 - 1e-10):
                    now = then
                    line[number, 0] = ty
                    line[number, 1] = tx
                    moved = True
        if not moved:
            break
    return line


def pulled_straight(cost: Floats, hx: Floats, hy: Floats, line: Floats) -> Floats:
    """The line after shortcuts and sideways moves; never dearer than the line given."""
    best = line
    for _ in range(3):
        shorter = shortcuts(cost, hx, hy, best, WINDOW)
        if len(shorter) == len(best):
            break
        best = shorter
    # Coarse before fine: long pieces swing far, short ones then follow the field.
    for longest in (16 * LONGEST, 4 * LONGEST, LONGEST):
        tried = _refined(best, longest)
        for step in (longest / 16, *STEPS):
            tried = relaxed(cost, hx, hy, tried, step, SWEEPS)
        if line_cost(cost, hx, hy, tried) <= line_cost(cost, hx, hy, best):
            best = tried
    tidy = shortcuts(cost, hx, hy, best, WINDOW)
    return min((tidy, best, line), key=lambda one: float(line_cost(cost, hx, hy, one)))
