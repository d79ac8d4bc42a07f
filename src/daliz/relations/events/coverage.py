"""Which time the files given cover: files that are missing, or were never published, are gaps and not months without events."""

from __future__ import annotations

import calendar
import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from daliz.corridor.errors import DalizError

STAMP = re.compile(r"(?:^|[_-])(\d{14}|\d{8}|\d{6}|\d{4})(?=\.|$)")
KINDS = {14: "quarter_hour", 8: "day", 6: "month", 4: "year"}
FORMATS = {"quarter_hour": "%Y%m%d%H%M%S", "day": "%Y%m%d", "month": "%Y%m", "year": "%Y"}
STEPS = {"quarter_hour": timedelta(minutes=15), "day": timedelta(days=1)}


@dataclass(frozen=True)
class Coverage:
    """The time that a set of event files covers.

    Attributes: first and last (of the files' names), expected (files between them), present, missing (names of those that are not there),
    never_published (of the missing, those known never to have been published), unnamed (files whose names say no time), exposure (month,
    as 2024-03 -> share of it covered; empty when no name says a time).
    """

    first: str
    last: str
    expected: int
    present: int
    missing: tuple[str, ...]
    never_published: tuple[str, ...]
    unnamed: int
    exposure: Mapping[str, float]

    def year(self, year: int) -> float:
        """Share of a year covered; 1 when the files' names say nothing."""
        if not self.exposure:
            return 1.0
        days = [calendar.monthrange(year, month)[1] for month in range(1, 13)]
        shares = [self.exposure.get(f"{year}-{month:02d}", 0.0) for month in range(1, 13)]
        return sum(share * length for share, length in zip(shares, days, strict=True)) / sum(days)


def time_of(name: str) -> tuple[str, datetime] | None:
    """Kind and time of a file by its name (20240311.export.CSV.zip, 20151027220000.export.csv, 200601.zip, 1979.zip), or None.

    >>> time_of("20240311.export.CSV.zip")
    ('day', datetime.datetime(2024, 3, 11, 0, 0))
    >>> time_of("events.txt") is None
    True
    """
    found = STAMP.search(name)
    if not found:
        return None
    kind = KINDS[len(found.group(1))]
    try:
        return kind, datetime.strptime(found.group(1), FORMATS[kind])
    except ValueError:
        return None


@cache
def _gaps() -> tuple[tuple[str, datetime, datetime], ...]:
    with (files("daliz.relations.events") / "gaps.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return tuple((row["kind"], datetime.fromisoformat(row["first"]), datetime.fromisoformat(row["last"])) for row in rows)


def _following(kind: str, moment: datetime) -> datetime:
    if kind in STEPS:
        return moment + STEPS[kind]
    if kind == "month":
        return (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    return moment.replace(year=moment.year + 1)


def _months(kind: str, moment: datetime) -> list[tuple[str, float]]:
    """Months that a file covers, and the share of each."""
    if kind == "year":
        return [(f"{moment.year}-{month:02d}", 1.0) for month in range(1, 13)]
    label = f"{moment.year}-{moment.month:02d}"
    days = calendar.monthrange(moment.year, moment.month)[1]
    return [(label, {"month": 1.0, "day": 1 / days, "quarter_hour": 1 / (96 * days)}[kind])]


def coverage(names: Iterable[str]) -> Coverage:
    """What time the named files cover, and which files between the first and the last are missing.

    Raises: DalizError when names say that more than a million files should lie between the first and the last.
    """
    times: dict[str, set[datetime]] = {}
    unnamed = 0
    for name in names:
        found = time_of(Path(name).name)
        if found is None:
            unnamed += 1
        else:
            times.setdefault(found[0], set()).add(found[1])
    exposure: dict[str, float] = {}
    missing: list[str] = []
    never: list[str] = []
    expected = 0
    for kind, present in times.items():
        gone = _missing(kind, present)
        expected += len(present) + len(gone)
        missing += [moment.strftime(FORMATS[kind]) for moment in gone]
        never += [moment.strftime(FORMATS[kind]) for moment in gone if _never(kind, moment)]
        for moment in present:
            for month, share in _months(kind, moment):
                exposure[month] = min(1.0, exposure.get(month, 0.0) + share)
    labels = sorted(moment.strftime(FORMATS[kind]) for kind, present in times.items() for moment in present)
    return Coverage(
        labels[0] if labels else "",
        labels[-1] if labels else "",
        expected,
        sum(len(present) for present in times.values()),
        tuple(sorted(missing)),
        tuple(sorted(never)),
        unnamed,
        {month: round(share, 9) for month, share in sorted(exposure.items())},
    )


def _missing(kind: str, present: set[datetime]) -> list[datetime]:
    moment, last = min(present), max(present)
    gone: list[datetime] = []
    for _ in range(4_000_000):
        if moment > last:
            return gone
        if moment not in present:
            gone.append(moment)
        moment = _following(kind, moment)
    raise DalizError(f"files from {min(present)} to {last}: too long a time for one file every quarter of an hour")


def _never(kind: str, moment: datetime) -> bool:
    return any(gap_kind == kind and first <= moment <= last for gap_kind, first, last in _gaps())
