"""At a glance: the ten figures that matter, taken from the other sections by the list in glance.csv."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.resources import files

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.report.section import Section
from daliz.report.words import country_name

SHOWN = 10


def headline_figures(figures: Sequence[Figure]) -> list[Figure]:
    """At most ten figures: for each line of glance.csv the first figure of that measure."""
    with (files("daliz.report") / "glance.csv").open(encoding="utf-8") as file:
        measures = [row["measure"] for row in csv.DictReader(file)]
    chosen = []
    for measure in measures:
        found = next((figure for figure in figures if figure.name.partition(":")[0] == measure), None)
        if found is not None:
            chosen.append(found)
    return chosen[:SHOWN]


def section(pair: tuple[str, str], corridor: Corridor, figures: Sequence[Figure]) -> Section:
    """The section, from the figures that the others found."""
    chosen = headline_figures(figures)
    assumed = sum(figure.certainty == "assumed" for figure in chosen)
    names = " and ".join(country_name(corridor, code) for code in pair)
    done = "; ".join(corridor.history)
    scenario = f" This is a scenario: {done}." if done else ""
    lead = (
        f"{len(chosen)} figures on the corridor between {names}. Each stands with its interval where it has one, and leads to the rows it "
        f"was computed from (a service stands for its links and terminals). "
        f"{assumed} of them rest on at least one assumed input and say so.{scenario}"
    )
    return Section("glance", "At a glance", lead, figures=chosen)
