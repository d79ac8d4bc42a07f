"""Disjoint ways and availability against exact methods, and cuts that happened."""

from __future__ import annotations

import itertools
import math
import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daliz.corridor import Corridor
from daliz.fibre import availability as room
from daliz.fibre.availability import two_terminal, wilson
from daliz.fibre.errors import FibreError
from daliz.fibre.groups import risk_groups
from daliz.fibre.network import network
from daliz.fibre.paths import Edge, disjoint_count, disjoint_pair, group_disjoint_pair, shortest
from daliz.fibre.survival import availability, cut, disjoint_paths, survival
from daliz.fibre.survival import disjoint_pair as corridor_pair


def drawn_network(seed: int, places: int, links: int) -> list[Edge]:
    draws = random.Random(seed)
    names = [f"p{at}" for at in range(places)]
    return [(f"e{at}", *draws.sample(names, 2), round(draws.uniform(1, 20), 3)) for at in range(links)]


def by_enumeration(links: list[room.Link], start: str, goal: str) -> float:
    """Probability that start and goal are joined, over all states of all links."""
    total = 0.0
    for state in itertools.product((True, False), repeat=len(links)):
        weight = math.prod(link[3] if up else 1 - link[3] for link, up in zip(links, state, strict=True))
        works = [(link[0], link[1], link[2], 1.0) for link, up in zip(links, state, strict=True) if up]
        total += weight * (shortest(works, start, goal) is not None)
    return total


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 7), st.integers(1, 12))
def test_availability_equals_enumeration(seed: int, places: int, links: int) -> None:
    draws = random.Random(seed)
    net = [(name, a, b, draws.choice([0.0, 1.0, draws.random(), draws.random()])) for name, a, b, _ in drawn_network(seed, places, links)]
    found = two_terminal(net, "p0", "p1")
    assert found.exact
    assert found.value == pytest.approx(by_enumeration(net, "p0", "p1"), abs=1e-12)
    assert found.parted == pytest.approx(1 - found.value, abs=1e-12)


def test_availability_of_textbook_networks() -> None:
    p = 0.9
    series = [("a", "s", "m", p), ("b", "m", "t", p)]
    parallel = [("a", "s", "t", p), ("b", "s", "t", p)]
    bridge = [("a", "s", "x", p), ("b", "s", "y", p), ("c", "x", "y", p), ("d", "x", "t", p), ("e", "y", "t", p)]
    assert two_terminal(series, "s", "t").value == pytest.approx(p * p)
    assert two_terminal(parallel, "s", "t").value == pytest.approx(1 - (1 - p) ** 2)
    # Bridge of five equal links: 2p^2 + 2p^3 - 5p^4 + 2p^5.
    assert two_terminal(bridge, "s", "t").value == pytest.approx(2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5)
    assert two_terminal(series, "s", "elsewhere").value == 0.0


def test_simulation_takes_over_and_its_interval_holds_the_exact_value() -> None:
    net = [(f"{y}{x}{d}", f"{y},{x}", f"{y + (d == 'd')},{x + (d == 'r')}", 0.8) for y in range(4) for x in range(4) for d in "rd"]
    exact = two_terminal(net, "0,0", "3,3")
    drawn = two_terminal(net, "0,0", "3,3", most_states=3)
    assert exact.exact
    assert not drawn.exact
    assert drawn.low <= exact.value <= drawn.high
    assert drawn == two_terminal(net, "0,0", "3,3", most_states=3)


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe (1998), 81 of 263: 0.2553 to 0.3662.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def sndlib(path: Path) -> list[Edge]:
    """Links of a network in SNDlib's native format, with the great-circle or plane distance between their ends."""
    text = path.read_text(encoding="utf-8")
    section = re.search(r"^NODES \((.*?)^\)", text, flags=re.M | re.S)
    assert section
    nodes = {name: (float(x), float(y)) for name, x, y in re.findall(r"^\s+(\S+) \(\s*(\S+)\s+(\S+)\s*\)", section[1], flags=re.M)}
    links = re.search(r"^LINKS \((.*?)^\)", text, flags=re.M | re.S)
    assert links
    found = []
    for name, a, b in re.findall(r"^\s+(\S+) \(\s*(\S+)\s+(\S+)\s*\)", links[1], flags=re.M):
        (ax, ay), (bx, by) = nodes.get(a, (0.0, 0.0)), nodes.get(b, (0.0, 0.0))
        found.append((name, a, b, round(math.hypot(ax - bx, ay - by) + 0.1, 6)))
    return found


