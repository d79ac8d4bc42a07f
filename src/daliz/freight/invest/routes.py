"""The route-based model: what flows over each route, with routes completed by column generation.

Algorithm: the relaxation is solved over the routes at hand; the duals of capacities price the arcs, and a shortest way at these prices
that costs less than its demand's dual is a route worth having (Ford and Fulkerson 1958; Dantzig-Wolfe decomposition, Desaulniers,
Desrosiers, Solomon 2005). When no such route is left, the relaxation is that of the arc-flow model, and its value is a bound. Then whole
units are asked for over these routes, what was built is fixed, routes are completed for it, and the two are repeated while that finds
something better. Routes stay in one HiGHS model that is restarted from its last basis.

Cost: one shortest-path tree for each origin and scenario, and one warm start, a round; a route is a column in each scenario in which it
was wanted.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.freight.invest.blocks import Dimensions, array, capacities, extra, investment, objective, times
from daliz.freight.invest.design import Design, Floats, Goal, Ints
from daliz.freight.invest.solve import Solved, highs, outcome, values_of

ROUNDS = 60
POLISHES = 5
SPREAD = 12
"""Times that different routes are looked for before the duals say which are worth having."""
FEASIBLE = 2
"""HiGHS' word for a solution that keeps all bounds."""
UNLIMITED = 1e6
"""Units of an option without a limit."""
CHEAPER = 1e-9
"""How much, relative to its demand's dual, a route must be cheaper to count."""


@dataclass(frozen=True)
class Route:
    """A way for a demand: the arcs in order."""

    demand: int
    arcs: tuple[int, ...]


@dataclass(frozen=True)
class RouteSolution:
    """What the route-based model found.

    Attributes: solved (its bound is that of the relaxation with all routes, valid for the whole problem), routes, flow (routes x
    scenarios), built (of each option), growth (of each scenario, where it was asked for), unserved (demands x scenarios), capacity_value
    (resources x scenarios: what a unit of capacity more is worth in the relaxation), rounds (of column generation).
    """

    solved: Solved
    routes: tuple[Route, ...] = field(repr=False)
    flow: Floats = field(repr=False)
    built: Floats
    growth: Floats
    unserved: Floats = field(repr=False)
    capacity_value: Floats = field(repr=False)
    rounds: int


class _Found(NamedTuple):
    """A solution of the programme at hand: values of its variables, flow (routes x scenarios), objective."""

    values: dict[str, Floats]
    flow: Floats
    objective: float


class _Ways:
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


class _Master:
    """The route-based programme in HiGHS, to which routes are added."""

    def __init__(self, design: Design, goal: Goal, routes: Iterable[Route]) -> None:
        self.design, self.goal = design, goal
        self.scenarios = len(design.probability)
        self.routes: dict[Route, int] = {}
        for route in routes:
            self.routes.setdefault(route, len(self.routes))
        self.known = {(route, s) for route in self.routes for s in range(self.scenarios)}
        self.model, self.found = self._write()
        self.solver = highs(self.model)
        self.first_columns = self.solver.getNumCol()
        self.columns: list[tuple[int, int]] = []
        rows = self.model.matrices.clabels
        place = np.full(int(rows.max()) + 1, -1)
        place[rows] = np.arange(len(rows))
        row = {name: place[rule.labels.values] for name, rule in self.model.constraints.items()}
        self.demand_row, self.capacity_row = row["demand"], row["capacity"]
        self.cost_row = row.get("worst_cost")

    def _write(self) -> tuple[Any, dict[str, Any]]:
        """The programme over the routes at hand, each in every scenario."""
        design, goal, dims = self.design, self.goal, Dimensions(self.design)
        model = extra("linopy").Model()
        found = investment(model, design, goal, relaxed=True)
        chains = list(self.routes)
        route = pd.RangeIndex(len(chains), name="route")
        flow = model.add_variables(lower=0, coords=[route, dims.scenario], name="flow")
        takes, serves, cost = _matrices(design, chains)
        served = times(serves, flow, "route", "demand", dims.demand)
        amount = array(design.amount, demand=dims.demand, scenario=dims.scenario)
        if "unserved" in found:
            served = served + found["unserved"]
        if "growth" in found:
            model.add_constraints(served - found["growth"] * amount == 0, name="demand")
        else:
            model.add_constraints(served == amount, name="demand")
        capacities(model, design, found, times(takes, flow, "route", "resource", dims.resource))
        objective(model, design, goal, found, (flow * array(cost, route=route)).sum("route"))
        return model, found

    def run(self) -> None:
        self.solver.run()

    def feasible(self) -> bool:
        """Whether the last run found a solution."""
        return int(self.solver.getInfo().primal_solution_status) == FEASIBLE

    def duals(self) -> tuple[Floats, Floats, Floats]:
        """Of demands and of capacities (in each scenario), and what a unit of cost of moving weighs in each scenario."""
        dual = np.asarray(self.solver.getSolution().row_dual)
        if self.goal == "cost":
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
        takes, _, cost = _matrices(design, [route for route, _ in wanted])
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
        self.solver.addCols(
            count, np.array(objective_cost), np.zeros(count), np.full(count, np.inf), len(cells), np.array(starts, np.int32),
            np.array(cells, np.int32), np.array(entries),
        )  # fmt: skip

    def found_now(self) -> _Found:
        """The last solution."""
        solution = np.asarray(self.solver.getSolution().col_value)
        values = values_of(self.model, solution[: self.first_columns])
        flow = np.zeros((len(self.routes), self.scenarios))
        flow[: len(values["flow"])] = values["flow"]
        for (route, scenario), amount in zip(self.columns, solution[self.first_columns :], strict=True):
            flow[route, scenario] += amount
        return _Found(values, flow, float(self.solver.getInfo().objective_function_value))

    def option_columns(self) -> Ints:
        """HiGHS columns of the variable built."""
        labels = self.model.matrices.vlabels
        place = np.full(self.model._xCounter, -1)
        place[labels] = np.arange(len(labels))
        return np.asarray(place[self.found["built"].labels.values], np.int32)


