"""Questions that need many simulations: what the corridor can carry, what one more unit of each resource buys, which assumptions matter.

Every comparison uses common random numbers: both sides have the same seed, so that they differ only by what differs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.errors import DalizError
from daliz.corridor.figures import Figure, certainty_of
from daliz.corridor.places import short_names
from daliz.freight.simulate import records as r
from daliz.freight.simulate.assumptions import NAMES, TEU_PER_BOX, Assumptions
from daliz.freight.simulate.compile import Compiled, Demand, compile_corridor
from daliz.freight.simulate.figures import observed_pairs, rows_of
from daliz.freight.simulate.model import Model
from daliz.freight.simulate.replicate import Plan, half_width, replicate
from daliz.freight.simulate.simulation import UNSETTLED, Simulation, simulate

SETTLING_DAYS = 425.0  # two autumns before the year that is judged
GROWTH = 0.015  # share of a year's boxes left over, above which queues do not settle
SMALLEST, LARGEST, HALVINGS = 1.0 / 64.0, 64.0, 4
FASTER_LINE, LARGER_YARD = 0.9, 1.25
BRACKET = "settled to unsettled demand of the search"


@dataclass(frozen=True)
class Capacity:
    """What a crossing can carry: TEU a year at the largest demand whose queues settle (`settled_teu_year`), and at the smallest tried whose
    do not (`unsettled_teu_year`); `wanted_teu_year` now; `chokes`: what falls behind then, in words; `runs` holds every demand tried:
    factor, TEU wanted, TEU delivered, share left over, settles."""

    origin: str
    destination: str
    wanted_teu_year: float
    settled_teu_year: float
    unsettled_teu_year: float
    runs: pl.DataFrame
    demands: tuple[str, ...]
    rows: tuple[str, ...]
    chokes: tuple[str, ...] = ()

    @property
    def teu_year(self) -> float:
        """The middle of the search's bracket."""
        return (self.settled_teu_year + self.unsettled_teu_year) / 2.0

    def figure(self, corridor: Corridor) -> Figure:
        """As a figure: the middle of the search's bracket, with the bracket as interval."""
        names = short_names(corridor)
        return Figure(
            f"capacity_teu_year:{self.origin}-{self.destination}",
            f"{names[self.origin]} to {names[self.destination]}, what can be carried",
            self.teu_year, "TEU/year", self.settled_teu_year, self.unsettled_teu_year, BRACKET,
            self.rows, certainty_of(corridor, self.rows),
            "the interval lies between a demand whose queues settled and one whose did not; it is not the play of chance",
        )  # fmt: skip


def capacity(
    corridor: Corridor,
    origin: str,
    destination: str,
    *,
    replications: int = 4,
    seed: int = 1,
    workers: int = 1,
    assumptions: Assumptions | None = None,
) -> Capacity:
    """The demand over one ride (from a place to a place) at which queues no longer settle, found by halving.

    All demands that take a service from origin to destination are scaled together; the others stay. Raises: DalizError when there is none.
    """
    compiled = compile_corridor(corridor, assumptions=assumptions, strict=False)
    riding = riding_demands(compiled, corridor, origin, destination)
    base = sum(demand.boxes_year for demand in riding) * TEU_PER_BOX
    ids = tuple(demand.id for demand in riding)
    runs: list[dict[str, float | bool]] = []
    unsettled: dict[float, Simulation] = {}

    def settles(factor: float) -> bool:
        model = compile_corridor(corridor, 1.0, SETTLING_DAYS, assumptions, strict=False, factors=dict.fromkeys(ids, factor))
        plan = Plan(replications, seed, workers=workers)
        tally, names = replicate(model, plan)
        made, done = (tally.values[:, [names.index(f"{what}:{name}") for name in ids]].sum(axis=1) for what in ("made", "done"))
        left = (made - done) / made
        fine = bool(left.mean() < GROWTH)
        run = {"wanted_teu_year": float(made.mean() * TEU_PER_BOX), "delivered_teu_year": float(done.mean() * TEU_PER_BOX)}
        runs.append({"factor": factor, **run, "left_over": float(left.mean()), "settles": fine})
        if not fine:
            unsettled[factor] = Simulation(corridor, model, plan, tally, tuple(names))
        return fine

    low, high = bracket(settles)
    frame = pl.DataFrame(runs).sort("factor")
    rows = rows_of(corridor, compiled, riding)
    return Capacity(origin, destination, base, base * low, base * high, frame, ids, rows, _chokes(unsettled, ids))


