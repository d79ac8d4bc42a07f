"""What `daliz simulate` says of a simulated year: its words, its further answers, one box's journey, and all of it as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from daliz.cli.say import json_text, say

if TYPE_CHECKING:
    from daliz.corridor import Corridor
    from daliz.freight.simulate import Simulation

SEARCH_REPLICATIONS = 4
LONGEST_LISTED = 10


@dataclass(frozen=True)
class Asked:
    """The further questions: the ride whose capacity is searched, what one more unit buys, which assumptions matter to the value watched,
    what the weather costs; and the cores to use."""

    capacity: tuple[str, str] | None
    bottlenecks: bool
    sensitivity: bool
    weather: bool
    watch: str
    workers: int


def year(simulation: Simulation, relation: tuple[str, str], precision: float | None, watch: str) -> None:
    """The year in words: what arrives, one relation, where it waits, ships, and what does not settle."""
    from daliz.freight.simulate import words

    for text in (words.overview(simulation), words.transit_words(simulation, relation), words.cost_words(simulation, relation)):
        if text:
            say(text)
            print()
    if precision is not None:
        say(_reached(simulation, precision, watch))
        print()
    labels = words.row_labels(simulation)
    interval = " (95 % interval)" if simulation.replications > 1 else ""
    waits = simulation.resources.filter(pl.col("wait_h") > 1.0).head(6)
    if waits.height:
        print(f"Hours that trains and ships wait, where they wait longest{interval}:")
        for row in waits.iter_rows(named=True):
            use = f", in use {100 * row['use']:.0f} %" if row["use"] is not None else ""
            spread = words.within(row, low="wait_low", high="wait_high")
            say(f"{row['wait_h']:5.1f}{spread}  {labels[row['resource']]}{use}", 2)
    if simulation.ships.height:
        print(f"Days of a ship's round trip{interval}:")
        for row in simulation.ships.iter_rows(named=True):
            ships = "1 ship" if row["ships"] == 1 else f"{row['ships']} ships"
            name = labels[f"fleets/{row['fleet']}"]
            say(f"{row['cycle_days']:5.1f}{words.within(row)}  {name}, {ships}", 2)
    for text in words.unsettled(simulation):
        say(f"Unstable: {text}.")
    for demand, why in simulation.compiled.unserved.items():
        if not demand.startswith("probe "):
            say(f"Not carried: {why}.")


def _reached(simulation: Simulation, precision: float, watch: str) -> str:
    """Whether the interval asked for was reached."""
    from daliz.freight.simulate import words

    mean, low, high = simulation.value(watch)
    what, _, _ = words.value_words(simulation, watch)
    half = (high - low) / 2.0 / abs(mean) if mean else float("inf")
    end = f"{simulation.replications} runs: half the 95 % interval of the {what} is {100 * half:.2g} % of it"
    return f"Precise enough after {end}." if half <= precision else f"Not as precise as {100 * precision:g} % after {end}."


def found(simulation: Simulation, asked: Asked) -> dict[str, Any]:
    """The further questions asked, each with its answer."""
    from daliz.freight.simulate import search

    corridor, seed, assumptions = simulation.corridor, simulation.plan.seed, simulation.compiled.assumptions
    common: dict[str, Any] = {"replications": SEARCH_REPLICATIONS, "seed": seed, "workers": asked.workers, "assumptions": assumptions}
    answer: dict[str, Any] = {}
    if asked.capacity is not None:
        answer["capacity"] = search.capacity(corridor, *asked.capacity, **common)
    if asked.bottlenecks:
        answer["bottlenecks"] = search.bottlenecks(simulation, workers=asked.workers)
    if asked.sensitivity:
        answer["sensitivity"] = search.sensitivity(corridor, asked.watch, **common)
    if asked.weather:
        answer["weather"] = search.weather_effect(simulation, workers=asked.workers)
    return answer


def answers(simulation: Simulation, asked: Asked) -> None:
    """The further questions in words."""
    from daliz.freight.simulate import words

    answer = found(simulation, asked)
    labels = words.row_labels(simulation)
    if "capacity" in answer:
        print()
        say(words.capacity_words(simulation.corridor, answer["capacity"]))
    if "bottlenecks" in answer:
        print("\nBox-days a year that one more unit saves (95 % interval); below zero it crowds\nwhat comes behind:")
        for row in answer["bottlenecks"].iter_rows(named=True):
            say(f"{row['box_days_year']:8,.0f} ({row['low']:,.0f} to {row['high']:,.0f})  {labels[row['resource']]}: {row['what']}", 2)
    if "sensitivity" in answer:
        _sensitivity(simulation, answer["sensitivity"], asked.watch)
    if "weather" in answer:
        names = words.place_names(simulation)
        print("\nDays that the weather costs a mean box (95 % interval):")
        for row in answer["weather"].sort("difference", descending=True).head(LONGEST_LISTED).iter_rows(named=True):
            way = f"{names[row['origin']]} to {names[row['destination']]}"
            say(f"{row['difference']:5.1f} ({row['low']:.1f} to {row['high']:.1f})  {way}", 2)


def _sensitivity(simulation: Simulation, frame: pl.DataFrame, watch: str) -> None:
    from daliz.freight.simulate import words

    what, unit, factor = words.value_words(simulation, watch)
    shown = frame.with_columns(pl.col(pl.Float64) * factor)
    base = shown["base"][0]
    digits = 0 if abs(base) >= 1000.0 else 2
    print()
    say(
        f"{what[0].upper()}{what[1:]}: {base:,.{digits}f} {unit}. A quarter less and more of each assumption make of it (difference, 95 %):"
    )
    for row in shown.iter_rows(named=True):
        lower, higher, swing, low, high = (f"{row[key]:,.{digits}f}" for key in ("lower", "higher", "swing", "swing_low", "swing_high"))
        say(f"{lower:>6} and {higher:>6}  ({swing}: {low} to {high})  {row['label']}", 2)


def as_json(simulation: Simulation, asked: Asked) -> None:
    """Everything as JSON; the keys stay."""
    from daliz.freight.simulate import words

    answer = found(simulation, asked)
    figures = [figure.as_dict() for figure in simulation.figures()]
    told: dict[str, Any] = {"seed": simulation.plan.seed, "replications": simulation.replications, "years": simulation.years}
    told |= {
        name: simulation.frames()[name].to_dicts() for name in ("summary", "transit", "throughput", "resources", "yards", "ships", "costs")
    }
    told |= {"unserved": dict(simulation.compiled.unserved), "unstable": words.unsettled(simulation)}
    told["closed"] = simulation.weather.to_dicts()
    if "capacity" in answer:
        figures.append(answer["capacity"].figure(simulation.corridor).as_dict())
        told["capacity"] = answer["capacity"].runs.to_dicts()
    told |= {name: frame.to_dicts() for name, frame in answer.items() if name != "capacity"}
    print(json_text(told | {"figures": figures}))


def journey(corridor: Corridor, frame: pl.DataFrame, box: int, as_json: bool = False) -> None:
    """The journey of one box, step by step."""
    from daliz.corridor.places import short_names
    from daliz.freight.simulate import tracing

    steps = tracing.journey(frame, box)
    if as_json:
        print(json_text(steps.to_dicts()))
        return
    places, services = short_names(corridor), dict(corridor["services"].select("id", "name").iter_rows())
    for line in tracing.told(steps, places, services):
        say(line)
