"""Greenhouse gas of a tonne over a link: factors by mode and traction, well to wheel, and grid intensity by country for electric trains.

Source: the rows of the table `emissions` (GLEC Framework and EN ISO 14083 style factors; grams CO2e a tonne of cargo and kilometre).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from daliz.corridor import Corridor

FALLBACK_G_TKM = {"rail": 20.0, "road": 90.0, "sea": 15.0, "ferry": 60.0}
"""Used where the table has no factor of the mode."""


@dataclass(frozen=True)
class Factors:
    """Factors ready for use: grams a tonne-kilometre by mode and traction, Wh a tonne-kilometre of electric trains, grid grams a kWh."""

    by_traction: Mapping[tuple[str, str | None], float]
    electric_wh_tkm: float | None
    grid_g_kwh: Mapping[str, float]

    @classmethod
    def of(cls, corridor: Corridor) -> Factors:
        """The factors of a corridor."""
        rows = list(corridor["emissions"].iter_rows(named=True))
        by_traction = {(row["mode"], row["traction"]): row["factor"] for row in rows if row["unit"] == "g/tkm"}
        energy = [row["factor"] for row in rows if row["unit"] == "Wh/tkm" and row["traction"] == "electric"]
        grid = {row["country"]: row["factor"] for row in rows if row["mode"] == "grid" and row["unit"] == "g/kWh"}
        return cls(by_traction, energy[0] if energy else None, grid)

    def grams_per_tonne(self, mode: str, traction: str | None, link: Mapping[str, Any], countries: tuple[str, str]) -> float:
        """Grams CO2e of one tonne over a link, half of it in the country of each end."""
        if mode == "rail":
            traction = _traction_on(traction, link["electrified"])
        if mode == "rail" and traction == "electric":
            per_km = sum(self._electric(country) for country in countries) / 2
        else:
            per_km = self._factor(mode, traction)
        return per_km * link["length_km"]

    def _electric(self, country: str) -> float:
        if self.electric_wh_tkm is not None and country in self.grid_g_kwh:
            return self.electric_wh_tkm * self.grid_g_kwh[country] / 1000
        return self._factor("rail", "electric")

    def _factor(self, mode: str, traction: str | None) -> float:
        for key in ((mode, traction), (mode, None)):
            if key in self.by_traction:
                return self.by_traction[key]
        return FALLBACK_G_TKM[mode]


def _traction_on(traction: str | None, electrified: str | None) -> str:
    """Traction over one link: a train of mixed traction is electric where there is current."""
    if traction != "mixed":
        return traction or "diesel"
    return {"yes": "electric", "no": "diesel"}.get(electrified or "part", "mixed")
