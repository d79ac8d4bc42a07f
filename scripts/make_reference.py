"""Makes the embedded corridor: `python scripts/make_reference.py --facts DIR [--geodata DIR] --out src/daliz/reference`.

The facts are collected by hand (CSV and Markdown with a source a row). The geodata are extracts of registry packages; `reference.geodata`
says which packages they come from and how they were cut. Without `--geodata` only the tables are written.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from reference import sources

HALVES = ("network", "services", "digital", "agenda")


def main() -> None:
    """Reads the arguments, builds all halves, writes tables and drawn lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--facts", type=Path, required=True, help="folder of the collected facts")
    parser.add_argument("--geodata", type=Path, help="folder of the geodata extracts")
    parser.add_argument("--out", type=Path, default=sources.ROOT / "src" / "daliz" / "reference", help="folder to write into")
    arguments = parser.parse_args()

    halves = [importlib.import_module(f"reference.{name}").build(arguments.facts) for name in HALVES]
    tables = sources.with_sources(sources.merge(halves))
    sources.write_tables(tables, arguments.out / "tables")
    print("  ".join(f"{table} {len(rows)}" for table, rows in tables.items()))
    if arguments.geodata:
        geodata = importlib.import_module("reference.geodata")
        geodata.write(arguments.geodata, arguments.out / "geo", tables)


if __name__ == "__main__":
    main()
