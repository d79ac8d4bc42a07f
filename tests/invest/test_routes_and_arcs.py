"""The route-based model against the arc-flow model and against trying every set of projects."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sparse

from daliz.freight.invest.arcs import arc_model
from daliz.freight.invest.design import Design, Goal, InvestError, Options
from daliz.freight.invest.routes import solve_routes
from daliz.freight.invest.solve import solve
from daliz.freight.invest.synthetic import corridor_like


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("relaxed", [True, False])
def test_routes_agree_with_arcs(seed: int, relaxed: bool) -> None:
    design = corridor_like(seed=seed)
    by_routes = solve_routes(design, relaxed=relaxed, gap=1e-6)
    by_arcs = solve(arc_model(design, relaxed=relaxed), gap=1e-6)
    assert by_routes.solved.objective == pytest.approx(by_arcs.objective, rel=1e-4)
    assert by_routes.solved.bound == pytest.approx(by_arcs.objective, rel=1e-5)
    assert by_routes.solved.bound <= by_arcs.objective * (1 + 1e-7)


@pytest.mark.parametrize("carried", ["all", "what pays"])
@pytest.mark.parametrize("options", ["whole", "mixed", "none"])
@pytest.mark.parametrize("goal", ["cost", "worst_cost", "build_cost", "growth", "worst_growth"])
def test_every_goal_agrees_with_arcs_and_is_proved(goal: Goal, options: str, carried: str) -> None:
    design = corridor_like(nodes=14, links=26, demands=10, projects=6, seed=4)
    if carried == "all":
        design = replace(design, unserved_cost=None, budget=None, amount=design.amount * 0.2)
    if options == "mixed":
        design = replace(design, options=replace(design.options, whole=np.arange(6) % 2 == 0))
    if options == "none":
        design = replace(design, options=_nothing(design))
    by_routes = solve_routes(design, goal, gap=1e-6).solved
    by_arcs = solve(arc_model(design, goal), gap=1e-6)
    assert by_routes.status == by_arcs.status == "optimal"
    assert by_routes.objective == pytest.approx(by_arcs.objective, rel=2e-6, abs=1e-6)
    assert by_routes.bound == pytest.approx(by_arcs.objective, rel=2e-6, abs=1e-6)


def test_routes_to_begin_with_change_the_way_and_not_the_answer() -> None:
    design = corridor_like(seed=2)
    first = solve_routes(design, gap=1e-6)
    again = solve_routes(design, routes=first.routes, gap=1e-6)
    assert again.solved.objective == pytest.approx(first.solved.objective, rel=2e-6)
    assert again.rounds < first.rounds
    assert set(first.routes) <= set(again.routes)


@pytest.mark.parametrize("goal", ["cost", "worst_growth"])
def test_out_of_time_the_best_found_is_kept_and_what_it_may_miss(goal: Goal) -> None:
    design = corridor_like(nodes=40, links=90, demands=60, projects=20, scenarios=4)
    best = solve_routes(design, goal, gap=1e-6).solved.objective
    found = solve_routes(design, goal, time_limit_s=0.0)
    assert found.solved.status == "time_limit"
    slack = 1e-6 * abs(best)
    assert found.solved.bound - slack <= best <= found.solved.objective + slack
    assert (np.abs(found.built - np.round(found.built)) < 1e-6).all()
    assert found.built @ design.options.cost <= design.budget * (1 + 1e-9)


@pytest.mark.parametrize("seed", [3, 17, 23])
def test_cheapest_that_carries_all_demand_agrees_with_arcs(seed: int) -> None:
    """At seven tenths of the way from what is carried with nothing built to what is carried with everything."""
    design = replace(corridor_like(projects=12, seed=seed), unserved_cost=None, budget=None)
    shut = replace(design, options=replace(design.options, most=np.zeros(12)))
    least, most = (float(solve_routes(one, "worst_growth", relaxed=True).growth.min()) for one in (shut, design))
    design = replace(design, amount=design.amount * (0.3 * least + 0.7 * most))
    by_arcs = solve(arc_model(design, "build_cost"), gap=1e-6)
    assert by_arcs.objective > 0
    by_routes = solve_routes(design, "build_cost", gap=1e-6).solved
    assert by_routes.objective == pytest.approx(by_arcs.objective, rel=1e-4)
    assert by_routes.bound == pytest.approx(by_arcs.objective, rel=1e-4)


def test_best_set_of_projects_is_found() -> None:
    """Against every subset within the budget, each as a linear programme of its own."""
    design = corridor_like(nodes=12, links=20, demands=8, projects=5, scenarios=2, seed=3)
    costs = []
    for chosen in product([0.0, 1.0], repeat=5):
        built = np.array(chosen)
        if built @ design.options.cost <= design.budget:
            there = design.capacity + (design.options.adds @ built)[:, None]
            fixed = replace(design, capacity=there, options=_nothing(design), budget=None)
            costs.append(solve(arc_model(fixed)).objective + built @ design.options.cost)
    assert solve_routes(design, gap=1e-7).solved.objective == pytest.approx(min(costs), rel=1e-6)


def _nothing(design: Design) -> Options:
    count = design.use.shape[0]
    return Options((), np.zeros(0), np.zeros(0), np.zeros(0, bool), sparse.csr_matrix((count, 0)))


def _line(**changes: object) -> Design:
    """One arc of capacity 10, which a project of 100 widens by 5, and another after it by 20 for 50."""
    options = Options(
        names=("wider", "widest"),
        cost=np.array([100.0, 50.0]),
        most=np.ones(2),
        whole=np.ones(2, bool),
        adds=sparse.csr_matrix(np.array([[5.0, 20.0]])),
        after=((1, 0),),
    )
    design = Design(
        nodes=2, tail=np.array([0]), head=np.array([1]), cost=np.array([1.0]), use=sparse.csr_matrix([[1.0]]), resources=("line",),
        capacity=np.array([[10.0]]), origin=np.array([0]), destination=np.array([1]), amount=np.array([[12.0]]), probability=np.ones(1),
        options=options,
    )  # fmt: skip
    return replace(design, **changes)  # type: ignore[arg-type]


def test_cheapest_that_carries_demand_is_built_in_order() -> None:
    assert solve_routes(_line(), "build_cost").built == pytest.approx([1, 0])
    assert solve_routes(_line(amount=np.array([[30.0]])), "build_cost").built == pytest.approx([1, 1])


def test_demand_that_nothing_can_carry_is_infeasible() -> None:
    assert solve_routes(_line(amount=np.array([[40.0]])), "build_cost").solved.status == "infeasible"
    assert solve_routes(_line(budget=99.0), "build_cost").solved.status == "infeasible"
    assert solve(arc_model(_line(budget=99.0), "build_cost")).status == "infeasible"


def test_growth_is_the_multiple_of_demand_that_fits() -> None:
    assert solve_routes(_line(budget=0.0), "worst_growth").growth == pytest.approx([10 / 12])
    assert solve_routes(_line(budget=150.0), "worst_growth").growth == pytest.approx([35 / 12])


def test_parts_of_an_expansion_can_be_built() -> None:
    options = replace(_line().options, whole=np.zeros(2, bool), after=(), most=np.array([1.0, 0.0]))
    found = solve_routes(_line(options=options), "build_cost")
    assert found.built == pytest.approx([0.4, 0])
    assert found.solved.objective == pytest.approx(40)


def test_whole_and_part_options_mix() -> None:
    options = replace(_line().options, whole=np.array([True, False]))
    design = _line(options=options, amount=np.array([[20.0]]))
    assert solve_routes(design, "build_cost").built == pytest.approx([1, 0.25])
    assert solve(arc_model(design, "build_cost")).objective == pytest.approx(112.5)


def test_bad_input_is_answered() -> None:
    with pytest.raises(InvestError, match="budget = -1 USD"):
        _line(budget=-1.0)
    with pytest.raises(InvestError, match="no demand"):
        _line(amount=np.array([[0.0]]))
    with pytest.raises(InvestError, match=r"probabilities of the scenarios add up to 0.5"):
        _line(probability=np.array([0.5]))
    with pytest.raises(InvestError, match="no arcs lead there"):
        _line(origin=np.array([1]), destination=np.array([0]))
