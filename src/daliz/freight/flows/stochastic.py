"""Stochastic equilibrium: shippers choose between routes by a logit, and what they choose makes the routes slower.

Each group (cargo of one class from one place to another) has routes; route r is used with the probability exp(V_r) / sum of exp(V) over
its group. V_r = constant_r - sensitivity_r * (sum of the delays of the resources on r), and the delay of a resource (a link, a service, a
terminal) rises with the flow on it. In equilibrium the flows that the delays lead to are the flows that cause them (Daganzo and Sheffi
1977).

Solved by self-regulated averaging (Liu, He and He, 2009): steps towards the response, shortened more where the last one brought no gain.
Where that is slow and resources are few, by Newton's method on resource flows with the exact Jacobian of the logit, which converges in a
few steps. What is reported is the residual of the fixed point, never the count of iterations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from daliz.corridor import DalizError
from daliz.freight.flows.network import AssignmentNetwork, Demand, Floats, Ints
from daliz.freight.flows.shortest import mend_all, trees

Curve = Callable[[Floats], Floats]

AVERAGING_STEPS = 3000
NEWTON_STEPS = 60
NEWTON_RESOURCES = 1500
PATIENCE = 60
"""Averaging steps after which Newton's method takes over, where resources are few enough for it."""


@dataclass(frozen=True)
class ChoiceProblem:
    """Groups that choose between routes.

    Attributes: group (of each route, ascending from 0), amount (of each group, what is to be moved), constant (utility of each route
    without delay, with the logarithm of its path size), sensitivity (of each route: utility lost with a unit of delay), use (sparse,
    resources x routes: flow on the resource that a unit on the route makes), delay and slope (vector of resource flows -> delay of each
    resource, and its derivative).
    """

    group: Ints
    amount: Floats
    constant: Floats
    sensitivity: Floats
    use: sparse.csr_matrix
    delay: Curve
    slope: Curve
    first: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        first = np.searchsorted(self.group, np.arange(len(self.amount)))
        counted = np.bincount(self.group, minlength=len(self.amount))
        if not len(self.amount) or not (self.amount > 0).any():
            raise DalizError("no demand: nothing chooses between routes")
        if (counted == 0).any():
            raise DalizError(f"group {int(np.argmin(counted))} has no route")
        object.__setattr__(self, "first", first)

    def utility(self, flow: Floats) -> Floats:
        """Utility of each route at resource flows."""
        value: Floats = self.constant - self.sensitivity * (self.use.T @ self.delay(np.maximum(flow, 0)))
        return value

    def probability(self, flow: Floats) -> Floats:
        """Share of its group that each route takes at resource flows."""
        v = self.utility(flow)
        v -= np.maximum.reduceat(v, self.first)[self.group]
        weight = np.exp(v)
        share: Floats = weight / np.add.reduceat(weight, self.first)[self.group]
        return share

    def response(self, flow: Floats) -> Floats:
        """Resource flows that choices at these resource flows lead to."""
        answer: Floats = self.use @ (self.probability(flow) * self.amount[self.group])
        return answer


@dataclass(frozen=True)
class StochasticEquilibrium:
    """Attributes: probability and flow (of each route), resource_flow, resource_delay, residual (of the fixed point: sum of |response -
    flow| over the sum of flow), steps."""

    probability: Floats
    flow: Floats
    resource_flow: Floats
    resource_delay: Floats
    residual: float
    steps: int


def _residual(flow: Floats, answer: Floats) -> float:
    total = float(np.abs(flow).sum())
    return float(np.abs(answer - flow).sum()) / total if total > 0 else float(np.abs(answer).sum())


def _newton_direction(problem: ChoiceProblem, flow: Floats, answer: Floats) -> Floats:
    """Solve (I + M T) d = answer - flow, with M the loss of response by delay and T the slopes of delay."""
    share = problem.probability(flow)
    moved = share * problem.amount[problem.group]
    by_group = sparse.csr_matrix((share, (np.arange(len(share)), problem.group)), shape=(len(share), len(problem.amount)))
    slope = problem.slope(np.maximum(flow, 0))
    active = np.flatnonzero(slope > 0)
    felt = sparse.diags(problem.sensitivity) @ problem.use.T.tocsc()[:, active]
    mean = sparse.diags(problem.amount) @ (by_group.T @ felt)
    loss = problem.use @ (sparse.diags(moved) @ felt - by_group @ mean)
    gap = answer - flow
    scaled = np.asarray(loss.todense()) * slope[active]
    inner = np.linalg.solve(np.eye(len(active)) + scaled[active], gap[active])
    direction: Floats = gap - scaled @ inner
    return direction


def _newton(problem: ChoiceProblem, flow: Floats, tolerance: float) -> tuple[Floats, float, int]:
    answer = problem.response(flow)
    residual = _residual(flow, answer)
    for step in range(NEWTON_STEPS):
        if residual <= tolerance:
            return flow, residual, step
        direction = _newton_direction(problem, flow, answer)
        length = 1.0
        while length > 1e-6:
            tried = np.maximum(flow + length * direction, 0)
            tried_answer = problem.response(tried)
            tried_residual = _residual(tried, tried_answer)
            if tried_residual < residual * (1 - 0.1 * length):
                break
            length /= 2
        else:
            return flow, residual, step
        flow, answer, residual = tried, tried_answer, tried_residual
    return flow, residual, NEWTON_STEPS


