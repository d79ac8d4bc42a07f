"""The digital corridor: a seabed cable's route and light, round trips by corridor, and what survives a cut.

The heavy kernels are loaded when a name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daliz.fibre.availability import Availability
    from daliz.fibre.designs import LightReport, WayLight, light, light_along
    from daliz.fibre.errors import FibreError
    from daliz.fibre.groups import RiskGroup, risk_groups
    from daliz.fibre.latency import Latency, latency
    from daliz.fibre.route import Route, route
    from daliz.fibre.survival import Cut, Disjoint, Survival, availability, cut, disjoint_pair, disjoint_paths, survival

_ROOMS = {
    "Availability": "availability",
    "Cut": "survival",
    "Disjoint": "survival",
    "FibreError": "errors",
    "Latency": "latency",
    "LightReport": "designs",
    "RiskGroup": "groups",
    "Route": "route",
    "Survival": "survival",
    "availability": "survival",
    "cut": "survival",
    "disjoint_pair": "survival",
    "disjoint_paths": "survival",
    "latency": "latency",
    "WayLight": "designs",
    "light": "designs",
    "light_along": "designs",
    "risk_groups": "groups",
    "route": "route",
    "survival": "survival",
}

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


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(name)
    return getattr(import_module(f"daliz.fibre.{_ROOMS[name]}"), name)
