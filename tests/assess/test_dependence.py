"""Dependence: never negative, zero where no route touches, never less when more is closed; and the shortcuts change nothing."""

from __future__ import annotations

import dataclasses
import math
from datetime import timedelta
from itertools import groupby, pairwise, permutations

import networkx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess.random_corridors import COUNTRIES, random_corridor

from daliz.assess import digital
from daliz.assess.capacity import capacities, limiting_rows, most_flow, sensible_arcs
from daliz.assess.dependence import (
    check_country,
    countries_with_cargo,
    dependence,
    loss,
    matrix_ends,
    relations,
    single_lines,
    touched_territories,
)
from daliz.assess.digital import fibre_loss, glass, hubs
from daliz.assess.ways import best_ways, markets_of, starts_of, week_of
from daliz.corridor import Corridor, DalizError
from daliz.fibre import disjoint_paths
from daliz.freight.plan import PlanError, plan

MONOTONE = ("cut_off", "access_lost", "access_lost_usd", "access_lost_kg", "ceiling_lost", "ceiling_lost_teu_year")
FIBRE = ("hubs_cut_off", "paths_lost", "reach_lost")
seeds = st.integers(0, 10_000)


def outside(corridor: Corridor, country: str, territory: set[str]) -> dict[str, float]:
    """The country's markets that lie in none of some countries."""
    where = dict(corridor["places"].select("id", "country").iter_rows())
    return {place: share for place, share in markets_of(corridor, country).items() if where[place] not in territory}


@settings(max_examples=12, deadline=None)
@given(seeds, st.permutations(COUNTRIES))
def test_a_second_closure_never_lowers_what_the_first_one_did(seed: int, order: list[str]) -> None:
    corridor = random_corridor(seed)
    country, first, second = order[:3]
    markets = outside(corridor, country, {first, second})
    one, two = (loss(corridor, country, shut, markets) for shut in ([first], [first, second]))
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        for name in MONOTONE:
            assert getattr(two, name) >= getattr(one, name) - 1e-12, name
    if country in hubs(corridor):
        others = [place for code, place in hubs(corridor).items() if code not in (country, first, second)]
        glass_one, glass_two = (fibre_loss(corridor, country, shut, others) for shut in ([first], [first, second]))
        if others and glass_one is not None and glass_two is not None:
            for name in FIBRE:
                assert getattr(glass_two, name) >= getattr(glass_one, name) - 1e-12, name


@settings(max_examples=12, deadline=None)
@given(seeds, st.sampled_from(COUNTRIES))
def test_no_loss_is_negative_and_none_is_where_no_route_touches(seed: int, country: str) -> None:
    corridor = random_corridor(seed)
    ways = relations(corridor, country)
    best = [best for start, end in ways if (best := best_ways(corridor, start, end, week_of(corridor))) is not None]
    touched = frozenset().union(*(each.touches for each in best))
    for territory in COUNTRIES:
        found = loss(corridor, country, [territory]) if territory != country else None
        if found is None:
            continue
        losses = {name: value for name, value in dataclasses.asdict(found).items() if not math.isnan(value)}
        assert all(value >= -1e-12 for value in losses.values()), losses
        if territory not in touched:
            kinds = ("rise_days", "rise_usd_feu", "rise_kg_feu", "cut_off", "access_lost", "access_lost_usd", "access_lost_kg")
            assert all(losses.get(name, 0.0) == 0.0 for name in kinds)


def test_no_second_closure_lowers_a_loss_in_the_embedded_corridor(embedded: Corridor) -> None:
    country = "AZE"
    for first, second in permutations([code for code in touched_territories(embedded) if code != country], 2):
        markets = outside(embedded, country, {first, second})
        one, two = (loss(embedded, country, shut, markets) for shut in ([first], [first, second]))
        assert one is not None
        assert two is not None
        for name in MONOTONE:
            assert getattr(two, name) >= getattr(one, name) - 1e-12 >= -1e-12, (first, second, name)


def test_a_country_that_no_service_passes_costs_nothing(embedded: Corridor) -> None:
    untouched = {"ARM", "JPN", "SWE"} - set(touched_territories(embedded))
    assert untouched
    for territory in untouched:
        for country in countries_with_cargo(embedded):
            found = loss(embedded, country, [territory])
            assert found is not None
            assert set(dataclasses.asdict(found).values()) == {0.0}


