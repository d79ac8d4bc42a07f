"""Visits and sessions: who went where and when, which body met, and during which visit."""

from __future__ import annotations

from pathlib import Path

from reference import states
from reference.own import own_pairs, own_rows, page
from reference.sources import Row, read_facts

PAIR = {"KAZ", "AZE"}
ROLES = ("head_of_state", "head_of_government", "foreign_minister", "other")


def build(facts: Path) -> list[Row]:
    """Rows of `meetings`: visits, then those who did not come in person, then sessions with the visit that each was part of."""
    actors = {row["name"]: row["id"] for row in read_facts(facts / "actors.csv") if row["id"].count(":") == 1}
    visits = [_visit(row, actors) for row in read_facts(facts / "visits.csv")]
    pages = {row["key"]: row for row in read_facts(facts / "diplo_sources.csv")}
    absences = [_no_visit(row, pages) for row in own_rows("no_visits")]
    sessions = [_session(row) for row in read_facts(facts / "councils.csv")]
    accompanied = own_pairs("session_visits")
    for session in sessions:
        session["part_of"] = accompanied.get(session["id"]) or _visit_of(session, visits)
    return [*visits, *absences, *sessions]


def _visit(row: Row, actors: dict[str, str]) -> Row:
    visitor, host = actors[row["visitor_name"]], states.code(row["host_country"])
    return {
        "id": f"{visitor}_{host}_{row['date_start']}",
        "type": "visit",
        "date_start": row["date_start"],
        "date_end": row["date_end"],
        "kind": "summit_margin" if row["kind"] == "multilateral summit" else row["kind"],
        "attendance": "in_person",
        "visitor": visitor,
        "visitor_country": states.code(row["visitor_country"]),
        "visitor_role": row["visitor_role"],
        "host_country": host,
        "host_place": row["host_place"],
        "purpose": row["purpose"],
        "note": row["note"],
        **page(row),
    }


def _no_visit(row: Row, pages: dict[str, Row]) -> Row:
    """Somebody who joined by video link or stayed away: kept so that nobody counts a visit."""
    plain = {key: value for key, value in row.items() if key != "page"}
    return {
        **plain,
        "id": f"{row['visitor']}_{row['host_country']}_{row['date_start']}_{row['attendance']}",
        "type": "visit",
        "date_end": row["date_start"],
        "kind": "summit_margin",
        "visitor_country": "KAZ" if row["visitor"] == "p:tokayev" else "AZE",
        "visitor_role": "head_of_state",
        **page(pages[row["page"]]),
        "certainty": "sourced",
    }


def _session(row: Row) -> Row:
    return {
        "id": f"{own_pairs('bodies')[row['body']]}_{row['date_start']}",
        "type": "session",
        "date_start": row["date_start"],
        "date_end": row["date_end"],
        "kind": row["kind"].replace(" ", "_"),
        "attendance": "video" if (row["place"] or "").startswith("online") else "in_person",
        "host_country": states.of_town(row["place"]),
        "host_place": row["place"],
        "body": row["body"],
        "session": row["session"],
        "outcome": row["outcome"],
        "note": row["note"],
        **page(row),
    }


def _visit_of(session: Row, visits: list[Row]) -> str | None:
    """The visit of one of the two to the other during which a session was held in the same town; the highest guest's if several."""
    hosted = [
        visit
        for visit in visits
        if {visit["visitor_country"], visit["host_country"]} == PAIR
        and visit["host_country"] == session["host_country"]
        and session["host_place"] in visit["host_place"]
        and visit["date_start"] <= session["date_end"]
        and session["date_start"] <= visit["date_end"]
    ]
    return min(hosted, key=lambda visit: ROLES.index(visit["visitor_role"]))["id"] if hosted else None
