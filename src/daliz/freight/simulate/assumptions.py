"""What the tables do not say and the simulation has to assume: one place, so that each can be shown, changed and tested for its weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TEU_PER_BOX = 2.0

SPEED_KMH: Mapping[str, float] = MappingProxyType({"rail": 40.0, "road": 45.0, "sea": 20.0, "ferry": 22.0})
CAPACITY_TRAINS_DAY: Mapping[int, float] = MappingProxyType({1: 18.0, 2: 60.0})


@dataclass(frozen=True)
class Assumptions:
    """Assumptions of the simulation.

    Attributes: run_variation (coefficient of variation of a run over a link), dwell_factor (on the hours that boxes stand in yards),
    terminal_factor (on all service hours of terminals), other_traffic_factor (on trains of other traffic), weather_factor (on the share of
    time closed), wait_factor (on the longest wait of trains and ships), draught (whether shallow water costs payload), demand_factor (on
    all demand), vehicles (whether trains and ships are drawn with variation at all; False: every time is its typical one).
    """

    run_variation: float = 0.1
    dwell_factor: float = 1.0
    terminal_factor: float = 1.0
    other_traffic_factor: float = 1.0
    weather_factor: float = 1.0
    wait_factor: float = 1.0
    draught: bool = True
    demand_factor: float = 1.0
    spread: bool = True


NAMES: Mapping[str, str] = MappingProxyType(
    {
        "run_variation": "How much running times vary",
        "dwell_factor": "Hours that boxes stand in yards",
        "terminal_factor": "Service times of terminals",
        "other_traffic_factor": "Trains of other traffic on the lines",
        "weather_factor": "Share of time that weather closes ports",
        "wait_factor": "Longest wait of trains and ships for cargo",
        "demand_factor": "Demand",
    }
)
