"""A dense timetable of some days of a GTFS feed, for questions of time and changes only.

Freight questions (price, risk, handling) go to `plan`; this answers earliest arrival with fewest changes on timetables of millions of
stop events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from daliz.freight.plan.feed import Feed, FeedError
from daliz.freight.plan.raptor import FAR, NEVER32, fill_routes, group_trips, raptor, stop_hashes

Int32s = npt.NDArray[np.int32]
ROUNDS = 8
CHANGE_MIN = 2


@dataclass(frozen=True)
class Ride:
    """One leg of a journey: trip, stops and minutes."""

    trip: str
    from_stop: str
    to_stop: str
    leaves: int
    arrives: int


@dataclass(frozen=True)
class Journey:
    """One journey: minute of arrival after midnight of the first day, and its rides."""

    arrives: int
    rides: tuple[Ride, ...]

    @property
    def changes(self) -> int:
        """Changes on the way."""
        return len(self.rides) - 1


class Timetable:
    """Trips of some days, grouped into routes whose trips never overtake one another.

    Attributes: stops (ids), first_day, days, and the arrays of `raptor`. Times are minutes after the start of the first day (local).
    """

    def __init__(self, stops: Sequence[str], first_day: date, days: int, events: pl.DataFrame, trip_ids: Sequence[str]) -> None:
        """Parameters: events (sorted by trip and sequence; columns trip, stop, arrives, leaves: minutes), trip_ids (one a trip)."""
        self.stops = list(stops)
        self.first_day, self.days = first_day, days
        trip = events["trip"].to_numpy()
        stop, arrives, leaves = (events[name].to_numpy().astype(np.int32) for name in ("stop", "arrives", "leaves"))
        starts = np.flatnonzero(np.r_[True, trip[1:] != trip[:-1]]) if len(trip) else np.zeros(0, np.int64)
        first = np.r_[starts, len(trip)].astype(np.int64)
        names = trip[starts]
        hashes = stop_hashes(first, stop)
        order = np.lexsort((arrives[first[1:] - 1], leaves[first[:-1]], hashes)).astype(np.int64) if len(starts) else np.zeros(0, np.int64)
        route, n_routes = group_trips(first, stop, arrives, leaves, order)
        by_route = order[np.argsort(route[order], kind="stable")]
        trips = np.bincount(route, minlength=n_routes).astype(np.int64) if n_routes else np.zeros(0, np.int64)
        length = (
            (first[by_route + 1] - first[by_route])[np.r_[0, np.cumsum(trips)[:-1]].astype(np.int64)] if n_routes else np.zeros(0, np.int64)
        )
        self.routes = np.column_stack([_starts(length), length, _starts(length * trips), trips]).astype(np.int32)
        self.arrives, self.leaves = np.empty(len(trip), np.int32), np.empty(len(trip), np.int32)
        self.route_stops = np.empty(int(length.sum()), np.int32)
        fill_routes(first, stop, arrives, leaves, by_route, self.routes, self.arrives, self.leaves, self.route_stops)
        self.trip_of = [trip_ids[names[t]] for t in by_route]
        self.route_trips = _starts(trips)
        position = np.arange(len(self.route_stops)) - np.repeat(self.routes[:, 0], self.routes[:, 1])
        order = np.argsort(self.route_stops, kind="stable")
        self.at_first = np.searchsorted(self.route_stops[order], np.arange(len(self.stops) + 1)).astype(np.int32)
        self.at_route = np.ascontiguousarray(
            np.column_stack([np.repeat(np.arange(n_routes), length)[order], position[order]]).astype(np.int32)
        )
        self._index = {name: i for i, name in enumerate(self.stops)}
        self._room(ROUNDS)

    def _room(self, rounds: int) -> None:
        stops = len(self.stops)
        self._best = np.empty(stops, np.int32)
        self._reached = np.empty((rounds + 1, stops), np.int32)
        self._parent = np.empty((rounds + 1, stops, 3), np.int32)
        self._first_pos = np.full(max(len(self.routes), 1), FAR, np.int32)
        self._queue = np.empty(max(len(self.routes), 1), np.int32)

    @classmethod
    def of(cls, feed: Feed, first_day: date, days: int = 1) -> Timetable:
        """The timetable of some days of a feed; trips of the day before that run past midnight are left out.

        Raises: FeedError when nothing runs on these days, with the days that the feed covers.
        """
        parts, names = [], []
        for offset in range(days):
            running = feed.running(date.fromordinal(first_day.toordinal() + offset))
            trips = feed.trips.filter(pl.col("service_id").is_in(list(running)))["trip"]
            part = feed.stop_times if len(trips) == feed.trips.height else feed.stop_times.filter(pl.col("trip").is_in(trips.implode()))
            parts.append(
                part.select(
                    (pl.col("trip").cast(pl.Int64) + offset * feed.trips.height).alias("trip"),
                    "stop",
                    (pl.col("arrives_s") // 60 + offset * 1_440).alias("arrives"),
                    (pl.col("leaves_s") // 60 + offset * 1_440).alias("leaves"),
                )
            )
            names += feed.trips["trip_id"].to_list()
        events = pl.concat(parts)
        if not events.height:
            first, last = feed.days()
            raise FeedError(f"{feed.name}: nothing runs on {first_day}; the timetable covers {first} to {last}")
        return cls(feed.stops["stop_id"].to_list(), first_day, days, events, names)

    def stop(self, name: str) -> int:
        """Index of a stop id. Raises: FeedError with the nearest ids."""
        from daliz.corridor.names import did_you_mean

        if name not in self._index:
            raise FeedError(f"no stop {name!r} in the feed{did_you_mean(name, self.stops)}")
        return self._index[name]

    def front(self, origin: int, destination: int, start: int, rounds: int = ROUNDS, change_min: int = CHANGE_MIN) -> list[tuple[int, int]]:
        """Arrival minute and number of rides of every journey that is not beaten, fewest rides first.

        Parameters: origin, destination (indices), start (minute), rounds (most rides), change_min (minutes that a change takes).
        """
        if rounds >= len(self._reached):
            self._room(rounds)
        done = raptor(
            self.routes,
            self.route_stops,
            self.arrives,
            self.leaves,
            self.at_first,
            self.at_route,
            self._best,
            self._reached,
            self._parent,
            self._first_pos,
            self._queue,
            origin,
            destination,
            start,
            rounds,
            change_min,
        )
        column = self._reached[1 : done + 1, destination].tolist()
        return [(at, k) for k, at in enumerate(column, start=1) if at < NEVER32]

    def journeys(self, origin: str, destination: str, start: int, rounds: int = ROUNDS, change_min: int = CHANGE_MIN) -> list[Journey]:
        """The journeys of `front` with their rides. Parameters: stop ids and the minute of departure."""
        a, b = self.stop(origin), self.stop(destination)
        return [Journey(at, self._rides(b, k)) for at, k in self.front(a, b, start, rounds, change_min)]

    def _rides(self, stop: int, k: int) -> tuple[Ride, ...]:
        rides = []
        while k > 0:
            route, trip, boarded = (int(x) for x in self._parent[k, stop])
            first, _, base, trips = (int(x) for x in self.routes[route])
            start = int(self.route_stops[first + boarded])
            leaves = int(self.leaves[base + boarded * trips + trip])
            name = self.trip_of[self.route_trips[route] + trip]
            rides.append(Ride(name, self.stops[start], self.stops[stop], leaves, int(self._reached[k, stop])))
            stop, k = start, k - 1
        return tuple(rides[::-1])


def _starts(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else np.zeros(0, np.int64)
