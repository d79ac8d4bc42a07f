"""Column generation: shortest ways at dual prices, added to the route-based programme until none is worth having.

Algorithm: the programme is solved over the routes at hand; the duals of capacities price the arcs, and a shortest way at these prices
that costs less than its demand's dual is a route worth having (Ford and Fulkerson 1958; Dantzig-Wolfe decomposition, Desaulniers,
Desrosiers, Solomon 2005). When no such route is left, the value is that of the arc-flow model. Before that, the value less what all
demand could save on the ways just found is a bound (Lasdon 1970, ch. 3). Routes that carry all demand at all are looked for in the same
way, with what is left uncarried as the goal. Routes stay in one HiGHS model that is restarted from its last basis.

Cost: one shortest-path tree for each origin and scenario, and one warm start, a round; a route that is wanted in one scenario is a column
in all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.freight.invest.design import Design, Floats, Goal, Ints
from daliz.freight.invest.master import COSTS, Found, Master, Route

CARRIED = 1e-7
"""Share of the demand that may be left and all of it still counts as carried."""
SPLIT = 1e-6
"""An option counts as split when its units are farther than this from whole."""
CHEAPER = 1e-9
"""How much, relative to its demand's dual, a route must be cheaper to count."""


class OutOfTime(Exception):
    """The deadline has passed; the programme holds what was found until then."""


class Settled(NamedTuple):
    """What a search for whole units came to: the best found, what no units can be below, and optimal, time_limit or infeasible."""

    found: Found | None
    bound: float
    status: str


class Ways:
    """Shortest ways over the arcs of a design at any prices."""

    def __init__(self, design: Design) -> None:
        self.design = design
        key = design.tail * design.nodes + design.head
        order = np.lexsort((np.arange(len(key)), key))
        self.pair, self.start = np.unique(key[order], return_index=True)
        self.origins, self.row = np.unique(design.origin, return_inverse=True)

    def find(self, price: Floats, worth: Floats) -> tuple[Floats, dict[int, Route]]:
        """Cost of the cheapest way of each demand, and the way of those demands for which it costs less than it is worth."""
        nodes = self.design.nodes
        # Of parallel arcs the cheapest counts; among equals the first, so that results do not depend on the order of a sort.
        ranked = np.lexsort((np.arange(len(price)), price, self.design.tail * nodes + self.design.head))
        cheapest = ranked[self.start]
        weight = np.maximum(price[cheapest], 1e-12)
        graph = sparse.csr_matrix((weight, (self.pair // nodes, self.pair % nodes)), shape=(nodes, nodes))
        distance, before = csgraph.dijkstra(graph, indices=self.origins, return_predecessors=True)
        cost = distance[self.row, self.design.destination]
        wanted = np.flatnonzero(cost < worth).tolist()
        arc_of = dict(zip(self.pair.tolist(), cheapest.tolist(), strict=True)) if wanted else {}
        return cost, {k: Route(k, self._walk(before[self.row[k]], k, arc_of)) for k in wanted}

    def _walk(self, before: Ints, demand: int, arc_of: dict[int, int]) -> tuple[int, ...]:
        chain = []
        at, origin = int(self.design.destination[demand]), int(self.design.origin[demand])
        while at != origin:
            previous = int(before[at])
            chain.append(arc_of[previous * self.design.nodes + at])
            at = previous
        return tuple(reversed(chain))


class Pricing:
    """A route-based programme whose routes are completed as they are wanted, until a deadline (time.perf_counter).

    Attributes: master, rounds (of column generation so far).
    """

    def __init__(self, design: Design, goal: Goal, routes: Iterable[Route], deadline: float) -> None:
        self.ways, self.deadline, self.rounds = Ways(design), deadline, 0
        _, cheapest = self.ways.find(design.cost, np.full(len(design.origin), np.inf))
        self.master = Master(design, goal, [*cheapest.values(), *routes])

    def left(self) -> float:
        """Seconds to the deadline."""
        return self.deadline - time.perf_counter()

    def complete(self, enough: float = np.inf) -> float:
        """Add routes until none is worth having.

        Returns: the value over all routes, or a bound on it as soon as that is `enough`; infinity where there is no solution.
        Raises: OutOfTime.
        """
        master = self.master
        while True:
            master.run()
            self.rounds += 1
            if not master.feasible():
                return np.inf
            wanted, saving = self._wanted()
            if not wanted:
                return master.value()
            if master.goal in COSTS and master.value() - saving >= enough:
                return master.value() - saving
            if self.left() < 0:
                raise OutOfTime
            master.add(wanted)

    def _wanted(self) -> tuple[list[Route], float]:
        """Routes worth having in some scenario, and what all demand could save on them at most."""
        master, design = self.master, self.master.design
        demand_dual, capacity_dual, weight = master.duals()
        found: dict[Route, None] = {}
        saving = 0.0
        for s in range(master.scenarios):
            price = weight[s] * design.cost - design.use.T @ capacity_dual[:, s]
            worth = demand_dual[:, s] - CHEAPER * np.maximum(1.0, np.abs(demand_dual[:, s]))
            least, routes = self.ways.find(np.maximum(price, 0.0), np.where(design.amount[:, s] > 0, worth, -np.inf))
            for k, route in routes.items():
                if route not in master.routes:
                    found[route] = None
                    saving += (demand_dual[k, s] - least[k]) * design.amount[k, s]
        return list(found), saving

    def carries(self, otherwise: Callable[[], None] | None = None) -> bool:
        """Whether routes can carry all demand, where it must be; they are looked for.

        Parameters: otherwise (called when they cannot, while the duals say why).
        Raises: OutOfTime.
        """
        master = self.master
        if not len(master.short):
            return True
        master.seek(True)
        try:
            left = self.complete() / float(master.design.amount.sum())
            # Without any solution the rules of building are at odds with each other, and no route mends that.
            if otherwise is not None and CARRIED < left < np.inf:
                otherwise()
        finally:
            master.seek(False)
        return left <= CARRIED

    def least(self, enough: float = np.inf) -> float:
        """As `complete`, with routes that carry all demand looked for where those at hand do not. Raises: OutOfTime."""
        value = self.complete(enough)
        if np.isfinite(value) or not len(self.master.short):
            return value
        return self.complete(enough) if self.carries() else np.inf

    def held(self, units: Floats) -> Found | None:
        """The solution with so many units, if there is one; once time is up, over the routes at hand."""
        self.master.hold(units)
        try:
            value = self.least()
        except OutOfTime:
            value = self.master.value() if self.master.feasible() else np.inf
        found = self.master.found_now() if np.isfinite(value) else None
        self.master.hold(None)
        return found

    def rounded(self, share: Floats) -> Found | None:
        """The solution with the units of a relaxation rounded up or, where that is too much and less may do, down."""
        whole = self.master.design.options.whole
        found = self.held(np.where(whole, np.ceil(share - SPLIT), share))
        if found is None and not len(self.master.short):
            found = self.held(np.where(whole, np.floor(share + SPLIT), share))
        return found
