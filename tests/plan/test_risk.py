"""Drawn arrivals follow the distributions that the tables name, and a missed connection leads to the next departure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from daliz.freight.plan.network import WEEK_MIN, Closures, Handling, Pattern, pack
from daliz.freight.plan.risk import draw_arrivals
from daliz.freight.plan.search import COST, Router
from daliz.freight.plan.transfers import spread

DRAWS = 20_000


def handling(places: int, minutes: int = 0, low: float = 0.0, high: float = 0.0) -> Handling:
    shape = (1, 2, 2)
    full = np.full(shape, minutes, np.int64)
    full[:, 0, :] = full[:, :, 0] = 0
    lows, highs = np.full(shape, low), np.full(shape, high)
    for end in (lows, highs):
        end[:, 0, :] = end[:, :, 0] = 0
    zero = np.zeros(shape)
    return Handling(np.zeros(places, np.int32), full, np.zeros(shape, np.int64), np.zeros(shape, np.int64), zero, lows, highs)


def pattern(
    a: int, b: int, ride: int, departures=(0,), period=WEEK_MIN, headway=-1, low=0.0, high=0.0, closure=-1, closure_at=-1
) -> Pattern:
    return Pattern(
        [a, b], [0, ride], [0, ride], [1, 1], [1, 1], [0, 1], [0, 1], [0, 0], departures, (), period, headway,
        run_low_min=[0, low], run_high_min=[0, high], closure=[-1, closure], closure_at=[-1, closure_at],
    )  # fmt: skip


def draw(patterns, places, destination, hand=None, closures=None, ready=0, seed=1):
    network, noise = pack(patterns, places, hand or handling(places), None, closures)
    (path,) = Router(network).search(0, destination, ready, COST)
    left, arrived = np.empty(DRAWS), np.empty(DRAWS)
    missed, lost = np.empty(len(path.legs), np.int64), np.empty(3)
    draw_arrivals(network, noise, path.legs, destination, path.ready, seed, left, arrived, missed, lost)
    return path, left, arrived, missed / DRAWS, lost


def near(share: float, expected: float) -> bool:
    """Whether a share of the draws fits a probability at the 99.9 % level."""
    return abs(share - expected) <= 3.3 * math.sqrt(max(expected * (1 - expected), 1e-6) / DRAWS) + 1e-9


def test_a_run_alone_deviates_by_its_triangle() -> None:
    _, left, arrived, _, _ = draw([pattern(0, 1, 600, low=-60, high=300)], 2, 1)
    law = stats.triang(c=60 / 360, loc=540, scale=360)
    assert stats.kstest(arrived - left, law.cdf).pvalue > 0.001


def test_a_wait_for_a_headway_service_is_uniform() -> None:
    _, left, _, _, _ = draw([pattern(0, 1, 600, headway=1_440)], 2, 1)
    assert stats.kstest(left, stats.uniform(0, 1_440).cdf).pvalue > 0.001


def test_the_chance_of_a_missed_connection_and_its_cost_are_those_of_the_triangle() -> None:
    # The run arrives 600 after departure and is up to 400 late; the connection leaves at 700, then every day.
    follows = pattern(1, 2, 100, departures=tuple(700 + 1_440 * day for day in range(7)))
    path, _, arrived, missed, _ = draw([pattern(0, 1, 600, low=0, high=400), follows], 3, 2)
    late = 1 - stats.triang(c=0, loc=0, scale=400).cdf(100)
    assert path.arrival == 800
    assert near(missed[1], late)
    assert near(float(np.mean(arrived == 800)), 1 - late)
    assert near(float(np.mean(arrived == 2_240)), late)


def test_cargo_that_misses_the_last_departure_of_a_timetable_never_arrives() -> None:
    follows = pattern(1, 2, 100, departures=(700,), period=0)
    _, _, arrived, missed, _ = draw([pattern(0, 1, 600, low=0, high=400), follows], 3, 2)
    assert near(float(np.mean(np.isinf(arrived))), float(missed[1]))
    assert missed[1] > 0.4


def test_handling_that_takes_longer_also_misses_connections() -> None:
    follows = pattern(1, 2, 100, departures=tuple(900 + 1_440 * day for day in range(7)))
    _, _, _, missed, _ = draw([pattern(0, 1, 600), follows], 3, 2, hand=handling(3, minutes=200, low=-50.0, high=250.0))
    late = 1 - stats.triang(c=50 / 300, loc=150, scale=300).cdf(300)
    assert near(missed[1], late)


def test_a_closed_port_holds_the_share_of_departures_that_its_month_says() -> None:
    share, mean = np.full((1, 12), 0.3), np.full((1, 12), 2_000.0)
    _, left, arrived, _, lost = draw([pattern(0, 1, 600, closure=0)], 2, 1, closures=Closures(share, mean))
    held = left[left > 0]
    assert near(len(held) / DRAWS, 0.3)
    assert stats.kstest(held, stats.expon(scale=2_000).cdf).pvalue > 0.001
    assert lost[2] == pytest.approx(left.mean())
    # Arrivals are rounded up to the minute.
    assert np.all(np.abs(arrived - left - 600.5) <= 0.5)


def test_a_port_seen_open_just_now_is_hardly_ever_closed_on_arrival() -> None:
    share, mean = np.full((1, 12), 0.4), np.full((1, 12), 3_000.0)
    ride = 300
    _, left, arrived, _, _ = draw([pattern(0, 1, ride, closure=0, closure_at=0)], 2, 1, closures=Closures(share, mean))
    # Chance of an alternating process to be closed after t hours open: share x (1 - exp(-t (1/closed + 1/open))), open = closed x 0.6 /
    # 0.4.
    chance = 0.4 * (1 - math.exp(-ride * (1 / 3_000 + 1 / 4_500)))
    assert near(float(np.mean(arrived - left > ride + 1)), chance)


def test_several_runs_become_one_draw_of_the_same_mean_and_variance() -> None:
    stops = 9
    many = Pattern(
        list(range(stops)), [i * 100 for i in range(stops)], [i * 100 for i in range(stops)], [1] * stops, [1] * stops, list(range(stops)),
        list(range(stops)), [0] * stops, period_min=WEEK_MIN, run_low_min=[0] + [-20] * (stops - 1), run_high_min=[0] + [90] * (stops - 1),
    )  # fmt: skip
    _, left, arrived, _, _ = draw([many], stops, stops - 1)
    deviation = arrived - left - 800
    rng = np.random.default_rng(1)
    apart = rng.triangular(-20, 0, 90, (DRAWS, stops - 1)).sum(axis=1)
    assert deviation.mean() == pytest.approx(apart.mean(), abs=3)
    assert deviation.std() == pytest.approx(apart.std(), rel=0.03)
    assert np.percentile(deviation, 90) == pytest.approx(np.percentile(apart, 90), abs=8)


@pytest.mark.parametrize("parts", [[(-3.0, 5.0)], [(-1.0, 30.0), (-2.0, 4.0)], [(0.0, 9.0)] * 6, [(-6.0, 0.0)], []])
def test_deviations_in_a_row_are_one_with_their_mean_and_variance(parts: list[tuple[float, float]]) -> None:
    shift, low, high, second = spread(parts)
    laws = [stats.triang(c=-a / (b - a), loc=a, scale=b - a) for a, b in parts]
    mean, variance = sum(law.mean() for law in laws), sum(law.var() for law in laws)
    assert shift + (low + high) / 3 == pytest.approx(mean)
    assert (low * low + high * high - low * high) / 18 == pytest.approx(variance)
    assert second == pytest.approx(variance + mean**2)


def _twin(rng: np.random.Generator, legs, hand_low, hand_high) -> float:
    """One draw of a chain, written down once more in plain Python: (ride, low, high, departures a day or headway) a leg."""
    t = 0.0
    for number, (ride, low, high, start, every, headway) in enumerate(legs):
        ready = t + (200 + rng.triangular(hand_low, 0, hand_high) if number else 0)
        t = ready + rng.uniform(0, headway) if headway else start + every * max(0, math.ceil((ready - start) / every))
        t += ride + rng.triangular(low, 0, high)
    return t


def test_p90_and_the_chance_of_arriving_equal_an_independent_simulation() -> None:
    legs = [(600, -30, 400, 0, 1_440, 0), (900, -50, 500, 1_000, 720, 0), (300, -10, 90, 0, 1, 600), (700, -60, 700, 3_300, 2_880, 0)]
    patterns = []
    for number, (ride, low, high, start, every, headway) in enumerate(legs):
        departures = () if headway else tuple(sorted((start + every * k) for k in range(14 * 1_440 // every)))
        patterns.append(pattern(number, number + 1, ride, departures or (0,), 0, headway or -1, low, high))
    _, _, arrived, _, _ = draw(patterns, 5, 4, hand=handling(5, 200, -40.0, 160.0))
    rng = np.random.default_rng(3)
    apart = np.array([_twin(rng, legs, -40.0, 160.0) for _ in range(DRAWS)])
    for share in (0.1, 0.5, 0.9):
        value = np.quantile(apart, share)
        assert near(float(np.mean(arrived <= value)), float(np.mean(apart <= value))) or abs(np.quantile(arrived, share) - value) < 15
    for by in (5_000, 6_000, 7_500, 9_000):
        # Both are estimates: twice the variance.
        assert abs(np.mean(arrived <= by) - np.mean(apart <= by)) < 3.3 * math.sqrt(2 * 0.25 / DRAWS)


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    patterns = [pattern(0, 1, 600, low=-60, high=300)]
    first, again, other = (draw(patterns, 2, 1, seed=seed)[2] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
