"""What it carries: a simulated year of the corridor, how long boxes take, and the most that it can take."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from daliz.corridor import Corridor, DalizError
from daliz.corridor.figures import Figure, readable
from daliz.report.section import Block, Grid, Picture, Section, Words

REPLICATIONS, SEARCH_REPLICATIONS = 8, 2
STRINGS = (300.0, 30.0)  # first day drawn, and days


@lru_cache(maxsize=4)
def simulated(corridor: Corridor):  # type: ignore[no-untyped-def]
    """The simulated year that the sections of the dossier share."""
    from daliz.freight.simulate import simulate

    return simulate(corridor, replications=REPLICATIONS)


def main_pair(corridor: Corridor, pair: tuple[str, str]) -> tuple[str, str]:
    """The relation through both countries that matters most. Raises: DalizError when no demand passes both."""
    from daliz.freight.simulate.search import main_relation

    relation = main_relation(simulated(corridor).compiled, corridor, pair)
    if relation is None:
        raise DalizError(f"no demand of the corridor passes through both {pair[0]} and {pair[1]}")
    return relation


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section. Raises: DalizError when no demand passes through both countries."""
    from daliz.draw import chart_svg
    from daliz.freight.simulate import pictures, words
    from daliz.freight.simulate.search import capacity, crossing_of, rows_of

    simulation = simulated(corridor)
    relation = main_pair(corridor, pair)
    demands = [d for d in simulation.compiled.demands if (d.origin, d.destination) == relation]
    rows = rows_of(corridor, simulation.compiled, demands)
    figures = _told(simulation.figures(), relation, corridor)
    blocks: list[Block] = [
        Words(words.transit_words(simulation, relation)),
        Picture(
            chart_svg(pictures.transit_chart(simulation, relation)),
            "Days of transit of boxes that set out over the whole year and from November to February; the rule marks an empty corridor.",
            rows,
        ),
        Picture(
            chart_svg(pictures.days_chart(simulation, words.main_demand(simulation, relation))),
            "Where the days of a mean box go: under way, and standing at each place in service or waiting.",
            rows,
        ),
        _strings(simulation, relation, rows),
        _grid(simulation, pair),
    ]
    if cost := words.cost_words(simulation, relation):
        blocks.insert(1, Words(cost))
    crossing = crossing_of(simulation.compiled, corridor, pair)
    if crossing is not None:
        found = capacity(corridor, *crossing, replications=SEARCH_REPLICATIONS)
        figures.append(found.figure(corridor))
        blocks.append(
            Words(
                f"{words.capacity_words(corridor, found)} Each demand was tried in {SEARCH_REPLICATIONS} simulated years after two "
                "autumns; the two ends are steps of the search, not the play of chance."
            )
        )
    for text in words.unsettled(simulation):
        blocks.append(Words(f"{text[0].upper()}{text[1:]}."))
    if simulation.compiled.unserved:
        blocks.append(Words("Not carried: " + "; ".join(simulation.compiled.unserved.values()) + "."))
    return Section("carries", "What it carries", words.overview(simulation), blocks, figures)


def _told(figures: list[Figure], relation: tuple[str, str], corridor: Corridor) -> list[Figure]:
    """The main relation's figures first, then those that something was published on; hundreds of others are a command away."""
    subject = "-".join(relation)
    published = set(corridor["observations"]["model"].drop_nulls())
    mine = [figure for figure in figures if figure.name.endswith(f":{subject}")]
    return mine + [figure for figure in figures if figure not in mine and figure.name in published]


def _strings(simulation, relation: tuple[str, str], rows: tuple[str, ...]) -> Picture:  # type: ignore[no-untyped-def]
    """Trains and ships in space and time over the first stormy month of one simulated year."""
    from daliz.draw import chart_svg
    from daliz.freight.simulate import pictures, words
    from daliz.freight.simulate.tracing import trace

    main = words.main_demand(simulation, relation)
    services = [ride.service for demand in simulation.compiled.demands if demand.id == main for ride in demand.rides]
    chart = pictures.string_line_chart(trace(simulation.compiled, simulation.plan.seed), simulation, services, *STRINGS)
    caption = (
        "Every train and ship of the main relation's services in thirty days of one simulated autumn: a line falls as it moves on, a "
        "ship's rises as it comes back, and it runs level where it waits or is worked on."
    )
    return Picture(chart_svg(chart), caption, rows)


def _grid(simulation, pair: tuple[str, str]) -> Grid:  # type: ignore[no-untyped-def]
    """Relations through either country: best, middle, nine in ten, winter, share standing, TEU a year, cost and CO2."""
    from daliz.freight.simulate.words import main_demand, place_names

    names = place_names(simulation)
    country = dict(simulation.corridor["places"].select("id", "country").iter_rows())
    costs = {row["demand"]: row for row in simulation.costs.iter_rows(named=True)}
    cells = []
    for row in simulation.transit.filter(~pl.col("probe")).iter_rows(named=True):
        ends = (row["origin"], row["destination"])
        passes = {country[info.place] for info in _infos(simulation, ends) if info.place} | {country[end] for end in ends}
        if not passes & set(pair) or row["p50_days"] != row["p50_days"]:
            continue
        cost = costs[main_demand(simulation, ends)]
        usd = readable(cost["usd_feu"]) if cost["usd_feu"] is not None else ""
        cells.append(
            [
                f"{names[ends[0]]}-{names[ends[1]]}", f"{row['best_days']:.1f}", f"{row['p50_days']:.1f}", f"{row['p90_days']:.1f}",
                f"{row['winter_p50_days']:.1f}", f"{100 * row['standing_share']:.0f} %", readable(2 * row["feu_year"]), usd,
                readable(cost["co2e_kg_feu"]),
            ]
        )  # fmt: skip
    caption = (
        "Relations through either country in the simulated year. Cost and CO2e are those of the largest demand of a relation; CO2e goes by "
        "the weight of the cargo, so that relations of empty boxes have next to none."
    )
    heads = ["Relation", "Best, days", "Half, days", "9 in 10, days", "Winter half", "Standing", "TEU a year", "USD/FEU", "kg CO2e/FEU"]
    return Grid(heads, cells, caption, folded=True)


def _infos(simulation, ends: tuple[str, str]):  # type: ignore[no-untyped-def]
    rides = (ride for d in simulation.compiled.demands if (d.origin, d.destination) == ends for ride in d.rides)
    return [simulation.compiled.info[step] for ride in rides for step in ride.steps]
