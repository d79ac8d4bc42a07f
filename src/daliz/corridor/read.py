"""Reading a dataset folder: CSV text to typed tables, with every unreadable cell named."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from daliz.corridor.errors import DatasetError, Problem
from daliz.corridor.names import did_you_mean
from daliz.corridor.schema import LIST_SEPARATOR, Column, Table, is_date, tables

SHOWN_PER_COLUMN = 20
FIRST_ROW_LINE = 2
EXPECTED = {
    "integer": "expected a whole number",
    "number": "expected a number",
    "boolean": "expected true or false",
    "date": "expected a date such as 2024-03-11, 2024-03 or 2024",
}


def capped(problems: list[Problem]) -> list[Problem]:
    """The first problems of a column, and one line that counts the rest."""
    if len(problems) <= SHOWN_PER_COLUMN:
        return problems
    first = problems[0]
    rest = len(problems) - SHOWN_PER_COLUMN
    return [*problems[:SHOWN_PER_COLUMN], Problem(first.file, None, first.column, None, f"and {rest} more problems of this kind")]


def _text(path: Path) -> str | Problem:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Problem(path.name, None, None, None, "the table is missing; `daliz new DIR` writes a folder with every table")
    except OSError as error:
        return Problem(path.name, None, None, None, f"cannot be read ({error.strerror})")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(path.name, line, None, f"byte 0x{raw[error.start]:02x}", "expected text in UTF-8")
    if "\0" in text:
        return Problem(path.name, text.count("\n", 0, text.index("\0")) + 1, None, "byte 0x00", "expected text, found binary data")
    if not text.strip():
        return Problem(path.name, None, None, None, "the file is empty; expected at least a line with the column names")
    return text


def _header_problems(table: Table, header: list[str], file: str) -> list[Problem]:
    problems = []
    for name, count in Counter(header).items():
        if count > 1:
            problems.append(Problem(file, 1, name, None, f"the column stands there {count} times"))
    unknown = [name for name in header if name not in table.column_names]
    # A file of garbage can have a hundred thousand of them, and each nearest name takes its time.
    for name in unknown[: SHOWN_PER_COLUMN + 1]:
        problems.append(Problem(file, 1, name or "(no name)", None, f"unknown column{did_you_mean(name, table.column_names)}"))
    for column in table.columns:
        if column.required and column.name not in header:
            problems.append(Problem(file, 1, column.name, None, f"the column is missing; it holds: {column.description}"))
    return problems


def _ragged_problems(text: str, width: int, file: str) -> list[Problem]:
    problems = []
    reader = csv.reader(io.StringIO(text))
    try:
        for row in reader:
            if row and len(row) != width:
                problems.append(Problem(file, reader.line_num, None, f"{len(row)} cells", f"expected {width} cells, as in the first line"))
            if len(problems) > SHOWN_PER_COLUMN:
                break
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, None, None, f"not readable as CSV ({error})"))
    return capped(problems)


def _frame(table: Table, text: str, file: str) -> pl.DataFrame | list[Problem]:
    first = text.lstrip("\n\r").split("\n", 1)[0]
    try:
        header = [name.strip() for name in next(csv.reader([first[:100_000]]))]
    except csv.Error as error:
        return [Problem(file, 1, None, None, f"not readable as CSV ({error})")]
    if problems := _header_problems(table, header, file):
        return capped(problems)
    if problems := _ragged_problems(text, len(header), file):
        return problems
    rows = [row for row in csv.reader(io.StringIO(text)) if row][1:]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    frame = pl.DataFrame(
        {name: pl.Series(name, list(cells), dtype=pl.String) for name, cells in zip(header, columns, strict=True)},
    )
    missing = [pl.lit(None, dtype=pl.String).alias(column.name) for column in table.columns if column.name not in header]
    stripped = frame.with_columns(pl.all().str.strip_chars().replace("", None)).with_columns(missing)
    return stripped.select(table.column_names)


def typed_column(column: Column, text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The column's values, and a mask of the cells that could not be read."""
    filled = text.fill_null(column.default) if column.default else text
    none = pl.Series([False] * len(text), dtype=pl.Boolean)
    if column.type == "string":
        return filled, none
    if column.type == "list":
        parts = (
            filled.str.split(LIST_SEPARATOR).list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
        )
        return parts, none
    if column.type == "date":
        good = pl.Series([cell is None or is_date(cell) for cell in filled], dtype=pl.Boolean)
        return filled, ~good
    if column.type == "boolean":
        values = filled.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    else:
        values = filled.cast(column.dtype, strict=False)
        if column.type == "number":
            values = values.set(~values.is_finite().fill_null(True), None)
    return values, filled.is_not_null() & values.is_null()


