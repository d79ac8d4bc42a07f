"""Hazards of the tables as closing processes and calendars, and what shallow water takes from a ship's payload."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from daliz.corridor import Corridor
from daliz.corridor.errors import DalizError
from daliz.freight.simulate.assumptions import Assumptions
from daliz.freight.simulate.model import Calendar, Process

CLOSING = ("weather", "queue", "closure", "breakdown", "other", "surge")
SHALLOW = ("draught", "sea_level")
HIGHEST_SHARE = 0.995


@dataclass
class Hazards:
    """Processes by name, what each of them touches, and payload shares lost by link."""

    processes: dict[str, Process] = field(default_factory=dict)
    at_place: dict[str, list[str]] = field(default_factory=dict)
    at_link: dict[str, list[str]] = field(default_factory=dict)
    payload_lost: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)

    def calendar(
        self, places: Iterable[str] = (), links: Iterable[str] = (), windows: tuple[tuple[float, float], ...] = (), ashore: bool = False
    ) -> str:
        """The name of the calendar of these places and links (made once), with further closed windows; empty when nothing closes them.

        Wind and waves do not stop work ashore.
        """
        found = [*(p for place in places for p in self.at_place.get(place, ())), *(p for link in links for p in self.at_link.get(link, ()))]
        processes = tuple(sorted({name for name in found if not (ashore and self.kinds[name] == "weather")}))
        if not processes and not windows:
            return ""
        name = " + ".join(processes)
        if windows:
            name += f" + hours {windows[0][0]:g}-{windows[0][1]:g} of {len(windows)}"
        self.calendars[name] = Calendar(name, processes, windows)
        return name


def read_hazards(corridor: Corridor, assumptions: Assumptions) -> Hazards:
    """All hazards of the corridor that the simulation draws.

    Raises: DalizError for closures that never end (a share of 1 in every month, or events without a length).
    """
    found = Hazards()
    by_process: dict[str, list[dict[str, Any]]] = {}
    for row in corridor.open("hazards").iter_rows(named=True):
        if row["kind"] in SHALLOW:
            for link in row["links"] or ():
                found.payload_lost[link] = found.payload_lost.get(link, 0.0) + (row["share_closed"] or 0.0)
        elif row["kind"] in CLOSING and (row["places"] or row["links"]):
            by_process.setdefault(row["process"] or row["id"], []).append(row)
    for name, rows in by_process.items():
        months = [_month(rows, month, assumptions) for month in range(1, 13)]
        if all(spell[1] == 0.0 for spell in months):
            continue
        if all(open_h == 0.0 for open_h, *_ in months):
            raise DalizError(f"hazards/{rows[0]['id']}: share_closed = 1 in every month: the closure of {name} never ends")
        found.processes[name] = Process(name, months=months)
        found.kinds[name] = rows[0]["kind"]
        found.rows[name] = [f"hazards/{row['id']}" for row in rows]
        for row in rows:
            for place in row["places"] or ():
                _add(found.at_place, place, name)
            for link in row["links"] or ():
                _add(found.at_link, link, name)
    return found


def _add(where: dict[str, list[str]], key: str, name: str) -> None:
    names = where.setdefault(key, [])
    if name not in names:
        names.append(name)


def _month(rows: list[dict[str, Any]], month: int, assumptions: Assumptions) -> tuple[float, float, float, float]:
    """Mean open hours, and mean, shortest and longest closed hours of a process in a month; closed 0: never closes."""
    row = next((row for row in rows if row["month"] == month), None) or next((row for row in rows if row["month"] is None), None)
    if row is None:
        return 1e9, 0.0, 0.0, 0.0
    share, events, mean = row["share_closed"], row["events_year"], row["closed_h"]
    if not share and not events:
        return 1e9, 0.0, 0.0, 0.0
    if mean is None:
        low, high = row["closed_min_h"], row["closed_max_h"]
        if low is None or high is None:
            raise DalizError(f"hazards/{row['id']}: closed_h is empty: a closure without a length never ends; give closed_h in hours")
        mean = (low + high) / 2
    if events and not share:
        share = min(1.0, events * mean / 8760.0)
    share = min(share * assumptions.weather_factor, 1.0)
    if share <= 0.0:
        return 1e9, 0.0, 0.0, 0.0
    open_mean = 0.0 if share > HIGHEST_SHARE else mean * (1.0 - share) / share
    return open_mean, mean, min(row["closed_min_h"] or 0.0, mean), row["closed_max_h"] or 0.0


def utc_offset_h(timezone: str | None) -> float:
    """Hours by which local time is ahead of UTC in winter. Raises: DalizError for an unknown time zone."""
    try:
        offset = datetime(2025, 1, 1, tzinfo=UTC).astimezone(ZoneInfo(timezone or "UTC")).utcoffset()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise DalizError(f"places: timezone = {timezone!r} is not an IANA time zone") from error
    return offset.total_seconds() / 3600.0 if offset is not None else 0.0


def closed_windows(opens_h: float, closes_h: float, offset_h: float, horizon_h: float) -> tuple[tuple[float, float], ...]:
    """Closed spells of a place that opens and closes daily at local hours.

    >>> closed_windows(8.0, 20.0, 0.0, 48.0)
    ((-4.0, 8.0), (20.0, 32.0), (44.0, 56.0))
    """
    if closes_h - opens_h >= 24.0:
        return ()
    spells = []
    day = -1
    while 24.0 * day + closes_h - offset_h < horizon_h:
        spells.append((24.0 * day + closes_h - offset_h, 24.0 * (day + 1) + opens_h - offset_h))
        day += 1
    return tuple(spell for spell in spells if spell[1] > 0.0)
