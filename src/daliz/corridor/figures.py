"""Figures: what engines answer with, a value with its interval, its unit and the rows that it was computed from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

WEAKEST_FIRST = ("assumed", "known", "sourced")


@dataclass(frozen=True)
class Figure:
    """One figure of a report.

    Attributes: name (stable, `measure:subject`, for example `transit_p50_days:xian_port-absheron`; rows of `observations` name it in
    their column `model`), label (in a reader's words), value, unit, low and high (the interval; None where the value is exact),
    interval (what the interval is: "95 % interval of the mean", "P10 to P90"), rows (`table/key` of the rows that it comes from),
    certainty (the weakest of those rows), note.
    """

    name: str
    label: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    interval: str = ""
    rows: tuple[str, ...] = ()
    certainty: str = "assumed"
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The figure as plain values, for JSON."""
        return {**asdict(self), "rows": list(self.rows)}

    def spelled(self, value: float) -> str:
        """One of its numbers as people read it; a year has no thousands."""
        return f"{value:.0f}" if self.unit == "year" else readable(value)

    def text(self) -> str:
        """The figure as people read it: value, unit and interval."""
        unit = f" {self.unit}" if self.unit not in ("", "year") else ""
        if self.low is None or self.high is None:
            return f"{self.spelled(self.value)}{unit}"
        return f"{self.spelled(self.value)}{unit} ({self.spelled(self.low)} to {self.spelled(self.high)})"


def readable(value: float) -> str:
    """A number with three significant digits, or whole with separators when it is large.

    >>> readable(77123.4), readable(3.14159), readable(0.0421), readable(12.0)
    ('77,123', '3.14', '0.0421', '12')
    """
    if value != value:
        return "no value"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def weakest(certainties: Iterable[str]) -> str:
    """The weakest of some certainties: one assumed input makes the figure assumed.

    >>> weakest(["sourced", "known"])
    'known'
    """
    return min(certainties, key=WEAKEST_FIRST.index, default="assumed")


def certainty_of(corridor: Corridor, rows: Iterable[str]) -> str:
    """Certainty of a figure computed from these rows (`table/key`); a sourced row with estimated fields counts as assumed.

    Raises: DalizError when there is no such row.
    """
    from daliz.corridor.rows import find_row

    found = (find_row(corridor, row) for row in rows)
    return weakest("assumed" if row.get("assumed_fields") else row["certainty"] for row in found)
