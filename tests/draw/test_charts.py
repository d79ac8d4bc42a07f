"""Charts: one theme for all, written as SVG or PNG."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import altair as alt
import polars as pl

from daliz.draw import PALETTE, chart_svg, save_chart
from daliz.draw.charts import THEME

CHART = alt.Chart(pl.DataFrame({"x": [1, 2], "kind": ["a", "b"]})).mark_bar().encode(x="x:Q", y="kind:N", color="kind:N")


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_theme_colours_the_chart() -> None:
    svg = chart_svg(CHART)
    assert svg.startswith("<svg")
    assert PALETTE[0] in svg
    assert PALETTE[1] in svg


def test_neighbours_of_the_palette_differ_in_grey() -> None:
    for first, second in pairwise(PALETTE[:5]):
        lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) > 1.25


def test_the_ending_decides_the_kind_of_file(tmp_path: Path) -> None:
    assert save_chart(CHART, tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert save_chart(CHART, tmp_path / "chart.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_chart_keeps_its_own_settings_beside_the_theme() -> None:
    from daliz.draw.charts import _spec

    spec = _spec(CHART.configure_axis(grid=False))
    assert spec["config"]["axis"] == {**THEME["axis"], "grid": False}
