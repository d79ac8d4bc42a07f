"""User equilibrium: trips spread over ways until no one finds a cheaper one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numba
import numpy as np
import numpy.typing as npt

from daliz.corridor import DalizError
from daliz.freight.flows.columns import ENDS, FLOW, compact, extend, least_known, load, passes, relative_gap, renew_all, tidy
from daliz.freight.flows.network import AssignmentNetwork, Demand, Floats, Ints, Nodes
from daliz.freight.flows.shortest import mend_all

INNER_PASSES = 20
TIGHTER = 0.1
"""Inner passes make pairs as equal as this share of the outer gap, and a way that saves less is no new path."""
BATCHES = 48
"""The first loading renews costs this many times, at most once an origin."""
MOST_OUTER = 500
STALLED = 25
"""Outer iterations without half the gap after which rounding is all that is left."""


@dataclass(frozen=True)
class Step:
    """Relative gap after so many seconds."""

    seconds: float
    gap: float


@dataclass(frozen=True)
class Equilibrium:
    """Flows in equilibrium, by link and by path.

    Attributes: network, demand, link_flow and link_cost (links in the order given), objective (Beckmann), gap (relative: total cost above
    that of all trips on their shortest ways, as a share of total cost), steps (one an outer iteration), path_pair, path_first, path_links
    (packed links of path p are `path_links[path_first[p]:path_first[p + 1]]`), path_flow.
    """

    network: AssignmentNetwork = field(repr=False)
    demand: Demand = field(repr=False)
    link_flow: Floats = field(repr=False)
    link_cost: Floats = field(repr=False)
    objective: float
    gap: float
    steps: tuple[Step, ...] = field(repr=False)
    path_pair: Ints = field(repr=False)
    path_first: Ints = field(repr=False)
    path_links: npt.NDArray[np.int32] = field(repr=False)
    path_flow: Floats = field(repr=False)

    def select_link(self, link: int) -> tuple[Floats, Floats]:
        """What uses a link (its position in the order given).

        Returns: trips of each pair over it, and the flow that they make on every link (in the order given). Both are sums of path flows
        in the order in which the link flows were added up, so the flow on the link itself is its assigned flow to the last bit.
        Raises: DalizError when there is no such link.
        """
        if not 0 <= link < len(self.link_flow):
            raise DalizError(f"no link number {link}; expected 0 to {len(self.link_flow) - 1}")
        packed = int(np.flatnonzero(self.network.order == link)[0])
        path_of_cell = np.repeat(np.arange(len(self.path_flow)), np.diff(self.path_first))
        over = np.zeros(len(self.path_flow), bool)
        over[path_of_cell[self.path_links == packed]] = True
        by_pair = np.zeros(len(self.demand.trips))
        np.add.at(by_pair, self.path_pair[over], self.path_flow[over])
        cells = over[path_of_cell]
        flow = np.zeros(len(self.link_flow))
        np.add.at(flow, self.path_links[cells], self.path_flow[path_of_cell[cells]])
        return by_pair, self.network.as_given(flow)


class _Columns:
    """Paths of all pairs and the links they load, with room that grows."""

    def __init__(self, network: AssignmentNetwork, demand: Demand) -> None:
        self.network, self.demand = network, demand
        self.link, self.cost = network.coefficients()
        pairs = len(demand.trips)
        self.pool = np.empty(48 * pairs, np.int32)
        self.path = np.empty((4 * pairs, 3), np.int32)
        self.flow = np.empty(4 * pairs)
        self.leading = np.full(pairs, -1, np.int32)
        self.gap = np.full(pairs, np.inf)
        self.least = np.empty(pairs)
        self.stamp = np.zeros(len(self.cost), np.int64)
        self.known = self.used = self.mark = 0
        renew_all(self.link, self.cost)

    @property
    def paths(self) -> tuple[Floats, Floats, Nodes, Nodes, Floats, Nodes]:
        return self.link, self.cost, self.pool, self.path, self.flow, self.leading

    def load(self, ways: _Trees) -> None:
        """All trips on the network, origin by origin. Raises: DalizError when a destination cannot be reached."""
        demand, network = self.demand, self.network
        at, lost = 0, -1
        batch = max(1, len(demand.origins) // BATCHES)
        while True:
            at, self.used, lost = load(
                at, self.used, ways.trees, demand, network.first_through, network.links, batch, ways.threads, self.paths
            )
            if lost >= 0:
                a, z = demand.origin[lost] + 1, demand.destination[lost] + 1
                raise DalizError(f"{demand.trips[lost]:g} trips want to go from node {a} to node {z}, but no way leads there")
            if at == len(demand.origins):
                break
            self._grow(int(demand.first[at + 1] - demand.first[at]) * network.nodes)
        self.known = len(demand.trips)

    def extend(self, ways: _Trees, saving: float) -> None:
        """The ways of new trees, where they are cheaper than those known."""
        at = 0
        least_known(self.paths, self.least, ways.threads)
        while True:
            at, self.known, self.used = extend(
                at, self.known, self.used, ways.trees, ways.row, self.least, saving, self.demand, self.network.links.tail, self.paths
            )
            if at == len(ways.row):
                return
            self._grow(self.network.nodes)

    def equalise(self, tolerance: float) -> None:
        """Passes over the pairs, until the dearest path of each is at most so much above its cheapest."""
        self.mark = passes(tolerance, INNER_PASSES, self.mark, self.gap, self.stamp, self.paths)

    def _grow(self, cells: int) -> None:
        self.pool = np.concatenate([self.pool[: self.used], np.empty(self.used + cells, np.int32)])
        self.path = np.concatenate([self.path[: self.known], np.empty((max(self.known, len(self.leading)), 3), np.int32)])
        self.flow = np.concatenate([self.flow[: self.known], np.empty(len(self.path) - self.known)])


class _Trees:
    """Shortest ways from every origin at the costs of the moment, and the gap they show."""

    def __init__(self, network: AssignmentNetwork, demand: Demand, threads: int) -> None:
        self.network, self.demand, self.threads = network, demand, threads
        shape = (len(demand.origins), network.nodes)
        self.trees = (np.empty(shape), np.empty(shape, np.int32))
        self.row = np.repeat(np.arange(len(demand.origins)), np.diff(demand.first))

    def renew(self, cost: Floats) -> None:
        """Mend the trees at these costs."""
        numba.set_num_threads(max(1, min(self.threads, vars(numba.config)["NUMBA_NUM_THREADS"])))
        k = self.network.links
        through = self.network.first_through
        mend_all(self.demand.origins, through, k.first, k.tail, k.head, cost, *self.trees, self.threads)


def equilibrium(network: AssignmentNetwork, demand: Demand, gap: float = 1e-8, threads: int = 1) -> Equilibrium:
    """Assign trips to ways so that no one finds a cheaper one.

    Parameters: network, demand, gap (relative gap to reach; about 1e-14 is the limit of double precision), threads (for trees).
    Returns: the equilibrium; its `gap` is what was reached, which is above the one asked for only where rounding allows no better.
    Raises: DalizError when demand names nodes that are not there, or a destination cannot be reached.
    """
    began = time.perf_counter()
    highest = int(max(demand.origins.max(), demand.destination.max()))
    if highest >= network.nodes:
        raise DalizError(f"demand names node {highest + 1}; the network has nodes 1 to {network.nodes}")
    columns = _Columns(network, demand)
    ways = _Trees(network, demand, threads)
    steps = _iterate(columns, ways, gap, began)
    pair, first, cells, flow = compact(columns.pool, columns.path, columns.flow, columns.leading)
    flows = columns.link[:, FLOW].copy()
    return Equilibrium(
        network=network,
        demand=demand,
        link_flow=network.as_given(flows),
        link_cost=network.as_given(columns.cost),
        objective=network.objective(flows),
        gap=steps[-1].gap,
        steps=tuple(steps),
        path_pair=pair,
        path_first=first,
        path_links=cells,
        path_flow=flow,
    )


def _iterate(columns: _Columns, ways: _Trees, wanted: float, began: float) -> list[Step]:
    demand = columns.demand
    columns.load(ways)
    steps: list[Step] = []
    best, best_at = np.inf, 0
    for outer in range(MOST_OUTER):
        tidy(demand.trips, columns.paths)
        ways.renew(columns.cost)
        reached = relative_gap(ways.trees, ways.row, demand, columns.link, columns.cost)
        steps.append(Step(time.perf_counter() - began, reached))
        if reached < 0.5 * best:
            best, best_at = reached, outer
        if reached <= wanted or outer - best_at >= STALLED:
            break
        tolerance = max(min(TIGHTER * reached, 1e-2), 1e-15)
        columns.extend(ways, max(tolerance, ENDS))
        columns.equalise(tolerance)
    return steps
