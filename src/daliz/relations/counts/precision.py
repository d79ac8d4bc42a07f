"""Precision of machine-coded events, from a sample that a person has checked, and counts corrected by it."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from daliz.corridor.errors import DalizError
from daliz.relations.counts.rates import Interval


def wilson(hits: int, checked: int, level: float = 0.95) -> Interval:
    """A share with its Wilson score interval.

    Raises: DalizError when nothing was checked, or hits is not between 0 and checked.
    Source: Wilson, E. B. (1927), J. Am. Stat. Assoc. 22, 209-212.

    >>> i = wilson(8, 10)
    >>> round(i.value, 2), round(i.low, 3), round(i.high, 3)
    (0.8, 0.49, 0.943)
    """
    if checked < 1 or not 0 <= hits <= checked:
        raise DalizError(f"{hits} right of {checked} checked: expected at least one checked, and no more right than checked")
    z = float(norm.ppf(0.5 + level / 2))
    share = hits / checked
    centre = (share + z * z / (2 * checked)) / (1 + z * z / checked)
    half = z / (1 + z * z / checked) * np.sqrt(share * (1 - share) / checked + z * z / (4 * checked * checked))
    return Interval(share, max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def corrected_count(count: float, hits: int, checked: int, level: float = 0.95) -> Interval:
    """How many of `count` coded events are real, if `hits` of `checked` sampled ones were: the count times the Wilson interval."""
    share = wilson(hits, checked, level)
    return Interval(count * share.value, count * share.low, count * share.high)
