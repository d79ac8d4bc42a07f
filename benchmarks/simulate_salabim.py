"""corridor-ref in salabim, as its manual would have it: a component a box at every crane, monitors off. A peer of `benchmarks.simulate`."""

from __future__ import annotations

import math
import random
from collections import deque
from typing import Any

import salabim as sim

from benchmarks import corridor_ref as ref
from benchmarks.measures import Box, Measures
from benchmarks.simulate_simpy import lognormal_parameters

sim.yieldless(False)


class Part(sim.Component):  # type: ignore[misc]
    """A component without trace."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, suppress_trace=True, **fields)


class CorridorModel:
    """The reference corridor."""

    def __init__(self, seed: int) -> None:
        self.env = sim.Environment(trace=False, random_seed=seed)
        self.rng = random.Random(seed)
        self.kept = Measures()
        self.line, self.tracks = self.resource("line", 1), self.resource("tracks", ref.TRACKS)
        self.berth_1, self.berth_2 = self.resource("berth 1", 1), self.resource("berth 2", 1)
        self.gauge_cranes = self.resource("gauge", ref.GAUGE_CRANES)
        self.load_cranes, self.unload_cranes = self.resource("load", ref.QUAY_CRANES), self.resource("unload", ref.QUAY_CRANES)
        self.yard = sim.Store("yard")
        self.yard.length.monitor(False)
        self.yard.length_of_stay.monitor(False)
        self.free, self.blocked = ref.YARD_FEU, deque()  # type: ignore[var-annotated]
        self.gate = Gate(model=self)
        self.first, self.second = Former(model=self, kind=Train1), Former(model=self, kind=Train2)
        Source(model=self)
        for _ in range(ref.SHIPS):
            Ship(model=self)

    def resource(self, name: str, capacity: int) -> Any:
        made = sim.Resource(name, capacity=capacity)
        for monitor in (made.capacity, made.available_quantity, made.claimed_quantity, made.occupancy):
            monitor.monitor(False)
        for queue in (made.requesters(), made.claimers()):
            queue.length.monitor(False)
            queue.length_of_stay.monitor(False)
        return made

    def free_slot(self) -> None:
        if self.blocked:
            self.blocked.popleft().activate()
        else:
            self.free += 1

    def triangle(self, hours: tuple[float, float, float]) -> float:
        return self.rng.triangular(hours[0], hours[2], hours[1])

    def run_h(self, law: tuple[float, float]) -> float:
        return self.rng.lognormvariate(*lognormal_parameters(*law))

    @property
    def now(self) -> float:
        return self.env._now  # type: ignore[no-any-return]


class Gate(Part):
    """The weather."""

    def setup(self, model: CorridorModel) -> None:
        self.model, self.open, self.held = model, True, deque()  # type: ignore[var-annotated]

    def process(self) -> Any:
        rng, highest = self.model.rng, ref.CLOSINGS_H * (1.0 + ref.SWING)
        while True:
            t = self.model.now
            while True:
                t += rng.expovariate(highest)
                if rng.random() * highest < ref.CLOSINGS_H * (1.0 + ref.SWING * math.cos(2.0 * math.pi * t / ref.HORIZON_H)):
                    break
            yield self.hold(till=t)
            self.open = False
            yield self.hold(rng.expovariate(1.0 / ref.CLOSED_H))
            self.open = True
            held, self.held = self.held, deque()
            for ship in held:
                ship.activate()


class Former(Part):
    """Forms trains: full ones at once, the rest by timetable."""

    def setup(self, model: CorridorModel, kind: Any) -> None:
        self.model, self.kind, self.boxes = model, kind, []  # type: ignore[var-annotated]

    def add(self, box: Box) -> None:
        self.boxes.append(box)
        if len(self.boxes) == ref.TRAIN_FEU:
            self.leave()

    def leave(self) -> None:
        boxes, self.boxes = self.boxes, []
        self.kind(model=self.model, boxes=boxes)

    def process(self) -> Any:
        while True:
            yield self.hold(ref.TIMETABLE_H)
            if self.boxes:
                self.leave()


class Source(Part):
    """Boxes come at random."""

    def setup(self, model: CorridorModel) -> None:
        self.model = model

    def process(self) -> Any:
        rate = ref.FEU_YEAR / ref.HORIZON_H
        while True:
            yield self.hold(self.model.rng.expovariate(rate))
            self.model.first.add(Box(self.model.now))


class GaugeJob(Part):
    """One box under a gauge crane."""

    def setup(self, model: CorridorModel, box: Box, train: Any) -> None:
        self.model, self.box, self.train = model, box, train

    def process(self) -> Any:
        model = self.model
        yield self.request(model.gauge_cranes)
        model.kept.gauge_waits.append(model.now - self.box.at_gauge)
        yield self.hold(model.triangle(ref.GAUGE_H))
        self.release(model.gauge_cranes)
        self.train.left -= 1
        if not self.train.left:
            self.train.activate()


class YardBox(Part):
    """A box in the yard."""


class LoadJob(Part):
    """One box lifted aboard."""

    def setup(self, model: CorridorModel, ship: Any) -> None:
        self.model, self.ship = model, ship

    def process(self) -> Any:
        model, ship = self.model, self.ship
        yield self.request(model.load_cranes)
        yield self.from_store(model.yard)
        box = self.from_store_item().box
        model.kept.yard_waits.append(model.now - box.at_yard)
        ship.boxes.append(box)
        yield self.hold(model.triangle(ref.QUAY_H))
        self.release(model.load_cranes)
        model.free_slot()
        ship.left -= 1
        if not ship.left:
            ship.activate()


class UnloadJob(Part):
    """One box lifted ashore."""

    def setup(self, model: CorridorModel, box: Box, ship: Any) -> None:
        self.model, self.box, self.ship = model, box, ship

    def process(self) -> Any:
        yield self.request(self.model.unload_cranes)
        yield self.hold(self.model.triangle(ref.QUAY_H))
        self.release(self.model.unload_cranes)
        self.model.second.add(self.box)
        self.ship.left -= 1
        if not self.ship.left:
            self.ship.activate()


class Train1(Part):
    """From the source to the yard."""

    def setup(self, model: CorridorModel, boxes: list[Box]) -> None:
        self.model, self.boxes = model, boxes

    def process(self) -> Any:
        model = self.model
        yield self.hold(model.run_h(ref.RUN_1))
        yield self.request(model.line)
        yield self.hold(ref.HEADWAY_H)
        self.release(model.line)
        self.left = len(self.boxes)
        for box in self.boxes:
            box.at_gauge = model.now
            GaugeJob(model=model, box=box, train=self)
        yield self.passivate()
        yield self.hold(model.run_h(ref.RUN_2))
        came = model.now
        yield self.request(model.tracks)
        for box in self.boxes:
            if model.free:
                model.free -= 1
            else:
                model.blocked.append(self)
                yield self.passivate()
            box.at_yard = model.now
            place = YardBox()
            place.box = box
            place.enter(model.yard)
        self.release(model.tracks)
        model.kept.track_hours.append(model.now - came)


class Train2(Part):
    """From the second port to the end."""

    def setup(self, model: CorridorModel, boxes: list[Box]) -> None:
        self.model, self.boxes = model, boxes

    def process(self) -> Any:
        yield self.hold(self.model.run_h(ref.RUN_3))
        self.model.kept.journeys += [self.model.now - box.born for box in self.boxes]


class Ship(Part):
    """A ship that cycles."""

    def setup(self, model: CorridorModel) -> None:
        self.model = model

    def wait_for_weather(self) -> Any:
        if not self.model.gate.open:
            self.model.gate.held.append(self)
            yield self.passivate()

    def process(self) -> Any:
        model, last = self.model, None
        while True:
            yield self.request(model.berth_1)
            self.boxes: list[Box] = []
            self.left = ref.SHIP_FEU
            for _ in range(ref.SHIP_FEU):
                LoadJob(model=model, ship=self)
            yield self.passivate()
            yield from self.wait_for_weather()
            self.release(model.berth_1)
            if last is not None:
                model.kept.cycles.append(model.now - last)
            last = model.now
            yield self.hold(model.run_h(ref.SAIL))
            yield self.request(model.berth_2)
            self.left = ref.SHIP_FEU
            for box in self.boxes:
                UnloadJob(model=model, box=box, ship=self)
            yield self.passivate()
            self.release(model.berth_2)
            yield self.hold(model.run_h(ref.SAIL))
            yield from self.wait_for_weather()


def run(seed: int) -> Measures:
    """One year. Returns: its measures."""
    model = CorridorModel(seed)
    model.env.run(till=ref.HORIZON_H)
    return model.kept