@settings(max_examples=12, deadline=None)
@given(seeds, st.permutations(COUNTRIES))
def test_looking_only_where_a_way_passes_gives_what_looking_everywhere_gives(seed: int, order: list[str]) -> None:
    corridor = random_corridor(seed)
    country, territory = order[:2]
    shut, monday = frozenset([territory]), week_of(corridor)
    where = dict(corridor["places"].select("id", "country").iter_rows())
    ways = [way for way in relations(corridor, country) if where[way[1]] != territory]
    before = {way: best_ways(corridor, *way, monday) for way in ways}
    asked = [way for way in ways if before[way] is not None]
    found = loss(corridor, country, [territory])
    assert (found is None) == (not asked)
    if found is None:
        return
    weight = {way: relations(corridor, country)[way] for way in asked}
    total = sum(weight.values())
    after = {way: best_ways(corridor, *way, monday, shut) for way in asked}
    lost = sum(weight[w] / total * (1 - before[w].value[0] / after[w].value[0] if after[w] else 1.0) for w in asked)  # type: ignore[union-attr]
    assert found.access_lost == pytest.approx(lost, abs=1e-12)
    flows = {way: (most_flow(corridor, *way).teu_year, most_flow(corridor, *way, shut).teu_year) for way in asked}
    share = sum(weight[w] / total * (1 - flows[w][1] / flows[w][0] if flows[w][0] else 0.0) for w in asked)
    assert found.ceiling_lost == pytest.approx(share, abs=1e-12)


def cut(corridor: Corridor, territory: str) -> Corridor:
    """The corridor with every train cut into those that run on each side of a territory, at the same price a kilometre."""
    where = dict(corridor["places"].select("id", "country").iter_rows())
    length = dict(corridor["links"].select("id", "length_km").iter_rows())
    trains = {row["id"]: row for row in corridor["services"].iter_rows(named=True)}
    services, stops = [], []
    for name, train in trains.items():
        rows = corridor["stops"].filter(pl.col("service") == name).sort("seq").to_dicts()
        total = sum(length[row["link"]] for row in rows[1:])
        parts = [list(part) for inside, part in groupby(rows, lambda row: where[row["place"]] == territory) if not inside]
        for number, part in enumerate(part for part in parts if len(part) > 1):
            share = sum(length[row["link"]] for row in part[1:]) / total
            services.append({**train, "id": f"{name}_{number}", "tariff_usd_feu": train["tariff_usd_feu"] * share})
            stops += [{**row, "service": f"{name}_{number}", "link": row["link"] if at else None} for at, row in enumerate(part)]
    frames = {name: pl.DataFrame(rows, schema=corridor[name].schema) for name, rows in (("services", services), ("stops", stops))}
    empty = corridor.replace("stops", corridor["stops"].clear())
    return empty.replace("services", frames["services"]).replace("stops", frames["stops"])


@settings(max_examples=12, deadline=None)
@given(seeds, st.permutations(COUNTRIES))
def test_closing_a_territory_leaves_what_trains_cut_at_its_border_would_give(seed: int, order: list[str]) -> None:
    corridor = random_corridor(seed)
    country, territory = order[:2]
    pieces, monday = cut(corridor, territory), week_of(corridor)
    where = dict(corridor["places"].select("id", "country").iter_rows())
    for start, end in relations(corridor, country):
        if where[end] != territory:
            closed, expected = best_ways(corridor, start, end, monday, frozenset([territory])), best_ways(pieces, start, end, monday)
            assert (closed is None) == (expected is None)
            if closed is not None and expected is not None:
                # Minutes and cents are whole at every stop, so that a train cut in two may differ by a few of them.
                assert closed.value[0] == pytest.approx(expected.value[0], abs=0.01)
                assert closed.value[1:] == pytest.approx(expected.value[1:], abs=0.1)


def test_a_train_whose_end_is_closed_runs_to_the_last_stop_where_it_leaves_cargo(tiny: Corridor) -> None:
    monday, shut = week_of(tiny), frozenset(["MID"])
    border = (pl.col("service") == "train_east") & (pl.col("place") == "east_border")
    calling = tiny.replace("stops", tiny["stops"].with_columns(call=pl.when(border).then(pl.lit("both")).otherwise("call")))
    whole = best_ways(calling, "east_port", "east_border", monday)
    assert whole is not None
    assert whole.touches == {"EST"}
    assert best_ways(calling, "east_port", "east_border", monday, shut) == whole
    assert best_ways(calling, "east_port", "mid_harbour", monday, shut) is None
    # Where it only stands for customs it leaves nothing, and a closure does not change that.
    assert best_ways(tiny, "east_port", "east_border", monday, shut) is None


def test_the_best_way_is_the_one_that_the_planner_finds(embedded: Corridor) -> None:
    monday = week_of(embedded)
    for country in countries_with_cargo(embedded)[:4]:
        start = next(iter(starts_of(embedded, country)))
        for end in list(markets_of(embedded, country))[:4]:
            best = best_ways(embedded, start, end, monday)
            fronts = []
            for day in range(7):
                try:
                    ready = f"{monday + timedelta(days=day)}T00:00+00:00"
                    fronts.append(plan(embedded, start, end, depart=ready, draws=2, all_itineraries=True).front)
                except PlanError:
                    assert best is None
            if best is not None:
                fastest = [(front["wait_days"] + front["days"]).min() for front in fronts]
                cheapest = [front["cost_usd_feu"].min() for front in fronts]
                # The planner drops a way whose drawn delays are beaten in everything: the best by plan may be a little better.
                assert best.value[0] <= np.mean(fastest) + 1e-9
                assert best.value[0] == pytest.approx(np.mean(fastest), rel=0.05)
                assert best.value[1] == pytest.approx(np.mean(cheapest), rel=0.05)


