"""A simulation in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.figures import readable
from daliz.corridor.places import short_names
from daliz.freight.simulate.assumptions import TEU_PER_BOX
from daliz.freight.simulate.legs import CATEGORIES
from daliz.freight.simulate.simulation import Simulation
from daliz.freight.simulate.tally import relations_of

if TYPE_CHECKING:
    from daliz.freight.simulate.search import Capacity

ALWAYS_BUSY = 0.98
VALUES = {
    "mean_h": ("mean time of transit", "days", 1.0 / 24.0),
    "demand_mean_h": ("mean time of transit", "days", 1.0 / 24.0),
    "moving_h": ("time moving", "days", 1.0 / 24.0),
    "p10_h": ("time of transit of the fastest tenth", "days", 1.0 / 24.0),
    "p50_h": ("median time of transit", "days", 1.0 / 24.0),
    "p90_h": ("time of transit that nine in ten keep", "days", 1.0 / 24.0),
    "p95_h": ("time of transit that nineteen in twenty keep", "days", 1.0 / 24.0),
    "standing_share": ("share of time standing", "percent", 100.0),
    "delivered": ("boxes delivered", "TEU a year", TEU_PER_BOX),
    "done": ("boxes delivered", "TEU a year", TEU_PER_BOX),
    "made": ("boxes that set out", "TEU a year", TEU_PER_BOX),
    "use": ("share of time in use", "percent", 100.0),
    "wait_h": ("wait", "hours", 1.0),
    "cycle_h": ("round trip", "days", 1.0 / 24.0),
    "cycles": ("round trips", "a year", 1.0),
    "yard_peak": ("fullest yard", "TEU", TEU_PER_BOX),
}


def place_names(simulation: Simulation) -> dict[str, str]:
    """Place ids and names, without what explains them."""
    return short_names(simulation.corridor)


def row_labels(simulation: Simulation) -> dict[str, str]:
    """Names that people know for the rows of terminals, links, fleets and services, and for the resources and yards made of them."""
    corridor, places = simulation.corridor, place_names(simulation)
    labels = {r["id"]: r["name"] for r in corridor["services"].iter_rows(named=True)}
    labels |= {f"services/{name}": label for name, label in labels.items()}
    labels |= {f"fleets/{r['id']}": r["name"] for r in corridor["fleets"].iter_rows(named=True)}
    for row in corridor["terminals"].iter_rows(named=True):
        what = "yard" if row["operation"] == "storage" else row["operation"].replace("_", " ")
        labels[f"terminals/{row['id']}"] = f"{places[row['place']]}, {what}"
        labels[f"terminals/{row['id']} quota"] = f"{places[row['place']]}, {what}, trains a day"
    for row in corridor["links"].iter_rows(named=True):
        start, end, name = places[row["from_place"]], places[row["to_place"]], f"links/{row['id']}"
        labels |= {name: f"{start} - {end}", f"{name} forward": f"{start} to {end}", f"{name} back": f"{end} to {start}"}
    for yard in simulation.compiled.model.yards:
        place, _, side = yard.name.partition(" ")
        labels[yard.name] = f"{places[place]}, yard{f', {side}' if side else ''}"
    return labels


def value_words(simulation: Simulation, name: str) -> tuple[str, str, float]:
    """What a value of `by_replication` is called, its unit as shown, and the factor to it: hours of transit are shown in days."""
    measure, _, subject = name.partition(":")
    names, labels = place_names(simulation), row_labels(simulation)
    pairs = {f"{a}-{b}": f"{names[a]} to {names[b]}" for a, b in relations_of(simulation.compiled)}
    whose = {"all": "all boxes", **pairs}.get(subject) or labels.get(f"fleets/{subject}") or labels.get(subject, subject)
    what, unit, factor = VALUES.get(measure) or VALUES.get(measure.removeprefix("winter_")) or (measure, "", 1.0)
    when = " from November to February" if measure.startswith("winter_") else ""
    return f"{what}, {whose}{when}", unit, factor


def overview(simulation: Simulation) -> str:
    """Two sentences on the whole corridor."""
    rows = {row["measure"]: row for row in simulation.summary.iter_rows(named=True)}
    delivered, mean, standing = rows["delivered"], rows["mean transit"], rows["share of time standing"]
    return (
        f"{_many(simulation.replications, 'simulated run')} of {_many(simulation.years, 'year')}: {readable(delivered['value'])} TEU a "
        f"year arrive{within(delivered, readable)}, of {readable(rows['wanted']['value'])} that set out. A box is under way "
        f"{mean['value']:.1f} days in the mean{within(mean)}, {100 * standing['value']:.0f} % of them standing."
    )


def _many(count: float, noun: str) -> str:
    """A count and its noun.

    >>> _many(1, "ship"), _many(6, "ship"), _many(0.5, "year")
    ('1 ship', '6 ships', '0.5 years')
    """
    return f"{count:g} {noun}{'' if count == 1 else 's'}"


def within(row: Mapping[str, float], spell: Callable[[float], str] = "{:.1f}".format, low: str = "low", high: str = "high") -> str:
    """The interval of a row in brackets; nothing where a single run gives none."""
    return f" ({spell(row[low])} to {spell(row[high])})" if row[low] < row[high] else ""


def transit_words(simulation: Simulation, relation: tuple[str, str]) -> str:
    """How long one relation takes, and where its days go."""
    names = place_names(simulation)
    row = simulation.transit.filter((pl.col("origin") == relation[0]) & (pl.col("destination") == relation[1])).row(0, named=True)
    routes = {demand.rides for demand in simulation.compiled.demands if (demand.origin, demand.destination) == relation}
    way = f"From {names[relation[0]]} to {names[relation[1]]}{', by all routes together,' if len(routes) > 1 else ''}"
    if row["p50_days"] != row["p50_days"]:
        return f"{way} no box arrived in the time simulated; with nothing in the way it would take {row['best_days']:.1f} days."
    text = (
        f"{way} half of the boxes take {row['p50_days']:.1f} days or less, one in ten less than {row['p10_days']:.1f} and one in ten more "
        f"than {row['p90_days']:.1f}; with nothing in the way it would be {row['best_days']:.1f}. {100 * row['late_share']:.0f} % take "
        "half as long again as the middle, or longer."
    )
    if row["winter_p50_days"] == row["winter_p50_days"]:
        text += f" From November to February the middle is {row['winter_p50_days']:.1f} days."
    hours = (
        simulation.legs.filter(pl.col("demand") == main_demand(simulation, relation)).group_by("category").agg(pl.col("hours").sum() / 24.0)
    )
    days = dict(hours.iter_rows())
    parts = [f"{days[category]:.1f} {category}" for category in CATEGORIES if days.get(category, 0.0) >= 0.05]
    whose = "A mean box on the main route" if len(routes) > 1 else "A mean box"
    text += f" {whose} takes {sum(days.values()):.1f}: {', '.join(parts)}."
    return text if row["settled"] else f"{text} These are the days of a queue that still grows: a longer run would show more."


def cost_words(simulation: Simulation, relation: tuple[str, str]) -> str:
    """What a box of a relation's largest demand pays and emits; nothing for a relation that is only measured."""
    row = simulation.costs.filter(pl.col("demand") == main_demand(simulation, relation)).row(0, named=True)
    if row["co2e_kg_feu"] is None:
        return ""
    paid = "no tariff is known for it" if row["usd_feu"] is None else f"costs {readable(row['usd_feu'])} USD in tariffs and charges"
    return f"One FEU {paid} over {readable(row['km'])} km, and emits {readable(row['co2e_kg_feu'])} kg CO2e."


