"""The search: rounds over patterns with bags of labels that no other label is better than.

Algorithm: McRAPTOR (Delling, Pajor, Werneck, 'Round-Based Public Transit Routing', Transportation Science 49(3), 2015), with
  - bags by place and handling class of the leg before, so that handling time and cost depend on the bag only and dominance stays exact;
  - self-pruning over departures, latest first (rRAPTOR, same paper, section 4.2);
  - pruning by admissible bounds from every place to the destination (`bounds`), as in goal-directed multicriteria search (Berger and
    Grimmer, 'Computing all Pareto-optimal paths', 2010): a label is dropped when an itinerary already found is no worse than the label with
    its bounds added, so nothing on the front can be lost;
  - later departures boarded too, as long as they can be cheaper (prices by date) or safer (risk), because then boarding the first
  departure is
    not enough.

Criteria of a label: minute of arrival, cents, grams of CO2e, risk (-ln of the probability that every connection so far holds, in
millionths), variance of its delay (minutes^2; it decides later risks) and legs. Each is extended by a function that never decreases in
any of them, which is what makes dropping dominated labels exact.

Risk model: the delay at a transfer is exponential with the standard deviation of what piled up since the last timetabled departure: runs,
handling, closures, and the wait of services that run every so many hours, which have no connection to miss but pass their delay on. A
connection whose probability to fail is below 1 % counts as certain, and risk counts in whole hundredths. It ranks itineraries; the
probabilities shown are drawn (`risk`).

Cost: rounds x (stops of the patterns touched x labels in a bag); memory: 112 bytes a label.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from daliz.freight.plan.clock import NEVER, first_departure, following_departure, next_open
from daliz.freight.plan.network import FORBIDDEN, NO_LOADING, NO_PASSING, NO_UNLOADING

COST, CO2, RISK, LEGS, SPREAD = 1, 2, 4, 8, 16
"""Bits of `criteria`; arrival always counts. SPREAD (with RISK): the variance of the delay at the destination counts too."""

ARRIVAL, CENTS, GRAMS, DANGER, VARIANCE, LEG, STAMP, NEXT = range(8)
"""Columns of a label."""
PLACE, CLASS, PARENT, PATTERN, BOARDED, ALIGHTED, DEPARTED = range(7)
"""Columns of a label's trace; DEPARTED is the minute at which the pattern left its first stop."""
DONE, LABELS_FULL, BAG_FULL = 0, -1, -2
CERTAIN = 0.01
HIGHEST_MISS = 0.999
MILLION = 1e6
PERCENT = np.int64(10_000)
LONGEST_ROUNDS = 64
_FORBIDDEN = int(FORBIDDEN)


@njit(cache=True)
def miss_probability(slack: Any, spread: Any) -> Any:
    """Probability that an exponential delay of this standard deviation is longer than the slack (both minutes), at most 0.999."""
    return min(math.exp(-slack / spread), HIGHEST_MISS)


@njit(cache=True)
def _rounded(value: Any) -> Any:
    """A variance rounded up to three significant bits (at most 25 %), so that labels that differ by a hair there are one."""
    over = value >> 3
    shift = 0
    while over > 0:
        over >>= 1
        shift += 1
    return ((value + (np.int64(1) << shift) - 1) >> shift) << shift


@njit(cache=True)
def _enter(label: Any, alive: Any, heads: Any, node: Any, new: Any, turn: Any) -> Any:
    """Put a label into its bag unless one there is no worse; take out those of this departure that it is no worse than.

    A bag is a list in order of arrival: only labels before the new one can cover it, and only those of its arrival or later can fall to it.
    """
    a, c, e, k = label[new, ARRIVAL], label[new, CENTS], label[new, GRAMS], label[new, DANGER]
    v, g, stamp = label[new, VARIANCE], label[new, LEG], label[new, STAMP]
    before = np.int64(-1)
    same_from = np.int64(-1)
    z = heads[node]
    while z >= 0 and label[z, ARRIVAL] <= a:
        if label[z, CENTS] <= c and label[z, GRAMS] <= e and label[z, DANGER] <= k and label[z, VARIANCE] <= v and label[z, LEG] <= g:
            return False
        if label[z, ARRIVAL] < a:
            same_from = z
        before = z
        z = label[z, NEXT]
    label[new, NEXT] = z
    if before < 0:
        heads[node] = new
    else:
        label[before, NEXT] = new
    # From the first label of the same arrival on, drop what the new one is no worse than.
    before = same_from
    z = heads[node] if same_from < 0 else label[same_from, NEXT]
    while z >= 0:
        following = label[z, NEXT]
        if (
            z != new
            and label[z, CENTS] >= c
            and label[z, GRAMS] >= e
            and label[z, DANGER] >= k
            and label[z, VARIANCE] >= v
            and label[z, LEG] >= g
            and label[z, STAMP] // LONGEST_ROUNDS == turn
        ):
            if before < 0:
                heads[node] = following
            else:
                label[before, NEXT] = following
            # A label of the round before is still being extended; without it a front with a limit on legs would be wrong.
            if label[z, STAMP] == stamp:
                alive[z] = 0
        else:
            before = z
        z = following
    return True


