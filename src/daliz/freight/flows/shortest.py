"""Shortest ways from one node to all others, found anew or mended after costs have changed.

Algorithm: Dijkstra (1959) with a binary heap that moves a node up when it comes nearer. Cost: O(L log N) a tree, L links, N nodes. A tree
that is there already is mended: its ways are priced at the new costs, links that offer less are looked for, and only what hangs on them
is searched again (the dynamic update of Ramalingam and Reps, 1996, with all links changed at once). Cost: O(L + c log N), c the nodes
that come nearer. Zones (nodes below `through`) may start and end a way, but not be passed.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(cache=True)
def _sift_down(key, node, place, n, moved_key, moved):  # type: ignore[no-untyped-def]
    i = 0
    while 2 * i + 1 < n:
        child = 2 * i + 1
        if child + 1 < n and key[child + 1] < key[child]:
            child += 1
        if key[child] >= moved_key:
            break
        key[i], node[i] = key[child], node[child]
        place[node[i]] = i
        i = child
    key[i], node[i] = moved_key, moved
    place[moved] = i


@njit(cache=True)
def _sift_up(key, node, place, i, moved_key, moved):  # type: ignore[no-untyped-def]
    while i > 0:
        parent = (i - 1) >> 1
        if key[parent] <= moved_key:
            break
        key[i], node[i] = key[parent], node[parent]
        place[node[i]] = i
        i = parent
    key[i], node[i] = moved_key, moved
    place[moved] = i


@njit(cache=True)
def _settle(n, origin, through, first, head, cost, distance, incoming, key, node, place):  # type: ignore[no-untyped-def]
    """Dijkstra from the n nodes in the heap on, until no way gets shorter."""
    while n > 0:
        at, so_far = node[0], key[0]
        place[at] = -1
        n -= 1
        if n > 0:
            _sift_down(key, node, place, n, key[n], node[n])
        if at < through and at != origin:
            continue
        for a in range(first[at], first[at + 1]):
            other = head[a]
            farther = so_far + cost[a]
            if farther < distance[other]:
                distance[other] = farther
                incoming[other] = a
                i = place[other]
                if i < 0:
                    i = n
                    n += 1
                _sift_up(key, node, place, i, farther, other)


@njit(cache=True)
def tree(origin, through, first, head, cost, distance, incoming, key, node, place):  # type: ignore[no-untyped-def]
    """Distance from the origin to every node (inf: none) and the link it is reached by (-1: none); key, node, place: room for the heap."""
    distance[:] = np.inf
    incoming[:] = -1
    place[:] = -1
    distance[origin] = 0.0
    key[0], node[0] = 0.0, origin
    _settle(1, origin, through, first, head, cost, distance, incoming, key, node, place)


@njit(cache=True)
def _price(origin, tail, cost, distance, incoming, node):  # type: ignore[no-untyped-def]
    """Distances along the tree at new costs."""
    distance[:] = -1.0
    distance[origin] = 0.0
    for v in range(distance.shape[0]):
        if incoming[v] < 0 and v != origin:
            distance[v] = np.inf
            continue
        depth = 0
        at = v
        while distance[at] < 0.0:
            node[depth] = at
            depth += 1
            at = tail[incoming[at]]
        so_far = distance[at]
        for i in range(depth - 1, -1, -1):
            so_far += cost[incoming[node[i]]]
            distance[node[i]] = so_far


@njit(cache=True)
def mend(origin, through, first, tail, head, cost, distance, incoming, key, node, place):  # type: ignore[no-untyped-def]
    """Make a tree of the origin shortest again at new costs."""
    _price(origin, tail, cost, distance, incoming, node)
    place[:] = -1
    n = 0
    for a in range(cost.shape[0]):
        at = tail[a]
        farther = distance[at] + cost[a]
        other = head[a]
        if farther < distance[other] and (at >= through or at == origin):
            distance[other] = farther
            incoming[other] = a
            i = place[other]
            if i < 0:
                i = n
                n += 1
            _sift_up(key, node, place, i, farther, other)
    _settle(n, origin, through, first, head, cost, distance, incoming, key, node, place)


@njit(cache=True, parallel=True)
def mend_all(origins, through, first, tail, head, cost, distance, incoming, parts):  # type: ignore[no-untyped-def]
    """Mend the tree of every origin, row by row, in as many parts as there are threads."""
    nodes = distance.shape[1]
    for part in prange(parts):
        key = np.empty(nodes + 1)
        node = np.empty(nodes + 1, np.int32)
        place = np.empty(nodes, np.int32)
        for i in range(part, origins.shape[0], parts):
            mend(origins[i], through, first, tail, head, cost, distance[i], incoming[i], key, node, place)


@njit(cache=True)
def trees(origins, through, first, head, cost, distance, incoming):  # type: ignore[no-untyped-def]
    """The tree of every origin, row by row."""
    nodes = distance.shape[1]
    key = np.empty(nodes + 1)
    node = np.empty(nodes + 1, np.int32)
    place = np.empty(nodes, np.int32)
    for i in range(origins.shape[0]):
        tree(origins[i], through, first, head, cost, distance[i], incoming[i], key, node, place)
