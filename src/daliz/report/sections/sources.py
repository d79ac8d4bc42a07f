"""Sources: from each figure to its rows, from each row to its page, and how certain the tables are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.corridor.read import as_text
from daliz.corridor.rows import find_row
from daliz.corridor.schema import tables
from daliz.report.section import Block, Grid, Picture, Section

BESIDE = ("source", "certainty", "assumed_fields", "note")


@dataclass(frozen=True)
class CitedRow:
    """A row that a figure, chart or table of the dossier came from: its name, what it says, its note, certainty and source."""

    name: str
    says: str
    note: str
    certainty: str
    source: str


@dataclass(frozen=True)
class CitedSource:
    """A page or estimate, with the number of cited rows that came from it."""

    id: str
    title: str
    url: str
    date: str
    certainty: str
    rows: int


def cited_rows(corridor: Corridor, sections: Sequence[Section], figures: Sequence[Figure]) -> list[CitedRow]:
    """Every row that some figure or block names, once, in the order of the tables."""
    names = {row for figure in figures for row in figure.rows}
    names |= {row for section in sections for block in section.blocks if isinstance(block, (Picture, Grid)) for row in block.rows}
    order = list(tables())
    return [_cited(corridor, name) for name in sorted(names, key=lambda name: (order.index(name.partition("/")[0]), name))]


def _cited(corridor: Corridor, name: str) -> CitedRow:
    row = find_row(corridor, name)
    table = tables()[name.partition("/")[0]]
    shown = []
    for column in table.columns:
        value = row[column.name]
        if column.name in BESIDE or column.name in table.key or value is None or value == []:
            continue
        text = ", ".join(value) if isinstance(value, list) else f"{value:g}" if isinstance(value, float) else str(value)
        shown.append(f"{column.name} {text}")
    certainty = row["certainty"]
    if row.get("assumed_fields"):
        certainty += f", but {', '.join(row['assumed_fields'])} assumed"
    return CitedRow(name, "; ".join(shown), row.get("note") or "", certainty, row.get("source") or name.partition("/")[2])


def cited_sources(corridor: Corridor, rows: Sequence[CitedRow]) -> list[CitedSource]:
    """The sources of the cited rows, most cited first."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.source] = counts.get(row.source, 0) + 1
    found = []
    for page in corridor["sources"].iter_rows(named=True):
        if page["id"] in counts:
            found.append(
                CitedSource(page["id"], page["title"], page["url"] or "", page["date"] or "", page["certainty"], counts[page["id"]])
            )
    return sorted(found, key=lambda source: (-source.rows, source.id))


def certainty_by_table(corridor: Corridor) -> list[dict[str, Any]]:
    """Rows of each table by certainty; `with_assumed_fields` counts sourced or known rows of which some columns are estimates."""
    counted = []
    for name, frame in corridor.tables.items():
        if frame.is_empty():
            continue
        row: dict[str, Any] = {"table": name, "rows": frame.height}
        row |= {certainty: int((frame["certainty"] == certainty).sum()) for certainty in ("sourced", "known", "assumed")}
        estimated = as_text(frame["assumed_fields"]).fill_null("") != "" if "assumed_fields" in frame.columns else None
        row["with_assumed_fields"] = 0 if estimated is None else int((estimated & (frame["certainty"] != "assumed")).sum())
        counted.append(row)
    return counted


def section(corridor: Corridor, sections: Sequence[Section], figures: Sequence[Figure]) -> Section:
    """The section; the template adds the lists of cited rows and sources from `extra`."""
    rows = cited_rows(corridor, sections, figures)
    pages = cited_sources(corridor, rows)
    shares = certainty_by_table(corridor)
    total = sum(row["rows"] for row in shares)
    by_certainty = {certainty: sum(row[certainty] for row in shares) for certainty in ("sourced", "known", "assumed")}
    spelled = ", ".join(f"{count / total:.0%} {certainty}" for certainty, count in by_certainty.items())
    heads = ("Table", "Rows", "Sourced", "Known", "Assumed", "Sourced or known, but with assumed fields")
    blocks: tuple[Block, ...] = (Grid(heads, [tuple(row.values()) for row in shares], "Rows of each table by certainty."),)
    lead = (
        f"The corridor's tables hold {total:,} rows: {spelled}. Sourced means that the figure was read in the source; known, that it is "
        "recalled and the publication named; assumed, that it is an estimate. "
        f"This dossier rests on {len(rows):,} of the rows, from {len(pages):,} sources."
    )
    extra = {
        "certainty": shares,
        "rows": [vars(row) for row in rows],
        "sources": [vars(page) for page in pages],
    }
    return Section("sources", "Sources", lead, blocks, extra=extra)