def riding_demands(compiled: Compiled, corridor: Corridor, origin: str, destination: str) -> list[Demand]:
    """The demands that take one service from a place to another. Raises: DalizError when there is none, with the rides that there are."""
    riding = [d for d in compiled.demands if any((ride.origin, ride.destination) == (origin, destination) for ride in d.rides)]
    if not riding:
        names = short_names(corridor)
        rides = dict.fromkeys((ride.origin, ride.destination) for d in compiled.demands for ride in d.rides if not d.probe)
        near = [f"{names[a]}..{names[b]}" for a, b in rides if origin in (a, b) or destination in (a, b)][:6]
        raise DalizError(
            f"no demand rides from {names[origin]} to {names[destination]} without a change; there is no capacity to search for"
            + (f"; rides that start or end there: {', '.join(near)}" if near else "")
        )
    return riding


def _chokes(tried: Mapping[float, Simulation], ids: tuple[str, ...]) -> tuple[str, ...]:
    """What falls behind at the smallest demand tried at which the demands over the ride do so plainly."""
    from daliz.freight.simulate.words import overloaded

    for _, simulation in sorted(tried.items()):
        wanted = sum(simulation.value(f"made:{name}")[0] for name in ids)
        if sum(simulation.behind.get(name, 0.0) for name in ids) > UNSETTLED * wanted:
            return tuple(overloaded(simulation))
    return ()


def bracket(settles: Callable[[float], bool]) -> tuple[float, float]:
    """The largest factor found that settles and the smallest that does not, a few percent apart.

    >>> low, high = bracket(lambda factor: factor < 1.7)
    >>> low < 1.7 <= high and high / low < 1.05
    True
    """
    low, high = 0.0, math.inf
    factor = 1.0
    while SMALLEST <= factor <= LARGEST and (low == 0.0 or high == math.inf):
        if settles(factor):
            low = factor
            factor *= 2.0
        else:
            high = factor
            factor /= 2.0
        factor = math.sqrt(low * high) if low > 0.0 and high < math.inf else factor
    if low == 0.0:
        return 0.0, high
    if high == math.inf:
        return low, low
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        if settles(middle):
            low = middle
        else:
            high = middle
    return low, high


# ---- bottlenecks


def bottlenecks(simulation: Simulation, *, most: int = 12, replications: int | None = None, workers: int = 1) -> pl.DataFrame:
    """What one more unit of each resource would buy, the best first.

    Columns: row (of the corridor), resource (the line's direction, the yard's side), what (the unit added), box_days_year (days of all
    boxes saved a year; below zero where the unit crowds something else) with its 95 % interval (low, high) over replications with common
    random numbers, teu_year (more delivered) with its interval.
    Units: one server of a terminal, one ship of a fleet, a tenth shorter slots of a line, a quarter more yard. Those with the most
    waiting are tried, at most `most` of them.
    """
    compiled = simulation.compiled
    plan = replace(simulation.plan, replications=replications or simulation.replications, precision=None, resume=None, workers=workers)
    before, names = replicate(compiled, plan)
    rows = []
    for row, resource, what, changed in candidates(simulation)[:most]:
        after, _ = replicate(replace(compiled, model=changed), plan)
        wait = _box_days(before.values, names) - _box_days(after.values, names)
        more = (after.values[:, names.index("delivered:all")] - before.values[:, names.index("delivered:all")]) * TEU_PER_BOX
        named: dict[str, Any] = {"row": row, "resource": resource, "what": what}
        rows.append(named | _interval("box_days_year", wait) | _interval("teu_year", more, "_teu"))
    schema: dict[str, Any] = dict.fromkeys(("row", "resource", "what"), pl.String)
    schema |= dict.fromkeys(("box_days_year", "low", "high", "teu_year", "low_teu", "high_teu"), pl.Float64)
    return pl.DataFrame(rows, schema=schema).sort("box_days_year", descending=True)


