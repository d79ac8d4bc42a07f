"""Model against published: every observation beside what the model gives, with the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure, readable
from daliz.report.section import Block, Grid, Picture, Section, Words

CLOSE = 0.05
SMALLEST_TOLD = 0.005


def compared(corridor: Corridor, figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """One row an observation that has a model figure: published value or range, model value and interval, difference, verdict.

    `difference` is model over published minus one, against the published value or the nearest end of its range; 0 within the range.
    `verdict`: the model's interval meets the published range; else it is close (within 5 %) or misses; or the model was set on the figure.
    """
    by_name = {figure.name: figure for figure in figures}
    found = []
    for row in corridor["observations"].iter_rows(named=True):
        figure = by_name.get(row["model"] or "")
        if figure is None or (row["value"] is None and row["low"] is None and row["high"] is None):
            continue
        low, high = _range(row)
        found.append(
            {
                "observation": row["id"],
                "what": " ".join(part for part in (row["metric"], row["subject"] and f"({row['subject']})", row["period"]) if part),
                "published": row["value"],
                "published_low": low,
                "published_high": high,
                "unit": row["unit"],
                "certainty": row["certainty"],
                "model": figure.value,
                "model_low": figure.low,
                "model_high": figure.high,
                "figure": figure.name,
                "difference": _difference(figure.value, low, high),
                "verdict": "set on it" if row["calibrated"] else _verdict(figure, low, high),
            }
        )
    return found


def _range(row: Mapping[str, Any]) -> tuple[float, float]:
    ends = [row[column] for column in ("low", "value", "high") if row[column] is not None]
    if row["low"] is not None and row["high"] is not None:
        return row["low"], row["high"]
    return min(ends), max(ends)


def _difference(model: float, low: float, high: float) -> float | None:
    nearest = min(max(model, low), high)
    if model == nearest:
        return 0.0
    return model / nearest - 1 if nearest else None


def _verdict(figure: Figure, low: float, high: float) -> str:
    # A tenth of a percent is rounding.
    slack = 0.001 * max(abs(low), abs(high))
    model_low = figure.value if figure.low is None else figure.low
    model_high = figure.value if figure.high is None else figure.high
    if model_low <= high + slack and model_high >= low - slack:
        return "meets"
    difference = _difference(figure.value, low, high)
    return "close" if difference is not None and abs(difference) <= CLOSE else "misses"


def _chart(rows: Sequence[Mapping[str, Any]]) -> Picture:
    import altair as alt
    import polars as pl

    from daliz.draw import INK, PALETTE, chart_svg

    points = []
    for row in rows:
        base = row["published"] or (row["published_low"] + row["published_high"]) / 2
        if not base or base <= 0 or row["model"] <= 0:
            continue
        points.append(
            {
                "what": row["what"][:64],
                "low": (row["model_low"] or row["model"]) / base,
                "model": row["model"] / base,
                "high": (row["model_high"] or row["model"]) / base,
                "published_low": row["published_low"] / base,
                "published_high": row["published_high"] / base,
            }
        )
    rows_chart = alt.Chart(pl.DataFrame(points)).encode(y=alt.Y("what:N", title=None, sort=None, axis=alt.Axis(labelLimit=380)))
    scale = alt.Scale(type="log")
    x_title = "ratio to the published value (logarithmic)"
    chart = alt.layer(
        rows_chart.mark_bar(height=9, color="#d5d9de").encode(
            x=alt.X("published_low:Q", scale=scale, title=x_title), x2="published_high:Q"
        ),
        rows_chart.mark_rule(color=PALETTE[0]).encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        rows_chart.mark_point(color=PALETTE[0], filled=True, size=45).encode(x=alt.X("model:Q", scale=scale)),
        alt.Chart().mark_rule(color=INK, strokeDash=[3, 3]).encode(x=alt.XDatum(1)),
    ).properties(width=420, height=alt.Step(19))
    caption = "Model (dot, with its interval) as a ratio to the published value (dashed line) and its range (grey bar)."
    return Picture(chart_svg(chart), caption)


def section(corridor: Corridor, figures: Sequence[Figure]) -> Section:
    """The section, from the corridor's observations and the figures that the other sections found."""
    rows = compared(corridor, figures)
    count = Counter(row["verdict"] for row in rows)
    held = {row["observation"] for row in rows}
    rest = [row for row in corridor["observations"].iter_rows(named=True) if row["id"] not in held]
    cells = [
        (
            row["what"],
            _published_text(row),
            _model_text(row),
            _difference_text(row["difference"]),
            row["verdict"],
        )
        for row in rows
    ]
    blocks: list[Block] = []
    if rows:
        blocks.append(_chart(rows))
        references = tuple(f"observations/{row['observation']}" for row in rows)
        blocks.append(
            Grid(("What", "Published", "Model", "Difference", "Verdict"), cells, "Every observation with a model figure.", references)
        )
    blocks.append(
        Words(
            f"{len(rest)} further published figures and statements stand in the tables without a model figure that corresponds to them; "
            "they are listed so that nobody has to wonder whether they were left out. Where one looks as if the model gave it and does "
            "not, its note says why."
        )
    )
    heads = ("What", "Period", "Published", "Unit", "Certainty", "Note")
    blocks.append(Grid(heads, [_bare(row) for row in rest], "Observations without a model figure.", folded=True))
    inside = sum(row["verdict"] == "meets" and row["difference"] == 0 for row in rows)
    lead = (
        f"{len(rows)} published figures have a counterpart in the model. For {count['meets']} of them the model's interval meets the "
        f"published range ({inside} by the value itself), {count['close']} more are within 5 %, and {count['misses']} are missed. "
        f"{count['set on it']} others say nothing, because the tables were set on them. An interval is what the figure's own section "
        "says it is, for days mostly P10 to P90: the wider it is, the more easily it meets. Several of the published figures are of one "
        "thing, so that the counts are no score."
    )
    return Section("published", "Model against published", lead, blocks, extra={"compared": rows})


def _difference_text(difference: float | None) -> str:
    """The difference as people read it: none within the range, and no percent that rounds to nothing.

    >>> _difference_text(0.0), _difference_text(-0.23), _difference_text(-0.003), _difference_text(None)
    ('within', '-23%', 'under 1%', '')
    """
    if difference is None:
        return ""
    if difference == 0.0:
        return "within"
    return "under 1%" if abs(difference) < SMALLEST_TOLD else f"{difference:+.0%}"


def _published_text(row: Mapping[str, Any]) -> str:
    unit = f" {row['unit']}" if row["unit"] else ""
    if row["published_low"] != row["published_high"]:
        return f"{readable(row['published_low'])} to {readable(row['published_high'])}{unit}"
    return f"{readable(row['published_low'])}{unit}"


def _model_text(row: Mapping[str, Any]) -> str:
    if row["model_low"] is None or row["model_high"] is None:
        return readable(row["model"])
    return f"{readable(row['model'])} ({readable(row['model_low'])} to {readable(row['model_high'])})"


def _bare(row: Mapping[str, Any]) -> tuple[str, ...]:
    ends = [readable(row[name]) for name in ("value", "low", "high") if row[name] is not None]
    shown = row["statement"] or (ends[0] if len(ends) == 1 else " to ".join(ends[-2:]) if ends else "")
    what = " ".join(part for part in (row["metric"], row["subject"] and f"({row['subject']})") if part)
    return what, row["period"] or "", shown, row["unit"] or "", row["certainty"], row["note"] or ""
