"""The route-based programme in HiGHS: what to build as linopy writes it, and routes as columns, the first of them as those added later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from daliz.freight.invest.blocks import capacities, extra, investment, objective
from daliz.freight.invest.design import Design, Floats, Goal, Ints
from daliz.freight.invest.solve import highs, places, values_of

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


class Master:
    """The route-based programme.

    Attributes: routes (number of each), options (columns of what is built), short (columns of demand that is not carried, which only a
    search for something feasible lets in).
    """

    def __init__(self, design: Design, goal: Goal, routes: Iterable[Route]) -> None:
        self.design, self.goal = design, goal
        self.scenarios = len(design.probability)
        self.routes: dict[Route, int] = {}
        self.model, self.found = self._write()
        self.matrices = self.model.matrices
        self.solver = highs(self.matrices)
        self.written = len(self.matrices.vlabels)
        self.price = np.array(self.matrices.c)
        self.seeking = False
        row = self._rows_of("capacity")
        self.capacity_row = self._unlimited_by_options() if row is None else row
        self.cost_row = self._rows_of("worst_cost")
        self.options = self._columns_of("built").astype(np.int32)
        self.demand_row = self._demand_rows()
        self.short = self._short_columns() if goal in COSTS and design.unserved_cost is None else np.zeros(0, np.int32)
        self.first_route = len(self.price)
        self.add(list(dict.fromkeys(routes)))

    def _write(self) -> tuple[Any, dict[str, Any]]:
        """What can be built, its rules, its capacities and the goal."""
        model = extra("linopy").Model()
        found = investment(model, self.design, self.goal, relaxed=True)
        if "built" in found:
            capacities(model, self.design, found)
        objective(model, self.design, self.goal, found)
        return model, found

    def _rows_of(self, rule: str) -> Ints | None:
        """Rows of a rule that linopy wrote."""
        if rule not in self.model.constraints:
            return None
        return np.asarray(places(self.matrices.clabels)[self.model.constraints[rule].labels.values])

    def _columns_of(self, variable: str) -> Ints:
        """Columns of a variable that linopy wrote; none where there is no such variable."""
        if variable not in self.found:
            return np.zeros(0, np.int64)
        return np.asarray(places(self.matrices.vlabels)[self.found[variable].labels.values])

    def _rows(self, least: Floats, most: Floats, table: sparse.csr_matrix) -> Ints:
        """More rows. Returns: their numbers, in the shape of their limits."""
        first, count = self.solver.getNumRow(), least.size
        starts, cells = table.indptr[:-1].astype(np.int32), table.indices.astype(np.int32)
        self.solver.addRows(count, least.ravel(), most.ravel(), table.nnz, starts, cells, table.data)
        return np.arange(first, first + count).reshape(least.shape)

    def _unlimited_by_options(self) -> Ints:
        """Capacities where nothing can be built."""
        limit = self.design.capacity
        return self._rows(np.full(limit.shape, -np.inf), limit, sparse.csr_matrix((limit.size, self.written)))

    def _demand_rows(self) -> Ints:
        """What is carried of each demand in each scenario, and what is left unserved, is the demand, or its multiple."""
        amount = self.design.amount
        each = np.arange(amount.size)
        if "growth" in self.found:
            cell = self._columns_of("growth")[each % self.scenarios]
            table = sparse.csr_matrix((-amount.ravel(), (each, cell)), shape=(len(each), self.written))
            return self._rows(np.zeros(amount.shape), np.zeros(amount.shape), table)
        cell = self._columns_of("unserved").ravel()
        table = sparse.csr_matrix((np.ones(len(cell)), (each[: len(cell)], cell)), shape=(len(each), self.written))
        return self._rows(amount, amount, table)

    def _short_columns(self) -> npt.NDArray[np.int32]:
        """Columns for demand that is not carried."""
        at, count = self.solver.getNumCol(), self.demand_row.size
        none = np.zeros(count)
        self.solver.addCols(
            count, none, none, none, count, np.arange(count, dtype=np.int32), self.demand_row.ravel().astype(np.int32), np.ones(count)
        )
        self.price = np.append(self.price, none)
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
        return self.value() / float(self.design.amount.sum())

    def run(self) -> None:
        """Solve over the routes at hand."""
        self.solver.run()

    def feasible(self) -> bool:
        """Whether the last run found a solution."""
        return int(self.solver.getInfo().primal_solution_status) == FEASIBLE

    def value(self) -> float:
        """Objective of the last solution."""
        return float(self.solver.getInfo().objective_function_value)

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

    def hold(self, units: Floats | None) -> None:
        """Keep the options at so many units, or let them free again."""
        self.bound(*(self.limits() if units is None else (units, units)))

    def rules(self) -> tuple[sparse.csr_matrix, Floats, Floats]:
        """The rules of building: a matrix over the options, and its least and most."""
        matrices = self.matrices
        table = sparse.csr_matrix(sparse.csr_matrix(matrices.A)[:, self.options])
        alone = np.diff(table.indptr) > 0
        alone[self.capacity_row.ravel()] = False
        least = np.where(matrices.sense == "<", -np.inf, matrices.b)[alone]
        most = np.where(matrices.sense == ">", np.inf, matrices.b)[alone]
        return table[alone], least, most

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

    def add(self, wanted: Sequence[Route]) -> None:
        """Routes as columns, one in each scenario."""
        count, scenarios = len(wanted), self.scenarios
        for route in wanted:
            self.routes[route] = len(self.routes)
        takes, cost = _matrices(self.design, wanted)
        entries = sparse.coo_matrix(takes)
        column = np.arange(count * scenarios).reshape(count, scenarios)
        rows = [self.demand_row[[route.demand for route in wanted]], self.capacity_row[entries.row]]
        columns = [column, column[entries.col]]
        values = [np.ones((count, scenarios)), np.repeat(entries.data[:, None], scenarios, 1)]
        if self.cost_row is not None:
            rows.append(np.tile(self.cost_row, (count, 1)))
            columns.append(column)
            values.append(np.repeat(cost[:, None], scenarios, 1))
        row, at, value = (np.concatenate([part.ravel() for part in parts]) for parts in (rows, columns, values))
        table = sparse.csc_matrix((value, (row, at)), shape=(self.solver.getNumRow(), column.size))
        price = np.outer(cost, self.design.probability).ravel() * (self.goal == "cost")
        self.price = np.append(self.price, price)
        starts, cells = table.indptr[:-1].astype(np.int32), table.indices.astype(np.int32)
        none, most = np.zeros(column.size), np.full(column.size, np.inf)
        self.solver.addCols(column.size, price * (not self.seeking), none, most, table.nnz, starts, cells, table.data)

    def found_now(self) -> Found:
        """The last solution."""
        solution = np.asarray(self.solver.getSolution().col_value)
        values = values_of(self.model, self.matrices, solution[: self.written])
        return Found(values, solution[self.first_route :].reshape(len(self.routes), self.scenarios), self.value())


def _matrices(design: Design, routes: Sequence[Route]) -> tuple[sparse.csr_matrix, Floats]:
    """What a unit on each route takes of each resource, and what it costs."""
    count = len(routes)
    column = np.repeat(np.arange(count), [len(route.arcs) for route in routes])
    arcs = np.array([arc for route in routes for arc in route.arcs], np.int64)
    over = sparse.csr_matrix((np.ones(len(arcs)), (arcs, column)), shape=(len(design.tail), count))
    return sparse.csr_matrix(design.use @ over), np.bincount(column, design.cost[arcs], count).astype(np.float64)
