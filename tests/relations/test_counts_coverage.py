"""Intervals hold the truth as often as they say: 1,000 simulated series of visits with a known rate and a known change."""

from __future__ import annotations

import numpy as np
import pytest

from daliz.relations.balance import of_counts
from daliz.relations.counts import one_change, rate
from daliz.relations.counts.series import series

RUNS = 1_000
RATE_RUNS = 2_000
CHANCE = 0.01  # two standard errors of a share of 2,000 runs


def draw(rng: np.random.Generator, means: np.ndarray, dispersion: float) -> np.ndarray:
    return rng.poisson(means if dispersion == 0 else rng.gamma(1 / dispersion, means * dispersion))


def covered(mean: float, years: int, dispersion: float) -> float:
    """The share of runs in which the interval holds the rate; not the seed that the prior was tried on."""
    rng = np.random.default_rng(2026)
    hits = 0
    for _ in range(RATE_RUNS):
        found = rate(series(range(years), draw(rng, np.full(years, mean), dispersion)))
        hits += found.low <= mean <= found.high
    return hits / RATE_RUNS


@pytest.mark.parametrize(
    ("mean", "years", "dispersion"),
    [
        *[(5.0, 10, 0.0), (10.0, 18, 0.0), (3.0, 7, 0.0)],
        *[(14.0, 18, 0.2), (6.0, 20, 0.3), (8.0, 7, 0.3), (2.0, 10, 0.5), (5.0, 10, 0.5), (10.0, 10, 0.5)],
    ],
)
def test_95_percent_intervals_of_a_rate_cover_it_in_93_to_97_percent_of_runs(mean: float, years: int, dispersion: float) -> None:
    hits = covered(mean, years, dispersion)
    print(f"rate {mean}, {years} years, dispersion {dispersion}: {hits:.1%}")
    assert 0.93 - CHANCE <= hits <= 0.97 + CHANCE


def test_95_percent_intervals_of_a_low_rate_cover_it_at_least_so_often() -> None:
    # Few visits do not tell their dispersion, so that intervals are rather too wide.
    hits = covered(2.0, 10, 0.0)
    print(f"rate 2, 10 years, dispersion 0: {hits:.1%}")
    assert 0.95 - CHANCE <= hits <= 0.98 + CHANCE


def test_95_percent_intervals_before_and_after_a_known_change_cover_in_93_to_97_percent_of_runs() -> None:
    rng = np.random.default_rng(12)
    before = after = inside = 0
    for _ in range(RUNS):
        years, cut = 22, int(rng.integers(7, 16))
        low, high, dispersion = rng.uniform(1, 4), rng.uniform(6, 14), float(rng.choice([0.0, 0.2]))
        means = np.where(np.arange(years) < cut, low, high)
        found = one_change(series(range(years), draw(rng, means, dispersion)))
        before += found.before.low <= low <= found.before.high
        after += found.after.low <= high <= found.after.high
        inside += cut in found.credible
    print(f"before {before / RUNS:.1%}, after {after / RUNS:.1%}, year of change {inside / RUNS:.1%}")
    assert 0.93 <= before / RUNS <= 0.97
    assert 0.93 <= after / RUNS <= 0.97
    # A set of whole years cannot hold exactly 95 %; it holds at least that.
    assert inside / RUNS >= 0.93


@pytest.mark.parametrize("total", [100, 300])
def test_95_percent_intervals_of_the_herfindahl_index_cover_it(total: int) -> None:
    rng = np.random.default_rng(13)
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    truth = float((shares**2).sum())
    hits = 0
    for _ in range(RUNS):
        found = of_counts({str(index): float(count) for index, count in enumerate(rng.multinomial(total, shares))})
        hits += found.hhi.low <= truth <= found.hhi.high
    assert 0.92 <= hits / RUNS <= 0.97
