"""What to build for a corridor: its tables as a network design problem.

The network is that of yearly capacities (`capacity`), with a terminal that works both ways as one resource. Options are the projects of
the table `projects` whose cost is published, and steps of our own: one more ship, one more crane, berth, train formation or gauge change,
more trains a day on a line, more departures. What an option adds is not put down anywhere: the tables are changed as it says, the
capacities computed anew, and the difference is what it adds. Options add up in the design, although they need not in the tables; the
simulation afterwards tells the difference.

Cargo keeps to one corridor when that is asked for (`through`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.assess.capacity import UNLIMITED, Arc, capacities
from daliz.assess.through import only_through
from daliz.corridor import Corridor
from daliz.corridor.places import HIGH_SEAS
from daliz.freight.invest.design import Design, InvestError, Options

DONE = ("in_service",)
WIDENED = ("crane", "ferry_berth", "train_formation", "gauge_change", "handover")
Change = Callable[[Corridor], Corridor]


@dataclass(frozen=True)
class UnitCosts:
    """What a step of our own costs, in USD; estimates. crane: published 38 million for one more at a Caspian port and its yard; track:
    published for a second track across the steppe, some 1.4 million a km, of which a third buys twelve trains a day more by passing loops
    and signals; ships: prices of feeders and Ro-Pax ferries; train set: two locomotives and 55 flat wagons."""

    container_ship: float = 25e6
    ferry: float = 50e6
    train_set: float = 10e6
    crane: float = 38e6
    ferry_berth: float = 40e6
    train_formation: float = 15e6
    gauge_change: float = 20e6
    handover: float = 20e6
    track_km: float = 0.5e6


@dataclass(frozen=True)
class Option:
    """Something that can be built: name, what it is in words, cost_usd, most (units), change (a corridor to the one with so many units),
    rows (`table/key`).
    """

    name: str
    label: str
    cost_usd: float
    most: int
    change: Callable[[Corridor, int], Corridor]
    rows: tuple[str, ...]
    project: bool = False
    after: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Expansion:
    """A corridor's design problem and what its parts stand for.

    Attributes: corridor (with the demand and services that count), design, options (in the design's order), demands (ids, in its order),
    tonnes_year (of the demand as it is), without_cost (projects left out because no cost is published), unreachable (demands that no
    service reaches), set_aside (by closed country, the demands that begin or end there and do not count while it is closed).
    """

    corridor: Corridor
    design: Design
    options: tuple[Option, ...]
    demands: tuple[str, ...]
    tonnes_year: float
    without_cost: tuple[str, ...]
    unreachable: tuple[str, ...]
    teu_year: float = 0.0
    resource_rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    set_aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def built(self, units: Iterable[float]) -> Corridor:
        """The corridor with so many units of each option (parts rounded up)."""
        changed = self.corridor
        for option, count in zip(self.options, units, strict=True):
            whole = int(np.ceil(count - 1e-6))
            if whole:
                changed = option.change(changed, whole)
        return changed


def _with_cells(table: str, row: str, cells: Mapping[str, Any]) -> Change:
    def change(corridor: Corridor) -> Corridor:
        hit = pl.col("id") == row
        frame = corridor[table].with_columns(
            [pl.when(hit).then(pl.lit(value)).otherwise(pl.col(column)).cast(corridor[table][column].dtype).alias(column)
             for column, value in cells.items()]
        )  # fmt: skip
        # Only numbers change, so the tables need no check; a check of all would be made a hundred times.
        return dataclasses.replace(corridor, tables=MappingProxyType({**corridor.tables, table: frame}))

    return change


def _project_options(corridor: Corridor, assumed_cost: float | None) -> tuple[list[Option], list[str]]:
    found, without = [], []
    changed = set(corridor["effects"].filter(pl.col("table").is_in(["links", "terminals", "services", "fleets"]))["project"])
    for row in corridor["projects"].iter_rows(named=True):
        if row["id"] not in changed or row["status"] in DONE:
            continue
        cost = row["cost_usd"] if row["cost_usd"] is not None else assumed_cost
        if cost is None:
            without.append(row["id"])
            continue

        def change(tables: Corridor, _: int, name: str = row["id"]) -> Corridor:
            return tables.with_projects(name)

        found.append(Option(row["id"], row["name"], cost, 1, change, (f"projects/{row['id']}",), True, tuple(row["after_projects"] or ())))
    return found, without


def _step_options(corridor: Corridor, costs: UnitCosts, rows: Sequence[str], most: int) -> list[Option]:
    """Steps that widen the rows that limit something."""
    found: list[Option] = []
    fleets = {row["id"]: row for row in corridor.open("fleets").iter_rows(named=True)}
    services = {row["id"]: row for row in corridor.open("services").iter_rows(named=True)}
    links = {row["id"]: row for row in corridor.open("links").iter_rows(named=True)}
    terminals = {row["id"]: row for row in corridor.open("terminals").iter_rows(named=True)}
    yards = [row for row in terminals.values() if row["yard_teu"]]
    run_h = _run_hours(corridor)
    for name in dict.fromkeys(rows):
        table, _, key = name.partition("/")
        if key not in {"services": services, "links": links, "terminals": terminals}.get(table, {}):
            continue
        if table == "services" and (fleet := fleets.get(services[key]["fleet"] or "")):
            price = costs.ferry if fleet["kind"] == "ferry" else costs.container_ship
            step = _step("fleets", fleet["id"], {"count": fleet["count"]}, {"count": 1})
            found.append(Option(f"ship:{fleet['id']}", f"one more ship of {fleet['name']}", price, most, step, (f"fleets/{fleet['id']}",)))
        elif table == "services" and services[key]["leaves"] == "headway":
            hours = services[key]["headway_h"]
            sets = max(1, int(np.ceil(2 * run_h.get(key, 24.0) / hours)))
            price = sets * (costs.train_set if services[key]["mode"] == "rail" else costs.container_ship)
            found.append(
                Option(
                    f"departures:{key}",
                    f"as many departures again of {services[key]['name']}",
                    price,
                    most,
                    _more_often(key, hours),
                    (name,),
                )
            )
        elif table == "links":
            trains = links[key]["capacity_trains_day"]
            if trains:
                price = costs.track_km * links[key]["length_km"]
                step = _step("links", key, {"capacity_trains_day": trains}, {"capacity_trains_day": 12})
                label = f"12 trains a day more from {links[key]['from_place']} to {links[key]['to_place']}"
                found.append(Option(f"track:{key}", label, price, most, step, (name,)))
        elif table == "terminals":
            found += _terminal_step(terminals[key], yards, costs, most)
    return list({option.name: option for option in found}.values())


def _terminal_step(row: dict[str, Any], yards: Sequence[dict[str, Any]], costs: UnitCosts, most: int) -> list[Option]:
    """One more server of a terminal; with a crane, its share of the yards of the place."""
    if row["operation"] not in WIDENED:
        return []
    price = float(getattr(costs, row["operation"]))
    servers = row["servers"] or 1
    there = {column: row[column] for column in ("servers", "capacity_teu_year", "capacity_t_year", "quota_day") if row[column]}
    more = {column: 1 if column == "servers" else value / servers for column, value in there.items()}
    steps = [_step("terminals", row["id"], there, more)]
    label = f"one more server of {row['operation'].replace('_', ' ')} at {row['place']}"
    with_it = [yard for yard in yards if row["operation"] == "crane" and yard["place"] == row["place"] and yard["id"] != row["id"]]
    for yard in with_it:
        steps.append(_step("terminals", yard["id"], {"yard_teu": yard["yard_teu"]}, {"yard_teu": yard["yard_teu"] / servers}))

    def change(corridor: Corridor, units: int) -> Corridor:
        for step in steps:
            corridor = step(corridor, units)
        return corridor

    rows = tuple(f"terminals/{one['id']}" for one in (row, *with_it))
    return [Option(f"server:{row['id']}", f"{label}{', and its yard' if with_it else ''}", price, most, change, rows)]


def _step(table: str, row: str, there: Mapping[str, float], more: Mapping[str, float]) -> Callable[[Corridor, int], Corridor]:
    def change(corridor: Corridor, units: int) -> Corridor:
        return _with_cells(table, row, {column: value + units * more[column] for column, value in there.items()})(corridor)

    return change


def _more_often(service: str, headway_h: float) -> Callable[[Corridor, int], Corridor]:
    def change(corridor: Corridor, units: int) -> Corridor:
        return _with_cells("services", service, {"headway_h": headway_h / (1 + units)})(corridor)

    return change


def _run_hours(corridor: Corridor) -> dict[str, float]:
    """Hours of each service from end to end, by its stops or by its links."""
    speed = {link: km / (kmh or 40.0) for link, km, kmh in corridor["links"].select("id", "length_km", "speed_kmh").iter_rows()}
    found: dict[str, float] = {}
    for service, link, run in corridor["stops"].select("service", "link", "run_h").iter_rows():
        found[service] = found.get(service, 0.0) + (run or speed.get(link or "", 0.0))
    return found


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
    if through is not None and through in closures:
        raise InvestError(f"{through} is closed, and all cargo is to go through it: leave it out of one of the two")
    base = corridor if through is None else only_through(corridor, through)
    demands, tonnes, teu = _demand(base)
    scale = 1.0 if target_t_year is None else target_t_year / tonnes
    projects, without = _project_options(base, assumed_cost_usd)
    network = _network([base, *(option.change(base, 1) for option in projects)])
    steps = _step_options(base, costs or UnitCosts(), [row for rows in network.resources for row in rows], most_units)
    there = network.capacity(base)
    options = [*projects, *steps]
    adds = np.column_stack(
        [np.maximum(network.capacity(option.change(base, 1)) - there, 0.0) for option in options] or [np.zeros((len(there), 0))]
    )
    kept = [i for i, option in enumerate(options) if option.project or adds[:, i].any()]
    options, adds = [options[i] for i in kept], adds[:, kept]
    scenarios, capacity = _scenarios(base, network, closures, demand_factors)
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
        use=network.use(),
        resources=network.names(),
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
        base, design, tuple(options), tuple(row["id"] for row in demands), tonnes, tuple(without), unreachable, teu, network.resources,
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
