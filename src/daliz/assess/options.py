"""What can be built on a corridor: the projects of its tables, and steps of our own, as changes of the tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from daliz.corridor import Corridor

DONE = ("in_service",)
WIDENED = ("crane", "ferry_berth", "train_formation", "gauge_change", "handover")
Change = Callable[[Corridor], Corridor]


@dataclass(frozen=True)
class UnitCosts:
    """What a step of our own costs, in USD; estimates. crane: published 38 million for one more at a Caspian port and its yard; track:
    published for a second track across the steppe, some 1.4 million a km, of which a third buys twelve trains a day more by passing loops
    and signals; ships: prices of feeders and Ro-Pax ferries; train set: two locomotives and 55 flat wagons."""

    container_ship: float = 25e6
    ferry: float = 50e6
    train_set: float = 10e6
    crane: float = 38e6
    ferry_berth: float = 40e6
    train_formation: float = 15e6
    gauge_change: float = 20e6
    handover: float = 20e6
    track_km: float = 0.5e6


@dataclass(frozen=True)
class Option:
    """Something that can be built: name, what it is in words, cost_usd, most (units), change (a corridor to the one with so many units),
    rows (`table/key`).
    """

    name: str
    label: str
    cost_usd: float
    most: int
    change: Callable[[Corridor, int], Corridor]
    rows: tuple[str, ...]
    project: bool = False
    after: tuple[str, ...] = ()


def _with_cells(table: str, row: str, cells: Mapping[str, Any]) -> Change:
    def change(corridor: Corridor) -> Corridor:
        hit = pl.col("id") == row
        frame = corridor[table].with_columns(
            [pl.when(hit).then(pl.lit(value)).otherwise(pl.col(column)).cast(corridor[table][column].dtype).alias(column)
             for column, value in cells.items()]
        )  # fmt: skip
        # Only numbers change, so the tables need no check; a check of all would be made a hundred times.
        return dataclasses.replace(corridor, tables=MappingProxyType({**corridor.tables, table: frame}))

    return change


def project_options(corridor: Corridor, assumed_cost: float | None) -> tuple[list[Option], list[str]]:
    """Projects that are not done, and those that are left out because nobody knows their cost."""
    found, without = [], []
    changed = set(corridor["effects"].filter(pl.col("table").is_in(["links", "terminals", "services", "fleets"]))["project"])
    for row in corridor["projects"].iter_rows(named=True):
        if row["id"] not in changed or row["status"] in DONE:
            continue
        cost = row["cost_usd"] if row["cost_usd"] is not None else assumed_cost
        if cost is None:
            without.append(row["id"])
            continue

        def change(tables: Corridor, _: int, name: str = row["id"]) -> Corridor:
            return tables.with_projects(name)

        found.append(Option(row["id"], row["name"], cost, 1, change, (f"projects/{row['id']}",), True, tuple(row["after_projects"] or ())))
    return found, without


def step_options(corridor: Corridor, costs: UnitCosts, rows: Sequence[str], most: int) -> list[Option]:
    """Steps that widen the rows that limit something."""
    found: list[Option] = []
    fleets = {row["id"]: row for row in corridor.open("fleets").iter_rows(named=True)}
    services = {row["id"]: row for row in corridor.open("services").iter_rows(named=True)}
    links = {row["id"]: row for row in corridor.open("links").iter_rows(named=True)}
    terminals = {row["id"]: row for row in corridor.open("terminals").iter_rows(named=True)}
    yards = [row for row in terminals.values() if row["yard_teu"]]
    run_h = _run_hours(corridor)
    for name in dict.fromkeys(rows):
        table, _, key = name.partition("/")
        if key not in {"services": services, "links": links, "terminals": terminals}.get(table, {}):
            continue
        if table == "services" and (fleet := fleets.get(services[key]["fleet"] or "")):
            price = costs.ferry if fleet["kind"] == "ferry" else costs.container_ship
            step = _step("fleets", fleet["id"], {"count": fleet["count"]}, {"count": 1})
            found.append(Option(f"ship:{fleet['id']}", f"one more ship of {fleet['name']}", price, most, step, (f"fleets/{fleet['id']}",)))
        elif table == "services" and services[key]["leaves"] == "headway":
            hours = services[key]["headway_h"]
            sets = max(1, int(np.ceil(2 * run_h.get(key, 24.0) / hours)))
            price = sets * (costs.train_set if services[key]["mode"] == "rail" else costs.container_ship)
            found.append(
                Option(
                    f"departures:{key}",
                    f"as many departures again of {services[key]['name']}",
                    price,
                    most,
                    _more_often(key, hours),
                    (name,),
                )
            )
        elif table == "links":
            trains = links[key]["capacity_trains_day"]
            if trains:
                price = costs.track_km * links[key]["length_km"]
                step = _step("links", key, {"capacity_trains_day": trains}, {"capacity_trains_day": 12})
                label = f"12 trains a day more from {links[key]['from_place']} to {links[key]['to_place']}"
                found.append(Option(f"track:{key}", label, price, most, step, (name,)))
        elif table == "terminals":
            found += _terminal_step(terminals[key], yards, costs, most)
    return list({option.name: option for option in found}.values())


def _terminal_step(row: dict[str, Any], yards: Sequence[dict[str, Any]], costs: UnitCosts, most: int) -> list[Option]:
    """One more server of a terminal; with a crane, its share of the yards of the place."""
    if row["operation"] not in WIDENED:
        return []
    price = float(getattr(costs, row["operation"]))
    servers = row["servers"] or 1
    there = {column: row[column] for column in ("servers", "capacity_teu_year", "capacity_t_year", "quota_day") if row[column]}
    more = {column: 1 if column == "servers" else value / servers for column, value in there.items()}
    steps = [_step("terminals", row["id"], there, more)]
    label = f"one more server of {row['operation'].replace('_', ' ')} at {row['place']}"
    with_it = [yard for yard in yards if row["operation"] == "crane" and yard["place"] == row["place"] and yard["id"] != row["id"]]
    for yard in with_it:
        steps.append(_step("terminals", yard["id"], {"yard_teu": yard["yard_teu"]}, {"yard_teu": yard["yard_teu"] / servers}))

    def change(corridor: Corridor, units: int) -> Corridor:
        for step in steps:
            corridor = step(corridor, units)
        return corridor

    rows = tuple(f"terminals/{one['id']}" for one in (row, *with_it))
    return [Option(f"server:{row['id']}", f"{label}{', and its yard' if with_it else ''}", price, most, change, rows)]


def _step(table: str, row: str, there: Mapping[str, float], more: Mapping[str, float]) -> Callable[[Corridor, int], Corridor]:
    def change(corridor: Corridor, units: int) -> Corridor:
        return _with_cells(table, row, {column: value + units * more[column] for column, value in there.items()})(corridor)

    return change


def _more_often(service: str, headway_h: float) -> Callable[[Corridor, int], Corridor]:
    def change(corridor: Corridor, units: int) -> Corridor:
        return _with_cells("services", service, {"headway_h": headway_h / (1 + units)})(corridor)

    return change


def _run_hours(corridor: Corridor) -> dict[str, float]:
    """Hours of each service from end to end, by its stops or by its links."""
    speed = {link: km / (kmh or 40.0) for link, km, kmh in corridor["links"].select("id", "length_km", "speed_kmh").iter_rows()}
    found: dict[str, float] = {}
    for service, link, run in corridor["stops"].select("service", "link", "run_h").iter_rows():
        found[service] = found.get(service, 0.0) + (run or speed.get(link or "", 0.0))
    return found
