"""The answer to an investment question: what to build, what it costs and carries, and, where the target is out of reach, why and what is
not.

With a target, the cheapest set of options is sought that carries all demand in every scenario; the nearest feasible target is the largest
multiple of the demand, every pair alike, that can be carried in every scenario. Without a target, the set within the budget that carries
the largest such multiple, and among these sets the solver's first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from daliz.freight.invest.design import Design, Floats, InvestError
from daliz.freight.invest.routes import Route, RouteSolution, solve_routes

TIGHT = 1e-6


@dataclass(frozen=True)
class Answer:
    """Attributes: solution (of the routes), cost (of what is built), growth (multiple of the demand carried in the worst scenario),
    reached (whether the target is), why (what keeps the target out of reach, in words; empty when it is reached), binding (resources that
    are full and would be worth widening: name, value of a unit of capacity more), route_flow (the routes with cargo: demand, arcs, flow
    in the first scenario)."""

    solution: RouteSolution
    cost: float
    growth: float
    reached: bool
    why: str
    binding: tuple[tuple[str, float], ...]


def _binding(design: Design, solution: RouteSolution) -> tuple[tuple[str, float], ...]:
    value = solution.capacity_value.max(1)
    order = [i for i in np.argsort(-value, kind="stable") if value[i] > TIGHT]
    return tuple((design.resources[i], float(value[i])) for i in order)


def _limits(design: Design, built: Floats, routes: Iterable[Route], time_limit_s: float | None) -> tuple[tuple[str, float], ...]:
    """Resources that limit growth when this is built."""
    there = design.capacity + (design.options.adds @ built)[:, None]
    fixed = replace(design, capacity=there, budget=None, options=replace(design.options, most=np.zeros(len(built))))
    return _binding(design, solve_routes(fixed, "worst_growth", routes, relaxed=True, time_limit_s=time_limit_s))


def _check_ways_left(design: Design) -> None:
    """Raises: InvestError when in some scenario a part of the demand has no way at all, whatever is built and paid."""
    free = solve_routes(design.with_budget(None), "growth", relaxed=True)
    for name, growth in zip(design.scenarios, free.growth, strict=True):
        if growth <= TIGHT:
            raise InvestError(f"scenario {name!r}: some of the demand has no way left, whatever is built")


def _cost(design: Design, built: Floats) -> float:
    return float(built @ design.options.cost) if len(built) else 0.0


def invest(design: Design, target: bool, routes: Iterable[Route] = (), time_limit_s: float | None = None, gap: float = 1e-4) -> Answer:
    """What to build.

    Parameters: design (its demand is the target, or the pattern that grows), target (whether the demand must be carried; otherwise as
    much of its pattern as the budget allows is), routes (a planner's, to begin with), time_limit_s, gap.
    Returns: the answer; after a time limit the best found, with its gap in `solution.solved`.
    Raises: InvestError when neither a target nor a budget is given, time ran out before anything was found, or a scenario leaves demand
    without any way; MissingExtraError.
    """
    if not target and design.budget is None:
        raise InvestError("give a budget, a target or both: without either there is nothing to choose")
    known = list(routes)
    if target:
        found = solve_routes(design, "build_cost", known, time_limit_s=time_limit_s, gap=gap)
        if np.isfinite(found.solved.objective):
            return Answer(found, _cost(design, found.built), 1.0, True, "", _binding(design, found))
    most = solve_routes(design, "worst_growth", known, time_limit_s=time_limit_s, gap=gap)
    if not np.isfinite(most.solved.objective):
        raise InvestError("the solver ran out of time before it found anything to build; give it more, or relax whole units")
    growth = float(most.growth.min())
    if growth <= TIGHT:
        _check_ways_left(design)
    limits = _limits(design, most.built, most.routes, time_limit_s)
    return Answer(most, _cost(design, most.built), growth, growth >= 1 - TIGHT, _why(design, growth, limits) if target else "", limits)


def _why(design: Design, growth: float, limits: tuple[tuple[str, float], ...]) -> str:
    """What keeps the demand from being carried: the budget, when more money would do, or the resources that nothing widens enough."""
    if growth >= 1 - TIGHT:
        return "the solver found what carries it only at a cost that it could not prove least"
    if design.budget is not None:
        free = solve_routes(design.with_budget(None), "build_cost")
        if np.isfinite(free.solved.objective):
            return f"the budget: it takes {_cost(design, free.built) / 1e6:,.0f} million USD"
        unlimited = solve_routes(design.with_budget(None), "worst_growth")
        limits = _limits(design, unlimited.built, unlimited.routes, None) or limits
    names = ", ".join(name for name, _ in limits[:3]) or "the services that there are"
    return f"the capacity of {names}, also with every option built"
