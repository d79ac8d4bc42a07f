"""Rows that were compiled for the project itself, beside the collected facts: `own/*.csv`, every one an estimate unless it says more."""

from __future__ import annotations

import csv
from pathlib import Path

from reference.sources import ESTIMATE, Row, read_facts

OWN = Path(__file__).parent / "own"


def own_rows(name: str) -> list[Row]:
    """Rows of one of our own files, empty cells as None."""
    return read_facts(OWN / f"{name}.csv")


def own_pairs(name: str, delimiter: str = ",") -> dict[str, str]:
    """First and second column of one of our own files as a mapping."""
    with (OWN / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=delimiter))
    return {row[0]: row[1] for row in rows[1:] if row}


def link_parts() -> dict[str, list[Row]]:
    """The parts of each link that is cut at places on its way, in their order."""
    found: dict[str, list[Row]] = {}
    for row in own_rows("link_splits"):
        found.setdefault(row["link"], []).append(row)
    return found


def estimated(row: Row) -> Row:
    """The row as an engineering estimate of this project."""
    return {**row, "source_title": row.get("source_title") or ESTIMATE, "certainty": row.get("certainty") or "assumed"}


def fields(text: str | None) -> list[str]:
    """Names joined by ';' as a list."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def joined(*notes: str | None) -> str | None:
    """Notes one after another, without the empty ones."""
    return "; ".join(note.strip() for note in notes if note and note.strip()) or None


def page(row: Row) -> Row:
    """The source fields of a facts row."""
    return {key: row.get(key) for key in ("source_title", "source_url", "source_date", "certainty")}
