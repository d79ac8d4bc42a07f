"""GTFS as a corridor, and a corridor's services as GTFS.

Reading: trips with the same stops and the same hours between them become one service; each of their departures a row of `departures` with
the feed's calendar. Stops of one station are one place. Prices, handling and delays are not in a feed: they count as nothing.
Writing: services with timetable as trips on the days they run; services that leave every so many hours as trips so far apart from one
another, because GTFS cannot say 'when full'. All times in UTC.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from daliz.corridor import Corridor, DalizError
from daliz.corridor.places import HIGH_SEAS
from daliz.corridor.schema import tables
from daliz.freight.plan import calendars
from daliz.freight.plan.compile import Compiled, compiled
from daliz.freight.plan.feed import WEEKDAYS, Feed, FeedError, read_feed
from daliz.freight.plan.geometry import great_circle_km
from daliz.freight.plan.network import NO_LOADING, NO_UNLOADING

Row = dict[str, Any]
SOURCE = "gtfs"
ROUTE_TYPE = {"rail": 2, "road": 3, "sea": 4, "ferry": 4}
NO_LIMIT_TEU = 1_000_000.0
FEED_DAYS = 90


def mode_of(route_type: str | None) -> str:
    """Mode of a GTFS route type (basic or extended): rail, road or ferry."""
    kind = int(route_type) if route_type and route_type.strip().isdigit() else 3
    if kind in (0, 1, 2, 5, 6, 7, 12) or 100 <= kind < 200 or 400 <= kind < 500 or 900 <= kind < 1_000:
        return "rail"
    return "ferry" if kind == 4 or 1_000 <= kind < 1_100 or 1_200 <= kind < 1_300 else "road"


def read_gtfs(path: str | Path) -> Corridor:
    """A GTFS feed (zip or folder) as a corridor.

    Raises: FeedError with file, line, column and value for anything that cannot be used.
    """
    feed = read_feed(path)
    places, place_of = _places(feed)
    patterns, trip_service = _patterns(feed)
    links, stops = _stops(feed, patterns, place_of, places)
    frames = {
        "places": list(places.values()),
        "links": links,
        "services": _services(feed, patterns, trip_service),
        "stops": stops,
        "departures": _departures(feed, patterns, trip_service),
        "sources": [{"id": SOURCE, "title": f"GTFS feed {feed.name}", "certainty": "sourced"}],
    }
    made = {name: _frame(name, frames.get(name, [])) for name in tables()}
    return Corridor(MappingProxyType(made), (), str(path))


def _frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as a table of the declared columns, with its defaults."""
    declared = tables()[table]
    schema = {column.name: pl.List(pl.String) if column.type == "list" else column.dtype for column in declared.columns}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row") if rows else pl.DataFrame(schema=schema)
    empty = declared.empty()
    return frame.select([pl.col(name).cast(dtype) for name, dtype in empty.schema.items()])


def _places(feed: Feed) -> tuple[dict[int, Row], dict[int, str]]:
    """Places by the index of their station, and the id of each."""
    used = set(feed.stop_times["stop"].unique())
    rows: dict[int, Row] = {}
    for row in feed.stops.iter_rows(named=True):
        if row["stop"] not in used:
            continue
        lat, lon = _coordinate(feed, row, "stop_lat", 90), _coordinate(feed, row, "stop_lon", 180)
        rows[row["stop"]] = {
            "id": row["stop_id"],
            "name": row["stop_name"] or row["stop_id"],
            "kind": "station",
            "country": HIGH_SEAS,  # a feed names no country
            "lat": lat,
            "lon": lon,
            "timezone": feed.timezone,
            "source": SOURCE,
            "certainty": "sourced",
        }
    return rows, {index: row["id"] for index, row in rows.items()}


def _coordinate(feed: Feed, row: Row, column: str, limit: int) -> float:
    try:
        value = float(row[column])
    except (TypeError, ValueError):
        value = float("nan")
    if not abs(value) <= limit:
        raise FeedError(f"{feed.name}: stops.txt: {row['stop_id']}: {column} = {row[column]!r}: expected degrees from -{limit} to {limit}")
    return value