def _matrices(design: Design, routes: Sequence[Route]) -> tuple[sparse.csr_matrix, sparse.csr_matrix, Floats]:
    """What a unit on each route takes of each resource, which demand each serves, and what it costs."""
    count = len(routes)
    column = np.repeat(np.arange(count), [len(route.arcs) for route in routes])
    arcs = np.array([arc for route in routes for arc in route.arcs], np.int64)
    over = sparse.csr_matrix((np.ones(len(arcs)), (arcs, column)), shape=(len(design.tail), count))
    serves = sparse.csr_matrix((np.ones(count), ([route.demand for route in routes], np.arange(count))), shape=(len(design.origin), count))
    cost = np.bincount(column, design.cost[arcs], count).astype(np.float64)
    return sparse.csr_matrix(design.use @ over), serves, cost


def _complete(master: _Master, ways: _Ways, deadline: float) -> tuple[int, bool]:
    """Add routes until none is worth having. Returns: rounds, and whether it came to its end before the deadline."""
    design = master.design
    for turn in range(ROUNDS):
        master.run()
        if not master.feasible():
            return turn + 1, False
        demand_dual, capacity_dual, weight = master.duals()
        wanted = []
        for s in range(master.scenarios):
            price = weight[s] * design.cost - design.use.T @ capacity_dual[:, s]
            least, chains = ways.find(np.maximum(price, 0.0))
            for k, chain in enumerate(chains):
                worth = demand_dual[k, s]
                if (
                    chain is not None
                    and (Route(k, chain), s) not in master.known
                    and design.amount[k, s] > 0
                    and least[k] < worth - CHEAPER * max(1.0, abs(worth))
                ):
                    wanted.append((Route(k, chain), s))
        if not wanted:
            return turn + 1, True
        if time.perf_counter() > deadline:
            return turn + 1, False
        master.add(wanted)
    return ROUNDS, False


def _first_routes(design: Design, ways: _Ways, given: Iterable[Route]) -> list[Route]:
    """The routes given, and the cheapest of each demand."""
    _, chains = ways.find(design.cost)
    return [*given, *(Route(k, chain) for k, chain in enumerate(chains) if chain is not None)]


def spread_routes(design: Design, ways: _Ways | None = None, turns: int = SPREAD, seed: int = 0) -> list[Route]:
    """Different sensible routes of every demand: the cheapest, and the cheapest under randomly raised costs."""
    ways = ways or _Ways(design)
    rng = np.random.default_rng(seed)
    found: dict[Route, None] = {}
    for turn in range(turns):
        raised = design.cost * (1 if turn == 0 else 1 + rng.exponential(0.5, len(design.cost)))
        found |= {Route(k, chain): None for k, chain in enumerate(ways.find(raised)[1]) if chain is not None}
    return list(found)


