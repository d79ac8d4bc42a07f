"""What is left when cables are cut: disjoint ways, availability, single points of failure, and replays of cuts that happened."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.corridor.names import did_you_mean
from daliz.fibre import paths
from daliz.fibre.availability import Availability, exactly, two_terminal
from daliz.fibre.errors import FibreError
from daliz.fibre.groups import BUFFER_KM, RiskGroup, near_ends, risk_groups
from daliz.fibre.latency import calibration, edges
from daliz.fibre.network import Network, check_factor, ends_of, network, round_trip_ms

Pair = tuple[str, str]


@dataclass(frozen=True)
class Disjoint:
    """Two ways that share nothing of a kind, the shorter first, with their round trips."""

    apart_in: str
    first: paths.Path
    second: paths.Path
    rtt_ms: tuple[float, float]


@dataclass(frozen=True)
class PairSurvival:
    """One relation.

    Attributes: a, b, disjoint_paths (that share no place and no cable), places_apart, groups_apart, countries_apart (cheapest pairs; None:
    there is none), availability (of any way), one_way (of the shortest alone), two_ways (of the shortest two that share no place: what a
    customer with a protected circuit buys; the one way where there is no second), single_points (groups whose loss alone parts the two).
    """

    a: str
    b: str
    names: tuple[str, str]
    disjoint_paths: int
    places_apart: Disjoint | None
    groups_apart: Disjoint | None
    countries_apart: Disjoint | None
    availability: Availability
    one_way: Availability
    two_ways: Availability
    single_points: tuple[str, ...]

    def figures(self) -> tuple[Figure, ...]:
        """Number of disjoint ways and availability."""
        subject, title = f"{self.a}-{self.b}", " to ".join(self.names)
        exact = self.availability.exact
        low = None if exact else self.availability.low
        high = None if exact else self.availability.high
        note = "independent faults; fault rates and repair times by kind of cable unless the table gives them"
        rows = tuple(f"cables/{name}" for way in (self.places_apart,) if way for name in (*way.first.edges, *way.second.edges))
        return (
            Figure(f"disjoint_paths:{subject}", f"Disjoint ways {title}", float(self.disjoint_paths), "", rows=rows, certainty="known"),
            Figure(
                f"availability:{subject}",
                f"Availability {title}",
                self.availability.value,
                "",
                low,
                high,
                "" if exact else "95 % interval of the simulation",
                rows,
                note=note,
            ),
            Figure(
                f"availability_one_way:{subject}", f"Availability of the shortest way {title}", self.one_way.value, "", rows=rows, note=note
            ),
            Figure(
                f"availability_two_ways:{subject}",
                f"Availability of two disjoint ways {title}",
                self.two_ways.value,
                "",
                rows=rows,
                note=note,
            ),
        )


@dataclass(frozen=True)
class Survival:
    """Survival of some relations."""

    pairs: tuple[PairSurvival, ...]
    groups: tuple[RiskGroup, ...]
    repair_days: Mapping[str, float]

    def figures(self) -> tuple[Figure, ...]:
        """Figures of all pairs."""
        return tuple(figure for pair in self.pairs for figure in pair.figures())

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON."""
        return {
            "pairs": [
                {
                    **{
                        key: value
                        for key, value in vars(pair).items()
                        if not key.endswith("_apart") and not isinstance(value, Availability)
                    },
                    **{key: _plain_share(getattr(pair, key)) for key in ("availability", "one_way", "two_ways")},
                    **{key: _plain(getattr(pair, key)) for key in ("places_apart", "groups_apart", "countries_apart")},
                }
                for pair in self.pairs
            ],
            "groups": [vars(group) for group in self.groups],
            "repair_days": dict(self.repair_days),
            "figures": [figure.as_dict() for figure in self.figures()],
        }


def _plain_share(share: Availability) -> dict[str, Any]:
    return {**vars(share), "down_h_year": share.down_h_year}


def _plain(pair: Disjoint | None) -> dict[str, Any] | None:
    if pair is None:
        return None
    return {"apart_in": pair.apart_in, "first": vars(pair.first), "second": vars(pair.second), "rtt_ms": pair.rtt_ms}


@dataclass(frozen=True)
class Effect:
    """What a cut does to one relation: round trip before and after, in ms (None: no way)."""

    a: str
    b: str
    names: tuple[str, str]
    before_ms: float | None
    after_ms: float | None

    @property
    def lost(self) -> bool:
        """Whether the relation had a way before and has none after."""
        return self.before_ms is not None and self.after_ms is None

    @property
    def extra_ms(self) -> float | None:
        """Milliseconds that the round trip gets longer."""
        return None if self.before_ms is None or self.after_ms is None else self.after_ms - self.before_ms