def _patterns(feed: Feed) -> tuple[list[Row], dict[int, int]]:
    """Trips with one sequence of stops and hours: their events relative to the first departure, the route and the trips."""
    start = pl.col("leaves_s").first().over("trip")
    events = feed.stop_times.with_columns(
        (pl.col("arrives_s") - start).alias("a"), (pl.col("leaves_s") - start).alias("l"), start.alias("start")
    )
    by_trip = events.group_by("trip", maintain_order=True).agg("stop", "a", "l", "no_pickup", "no_drop_off", pl.col("start").first())
    by_trip = by_trip.join(feed.trips.select("trip", "route_id").with_columns(pl.col("trip")), on="trip", how="left", maintain_order="left")
    grouped = by_trip.group_by("route_id", "stop", "a", "l", "no_pickup", "no_drop_off", maintain_order=True).agg("trip", "start")
    patterns = [row for row in grouped.iter_rows(named=True) if len(row["stop"]) > 1]
    return patterns, {trip: number for number, pattern in enumerate(patterns) for trip in pattern["trip"]}


def _stops(feed: Feed, patterns: list[Row], place_of: Mapping[int, str], places: Mapping[int, Row]) -> tuple[list[Row], list[Row]]:
    modes = dict(feed.routes.select("route_id", "route_type").iter_rows())
    links: dict[str, Row] = {}
    stops: list[Row] = []
    for number, pattern in enumerate(patterns):
        mode = mode_of(modes[pattern["route_id"]])
        for i, stop in enumerate(pattern["stop"]):
            link = None
            if i:
                before = pattern["stop"][i - 1]
                link = f"{place_of[before]}>{place_of[stop]}:{mode}"
                if link not in links:
                    a, b = places[before], places[stop]
                    km = great_circle_km((a["lon"], a["lat"]), (b["lon"], b["lat"]))
                    links[link] = _link(link, a["id"], b["id"], mode, km)
            stops.append(_stop(number, i, place_of[stop], link, pattern))
    return list(links.values()), stops


def _link(name: str, start: str, end: str, mode: str, km: float) -> Row:
    return {
        "id": name,
        "from_place": start,
        "to_place": end,
        "mode": mode,
        "length_km": max(km, 0.001),
        "direction": "forward",
        "status": "open",
        "source": SOURCE,
        "certainty": "assumed",
        "note": "length: great circle between the stops",
    }


def _stop(number: int, i: int, place: str, link: str | None, pattern: Row) -> Row:
    last = i == len(pattern["stop"]) - 1
    load, unload = not pattern["no_pickup"][i] and not last, not pattern["no_drop_off"][i] and i > 0
    return {
        "service": _service_id(number, pattern),
        "seq": i + 1,
        "place": place,
        "link": link,
        "call": "both" if load and unload else "load" if load else "unload" if unload else "work",
        "run_h": (pattern["a"][i] - pattern["l"][i - 1]) / 3_600 if i else None,
        "dwell_h": (pattern["l"][i] - pattern["a"][i]) / 3_600 if i and not last else None,
        "source": SOURCE,
        "certainty": "sourced",
    }


def _service_id(number: int, pattern: Row) -> str:
    return f"{pattern['route_id']}#{number + 1}"


def _services(feed: Feed, patterns: list[Row], trip_service: Mapping[int, int]) -> list[Row]:
    routes = {row["route_id"]: row for row in feed.routes.iter_rows(named=True)}
    headways = _headways(feed, trip_service)
    found = []
    for number, pattern in enumerate(patterns):
        route = routes[pattern["route_id"]]
        headway = headways.get(number)
        found.append(
            {
                "id": _service_id(number, pattern),
                "name": route["route_long_name"] or route["route_short_name"] or route["route_id"],
                "mode": mode_of(route["route_type"]),
                "leaves": "timetable" if headway is None else "headway",
                "headway_h": headway,
                "capacity_teu": NO_LIMIT_TEU,
                "cutoff_h": 0.0,
                "tariff_usd_feu": 0.0,
                "traction": {"rail": "mixed", "road": "lorry", "ferry": "ferry"}[mode_of(route["route_type"])],
                "status": "open",
                "source": SOURCE,
                "certainty": "sourced",
                "assumed_fields": ["capacity_teu", "traction", "tariff_usd_feu"],
            }
        )
    return found


