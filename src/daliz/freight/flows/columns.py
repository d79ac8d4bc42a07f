"""User equilibrium by paths: no one finds a cheaper way than the one taken (Wardrop 1952).

Algorithm: gradient projection on path flows (Jayakrishnan, Tsai, Prashker, Rajadhyaksha, TRR 1443, 1994), Gauss-Seidel over pairs: each
used path gives flow to the cheapest of its pair by a Newton step, and costs are renewed at once. Paths are generated as columns: an outer
iteration adds to each pair the way of the tree that is cheaper than all it has; inner passes then shift between known paths only,
skipping pairs that are already as equal as the outer gap asks for. The first loading goes batch by batch of origins, on trees at the
costs of the moment.

Link flows are added up anew from the paths after each outer iteration, in one fixed order, so that rounding never piles up and the flow
of a link is exactly the sum of the path flows on it.

Cost: O(origins L log N + path links) an outer iteration; memory 4 bytes a link of a path.

Arrays: `link` (a row a link, columns below: cost at flow x is base + rise x^power), `cost` (of each link), `pool` (links of all paths,
last link of a path first), `path` (a row a path, columns below; the paths of a pair are linked), `flow` (of each path), `leading` (first
path of each pair).
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from daliz.freight.flows.shortest import tree

BASE, RISE, POWER, FLOW, SLOPE = range(5)
"""Columns of `link`."""
START, LENGTH, FOLLOWING = range(3)
"""Columns of `path`: first cell in the pool, number of cells, next path of the pair (-1: none)."""
ENDS = 1e-13
"""A way counts as cheaper when it is so by more than this, relative: less is rounding."""


@njit(cache=True)
def renew(a, link, cost):  # type: ignore[no-untyped-def]
    """Cost and slope of link a at its flow."""
    power = link[a, POWER]
    if link[a, RISE] == 0.0 or power == 0.0:
        cost[a] = link[a, BASE] + (link[a, RISE] if power == 0.0 else 0.0)
        link[a, SLOPE] = 0.0
        return
    x = link[a, FLOW]
    below = x * x * x if power == 4.0 else x ** (power - 1.0)
    cost[a] = link[a, BASE] + link[a, RISE] * below * x
    link[a, SLOPE] = link[a, RISE] * power * below


@njit(cache=True)
def renew_all(link, cost):  # type: ignore[no-untyped-def]
    """Cost and slope of every link at its flow."""
    for a in range(cost.shape[0]):
        renew(a, link, cost)


@njit(cache=True)
def _append(k, p, used, origin, destination, incoming, tail, pool, path, flow, leading):  # type: ignore[no-untyped-def]
    """Make the tree's way to the destination path p of pair k, without flow. Returns the cells in use."""
    path[p, START] = used
    at = destination
    while at != origin:
        pool[used] = incoming[at]
        used += 1
        at = tail[incoming[at]]
    path[p, LENGTH] = used - path[p, START]
    path[p, FOLLOWING] = leading[k]
    flow[p] = 0.0
    leading[k] = p
    return used


@njit(cache=True)
def _way_cost(p, pool, path, cost):  # type: ignore[no-untyped-def]
    total = 0.0
    for q in range(path[p, START], path[p, START] + path[p, LENGTH]):
        total += cost[pool[q]]
    return total


@njit(cache=True, parallel=True)
def plant(start, end, parts, origins, through, links, cost, ways):  # type: ignore[no-untyped-def]
    """Trees of the origins from `start` to `end` at the costs of the moment, in as many parts as there are threads."""
    distance, incoming = ways
    nodes = distance.shape[1]
    for part in prange(parts):
        key, node, place = np.empty(nodes + 1), np.empty(nodes + 1, np.int32), np.empty(nodes, np.int32)
        for i in range(start + part, end, parts):
            tree(origins[i], through, links.first, links.head, cost, distance[i], incoming[i], key, node, place)


