"""The route-based programme in HiGHS, to which routes are added as columns, and the shortest ways that propose them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.freight.invest.blocks import Dimensions, Part, array, capacities, extra, investment, objective, total
from daliz.freight.invest.design import Design, Floats, Goal, Ints
from daliz.freight.invest.solve import highs, values_of

FEASIBLE = 2
"""HiGHS' word for a solution that keeps all bounds."""
COSTS = ("cost", "worst_cost", "build_cost")
"""Goals for which all demand must be carried, unless what is not carried has a price."""
UNLIMITED = 1e6
"""Units of an option without a limit."""


@dataclass(frozen=True)
class Route:
    """A way for a demand: the arcs in order."""

    demand: int
    arcs: tuple[int, ...]


class Found(NamedTuple):
    """A solution of the programme at hand: values of its variables, flow (routes x scenarios), objective."""

    values: dict[str, Floats]
    flow: Floats
    objective: float


class Ways:
    """Shortest ways over the arcs of a design at any prices."""

    def __init__(self, design: Design) -> None:
        self.design = design
        key = design.tail * design.nodes + design.head
        self.order = np.lexsort((np.arange(len(key)), key))
        self.pair, self.start = np.unique(key[self.order], return_index=True)
        self.origins, self.row = np.unique(design.origin, return_inverse=True)

    def find(self, price: Floats) -> tuple[Floats, list[tuple[int, ...] | None]]:
        """Cost of the cheapest way of each demand, and its arcs (None: there is none)."""
        nodes = self.design.nodes
        # Of parallel arcs the cheapest counts; among equals the first, so that results do not depend on the order of a sort.
        ranked = np.lexsort((np.arange(len(price)), price, self.design.tail * nodes + self.design.head))
        cheapest = ranked[self.start]
        weight = np.maximum(price[cheapest], 1e-12)
        graph = sparse.csr_matrix((weight, (self.pair // nodes, self.pair % nodes)), shape=(nodes, nodes))
        distance, before = csgraph.dijkstra(graph, indices=self.origins, return_predecessors=True)
        arc_of = dict(zip(self.pair.tolist(), cheapest.tolist(), strict=True))
        ways: list[tuple[int, ...] | None] = []
        for k, row in enumerate(self.row):
            ways.append(self._walk(before[row], int(self.design.origin[k]), int(self.design.destination[k]), arc_of))
        return distance[self.row, self.design.destination], ways

    def _walk(self, before: Ints, origin: int, at: int, arc_of: dict[int, int]) -> tuple[int, ...] | None:
        chain = []
        while at != origin:
            previous = int(before[at])
            if previous < 0:
                return None
            chain.append(arc_of[previous * self.design.nodes + at])
            at = previous
        return tuple(reversed(chain))


class Master:
    """The route-based programme: written with the cheapest route of each demand, the others are added as columns."""

    def __init__(self, design: Design, goal: Goal, ways: Ways, routes: Iterable[Route] = ()) -> None:
        self.design, self.goal = design, goal
        self.scenarios = len(design.probability)
        # A demand without a way gets an empty one, which its upper bound keeps at 0.
        first = [Route(k, chain or ()) for k, chain in enumerate(ways.find(design.cost)[1])]
        self.routes = {route: k for k, route in enumerate(first)}
        self.known = {(route, s) for route in first for s in range(self.scenarios)}
        self.model, self.found = self._write(first)
        self.solver = highs(self.model)
        self.first_columns = self.solver.getNumCol()
        self.columns: list[tuple[int, int]] = []
        rows = self.model.matrices.clabels
        place = np.full(int(rows.max()) + 1, -1)
        place[rows] = np.arange(len(rows))
        row = {name: place[rule.labels.values] for name, rule in self.model.constraints.items()}
        self.demand_row, self.capacity_row = row["demand"], row["capacity"]
        self.cost_row = row.get("worst_cost")
        self.options = self._option_columns()
        self.price = np.array(self.model.matrices.c)
        self.seeking = False
        self.short = self._short_columns() if goal in COSTS and design.unserved_cost is None else np.zeros(0, np.int32)
        more = [route for route in dict.fromkeys(routes) if route not in self.routes]
        self.add([(route, s) for route in more for s in range(self.scenarios)])

    def _write(self, first: Sequence[Route]) -> tuple[Any, dict[str, Any]]:
        """The programme with a route for each demand in every scenario."""
        design, goal, dims = self.design, self.goal, Dimensions(self.design)
        model = extra("linopy").Model()
        found = investment(model, design, goal, relaxed=True)
        upper = array([np.inf if route.arcs else 0.0 for route in first], demand=dims.demand)
        flow = model.add_variables(lower=0, upper=upper, coords=[dims.demand, dims.scenario], name="flow")
        takes, cost = _matrices(design, first)
        amount = array(design.amount, demand=dims.demand, scenario=dims.scenario)
        if "growth" in found:
            model.add_constraints(flow - found["growth"] * amount == 0, name="demand")
        else:
            each = sparse.identity(len(dims.demand), format="csr")
            served = [flow, found["unserved"]] if "unserved" in found else [flow]
            parts = [Part(each, one, "demand") for one in served]
            model.add_constraints(total(model, parts, dims.demand, dims.scenario) == amount, name="demand")
        capacities(model, design, found, Part(takes, flow, "demand"))
        objective(model, design, goal, found, lambda: (flow * array(cost, demand=dims.demand)).sum("demand"))
        return model, found

    def _option_columns(self) -> npt.NDArray[np.int32]:
        """HiGHS columns of what is built."""
        if "built" not in self.found:
            return np.zeros(0, np.int32)
        labels = self.model.matrices.vlabels
        place = np.full(self.model._xCounter, -1)
        place[labels] = np.arange(len(labels))
        return np.asarray(place[self.found["built"].labels.values], np.int32)

    def _short_columns(self) -> npt.NDArray[np.int32]:
        """Columns for demand that is not carried, which only a search for something feasible lets in."""
        at, count = self.solver.getNumCol(), self.demand_row.size
        none = np.zeros(count)
        self.solver.addCols(
            count, none, none, none, count, np.arange(count, dtype=np.int32), self.demand_row.ravel().astype(np.int32), np.ones(count)
        )
        self.price = np.append(self.price, none)
        self.first_columns += count
        return np.arange(at, at + count, dtype=np.int32)

    def seek(self, on: bool) -> None:
        """Ask for as little uncarried demand as possible instead of the goal, or for the goal again, with all carried."""
        self.seeking = on
        count = len(self.price)
        cost = np.zeros(count) if on else self.price
        cost[self.short] = 1.0 if on else 0.0
        self.solver.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
        top = np.full(len(self.short), np.inf if on else 0.0)
        self.solver.changeColsBounds(len(self.short), self.short, np.zeros(len(self.short)), top)

    def missing(self) -> float:
        """Demand that the last search for something feasible left uncarried, as a share of all."""
        return float(self.solver.getInfo().objective_function_value) / float(self.design.amount.sum())

    def run(self) -> None:
        """Solve over the routes at hand."""
        self.solver.run()

    def feasible(self) -> bool:
        """Whether the last run found a solution."""
        return int(self.solver.getInfo().primal_solution_status) == FEASIBLE

    def built(self) -> Floats:
        """Units of each option in the last solution."""
        return np.asarray(self.solver.getSolution().col_value)[self.options]

    def limits(self) -> tuple[Floats, Floats]:
        """Fewest and most units of each option."""
        most = self.design.options.most
        return np.zeros(len(most)), np.where(np.isfinite(most), most, UNLIMITED)

    def bound(self, low: Floats, high: Floats) -> None:
        """Keep the options between so many units."""
        self.solver.changeColsBounds(len(self.options), self.options, low, high)

    def rules(self) -> tuple[sparse.csr_matrix, Floats, Floats]:
        """The rules of building: a matrix over the options, and its least and most."""
        matrices = self.model.matrices
        alone = np.ones(len(matrices.b), bool)
        alone[self.demand_row.ravel()] = alone[self.capacity_row.ravel()] = False
        least = np.where(matrices.sense == "<", -np.inf, matrices.b)[alone]
        most = np.where(matrices.sense == ">", np.inf, matrices.b)[alone]
        return sparse.csr_matrix(sparse.csr_matrix(matrices.A)[alone][:, self.options]), least, most

    def hold(self, units: Floats | None) -> None:
        """Keep the options at so many units, or let them free again."""
        self.bound(*(self.limits() if units is None else (units, units)))

    def duals(self) -> tuple[Floats, Floats, Floats]:
        """Of demands and of capacities (in each scenario), and what a unit of cost of moving weighs in each scenario."""
        dual = np.asarray(self.solver.getSolution().row_dual)
        if self.seeking:
            weight = np.zeros(self.scenarios)
        elif self.goal == "cost":
            weight = self.design.probability
        elif self.goal == "worst_cost":
            weight = -dual[np.asarray(self.cost_row)]
        else:
            weight = np.zeros(self.scenarios)
        return dual[self.demand_row], dual[self.capacity_row], weight

    def add(self, wanted: Sequence[tuple[Route, int]]) -> None:
        """Routes as columns of scenarios."""
        design = self.design
        for route, scenario in wanted:
            self.routes.setdefault(route, len(self.routes))
            self.known.add((route, scenario))
            self.columns.append((self.routes[route], scenario))
        takes, cost = _matrices(design, [route for route, _ in wanted])
        table = sparse.csc_matrix(takes)
        starts: list[int] = []
        cells: list[int] = []
        entries: list[float] = []
        objective_cost: list[float] = []
        for i, (route, scenario) in enumerate(wanted):
            span = slice(table.indptr[i], table.indptr[i + 1])
            rows = [self.demand_row[route.demand, scenario], *self.capacity_row[table.indices[span], scenario]]
            values = [1.0, *table.data[span]]
            if self.cost_row is not None:
                rows.append(self.cost_row[scenario])
                values.append(cost[i])
            starts.append(len(cells))
            cells += rows
            entries += values
            objective_cost.append(design.probability[scenario] * cost[i] if self.goal == "cost" else 0.0)
        count = len(wanted)
        cost_of = np.array(objective_cost)
        self.price = np.append(self.price, cost_of)
        self.solver.addCols(
            count, cost_of * (not self.seeking), np.zeros(count), np.full(count, np.inf), len(cells), np.array(starts, np.int32),
            np.array(cells, np.int32), np.array(entries),
        )  # fmt: skip

    def found_now(self) -> Found:
        """The last solution."""
        solution = np.asarray(self.solver.getSolution().col_value)
        values = values_of(self.model, solution[: self.first_columns - len(self.short)])
        flow = np.zeros((len(self.routes), self.scenarios))
        flow[: len(values["flow"])] = values["flow"]
        for (route, scenario), amount in zip(self.columns, solution[self.first_columns :], strict=True):
            flow[route, scenario] += amount
        return Found(values, flow, float(self.solver.getInfo().objective_function_value))


def _matrices(design: Design, routes: Sequence[Route]) -> tuple[sparse.csr_matrix, Floats]:
    """What a unit on each route takes of each resource, and what it costs."""
    count = len(routes)
    column = np.repeat(np.arange(count), [len(route.arcs) for route in routes])
    arcs = np.array([arc for route in routes for arc in route.arcs], np.int64)
    over = sparse.csr_matrix((np.ones(len(arcs)), (arcs, column)), shape=(len(design.tail), count))
    return sparse.csr_matrix(design.use @ over), np.bincount(column, design.cost[arcs], count).astype(np.float64)
