"""Layouts of event files: which column holds what, and how a file says which layout it has."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from daliz.relations.events.stream import BrokenFile, first_lines

WITH_HEADER = ("icews", "polecat")
GDELT = ("gdelt2", "gdelt1", "gdelt1_early")
CAMEO_PLACE, DATE_PLACE, ROOT_PLACE = 26, 1, 28


@dataclass(frozen=True)
class Layout:
    """How one file is laid out: layout's name, columns of every line, field -> position, and whether the first line names columns."""

    name: str
    columns: int
    positions: Mapping[str, int]
    header: bool


@dataclass(frozen=True)
class EventClass:
    """A class of events: its name, side (cooperation, conflict, neutral) and what it holds."""

    name: str
    side: str
    description: str


@cache
def declared() -> Mapping[str, list[dict[str, str]]]:
    """Rows of layouts.csv by layout."""
    rows: dict[str, list[dict[str, str]]] = {}
    with (files("daliz.relations.events") / "layouts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["layout"], []).append(row)
    return MappingProxyType(rows)


@cache
def event_codes() -> Mapping[str, EventClass]:
    """CAMEO code or PLOVER type -> class of events, from codes.csv; the longest code that begins a CAMEO code decides."""
    with (files("daliz.relations.events") / "codes.csv").open(encoding="utf-8") as file:
        return MappingProxyType({row["code"]: EventClass(row["class"], row["side"], row["description"]) for row in csv.DictReader(file)})


def side_of(name: str) -> str:
    """Whether a class is cooperation, conflict or neutral."""
    return next((entry.side for entry in event_codes().values() if entry.name == name), "neutral")


def layout_of(path: Path) -> Layout:
    """The layout of a file, from its first lines.

    Raises: BrokenFile for an empty file, one that has been through a spreadsheet, or one of another shape, saying what was found.
    """
    lines = first_lines(path)
    head = lines[0].decode("utf-8", errors="replace")
    if not head.strip():
        raise BrokenFile(f"{path}: the file is empty; expected an event file")
    cells = head.split("\t")
    if len(cells) < 5:
        if head.count(";") > 20 or head.count(",") > 20:
            sign = ";" if head.count(";") > head.count(",") else ","
            raise BrokenFile(
                f"{path}: fields are separated by {sign!r}, so the file has been through a spreadsheet, which drops leading zeros of event "
                f"codes (042 becomes 42); use the original export, which is separated by tabs"
            )
        if head.lstrip().startswith("<"):
            raise BrokenFile(f"{path}: looks like HTML; expected an event file of GDELT, ICEWS or POLECAT")
        raise BrokenFile(f"{path}: {len(cells)} columns; {_expected()}")
    for name in WITH_HEADER:
        wanted = [row["name"] for row in declared()[name]]
        if {"Event ID", "Event Date"} <= set(cells) and set(wanted[:5]) <= set(cells):
            width = len(lines[1].split(b"\t")) if len(lines) > 1 and lines[1] else len(cells)
            positions = {row["field"]: cells.index(row["name"]) for row in declared()[name] if row["name"] in cells[:width]}
            return Layout(name, width, MappingProxyType(positions), True)
    return _gdelt(path, cells)


def _gdelt(path: Path, cells: list[str]) -> Layout:
    by_width = {int(declared()[name][0]["columns"]): name for name in GDELT}
    if len(cells) not in by_width:
        raise BrokenFile(f"{path}: {len(cells)} columns; {_expected()}")
    header = cells[0].strip().upper() == "GLOBALEVENTID"
    if not header and not (cells[DATE_PLACE].isdigit() and len(cells[DATE_PLACE]) == 8):
        raise BrokenFile(
            f"{path}: column 2 of the first line is {cells[DATE_PLACE]!r}; expected a day such as 20240311, as GDELT writes it"
        )
    code = cells[CAMEO_PLACE]
    if not header and (len(code) < 2 or (len(cells[ROOT_PLACE]) == 1 and cells[ROOT_PLACE].isdigit())):
        raise BrokenFile(
            f"{path}: event code {code!r} and root {cells[ROOT_PLACE]!r} have lost their leading zero (a spreadsheet does this); "
            f"use the original export"
        )
    name = by_width[len(cells)]
    positions = {row["field"]: int(row["position"]) for row in declared()[name]}
    return Layout(name, len(cells), MappingProxyType(positions), header)


def _expected() -> str:
    return "expected tabs between 61 (GDELT 2.0), 58 or 57 (GDELT 1.0), or an ICEWS or POLECAT table with its line of column names"
