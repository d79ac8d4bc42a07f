"""Writes docs/tables.md, the reference of the tables, from their declaration in src/daliz/corridor."""

from __future__ import annotations

from pathlib import Path

from daliz.corridor.schema import Column, tables

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"
HEAD = """# The tables

Made by `make docs` from `src/daliz/corridor/tables.csv` and `columns.csv`; do not edit this page.

A corridor is a folder with one CSV file a table (UTF-8, comma, first line the column names) and a `datapackage.json` that describes
them by the Frictionless Data Package standard. Lists are written with semicolons between. Dates are `2024-03-11`, `2024-03` or `2024`.
A column that is not required may be left out, and an empty cell takes the default.
"""


def _allowed(column: Column) -> str:
    parts = []
    if column.choices:
        parts.append(", ".join(column.choices))
    if column.pattern:
        parts.append(f"form `{column.pattern.strip('^$')}`".replace("|", "\\|"))
    if column.minimum is not None:
        parts.append(f"{'more than' if column.above_minimum else 'at least'} {column.minimum:g}")
    if column.maximum is not None:
        parts.append(f"at most {column.maximum:g}")
    if column.reference:
        parts.append(f"a row of [{column.reference[0]}](#{column.reference[0]})")
    return "; ".join(parts)


def page() -> str:
    """The page as Markdown."""
    lines = [HEAD]
    for table in tables().values():
        lines += [f"## {table.name}", "", f"{table.description}. Key: `{'`, `'.join(table.key)}`.", ""]
        lines += ["| column | type | unit | needed | default | allowed | what it holds |", "| --- | --- | --- | --- | --- | --- | --- |"]
        for column in table.columns:
            needed = "yes" if column.required else ""
            cells = (f"`{column.name}`", column.type, column.unit, needed, column.default, _allowed(column), column.description)
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