def _headways(feed: Feed, trip_service: Mapping[int, int]) -> dict[int, float]:
    """Hours between departures of services in frequencies.txt, the longest of the day."""
    trips = dict(feed.trips.select("trip_id", "trip").iter_rows())
    found: dict[int, float] = {}
    for row_number, row in enumerate(feed.frequencies.iter_rows(named=True), start=2):
        text = (row["headway_secs"] or "").strip()
        if not text.isdigit() or int(text) == 0:
            raise FeedError(
                f"{feed.name}: frequencies.txt:{row_number} headway_secs = {row['headway_secs']!r}: expected whole seconds above zero"
            )
        number = trip_service.get(trips[row["trip_id"]])
        if number is not None:
            found[number] = max(found.get(number, 0.0), int(text) / 3_600)
    return found


def _departures(feed: Feed, patterns: list[Row], trip_service: Mapping[int, int]) -> list[Row]:
    days = _calendar_rows(feed)
    service_of = dict(feed.trips.select("trip", "service_id").iter_rows())
    found = []
    headways = set(_headways(feed, trip_service))
    for number, pattern in enumerate(patterns):
        if number in headways:
            continue
        for trip, start in zip(pattern["trip"], pattern["start"], strict=True):
            calendar = days.get(service_of[trip])
            if calendar is None:
                continue
            found.append(
                {
                    "id": f"{_service_id(number, pattern)}@{trip}",
                    "service": _service_id(number, pattern),
                    "time": f"{start // 3_600:02d}:{start // 60 % 60:02d}",
                    "source": SOURCE,
                    "certainty": "sourced",
                    **calendar,
                }
            )
    return found


def _calendar_rows(feed: Feed) -> dict[str, Row]:
    """Weekdays, validity and exceptions by service id, as columns of `departures`."""
    found: dict[str, Row] = {}
    for row in feed.calendar.iter_rows(named=True):
        weekdays = "".join(str(i) for i, name in enumerate(WEEKDAYS, start=1) if row[name] == "1")
        found[row["service_id"]] = {
            "weekdays": weekdays,
            "valid_from": _iso(row["start_date"]),
            "valid_to": _iso(row["end_date"]),
            "except_dates": [],
            "extra_dates": [],
        }
    for row in feed.calendar_dates.iter_rows(named=True):
        service = found.setdefault(row["service_id"], {"weekdays": "", "except_dates": [], "extra_dates": []})
        service["extra_dates" if row["exception_type"] == "1" else "except_dates"].append(_iso(row["date"]))
    return {name: filled for name, row in found.items() if (filled := _filled(row))}


def _filled(row: Row) -> Row | None:
    """A calendar that names at least one weekday: dates only become a validity of their first day with all others as extra."""
    if row["weekdays"]:
        return row
    if not row["extra_dates"]:
        return None
    days = sorted(row["extra_dates"])
    return {"weekdays": "1234567", "valid_from": days[0], "valid_to": days[0], "except_dates": [], "extra_dates": days[1:]}


