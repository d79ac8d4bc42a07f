"""Rates, trends, change points and ranks: against closed forms, brute force and published values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, logsumexp
from scipy.stats import gamma, nbinom, poisson

from daliz.corridor.errors import DalizError
from daliz.relations.counts import (
    changes,
    corrected_count,
    dispersion_index,
    one_change,
    rank_partners,
    rate,
    trend,
    wilson,
)
from daliz.relations.counts.series import DISPERSION_LOG_PRIOR, DISPERSIONS, log_likelihood, series

# Visits of Chinese and Kazakh officials 2000-2017, AidData; the values beside them are published in the cases.
CHINA_KAZAKHSTAN = [11, 15, 18, 9, 25, 22, 29, 11, 25, 15, 9, 10, 7, 7, 14, 6, 9, 11]


def test_china_kazakhstan_counts_are_over_dispersed_as_published() -> None:
    index, chance = dispersion_index(series(range(2000, 2018), CHINA_KAZAKHSTAN))
    assert index == pytest.approx(3.47, abs=0.005)
    assert chance < 1e-5
    assert rate(series(range(2000, 2018), CHINA_KAZAKHSTAN)).over_dispersed > 0.99


def test_china_kazakhstan_changed_in_2010_or_2009_under_poisson_as_published() -> None:
    change = one_change(series(range(2000, 2018), CHINA_KAZAKHSTAN), poisson=True)
    by_year = dict(zip(change.labels, change.probability, strict=True))
    assert round(by_year[2010], 2) == 0.70
    assert round(by_year[2009], 2) == 0.23
    assert 3e3 < change.bayes_factor < 6e3


def test_a_negative_binomial_is_less_sure_of_the_change_than_poisson() -> None:
    counts = series(range(2000, 2018), CHINA_KAZAKHSTAN)
    assert one_change(counts).bayes_factor < one_change(counts, poisson=True).bayes_factor / 10


def test_likelihoods_are_those_of_scipy() -> None:
    counts, mean = np.array([0.0, 1.0, 4.0, 11.0]), np.array([3.5])
    assert log_likelihood(counts, mean, 0.0) == pytest.approx(poisson.logpmf(counts, 3.5))
    shape = 1 / 0.4
    assert log_likelihood(counts, mean, 0.4) == pytest.approx(nbinom.logpmf(counts, shape, shape / (shape + 3.5)))


def test_the_rate_of_even_counts_is_the_gamma_posterior_with_jeffreys_prior() -> None:
    found = rate(series(range(12), [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]))
    assert found.over_dispersed < 0.2
    low, high = gamma.ppf([0.025, 0.975], 60 + 0.5, scale=1 / 12)
    # Some weight stays on over-dispersion, so the interval is a little wider than that of pure Poisson counts.
    assert found.low == pytest.approx(low, rel=0.06)
    assert found.high == pytest.approx(high, rel=0.06)


def test_a_missing_year_says_nothing_and_a_half_watched_one_counts_half() -> None:
    whole = rate(series(range(4), [4, 4, 4, 4]))
    with_gap = rate(series(range(5), [4, 4, 0, 4, 4], [1, 1, 0, 1, 1]))
    assert (with_gap.mean, with_gap.low, with_gap.high) == pytest.approx((whole.mean, whole.low, whole.high))
    assert rate(series(range(2), [4, 2], [1, 0.5])).mean == 4.0


def test_events_in_a_missing_period_are_refused() -> None:
    with pytest.raises(DalizError, match="2001: events were counted in a period that is marked as missing"):
        series([2000, 2001], [1, 2], [1, 0])


def test_under_reporting_raises_the_rate_by_its_share() -> None:
    plain = series(range(6), [3, 4, 2, 5, 3, 4])
    assert rate(plain.recorded(0.5)).mean == pytest.approx(2 * rate(plain).mean)
    with pytest.raises(DalizError, match="above 0 and at most 1"):
        plain.recorded(0)


def test_the_trend_goes_the_way_of_the_counts() -> None:
    up = trend(series(range(8), [1, 2, 2, 4, 5, 8, 11, 16]))
    assert up.p_up > 0.99
    assert up.low < up.growth < up.high
    assert up.growth == pytest.approx(0.45, abs=0.12)
    down = trend(series(range(8), [16, 11, 8, 5, 4, 2, 2, 1]))
    assert down.p_up == pytest.approx(1 - up.p_up, abs=1e-6)
    assert trend(series(range(8), [5] * 8)).p_up == pytest.approx(0.5, abs=0.02)


def enumerate_changes(counts: list[int], exposure: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of change points and of their number, by going through every segmentation; rates integrated by another rule."""
    n = len(counts)
    y, e = np.array(counts, float), np.array(exposure)
    mean = max(y.sum(), 0.5) / e.sum()
    grid = mean * np.exp(np.linspace(np.log(1e-6), np.log(60), 4001))
    prior = -grid / mean + np.log(grid)
    prior -= logsumexp(prior)
    begin = 1 - 0.5 ** (1 / (n - 1))
    total = -np.inf
    at, number = np.full(n - 1, -np.inf), np.full(n, -np.inf)
    for dispersion, weight in zip(DISPERSIONS, DISPERSION_LOG_PRIOR, strict=True):
        logs = log_likelihood(y[:, None], grid[None, :] * e[:, None], dispersion)
        segment = {(i, j): logsumexp(logs[i:j].sum(axis=0) + prior) for i in range(n) for j in range(i + 1, n + 1)}
        for cuts in itertools.chain.from_iterable(itertools.combinations(range(1, n), k) for k in range(n)):
            ends = (0, *cuts, n)
            value = weight + sum(segment[i, j] for i, j in itertools.pairwise(ends))
            value += len(cuts) * np.log(begin) + (n - 1 - len(cuts)) * np.log1p(-begin)
            total = np.logaddexp(total, value)
            number[len(cuts)] = np.logaddexp(number[len(cuts)], value)
            for cut in cuts:
                at[cut - 1] = np.logaddexp(at[cut - 1], value)
    return np.exp(at - total), np.exp(number - total)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=4, max_size=8))