@dataclass(frozen=True)
class Cut:
    """A cut of some cables and its effect on each relation.

    `systems`: for each cable system that was hit, the pairs of its own landings that its own cables (and the land crossings between
    them) no
    longer join. `as_of`: the year whose network was cut (cables that came into service later are left out); None: that of today.
    """

    what: str
    cables: tuple[str, ...]
    effects: tuple[Effect, ...]
    systems: Mapping[str, tuple[Pair, ...]]
    as_of: int | None = None

    @property
    def lost(self) -> tuple[Effect, ...]:
        """Relations that lose all ways."""
        return tuple(effect for effect in self.effects if effect.lost)

    def as_dict(self) -> dict[str, Any]:
        """The cut as plain values, for JSON."""
        return {
            "what": self.what,
            "cables": list(self.cables),
            "as_of": self.as_of,
            "effects": [{**vars(one), "lost": one.lost, "extra_ms": one.extra_ms} for one in self.effects],
            "systems": {name: [list(pair) for pair in pairs] for name, pairs in self.systems.items()},
        }


def _factor(corridor: Corridor, route_factor: float | None) -> float:
    factor = calibration(corridor)[0] if route_factor is None else route_factor
    check_factor(factor)
    return factor


def disjoint_paths(corridor: Corridor, a: str, b: str) -> int:
    """How many ways join two places without sharing a cable or a place between.

    Raises: PlaceError or FibreError for an unknown place or one without fibre.
    """
    net = network(corridor)
    a, b = ends_of(corridor, net, a, b)
    return paths.disjoint_count(edges(net, 1.0), a, b)


def disjoint_pair(
    corridor: Corridor, a: str, b: str, apart_in: str = "places", route_factor: float | None = None, buffer_km: float = BUFFER_KM
) -> Disjoint | None:
    """The two ways of least total length that share nothing of a kind, exactly; None when there are none.

    Parameters: apart_in (cables, places, groups: declared ones and spots, or countries: other than the ends' own).
    Raises: FibreError for an unknown kind, a place without fibre, or a route factor below 1.
    """
    net = network(corridor)
    a, b = ends_of(corridor, net, a, b)
    return _pair(corridor, net, a, b, apart_in, _factor(corridor, route_factor), buffer_km)


def _pair(corridor: Corridor, net: Network, a: str, b: str, apart_in: str, factor: float, buffer_km: float) -> Disjoint | None:
    listed = edges(net, factor)
    if apart_in in ("cables", "places"):
        found = paths.disjoint_pair(listed, a, b, places_too=apart_in == "places")
    elif apart_in in ("groups", "countries"):
        wanted = ("declared", "spot") if apart_in == "groups" else ("country",)
        own = {f"country:{net.country[place]}" for place in (a, b)}
        shared = {
            group.name: group.cables
            for group in risk_groups(corridor, buffer_km)
            if group.kind in wanted and group.name not in own and not near_ends(group, net, a, b, buffer_km)
        }
        found = paths.group_disjoint_pair(listed, a, b, shared)
    else:
        kinds = ("cables", "places", "groups", "countries")
        raise FibreError(f"apart in {apart_in!r}: expected {', '.join(kinds)}{did_you_mean(apart_in, kinds)}")
    if found is None:
        return None
    first, second = found
    return Disjoint(apart_in, first, second, (round_trip_ms(first.length), round_trip_ms(second.length)))


def availability(
    corridor: Corridor, a: str, b: str, *, route_factor: float | None = None, repair_days: Mapping[str, float] | None = None
) -> Availability:
    """Share of time in which at least one way joins two places.

    Parameters: repair_days (mean time to repair by kind of cable or cable id, in place of the tables; 'submarine': 90 is a closed sea
    without a cable ship). Raises: FibreError for a place without fibre, a time not above 0, or a route factor below 1.
    """
    net = network(corridor, dict(repair_days or {}))
    a, b = ends_of(corridor, net, a, b)
    return _available(net, a, b, _factor(corridor, route_factor))


@lru_cache(maxsize=512)
def _available(net: Network, a: str, b: str, factor: float) -> Availability:
    links = [(cable.id, cable.a, cable.b, 1.0 - cable.unavailability(factor)) for cable in net.cables.values()]
    return two_terminal(links, a, b)


def survival(
    corridor: Corridor,
    pairs: Iterable[Pair],
    *,
    route_factor: float | None = None,
    repair_days: Mapping[str, float] | None = None,
    buffer_km: float = BUFFER_KM,
    with_risks: bool = True,
) -> Survival:
    """Disjoint ways, availability and single points of failure of some relations.

    Parameters: repair_days as in `availability`, with_risks (look for ways apart in shared risks and countries, and for single points,
    too).
    Raises: PlaceError or FibreError for an unknown place or one without fibre, and for rates, times or factors out of bounds.
    """
    net = network(corridor, dict(repair_days or {}))
    factor = _factor(corridor, route_factor)
    groups = risk_groups(corridor, buffer_km) if with_risks else ()
    found = [_pair_survival(corridor, net, *ends_of(corridor, net, a, b), factor, groups, buffer_km) for a, b in pairs]
    return Survival(tuple(found), groups, dict(repair_days or {}))


