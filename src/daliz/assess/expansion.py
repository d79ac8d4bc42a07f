"""What to build for a corridor: its tables as a network design problem.

The network is that of yearly capacities (`capacity`), with a terminal that works both ways as one resource. Options are the projects of
the table `projects` whose cost is published, and steps of our own: one more ship, one more crane, berth, train formation or gauge change,
more trains a day on a line, more departures. What an option adds is not put down anywhere: the tables are changed as it says, the
capacities computed anew, and the difference is what it adds. Options add up in the design, although they need not in the tables; the
simulation afterwards tells the difference.

Cargo keeps to one corridor when that is asked for (`through`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.assess.capacity import UNLIMITED, Arc, capacities
from daliz.assess.options import Option, UnitCosts, project_options, step_options
from daliz.assess.through import only_through
from daliz.corridor import Corridor
from daliz.corridor.places import HIGH_SEAS
from daliz.freight.invest.design import Design, InvestError, Options


@dataclass(frozen=True, eq=False)
class Expansion:
    """A corridor's design problem and what its parts stand for.

    Attributes: corridor (with the demand and services that count), design, options (in the design's order), demands (ids, in its order),
    tonnes_year (of the demand as it is), without_cost (projects left out because no cost is published), unreachable (demands that no
    service reaches), arcs (of the design, between places and parts of them), set_aside (by closed country, the demands that begin or end
    there and do not count while it is closed).
    """

    corridor: Corridor
    design: Design
    options: tuple[Option, ...]
    demands: tuple[str, ...]
    tonnes_year: float
    without_cost: tuple[str, ...]
    unreachable: tuple[str, ...]
    teu_year: float = 0.0
    arcs: tuple[Arc, ...] = field(default=(), repr=False)
    set_aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def built(self, units: Iterable[float]) -> Corridor:
        """The corridor with so many units of each option (parts rounded up)."""
        changed = self.corridor
        for option, count in zip(self.options, units, strict=True):
            whole = int(np.ceil(count - 1e-6))
            if whole:
                changed = option.change(changed, whole)
        return changed


@dataclass(frozen=True)
class _Network:
    """Arcs of several corridors together, and the resource that each uses."""

    nodes: tuple[Any, ...]
    arcs: tuple[Arc, ...]
    hours: np.ndarray
    resource_of: tuple[int, ...]
    resources: tuple[tuple[str, ...], ...]

    def names(self) -> tuple[str, ...]:
        """Names of the resources: what limits them, or the way that nothing does."""
        named = [" and ".join(rows) for rows in self.resources]
        for ((tail, _), (head, _)), resource in zip(self.arcs, self.resource_of, strict=True):
            named[resource] = named[resource] or (f"the way within {tail}" if tail == head else f"the way from {tail} to {head}")
        return tuple(named)

    def use(self) -> sparse.csr_matrix:
        """What a unit on each arc takes of each resource."""
        arcs = np.arange(len(self.arcs))
        return sparse.csr_matrix((np.ones(len(arcs)), (self.resource_of, arcs)), shape=(len(self.resources), len(arcs)))

    def capacity(self, corridor: Corridor) -> np.ndarray:
        """Capacity of each resource in a corridor; 0 where it has no such arc."""
        there = capacities(corridor)
        limit = dict(zip(there.arcs, there.teu_year.tolist(), strict=True))
        found = np.zeros(len(self.resources))
        for arc, resource in zip(self.arcs, self.resource_of, strict=True):
            found[resource] = max(found[resource], limit.get(arc, 0))
        return found


def _network(corridors: Sequence[Corridor]) -> _Network:
    hours: dict[Arc, float] = {}
    rows: dict[Arc, tuple[str, ...]] = {}
    for corridor in corridors:
        there = capacities(corridor)
        for arc, taken, limits in zip(there.arcs, there.hours.tolist(), there.rows, strict=True):
            hours[arc] = min(hours.get(arc, np.inf), taken)
            rows[arc] = rows.get(arc) or limits
    keys: dict[Any, int] = {}
    resource_of = []
    for arc in hours:
        terminal = rows[arc] and all(row.startswith("terminals/") for row in rows[arc])
        resource_of.append(keys.setdefault(rows[arc] if terminal else arc, len(keys)))
    names: list[tuple[str, ...]] = [()] * len(keys)
    for arc, resource in zip(hours, resource_of, strict=True):
        names[resource] = rows[arc]
    nodes = tuple(sorted({end for arc in hours for end in arc}))
    return _Network(nodes, tuple(hours), np.array(list(hours.values())), tuple(resource_of), tuple(names))


def expansion(
    corridor: Corridor,
    budget_usd: float | None = None,
    target_t_year: float | None = None,
    through: str | None = None,
    closures: Sequence[str] = (),
    demand_factors: Sequence[float] = (1.0,),
    costs: UnitCosts | None = None,
    assumed_cost_usd: float | None = None,
    most_units: int = 8,
    whole: bool = True,
) -> Expansion:
    """Put a corridor's expansion together as a design problem.

    Parameters: budget_usd (None: no limit), target_t_year (demand is scaled to it in its present pattern; None: as it is), through (a
    country: only the demand whose route touches it counts), closures (countries; each is a scenario in which it is shut, and its own
    cargo set aside), demand_factors (each a scenario), costs (of steps of our own), assumed_cost_usd (of projects without a published cost;
    None: they are left out), most_units (of each step), whole (whole units only).
    Raises: InvestError for a target that is not above 0, or no demand; DalizError for a country that is not there.
    """
    if target_t_year is not None and not target_t_year > 0:
        raise InvestError(f"target = {target_t_year:g} t a year; expected more than 0")
    if through is not None and through in closures:
        raise InvestError(f"{through} is closed, and all cargo is to go through it: leave it out of one of the two")
    base = corridor if through is None else only_through(corridor, through)
    demands, tonnes, teu = _demand(base)
    scale = 1.0 if target_t_year is None else target_t_year / tonnes
    projects, without = project_options(base, assumed_cost_usd)
    network = _network([base, *(option.change(base, 1) for option in projects)])
    steps = step_options(base, costs or UnitCosts(), [row for rows in network.resources for row in rows], most_units)
    there = network.capacity(base)
    options = [*projects, *steps]
    adds = np.column_stack(
        [np.maximum(network.capacity(option.change(base, 1)) - there, 0.0) for option in options] or [np.zeros((len(there), 0))]
    )
    kept = [i for i, option in enumerate(options) if option.project or adds[:, i].any()]
    options, adds = [options[i] for i in kept], adds[:, kept]
    scenarios, capacity = _scenarios(base, network, closures, demand_factors)
    which, capacity, adds = _while_closed(base, network, options, closures, capacity, adds)
    node = {name: i for i, name in enumerate(network.nodes)}
    reached = _reachable(network, node, demands)
    unreachable = tuple(row["id"] for row, fine in zip(demands, reached, strict=True) if not fine)
    demands = [row for row, fine in zip(demands, reached, strict=True) if fine]
    if not demands:
        raise InvestError("no demand can be carried: no service reaches any of it")
    amount = np.array([[row["teu_year"] * scale * factor for factor in scenarios.values()] for row in demands])
    set_aside = {}
    for column, country in enumerate(closures, start=len(scenarios) - len(closures)):
        within = _begins_or_ends_in(base, demands, country)
        if within.all():
            raise InvestError(f"scenario '{country} closed': all of the demand begins or ends there, so that none is left")
        amount[within, column] = 0.0
        set_aside[country] = tuple(row["id"] for row, there in zip(demands, within, strict=True) if there)
    number = {option.name: i for i, option in enumerate(options)}
    design = Design(
        nodes=len(node),
        tail=np.array([node[tail] for tail, _ in network.arcs]),
        head=np.array([node[head] for _, head in network.arcs]),
        cost=np.maximum(network.hours, 0.01),
        use=network.use()[which],
        resources=tuple(network.names()[i] for i in which),
        capacity=capacity,
        origin=np.array([node[row["origin"], "yard in"] for row in demands]),
        destination=np.array([node[row["destination"], "yard out"] for row in demands]),
        amount=amount,
        probability=np.full(len(scenarios), 1 / len(scenarios)),
        options=Options(
            names=tuple(option.name for option in options),
            cost=np.array([option.cost_usd for option in options]),
            most=np.array([float(option.most) for option in options]),
            whole=np.full(len(options), whole) | np.array([option.project for option in options], bool),
            adds=sparse.csr_matrix(adds),
            after=tuple((number[option.name], number[name]) for option in options for name in option.after if name in number),
        ),
        budget=budget_usd,
        scenarios=tuple(scenarios),
    )  # fmt: skip
    return Expansion(
        base, design, tuple(options), tuple(row["id"] for row in demands), tonnes, tuple(without), unreachable, teu, network.arcs,
        set_aside,
    )  # fmt: skip


def _demand(corridor: Corridor) -> tuple[list[dict[str, Any]], float, float]:
    weight = dict(corridor["commodities"].select("id", "tonnes_feu").iter_rows())
    rows = [row for row in corridor["demands"].iter_rows(named=True) if row["teu_year"] > 0]
    if not rows:
        raise InvestError("no demand: the table demands asks for nothing")
    return rows, sum(row["teu_year"] / 2 * weight[row["commodity"]] for row in rows), sum(row["teu_year"] for row in rows)


def _begins_or_ends_in(corridor: Corridor, demands: Sequence[dict[str, Any]], country: str) -> np.ndarray:
    places = set(corridor["places"].filter(pl.col("country") == country)["id"])
    return np.array([row["origin"] in places or row["destination"] in places for row in demands])


def _scenarios(base: Corridor, network: _Network, closures: Sequence[str], factors: Sequence[float]) -> tuple[dict[str, float], np.ndarray]:
    """Demand factor of each scenario by name, and capacities (resources x scenarios)."""
    if not factors or min(factors) <= 0:
        raise InvestError(f"demand factors {list(factors)}; expected numbers above 0")
    named: dict[str, float] = {}
    columns = []
    for factor in factors:
        named["as it is" if factor == 1 else f"demand times {factor:g}"] = factor
        columns.append(network.capacity(base))
    for country in closures:
        if country == HIGH_SEAS:
            raise InvestError(f"{HIGH_SEAS} stands for the high seas, which are no country's territory and cannot be closed")
        named[f"{country} closed"] = 1.0
        columns.append(network.capacity(base.close(country=country)))
    return named, np.minimum(np.column_stack(columns), UNLIMITED)


def _while_closed(
    base: Corridor, network: _Network, options: Sequence[Option], closures: Sequence[str], capacity: np.ndarray, adds: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is built adds something else while a country is closed: such resources come once more, for that scenario alone.

    Returns: numbers of the resources, those that come again at the end; their capacities, and what options add to them.
    """
    again, limits, more = [np.arange(len(adds))], [capacity], [adds]
    for column, country in enumerate(closures, start=capacity.shape[1] - len(closures)):
        there = capacity[:, column].copy()
        then = adds.copy()
        for i in np.flatnonzero(adds[there != capacity[:, 0]].any(0)).tolist():
            built = network.capacity(options[i].change(base, 1).close(country=country))
            then[:, i] = np.maximum(built - there, 0.0)
        changed = np.flatnonzero((then != adds).any(1))
        alone = np.full((len(changed), capacity.shape[1]), float(UNLIMITED))
        alone[:, column] = there[changed]
        capacity[changed, column] = UNLIMITED
        again, limits, more = [*again, changed], [*limits, alone], [*more, then[changed]]
    return np.concatenate(again), np.vstack(limits), np.vstack(more)


def _reachable(network: _Network, node: Mapping[Any, int], demands: Sequence[dict[str, Any]]) -> list[bool]:
    tails, heads = ([node[arc[side]] for arc in network.arcs] for side in (0, 1))
    graph = sparse.csr_matrix((np.ones(len(tails)), (tails, heads)), shape=(len(node), len(node)))
    found = []
    for row in demands:
        ends = (row["origin"], "yard in"), (row["destination"], "yard out")
        fine = all(end in node for end in ends)
        if fine:
            steps = csgraph.dijkstra(graph, indices=node[ends[0]], unweighted=True)
            fine = bool(np.isfinite(steps[node[ends[1]]]))
        found.append(fine)
    return found
