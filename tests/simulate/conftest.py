"""Small corridors made from a few numbers, for the simulator's tests."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

from daliz.corridor import Corridor
from daliz.corridor.check import check
from daliz.corridor.read import table_from_rows
from daliz.corridor.schema import tables

Rows = list[dict[str, Any]]
COMMON = {"source": "made", "certainty": "assumed"}


def corridor_of(**given: Rows) -> Corridor:
    """A checked corridor from rows; source and certainty are filled in."""
    given["sources"] = [{"id": "made", "title": "made for a test", "certainty": "assumed"}]
    frames, problems = {}, []
    for name, table in tables().items():
        rows = [{**{key: value for key, value in COMMON.items() if key in table.column_names}, **row} for row in given.get(name, [])]
        frames[name], found = table_from_rows(table, rows) if rows else (table.empty(), [])
        problems += found
    problems += check(frames)
    assert not problems, [str(problem) for problem in problems]
    return Corridor(MappingProxyType(frames), (), "made")


def place(name: str, kind: str = "station", country: str = "KAZ") -> dict[str, Any]:
    return {"id": name, "name": name.title(), "kind": kind, "country": country, "lat": 45.0, "lon": 50.0, "timezone": "UTC"}


def two_seas(**change: Any) -> dict[str, Rows]:
    """Rows of a corridor of one railway, one crossing by ship and one railway: inland - border - west port ~ east port - end.

    `change` overrides the numbers below; everything else follows from them.
    """
    n = {
        "demand_teu": 20_000.0, "back_teu": 0.0, "train_teu": 100.0, "train_wait_h": 48.0, "tracks": 1, "line_day": 20.0, "other_day": 0.0,
        "border_servers": 2, "border_h": 2.0, "quota_day": None, "opens_h": None, "closes_h": None, "berths": 1, "berth_h": 10.0,
        "yard_teu": 800.0, "yard_h": 6.0, "ships": 3, "ship_teu": 200.0, "ship_wait_h": 24.0, "crossing_h": 20.0, "closed_share": 0.0,
        "closed_h": 24.0, "spread": 0.0, "formation_h": 4.0, "ship_leaves": "when_full",
    } | change  # fmt: skip

    def service_h(hours: float) -> dict[str, float]:
        return {"service_h": hours, "service_min_h": hours * (1 - n["spread"]), "service_max_h": hours * (1 + 2 * n["spread"])}

    def terminal(name: str, where: str, operation: str, handles: str, hours: float, **more: Any) -> dict[str, Any]:
        row = {"id": name, "place": where, "operation": operation, "handles": handles, "status": "open"}
        return row | service_h(hours) | more

    open_ = {"status": "open"}
    rows: dict[str, Rows] = {
        "places": [
            place("inland"),
            place("border", "rail_border"),
            place("port_a", "seaport"),
            place("port_b", "seaport", "AZE"),
            place("end", "station", "AZE"),
        ],
        "links": [
            _link("l1", "inland", "border", "rail", 400.0, n),
            _link("l2", "border", "port_a", "rail", 600.0, n),
            {"id": "sea", "from_place": "port_a", "to_place": "port_b", "mode": "sea", "length_km": 400.0, "speed_kmh": 20.0, **open_},
            _link("l3", "port_b", "end", "rail", 80.0, n),
        ],
        "terminals": [
            terminal("t_inland", "inland", "train_formation", "train", n["formation_h"], servers=2),
            terminal(
                "t_border", "border", "customs", "train", n["border_h"], servers=n["border_servers"], quota_day=n["quota_day"],
                opens_h=n["opens_h"], closes_h=n["closes_h"],
            ),
            terminal("berth_a", "port_a", "crane", "vessel", n["berth_h"], servers=n["berths"]),
            terminal("berth_b", "port_b", "crane", "vessel", n["berth_h"], servers=n["berths"]),
            terminal("yard_a", "port_a", "storage", "container", n["yard_h"], yard_teu=n["yard_teu"]),
            terminal("yard_b", "port_b", "storage", "container", n["yard_h"], yard_teu=n["yard_teu"]),
        ],
        "fleets": [
            {
                "id": "ships", "name": "Ships", "kind": "container_ship", "count": n["ships"], "capacity_teu": n["ship_teu"],
                "crossing_h": n["crossing_h"], "crossing_min_h": n["crossing_h"] * (1 - n["spread"] / 2),
                "crossing_max_h": n["crossing_h"] * (1 + n["spread"]), **open_,
            }
        ],
        "services": [
            _service("west", "rail", n["train_teu"], n["train_wait_h"]),
            _service("ship_out", "sea", n["ship_teu"], n["ship_wait_h"], fleet="ships", leaves=n["ship_leaves"]),
            _service("ship_back", "sea", n["ship_teu"], n["ship_wait_h"], fleet="ships", leaves=n["ship_leaves"]),
            _service("east", "rail", n["train_teu"], n["train_wait_h"]),
            _service("west_back", "rail", n["train_teu"], n["train_wait_h"]),
            _service("east_back", "rail", n["train_teu"], n["train_wait_h"]),
        ],
        "stops": [
            *_stops("west", [("inland", "", "load"), ("border", "l1", "work"), ("port_a", "l2", "unload")]),
            *_stops("ship_out", [("port_a", "", "load"), ("port_b", "sea", "unload")]),
            *_stops("ship_back", [("port_b", "", "load"), ("port_a", "sea", "unload")]),
            *_stops("east", [("port_b", "", "load"), ("end", "l3", "unload")]),
            *_stops("east_back", [("end", "", "load"), ("port_b", "l3", "unload")]),
            *_stops("west_back", [("port_a", "", "load"), ("border", "l2", "work"), ("inland", "l1", "unload")]),
        ],
        "commodities": [
            {
                "id": "goods", "name": "Goods", "tonnes_feu": 15.0, "value_usd_feu": 50_000.0, "time_value_usd_feu_day": 20.0,
                "reliability_value_usd_feu_day": 10.0,
            }
        ],
        "demands": [{"id": "out", "origin": "inland", "destination": "end", "commodity": "goods", "teu_year": n["demand_teu"]}],
    }  # fmt: skip
    if n["back_teu"]:
        rows["demands"].append({"id": "back", "origin": "end", "destination": "inland", "commodity": "goods", "teu_year": n["back_teu"]})
    if n["closed_share"]:
        rows["hazards"] = [
            {
                "id": "storm", "kind": "weather", "process": "storm", "places": ["port_a", "port_b"], "links": ["sea"],
                "share_closed": n["closed_share"], "closed_h": n["closed_h"], "status": "process",
            }
        ]  # fmt: skip
    return rows


def _link(name: str, start: str, end: str, mode: str, km: float, n: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name, "from_place": start, "to_place": end, "mode": mode, "length_km": km, "speed_kmh": 40.0, "tracks": n["tracks"],
        "capacity_trains_day": n["line_day"], "other_trains_day": n["other_day"], "status": "open",
    }  # fmt: skip


def _service(name: str, mode: str, teu: float, wait_h: float, fleet: str | None = None, leaves: str = "when_full") -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "mode": mode,
        "leaves": leaves,
        "headway_h": wait_h,
        "capacity_teu": teu,
        "fleet": fleet,
        "status": "open",
    }


def _stops(service: str, places: list[tuple[str, str, str]]) -> Rows:
    return [{"service": service, "seq": i + 1, "place": p, "link": link or None, "call": call} for i, (p, link, call) in enumerate(places)]


@pytest.fixture(scope="session")
def made() -> Callable[..., Corridor]:
    """Makes the corridor of `two_seas` with other numbers."""
    return lambda **change: corridor_of(**two_seas(**change))


@pytest.fixture(scope="session")
def made_rows() -> tuple[Callable[..., dict[str, Rows]], Callable[..., Corridor]]:
    """The rows of that corridor, and what makes a corridor of rows, to change rows in between."""
    return two_seas, corridor_of
