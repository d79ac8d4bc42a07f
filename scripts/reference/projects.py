"""Projects of both lists of facts as one list, and what was said of them later as statements.

Three projects stand in both lists. The id of the freight list is kept (`xian_absheron_service`, `poti_kz_terminal`, `alat_phase2`), the
row of the other list (`xian`, `poti`, `alat`) becomes a statement on it, so that both sources stay.
"""

from __future__ import annotations

import re
from pathlib import Path

from reference.own import joined, own_rows, page
from reference.sources import Row, Tables, read_facts

USES = {"dostyk_moyynty_use": "dostyk_moyynty"}
REPORTED = {"focl": "focl:made"}


def build(facts: Path) -> Tables:
    """Tables `projects` and, for statements on them, `observations`."""
    use = {row["id"]: row for row in own_rows("project_use")}
    merged = {old: row["id"] for row in use.values() for old in (row["merged"] or "").split(";") if old}
    freight = {row["id"]: row for row in read_facts(facts / "projects.csv")}
    agenda = {row["id"]: row for row in read_facts(facts / "diplo_projects.csv")}
    reports = {row["id"]: row for row in own_rows("project_reports")}
    projects = [_project(freight.get(name) or _as_freight(agenda[name]), row, reports) for name, row in use.items()]
    known = {row["id"] for row in projects}
    statements = [_use(freight[name], project) for name, project in USES.items()]
    for row in agenda.values():
        project = merged.get(row["id"]) or merged.get(row["id"].split(":")[0]) or row["id"].split(":")[0]
        statements.append(_statement(row, project))
    statements += [{**row, "category": "project_status", "metric": "statement on the project"} for row in reports.values()]
    left = (set(freight) | set(agenda)) - known - set(merged) - set(USES) - {row["id"] for row in agenda.values() if ":" in row["id"]}
    if left or (gone := {row["project"] for row in statements} - known):
        raise ValueError(f"projects without a use in own/project_use.csv: {', '.join(sorted(left or gone))}")
    return {"projects": projects, "observations": statements}


def _as_freight(row: Row) -> Row:
    """A row of the agenda's list in the columns of the freight list."""
    found = re.fullmatch(r"([\d.]+) (Mt) -> ([\d.]+) (Mt a year)", (row["capacity"] or "").replace(" a year ->", " ->"))
    before, after, unit = (found[1], found[3], "Mt/y") if found else (None, None, None)
    changes = joined(row["capacity"], f"agreed: {row['agreement']}" if row["agreement"] else None)
    return {**row, "what_changes": changes, "before": before, "after": after, "unit": unit, "parties": row["parties"]}


def _project(row: Row, use: Row, reports: dict[str, Row]) -> Row:
    report = reports.get(REPORTED.get(row["id"], ""))
    said = report["statement"] if report else row["status"]
    return {
        "id": row["id"],
        "name": row["name"],
        **{key: use[key] for key in ("subject", "countries", "status", "status_date", "due", "progress", "agreements", "meeting")},
        "after_projects": use["after_projects"],
        "parties": use["parties"] or row.get("parties"),
        **{key: row[key] for key in ("what_changes", "before", "after", "unit", "cost_usd")},
        "status_text": said,
        "assumed_fields": ["parties"] if use["parties"] and not row.get("parties") else None,
        "note": joined(row["note"], use["note"]),
        **page(report or row),
    }


def _use(row: Row, project: str) -> Row:
    """What a project carries, from a row of the freight list that speaks of its use."""
    return {
        "id": row["id"],
        "category": "project_status",
        "subject": row["name"],
        "metric": "use since the opening",
        "period": row["date"],
        "value": row["after"],
        "unit": row["unit"],
        "statement": row["what_changes"],
        "project": project,
        "note": row["note"],
        **page(row),
    }


def _statement(row: Row, project: str) -> Row:
    """What somebody said of a project; a cost is a value, lengths and capacities stay words because they often are two."""
    length = f"{row['length_km']} km" if row["length_km"] else None
    cost = row["cost_usd"]
    return {
        "id": f"said:{row['id']}",
        "category": "project_status",
        "subject": row["name"],
        "metric": "cost" if cost else "statement on the project",
        "period": row["announced"] if ":" in row["id"] else row["source_date"],
        "value": cost,
        "unit": "USD" if cost else None,
        "statement": joined(row["status"], row["capacity"], length, row["agreement"]),
        "project": project,
        "note": row["note"],
        **page(row),
    }