def _iso(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"


def write_gtfs(corridor: Corridor, path: str | Path, first_day: date, days: int = FEED_DAYS) -> Path:
    """Write the open services of a corridor as a GTFS feed (zip) for some days.

    Parameters: first_day, days (1 to 300: the days for which departures are written). Raises: DalizError when no service leaves in
    these days or the file cannot be written.
    """
    if not 1 <= days <= 300:
        raise DalizError(f"days = {days}: expected 1 to 300")
    network = compiled(corridor, first_day)
    start = calendars.minute_of(calendars.datetime.combine(first_day, calendars.time(), UTC))
    end = start + days * calendars.DAY_MIN
    files: dict[str, list[list[Any]]] = {
        "agency.txt": [["agency_id", "agency_name", "agency_url", "agency_timezone"]],
        "stops.txt": [["stop_id", "stop_name", "stop_lat", "stop_lon"]],
        "routes.txt": [["route_id", "agency_id", "route_long_name", "route_type"]],
        "trips.txt": [["route_id", "service_id", "trip_id"]],
        "stop_times.txt": [
            ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type", "timepoint"]
        ],
        "calendar_dates.txt": [["service_id", "date", "exception_type"]],
        "feed_info.txt": [
            ["feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date", "feed_version"],
            [
                "Daliz",
                "https://example.org/daliz",
                "en",
                f"{first_day:%Y%m%d}",
                f"{first_day + timedelta(days=days - 1):%Y%m%d}",
                f"{first_day}",
            ],
        ],
    }
    used = _write_trips(network, files, start, end)
    if not used:
        raise DalizError(f"no service of the corridor leaves between {first_day} and {first_day + timedelta(days=days - 1)}")
    for place in sorted(used):
        row = network.place_rows[place]
        files["stops.txt"].append([place, row["name"], f"{row['lat']:.6f}", f"{row['lon']:.6f}"])
    return _write_zip(Path(path), files)


def _write_trips(network: Compiled, files: dict[str, list[list[Any]]], start: int, end: int) -> set[str]:
    """Agencies, routes, trips, stop times and days of every departure; the places used."""
    net = network.network
    agencies: dict[str, str] = {}
    dates: dict[str, set[str]] = {}
    used: set[str] = set()
    for p, pattern in enumerate(network.patterns):
        service = pattern.service
        if service["id"].startswith("lorry:"):
            continue
        by_clock: dict[int, list[date]] = {}
        for minute in departure_minutes(network, p, start, end):
            moment = calendars.moment_of(minute)
            by_clock.setdefault(moment.hour * 60 + moment.minute, []).append(moment.date())
        if not by_clock:
            continue
        agency = agencies.setdefault(service["operator"] or "unknown operator", f"a{len(agencies) + 1}")
        files["routes.txt"].append([service["id"], agency, service["name"], ROUTE_TYPE[service["mode"]]])
        a, b = int(net.stop_first[p]), int(net.stop_first[p + 1])
        calls = [stop for stop in range(a, b) if net.gate[stop] & 3 != 3 or stop in (a, b - 1)]
        for clock, days in sorted(by_clock.items()):
            trip = f"{service['id']}_{clock // 60:02d}{clock % 60:02d}"
            texts = sorted(f"{day:%Y%m%d}" for day in days)
            name = "d" + "_".join(texts) if len(texts) < 3 else f"{trip}_days"
            dates.setdefault(name, set()).update(texts)
            files["trips.txt"].append([service["id"], name, trip])
            for sequence, stop in enumerate(calls, start=1):
                gate = int(net.gate[stop])
                place = network.places[net.place[stop]]
                used.add(place)
                no_pickup = int(bool(gate & NO_LOADING) or stop == b - 1)
                no_drop_off = int(bool(gate & NO_UNLOADING) or stop == a)
                times = _clock(clock + int(net.arrives[stop])), _clock(clock + int(net.leaves[stop]))
                files["stop_times.txt"].append([trip, *times, place, sequence, no_pickup, no_drop_off, int(net.headway[p] < 0)])
    for operator, agency in agencies.items():
        files["agency.txt"].append([agency, operator, "https://example.org/daliz", "UTC"])
    for name, running in sorted(dates.items()):
        files["calendar_dates.txt"] += [[name, text, 1] for text in sorted(running)]
    return used


def departure_minutes(network: Compiled, pattern: int, start: int, end: int) -> list[int]:
    """Minutes from start up to end at which a pattern leaves its first stop; a headway service leaves at the start and then regularly."""
    net = network.network
    if net.headway[pattern] >= 0:
        step = max(int(net.headway[pattern]), 60)
        return list(range(start, end, step))
    minutes = net.departure[net.departure_first[pattern] : net.departure_first[pattern + 1]]
    period = int(net.period[pattern])
    if not period:
        return [int(m) for m in minutes if start <= m < end]
    turns = range((start - period) // period, end // period + 1)
    return sorted(int(m) + turn * period for turn in turns for m in minutes if start <= m + turn * period < end)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _write_zip(target: Path, files: Mapping[str, list[list[Any]]]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            # A fixed date, so that the same corridor gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), text.getvalue(), zipfile.ZIP_DEFLATED)
    temporary = target.with_name(f".{target.name}.part")
    try:
        temporary.write_bytes(buffer.getvalue())
        temporary.replace(target)
    except OSError as error:
        raise DalizError(f"{target}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
    return target