@njit(cache=True)
def load(start, used, ways, demand, through, links, batch, parts, paths):  # type: ignore[no-untyped-def]
    """Put the trips of origins from `start` on the network, a batch of origins on trees at the costs of that moment.

    Parameters: ways (distances and incoming links of all trees, a row an origin, written here), batch (origins), parts (threads), paths
    (link, cost, pool, path, flow, leading).
    Returns: the origin at which the pool was too small (all done: their number), cells in use, the first pair without a way (-1: none).
    """
    _, incoming = ways
    link, cost, pool, path, flow, leading = paths
    origins, first, destination, trips = demand.origins, demand.first, demand.destination, demand.trips
    nodes = incoming.shape[1]
    planted = start
    for i in range(start, origins.shape[0]):
        if used + (first[i + 1] - first[i]) * nodes > pool.shape[0]:
            return i, used, -1
        if i >= planted:
            renew_all(link, cost)
            planted = min(i + batch, origins.shape[0])
            plant(i, planted, parts, origins, through, links, cost, ways)
        for k in range(first[i], first[i + 1]):
            if incoming[i, destination[k]] < 0:
                return i, used, k
            used = _append(k, k, used, origins[i], destination[k], incoming[i], links.tail, pool, path, flow, leading)
            flow[k] = trips[k]
            for q in range(path[k, START], used):
                link[pool[q], FLOW] += trips[k]
    renew_all(link, cost)
    return origins.shape[0], used, -1


