"""The tables of a corridor, as declared in tables.csv and columns.csv beside this file.

From this one declaration come reading, validation, the Data Package description and the reference page of the docs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import polars as pl

DTYPES: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "string": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
        "date": pl.String(),
        "list": pl.List(pl.String()),
    }
)
DATE_PATTERN = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
LIST_SEPARATOR = ";"


@dataclass(frozen=True)
class Column:
    """One column of a table: its type, unit, default and what is allowed in it."""

    name: str
    type: str
    unit: str
    default: str
    required: bool
    minimum: float | None
    above_minimum: bool
    maximum: float | None
    choices: tuple[str, ...]
    pattern: str
    reference: tuple[str, str] | None
    description: str

    @property
    def dtype(self) -> pl.DataType:
        return DTYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One table: its group, key columns and columns in order."""

    name: str
    group: str
    key: tuple[str, ...]
    description: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def empty(self) -> pl.DataFrame:
        """A frame of this table with no rows."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


def _column(row: Mapping[str, str]) -> Column:
    allowed = row["allowed"]
    is_pattern = len(allowed) > 1 and allowed.startswith("/") and allowed.endswith("/")
    table, _, column = row["reference"].partition(".")
    minimum = row["minimum"]
    return Column(
        name=row["column"],
        type=row["type"],
        unit=row["unit"],
        default=row["default"],
        required=row["required"] == "yes",
        minimum=float(minimum.lstrip(">")) if minimum else None,
        above_minimum=minimum.startswith(">"),
        maximum=float(row["maximum"]) if row["maximum"] else None,
        choices=() if is_pattern or not allowed else tuple(allowed.split("|")),
        pattern=f"^{allowed[1:-1]}$" if is_pattern else "",
        reference=(table, column) if column else None,
        description=row["description"],
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (files("daliz.corridor") / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def tables() -> Mapping[str, Table]:
    """All declared tables by name, in the order of tables.csv."""
    columns: dict[str, list[Column]] = {}
    for row in _rows("columns.csv"):
        columns.setdefault(row["table"], []).append(_column(row))
    declared = {
        row["table"]: Table(row["table"], row["group"], tuple(row["key"].split(";")), row["description"], tuple(columns[row["table"]]))
        for row in _rows("tables.csv")
    }
    return MappingProxyType(declared)


def _field(column: Column) -> dict[str, Any]:
    types = {"date": "string", "list": "string"}
    field: dict[str, Any] = {"name": column.name, "type": types.get(column.type, column.type), "description": column.description}
    if column.unit:
        field["unit"] = column.unit
    if column.type == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    rules: dict[str, Any] = {}
    if column.required:
        rules["required"] = True
    if column.choices:
        rules["enum"] = list(column.choices)
    if column.pattern or column.type == "date":
        rules["pattern"] = (column.pattern or DATE_PATTERN).strip("^$")
    if column.minimum is not None:
        rules["minimum"] = int(column.minimum) if column.type == "integer" else column.minimum
    if column.maximum is not None:
        rules["maximum"] = int(column.maximum) if column.type == "integer" else column.maximum
    return field | ({"constraints": rules} if rules else {})


def datapackage(title: str) -> dict[str, Any]:
    """The Frictionless Data Package descriptor of a dataset folder.

    Lists stay text in the descriptor (the standard's first version has no list of text), so references from lists are checked by
    Daliz and not by the descriptor. Source: Data Package, Tabular Data Resource and Table Schema 1.0 (specs.frictionlessdata.io).
    """
    resources = []
    for table in tables().values():
        keys = [
            {"fields": [column.name], "reference": {"resource": column.reference[0], "fields": [column.reference[1]]}}
            for column in table.columns
            if column.reference and column.type != "list"
        ]
        for key in keys:
            if key["reference"]["resource"] == table.name:  # type: ignore[index]
                key["reference"]["resource"] = ""  # type: ignore[index]
        schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "primaryKey": list(table.key)}
        resources.append(
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "description": table.description,
                "schema": schema | ({"foreignKeys": keys} if keys else {}),
            }
        )
    return {"profile": "tabular-data-package", "name": "daliz-corridor", "title": title, "resources": resources}


def is_date(text: str) -> bool:
    """Whether the text is a date, a month or a year of the calendar (2024-03-11, 2024-03, 2024)."""
    if not re.match(DATE_PATTERN, text):
        return False
    year, month, day = [*map(int, text.split("-")), 1, 1][:3]
    lengths = (31, 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= day <= lengths[month - 1]