def typed_table(table: Table, text: pl.DataFrame, file: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Give each column its declared type.

    Parameters: table (declaration), text (every declared column as String), file (name used in problems).
    Returns: the typed frame in declared order, and a problem for each cell that could not be read (read as null).
    """
    problems: list[Problem] = []
    typed = []
    for column in table.columns:
        values, bad = typed_column(column, text[column.name])
        typed.append(values.alias(column.name))
        rows = bad.arg_true().to_list()
        cells = text[column.name]
        problems += capped([Problem(file, row + FIRST_ROW_LINE, column.name, cells[row], EXPECTED[column.type]) for row in rows])
    return pl.DataFrame(typed), problems


def read_folder(folder: Path) -> tuple[dict[str, pl.DataFrame], list[Problem]]:
    """Read every declared table of a dataset folder.

    Returns: the typed tables that could be read, and the problems met. Raises: DatasetError when the folder is no dataset at all.
    """
    if not folder.is_dir():
        kind = "a file" if folder.exists() else "missing"
        raise DatasetError([Problem(str(folder), None, None, None, f"expected a folder with a corridor's tables; this is {kind}")])
    if not any((folder / f"{name}.csv").exists() for name in tables()):
        expected = "not a dataset: none of places.csv, links.csv, ... is there; `daliz new DIR` writes one"
        raise DatasetError([Problem(str(folder), None, None, None, expected)])
    frames: dict[str, pl.DataFrame] = {}
    problems: list[Problem] = []
    for table in tables().values():
        file = f"{table.name}.csv"
        text = _text(folder / file)
        if isinstance(text, Problem):
            problems.append(text)
            continue
        frame = _frame(table, text, file)
        if isinstance(frame, list):
            problems += frame
            continue
        frames[table.name], bad = typed_table(table, frame, file)
        problems += bad
    return frames, problems


def table_from_rows(table: Table, rows: pl.DataFrame | Iterable[dict[str, object]]) -> tuple[pl.DataFrame, list[Problem]]:
    """A typed table from a frame or from plain rows, with the problems of the cells that do not fit."""
    frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(list(rows), infer_schema_length=None)
    file = table.name
    if problems := _header_problems(table, frame.columns, file):
        return table.empty(), problems
    text = {
        column.name: as_text(frame[column.name]) if column.name in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
        for column in table.columns
    }
    return typed_table(table, pl.DataFrame(text), file)


def as_text(values: pl.Series) -> pl.Series:
    """A column as it is written in CSV: lists joined by semicolons, true and false in lower case."""
    if isinstance(values.dtype, pl.List):
        return values.cast(pl.List(pl.String)).list.join(LIST_SEPARATOR)
    if values.dtype == pl.Boolean:
        return values.replace_strict({True: "true", False: "false"}, default=None, return_dtype=pl.String)
    if values.dtype == pl.Float64:
        whole = values.is_finite() & (values == values.round(0)) & (values.abs() < 1e15)
        return pl.Series(
            values.name, [None if v is None else str(int(v)) if w else repr(v) for v, w in zip(values, whole, strict=True)], dtype=pl.String
        )
    return values.cast(pl.String)
