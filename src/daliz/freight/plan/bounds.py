"""What a way to the destination takes at least: lower bounds on minutes, cents and grams from every place.

Algorithm: Dijkstra (1959) with a lazy binary heap over the reversed graph of stop-to-stop rides, once a criterion. A ride's least time,
cost and CO2 over all services bound it from below; waiting, handling and boarding add nothing, so the bounds are admissible for every
query and filter. Cost: O(E log E) a criterion, E the different pairs of neighbouring stops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from daliz.freight.plan.clock import NEVER


@njit(cache=True)
def _least(destination: Any, first: Any, source: Any, weight: Any, out: Any, heap_key: Any, heap_place: Any) -> Any:
    out[:] = NEVER
    out[destination] = 0
    heap_key[0] = 0
    heap_place[0] = destination
    n = 1
    while n > 0:
        key = heap_key[0]
        place = heap_place[0]
        n -= 1
        last_key = heap_key[n]
        last_place = heap_place[n]
        i = 0
        while 2 * i + 1 < n:
            child = 2 * i + 1
            if child + 1 < n and heap_key[child + 1] < heap_key[child]:
                child += 1
            if heap_key[child] >= last_key:
                break
            heap_key[i] = heap_key[child]
            heap_place[i] = heap_place[child]
            i = child
        heap_key[i] = last_key
        heap_place[i] = last_place
        if key > out[place]:
            continue
        for q in range(first[place], first[place + 1]):
            other = source[q]
            farther = key + weight[q]
            if farther < out[other]:
                out[other] = farther
                i = n
                n += 1
                while i > 0 and heap_key[(i - 1) >> 1] > farther:
                    heap_key[i] = heap_key[(i - 1) >> 1]
                    heap_place[i] = heap_place[(i - 1) >> 1]
                    i = (i - 1) >> 1
                heap_key[i] = farther
                heap_place[i] = other


@njit(cache=True)
def lower_bounds(destination: Any, first: Any, source: Any, weights: Any, criteria: Any) -> Any:
    """Least minutes, cents and grams from every place to the destination.

    Parameters: destination (place), first, source and weights (segments by the place reached: `Network.segment_*`), criteria (how many of
    the three are wanted; the others are zero where the destination can be reached). Returns: int64, 3 x places; NEVER where there is no
    way.
    """
    places = first.shape[0] - 1
    out = np.zeros((3, places), np.int64)
    heap_key = np.empty(source.shape[0] + places + 1, np.int64)
    heap_place = np.empty(source.shape[0] + places + 1, np.int32)
    for row in range(criteria):
        _least(destination, first, source, weights[row], out[row], heap_key, heap_place)
    return out


@njit(cache=True)
def fewest_legs(net: Any, destination: Any) -> Any:
    """Fewest legs from every place to the destination, whatever the hours; a large number where there is no way.

    Breadth-first search over patterns, backwards; each is scanned once for the last place from which it is new. Cost: all stops.
    """
    places = net.at_first.shape[0] - 1
    patterns = net.stop_first.shape[0] - 1
    far = np.int64(1 << 30)
    legs = np.full(places, far, np.int64)
    legs[destination] = 0
    scanned = np.zeros(patterns, np.int64)
    queue = np.empty(places, np.int64)
    queue[0] = destination
    head = 0
    tail = 1
    while head < tail:
        place = queue[head]
        head += 1
        for q in range(net.at_first[place], net.at_first[place + 1]):
            p = net.at_pattern[q]
            a = net.stop_first[p]
            # Stops before an earlier scan's end have fewer legs already.
            for stop in range(scanned[p], net.at_stop[q]):
                other = net.place[a + stop]
                if legs[other] == far:
                    legs[other] = legs[place] + 1
                    queue[tail] = other
                    tail += 1
            scanned[p] = max(scanned[p], np.int64(net.at_stop[q]))
    return legs