def _box_days(values: np.ndarray, names: list[str]) -> np.ndarray:
    """Days that all boxes delivered in a year were under way, at the number of boxes delivered."""
    days: np.ndarray = values[:, names.index("mean_h:all")] * values[:, names.index("made:all")] / 24.0
    return days


def _interval(name: str, values: np.ndarray, suffix: str = "", prefix: str = "") -> dict[str, float]:
    """The mean under this name, and its 95 % interval as low and high."""
    mean, half = float(np.nanmean(values)), half_width(values)
    half = 0.0 if math.isinf(half) else half
    return {name: mean, f"{prefix}low{suffix}": mean - half, f"{prefix}high{suffix}": mean + half}


def candidates(simulation: Simulation) -> list[tuple[str, str, str, Model]]:
    """Models with one unit more of one resource, those with the most waiting first: row, resource, what was added, model."""
    model, sums = simulation.compiled.model, simulation.tally.sums
    waits: dict[str, float] = {}
    for step, values in zip(model.steps, sums["steps"], strict=True):
        if step.resource and step.kind != r.BOARD:
            weight = values[r.S_BOXWAIT] if values[r.S_BOXES] > 0 else values[r.S_WAIT]
            waits[step.resource] = waits.get(step.resource, 0.0) + float(weight)
    found: list[tuple[float, str, str, str, Model]] = []
    for i, resource in enumerate(model.resources):
        if waits.get(resource.name, 0.0) <= 0.0 or resource.quota:
            continue
        if resource.slot_h > 0.0:
            what, better = "slots a tenth shorter", replace(resource, slot_h=resource.slot_h * FASTER_LINE)
        else:
            what, better = "one more server", replace(resource, servers=resource.servers + 1)
        resources = [*model.resources[:i], better, *model.resources[i + 1 :]]
        found.append((waits[resource.name], resource.row, resource.name, what, replace(model, resources=resources)))
    for i, fleet in enumerate(model.fleets):
        fleets = [*model.fleets[:i], replace(fleet, count=fleet.count + 1), *model.fleets[i + 1 :]]
        name = f"fleets/{fleet.name}"
        found.append((_pool_wait(simulation, fleet.name), name, name, "one more ship", replace(model, fleets=fleets)))
    for i, yard in enumerate(model.yards):
        blocked = _blocked(simulation, yard.name)
        if blocked > 0.0:
            yards = [*model.yards[:i], replace(yard, room=math.ceil(yard.room * LARGER_YARD)), *model.yards[i + 1 :]]
            found.append((blocked, yard.row, yard.name, "a quarter more yard", replace(model, yards=yards)))
    found.sort(key=lambda entry: entry[0], reverse=True)
    return [(row, resource, what, changed) for _, row, resource, what, changed in found]


def _pool_wait(simulation: Simulation, fleet: str) -> float:
    """Hours that boxes waited for the ships of a fleet."""
    services = simulation.corridor["services"].filter(pl.col("fleet") == fleet)["id"].to_list()
    pools = simulation.compiled.model.pools
    total = sum(
        values[r.P_WAIT] for pool, values in zip(pools, simulation.tally.sums["pools"], strict=True) if pool.name.split("|")[0] in services
    )
    return float(total)


def _blocked(simulation: Simulation, yard: str) -> float:
    """Hours that boxes waited on trains and ships for room in a yard."""
    pools = {pool.name for pool in simulation.compiled.model.pools if pool.yard == yard}
    steps = {a.alight for d in simulation.compiled.demands for a, b in zip(d.rides, d.rides[1:], strict=False) if b.pool in pools}
    rows = zip(simulation.compiled.model.steps, simulation.tally.sums["steps"], strict=True)
    return float(sum(values[r.S_BOXWAIT] for step, values in rows if step.name in steps))


# ---- assumptions


