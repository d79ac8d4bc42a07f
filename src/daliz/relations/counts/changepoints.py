"""When a rate changed: posterior probabilities of change points, not one segmentation.

A series falls into segments, each with a rate of its own. The rates' prior is exponential with the series' overall rate as its mean
(one period's worth of information). Within a segment counts are Poisson or negative binomial with a dispersion common to all segments.
Sums over all segmentations are exact, by the forward-backward recursions of Fearnhead (2006), Statistics and Computing 16, 203-213;
cost n^2 times the points of the rate grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from daliz.corridor.errors import DalizError
from daliz.relations.counts.rates import Interval, quantiles
from daliz.relations.counts.series import (
    DISPERSION_LOG_PRIOR,
    DISPERSIONS,
    CountSeries,
    Floats,
    log_likelihood,
)

GRID_POINTS = 260
MOST_CHANGES = 6
LEAST_PERIODS = 3


@dataclass(frozen=True)
class OneChange:
    """What the series says if the rate changed exactly once.

    Attributes: labels (first period of the new rate), probability (of each), bayes_factor (one change against none), before and after
    (rate a period with 95 % interval, over all change points), credible (smallest set of periods that holds 95 %).
    """

    labels: tuple[int, ...]
    probability: tuple[float, ...]
    bayes_factor: float
    before: Interval
    after: Interval
    credible: tuple[int, ...]

    @property
    def best(self) -> int:
        """The most probable first period of the new rate."""
        return self.labels[int(np.argmax(self.probability))]


@dataclass(frozen=True)
class Changes:
    """What the series says about any number of changes.

    Attributes: labels (periods from the second on), probability (that a new rate begins there), number (posterior of 0, 1, 2 ...
    changes), level (rate a period of every period, with 95 % interval, over all segmentations).
    """

    labels: tuple[int, ...]
    probability: tuple[float, ...]
    number: tuple[float, ...]
    level: tuple[Interval, ...]

    @property
    def any(self) -> float:
        """Probability that the rate changed at all."""
        return 1 - self.number[0]


@dataclass(frozen=True)
class _Evidence:
    """Log marginal likelihoods of segments: segment[d, i, j] of periods i..j-1 under dispersion d, and what gives their rates."""

    grid: Floats
    log_prior: Floats
    cumulative: Floats
    segment: Floats


def _evidence(counts: CountSeries, dispersions: tuple[float, ...]) -> _Evidence:
    mean = max(counts.total, 0.5) / counts.periods
    grid = mean * np.exp(np.linspace(np.log(1e-6), np.log(60.0), GRID_POINTS))
    # Exponential prior with this mean, times the rate because the grid is even in its logarithm.
    log_prior = -grid / mean + np.log(grid)
    log_prior -= logsumexp(log_prior)
    n = len(counts.labels)
    means = grid[None, :] * counts.exposure[:, None]
    cumulative = np.zeros((len(dispersions), n + 1, GRID_POINTS))
    for index, dispersion in enumerate(dispersions):
        np.cumsum(log_likelihood(counts.counts[:, None], means, dispersion), axis=0, out=cumulative[index, 1:])
    segment = np.full((len(dispersions), n + 1, n + 1), -np.inf)
    for start in range(n):
        ends = cumulative[:, start + 1 :] - cumulative[:, start : start + 1]
        segment[:, start, start + 1 :] = logsumexp(ends + log_prior, axis=2)
    return _Evidence(grid, log_prior, cumulative, segment)


def _watched(counts: CountSeries) -> int:
    return int((counts.exposure > 0).sum())


def _need(counts: CountSeries) -> None:
    if _watched(counts) < LEAST_PERIODS:
        raise DalizError(f"{_watched(counts)} watched periods: a change point needs at least {LEAST_PERIODS}")


def change_points(counts: CountSeries) -> tuple[OneChange | None, Changes | None]:
    """What a series says of one change and of any number of them; None for fewer than three watched periods."""
    return (one_change(counts), changes(counts)) if _watched(counts) >= LEAST_PERIODS else (None, None)


def one_change(counts: CountSeries, poisson: bool = False) -> OneChange:
    """Posterior of the time of change if there was exactly one, every time equally probable before.

    Parameters: counts, poisson (True: counts taken as Poisson; else the dispersion is averaged over).
    Raises: DalizError for fewer than three watched periods.
    """
    _need(counts)
    dispersions = (0.0,) if poisson else DISPERSIONS
    prior = np.zeros(1) if poisson else DISPERSION_LOG_PRIOR
    evidence = _evidence(counts, dispersions)
    n = len(counts.labels)
    cuts = list(range(1, n))
    joint = evidence.segment[:, 0, cuts] + evidence.segment[:, cuts, n] + prior[:, None]
    none = logsumexp(evidence.segment[:, 0, n] + prior)
    bayes_factor = float(np.exp(logsumexp(joint) - np.log(n - 1) - none))
    weights = np.exp(joint - logsumexp(joint))
    before = np.zeros(GRID_POINTS)
    after = np.zeros(GRID_POINTS)
    for d in range(len(dispersions)):
        for index, cut in enumerate(cuts):
            before += weights[d, index] * _segment_rate(evidence, d, 0, cut)
            after += weights[d, index] * _segment_rate(evidence, d, cut, n)
    probability = weights.sum(axis=0)
    labels = counts.labels[1:]
    return OneChange(
        labels,
        tuple(float(p) for p in probability),
        bayes_factor,
        _interval(evidence.grid, before),
        _interval(evidence.grid, after),
        _smallest_set(labels, probability),
    )


def _segment_rate(evidence: _Evidence, dispersion: int, start: int, end: int) -> Floats:
    logs = evidence.cumulative[dispersion, end] - evidence.cumulative[dispersion, start] + evidence.log_prior
    weights: Floats = np.exp(logs - logsumexp(logs))
    return weights


def _interval(grid: Floats, weights: Floats) -> Interval:
    low, _, high = quantiles(np.log(grid), weights)
    return Interval(float((grid * weights).sum() / weights.sum()), float(np.exp(low)), float(np.exp(high)))


def _smallest_set(labels: tuple[int, ...], probability: Floats, level: float = 0.95) -> tuple[int, ...]:
    order = np.argsort(-probability, kind="stable")
    needed = int(np.searchsorted(np.cumsum(probability[order]), level - 1e-12)) + 1
    return tuple(sorted(labels[index] for index in order[:needed]))


def changes(counts: CountSeries) -> Changes:
    """Posterior of all change points together.

    Before seeing the counts, no change at all has probability one half, and every period is as likely as any other to begin a new rate.
    Raises: DalizError for fewer than three watched periods.
    """
    _need(counts)
    evidence = _evidence(counts, DISPERSIONS)
    n = len(counts.labels)
    begin = 1 - 0.5 ** (1 / (n - 1))
    log_begin, log_stay = np.log(begin), np.log1p(-begin)
    # A segment of length m holds m - 1 boundaries without a change.
    lengths = np.arange(n + 1)[None, :] - np.arange(n + 1)[:, None]
    weighted = evidence.segment + np.where(lengths > 0, (lengths - 1) * log_stay, -np.inf)
    forward, backward = _forward_backward(weighted, log_begin)
    total = forward[:, n] + DISPERSION_LOG_PRIOR
    norm = logsumexp(total)
    cuts = np.arange(1, n)
    at = forward[:, cuts] + log_begin + backward[:, cuts] + DISPERSION_LOG_PRIOR[:, None]
    probability = np.exp(logsumexp(at, axis=0) - norm)
    level = np.zeros((n, GRID_POINTS))
    for start in range(n):
        for end in range(start + 1, n + 1):
            logs = forward[:, start] + weighted[:, start, end] + backward[:, end] + DISPERSION_LOG_PRIOR
            logs += (start > 0) * log_begin + (end < n) * log_begin - norm
            for d in np.flatnonzero(logs > -18):
                level[start:end] += np.exp(logs[d]) * _segment_rate(evidence, int(d), start, end)
    return Changes(
        counts.labels[1:],
        tuple(float(p) for p in probability),
        _number_of_changes(weighted, log_begin, norm),
        tuple(_interval(evidence.grid, row) for row in level),
    )


def _forward_backward(weighted: Floats, log_begin: float) -> tuple[Floats, Floats]:
    """forward[t]: periods before t, a segment ending at t; backward[t]: periods from t on, a segment starting at t."""
    kinds, size, _ = weighted.shape
    n = size - 1
    forward = np.full((kinds, n + 1), -np.inf)
    backward = np.full((kinds, n + 1), -np.inf)
    forward[:, 0] = 0.0
    backward[:, n] = 0.0
    enter = np.where(np.arange(n + 1) > 0, log_begin, 0.0)
    leave = np.where(np.arange(n + 1) < n, log_begin, 0.0)
    for end in range(1, n + 1):
        forward[:, end] = logsumexp(forward[:, :end] + enter[:end] + weighted[:, :end, end], axis=1)
    for start in range(n - 1, -1, -1):
        backward[:, start] = logsumexp(weighted[:, start, start + 1 :] + leave[start + 1 :] + backward[:, start + 1 :], axis=1)
    return forward, backward


def _number_of_changes(weighted: Floats, log_begin: float, norm: float) -> tuple[float, ...]:
    kinds, size, _ = weighted.shape
    n = size - 1
    reached = np.full((kinds, n + 1), -np.inf)
    reached[:, 0] = 0.0
    found: list[float] = []
    for number in range(min(MOST_CHANGES, n - 1) + 1):
        following = np.full((kinds, n + 1), -np.inf)
        for end in range(1, n + 1):
            following[:, end] = logsumexp(reached[:, :end] + weighted[:, :end, end], axis=1)
        found.append(float(np.exp(logsumexp(following[:, n] + DISPERSION_LOG_PRIOR) + number * log_begin - norm)))
        following[:, n] = -np.inf
        reached = following
    return tuple(found)
