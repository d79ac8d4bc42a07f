"""What is done to cargo between two legs: handling hours, their spread and their charge, from the table of terminals.

The rules, by what cargo comes with and what it goes on with:
off a ship or ferry: crane or ferry berth; off a train: customs; on or off a ship: storage; from train to train: hand-over, and gauge
change where the gauges differ; onto a train: train formation; onto a ship or ferry: crane or ferry berth. An operation that the place has
no open terminal for takes no time, except that a box is lifted on or off a lorry. A ferry for wagons only takes no lorries.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from daliz.corridor import Corridor, DalizError
from daliz.freight.plan.network import FORBIDDEN, Handling, Openings

GATE, RAIL_1435, RAIL_1520, RAIL_OTHER, ROAD, SEA, FERRY, WAGON_FERRY = range(8)
CLASSES = 8
RAIL = (RAIL_1435, RAIL_1520, RAIL_OTHER)
FERRIES = (FERRY, WAGON_FERRY)
ON_BOARD = ("customs", "handover")
HOUR_MIN = 60


@dataclass(frozen=True)
class Operation:
    """One operation at a place: the terminal's row, hours (typical, and the shortest and longest), charge and opening hours (local)."""

    terminal: str
    kind: str
    hours: float
    low_h: float
    high_h: float
    usd_feu: float
    opens_h: float = 0.0
    closes_h: float = 24.0

    @property
    def deviation_min(self) -> tuple[float, float]:
        """Shortest and longest time less the typical one, in minutes."""
        return (self.low_h - self.hours) * HOUR_MIN, (self.high_h - self.hours) * HOUR_MIN

    @property
    def always_open(self) -> bool:
        """Whether it works around the clock."""
        return self.opens_h <= 0 and self.closes_h >= 24


LIFT = Operation("", "lift", 2.0, 1.0, 6.0, 60.0)
"""A box lifted between a lorry and what it goes on with (assumed)."""


def class_of(mode: str, gauge_mm: int | None = None, wagons_only: bool = False) -> int:
    """Handling class of cargo on a mode and gauge, or on a ferry that takes wagons only."""
    if mode == "rail":
        return {1435: RAIL_1435, 1520: RAIL_1520, None: RAIL_1520}.get(gauge_mm, RAIL_OTHER)
    if mode == "ferry" and wagons_only:
        return WAGON_FERRY
    return {"road": ROAD, "sea": SEA, "ferry": FERRY}[mode]


def operations_by_place(corridor: Corridor) -> dict[str, dict[str, Operation]]:
    """The quickest open terminal of each kind at each place."""
    found: dict[str, dict[str, Operation]] = {}
    for row in corridor.open("terminals").iter_rows(named=True):
        operation = _operation(row)
        here = found.setdefault(row["place"], {})
        if operation.kind not in here or operation.hours < here[operation.kind].hours:
            here[operation.kind] = operation
    return found


def _operation(row: Mapping[str, Any]) -> Operation:
    known = [row[name] for name in ("service_min_h", "service_h", "service_max_h") if row[name] is not None]
    hours = row["service_h"] if row["service_h"] is not None else (sum(known) / len(known) if known else 0.0)
    low = row["service_min_h"] if row["service_min_h"] is not None else hours
    high = row["service_max_h"] if row["service_max_h"] is not None else hours
    opens = 0.0 if row["opens_h"] is None else row["opens_h"]
    closes = 24.0 if row["closes_h"] is None else row["closes_h"]
    cost = row["cost_usd_feu"] or 0.0
    return Operation(row["id"], row["operation"], hours, min(low, hours), max(high, hours), cost, opens, closes)


def transfer(here: Mapping[str, Operation], incoming: int, outgoing: int) -> list[Operation]:
    """The operations between two legs at a place, in order. Classes as in this module; GATE: brought to the gate, or taken from it."""
    kinds: list[str] = []
    if incoming == SEA:
        kinds.append("crane")
    elif incoming in FERRIES:
        kinds.append("ferry_berth")
    elif incoming in RAIL:
        kinds.append("customs")
    if SEA in (incoming, outgoing):
        kinds.append("storage")
    if incoming in RAIL and outgoing in RAIL:
        kinds.append("handover")
        if incoming != outgoing:
            kinds.append("gauge_change")
    if outgoing in RAIL:
        kinds.append("train_formation")
    elif outgoing == SEA:
        kinds.append("crane")
    elif outgoing in FERRIES:
        kinds.append("ferry_berth")
    steps = [here[kind] for kind in kinds if kind in here]
    lifted = ROAD in (incoming, outgoing) and not {incoming, outgoing} <= {ROAD, GATE, FERRY}
    return [LIFT, *steps] if lifted else steps


