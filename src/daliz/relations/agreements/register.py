"""Agreements by countries, subject, date, status, session and place; signed against in force; counts set against the register.

Three kinds of record never meet in one sum: a `document` is one document, an `event_count` says that n were signed on an occasion, a
`stock_claim` says that n are in force, by somebody on some day. Counts are set beside what the register lists, so that the gap shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean, fold
from daliz.corridor.schema import is_date, tables
from daliz.relations.countries import country_name

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

STAGES = ("signed", "ratified", "in force", "implementing", "done")
ENDED = ("expired", "superseded", "historic", "not in force")
BINDING = ("in force", "implementing", "done")


@dataclass(frozen=True)
class StockGap:
    """A claim of how many documents there are, and how many of them the register lists.

    Attributes: row, date (of the claim), claimed, listed (documents of exactly these countries signed by then), listed_in_force (of these,
    said to be in force), source, title, certainty.
    """

    row: str
    date: str
    claimed: int
    listed: int
    listed_in_force: int
    source: str
    title: str
    certainty: str

    @property
    def missing(self) -> int:
        """Documents claimed and not listed; negative when the register lists more."""
        return self.claimed - self.listed


@dataclass(frozen=True)
class Signing:
    """What was signed on one occasion: every published count beside the documents listed.

    Attributes: date, meeting (id, empty where none is named), counts (row, number, source of each published count), listed (rows of the
    documents listed), contradicts (True when the published counts differ from one another).
    """

    date: str
    meeting: str
    counts: tuple[tuple[str, int, str], ...]
    listed: tuple[str, ...]

    @property
    def contradicts(self) -> bool:
        return len({number for _, number, _ in self.counts}) > 1

    @property
    def unlisted(self) -> tuple[int, int]:
        """Documents counted and not listed, by the lowest and the highest count."""
        numbers = [number for _, number, _ in self.counts] or [len(self.listed)]
        return max(0, min(numbers) - len(self.listed)), max(0, max(numbers) - len(self.listed))


def of_countries(corridor: Corridor, countries: Sequence[str]) -> pl.DataFrame:
    """All rows of `agreements` that concern every one of these countries, oldest first."""
    frame = corridor["agreements"]
    for code in countries:
        frame = frame.filter(pl.col("countries").list.contains(code))
    return frame.sort("signed_date", "id", nulls_last=True)


def documents(corridor: Corridor, countries: Sequence[str]) -> pl.DataFrame:
    """The single documents of these countries."""
    return of_countries(corridor, countries).filter(pl.col("record") == "document")


def last_date(corridor: Corridor) -> str:
    """The last day that anything in the agenda tables speaks of having happened: the default for "as of"."""
    days: list[str] = []
    for table, columns in (("meetings", ("date_start",)), ("agreements", ("signed_date", "status_date")), ("projects", ("status_date",))):
        for column in columns:
            days += corridor[table][column].drop_nulls().to_list()
    return max((end_of(day) for day in days), default="1900-01-01")


def end_of(day: str) -> str:
    """The last day of a date, a month or a year.

    >>> end_of("2024-02"), end_of("2024"), end_of("2024-03-11")
    ('2024-02-29', '2024-12-31', '2024-03-11')
    """
    import calendar

    if len(day) == 4:
        return f"{day}-12-31"
    if len(day) == 7:
        year, month = (int(part) for part in day.split("-"))
        return f"{day}-{calendar.monthrange(year, month)[1]:02d}"
    return day


def select(
    corridor: Corridor,
    countries: Sequence[str] = (),
    subject: str | None = None,
    status: str | None = None,
    since: str | None = None,
    until: str | None = None,
    session: str | None = None,
    place: str | None = None,
    text: str | None = None,
) -> pl.DataFrame:
    """Rows of `agreements` that fit every filter given.

    Parameters: subject and status (as declared), since and until (dates, months or years, both included), session (words of the name or
    number of the meeting at which it was signed, or its id), place (words of the town), text (words of the title).
    Raises: DalizError for a subject or status that does not exist, with the nearest, and for a since or until that is no date.
    """
    for name, day in (("since", since), ("until", until)):
        if day is not None and not is_date(day):
            raise DalizError(f"{name} {day!r}: expected a date such as 2024-03-11, 2024-03 or 2024")
    frame = of_countries(corridor, countries)
    for column, value in (("subject", subject), ("status", status)):
        if value is not None:
            choices = tables()["agreements"].column(column).choices
            if value not in choices:
                raise DalizError(f"{column} {value!r}: expected one of {', '.join(choices)}{did_you_mean(value, choices)}")
            frame = frame.filter(pl.col(column) == value)
    if since is not None:
        frame = frame.filter(pl.col("signed_date") >= since)
    if until is not None:
        frame = frame.filter(pl.col("signed_date") <= end_of(until))
    if session is not None:
        frame = frame.filter(pl.col("meeting").is_in(_meetings_named(corridor, session)))
    for column, value in (("place", place), ("title", text)):
        if value is not None:
            wanted = fold(value).split()
            fits = [all(word in fold(cell or "") for word in wanted) for cell in frame[column]]
            frame = frame.filter(pl.Series(fits, dtype=pl.Boolean))
    return frame


def _meetings_named(corridor: Corridor, session: str) -> list[str]:
    wanted = fold(session).split()
    meetings = corridor["meetings"]
    if session in meetings["id"].to_list():
        return [session]
    found = []
    for row in meetings.select("id", "body", "session", "purpose").iter_rows():
        words = fold(" ".join(cell or "" for cell in row[1:])).split()
        if all(any(word.startswith(part) if not part.isdigit() else word == part for word in words) for part in wanted):
            found.append(row[0])
    if not found:
        bodies = meetings["body"].drop_nulls().unique().to_list()
        raise DalizError(f"no meeting or session fits {session!r}{did_you_mean(session, bodies)}")
    return found


def signed_and_in_force(corridor: Corridor, countries: Sequence[str], only: bool = False) -> pl.DataFrame:
    """Documents by year of signing: year, signed, in_force (of these, said to be in force or beyond), ended, and running sums of each.

    Parameters: only (documents of exactly these countries, and not those of more parties).
    """
    frame = documents(corridor, countries).filter(pl.col("signed_date").is_not_null())
    if only:
        frame = frame.filter(pl.col("countries").list.n_unique() == len(set(countries)))
    return (
        frame.with_columns(pl.col("signed_date").str.slice(0, 4).cast(pl.Int64).alias("year"))
        .group_by("year")
        .agg(
            pl.len().alias("signed"),
            pl.col("status").is_in(BINDING).sum().alias("in_force"),
            pl.col("status").is_in(ENDED).sum().alias("ended"),
        )
        .sort("year")
        .with_columns([pl.col(name).cum_sum().alias(f"{name}_so_far") for name in ("signed", "in_force", "ended")])
    )


def stock_gaps(corridor: Corridor, countries: Sequence[str]) -> list[StockGap]:
    """Every claim of a stock of documents, oldest first, against what the register lists by that day."""
    frame = of_countries(corridor, countries)
    listed = frame.filter((pl.col("record") == "document") & (pl.col("countries").list.n_unique() == len(set(countries))))
    gaps = []
    for row in frame.filter((pl.col("record") == "stock_claim") & pl.col("documents").is_not_null()).iter_rows(named=True):
        day = row["signed_date"]
        by_then = listed if day is None else listed.filter(pl.col("signed_date") <= end_of(day))
        in_force = by_then.filter(pl.col("status").is_in(BINDING)).height
        gaps.append(
            StockGap(
                f"agreements/{row['id']}",
                day or "undated",
                int(row["documents"]),
                by_then.height,
                in_force,
                row["source"],
                row["title"],
                row["certainty"],
            )
        )
    return gaps


def signings(corridor: Corridor, countries: Sequence[str]) -> list[Signing]:
    """Occasions with a published count, oldest first: the counts side by side, and the documents listed for the same day or meeting."""
    frame = of_countries(corridor, countries)
    counted = frame.filter((pl.col("record") == "event_count") & pl.col("documents").is_not_null())
    listed = frame.filter(pl.col("record") == "document")
    occasions: dict[tuple[str, str], list[tuple[str, int, str]]] = {}
    day_of_meeting: dict[str, str] = {}
    for row in counted.iter_rows(named=True):
        meeting, day = row["meeting"] or "", row["signed_date"] or ""
        if meeting:
            day = day_of_meeting.setdefault(meeting, day)
        occasions.setdefault((day, meeting), []).append((f"agreements/{row['id']}", int(row["documents"]), row["source"]))
    found = []
    for (day, meeting), counts in sorted(occasions.items()):
        same = pl.col("signed_date") == day
        if meeting:
            same = same | (pl.col("meeting") == meeting)
        names = tuple(f"agreements/{name}" for name in listed.filter(same)["id"])
        found.append(Signing(day, meeting, tuple(counts), names))
    return found


def describe_countries(countries: Sequence[str]) -> str:
    """Names of countries in a sentence."""
    return " and ".join(country_name(code) for code in countries)
