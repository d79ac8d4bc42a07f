"""Statistics of rare events counted by year: rates, trends, change points, ranks and agreement with an audited sample.

These know nothing of visits or news; they take counts and exposures, and give back values with intervals.
"""

from daliz.relations.counts.changepoints import Changes, OneChange, change_points, changes, one_change
from daliz.relations.counts.precision import corrected_count, wilson
from daliz.relations.counts.ranks import Ranks, rank_partners
from daliz.relations.counts.rates import Interval, Rate, Trend, dispersion_index, rate, trend
from daliz.relations.counts.series import CountSeries

__all__ = [
    "Changes",
    "CountSeries",
    "Interval",
    "OneChange",
    "Ranks",
    "Rate",
    "Trend",
    "change_points",
    "changes",
    "corrected_count",
    "dispersion_index",
    "one_change",
    "rank_partners",
    "rate",
    "trend",
    "wilson",
]
