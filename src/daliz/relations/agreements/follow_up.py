"""Follow-up of agreements: which projects hang on a document, what was reported last, what is due and what is overdue."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from daliz.corridor.errors import DalizError
from daliz.corridor.schema import is_date
from daliz.relations.agreements.register import ENDED, documents, end_of, last_date
from daliz.relations.counts import Interval
from daliz.relations.meetings import share_interval

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

STALE_DAYS = 365
FINISHED = ("in_service",)
MOVING = ("agreed", "design", "under_construction", "in_service", "programme", "ongoing")
_PARTS = {
    "h1": 6,
    "h2": 12,
    "q1": 3,
    "q2": 6,
    "q3": 9,
    "q4": 12,
    "first half": 6,
    "second half": 12,
    "early": 4,
    "mid": 6,
    "middle": 6,
    "spring": 5,
    "summer": 8,
    "autumn": 11,
}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


@dataclass(frozen=True)
class FollowUp:
    """One document and what came of it.

    Attributes: row (of the register), id, title, signed, stage (its status), projects (id, name, status, status as published), last_report
    (day of the latest report on it or its projects; empty when there is none after signing), age_days (since then), due (what is due
    next, as published), due_day (its last day), overdue, stale (nothing reported for a year, and not ended or done).
    """

    row: str
    id: str
    title: str
    signed: str
    stage: str
    projects: tuple[tuple[str, str, str, str], ...]
    last_report: str
    age_days: int | None
    due: str
    due_day: str
    overdue: bool
    stale: bool


def due_day(text: str | None) -> str:
    """The last day of a due date as people publish it; empty when it cannot be told.

    >>> due_day("end of 2026"), due_day("Q3 2026"), due_day("2025-12"), due_day("by 2027")
    ('2026-12-31', '2026-09-30', '2025-12-31', '2027-12-31')
    >>> due_day("first half of 2025"), due_day("June 2025")
    ('2025-06-30', '2025-06-30')
    >>> due_day("soon")
    ''
    """
    if not text:
        return ""
    low = text.casefold().strip()
    iso = re.search(r"\b\d{4}-\d{2}(-\d{2})?\b", low)
    if iso and is_date(iso.group()):
        return end_of(iso.group())
    years = re.findall(r"\b(?:19|20)\d{2}\b", low)
    if not years:
        return ""
    year = years[-1]
    for word, month in (*_PARTS.items(), *_MONTHS.items()):
        if re.search(rf"\b{word}\b", low):
            return end_of(f"{year}-{month:02d}")
    return end_of(year)


def follow_up(corridor: Corridor, countries: Sequence[str], as_of: str | None = None) -> list[FollowUp]:
    """What came of every document of these countries.

    Parameters: as_of (day to judge by; default: the last day that the agenda tables speak of).
    Raises: DalizError when as_of is no date.
    """
    day = _day(corridor, as_of)
    projects: dict[str, list[dict[str, Any]]] = {}
    for project in corridor["projects"].iter_rows(named=True):
        for agreement in project["agreements"] or []:
            projects.setdefault(agreement, []).append(project)
    return [_one(row, projects.get(row["id"], []), day) for row in documents(corridor, countries).iter_rows(named=True)]


def _day(corridor: Corridor, as_of: str | None) -> str:
    if as_of is not None and not is_date(as_of):
        raise DalizError(f"as of {as_of!r}: expected a date such as 2026-01-31")
    return end_of(as_of) if as_of else last_date(corridor)


def _one(row: dict[str, Any], projects: list[dict[str, Any]], as_of: str) -> FollowUp:
    signed = row["signed_date"] or ""
    reports = [row["status_date"], row["in_force_date"], *(project["status_date"] for project in projects)]
    past = [end_of(report) for report in reports if report and signed < report <= as_of]
    last = max(past, default="")
    open_dues = [row["next_due"], *(project["due"] for project in projects if project["status"] not in FINISHED)]
    dues = sorted((due_day(text), text) for text in open_dues if due_day(text))
    ended = row["status"] in (*ENDED, "done")
    base = last or (end_of(signed) if signed else "")
    age = (date.fromisoformat(as_of) - date.fromisoformat(base)).days if base else None
    return FollowUp(
        f"agreements/{row['id']}",
        row["id"],
        row["title"],
        signed,
        row["status"] or "signed",
        tuple((p["id"], p["name"], p["status"], p["status_text"] or "") for p in projects),
        last,
        age,
        dues[0][1] if dues else "",
        dues[0][0] if dues else "",
        bool(dues) and dues[0][0] < as_of and not ended,
        not ended and (age is None or age > STALE_DAYS),
    )


def follow_up_rate(found: Sequence[FollowUp]) -> Interval:
    """Share of documents, not yet ended, on which something was reported after signing: a later stage, or a project that moves."""
    live = [document for document in found if document.stage not in ENDED]
    return share_interval(sum(_followed(document) for document in live), len(live))


def _followed(document: FollowUp) -> bool:
    return document.stage != "signed" or bool(document.last_report) or any(status in MOVING for _, _, status, _ in document.projects)
