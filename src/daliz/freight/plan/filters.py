"""What a question rules out: services that may not be used, stops where cargo may not pass or change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from daliz.corridor.names import fold
from daliz.freight.plan import calendars
from daliz.freight.plan.compile import Compiled
from daliz.freight.plan.network import NO_LOADING, NO_PASSING, NO_UNLOADING
from daliz.freight.plan.query import MODES, Query
from daliz.freight.plan.services import ServicePattern


@dataclass(frozen=True)
class Filter:
    """Arrays for the kernel: whether a pattern may be used, and the gate of each stop."""

    usable: npt.NDArray[np.int8]
    gate: npt.NDArray[np.int8]


def filter_of(network: Compiled, query: Query) -> Filter:
    """The filter of a question."""
    day = calendars.moment_of(query.depart if query.depart is not None else query.arrive_by or 0).date().isoformat()
    usable = np.array([_allowed(pattern, query, day) for pattern in network.patterns], np.int8)
    gate = network.network.gate
    if query.avoid_countries or query.avoid_places:
        shut = {
            index
            for index, place in enumerate(network.places)
            if place in query.avoid_places or network.place_rows[place]["country"] in query.avoid_countries
        }
        gate = gate.copy()
        bars = np.isin(network.network.place, list(shut))
        gate[bars] |= NO_LOADING | NO_UNLOADING | NO_PASSING
    return Filter(usable, gate)


def _allowed(pattern: ServicePattern, query: Query, day: str) -> bool:
    service = pattern.service
    return (
        service["mode"] in query.modes
        and (query.only is None or service["id"] in query.only)
        and service["capacity_teu"] >= query.teu
        and not set(service["excludes"] or ()) & set(query.cargo.needs)
        and not (query.avoid_operators and _operators(service["operator"]) & query.avoid_operators)
        and runs_on(pattern, day)
    )


def _operators(text: str | None) -> set[str]:
    return {fold(name) for name in (text or "").replace(";", ",").split(",") if name.strip()}


def runs_on(pattern: ServicePattern, day: str) -> bool:
    """Whether a service that is not in the timetable is valid on a day; timetabled ones list their own days."""
    service = pattern.service
    if service["leaves"] == "timetable":
        return True
    return not ((service["valid_from"] or "") > day or (service["valid_to"] and service["valid_to"] + "~" < day))


def relaxations(query: Query) -> dict[str, Query]:
    """The question without each of its filters, by what the filter is called."""
    found = {}
    if query.avoid_countries:
        found[f"avoiding {', '.join(sorted(query.avoid_countries))}"] = replace(query, avoid_countries=frozenset())
    if query.avoid_places:
        found[f"avoiding {', '.join(sorted(query.avoid_places))}"] = replace(query, avoid_places=frozenset())
    if query.avoid_operators:
        found["the sanctions on operators"] = replace(query, avoid_operators=frozenset())
    if query.modes != frozenset(MODES):
        found[f"going by {', '.join(sorted(query.modes))} only"] = replace(query, modes=frozenset(MODES))
    if query.cargo.needs:
        found[f"the cargo's needs ({', '.join(query.cargo.needs)})"] = replace(query, cargo=replace(query.cargo, needs=()))
    if query.max_transfers is not None:
        found[f"the limit of {query.max_transfers} transfers"] = replace(query, max_transfers=None)
    if query.only is not None:
        found[f"the choice of services ({', '.join(sorted(query.only))})"] = replace(query, only=None)
    if query.teu > 2:
        found[f"the size of the lot ({query.teu:g} TEU in one departure)"] = replace(query, teu=2.0)
    return found
