"""Distances on the globe."""

from __future__ import annotations

import math

EARTH_KM = 6_371.0088


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle kilometres between two points (lon, lat in degrees).

    >>> round(great_circle_km((51.2, 43.6), (49.4, 40.0)))
    426
    """
    lon_a, lat_a, lon_b, lat_b = (math.radians(value) for value in (*a, *b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))
