"""corridor-ref in SimPy, twice: as a SimPy tutorial would have it (a process a box at every crane), and tuned (fewest events that keep the
same meaning). A peer of `benchmarks.simulate`; both give the measures of `Measures`."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import simpy

from benchmarks import corridor_ref as ref
from benchmarks.measures import Box, Measures

Process = Generator[Any, Any, Any]


def lognormal_parameters(mean: float, variation: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm."""
    square = math.log(1.0 + variation * variation)
    return math.log(mean) - square / 2.0, math.sqrt(square)


class Gate:
    """The weather: closes at a rate that swings over the year, opens after an exponential spell, then lets all go on in turn."""

    def __init__(self, env: simpy.Environment, rng: random.Random) -> None:
        self.env, self.rng = env, rng
        self.open = True
        self.waiting: deque[simpy.Event] = deque()
        env.process(self.run())

    def run(self) -> Process:
        highest = ref.CLOSINGS_H * (1.0 + ref.SWING)
        while True:
            t = self.env.now
            while True:
                t += self.rng.expovariate(highest)
                if self.rng.random() * highest < ref.CLOSINGS_H * (1.0 + ref.SWING * math.cos(2.0 * math.pi * t / ref.HORIZON_H)):
                    break
            yield self.env.timeout(t - self.env.now)
            self.open = False
            yield self.env.timeout(self.rng.expovariate(1.0 / ref.CLOSED_H))
            self.open = True
            waiting, self.waiting = self.waiting, deque()
            for event in waiting:
                event.succeed()

    def passage(self) -> simpy.Event:
        event = self.env.event()
        if self.open:
            event.succeed()
        else:
            self.waiting.append(event)
        return event


class Former:
    """Forms trains: full ones at once, the rest by timetable."""

    def __init__(self, env: simpy.Environment, start: Callable[[list[Box]], Process]) -> None:
        self.env, self.start = env, start
        self.boxes: list[Box] = []
        env.process(self.timetable())

    def add(self, box: Box) -> None:
        self.boxes.append(box)
        if len(self.boxes) == ref.TRAIN_FEU:
            self.leave()

    def leave(self) -> None:
        boxes, self.boxes = self.boxes, []
        self.env.process(self.start(boxes))

    def timetable(self) -> Process:
        while True:
            yield self.env.timeout(ref.TIMETABLE_H)
            if self.boxes:
                self.leave()


