"""The digital half: landings, fibre sections, cable cuts, published lengths, delays and fault rates, and projects that add lines.

The rows stand in own/*.csv, written from facts/digital.md; each names its page by a key of own/digital_sources.csv, whose titles mostly
describe the page, because the notes name it by address. Cable systems of many landings are one row of own/cable_systems.csv and become
one section from landing to landing, because a cut severs a section, not a system.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from reference.own import fields, joined, own_rows
from reference.sources import ESTIMATE, Row, Tables

GAZETTEERS = "Public gazetteers (GeoNames/OpenStreetMap/UN-LOCODE): widely published coordinates"


def build(facts: Path) -> Tables:
    """Tables of the digital half. The folder of facts is not read: facts/digital.md is prose, and own/*.csv restates it."""
    pages = {page["key"]: page for page in own_rows("digital_sources")}

    def rows(name: str) -> list[Row]:
        return [cited(row, pages) for row in own_rows(name)]

    effects = [{**row, "id": f"{row['project']}_{row['row']}_{row['column']}", "table": "cables"} for row in rows("digital_effects")]
    return {
        "places": [place(row) for row in own_rows("digital_places")],
        "cables": [*rows("cables"), *systems(rows("cable_systems"))],
        "hazards": [{**row, "kind": "cable_cut", "status": "record"} for row in rows("cable_cuts")],
        "projects": [{**row, "subject": "digital"} for row in rows("digital_projects")],
        "effects": effects,
        "observations": rows("digital_observations"),
    }


def place(row: Row) -> Row:
    """A landing or point of presence, with the source that the freight places have for their coordinates."""
    return {**row, "certainty": "known", "source_title": GAZETTEERS}


def cited(row: Row, pages: dict[str, Row]) -> Row:
    """The row with its page in place of the page's key. Raises: KeyError for an unknown key."""
    plain = {key: value for key, value in row.items() if key != "source"}
    if row["source"] is None:
        return {**plain, "source_title": ESTIMATE, "certainty": "assumed"}
    page = pages[row["source"]]
    return {**plain, "source_title": page["title"], "source_url": page["url"], "source_date": page["date"]}


def systems(rows: list[Row]) -> list[Row]:
    """Sections of the cable systems, from landing to landing, drawn along the legs of own/sea_legs.csv."""
    legs = {(leg["from_place"], leg["to_place"]): leg for leg in own_rows("sea_legs")}
    sections = []
    for row in rows:
        for start, end in pairwise(fields(row["stops"])):
            if (start, end) == ("alexandria", "suez_cls"):
                continue
            leg = legs[(start, end)]
            whole = f"whole system {int(row['whole_km']):,} km with branches"
            sections.append(
                {
                    "id": "_".join((row["system"], *(name.removesuffix("_cls") for name in (start, end)))),
                    "name": f"{row['name']}, {spoken(start)} - {spoken(end)}",
                    "system": row["name"],
                    "from_place": start,
                    "to_place": end,
                    "kind": "submarine",
                    "repeatered": "yes",
                    "in_service": row["in_service"],
                    "owners": row["owners"],
                    "risk_groups": leg["risk_groups"],
                    "waypoints": leg["waypoints"],
                    "status": "open",
                    "certainty": row["certainty"],
                    "assumed_fields": "waypoints;risk_groups",
                    "note": joined(whole, row["note"]),
                    **{field: row[field] for field in ("source_title", "source_url", "source_date")},
                }
            )
    return sections


def spoken(place_id: str) -> str:
    """A place's name as far as its id tells it."""
    return place_id.removesuffix("_cls").replace("_", " ").title()
