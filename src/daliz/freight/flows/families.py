"""Families of itineraries: which corridor an itinerary belongs to, found from the tables and not from a list.

An itinerary that is on container ships of the open sea for more than half of its length is of the family `sea`. Open are, of the waters
that ships link, those with the longest links: a feeder on an enclosed sea is part of the way on land that it joins. The others are told
apart by gate countries. Of the routes in use (table `demands`), the country that splits the cargo in transit most evenly into what passes
it and what does not is the first gate (the Gini index p (1 - p), Breiman et al. 1984; among equals the one with most TEU-kilometres); of
the cargo that does not touch it, the next is found in the same way. The family of an itinerary is its first gate: `via_` and the ISO code
in small letters; `direct` when it touches none. Gates are the same for all pairs of places, so shares can be added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from daliz.corridor import Corridor
from daliz.corridor.places import HIGH_SEAS

SEA, DIRECT = "sea", "direct"
MOST_GATES = 3


@dataclass(frozen=True)
class _Services:
    """Of each service: the countries it touches, and km in each; container ships of the open sea."""

    touched: dict[str, frozenset[str]]
    km: dict[str, dict[str, float]]
    ships: frozenset[str]

    def countries(self, chain: Sequence[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.touched.get(service, frozenset()) for service in chain))

    def at_sea(self, chain: Sequence[str]) -> bool:
        length = {service: sum(self.km.get(service, {}).values()) for service in chain}
        return sum(km for service, km in length.items() if service in self.ships) > sum(length.values()) / 2


def _services(corridor: Corridor) -> _Services:
    country = dict(corridor["places"].select("id", "country").iter_rows())
    links = {
        link: (country[a], country[b], km)
        for link, a, b, km in corridor["links"].select("id", "from_place", "to_place", "length_km").iter_rows()
    }
    touched: dict[str, set[str]] = {}
    km: dict[str, dict[str, float]] = {}
    for service, place, link in corridor["stops"].select("service", "place", "link").iter_rows():
        touched.setdefault(service, set()).add(country[place])
        if link is not None:
            for end in links[link][:2]:
                touched[service].add(end)
                here = km.setdefault(service, {})
                here[end] = here.get(end, 0.0) + links[link][2] / 2
    ships = corridor["services"].filter(pl.col("mode") == "sea")["id"]
    calls = corridor["stops"].filter(pl.col("service").is_in(ships.implode()) & pl.col("place").is_in(list(open_sea(corridor))))
    return _Services(
        {service: frozenset(countries - {HIGH_SEAS}) for service, countries in touched.items()}, km, frozenset(calls["service"])
    )


def open_sea(corridor: Corridor) -> frozenset[str]:
    """The places of the open sea: of the waters that ships link, those with the longest links; none where there are no ships."""
    links = corridor["links"].filter(pl.col("mode").is_in(["sea", "ferry"])).select("from_place", "to_place", "length_km")
    places = sorted({*links["from_place"], *links["to_place"]})
    if not places:
        return frozenset()
    number = {place: index for index, place in enumerate(places)}
    tail, head = ([number[place] for place in links[end]] for end in ("from_place", "to_place"))
    _, waters = csgraph.connected_components(sparse.coo_array((np.ones(len(tail)), (tail, head)), shape=(len(places),) * 2), directed=False)
    longest = int(np.bincount(waters[tail], links["length_km"].to_numpy()).argmax())
    return frozenset(place for place in places if waters[number[place]] == longest)


def gates(corridor: Corridor, most: int = MOST_GATES) -> list[str]:
    """The countries that tell a corridor's ways on land apart, the one that splits cargo most evenly first.

    Parameters: most (how many at most). Demands whose route is not known do not count.
    """
    services = _services(corridor)
    country = dict(corridor["places"].select("id", "country").iter_rows())
    routes = corridor["demands"].filter(pl.col("route").is_not_null() & ~pl.col("empty"))
    left = []
    for origin, destination, chain, teu in routes.select("origin", "destination", "route", "teu_year").iter_rows():
        if not services.at_sea(chain):
            left.append((services.countries(chain), {country[origin], country[destination]}, chain, teu))
    found: list[str] = []
    while len(found) < most:
        passing: dict[str, float] = {}
        carried: dict[str, float] = {}
        total = sum(teu for touched, ends, _, teu in left if touched - ends)
        for touched, ends, chain, teu in left:
            for name in touched - ends:
                passing[name] = passing.get(name, 0.0) + teu
                carried[name] = carried.get(name, 0.0) + teu * sum(services.km.get(service, {}).get(name, 0.0) for service in chain)
        split = {name: round(teu / total * (1 - teu / total), 9) for name, teu in passing.items()}
        best = max(split, key=lambda name: (split[name], carried[name], name), default="")
        if not best or split[best] <= 0:
            break
        found.append(best)
        left = [row for row in left if best not in row[0]]
    return found


def with_families(corridor: Corridor, itineraries: pl.DataFrame, told_by: Sequence[str] | None = None) -> pl.DataFrame:
    """The itineraries with a column `family`.

    Parameters: itineraries (column services; a service that is not in the corridor's tables, such as a lorry between neighbours, tells
    nothing), told_by (gate countries; default: those of the corridor. To compare corridors, give those of one).
    """
    services = _services(corridor)
    first = gates(corridor) if told_by is None else list(told_by)

    def family(chain: Sequence[str]) -> str:
        if services.at_sea(chain):
            return SEA
        touched = services.countries(chain)
        return next((f"via_{gate.lower()}" for gate in first if gate in touched), DIRECT)

    return itineraries.with_columns(pl.Series("family", [family(chain) for chain in itineraries["services"].to_list()], dtype=pl.String))
