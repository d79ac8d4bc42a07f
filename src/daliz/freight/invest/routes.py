"""The route-based model: what flows over each route, with routes completed by column generation.

Algorithm: the relaxation is solved over the routes at hand; the duals of capacities price the arcs, and a shortest way at these prices
that costs less than its demand's dual is a route worth having (Ford and Fulkerson 1958; Dantzig-Wolfe decomposition, Desaulniers,
Desrosiers, Solomon 2005). When no such route is left, the relaxation is that of the arc-flow model, and its value is a bound. Routes that
carry all demand at all are looked for first, in the same way, with what is left uncarried as the goal. For the cheapest units that
carry all demand, units alone and the routes and cuts that they want take turns (Benders 1962). For other goals, whole units want other
routes than the relaxation does, so routes are completed for the relaxation's branches too: each split option rounded down, and up. Then
whole units are asked for over these routes, what was built is fixed, routes are completed for it, and the two are repeated while that
finds something better. Routes stay in one HiGHS model that is restarted from its last basis.

Cost: one shortest-path tree for each origin and scenario, and one warm start, a round; a route is a column in each scenario in which it
was wanted.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from daliz.freight.invest.blocks import extra
from daliz.freight.invest.design import Design, Floats, Goal
from daliz.freight.invest.master import Found, Master, Route, Ways
from daliz.freight.invest.solve import Solved, outcome
from daliz.freight.invest.units import Units

ROUNDS = 60
POLISHES = 5
SPLIT = 1e-6
"""An option counts as split when its units are farther than this from whole."""
CARRIED = 1e-7
"""Share of the demand that may be left and all of it still counts as carried."""
CHEAPER = 1e-9
"""How much, relative to its demand's dual, a route must be cheaper to count."""


@dataclass(frozen=True)
class RouteSolution:
    """What the route-based model found.

    Attributes: solved (its bound, that of the relaxation with all routes or of the cuts, holds for the whole problem), routes (without
    arcs where a demand has none), flow (routes x scenarios), built (of each option), growth (of each scenario, where it was asked for),
    unserved (demands x scenarios), capacity_value (resources x scenarios: what a unit of capacity more is worth in the relaxation),
    rounds (of column generation).
    """

    solved: Solved
    routes: tuple[Route, ...] = field(repr=False)
    flow: Floats = field(repr=False)
    built: Floats
    growth: Floats
    unserved: Floats = field(repr=False)
    capacity_value: Floats = field(repr=False)
    rounds: int


def _complete(master: Master, ways: Ways, deadline: float) -> tuple[int, bool]:
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


def _seek(master: Master, ways: Ways, deadline: float, cuts: Units | None = None) -> tuple[int, bool, bool]:
    """Look for routes that carry all demand, where it must be, and for cuts where it cannot.

    Returns: rounds, whether there are such routes, and whether time sufficed.
    """
    if not len(master.short):
        return 0, True, True
    master.seek(True)
    rounds, complete = _complete(master, ways, deadline)
    # Without any solution the rules of building are at odds with each other, and no route mends that.
    carried, settled = master.feasible() and master.missing() <= CARRIED, complete or not master.feasible()
    if cuts is not None and complete and not carried:
        cuts.cut(master)
    master.seek(False)
    return rounds, carried, settled


def _branches(master: Master, ways: Ways, deadline: float) -> int:
    """Complete the routes for the relaxation with each split option rounded down and up, which wants other routes. Returns: rounds."""
    share, low, high = master.built(), *master.limits()
    rounds = 0
    for i in np.flatnonzero(master.design.options.whole & (np.abs(share - np.round(share)) > SPLIT)):
        if time.perf_counter() > deadline:
            break
        for below, above in ((low[i], np.floor(share[i])), (np.ceil(share[i]), high[i])):
            master.bound(np.where(np.arange(len(low)) == i, below, low), np.where(np.arange(len(low)) == i, above, high))
            more, carried, _ = _seek(master, ways, deadline)
            rounds += more
            if carried:
                rounds += _complete(master, ways, deadline)[0]
    master.hold(None)
    return rounds