def optimum(edges: list[Edge], start: str, goal: str, places_too: bool) -> float | None:
    """Least total length of two disjoint ways as a flow of two, by HiGHS."""
    from scipy.optimize import Bounds, linprog

    # Places are split so that one way passes each; a flow problem has whole solutions.
    arcs = [(f"{a}o", f"{b}i", length, n) for n, (_, a, b, length) in enumerate(edges)]
    arcs += [(f"{b}o", f"{a}i", length, n) for n, (_, a, b, length) in enumerate(edges)]
    places = sorted({place for _, a, b, _ in edges for place in (a, b)})
    inner = [(f"{place}i", f"{place}o", 0.0, -1) for place in places]
    arcs += inner
    room_of = [2.0 if n < 0 and (not places_too or a[:-1] in (start, goal)) else 1.0 for a, _, _, n in arcs]
    points = {name: at for at, name in enumerate(sorted({end for arc in arcs for end in arc[:2]}))}
    balance = np.zeros((len(points), len(arcs)))
    for at, (a, b, _, _) in enumerate(arcs):
        balance[points[a], at] += 1
        balance[points[b], at] -= 1
    wanted = np.zeros(len(points))
    wanted[points[f"{start}o"]], wanted[points[f"{goal}i"]] = 2.0, -2.0
    bounds = Bounds(0, np.array(room_of))
    found = linprog(
        [arc[2] for arc in arcs], A_eq=balance, b_eq=wanted, bounds=list(zip(bounds.lb * np.ones(len(arcs)), bounds.ub, strict=True))
    )
    return found.fun if found.status == 0 else None


def test_disjoint_pairs_are_optimal_on_all_networks_of_sndlib(cases: Path) -> None:
    files = [path for path in sorted((cases / "sndlib").glob("*.txt")) if ".model" not in path.name]
    compared = 0
    for path in files:
        edges = sndlib(path)
        places = sorted({place for _, a, b, _ in edges for place in (a, b)})
        draws = random.Random(path.name)
        for start, goal in (draws.sample(places, 2) for _ in range(3)):
            for places_too in (True, False):
                pair = disjoint_pair(edges, start, goal, places_too)
                best = optimum(edges, start, goal, places_too)
                assert (pair is None) == (best is None), path.name
                if pair is not None:
                    assert pair[0].length + pair[1].length == pytest.approx(best, rel=1e-7), path.name
                    assert not set(pair[0].edges) & set(pair[1].edges)
                    assert not places_too or not set(pair[0].places[1:-1]) & set(pair[1].places[1:-1])
                compared += 1
    assert compared >= 60


def test_the_exact_group_pair_is_the_disjoint_pair_when_there_are_no_groups(cases: Path) -> None:
    edges = sndlib(cases / "sndlib" / "polska.txt")
    places = sorted({place for _, a, b, _ in edges for place in (a, b)})
    for start, goal in itertools.islice(itertools.combinations(places, 2), 0, 60, 12):
        plain, grouped = disjoint_pair(edges, start, goal), group_disjoint_pair(edges, start, goal, {})
        assert plain and grouped
        assert sum(way.length for way in grouped) == pytest.approx(sum(way.length for way in plain), rel=1e-7)


