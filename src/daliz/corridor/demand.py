"""What cargo passes where: the relation that a dossier on two countries follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.corridor.errors import DalizError

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor


def countries_passed(corridor: Corridor) -> dict[str, set[str]]:
    """Countries in which each service stops or passes a place, by service."""
    country = dict(corridor["places"].select("id", "country").iter_rows())
    passed: dict[str, set[str]] = {}
    for service, place in corridor["stops"].select("service", "place").iter_rows():
        passed.setdefault(service, set()).add(country[place])
    return passed


def main_relation(corridor: Corridor, pair: tuple[str, str]) -> tuple[str, str]:
    """Origin and destination of the relation that stands for two countries: the first demand whose route passes both.

    The order of the table decides, so that whoever makes a dataset says which relation it is about.
    Raises: DalizError when no demand with a route passes both countries.
    """
    passed = countries_passed(corridor)
    for row in corridor["demands"].select("origin", "destination", "route", "empty").iter_rows(named=True):
        through = set().union(*(passed.get(service, set()) for service in row["route"] or []))
        if set(pair) <= through and not row["empty"]:
            return row["origin"], row["destination"]
    raise DalizError(f"no demand of the corridor has a route that passes both {pair[0]} and {pair[1]}")
