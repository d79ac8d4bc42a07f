"""The relation that a dossier follows: its length, its moving and standing time from origin to destination, and published lengths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from daliz.corridor import Corridor, DalizError
from daliz.corridor.demand import main_relation
from daliz.corridor.figures import Figure, certainty_of
from daliz.corridor.places import short_names
from daliz.freight.plan.answer import plan
from daliz.freight.plan.results import Plan

WINTER, SUMMER = "2025-12-01", "2025-06-01"
"""The months that the dossier's figures are for; services without dates run every year."""


@dataclass(frozen=True)
class Segment:
    """A part of the way: moving from one place to another, or standing at one (`end` is then the same place).

    Attributes: start, end (places), mode (of moving; empty: standing), hours, waiting_h (of it, waiting for the next departure), km.
    """

    start: str
    end: str
    mode: str
    hours: float
    waiting_h: float = 0.0
    km: float = 0.0

    @property
    def moving(self) -> bool:
        """Whether cargo moves in it."""
        return bool(self.mode)


def relation_plan(corridor: Corridor, pair: tuple[str, str], day: str) -> Plan:
    """The plan of the main relation of two countries by the services that its demand names, ready on a day.

    Raises: DalizError when no demand passes both countries.
    """
    origin, destination = main_relation(corridor, pair)
    demands = corridor["demands"].filter(
        (pl.col("origin") == origin) & (pl.col("destination") == destination) & (pl.col("route").list.len() > 0)
    )
    route = demands["route"][0].to_list() if demands.height else None
    return plan(corridor, origin, destination, depart=day, services=route)


def segments(answer: Plan, itinerary: int) -> list[Segment]:
    """What an itinerary consists of from its first departure to the cargo being free, in order; planned hours."""
    net = answer.network.network
    found: list[Segment] = []
    for leg in answer.legs.filter(pl.col("itinerary") == itinerary).iter_rows(named=True):
        if found and leg["handling_h"] + leg["wait_h"] > 0:
            here = leg["from_place"]
            before = found.pop() if not found[-1].moving and found[-1].end == here else Segment(here, here, "", 0.0)
            found.append(Segment(here, here, "", before.hours + leg["handling_h"] + leg["wait_h"], before.waiting_h + leg["wait_h"]))
        pattern = answer.network.patterns[leg["pattern"]]
        first = int(net.stop_first[leg["pattern"]])
        start, run = leg["first_stop"], 0.0
        for stop in range(leg["first_stop"] + 1, leg["last_stop"] + 1):
            run += float(net.arrives[first + stop] - net.leaves[first + stop - 1]) / 60
            stand = float(net.leaves[first + stop] - net.arrives[first + stop]) / 60 if stop < leg["last_stop"] else 0.0
            if stand > 0 or stop == leg["last_stop"]:
                places = pattern.stops[start]["place"], pattern.stops[stop]["place"]
                found.append(Segment(*places, leg["mode"], run, 0.0, pattern.km[stop] - pattern.km[start]))
                if stand > 0:
                    found.append(Segment(places[1], places[1], "", stand))
                start, run = stop, 0.0
        if leg["unload_h"] > 0:
            found.append(Segment(leg["to_place"], leg["to_place"], "", leg["unload_h"]))
    return found


def rows_of(answer: Plan, itinerary: int) -> tuple[str, ...]:
    """The rows (`table/key`) that an itinerary's length and times come from: services, links and terminals."""
    rows: list[str] = []
    for leg in answer.legs.filter(pl.col("itinerary") == itinerary).iter_rows(named=True):
        rows.append(f"services/{leg['service']}")
        for stop in answer.network.patterns[leg["pattern"]].stops[leg["first_stop"] : leg["last_stop"] + 1]:
            if stop["link"]:
                rows.append(f"links/{stop['link']}")
            rows += [f"terminals/{operation.terminal}" for operation in answer.network.operations.get(stop["place"], {}).values()]
    known = {f"links/{name}" for name in answer.network.links} | {f"services/{name}" for name in answer.network.corridor["services"]["id"]}
    return tuple(dict.fromkeys(row for row in rows if row.startswith("terminals/") or row in known))


