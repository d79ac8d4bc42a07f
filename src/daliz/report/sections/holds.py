"""What holds it back: where boxes wait, what one more crane, ship or track would buy, what the weather costs, which assumptions matter."""

from __future__ import annotations

import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure, certainty_of, readable
from daliz.report.section import Block, Grid, Picture, Section, Words
from daliz.report.sections.carries import main_pair, simulated

TRIED, REPLICATIONS, SENSITIVITY_REPLICATIONS = 8, 4, 4


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section. Raises: DalizError when no demand passes through both countries."""
    from daliz.draw import chart_svg
    from daliz.freight.simulate import pictures, words
    from daliz.freight.simulate.search import bottlenecks, rows_of, sensitivity, weather_effect

    simulation = simulated(corridor)
    relation = main_pair(corridor, pair)
    subject = f"{relation[0]}-{relation[1]}"
    labels, names = words.row_labels(simulation), words.place_names(simulation)
    ranked = bottlenecks(simulation, most=TRIED, replications=REPLICATIONS)
    weather = weather_effect(simulation).filter((pl.col("origin") == relation[0]) & (pl.col("destination") == relation[1]))
    swings = sensitivity(corridor, f"mean_h:{subject}", replications=SENSITIVITY_REPLICATIONS)
    days = swings.with_columns(pl.col(pl.Float64) / 24.0)
    figures = [*_bottleneck_figures(corridor, ranked, labels), _weather_figure(corridor, weather, subject, names)]
    sure = ranked.filter(pl.col("low") > 0.0)
    blocks: list[Block] = [
        Words(_weather_words(weather)),
        Picture(
            chart_svg(pictures.bottleneck_chart(ranked, labels)),
            "Days of all boxes that one more unit of each resource would save in a year, by simulating again with the same luck; the lines "
            "are 95 % intervals. A bar whose line crosses zero is not proven; below zero, the unit crowds what comes behind it.",
            tuple(dict.fromkeys(ranked["row"])),
        ),
        Picture(
            chart_svg(pictures.queue_chart(simulation, labels)),
            "Boxes waiting over the year for the services where most of them wait, weekly means over the simulated years.",
            tuple(f"services/{name.split('|')[0]}" for name in _worst(simulation)),
        ),
        _uses(simulation, labels),
        _yards(simulation, labels),
        Picture(
            chart_svg(pictures.tornado_chart(days, "mean days of transit")),
            f"Which assumptions matter: mean days from {names[relation[0]]} to {names[relation[1]]} when each is a quarter lower or "
            f"higher, in {SENSITIVITY_REPLICATIONS} simulated years each with the same luck; the lines are 95 % intervals. A bar whose "
            "line crosses the middle is not proven.",
            rows_of(corridor, simulation.compiled, [d for d in simulation.compiled.demands if (d.origin, d.destination) == relation]),
        ),
    ]
    return Section("holds", "What holds it back", _lead(sure, labels), blocks, figures)


def _lead(sure: pl.DataFrame, labels: dict[str, str]) -> str:
    if sure.is_empty():
        return "No single crane, ship or track, added alone, is proven to shorten the way of the boxes at today's demand."
    first = sure.row(0, named=True)
    text = (
        f"The tightest spot at today's demand is {labels[first['resource']]}: {first['what']} would save about "
        f"{readable(first['box_days_year'])} box-days a year ({readable(first['low'])} to {readable(first['high'])})."
    )
    rest = [f"{labels[row['resource']]} ({row['what']})" for row in sure.slice(1, 3).iter_rows(named=True)]
    return f"{text} Then follow {'; '.join(rest)}." if rest else text


def _weather_words(weather: pl.DataFrame) -> str:
    row = weather.row(0, named=True)
    return (
        f"Weather alone costs {row['difference']:.1f} days ({row['low']:.1f} to {row['high']:.1f}) on the main relation: "
        f"{row['days']:.1f} days in the mean with storms, {row['calm_days']:.1f} without."
    )


def _bottleneck_figures(corridor: Corridor, ranked: pl.DataFrame, labels: dict[str, str]) -> list[Figure]:
    found = []
    for row in ranked.iter_rows(named=True):
        label = f"{labels[row['resource']]}, {row['what']}: box-days saved"
        name = f"saved_box_days_year:{row['resource'].partition('/')[2] or row['resource']}"
        interval = "95 % interval of the mean"
        sure = certainty_of(corridor, [row["row"]])
        found.append(Figure(name, label, row["box_days_year"], "box-days/year", row["low"], row["high"], interval, (row["row"],), sure))
    return found


def _weather_figure(corridor: Corridor, weather: pl.DataFrame, subject: str, names: dict[str, str]) -> Figure:
    row = weather.row(0, named=True)
    rows = tuple(f"hazards/{name}" for name in corridor.open("hazards").filter(pl.col("kind") == "weather")["id"])
    label = f"{names[row['origin']]} to {names[row['destination']]}, days that weather costs"
    value, low, high = row["difference"], row["low"], row["high"]
    return Figure(
        f"weather_days:{subject}", label, value, "days", low, high, "95 % interval of the mean", rows, certainty_of(corridor, rows)
    )


def _worst(simulation) -> list[str]:  # type: ignore[no-untyped-def]
    pools = simulation.queues.filter(pl.col("kind") == "pool").group_by("name").agg(pl.col("mean").mean())
    worst: list[str] = pools.sort("mean", descending=True).head(4)["name"].to_list()
    return worst


def _uses(simulation, labels: dict[str, str]) -> Grid:  # type: ignore[no-untyped-def]
    busy = simulation.resources.filter(pl.col("row").is_not_null() & (pl.col("use") > 0.2)).sort("use", descending=True).head(15)
    cells = [
        [
            labels[row["resource"]],
            row["servers"],
            f"{100 * row['use']:.0f} %",
            f"{row['wait_h']:.1f} ({row['wait_low']:.1f} to {row['wait_high']:.1f})" if row["wait_h"] is not None else "",
        ]
        for row in busy.iter_rows(named=True)
    ]
    caption = "Terminals and lines most in use, and the hours that a mean train or ship waits for them, with 95 % intervals."
    return Grid(["Where", "Servers", "In use", "Wait for it, h"], cells, caption, tuple(dict.fromkeys(busy["row"])), True)


def _yards(simulation, labels: dict[str, str]) -> Grid:  # type: ignore[no-untyped-def]
    cells = []
    for row in simulation.yards.iter_rows(named=True):
        waiting = 100 * row["waiting_teu"] / row["room_teu"]
        cells.append([labels[row["yard"]], readable(row["room_teu"]), readable(round(row["peak_teu"])), f"{waiting:.0f} %"])
    caption = (
        "Yards where boxes change, in TEU: their room, the fullest that they were in a mean year, and the share that boxes which wait for "
        "a train or ship take up at a mean midnight. A yard that fills blocks what comes behind."
    )
    return Grid(["Yard", "Room", "Fullest", "Waiting"], cells, caption, tuple(dict.fromkeys(simulation.yards["row"])), True)
