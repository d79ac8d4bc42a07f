"""What the agreements change: each agreement of the two countries whose projects change the corridor, first and last."""

from __future__ import annotations

import polars as pl

from daliz.assess.agenda import Agenda, Item, agenda, items_of
from daliz.assess.words import relation_name, signed, told_as
from daliz.corridor import Corridor, DalizError
from daliz.corridor.demand import main_relation
from daliz.corridor.figures import Figure
from daliz.report.section import Block, Grid, Section, Words

REPLICATIONS = 4


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section. Raises: DalizError when the two countries have no agreement in the tables."""
    mine = _agreements(corridor, pair)
    if not mine:
        raise DalizError(f"the table agreements has no document of both {pair[0]} and {pair[1]}")
    acting = [item for item in mine if item.projects]
    relation = main_relation(corridor, pair)
    found = agenda(corridor, only=[item.id for item in acting], shapley=False, relation=relation, pair=pair, replications=REPLICATIONS)
    telling = {name for (name,) in found.table.filter("measurable").select("id").unique().iter_rows()}
    silent = [item for item in mine if item.id not in telling]
    blocks: list[Block] = []
    if telling:
        blocks.append(_effects(corridor, found))
    blocks.append(_by_project(corridor, acting))
    heads = ("Agreement", "Status", "Projects that change the tables")
    without = [(item.title, item.status, ", ".join(item.projects)) for item in silent]
    blocks.append(Grid(heads, without, "Agreements without an effect that the models can measure.", folded=True))
    blocks.extend(Words(f"Not simulated: {item.title}: {why}.") for item, why in found.untold)
    lead = (
        f"Of {len(mine)} documents between the two countries in the tables, {len(acting)} have projects that change the corridor, and "
        f"{len(telling)} of these change something that is told from chance. First: on the corridor as it is; last: on top of all "
        "other projects. A document is credited with the whole effect of the projects that it names, although others may name them too; "
        "that they would not have come without it is not said. Of simulated effects one in twenty would pass for more than chance without "
        "being it."
    )
    return Section("changes", "What the agreements change", lead, blocks, _figures(found))


def _agreements(corridor: Corridor, pair: tuple[str, str]) -> list[Item]:
    both = corridor["agreements"].filter(pl.all_horizontal(pl.col("countries").list.contains(code).fill_null(False) for code in pair))
    ids = set(both["id"])
    return [item for item in items_of(corridor) if item.kind == "agreement" and item.id in ids]


def _effects(corridor: Corridor, found: Agenda) -> Grid:
    """One row an effect; documents behind the same projects stand in one row."""
    heads = ("Agreement", "Status", "Order", "Changes", "By", "95 % interval", "Unit")
    behind: dict[tuple[str, ...], list[Item]] = {}
    for item in found.items:
        behind.setdefault(item.projects, []).append(item)
    cells = []
    for items in behind.values():
        more = f", and {len(items) - 1} more documents on the same" if len(items) > 1 else ""
        for row in found.table.filter(pl.col("measurable") & (pl.col("id") == items[0].id)).iter_rows(named=True):
            changes = f"{row['label']} {relation_name(corridor, row['subject'])}".strip()
            by, low, high = (signed(row[key], told_as(row["measure"]).digits) for key in ("effect", "low", "high"))
            span = "exact" if row["low"] == row["high"] else f"{low} to {high}"
            told = (row["title"] + more, row["status"], row["role"], changes, by, span, row["unit"])
            cells.append(told)
    caption = f"Effects that are told from chance ({found.replications} replications, the same luck with and without)."
    return Grid(
        heads, cells, caption, tuple(f"agreements/{name}" for name in found.table.filter("measurable")["id"].unique(maintain_order=True))
    )


def _by_project(corridor: Corridor, acting: list[Item]) -> Grid:
    names = {project for item in acting for project in item.projects}
    rows = corridor["projects"].filter(pl.col("id").is_in(list(names)))
    cells = [
        (
            row["name"],
            row["status"].replace("_", " "),
            row["status_text"] or "",
            row["due"] or "",
            f"{row['cost_usd'] / 1e6:,.0f}" if row["cost_usd"] else "",
        )
        for row in rows.iter_rows(named=True)
    ]
    heads = ("Project", "Status", "As published", "Due", "Cost, million USD")
    return Grid(heads, cells, "The projects of these agreements.", tuple(f"projects/{name}" for name in rows["id"]))


def _figures(found: Agenda) -> list[Figure]:
    return [
        Figure(
            f"agenda_{row['measure']}:{row['id']}:{row['role']}",
            f"{row['title']}, {row['role']}: {row['label'].lower()}",
            row["effect"],
            row["unit"],
            None if row["low"] == row["high"] else row["low"],
            None if row["low"] == row["high"] else row["high"],
            "" if row["low"] == row["high"] else "95 % interval of the paired difference",
            (f"agreements/{row['id']}",),
        )
        for row in found.table.filter("measurable").iter_rows(named=True)
    ]
