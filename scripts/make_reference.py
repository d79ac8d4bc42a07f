"""Makes the embedded corridor: `python scripts/make_reference.py --facts DIR [--geodata DIR] --out src/daliz/reference`.

The facts are collected by hand (CSV and Markdown with a source a row). The geodata are extracts of registry packages; `reference.geodata`
says which packages they come from and how they were cut. Without `--geodata` only the tables are written.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Sequence
from pathlib import Path

from daliz.corridor.schema import datapackage
from reference import sources

HALVES = ("network", "services", "digital", "agenda")
TITLE = "The corridor between Kazakhstan and Azerbaijan"


def tables_of(facts: Path, halves: Sequence[str] = HALVES) -> sources.Tables:
    """All tables of the corridor from the folder of facts."""
    built = [importlib.import_module(f"reference.{name}").build(facts) for name in halves]
    return sources.with_sources(sources.merge(built))


def main() -> None:
    """Reads the arguments, builds all halves, writes tables and drawn lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=Path, required=True, help="folder of the collected facts")
    parser.add_argument("--geodata", type=Path, help="folder of the geodata extracts")
    parser.add_argument("--out", type=Path, default=sources.ROOT / "src" / "daliz" / "reference", help="folder to write into")
    arguments = parser.parse_args()

    tables = tables_of(arguments.facts)
    folder = arguments.out / "tables"
    sources.write_tables(tables, folder)
    description = json.dumps(datapackage(TITLE), indent=1, ensure_ascii=False)
    (folder / "datapackage.json").write_text(description + "\n", encoding="utf-8")
    print("  ".join(f"{table} {len(rows)}" for table, rows in tables.items()))
    if arguments.geodata:
        importlib.import_module("reference.geodata").write(arguments.geodata, arguments.out, tables)


if __name__ == "__main__":
    main()
