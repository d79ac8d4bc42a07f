"""Capacity: how much could pass a corridor's network in a year, if nothing were late and nobody else wanted to.

Services run over links, through terminals, with fleets; each of these has a yearly capacity, and the most that can pass from one place to
another is a maximum flow (Ford and Fulkerson 1956; Dinic's algorithm in scipy). Capacities shared by several services are shared in the
flow. It is an upper bound: weather, breakdowns and queues take from it what `daliz simulate` says.

Nodes: a place once for each mode that stops or passes there, split where trains change gauge or are handed over, and once as a yard where
cargo changes. Arcs: a link in the direction in which open services run over it; and cranes, berths and train formation between trains,
ships and yard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from daliz.corridor import Corridor
from daliz.freight.simulate.assumptions import CAPACITY_TRAINS_DAY, SPEED_KMH

YEAR_H, YEAR_DAYS = 8_760.0, 365.0
TRAIN_TEU = 100.0
TONNES_TEU = 7.0
UNLIMITED = 100_000_000
LONGEST_DETOUR = 3.0
BY_TRANSFER = {"rail": "train_formation", "sea": "crane", "ferry": "ferry_berth"}
BY_PASSING = ("gauge_change", "handover")
Row = dict[str, Any]
Node = tuple[str, str]
Arc = tuple[Node, Node]
Limit = tuple[float, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Capacities:
    """The network of yearly capacities.

    Attributes: node (index by place and part of it), arcs (pairs of nodes), tail, head (indices), teu_year (whole TEU), hours (of running,
    at typical speed), countries (of each arc's ends), rows (what limits each arc: `links/ca1`, `terminals/alat_crane`, or the services over
    it; empty: nothing).
    """

    node: Mapping[Node, int]
    arcs: tuple[Arc, ...]
    tail: npt.NDArray[np.int32]
    head: npt.NDArray[np.int32]
    teu_year: npt.NDArray[np.int32]
    hours: npt.NDArray[np.float64]
    countries: tuple[frozenset[str], ...]
    rows: tuple[tuple[str, ...], ...]

    def matrix(self, values: npt.NDArray[Any]) -> sparse.csr_array:
        """A value of each arc as a sparse matrix over the nodes."""
        size = len(self.node)
        return sparse.csr_array((values, (self.tail, self.head)), shape=(size, size))


@dataclass(frozen=True)
class Most:
    """The most that can pass between two places: TEU a year, and the countries that it passes."""

    teu_year: int
    touches: frozenset[str]


def service_teu_year(service: Row, fleet: Row | None, berth_h: float, departures_week: int) -> float:
    """What a service could carry in a year in its direction; infinite when neither its timetable nor ships limit it."""
    most = np.inf
    if service["leaves"] == "headway" and service["headway_h"]:
        most = service["capacity_teu"] * YEAR_H / service["headway_h"]
    elif service["leaves"] == "timetable":
        most = service["capacity_teu"] * departures_week * YEAR_DAYS / 7
    if fleet is not None and fleet["crossing_h"]:
        cycle_h = 2 * (fleet["crossing_h"] + berth_h)
        most = min(most, fleet["count"] * YEAR_H / cycle_h * (fleet["capacity_teu"] or service["capacity_teu"]))
    return most


def terminal_teu_year(terminal: Row, unit_teu: float) -> float:
    """What a terminal can handle in a year, by the tightest of its published capacity, its servers and its daily quota."""
    limits = [np.inf]
    if terminal["capacity_teu_year"]:
        limits.append(terminal["capacity_teu_year"])
    if terminal["capacity_t_year"]:
        limits.append(terminal["capacity_t_year"] / TONNES_TEU)
    if terminal["quota_day"]:
        limits.append(terminal["quota_day"] * YEAR_DAYS * unit_teu)
    if terminal["servers"] and terminal["service_h"]:
        limits.append(terminal["servers"] * YEAR_H / terminal["service_h"] * unit_teu)
    return min(limits)


def link_teu_year(link: Row, unit_teu: float) -> float:
    """What a railway can carry in a year in each direction beside other traffic; other links have no limit of their own."""
    if link["mode"] != "rail":
        return np.inf
    trains = link["capacity_trains_day"] or CAPACITY_TRAINS_DAY[min(link["tracks"] or 1, 2)]
    return max(trains - (link["other_trains_day"] or 0), 0.0) * YEAR_DAYS * unit_teu


def _runs(corridor: Corridor) -> pl.DataFrame:
    """One row for each link that an open service runs over: service, mode, from, to, link, teu (of one departure)."""
    stops = corridor["stops"].sort("service", "seq").with_columns(pl.col("place").shift(1).over("service").alias("before"))
    services = corridor.open("services").select(service="id", mode="mode", teu="capacity_teu")
    open_links = corridor.open("links")["id"].to_list()
    kept = stops.filter(pl.col("before").is_not_null() & (pl.col("link").is_null() | pl.col("link").is_in(open_links)))
    return kept.join(services, on="service", maintain_order="left").select("service", "mode", "before", "place", "link", "teu")


def _yearly(corridor: Corridor) -> dict[str, float]:
    """TEU a year of each open service."""
    fleets = {row["id"]: row for row in corridor.open("fleets").iter_rows(named=True)}
    berths = {
        (row["place"], row["operation"]): row["service_h"] or 0.0
        for row in corridor.open("terminals").iter_rows(named=True)
        if row["operation"] in ("crane", "ferry_berth")
    }
    week = {name: sum(len(days) for days in group["weekdays"]) for (name,), group in corridor["departures"].group_by("service")}
    places = dict(corridor["stops"].sort("seq").group_by("service").agg("place").iter_rows())
    found = {}
    for service in corridor.open("services").iter_rows(named=True):
        ends = places.get(service["id"], [None])
        worked = BY_TRANSFER.get(service["mode"], "")
        berth_h = sum(berths.get((place, worked), 0.0) for place in (ends[0], ends[-1])) / 2
        found[service["id"]] = service_teu_year(service, fleets.get(service["fleet"] or ""), berth_h, week.get(service["id"], 0))
    return found


def touched_by_service(corridor: Corridor) -> dict[str, set[str]]:
    """Countries that each service touches: of its stops, and of the ends of the links it runs over (closing any of them shuts the
    service)."""
    country = dict(corridor["places"].select("id", "country").iter_rows())
    ends = {link: {country[a], country[b]} for link, a, b in corridor["links"].select("id", "from_place", "to_place").iter_rows()}
    found: dict[str, set[str]] = {}
    for service, place, link in corridor["stops"].select("service", "place", "link").iter_rows():
        found.setdefault(service, set()).update({country[place]}, ends.get(link, set()))
    return found


@lru_cache(maxsize=64)
def capacities(corridor: Corridor) -> Capacities:
    """The network of yearly capacities of a corridor's open services, links and terminals."""
    runs = _runs(corridor)
    yearly = _yearly(corridor)
    links = {row["id"]: row for row in corridor.open("links").iter_rows(named=True)}
    arcs: dict[Arc, Limit] = {}
    hours: dict[Arc, float] = {}
    grouped = runs.group_by("mode", "before", "place", "link", maintain_order=True).agg("service", pl.col("teu").max())
    for mode, before, place, link, services, teu in grouped.iter_rows():
        carried = sum(yearly[service] for service in services)
        line = link_teu_year(links[link], teu) if link else np.inf
        by = (f"links/{link}",) if line < carried else tuple(f"services/{service}" for service in services)
        key = (before, f"{mode} out"), (place, f"{mode} in")
        hours[key] = min(hours.get(key, np.inf), _hours(links.get(link), mode))
        known, rows = arcs.get(key, (0.0, ()))
        total = known + min(carried, line)
        arcs[key] = (total, rows + by) if np.isfinite(total) else (np.inf, ())
    _add_places(corridor, runs, arcs)
    country = dict(corridor["places"].select("id", "country").iter_rows())
    node = {name: index for index, name in enumerate(sorted({end for arc in arcs for end in arc}))}
    return Capacities(
        node,
        tuple(arcs),
        np.array([node[tail] for tail, _ in arcs], np.int32),
        np.array([node[head] for _, head in arcs], np.int32),
        np.array([min(round(limit), UNLIMITED) if np.isfinite(limit) else UNLIMITED for limit, _ in arcs.values()], np.int32),
        np.array([hours.get(arc, 0.0) for arc in arcs]),
        tuple(frozenset(country[place] for place, _ in arc) for arc in arcs),
        tuple(rows for _, rows in arcs.values()),
    )


