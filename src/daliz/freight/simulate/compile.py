"""From a corridor's tables to a simulation model: services become programmes, terminals and lines resources, demands sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.errors import DalizError
from daliz.freight.simulate import records as r
from daliz.freight.simulate.assumptions import TEU_PER_BOX, Assumptions
from daliz.freight.simulate.hazards import read_hazards
from daliz.freight.simulate.laws import exponential
from daliz.freight.simulate.model import Cargo, Fleet, Model, Pool, Source, Step, Yard
from daliz.freight.simulate.programmes import StepInfo, Writer, alight_name, boxes_of, pool_name, write_fleet, write_service
from daliz.freight.simulate.routes import LOADS, UNLOADS, Leg, Network, NoPathError, Service, chain_of, open_services, probe_chain
from daliz.freight.simulate.timetable import BASE_YEAR, departures_of

HOURS_YEAR = 8760.0
LONGEST_YEARS = 100.0
SMALLEST_SIDE = 0.15
PROBE_TEU_YEAR = 26.0


@dataclass(frozen=True)
class Ride:
    """One leg of a demand: the service, where it is boarded and left, its pool, its ALIGHT step, the steps ridden
    through, the typical hours of standing in the yard after it, and the step of boarding (empty: trains form in the pool)."""

    service: str
    origin: str
    destination: str
    pool: str
    alight: str
    steps: tuple[str, ...]
    dwell_h: float
    board: str = ""


@dataclass(frozen=True)
class Demand:
    """A demand with its way: boxes a year, rides, and what it would take with nothing in its way (typical hours, and of them moving)."""

    id: str
    origin: str
    destination: str
    commodity: str
    boxes_year: float
    rides: tuple[Ride, ...]
    best_h: float
    best_moving_h: float
    empty: bool = False
    probe: bool = False


@dataclass(frozen=True)
class Compiled:
    """A corridor ready to be simulated, and what its rows mean.

    Attributes: model, demands, unserved (demand -> why nothing carries it), info (step -> meaning), marks (fleet -> step that closes its
    cycle), fleet_size (fleet -> ships and boxes of one), calendars (place -> its weather calendar), horizon_h and warm_h.
    """

    model: Model
    demands: tuple[Demand, ...]
    unserved: Mapping[str, str]
    info: Mapping[str, StepInfo]
    marks: Mapping[str, str]
    fleet_size: Mapping[str, tuple[int, int]]
    calendars: Mapping[str, str]
    horizon_h: float
    warm_h: float
    year_h: float
    assumptions: Assumptions = field(default_factory=Assumptions)


def compile_corridor(
    corridor: Corridor,
    years: float = 1.0,
    warm_days: float = 60.0,
    assumptions: Assumptions | None = None,
    probes: tuple[tuple[str, str], ...] = (),
    strict: bool = True,
    factors: Mapping[str, float] | None = None,
) -> Compiled:
    """Write the model of a corridor.

    Parameters: years (counted hours / 8760, from 1 January), warm_days (run before them), probes (pairs of places for which a box in two
    weeks is sent where no demand exists, to measure them), strict (a demand without a path is an error; else it is listed as unserved),
    factors (demand -> factor on its boxes).
    Raises: DalizError for rows that cannot work, NoPathError for demands without a path.
    """
    if not years > 0.0:
        raise DalizError(f"years = {years:g}, expected more than 0")
    if years > LONGEST_YEARS:
        raise DalizError(f"years = {years:g}, expected at most {LONGEST_YEARS:g}; more replications tell more than longer ones")
    if warm_days < 0.0:
        raise DalizError(f"warm-up = {warm_days:g} days, expected at least 0")
    return _Compiler(corridor, years, warm_days, assumptions or Assumptions(), probes, strict, factors or {}).compiled()


class _Compiler:
    def __init__(
        self,
        corridor: Corridor,
        years: float,
        warm_days: float,
        assumptions: Assumptions,
        probes: tuple[tuple[str, str], ...],
        strict: bool,
        factors: Mapping[str, float],
    ) -> None:
        self.corridor, self.assumptions, self.probes, self.strict, self.factors = corridor, assumptions, probes, strict, factors
        self.warm_h = 24.0 * round(warm_days)
        self.horizon_h = self.warm_h + HOURS_YEAR * years
        self.year_h = (-self.warm_h) % HOURS_YEAR
        self.start = date(BASE_YEAR, 1, 1) - timedelta(hours=self.warm_h)
        self.writer = Writer(corridor, assumptions, read_hazards(corridor, assumptions), self.horizon_h)
        self.services = open_services(corridor)
        self.starts: dict[str, str] = {}
        self.fleets: list[Fleet] = []
        self.marks: dict[str, str] = {}
        self.fleet_size: dict[str, tuple[int, int]] = {}

    def compiled(self) -> Compiled:
        chains, unserved = self._write_programmes_and_chains()
        demands = [self._demand(row, legs, probe) for row, legs, probe in chains]
        used = self._used(demands)
        steps = [step for step in self.writer.steps if self._owner(step) in used]
        asked = {step.resource for step in steps}
        steps += self._dwell_steps(demands)
        yards = self._yards(demands)
        places = {place: self.writer.hazards.calendar([place]) for place in self.writer.hazards.at_place}
        model = Model(
            steps=steps,
            resources=[resource for name, resource in self.writer.resources.items() if name in asked],
            pools=self._pools(demands, yards, used),
            yards=list(yards.values()),
            sources=[self._source(row, demand) for (row, _, _), demand in zip(chains, demands, strict=True)],
            cargoes=[Cargo(demand.id, [(ride.pool, ride.alight) for ride in demand.rides]) for demand in demands],
            processes=list(self.writer.hazards.processes.values()),
            calendars=list(self.writer.hazards.calendars.values()),
            fleets=[fleet for fleet in self.fleets if f"fleet {fleet.name}" in used],
        )
        marks = {fleet: step for fleet, step in self.marks.items() if f"fleet {fleet}" in used}
        return Compiled(
            model, tuple(demands), unserved, self.writer.info, marks, self.fleet_size, places, self.horizon_h, self.warm_h, self.year_h,
            self.assumptions,
        )  # fmt: skip

    # -- programmes and chains

    def _write_programmes_and_chains(self) -> tuple[list[tuple[dict[str, Any], list[Leg], bool]], dict[str, str]]:
        """Programmes of all services tell what they take; then every demand gets its chain."""
        by_fleet: dict[str, list[Service]] = {}
        for service in self.services.values():
            fleet = service.row["fleet"]
            if fleet and fleet in self.writer.fleets:
                by_fleet.setdefault(fleet, []).append(service)
            elif fleet:
                raise DalizError(f"services/{service.id}: fleet {fleet!r} is not open; a service needs ships that run")
            else:
                self.starts[service.id] = write_service(self.writer, service)
        for name, services in by_fleet.items():
            fleet = self.writer.fleets[name]
            first = write_fleet(self.writer, fleet, services)
            self.fleets.append(Fleet(name, first, int(fleet["count"])))
            self.fleet_size[name] = (int(fleet["count"]), boxes_of(self.writer, services[0]))
            own = {service.id for service in services}
            self.marks[name] = next(step.name for step in self.writer.steps if step.mark and self.writer.info[step.name].service in own)
        return self._chains(self._network())

    def _network(self) -> Network:
        network = Network(self.services)
        self.order: dict[str, list[str]] = {}
        for name, info in self.writer.info.items():
            self.order.setdefault(info.service, []).append(name)
        for name, service in self.services.items():
            network.hours[name] = {}
            for i, start in enumerate(service.calls):
                for j in range(i + 1, len(service.calls)):
                    if start.call in LOADS and service.calls[j].call in UNLOADS:
                        network.hours[name][i, j] = sum(self.writer.info[step].typical_h for step in self._between(Leg(name, i, j)))
            network.waits[name] = (service.row["headway_h"] or 84.0) / 2.0
        for (place, operation), row in self.writer.terminals.items():
            if operation == "storage" and row["service_h"] is not None:
                network.dwells[place] = row["service_h"] * self.assumptions.dwell_factor
        self.dwells = network.dwells
        return network

    def _between(self, leg: Leg) -> tuple[str, ...]:
        """The steps that a box rides through on a leg, after boarding and up to leaving."""
        service = self.services[leg.service]
        names = self.order[leg.service]
        board = f"{service.id}|{service.calls[leg.board].seq}|on"
        first = names.index(board) + 1 if board in self.writer.info else 0
        last = names.index(alight_name(service, leg.alight))
        return tuple(names[first:last] if first <= last else names[first:] + names[:last])  # a cycle may be written from its middle

    def _chains(self, network: Network) -> tuple[list[tuple[dict[str, Any], list[Leg], bool]], dict[str, str]]:
        needs = {row["id"]: row["needs"] or [] for row in self.corridor["commodities"].iter_rows(named=True)}
        chains: list[tuple[dict[str, Any], list[Leg], bool]] = []
        unserved: dict[str, str] = {}
        for row in self.corridor["demands"].iter_rows(named=True):
            if row["teu_year"] <= 0.0:
                continue
            try:
                chains.append((row, chain_of(network, row, needs.get(row["commodity"], [])), False))
            except NoPathError as error:
                if self.strict:
                    raise
                unserved[row["id"]] = str(error)
        served = {(row["origin"], row["destination"]) for row, _, _ in chains}
        for origin, destination in dict.fromkeys(self.probes):
            if (origin, destination) in served:
                continue
            row = {"id": f"probe {origin}-{destination}", "origin": origin, "destination": destination, "commodity": "", "route": None}
            row |= {"teu_year": PROBE_TEU_YEAR, "season": None, "empty": False}
            try:
                chains.append((row, probe_chain(network, origin, destination), True))
            except NoPathError as error:
                unserved[str(row["id"])] = str(error)
        if not chains:
            raise DalizError("no demand: the table demands has no row that services carry; there is nothing to simulate")
        return chains, unserved

    # -- the rest of the model

    def _demand(self, row: Mapping[str, Any], legs: list[Leg], probe: bool) -> Demand:
        rides = []
        for number, leg in enumerate(legs):
            service = self.services[leg.service]
            start, end = service.calls[leg.board], service.calls[leg.alight]
            dwell = self.dwells.get(end.place, 0.0) if number < len(legs) - 1 else 0.0
            names = pool_name(service, leg.board), alight_name(service, leg.alight)
            board = f"{service.id}|{start.seq}|on"
            rides.append(
                Ride(leg.service, start.place, end.place, *names, self._between(leg), dwell, board if board in self.writer.info else "")
            )
        infos = [self.writer.info[step] for ride in rides for step in ride.steps]
        best = sum(info.typical_h for info in infos) + sum(ride.dwell_h for ride in rides)
        moving = sum(info.typical_h for info in infos if info.moving)
        boxes = row["teu_year"] / TEU_PER_BOX * self.assumptions.demand_factor * self.factors.get(row["id"], 1.0)
        return Demand(
            row["id"], row["origin"], row["destination"], row["commodity"], boxes, tuple(rides), best, moving, bool(row["empty"]), probe
        )

    def _source(self, row: Mapping[str, Any], demand: Demand) -> Source:
        season = tuple(float(factor) for factor in row["season"] or ())
        if season and (len(season) != 12 or min(season) < 0.0 or max(season) <= 0.0):
            raise DalizError(f"demands/{row['id']}: season has {len(season)} factors from {min(season):g}, expected twelve, none negative")
        return Source(demand.id, exponential(HOURS_YEAR / demand.boxes_year), cargo=demand.id, season=season)

    def _dwell_steps(self, demands: list[Demand]) -> list[Step]:
        """For every place where boxes change and must stand first: a delay, then they join their pool."""
        steps = []
        for place in sorted({ride.destination for demand in demands for ride in demand.rides if ride.dwell_h > 0.0}):
            row = self.writer.terminals[place, "storage"]
            steps.append(Step(f"{place}|stand", r.DELAY, next=f"{place}|ready", law=self.writer.terminal_law(row), place=place))
            steps.append(Step(f"{place}|ready", r.DROP, place=place))
            self.writer.info[f"{place}|stand"] = StepInfo("", 0, place, "storage", f"terminals/{row['id']}", self.dwells[place])
            self.writer.info[f"{place}|ready"] = StepInfo("", 0, place, "storage", f"terminals/{row['id']}")
        return steps

    def _side(self, pool_service: str) -> str:
        return "sea side" if self.services[pool_service].at_sea else "land side"

    def _yards(self, demands: list[Demand]) -> dict[tuple[str, str], Yard]:
        """Yards of places where boxes change, divided between those who go on by sea and by land as they will stand in it.

        Divided, because ships that wait to unload into a yard full of boxes that only ships can take away would wait for ever.
        """
        flows: dict[str, dict[str, float]] = {}
        for demand in demands:
            for ride, following in zip(demand.rides, demand.rides[1:], strict=False):
                sides = flows.setdefault(ride.destination, {"sea side": 0.0, "land side": 0.0})
                sides[self._side(following.service)] += demand.boxes_year
        yards = {}
        for place, sides in flows.items():
            row = self.writer.terminals.get((place, "storage"))
            if row is None or row["yard_teu"] is None:
                continue
            room = row["yard_teu"] / TEU_PER_BOX
            used = {side: flow for side, flow in sides.items() if flow > 0.0}
            shares = {side: max(SMALLEST_SIDE, flow / sum(used.values())) for side, flow in used.items()}
            for side, share in shares.items():
                boxes = max(1, round(room * share / sum(shares.values())))
                yards[place, side] = Yard(f"{place} {side}" if len(shares) > 1 else place, boxes, f"terminals/{row['id']}")
        return yards

    def _pools(self, demands: list[Demand], yards: Mapping[tuple[str, str], Yard], used: set[str]) -> list[Pool]:
        changed_into = {ride.pool for demand in demands for ride in demand.rides[1:]}
        dwelt = {b.pool: a.destination for d in demands for a, b in zip(d.rides, d.rides[1:], strict=False) if a.dwell_h > 0.0}
        pools = []
        for service in self.services.values():
            if service.id not in used:
                continue
            for index, call in enumerate(service.calls[:-1]):
                if call.call not in LOADS:
                    continue
                name = pool_name(service, index)
                yard = yards.get((call.place, self._side(service.id))) if name in changed_into else None
                first = index == 0
                pools.append(
                    Pool(
                        name,
                        size=boxes_of(self.writer, service),
                        start=self.starts.get(service.id, "") if first else "",
                        yard=yard.name if yard else "",
                        dwell=f"{dwelt[name]}|stand" if name in dwelt else "",
                        **self._rule(service, first),
                    )
                )
        return pools

    def _rule(self, service: Service, first: bool) -> dict[str, Any]:
        """When trains and ships leave a pool."""
        row = service.row
        if not first:
            return {}
        if row["leaves"] == "when_full":
            if row["headway_h"] is None:
                raise DalizError(f"services/{service.id}: leaves when full, but headway_h (the longest wait of the first box) is empty")
            return {"max_wait_h": row["headway_h"] * self.assumptions.wait_factor, "full": True}
        cut = row["cutoff_h"] or 0.0
        hours = departures_of(self.corridor, row, self.writer.offset_h[service.calls[0].place], self.start, self.horizon_h)
        ticks = [hour - cut for hour in hours if hour > cut] if row["leaves"] == "timetable" else hours
        return {"ticks": tuple(ticks), "full": False}

    def _used(self, demands: list[Demand]) -> set[str]:
        """Services that carry a demand, with all services of their fleets; the rest stays out, so that it fills no berths."""
        carry = {ride.service for demand in demands for ride in demand.rides}
        fleets = {str(self.services[name].row["fleet"]) for name in carry if self.services[name].row["fleet"]}
        same = {name for name, service in self.services.items() if service.row["fleet"] in fleets}
        return carry | same | {f"fleet {fleet}" for fleet in fleets}

    def _owner(self, step: Step) -> str:
        """The service (or fleet) whose programme a step belongs to."""
        return self.writer.info[step.name].service if step.name in self.writer.info else step.name.removesuffix("|end")
