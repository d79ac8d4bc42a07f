"""Asking the kernel: room for labels, bounds, and reading itineraries back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from daliz.corridor import DalizError
from daliz.freight.plan.bounds import fewest_legs, lower_bounds
from daliz.freight.plan.clock import NEVER
from daliz.freight.plan.kernel import (
    ALIGHTED,
    BAG_FULL,
    BOARDED,
    CO2,
    COST,
    DEPARTED,
    LABELS_FULL,
    LEGS,
    LONGEST_ROUNDS,
    PARENT,
    PATTERN,
    RISK,
    SPREAD,
    STAMP,
    VARIANCE,
    search,
)
from daliz.freight.plan.network import Ints, Network

__all__ = ["CO2", "COST", "LEGS", "RISK", "SPREAD", "Limits", "Path", "Router"]

FIRST_LABELS = 1 << 17
MOST_LABELS = 1 << 26
FIRST_BOARDED = 1 << 12
ROUNDS = 8


@dataclass(frozen=True)
class Limits:
    """Itineraries beyond these are not wanted: latest arrival (minute), most cents, most risk (millionths)."""

    latest: int = int(NEVER)
    cents: int = int(NEVER)
    risk: int = int(NEVER)


UNLIMITED = Limits()


@dataclass(frozen=True)
class Path:
    """One itinerary as the kernel found it.

    Attributes: ready (minute at which the cargo was ready), arrival (minute), cents, grams, risk (millionths), variance (of the delay,
    minutes^2; 0 unless SPREAD was asked for), legs (int64, one row a leg:
    pattern, stop boarded, stop alighted, minute at which the pattern left its first stop).
    """

    ready: int
    arrival: int
    cents: int
    grams: int
    risk: int
    variance: int
    legs: Ints

    @property
    def vector(self) -> tuple[int, int, int, int, int, int]:
        """Arrival, cents, grams, risk, number of legs and variance."""
        return self.arrival, self.cents, self.grams, self.risk, len(self.legs), self.variance


class _Room(threading.local):
    """Arrays that searches write into; one set a thread, kept between queries and grown when one did not fit."""

    def __init__(self) -> None:
        self.grow(FIRST_LABELS, FIRST_BOARDED)

    def grow(self, labels: int, boarded: int) -> None:
        self.label = np.empty((labels, 8), np.int64)
        self.trace = np.empty((labels, 7), np.int64)
        self.alive = np.empty(labels, np.int8)
        self.found = np.empty(labels, np.int64)
        self.bag = np.empty((boarded, 8), np.int64)


_ROOM = _Room()


class Router:
    """Answers questions on one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.places = len(network.at_first) - 1
        self.all_usable = np.ones(len(network.stop_first) - 1, np.int8)
        self.floor = _floor(network)
        self._no_floor = np.zeros_like(self.floor)
        self.labels_made = 0

    def search(
        self,
        origin: int,
        destination: int,
        ready: Sequence[int] | Ints | int,
        criteria: int = COST | CO2,
        rounds: int = ROUNDS,
        limits: Limits = UNLIMITED,
        usable: npt.NDArray[np.int8] | None = None,
        gate: npt.NDArray[np.int8] | None = None,
        bounded: bool = True,
    ) -> list[Path]:
        """The front from origin to destination for every minute at which the cargo may be ready.

        Parameters: criteria (bits; arrival always counts), rounds (most legs), limits (default: none), usable and gate
        (filters; default: the network's own), bounded (prune with lower bounds; without, the same front more slowly).
        Raises: DalizError when the search needs more than about 8 GB.
        """
        net = self.network
        times = np.sort(np.atleast_1d(np.asarray(ready, np.int64)))[::-1].copy()
        wanted = 3 if criteria & (COST | CO2) else 1
        if bounded:
            bounds = lower_bounds(destination, net.segment_first, net.segment_from, net.segment, wanted)
        else:
            bounds = np.zeros((3, self.places), np.int64)
        legs_left = fewest_legs(net, destination) if bounded else np.zeros(self.places, np.int64)
        room = _ROOM
        heads = np.empty(self.places * net.handling.shape[1], np.int64)
        bars = np.array([limits.latest, limits.cents, limits.risk], np.int64)
        while True:
            labels, found, status = search(
                net,
                origin,
                destination,
                times,
                rounds,
                criteria,
                bars,
                bounds,
                self.floor if bounded else self._no_floor,
                legs_left,
                self.all_usable if usable is None else usable,
                net.gate if gate is None else gate,
                room.label,
                room.trace,
                room.alive,
                heads,
                room.found,
                room.bag,
            )
            if status not in (LABELS_FULL, BAG_FULL):
                break
            if len(room.label) >= MOST_LABELS:
                raise DalizError("the search found too many itineraries to hold; allow fewer transfers, or ask with a deadline or a budget")
            room.grow(len(room.label) * (4 if status == LABELS_FULL else 1), len(room.bag) * (4 if status == BAG_FULL else 1))
        self.labels_made = int(labels)
        return [self._path(int(x), times) for x in room.found[:found]]

    def _path(self, end: int, times: Ints) -> Path:
        label, trace = _ROOM.label, _ROOM.trace
        legs = []
        at = end
        while trace[at, PATTERN] >= 0:
            legs.append(trace[at, [PATTERN, BOARDED, ALIGHTED, DEPARTED]])
            at = int(trace[at, PARENT])
        arrival, cents, grams, risk, variance = (int(value) for value in label[end, : VARIANCE + 1])
        return Path(
            int(times[label[end, STAMP] // LONGEST_ROUNDS]),
            arrival,
            cents,
            grams,
            risk,
            variance,
            np.array(legs[::-1], np.int64).reshape(-1, 4),
        )


def _floor(network: Network) -> Ints:
    """What a change takes at least, by place and class of the leg before: minutes, cents and grams (3 x places x classes).

    The least over all stops where something can be boarded: handling, cut-off and half a headway; charge of handling and boarding.
    """
    places, classes = len(network.at_first) - 1, network.handling.shape[1]
    floor = np.full((3, places, classes), NEVER, np.int64)
    pattern = np.repeat(np.arange(len(network.stop_first) - 1), np.diff(network.stop_first))
    wait = network.cutoff + np.maximum(network.headway[pattern], 0) // 2
    table, out = network.handling_of[network.place], network.class_out
    for incoming in range(classes):
        for row, least in enumerate(
            (
                network.handling[table, incoming, out] + wait,
                network.handling_cost[table, incoming, out] + network.boarding_cost[pattern],
                network.boarding_co2[pattern],
            )
        ):
            np.minimum.at(floor[row, :, incoming], network.place, least)
    return np.where(floor >= NEVER, 0, floor)