def _hours(link: Row | None, mode: str) -> float:
    return link["length_km"] / (link["speed_kmh"] or SPEED_KMH[mode]) if link else 0.0


def _add_places(corridor: Corridor, runs: pl.DataFrame, arcs: dict[Arc, Limit]) -> None:
    """Add what may happen to cargo at each place: go on with its train, be unloaded, be loaded."""
    terminals: dict[tuple[str, str], list[Row]] = {}
    for row in corridor.open("terminals").iter_rows(named=True):
        terminals.setdefault((row["place"], row["operation"]), []).append(row)
    calls = pl.concat([runs.select("mode", "teu", place=end) for end in ("before", "place")])
    for mode, place, teu in calls.group_by("mode", "place").agg(pl.col("teu").max()).sort("mode", "place").iter_rows():
        unit = TRAIN_TEU if mode == "rail" else teu
        if mode == "rail":
            arcs[(place, "rail in"), (place, "rail out")] = min(_together(terminals.get((place, kind), []), unit) for kind in BY_PASSING)
        else:
            arcs[(place, f"{mode} in"), (place, f"{mode} out")] = np.inf, ()
        loading = _together(terminals.get((place, BY_TRANSFER.get(mode, "")), []), unit)
        arcs[(place, f"{mode} in"), (place, "yard in")] = loading
        arcs[(place, "yard out"), (place, f"{mode} out")] = loading
        arcs[(place, "yard in"), (place, "yard out")] = np.inf, ()


