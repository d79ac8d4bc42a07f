"""`daliz check`, `daliz new` and `daliz show`: the corridor's tables themselves."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import polars as pl

CorridorOption = Annotated[Path | None, typer.Option("--corridor", help="Folder of the corridor's tables; default: the embedded corridor.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def check(
    folder: Annotated[Path | None, typer.Argument(help="Dataset folder; default: the embedded corridor.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Validate a dataset and list every problem at once; exit code 2 when there is one."""
    from daliz.corridor import DatasetError, load, problems_of

    problems = [] if folder is None else problems_of(folder)
    if as_json:
        print(json.dumps([vars(problem) for problem in problems], indent=1, ensure_ascii=False))
        raise SystemExit(2 if problems else 0)
    if problems:
        raise DatasetError(problems)
    corridor = load(folder)
    rows = sum(frame.height for frame in corridor.tables.values())
    print(f"{folder or 'The embedded corridor'}: {len(corridor.tables)} tables, {rows:,} rows, no problem found.")


def new(folder: Annotated[Path, typer.Argument(help="Folder to write; must not exist, or be empty.")]) -> None:
    """Write a copy of the embedded corridor, to edit into one of your own."""
    from daliz.corridor import DalizError, load

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DalizError(f"{folder}: exists already; name a new folder, nothing was written")
    load().save(folder)
    print(f"Wrote the tables to {folder}. Edit the CSV files, then run  daliz check {folder}")


def show(
    table: Annotated[str | None, typer.Argument(help="Table to print; without it, the list of tables.")] = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of text.")] = False,
    columns: Annotated[str, typer.Option(help="Columns to print, with commas between; default: as many as fit.")] = "",
    rows: Annotated[int, typer.Option(min=1, help="Rows to print as text.")] = 40,
) -> None:
    """Print a table of the corridor readably, or whole as JSON or CSV."""
    from daliz.corridor import DalizError, load
    from daliz.corridor.names import did_you_mean

    loaded = load(corridor)
    if as_json and as_csv:
        raise DalizError("choose one of --json and --csv")
    if table is None:
        _show_tables(loaded.tables, as_json)
        return
    frame = loaded[table]
    wanted = [name.strip() for name in columns.split(",") if name.strip()]
    for name in wanted:
        if name not in frame.columns:
            raise DalizError(f"table {table} has no column {name!r}{did_you_mean(name, frame.columns)}")
    if wanted:
        frame = frame.select(wanted)
    if as_json:
        print(json.dumps(frame.to_dicts(), ensure_ascii=False))
    elif as_csv:
        from daliz.corridor.read import as_text

        sys.stdout.write(frame.select([as_text(frame[name]).alias(name) for name in frame.columns]).write_csv())
    else:
        _show_rows(table, frame, rows)


def _show_tables(frames: object, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from daliz.corridor.schema import tables

    listed = [{"table": t.name, "rows": frames[t.name].height, "description": t.description} for t in tables().values()]  # type: ignore[index]
    if as_json:
        print(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    grid = Table(box=None, pad_edge=False)
    grid.add_column("table")
    grid.add_column("rows", justify="right")
    grid.add_column("what it holds")
    for entry in listed:
        grid.add_row(str(entry["table"]), f"{entry['rows']:,}", str(entry["description"]))
    Console().print(grid)


def _show_rows(table: str, frame: pl.DataFrame, rows: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from daliz.corridor.read import as_text
    from daliz.corridor.schema import tables

    console = Console()
    units = {column.name: column.unit for column in tables()[table].columns}
    text = {name: [cell or "" for cell in as_text(frame[name].head(rows))] for name in frame.columns}
    widths = {name: min(26, max([len(name), len(units[name]), *map(len, cells)])) for name, cells in text.items() if any(cells)}
    shown: list[str] = []
    for name, width in widths.items():
        if sum(widths[other] + 2 for other in shown) + width > console.width:
            break
        shown.append(name)
    grid = Table(box=None, pad_edge=False)
    for name in shown:
        label = f"{name}\n{units[name]}" if any(units[other] for other in shown) else name
        grid.add_column(label, no_wrap=True, overflow="ellipsis", max_width=widths[name])
    for cells in zip(*(text[name] for name in shown), strict=True):
        grid.add_row(*cells)
    console.print(grid)
    rest = [name for name in widths if name not in shown]
    if frame.height > rows:
        print(f"... {frame.height - rows:,} more rows; --rows, --csv or --json shows them")
    if rest:
        print(f"further columns: {', '.join(rest)} (--columns)")
