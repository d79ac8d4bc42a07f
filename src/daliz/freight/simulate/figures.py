"""Headline figures of a simulation, by the names that the observations of the corridor are held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure, certainty_of
from daliz.corridor.places import short_names
from daliz.freight.simulate import records as r
from daliz.freight.simulate.assumptions import TEU_PER_BOX
from daliz.freight.simulate.compile import Compiled, Demand
from daliz.freight.simulate.hazards import CLOSING, SHALLOW
from daliz.freight.simulate.replicate import half_width

if TYPE_CHECKING:
    from daliz.freight.simulate.simulation import Simulation

SPREAD, MEAN = "P10 to P90", "95 % interval of the mean"
DEMAND_MEASURES = ("transit_best_days", "transit_p50_days", "transit_winter_p50_days", "standing_share_best", "standing_share")


def observed_pairs(corridor: Corridor) -> tuple[tuple[str, str], ...]:
    """Pairs of places whose transit somebody published: measured even where the tables hold no demand between them."""
    places = set(corridor["places"]["id"])
    found = []
    for name in corridor["observations"]["model"].drop_nulls():
        measure, _, subject = name.partition(":")
        if measure in DEMAND_MEASURES and (pair := split_pair(subject, places)):
            found.append(pair)
    return tuple(dict.fromkeys(found))


def split_pair(subject: str, places: set[str]) -> tuple[str, str] | None:
    """The two places of 'a-b'; place names may hold no hyphen of their own, but may have several words."""
    origin, _, destination = subject.partition("-")
    return (origin, destination) if origin in places and destination in places else None


def figures_of(simulation: Simulation) -> list[Figure]:
    """All headline figures that need no further simulation."""
    found = [*_transit(simulation), *_ships(simulation), *_weather(simulation), *_berths(simulation), *_throughput(simulation)]
    if simulation.by_replication["replication"].n_unique() > 1:
        return found
    # One run has no spread between runs, and an interval of no width would claim that there is none.
    return [replace(figure, low=None, high=None, interval="") if figure.interval == MEAN else figure for figure in found]


def rows_of(corridor: Corridor, compiled: Compiled, demands: Iterable[Demand]) -> tuple[str, ...]:
    """The rows that a relation's figures come from: its demands, the services that carry it and their fleets, the links and terminals that
    it passes, and the hazards that close them."""
    fleets = dict(corridor["services"].select("id", "fleet").iter_rows())
    found: dict[str, None] = {}
    passed: set[str] = set()
    for demand in demands:
        if not demand.probe:
            found[f"demands/{demand.id}"] = None
        for ride in demand.rides:
            found[f"services/{ride.service}"] = None
            if fleets[ride.service]:
                found[f"fleets/{fleets[ride.service]}"] = None
            stand = (f"{ride.destination}|stand",) if ride.dwell_h > 0.0 else ()
            for info in (compiled.info[step] for step in (*ride.steps, *stand)):
                passed |= {info.place, info.row.removeprefix("links/")}
                if info.row and not info.row.startswith("hazards/"):
                    found[info.row] = None
    return (*found, *_hazards_of(corridor, passed))


def _hazards_of(corridor: Corridor, passed: set[str]) -> list[str]:
    """The rows of hazards that close any of these places and links."""
    rows = corridor.open("hazards").filter(pl.col("kind").is_in(CLOSING + SHALLOW)).select("id", "places", "links")
    return [f"hazards/{name}" for name, places, links in rows.iter_rows() if passed & {*(places or ()), *(links or ())}]


def _transit(simulation: Simulation) -> list[Figure]:
    corridor = simulation.corridor
    names = short_names(corridor)
    found = []
    for row in simulation.transit.iter_rows(named=True):
        pair = f"{row['origin']}-{row['destination']}"
        way = f"{names[row['origin']]} to {names[row['destination']]}"
        demands = [d for d in simulation.compiled.demands if (d.origin, d.destination) == (row["origin"], row["destination"])]
        best = min(demands, key=lambda demand: demand.best_h)
        rows = rows_of(corridor, simulation.compiled, demands)
        best_rows = tuple(row for row in rows_of(corridor, simulation.compiled, [best]) if not row.startswith("hazards/"))
        sure, best_sure = certainty_of(corridor, rows), certainty_of(corridor, best_rows)
        note = "the typical hours of every step, with no wait for cargo, a turn or the weather"
        found.append(
            Figure(
                f"transit_best_days:{pair}",
                f"Days of transit at best, {way}",
                row["best_days"],
                "days",
                rows=best_rows,
                certainty=best_sure,
                note=note,
            )
        )
        share = 100.0 * row["standing_share_best"]
        name = f"standing_share_best:{pair}"
        found.append(
            Figure(name, f"Share of time standing at best, {way}", share, "percent", rows=best_rows, certainty=best_sure, note=note)
        )
        if row["p50_days"] != row["p50_days"]:
            continue
        label = f"Median days of transit, {way}"
        low, high = row["p10_days"], row["p90_days"]
        found.append(Figure(f"transit_p50_days:{pair}", label, row["p50_days"], "days", low, high, SPREAD, rows, sure))
        if row["winter_p50_days"] == row["winter_p50_days"]:
            low, high = row["winter_p10_days"], row["winter_p90_days"]
            label = f"Median days of transit from November to February, {way}"
            found.append(Figure(f"transit_winter_p50_days:{pair}", label, row["winter_p50_days"], "days", low, high, SPREAD, rows, sure))
        mean, low, high = (100.0 * value for value in simulation.value(f"standing_share:{pair}"))
        found.append(Figure(f"standing_share:{pair}", f"Share of time standing, {way}", mean, "percent", low, high, MEAN, rows, sure))
    return found


def _ships(simulation: Simulation) -> list[Figure]:
    corridor = simulation.corridor
    names = dict(corridor["fleets"].select("id", "name").iter_rows())
    found = []
    for row in simulation.ships.iter_rows(named=True):
        services = corridor["services"].filter(pl.col("fleet") == row["fleet"])["id"].to_list()
        steps = [info for info in simulation.compiled.info.values() if info.service in services]
        touched = {info.row: None for info in steps if info.row and not info.row.startswith("hazards/")}
        shut = _hazards_of(corridor, {info.place for info in steps} | {name.removeprefix("links/") for name in touched})
        rows = (f"fleets/{row['fleet']}", *(f"services/{name}" for name in services), *touched, *shut)
        sure = certainty_of(corridor, rows)
        label = f"Round trip of {names[row['fleet']]}"
        found.append(Figure(f"cycle_days:{row['fleet']}", label, row["cycle_days"], "days", row["low"], row["high"], MEAN, rows, sure))
    return found


def _weather(simulation: Simulation) -> list[Figure]:
    names = short_names(simulation.corridor)
    hours = {11: 30.0, 12: 31.0}
    found = []
    for place in simulation.compiled.calendars:
        months = simulation.weather.filter((pl.col("place") == place) & pl.col("month").is_in(list(hours)))
        if months.is_empty():
            continue
        share = sum(row["closed_share"] * hours[row["month"]] for row in months.iter_rows(named=True)) / sum(hours.values())
        rows = tuple(
            f"hazards/{row['id']}"
            for row in simulation.corridor.open("hazards").iter_rows(named=True)
            if place in (row["places"] or ()) and row["month"] in hours
        )
        label = f"{names[place]}, share of November and December shut by weather"
        sure = certainty_of(simulation.corridor, rows)
        found.append(Figure(f"closed_share_nov_dec:{place}", label, 100.0 * share, "percent", rows=rows, certainty=sure))
    return found


def _berths(simulation: Simulation) -> list[Figure]:
    """Mean hours of a ship at a container berth, weather included."""
    model, sums = simulation.compiled.model, simulation.tally.sums
    index = {row.name: i for i, row in enumerate(model.resources)}
    terminals = {row["id"]: row for row in simulation.corridor["terminals"].iter_rows(named=True)}
    names = short_names(simulation.corridor)
    found = []
    for resource in model.resources:
        terminal = terminals.get(resource.row.removeprefix("terminals/"))
        if not resource.kept or terminal is None or terminal["operation"] != "crane":
            continue
        calls = sum(
            sums["steps"][i, r.S_N]
            for i, step in enumerate(model.steps)
            if step.resource == resource.name and step.kind == r.SEIZE and not step.name.endswith("berth again")
        )
        if calls:
            hours = float(sums["resources"][index[resource.name], r.R_BUSYTIME] / calls)
            place, rows = terminal["place"], (resource.row,)
            label = f"{names[place]}, hours of a ship at berth"
            found.append(Figure(f"vessel_h:{place}", label, hours, "h", rows=rows, certainty=certainty_of(simulation.corridor, rows)))
    return found


def _throughput(simulation: Simulation) -> list[Figure]:
    """TEU a year over every crossing by ship, through every terminal, and through places where trains stand for work."""
    names = short_names(simulation.corridor)
    places = dict(simulation.corridor["terminals"].select("id", "place").iter_rows())
    modes = dict(simulation.corridor["services"].select("id", "mode").iter_rows())
    flows: dict[str, tuple[str, list[Demand]]] = {}
    for demand in simulation.compiled.demands:
        subjects: dict[str, str] = {}
        for ride in demand.rides:
            if modes[ride.service] == "sea":
                subjects[f"{ride.origin}-{ride.destination}"] = f"{names[ride.origin]} to {names[ride.destination]}, boxes carried"
            for info in (simulation.compiled.info[step] for step in ride.steps):
                if info.row.startswith("terminals/"):
                    terminal = info.row.removeprefix("terminals/")
                    subjects[terminal] = f"{names[places[terminal]]}, boxes through {terminal}"
                    if info.what in ("gauge change", "handover"):
                        subjects[info.place] = f"{names[info.place]}, boxes on trains handled"
        for subject, label in subjects.items():
            flows.setdefault(subject, (label, []))[1].append(demand)
    return [_flow(simulation, subject, label, demands) for subject, (label, demands) in flows.items()]


def _flow(simulation: Simulation, subject: str, label: str, demands: list[Demand]) -> Figure:
    columns = [simulation.names.index(f"done:{demand.id}") for demand in demands]
    values = simulation.tally.values[:, columns].sum(axis=1) * TEU_PER_BOX
    half = half_width(values)
    half = 0.0 if half == float("inf") else half
    rows = tuple(f"demands/{demand.id}" for demand in demands if not demand.probe)
    sure = certainty_of(simulation.corridor, rows)
    mean = float(values.mean())
    return Figure(f"throughput_teu_year:{subject}", label, mean, "TEU/year", mean - half, mean + half, MEAN, rows, sure)
