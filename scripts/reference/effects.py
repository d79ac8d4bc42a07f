"""What the freight projects change: a cell of a table, before and after."""

from __future__ import annotations

from pathlib import Path

from reference.own import fields, joined, own_rows, page
from reference.sources import Row, read_facts


def build(facts: Path) -> list[Row]:
    """Effects of the projects of the facts; each names the page of its project, and says whether the change itself was read there."""
    projects = {row["id"]: row for row in read_facts(facts / "projects.csv")}
    found: list[Row] = []
    for row in [*own_rows("effects"), *_routes()]:
        project = projects[row["project"]]
        assumed = row["certainty"] == "assumed"
        found.append(
            {
                **{name: value for name, value in row.items() if name != "derived"},
                **page(project),
                "id": f"{row['project']}_{row['row']}_{row['column']}",
                "certainty": row["certainty"],
                "assumed_fields": ["before", "after"] if assumed else fields(row.get("derived")),
                "note": joined(row["note"], f"project: {project['name']}"),
            }
        )
    return found


def _routes() -> list[Row]:
    """Demands whose cargo takes another service once the project is there, one row a demand."""
    changes: dict[tuple[str, str], tuple[str, str, str]] = {}
    for swap in own_rows("effect_routes"):
        for demand in own_rows("demands"):
            route = fields(demand["route"])
            if swap["old_service"] not in route or (swap["demands"] and demand["id"] not in fields(swap["demands"])):
                continue
            before, after, note = changes.get((swap["project"], demand["id"]), (";".join(route), ";".join(route), swap["note"]))
            changed = ";".join(swap["new_service"] if name == swap["old_service"] else name for name in fields(after))
            changes[swap["project"], demand["id"]] = (before, changed, note)
    return [
        {
            "project": project,
            "table": "demands",
            "row": demand,
            "column": "route",
            "before": before,
            "after": after,
            "certainty": "assumed",
            "note": note,
        }
        for (project, demand), (before, after, note) in changes.items()
    ]
