"""An investment plan held against a simulated year, and widened where that year shows cargo waiting.

A design knows yearly capacities; a simulated year has queues, weather and full yards too, and its cargo keeps to the routes of the table
`demands`, where the design spreads it over any services. So what the design builds delivers less. Where it does, the option that widens
what cargo waited for most (hours times TEU, a USD) gets one more unit, and the year is simulated again. A unit that mends next to nothing
is taken back, and its option left alone until another unit has mended something. So on until what is missing is small, the budget is spent,
or no option mends more. The first plan and its shortfall are kept: they are the design's own. The simulated year has every country open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from daliz.assess.expansion import Expansion
from daliz.freight.invest import Answer
from daliz.freight.invest.design import Floats
from daliz.freight.simulate import Simulation, simulate

CLOSE = 0.02
MENDS = 0.001
"""Share of the wanted cargo that a unit must bring to be kept."""
MOST_ROUNDS = 60
REPLICATIONS = 2
FULL_YARD = 0.01
"""How much waiting for room counts beside other waiting."""
WAITING, ROOM = "waiting", "waiting for room"


@dataclass(frozen=True)
class Checked:
    """A plan and the simulated year with it.

    Attributes: units (of each option), cost_usd, wanted_teu_year, delivered_teu_year, low and high (of the replications), waits (rows that
    cargo waits for, and hours times TEU of it, longest first), needs_budget (whether money keeps it from being widened further).
    """

    units: Floats
    cost_usd: float
    wanted_teu_year: float
    delivered_teu_year: float
    low: float
    high: float
    waits: Mapping[str, float]
    needs_budget: bool = False

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
    return Checked(units, cost, problem.teu_year * scale, delivered, low, high, _waits(problem, found))


def _waits(problem: Expansion, found: Simulation) -> dict[str, float]:
    """Rows that cargo waits for, and hours times TEU of it: with a ship its fleet, with room the yard. A train that leaves when it is full
    is not waited for, but filled; and a yard is mostly full because what should empty it is late, so that it counts little."""
    teu = dict(found.throughput.group_by("demand").agg(pl.col("delivered_teu_year").sum()).iter_rows())
    services = {row["id"]: row for row in problem.corridor["services"].iter_rows(named=True)}
    yards = dict(problem.corridor.open("terminals").filter(pl.col("yard_teu") > 0).select("place", "id").iter_rows())
    waits: dict[str, float] = {}
    for demand, service, place, row, category, hours in found.legs.select(
        "demand", "service", "place", "row", "category", "hours"
    ).iter_rows():
        if not category.startswith(WAITING):
            continue
        if category == ROOM and place in yards:
            names = [f"terminals/{yards[place]}"]
        elif row and not row.startswith(("services/", "fleets/")):
            names = [row]
        elif services[service]["fleet"]:
            names = [f"services/{service}", f"fleets/{services[service]['fleet']}"]
        else:
            names = [] if services[service]["leaves"] == "when_full" else [f"services/{service}"]
        for name in names:
            waits[name] = waits.get(name, 0.0) + hours * teu.get(demand, 0.0) * (FULL_YARD if category == ROOM else 1.0)
    return dict(sorted(waits.items(), key=lambda wait: (-wait[1], wait[0])))


def corrected(problem: Expansion, answer: Answer) -> tuple[Checked, Checked]:
    """The design's plan as simulated, and the plan widened until a simulated year carries the demand, or as near as the options come."""
    first = best = simulated(problem, answer, answer.solution.built)
    useless: frozenset[int] = frozenset()
    for _ in range(MOST_ROUNDS):
        if best.gap >= -CLOSE:
            return first, best
        able = _able(problem, best, useless)
        affordable = [i for i in able if best.cost_usd + problem.options[i].cost_usd <= _budget(problem)]
        if not affordable:
            return first, replace(best, needs_budget=bool(able))
        tried = simulated(problem, answer, best.units + (np.arange(len(problem.options)) == affordable[0]))
        if tried.delivered_teu_year < best.delivered_teu_year + MENDS * best.wanted_teu_year:
            useless |= {affordable[0]}
        else:
            best, useless = tried, frozenset()
    return first, best


def _budget(problem: Expansion) -> float:
    return np.inf if problem.design.budget is None else problem.design.budget


def _able(problem: Expansion, plan: Checked, useless: frozenset[int]) -> list[int]:
    """Options that widen what is waited for, those that widen the longest waiting for a USD first."""
    options = problem.options
    waits = [max((plan.waits.get(row, 0.0) for row in option.rows), default=0.0) / max(option.cost_usd, 1.0) for option in options]
    able = [i for i, option in enumerate(options) if waits[i] > 0 and i not in useless and plan.units[i] < option.most]
    return sorted(able, key=lambda i: (-waits[i], i))
