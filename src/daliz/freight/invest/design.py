"""What to build where: a network design problem, as arrays.

Cargo flows over arcs from origins to destinations. Resources (a line, a berth, a border, a fleet) carry what flows over the arcs that use
them, up to their capacity. Options (a project, a further crane, a further ship) add capacity to resources, at a cost. Scenarios differ in
demand and in the capacity that there is; what is built must do for all of them, what flows is decided in each (two-stage stochastic
programming, Birge and Louveaux 2011, ch. 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.corridor import DalizError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Goal = Literal["cost", "worst_cost", "build_cost", "growth", "worst_growth"]
"""What is optimised: cost (of building, and expected of moving), worst_cost (of building, and of moving in the dearest scenario),
build_cost (of building what carries all demand in all scenarios), growth (expected multiple of the demand that is carried, every pair
alike), worst_growth (that multiple in the worst scenario)."""


class InvestError(DalizError):
    """An investment question that cannot be answered as it was put."""


@dataclass(frozen=True)
class Options:
    """What can be built.

    Attributes: names, cost (of one unit), most (units; 1 for a project), whole (whether only whole units can be built), adds (sparse,
    resources x options: capacity that a unit adds), after (pairs: an option, and one that must be built before), exclusive (sets of
    options of which one unit at most is built).
    """

    names: tuple[str, ...]
    cost: Floats
    most: Floats
    whole: npt.NDArray[np.bool_]
    adds: sparse.csr_matrix
    after: tuple[tuple[int, int], ...] = ()
    exclusive: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Design:
    """A network design problem.

    Attributes: nodes (count), tail, head and cost (of each arc; cost a unit of flow), use (sparse, resources x arcs: what a unit on the
    arc takes of the resource), resources (names), capacity (resources x scenarios), origin, destination (node of each demand), amount
    (demands x scenarios), probability (of each scenario), options, budget (for building; None: no limit), unserved_cost (of a unit of
    demand left unserved; None: all must be served), fixed_cost (a constant), most_growth (multiple of demand beyond which no more is
    asked for), scenarios (names).
    Raises: InvestError for negative budgets, amounts or capacities, no demand, or a destination that no arcs lead to.
    """

    nodes: int
    tail: Ints
    head: Ints
    cost: Floats
    use: sparse.csr_matrix
    resources: tuple[str, ...]
    capacity: Floats
    origin: Ints
    destination: Ints
    amount: Floats
    probability: Floats
    options: Options
    budget: float | None = None
    unserved_cost: float | None = None
    fixed_cost: float = 0.0
    most_growth: float = 1e4
    scenarios: tuple[str, ...] = field(default=("base",))

    def __post_init__(self) -> None:
        if self.budget is not None and not 0 <= self.budget < float("inf"):
            raise InvestError(f"budget = {self.budget:,.0f} USD; expected a number of 0 or more")
        if not len(self.origin) or not (self.amount > 0).any():
            raise InvestError("no demand: there is nothing to carry")
        for what, values in (
            ("demand", self.amount),
            ("capacity", self.capacity),
            ("cost of an arc", self.cost),
            ("cost of an option", self.options.cost),
        ):
            if not (values >= 0).all():
                raise InvestError(f"{what} = {float(np.nanmin(values)):g}; expected 0 or more")
        if abs(float(self.probability.sum()) - 1) > 1e-9 or (self.probability < 0).any():
            raise InvestError(f"the probabilities of the scenarios add up to {self.probability.sum():g}; expected 1")
        self._check_reachable()

    def _check_reachable(self) -> None:
        links = sparse.csr_matrix((np.ones(len(self.tail)), (self.tail, self.head)), shape=(self.nodes, self.nodes))
        origins, which = np.unique(self.origin, return_inverse=True)
        steps = csgraph.dijkstra(links, indices=origins, unweighted=True)
        lost = np.flatnonzero(~np.isfinite(steps[which, self.destination]))
        if len(lost) and self.unserved_cost is None:
            k = int(lost[0])
            raise InvestError(
                f"demand {k} from node {self.origin[k]} to node {self.destination[k]}: no arcs lead there, even with all options built"
            )

    def with_budget(self, budget: float | None) -> Design:
        """The same problem with another budget."""
        return replace(self, budget=budget)


def undirected(
    ends: Ints,
    cost: Floats,
    capacity: Floats,
    modules: Sequence[Sequence[tuple[float, float]]],
    one_module: bool = False,
    shared: bool = True,
) -> dict[str, object]:
    """Arcs, resources and options of links that can be used both ways, for `Design(**undirected(...), ...)`.

    Parameters: ends (links x 2), cost (a unit of flow), capacity (there already), modules (of each link: capacity and cost of each kind),
    one_module (whether at most one module is built on a link), shared (whether both directions share the capacity, or each has it).
    """
    count = len(ends)
    names = tuple(f"link {i}" for i in range(count))
    kinds = [(i, size, price) for i, sizes in enumerate(modules) for size, price in sizes]
    on = np.array([kind[0] for kind in kinds], np.int64)
    size = np.array([kind[1] for kind in kinds])
    both = np.arange(2 * count)
    if shared:
        use = sparse.csr_matrix((np.ones(2 * count), (both % count, both)), shape=(count, 2 * count))
        adds = sparse.csr_matrix((size, (on, np.arange(len(kinds)))), shape=(count, len(kinds)))
    else:
        use = sparse.csr_matrix(sparse.eye(2 * count))
        twice = np.concatenate([on, on + count]), np.tile(np.arange(len(kinds)), 2)
        adds = sparse.csr_matrix((np.tile(size, 2), twice), shape=(2 * count, len(kinds)))
        names = (*(f"{name} forward" for name in names), *(f"{name} back" for name in names))
        capacity = np.tile(capacity, 2)
    options = Options(
        names=tuple(f"link {i}: {size:g}" for i, size, _ in kinds),
        cost=np.array([kind[2] for kind in kinds]),
        most=np.full(len(kinds), 1.0 if one_module else np.inf),
        whole=np.ones(len(kinds), bool),
        adds=adds,
        exclusive=tuple(tuple(np.flatnonzero(on == i)) for i in range(count)) if one_module else (),
    )
    return {
        "tail": np.concatenate([ends[:, 0], ends[:, 1]]),
        "head": np.concatenate([ends[:, 1], ends[:, 0]]),
        "cost": np.tile(cost, 2),
        "use": use,
        "resources": names,
        "capacity": capacity[:, None],
        "options": options,
    }
