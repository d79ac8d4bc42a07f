"""From rows to cells: a model laid out in the kernel's memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean
from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import stream_of
from daliz.freight.simulate.laws import Law
from daliz.freight.simulate.model import Model, Pool, Resource, Source, Step

PAGE = (1 << 21) // 8  # cells of a large page of memory (2 MiB)
KINDS = ("steps", "resources", "pools", "yards", "sources", "cargoes", "processes", "calendars", "fleets")
SIZES = (r.STEP, r.RESOURCE, r.POOL_SIZE, r.YARD_SIZE, r.SOURCE_SIZE, r.CLASS, r.PROCESS, r.CALENDAR, r.FLEET)
BASES = (r.H_STEPS, r.H_RESOURCES, r.H_POOLS, r.H_YARDS, r.H_SOURCES, r.H_CLASSES, r.H_PROCESSES, r.H_CALENDARS, r.H_FLEETS)


@dataclass(frozen=True)
class Room:
    """How much a run may hold at once: pending events (a power of two), carriers, boxes, spells of a process, rows of the trace."""

    slots: int = 256
    carriers: int = 2048
    boxes: int = 16384
    spells: int = 128
    trace: int = 0
    work: int = 4096


@dataclass(frozen=True)
class Arenas:
    """A model in memory, before its first event.

    `start` is what a run finds, `length` the cells that it needs in all; `where[kind][name]` is the address of a row.
    """

    start: NDArray[np.float64]
    length: int
    where: dict[str, dict[str, int]]
    horizon_h: float
    warm_h: float


def cells(count: int) -> NDArray[np.float64]:
    """Memory for so many cells, from the start of a large page on where the system has such; what stands in it is left over."""
    memory = np.empty(count + PAGE)
    first = (-memory.ctypes.data // memory.itemsize) % PAGE
    return memory[first : first + count]


def lay_out(
    model: Model, horizon_h: float, warm_h: float = 0.0, year_h: float = 0.0, room: Room | None = None, lines: bool = True
) -> Arenas:
    """Lay a model out in arrays.

    Parameters: horizon_h (hours of the whole run), warm_h (hours at its start that do not count), year_h (hour of the year at which it
    starts), room (what it may hold at once), lines (keep daily counts of queues, pools and yards).
    Raises: DalizError when a row names another that is not there, or the hours make no sense.
    """
    if not (horizon_h > 0.0 and 0.0 <= warm_h < horizon_h and math.isfinite(horizon_h)):
        raise DalizError(f"the horizon must be longer than 0 h and than the warm-up: horizon {horizon_h:g} h, warm-up {warm_h:g} h")
    return _Layout(model, horizon_h, warm_h, year_h, room or Room(), lines).arenas()


class _Layout:
    def __init__(self, model: Model, horizon_h: float, warm_h: float, year_h: float, room: Room, lines: bool) -> None:
        self.model, self.room, self.lines = model, room, lines
        self.horizon_h, self.warm_h, self.year_h = horizon_h, warm_h, year_h
        self.resources = {row.name: row for row in model.resources}
        self.laws: list[tuple[Law, str]] = []
        self.law_at: dict[tuple[int, str], int] = {}
        self.where: dict[str, dict[str, int]] = {}
        self.length = r.HEADER
        self.fills: list[tuple[int, Sequence[float]]] = []
        for kind, size in zip(KINDS, SIZES, strict=True):
            rows = getattr(model, kind)
            self.where[kind] = {row.name: self.length + i * size for i, row in enumerate(rows)}
            if len(self.where[kind]) != len(rows):
                raise DalizError(f"two {kind} of the model have one name")
            self.length += len(rows) * size
        self.days = int(horizon_h / 24.0) + 2
        self.cells: list[tuple[int, int]] = []
        self.reals: list[tuple[int, float]] = []

    # -- small writing

    def take(self, size: int) -> int:
        """So many cells, from the start of a line of the cache on."""
        address = self.length
        self.length += -(-size // r.LINE) * r.LINE
        return address

    def at(self, kind: str, name: str, asked_by: str) -> int:
        if not name:
            return 0
        found = self.where[kind].get(name)
        if found is None:
            raise DalizError(f"{asked_by} names {name!r}, which is not among the {kind} of the model{did_you_mean(name, self.where[kind])}")
        return found

    def law(self, law: Law | None, stream: str) -> int:
        """Reserve a distribution; returns its address (laws stand together, so it is known beforehand)."""
        if law is None:
            return 0
        self.laws.append((law, stream))
        return self.law_base + (len(self.laws) - 1) * r.DIST

    def ints(self, address: int, **fields: int) -> None:
        for offset, value in fields.items():
            self.cells.append((address + int(getattr(r, offset)), int(value)))

    def floats(self, address: int, **fields: float) -> None:
        for offset, value in fields.items():
            self.reals.append((address + int(getattr(r, offset)), float(value)))

    def numbers(self, values: Iterable[float]) -> int:
        listed = [float(value) for value in values]
        address = self.take(len(listed))
        self.fills.append((address, listed))
        return address

    def line(self) -> int:
        return self.take(self.days + 1) if self.lines else 0

    # -- the rows

    def arenas(self) -> Arenas:
        model = self.model
        count = sum(row.law is not None for row in model.steps) + sum(row.other_gap is not None for row in model.resources)
        count += sum(1 + (row.batch is not None) for row in model.sources)
        self.law_base = self.take(count * r.DIST)
        feeders = _feeders(model)
        for row in model.steps:
            self._step(row, feeders)
        self._resources()
        for pool in model.pools:
            self._pool(pool, feeders)
        self._yards_sources_cargoes(feeders)
        self._calendars()
        for fleet in model.fleets:
            self.ints(self.where["fleets"][fleet.name], A_STEP=self.at("steps", fleet.step, f"fleet {fleet.name}"), A_COUNT=fleet.count)
            self.ints(self.where["fleets"][fleet.name], A_PRIORITY=fleet.priority)
        buffers = self.take(len(self.laws) * r.BLOCK)
        return self._write(buffers)

    def _step(self, row: Step, feeders: dict[str, set[str]]) -> None:
        a, asked = self.where["steps"][row.name], f"step {row.name}"
        if not row.next and row.kind not in (r.END, r.DROP):
            raise DalizError(f"{asked} has no next step")
        rule = row.rule
        if row.kind == r.UNLOAD:
            rule = int(_unloads_ahead(self.model, row, feeders))
        law = row.law
        self.ints(a, S_KIND=row.kind, S_NEXT=self.at("steps", row.next, asked), S_OTHER=self.at("steps", row.other, asked), S_RULE=rule)
        self.ints(
            a, S_RES=self.at("resources", row.resource, asked), S_DIST=self.law(law, f"step {row.stream or row.name}"), S_SIZE=row.size
        )
        self.ints(a, S_POOL=self.at("pools", row.pool, asked), S_CAL=self.at("calendars", row.calendar, asked), S_ALL=not row.stays)
        self.ints(a, S_MARK=row.mark, S_MOVES=row.moves, S_ALONE=_alone(row, self.resources))
        self.floats(a, S_SHARE=row.share)

    def _resources(self) -> None:
        for row in self.model.resources:
            a, asked = self.where["resources"][row.name], f"resource {row.name}"
            ahead = row.in_order and row.limit == 0
            self.ints(a, R_SERVERS=row.servers, R_LIMIT=row.limit, R_AHEAD=ahead, R_CAL=self.at("calendars", row.calendar, asked))
            self.ints(a, R_FREE=self.take(2 * max(1, row.servers)), R_QUOTA=row.quota, R_KEPT=row.kept, R_LINE=self.line())
            self.ints(a, R_OTHER=self.law(row.other_gap, f"other traffic {row.name}"))
            self.floats(a, R_SLOT=row.slot_h, R_MEMORY=_memory_h(row))

    def _pool(self, row: Pool, feeders: dict[str, set[str]]) -> None:
        a, asked = self.where["pools"][row.name], f"pool {row.name}"
        ticks = [tick for tick in row.ticks if tick <= self.horizon_h]
        sources = [self.where["sources"][name] for kind, name in _kinds(feeders, row.name) if kind == "source"]
        listed = self.take(len(sources))
        self.cells += [(listed + i, address) for i, address in enumerate(sources)]
        self.ints(a, TYPE=r.POOL, P_SIZE=row.size, P_START=self.at("steps", row.start, asked), P_YARD=self.at("yards", row.yard, asked))
        self.ints(a, P_DWELL=self.at("steps", row.dwell, asked), P_TICKS=self.numbers(ticks), P_NTICKS=len(ticks), P_FULL=row.full)
        self.ints(a, P_SOURCES=listed, P_NSOURCES=len(sources), P_MODE=_mode(self.model, row, feeders), P_PRIORITY=row.priority)
        self.ints(a, P_CRANES=self.at("resources", row.cranes, asked), P_LINE=self.line())
        self.floats(a, P_MAXWAIT=row.max_wait_h)

    def _yards_sources_cargoes(self, feeders: dict[str, set[str]]) -> None:
        for yard in self.model.yards:
            a = self.where["yards"][yard.name]
            size = 1 << math.ceil(math.log2(2 * max(8, yard.room) + 64))
            self.ints(a, TYPE=r.YARD, Y_ROOM=yard.room, Y_RING=self.take(size), Y_RINGSIZE=size)
        for cargo in self.model.cargoes:
            a, asked = self.where["cargoes"][cargo.name], f"cargo {cargo.name}"
            legs = self.take((len(cargo.legs) + 1) * r.LEG)
            for i, (pool, step) in enumerate(cargo.legs):
                self.ints(legs + i * r.LEG, L_POOL=self.at("pools", pool, asked), L_STEP=self.at("steps", step, asked))
            histogram = self.take(r.MONTHS * r.BINS) if self.model.histograms else 0
            self.ints(a, K_LEGS=legs, K_NLEGS=len(cargo.legs), K_HISTOGRAM=histogram)
            self.floats(a, K_MIN=math.inf, K_DUE=cargo.due_h)
        for source in self.model.sources:
            a, asked = self.where["sources"][source.name], f"source {source.name}"
            pool = next((c.legs[0][0] for c in self.model.cargoes if c.name == source.cargo), "") if source.cargo else ""
            season = self.numbers(source.season) if any(factor != 1.0 for factor in source.season) else 0
            self.ints(a, TYPE=r.SOURCE, O_GAP=self.law(source.gap, f"source {source.name}"), O_SEASON=season, O_PRIORITY=source.priority)
            self.ints(a, O_BATCH=self.law(source.batch, f"batch {source.name}"), O_STEP=self.at("steps", source.step, asked))
            self.ints(a, O_CLASS=self.at("cargoes", source.cargo, asked), O_POOL=self.at("pools", pool, asked))
            self.ints(a, O_AHEAD=_serves_ahead(self.model, source, self.resources))

    def _calendars(self) -> None:
        for process in self.model.processes:
            a = self.where["processes"][process.name]
            spells = self.take(2 * self.room.spells)
            kind = r.BY_MONTH if process.cosine is None else r.BY_COSINE
            self.ints(a, Z_KIND=kind, D_STREAM=stream_of(f"process {process.name}"), Z_SPELLS=spells, Z_ROOM=self.room.spells)
            if process.cosine is not None:
                self.floats(a, Z_RATE=process.cosine[0], Z_SWING=process.cosine[1], Z_CLOSED=process.cosine[2])
            for month, numbers in enumerate(process.months):
                self.reals += [(a + r.Z_MONTHS + r.Z_MONTH * month + i, float(value)) for i, value in enumerate(numbers)]
        for calendar in self.model.calendars:
            a, asked = self.where["calendars"][calendar.name], f"calendar {calendar.name}"
            closed = [hour for spell in calendar.closed for hour in spell]
            parts = self.take(4 * (len(calendar.processes) + 1))
            fixed = self.numbers(closed)
            self.cells += [(parts, fixed), (parts + 1, len(closed) // 2)]
            for i, name in enumerate(calendar.processes, 1):
                process_at = self.at("processes", name, asked)
                spells = next(value for cell, value in self.cells if cell == process_at + r.Z_SPELLS)
                self.cells += [(parts + 4 * i, spells), (parts + 4 * i + 3, process_at)]
            size = len(closed) // 2 + self.room.spells * len(calendar.processes)
            self.ints(a, C_BASE=self.take(2 * size), C_ROOM=size, C_PARTS=parts, C_NPARTS=len(calendar.processes) + 1)

    # -- the arrays

    def _write(self, buffers: int) -> Arenas:
        static = self.length
        room = self.room
        days = self.days - 1
        parts = {"slots": room.slots, "tree": 4 * room.slots, "stack": room.slots, "work": room.work}
        parts |= {
            "carriers": room.carriers * r.CARRIER_SIZE,
            "box bits": room.boxes // 64,
            "boxes": (room.boxes + 1) * r.BOX,
            "trace": room.trace * r.TRACE_ROW,
        }
        bases = {name: self.take(size) for name, size in parts.items()}
        floats = cells(static)
        floats[:] = 0.0
        ints = floats.view(np.int64)
        for kind, base in zip(KINDS, BASES, strict=True):
            rows = self.where[kind]
            ints[base] = next(iter(rows.values()), 0)
            ints[base + 1] = len(rows)
        if self.cells:
            places, values = zip(*self.cells, strict=True)
            ints[np.array(places)] = np.array(values, np.int64)
        if self.reals:
            places, numbers = zip(*self.reals, strict=True)
            floats[np.array(places)] = np.array(numbers)
        for address, listed in self.fills:
            floats[address : address + len(listed)] = listed
        for i, (law, stream) in enumerate(self.laws):
            a = self.law_base + i * r.DIST
            ints[a + r.D_KIND], ints[a + r.D_STREAM], ints[a + r.D_BUFFER] = law.kind, stream_of(stream), buffers + i * r.BLOCK
            floats[a : a + len(law.parameters)] = law.parameters
        header = {
            r.H_DISTS: self.law_base,
            r.H_NDISTS: len(self.laws),
            r.H_SLOTS: bases["slots"],
            r.H_TREE: bases["tree"],
            r.H_STACK: bases["stack"],
            r.H_MAXSLOTS: room.slots,
            r.H_WORKBASE: bases["work"],
            r.H_WORKEND: bases["work"] + parts["work"],
            r.H_CARBASE: bases["carriers"],
            r.H_CARNEW: bases["carriers"],
            r.H_CAREND: bases["carriers"] + parts["carriers"],
            r.H_BOXBASE: bases["boxes"],
            r.H_BOXBITS: bases["box bits"],
            r.H_MAXBOXES: room.boxes,
            r.H_DAYS: days,
            r.H_TRACE: bases["trace"] if room.trace else 0,
            r.H_TRACEEND: bases["trace"] + parts["trace"],
        }
        ints[list(header)] = list(header.values())
        floats[r.G_END], floats[r.G_WARM], floats[r.G_YEAR] = self.horizon_h, self.warm_h, self.year_h
        return Arenas(floats, self.length, self.where, self.horizon_h, self.warm_h)


def _alone(step: Step, resources: Mapping[str, Resource]) -> bool:
    """Whether a carrier takes its time at a step unseen by others, so that it can be sent through ahead of the clock."""
    if step.kind == r.SERVE:
        resource = resources.get(step.resource)
        return resource is not None and resource.servers == 0 and resource.in_order and resource.limit == 0 and not resource.calendar
    return step.kind == r.DELAY and not step.calendar


def _memory_h(line: Resource) -> float:
    """Hours after which a line has forgotten what other traffic was on it: thirty relaxation times of its queue.

    The relaxation time of M/D/1 is below slot / (1 - sqrt(load))^2 (Cohen 1982, The Single Server Queue, III.7.3).
    """
    if line.other_gap is None:
        return 0.0
    load = min(0.99, line.slot_h / line.other_gap.mean)
    return 30.0 * line.slot_h / (1.0 - math.sqrt(load)) ** 2


def _feeders(model: Model) -> dict[str, set[str]]:
    """Who puts boxes into each pool: 'source NAME' or 'step NAME'."""
    feeders: dict[str, set[str]] = {pool.name: set() for pool in model.pools}
    cargoes = {cargo.name: cargo for cargo in model.cargoes}
    for source in model.sources:
        if source.cargo in cargoes:
            feeders.setdefault(cargoes[source.cargo].legs[0][0], set()).add(f"source {source.name}")
    for cargo in model.cargoes:
        for (_, step), (pool, _) in zip(cargo.legs, cargo.legs[1:], strict=False):
            feeders.setdefault(pool, set()).add(f"step {step}")
    return feeders


def _kinds(feeders: dict[str, set[str]], pool: str) -> list[tuple[str, str]]:
    pairs = (name.partition(" ") for name in sorted(feeders.get(pool, ())))
    return [(kind, name) for kind, _, name in pairs]


def _mode(model: Model, pool: Pool, feeders: dict[str, set[str]]) -> int:
    """Whether the pool can be filled ahead of the clock: nothing else may put boxes into it meanwhile."""
    kinds = _kinds(feeders, pool.name)
    if not pool.start or pool.yard:
        return r.BY_EVENTS
    batched = {source.name for source in model.sources if source.batch is not None}
    if kinds and all(kind == "source" and name not in batched for kind, name in kinds):
        return r.FROM_SOURCES
    steps = {step.name: step for step in model.steps}
    if len(kinds) == 1 and kinds[0][0] == "step" and steps[kinds[0][1]].kind == r.UNLOAD:
        return r.FROM_CRANES if _unloads_ahead(model, steps[kinds[0][1]], feeders) else r.BY_EVENTS
    return r.BY_EVENTS


def _serves_ahead(model: Model, source: Source, resources: Mapping[str, Resource]) -> bool:
    """Whether customers can be served ahead of the clock: one by one, at a queue that is theirs alone, after which they are gone."""
    step = next((step for step in model.steps if step.name == source.step), None)
    if step is None or step.kind != r.SERVE or source.batch is not None or step.mark or step.moves:
        return False
    resource = resources.get(step.resource)
    if resource is None or resource.servers == 0 or not resource.in_order or resource.limit > 0 or resource.calendar:
        return False
    comers = [other.name for other in model.steps if step.name in (other.next, other.other)]
    comers += [other.name for other in model.sources if other.step == step.name and other is not source]
    comers += [other.name for other in model.pools if step.name in (other.start, other.dwell)]
    comers += [other.name for other in model.fleets if other.step == step.name]
    users = [other for other in model.steps if other.resource == resource.name]
    cranes = any(pool.cranes == resource.name for pool in model.pools)
    return not comers and not cranes and len(users) == 1 and any(other.name == step.next and other.kind == r.END for other in model.steps)


def _unloads_ahead(model: Model, step: Step, feeders: dict[str, set[str]]) -> bool:
    """Whether a ship may be unloaded ahead of the clock: one at a time, into one pool that nothing else feeds and no timer empties."""
    pool = next((pool for pool in model.pools if pool.name == step.pool), None)
    if (
        pool is None
        or not pool.start
        or pool.yard
        or pool.dwell
        or pool.max_wait_h > 0.0
        or feeders.get(pool.name) != {f"step {step.name}"}
    ):
        return False
    resources = {resource.name: resource for resource in model.resources}
    before = [other for other in model.steps if step.name in (other.next, other.other)]
    return bool(before) and all(other.kind == r.SEIZE and resources[other.resource].servers == 1 for other in before)


def read(arenas: Arenas, ints: Any, floats: Any, kind: str, name: str) -> tuple[Any, Any]:
    """The record of a row after a run: its integers and floats from its address on."""
    address = arenas.where[kind][name]
    return ints[address:], floats[address:]
