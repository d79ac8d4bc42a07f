"""How long light takes: the floor of physics, and the round trip over every corridor that the tables know, with what it hangs on.

Corridors are not listed anywhere: they are the ways that remain when the countries of a better way are avoided one after the other. Where a
length is not published, one and the same route factor stands for it in all corridors, and the ranking is shown over the whole range of that
factor.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure, certainty_of
from daliz.fibre import paths
from daliz.fibre.errors import FibreError
from daliz.fibre.network import ROUTE_FACTOR, ROUTE_FACTORS, Network, check_factor, ends_of, network, round_trip_ms, standing_network

MOST_CORRIDORS = 8
DEEPEST_AVOIDANCE = 4
# A way that shares more of its length than this with a quicker one is the same corridor.
SAME_CORRIDOR = 0.7
LEAST_CALIBRATIONS = 3
# What a claim may lie below the floor for being rounded to whole milliseconds.
ROUNDING_MS = 0.5


@dataclass(frozen=True)
class Way:
    """One corridor between two places.

    Attributes: name (countries on the way, '~' where it crosses a sea), countries (passed between the ends' own, codes), places, cables,
    km, published_km (the part with a published length), rtt_ms (at the route factor), rtt_low_ms, rtt_high_ms (at the ends of the band),
    by_factor (round trips at `Latency.factors`).
    """

    name: str
    countries: tuple[str, ...]
    places: tuple[str, ...]
    cables: tuple[str, ...]
    km: float
    published_km: float
    rtt_ms: float
    rtt_low_ms: float
    rtt_high_ms: float
    by_factor: tuple[float, ...]

    @property
    def key(self) -> str:
        """The corridor as figures name it: its countries' codes."""
        return "+".join(self.countries) or "direct"


@dataclass(frozen=True)
class Claim:
    """A published round trip or length held against the floor and the model.

    Attributes: observation (row id), what, period, published_ms (round trip; from the length where a length is published), floor_ms,
    model_ms (best corridor; None where the tables know no way), below_floor, implied_factor (the route factor at which the model says the
    same; None where none does).
    """

    observation: str
    what: str
    period: str
    published_ms: float
    floor_ms: float
    model_ms: float | None
    below_floor: bool
    implied_factor: float | None


@dataclass(frozen=True)
class Latency:
    """Round trips between two places, best corridor first."""

    a: str
    b: str
    names: tuple[str, str]
    great_circle_km: float
    floor_ms: float
    route_factor: float
    band: tuple[float, float]
    uniform: bool
    ways: tuple[Way, ...]
    factors: tuple[float, ...]
    changes: tuple[tuple[float, str, str], ...]
    claims: tuple[Claim, ...]
    certainty: str

    @property
    def best_ms(self) -> float:
        """Round trip over the best corridor; infinite when no way is left."""
        return self.ways[0].rtt_ms if self.ways else float("inf")

    def break_even(self, way: Way) -> float | None:
        """The route factor at which a corridor takes as long as the best one does at its own factor; None outside 1.0 to 2.1."""
        wanted = self.best_ms
        if not way.by_factor[0] <= wanted <= way.by_factor[-1]:
            return None
        return float(np.interp(wanted, way.by_factor, self.factors))

    def figures(self) -> tuple[Figure, ...]:
        """The best round trip, the floor, and the round trip of each corridor."""
        subject = f"{self.a}-{self.b}"
        title = " to ".join(self.names)
        interval = f"route factor {self.band[0]:.2g} to {self.band[1]:.2g} where no length is published"
        note = f"route factor {self.route_factor:.3g}; the ranking of corridors depends on it"
        ends = (f"places/{self.a}", f"places/{self.b}")
        found = [
            Figure(
                f"latency_floor_ms:{subject}",
                f"Floor of physics {title}",
                self.floor_ms,
                "ms",
                rows=ends,
                certainty="known",
                note="2 n d / c",
            )
        ]
        for number, way in enumerate(self.ways):
            rows = tuple(f"cables/{name}" for name in way.cables)
            names = [f"latency_ms:{subject}:{way.key}"] + ([f"latency_ms:{subject}"] if number == 0 else [])
            label = f"Round trip {title}"
            for name in reversed(names):
                says = label if name.count(":") == 1 else f"{label} over {way.name}"
                found.append(Figure(name, says, way.rtt_ms, "ms", way.rtt_low_ms, way.rtt_high_ms, interval, rows, self.certainty, note))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON."""
        return {
            **{key: value for key, value in vars(self).items() if key not in ("ways", "claims")},
            "ways": [{**vars(way), "key": way.key} for way in self.ways],
            "claims": [vars(claim) for claim in self.claims],
            "figures": [figure.as_dict() for figure in self.figures()],
        }


def floor_ms(net: Network, a: str, b: str) -> float:
    """The least round trip that physics allows in glass: 2 n d / c over the great circle."""
    return round_trip_ms(net.great_circle_km(a, b))


def edges(net: Network, route_factor: float, uniform: bool = False) -> list[paths.Edge]:
    """The network's cables as edges with their lengths in km."""
    return [(cable.id, cable.a, cable.b, cable.km(route_factor, uniform)) for cable in net.cables.values()]


def latency(
    corridor: Corridor,
    a: str,
    b: str,
    *,
    route_factor: float | None = None,
    uniform: bool = False,
) -> Latency:
    """Round trips between two places over every corridor of the tables.

    Parameters: corridor, a, b (names of places with fibre), route_factor (fibre over drawn line where no length is published; default: the
    median that the published round trips imply, 1.3 where fewer than three do), uniform (use the factor for all cables, published or not).
    Raises: PlaceError for an unknown place, FibreError for one without fibre or a factor below 1.
    """
    net = network(corridor)
    a, b = ends_of(corridor, net, a, b)
    central, low, high = calibration(corridor)
    factor = central if route_factor is None else route_factor
    check_factor(factor)
    band = (min(low, factor), max(high, factor))
    factors = tuple(round(ROUTE_FACTORS[0] + 0.05 * step, 2) for step in range(round((ROUTE_FACTORS[1] - ROUTE_FACTORS[0]) / 0.05) + 1))
    families = _families(net, a, b, factor, uniform)
    ways = tuple(_way(net, a, b, countries, factor, band, factors, uniform) for countries in families)
    rows = {f"cables/{name}" for way in ways for name in way.cables}
    return Latency(
        a=a,
        b=b,
        names=(net.names[a], net.names[b]),
        great_circle_km=net.great_circle_km(a, b),
        floor_ms=floor_ms(net, a, b),
        route_factor=factor,
        band=band,
        uniform=uniform,
        ways=ways,
        factors=factors,
        changes=_changes(ways, factors),
        claims=tuple(claim for claim in claims(corridor) if claim.what in (f"{a}-{b}", f"{b}-{a}")),
        certainty=certainty_of(corridor, sorted(rows)) if rows else "assumed",
    )


def _families(net: Network, a: str, b: str, factor: float, uniform: bool) -> list[frozenset[str]]:
    """Sets of countries, one for each corridor, the quickest first.

    A tree of avoidance: the best way is taken, then the best way that avoids each of its countries in turn, and so on, as Reiter (1987)
    finds hitting sets. Of ways that share most of their length only the quickest stays.
    """
    own = {net.country[a], net.country[b]}
    listed = edges(net, factor, uniform)
    at = paths.neighbours(listed)
    lengths = {name: length for name, _, _, length in listed}
    seen: set[frozenset[str]] = set()
    found: dict[tuple[str, ...], paths.Path] = {}
    waiting: list[frozenset[str]] = [frozenset()]
    while waiting:
        avoided = waiting.pop(0)
        if avoided in seen:
            continue
        seen.add(avoided)
        way = paths.shortest(at, a, b, lambda place, gone=avoided: net.country[place] in gone)  # type: ignore[misc]
        if way is None:
            continue
        found[way.edges] = way
        passed = {net.country[place] for place in way.places} - own
        if len(avoided) < DEEPEST_AVOIDANCE:
            waiting += [avoided | {country} for country in sorted(passed)]
    kept: list[paths.Path] = []
    for way in sorted(found.values(), key=lambda way: (way.length, way.edges)):
        shared = [sum(lengths[name] for name in set(way.edges) & set(other.edges)) for other in kept]
        if all(km <= SAME_CORRIDOR * way.length for km in shared):
            kept.append(way)
    return [frozenset(net.country[place] for place in way.places) - own for way in kept[:MOST_CORRIDORS]]


def _way(
    net: Network,
    a: str,
    b: str,
    countries: frozenset[str],
    factor: float,
    band: tuple[float, float],
    factors: Sequence[float],
    uniform: bool,
) -> Way:
    """The best way through a set of countries, at each route factor."""
    open_to = countries | {net.country[a], net.country[b]}
    part = net.within(place for place in net.at if net.country[place] in open_to)

    def best(value: float) -> paths.Path:
        way = paths.shortest(edges(part, value, uniform), a, b)
        assert way is not None, "a family comes from a way through its countries"
        return way

    here = best(factor)
    published = sum(net.cables[name].published_km or 0.0 for name in here.edges)
    passed = dict.fromkeys(net.country[place] for place in here.places)
    return Way(
        name=_name(net, here),
        countries=tuple(one for one in passed if one not in (net.country[a], net.country[b])),
        places=here.places,
        cables=here.edges,
        km=here.length,
        published_km=0.0 if uniform else published,
        rtt_ms=round_trip_ms(here.length),
        rtt_low_ms=round_trip_ms(best(band[0]).length),
        rtt_high_ms=round_trip_ms(best(band[1]).length),
        by_factor=tuple(round_trip_ms(best(value).length) for value in factors),
    )


def _name(net: Network, way: paths.Path) -> str:
    """Countries in the order passed; '~' where the way goes through the sea from one to the next."""
    text = net.country[way.places[0]]
    for place, name in zip(way.places[1:], way.edges, strict=True):
        country = net.country[place]
        if not text.endswith(country):
            text += (" ~ " if net.cables[name].kind == "submarine" else " - ") + country
    return text


def _changes(ways: Sequence[Way], factors: Sequence[float]) -> tuple[tuple[float, str, str], ...]:
    """Where the best corridor changes: the factor from which on, the best below it and the best above it."""
    found = []
    leaders = [min(ways, key=lambda way: way.by_factor[at]) for at in range(len(factors))] if ways else []
    for at in range(1, len(leaders)):
        before, after = leaders[at - 1], leaders[at]
        if before is not after:
            gap0 = before.by_factor[at - 1] - after.by_factor[at - 1]
            gap1 = before.by_factor[at] - after.by_factor[at]
            share = gap0 / (gap0 - gap1) if gap0 != gap1 else 0.5
            found.append((factors[at - 1] + share * (factors[at] - factors[at - 1]), before.name, after.name))
    return tuple(found)


def published_pairs(corridor: Corridor) -> tuple[tuple[str, str], ...]:
    """Pairs of places that somebody published a round trip or a fibre length for, round trips first."""
    net = standing_network(corridor)
    wanted = sorted(claims(corridor), key=lambda claim: claim.observation not in _round_trips(corridor))
    return tuple(dict.fromkeys(ends for claim in wanted if (ends := _ends_in(claim.what, net)) is not None))


def best_figures(corridor: Corridor, a: str, b: str) -> tuple[Figure, ...]:
    """Round trip and fibre length of the quickest way alone: what a published figure is held against.

    Raises: PlaceError or FibreError as `latency` does.
    """
    net = network(corridor)
    a, b = ends_of(corridor, net, a, b)
    factors = calibration(corridor)
    ways = [paths.shortest(edges(net, factor), a, b) for factor in factors]
    if any(way is None for way in ways):
        return ()
    km, low, high = (way.length for way in ways if way is not None)
    rows = tuple(f"cables/{name}" for name in ways[0].edges) if ways[0] else ()
    interval = f"route factor {factors[1]:.2f} to {factors[2]:.2f} where no length is published"
    note = "the route factor is the median that the published round trips themselves imply"
    title = f"{net.names[a]} to {net.names[b]}"
    certainty = certainty_of(corridor, rows)
    times = (round_trip_ms(km), round_trip_ms(low), round_trip_ms(high))
    return (
        Figure(f"latency_ms:{a}-{b}", f"Round trip {title}", times[0], "ms", times[1], times[2], interval, rows, certainty, note),
        Figure(f"fibre_km:{a}-{b}", f"Fibre {title}", km, "km", low, high, interval, rows, certainty, note),
    )


@lru_cache(maxsize=32)
def claims(corridor: Corridor) -> tuple[Claim, ...]:
    """Every published round trip and fibre length between two places of the tables, held against the floor and the model.

    A row of `observations` counts when its column `model` names `latency_ms:a-b` or `fibre_km:a-b`. The model is that of the corridor as it
    stands, so that a scenario does not change what published figures are held against, nor the route factor that they imply.
    """
    net = standing_network(corridor)
    found = []
    for row in corridor["observations"].iter_rows(named=True):
        measure, _, subject = (row["model"] or "").partition(":")
        value = row["value"] if row["value"] is not None else row["low"]
        if measure not in ("latency_ms", "fibre_km") or value is None:
            continue
        ends = _ends_in(subject.partition(":")[0], net)
        if ends is not None:
            published = value if measure == "latency_ms" else round_trip_ms(value)
            found.append(_claim(net, row, *ends, published))
    return tuple(found)


def _ends_in(subject: str, net: Network) -> tuple[str, str] | None:
    parts = subject.split("-")
    for cut in range(1, len(parts)):
        a, b = "-".join(parts[:cut]), "-".join(parts[cut:])
        if a in net.spot and b in net.spot:
            return a, b
    return None


def _claim(net: Network, row: dict[str, Any], a: str, b: str, published: float) -> Claim:
    floor = floor_ms(net, a, b)
    way = paths.shortest(edges(net, ROUTE_FACTOR), a, b)
    model = round_trip_ms(way.length) if way else None
    below = published < floor - ROUNDING_MS
    implied = None
    if way is not None and not below:
        implied = _implied_factor(net, a, b, published)
    return Claim(row["id"], f"{a}-{b}", row["period"] or "", published, floor, model, below, implied)


def _implied_factor(net: Network, a: str, b: str, published: float) -> float | None:
    """The route factor at which the best way takes the published round trip (bisection), or None outside 1 to 10."""

    def rtt(factor: float) -> float:
        way = paths.shortest(edges(net, factor), a, b)
        return round_trip_ms(way.length) if way else float("inf")

    low, high = 1.0, 10.0
    if not rtt(low) <= published <= rtt(high):
        return None
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if rtt(middle) < published else (low, middle)
    return (low + high) / 2


def calibration(corridor: Corridor) -> tuple[float, float, float]:
    """Route factor that published round trips imply: median, least and greatest.

    Where fewer than three can be used: 1.3 (achievable, Bozkurt et al. 2018), from 1.0 to 2.1.
    """
    values = sorted(
        claim.implied_factor
        for claim in claims(corridor)
        if claim.implied_factor is not None and not claim.below_floor and claim.observation in _round_trips(corridor)
    )
    if len(values) < LEAST_CALIBRATIONS:
        return ROUTE_FACTOR, *ROUTE_FACTORS
    return statistics.median(values), values[0], values[-1]


@lru_cache(maxsize=32)
def _round_trips(corridor: Corridor) -> frozenset[str]:
    rows = corridor["observations"]
    return frozenset(rows.filter(rows["category"] == "latency")["id"].to_list())


def check_claim(rtt_ms: float, km: float) -> bool:
    """Whether a claimed round trip is possible over a length of fibre or a great circle. Raises: FibreError for a length not above 0."""
    if not km > 0:
        raise FibreError(f"length of {km:g} km; expected more than 0")
    return rtt_ms >= round_trip_ms(km) - ROUNDING_MS
