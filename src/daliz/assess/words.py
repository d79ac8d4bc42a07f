"""What comparisons, dependence and the agenda come to, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from daliz.assess.compare import Comparison, is_measurable
from daliz.assess.history import Change
from daliz.assess.measures import told_as
from daliz.corridor import Corridor
from daliz.corridor.figures import readable


def place_names(corridor: Corridor) -> dict[str, str]:
    """Names of places by id, without what stands in brackets."""
    return {place: name.partition(" (")[0] for place, name in corridor["places"].select("id", "name").iter_rows()}


def relation_name(corridor: Corridor, subject: str) -> str:
    """A subject such as `xian_port-absheron` in a reader's words; the subject itself where it names no two places."""
    names = place_names(corridor)
    parts = subject.split("-")
    for cut in range(1, len(parts)):
        a, b = "-".join(parts[:cut]), "-".join(parts[cut:])
        if a in names and b in names:
            return f"{names[a]} to {names[b]}"
    return subject


def signed(value: float) -> str:
    """A change with its sign: '+1.2', '-300', 'no change'."""
    return f"{'+' if value > 0 else '-'}{readable(abs(value))}" if value else "no change"


def shown(measure: str, value: float | None) -> str:
    """A value with the digits that its measure deserves; 'none' where there is no way."""
    return "none" if value is None else f"{value:,.{told_as(measure).digits}f}"


def difference_text(row: Mapping[str, Any]) -> str:
    """A difference with its interval where it has one: '+1.2 (0.8 to 1.6)'."""
    if row["difference"] is None:
        return "no way left" if row["scenario"] is None else "way opened"
    digits = told_as(row["measure"]).digits
    text = f"{row['difference']:+,.{digits}f}" if row["difference"] else "0"
    if row["low"] == row["high"]:
        return text
    return f"{text} ({row['low']:+,.{digits}f} to {row['high']:+,.{digits}f})"


def comparison_sentence(corridor: Corridor, comparison: Comparison) -> str:
    """One line: what the scenario does to the relation that it touches most, and to all cargo."""
    title = comparison.scenario.title or comparison.scenario.name
    rows = [row for row in comparison.table.iter_rows(named=True) if is_measurable(row)]
    if not rows:
        return f"{title}: no measure changes by more than chance."
    lost = [row for row in rows if row["difference"] is None and row["scenario"] is None and row["measure"] == "planned_days"]
    told = [f"nothing goes from {relation_name(corridor, row['subject'])} any more" for row in lost]
    transit = [row for row in rows if row["measure"] == "transit_p50_days" and row["difference"] is not None]
    if transit:
        row = max(transit, key=lambda row: abs(row["difference"]))
        told.append(
            f"{relation_name(corridor, row['subject'])} takes {shown(row['measure'], row['scenario'])} days in the median instead of "
            f"{shown(row['measure'], row['base'])}"
        )
    for measure in ("delivered_teu_year", "latency_ms", "disjoint_paths", "cost_usd_feu", "co2_kg_feu", "capacity_teu_year"):
        row = next((row for row in rows if row["measure"] == measure and row["difference"] is not None), None)  # type: ignore[arg-type]
        if row is not None and len(told) < 3:
            share = f" ({row['difference'] / row['base']:+.0%})" if row["base"] else ""
            label = f"{row['label'][0].lower()}{row['label'][1:]}"
            unit = f" {row['unit']}" if row["unit"] else ""
            told.append(f"{label} goes from {shown(measure, row['base'])} to {shown(measure, row['scenario'])}{unit}{share}")
    return f"{title}: {'; '.join(told)}."


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