def relation_figures(winter: Plan, summer: Plan) -> list[Figure]:
    """Length, moving time, best days, days in summer and winter, and share of time standing of a relation."""
    itinerary = winter.label("fastest")
    parts = segments(winter, itinerary)
    name = f"{winter.query.origin}-{winter.query.destination}"
    places = short_names(winter.network.corridor)
    way = f"{places[winter.query.origin]} to {places[winter.query.destination]}"
    rows = rows_of(winter, itinerary)
    certainty = certainty_of(winter.network.corridor, rows)
    moving_h = sum(part.hours for part in parts if part.moving)
    best_h = sum(part.hours - part.waiting_h for part in parts)
    cold, warm = (p.front.filter(pl.col("itinerary") == p.label("fastest")).row(0, named=True) for p in (winter, summer))
    links = tuple(row for row in rows if row.startswith("links/"))
    km = sum(part.km for part in parts)
    length = Figure(
        f"length_km:{name}", f"Length of the way, {way}", km, "km", rows=links, certainty=certainty_of(winter.network.corridor, links)
    )
    days = [
        Figure(
            name=f"plan_{season}p50_days:{name}",
            label=f"Days from departure to cargo free in {words}, {way}",
            value=row["days_p50"],
            unit="days",
            low=row["days_p10"],
            high=row["days_p90"],
            interval="P10 to P90",
            rows=rows,
            certainty=certainty,
        )
        for season, words, row in (("winter_", "December", cold), ("", "June", warm))
    ]
    return [
        length,
        Figure(f"moving_h:{name}", "Time moving", moving_h, "h", rows=rows, certainty=certainty),
        Figure(f"plan_best_days:{name}", "Days without any waiting", best_h / 24, "days", rows=rows, certainty=certainty),
        *days,
        Figure(
            f"plan_standing_share:{name}",
            "Share of the winter days (P50) that cargo stands",
            100 * (1 - moving_h / 24 / cold["days_p50"]),
            "%",
            100 * (1 - moving_h / 24 / cold["days_p10"]),
            100 * (1 - moving_h / 24 / cold["days_p90"]),
            "P10 to P90",
            rows,
            certainty,
        ),
    ]


def published_lengths(corridor: Corridor) -> list[Figure]:
    """A length figure for every published one that `observations` names (`length_km:a-b` or `length_km:a-via-b`)."""
    names = [name for name in corridor["observations"]["model"].drop_nulls().unique(maintain_order=True) if name.startswith("length_km:")]
    named = short_names(corridor)
    found = []
    for name in names:
        places = name.partition(":")[2].split("-")
        links = links_between(corridor, places)
        if links:
            rows = tuple(f"links/{link}" for link in links)
            km = float(corridor["links"].filter(pl.col("id").is_in(links))["length_km"].sum())
            label = f"Length of the way, {' to '.join(named[place] for place in places)}"
            found.append(Figure(name, label, km, "km", rows=rows, certainty=certainty_of(corridor, rows)))
    return found


def links_between(corridor: Corridor, places: Sequence[str]) -> list[str]:
    """The links run over between places: by one service that passes them in order (either way round), or by the services of a demand.

    Of several the shortest. Empty when nothing passes them all.
    """
    length = dict(corridor["links"].select("id", "length_km").iter_rows())
    stops: dict[str, list[tuple[str, str | None]]] = {}
    for service, place, link in corridor["stops"].sort("service", "seq").select("service", "place", "link").iter_rows():
        stops.setdefault(service, []).append((place, link))
    running = set(corridor.open("services")["id"])
    chains = [[service] for service in stops if service in running]
    chains += [route for route in corridor["demands"]["route"].drop_nulls().to_list() if route and set(route) <= running]
    best: list[str] = []
    for chain in chains:
        whole = [stop for service in chain for stop in stops.get(service, [])]
        for wanted in (list(places), list(places)[::-1]):
            links = _cut(whole, wanted)
            if links and (not best or sum(map(length.__getitem__, links)) < sum(map(length.__getitem__, best))):
                best = links
    return best


def _cut(stops: Sequence[tuple[str, str | None]], places: Sequence[str]) -> list[str]:
    """Links between the first and last of the places, where the stops pass them in this order."""
    names = [place for place, _ in stops]
    at = -1
    first = None
    for place in places:
        try:
            at = names.index(place, at + 1)
        except ValueError:
            return []
        first = at if first is None else first
    return [link for _, link in stops[(first or 0) + 1 : at + 1] if link]


def require_segments(answer: Plan) -> list[Segment]:
    """The segments of the fastest itinerary. Raises: DalizError when it has none."""
    parts = segments(answer, answer.label("fastest"))
    if not parts:
        raise DalizError("the main relation has no way with any length")
    return parts
