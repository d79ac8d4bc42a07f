"""The tables' one declaration: what it must hold so that reading, checking and docs can be made from it."""

from __future__ import annotations

import re

import pytest

from daliz.corridor.schema import DTYPES, datapackage, is_date, tables

ALL_TABLES = list(tables().values())


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_column_says_what_it_holds(table) -> None:
    for column in table.columns:
        assert column.description, f"{table.name}.{column.name}"
        assert column.type in DTYPES
        assert column.minimum is None or column.type in ("integer", "number")


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_names_with_a_unit_ending_carry_that_unit(table) -> None:
    endings = {
        "_km": "km",
        "_h": "h",
        "_kmh": "km/h",
        "_teu": "TEU",
        "_tbps": "Tbit/s",
        "_kn": "kn",
        "_mm": "mm",
    }
    for column in table.columns:
        for ending, unit in endings.items():
            if re.search(rf"(^|[a-z]){ending}$", column.name):
                assert column.unit == unit, f"{table.name}.{column.name}"


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_keys_and_references_name_declared_columns(table) -> None:
    assert set(table.key) <= set(table.column_names)
    for column in table.columns:
        if column.reference:
            target, target_column = column.reference
            assert target_column in tables()[target].column_names


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
def test_every_row_of_every_table_has_a_certainty_and_a_source(table) -> None:
    assert "certainty" in table.column_names
    assert "source" in table.column_names or table.name == "sources"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        *(("2024-02-29", True), ("2023-02-29", False), ("1900-02-29", False), ("2000-02-29", True), ("2024-04-31", False)),
        *(("2024", True), ("2024-11", True), ("2024-13", False), ("24-1-1", False), ("2024-1-1", False), ("", False)),
    ],
)
def test_dates_are_days_months_or_years_of_the_calendar(text: str, good: bool) -> None:
    assert is_date(text) is good


def test_the_description_names_every_table_once() -> None:
    names = [resource["name"] for resource in datapackage("x")["resources"]]
    assert names == list(tables())
