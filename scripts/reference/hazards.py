"""What closes or slows the corridor: the processes that engines draw (Caspian wind, Black Sea storms, draught) and what happened."""

from __future__ import annotations

from pathlib import Path

from reference.own import estimated, fields, joined, own_rows, page
from reference.sources import Row, read_facts

CASPIAN_LINKS = ["ca1", "ca2", "ca3", "ca4", "ca5"]
CASPIAN_PORTS = ["kuryk_port", "aktau_port", "alat_port"]
BLACK_SEA_LINKS = ["bs1", "bs2", "bs3", "bs4", "bs5", "bs7"]
STORM_MONTHS = (11, 12, 1, 2)
STORM_WINTER, STORM_REST = 0.2, 0.05


def build(facts: Path) -> list[Row]:
    """Processes first, then the record."""
    rows = {row["id"]: row for row in read_facts(facts / "disruptions.csv")}
    found = [_wind(rows[f"wind_m{month:02d}"], month) for month in range(1, 13)]
    found += [_storm(rows["poti_storm"], month) for month in range(1, 13)]
    found += [_draught(), _sea_level()]
    found += [_record(rows[use["fact"]], use) for use in own_rows("hazard_use")]
    used = {row["id"] for row in found} | {"poti_storm"}
    if missing := sorted(set(rows) - used):
        raise ValueError(f"disruptions without a place in own/hazard_use.csv: {', '.join(missing)}")
    return found


def _spell(row: Row) -> Row:
    return {
        "closed_h": float(row["duration_h"]),
        "closed_min_h": float(row["duration_min_h"]),
        "closed_max_h": float(row["duration_max_h"]),
        "effect": row["effect"],
        "period": row["period"],
    }


def _wind(row: Row, month: int) -> Row:
    return {
        "id": row["id"],
        "kind": "weather",
        "process": "caspian_wind",
        "places": CASPIAN_PORTS,
        "links": CASPIAN_LINKS,
        "month": month,
        "share_closed": float(row["frequency"]),
        **_spell(row),
        "status": "process",
        "assumed_fields": ["closed_h", "closed_min_h", "closed_max_h"] + (["share_closed"] if row["certainty"] == "assumed" else []),
        "note": joined(row["note"], "one process for the three ports and the lanes between them, so that they shut together (assumed)"),
        **page(row),
    }


def _storm(row: Row, month: int) -> Row:
    share = STORM_WINTER if month in STORM_MONTHS else STORM_REST
    return {
        "id": f"black_sea_m{month:02d}",
        "kind": "weather",
        "process": "black_sea_storm",
        "places": ["poti", "batumi"],
        "links": BLACK_SEA_LINKS,
        "month": month,
        "share_closed": share,
        **_spell(row),
        "period": f"month {month}",
        "status": "process",
        "assumed_fields": ["share_closed", "closed_h", "closed_min_h", "closed_max_h"],
        "note": joined(row["note"], "10 % over the year, 20 % from November to February, so 5 % in the other months"),
        **page(row),
    }


def _draught() -> Row:
    return estimated(
        {
            "id": "draught_feeder",
            "kind": "draught",
            "places": ["aktau_port"],
            "links": ["ca1"],
            "share_closed": 0.1,
            "effect": "container ships load a tenth less than their slots, because the water is shallow",
            "status": "process",
            "assumed_fields": ["share_closed"],
            "note": "the text of the page behind draft_dry says at most 10 %, its figures say 15 % for a dry-cargo ship; "
            "a tenth is in use for boxes",
        }
    )


def _sea_level() -> Row:
    return estimated(
        {
            "id": "sealevel_draught",
            "kind": "sea_level",
            "places": CASPIAN_PORTS,
            "links": ["ca1", "ca2", "ca3"],
            "share_closed": 0.0,
            "fall_m_year": 0.096,
            "share_per_m": 0.15,
            "from_year": 2025,
            "effect": "payload lost to a further fall of the sea; none today beyond draught_feeder",
            "status": "process",
            "assumed_fields": ["share_closed", "share_per_m"],
            "note": "fall of 9.6 cm a year: Kazakh government for 2025 (logistan.info 8605); a metre of draught less is taken to cost "
            "15 % of the payload (assumed: as much as the dry-cargo ships of draft_dry lost by 2025)",
        }
    )


def _record(row: Row, use: Row) -> Row:
    share = use["share_closed"] or (row["frequency"] if (row["frequency_unit"] or "").startswith("share of") and not use["links"] else None)
    yearly = row["frequency"] if row["frequency_unit"] == "per year" else None
    return {
        "id": row["id"],
        "kind": use["kind"],
        "process": use["process"],
        "places": fields(use["places"]),
        "links": fields(use["links"]),
        "month": use["month"],
        "share_closed": float(share) if share else None,
        "events_year": float(yearly) if yearly else None,
        "closed_h": row["duration_h"],
        "closed_min_h": row["duration_min_h"],
        "closed_max_h": row["duration_max_h"],
        "start": use["start"],
        "end": use["end"],
        "effect": row["effect"],
        "period": row["period"],
        "status": use["status"],
        "note": joined(_published(row), row["note"], use["note"]),
        **page(row),
    }


def _published(row: Row) -> str | None:
    if row["frequency"] is None or row["frequency_unit"] in (None, "event", "qualitative"):
        return None
    return f"published: {row['frequency']} {row['frequency_unit']}"
