"""Services as the simulation sees them, and the chain of services that a demand takes."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.errors import DalizError

LOADS, UNLOADS = ("load", "both"), ("unload", "both")


class NoPathError(DalizError):
    """A demand that no chain of services carries."""


@dataclass(frozen=True)
class Call:
    """One stop of a service: sequence number, place, call, the link over which it is reached and the hours of that run (None: unknown)."""

    seq: int
    place: str
    call: str
    link: str | None
    run_h: float | None
    dwell_h: float | None


@dataclass(frozen=True)
class Service:
    """One open service with its stops in order."""

    row: Mapping[str, Any]
    calls: tuple[Call, ...]

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def at_sea(self) -> bool:
        return self.row["mode"] in ("sea", "ferry")


@dataclass(frozen=True)
class Leg:
    """A ride on a service between two of its stops (indices into its calls)."""

    service: str
    board: int
    alight: int


@dataclass
class Network:
    """Open services, and the typical hours of riding them: `hours[service]` by pair of stops, from boarding to
    having left it; `waits` for its departure; `dwells` in the yard of a place on changing there."""

    services: dict[str, Service]
    hours: dict[str, dict[tuple[int, int], float]] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    dwells: dict[str, float] = field(default_factory=dict)

    def legs(self) -> dict[str, list[tuple[Leg, str, float]]]:
        """Rides by the place where they start: the ride, where it ends, and its hours."""
        found: dict[str, list[tuple[Leg, str, float]]] = {}
        for name, service in self.services.items():
            for i, start in enumerate(service.calls):
                if start.call not in LOADS:
                    continue
                for j in range(i + 1, len(service.calls)):
                    if service.calls[j].call in UNLOADS:
                        hours = self.hours[name][i, j] + self.waits[name]
                        found.setdefault(start.place, []).append((Leg(name, i, j), service.calls[j].place, hours))
        return found


def open_services(corridor: Corridor) -> dict[str, Service]:
    """Services that are open, with their stops. Raises: DalizError when one has fewer than two stops."""
    stops: dict[str, list[Call]] = {}
    for row in corridor["stops"].sort("service", "seq").iter_rows(named=True):
        call = Call(row["seq"], row["place"], row["call"] or "pass", row["link"], row["run_h"], row["dwell_h"])
        stops.setdefault(row["service"], []).append(call)
    found = {}
    for row in corridor.open("services").iter_rows(named=True):
        calls = stops.get(row["id"], [])
        if len(calls) < 2:
            raise DalizError(f"services/{row['id']}: has {len(calls)} stops in the table stops, expected at least two")
        found[row["id"]] = Service(row, tuple(calls))
    return found


def chain_of(network: Network, demand: Mapping[str, Any], needs: Sequence[str]) -> list[Leg]:
    """The rides of a demand: along its route when it names one that still runs, else along the fastest chain of services.

    Raises: NoPathError when there is none, saying which pair and why.
    """
    pair = f"demands/{demand['id']}: no path from {demand['origin']} to {demand['destination']}"
    route = list(demand["route"] or ())
    if route and all(name in network.services for name in route):
        return _along(network, demand, route, pair)
    barred = {name for name, service in network.services.items() if set(needs) & set(service.row["excludes"] or ())}
    legs = fastest(network, demand["origin"], demand["destination"], barred)
    if legs is None:
        raise NoPathError(f"{pair}{_why(network, demand, route, barred)}")
    return legs


def _along(network: Network, demand: Mapping[str, Any], route: Sequence[str], pair: str) -> list[Leg]:
    """The rides along named services: at each place reached, every stop further down the next service is tried."""
    reached: dict[str, list[Leg]] = {demand["origin"]: []}
    for name in route:
        calls = network.services[name].calls
        following: dict[str, list[Leg]] = {}
        for i, start in enumerate(calls):
            if start.call in LOADS and start.place in reached:
                for j in range(i + 1, len(calls)):
                    if calls[j].call in UNLOADS:
                        following.setdefault(calls[j].place, [*reached[start.place], Leg(name, i, j)])
        if not following:
            raise NoPathError(f"{pair}: {name} loads nothing at {', '.join(reached)}, where the services before it in the route end")
        reached = following
    if demand["destination"] not in reached:
        raise NoPathError(f"{pair}: the last service of its route, {route[-1]}, unloads at {', '.join(reached)}")
    return reached[demand["destination"]]


def probe_chain(network: Network, origin: str, destination: str) -> list[Leg]:
    """The chain for a measured pair without a demand: a direct service where there is one, else by rail and sea, else any.

    Raises: NoPathError when there is none.
    """
    direct = [(hours, leg) for leg, end, hours in network.legs().get(origin, ()) if end == destination]
    if direct:
        return [min(direct, key=lambda ride: ride[0])[1]]
    lorries = {name for name, service in network.services.items() if service.row["mode"] == "road"}
    legs = fastest(network, origin, destination, lorries) or fastest(network, origin, destination, set())
    if legs is None:
        demand = {"id": f"probe {origin}-{destination}", "origin": origin, "destination": destination, "commodity": ""}
        raise NoPathError(f"no path from {origin} to {destination}{_why(network, demand, (), set())}")
    return legs


def fastest(network: Network, origin: str, destination: str, barred: set[str]) -> list[Leg] | None:
    """The chain with the fewest typical hours, waits for departures included (Dijkstra 1959); None when there is none."""
    rides = network.legs()
    queue: list[tuple[float, int, str, list[Leg]]] = [(0.0, 0, origin, [])]
    done: set[str] = set()
    pushed = 0
    while queue:
        hours, _, place, legs = heapq.heappop(queue)
        if place == destination:
            return legs
        if place in done:
            continue
        done.add(place)
        for leg, end, ride in rides.get(place, ()):
            if leg.service not in barred and end not in done:
                pushed += 1
                dwell = network.dwells.get(place, 0.0) if legs else 0.0
                heapq.heappush(queue, (hours + ride + dwell, pushed, end, [*legs, leg]))
    return None


def _why(network: Network, demand: Mapping[str, Any], route: Sequence[str], barred: set[str]) -> str:
    shut = [name for name in route if name not in network.services]
    first = f": {', '.join(shut)} of its route {'is' if len(shut) == 1 else 'are'} not open and there is no other way" if shut else ""
    loads = {call.place for service in network.services.values() for call in service.calls if call.call in LOADS}
    unloads = {call.place for service in network.services.values() for call in service.calls if call.call in UNLOADS}
    if demand["origin"] not in loads:
        return f"{first or ':'} no open service loads at {demand['origin']}"
    if demand["destination"] not in unloads:
        return f"{first or ':'} no open service unloads at {demand['destination']}"
    if barred:
        return f"{first or ':'} {', '.join(sorted(barred))} exclude cargo of the class {demand['commodity']}"
    return first or ": no chain of open services joins them"