@njit(cache=True)
def _beaten(label: Any, found: Any, n_found: Any, a: Any, c: Any, e: Any, k: Any, v: Any, g: Any) -> Any:
    """Whether an itinerary already found is no worse than this. The one that was is moved forward, as it tends to be again."""
    for y in range(n_found):
        z = found[y]
        if (
            label[z, ARRIVAL] <= a
            and label[z, CENTS] <= c
            and label[z, GRAMS] <= e
            and label[z, DANGER] <= k
            and label[z, VARIANCE] <= v
            and label[z, LEG] <= g
        ):
            found[y] = found[y >> 1]
            found[y >> 1] = z
            return True
    return False


@njit(cache=True)
def _keep_found(label: Any, found: Any, n_found: Any, turn: Any, new: Any) -> Any:
    """Add an itinerary to those found and drop those of the same departure that it is no worse than."""
    y = 0
    while y < n_found:
        z = found[y]
        if (
            label[z, ARRIVAL] >= label[new, ARRIVAL]
            and label[z, CENTS] >= label[new, CENTS]
            and label[z, GRAMS] >= label[new, GRAMS]
            and label[z, DANGER] >= label[new, DANGER]
            and label[z, VARIANCE] >= label[new, VARIANCE]
            and label[z, LEG] >= label[new, LEG]
            and label[z, STAMP] // LONGEST_ROUNDS == turn
        ):
            n_found -= 1
            found[y] = found[n_found]
        else:
            y += 1
    found[n_found] = new
    return n_found + 1


@njit(cache=True)
def _board(bag: Any, n_bag: Any, key: Any, c: Any, e: Any, k: Any, v: Any, parent: Any, stop: Any) -> Any:
    """Put a boarded departure among those of the pattern unless one there is no worse; drop those that it is no worse than."""
    for y in range(n_bag - 1, -1, -1):
        if bag[y, 0] <= key and bag[y, 1] <= c and bag[y, 2] <= e and bag[y, 3] <= k and bag[y, 4] <= v:
            return n_bag
    y = 0
    while y < n_bag:
        if bag[y, 0] >= key and bag[y, 1] >= c and bag[y, 2] >= e and bag[y, 3] >= k and bag[y, 4] >= v:
            n_bag -= 1
            for column in range(7):
                bag[y, column] = bag[n_bag, column]
        else:
            y += 1
    if n_bag < bag.shape[0]:
        bag[n_bag, 0] = key
        bag[n_bag, 1] = c
        bag[n_bag, 2] = e
        bag[n_bag, 3] = k
        bag[n_bag, 4] = v
        bag[n_bag, 5] = parent
        bag[n_bag, 6] = stop
    return n_bag + 1


@njit(cache=True, inline="always")
def _by_place(net: Any, label: Any, trace: Any, alive: Any, fresh: Any, n_fresh: Any, place_first: Any, sorted_fresh: Any) -> Any:
    """Sort the labels of the last round by place (counting sort)."""
    places = place_first.shape[0] - 1
    place_first[:] = 0
    for q in range(n_fresh):
        if alive[fresh[q]]:
            place_first[trace[fresh[q], PLACE] + 1] += 1
    for s in range(places):
        place_first[s + 1] += place_first[s]
    for q in range(n_fresh - 1, -1, -1):
        x = fresh[q]
        if alive[x]:
            s = trace[x, PLACE] + 1
            place_first[s] -= 1
            sorted_fresh[place_first[s]] = x
    # Filling from behind moved every start to the front of its own group: shift them back.
    for s in range(places):
        place_first[s] = place_first[s + 1]
    total = 0
    for q in range(n_fresh):
        total += alive[fresh[q]]
    place_first[places] = total


@njit(cache=True, inline="always")
def _patterns_at(net: Any, place_first: Any, usable: Any, first_stop: Any, queue: Any) -> Any:
    """The patterns that stop where a label is new, and the first such stop of each."""
    far = np.int32(1 << 30)
    first_stop[:] = far
    n = 0
    for s in range(place_first.shape[0] - 1):
        if place_first[s + 1] > place_first[s]:
            for q in range(net.at_first[s], net.at_first[s + 1]):
                p = net.at_pattern[q]
                if usable[p] == 0:
                    continue
                if first_stop[p] == far:
                    queue[n] = p
                    n += 1
                if net.at_stop[q] < first_stop[p]:
                    first_stop[p] = net.at_stop[q]
    return n


