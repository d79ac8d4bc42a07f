"""What trains and ships do, step by step: the programme of every service, written from its stops and the terminals of their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.errors import DalizError
from daliz.freight.simulate import records as r
from daliz.freight.simulate.assumptions import CAPACITY_TRAINS_DAY, SPEED_KMH, TEU_PER_BOX, Assumptions
from daliz.freight.simulate.hazards import Hazards, closed_windows, utc_offset_h
from daliz.freight.simulate.laws import Law, exponential, fixed, lognormal, triangular
from daliz.freight.simulate.model import Resource, Step
from daliz.freight.simulate.routes import LOADS, UNLOADS, Call, Service

AT_STATION = ("handover", "customs", "gauge_change")  # in the order in which a train standing at a place goes through them
BERTHS = ("crane", "ferry_berth")
BERTH = {"sea": ("crane", "ferry_berth"), "ferry": ("ferry_berth", "crane")}


@dataclass(frozen=True)
class StepInfo:
    """What a step means: service, stop, place, link, what the carrier does there, and its typical hours (moving or standing)."""

    service: str
    seq: int
    place: str
    what: str
    row: str = ""
    typical_h: float = 0.0
    moving: bool = False


@dataclass
class Writer:
    """Collects the steps and resources of all programmes."""

    corridor: Corridor
    assumptions: Assumptions
    hazards: Hazards
    horizon_h: float
    steps: list[Step] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    info: dict[str, StepInfo] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.links = {row["id"]: row for row in self.corridor["links"].iter_rows(named=True)}
        self.fleets = {row["id"]: row for row in self.corridor.open("fleets").iter_rows(named=True)}
        zones = dict(self.corridor["places"].select("id", "timezone").iter_rows())
        self.offset_h = {place: utc_offset_h(zone) for place, zone in zones.items()}
        self.terminals: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.corridor.open("terminals").iter_rows(named=True):
            _check_terminal(row)
            self.terminals.setdefault((row["place"], row["operation"]), row)

    # -- laws

    def terminal_law(self, row: Mapping[str, Any], share: float = 1.0) -> Law:
        """Hours of service of a terminal: triangular over its shortest, typical and longest hours."""
        factor = share * self.assumptions.terminal_factor
        if row["operation"] == "storage":
            factor = share * self.assumptions.dwell_factor
        return self._triangle(row["service_min_h"], row["service_h"], row["service_max_h"], factor)

    def _triangle(self, low: float | None, mode: float, high: float | None, factor: float = 1.0) -> Law:
        low, high = (mode if low is None else low), (mode if high is None else high)
        return triangular(low * factor, mode * factor, high * factor) if self.assumptions.spread else fixed(mode * factor)

    def run_law(self, hours: float) -> Law:
        """Hours of a run: lognormal around the typical hours, or just those."""
        return lognormal(hours, self.assumptions.run_variation if self.assumptions.spread else 0.0)

    def run_hours(self, service: Service, call: Call) -> float:
        """Typical hours of the run to a stop: planned, of the fleet's crossing, or length over speed."""
        if call.run_h is not None:
            return call.run_h
        fleet = self.fleets.get(service.row["fleet"] or "")
        if service.at_sea and fleet is not None and fleet["crossing_h"] is not None:
            return float(fleet["crossing_h"])
        link = self.links[call.link or ""]
        return float(link["length_km"] / (link["speed_kmh"] or SPEED_KMH[link["mode"]]))

    def sail_law(self, service: Service, call: Call) -> Law:
        """Hours at sea: triangular over the fleet's crossing hours where they are known."""
        fleet = self.fleets.get(service.row["fleet"] or "")
        if call.run_h is None and fleet is not None and fleet["crossing_h"] is not None:
            return self._triangle(fleet["crossing_min_h"], fleet["crossing_h"], fleet["crossing_max_h"])
        return self.run_law(self.run_hours(service, call))

    # -- resources

    def terminal(self, row: Mapping[str, Any], kept: bool = False) -> str:
        """The resource of a terminal's servers."""
        name = f"terminals/{row['id']}"
        calendar = self.place_calendar(row)
        self.resources.setdefault(name, Resource(name, servers=row["servers"] or 0, calendar="" if kept else calendar, kept=kept, row=name))
        return name

    def place_calendar(self, row: Mapping[str, Any]) -> str:
        """When a terminal is closed: by weather at its place, and outside its opening hours."""
        opens, closes = row["opens_h"] or 0.0, 24.0 if row["closes_h"] is None else row["closes_h"]
        windows = closed_windows(opens, closes, self.offset_h[row["place"]], self.horizon_h)
        return self.hazards.calendar([row["place"]], (), windows, ashore=row["operation"] not in BERTHS)

    def line(self, link: Mapping[str, Any], forward: bool) -> str:
        """The resource of a railway line: one slot at a time, for both directions together on a single track."""
        tracks = link["tracks"] or 2
        single = tracks == 1
        name = f"links/{link['id']}" + ("" if single else (" forward" if forward else " back"))
        if name not in self.resources:
            capacity = link["capacity_trains_day"] or CAPACITY_TRAINS_DAY[min(tracks, 2)]
            other = (link["other_trains_day"] or 0.0) * self.assumptions.other_traffic_factor
            if other >= capacity:
                raise DalizError(
                    f"links/{link['id']}: other_trains_day = {other:g} leaves nothing of capacity_trains_day = {capacity:g}; "
                    "the line never clears"
                )
            both = 2.0 if single else 1.0
            gap = exponential(24.0 / (both * other)) if other > 0.0 else None
            calendar = self.hazards.calendar((), [link["id"]])
            row = f"links/{link['id']}"
            self.resources[name] = Resource(name, slot_h=24.0 / (both * capacity), other_gap=gap, calendar=calendar, row=row)
        return name