def capacity_words(corridor: Corridor, capacity: Capacity) -> str:
    """What a ride can carry, against what is wanted, and what chokes beyond that."""
    label, now = capacity.figure(corridor).label, readable(capacity.wanted_teu_year)
    low, high = capacity.settled_teu_year, capacity.unsettled_teu_year
    if low == high:
        return f"{label}: more than {readable(low)} TEU a year, the largest demand tried ({now} are wanted now)."
    if low == 0.0:
        return f"{label}: queues do not settle even at {readable(high)} TEU a year, the smallest demand tried ({now} are wanted now)."
    text = (
        f"{label}: between {readable(low)} TEU a year, where queues still settle, and {readable(high)}, where they grow without end; "
        f"{now} are wanted now."
    )
    return f"{text} Beyond that, {'; '.join(capacity.chokes)}." if capacity.chokes else text


def main_demand(simulation: Simulation, relation: tuple[str, str]) -> str:
    """The demand of a relation with the most boxes."""
    found = [d for d in simulation.compiled.demands if (d.origin, d.destination) == relation]
    return max(found, key=lambda demand: demand.boxes_year).id


def overloaded(simulation: Simulation) -> list[str]:
    """Services that take away less than comes, and by how much.

    A demand that falls behind (see `Simulation.behind`) is laid to the first service of its way that took away too few.
    """
    labels = row_labels(simulation)
    behind: dict[str, tuple[float, float]] = {}
    number = 0
    for demand in simulation.compiled.demands:
        boarded = simulation.tally.sums["legs"][number : number + len(demand.rides), 0] / simulation.replications / simulation.years
        number += len(demand.rides)
        if demand.id not in simulation.behind:
            continue
        made, left = simulation.value(f"made:{demand.id}")[0], simulation.behind[demand.id]
        short = [ride.service for ride, count in zip(demand.rides, boarded.tolist(), strict=True) if made - count >= 0.5 * left]
        service = short[0] if short else demand.rides[-1].service
        before, wanted = behind.get(service, (0.0, 0.0))
        behind[service] = (before + left, wanted + made)
    return [
        f"{labels.get(service, service)} ({service}) is overloaded: {readable(TEU_PER_BOX * left)} TEU a year more come than it takes away "
        f"({100 * left / wanted:.0f} % of its demand)"
        for service, (left, wanted) in behind.items()
    ]


def unsettled(simulation: Simulation) -> list[str]:
    """What does not settle: services that fall behind, and resources that are busy all the time."""
    labels = row_labels(simulation)
    found = [f"{text}; the figures are those of a queue that still grows" for text in overloaded(simulation)]
    for resource in simulation.resources.iter_rows(named=True):
        if resource["use"] is not None and resource["use"] > ALWAYS_BUSY:
            label = labels.get(resource["resource"], resource["resource"])
            found.append(f"{label} ({resource['row']}) is busy {100 * resource['use']:.0f} % of the time; its queue does not settle")
    return found
