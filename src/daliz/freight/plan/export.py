"""Plans for other programs: GeoJSON, iCalendar and plain values for JSON."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from daliz.freight.plan import words
from daliz.freight.plan.results import Plan

LonLat = tuple[float, float]
HIDDEN = ("class_in", "first_stop", "last_stop", "pattern")


def stops_of(plan: Plan, leg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stops that a leg passes, first and last included: place and the link it came over."""
    stops = plan.network.patterns[leg["pattern"]].stops
    return stops[leg["first_stop"] : leg["last_stop"] + 1]


def leg_line(plan: Plan, leg: Mapping[str, Any], lines: Mapping[str, list[LonLat]]) -> list[LonLat]:
    """The line of a leg: link shapes where there are any (drawn from `from_place` to `to_place`), else straight from stop to stop."""
    stops = stops_of(plan, leg)
    rows = plan.network.place_rows
    found: list[LonLat] = [(rows[stops[0]["place"]]["lon"], rows[stops[0]["place"]]["lat"])]
    for before, stop in itertools.pairwise(stops):
        shape = lines.get(stop["link"] or "")
        link = plan.network.links.get(stop["link"] or "")
        if shape and link:
            found += shape if link["from_place"] == before["place"] else shape[::-1]
        else:
            found.append((rows[stop["place"]]["lon"], rows[stop["place"]]["lat"]))
    return found


def geojson(plan: Plan, lines: Mapping[str, list[LonLat]] | None = None) -> dict[str, Any]:
    """Every leg of the front as a line feature, with its times, price and emissions, and every place of change as a point.

    Parameters: lines (shape of each link from its `from_place`; default: straight).
    """
    features: list[dict[str, Any]] = []
    labels: dict[int, list[str]] = {}
    for row in plan.choice.iter_rows(named=True):
        labels.setdefault(row["itinerary"], []).append(row["label"])
    changes: set[str] = set()
    for leg in plan.legs.iter_rows(named=True):
        changes |= {leg["from_place"], leg["to_place"]}
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": [list(spot) for spot in leg_line(plan, leg, lines or {})]},
                "properties": {**_plain(leg), "labels": labels.get(leg["itinerary"], [])},
            }
        )
    for place in sorted(changes):
        row = plan.network.place_rows[place]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                "properties": {"place": place, "name": row["name"], "country": row["country"]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def icalendar(plan: Plan, itinerary: int) -> str:
    """An itinerary as iCalendar text: one event a leg, and the arrival with nine chances in ten as a last one. Source: RFC 5545."""
    events: list[str] = []
    for leg in plan.legs.filter(pl.col("itinerary") == itinerary).iter_rows(named=True):
        start, end = words.name(plan, leg["from_place"]), words.name(plan, leg["to_place"])
        summary = f"{leg['name']}: {start} to {end}"
        note = f"{leg['km']:,.0f} km, {leg['tariff_usd_feu']:,.0f} USD a FEU, {leg['co2_kg_feu']:,.0f} kg CO2e a FEU"
        events += _event(f"{itinerary}-{leg['leg']}", leg["depart"], leg["arrive"], summary, start, note)
    row = plan.front.filter(pl.col("itinerary") == itinerary).row(0, named=True)
    destination = words.name(plan, plan.query.destination)
    if row["arrive_p90"] is not None:
        events += _event(
            f"{itinerary}-p90", row["arrive"], row["arrive_p90"], f"Arrival at {destination}, nine in ten by the end", destination, ""
        )
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Daliz//plan//EN", *events, "END:VCALENDAR"]
    return "".join(_folded(line) + "\r\n" for line in lines)


def _event(uid: str, start: datetime, end: datetime, summary: str, place: str, note: str) -> list[str]:
    stamp = "%Y%m%dT%H%M%SZ"
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}-{start:%Y%m%d%H%M}@daliz",
        f"DTSTAMP:{start.astimezone(UTC):{stamp}}",
        f"DTSTART:{start.astimezone(UTC):{stamp}}",
        f"DTEND:{end.astimezone(UTC):{stamp}}",
        f"SUMMARY:{_escaped(summary)}",
        f"LOCATION:{_escaped(place)}",
        f"DESCRIPTION:{_escaped(note)}",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line cut into pieces of at most 75 octets, as RFC 5545 asks."""
    pieces: list[str] = []
    current = ""
    for char in line:
        if len((current + char).encode()) > (75 if not pieces else 74):
            pieces.append(current)
            current = ""
        current += char
    return "\r\n ".join([*pieces, current])


def as_dict(plan: Plan) -> dict[str, Any]:
    """The plan as plain values: question, choice, front and legs."""
    query = plan.query
    return {
        "origin": query.origin,
        "destination": query.destination,
        "teu": query.teu,
        "cargo": query.cargo.name,
        "choice": {row["label"]: row["itinerary"] for row in plan.choice.iter_rows(named=True)},
        "front": [_plain(row) for row in plan.front.iter_rows(named=True)],
        "legs": [_plain(row) for row in plan.legs.iter_rows(named=True)],
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in row.items() if key not in HIDDEN}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 6) if value == value and abs(value) != float("inf") else None
    return value
