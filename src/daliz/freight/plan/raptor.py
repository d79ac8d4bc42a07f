"""Earliest arrival with fewest legs on a dense timetable.

Algorithm: RAPTOR (Delling, Pajor, Werneck, 'Round-Based Public Transit Routing', Transportation Science 49(3), 2015) with local and target
pruning. Only stops improved in the round before are boarded from: from any other, the same trips were caught in an earlier round. Trips
of a route are stored twice, by stop for catching one (binary search) and by trip for riding it (one cache line after another).

Cost: rounds x stops of the routes touched, plus a binary search a boarding. Memory: 8 bytes a stop event and 16 bytes a round and stop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

NEVER32 = np.int32(2_000_000_000)
FAR = np.int32(1 << 30)


@njit(cache=True)
def raptor(
    routes: Any,
    stops: Any,
    arrives: Any,
    leaves: Any,
    at_first: Any,
    at_route: Any,
    best: Any,
    reached: Any,
    parent: Any,
    first_pos: Any,
    queue: Any,
    origin: Any,
    destination: Any,
    start: Any,
    rounds: Any,
    change: Any,
) -> Any:
    """Fill `reached[k]` with the earliest arrival at each stop by exactly k legs where that beats fewer legs.

    Parameters: routes (int32, one row a route: first entry in `stops`, stops, first stop event, trips), stops (of the routes), arrives
    (minute, trip by trip), leaves (minute, stop by stop), at_first and at_route (routes of each stop: route, position), origin,
    destination, start (minute), rounds (most legs), change (minutes that a change takes). Room: best (stops), reached (rounds + 1 x
    stops), parent (rounds + 1 x stops x 3: route, trip, position boarded), first_pos (routes, filled with FAR; left so), queue (routes).
    Returns: the number of rounds in which something improved.
    """
    stops_n = best.shape[0]
    fresh = np.empty(stops_n, np.int32)
    coming = np.empty(stops_n, np.int32)
    best[:] = NEVER32
    best[origin] = start
    reached[0, :] = NEVER32
    reached[0, origin] = start
    fresh[0] = origin
    n_fresh = 1
    for k in range(1, rounds + 1):
        before = reached[k - 1]
        now = reached[k]
        now[:] = NEVER32
        n_queue = 0
        for f in range(n_fresh):
            s = fresh[f]
            if before[s] >= best[destination]:
                continue
            for q in range(at_first[s], at_first[s + 1]):
                r = at_route[q, 0]
                pos = at_route[q, 1]
                if first_pos[r] == FAR:
                    queue[n_queue] = r
                    n_queue += 1
                if pos < first_pos[r]:
                    first_pos[r] = pos
        n_coming = 0
        wait = np.int32(change if k > 1 else 0)
        for x in range(n_queue):
            r = queue[x]
            first = routes[r, 0]
            length = routes[r, 1]
            base = routes[r, 2]
            trips = routes[r, 3]
            trip = trips
            boarded = np.int32(-1)
            ride = np.int64(0)
            end = best[destination]
            for i in range(first_pos[r], length):
                s = stops[first + i]
                if trip < trips:
                    at = arrives[ride + i]
                    if at < best[s] and at < end:
                        if now[s] == NEVER32:
                            coming[n_coming] = s
                            n_coming += 1
                        now[s] = at
                        best[s] = at
                        parent[k, s, 0] = r
                        parent[k, s, 1] = trip
                        parent[k, s, 2] = boarded
                        if s == destination:
                            end = at
                ready = before[s]
                if ready < NEVER32:
                    ready += wait
                    column = base + np.int64(i) * trips
                    # Most often the trip we sit in is already the first that can be caught.
                    if trip > 0 and leaves[column + trip - 1] >= ready:
                        low = np.int32(0)
                        high = trip
                        while low < high:
                            middle = (low + high) >> 1
                            if leaves[column + middle] < ready:
                                low = middle + 1
                            else:
                                high = middle
                        if low < trip:
                            trip = low
                            boarded = np.int32(i)
                            ride = base + np.int64(trip) * length
            first_pos[r] = FAR
        if n_coming == 0:
            return k - 1
        fresh, coming = coming, fresh
        n_fresh = n_coming
    return rounds


@njit(cache=True)
def group_trips(trip_first: Any, stop: Any, arrives: Any, leaves: Any, order: Any) -> Any:
    """Put trips with the same stops into routes in which no trip overtakes another.

    Parameters: trip_first (first stop event of each trip and one more), stop, arrives and leaves (of the events), order (trips sorted by
    their stops and then by departure). Returns: the route of each trip, and the number of routes. Each trip joins the first route of its
    stops whose last trip it is not ahead of anywhere. Cost: events x routes of the same stops.
    """
    trips = order.shape[0]
    route = np.full(trips, -1, np.int32)
    last = np.empty(trips, np.int32)  # last trip of each route
    n_routes = 0
    group = 0
    for x in range(trips):
        t = order[x]
        a = trip_first[t]
        length = trip_first[t + 1] - a
        if x > 0:
            u = order[x - 1]
            b = trip_first[u]
            same = trip_first[u + 1] - b == length
            i = 0
            while same and i < length:
                same = stop[a + i] == stop[b + i]
                i += 1
            if not same:
                group = n_routes
        placed = False
        for r in range(group, n_routes):
            b = trip_first[last[r]]
            follows = True
            for i in range(length):
                if arrives[a + i] < arrives[b + i] or leaves[a + i] < leaves[b + i]:
                    follows = False
                    break
            if follows:
                route[t] = r
                last[r] = t
                placed = True
                break
        if not placed:
            route[t] = n_routes
            last[n_routes] = t
            n_routes += 1
    return route, n_routes


@njit(cache=True)
def stop_hashes(trip_first: Any, stop: Any) -> Any:
    """A number of each trip's sequence of stops (FNV-1a, 64 bits), to sort trips by; equal sequences have equal numbers."""
    hashes = np.empty(trip_first.shape[0] - 1, np.uint64)
    for t in range(hashes.shape[0]):
        value = np.uint64(14695981039346656037)
        for i in range(trip_first[t], trip_first[t + 1]):
            value = (value ^ np.uint64(stop[i])) * np.uint64(1099511628211)
        hashes[t] = value
    return hashes


@njit(cache=True)
def fill_routes(
    trip_first: Any, stop: Any, arrives: Any, leaves: Any, by_route: Any, routes: Any, out_arrives: Any, out_leaves: Any, out_stops: Any
) -> Any:
    """Write stop events route by route: arrivals trip by trip, departures stop by stop.

    Parameters: by_route (trips sorted by route and departure), routes (as in `raptor`). Written: the three outputs.
    """
    x = 0
    for r in range(routes.shape[0]):
        length = routes[r, 1]
        base = routes[r, 2]
        trips = routes[r, 3]
        a = trip_first[by_route[x]]
        for i in range(length):
            out_stops[routes[r, 0] + i] = stop[a + i]
        for t in range(trips):
            a = trip_first[by_route[x]]
            for i in range(length):
                out_arrives[base + t * length + i] = arrives[a + i]
                out_leaves[base + i * trips + t] = leaves[a + i]
            x += 1