def ways_of(edges: list[Edge], start: str, goal: str) -> list[tuple[frozenset[str], frozenset[str], float]]:
    at: dict[str, list[tuple[str, str, float]]] = {}
    for name, a, b, length in edges:
        at.setdefault(a, []).append((name, b, length))
        at.setdefault(b, []).append((name, a, length))
    found, stack = [], [(start, (start,), (), 0.0)]
    while stack:
        place, places, names, length = stack.pop()
        if place == goal:
            found.append((frozenset(names), frozenset(places[1:-1]), length))
            continue
        stack += [(b, (*places, b), (*names, name), length + step) for name, b, step in at.get(place, ()) if b not in places]
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 7), st.integers(5, 12))
def test_pairs_and_numbers_of_ways_equal_enumeration(seed: int, places: int, links: int) -> None:
    edges = drawn_network(seed, places, links)
    draws = random.Random(seed + 1)
    names = [edge[0] for edge in edges]
    groups = {f"g{at}": draws.sample(names, 2) for at in range(3)}
    ways = ways_of(edges, "p0", "p1")

    def least(apart: object) -> float | None:
        return min((one[2] + two[2] for one, two in itertools.combinations(ways, 2) if apart(one, two)), default=None)  # type: ignore[operator]

    def places_apart(one: tuple, two: tuple) -> bool:
        return not one[0] & two[0] and not one[1] & two[1]

    def groups_apart(one: tuple, two: tuple) -> bool:
        return places_apart(one, two) and not any(one[0] & set(group) and two[0] & set(group) for group in groups.values())

    for pair, best in (
        (disjoint_pair(edges, "p0", "p1"), least(places_apart)),
        (disjoint_pair(edges, "p0", "p1", places_too=False), least(lambda one, two: not one[0] & two[0])),
        (group_disjoint_pair(edges, "p0", "p1", groups), least(groups_apart)),
    ):
        assert (pair is None) == (best is None)
        if pair is not None and best is not None:
            assert sum(way.length for way in pair) == pytest.approx(best, rel=1e-7)
    most = 0
    for size in range(1, 4):
        if any(all(places_apart(a, b) for a, b in itertools.combinations(some, 2)) for some in itertools.combinations(ways, size)):
            most = size
    if disjoint_count(edges, "p0", "p1") <= 3:
        assert disjoint_count(edges, "p0", "p1") == most


def test_groups_are_found_by_declaration_geography_and_country(embedded: Corridor) -> None:
    groups = {group.name: group for group in risk_groups(embedded)}
    assert {group.kind for group in groups.values()} == {"declared", "spot", "country"}
    country = dict(embedded["places"].select("id", "country").iter_rows())
    net = network(embedded)
    for group in groups.values():
        if group.kind == "country":
            code = group.name.partition(":")[2]
            assert all(code in (country[net.cables[name].a], country[net.cables[name].b]) for name in group.cables)
    # The cables that pass Bab el-Mandeb lie side by side on the drawn lines, whether declared or not.
    strait = set(groups["declared:bab_el_mandeb"].cables)
    assert any(strait <= set(group.cables) for group in groups.values() if group.kind == "spot")


def test_cables_far_apart_share_no_spot(embedded: Corridor) -> None:
    spots = [set(group.cables) for group in risk_groups(embedded, buffer_km=5.0) if group.kind == "spot"]
    assert not any({"ccs_sea", "az_baku_ganja"} <= spot for spot in spots)
    wide = risk_groups(embedded, buffer_km=100.0)
    assert max(len(group.cables) for group in wide if group.kind == "spot") >= max(len(spot) for spot in spots)


def test_the_georgian_cut_of_2011_parts_the_western_transit(embedded: Corridor) -> None:
    pairs = [("Tbilisi", "Frankfurt"), ("Yerevan", "Frankfurt"), ("Baku", "Frankfurt")]
    found = cut(embedded, "cut_georgia_2011", pairs)
    assert found.as_of == 2011
    # "Rostelecom by Baku carried what was left": all live on, by a longer way.
    assert not found.lost
    assert all(effect.extra_ms and effect.extra_ms > 5 for effect in found.effects[:2])
    # The western transit alone, without the ways by Russia and Iran, is lost altogether.
    west = cut(embedded.close(country="RUS").close(country="IRN"), "cut_georgia_2011", pairs)
    assert len(west.lost) == 3


