"""What can be done to a corridor's tables: closing parts, putting projects in place, taking them away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from daliz.corridor.errors import DalizError, DatasetError
from daliz.corridor.names import did_you_mean, named_or_listed
from daliz.corridor.places import HIGH_SEAS
from daliz.corridor.read import as_text, typed_table
from daliz.corridor.schema import tables

Frames = Mapping[str, pl.DataFrame]


def _known(name: str, frames: Frames, table: str, column: str, what: str) -> None:
    values = set(frames[table][column]) - {HIGH_SEAS}
    if name not in values:
        raise DalizError(f"no {what} {name!r} in the corridor{named_or_listed(name, values, table)}")


def _shut(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(pl.when(hit & (pl.col("status") == "open")).then(pl.lit("closed")).otherwise("status").alias("status"))


def closed(frames: Frames, kind: str, name: str) -> dict[str, pl.DataFrame]:
    """Tables in which a country, place or link is shut: links and cables that end there, terminals there, services that pass."""
    if kind == "link":
        _known(name, frames, "links", "id", "link")
        places: list[str] = []
        links = [name]
    else:
        column = "id" if kind == "place" else "country"
        _known(name, frames, "places", column, kind)
        places = frames["places"].filter(pl.col(column) == name)["id"].to_list()
        ends = frames["links"].filter(pl.col("from_place").is_in(places) | pl.col("to_place").is_in(places))
        links = ends["id"].to_list()
    stops = frames["stops"].filter(pl.col("place").is_in(places) | pl.col("link").is_in(links))
    at_end = pl.col("from_place").is_in(places) | pl.col("to_place").is_in(places)
    return {
        **frames,
        "links": _shut(frames["links"], pl.col("id").is_in(links)),
        "terminals": _shut(frames["terminals"], pl.col("place").is_in(places)),
        "services": _shut(frames["services"], pl.col("id").is_in(stops["service"].unique().to_list())),
        "cables": _shut(frames["cables"], at_end),
    }


def _closure(start: Iterable[str], following: Mapping[str, list[str]]) -> list[str]:
    found: list[str] = []
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += following.get(name, [])
    return found


def with_projects(frames: Frames, projects: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Tables with the projects' effects set, and the projects marked as in service."""
    before = {row["id"]: row["after_projects"] or [] for row in frames["projects"].iter_rows(named=True)}
    for name in projects:
        _known(name, frames, "projects", "id", "project")
    return _apply(frames, _closure(projects, before), "after", "in_service")


def without_projects(frames: Frames, projects: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Tables with the projects' effects taken back, and those of projects that build on them."""
    later: dict[str, list[str]] = {}
    for row in frames["projects"].iter_rows(named=True):
        for earlier in row["after_projects"] or []:
            later.setdefault(earlier, []).append(row["id"])
    for name in projects:
        _known(name, frames, "projects", "id", "project")
    return _apply(frames, _closure(projects, later), "before", "planned")


def _apply(frames: Frames, projects: list[str], side: str, status: str) -> dict[str, pl.DataFrame]:
    changed = dict(frames)
    chosen = frames["effects"].filter(pl.col("project").is_in(projects))
    set_by: dict[tuple[str, str, str], tuple[str, str | None]] = {}
    for effect in chosen.iter_rows(named=True):
        cell = (effect["table"], effect["row"], effect["column"])
        earlier = set_by.get(cell)
        if earlier is not None and earlier[1] != effect[side]:
            where = f"{effect['table']}.{effect['row']}.{effect['column']}"
            raise DalizError(
                f"projects {earlier[0]} and {effect['project']} contradict each other: {where} = {earlier[1]} and {effect[side]}"
            )
        set_by[cell] = (effect["project"], effect[side])
    by_table: dict[str, dict[str, dict[str, str | None]]] = {}
    for (table, row, column), (_, value) in set_by.items():
        by_table.setdefault(table, {}).setdefault(column, {})[row] = value
    for table, columns in by_table.items():
        changed[table] = _with_cells(changed[table], table, columns)
    marked = pl.when(pl.col("id").is_in(projects)).then(pl.lit(status)).otherwise("status").alias("status")
    changed["projects"] = frames["projects"].with_columns(marked)
    return changed


def _with_cells(frame: pl.DataFrame, table: str, columns: Mapping[str, Mapping[str, str | None]]) -> pl.DataFrame:
    """The table with some cells set (by column and row, as text); only the columns that change are read again."""
    at = {row: number for number, row in enumerate(frame["id"])}
    for row in (row for cells in columns.values() for row in cells if row not in at):
        raise DalizError(f"an effect names {table}.{row}, which is not in the corridor{did_you_mean(row, frame['id'])}")
    text = {name: as_text(frame[name]).scatter([at[row] for row in cells], list(cells.values())) for name, cells in columns.items()}
    declared = tables()[table]
    some = replace(declared, columns=tuple(column for column in declared.columns if column.name in columns))
    typed, problems = typed_table(some, pl.DataFrame(text), f"{table} (by an effect)")
    if problems:
        raise DatasetError(problems)
    return frame.with_columns(typed)
