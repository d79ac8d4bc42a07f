"""Departures of the tables as hours of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.errors import DalizError

BASE_YEAR = 2025


def departures_of(corridor: Corridor, service: Mapping[str, Any], offset_h: float, start: date, horizon_h: float) -> list[float]:
    """Hours of departure of a service that runs by headway or timetable, in order.

    Parameters: offset_h (hours by which its first stop is ahead of UTC), start (day of hour 0). Raises: DalizError when a timetable has no
    departure within the horizon.
    """
    if service["leaves"] == "headway":
        headway = service["headway_h"]
        if headway is None:
            raise DalizError(f"services/{service['id']}: leaves by headway, but headway_h is empty; give the hours between departures")
        return [headway * k for k in range(1, int(horizon_h / headway) + 1)]
    rows = corridor["departures"].filter(corridor["departures"]["service"] == service["id"]).to_dicts()
    hours = sorted({hour for row in rows for hour in _of_row(row, offset_h, start, horizon_h)})
    if not hours:
        end = start + timedelta(hours=horizon_h)
        why = "no row in the table departures" if not rows else f"no departure between {start} and {end}"
        raise DalizError(f"services/{service['id']}: leaves by timetable, but has {why}")
    return hours


def _of_row(row: Mapping[str, Any], offset_h: float, start: date, horizon_h: float) -> list[float]:
    clock, minutes = row["time"].split(":")
    at = int(clock) + int(minutes) / 60.0 - offset_h
    first, last = _day(row["valid_from"], date.min), _day(row["valid_to"], date.max)
    extra, without = set(row["extra_dates"] or ()), set(row["except_dates"] or ())
    found = []
    for number in range(-1, int(horizon_h / 24.0) + 1):
        day = start + timedelta(days=number)
        runs = str(day.isoweekday()) in row["weekdays"] and first <= day <= last and day.isoformat() not in without
        hour = 24.0 * number + at
        if (runs or day.isoformat() in extra) and 0.0 < hour <= horizon_h:
            found.append(hour)
    return found


def _day(text: str | None, otherwise: date) -> date:
    """A date of the tables; a year or month counts from its first day."""
    if not text:
        return otherwise
    parts: Sequence[int] = [int(part) for part in text.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
