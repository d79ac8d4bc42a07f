"""Services of the tables as patterns: running and standing hours, price, emissions, delays and departures of each stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daliz.corridor import Corridor, DalizError
from daliz.freight.plan import calendars
from daliz.freight.plan.calendars import Horizon
from daliz.freight.plan.emissions import Factors
from daliz.freight.plan.network import NO_LOADING, NO_PASSING, NO_UNLOADING, Pattern
from daliz.freight.plan.transfers import HOUR_MIN, Operation, class_of, on_board, spread, window_wait_h

Row = dict[str, Any]

SPEED_KMH = {"rail": 40.0, "road": 50.0, "sea": 28.0, "ferry": 26.0}
USD_FEU_KM = {"rail": 0.60, "road": 1.50, "sea": 0.15, "ferry": 1.50}
"""Price where a service names none (assumed; docs/plan.md says from what)."""
RUN_SPREAD = {"rail": (-0.03, 0.15), "road": (-0.05, 0.25), "sea": (-0.03, 0.15), "ferry": (-0.05, 0.25)}
"""Shortest and longest run as a share of the plan, where no fleet says it (assumed)."""
OCEAN_CLASSES = ("sea", "ferry")
YEAR_H = 8_760


@dataclass(frozen=True)
class Reading:
    """What services are read with: rows of the tables by id, and where things stand in the arrays."""

    place_index: Mapping[str, int]
    places: Mapping[str, Row]
    links: Mapping[str, Row]
    open_links: frozenset[str]
    fleets: Mapping[str, Row]
    operations: Mapping[str, Mapping[str, Operation]]
    factors: Factors
    closures: Mapping[str, int]
    closure_second_min2: Sequence[float]
    fill_h: Mapping[str, float]
    horizon: Horizon


@dataclass
class _Stops:
    """Columns of a pattern while it is built."""

    arrives: list[float] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)
    cls_in: list[int] = field(default_factory=list)
    cls_out: list[int] = field(default_factory=list)
    km: list[float] = field(default_factory=list)
    co2: list[float] = field(default_factory=list)
    variance: list[float] = field(default_factory=list)
    gate: list[int] = field(default_factory=list)
    run: list[tuple[float, float]] = field(default_factory=list)
    stand: list[tuple[float, float, float]] = field(default_factory=list)
    closure: list[int] = field(default_factory=list)
    closure_at: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class ServicePattern:
    """A pattern with what it is: the service's row, its stops' rows and the kilometres to each stop."""

    service: Row
    stops: list[Row]
    km: list[float]
    pattern: Pattern


def fill_hours(corridor: Corridor) -> dict[str, float]:
    """Mean hours in which a departure of a service fills, by the demands whose route names it."""
    teu_year: dict[str, float] = {}
    for row in corridor["demands"].iter_rows(named=True):
        for service in row["route"] or ():
            teu_year[service] = teu_year.get(service, 0.0) + row["teu_year"]
    capacity = dict(corridor["services"].select("id", "capacity_teu").iter_rows())
    return {service: capacity[service] * YEAR_H / teu for service, teu in teu_year.items() if teu > 0 and service in capacity}


def service_pattern(reading: Reading, service: Row, stops: list[Row], departures: list[Row]) -> ServicePattern | None:
    """The pattern of a service; None when it never leaves within the horizon or has fewer than two stops.

    Raises: DalizError for a stop that is reached over no link and without hours.
    """
    if len(stops) < 2:
        return None
    columns = _Stops()
    for index in range(len(stops)):
        _add_stop(reading, service, stops, index, columns)
    period, minutes, headway = _departures(reading, service, stops[0], departures)
    if headway < 0 and not minutes:
        return None
    columns.gate[0] |= NO_UNLOADING
    total_km = columns.km[-1] or 1.0
    tariff = service["tariff_usd_feu"]
    cents = 100 * (tariff if tariff is not None else USD_FEU_KM[service["mode"]] * total_km)
    extra = [100 * ((row_tariff or tariff or 0) - (tariff or 0)) for _, row_tariff in minutes]
    pattern = Pattern(
        places=[reading.place_index[stop["place"]] for stop in stops],
        arrives_min=[round(minute) for minute in columns.arrives],
        leaves_min=[round(minute) for minute in columns.leaves],
        class_in=columns.cls_in,
        class_out=columns.cls_out,
        cost_cents=[round(cents * km / total_km) for km in columns.km],
        co2_g=[round(grams) for grams in columns.co2],
        cutoff_min=[round((service["cutoff_h"] or 0) * HOUR_MIN)] * len(stops),
        departures=[minute for minute, _ in minutes] or [0],
        extra_cents=[round(value) for value in extra] or [0],
        period_min=period,
        headway_min=headway,
        gate=columns.gate,
        variance_min2=[round(value) for value in columns.variance],
        run_low_min=[low for low, _ in columns.run],
        run_high_min=[high for _, high in columns.run],
        stand_shift_min=[shift for shift, _, _ in columns.stand],
        stand_low_min=[low for _, low, _ in columns.stand],
        stand_high_min=[high for _, _, high in columns.stand],
        closure=columns.closure,
        closure_at=columns.closure_at,
    )
    return ServicePattern(service, stops, columns.km, pattern)


def _add_stop(reading: Reading, service: Row, stops: list[Row], index: int, columns: _Stops) -> None:
    stop = stops[index]
    mode = service["mode"]
    link = reading.links.get(stop["link"]) if stop["link"] else None
    gauge_in, changes_in = _gauge(link, stops[index - 1]["place"] if index else None, at_end=True)
    following = stops[index + 1] if index + 1 < len(stops) else None
    next_link = reading.links.get(following["link"]) if following and following["link"] else None
    gauge_out, changes_out = _gauge(next_link, stop["place"], at_end=False)
    run_min = _run_minutes(reading, service, stop, link) if index else 0.0
    arrives = (columns.leaves[-1] if index else 0.0) + run_min
    changes_gauge = changes_in or changes_out or (gauge_in is not None and gauge_out is not None and gauge_in != gauge_out)
    stand_min, stand = _standing(reading, stop, bool(index) and following is not None, changes_gauge)
    columns.arrives.append(arrives)
    columns.leaves.append(arrives + stand_min)
    fleet = reading.fleets.get(service["fleet"] or "", {})
    wagons = bool(fleet.get("capacity_wagons")) and not fleet.get("capacity_trucks")
    columns.cls_in.append(class_of(mode, gauge_in if gauge_in is not None else gauge_out, wagons))
    columns.cls_out.append(class_of(mode, gauge_out if gauge_out is not None else gauge_in, wagons))
    km = link["length_km"] if link else (_great_circle_km(reading, stops[index - 1], stop) if index else 0.0)
    columns.km.append((columns.km[-1] if index else 0.0) + km)
    run = _run_spread(reading, service, run_min, link)
    closure = reading.closures.get(f"links/{link['id']}", -1) if link else -1
    closure_at = reading.closures.get(f"places/{stop['place']}", -1) if mode in OCEAN_CLASSES else -1
    grams, second = 0.0, 0.0
    if index:
        way = link or {"length_km": km, "electrified": None}
        countries = tuple(reading.places[s["place"]]["country"] for s in (stops[index - 1], stop))
        grams = reading.factors.grams_per_tonne(mode, service["traction"], way, (countries[0], countries[1]))
        second = spread([run])[3]
        second += sum(reading.closure_second_min2[process] for process in (closure, closure_at) if process >= 0)
        _, stand_low, stand_high = columns.stand[-1]
        second += spread([(stand_low, stand_high)])[3] + columns.stand[-1][0] ** 2
    columns.co2.append((columns.co2[-1] if index else 0.0) + grams)
    columns.variance.append((columns.variance[-1] if index else 0.0) + second)
    columns.run.append(run if index else (0.0, 0.0))
    columns.stand.append(stand)
    columns.closure.append(closure)
    columns.closure_at.append(closure_at)
    columns.gate.append(_gate(reading, service, stops, index))


def _gate(reading: Reading, service: Row, stops: list[Row], index: int) -> int:
    call = stops[index]["call"] or "pass"
    ends = {0: "load", len(stops) - 1: "unload"}
    if call == "pass" and index in ends:
        call = ends[index]
    bits = 0
    if call not in ("load", "both"):
        bits |= NO_LOADING
    if call not in ("unload", "both"):
        bits |= NO_UNLOADING
    link = stops[index]["link"]
    if index and link and link not in reading.open_links:
        bits |= NO_PASSING
    return bits


def _gauge(link: Row | None, from_place: str | None, at_end: bool) -> tuple[int | None, bool]:
    """Gauge at the end (or start) of a link run from a place, and whether it changes on the link."""
    if link is None or link["gauge_mm"] is None:
        return None, False
    first, last = link["gauge_mm"], link["gauge_to_mm"] or link["gauge_mm"]
    changes = first != last
    if link["from_place"] != from_place:
        first, last = last, first
    return (last if at_end else first), changes


def _run_minutes(reading: Reading, service: Row, stop: Row, link: Row | None) -> float:
    if stop["run_h"] is not None:
        return float(stop["run_h"]) * HOUR_MIN
    fleet = reading.fleets.get(service["fleet"] or "")
    if service["mode"] in OCEAN_CLASSES and fleet and fleet["crossing_h"]:
        return float(fleet["crossing_h"]) * HOUR_MIN
    if link is None:
        raise DalizError(f"stops/{service['id']};{stop['seq']}: no run_h and no link; give one of the two")
    return float(link["length_km"]) / (link["speed_kmh"] or SPEED_KMH[service["mode"]]) * HOUR_MIN


def _run_spread(reading: Reading, service: Row, run_min: float, link: Row | None) -> tuple[float, float]:
    fleet = reading.fleets.get(service["fleet"] or "")
    if service["mode"] in OCEAN_CLASSES and fleet and fleet["crossing_h"] and fleet["crossing_min_h"] and fleet["crossing_max_h"]:
        low, high = (fleet[name] / fleet["crossing_h"] - 1 for name in ("crossing_min_h", "crossing_max_h"))
    else:
        low, high = RUN_SPREAD[service["mode"]]
    return min(low, 0.0) * run_min, max(high, 0.0) * run_min


def _standing(reading: Reading, stop: Row, passes_on: bool, changes_gauge: bool) -> tuple[float, tuple[float, float, float]]:
    """Minutes that a service stands at a stop before it goes on with its cargo, and shift, low and high of their deviation."""
    if not passes_on:
        return 0.0, (0.0, 0.0, 0.0)
    if stop["dwell_h"] is not None:
        return float(stop["dwell_h"]) * HOUR_MIN, (0.0, 0.0, 0.0)
    if (stop["call"] or "pass") == "pass":
        return 0.0, (0.0, 0.0, 0.0)
    steps = on_board(reading.operations.get(stop["place"], {}), changes_gauge)
    hours = sum(step.hours + window_wait_h(step) for step in steps)
    deviations = [step.deviation_min for step in steps]
    deviations += [(-window_wait_h(s) * HOUR_MIN, 2 * window_wait_h(s) * HOUR_MIN) for s in steps if not s.always_open]
    return hours * HOUR_MIN, spread(deviations)[:3]


def _departures(reading: Reading, service: Row, first: Row, rows: list[Row]) -> tuple[int, list[tuple[int, float | None]], int]:
    """Period, departures with their own tariff, and headway (-1: by departures) of a service, all in minutes."""
    if service["leaves"] != "timetable":
        cycle = service["headway_h"] or 0.0
        if service["leaves"] == "when_full":
            cycle = min(cycle or float("inf"), reading.fill_h.get(service["id"], float("inf")))
            cycle = 0.0 if cycle == float("inf") else cycle
        return 0, [], round(cycle * HOUR_MIN)
    zone = reading.places[first["place"]]["timezone"] or "UTC"
    constant = calendars.constant_clock(zone, reading.horizon)
    if rows and constant and all(calendars.is_weekly(row, service) for row in rows):
        weekly = {(m, row["tariff_usd_feu"]) for row in rows for m in calendars.weekly_minutes(row, zone, reading.horizon)}
        return calendars.WEEK_MIN, _cheapest(weekly), -1
    listed = {(int(m), row["tariff_usd_feu"]) for row in rows for m in calendars.listed_minutes(row, service, zone, reading.horizon)}
    return 0, _cheapest(listed), -1


def _cheapest(departures: set[tuple[int, float | None]]) -> list[tuple[int, float | None]]:
    """Departures in order of time, of each minute the cheapest."""
    best: dict[int, float | None] = {}
    for minute, tariff in departures:
        if minute not in best or (tariff or 0) < (best[minute] or 0):
            best[minute] = tariff
    return sorted(best.items())


def _great_circle_km(reading: Reading, before: Row, stop: Row) -> float:
    from daliz.freight.plan.geometry import great_circle_km

    a, b = reading.places[before["place"]], reading.places[stop["place"]]
    return great_circle_km((a["lon"], a["lat"]), (b["lon"], b["lat"]))