@njit(cache=True)
def search(
    net: Any,
    origin: Any,
    destination: Any,
    ready: Any,
    rounds: Any,
    criteria: Any,
    limits: Any,
    bounds: Any,
    floor: Any,
    legs_left: Any,
    usable: Any,
    gate: Any,
    label: Any,
    trace: Any,
    alive: Any,
    heads: Any,
    found: Any,
    bag: Any,
) -> Any:
    """All itineraries that no other is better than, from one place to another, for one or more minutes at which the cargo is ready.

    Parameters: net (Network), origin and destination (places), ready (minutes, latest first), rounds (most legs, below 64), criteria
    (bits COST, CO2, RISK, LEGS), limits
    (latest arrival, most cents, most risk), bounds (3 x places: least minutes, cents and grams to the destination), floor (3 x places x
    classes: what changing there takes at least), usable (pattern may be used),
    gate (bits by stop), and room for labels, their traces, bags by place and class, itineraries found and departures boarded.
    Returns: labels made, itineraries found (first entries of `found`), status (DONE, or which room was too small).
    """
    n_labels = np.int64(0)
    n_found = np.int64(0)
    places = bounds.shape[1]
    classes = net.handling.shape[1]
    most_labels = label.shape[0]
    heads[:] = -1
    fresh = np.empty(most_labels, np.int32)
    coming = np.empty(most_labels, np.int32)
    sorted_fresh = np.empty(most_labels, np.int32)
    place_first = np.zeros(places + 1, np.int64)
    patterns = net.stop_first.shape[0] - 1
    first_stop = np.empty(patterns, np.int32)
    queue = np.empty(patterns, np.int32)
    count_cost = np.int64(1 if criteria & COST else 0)
    count_co2 = np.int64(1 if criteria & CO2 else 0)
    with_risk = (criteria & RISK) != 0
    with_spread = with_risk and (criteria & SPREAD) != 0
    with_legs = (criteria & LEGS) != 0
    latest, most_cents, most_risk = limits[0], limits[1], limits[2]
    for turn in range(ready.shape[0]):
        if n_labels >= most_labels:
            return n_labels, n_found, LABELS_FULL
        label[n_labels, :] = 0
        label[n_labels, ARRIVAL] = ready[turn]
        label[n_labels, STAMP] = turn * LONGEST_ROUNDS
        label[n_labels, NEXT] = -1
        trace[n_labels, :] = -1
        trace[n_labels, PLACE] = origin
        trace[n_labels, CLASS] = 0
        alive[n_labels] = 1
        fresh[0] = n_labels
        n_fresh = 1
        n_labels += 1
        for leg in range(1, rounds + 1):
            if n_fresh == 0:
                break
            stamp = np.int64(turn * LONGEST_ROUNDS + leg)
            legs = np.int64(leg if with_legs else 0)
            _by_place(net, label, trace, alive, fresh, n_fresh, place_first, sorted_fresh)
            n_queue = _patterns_at(net, place_first, usable, first_stop, queue)
            n_coming = 0
            for at in range(n_queue):
                p = queue[at]
                a = net.stop_first[p]
                stops = net.stop_first[p + 1] - a
                n_bag = 0
                for i in range(first_stop[p], stops):
                    here = a + i
                    s = net.place[here]
                    barred = gate[here]
                    if barred & NO_PASSING:
                        n_bag = 0
                    # A label from which the legs that are left cannot reach the destination need not be made.
                    if n_bag > 0 and not barred & NO_UNLOADING and leg + legs_left[s] <= rounds:
                        cls = net.class_in[here]
                        node = s * classes + cls
                        at_end = s == destination
                        end_min = np.int64(0)
                        end_cents = np.int64(0)
                        end_variance = np.int64(0)
                        # Cargo that comes off before the destination has at least one more change to make.
                        ahead_min = bounds[0, s] + floor[0, s, cls]
                        ahead_cents = bounds[1, s] + floor[1, s, cls] * count_cost
                        ahead_grams = bounds[2, s] + floor[2, s, cls] * count_co2
                        if at_end:
                            ahead_min = ahead_cents = ahead_grams = np.int64(0)
                            table = net.handling_of[s]
                            end_min = net.handling[table, cls, 0]
                            end_cents = net.handling_cost[table, cls, 0] * count_cost
                            end_variance = net.handling_variance[table, cls, 0]
                            if end_min >= _FORBIDDEN:
                                continue
                        for x in range(n_bag):
                            na = bag[x, 0] + net.arrives[here]
                            nc = bag[x, 1] + net.cost[here] * count_cost
                            ne = bag[x, 2] + net.co2[here] * count_co2
                            nk = bag[x, 3]
                            nv = np.int64(0)
                            if with_risk:
                                nv = _rounded(bag[x, 4] + net.variance[here])
                            if at_end:
                                na = next_open(net, s, na) + end_min
                                nc += end_cents
                                # Nothing follows that the variance could decide about, so unless asked for it is no criterion here.
                                nv = _rounded(nv + end_variance) if with_spread else np.int64(0)
                            if na + ahead_min > latest or nc + ahead_cents > most_cents or nk > most_risk:
                                continue
                            if _beaten(
                                label,
                                found,
                                n_found,
                                na + ahead_min,
                                nc + ahead_cents,
                                ne + ahead_grams,
                                nk,
                                # A timetabled departure ahead may wipe the spread out, so only nothing bounds it from below.
                                nv if at_end else 0,
                                legs,
                            ):
                                continue
                            if n_labels >= most_labels:
                                return n_labels, n_found, LABELS_FULL
                            label[n_labels, ARRIVAL] = na
                            label[n_labels, CENTS] = nc
                            label[n_labels, GRAMS] = ne
                            label[n_labels, DANGER] = nk
                            label[n_labels, VARIANCE] = nv
                            label[n_labels, LEG] = legs
                            label[n_labels, STAMP] = stamp
                            if not _enter(label, alive, heads, node, n_labels, turn):
                                continue
                            trace[n_labels, PLACE] = s
                            trace[n_labels, CLASS] = cls
                            trace[n_labels, PARENT] = bag[x, 5]
                            trace[n_labels, PATTERN] = p
                            trace[n_labels, BOARDED] = bag[x, 6]
                            trace[n_labels, ALIGHTED] = i
                            trace[n_labels, DEPARTED] = bag[x, 0]
                            alive[n_labels] = 1
                            if at_end:
                                n_found = _keep_found(label, found, n_found, turn, n_labels)
                            else:
                                coming[n_coming] = n_labels
                                n_coming += 1
                            n_labels += 1
                    if i == stops - 1 or barred & NO_LOADING or bounds[0, s] >= NEVER:
                        continue
                    out = net.class_out[here]
                    table = net.handling_of[s]
                    for q in range(place_first[s], place_first[s + 1]):
                        x = sorted_fresh[q]
                        if alive[x] == 0:
                            continue
                        cls = trace[x, CLASS]
                        handled = net.handling[table, cls, out]
                        if handled >= _FORBIDDEN:
                            continue
                        need = next_open(net, s, label[x, ARRIVAL]) + handled + net.cutoff[here]
                        variance = np.int64(0)
                        if with_risk:
                            variance = label[x, VARIANCE] + net.handling_variance[table, cls, out]
                        cents = label[x, CENTS] + (net.handling_cost[table, cls, out] + net.boarding_cost[p] - net.cost[here]) * count_cost
                        grams = label[x, GRAMS] + (net.boarding_co2[p] - net.co2[here]) * count_co2
                        passed = np.int64(0)
                        if with_risk:
                            passed = net.variance[here]
                        if net.headway[p] >= 0:
                            key = need + net.headway[p] // 2 - net.leaves[here]
                            if with_risk:
                                variance += net.headway[p] * net.headway[p] // 12
                            n_bag = _board(bag, n_bag, key, cents, grams, label[x, DANGER], variance - passed, x, i)
                            if n_bag > bag.shape[0]:
                                return n_labels, n_found, BAG_FULL
                            continue
                        trip, start = first_departure(net, p, need - net.leaves[here])
                        spread = math.sqrt(float(variance))
                        while trip >= 0:
                            key = net.departure[trip] + start
                            leaving = key + net.leaves[here]
                            if leaving + bounds[0, s] > latest:
                                break
                            missing = 0.0
                            danger = label[x, DANGER]
                            if variance > 0:
                                missing = miss_probability(float(leaving - need), spread)
                                if missing >= CERTAIN:
                                    danger += (np.int64(-math.log(1.0 - missing) * MILLION) // PERCENT + 1) * PERCENT
                                    if danger > most_risk:
                                        trip, start = following_departure(net, p, trip, start)
                                        continue
                            n_bag = _board(bag, n_bag, key, cents + net.extra[trip] * count_cost, grams, danger, -passed, x, i)
                            if n_bag > bag.shape[0]:
                                return n_labels, n_found, BAG_FULL
                            if missing < CERTAIN and net.extra[trip] * count_cost <= net.least_extra[trip] * count_cost:
                                break
                            trip, start = following_departure(net, p, trip, start)
            fresh, coming = coming, fresh
            n_fresh = n_coming
    return n_labels, n_found, DONE
