"""Earliest arrival with fewest rides on dense timetables, against a plain search over all rides, and on real feeds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from daliz.freight.plan.feed import read_feed
from daliz.freight.plan.timetable import Timetable

Trip = tuple[list[int], list[int], list[int]]
CHANGE_MIN, RIDES = 3, 4


def random_trips(rng: np.random.Generator, stops: int = 9, lines: int = 6) -> list[Trip]:
    """Trips of some lines: stops, arrivals, departures. Some overtake others of their line."""
    trips = []
    for _ in range(lines):
        line = rng.choice(stops, int(rng.integers(2, 6)), replace=False).tolist()
        for start in rng.integers(0, 1_000, int(rng.integers(1, 7))):
            arrives, leaves, at = [], [], int(start)
            for _ in line:
                arrives.append(at)
                at += int(rng.integers(0, 6))
                leaves.append(at)
                at += int(rng.integers(1, 90))
            trips.append((line, arrives, leaves))
    return trips


def timetable(trips: list[Trip], stops: int = 9) -> Timetable:
    rows = [
        {"trip": number, "stop": stop, "arrives": arrives[i], "leaves": leaves[i]}
        for number, (line, arrives, leaves) in enumerate(trips)
        for i, stop in enumerate(line)
    ]
    return Timetable([str(stop) for stop in range(stops)], date(2026, 1, 1), 1, pl.DataFrame(rows), [str(i) for i in range(len(trips))])


def slow_front(trips: list[Trip], origin: int, destination: int, start: int) -> list[tuple[int, int]]:
    """Arrival and rides by extending every earliest arrival ride by ride (Bellman's principle), without routes or pruning."""
    at = {origin: start}
    found = []
    for rides in range(1, RIDES + 1):
        following = dict(at)
        for line, arrives, leaves in trips:
            for i, stop in enumerate(line):
                if stop in at and at[stop] + (CHANGE_MIN if rides > 1 else 0) <= leaves[i]:
                    for j in range(i + 1, len(line)):
                        following[line[j]] = min(following.get(line[j], arrives[j]), arrives[j])
        if following.get(destination, 10**9) < at.get(destination, 10**9):
            found.append((following[destination], rides))
        at = following
    return found


@pytest.mark.parametrize("seed", range(40))
def test_fronts_equal_a_search_without_routes_or_pruning(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trips = random_trips(rng)
    table = timetable(trips)
    for _ in range(25):
        origin, destination = (int(x) for x in rng.choice(9, 2, replace=False))
        start = int(rng.integers(0, 900))
        assert table.front(origin, destination, start, RIDES, CHANGE_MIN) == slow_front(trips, origin, destination, start)


@pytest.mark.parametrize("seed", range(40, 50))
def test_journeys_can_be_ridden_as_they_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trips = random_trips(rng)
    table = timetable(trips)
    ridden = 0
    for origin in range(9):
        for destination in range(9):
            for journey in table.journeys(str(origin), str(destination), 100, RIDES, CHANGE_MIN) if origin != destination else ():
                at, place = 100 - CHANGE_MIN, str(origin)
                for ride in journey.rides:
                    line, arrives, leaves = trips[int(ride.trip)]
                    i, j = line.index(int(ride.from_stop)), line.index(int(ride.to_stop))
                    assert i < j
                    assert ride.from_stop == place
                    assert (ride.leaves, ride.arrives) == (leaves[i], arrives[j])
                    assert ride.leaves >= at + CHANGE_MIN
                    at, place = ride.arrives, ride.to_stop
                    ridden += 1
                assert (at, place) == (journey.arrives, str(destination))
    assert ridden > 0


def test_trips_that_overtake_one_another_are_kept_in_routes_of_their_own() -> None:
    fast = ([0, 1], [10, 20], [10, 20])
    slow = ([0, 1], [0, 60], [0, 60])
    table = timetable([slow, fast], 2)
    assert len(table.routes) == 2
    assert table.front(0, 1, 0) == [(20, 1)]


def test_a_real_railway_day_equals_the_slow_search(cases: Path) -> None:
    feed = read_feed(cases / "gtfs" / "sncf_intercites_2013")
    table = Timetable.of(feed, date(2013, 12, 17))
    events = feed.stop_times.filter(
        pl.col("trip").is_in(feed.trips.filter(pl.col("service_id").is_in(list(feed.running(date(2013, 12, 17)))))["trip"].implode())
    )
    trips = [
        (row["stop"], [x // 60 for x in row["arrives_s"]], [x // 60 for x in row["leaves_s"]])
        for row in events.group_by("trip", maintain_order=True).agg("stop", "arrives_s", "leaves_s").iter_rows(named=True)
    ]
    rng = np.random.default_rng(1)
    used = np.unique(table.route_stops)
    found = 0
    for _ in range(60):
        origin, destination = (int(x) for x in rng.choice(used, 2, replace=False))
        start = int(rng.integers(300, 900))
        front = table.front(origin, destination, start, RIDES, CHANGE_MIN)
        assert front == slow_front(trips, origin, destination, start)
        found += len(front)
    assert found > 5
