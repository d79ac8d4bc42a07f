"""What if: the ready-made scenarios, each held against the corridor as it is with the same luck in both."""

from __future__ import annotations

from typing import Any

import polars as pl

from daliz.assess.compare import Comparison, compare_all
from daliz.assess.history import Change, has_history, history
from daliz.assess.pictures import history_chart, scenarios_chart
from daliz.assess.scenario import ready_scenarios
from daliz.assess.words import change_texts, comparison_sentence, difference_text, growing_queues, relation_name, shown
from daliz.corridor import Corridor, DalizError
from daliz.corridor.demand import main_relation
from daliz.corridor.figures import Figure
from daliz.report.section import Grid, Picture, Section, Words

REPLICATIONS = 4
NOTE = (
    "Every measure in every scenario; planned and static measures are exact. The fastest way by plan counts from when the cargo is ready, "
    "with the wait for every departure, which the days without waiting of the other sections leave out. The ceiling is the most that the "
    "network could pass by maximum flow, not the simulated capacity."
)
UNSETTLED = " *"
SHOWN = ("transit_p50_days", "delivered_teu_year")


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section. Raises: DalizError when the corridor has no ready-made scenario, or no relation passes both countries."""
    from daliz.draw import chart_svg

    scenarios = list(ready_scenarios(corridor).values())
    if not scenarios:
        raise DalizError("there is no scenarios.toml beside the tables, so there is nothing to compare with")
    relation = main_relation(corridor, pair)
    found = compare_all(corridor, scenarios, relations=[relation], pair=pair, replications=REPLICATIONS)
    subject = f"{relation[0]}-{relation[1]}"
    name = relation_name(corridor, subject)
    rows = _rows(corridor, relation)
    days = [_days(comparison, subject) for comparison in found.values()]
    drawn = pl.DataFrame([row for row in days if row is not None])
    figures = [
        Figure(
            f"whatif_p50_days:{comparison.scenario.name}",
            f"{name}, median days: {comparison.scenario.title}",
            row["scenario"],
            "days",
            row["low"],
            row["high"],
            "95 % interval of the difference, around the corridor as it is",
            rows,
            "assumed",  # as what a scenario sets
            "queues grow without end: the days are those of the simulated year only" if growing_queues(comparison) else "",
        )
        for comparison, row in zip(found.values(), days, strict=True)
        if row is not None
    ]
    blocks: list[Words | Picture | Grid] = [Words(comparison_sentence(corridor, comparison)) for comparison in found.values()]
    if drawn.height:
        caption = f"Median days from {name} in each scenario; the broken line is the corridor as it is, the bars are 95 % intervals."
        if any(growing_queues(comparison) for comparison in found.values()):
            caption += f" {UNSETTLED.strip()}: queues grow without end, and the days are those of the simulated year only."
        blocks.insert(0, Picture(chart_svg(scenarios_chart(drawn, "median days of transit")), caption))
    blocks.append(_grid(corridor, found))
    changes = history(corridor) if has_history(corridor) else ()
    if changes:
        blocks += _happened(changes)
        figures += [_ratio(change) for change in changes if change.model_ratio is not None]
    lead = (
        f"{len(found)} scenarios, simulated with {REPLICATIONS} replications each and the same luck as the corridor as it is. "
        "What a scenario sets is assumed, not forecast, and demand stays as it is: cargo whose way is closed takes the fastest way left."
    )
    return Section("whatif", "What if", lead, blocks, figures)


def _rows(corridor: Corridor, relation: tuple[str, str]) -> tuple[str, ...]:
    """The demands of a relation and the services on their routes."""
    asked = corridor["demands"].filter((pl.col("origin") == relation[0]) & (pl.col("destination") == relation[1]))
    services = [service for route in asked["route"].drop_nulls() for service in route]
    return tuple(dict.fromkeys([*(f"demands/{name}" for name in asked["id"]), *(f"services/{name}" for name in services)]))


def _days(comparison: Comparison, subject: str) -> dict[str, Any] | None:
    rows = comparison.table.filter((pl.col("measure") == "transit_p50_days") & (pl.col("subject") == subject)).to_dicts()
    if not rows or rows[0]["difference"] is None:
        return None
    row = rows[0]
    ends = {side: row["base"] + row[side] for side in ("low", "high")}
    mark = UNSETTLED if growing_queues(comparison) else ""
    return {
        "name": (comparison.scenario.title or comparison.scenario.name) + mark,
        "base": row["base"],
        "scenario": row["scenario"],
        **ends,
    }


def _grid(corridor: Corridor, found: dict[str, Comparison]) -> Grid:
    heads = ("Scenario", "Measure", "As it is", "Scenario", "Difference (± 95 %)", "Unit")
    cells = [
        (
            comparison.scenario.title,
            f"{row['label']} {relation_name(corridor, row['subject'])}".strip(),
            shown(row["measure"], row["base"]),
            shown(row["measure"], row["scenario"]),
            difference_text(row),
            row["unit"],
        )
        for comparison in found.values()
        for row in comparison.table.iter_rows(named=True)
    ]
    return Grid(heads, cells, NOTE, folded=True)


def _happened(changes: tuple[Change, ...]) -> list[Words | Picture | Grid]:
    """What was published for the closures that happened, beside what the model gives for them."""
    from daliz.draw import chart_svg

    right = sum(change.direction_agrees for change in changes)
    missed = [change for change in changes if change.missed]
    words = Words(
        f"Closures like these have happened. Of {len(changes)} changes that were published then, the model moves {right} in the right "
        f"direction, and {len(changes) - len(missed)} of these within a factor of two."
    )
    misses = [Words(f"Missed: {change.what}. {change.limit}") for change in missed]
    cells = [(change.what, *change_texts(change), change.verdict, change.limit) for change in changes]
    heads = ("Change", "Published", "Model", "Verdict", "What the model leaves out")
    rows = tuple(dict.fromkeys(row for change in changes for row in change.rows))
    picture = Picture(
        chart_svg(history_chart(changes)), "How much each figure changed, as published and in the model; 1 is no change.", rows
    )
    return [
        words,
        picture,
        *misses,
        Grid(heads, cells, "Published changes and the model's, from the state before to the state after.", rows),
    ]


def _ratio(change: Change) -> Figure:
    return Figure(
        f"history_ratio:{change.name}",
        f"{change.what}: factor in the model",
        change.model_ratio or 0.0,
        "times",
        rows=change.rows,
        note=f"published: {change.observed_ratio:.2f}; {change.verdict}",
    )