def _pair_survival(
    corridor: Corridor, net: Network, a: str, b: str, factor: float, groups: Sequence[RiskGroup], buffer_km: float
) -> PairSurvival:
    listed = edges(net, factor)
    shortest = paths.shortest(listed, a, b)
    joined = shortest is not None
    apart = _pair(corridor, net, a, b, "places", factor, buffer_km)
    one = _broken(net, shortest, factor) if shortest else 1.0
    two = _broken(net, apart.first, factor) * _broken(net, apart.second, factor) if apart else one
    own = {f"country:{net.country[place]}" for place in (a, b)}
    single = [
        group.name
        for group in groups
        if joined
        and group.name not in own
        and not near_ends(group, net, a, b, buffer_km)
        and paths.shortest([edge for edge in listed if edge[0] not in set(group.cables)], a, b) is None
    ]
    return PairSurvival(
        a=a,
        b=b,
        names=(net.names[a], net.names[b]),
        disjoint_paths=paths.disjoint_count(listed, a, b),
        places_apart=apart,
        groups_apart=_pair(corridor, net, a, b, "groups", factor, buffer_km) if groups else None,
        countries_apart=_pair(corridor, net, a, b, "countries", factor, buffer_km) if groups else None,
        availability=_available(net, a, b, factor),
        one_way=exactly(one),
        two_ways=exactly(two),
        single_points=tuple(single),
    )


def _broken(net: Network, way: paths.Path, factor: float) -> float:
    """Share of time in which a way is not whole."""
    return 1.0 - math.prod(1.0 - net.cables[name].unavailability(factor) for name in way.edges)


def cut(
    corridor: Corridor,
    what: str | Iterable[str],
    pairs: Iterable[Pair],
    *,
    route_factor: float | None = None,
    as_of: int | None = None,
) -> Cut:
    """The effect of a cut on some relations.

    Parameters: what (a cable, a risk group as `declared:x`, `spot:x` or `country:XXX`, a row of hazards with cables, or several of these),
    pairs (names of places), as_of (year: cables whose `in_service` is later are left out; a recorded cut is replayed in the year it
    happened).
    Raises: FibreError for a cut of unknown cables, PlaceError for an unknown place.
    """
    names = (what,) if isinstance(what, str) else tuple(what)
    cables = tuple(dict.fromkeys(cable for name in names for cable in _cables_of(corridor, name)))
    year = as_of if as_of is not None else _year_of(corridor, names)
    net = network(corridor)
    if year is not None:
        net = net.without(_later_than(corridor, year))
    factor = _factor(corridor, route_factor)
    left = net.without(cables)
    before, after = edges(net, factor), edges(left, factor)
    effects = []
    for one, other in pairs:
        a, b = ends_of(corridor, net, one, other)
        ways = paths.shortest(before, a, b), paths.shortest(after, a, b)
        times = [round_trip_ms(way.length) if way else None for way in ways]
        effects.append(Effect(a, b, (net.names[a], net.names[b]), times[0], times[1]))
    return Cut(", ".join(names), cables, tuple(effects), _systems_hit(net, left, cables), year)


def _year_of(corridor: Corridor, names: Sequence[str]) -> int | None:
    """The year of the recorded event that is replayed, if one is."""
    rows = corridor["hazards"].filter(corridor["hazards"]["id"].is_in(list(names)))
    starts = [row["start"] for row in rows.iter_rows(named=True) if row["start"] and row["status"] == "record"]
    return int(str(starts[0])[:4]) if starts else None


def _later_than(corridor: Corridor, year: int) -> list[str]:
    """Cables whose year of service is published and later."""
    rows = corridor["cables"].select("id", "in_service").iter_rows()
    return [name for name, since in rows if since and since[:4].isdigit() and int(since[:4]) > year]


def _systems_hit(net: Network, left: Network, cables: Sequence[str]) -> dict[str, tuple[Pair, ...]]:
    found: dict[str, tuple[Pair, ...]] = {}
    for system in sorted({net.cables[name].system for name in cables if name in net.cables} - {""}):
        own = {cable.id for cable in net.cables.values() if cable.system == system}
        places = sorted({place for name in own for place in (net.cables[name].a, net.cables[name].b)})
        land = {one.id for one in net.cables.values() if one.kind == "terrestrial" and one.a in places and one.b in places}
        rest = [edge for edge in edges(left, 1.0) if edge[0] in own | land]
        whole = [edge for edge in edges(net, 1.0) if edge[0] in own | land]
        found[system] = tuple(
            (a, b)
            for at, a in enumerate(places)
            for b in places[at + 1 :]
            if paths.shortest(whole, a, b) is not None and paths.shortest(rest, a, b) is None
        )
    return found


def _cables_of(corridor: Corridor, name: str) -> tuple[str, ...]:
    cables = corridor["cables"]["id"].to_list()
    if name in cables:
        return (name,)
    hazards = corridor["hazards"]
    named = {row["id"]: tuple(row["cables"] or ()) for row in hazards.iter_rows(named=True) if row["cables"]}
    if name in named:
        return named[name]
    groups = {group.name: group.cables for group in risk_groups(corridor)}
    for kind in ("", "declared:", "country:", "spot:"):
        if f"{kind}{name}" in groups:
            return groups[f"{kind}{name}"]
    raise FibreError(
        f"nothing to cut is named {name!r}: expected a cable, a hazard or a risk group{did_you_mean(name, [*cables, *named, *groups])}"
    )