@njit(cache=True, parallel=True)
def least_known(paths, least, parts):  # type: ignore[no-untyped-def]
    """Cost of the cheapest path of every pair, written into `least`, in as many parts as there are threads."""
    _, cost, pool, path, _, leading = paths
    count = leading.shape[0]
    for part in prange(parts):
        for k in range(part * count // parts, (part + 1) * count // parts):
            best = np.inf
            p = leading[k]
            while p >= 0:
                best = min(best, _way_cost(p, pool, path, cost))
                p = path[p, FOLLOWING]
            least[k] = best


@njit(cache=True)
def extend(start, known, used, ways, row, least, saving, demand, tail, paths):  # type: ignore[no-untyped-def]
    """Add to each pair from `start` the way of its tree (`row` of `ways`) where the cheapest it has (`least`) costs more, relative, by
    more than `saving`.

    Returns: the pair at which there was no room (all done: their number), paths and cells in use.
    """
    distance, incoming = ways
    _, _, pool, path, flow, leading = paths
    origins, destination = demand.origins, demand.destination
    for k in range(start, row.shape[0]):
        if used + distance.shape[1] > pool.shape[0] or known >= path.shape[0]:
            return k, known, used
        i = row[k]
        if least[k] > distance[i, destination[k]] * (1.0 + saving):
            used = _append(k, known, used, origins[i], destination[k], incoming[i], tail, pool, path, flow, leading)
            known += 1
    return row.shape[0], known, used


@njit(cache=True)
def _shift(p, best, mark, link, cost, stamp, pool, path, flow):  # type: ignore[no-untyped-def]
    """A Newton step from path p to the best of its pair.

    The best's links carry the stamp `mark`; those that p shares get `-mark` meanwhile.
    """
    p_end, best_end = path[p, START] + path[p, LENGTH], path[best, START] + path[best, LENGTH]
    difference = 0.0
    slope = 0.0
    for q in range(path[p, START], p_end):
        a = pool[q]
        if stamp[a] == mark:
            stamp[a] = -mark
        else:
            difference += cost[a]
            slope += link[a, SLOPE]
    for q in range(path[best, START], best_end):
        a = pool[q]
        if stamp[a] == mark:
            difference -= cost[a]
            slope += link[a, SLOPE]
    if difference > 0.0:
        moved = flow[p]
        if slope * moved > difference:
            moved = difference / slope
        flow[p] -= moved
        flow[best] += moved
        for q in range(path[p, START], p_end):
            a = pool[q]
            if stamp[a] != -mark:
                link[a, FLOW] = max(0.0, link[a, FLOW] - moved)
                renew(a, link, cost)
        for q in range(path[best, START], best_end):
            a = pool[q]
            if stamp[a] == mark:
                link[a, FLOW] += moved
                renew(a, link, cost)
    for q in range(path[best, START], best_end):
        stamp[pool[q]] = mark


@njit(cache=True)
def _equalise(k, mark, tolerance, link, cost, stamp, pool, path, flow, leading):  # type: ignore[no-untyped-def]
    """Shift flow between the paths of pair k. Returns how far its dearest used path was above its cheapest, relative."""
    best = -1
    least = np.inf
    most = 0.0
    p = leading[k]
    while p >= 0:
        c = _way_cost(p, pool, path, cost)
        if c < least:
            best, least = p, c
        if c > most and flow[p] > 0.0:
            most = c
        p = path[p, FOLLOWING]
    gap = (most - least) / least if least > 0.0 else 0.0
    if gap > tolerance:
        for q in range(path[best, START], path[best, START] + path[best, LENGTH]):
            stamp[pool[q]] = mark
        p = leading[k]
        while p >= 0:
            if p != best and flow[p] > 0.0:
                _shift(p, best, mark, link, cost, stamp, pool, path, flow)
            p = path[p, FOLLOWING]
    return gap


@njit(cache=True)
def passes(tolerance, most, mark, gap, stamp, paths):  # type: ignore[no-untyped-def]
    """Passes over pairs with more than one path, until all are within the tolerance; a pair that is gets left out from then on.

    Returns: the last mark used.
    """
    link, cost, pool, path, flow, leading = paths
    active = np.empty(leading.shape[0], np.int32)
    left = 0
    for k in range(leading.shape[0]):
        if path[leading[k], FOLLOWING] >= 0:
            active[left] = k
            left += 1
    for _ in range(most):
        kept = 0
        for i in range(left):
            k = active[i]
            mark += 1
            gap[k] = _equalise(k, mark, tolerance, link, cost, stamp, pool, path, flow, leading)
            if gap[k] > tolerance:
                active[kept] = k
                kept += 1
        left = kept
        if left == 0:
            break
    return mark


@njit(cache=True)
def tidy(trips, paths):  # type: ignore[no-untyped-def]
    """Drop paths without flow, scale each pair to its trips, and add link flows up anew in the order of pairs and their paths."""
    link, cost, pool, path, flow, leading = paths
    carried = np.zeros(cost.shape[0])
    for k in range(trips.shape[0]):
        total = 0.0
        p = leading[k]
        while p >= 0:
            total += flow[p]
            p = path[p, FOLLOWING]
        before = -1
        p = leading[k]
        while p >= 0:
            flow[p] *= trips[k] / total
            if flow[p] > 0.0:
                before = p
            elif before < 0:
                leading[k] = path[p, FOLLOWING]
            else:
                path[before, FOLLOWING] = path[p, FOLLOWING]
            for q in range(path[p, START], path[p, START] + path[p, LENGTH]):
                carried[pool[q]] += flow[p]
            p = path[p, FOLLOWING]
    link[:, FLOW] = carried
    renew_all(link, cost)


@njit(cache=True)
def relative_gap(ways, row, demand, link, cost):  # type: ignore[no-untyped-def]
    """Cost of all trips above that on the trees' ways, as a share of it; added up in one fixed order."""
    distance, _ = ways
    total = 0.0
    for a in range(cost.shape[0]):
        total += link[a, FLOW] * cost[a]
    least = 0.0
    for k in range(row.shape[0]):
        least += demand.trips[k] * distance[row[k], demand.destination[k]]
    return (total - least) / total if total > 0.0 else 0.0


@njit(cache=True)
def compact(pool, path, flow, leading):  # type: ignore[no-untyped-def]
    """The paths in order of their pairs: pair and flow of each, first cell of each in `cells`, cells (links, first to last)."""
    known = 0
    size = 0
    for k in range(leading.shape[0]):
        p = leading[k]
        while p >= 0:
            known += 1
            size += path[p, LENGTH]
            p = path[p, FOLLOWING]
    pair = np.empty(known, np.int64)
    first = np.zeros(known + 1, np.int64)
    cells = np.empty(size, np.int32)
    flows = np.empty(known)
    n = 0
    for k in range(leading.shape[0]):
        p = leading[k]
        while p >= 0:
            pair[n], flows[n] = k, flow[p]
            first[n + 1] = first[n] + path[p, LENGTH]
            for q in range(path[p, LENGTH]):
                cells[first[n] + q] = pool[path[p, START] + path[p, LENGTH] - 1 - q]
            n += 1
            p = path[p, FOLLOWING]
    return pair, first, cells, flows