@settings(max_examples=12, deadline=None)
@given(seeds)
def test_the_maximum_flow_agrees_with_networkx(seed: int) -> None:
    corridor = random_corridor(seed)
    network = capacities(corridor)
    for a, b in (("p0", "p5"), ("p1", "p7"), ("p2", "p3")):
        if (a, "yard in") not in network.node or (b, "yard out") not in network.node:
            continue
        graph = networkx.DiGraph()
        allowed = sensible_arcs(corridor, a, b)
        graph.add_nodes_from(network.node)
        for arc, room in zip(network.arcs, network.teu_year.tolist(), strict=True):
            if arc in allowed:
                graph.add_edge(*arc, capacity=room)
        expected = networkx.maximum_flow_value(graph, (a, "yard in"), (b, "yard out"))
        assert most_flow(corridor, a, b).teu_year == expected


def test_capacity_names_what_limits_it(tiny: Corridor) -> None:
    found = most_flow(tiny, "east_port", "west_town")
    # Three trains of 100 TEU a week carry less than two ships of 200 TEU, 15 h at sea and 12 h at berth each way.
    assert found.teu_year == round(3 * 100 * 365 / 7)
    assert limiting_rows(tiny, "east_port", "west_town") == ("services/train_west",)
    assert most_flow(tiny, "east_port", "west_harbour").teu_year == round(2 * 8760 / (2 * (15 + 12)) * 200)
    assert limiting_rows(tiny, "east_port", "west_harbour") == ("services/ship",)
    assert most_flow(tiny.close(country="MID"), "east_port", "west_town").teu_year == 0


def test_disjoint_ways_agree_with_the_fibre_room(embedded: Corridor) -> None:
    lines, kept = glass(embedded), np.ones(len(glass(embedded).km), bool)
    places = list(hubs(embedded).values())[:7]
    for a, b in pairwise(places):
        found, _ = digital.disjoint_ways(lines, kept, lines.index(a), lines.index(b))
        assert found == disjoint_paths(embedded, a, b)


def test_the_matrix_holds_every_pair_both_ways(embedded: Corridor) -> None:
    frame = dependence(embedded)
    pairs = set(frame.select("country", "territory").iter_rows())
    assert {("KAZ", "AZE"), ("AZE", "KAZ"), ("CHN", "RUS")} <= pairs
    assert all(country != territory for country, territory in pairs)
    shares = frame.select("access_lost", "ceiling_lost", "cut_off", "in_territory").drop_nulls()
    values = shares.to_numpy()
    assert ((values >= 0) & (values <= 1 + 1e-12)).all()


def test_no_column_of_the_matrix_is_all_zero(embedded: Corridor) -> None:
    frame = dependence(embedded)
    rows, columns, dearer = matrix_ends(frame)
    assert set(rows) == set(countries_with_cargo(embedded))
    most = dict(frame.group_by("territory").agg(pl.col("access_lost").max()).iter_rows())
    assert all(round(100 * most[territory]) >= 1 for territory in columns)
    assert dearer
    assert all(round(100 * most[territory]) == 0 for territory in dearer)


def test_a_territory_between_two_neighbours_without_cargo_of_its_own_is_one_line(tiny: Corridor) -> None:
    assert single_lines(tiny) == ["MID"]
    from_the_middle = tiny["demands"].with_columns(origin=pl.lit("mid_harbour"), route=pl.lit(None, tiny["demands"].schema["route"]))
    assert single_lines(tiny.replace("demands", from_the_middle)) == []


def test_bad_questions_are_answered(tiny: Corridor) -> None:
    with pytest.raises(DalizError, match="no country 'MDI' in the corridor; nearest: MID"):
        check_country(tiny, "MDI")
    with pytest.raises(DalizError, match="on its own territory"):
        loss(tiny, "MID", ["MID"])


def test_a_country_that_all_ways_pass_cuts_off_every_market(tiny: Corridor) -> None:
    found = loss(tiny, "EST", ["MID"])
    assert found is not None
    assert (found.cut_off, found.access_lost, found.ceiling_lost) == (1.0, 1.0, 1.0)
    assert math.isnan(found.rise_days)
    # The tiny corridor has no service eastbound, so that its western country has no way out that could be lost.
    assert loss(tiny, "WST", ["MID"]) is None
