"""Writes what the docs take from the data: tables.md from the tables' declaration, corridor.svg from the embedded corridor."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from daliz.corridor import load
from daliz.corridor.demand import main_relation
from daliz.corridor.geometry import link_lines
from daliz.corridor.schema import Column, tables
from daliz.draw import Layer, map_svg

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAIR = ("KAZ", "AZE")
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


def _short(name: str) -> str:
    return name.split(" (")[0].split(" / ")[0]


def picture() -> str:
    """The map at the head of the README: railways, Caspian and Black Sea lines, the pair's main relation, the cable being laid."""
    corridor = load()
    spots = {row["id"]: row for row in corridor["places"].iter_rows(named=True)}
    lines = link_lines(corridor)
    links = corridor.open("links")
    nearby = links.filter(pl.col("mode").is_in(["rail", "ferry"]) | ((pl.col("mode") == "sea") & (pl.col("length_km") < 900)))
    origin, destination = main_relation(corridor, PAIR)
    route = corridor["demands"].filter((pl.col("origin") == origin) & (pl.col("destination") == destination))["route"][0].to_list()
    stops = corridor["stops"].filter(pl.col("service").is_in(route))
    used = stops["link"].drop_nulls().to_list()
    named = stops.filter(pl.col("call").is_in(["load", "unload", "both", "work"]))["place"].unique(maintain_order=True).to_list()
    cables = corridor["cables"].filter((pl.col("status") == "planned") & (pl.col("kind") == "submarine"))
    ends = [(spots[a], spots[b]) for a, b in cables.select("from_place", "to_place").iter_rows() if spots[a]["country"] in PAIR]
    laid = [[(a["lon"], a["lat"]), (b["lon"], b["lat"])] for a, b in ends if b["country"] in PAIR]
    return map_svg(
        [
            Layer(laid, colour="#8a2d3b", width=2.5, dash="2 3", label="Fibre being laid on the seabed"),
            Layer(
                [lines[link] for link in used],
                [(spots[place]["lon"], spots[place]["lat"], _short(spots[place]["name"])) for place in named],
                width=3.2,
                label=f"{_short(spots[origin]['name'])} to {_short(spots[destination]['name'])}",
            ),
            Layer([lines[link] for link in nearby["id"]], colour="#8fa9bd", width=1.2, label="Other lines of the corridor"),
        ],
        width=1100,
    )


def main() -> None:
    """Writes both."""
    (DOCS / "tables.md").write_text(page(), encoding="utf-8")
    (DOCS / "corridor.svg").write_text(picture() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
