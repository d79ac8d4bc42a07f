"""Services, what they carry and what they emit: the half of the embedded corridor that moves.

Every line of `own/services.csv` makes two services, there and back; two services that name one fleet are the two halves of its cycle.
The stops follow from the path, a start and the links run over.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from reference.own import estimated, fields, joined, own_rows, page
from reference.sources import Row, Tables, read_facts

SEASONS = {"china": [0.95, 0.75, 0.95, 1.0, 1.0, 1.02, 1.03, 1.05, 1.08, 1.08, 1.06, 1.03]}
OPPOSITE = {"load": "unload", "unload": "load", "both": "both", "work": "work", "pass": "pass"}
DEMAND_FACTS = {"titr": "teu_033", "baku_port": "teu_038", "north": "teu_047"}
DEMAND_VESSELS = {"ropax": "asco_ropax_obs", "turkmen": "asco_tkm"}
FLEET_COLUMNS = ("capacity_wagons", "capacity_trucks", "speed_kn")
CROSSING = {"crossing_h": "crossing_h_typical", "crossing_min_h": "crossing_h_min", "crossing_max_h": "crossing_h_max"}


def build(facts: Path) -> Tables:
    """All rows of this half, with the source fields of the facts."""
    services = list(_both_ways(facts))
    return {
        "services": [_service(row) for row in services],
        "stops": [stop for row in services for stop in _stops(row)],
        "departures": [estimated({**row, "assumed_fields": ["time"]}) for row in own_rows("departures")],
        "fleets": _fleets(facts),
        "demands": _demands(facts),
        "commodities": [_commodity(row) for row in own_rows("commodities")],
        "emissions": _emissions(facts),
    }


def _commodity(row: Row) -> Row:
    values = [name for name in row if name.endswith(("_feu", "_day", "_usd")) and row[name] is not None]
    return estimated({**row, "needs": fields(row["needs"]), "assumed_fields": values})


def _ends(facts: Path) -> dict[str, tuple[str, str]]:
    rows = [(row["id"], (row["from"], row["to"])) for row in read_facts(facts / "links.csv")]
    found = dict(rows + [(row["id"], (row["from_place"], row["to_place"])) for row in own_rows("links")])
    return found | {row["part"]: (row["from_place"], row["to_place"]) for row in own_rows("link_splits")}


def _pages(facts: Path) -> dict[str, Row]:
    """Facts that services name as their source: `trains_058`, `vessel:asco_ropax`, `link:so8`."""
    pages = {row["id"]: row for row in read_facts(facts / "volumes.csv")}
    pages |= {f"vessel:{row['id']}": row for row in read_facts(facts / "vessels.csv")}
    return pages | {f"link:{row['id']}": row for row in read_facts(facts / "links.csv")}


def _both_ways(facts: Path) -> Iterator[Row]:
    """Each service and its return, with the places passed, the links between them and what is done where."""
    ends = _ends(facts)
    pages = _pages(facts)
    dwells = {(row["service"], row["place"]): row for row in own_rows("dwells")}
    for row in own_rows("services"):
        start, *links = row["path"].split()
        places = [start]
        for link in links:
            first, second = ends[link]
            if places[-1] not in (first, second):
                raise ValueError(f"own/services.csv {row['id']}: link {link} joins {first} and {second}, not {places[-1]}")
            places.append(second if places[-1] == first else first)
        calls = dict(call.split("=") for call in (row["calls"] or "").split())
        if unknown := set(calls) - set(places):
            raise ValueError(f"own/services.csv {row['id']}: calls at {', '.join(unknown)}, which it does not pass")
        source = page(pages[row["fact"]]) if row["fact"] else page(estimated({}))
        common = {**row, "source": source, "dwells": {place: dwells.get((row["id"], place)) for place in places}}
        yield {**common, "places": places, "links": links, "calls": calls}
        yield {
            **common,
            "id": row["back_id"],
            "name": row["back_name"],
            "tariff": row["back_tariff"],
            "back": True,
            "dwells": _back_dwells(common["dwells"], places),
            "places": places[::-1],
            "links": links[::-1],
            "calls": {place: OPPOSITE[call] for place, call in calls.items()},
        }


def _back_dwells(dwells: Row, places: list[str]) -> Row:
    """Hours of the return: waits at the same places, fixed runs at the other end of their legs."""
    turned = {place: {**row, "run_h": None} if row and row["dwell_h"] else None for place, row in dwells.items()}
    for start, end in pairwise(places):
        if (dwells[end] or {}).get("run_h"):
            turned[start] = {**dwells[end], "dwell_h": (turned[start] or {}).get("dwell_h")}
    return turned


def _service(row: Row) -> Row:
    numbers = ["leaves", "headway_h", "capacity_teu", "cutoff_h", "tariff_usd_feu", "excludes"]
    given = {**row, "tariff_usd_feu": row["tariff"]}
    assumed = fields(row["assumed"]) if row["fact"] else numbers
    if row.get("back"):
        assumed = sorted({*assumed, "tariff_usd_feu"})
    return {
        **{name: row[name] for name in ("id", "name", "operator", "mode", "leaves", "headway_h", "capacity_teu", "fleet", "cutoff_h")},
        "tariff_usd_feu": row["tariff"],
        "excludes": fields(row["excludes"]),
        "traction": row["traction"],
        "status": row["status"],
        "assumed_fields": [name for name in assumed if given[name]],
        "note": row["note"],
        **row["source"],
    }


def _stops(row: Row) -> Iterator[Row]:
    for number, place in enumerate(row["places"]):
        own = row["dwells"][place] or {}
        hours = {name: own.get(name) for name in ("run_h", "dwell_h")}
        yield estimated(
            {
                "service": row["id"],
                "seq": number + 1,
                "place": place,
                "link": row["links"][number - 1] if number else None,
                "call": row["calls"].get(place, "pass"),
                **hours,
                "assumed_fields": [name for name, value in hours.items() if value],
                "note": own.get("note"),
            }
        )


def _fleets(facts: Path) -> list[Row]:
    vessels = {row["id"]: row for row in read_facts(facts / "vessels.csv")}
    lake = next(row for row in read_facts(facts / "links.csv") if row["id"] == "so8")
    found = []
    for use in own_rows("fleet_use"):
        row = vessels[use["fact"]]
        named = {old: new for new, old in CROSSING.items()}
        values = {name: row[name] for name in FLEET_COLUMNS} | {new: row[old] for new, old in CROSSING.items()}
        values |= {"count": use["count"], "capacity_teu": use["capacity_teu"]}
        assumed = [named.get(name, name) for name in fields(row["assumed_fields"])] + fields(use["assumed"])
        published = f"published count: {row['count']}" if row["count"] not in (None, use["count"]) else None
        found.append(
            {
                "id": row["id"],
                "name": row["name_or_class"],
                "operator": row["operator"],
                "kind": use["kind"],
                **values,
                "status": use["status"],
                "assumed_fields": [name for name in dict.fromkeys(assumed) if values.get(name)],
                "note": joined(row["note"], published, use["note"]),
                **page(row),
            }
        )
    found.append(
        {
            "id": "van_ferries",
            "name": "Lake Van train ferries",
            "operator": "TCDD",
            "kind": "ferry",
            "count": 2,
            "capacity_teu": 100,
            "capacity_wagons": 50,
            "crossing_h": 4.4,
            "status": "open",
            "assumed_fields": ["capacity_teu", "capacity_wagons", "crossing_h"],
            "note": joined(lake["note"], "96 km at 22 km/h"),
            **page(lake),
        }
    )
    return found


def _demands(facts: Path) -> list[Row]:
    volumes = {row["id"]: row for row in read_facts(facts / "volumes.csv")}
    vessels = {row["id"]: row for row in read_facts(facts / "vessels.csv")}
    berths = read_facts(facts / "terminals.csv")
    wagons = next(row for row in berths if row["server_unit"] == "wagons/day average throughput")
    pages = {name: volumes[fact] for name, fact in DEMAND_FACTS.items()} | {name: vessels[fact] for name, fact in DEMAND_VESSELS.items()}
    pages["kuryk"] = wagons
    found = []
    for row in own_rows("demands"):
        plain = {name: row[name] for name in ("id", "origin", "destination", "commodity", "teu_year", "year")}
        basis = pages.get(row["fact"])
        found.append(
            {
                **plain,
                "season": SEASONS.get(row["season"]),
                "route": fields(row["route"]),
                "empty": row["empty"] == "true",
                "assumed_fields": ["teu_year", "commodity", "route"] + (["season"] if row["season"] else []),
                "note": joined(row["note"], f"split of a published figure: {basis['source_title']}" if basis else None),
                **(page(basis) if basis else {}),
                **({} if basis else page(estimated({}))),
                "certainty": "assumed",
            }
        )
    return found


def _emissions(facts: Path) -> list[Row]:
    volumes = {row["id"]: row for row in read_facts(facts / "volumes.csv")}
    found = []
    for use in own_rows("emissions"):
        row = volumes[use["fact"]]
        found.append({**{name: use[name] for name in ("id", "mode", "traction", "unit")}, **_factor(row)})
    for row in volumes.values():
        if row["unit"] == "gCO2e/kWh":
            country = row["segment"]
            found.append({"id": f"grid_{country.lower()}", "mode": "grid", "country": country, "unit": "g/kWh", **_factor(row)})
    mixed = {
        "id": "rail_mixed",
        "mode": "rail",
        "traction": "mixed",
        "factor": 20.0,
        "factor_low": 10.6,
        "factor_high": 30.7,
        "unit": "g/tkm",
        "assumed_fields": ["factor", "factor_low", "factor_high"],
        "note": "between electric (10.8) and diesel (30.7): trains that change traction on the way",
    }
    return [*found, estimated(mixed)]


def _factor(row: Row) -> Row:
    return {
        "factor": float(row["value"]),
        "factor_low": row["min"],
        "factor_high": row["max"],
        "note": joined(row["metric"], row["period"], row["note"]),
        **page(row),
    }
