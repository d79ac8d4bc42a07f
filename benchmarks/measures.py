"""What the peers of the simulation benchmark keep of corridor-ref, and the means that are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean


class Box:
    """One box: when it was born, came to the gauge change and came into the yard."""

    __slots__ = ("at_gauge", "at_yard", "born")

    def __init__(self, born: float) -> None:
        self.born = born
        self.at_gauge = self.at_yard = 0.0


@dataclass
class Measures:
    """Hours kept: of journeys, of waits for the gauge cranes and in the yard, of trains on the unloading tracks, of ships' cycles."""

    journeys: list[float] = field(default_factory=list)
    gauge_waits: list[float] = field(default_factory=list)
    yard_waits: list[float] = field(default_factory=list)
    track_hours: list[float] = field(default_factory=list)
    cycles: list[float] = field(default_factory=list)

    def means(self) -> dict[str, float]:
        """The compared means."""
        return {
            "delivered": float(len(self.journeys)),
            "journey_h": fmean(self.journeys),
            "gauge_wait_h": fmean(self.gauge_waits),
            "yard_wait_h": fmean(self.yard_waits),
            "track_h": fmean(self.track_hours),
            "cycle_h": fmean(self.cycles),
        }
