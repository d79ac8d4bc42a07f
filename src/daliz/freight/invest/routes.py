"""The route-based model: what flows over each route, with routes completed by column generation.

Algorithm: routes that carry all demand are looked for first, then those that the relaxation wants (`pricing`). Whole units are then
found by branch and price where moving counts (`branches`), and by cuts in a programme of units alone where it does not (`units`). Both
prove their bound for all routes and all units.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from daliz.freight.invest.blocks import extra
from daliz.freight.invest.branches import Tree
from daliz.freight.invest.design import Design, Floats, Goal
from daliz.freight.invest.master import Route
from daliz.freight.invest.pricing import OutOfTime, Pricing, Settled
from daliz.freight.invest.solve import Solved
from daliz.freight.invest.units import Turns

GROWTHS = ("growth", "worst_growth")
"""Goals for which flows have no price."""


@dataclass(frozen=True)
class RouteSolution:
    """What the route-based model found.

    Attributes: solved (its bound holds for the whole problem), routes (none for a demand without a way), flow (routes x scenarios), built
    (of each option), growth (of each scenario, where it was asked for), unserved (demands x scenarios), capacity_value (resources x
    scenarios: what a unit of capacity more is worth in the relaxation), rounds (of column generation).
    """

    solved: Solved
    routes: tuple[Route, ...] = field(repr=False)
    flow: Floats = field(repr=False)
    built: Floats
    growth: Floats
    unserved: Floats = field(repr=False)
    capacity_value: Floats = field(repr=False)
    rounds: int


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
    # Packages are loaded before the clock starts.
    extra("linopy"), extra("highspy")
    began = time.perf_counter()
    pricing = Pricing(design, goal, routes, np.inf if time_limit_s is None else began + time_limit_s)
    master = pricing.master
    complete = False
    try:
        if not pricing.carries() or not np.isfinite(pricing.complete()):
            return _none(design, began, "infeasible")
        complete = True
    except OutOfTime:
        if not master.feasible():
            return _none(design, began, "time_limit")
    value = -master.duals()[1]
    if relaxed or not design.options.whole.any():
        settled = Settled(master.found_now(), master.value() if complete else -np.inf, "optimal" if complete else "time_limit")
    else:
        settled = _whole(pricing, gap) if complete else Settled(pricing.rounded(master.built()), -np.inf, "time_limit")
    best = settled.found
    if best is None:
        return _none(design, began, settled.status)
    reached, bound = best.objective + design.fixed_cost, min(best.objective, settled.bound) + design.fixed_cost
    room = max(0.0, (reached - bound) / max(abs(reached), 1e-9))
    solved = Solved(settled.status, reached, bound, room, time.perf_counter() - began, best.values)
    none = np.zeros((len(design.origin), len(design.probability)))
    return RouteSolution(
        solved=solved,
        routes=tuple(master.routes)[: len(best.flow)],
        flow=best.flow,
        built=_units(design, best.values.get("built", np.zeros(0)), relaxed),
        growth=best.values.get("growth", np.ones(len(design.probability))),
        unserved=best.values.get("unserved", none),
        capacity_value=value,
        rounds=pricing.rounds,
    )


def _whole(pricing: Pricing, gap: float) -> Settled:
    """Whole units, from a complete relaxation."""
    master, found, bound = pricing.master, None, pricing.master.value()
    if master.goal in GROWTHS or (master.goal == "build_cost" and len(master.short)):
        found, least, status = Turns(pricing, gap).search()
        bound = max(bound, least)
        if status != "unsettled":
            return Settled(found, bound, status)
    return Tree(pricing, gap, bound, found).search()


def _units(design: Design, built: Floats, relaxed: bool) -> Floats:
    """Units without the rounding errors of a solver: whole where they come whole, and never below none."""
    return np.maximum(np.where(design.options.whole & (not relaxed), np.round(built), built), 0.0)


def _none(design: Design, began: float, status: str = "infeasible") -> RouteSolution:
    scenarios = len(design.probability)
    solved = Solved(status, np.nan, np.nan, np.nan, time.perf_counter() - began)
    return RouteSolution(solved, (), np.zeros((0, scenarios)), np.zeros(len(design.options.names)), np.zeros(scenarios), design.amount,
                         np.zeros(design.capacity.shape), 0)  # fmt: skip
