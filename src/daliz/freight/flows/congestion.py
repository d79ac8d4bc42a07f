"""How services and terminals slow down as they fill: queueing formulas in place of a simulation.

A resource with c servers, each taking s days a unit of work, that is used to the share u of its capacity, makes what comes wait about s /
c * u^(sqrt(2 (c + 1)) - 1) / (1 - u) days (Sakasegawa 1977, for arrivals and service as irregular as Poisson's). A service is one server
whose unit of work is a departure: its s is the time between departures. Beyond 95 % use the curve goes on as its tangent: more than the
capacity can be asked for in a year, and then it takes ever longer.

Yearly capacity of a service in its direction: by its timetable or headway, and by its fleet (ships times yearly round trips, of two
crossings and two turns in port); of a terminal: as published, or servers / service time. Others have none, and do not slow down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from daliz.corridor import Corridor
from daliz.freight.flows.network import Floats

YEAR_H = 8760.0
STEEP = 0.95
TONNES_TEU = 7.0
WORKS = {"sea": "crane", "ferry": "ferry_berth", "rail": "train_formation"}
"""The terminal operation that moves cargo onto and off a mode."""


@dataclass(frozen=True)
class Resources:
    """Resources with a limit, as arrays: names (`services/...`, `fleets/...`, `terminals/...`), capacity_teu_year, servers, unit_days
    (s), and for each service the resources that cargo on it uses."""

    names: tuple[str, ...]
    capacity_teu_year: Floats
    servers: Floats
    unit_days: Floats
    of_service: dict[str, tuple[int, ...]]

    def delay(self, flow: Floats) -> Floats:
        """Days waited at each resource at a flow in TEU a year."""
        use = flow / self.capacity_teu_year
        edge = np.minimum(use, STEEP)
        power = np.sqrt(2 * (self.servers + 1)) - 1
        wait = self.unit_days / self.servers * edge**power / (1 - edge)
        beyond: Floats = wait + self._by_use(np.full_like(use, STEEP)) * np.maximum(use - STEEP, 0)
        return beyond

    def slope(self, flow: Floats) -> Floats:
        """How fast the days waited rise with the flow."""
        rise: Floats = self._by_use(np.minimum(flow / self.capacity_teu_year, STEEP)) / self.capacity_teu_year
        return rise

    def _by_use(self, use: Floats) -> Floats:
        power = np.sqrt(2 * (self.servers + 1)) - 1
        low = np.maximum(use, 1e-12)
        derivative: Floats = self.unit_days / self.servers * low ** (power - 1) * (power * (1 - use) + use) / (1 - use) ** 2
        return derivative


def _service_limit(service: dict[str, Any], departures_week: int) -> tuple[float, float]:
    """TEU a year and days between departures by timetable or headway; infinite when neither limits it."""
    if service["leaves"] == "headway" and service["headway_h"]:
        return service["capacity_teu"] * YEAR_H / service["headway_h"], service["headway_h"] / 24
    if service["leaves"] == "timetable" and departures_week:
        return service["capacity_teu"] * departures_week * 365 / 7, 7 / departures_week
    return np.inf, 0.0


def resources(corridor: Corridor) -> Resources:
    """The services, fleets and terminals of a corridor that have a limit."""
    names: list[str] = []
    rows: list[tuple[float, float, float]] = []
    users: dict[str, list[int]] = {}

    def add(name: str, capacity: float, servers: float, days: float, services: list[str]) -> None:
        if np.isfinite(capacity) and capacity > 0:
            for service in services:
                users.setdefault(service, []).append(len(names))
            names.append(name)
            rows.append((capacity, servers, days))

    terminals = [row for row in corridor.open("terminals").iter_rows(named=True) if row["operation"] in WORKS.values()]
    services = list(corridor.open("services").iter_rows(named=True))
    calls = _calls(corridor)
    week = {name: sum(len(days) for days in group["weekdays"]) for (name,), group in corridor["departures"].group_by("service")}
    for service in services:
        capacity, days = _service_limit(service, week.get(service["id"], 0))
        add(f"services/{service['id']}", capacity, 1, days, [service["id"]])
    for fleet in corridor.open("fleets").iter_rows(named=True):
        worked = [service for service in services if service["fleet"] == fleet["id"]]
        if worked and fleet["crossing_h"]:
            turn = _turn_h(terminals, [place for service in worked for place in calls.get(service["id"], [])], worked[0]["mode"])
            trips = fleet["count"] * YEAR_H / (2 * (fleet["crossing_h"] + turn))
            each = fleet["capacity_teu"] or worked[0]["capacity_teu"]
            # Out and back are two services of one fleet, each with every ship once a round trip.
            for service in worked:
                same = [other for other in worked if calls.get(other["id"]) == calls.get(service["id"])]
                add(f"fleets/{fleet['id']}:{service['id']}", trips * each / len(same), 1, 365 / max(trips, 1e-9), [service["id"]])
    for terminal in terminals:
        unit = max(
            [
                s["capacity_teu"]
                for s in services
                if WORKS.get(s["mode"]) == terminal["operation"] and terminal["place"] in calls.get(s["id"], [])
            ],
            default=0.0,
        )
        capacity = _terminal_limit(terminal, unit)
        using = [s["id"] for s in services if WORKS.get(s["mode"]) == terminal["operation"] and terminal["place"] in calls.get(s["id"], [])]
        add(f"terminals/{terminal['id']}", capacity, terminal["servers"] or 1, (terminal["service_h"] or 24) / 24, using)
    table = np.array(rows).reshape(-1, 3)
    return Resources(tuple(names), table[:, 0], table[:, 1], table[:, 2], {service: tuple(found) for service, found in users.items()})


def _calls(corridor: Corridor) -> dict[str, list[str]]:
    """Places where each service loads or unloads, in order."""
    stops = corridor["stops"].filter(pl.col("call").is_in(["load", "unload", "both"])).sort("service", "seq")
    return dict(stops.group_by("service", maintain_order=True).agg("place").iter_rows())


def _turn_h(terminals: list[dict[str, Any]], places: list[str], mode: str) -> float:
    """Mean hours of a vessel in port."""
    hours = [row["service_h"] for row in terminals if row["place"] in places and row["operation"] == WORKS.get(mode) and row["service_h"]]
    return float(np.mean(hours)) if hours else 24.0


def _terminal_limit(terminal: dict[str, Any], unit_teu: float) -> float:
    limits = [np.inf]
    if terminal["capacity_teu_year"]:
        limits.append(terminal["capacity_teu_year"])
    if terminal["capacity_t_year"]:
        limits.append(terminal["capacity_t_year"] / TONNES_TEU)
    if terminal["servers"] and terminal["service_h"] and unit_teu:
        limits.append(terminal["servers"] * YEAR_H / terminal["service_h"] * unit_teu)
    return float(min(limits))
