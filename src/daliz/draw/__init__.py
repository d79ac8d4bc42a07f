"""Drawing: one look for all charts and maps, as SVG text, without a browser. It knows the corridor's tables and no lens."""

from daliz.draw.charts import INK, PALETTE, chart_svg, save_chart
from daliz.draw.maps import Layer, map_svg

__all__ = ["INK", "PALETTE", "Layer", "chart_svg", "map_svg", "save_chart"]
