"""Charts: Altair with one restrained theme that also reads in grey, made into SVG or PNG by vl-convert."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

INK = "#1d2733"
# Ordered so that neighbours differ in lightness too: the first four still read in grey.
PALETTE = ("#12436d", "#d98032", "#8fbcd4", "#7a7a7a", "#8a2d3b", "#5b7f4b", "#c9b458")
FONT = "Segoe UI, Helvetica Neue, Arial, DejaVu Sans, sans-serif"
WIDTH = 680

THEME: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#e3e6ea",
        "domainColor": "#9aa4af",
        "tickColor": "#9aa4af",
    },
    "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
    "header": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
    "text": {"color": INK, "fontSize": 12},
    "range": {"category": list(PALETTE), "heatmap": ["#f3f6f9", "#12436d"], "ramp": ["#e8eef4", "#12436d"]},
}


def _spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict()
    own = {key: value for key, value in spec.get("config", {}).items() if key != "view"}
    both = {key: {**THEME[key], **value} for key, value in own.items() if isinstance(value, dict) and isinstance(THEME.get(key), dict)}
    spec["config"] = {**THEME, **own, **both}
    return spec


def chart_svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG text in Daliz's theme; titles belong in the caption, not in the chart."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(_spec(chart))
    return svg


def save_chart(chart: alt.TopLevelMixin, path: str | Path) -> Path:
    """Write the chart as .svg or .png, by the ending of the path."""
    target = Path(path)
    if target.suffix == ".png":
        import vl_convert

        spec = _spec(chart)
        spec["background"] = "white"
        target.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
    else:
        target.write_text(chart_svg(chart), encoding="utf-8")
    return target
