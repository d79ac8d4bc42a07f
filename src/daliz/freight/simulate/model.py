"""A simulation model as rows: what carriers do step by step, and what they share.

This is the language between a corridor's tables and the kernel's arrays. Rows name one another; times are hours. `compile` writes the rows
of a corridor; a textbook queue is a few rows written by hand:

>>> from daliz.freight.simulate.laws import exponential
>>> queue = Model(
...     steps=[Step("serve", r.SERVE, next="out", resource="clerk", law=exponential(0.8)), Step("out", r.END)],
...     resources=[Resource("clerk", servers=1)],
...     sources=[Source("door", exponential(1.0), step="serve")],
... )
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from daliz.freight.simulate import records as r
from daliz.freight.simulate.laws import Law


@dataclass(frozen=True)
class Step:
    """One step of a carrier's programme.

    Attributes: kind (a constant of `records`), next (step that follows), other (step for the turned away, or the other branch), resource,
    law (hours of service or run), pool (BOARD, LOAD, UNLOAD), calendar (DELAY, GATE), stays (ALIGHT: boxes bound further stay aboard),
    rule and size (BOARD: rule of departure and boxes that fit; LOAD: boxes that fit), mark (its passing closes a cycle), moves (its hours
    are moving, not service), share (BRANCH: chance of `next`), place, stream (name of its luck; empty: its own name).
    """

    name: str
    kind: int
    next: str = ""
    other: str = ""
    resource: str = ""
    law: Law | None = None
    pool: str = ""
    calendar: str = ""
    stays: bool = False
    rule: int = r.TAKE_AND_GO
    size: int = 0
    mark: bool = False
    moves: bool = False
    share: float = 1.0
    place: str = ""
    stream: str = ""


@dataclass(frozen=True)
class Resource:
    """Servers with a queue: a terminal, a line, a berth.

    Attributes: servers (0: no limit), limit (carriers in service and waiting beyond whom others are turned away; 0: none), in_order (served
    in order of arrival: reckoned ahead; needed False for priorities and limits), calendar, slot_h (SLOT: hours between trains),
    other_gap (SLOT: law of hours between trains of other traffic), quota (QUOTA: carriers a day), kept (held over steps by SEIZE and
    RELEASE), row (the corridor's row that it stands for).
    """

    name: str
    servers: int = 1
    limit: int = 0
    in_order: bool = True
    calendar: str = ""
    slot_h: float = 0.0
    other_gap: Law | None = None
    quota: int = 0
    kept: bool = False
    row: str = ""


@dataclass(frozen=True)
class Pool:
    """Boxes that wait at a stop for a service.

    Attributes: size (boxes of a train that forms here), start (first step of such trains; empty: ships and trains come and board), yard,
    dwell (first step of lots that must stand before they may board), ticks (hours of departure), max_wait_h (longest wait of the first box;
    0: for ever), full (a full train leaves at once), priority (of the trains), cranes (resource of a LOAD step).
    """

    name: str
    size: int = 0
    start: str = ""
    yard: str = ""
    dwell: str = ""
    ticks: Sequence[float] = ()
    max_wait_h: float = 0.0
    full: bool = True
    priority: int = 0
    cranes: str = ""


@dataclass(frozen=True)
class Yard:
    """Room for so many boxes, shared by pools; a full yard blocks who would unload into it."""

    name: str
    room: int
    row: str = ""


@dataclass(frozen=True)
class Source:
    """Where boxes (of a cargo) or single customers (at a step) come from.

    Attributes: gap (law of hours between arrivals), batch (law of how many come at once), season (twelve factors on the rate).
    """

    name: str
    gap: Law
    cargo: str = ""
    step: str = ""
    batch: Law | None = None
    season: Sequence[float] = ()
    priority: int = 0


@dataclass(frozen=True)
class Cargo:
    """A class of boxes: the legs of its way (pool boarded from, ALIGHT or UNLOAD step at which it leaves), in order."""

    name: str
    legs: Sequence[tuple[str, str]]
    due_h: float = float("inf")


@dataclass(frozen=True)
class Process:
    """A closing process: `months` (twelve rows of mean open hours, mean, shortest, longest closed hours), or `cosine` (closings an hour,
    swing of the rate over the year with its peak at New Year, mean closed hours; exponential spells)."""

    name: str
    months: Sequence[tuple[float, float, float, float]] = ()
    cosine: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Calendar:
    """When something is closed: by processes, and in spells known beforehand (pairs of hours, in order)."""

    name: str
    processes: Sequence[str] = ()
    closed: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Fleet:
    """Carriers that stand at a step when the run starts: ships, train sets, machines."""

    name: str
    step: str
    count: int
    priority: int = 0


@dataclass(frozen=True)
class Model:
    """The rows of one model."""

    steps: Sequence[Step]
    resources: Sequence[Resource] = ()
    pools: Sequence[Pool] = ()
    yards: Sequence[Yard] = ()
    sources: Sequence[Source] = ()
    cargoes: Sequence[Cargo] = ()
    processes: Sequence[Process] = ()
    calendars: Sequence[Calendar] = ()
    fleets: Sequence[Fleet] = ()
    histograms: bool = True
    names: dict[str, str] = field(default_factory=dict)