def test_the_same_cut_today_leaves_the_ways_built_since(embedded: Corridor) -> None:
    west = embedded.close(country="RUS").close(country="IRN")
    today = cut(west, "cut_georgia_2011", [("Tbilisi", "Frankfurt")], as_of=2026)
    assert not today.lost


@pytest.mark.parametrize(("event", "systems"), [("cut_redsea_2024", 3), ("cut_redsea_2025", 4)])
def test_the_red_sea_cuts_part_the_landings_of_the_systems_hit(embedded: Corridor, event: str, systems: int) -> None:
    found = cut(embedded, event, [("Mumbai", "Jeddah"), ("Marseille", "Singapore")])
    assert len(found.systems) == systems
    for system, pairs in found.systems.items():
        places = {place for pair in pairs for place in pair}
        # What lies north of the cut is parted from what lies south of it, in every system that was hit.
        assert pairs, system
        assert places & {"suez_cls", "jeddah"}
        assert places & {"djibouti", "mumbai", "fujairah", "muscat"}
    # Others carried the rest: no relation of the network lost all ways.
    assert not found.lost
    assert all(effect.extra_ms is not None and effect.extra_ms >= 0 for effect in found.effects)


def test_cutting_everything_in_one_sea_parts_what_has_no_other_way(embedded: Corridor) -> None:
    found = cut(embedded, "bab_el_mandeb", [("Djibouti", "Jeddah")])
    effect = found.effects[0]
    assert effect.lost or (effect.extra_ms is not None and effect.extra_ms > 50)


def test_the_line_adds_a_way_and_hours(embedded: Corridor) -> None:
    before, after = (survival(one, [("Almaty", "Baku")]).pairs[0] for one in (embedded, embedded.with_projects("focl")))
    assert before.places_apart and after.places_apart
    assert sum(after.places_apart.rtt_ms) < sum(before.places_apart.rtt_ms)
    assert after.disjoint_paths >= before.disjoint_paths
    assert after.availability.parted <= before.availability.parted
    assert after.availability.value >= after.two_ways.value >= after.one_way.value - 1e-12


def test_a_closed_sea_without_a_ship_costs_availability(embedded: Corridor) -> None:
    line = embedded.with_projects("focl")
    shares = [availability(line, "Almaty", "Baku", repair_days={"submarine": days}).parted for days in (10.0, 20.0, 90.0)]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_pairs_apart_share_nothing_of_their_kind(embedded: Corridor) -> None:
    line = embedded.with_projects("focl")
    groups = [set(group.cables) for group in risk_groups(line) if group.kind == "declared"]
    pair = corridor_pair(line, "Frankfurt", "Hong Kong", "groups")
    assert pair is not None
    first, second = set(pair.first.edges), set(pair.second.edges)
    assert not any(first & group and second & group for group in groups)
    countries = corridor_pair(line, "Frankfurt", "Hong Kong", "countries")
    net = network(line)
    if countries is not None:
        own = {net.country["frankfurt"], net.country["hong_kong"]}
        passed = [{net.country[place] for place in way.places} - own for way in (countries.first, countries.second)]
        assert not passed[0] & passed[1]


def test_bad_input_is_answered(embedded: Corridor) -> None:
    for call, says in (
        (lambda: availability(embedded, "Almaty", "Baku", repair_days={"submarine": 0.0}), "expected more than 0"),
        (lambda: availability(embedded, "Almaty", "Baku", repair_days={"submarin": 5.0}), "nearest: submarine"),
        (lambda: survival(embedded, [("Almaty", "Baku")], buffer_km=0.0), "buffer of 0 km"),
        (lambda: cut(embedded, "cut_georgia_2012", []), "nearest: cut_georgia_2011"),
        (lambda: corridor_pair(embedded, "Almaty", "Baku", "place"), "nearest: places"),
        (lambda: disjoint_paths(embedded, "Almaty", "Khorgos dry port"), "has no fibre|no place"),
        (lambda: two_terminal([("a", "s", "t", 1.5)], "s", "t"), "expected 0 to 1"),
    ):
        with pytest.raises(Exception, match=says) as caught:
            call()
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, FibreError) or "no place" in str(caught.value)
