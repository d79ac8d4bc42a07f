"""Counts by period with the exposure of each period: the share of it that was watched and, by assumption, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from daliz.corridor.errors import DalizError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CountSeries:
    """Events counted in successive periods of equal length.

    Attributes: labels (years, in order), counts (events in each), exposure (share of each period that was watched, 0 to 1; 0 is a
    missing period and says nothing, which is not the same as a count of 0).
    """

    labels: tuple[int, ...]
    counts: Floats
    exposure: Floats

    def __post_init__(self) -> None:
        if not self.labels:
            raise DalizError("no periods to count over; expected at least one")
        if not len(self.labels) == len(self.counts) == len(self.exposure):
            raise DalizError(
                f"{len(self.labels)} periods, {len(self.counts)} counts, {len(self.exposure)} exposures: expected as many of each"
            )
        if (self.counts < 0).any() or (self.counts != np.floor(self.counts)).any():
            raise DalizError("a count is negative or broken; expected whole numbers of at least 0")
        if (self.exposure < 0).any():
            raise DalizError("an exposure is negative; expected a share of at least 0")
        lost = (self.exposure == 0) & (self.counts > 0)
        if lost.any():
            label = self.labels[int(np.flatnonzero(lost)[0])]
            raise DalizError(f"{label}: events were counted in a period that is marked as missing")

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    @property
    def periods(self) -> float:
        """Periods watched, in whole periods."""
        return float(self.exposure.sum())

    def recorded(self, share: float) -> CountSeries:
        """The series under the assumption that only this share of events was recorded.

        Raises: DalizError when the share is not above 0 and at most 1.
        """
        if not 0 < share <= 1:
            raise DalizError(f"recorded share {share!r}: expected a number above 0 and at most 1")
        return CountSeries(self.labels, self.counts, self.exposure * share)


def series(labels: Sequence[int], counts: Sequence[float], exposure: Sequence[float] | None = None) -> CountSeries:
    """A count series from plain numbers; without exposure every period was watched whole."""
    watched = np.ones(len(labels)) if exposure is None else np.asarray(exposure, dtype=float)
    return CountSeries(tuple(labels), np.asarray(counts, dtype=float), watched)


def log_likelihood(counts: Floats, means: Floats, dispersion: float) -> Floats:
    """Log probability of counts: Poisson where dispersion is 0, else negative binomial with variance mean + dispersion mean^2.

    `counts` and `means` broadcast; a mean of 0 with a count of 0 (a missing period) has probability 1.
    """
    safe = np.maximum(means, 1e-300)
    if dispersion == 0:
        return np.where(means > 0, counts * np.log(safe) - means - gammaln(counts + 1), 0.0)
    shape = 1 / dispersion
    value = (
        gammaln(counts + shape)
        - gammaln(shape)
        - gammaln(counts + 1)
        - shape * np.log1p(means / shape)
        + counts * (np.log(safe) - np.log(shape + means))
    )
    return np.where(means > 0, value, 0.0)


# Three tenths of the prior weight are on Poisson counts; the rest is spread evenly over these dispersions.
DISPERSIONS = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
DISPERSION_LOG_PRIOR = np.log(np.array([0.3, *[0.7 / (len(DISPERSIONS) - 1)] * (len(DISPERSIONS) - 1)]))


def rate_grid(counts: CountSeries, points: int = 600) -> Floats:
    """Rates a period, evenly spaced in the logarithm, wide enough for every posterior of this series."""
    scale = (counts.total + 0.5) / max(counts.periods, 1e-9)
    return scale * np.exp(np.linspace(np.log(1e-5), np.log(200.0), points))
