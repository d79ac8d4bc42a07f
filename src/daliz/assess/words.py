"""What comparisons, dependence and the agenda come to, in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from daliz.assess.compare import Comparison, is_measurable
from daliz.assess.dependence import gaps, single_lines
from daliz.assess.history import Change
from daliz.assess.measures import told_as
from daliz.assess.scenario import Scenario
from daliz.corridor import Corridor
from daliz.corridor.figures import readable
from daliz.corridor.places import short_names
from daliz.corridor.rows import find_row
from daliz.relations.countries import country_name

SETTLED = 0.05
"""Share of a year's cargo that may be left standing at its end before queues are said to grow without end."""
HEADLINE = (
    *("delivered_teu_year", "latency_ms", "disjoint_paths", "cost_usd_feu", "co2_kg_feu", "ceiling_teu_year"),
    *("planned_days", "mean_transit_days", "transit_p90_days", "standing_share", "bottleneck_use"),
)
WAITED = ("transit_p50_days", "transit_p90_days", "mean_transit_days")
"""Days that say nothing where queues grow without end: they would be others in every further year."""
MOST_TOLD = 3
ONE = {"days": "day", "": "way"}


def row_label(corridor: Corridor, name: str) -> str:
    """A row such as `terminals/alat_crane`, or two places such as `baku-aktau`, in a reader's words."""
    table = name.partition("/")[0]
    if table not in ("terminals", "links", "services", "fleets"):
        return relation_name(corridor, name)
    row, places = find_row(corridor, name), short_names(corridor)
    if table == "terminals":
        return f"{row['operation'].replace('_', ' ')} at {places[row['place']]}"
    if table == "links":
        return f"line {places[row['from_place']]} - {places[row['to_place']]}"
    return str(row["name"])


def note_text(corridor: Corridor, note: str) -> str:
    """The rows that a note names, in a reader's words; 'nothing' for an empty note."""
    return "; ".join(row_label(corridor, name) for name in note.split("; ")) if note else "nothing"


def subject_name(corridor: Corridor, subject: str) -> str:
    """A subject such as `xian_port-absheron` or `CHN-AZE` in a reader's words."""
    parts = subject.split("-")
    if len(parts) == 2 and set(parts) <= set(corridor["places"]["country"]):
        return f"{country_name(parts[0])} to {country_name(parts[1])}"
    return relation_name(corridor, subject) or "All cargo"


def relation_name(corridor: Corridor, subject: str) -> str:
    """A subject such as `xian_port-absheron` in a reader's words; the subject itself where it names no two places."""
    names = short_names(corridor)
    parts = subject.split("-")
    for cut in range(1, len(parts)):
        a, b = "-".join(parts[:cut]), "-".join(parts[cut:])
        if a in names and b in names:
            return f"{names[a]} to {names[b]}"
    return subject


def scenario_title(corridor: Corridor, scenario: Scenario) -> str:
    """The scenario's title; of one without, what it does."""
    if scenario.title:
        return scenario.title
    places = short_names(corridor)
    shut = [country_name(code) for code in scenario.close_countries] + [places[place] for place in scenario.close_places]
    shut += [row_label(corridor, f"links/{link}") for link in scenario.close_links]
    parts = [f"{', '.join(shut)} closed"] if shut else []
    parts += [f"With {_project_name(corridor, name)}" for name in scenario.projects]
    parts += [f"Without {_project_name(corridor, name)}" for name in scenario.without]
    parts += [f"Demand times {scenario.demand_factor:g}"] if scenario.demand_factor != 1.0 else []
    parts += [f"Sea level of {scenario.sea_level_year}"] if scenario.sea_level_year is not None else []
    return "; ".join(parts) or scenario.name


def shown(measure: str, value: float | None) -> str:
    """A value with the digits that its measure deserves; 'none' where there is no way."""
    return "none" if value is None else f"{value:,.{told_as(measure).digits}f}"


def signed(value: float, digits: int) -> str:
    """A change with its sign; what rounds to nothing has none."""
    text = f"{value:+,.{digits}f}"
    return text if text.strip("+-0.,") else text.lstrip("+-")


