"""A small corridor of rows for the planner's tests, small enough to reckon by hand.

East (UTC+5, no change of clock) -- train, 10 h --> Border -- 5 h --> Port -- ship, 20 h --> Harbour -- train, 6 h --> West (Berlin time).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.check import check
from daliz.corridor.errors import DatasetError
from daliz.corridor.read import table_from_rows
from daliz.corridor.schema import tables

Row = dict[str, Any]
PLACES = (
    ("east", "East", "inland_port", "EST", 43.0, 77.0, "Asia/Tashkent"),
    ("border", "Border", "rail_border", "EST", 44.0, 70.0, "Asia/Tashkent"),
    ("port", "Port", "seaport", "MID", 43.6, 51.2, "UTC"),
    ("harbour", "Harbour", "seaport", "WST", 40.0, 49.4, "UTC"),
    ("west", "West", "station", "WST", 41.0, 45.0, "Europe/Berlin"),
    ("nowhere", "Nowhere", "station", "NOW", 60.0, 10.0, "UTC"),
)
LINKS = (
    ("r1", "east", "border", "rail", 400.0, 40.0, 1435),
    ("r2", "border", "port", "rail", 200.0, 40.0, 1435),
    ("s1", "port", "harbour", "sea", 400.0, 20.0, None),
    ("r3", "harbour", "west", "rail", 240.0, 40.0, 1520),
)


def service(name: str, mode: str, leaves: str, **more: Any) -> Row:
    """A row of services with what most tests want."""
    blank = {"capacity_teu": 100.0, "cutoff_h": 0.0, "traction": "diesel", "status": "open", "tariff_usd_feu": 1_000.0}
    return {"id": name, "name": name.replace("_", " "), "mode": mode, "leaves": leaves, **blank, **more}


def stops(name: str, *calls: tuple[str, str | None, str]) -> list[Row]:
    """Rows of stops: place, link from the stop before, call."""
    return [
        {"service": name, "seq": seq, "place": place, "link": link, "call": call} for seq, (place, link, call) in enumerate(calls, start=1)
    ]


def departure(name: str, service_id: str, weekdays: str, time: str, **more: Any) -> Row:
    """A row of departures."""
    return {"id": name, "service": service_id, "weekdays": weekdays, "time": time, **more}


def terminal(place: str, operation: str, hours: float, low: float | None = None, high: float | None = None, **more: Any) -> Row:
    """A row of terminals."""
    return {
        "id": f"{place}_{operation}",
        "place": place,
        "operation": operation,
        "handles": "train",
        "service_h": hours,
        "service_min_h": hours if low is None else low,
        "service_max_h": hours if high is None else high,
        "status": "open",
        **more,
    }


def corridor(**changed: list[Row]) -> Corridor:
    """The corridor, with whole tables replaced by name."""
    rows: dict[str, list[Row]] = {
        "places": [dict(zip(("id", "name", "kind", "country", "lat", "lon", "timezone"), place, strict=True)) for place in PLACES],
        "links": [
            {
                **dict(zip(("id", "from_place", "to_place", "mode", "length_km", "speed_kmh", "gauge_mm"), link, strict=True)),
                "status": "open",
            }
            for link in LINKS
        ],
        "services": [
            service("train_a", "rail", "timetable"),
            service("ship", "sea", "timetable", tariff_usd_feu=500.0, traction="feeder"),
            service("train_b", "rail", "timetable", tariff_usd_feu=200.0),
        ],
        "stops": [
            *stops("train_a", ("east", None, "load"), ("border", "r1", "pass"), ("port", "r2", "unload")),
            *stops("ship", ("port", None, "load"), ("harbour", "s1", "unload")),
            *stops("train_b", ("harbour", None, "load"), ("west", "r3", "unload")),
        ],
        "departures": [
            departure("a", "train_a", "1", "10:00"),
            departure("s", "ship", "24", "12:00"),
            departure("b", "train_b", "1234567", "18:00"),
        ],
        "sources": [{"id": "made_up", "title": "Made up for the tests", "certainty": "assumed"}],
    }
    rows.update(changed)
    frames: dict[str, pl.DataFrame] = {}
    for name, table in tables().items():
        filled = [
            {"source": "made_up", "certainty": "assumed", **row} if "source" in table.column_names else row for row in rows.get(name, [])
        ]
        if not filled:
            frames[name] = table.empty()
            continue
        frame, problems = table_from_rows(table, filled)
        if problems:
            raise DatasetError(problems)
        frames[name] = frame
    if problems := check(frames):
        raise DatasetError(problems)
    return Corridor(MappingProxyType(frames), (), "tests")