def _check_terminal(row: Mapping[str, Any]) -> None:
    where = f"terminals/{row['id']}"
    low, mode, high = row["service_min_h"], row["service_h"], row["service_max_h"]
    if mode is not None and ((low is not None and low > mode) or (high is not None and mode > high)):
        raise DalizError(f"{where}: expected service_min_h <= service_h <= service_max_h, got {low}, {mode}, {high} h")
    if row["servers"] is not None and row["servers"] < 1:
        raise DalizError(f"{where}: servers = {row['servers']}, expected at least 1 (a capacity of zero lets nothing through)")
    if row["yard_teu"] is not None and row["yard_teu"] < TEU_PER_BOX:
        raise DalizError(
            f"{where}: yard_teu = {row['yard_teu']:g}, expected at least {TEU_PER_BOX:g} TEU; a yard of zero blocks every train"
        )
    if row["opens_h"] is not None and row["opens_h"] == row["closes_h"]:
        raise DalizError(f"{where}: opens_h = closes_h = {row['opens_h']:g}: it never opens; leave both empty for day and night")
    if row["quota_day"] is not None and row["quota_day"] < 1:
        raise DalizError(f"{where}: quota_day = {row['quota_day']:g}, expected at least 1 train a day")


class Programme:
    """Writes the steps of one service (or of one fleet's cycle) one behind the other."""

    def __init__(self, writer: Writer, name: str) -> None:
        self.writer = writer
        self.name = name
        self.count = 0
        self.first = ""
        self.pending: dict[str, Any] | None = None

    def add(self, info: StepInfo, kind: int, label: str, **fields: Any) -> str:
        """Append a step; the one before leads to it."""
        name = f"{info.service}|{info.seq}|{label}"
        if name in self.writer.info:
            name = f"{name}|{self.count}"
        self._flush(name)
        self.pending = {"name": name, "kind": kind, "place": info.place, "moves": info.moving, **fields}
        self.writer.info[name] = info
        self.first = self.first or name
        self.count += 1
        return name

    def _flush(self, following: str) -> None:
        if self.pending is not None:
            self.writer.steps.append(Step(next=following, **self.pending))
            self.pending = None

    def end(self) -> None:
        """The carrier is gone after its last step."""
        self._flush(f"{self.name}|end")
        self.writer.steps.append(Step(f"{self.name}|end", r.END))

    def loop(self) -> None:
        """After its last step the carrier starts again with its first."""
        self._flush(self.first)

    # -- what is done at a stop

    def station_work(self, service: Service, call: Call, operations: tuple[str, ...]) -> None:
        """A train stands for the terminal operations of a place, with its cargo on board."""
        if call.dwell_h is not None:
            info = StepInfo(service.id, call.seq, call.place, "standing by plan", f"stops/{service.id};{call.seq}", call.dwell_h)
            self.add(info, r.DELAY, "stand", law=fixed(call.dwell_h))
            return
        for operation in operations:
            row = self.writer.terminals.get((call.place, operation))
            if row is not None:
                self._terminal(service, call, row)

    def _terminal(self, service: Service, call: Call, row: Mapping[str, Any]) -> None:
        what, name = row["operation"].replace("_", " "), f"terminals/{row['id']}"
        if row["quota_day"] is not None:
            quota = f"{name} quota"
            self.writer.resources.setdefault(quota, Resource(quota, quota=int(row["quota_day"]), row=name))
            self.add(
                StepInfo(service.id, call.seq, call.place, f"{what} quota", name), r.QUOTA, f"{row['operation']} quota", resource=quota
            )
        if row["service_h"] is None:
            return
        info = StepInfo(service.id, call.seq, call.place, what, name, row["service_h"] * self.writer.assumptions.terminal_factor)
        fields = {"resource": self.writer.terminal(row), "law": self.writer.terminal_law(row), "stream": f"{name} {service.id}"}
        by_box = row["handles"] == "container" and row["servers"]
        self.add(info, r.UNITS if by_box else r.SERVE, row["operation"], **fields)

    def run(self, service: Service, call: Call, previous: str) -> None:
        """Run over the link to a stop: a railway waits for its slot."""
        link = self.writer.links[call.link or ""]
        hours = self.writer.run_hours(service, call)
        info = StepInfo(service.id, call.seq, call.place, "run", f"links/{link['id']}", hours, True)
        if link["mode"] == "rail":
            line = self.writer.line(link, link["from_place"] == previous)
            self.add(info, r.SLOT, "run", resource=line, law=self.writer.run_law(hours))
            return
        self.gate(service, call, [], [link["id"]] if not service.at_sea else [], "road open")
        self.add(info, r.DELAY, "run", law=self.writer.sail_law(service, call) if service.at_sea else self.writer.run_law(hours))

    def gate(self, service: Service, call: Call, places: list[str], links: list[str], label: str) -> None:
        """Wait until places and links are open."""
        calendar = self.writer.hazards.calendar(places, links)
        if calendar:
            row = self.writer.hazards.rows[self.writer.hazards.calendars[calendar].processes[0]][0]
            self.add(StepInfo(service.id, call.seq, call.place, "weather", row), r.GATE, label, calendar=calendar)

    def alight(self, service: Service, index: int) -> None:
        """Boxes leave the carrier here."""
        call = service.calls[index]
        stays = any(later.call in UNLOADS for later in service.calls[index + 1 :])
        self.add(StepInfo(service.id, call.seq, call.place, "yard"), r.ALIGHT, "off", stays=stays)

    # -- ships

    def port_call(
        self,
        arriving: tuple[Service, int] | None,
        leaving: tuple[Service, int] | None,
        size: int,
        mark: bool,
        rule: int,
        boards: bool = True,
    ) -> None:
        """A ship comes in, is discharged and loaded at one berth, and sails when its rule and the weather let it."""
        service, index = (leaving or arriving) or (None, 0)
        assert service is not None
        call = service.calls[index]
        comes, goes = arriving or (service, index), leaving or (service, index)
        self.gate(comes[0], comes[0].calls[comes[1]], [call.place], [], "port open")
        berth = self._berth(service, call.place)
        held = self.writer.terminal(berth, kept=True) if berth else ""
        both = arriving is not None and leaving is not None
        if berth:
            info = StepInfo(comes[0].id, comes[0].calls[comes[1]].seq, call.place, "berth", f"terminals/{berth['id']}")
            self.add(info, r.SEIZE, "berth", resource=held)
        if arriving is not None:
            self._work(comes[0], comes[0].calls[comes[1]], berth, 0.5 if both else 1.0, "discharge")
            self.alight(*comes)
        if leaving is not None:
            if boards:
                pool = pool_name(service, index)
                info = StepInfo(service.id, call.seq, call.place, "cargo")
                again = f"{service.id}|{call.seq}|berth again" if berth and rule == r.UNTIL_FULL else ""
                self.add(info, r.BOARD, "on", pool=pool, rule=rule, size=size, resource=held if again else "", other=again)
                if again:
                    self._seize_again(service, call, held, again, f"{service.id}|{call.seq}|load")
            self._work(service, call, berth, 0.5 if both else 1.0, "load")
            following = service.calls[index + 1]
            self.gate(service, call, [call.place], [following.link or ""], "sea open")
        if berth:
            info = StepInfo(goes[0].id, goes[0].calls[goes[1]].seq, call.place, "leave berth", f"terminals/{berth['id']}")
            self.add(info, r.RELEASE, "leave", resource=held, mark=mark)
        elif mark:
            self.add(StepInfo(service.id, call.seq, call.place, "leave"), r.DELAY, "leave", law=fixed(0.0), mark=True)

    def _seize_again(self, service: Service, call: Call, berth: str, name: str, following: str) -> None:
        """A ship that waited for cargo off the berth asks for it again before it loads."""
        self.writer.steps.append(Step(name, r.SEIZE, next=following, resource=berth, place=call.place))
        self.writer.info[name] = StepInfo(service.id, call.seq, call.place, "berth", berth)

    def _berth(self, service: Service, place: str) -> dict[str, Any] | None:
        return next((row for kind in BERTH[service.row["mode"]] if (row := self.writer.terminals.get((place, kind)))), None)

    def _work(self, service: Service, call: Call, berth: Mapping[str, Any] | None, share: float, what: str) -> None:
        """The crane work of a call; it rests while the port is closed."""
        if berth is None or berth["service_h"] is None:
            if berth is not None and what == "load":
                self.add(StepInfo(service.id, call.seq, call.place, what), r.DELAY, what, law=fixed(0.0))
            return
        name = f"terminals/{berth['id']}"
        info = StepInfo(service.id, call.seq, call.place, what, name, berth["service_h"] * share * self.writer.assumptions.terminal_factor)
        law, stream = self.writer.terminal_law(berth, share), f"{name} {service.id} {what}"
        calendar = self.writer.place_calendar(berth)
        if berth["handles"] == "container":
            cranes = f"{name} cranes"
            self.writer.resources.setdefault(cranes, Resource(cranes, servers=berth["servers"] or 1, calendar=calendar, row=name))
            self.add(info, r.UNITS, what, resource=cranes, law=self.writer.terminal_law(berth), stream=stream)
            return
        self.add(info, r.DELAY, what, law=law, calendar=calendar, stream=stream)