def difference_text(row: Mapping[str, Any]) -> str:
    """A difference with half its 95 % interval where it has one: '+1.2 ± 0.4'."""
    if row["difference"] is None:
        return "no way left" if row["scenario"] is None else "way opened"
    digits = told_as(row["measure"]).digits
    text = signed(row["difference"], digits) if row["difference"] else "0"
    half = (row["high"] - row["low"]) / 2
    return f"{text} ± {half:,.{digits}f}" if half else text


def share_text(row: Mapping[str, Any]) -> str:
    """A difference in percent of what is: ' (+12 %)'; empty where it cannot be said, or would round to nothing."""
    if not row["base"]:
        return ""
    share = 100 * row["difference"] / row["base"]
    return f" ({signed(share, 0 if abs(share) >= 1 else 1)} %)" if abs(share) >= 0.05 else ""


def growing_queues(comparison: Comparison) -> str:
    """A sentence on a scenario in which far more cargo comes than leaves; empty where queues settle."""
    row = next((row for row in comparison.table.iter_rows(named=True) if row["measure"] == "left_teu_year"), None)
    if row is None or not row["scenario"]:
        return ""
    comes = row["scenario"] + comparison.row("delivered_teu_year")["scenario"]
    if row["scenario"] <= SETTLED * comes:
        return ""
    scenario = comparison.scenario
    closes = scenario.close_countries or scenario.close_places or scenario.close_links
    why = ", as cargo whose way is closed goes by the fastest way left, all of it" if closes else ""
    return (
        f"Queues grow without end: of {readable(comes)} TEU that set out in a year {readable(row['scenario'])} are left standing{why}. "
        "Simulated days are those of that year, and every further year would add to them."
    )


def comparison_sentence(corridor: Corridor, comparison: Comparison) -> str:
    """A line or two: what the scenario does to the first relation that it touches, and to all cargo, and whether queues settle."""
    title, queues = scenario_title(corridor, comparison.scenario), growing_queues(comparison)
    order = {subject: place for place, subject in enumerate(comparison.subjects)}
    rows = sorted(
        (row for row in comparison.table.iter_rows(named=True) if is_measurable(row) and not (queues and row["measure"] in WAITED)),
        key=lambda row: order.get(row["subject"], len(order)),
    )
    lost = [row for row in rows if row["difference"] is None and row["scenario"] is None and row["measure"] == "planned_days"]
    told = [f"nothing goes from {relation_name(corridor, row['subject'])} any more" for row in lost]
    changed = [row for row in rows if row["difference"] is not None]
    if queues:
        # Also where it stays the same: what is not told of the first relation would be taken for the worst.
        planned = [
            row for row in comparison.table.iter_rows(named=True) if row["measure"] == "planned_days" and row["difference"] is not None
        ]
        days = min(planned, key=lambda row: order[row["subject"]], default=None)
    else:
        days = next((row for row in changed if row["measure"] == "transit_p50_days"), None)
    if days is not None:
        told.append(_takes(corridor, days))
    lead = days["subject"] if days is not None else comparison.subjects[0]
    firsts = [next((row for row in changed if row["measure"] == measure and row is not days), None) for measure in HEADLINE]
    told += [_instead(corridor, row, lead) for row in firsts if row is not None]
    if not told:
        return f"{title}: no measure changes by more than chance."
    return " ".join(part for part in (f"{title}: {'; '.join(told[:MOST_TOLD])}.", queues) if part)


def _takes(corridor: Corridor, row: Mapping[str, Any]) -> str:
    """The days of a relation in the scenario and as it is."""
    how = "by plan" if row["measure"] == "planned_days" else "in the median"
    now, before = shown(row["measure"], row["scenario"]), shown(row["measure"], row["base"])
    rest = f"instead of {before}" if now != before else "as before"
    return f"{relation_name(corridor, row['subject'])} takes {now} days {how}{' ' if now != before else ', '}{rest}"


