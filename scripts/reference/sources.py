"""Gives every row of the embedded corridor the id of the page it was read in, and writes the tables.

A half of the dataset (`network`, `digital`, `agenda`) is a module with

    build(facts: Path) -> dict[str, list[Row]]

Its rows are keyed by the columns that `src/daliz/corridor/columns.csv` declares, without `source`; instead each row carries
`source_title`, `source_url`, `source_date` and `certainty`. Values may be str, numbers, bool, None, or lists; lists are joined by ';'.
`merge` puts the halves together, `with_sources` turns the three source fields into a stable id, `write_tables` writes the CSVs.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]

ROOT = Path(__file__).resolve().parents[2]
CORRIDOR = ROOT / "src" / "daliz" / "corridor"
SOURCE_FIELDS = ("source_title", "source_url", "source_date")
ESTIMATE = "Engineering estimate"
FROM_ADDRESS = "[slug] "


def declared_columns() -> dict[str, list[str]]:
    """Columns of every table in declared order."""
    order: dict[str, list[str]] = {}
    with (CORRIDOR / "columns.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            order.setdefault(row["table"], []).append(row["column"])
    return order


def read_facts(path: Path) -> list[Row]:
    """Rows of one facts file, empty cells as None."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{key: (value.strip() or None) if value else None for key, value in row.items()} for row in csv.DictReader(stream)]


def slug(text: str, length: int = 48) -> str:
    """Short ASCII name: lower case, words joined by '_', cut at a word."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(words) <= length:
        return words
    return words[: length + 1].rsplit("_", 1)[0].strip("_")


def certainty_of(given: str | None) -> tuple[str, str | None]:
    """Certainty as the tables know it, and what the note must add: 'uncertain' becomes 'known' recalled with doubt."""
    if given == "uncertain":
        return "known", "recalled with doubt"
    return given or "assumed", None


@cache
def _wording() -> dict[str, str]:
    with (Path(__file__).parent / "own" / "wording.csv").open(encoding="utf-8", newline="") as stream:
        return {row["written"]: row["read"] for row in csv.DictReader(stream)}


def readable(note: str | None) -> str | None:
    """A note without keys of the collected facts, and without the list of estimates that `assumed_fields` holds."""
    if not note:
        return None
    plain = re.sub(r"(; )?\[assumed: [^\]]*\]", "", note)
    for written, read in _wording().items():
        plain = plain.replace(written, read)
    return plain.removeprefix("; ") or None


def merge(halves: Iterable[Tables]) -> Tables:
    """Rows of all halves, table by table, in the order in which they come."""
    merged: Tables = {}
    for half in halves:
        for table, rows in half.items():
            merged.setdefault(table, []).extend(rows)
    return merged


def with_sources(tables: Tables) -> Tables:
    """Replaces the source fields of every row by `source` and adds the table `sources`.

    The id is a slug of the title (of the address where the title has no Latin letters) with the year; pages of one name get a number.
    A source counts as sourced when some row was read in it, else as known, else as assumed.
    """
    named: dict[tuple[str, str, str], str] = {}
    best: dict[str, str] = {}
    notes: dict[str, str | None] = {}
    finished: Tables = {}
    rank = {"assumed": 0, "known": 1, "sourced": 2}
    for table, rows in tables.items():
        finished[table] = []
        for row in rows:
            title, url, date = (str(row.get(field) or "") for field in SOURCE_FIELDS)
            title, from_address = title.removeprefix(FROM_ADDRESS), title.startswith(FROM_ADDRESS)
            title = title or url or ESTIMATE
            source = named.get((title, url, date)) or _new_id(title, url, date, set(named.values()))
            named[(title, url, date)] = source
            notes[source] = "the title was taken from the address" if from_address else notes.get(source)
            certainty, doubt = certainty_of(row.get("certainty"))
            if rank[certainty] >= rank[best.get(source, "assumed")]:
                best[source] = certainty
            note = "; ".join(part for part in (readable(row.get("note")), doubt) if part) or None
            plain = {key: value for key, value in row.items() if key not in SOURCE_FIELDS}
            finished[table].append({**plain, "source": source, "certainty": certainty, "note": note})
    finished["sources"] = [
        {"id": source, "title": title, "url": url or None, "date": date or None, "certainty": best[source], "note": notes[source]}
        for (title, url, date), source in named.items()
    ]
    return finished


def _new_id(title: str, url: str, date: str, taken: set[str]) -> str:
    stem = slug(title) or slug(re.sub(r"^https?://(www\.)?", "", url)) or "page"
    year = re.search(r"(19|20)\d\d", date)
    stem = f"{stem}_{year.group()}" if year and year.group() not in stem else stem
    number, name = 2, stem
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def write_tables(tables: Mapping[str, list[Row]], folder: Path) -> None:
    """Writes every declared table as CSV; a column that is not declared is an error, because it would be lost."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in declared_columns().items():
        rows = tables.get(table, [])
        unknown = sorted({key for row in rows for key in row} - set(columns))
        if unknown:
            raise ValueError(f"{table}: columns {', '.join(unknown)} are not declared in columns.csv")
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ";".join(str(item).replace(";", ",") for item in value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
