"""Published figures that the model is held against: volumes, times, distances and how ships are used."""

from __future__ import annotations

from pathlib import Path

from reference.own import joined, own_pairs, own_rows, page
from reference.sources import Row, read_facts

FACTORS = "co2"
CATEGORIES = {"erai": "index"}
UNITS = {"TEU/y": "TEU/year", "t/y": "t/year", "hours": "h"}
WESTBOUND_PLANNED, PLANNED = 88_000, 96_000
SEEN_SHIPS = ("asco_ropax_obs", "asco_zarifa_obs", "asco_fleet", "asco_lines", "obs_alat_kuryk", "obs_baku_aktau", "obs_baku_tkm")


def build(facts: Path) -> list[Row]:
    """Observations, each with the model figure that it is held against where there is one."""
    volumes = read_facts(facts / "volumes.csv")
    links = read_facts(facts / "links.csv")
    vessels = {row["id"]: row for row in read_facts(facts / "vessels.csv")}
    terminals = read_facts(facts / "terminals.csv")
    found = [_volume(row) for row in volumes if row["category"] != FACTORS]
    found += [_distance(row) for row in links if row["status"] == "aggregate"]
    found += [_ships(vessels[name]) for name in SEEN_SHIPS]
    found.append(_westbound(next(row for row in volumes if row["id"] == "teu_033")))
    found += _derived(vessels, next(row for row in terminals if row["node"] == "alat_port" and row["operation"] == "crane_load"))
    ranges = {row["observation"]: row for row in own_rows("observation_ranges")}
    for row in found:
        own = ranges.pop(row["id"], None)
        if own:
            row |= {"low": _number(own["low"]), "high": _number(own["high"]), "note": joined(row["note"], own["why"])}
    if ranges:
        raise ValueError(f"own/observation_ranges.csv names observations that are not there: {', '.join(ranges)}")
    remarks = own_pairs("observation_notes")
    models = own_pairs("observation_models")
    for row in found:
        row["model"] = models.pop(row["id"], None)
        row["unit"] = UNITS.get(row.get("unit"), row.get("unit"))
        remark = remarks.get(row["id"])
        row["calibrated"] = bool(remark and remark.startswith("calibrated"))
        row["note"] = joined(row["note"], remark)
    if models:
        raise ValueError(f"own/observation_models.csv names observations that are not there: {', '.join(models)}")
    return found


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _volume(row: Row) -> Row:
    value, low, high = (_number(row[name]) for name in ("value", "min", "max"))
    return {
        "id": row["id"],
        "category": CATEGORIES.get(row["category"], row["category"]),
        "subject": row["segment"],
        "metric": row["metric"],
        "period": row["period"],
        "value": value,
        "low": low if low is not None else value if high is not None else None,
        "high": high if high is not None else value if low is not None else None,
        "unit": row["unit"],
        "note": row["note"],
        **page(row),
    }


def _westbound(total: Row) -> Row:
    """Boxes that crossed the Caspian westward in 2025: the share of the year's plan applied to what was carried."""
    return {
        "id": "teu_west",
        "category": "teu",
        "subject": "Aktau-Alat",
        "metric": "TITR containers westbound",
        "period": "2025",
        "value": round(float(total["value"]) * WESTBOUND_PLANNED / PLANNED, -2),
        "unit": "TEU",
        "assumed_fields": ["value"],
        "note": joined("derived: 77,000 TEU x 88,000/96,000 (planned for 2025 from Aktau to Alat, of all)", total["note"]),
        **page(total),
    }


def _distance(row: Row) -> Row:
    return {
        "id": row["id"],
        "category": "distance",
        "subject": f"{row['from']}-{row['to']}",
        "metric": f"length of the {row['mode'].replace('_', ' ')} route, stated",
        "period": row["since"],
        "value": float(row["length_km"]),
        "unit": "km",
        "note": (row["note"] or "")
        .replace("CHECK ROW, do not load as an extra edge: ", "")
        .replace("CHECK ROW: ", "")
        .replace("CHECK ROW ", ""),
        **page(row),
    }


def _ships(row: Row) -> Row:
    hours = _number(row["crossing_h_typical"])
    voyages = (row["sailing_frequency"] or "").split(" ", 1)
    counted = voyages[0].isdigit()
    return {
        "id": row["id"],
        "category": "fleet_use",
        "subject": f"{row['name_or_class']}, {row['route']}",
        "metric": "one-way voyages of a ship" if counted else "hours at sea one way" if hours else "ships of the fleet",
        "value": float(voyages[0]) if counted else hours,
        "high": _number(row["crossing_h_max"]) if not counted else None,
        "low": hours if row["crossing_h_max"] and not counted else None,
        "unit": "voyages/year" if counted else "h" if hours else None,
        "statement": None if counted else row["count"] or row["sailing_frequency"],
        "note": row["note"],
        **page(row),
    }


def _derived(vessels: dict[str, Row], alat: Row) -> list[Row]:
    """Figures that follow from a published one; the note says how."""
    ropax, fleet, kuryk = vessels["asco_ropax_obs"], vessels["kmtf_fleet25"], vessels["caspian_down_nov_dec"]
    return [
        {
            "id": "cycle_ropax",
            "category": "cycle",
            "subject": "Ro-Pax Azerbaijan, Alat-Kuryk/Turkmenbashi",
            "metric": "days of a round trip, mean",
            "period": "2021-03-01 to 2023-03-01",
            "value": 4.5,
            "unit": "days",
            "assumed_fields": ["value"],
            "note": joined("derived: 322 one-way voyages in two years = 80.5 round trips a year", ropax["note"]),
            **page(ropax),
        },
        {
            "id": "cycle_feeder",
            "category": "cycle",
            "subject": "six feeder ships, Aktau-Alat",
            "metric": "days of a round trip at full use, mean",
            "period": "2025",
            "value": 6.6,
            "unit": "days",
            "assumed_fields": ["value"],
            "note": joined("derived from at most 89,000 TEU a year at an assumed 270 TEU a ship", fleet["note"]),
            **page(fleet),
        },
        {
            "id": "vessel_h_alat",
            "category": "cycle",
            "subject": "Alat, container ships",
            "metric": "hours of a ship at berth, mean",
            "period": "2024",
            "value": 20.1,
            "unit": "h",
            "note": alat["note"],
            **page(alat),
        },
        {
            "id": "closed_kuryk",
            "category": "share",
            "subject": "Kuryk",
            "metric": "share of November and December when the port is shut by weather",
            "period": "2024",
            "value": 50.0,
            "unit": "percent",
            "note": kuryk["note"],
            **page(kuryk),
        },
    ]