def sensitivity(
    corridor: Corridor,
    value: str,
    *,
    step: float = 0.25,
    replications: int = 4,
    seed: int = 1,
    workers: int = 1,
    assumptions: Assumptions | None = None,
) -> pl.DataFrame:
    """How much a value moves when each assumption is a quarter lower or higher, the weightiest first.

    Parameters: value (a name of `by_replication`). Columns: assumption, label, base, lower and higher (the value then) and swing (higher
    minus lower), each with the 95 % interval of its difference over replications with common random numbers (`lower_low`, ...).
    """

    middle, probes = assumptions or Assumptions(), observed_pairs(corridor)

    def values_with(changed: Mapping[str, Any]) -> np.ndarray:
        run = simulate(
            corridor, replications=replications, seed=seed, workers=workers, assumptions=replace(middle, **changed), probes=probes
        )
        column: np.ndarray = run.tally.values[:, run.names.index(value)]
        return column

    base = values_with({})
    mean = float(np.nanmean(base))
    rows = []
    for name, label in NAMES.items():
        start = getattr(middle, name)
        lower, higher = (values_with({name: start * factor}) for factor in (1.0 - step, 1.0 + step))
        row = {"assumption": name, "label": label, "base": mean}
        for side, difference, origin in (("lower", lower - base, mean), ("higher", higher - base, mean), ("swing", higher - lower, 0.0)):
            row |= {key: origin + number for key, number in _interval(side, difference, prefix=f"{side}_").items()}
        rows.append(row)
    return pl.DataFrame(rows).sort(pl.col("swing").abs(), descending=True)


def weather_effect(simulation: Simulation, *, workers: int = 1) -> pl.DataFrame:
    """Days of transit by relation with weather, without it, and the difference with its interval (common random numbers)."""
    calm = replace(simulation.compiled.assumptions, weather_factor=0.0)
    probes = tuple((d.origin, d.destination) for d in simulation.compiled.demands if d.probe)
    plan = replace(simulation.plan, replications=simulation.replications, precision=None, resume=None, workers=workers)
    other = compile_corridor(simulation.corridor, simulation.years, simulation.compiled.warm_h / 24.0, calm, probes, strict=False)
    tally, names = replicate(other, plan)
    rows = []
    for origin, destination in {(d.origin, d.destination): None for d in simulation.compiled.demands}:
        name = f"mean_h:{origin}-{destination}"
        rough = simulation.tally.values[:, simulation.names.index(name)] / 24.0
        still = tally.values[:, names.index(name)] / 24.0
        rows.append(
            {"origin": origin, "destination": destination, "days": float(np.nanmean(rough)), "calm_days": float(np.nanmean(still))}
            | _interval("difference", rough - still)
        )
    return pl.DataFrame(rows)


def crossing_of(compiled: Compiled, corridor: Corridor, pair: tuple[str, str]) -> tuple[str, str] | None:
    """The ride between two countries that most boxes take, from the country where it begins."""
    country = dict(corridor["places"].select("id", "country").iter_rows())
    flows: dict[tuple[str, str], float] = {}
    for demand in compiled.demands:
        for ride in demand.rides:
            if {country[ride.origin], country[ride.destination]} == set(pair):
                ends = (ride.origin, ride.destination)
                flows[ends] = flows.get(ends, 0.0) + demand.boxes_year
    return max(flows, key=lambda ends: flows[ends]) if flows else None


def main_relation(compiled: Compiled, corridor: Corridor, pair: tuple[str, str]) -> tuple[str, str] | None:
    """The relation through both countries that has the most box-days under way."""
    country = dict(corridor["places"].select("id", "country").iter_rows())
    weights: dict[tuple[str, str], float] = {}
    for demand in compiled.demands:
        places = {compiled.info[step].place for ride in demand.rides for step in ride.steps} | {demand.origin, demand.destination}
        if set(pair) <= {country[place] for place in places if place} and not demand.probe:
            ends = (demand.origin, demand.destination)
            weights[ends] = weights.get(ends, 0.0) + demand.boxes_year * demand.best_h
    return max(weights, key=lambda ends: weights[ends]) if weights else None


__all__ = ["Capacity", "bottlenecks", "capacity", "crossing_of", "main_relation", "rows_of", "sensitivity", "weather_effect"]