def _instead(corridor: Corridor, row: Mapping[str, Any], lead: str) -> str:
    """A measure in the scenario and as it is: 'disjoint fibre ways 2 instead of 3 (-33 %)'; with its relation where that is not the one
    just told of."""
    label, unit = f"{row['label'][0].lower()}{row['label'][1:]}", f" {row['unit']}" if row["unit"] else ""
    names = row["measure"] == "bottleneck_use" and row["scenario_note"]
    where = f" ({row_label(corridor, row['scenario_note'])})" if names else ""
    now, before = shown(row["measure"], row["scenario"]), shown(row["measure"], row["base"])
    sign = "+" if row["difference"] > 0 else "-"
    told = f"{now}{unit} instead of {before}" if now != before else f"{sign}{readable(abs(row['difference']))}{unit}"
    relation = relation_name(corridor, row["subject"])
    of = f" {relation}" if relation != row["subject"] != lead else ""
    return f"{label}{of}{where} {told}{share_text(row)}"


def effect_text(corridor: Corridor, row: Mapping[str, Any]) -> str:
    """One effect of the agenda: order, measure, change with half its 95 % interval, and the price of one unit where it has one."""
    digits = told_as(row["measure"]).digits
    half = (row["high"] - row["low"]) / 2
    if min(abs(row["effect"]), half or math.inf) < 10.0**-digits:
        digits = max(digits, 2)
    role, _, project = row["role"].partition(":")
    order = f"share of {_project_name(corridor, project)}" if project else role
    span = f" ± {half:,.{digits}f}" if half else ""
    subject = f", {subject_name(corridor, row['subject'])}" if row["subject"] else ""
    unit = f" {row['unit']}" if row["unit"] else ""
    label = f"{row['label'][0].lower()}{row['label'][1:]}"
    price = f"; {_dollars(row['usd_per_unit'])} for one {ONE.get(row['unit'], row['unit'])}" if row["usd_per_unit"] else ""
    return f"{order}: {label}{subject} {signed(row['effect'], digits)}{span}{unit}{price}"


def _dollars(usd: float) -> str:
    return f"{readable(usd / 1e6)} million USD" if usd >= 1e6 else f"{readable(usd)} USD"


def _project_name(corridor: Corridor, project: str) -> str:
    return str(find_row(corridor, f"projects/{project}")["name"])


def gap_sentence(corridor: Corridor, asked: Mapping[str, Sequence[str]]) -> str:
    """Which dependence says little, because what passes a country loads nothing in it; empty where there is no such gap.

    Parameters: asked (territories by the country whose dependence on them is told).
    """
    told = [f"{country_name(country)} on the way through {_listed(codes)}" for country, codes in gaps(corridor, asked).items()]
    if not told:
        return ""
    return (
        f"Gaps in the tables, not findings: services pass {'; '.join(told)}, and none of their kind loads there. What these countries "
        "would lose by those territories is therefore told too low, or as nothing."
    )


def line_sentence(corridor: Corridor, territories: Sequence[str]) -> str:
    """By which of some territories a loss is that of one line; empty where there is none."""
    codes = [code for code in single_lines(corridor) if code in territories]
    if not codes:
        return ""
    return (
        f"One line in the tables: services cross {_listed(codes)} between two neighbours, and nothing of theirs is loaded there. What is "
        "lost by such a territory is that line; where the world has others past it, it is told too high."
    )


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(map(country_name, codes))


def change_texts(change: Change) -> tuple[str, str]:
    """What was published, and what the model gives: before, after and the factor between them."""
    published = f"{readable(change.observed_before)} to {readable(change.observed_after)} {change.unit} (times {change.observed_ratio:.2f})"
    if change.model_before is None or change.model_after is None:
        return published, "no such way"
    ratio = f" (times {change.model_ratio:.2f})" if change.model_ratio is not None else ""
    return published, f"{readable(change.model_before)} to {readable(change.model_after)}{ratio}"


def history_lines(changes: Sequence[Change]) -> list[str]:
    """Published changes beside the model's, a line each; what the model leaves out stands with those that it misses."""
    lines = []
    for change in changes:
        published, model = change_texts(change)
        why = f" {change.limit}" if change.missed and change.limit else ""
        lines.append(f"{change.what}: published {published}; model {model}: {change.verdict}.{why}")
    return lines