def pool_name(service: Service, index: int) -> str:
    """The pool of boxes that wait at a stop for a service."""
    return f"{service.id}|{service.calls[index].seq}|pool"


def alight_name(service: Service, index: int) -> str:
    """The step at which boxes leave a service at a stop."""
    return f"{service.id}|{service.calls[index].seq}|off"


def write_service(writer: Writer, service: Service) -> str:
    """The programme of trains or ships that are there when cargo wants them; returns its first step."""
    programme = Programme(writer, service.id)
    size = boxes_of(writer, service)
    last = len(service.calls) - 1
    for index, call in enumerate(service.calls):
        if index > 0:
            programme.run(service, call, service.calls[index - 1].place)
        if service.at_sea:
            if call.call in LOADS or call.call in UNLOADS:
                arriving = (service, index) if index > 0 and call.call in UNLOADS else None
                leaving = (service, index) if index < last else None
                programme.port_call(arriving, leaving, size, False, r.TAKE_AND_GO, boards=index > 0 and call.call in LOADS)
            elif call.dwell_h is not None:
                programme.station_work(service, call, ())
            continue
        _land_stop(programme, service, index, size)
    programme.end()
    return programme.first


def _land_stop(programme: Programme, service: Service, index: int, size: int) -> None:
    call = service.calls[index]
    if index == 0:
        programme.station_work(service, call, ("train_formation",))
        if programme.count == 0:  # the kernel needs a first step
            programme.add(StepInfo(service.id, call.seq, call.place, "depart"), r.DELAY, "depart", law=fixed(0.0))
        return
    if call.call == "pass" and call.dwell_h is None:
        return
    programme.station_work(service, call, AT_STATION)
    if call.call in UNLOADS:
        programme.alight(service, index)
    if call.call in LOADS and index < len(service.calls) - 1:
        info = StepInfo(service.id, call.seq, call.place, "cargo")
        programme.add(info, r.BOARD, "on", pool=pool_name(service, index), rule=r.TAKE_AND_GO, size=size)


