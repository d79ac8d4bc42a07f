"""Why there is no way: how far cargo gets, from where the destination could be reached, and which filter closes the last way."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from daliz.freight.plan import calendars
from daliz.freight.plan.compile import Compiled
from daliz.freight.plan.filters import Filter, filter_of, relaxations, runs_on
from daliz.freight.plan.network import NO_LOADING, NO_PASSING, NO_UNLOADING
from daliz.freight.plan.query import Query

SHOWN = 4


def _reach(network: Compiled, chosen: Filter, start: int, forward: bool) -> set[int]:
    """Places that cargo gets to from a place (or from which it gets there), in any number of legs and whatever the hours."""
    net = network.network
    hops: dict[int, set[int]] = {}
    for p, usable in enumerate(chosen.usable):
        if not usable:
            continue
        a, b = int(net.stop_first[p]), int(net.stop_first[p + 1])
        aboard: set[int] = set()
        for stop in range(a, b):
            place, gate = int(net.place[stop]), int(chosen.gate[stop])
            if gate & NO_PASSING:
                aboard = set()
            if not gate & NO_UNLOADING:
                for boarded in aboard:
                    hops.setdefault(boarded if forward else place, set()).add(place if forward else boarded)
            if not gate & NO_LOADING:
                aboard.add(place)
    found, waiting = {start}, [start]
    while waiting:
        for other in hops.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _names(network: Compiled, places: Iterable[int], near: int) -> str:
    """Names of the places nearest to one, and how many more there are."""
    rows = [network.place_rows[network.places[place]] for place in places]
    goal = network.place_rows[network.places[near]]
    rows.sort(key=lambda row: (row["lat"] - goal["lat"]) ** 2 + (row["lon"] - goal["lon"]) ** 2)
    text = ", ".join(row["name"] for row in rows[:SHOWN])
    return text + (f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else "")


def covered_days(network: Compiled) -> tuple[str, str] | None:
    """First and last day on which anything in a dated timetable runs; None when some service runs without limit."""
    first, last = [], []
    rows: dict[str, list[dict[str, object]]] = {}
    for row in network.corridor["departures"].iter_rows(named=True):
        rows.setdefault(row["service"], []).append(row)
    for service in network.corridor.open("services").iter_rows(named=True):
        for row in rows.get(service["id"], [service]):
            starts = [str(day) for day in (row["valid_from"], service["valid_from"]) if day]
            ends = [str(day) for day in (row["valid_to"], service["valid_to"]) if day]
            if not starts or not ends:
                return None
            first.append(max(starts))
            last.append(min(ends))
    return (min(first), max(last)) if first else None


def explain_no_way(network: Compiled, query: Query, has_way: Callable[[Query], bool]) -> str:
    """One line that says why no itinerary was found.

    Parameters: has_way (asks the planner another question; used to find out which filter closes the last way).
    """
    asked = query.depart if query.depart is not None else query.arrive_by or 0
    day = calendars.moment_of(asked).date().isoformat()
    days = covered_days(network)
    if days is not None and not days[0] <= day <= days[1]:
        return f"{day} is outside the timetable, which covers {days[0]} to {days[1]}"
    ends = " and ".join(network.place_rows[place]["name"] for place in (query.origin, query.destination))
    for name, other in relaxations(query).items():
        if has_way(other):
            return f"no connection between {ends}: {name} closes the last way; without it there is one"
    chosen = filter_of(network, query)
    start, end = network.index(query.origin), network.index(query.destination)
    onward, back = _reach(network, chosen, start, True), _reach(network, chosen, end, False)
    origin, destination = (network.place_rows[place]["name"] for place in (query.origin, query.destination))
    if end in onward:
        idle = [p.service["id"] for p in network.patterns if not runs_on(p, day)]
        reason = f"; not valid on {day}: {', '.join(idle[:SHOWN])}" if idle else ""
        return f"no connection from {origin} to {destination} from {day} on: services join them, but none leaves in time{reason}"
    if len(onward) == 1:
        return f"no connection: no service that may be used leaves {origin}"
    if len(back) == 1:
        reached = _names(network, onward - {start}, end)
        return f"no connection: no service that may be used comes to {destination}; cargo from {origin} gets as far as {reached}"
    return (
        f"no connection: cargo from {origin} gets as far as {_names(network, onward - {start}, end)}; "
        f"{destination} is reached only from {_names(network, back - {end}, start)}; nothing that may be used joins the two"
    )