def _whole_units(master: _Master, ways: _Ways, deadline: float, gap: float) -> tuple[_Found | None, str, int]:
    """Ask for whole units over the routes at hand, complete the routes for what was built, and repeat while it helps."""
    solver, design = master.solver, master.design
    kind = extra("highspy").HighsVarType
    column = master.option_columns()
    most = np.where(np.isfinite(design.options.most), design.options.most, UNLIMITED)
    whole = design.options.whole
    best: _Found | None = None
    status, rounds = "optimal", 0
    for _ in range(POLISHES):
        left = deadline - time.perf_counter()
        if left <= 0:
            status = "time_limit"
            break
        solver.setOptionValue("mip_rel_gap", gap)
        solver.setOptionValue("time_limit", float(min(left, 1e7)) + solver.getRunTime())
        solver.changeColsIntegrality(len(column), column, np.where(whole, kind.kInteger, kind.kContinuous))
        solver.run()
        tried = outcome(solver, 0.0)
        status = tried.status
        if not np.isfinite(tried.objective):
            break
        units = np.asarray(solver.getSolution().col_value)[column]
        units = np.where(whole, np.round(units), units)
        known = len(master.columns)
        solver.changeColsIntegrality(len(column), column, np.full(len(column), kind.kContinuous))
        solver.setOptionValue("time_limit", np.inf)
        solver.changeColsBounds(len(column), column, units, units)
        more, _ = _complete(master, ways, deadline)
        rounds += more
        found = master.found_now()
        solver.changeColsBounds(len(column), column, np.zeros(len(column)), most)
        better = best is None or found.objective < best.objective - gap * max(1e-9, abs(best.objective))
        if best is None or found.objective < best.objective:
            best = found
        if len(master.columns) == known or not better:
            break
    return best, status, rounds


def _feasible_routes(design: Design, ways: _Ways, routes: Iterable[Route], deadline: float) -> tuple[list[Route], float]:
    """Routes over which all demand can be carried, and the multiple of it that can (1, or less: then it cannot)."""
    master = _Master(replace(design, most_growth=1.0), "worst_growth", routes)
    _complete(master, ways, deadline)
    return list(master.routes), float(master.found_now().values["growth"].min())


def solve_routes(
    design: Design,
    goal: Goal = "cost",
    routes: Iterable[Route] = (),
    relaxed: bool = False,
    time_limit_s: float | None = None,
    gap: float = 1e-4,
) -> RouteSolution:
    """Solve a design over routes.

    Parameters: design, goal, routes (to begin with: those of a planner), relaxed (units may be split), time_limit_s, gap (relative, of
    whole units).
    Returns: the solution; status infeasible when demand cannot be carried, time_limit when time ran out (with the best found and its gap).
    Raises: MissingExtraError.
    """
    began = time.perf_counter()
    deadline = np.inf if time_limit_s is None else began + time_limit_s
    ways = _Ways(design)
    known = [*routes, *spread_routes(design, ways)]
    master = _Master(design, goal, known)
    rounds, complete = _complete(master, ways, deadline)
    if not master.feasible() and design.unserved_cost is None and goal not in ("growth", "worst_growth"):
        known, carried = _feasible_routes(design, ways, known, deadline)
        if carried < 1 - 1e-7:
            return _none(design, began)
        master = _Master(design, goal, known)
        rounds, complete = _complete(master, ways, deadline)
    if not master.feasible():
        return _none(design, began)
    best: _Found | None = master.found_now()
    bound = best.objective if complete and best is not None else -np.inf
    value = -master.duals()[1]
    status = "optimal" if complete else "time_limit"
    if not relaxed and len(design.options.names) and design.options.whole.any():
        best, status, more = _whole_units(master, ways, deadline, gap)
        rounds += more
    if best is None:
        return _none(design, began, status if status == "time_limit" else "infeasible")
    reached, bound = best.objective + design.fixed_cost, bound + design.fixed_cost
    room = max(0.0, (reached - bound) / max(abs(reached), 1e-9))
    solved = Solved(status, reached, bound, room, time.perf_counter() - began, best.values)
    none = np.zeros((len(design.origin), len(design.probability)))
    return RouteSolution(
        solved=solved,
        routes=tuple(master.routes)[: len(best.flow)],
        flow=best.flow,
        built=best.values.get("built", np.zeros(0)),
        growth=best.values.get("growth", np.ones(len(design.probability))),
        unserved=best.values.get("unserved", none),
        capacity_value=value,
        rounds=rounds,
    )


def _none(design: Design, began: float, status: str = "infeasible") -> RouteSolution:
    scenarios = len(design.probability)
    solved = Solved(status, np.nan, np.nan, np.nan, time.perf_counter() - began)
    return RouteSolution(solved, (), np.zeros((0, scenarios)), np.zeros(len(design.options.names)), np.zeros(scenarios), design.amount,
                         np.zeros(design.capacity.shape), 0)  # fmt: skip