def boxes_of(writer: Writer, service: Service) -> int:
    """Boxes (FEU) that one departure takes, less what shallow water costs. Raises: DalizError when not one fits."""
    teu = float(service.row["capacity_teu"])
    fleet = writer.fleets.get(service.row["fleet"] or "")
    if fleet is not None and fleet["capacity_teu"] is not None:
        teu = min(teu, float(fleet["capacity_teu"]))
    lost = max((writer.hazards.payload_lost.get(call.link or "", 0.0) for call in service.calls), default=0.0)
    if writer.assumptions.draught and fleet is not None:
        teu *= max(0.0, 1.0 - lost)
    boxes = int(teu / TEU_PER_BOX)
    if boxes < 1:
        raise DalizError(f"services/{service.id}: capacity_teu = {teu:g} takes not one box of {TEU_PER_BOX:g} TEU; a capacity of zero")
    return boxes


def write_fleet(writer: Writer, fleet: Mapping[str, Any], services: list[Service]) -> str:
    """The cycle of a fleet over its services, back empty where no service leads back; returns its first step.

    Raises: DalizError when the fleet has no ships.
    """
    if fleet["count"] < 1:
        raise DalizError(f"fleets/{fleet['id']}: count = {fleet['count']}: a fleet without ships; services/{services[0].id} cannot run")
    programme = Programme(writer, f"fleet {fleet['id']}")
    order = list(_cycle(services))
    for number, service in enumerate(order):
        before = order[number - 1]
        size, last = boxes_of(writer, service), len(service.calls) - 1
        rule = r.UNTIL_FULL if service.row["leaves"] == "when_full" else r.BY_TIMETABLE
        joined = before.calls[-1].place == service.calls[0].place
        arriving = (before, len(before.calls) - 1) if joined else None
        _fleet_stop(programme, service, 0, arriving, size, number == 0, rule)
        for index in range(1, last + 1):
            programme.run(service, service.calls[index], service.calls[index - 1].place)
            if index < last and (service.calls[index].call != "pass"):
                _fleet_stop(programme, service, index, (service, index), size, False, r.TAKE_AND_GO)
        following = order[(number + 1) % len(order)]
        if following.calls[0].place != service.calls[-1].place:
            _return_empty(programme, service, following, size)
    programme.loop()
    return programme.first


