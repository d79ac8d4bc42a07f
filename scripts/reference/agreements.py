"""Documents, counts of documents signed on an occasion, and claims of how many there are; each with the meeting it was signed at."""

from __future__ import annotations

from pathlib import Path

from reference import states
from reference.own import fields, joined, own_rows, page
from reference.sources import Row, read_facts, slug

PAIR = ["AZE", "KAZ"]
ROLES = ("head_of_state", "head_of_government", "foreign_minister", "other")


def build(facts: Path, meetings: list[Row]) -> list[Row]:
    """Rows of `agreements`: those of the facts, then counts and claims that contradict them or one another."""
    use = {row["id"]: row for row in own_rows("agreement_use")}
    pages = {row["key"]: row for row in read_facts(facts / "diplo_sources.csv")}
    found = [_listed(row, use, meetings) for row in read_facts(facts / "agreements.csv")]
    if missing := set(use) - {row["id"] for row in found}:
        raise ValueError(f"own/agreement_use.csv names agreements that are not there: {', '.join(sorted(missing))}")
    return [*found, *(_counted(row, pages) for row in own_rows("agreement_counts"))]


def _listed(row: Row, use: dict[str, Row], meetings: list[Row]) -> Row:
    name = f"{row['signed_date'].replace('-', '')}_{slug(row['title'], 44)}"
    own = use.get(name, {})
    named = states.named_in(row["signatories"])
    countries = fields(own.get("countries")) or (named if len(named) > 1 else PAIR)
    return {
        "id": name,
        "title": row["title"].removesuffix(" (count row)"),
        "record": own.get("record") or "document",
        "documents": own.get("documents"),
        "signed_date": row["signed_date"],
        "kind": row["kind"],
        "countries": countries,
        "signatories": fields(row["signatories"]),
        "place": row["place"],
        "subject": row["subject"],
        "status": row["status"],
        "status_date": row["source_date"],
        "in_force_date": row["in_force_date"],
        "meeting": own.get("meeting") or _meeting(row, countries, meetings),
        "assumed_fields": ["countries"] if own.get("note") and own.get("countries") else None,
        "note": joined(row["note"], own.get("note")),
        **page(row),
    }


def _counted(row: Row, pages: dict[str, Row]) -> Row:
    plain = {key: value for key, value in row.items() if key != "page"}
    published = page(pages[row["page"]]) if row["page"] else {}
    return {**plain, **published, "certainty": row["certainty"], "countries": PAIR, "subject": "other"}


def _meeting(row: Row, countries: list[str], meetings: list[Row]) -> str | None:
    """The session, else the visit between the two, on the day and in the town of signing; sessions of two for documents of two."""
    day, town = row["signed_date"], row["place"]
    if len(day) < 10 or not town:
        return None
    there = [
        meeting
        for meeting in meetings
        if meeting["attendance"] == "in_person"
        and meeting["date_start"] <= day <= (meeting["date_end"] or meeting["date_start"])
        and town in (meeting["host_place"] or "")
    ]
    bilateral = countries == PAIR
    sessions = [
        meeting
        for meeting in there
        if meeting["type"] == "session"
        and (meeting["kind"].startswith("multilateral") != bilateral or meeting["kind"] in ("expert", "business"))
    ]
    visits = [m for m in there if m["type"] == "visit" and sorted((m["visitor_country"], m["host_country"])) == PAIR]
    visits.sort(key=lambda visit: ROLES.index(visit["visitor_role"]))
    found = [*sessions, *visits]
    return found[0]["id"] if found else None
