"""Whole units by branch and price: a tree of programmes, each with an option that the relaxation splits rounded down, or up.

Algorithm: the routes of each branch are completed by column generation, so that its value is a bound for all units in it, and a branch
that cannot beat the best found is closed, often before its routes are complete (Barnhart et al. 1998). The option is the one whose two
branches rise most together, by solving both over the routes at hand (strong branching, Applegate et al. 1995). The cheaper branch is
followed first; at its end the open branch of least bound comes next.

Cost: a few warm starts and rounds of column generation a branch; the number of branches is what the relaxation leaves open.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from daliz.freight.invest.design import Floats
from daliz.freight.invest.master import Found
from daliz.freight.invest.pricing import SPLIT, OutOfTime, Pricing, Settled

TRIED = 8
"""Options of which both branches are tried before one is chosen."""
LEAST_RISE, LARGEST = 1e-9, 1e15
"""Rise of a branch, relative to its value, that still counts, and that of one without a solution."""


class Branch(NamedTuple):
    """Bound, number (in the order in which branches were made), fewest and most units of each option."""

    bound: float
    number: int
    low: Floats
    high: Floats


class Tree:
    """The branches still open (a heap), the best units found, and the least bound of the branches that were closed."""

    def __init__(self, pricing: Pricing, gap: float, bound: float, best: Found | None = None) -> None:
        self.pricing, self.master, self.gap, self.best = pricing, pricing.master, gap, best
        self.share = self.master.built()
        self.open = [Branch(bound, 0, *self.master.limits())]
        self.made, self.closed = 0, np.inf

    def search(self) -> Settled:
        """Follow branches until none can beat the best found, or time is up."""
        branch: Branch | None = None
        late = False
        try:
            while self.open:
                branch = heapq.heappop(self.open)
                while branch is not None:
                    branch = self._follow(branch)
        except OutOfTime:
            late = True
            self.closed = min(self.closed, *(one.bound for one in [*self.open, branch] if one is not None))
        if self.best is None and late:
            self.best = self.pricing.rounded(self.share)
        status = "time_limit" if late else "optimal" if self.best is not None else "infeasible"
        return Settled(self.best, self.closed, status)

    def _enough(self) -> float:
        """A branch of this bound cannot beat the best found by more than the gap."""
        return np.inf if self.best is None else self.best.objective - self.gap * abs(self.best.objective)

    def _follow(self, branch: Branch) -> Branch | None:
        """Value a branch. Returns: the branch of it to go on with, the other being left open; None where it is closed."""
        self.master.bound(branch.low, branch.high)
        value = branch.bound if branch.bound >= self._enough() else self.pricing.least(self._enough())
        if value >= self._enough():
            self.closed = min(self.closed, value)
            return None
        self.share = share = self.master.built()
        split = np.flatnonzero(self.master.design.options.whole & (np.abs(share - np.round(share)) > SPLIT))
        if not len(split):
            self.closed = min(self.closed, value)
            self._keep(share)
            return None
        tried = [self._both(branch, share, int(i)) for i in split[np.argsort(np.abs(share[split] % 1 - 0.5), kind="stable")][:TRIED]]
        least = LEAST_RISE * max(1.0, abs(value))
        strongest = max(tried, key=lambda pair: np.prod([np.clip(one.bound - value, least, LARGEST) for one in pair]))
        first, second = (one._replace(bound=value) for one in sorted(strongest))
        heapq.heappush(self.open, second)
        return first

    def _both(self, branch: Branch, share: Floats, option: int) -> list[Branch]:
        """The branches with an option rounded down and up, with their values over the routes at hand."""
        found = []
        for low, high in ((branch.low[option], np.floor(share[option])), (np.ceil(share[option]), branch.high[option])):
            self.made += 1
            one = Branch(np.inf, self.made, branch.low.copy(), branch.high.copy())
            one.low[option], one.high[option] = low, high
            self.master.bound(one.low, one.high)
            self.master.run()
            found.append(one._replace(bound=self.master.value()) if self.master.feasible() else one)
        return found

    def _keep(self, share: Floats) -> None:
        """Keep the units of a branch that splits none, exactly whole."""
        found = self.master.found_now()
        found = self.pricing.held(np.where(self.master.design.options.whole, np.round(share), share)) or found
        if self.best is None or found.objective < self.best.objective:
            self.best = found