def _fleet_stop(programme: Programme, service: Service, index: int, arriving: Any, size: int, mark: bool, rule: int) -> None:
    call = service.calls[index]
    if service.at_sea:
        programme.port_call(arriving, (service, index), size, mark, rule, boards=call.call in LOADS)
        return
    if arriving is not None:
        programme.station_work(arriving[0], arriving[0].calls[arriving[1]], AT_STATION)
        programme.alight(*arriving)
    if call.call in LOADS:
        info = StepInfo(service.id, call.seq, call.place, "cargo")
        programme.add(info, r.BOARD, "on", pool=pool_name(service, index), rule=rule, size=size)
    if index == 0:
        programme.station_work(service, call, ("train_formation",))
    if mark:
        programme.add(StepInfo(service.id, call.seq, call.place, "leave"), r.DELAY, "leave", law=fixed(0.0), mark=True)


def _return_empty(programme: Programme, service: Service, following: Service, size: int) -> None:
    """Discharge at the end of a service and run back empty to where the next begins, as long as the way out took."""
    last = len(service.calls) - 1
    if service.at_sea:
        programme.port_call((service, last), None, size, False, r.TAKE_AND_GO)
    else:
        programme.station_work(service, service.calls[last], AT_STATION)
        programme.alight(service, last)
    hours = sum(programme.writer.run_hours(service, call) for call in service.calls[1:])
    info = StepInfo(service.id, service.calls[last].seq, following.calls[0].place, "return empty", "", hours, True)
    programme.add(info, r.DELAY, "return", law=programme.writer.run_law(hours))


def _cycle(services: list[Service]) -> Iterator[Service]:
    """Services of one fleet in an order in which each begins, where possible, where the one before ended."""
    left = list(services)
    current = left.pop(0)
    yield current
    while left:
        end = current.calls[-1].place
        current = next((service for service in left if service.calls[0].place == end), left[0])
        left.remove(current)
        yield current