def _averaging(problem: ChoiceProblem, flow: Floats, tolerance: float, most: int) -> tuple[Floats, float, int]:
    divisor, last, residual = 1.0, np.inf, np.inf
    for step in range(most):
        answer = problem.response(flow)
        residual = _residual(flow, answer)
        if residual <= tolerance:
            return flow, residual, step
        length = float(np.linalg.norm(answer - flow))
        divisor += 1.5 if length >= last else 0.05
        last = length
        flow = flow + (answer - flow) / divisor
    return flow, residual, most


def stochastic_equilibrium(problem: ChoiceProblem, tolerance: float = 1e-10) -> StochasticEquilibrium:
    """Flows that lead to the delays that lead to them.

    Parameters: problem, tolerance (residual of the fixed point to reach).
    Returns: the equilibrium; its `residual` is what was reached.
    """
    flow = problem.response(np.zeros(problem.use.shape[0]))
    few = problem.use.shape[0] <= NEWTON_RESOURCES
    flow, residual, steps = _averaging(problem, flow, tolerance, PATIENCE if few else AVERAGING_STEPS)
    if few and residual > tolerance:
        flow, residual, more = _newton(problem, flow, tolerance)
        steps += more
        if residual > tolerance:
            flow, residual, more = _averaging(problem, flow, tolerance, AVERAGING_STEPS)
            steps += more
    share = problem.probability(flow)
    return StochasticEquilibrium(
        share,
        share * problem.amount[problem.group],
        flow,
        problem.delay(np.maximum(flow, 0)),
        _residual(flow, problem.response(flow)),
        steps,
    )


def path_size(group: Ints, parts: Iterable[Iterable[int]], length: Floats) -> Floats:
    """The path size of each route (Ben-Akiva and Bierlaire 1999): 1 for a route of its own, less for routes that share parts with others.

    Parameters: group (of each route), parts (of each route: the indices of what it is made of), length (of each part, > 0).
    Returns: values in (0, 1]; their logarithm is added to the utility, so that near copies of one route do not count as several.
    """
    chains = [list(chain) for chain in parts]
    shared: dict[tuple[int, int], int] = {}
    for g, chain in zip(group, chains, strict=True):
        for part in set(chain):
            shared[int(g), part] = shared.get((int(g), part), 0) + 1
    sizes = np.ones(len(chains))
    for r, (g, chain) in enumerate(zip(group, chains, strict=True)):
        total = float(length[chain].sum())
        if total > 0:
            sizes[r] = sum(length[part] / shared[int(g), part] for part in chain) / total
    return sizes


def network_problem(network: AssignmentNetwork, demand: Demand, theta: float, routes: int = 8, seed: int = 0) -> ChoiceProblem:
    """A path-size logit over routes of a road network, with link costs that rise with flow.

    Parameters: theta (utility lost with a unit of cost), routes (most routes a pair; found as shortest ways under randomly raised costs),
    seed.
    Raises: DalizError for theta that is not above 0, or a destination that cannot be reached.
    """
    if not theta > 0:
        raise DalizError(f"theta = {theta:g}; expected more than 0")
    k, nodes = network.links, network.nodes
    free = np.maximum(network.cost(np.zeros(len(k.tail))), 1e-3)
    rng = np.random.default_rng(seed)
    shape = (len(demand.origins), nodes)
    distance, incoming = np.empty(shape), np.empty(shape, np.int32)
    found: list[dict[tuple[int, ...], None]] = [{} for _ in demand.trips]
    row = np.repeat(np.arange(len(demand.origins)), np.diff(demand.first))
    for turn in range(2 * routes):
        cost = free if turn == 0 else free * (1 + 0.9 * rng.random(len(free)))
        if turn == 0:
            trees(demand.origins, network.first_through, k.first, k.head, cost, distance, incoming)
            if not np.isfinite(distance[row, demand.destination]).all():
                raise DalizError("a destination cannot be reached")
        else:
            mend_all(demand.origins, network.first_through, k.first, k.tail, k.head, cost, distance, incoming, 1)
        for pair, known in enumerate(found):
            if len(known) < routes:
                known[_way(incoming[row[pair]], int(demand.destination[pair]), k.tail)] = None
    chains = [chain for pair in found for chain in pair]
    group = np.repeat(np.arange(len(found)), [len(pair) for pair in found])
    cells = np.concatenate([np.asarray(chain) for chain in chains])
    columns = np.repeat(np.arange(len(chains)), [len(chain) for chain in chains])
    use = sparse.csr_matrix((np.ones(len(cells)), (cells, columns)), shape=(len(free), len(chains)))
    constant = np.log(path_size(group, chains, free))
    return ChoiceProblem(group, demand.trips, constant, np.full(len(chains), theta), use, network.cost, network.slope)


def _way(incoming: npt.NDArray[np.int32], destination: int, tail: npt.NDArray[np.int32]) -> tuple[int, ...]:
    chain = []
    at = destination
    while incoming[at] >= 0:
        chain.append(int(incoming[at]))
        at = int(tail[incoming[at]])
    return tuple(reversed(chain))
