"""Adding to the register and changing it, in a dataset folder: checked first, then written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from daliz.corridor import load
from daliz.corridor.errors import DalizError
from daliz.corridor.model import Corridor
from daliz.corridor.names import did_you_mean, fold
from daliz.corridor.read import as_text
from daliz.corridor.schema import tables
from daliz.relations.agreements.register import ENDED, STAGES, end_of

FILE = "agreements.csv"


def add_agreement(folder: Path, values: Mapping[str, str], source: Mapping[str, str] | None = None) -> str:
    """Append a row to the register of a dataset folder.

    Parameters: folder (a dataset, not the embedded corridor), values (column -> text, as in the CSV; without `id` one is made from date
    and title; record defaults to document, certainty to sourced), source (id, title, url, date of a new row of `sources`, where the source
    is not on record yet).
    Returns: the row's id. Raises: DalizError for an unknown column, a value that does not fit, an id that exists, or a folder that cannot
    be written; nothing is written then.
    """
    _known_columns(values)
    with _locked(folder):
        corridor = load(folder)
        row: dict[str, str] = {"record": "document", "certainty": "sourced", **values}
        row.setdefault("id", _free_id(corridor, row))
        if row["id"] in corridor["agreements"]["id"].to_list():
            raise DalizError(f"agreements.csv id = {row['id']!r}: exists already; `daliz agreements set` changes it")
        if source:
            if source["id"] in corridor["sources"]["id"].to_list():
                raise DalizError(f"sources.csv id = {source['id']!r}: exists already; give it as source={source['id']}")
            corridor = corridor.replace("sources", _with_row(corridor, "sources", {"certainty": row["certainty"], **source}))
            row.setdefault("source", source["id"])
        _consistent(row)
        changed = corridor.replace("agreements", _with_row(corridor, "agreements", row))
        if source:
            _write(folder, changed, "sources")
        _write(folder, changed, "agreements")
    return row["id"]


def set_agreement(folder: Path, name: str, values: Mapping[str, str], backwards: bool = False) -> dict[str, tuple[str, str]]:
    """Change cells of one row of the register of a dataset folder.

    Parameters: name (its id), values (column -> new text; empty clears), backwards (allow an earlier stage of the life cycle).
    Returns: column -> (before, after) of what changed. Raises: DalizError as for `add_agreement`, for an unknown id, and for a step back.
    """
    _known_columns(values)
    if "id" in values:
        raise DalizError("agreements.csv id: other tables name rows by it, so it cannot be changed")
    with _locked(folder):
        corridor = load(folder)
        text = _as_rows(corridor["agreements"])
        ids = [row["id"] for row in text]
        if name not in ids:
            raise DalizError(f"agreements.csv: no row {name!r}{did_you_mean(name, ids)}")
        row = text[ids.index(name)]
        before = dict(row)
        row |= {column: value or None for column, value in values.items()}
        if not backwards:
            _forward(before["status"], row["status"])
        _consistent(row)
        changed = corridor.replace("agreements", text)
        _write(folder, changed, "agreements")
    return {column: (before[column] or "", row[column] or "") for column in values if (before[column] or "") != (row[column] or "")}


def _known_columns(values: Mapping[str, str]) -> None:
    names = tables()["agreements"].column_names
    for column in values:
        if column not in names:
            raise DalizError(f"agreements.csv has no column {column!r}{did_you_mean(column, names)}")


def _forward(before: str | None, after: str | None) -> None:
    if before in ENDED and after in STAGES:
        raise DalizError(f"status {before!r} to {after!r}: the document has ended; --backwards sets it nevertheless")
    if before in STAGES and after in STAGES and STAGES.index(after) < STAGES.index(before):
        raise DalizError(f"status {before!r} to {after!r}: a step back in the life cycle; --backwards sets it nevertheless")


def _consistent(row: Mapping[str, Any]) -> None:
    """Rules of the register that the table's declaration cannot say."""
    if row["record"] == "document" and row.get("documents"):
        where = f"agreements.csv documents = {row['documents']!r}"
        raise DalizError(f"{where}: a single document has no count; use record event_count or stock_claim")
    if row["record"] in ("event_count", "stock_claim") and not row.get("documents"):
        raise DalizError(f"agreements.csv documents: expected a number for record {row['record']}")
    if row["record"] == "stock_claim" and not row.get("signed_date"):
        raise DalizError("agreements.csv signed_date: a stock claim needs the day it was made, or it cannot be set against the register")
    signed, in_force = row.get("signed_date"), row.get("in_force_date")
    if signed and in_force and end_of(in_force) < signed:
        raise DalizError(f"agreements.csv in_force_date = {in_force!r}: expected a day after it was signed ({signed})")


def _free_id(corridor: Corridor, row: Mapping[str, str]) -> str:
    words = fold(row.get("title", "")).split()[:6]
    start = "_".join([(row.get("signed_date") or "undated").replace("-", ""), *words])
    taken = set(corridor["agreements"]["id"])
    name, number = start, 2
    while name in taken:
        name, number = f"{start}_{number}", number + 1
    return name


def _as_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.select([as_text(frame[column]).alias(column) for column in frame.columns]).to_dicts()


def _with_row(corridor: Corridor, table: str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns = tables()[table].column_names
    return [*_as_rows(corridor[table]), {column: row.get(column) or None for column in columns}]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time; a second one is told so."""
    lock = folder / f".{FILE}.lock"
    if not folder.is_dir():
        raise DalizError(f"{folder}: no such folder; `daliz new {folder}` writes a dataset that can be edited")
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        raise DalizError(f"{folder / FILE}: somebody else is writing it; if nobody is, delete {lock.name}") from None
    except OSError as error:
        raise DalizError(f"{folder / FILE}: cannot be written ({error.strerror})") from error
    try:
        yield
    finally:
        os.close(handle)
        lock.unlink(missing_ok=True)


def _write(folder: Path, corridor: Corridor, table: str) -> None:
    frame = corridor[table]
    text = frame.select([as_text(frame[column]).alias(column) for column in frame.columns]).write_csv(line_terminator="\n")
    target = folder / f"{table}.csv"
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise DalizError(f"{target}: cannot be written ({error.strerror}); it stands as it was") from error
    finally:
        temporary.unlink(missing_ok=True)
