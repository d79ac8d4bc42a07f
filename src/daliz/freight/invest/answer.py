"""The answer to an investment question: what to build, what it costs and carries, and, where the target is out of reach, why and what is
not.

With a target, the cheapest set of options is sought that carries all demand in every scenario; the nearest feasible target is the largest
multiple of the demand, every pair alike, that can be carried in every scenario, and the cheapest set for it. Without a target, the
cheapest set among those within the budget that carry the largest such multiple.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from daliz.freight.invest.design import Design, Floats, InvestError
from daliz.freight.invest.routes import Route, RouteSolution, solve_routes

TIGHT = 1e-6
FULL = 0.999
"""Share of its capacity that a full resource carries."""
LEAST_S = 1.0
"""Seconds that every further question to the solver has at least."""
TOO_LITTLE_TIME = "the solver ran out of time before it found anything to build; give it more, or let steps be built in part"
TOO_LITTLE_TIME = "the solver ran out of time before it found anything to build; give it more, or let steps be built in part"
OUT_OF_TIME = "the time of the solver, which ended before it found anything that carries it"


@dataclass(frozen=True)
class Answer:
    """Attributes: solution (of the routes), cost (of what is built), growth (multiple of the demand carried in the worst scenario),
    reached (whether the target is), why (what keeps the target out of reach, or its cost from being the least, in words; empty where
    nothing does), binding (resources that are full and would be worth widening: name, value of a unit of capacity more)."""

    solution: RouteSolution
    cost: float
    growth: float
    reached: bool
    why: str
    binding: tuple[tuple[str, float], ...]


class _Clock:
    """Seconds for several questions together: each has what the others left, and a second at least."""

    def __init__(self, seconds: float | None) -> None:
        self.end = None if seconds is None else time.perf_counter() + seconds

    def left(self) -> float | None:
        return None if self.end is None else max(self.end - time.perf_counter(), LEAST_S)


def _binding(design: Design, solution: RouteSolution) -> tuple[tuple[str, float], ...]:
    """Resources that the solution fills, and what a unit of capacity more is worth."""
    over = np.zeros((len(design.tail), len(design.probability)))
    for route, flow in zip(solution.routes, solution.flow, strict=True):
        over[list(route.arcs)] += flow
    load = design.use @ over
    full = (load > TIGHT) & (load >= FULL * (design.capacity + (design.options.adds @ solution.built)[:, None]))
    value = np.where(full, solution.capacity_value, 0.0).max(1)
    order = [i for i in np.argsort(-value, kind="stable") if value[i] > TIGHT]
    return tuple(dict.fromkeys((design.resources[i], float(value[i])) for i in order))


def _limits(design: Design, built: Floats, routes: Iterable[Route], clock: _Clock) -> tuple[tuple[str, float], ...]:
    """Resources that limit growth when this is built."""
    there = design.capacity + (design.options.adds @ built)[:, None]
    fixed = replace(design, capacity=there, budget=None, options=replace(design.options, most=np.zeros(len(built))))
    return _binding(design, solve_routes(fixed, "worst_growth", routes, relaxed=True, time_limit_s=clock.left()))


def _check_ways_left(design: Design, clock: _Clock) -> None:
    """Raises: InvestError when in some scenario a part of the demand has no way at all, whatever is built and paid."""
    free = solve_routes(design.with_budget(None), "growth", relaxed=True, time_limit_s=clock.left())
    for name, growth in zip(design.scenarios, free.growth, strict=True):
        if free.solved.status == "optimal" and growth <= TIGHT:
            raise InvestError(f"scenario {name!r}: some of the demand has no way left, whatever is built")


def _cost(design: Design, built: Floats) -> float:
    return float(built @ design.options.cost) if len(built) else 0.0


def invest(design: Design, target: bool, routes: Iterable[Route] = (), time_limit_s: float | None = None, gap: float = 1e-4) -> Answer:
    """What to build.

    Parameters: design (its demand is the target, or the pattern that grows), target (whether the demand must be carried; otherwise as
    much of its pattern as the budget allows is), routes (a planner's, to begin with), time_limit_s (of all that is asked of the solver;
    every question after the first has a second at least), gap.
    Returns: the answer; after a time limit the best found, with its gap in `solution.solved`.
    Raises: InvestError when neither a target nor a budget is given, time ran out before anything was found, or a scenario leaves demand
    without any way; MissingExtraError.
    """
    if not target and design.budget is None:
        raise InvestError("give a budget, a target or both: without either there is nothing to choose")
    known, clock, late = list(routes), _Clock(time_limit_s), False
    if target:
        found = solve_routes(design, "build_cost", known, time_limit_s=time_limit_s, gap=gap)
        if np.isfinite(found.solved.objective):
            return Answer(found, _cost(design, found.built), 1.0, True, "", _binding(design, found))
        late = found.solved.status == "time_limit"
    most = solve_routes(design, "worst_growth", known, time_limit_s=clock.left(), gap=gap)
    if not np.isfinite(most.solved.objective):
        raise InvestError(TOO_LITTLE_TIME)
    growth = float(most.growth.min())
    if growth <= TIGHT:
        _check_ways_left(design, clock)
        if most.solved.status == "time_limit":
            raise InvestError(TOO_LITTLE_TIME)
    if late and growth >= 1 - TIGHT:
        # The target can be carried: ask for its cost once more, beginning with routes that do.
        again = solve_routes(design, "build_cost", most.routes, time_limit_s=clock.left(), gap=gap)
        if np.isfinite(again.solved.objective):
            return Answer(again, _cost(design, again.built), 1.0, True, "", _binding(design, again))
    most = _cheapest(design, most, growth, clock, gap)
    limits = _limits(design, most.built, most.routes, clock)
    why = _why(design, growth, limits, clock, late and most.solved.status == "time_limit") if target else ""
    if late and growth >= 1 - TIGHT:
        # Its bound is that of growth, and none of the cost.
        most = replace(most, solved=replace(most.solved, status="time_limit", bound=math.nan, gap=math.inf))
    return Answer(most, _cost(design, most.built), growth, growth >= 1 - TIGHT, why, limits)


def _cheapest(design: Design, most: RouteSolution, growth: float, clock: _Clock, gap: float) -> RouteSolution:
    """As much growth for less, where there is such a thing: growth alone does not care what else is built."""
    if growth <= TIGHT:
        return most
    scaled = replace(design, amount=design.amount * growth * (1 - TIGHT))
    less = solve_routes(scaled, "build_cost", most.routes, time_limit_s=clock.left(), gap=gap)
    if not np.isfinite(less.solved.objective) or _cost(design, less.built) >= _cost(design, most.built):
        return most
    return replace(less, solved=most.solved, growth=np.full(len(most.growth), growth))


def _why(design: Design, growth: float, limits: tuple[tuple[str, float], ...], clock: _Clock, late: bool) -> str:
    """What keeps the demand from being carried: the budget, when more money would do, or the resources that nothing widens enough; or
    that nobody knows, since the solver was late."""
    if growth >= 1 - TIGHT:
        return "the solver found what carries it only at a cost that it could not prove least"
    if late:
        return OUT_OF_TIME
    if design.budget is not None:
        free = solve_routes(design.with_budget(None), "build_cost", time_limit_s=clock.left())
        if np.isfinite(free.solved.objective):
            most = "" if free.solved.status == "optimal" else "at most "
            return f"the budget: it takes {most}{_cost(design, free.built) / 1e6:,.0f} million USD"
        unlimited = solve_routes(design.with_budget(None), "worst_growth", time_limit_s=clock.left())
        limits = _limits(design, unlimited.built, unlimited.routes, clock) or limits
    names = ", ".join(name for name, _ in limits[:3]) or "the services that there are"
    return f"the capacity of {names}, also with every option built"