def possible(incoming: int, outgoing: int) -> bool:
    """Whether cargo can change between the two at all."""
    return {incoming, outgoing} != {ROAD, WAGON_FERRY}


def on_board(here: Mapping[str, Operation], changes_gauge: bool) -> list[Operation]:
    """The operations that a train stands for with its cargo on board."""
    kinds = [*ON_BOARD, "gauge_change"] if changes_gauge else list(ON_BOARD)
    return [here[kind] for kind in kinds if kind in here]


def spread(parts: Iterable[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Several triangular deviations (low <= 0 <= high, most likely 0) as one with the same mean and variance.

    Returns: shift, low, high (the deviation is the shift plus a triangle with mode 0) and its second moment about 0. One part stays as it
    is; of several the triangle keeps mode 0 where that is possible, and is symmetric about the mean where their sum is too skewed for it.
    Source: triangular distribution, mean (a + b + c) / 3, variance (a^2 + b^2 + c^2 - ab - ac - bc) / 18.
    """
    mean3 = variance = 0.0
    for low, high in parts:
        mean3 += low + high
        variance += (low * low + high * high - low * high) / 18
    second = variance + mean3 * mean3 / 9
    product = (mean3 * mean3 - 18 * variance) / 3
    if product > 1e-9 * variance:
        half = math.sqrt(6 * variance)
        return mean3 / 3, -half, half, second
    root = math.sqrt(max(mean3 * mean3 - 4 * product, 0.0))
    return 0.0, min((mean3 - root) / 2, 0.0), max((mean3 + root) / 2, 0.0), second


def window_wait_h(operation: Operation) -> float:
    """Mean hours until an operation opens, for one who comes at any hour of the day."""
    closed = 24.0 - (operation.closes_h - operation.opens_h) % 24.0 if not operation.always_open else 0.0
    return closed * closed / 48.0


def handling(places: Sequence[str], operations: Mapping[str, Mapping[str, Operation]]) -> Handling:
    """Handling tables, one a place that has terminals, and one for all others."""
    of = np.zeros(len(places), np.int32)
    tables: list[Mapping[str, Operation]] = [{}]
    for index, place in enumerate(places):
        if place in operations:
            of[index] = len(tables)
            tables.append(operations[place])
    shape = (len(tables), CLASSES, CLASSES)
    minutes, cents, variance = (np.zeros(shape, np.int64) for _ in range(3))
    shift, low, high = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for table, here in enumerate(tables):
        for incoming in range(CLASSES):
            for outgoing in range(CLASSES):
                steps = transfer(here, incoming, outgoing)
                at = table, incoming, outgoing
                hours = sum(step.hours for step in steps)
                minutes[at] = round(hours * HOUR_MIN) if possible(incoming, outgoing) else FORBIDDEN
                cents[at] = round(sum(step.usd_feu for step in steps) * 100)
                shift[at], low[at], high[at], second = spread(s.deviation_min for s in steps)
                variance[at] = round(second)
    return Handling(of, minutes, cents, variance, shift, low, high)


def openings(
    places: Sequence[str],
    operations: Mapping[str, Mapping[str, Operation]],
    midnights: Mapping[str, Sequence[int]],
    constant: Mapping[str, bool],
) -> Openings:
    """When cargo is handled at each place: the hours in which all its terminals with opening hours are open.

    Parameters: midnights (of each place: minute UTC of every local midnight of the horizon), constant (whether its clock never changes).
    """
    found = Openings()
    for index, place in enumerate(places):
        limited = [step for step in operations.get(place, {}).values() if not step.always_open and step.kind not in ON_BOARD]
        if not limited:
            continue
        opens = max(step.opens_h for step in limited)
        closes = min(step.closes_h if step.closes_h > step.opens_h else step.closes_h + 24 for step in limited)
        if closes <= opens:
            names = ", ".join(f"terminals/{step.terminal}" for step in limited)
            raise DalizError(f"{names}: opens_h and closes_h leave no hour of the day in which all of them at {place} are open")
        days = midnights[place][:7] if constant[place] else midnights[place]
        found.windows[index] = [(day + round(opens * HOUR_MIN), day + round(closes * HOUR_MIN)) for day in days]
        if constant[place]:
            found.windows[index] = sorted(_within_week(found.windows[index]))
        found.period_min[index] = 10_080 if constant[place] else 0
    return found


def _within_week(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows folded into one week from its start, cut where they cross its end."""
    week = 10_080
    folded = []
    for start, end in windows:
        a = start % week
        b = a + end - start
        folded += [(a, b)] if b <= week else [(0, b - week), (a, week)]
    return folded
