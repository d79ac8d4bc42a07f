"""A simulation in plain words."""

from __future__ import annotations

import polars as pl

from daliz.corridor.figures import readable
from daliz.freight.simulate.legs import CATEGORIES
from daliz.freight.simulate.simulation import Simulation

UNSETTLED = 0.05


def place_names(simulation: Simulation) -> dict[str, str]:
    """Place ids and names."""
    return dict(simulation.corridor["places"].select("id", "name").iter_rows())


def row_labels(simulation: Simulation) -> dict[str, str]:
    """Names that people know for the rows of terminals, links, fleets and services."""
    corridor, places = simulation.corridor, place_names(simulation)
    labels = {
        f"terminals/{r['id']}": f"{places[r['place']]}, {r['operation'].replace('_', ' ')}"
        for r in corridor["terminals"].iter_rows(named=True)
    }
    labels |= {f"links/{r['id']}": f"{places[r['from_place']]}-{places[r['to_place']]}" for r in corridor["links"].iter_rows(named=True)}
    labels |= {f"fleets/{r['id']}": r["name"] for r in corridor["fleets"].iter_rows(named=True)}
    return labels | {r["id"]: r["name"] for r in corridor["services"].iter_rows(named=True)}


def overview(simulation: Simulation) -> str:
    """Two sentences on the whole corridor."""
    rows = {row["measure"]: row for row in simulation.summary.iter_rows(named=True)}
    delivered, mean = rows["delivered"], rows["mean transit"]
    years = f"{simulation.years:g} year{'s' if simulation.years != 1 else ''}"
    return (
        f"{simulation.replications} simulated runs of {years}: {readable(delivered['value'])} TEU a year arrive, of "
        f"{readable(rows['wanted']['value'])} that set out. A box is under way {mean['value']:.1f} days in the mean "
        f"({mean['low']:.1f} to {mean['high']:.1f}), {100 * rows['share of time standing']['value']:.0f} % of them standing."
    )


def transit_words(simulation: Simulation, relation: tuple[str, str]) -> str:
    """How long one relation takes, and where its days go."""
    names = place_names(simulation)
    row = simulation.transit.filter((pl.col("origin") == relation[0]) & (pl.col("destination") == relation[1])).row(0, named=True)
    text = (
        f"From {names[relation[0]]} to {names[relation[1]]} half of the boxes take {row['p50_days']:.1f} days or less, one in ten less "
        f"than {row['p10_days']:.1f} and one in ten more than {row['p90_days']:.1f}; with nothing in the way it would be "
        f"{row['best_days']:.1f}."
    )
    if row["winter_p50_days"] == row["winter_p50_days"]:
        text += f" From November to February the middle is {row['winter_p50_days']:.1f} days."
    hours = (
        simulation.legs.filter(pl.col("demand") == main_demand(simulation, relation)).group_by("category").agg(pl.col("hours").sum() / 24.0)
    )
    days = dict(hours.iter_rows())
    parts = [f"{days[category]:.1f} {category}" for category in CATEGORIES if days.get(category, 0.0) >= 0.05]
    return f"{text} A mean box spends {', '.join(parts)} (days)."


def main_demand(simulation: Simulation, relation: tuple[str, str]) -> str:
    """The demand of a relation with the most boxes."""
    found = [d for d in simulation.compiled.demands if (d.origin, d.destination) == relation]
    return max(found, key=lambda demand: demand.boxes_year).id


def unsettled(simulation: Simulation) -> list[str]:
    """What does not settle: services that fall behind, and resources that are busy all the time.

    A demand falls behind when more than one in twenty of the boxes that set out in the counted year have not arrived at its end, beyond
    those that were under way at its start. It is laid to the first service of its way that took away too few.
    """
    labels = row_labels(simulation)
    behind: dict[str, tuple[float, float]] = {}
    number = 0
    for demand in simulation.compiled.demands:
        boarded = simulation.tally.sums["legs"][number : number + len(demand.rides), 0] / simulation.replications / simulation.years
        number += len(demand.rides)
        made, done = (simulation.value(f"{what}:{demand.id}")[0] for what in ("made", "done"))
        if demand.probe or made - done <= UNSETTLED * made:
            continue
        short = [ride.service for ride, count in zip(demand.rides, boarded.tolist(), strict=True) if made - count >= 0.5 * (made - done)]
        service = short[0] if short else demand.rides[-1].service
        left, wanted = behind.get(service, (0.0, 0.0))
        behind[service] = (left + made - done, wanted + made)
    found = [
        f"{labels.get(service, service)} ({service}) is overloaded: {readable(left)} FEU a year more come than it takes away "
        f"({100 * left / wanted:.0f} % of its demand); the figures are those of a queue that still grows"
        for service, (left, wanted) in behind.items()
    ]
    for resource in simulation.resources.iter_rows(named=True):
        if resource["use"] is not None and resource["use"] > 0.98:
            label = labels.get(resource["row"], resource["row"])
            found.append(f"{label} ({resource['row']}) is busy {100 * resource['use']:.0f} % of the time; its queue does not settle")
    return found