def test_change_points_equal_going_through_every_segmentation(counts: list[int]) -> None:
    exposure = [1.0] * len(counts)
    exposure[1] = 0.5
    found = changes(series(range(len(counts)), counts, exposure))
    at, number = enumerate_changes(counts, exposure)
    assert found.probability == pytest.approx(at, abs=2e-3)
    assert found.number == pytest.approx(number[: len(found.number)], abs=2e-3)


def test_one_change_is_the_conjugate_gamma_posterior_under_poisson() -> None:
    y = np.array([1, 0, 2, 1, 6, 5, 7, 4])
    b = 1 / y.mean()

    def log_marginal(part: np.ndarray) -> float:
        return float(np.log(b) + gammaln(1 + part.sum()) - (1 + part.sum()) * np.log(b + len(part)) - gammaln(part + 1).sum())

    logs = np.array([log_marginal(y[:t]) + log_marginal(y[t:]) for t in range(1, len(y))])
    exact = np.exp(logs - logsumexp(logs))
    change = one_change(series(range(8), y), poisson=True)
    assert change.probability == pytest.approx(exact, abs=1e-4)
    assert change.bayes_factor == pytest.approx(np.exp(logsumexp(logs) - np.log(7) - log_marginal(y)), rel=1e-3)
    assert change.best == 4
    assert sum(p for label, p in zip(change.labels, change.probability, strict=True) if label in change.credible) >= 0.95


def test_fewer_than_three_watched_periods_have_no_change_point() -> None:
    with pytest.raises(DalizError, match="2 watched periods: a change point needs at least 3"):
        changes(series(range(3), [1, 0, 2], [1, 0, 1]))


def test_ranks_follow_the_counts_and_ties_are_told() -> None:
    ranks = rank_partners({"A": [30], "B": [10], "C": [6], "D": [6], "E": [1]})
    assert [(s.partner, s.rank_best, s.rank_worst) for s in ranks.standings] == [
        ("A", 1, 1),
        ("B", 2, 2),
        ("C", 3, 4),
        ("D", 3, 4),
        ("E", 5, 5),
    ]
    assert ranks.of("A").p_first > 0.99
    assert ranks.of("C").low <= 3 <= ranks.of("C").high
    assert ranks.of("C").high - ranks.of("C").low > ranks.of("A").high - ranks.of("A").low


def test_ranks_of_two_partners_are_the_known_probability() -> None:
    # With Jeffreys priors, P(rate of A > rate of B) is a Beta probability.
    from scipy.stats import beta

    ranks = rank_partners({"A": [7], "B": [4]})
    assert ranks.of("A").p_first == pytest.approx(beta.sf(0.5, 7.5, 4.5), abs=0.015)


def test_the_same_seed_gives_the_same_ranks_and_weights_change_them() -> None:
    counts = {"A": [1, 0], "B": [0, 3]}
    assert rank_partners(counts, (1.0, 1.0), seed=3) == rank_partners(counts, (1.0, 1.0), seed=3)
    assert rank_partners(counts, (1.0, 1.0)).standings[0].partner == "B"
    assert rank_partners(counts, (1.0, 0.2)).standings[0].partner == "A"


def test_a_partner_recorded_less_is_ranked_higher() -> None:
    counts = {"A": [10], "B": [8]}
    assert rank_partners(counts, recorded={"A": 1.0, "B": 0.5}).of("B").p_first > rank_partners(counts).of("B").p_first + 0.3


def test_wilson_interval_equals_its_published_example_and_bounds() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for hits, checked, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)):
        found = wilson(hits, checked)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    corrected = corrected_count(200, 81, 263)
    assert corrected.value == pytest.approx(200 * 81 / 263)
    with pytest.raises(DalizError, match="no more right than checked"):
        wilson(3, 2)
