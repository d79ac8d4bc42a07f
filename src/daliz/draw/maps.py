"""Maps: coasts, borders and lakes of the embedded corridor with lines and points over them, as SVG text.

The projection is Lambert's conformal conic, fitted to what is shown, so that a corridor of 10,000 km still looks like the land it crosses.
Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, ch. 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LonLat = tuple[float, float]


@dataclass(frozen=True)
class Layer:
    """What is drawn over the land: lines (sequences of lon, lat in degrees) and points (lon, lat, label)."""

    lines: Sequence[Sequence[LonLat]] = ()
    points: Sequence[tuple[float, float, str]] = ()
    colour: str = "#12436d"
    width: float = 2.0
    dash: str = ""
    label: str = ""


def map_svg(layers: Sequence[Layer], width: int = 960, margin: float = 0.06) -> str:
    """A map of the layers over land, water and borders, cut to the layers' extent plus a margin (share of the extent)."""
    raise NotImplementedError
