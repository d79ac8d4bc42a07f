"""An investment plan held against a simulated year, and widened where that year shows cargo waiting.

A design knows yearly capacities; a simulated year has queues, weather and full yards too, and its cargo keeps to the routes of the table
`demands`, where the design spreads it over any services. So what the design builds delivers less. Where it does, the option that widens
what cargo waited for most (hours times TEU) gets one more unit, and the year is simulated again, until what is missing is small, the
budget is spent, or no option widens what is waited for. The first plan and its shortfall are kept: they are the design's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from daliz.assess.expansion import Expansion
from daliz.freight.invest import Answer
from daliz.freight.invest.design import Floats
from daliz.freight.simulate import Simulation, simulate

CLOSE = 0.02
MOST_ROUNDS = 40
REPLICATIONS = 2
WAITING = "waiting"


@dataclass(frozen=True)
class Checked:
    """A plan and the simulated year with it.

    Attributes: units (of each option), cost_usd, wanted_teu_year, delivered_teu_year, low and high (of the replications), waited_for (rows
    that cargo waits for, longest in all first).
    """

    units: Floats
    cost_usd: float
    wanted_teu_year: float
    delivered_teu_year: float
    low: float
    high: float
    waited_for: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Delivered over wanted, less 1."""
        return self.delivered_teu_year / self.wanted_teu_year - 1


def simulated(problem: Expansion, answer: Answer, units: Floats) -> Checked:
    """A simulated year with so many units of each option and the most demand that the design carries in a scenario."""
    scale = float(problem.design.amount.sum(0).max()) / problem.teu_year * answer.growth
    found = simulate(problem.built(units), replications=REPLICATIONS, factors=dict.fromkeys(problem.demands, scale), probes=())
    mine = found.throughput.filter(pl.col("demand").is_in(list(problem.demands)))
    boxes = found.by_replication.filter(pl.col("measure") == "delivered").group_by("replication").agg(pl.col("value").sum())["value"]
    delivered = float(mine["delivered_teu_year"].sum())
    share = boxes.to_numpy() / float(boxes.to_numpy().mean())
    low, high = delivered * float(share.min()), delivered * float(share.max())
    cost = float(units @ problem.design.options.cost)
    return Checked(units, cost, problem.teu_year * scale, delivered, low, high, _waited_for(problem, found))


def _waited_for(problem: Expansion, found: Simulation) -> tuple[str, ...]:
    """Rows that cargo waits for, by hours times TEU; with a service its fleet."""
    teu = dict(found.throughput.group_by("demand").agg(pl.col("delivered_teu_year").sum()).iter_rows())
    fleet = dict(problem.corridor["services"].select("id", "fleet").iter_rows())
    waits: dict[str, float] = {}
    for demand, service, row, category, hours in found.legs.select("demand", "service", "row", "category", "hours").iter_rows():
        if category.startswith(WAITING):
            ship = [f"fleets/{fleet[service]}"] if fleet.get(service) else []
            for name in [row] if row and not row.startswith(("services/", "fleets/")) else [f"services/{service}", *ship]:
                waits[name] = waits.get(name, 0.0) + hours * teu.get(demand, 0.0)
    return tuple(sorted(waits, key=lambda name: (-waits[name], name)))


def corrected(problem: Expansion, answer: Answer) -> tuple[Checked, Checked]:
    """The design's plan as simulated, and the plan widened until a simulated year carries the demand, or as near as the options come."""
    first = simulated(problem, answer, answer.solution.built)
    best = tried = first
    for _ in range(MOST_ROUNDS):
        if best.gap >= -CLOSE:
            break
        units = _widened(problem, tried)
        if units is None:
            break
        tried = simulated(problem, answer, units)
        best = tried if tried.delivered_teu_year > best.delivered_teu_year else best
    return first, best


def _widened(problem: Expansion, plan: Checked) -> Floats | None:
    """One more unit of the option that widens what is waited for most, within the budget; None when there is none."""
    options, budget = problem.options, problem.design.budget
    left = np.inf if budget is None else budget - plan.cost_usd
    for row in plan.waited_for:
        fits = [i for i, option in enumerate(options) if row in option.rows and plan.units[i] < option.most and option.cost_usd <= left]
        if fits:
            cheapest = min(fits, key=lambda i: options[i].cost_usd)
            return plan.units + (np.arange(len(options)) == cheapest)
    return None
