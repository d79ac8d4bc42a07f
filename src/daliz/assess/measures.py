"""Measures: what is asked of every corridor that is compared, as tidy rows.

Simulated measures have a value for each replication, so that differences between two corridors can be taken pair by pair: replication k of
both has the same luck (common random numbers; Law 2015, ch. 11). Planned and static ones are exact and have one row without a replication.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from daliz.assess.capacity import limiting_rows, most_flow
from daliz.assess.digital import hubs, round_trip, ways_between
from daliz.assess.ways import best_ways, week_of
from daliz.corridor import Corridor, DalizError
from daliz.freight.simulate import Simulation, simulate
from daliz.freight.simulate.assumptions import TEU_PER_BOX
from daliz.relations.countries import country_name

Relation = tuple[str, str]
FREIGHT_TABLES = (
    *("places", "links", "terminals", "services", "stops", "departures", "fleets", "hazards", "demands", "commodities", "emissions"),
)
FIBRE_TABLES = ("places", "cables", "hazards", "observations")
SCHEMA = {"measure": pl.String, "subject": pl.String, "replication": pl.Int64, "value": pl.Float64, "note": pl.String}


@dataclass(frozen=True)
class Measure:
    """What a measure is: label (in a reader's words), unit, whether more or less of it is better, digits shown after the point."""

    label: str
    unit: str
    more_is_better: bool
    digits: int = 1


MEASURES = {
    "transit_p50_days": Measure("Transit, median", "days", False),
    "transit_p90_days": Measure("Transit, nine of ten within", "days", False),
    "planned_days": Measure("Fastest way by plan", "days", False),
    "cost_usd_feu": Measure("Cheapest way by plan", "USD/FEU", False, 0),
    "co2_kg_feu": Measure("Greenest way by plan", "kg CO2e/FEU", False, 0),
    "ceiling_teu_year": Measure("Ceiling, maximum flow", "TEU/year", True, 0),
    "delivered_teu_year": Measure("Delivered, all cargo", "TEU/year", True, 0),
    "left_teu_year": Measure("Left standing, all cargo", "TEU/year", False, 0),
    "mean_transit_days": Measure("Mean transit, all cargo", "days", False),
    "standing_share": Measure("Share of time standing", "", False, 3),
    "bottleneck_use": Measure("Busiest resource, share in use", "", False, 2),
    "latency_ms": Measure("Round trip by fibre", "ms", False, 2),
    "disjoint_paths": Measure("Disjoint fibre ways", "", True, 0),
}


SHARE = "share_"


def told_as(measure: str) -> Measure:
    """What a measure is; shares of traffic are named by their family (`share_via_aaa`, `share_sea`)."""
    if measure in MEASURES:
        return MEASURES[measure]
    family = measure.removeprefix(SHARE)
    way = (
        f"by way of {country_name(family[4:].upper())}"
        if family.startswith("via_")
        else {"sea": "by the open sea", "direct": "by other ways"}.get(family, family)
    )
    return Measure(f"Share {way}", "%", True)


def in_order(measure: str) -> tuple[int, str]:
    """Where a measure stands in a table: shares come last."""
    names = list(MEASURES)
    return (names.index(measure), "") if measure in MEASURES else (len(names), measure)


def main_relations(corridor: Corridor, count: int = 2) -> tuple[Relation, ...]:
    """The relation of the first demand (which the dataset is about), then those with most cargo.

    Raises: DalizError when the tables have no cargo.
    """
    loaded = corridor["demands"].filter(~pl.col("empty") & (pl.col("teu_year") > 0))
    if loaded.is_empty():
        raise DalizError("the table demands has no cargo, so there is no relation to follow; expected a row with teu_year above 0")
    first = loaded.select("origin", "destination").rows()[:1]
    return tuple(dict.fromkeys([*first, *_by_cargo(loaded)]))[:count]


def _by_cargo(demands: pl.DataFrame) -> list[Relation]:
    totals = demands.group_by("origin", "destination").agg(pl.col("teu_year").sum())
    ranked = totals.sort(["teu_year", "origin", "destination"], descending=[True, False, False])
    return [(origin, destination) for origin, destination in ranked.select("origin", "destination").iter_rows()]


def own_countries(corridor: Corridor, relation: Relation) -> tuple[str, str]:
    """The two countries of the project on a cable that most agreements stand behind; those of a relation where there is none."""
    digital = set(corridor["effects"].filter(pl.col("table") == "cables")["project"].to_list())
    joining = [row for row in corridor["projects"].iter_rows(named=True) if row["id"] in digital and len(row["countries"] or []) == 2]
    if joining:
        agreed = max(joining, key=lambda row: len(row["agreements"] or []))
        return agreed["countries"][0], agreed["countries"][1]
    where = dict(corridor["places"].select("id", "country").iter_rows())
    return where[relation[0]], where[relation[1]]


def followed_relations(corridor: Corridor) -> tuple[Relation, ...]:
    """The relations that comparisons follow by default: the one that the corridor is about, the one with most cargo from one of its own
    two countries to the other, and the one with most cargo of all."""
    first, *rest = main_relations(corridor)
    one, other = own_countries(corridor, first)
    country = dict(corridor["places"].select("id", "country").iter_rows())
    ranked = _by_cargo(corridor["demands"].filter(~pl.col("empty") & (pl.col("teu_year") > 0)))
    between = [way for way in ranked if {country[way[0]], country[way[1]]} == {one, other}]
    return tuple(dict.fromkeys([first, *between[:1], *rest]))


def freight_measures(corridor: Corridor, relations: Sequence[Relation], replications: int, seed: int) -> pl.DataFrame:
    """Measures of freight over some relations and over the whole corridor.

    Returns: tidy rows (measure, subject, replication, value, note); a relation without any way has no rows.
    """
    simulation = simulate(corridor, replications=replications, seed=seed, probes=tuple(relations))
    rows = [*_simulated(simulation, relations), *_exact(corridor, relations)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def freight_or_why(corridor: Corridor, relations: Sequence[Relation], replications: int, seed: int) -> pl.DataFrame:
    """As `freight_measures`; of a corridor that cannot be simulated one row, whose measure is `why` and whose note says why."""
    try:
        return freight_measures(corridor, relations, replications, seed)
    except DalizError as error:
        return pl.DataFrame([("why", "", None, None, str(error))], schema=SCHEMA, orient="row")


Cell = tuple[str, str, int | None, float | None, str]


def _simulated(simulation: Simulation, relations: Sequence[Relation]) -> list[Cell]:
    wanted = {
        "delivered:all": ("delivered_teu_year", "", TEU_PER_BOX),
        "mean_h:all": ("mean_transit_days", "", 1 / 24),
        "standing_share:all": ("standing_share", "", 1.0),
    }
    for origin, destination in relations:
        pair = f"{origin}-{destination}"
        wanted |= {f"p{share}_h:{pair}": (f"transit_p{share}_days", pair, 1 / 24) for share in (50, 90)}
    notes = dict.fromkeys(wanted, "")
    found = _left(simulation)
    busiest = _busiest(simulation)
    if busiest:
        wanted[f"use:{busiest}"] = ("bottleneck_use", "", 1.0)
        notes[f"use:{busiest}"] = busiest
    for name, (measure, subject, factor) in wanted.items():
        if name not in simulation.names:
            continue
        column = simulation.tally.values[:, simulation.names.index(name)]
        for replication, value in enumerate(column.tolist()):
            if value == value:
                found.append((measure, subject, replication, value * factor, notes[name]))
    return found


def _left(simulation: Simulation) -> list[Cell]:
    """Cargo that stands in the corridor at the end of a year beyond what stood there at its start: what queues grow by."""
    start, end = (simulation.tally.values[:, simulation.names.index(f"backlog_{side}:all")] for side in ("start", "end"))
    growth = (end - start) * TEU_PER_BOX / simulation.years
    return [("left_teu_year", "", replication, value, "") for replication, value in enumerate(growth.tolist())]


def _busiest(simulation: Simulation) -> str:
    """The resource that is in use most of the time, over all replications."""
    means = {
        name.partition(":")[2]: simulation.value(name)[0]
        for name in simulation.names
        if name.startswith("use:") and simulation.value(name)[0] == simulation.value(name)[0]
    }
    return max(means, key=lambda name: (means[name], name), default="")


def _exact(corridor: Corridor, relations: Sequence[Relation]) -> list[Cell]:
    monday = week_of(corridor)
    found: list[Cell] = []
    for origin, destination in relations:
        pair = f"{origin}-{destination}"
        best = best_ways(corridor, origin, destination, monday)
        if best is not None:
            names = ("planned_days", "cost_usd_feu", "co2_kg_feu")
            found += [(name, pair, None, value, "") for name, value in zip(names, best.value, strict=True)]
        limits = "; ".join(limiting_rows(corridor, origin, destination)[:3])
        found.append(("ceiling_teu_year", pair, None, float(most_flow(corridor, origin, destination).teu_year), limits))
    return found


def fibre_measures(corridor: Corridor, pair: tuple[str, str], ends: tuple[str | None, str | None] = (None, None)) -> pl.DataFrame:
    """Round trip and disjoint ways between two countries; without fibre no round trip and no way.

    Parameters: pair (countries), ends (the place that each is asked for at, the same in all corridors that are compared; default: its hub,
    where most of its open cables meet).
    """
    subject = "-".join(pair)
    a, b = (end or hubs(corridor).get(country) for country, end in zip(pair, ends, strict=True))
    if a is None or b is None:
        return pl.DataFrame([("disjoint_paths", subject, None, 0.0, "")], schema=SCHEMA, orient="row")
    note = f"{a}-{b}"
    found: list[Cell] = [("disjoint_paths", subject, None, float(ways_between(corridor, a, b)), note)]
    ms = round_trip(corridor, a, b)
    if ms is not None:
        found.append(("latency_ms", subject, None, ms, note))
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def fibre_ends(corridor: Corridor, pair: tuple[str, str]) -> tuple[str | None, str | None]:
    """The hubs of two countries in the corridor that others are compared with."""
    return hubs(corridor).get(pair[0]), hubs(corridor).get(pair[1])
