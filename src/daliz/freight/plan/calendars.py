"""From weekdays and local times to minutes UTC.

The time of a departure counts from noon minus twelve hours of its day, as in GTFS, so that times over 24:00 and days on which the clock
changes need no special case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from daliz.corridor import DalizError
from daliz.freight.plan.network import WEEK_MIN, Ints

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MIN = 1_440
BEFORE_DAYS = 40
"""Departures are listed from so long before the day asked for, because a train that left long ago may still be boarded on its way."""


@dataclass(frozen=True)
class Horizon:
    """The days over which dated departures are listed: first day and number of days."""

    first: date
    days: int

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone. Raises: DalizError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DalizError(f"places: timezone = {name!r}: expected an IANA time zone such as Asia/Almaty") from error


def minute_of(moment: datetime) -> int:
    """Minutes since 1970-01-01 00:00 UTC of an aware datetime."""
    return int((moment - EPOCH).total_seconds() // 60)


def moment_of(minute: int) -> datetime:
    """The UTC datetime of a minute."""
    return EPOCH + timedelta(minutes=int(minute))


@cache
def midnights(zone_name: str, horizon: Horizon) -> Ints:
    """Minute UTC at which each local day of the horizon starts (noon minus twelve hours)."""
    local = zone(zone_name)
    noons = (datetime.combine(horizon.first + timedelta(days=i), time(12), tzinfo=local) for i in range(horizon.days))
    return np.array([minute_of(noon) - 720 for noon in noons], np.int64)


def constant_clock(zone_name: str, horizon: Horizon) -> bool:
    """Whether the zone's clock never changes within the horizon."""
    return bool(np.all(np.diff(midnights(zone_name, horizon)) == DAY_MIN))


def parse_day(text: str) -> date:
    """A date; a year or month stands for its first day."""
    return date.fromisoformat((text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10])


def last_day(text: str) -> date:
    """A date; a year or month stands for its last day."""
    first = parse_day(text)
    if len(text) == 10:
        return first
    following = date(first.year + 1, 1, 1) if len(text) == 4 or first.month == 12 else date(first.year, first.month + 1, 1)
    return following - timedelta(days=1)


def clock_minutes(text: str) -> int:
    """Minutes of a time such as 06:30 or 25:10."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def is_weekly(row: Mapping[str, Any], service: Mapping[str, Any]) -> bool:
    """Whether a departure repeats every week without end or exception."""
    return not any(
        (row["valid_from"], row["valid_to"], row["except_dates"], row["extra_dates"], service["valid_from"], service["valid_to"])
    )


def weekly_minutes(row: Mapping[str, Any], zone_name: str, horizon: Horizon) -> list[int]:
    """Departures of a row within one week of the clock that never changes, as minutes of the week from Thursday 1970-01-01 00:00 UTC."""
    start = midnights(zone_name, horizon)[0]
    first = horizon.first.isoweekday()
    at = clock_minutes(row["time"])
    return [int((start + ((int(day) - first) % 7) * DAY_MIN + at) % WEEK_MIN) for day in sorted(set(row["weekdays"]))]


def listed_minutes(row: Mapping[str, Any], service: Mapping[str, Any], zone_name: str, horizon: Horizon) -> Ints:
    """Every departure of a row within the horizon."""
    index = np.arange(horizon.days)
    weekday = (horizon.first.isoweekday() - 1 + index) % 7 + 1
    runs = np.isin(weekday, [int(day) for day in row["weekdays"]])
    for bounds in (row, service):
        if bounds["valid_from"]:
            runs &= index >= (parse_day(bounds["valid_from"]) - horizon.first).days
        if bounds["valid_to"]:
            runs &= index <= (last_day(bounds["valid_to"]) - horizon.first).days
    for days, value in ((row["except_dates"], False), (row["extra_dates"], True)):
        at = _indices(days or (), horizon)
        runs[at] = value
    return midnights(zone_name, horizon)[runs] + clock_minutes(row["time"])


def _indices(days: Iterable[str], horizon: Horizon) -> list[int]:
    offsets = ((parse_day(day) - horizon.first).days for day in days)
    return [offset for offset in offsets if 0 <= offset < horizon.days]
