"""Seabed engines beside their peers on one 2000 x 2000 cost grid, and on fields whose answer is known: time and error in one run.

Peers (benchmarks/requirements.txt): scikit-image MCP_Geometric, scikit-fmm and pykonal. Processor seconds on one core, best of three runs.
The time of a whole route counts both engines, both lines pulled straight and both judged.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from daliz.fibre import judge, march, search

Floats = npt.NDArray[np.float64]
SIZE = 2000
RUNS = 3


def rough_field(size: int, seed: int = 1) -> Floats:
    """A correlated random cost between about 1 and 12 with three no-go blocks (inf)."""
    draws = np.random.default_rng(seed)
    wave = np.hypot(*np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size)))
    wave[0, 0] = 1.0
    relief = np.real(np.fft.ifft2(np.fft.fft2(draws.standard_normal((size, size))) / wave**1.8))
    relief = (relief - relief.mean()) / relief.std()
    slope = np.hypot(*np.gradient(relief))
    cost = 1.0 + 4.0 * np.clip(slope / np.percentile(slope, 99), 0.0, 2.0) + 1.5 * (relief > 1.0)
    for top, bottom, left, right in ((0.3, 0.62, 0.35, 0.40), (0.05, 0.45, 0.60, 0.63), (0.70, 0.98, 0.55, 0.75)):
        cost[int(top * size) : int(bottom * size), int(left * size) : int(right * size)] = np.inf
    return cost


def best_of(call: Callable[[], Any]) -> tuple[Any, float]:
    """The answer and the least processor time in seconds."""
    least, answer = math.inf, None
    for _ in range(RUNS):
        begin = time.process_time()
        answer = call()
        least = min(least, time.process_time() - begin)
    return answer, least


def peers() -> dict[str, Callable[[Floats, tuple[int, int]], Floats]]:
    """Peers that are installed, each a function from cost and start to arrival over the whole grid."""
    found: dict[str, Callable[[Floats, tuple[int, int]], Floats]] = {}
    try:
        from skimage.graph import MCP_Geometric

        found["scikit-image MCP_Geometric"] = lambda cost, start: MCP_Geometric(cost).find_costs([start])[0]
    except ImportError:
        print("scikit-image is not installed")
    try:
        import skfmm

        def marched(cost: Floats, start: tuple[int, int], order: int) -> Floats:
            phi = np.ones(cost.shape)
            phi[start] = -1.0
            blocked = ~np.isfinite(cost)
            speed = np.where(blocked, 0.0, 1.0 / cost)
            return np.ma.filled(skfmm.travel_time(np.ma.MaskedArray(phi, blocked), speed, dx=1.0, order=order), np.inf)

        found["scikit-fmm, order 2"] = lambda cost, start: marched(cost, start, 2)
        found["scikit-fmm, order 1"] = lambda cost, start: marched(cost, start, 1)
    except ImportError:
        print("scikit-fmm is not installed")
    try:
        import pykonal

        def konal(cost: Floats, start: tuple[int, int]) -> Floats:
            solver = pykonal.EikonalSolver(coord_sys="cartesian")
            solver.velocity.min_coords = 0, 0, 0
            solver.velocity.node_intervals = 1, 1, 1
            solver.velocity.npts = *cost.shape, 1
            solver.velocity.values = np.where(np.isfinite(cost), 1.0 / cost, 1e-6)[:, :, None]
            solver.traveltime.values[(*start, 0)] = 0
            solver.unknown[(*start, 0)] = False
            solver.trial.push(*start, 0)
            solver.solve()
            return np.asarray(solver.traveltime.values[:, :, 0])

        found["pykonal"] = konal
    except ImportError:
        print("pykonal is not installed")
    return found


def ours(cost: Floats, start: tuple[int, int]) -> Floats:
    """Our fast marching over the whole grid."""
    ones = np.ones(cost.shape[0])
    return march.arrival_times(cost, ones, ones, *start, -1, -1)


def whole_route(cost: Floats, start: tuple[int, int], goal: tuple[int, int]) -> list[float]:
    """Both engines, pulled straight and judged."""
    ones = np.ones(cost.shape[0])
    times = march.arrival_times(cost, ones, ones, *start, *goal)
    chain = search.least_chain(cost, ones, ones, start, goal)
    assert chain is not None
    lines = (march.descend(times, ones, ones, *start, *goal), chain)
    return [float(judge.line_cost(cost, ones, ones, judge.pulled_straight(cost, ones, ones, line))) for line in lines]


def known_fields(size: int) -> dict[str, tuple[Floats, tuple[int, int], Floats]]:
    """Fields with the exact arrival: flat, and of constant gradient of speed."""
    middle = (size // 2, size // 2)
    rows, cols = np.mgrid[:size, :size].astype(np.float64)
    away = np.hypot(rows - middle[0], cols - middle[1])
    speed = 1.0 + 3.0 * rows / (size - 1)
    slope = 3.0 / (size - 1)
    corner = np.arccosh(1.0 + slope**2 * (rows**2 + cols**2) / (2.0 * speed)) / slope
    return {"flat": (np.ones((size, size)), middle, away), "gradient": (1.0 / speed, (0, 0), corner)}


def worst_error(found: Floats, exact: Floats) -> float:
    """Greatest relative error at more than a twentieth of the grid from the start, in percent."""
    far = exact > exact.max() / 10
    return float(np.abs(found[far] / exact[far] - 1.0).max() * 100)


def main() -> None:
    cost = rough_field(SIZE)
    start, goal = (int(0.1 * SIZE), int(0.08 * SIZE)), (int(0.9 * SIZE), int(0.93 * SIZE))
    warm = np.ones((40, 40))
    whole_route(warm, (3, 3), (30, 33))
    engines = {"daliz fast marching": ours, **peers()}
    fields = known_fields(1001)
    rows = []
    for name, engine in engines.items():
        arrival, seconds = best_of(lambda engine=engine: engine(cost, start))  # type: ignore[misc]
        errors = {field: worst_error(engine(values, at), exact) for field, (values, at, exact) in fields.items()}
        rows.append(
            {"engine": name, "seconds": seconds, "arrival": float(arrival[goal]), **{f"error_{key}_pct": e for key, e in errors.items()}}
        )
    costs, seconds = best_of(lambda: whole_route(cost, start, goal))
    print(f"{SIZE} x {SIZE} cells, whole field, best of {RUNS}, one core; load {os.getloadavg()[0]:.1f}")
    print(f"{'engine':32} {'s':>6} {'at goal':>9} {'flat, %':>8} {'gradient, %':>12}")
    for row in rows:
        print(
            f"{row['engine']:32} {row['seconds']:6.2f} {row['arrival']:9.1f} {row['error_flat_pct']:8.2f} {row['error_gradient_pct']:12.2f}"
        )
    print(
        f"whole route (both engines, pulled straight, judged): {seconds:.2f} s; judged {costs[0]:.1f} (marching) and {costs[1]:.1f} (graph)"
    )
    target = Path(__file__).parent / "results" / "fibre_route.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"engines": rows, "whole_route_s": seconds, "judged": costs}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
