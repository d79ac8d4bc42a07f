"""Where a partner stands among partners, with the uncertainty that small counts leave.

Every partner's rate has a Gamma posterior; draws from all of them at once give the distribution of every partner's rank (posterior
simulation, as in Goldstein and Spiegelhalter 1996, J. R. Statist. Soc. A 159, 385-443). Kinds of visit may carry weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean

DRAWS = 10_000
PRIOR_COUNT = 0.5


@dataclass(frozen=True)
class Standing:
    """One partner: its weighted count, its best and worst rank by the counts as they stand (equal when there is no tie), the median and
    95 % interval of its rank, and the probability of being first."""

    partner: str
    score: float
    rank_best: int
    rank_worst: int
    median: int
    low: int
    high: int
    p_first: float


@dataclass(frozen=True)
class Ranks:
    """All partners of one country, most visited first."""

    standings: tuple[Standing, ...]

    def of(self, partner: str) -> Standing:
        """The standing of one partner. Raises: DalizError when it is not among them."""
        for standing in self.standings:
            if standing.partner == partner:
                return standing
        raise DalizError(f"{partner} is not among the partners counted{did_you_mean(partner, [s.partner for s in self.standings])}")


def rank_partners(
    counts: Mapping[str, Sequence[float]],
    weights: Sequence[float] = (1.0,),
    recorded: Mapping[str, float] | float = 1.0,
    seed: int = 1,
) -> Ranks:
    """Ranks of partners by weighted rate, with 95 % intervals.

    Parameters: counts (partner -> count of each kind), weights (of each kind), recorded (share of events that were recorded, for each
    partner or for all; partners recorded less are taken to have had more), seed.
    Raises: DalizError for no partner, a partner with another number of kinds, or a recorded share outside (0, 1].
    """
    if not counts:
        raise DalizError("no partners to rank; expected at least one")
    partners = sorted(counts)
    table = np.array([list(counts[partner]) for partner in partners], dtype=float)
    if table.ndim != 2 or table.shape[1] != len(weights):
        raise DalizError(f"{len(weights)} weights: expected one for each kind that is counted")
    shares = np.array([recorded if isinstance(recorded, float | int) else recorded.get(partner, 1.0) for partner in partners], dtype=float)
    impossible = shares[~((shares > 0) & (shares <= 1))]
    if impossible.size:
        raise DalizError(f"recorded share {impossible[0]:g}: expected a number above 0 and at most 1")
    factor = np.asarray(weights, dtype=float)
    kind_share = (table.sum(axis=0) + 1e-9) / (table.sum() + 1e-9 * table.shape[1])
    shape = table + PRIOR_COUNT * kind_share
    draws = np.random.default_rng(seed).standard_gamma(shape, size=(DRAWS, *shape.shape)) @ factor / shares
    order = np.argsort(-draws, axis=1)
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(1, len(partners) + 1), order.shape), axis=1)
    low, median, high = np.quantile(rank, [0.025, 0.5, 0.975], axis=0, method="nearest")
    score = table @ factor
    standings = [
        Standing(
            partner,
            float(score[index]),
            int((score > score[index] + 1e-9).sum()) + 1,
            int((score >= score[index] - 1e-9).sum()),
            int(median[index]),
            int(low[index]),
            int(high[index]),
            float((rank[:, index] == 1).mean()),
        )
        for index, partner in enumerate(partners)
    ]
    return Ranks(tuple(sorted(standings, key=lambda s: (-s.score, s.median, s.partner))))