def _together(rows: list[Row], unit_teu: float) -> Limit:
    """What the terminals of one kind in a place can do together, and their rows; nothing limits where there is none."""
    total = sum(terminal_teu_year(row, unit_teu) for row in rows) if rows else np.inf
    return (total, tuple(f"terminals/{row['id']}" for row in rows)) if np.isfinite(total) else (np.inf, ())


@lru_cache(maxsize=1 << 12)
def sensible_arcs(corridor: Corridor, origin: str, destination: str) -> frozenset[Arc]:
    """The arcs on ways from one place to another that run at most three times as long as the shortest."""
    network = capacities(corridor)
    source, sink = network.node.get((origin, "yard in")), network.node.get((destination, "yard out"))
    if source is None or sink is None:
        return frozenset()
    # A sparse matrix drops zeros, and an arc within a place is no gap: it takes a second.
    hours = network.matrix(np.maximum(network.hours, 1 / 3600))
    there = csgraph.dijkstra(hours, indices=source)
    back = csgraph.dijkstra(hours.T.tocsr(), indices=sink)
    within = there[network.tail] + network.hours + back[network.head] <= LONGEST_DETOUR * there[sink]
    return frozenset(network.arcs[arc] for arc in np.flatnonzero(within)) if np.isfinite(there[sink]) else frozenset()


@lru_cache(maxsize=1 << 14)
def most_flow(corridor: Corridor, origin: str, destination: str, closed: frozenset[str] = frozenset()) -> Most:
    """The most TEU that can pass from one place to another in a year, with the countries that it passes.

    Parameters: closed (countries whose territory nothing passes; trains and ships are there on the rest of their way, and which ways are
    sensible is decided as if nothing were closed).
    """
    found = _maximum(corridor, origin, destination, closed)
    if found is None:
        return Most(0, frozenset())
    network = capacities(corridor)
    flow, size = sparse.coo_array(found[1].flow), len(network.node)
    moving = np.flatnonzero(np.isin(network.tail * size + network.head, (flow.row * size + flow.col)[flow.data > 0]))
    return Most(int(found[1].flow_value), frozenset().union(*(network.countries[arc] for arc in moving)))


def _maximum(
    corridor: Corridor, origin: str, destination: str, closed: frozenset[str] = frozenset()
) -> tuple[sparse.csr_array, Any] | None:
    """Room of the sensible arcs, and the maximum flow over them; None when one of the places has no service."""
    network = capacities(corridor)
    source, sink = network.node.get((origin, "yard in")), network.node.get((destination, "yard out"))
    if source is None or sink is None or origin == destination:
        return None
    sensible = sensible_arcs(corridor, origin, destination)
    usable = [arc in sensible and not countries & closed for arc, countries in zip(network.arcs, network.countries, strict=True)]
    room = network.matrix(np.where(usable, network.teu_year, 0).astype(np.int32))
    return room, csgraph.maximum_flow(room, source, sink)


def limiting_rows(corridor: Corridor, origin: str, destination: str) -> tuple[str, ...]:
    """The rows that limit what can pass from one place to another: those of a minimum cut nearest to the origin."""
    network, found = capacities(corridor), _maximum(corridor, origin, destination)
    if found is None or not found[1].flow_value:
        return ()
    sensible = sensible_arcs(corridor, origin, destination)
    residual = sparse.csr_array(found[0] - found[1].flow)
    residual.eliminate_zeros()
    reached = np.zeros(len(network.node), bool)
    reached[csgraph.breadth_first_order(residual, network.node[origin, "yard in"], return_predecessors=False)] = True
    crossing = np.flatnonzero(reached[network.tail] & ~reached[network.head])
    return tuple(dict.fromkeys(row for arc in crossing if network.arcs[arc] in sensible for row in network.rows[arc]))
