"""Tables to arrays: the corridor as the planner's network.

Compiled once a corridor and month and kept, so that many questions cost one compilation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from daliz.corridor import Corridor
from daliz.freight.plan import calendars
from daliz.freight.plan.calendars import BEFORE_DAYS, Horizon
from daliz.freight.plan.emissions import Factors
from daliz.freight.plan.geometry import great_circle_km
from daliz.freight.plan.network import Closures, Network, Noise, pack
from daliz.freight.plan.search import Router
from daliz.freight.plan.services import Reading, Row, ServicePattern, fill_hours, service_pattern
from daliz.freight.plan.transfers import HOUR_MIN, Operation, handling, openings, operations_by_place

HORIZON_DAYS = 360
LORRY_KM = 120.0
"""Cities, and places with terminals, of one country within this great-circle distance are joined by lorry where no service does it."""
ROAD_DETOUR = 1.3


@dataclass(frozen=True, eq=False)
class Compiled:
    """A corridor ready for questions.

    Attributes: corridor, horizon (days over which dated departures are listed), places (ids in the order of the arrays) and place_rows,
    patterns (in the order of the arrays), network, noise, router, operations (terminals by place and kind), links (rows by id).
    """

    corridor: Corridor
    horizon: Horizon
    places: list[str]
    place_rows: Mapping[str, Row]
    patterns: list[ServicePattern]
    network: Network
    noise: Noise
    router: Router
    operations: Mapping[str, Mapping[str, Operation]]
    links: Mapping[str, Row]

    def index(self, place: str) -> int:
        """Where a place stands in the arrays."""
        return self._index[place]

    @property
    def _index(self) -> Mapping[str, int]:
        return _indices(tuple(self.places))


@lru_cache(maxsize=16)
def _indices(places: tuple[str, ...]) -> Mapping[str, int]:
    return {place: index for index, place in enumerate(places)}


@lru_cache(maxsize=16)
def compiled(corridor: Corridor, month: date) -> Compiled:
    """The network of a corridor around a month (any day of it).

    Raises: DalizError for a stop without link and hours, or an unknown time zone.
    """
    horizon = Horizon(month.replace(day=1) - timedelta(days=BEFORE_DAYS), BEFORE_DAYS + HORIZON_DAYS)
    places = corridor["places"]["id"].to_list()
    place_rows = {row["id"]: row for row in corridor["places"].iter_rows(named=True)}
    links = {row["id"]: row for row in corridor["links"].iter_rows(named=True)}
    operations = operations_by_place(corridor)
    closures, process_of = _closures(corridor)
    reading = Reading(
        place_index=_indices(tuple(places)),
        places=place_rows,
        links=links,
        open_links=frozenset(corridor.open("links")["id"]),
        fleets={row["id"]: row for row in corridor.open("fleets").iter_rows(named=True)},
        operations=operations,
        factors=Factors.of(corridor),
        closures=process_of,
        closure_second_min2=(2 * closures.share[:, month.month - 1] * closures.mean_min[:, month.month - 1] ** 2).tolist(),
        fill_h=fill_hours(corridor),
        horizon=horizon,
    )
    patterns = [*_services(corridor, reading), *_lorries(corridor, reading)]
    zones = {place: row["timezone"] or "UTC" for place, row in place_rows.items() if place in operations}
    hours = openings(
        places,
        operations,
        {place: calendars.midnights(name, horizon).tolist() for place, name in zones.items()},
        {place: calendars.constant_clock(name, horizon) for place, name in zones.items()},
    )
    network, noise = pack([p.pattern for p in patterns], len(places), handling(places, operations), hours, closures)
    return Compiled(corridor, horizon, places, place_rows, patterns, network, noise, Router(network), operations, links)


def _services(corridor: Corridor, reading: Reading) -> list[ServicePattern]:
    stops: dict[str, list[Row]] = {}
    for row in corridor["stops"].sort("service", "seq").iter_rows(named=True):
        stops.setdefault(row["service"], []).append(row)
    departures: dict[str, list[Row]] = {}
    for row in corridor["departures"].iter_rows(named=True):
        departures.setdefault(row["service"], []).append(row)
    read = (
        service_pattern(reading, service, stops.get(service["id"], []), departures.get(service["id"], []))
        for service in corridor.open("services").iter_rows(named=True)
    )
    return [pattern for pattern in read if pattern is not None]


def _lorries(corridor: Corridor, reading: Reading) -> list[ServicePattern]:
    """First and last mile: a lorry over every open road, and between near places of one country, where no road service runs already."""
    road = set(corridor.open("services").filter(pl.col("mode") == "road")["id"])
    joined: set[frozenset[str]] = set()
    before = ("", "")
    for service, place in corridor["stops"].sort("service", "seq").select("service", "place").iter_rows():
        if service in road and service == before[0]:
            joined.add(frozenset((before[1], place)))
        before = service, place
    ways = [
        (row["from_place"], row["to_place"], row)
        for row in corridor.open("links").iter_rows(named=True)
        if row["mode"] == "road" and frozenset((row["from_place"], row["to_place"])) not in joined
    ]
    joined |= {frozenset((a, b)) for a, b, _ in ways}
    near = _near([row for row in reading.places.values() if row["kind"] == "city" or row["id"] in reading.operations])
    ways += [(a, b, _guessed_road(a, b, km)) for a, b, km in near if frozenset((a, b)) not in joined]
    found = []
    for a, b, link in ways:
        ends = ((a, b),) if link["direction"] == "forward" else ((a, b), (b, a))
        for start, end in ends:
            read = service_pattern(_with_link(reading, link), _lorry(start, end), _lorry_stops(start, end, link["id"]), [])
            if read is not None:
                found.append(read)
    return found


def _near(rows: list[Row]) -> list[tuple[str, str, float]]:
    near = []
    for i, a in enumerate(rows):
        for b in rows[i + 1 :]:
            if a["country"] != b["country"] or abs(a["lat"] - b["lat"]) > LORRY_KM / 110:
                continue
            km = great_circle_km((a["lon"], a["lat"]), (b["lon"], b["lat"]))
            if km <= LORRY_KM:
                near.append((a["id"], b["id"], km))
    return near


def _guessed_road(a: str, b: str, km: float) -> Row:
    return {
        "id": f"road:{a}-{b}",
        "from_place": a,
        "to_place": b,
        "mode": "road",
        "length_km": max(km * ROAD_DETOUR, 1.0),
        "speed_kmh": None,
        "gauge_mm": None,
        "gauge_to_mm": None,
        "electrified": None,
        "direction": "both",
        "certainty": "assumed",
    }


def _with_link(reading: Reading, link: Row) -> Reading:
    if link["id"] in reading.links:
        return reading
    from dataclasses import replace

    return replace(reading, links={link["id"]: link}, open_links=frozenset([link["id"]]))


def _lorry(start: str, end: str) -> Row:
    return {
        "id": f"lorry:{start}-{end}",
        "name": "Lorry",
        "operator": None,
        "mode": "road",
        "leaves": "headway",
        "headway_h": 0.0,
        "capacity_teu": 1e9,
        "fleet": None,
        "cutoff_h": 0.0,
        "tariff_usd_feu": None,
        "excludes": None,
        "traction": "lorry",
        "valid_from": None,
        "valid_to": None,
        "certainty": "assumed",
    }


def _lorry_stops(start: str, end: str, link: str) -> list[Row]:
    blank = {"run_h": None, "dwell_h": None}
    return [
        {**blank, "service": f"lorry:{start}-{end}", "seq": 1, "place": start, "link": None, "call": "load"},
        {**blank, "service": f"lorry:{start}-{end}", "seq": 2, "place": end, "link": link, "call": "unload"},
    ]


def _closures(corridor: Corridor) -> tuple[Closures, dict[str, int]]:
    """Closing processes by month, and the process of each link and place (`links/ca1`); of several the one that shuts most."""
    rows = [row for row in corridor.open("hazards").iter_rows(named=True) if _closing_share(row) and row["closed_h"]]
    names = sorted({row["process"] or row["id"] for row in rows})
    share = np.zeros((len(names) or 1, 12))
    mean = np.ones((len(names) or 1, 12))
    touched: dict[str, set[int]] = {}
    for row in rows:
        process = names.index(row["process"] or row["id"])
        months = [row["month"] - 1] if row["month"] else list(range(12))
        share[process, months] = min(_closing_share(row), 0.99)
        mean[process, months] = row["closed_h"] * HOUR_MIN
        for column in ("links", "places"):
            for name in row[column] or ():
                touched.setdefault(f"{column}/{name}", set()).add(process)
    strongest = {name: max(processes, key=lambda process: share[process].sum()) for name, processes in touched.items()}
    return Closures(share, mean), strongest


def _closing_share(row: Row) -> float:
    if row["kind"] in ("draught", "sea_level", "cable_cut"):
        return 0.0
    if row["share_closed"]:
        return float(row["share_closed"])
    return (row["events_year"] or 0.0) * (row["closed_h"] or 0.0) / 8_760
