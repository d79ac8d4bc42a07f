"""One corridor alone: the demand whose route touches a country, and the services that do not lead past it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from daliz.assess.capacity import touched_by_service
from daliz.corridor import Corridor
from daliz.freight.invest.design import InvestError

Stops = Mapping[str, Sequence[str]]


def only_through(corridor: Corridor, country: str) -> Corridor:
    """The corridor with only the demand whose route touches a country, and without services that only other demand uses or that lead that
    demand past the country.

    Raises: InvestError when no demand's route touches it.
    """
    touched = touched_by_service(corridor)
    routes = {row["id"]: row["route"] or [] for row in corridor["demands"].iter_rows(named=True)}
    mine = {name for name, chain in routes.items() if any(country in touched.get(service, set()) for service in chain)}
    if not mine:
        raise InvestError(f"no demand's route touches {country}")
    kept = {service for name in mine for service in routes[name]}
    dropped = {service for name, chain in routes.items() if name not in mine for service in chain} - kept
    ends = {row["id"]: (row["origin"], row["destination"]) for row in corridor["demands"].iter_rows(named=True)}
    stops = dict(corridor["stops"].sort("seq").group_by("service", maintain_order=True).agg("place").iter_rows())
    past = {
        service: stops.get(service, [])
        for service in corridor.open("services")["id"]
        if service not in dropped and country not in touched.get(service, set())
    }
    dropped |= _leading_past(past, sorted({ends[name] for name in mine}), kept)
    demands = corridor["demands"].with_columns(teu_year=pl.when(pl.col("id").is_in(sorted(mine))).then("teu_year").otherwise(0.0))
    services = corridor["services"].with_columns(
        status=pl.when(pl.col("id").is_in(sorted(dropped))).then(pl.lit("closed")).otherwise("status")
    )
    return corridor.replace("demands", demands).replace("services", services)


def _leading_past(stops: Stops, ends: Sequence[tuple[str, str]], kept: set[str]) -> set[str]:
    """The services to leave out so that those left join no ends, unless by those that are kept alone; of the ways past the country that
    with the fewest other services goes first."""
    dropped: set[str] = set()
    while True:
        left = {service: places for service, places in stops.items() if service not in dropped}
        ways = [others for origin, destination in ends if (others := set(_way(left, origin, destination, kept)) - kept)]
        if not ways:
            return dropped
        dropped |= min(ways, key=lambda others: (len(others), sorted(others)))


def _way(stops: Stops, origin: str, destination: str, kept: set[str]) -> list[str]:
    """A way from one place to another with the fewest services that are not kept, one after the other; none when there is no way."""
    by: dict[str, list[str]] = {origin: []}
    open_ = [(0, origin)]
    done: set[str] = set()
    while open_:
        others, place = min(open_)
        open_.remove((others, place))
        if place == destination:
            return by[place]
        if place in done:
            continue
        done.add(place)
        for service, places in stops.items():
            if place in places:
                for after in places[places.index(place) + 1 :]:
                    chain = [*by[place], service]
                    more = len(set(chain) - kept)
                    if after not in done and (after not in by or more < len(set(by[after]) - kept)):
                        by[after] = chain
                        open_.append((more, after))
    return []