class CorridorModel:
    """The reference corridor; `tuned` chooses how the cranes are written."""

    def __init__(self, seed: int, tuned: bool) -> None:
        self.env = env = simpy.Environment()
        self.rng = random.Random(seed)
        self.tuned = tuned
        self.kept = Measures()
        self.gate = Gate(env, self.rng)
        self.line, self.tracks = simpy.Resource(env, 1), simpy.Resource(env, ref.TRACKS)
        self.slots = simpy.Container(env, ref.YARD_FEU, init=ref.YARD_FEU)
        self.yard = simpy.Store(env)
        self.berth_1, self.berth_2 = simpy.Resource(env, 1), simpy.Resource(env, 1)
        self.gauge_cranes = simpy.Resource(env, ref.GAUGE_CRANES)
        self.load_cranes, self.unload_cranes = simpy.Resource(env, ref.QUAY_CRANES), simpy.Resource(env, ref.QUAY_CRANES)
        self.gauge_queue = simpy.Store(env)
        self.first, self.second = Former(env, self.train_1), Former(env, self.train_2)
        if tuned:
            for _ in range(ref.GAUGE_CRANES):
                env.process(self.gauge_crane())
        env.process(self.source())
        for _ in range(ref.SHIPS):
            env.process(self.ship())

    def triangle(self, hours: tuple[float, float, float]) -> float:
        return self.rng.triangular(hours[0], hours[2], hours[1])

    def run_h(self, law: tuple[float, float]) -> float:
        return self.rng.lognormvariate(*lognormal_parameters(*law))

    def source(self) -> Process:
        rate = ref.FEU_YEAR / ref.HORIZON_H
        while True:
            yield self.env.timeout(self.rng.expovariate(rate))
            self.first.add(Box(self.env.now))

    # -- gauge change

    def gauge_crane(self) -> Process:
        while True:
            box, job = yield self.gauge_queue.get()
            self.kept.gauge_waits.append(self.env.now - box.at_gauge)
            yield self.env.timeout(self.triangle(ref.GAUGE_H))
            job[0] -= 1
            if not job[0]:
                job[1].succeed()

    def change_gauge(self, box: Box) -> Process:
        with self.gauge_cranes.request() as crane:
            yield crane
            self.kept.gauge_waits.append(self.env.now - box.at_gauge)
            yield self.env.timeout(self.triangle(ref.GAUGE_H))

    def train_1(self, boxes: list[Box]) -> Process:
        env = self.env
        yield env.timeout(self.run_h(ref.RUN_1))
        with self.line.request() as slot:
            yield slot
            yield env.timeout(ref.HEADWAY_H)
        for box in boxes:
            box.at_gauge = env.now
        if self.tuned:
            job = [len(boxes), env.event()]
            for box in boxes:
                self.gauge_queue.put((box, job))
            yield job[1]
        else:
            yield env.all_of([env.process(self.change_gauge(box)) for box in boxes])
        yield env.timeout(self.run_h(ref.RUN_2))
        came = env.now
        with self.tracks.request() as track:
            yield track
            for box in boxes:
                if not self.tuned or self.slots.level == 0 or self.slots.get_queue:
                    yield self.slots.get(1)
                else:
                    self.slots.get(1)
                box.at_yard = env.now
                self.yard.put(box)
        self.kept.track_hours.append(env.now - came)

    def train_2(self, boxes: list[Box]) -> Process:
        yield self.env.timeout(self.run_h(ref.RUN_3))
        self.kept.journeys += [self.env.now - box.born for box in boxes]

    # -- ships

    def load_box(self, hold: deque[Box]) -> Process:
        with self.load_cranes.request() as crane:
            yield crane
            yield from self.lift(hold)

    def lift(self, hold: deque[Box]) -> Process:
        box = yield self.yard.get()
        self.kept.yard_waits.append(self.env.now - box.at_yard)
        hold.append(box)
        yield self.env.timeout(self.triangle(ref.QUAY_H))
        self.slots.put(1)

    def load_crane(self, left: list[int], hold: deque[Box]) -> Process:
        while left[0]:
            left[0] -= 1
            yield from self.lift(hold)

    def unload_box(self, box: Box) -> Process:
        with self.unload_cranes.request() as crane:
            yield crane
            yield self.env.timeout(self.triangle(ref.QUAY_H))
        self.second.add(box)

    def unload_crane(self, hold: deque[Box]) -> Process:
        while hold:
            box = hold.popleft()
            yield self.env.timeout(self.triangle(ref.QUAY_H))
            self.second.add(box)

    def ship(self) -> Process:
        env, last = self.env, None
        while True:
            hold: deque[Box] = deque()
            with self.berth_1.request() as berth:
                yield berth
                if self.tuned:
                    left = [ref.SHIP_FEU]
                    yield env.all_of([env.process(self.load_crane(left, hold)) for _ in range(ref.QUAY_CRANES)])
                else:
                    yield env.all_of([env.process(self.load_box(hold)) for _ in range(ref.SHIP_FEU)])
                yield self.gate.passage()
            if last is not None:
                self.kept.cycles.append(env.now - last)
            last = env.now
            yield env.timeout(self.run_h(ref.SAIL))
            with self.berth_2.request() as berth:
                yield berth
                if self.tuned:
                    yield env.all_of([env.process(self.unload_crane(hold)) for _ in range(ref.QUAY_CRANES)])
                else:
                    yield env.all_of([env.process(self.unload_box(box)) for box in hold])
            yield env.timeout(self.run_h(ref.SAIL))
            yield self.gate.passage()


def run(seed: int, tuned: bool) -> Measures:
    """One year. Returns: its measures."""
    model = CorridorModel(seed, tuned)
    model.env.run(until=ref.HORIZON_H)
    return model.kept
