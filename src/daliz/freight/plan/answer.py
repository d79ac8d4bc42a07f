"""Asking: from a corridor and a question to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np

from daliz.corridor import Corridor
from daliz.freight.plan import calendars
from daliz.freight.plan.calendars import DAY_MIN
from daliz.freight.plan.clock import NEVER
from daliz.freight.plan.compile import Compiled, compiled
from daliz.freight.plan.filters import Filter, filter_of
from daliz.freight.plan.network import Ints
from daliz.freight.plan.query import Moment, PlanError, Query, checked
from daliz.freight.plan.results import Plan, make_plan
from daliz.freight.plan.search import CO2, COST, RISK, ROUNDS, SPREAD, Limits, Path
from daliz.freight.plan.stuck import explain_no_way

DRAWS = 10_000
LATEST_FACTOR, LATEST_MORE_DAYS = 1.5, 2
"""Itineraries that take longer than this much beyond the fastest are not looked at, unless they are asked for (`all_itineraries`)."""
GRID_MIN = 6 * 60
ARRIVE_GRID_MIN = 3 * 60
BUFFER_DAYS = (0, 1, 2, 3, 4, 6, 8, 11, 15, 20)
"""A deadline is met surely only by arriving earlier than planned; itineraries are sought that are due so many days before it."""
LONGEST_JOURNEY_DAYS = 150
SPREAD_PATTERNS = 2_000


def plan(
    corridor: Corridor,
    origin: str,
    destination: str,
    depart: Moment | None = None,
    arrive_by: Moment | None = None,
    window: tuple[Moment, Moment] | None = None,
    teu: float = 2.0,
    commodity: str | None = None,
    avoid_countries: Iterable[str] = (),
    avoid_places: Iterable[str] = (),
    modes: Sequence[str] | None = None,
    max_transfers: int | None = None,
    sanctions: Iterable[dict[str, Any]] = (),
    services: Iterable[str] | None = None,
    all_itineraries: bool = False,
    draws: int = DRAWS,
    seed: int = 1,
) -> Plan:
    """Every sensible way to send cargo from one place to another, with its price, emissions and risk.

    Parameters:
        corridor: the tables.
        origin, destination: places by id, name, code or another spelling.
        depart: when the cargo is ready (date, datetime or text; without a zone: local time at the origin).
        arrive_by: deadline at the destination; without `depart`, the latest sensible departures are found.
        window: first and last moment at which the cargo may be ready; every departure in between is looked at.
        teu: size of the lot; services with less room in one departure are left out.
        commodity: cargo class of the table `commodities`; default general cargo of 14 t a FEU whose time costs nothing.
        avoid_countries (ISO codes), avoid_places, modes (of rail, road, sea, ferry), max_transfers, sanctions (rows with kind, name,
        commodity),
            services (ids: only these may be used).
        all_itineraries: also those that take much longer than the fastest, or that differ from another by a hair.
        draws, seed: of the delays of each itinerary; the same seed gives the same figures.
    Returns: a Plan.
    Raises: PlaceError for a place that is not there or ambiguous; PlanError when the question makes no sense or there is no way, with why.
    """
    query = checked(
        corridor,
        origin,
        destination,
        depart,
        arrive_by,
        window,
        teu,
        commodity,
        avoid_countries,
        avoid_places,
        modes,
        max_transfers,
        sanctions,
        services,
    )
    network = compiled(corridor, _month(query))
    chosen = filter_of(network, query)
    paths = _paths(network, query, chosen, all_itineraries)
    if not paths:
        raise PlanError(explain_no_way(network, query, lambda other: _has_way(network, other)))
    return make_plan(network, query, paths, draws, seed, all_itineraries)


def _month(query: Query) -> date:
    at = query.depart if query.depart is not None else (query.arrive_by or 0) - 30 * DAY_MIN
    return calendars.moment_of(at).date().replace(day=1)


def _rounds(query: Query) -> int:
    return ROUNDS if query.max_transfers is None else query.max_transfers + 1


def _paths(network: Compiled, query: Query, chosen: Filter, everything: bool) -> list[Path]:
    if query.depart is None:
        return _arriving_by(network, query, chosen, everything)
    if query.until == query.depart:
        return _leaving(network, query, chosen, np.array([query.depart]), everything)
    return _leaving(
        network, query, chosen, ready_times(network, query, chosen, query.depart, query.until or query.depart, GRID_MIN), everything
    )


def _criteria(network: Compiled) -> int:
    # The spread at the destination finds slower but safer ways; on very large networks it costs too much.
    spread = SPREAD if len(network.patterns) <= SPREAD_PATTERNS else 0
    return COST | CO2 | RISK | spread


def _fastest(network: Compiled, query: Query, chosen: Filter, ready: Ints) -> int | None:
    """Minutes of the fastest way for any of the ready times, or None."""
    limits = Limits(latest=query.arrive_by or int(NEVER)) if query.depart is None else Limits()
    paths = _search(network, query, chosen, ready, 0, limits)
    return min((path.arrival - path.ready for path in paths), default=None)


def _has_way(network: Compiled, query: Query) -> bool:
    """Whether there is any way, whenever it arrives."""
    chosen = filter_of(network, query)
    start = query.depart if query.depart is not None else query.arrive_by or 0
    ready = np.array([start], np.int64) if query.depart is not None else _days_before(start)
    return _fastest(network, query, chosen, ready) is not None


def _days_before(deadline: int) -> Ints:
    """A minute a day for the longest journey before a deadline."""
    return np.arange(deadline, deadline - LONGEST_JOURNEY_DAYS * DAY_MIN, -DAY_MIN, dtype=np.int64)


def _search(network: Compiled, query: Query, chosen: Filter, ready: Ints, criteria: int, limits: Limits) -> list[Path]:
    return network.router.search(
        network.index(query.origin),
        network.index(query.destination),
        ready,
        criteria,
        _rounds(query),
        limits=limits,
        usable=chosen.usable,
        gate=chosen.gate,
    )


def _leaving(network: Compiled, query: Query, chosen: Filter, ready: Ints, everything: bool) -> list[Path]:
    fastest = _fastest(network, query, chosen, ready)
    if fastest is None:
        return []
    latest = int(NEVER) if everything else int(ready.max() + LATEST_FACTOR * fastest + LATEST_MORE_DAYS * DAY_MIN)
    if query.arrive_by is not None:
        # With a deadline, an itinerary that misses it by plan is of no use; the chance of being late is drawn afterwards.
        latest = min(latest, query.arrive_by)
    paths = _search(network, query, chosen, ready, _criteria(network), Limits(latest=latest))
    if not paths and query.arrive_by is not None:
        days = (ready.min() + fastest - query.arrive_by) / DAY_MIN
        raise PlanError(f"nothing arrives by then: the fastest way takes {fastest / DAY_MIN:.1f} days and would be {days:.1f} days late")
    return _cheapest_too(network, query, chosen, ready, paths, everything)


def _cheapest_too(network: Compiled, query: Query, chosen: Filter, ready: Ints, paths: list[Path], everything: bool) -> list[Path]:
    """The cheapest and the greenest way belong to the choice even when they take much longer than the fastest."""
    if everything or query.arrive_by is not None:
        return paths
    whole = _search(network, query, chosen, ready[-1:], COST | CO2, Limits())
    slow = [min(whole, key=lambda p: (p.cents, p.arrival)), min(whole, key=lambda p: (p.grams, p.arrival))] if whole else []
    seen = {tuple(path.legs.ravel()) for path in paths}
    return paths + [path for path in slow if tuple(path.legs.ravel()) not in seen]


def _arriving_by(network: Compiled, query: Query, chosen: Filter, everything: bool) -> list[Path]:
    deadline = query.arrive_by or 0
    fastest = _fastest(network, query, chosen, _days_before(deadline))
    if fastest is None:
        return []
    found: dict[tuple[int, ...], Path] = {}
    for days in BUFFER_DAYS:
        due = deadline - days * DAY_MIN
        earliest = int(due - LATEST_FACTOR * fastest - LATEST_MORE_DAYS * DAY_MIN)
        ready = ready_times(network, query, chosen, earliest, due, ARRIVE_GRID_MIN)
        for path in _search(network, query, chosen, ready, COST | CO2 | RISK, Limits(latest=due)):
            # Of one chain of services and one buffer only the latest start is of use.
            chain = (days, *path.legs[:, :3].ravel().tolist())
            if chain not in found or found[chain].ready < path.ready:
                found[chain] = path
    return list(found.values())


def ready_times(network: Compiled, query: Query, chosen: Filter, first: int, last: int, grid_min: int) -> Ints:
    """The minutes at which it matters whether cargo is ready: the last one for each timetabled departure of the origin, and a grid.

    Services that run every so many hours have no last minute, which is what the grid is for.
    """
    net = network.network
    origin = network.index(query.origin)
    table = net.handling_of[origin]
    times = set(np.arange(last, first - 1, -grid_min).tolist())
    for q in range(net.at_first[origin], net.at_first[origin + 1]):
        pattern, stop = int(net.at_pattern[q]), int(net.at_stop[q])
        if not chosen.usable[pattern] or net.headway[pattern] >= 0:
            continue
        here = net.stop_first[pattern] + stop
        ahead = int(net.handling[table, 0, net.class_out[here]] + net.cutoff[here] - net.leaves[here])
        minutes = net.departure[net.departure_first[pattern] : net.departure_first[pattern + 1]] - ahead
        period = int(net.period[pattern])
        if period:
            turns = np.arange((first - period) // period, last // period + 2) * period
            minutes = (minutes[None, :] + turns[:, None]).ravel()
        times.update(_opened(network, origin, minute) for minute in minutes[(minutes >= first) & (minutes <= last)].tolist())
    return np.array(sorted(times), np.int64)


def _opened(network: Compiled, place: int, minute: int) -> int:
    """The minute itself, or the last one before it at which the place was open."""
    net = network.network
    windows = range(net.open_first[place], net.open_first[place + 1])
    period = int(net.open_period[place])
    turn = minute // period * period if period else 0
    closed = [turn - back + int(net.closes[w]) - 1 for back in ((0, period) if period else (0,)) for w in windows]
    inside = any(int(net.opens[w]) <= minute - turn < int(net.closes[w]) for w in windows)
    return minute if inside or not closed else max((end for end in closed if end <= minute), default=minute)