def _whole_units(master: Master, ways: Ways, deadline: float, gap: float) -> tuple[Found | None, str, int]:
    """Ask for whole units over the routes at hand, complete the routes for what was built, and repeat while it helps."""
    solver, design = master.solver, master.design
    kind = extra("highspy").HighsVarType
    whole, column = design.options.whole, master.options
    rounds = _branches(master, ways, deadline)
    best: Found | None = None
    status = "optimal"
    for _ in range(POLISHES):
        left = deadline - time.perf_counter()
        if left <= 0:
            status = "time_limit"
            break
        solver.setOptionValue("mip_rel_gap", gap)
        solver.setOptionValue("time_limit", float(min(left, 1e7)) + solver.getRunTime())
        solver.changeColsIntegrality(len(column), column, np.where(whole, kind.kInteger, kind.kContinuous))
        solver.clearSolver()
        solver.run()
        tried = outcome(solver, 0.0)
        status = tried.status
        if not np.isfinite(tried.objective):
            break
        units = np.where(whole, np.round(master.built()), master.built())
        solver.changeColsIntegrality(len(column), column, np.full(len(column), kind.kContinuous))
        solver.setOptionValue("time_limit", np.inf)
        master.hold(units)
        more, _ = _complete(master, ways, deadline)
        rounds += more
        found = master.found_now()
        master.hold(None)
        if best is None or found.objective < best.objective:
            best = found
        if tried.objective - found.objective <= gap * max(1e-9, abs(found.objective)):
            break
    return best, status, rounds


def _by_cuts(master: Master, ways: Ways, deadline: float, gap: float) -> tuple[Found | None, str, float, int]:
    """Alternate between the cheapest units by the cuts so far and the routes and cuts that these units want, until all demand is carried.

    Returns: the best found, status (unsettled when units came back that a cut should have ruled out), bound, and rounds.
    """
    cuts, whole, bound, rounds = Units(master), False, -np.inf, 0
    cuts.cut(master)
    best = _held(master, ways, np.where(master.design.options.whole, np.ceil(master.built() - SPLIT), master.built()), deadline)
    seen: set[bytes] = set()
    while time.perf_counter() < deadline:
        tried, units = cuts.solve(gap, deadline - time.perf_counter())
        if not np.isfinite(tried.objective):
            return best, tried.status, bound, rounds
        bound = max(bound, tried.bound)
        if best is not None and best.objective - bound <= gap * best.objective:
            return best, "optimal", bound, rounds
        units = np.where(master.design.options.whole & whole, np.round(units), units)
        if units.tobytes() in seen:
            return best, "unsettled", bound, rounds
        seen.add(units.tobytes())
        master.hold(units)
        more, carried, _ = _seek(master, ways, deadline, cuts)
        rounds += more
        if carried and whole:
            return _held(master, ways, units, deadline), tried.status, bound, rounds
        if carried:
            whole = True
            seen.clear()
            cuts.whole()
    return best, "time_limit", bound, rounds


def _held(master: Master, ways: Ways, units: Floats, deadline: float) -> Found | None:
    """The solution with so many units, if they carry all demand."""
    master.hold(units)
    _complete(master, ways, deadline)
    found = master.found_now() if master.feasible() else None
    master.hold(None)
    return found


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
    ways = Ways(design)
    master = Master(design, goal, ways, routes)
    rounds, carried, settled = _seek(master, ways, deadline)
    if not carried:
        return _none(design, began, "infeasible" if settled else "time_limit")
    more, complete = _complete(master, ways, deadline)
    rounds += more
    best: Found | None = master.found_now()
    bound = best.objective if complete and best is not None else -np.inf
    value = -master.duals()[1]
    status = "optimal" if complete else "time_limit"
    if not relaxed and len(design.options.names) and design.options.whole.any():
        status = "unsettled"
        if goal == "build_cost" and len(master.short):
            best, status, least, more = _by_cuts(master, ways, deadline, gap)
            bound, rounds = max(bound, least), rounds + more
        if status == "unsettled":
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
