"""The two seabed engines against closed forms, each other and brute force, by one judge."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.optimize import minimize_scalar
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from daliz.fibre import judge, march, search
from daliz.fibre.seabed import metric

SIZE = 301
ONE = np.ones(SIZE)


def both_lines(cost: np.ndarray, hx: np.ndarray, hy: np.ndarray, start: tuple[int, int], goal: tuple[int, int]) -> list[np.ndarray]:
    """The pulled lines of fast marching and of the graph search."""
    times = march.arrival_times(cost, hx, hy, *start, *goal)
    chain = search.least_chain(cost, hx, hy, start, goal)
    assert chain is not None
    slope = march.descend(times, hx, hy, *start, *goal)
    assert np.array_equal(slope[0], np.array(start, dtype=float))
    return [judge.pulled_straight(cost, hx, hy, line) for line in (slope, chain)]


def test_fast_marching_finds_distances_in_a_flat_field() -> None:
    middle = SIZE // 2
    times = march.arrival_times(np.ones((SIZE, SIZE)), ONE, ONE, middle, middle, -1, -1)
    rows, cols = np.mgrid[:SIZE, :SIZE]
    away = np.hypot(rows - middle, cols - middle)
    far = away > 50
    assert np.abs(times[far] / away[far] - 1).max() < 0.003


@pytest.mark.parametrize("goal", [(290, 150), (200, 290), (60, 280), (250, 260)])
def test_lines_in_a_flat_field_are_straight(goal: tuple[int, int]) -> None:
    start = (10, 12)
    for line in both_lines(np.ones((SIZE, SIZE)), ONE, ONE, start, goal):
        assert judge.line_cost(np.ones((SIZE, SIZE)), ONE, ONE, line) == pytest.approx(math.dist(start, goal), rel=0.001)


def test_lines_on_the_ellipsoid_are_geodesics() -> None:
    lat, lon = np.linspace(30.0, 60.0, 361), np.linspace(0.0, 60.0, 481)
    hx, hy = metric(lat, lon)
    start, goal = (60, 20), (280, 460)
    geodesic = Geod(ellps="WGS84").inv(lon[20], lat[60], lon[460], lat[280])[2] / 1e3
    cost = np.ones((361, 481))
    for line in both_lines(cost, hx, hy, start, goal):
        length = judge.line_cost(cost, hx, hy, line)
        spots = np.column_stack([np.interp(line[:, 1], range(481), lon), np.interp(line[:, 0], range(361), lat)])
        assert length == pytest.approx(geodesic, rel=0.003)
        assert Geod(ellps="WGS84").line_length(spots[:, 0], spots[:, 1]) / 1e3 >= geodesic * (1 - 1e-9)


def test_lines_in_a_constant_gradient_are_arcs() -> None:
    # Speed v0 + g z; the least time is known in closed form (rays are circular arcs).
    step, v0, g = 1.0 / (SIZE - 1), 1.0, 3.0
    spacing = np.full(SIZE, step)
    cost = np.repeat(1.0 / (v0 + g * np.arange(SIZE) * step)[:, None], SIZE, axis=1)
    start, goal = (20, 10), (120, 290)
    (z0, x0), (z1, x1) = (np.array(cell) * step for cell in (start, goal))
    exact = math.acosh(1 + g * g * ((z1 - z0) ** 2 + (x1 - x0) ** 2) / (2 * (v0 + g * z0) * (v0 + g * z1))) / g
    times = march.arrival_times(cost, spacing, spacing, *start, -1, -1)
    assert times[goal] == pytest.approx(exact, rel=0.003)
    for line in both_lines(cost, spacing, spacing, start, goal):
        assert judge.line_cost(cost, spacing, spacing, line) == pytest.approx(exact, rel=0.003)


def test_lines_bend_by_snells_law_between_two_media() -> None:
    cost = np.where(np.arange(SIZE)[:, None] < SIZE // 2, 1.0, 3.0) * np.ones((1, SIZE))
    start, goal = (20, 20), (SIZE - 21, SIZE - 21)
    border = SIZE // 2 - 0.5

    def through(x: float) -> float:
        return math.hypot(border - start[0], x - start[1]) + 3 * math.hypot(goal[0] - border, goal[1] - x)

    exact = minimize_scalar(through, bounds=(0, SIZE), method="bounded", options={"xatol": 1e-9}).fun
    assert march.arrival_times(cost, ONE, ONE, *start, -1, -1)[goal] == pytest.approx(exact, rel=0.003)
    for line in both_lines(cost, ONE, ONE, start, goal):
        assert judge.line_cost(cost, ONE, ONE, line) == pytest.approx(exact, rel=0.003)


def brute_force(cost: np.ndarray, start: tuple[int, int], goal: tuple[int, int]) -> float:
    """Least cost over the same 32 steps, by scipy's Dijkstra on edges integrated by sampling."""
    rows, cols = cost.shape
    a, b, weight = [], [], []
    for dy, dx in search.neighbours():
        parts = max(abs(dy), abs(dx))
        for y in range(max(0, -dy), min(rows, rows - dy)):
            for x in range(max(0, -dx), min(cols, cols - dx)):
                total = 0.0
                for part in range(parts + 1):
                    v, u = y + dy * part / parts, x + dx * part / parts
                    y0, x0 = math.floor(v), math.floor(u)
                    at = sum(
                        wy * wx * cost[min(y0 + i, rows - 1), min(x0 + j, cols - 1)]
                        for i, wy in ((0, 1 - (v - y0)), (1, v - y0))
                        for j, wx in ((0, 1 - (u - x0)), (1, u - x0))
                        if wy * wx > 1e-12
                    )
                    total += at * (0.5 if part in (0, parts) else 1.0)
                a.append(y * cols + x)
                b.append((y + dy) * cols + x + dx)
                weight.append(total / parts * math.hypot(dy, dx))
    keep = np.isfinite(weight)
    graph = coo_array((np.array(weight)[keep], (np.array(a)[keep], np.array(b)[keep])), shape=(rows * cols, rows * cols)).tocsr()
    return float(dijkstra(graph, indices=start[0] * cols + start[1])[goal[0] * cols + goal[1]])


