"""The digital corridor: a seabed cable's route and light, round trips by corridor, and what survives a cut."""

from daliz.fibre.availability import Availability
from daliz.fibre.designs import LightReport, WayLight, light, light_along
from daliz.fibre.errors import FibreError
from daliz.fibre.groups import RiskGroup, risk_groups
from daliz.fibre.latency import Latency, latency
from daliz.fibre.route import Route, route
from daliz.fibre.survival import Cut, Disjoint, Survival, availability, cut, disjoint_pair, disjoint_paths, survival

__all__ = [
    "Availability",
    "Cut",
    "Disjoint",
    "FibreError",
    "Latency",
    "LightReport",
    "RiskGroup",
    "Route",
    "Survival",
    "WayLight",
    "availability",
    "cut",
    "disjoint_pair",
    "disjoint_paths",
    "latency",
    "light",
    "light_along",
    "risk_groups",
    "route",
    "survival",
]
