"""The network half of the embedded corridor: places, links, terminals, hazards, observations and effects.

Facts are taken as collected. What they leave open is filled from our own files in `own/` and marked as assumed. Where facts contradict
one another, one value is in use and the others stay in the tables with the status `alternative`.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from reference import effects, hazards, observations
from reference.own import estimated, fields, joined, link_parts, own_pairs, own_rows, page
from reference.sources import Row, Tables, read_facts

WAYPOINTS = {"cape_good_hope": "XXX"}
NO_CODE = {"alat_port"}
MODES = {"sea_container": "sea", "sea_ferry": "ferry"}
OPEN_STATUSES = {"open": "open", "reconstruction to 2028": "open"}
LINK_COLUMNS = {"typical_speed_kmh": "speed_kmh", "capacity_trains_per_day": "capacity_trains_day"}
TERMINAL_NUMBERS = ["service_h", "service_min_h", "service_max_h"]


def build(facts: Path) -> Tables:
    """All rows of this half, with the source fields of the facts."""
    links = _links(read_facts(facts / "links.csv"))
    return {
        "places": _places(read_facts(facts / "places.csv")),
        "links": links,
        "terminals": _terminals(read_facts(facts / "terminals.csv")),
        "hazards": hazards.build(facts),
        "observations": observations.build(facts),
        "effects": effects.build(facts),
    }


def _places(rows: list[Row]) -> list[Row]:
    zones = own_pairs("timezones")
    aliases = own_pairs("aliases", delimiter=";")
    found = []
    for row in [*rows, *own_rows("places")]:
        country = WAYPOINTS.get(row["id"]) or row.get("country_iso3") or row.get("country")
        found.append(
            {
                "id": row["id"],
                "name": row["name"],
                "kind": "waypoint" if row["id"] in WAYPOINTS else row["kind"],
                "country": country,
                "lat": float(row["lat"]),
                "lon": float(row["lon"]),
                "unlocode": None if row["id"] in NO_CODE else row["unlocode"],
                "timezone": zones.get(row["id"]) or zones[country],
                "aliases": aliases.get(row["id"], "").split("|") if row["id"] in aliases else None,
                "assumed_fields": ["lat", "lon"] if row["certainty"] == "assumed" else None,
                "note": row["note"],
                **page(estimated(row)),
            }
        )
    return found


def _gauges(text: str | None) -> tuple[int | None, int | None]:
    first, _, second = (text or "").partition("/")
    return (int(first) if first else None, int(second) if second else None)


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _whole(text: str | None) -> int | None:
    return int(float(text)) if text else None


def _links(rows: list[Row]) -> list[Row]:
    others = {row["link"]: row for row in own_rows("other_trains")}
    fills = {row["link"]: row for row in own_rows("link_fill")}
    found = [_fact_link(row) for row in rows if row["status"] != "aggregate"]
    _split(found)
    found += [_own_link(row) for row in own_rows("links")]
    for link in found:
        _fill(link, fills.get(link["id"]))
        other = others.get(link["id"])
        if other:
            link["other_trains_day"] = float(other["other_trains_day"])
            link["note"] = joined(link["note"], f"other trains: {other['why']}")
        elif link["mode"] == "rail" and link["capacity_trains_day"]:
            link["other_trains_day"] = link["capacity_trains_day"] / 2
        if link.get("other_trains_day") is not None:
            link["assumed_fields"] = [*link["assumed_fields"], "other_trains_day"]
    return found


def _split(links: list[Row]) -> None:
    """Cut links that pass a third country at a place in it, so that closing the place or the country closes the whole way.

    A part without a length is a link of its own already.
    """
    for name, parts in link_parts().items():
        known = {link["id"]: link for link in links}
        whole = known[name]
        lengths = [float(part["length_km"]) if part["length_km"] else known[part["part"]]["length_km"] for part in parts]
        joined_up = all(before["to_place"] == after["from_place"] for before, after in pairwise(parts))
        if not joined_up or sum(lengths) != whole["length_km"]:
            raise ValueError(f"own/link_splits.csv {name}: the parts do not add up to {whole['length_km']:g} km in a row")
        where = links.index(whole)
        links[where : where + 1] = [_part(whole, part) for part in parts if part["length_km"]]


def _part(whole: Row, part: Row) -> Row:
    estimates = [*whole["assumed_fields"], *(["length_km"] if part["certainty"] == "assumed" else [])]
    return {
        **whole,
        "id": part["part"],
        "from_place": part["from_place"],
        "to_place": part["to_place"],
        "length_km": float(part["length_km"]),
        "assumed_fields": list(dict.fromkeys(estimates)),
        "note": joined(part["why"], whole["note"]),
    }


def _fill(link: Row, fill: Row | None) -> None:
    """Put our own estimate where the facts are silent."""
    if fill is None:
        return
    for column in ("speed_kmh", "capacity_trains_day"):
        if fill[column]:
            link[column] = float(fill[column])
            link["assumed_fields"] = list(dict.fromkeys([*link["assumed_fields"], column]))
    link["note"] = joined(link["note"], f"speed and capacity assumed: {fill['why']}")


def _fact_link(row: Row) -> Row:
    gauge, gauge_to = _gauges(row["gauge_mm"])
    named = fields(row["assumed_fields"])
    numbers = ["length_km", "speed_kmh"] + (["capacity_trains_day"] if row["capacity_trains_per_day"] else [])
    assumed = numbers if named == ["all numbers"] else [LINK_COLUMNS.get(name, name) for name in named]
    rail = row["mode"] == "rail"
    return {
        "id": row["id"],
        "from_place": row["from"],
        "to_place": row["to"],
        "mode": MODES.get(row["mode"], row["mode"]),
        "length_km": float(row["length_km"]),
        "speed_kmh": _number(row["typical_speed_kmh"]),
        "gauge_mm": gauge,
        "gauge_to_mm": gauge_to,
        "tracks": _whole(row["tracks"]),
        "electrified": row["electrified"],
        "capacity_trains_day": _number(row["capacity_trains_per_day"]) if rail else None,
        "since": row["since"],
        "status": OPEN_STATUSES.get(row["status"], "planned"),
        "assumed_fields": [name for name in assumed if rail or name != "capacity_trains_day"],
        "note": joined(row["note"], f"published as: {row['status']}" if row["status"] not in ("open", "planned") else None),
        **page(row),
    }


def _own_link(row: Row) -> Row:
    numbers = [name for name in ("length_km", "speed_kmh", "capacity_trains_day") if row[name]]
    return {
        **{name: row[name] for name in ("id", "from_place", "to_place", "mode", "electrified", "since", "status", "note")},
        "length_km": float(row["length_km"]),
        "speed_kmh": float(row["speed_kmh"]),
        "gauge_mm": _whole(row["gauge_mm"]),
        "gauge_to_mm": _whole(row["gauge_to_mm"]),
        "tracks": _whole(row["tracks"]),
        "capacity_trains_day": _number(row["capacity_trains_day"]),
        "assumed_fields": numbers,
        **page(estimated(row)),
    }


def _terminals(rows: list[Row]) -> list[Row]:
    use = {row["key"]: row for row in own_rows("terminal_use")}
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        group = f"{row['node']}:{row['operation']}"
        seen[group] = seen.get(group, 0) + 1
        found.append(_fact_terminal(row, use.pop(f"{group}:{seen[group]}")))
    if use:
        raise ValueError(f"own/terminal_use.csv names terminals that are not in the facts: {', '.join(use)}")
    for row in own_rows("terminals"):
        numbers = [name for name in ("servers", *TERMINAL_NUMBERS, "quota_day", "yard_teu", "cost_usd_feu") if row[name]]
        found.append({**row, "assumed_fields": numbers, **page(estimated(row))})
    return found


def _fact_terminal(row: Row, use: Row) -> Row:
    names = {"service_h": "service_typical_h", "capacity_teu_year": "annual_capacity_teu", "capacity_t_year": "annual_capacity_t"}
    columns = ["servers", *TERMINAL_NUMBERS, "capacity_teu_year", "capacity_t_year", "yard_teu", "quota_day", "opens_h", "closes_h"]
    values: Row = {}
    for column in columns:
        own = use.get(column)
        values[column] = None if own == "-" else own or row.get(names.get(column, column))
    named = fields(row["assumed_fields"])
    known = {new: old for old, new in names.items()}
    assumed = [name for name in columns if values[name]] if named == ["all numbers"] else [known.get(name, name) for name in named]
    assumed += [name for name in fields(use["assumed"]) if name not in assumed]
    unit = None if row["server_unit"] in (None, "train", "container") else f"published unit of servers: {row['server_unit']}"
    return {
        "id": use["id"],
        "place": use["place"] or row["node"],
        "operation": use["operation"] or row["operation"],
        "handles": use["handles"],
        **values,
        "status": use["status"],
        "assumed_fields": [name for name in assumed if values.get(name) is not None],
        "note": joined(row["note"], unit, use["note"]),
        **page(row),
    }