@pytest.mark.parametrize("seed", range(4))
def test_the_graph_search_is_exact_on_its_graph(seed: int) -> None:
    draws = np.random.default_rng(seed)
    cost = draws.uniform(1.0, 10.0 ** (1 + seed), (18, 21))
    cost[5:12, 8] = np.inf
    start, goal = (2, 3), (15, 18)
    ones = np.ones(18)
    chain = search.least_chain(cost, ones, ones, start, goal)
    assert chain is not None
    steps = {tuple(step) for step in search.neighbours().tolist()}
    assert all(tuple(step) in steps for step in np.diff(chain, axis=0).astype(int).tolist())
    assert chain_cost(cost, chain) == pytest.approx(brute_force(cost, start, goal), rel=1e-9)


def chain_cost(cost: np.ndarray, chain: np.ndarray) -> float:
    total = 0.0
    for (y, x), (v, u) in itertools.pairwise(chain):
        parts = int(max(abs(v - y), abs(u - x)))
        samples = [judge.cost_at(cost, y + (v - y) * p / parts, x + (u - x) * p / parts) for p in range(parts + 1)]
        total += (sum(samples) - (samples[0] + samples[-1]) / 2) / parts * math.hypot(v - y, u - x)
    return total


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_pulling_straight_never_makes_a_line_dearer_nor_leads_through_walls(seed: int) -> None:
    draws = np.random.default_rng(seed)
    cost = draws.uniform(1.0, 5.0, (40, 50))
    cost[draws.random(cost.shape) < 0.1] = np.inf
    start, goal = (1, 1), (38, 47)
    cost[start] = cost[goal] = 1.0
    ones = np.ones(40)
    chain = search.least_chain(cost, ones, ones, start, goal)
    if chain is None:
        return
    pulled = judge.pulled_straight(cost, ones, ones, chain)
    before, after = (judge.line_cost(cost, ones, ones, line) for line in (chain, pulled))
    assert after <= before
    assert np.isfinite(after)
    assert np.array_equal(pulled[[0, -1]], chain[[0, -1]])


def test_a_closed_wall_has_no_line() -> None:
    cost = np.ones((30, 30))
    cost[:, 15] = cost[:, 16] = cost[:, 17] = np.inf
    ones = np.ones(30)
    assert search.least_chain(cost, ones, ones, (5, 5), (5, 25)) is None
    assert march.arrival_times(cost, ones, ones, 5, 5, -1, -1)[5, 25] == np.inf


def test_the_engines_agree_on_a_rough_field() -> None:
    from scipy.ndimage import gaussian_filter

    cost = 1.0 + 3.0 * gaussian_filter(np.random.default_rng(3).random((SIZE, SIZE)), 2.0)
    costs = [judge.line_cost(cost, ONE, ONE, line) for line in both_lines(cost, ONE, ONE, (10, 10), (285, 280))]
    assert max(costs) / min(costs) < 1.005
