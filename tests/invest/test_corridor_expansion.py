"""What to build for a corridor: its tables as a design problem, targets that are reached and that are not, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from daliz.assess.capacity import capacities, most_flow
from daliz.assess.checked import corrected, simulated
from daliz.assess.expansion import Expansion, expansion
from daliz.cli import app
from daliz.corridor import Corridor, DalizError
from daliz.freight.invest import InvestError, arc_model, invest, solve, solve_routes

TINY = Path(__file__).parents[1] / "tiny"


@pytest.fixture(scope="module")
def through(embedded: Corridor) -> Expansion:
    return expansion(embedded, budget_usd=1.5e9, target_t_year=6e6, through="AZE")


def test_routes_of_the_embedded_corridor_agree_with_arcs(through: Expansion) -> None:
    design = through.design
    for goal in ("build_cost", "worst_growth"):
        by_routes = solve_routes(design, goal, relaxed=True)
        by_arcs = solve(arc_model(design, goal, relaxed=True))
        assert by_routes.solved.objective == pytest.approx(by_arcs.objective, rel=1e-4)


def test_what_is_built_carries_the_target(through: Expansion) -> None:
    answer = invest(through.design, target=True)
    assert answer.reached
    assert 0 < answer.cost <= 1.5e9
    design = through.design
    carried = np.zeros(design.amount.shape)
    load = np.zeros(design.capacity.shape)
    for route, flow in zip(answer.solution.routes, answer.solution.flow, strict=True):
        carried[route.demand] += flow
        load += np.asarray(design.use[:, list(route.arcs)].sum(1)) * flow
        assert design.tail[route.arcs[0]] == design.origin[route.demand]
        assert design.head[route.arcs[-1]] == design.destination[route.demand]
        assert all(design.head[a] == design.tail[b] for a, b in zip(route.arcs, route.arcs[1:], strict=False))
    assert carried == pytest.approx(design.amount, rel=1e-6)
    room = design.capacity + np.asarray(design.options.adds @ answer.solution.built)[:, None]
    assert (load <= room + 1e-3).all()


def test_a_step_adds_what_the_tables_say_it_adds(through: Expansion) -> None:
    """The design's corridor with one more ship has the capacity that the option promises."""
    which = next(i for i, option in enumerate(through.options) if option.name.startswith("ship:"))
    units = np.zeros(len(through.options))
    units[which] = 1
    before, after = (capacities(tables).teu_year for tables in (through.corridor, through.built(units)))
    assert np.maximum(after.astype(float) - before, 0).max() == pytest.approx(through.design.options.adds[:, [which]].max(), abs=2)


def test_more_money_never_carries_less(through: Expansion) -> None:
    found = [invest(through.design.with_budget(budget), target=False, gap=1e-6).growth for budget in (0.0, 2e8, 8e8)]
    assert found == sorted(found)
    assert found[0] > 0


def test_the_nearest_target_that_can_be_is_reached_at_least_cost(through: Expansion) -> None:
    """With no budget either, nothing is built that the growth does not need: asked for as a target, it costs the same."""
    design = through.design.with_budget(None)
    answer = invest(replace(design, amount=design.amount * 1e3), target=True)
    again = invest(replace(design, amount=design.amount * 1e3 * answer.growth * (1 - 1e-6)), target=True)
    assert again.reached
    assert answer.cost == pytest.approx(again.cost, rel=2e-4)


def test_nothing_is_called_full_that_is_not(through: Expansion) -> None:
    design = through.design
    answer = invest(design.with_budget(5e8), target=False)
    load = np.zeros(design.capacity.shape)
    for route, flow in zip(answer.solution.routes, answer.solution.flow, strict=True):
        load += np.asarray(design.use[:, list(route.arcs)].sum(1)) * flow
    room = design.capacity + np.asarray(design.options.adds @ answer.solution.built)[:, None]
    used = {name: float(share) for name, share in zip(design.resources, (load / np.maximum(room, 1)).max(1), strict=True)}
    assert answer.binding
    assert all(used[name] > 0.99 for name, _ in answer.binding)


def test_a_budget_that_is_too_small_is_named_with_the_nearest_target(through: Expansion) -> None:
    answer = invest(through.design.with_budget(1e6), target=True)
    assert not answer.reached
    assert answer.why.startswith("the budget: it takes")
    assert 0 < answer.growth < 1


def test_capacity_that_nothing_widens_is_named(through: Expansion) -> None:
    design = through.design
    answer = invest(replace(design, amount=design.amount * 1e3, budget=None), target=True)
    assert not answer.reached
    assert answer.why.startswith("the capacity of ")
    assert 0 < answer.growth < 1


def test_doing_without_a_country_costs_no_less(embedded: Corridor) -> None:
    one = expansion(embedded, 3e9, 4e6, through="AZE")
    two = expansion(embedded, 3e9, 4e6, through="AZE", closures=["RUS"], demand_factors=[1.0, 1.2])
    assert two.design.scenarios == ("as it is", "demand times 1.2", "RUS closed")
    costs = []
    for problem in (one, two):
        answer = invest(problem.design, target=True)
        costs.append(answer.cost if answer.reached else np.inf)
    assert costs[0] <= costs[1]


def test_a_scenario_without_any_way_is_named(embedded: Corridor) -> None:
    design = expansion(embedded, target_t_year=3e6, through="AZE", closures=["KAZ"]).design
    with pytest.raises(InvestError, match="scenario 'KAZ closed': some of the demand has no way left"):
        invest(design, target=True)


def test_cargo_of_a_closed_country_does_not_count_while_it_is_closed(embedded: Corridor) -> None:
    problem = expansion(embedded, target_t_year=3e6, through="AZE", closures=["TKM"], demand_factors=[0.8, 1.0])
    country = dict(embedded["places"].select("id", "country").iter_rows())
    ends = {row["id"]: {country[row["origin"]], country[row["destination"]]} for row in embedded["demands"].iter_rows(named=True)}
    mine = {name for name in problem.demands if "TKM" in ends[name]}
    assert set(problem.set_aside["TKM"]) == mine
    assert mine
    for name, amount in zip(problem.demands, problem.design.amount, strict=True):
        assert (amount[:2] > 0).all()
        assert (amount[2] == 0) == (name in mine)
    assert invest(problem.design, target=True).growth > 0


def test_the_year_of_greatest_demand_is_simulated(embedded: Corridor) -> None:
    two = expansion(embedded, target_t_year=1e6, through="AZE", demand_factors=[0.5, 1.0])
    checked = simulated(two, invest(two.design, target=True), np.zeros(len(two.options)))
    assert checked.wanted_teu_year == pytest.approx(two.design.amount[:, 1].sum())


def test_a_plan_that_falls_short_in_a_simulated_year_is_widened_within_the_budget(through: Expansion) -> None:
    first, best = corrected(through, invest(through.design, target=True))
    assert first.low <= first.delivered_teu_year <= first.high
    assert best.delivered_teu_year >= first.delivered_teu_year
    assert (best.units >= first.units).all()
    assert first.cost_usd <= best.cost_usd <= 1.5e9
    assert best.gap >= first.gap
    poor = replace(through, design=through.design.with_budget(first.cost_usd))
    first, best = corrected(poor, invest(through.design, target=True))
    assert best.units == pytest.approx(first.units)
    assert best.needs_budget


def test_a_plan_is_widened_by_nothing_that_mends_nothing(through: Expansion) -> None:
    """The last of the units that were added is still worth its money: the year without it delivers less."""
    answer = invest(through.design, target=True)
    first, best = corrected(through, answer)
    added = np.flatnonzero(best.units > first.units)
    assert len(added)
    for option in added[:3]:
        without = simulated(through, answer, best.units - (np.arange(len(best.units)) == option))
        assert without.delivered_teu_year < best.delivered_teu_year


def test_no_service_leads_the_cargo_of_a_corridor_past_its_country(embedded: Corridor) -> None:
    """With the country closed, no demand that neither begins nor ends there finds a way over the capacities that are left."""
    problem = expansion(embedded, target_t_year=3e6, through="AZE")
    open_services = set(problem.corridor.open("services")["id"])
    assert {"xian_aktau", "feeder_aktau_alat", "lorry_alat_poti"} <= open_services
    assert not {"lorry_altynkol_duisburg", "north_dostyk", "ocean_poti_back"} & open_services
    shut = problem.corridor.close(country="AZE")
    ends = {row["id"]: (row["origin"], row["destination"]) for row in embedded["demands"].iter_rows(named=True)}
    country = dict(embedded["places"].select("id", "country").iter_rows())
    for name in problem.demands:
        if "AZE" not in {country[end] for end in ends[name]}:
            assert most_flow(shut, *ends[name]).teu_year == 0


@pytest.mark.parametrize("country", ["GEO", "TUR"])
def test_nothing_that_is_built_opens_a_closed_country(embedded: Corridor, country: str) -> None:
    """What the design lets pass in the closed country's scenario, with any one thing built, is what the tables let pass so."""
    problem = expansion(embedded, target_t_year=3e6, through="AZE", closures=[country])
    design, arcs = problem.design, problem.arcs
    adds = design.options.adds.toarray()
    touching = np.flatnonzero(adds.any(0))[::7]
    for option in touching:
        units = (np.arange(len(problem.options)) == option).astype(float)
        shut = capacities(problem.built(units).close(country=country))
        really = dict(zip(shut.arcs, shut.teu_year.tolist(), strict=True))
        room = design.capacity[:, 1] + adds[:, option]
        for number, arc in enumerate(arcs):
            users = design.use[:, [number]].nonzero()[0]
            if really.get(arc, 0) == 0:
                assert room[users].min() == 0, (problem.options[option].name, arc)


def test_command_says_first_that_there_is_nothing_to_build_and_how_to_ask_of_one_corridor() -> None:
    result = CliRunner().invoke(app, ["invest", "--target", "10e6t", "--no-simulate"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("By yearly capacities there is nothing to build")
    assert "--through AZE" in result.output
    assert max(map(len, map(str.rstrip, result.output.splitlines()))) <= 80


def test_tiny_corridor_is_widened_by_its_project(tiny: Corridor) -> None:
    problem = expansion(tiny, budget_usd=1e9, target_t_year=None)
    assert "second_track" in {option.name for option in problem.options}
    assert "third_feeder" in problem.without_cost
    assert invest(problem.design, target=False).growth > 0


def test_bad_input_is_answered(tiny: Corridor) -> None:
    with pytest.raises(InvestError, match="target = -5 t a year"):
        expansion(tiny, target_t_year=-5)
    with pytest.raises(InvestError, match="budget = -1 USD"):
        expansion(tiny, budget_usd=-1)
    with pytest.raises(InvestError, match="no demand's route touches XYZ"):
        expansion(tiny, through="XYZ")
    with pytest.raises(InvestError, match="expected numbers above 0"):
        expansion(tiny, demand_factors=[0.0])
    with pytest.raises(DalizError, match="XYZ"):
        expansion(tiny, closures=["XYZ"])
    with pytest.raises(InvestError, match="ALF is closed, and all cargo is to go through it"):
        expansion(tiny, through="ALF", closures=["BET", "ALF"])
    with pytest.raises(InvestError, match="XXX stands for the high seas"):
        expansion(tiny, closures=["XXX"])
    nothing = tiny.replace("demands", tiny["demands"].with_columns(teu_year=0.0))
    with pytest.raises(InvestError, match="no demand"):
        expansion(nothing)
    with pytest.raises(InvestError, match="give a budget, a target or both"):
        invest(expansion(tiny).design, target=False)


def test_command_answers_in_json() -> None:
    result = CliRunner().invoke(app, ["invest", "--budget", "1e9", "--corridor", str(TINY), "--no-simulate", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["cost_usd"] <= 1e9
    assert found["status"] == "optimal"
    assert {"build", "full", "gap", "simulated", "target_t_year"} <= set(found)


@pytest.mark.parametrize("limit", ["0.01", "0.05", "0.2"])
def test_command_out_of_time_answers_the_question_asked_and_tells_no_gap_that_is_too_small(limit: str) -> None:
    question = ["invest", "--target", "10e6t", "--through", "AZE", "--no-simulate", "--json"]
    least = json.loads(CliRunner().invoke(app, question).stdout)
    found = json.loads(CliRunner().invoke(app, [*question, "--time-limit", limit]).stdout)
    assert least["status"] == "optimal"
    assert found["reached"]
    assert found["carried_t_year"] >= 10e6 * (1 - 1e-6)
    assert found["cost_usd"] >= least["cost_usd"] * (1 - 1e-4)
    assert found["gap"] is None or found["cost_usd"] * (1 - found["gap"]) <= least["cost_usd"] * (1 + 1e-4)


def test_a_target_of_a_few_tonnes_is_a_slip_of_the_unit() -> None:
    with pytest.raises(InvestError, match="10 tonnes a year; expected 1,000 or more"):
        CliRunner().invoke(app, ["invest", "--target", "10"], catch_exceptions=False)


def test_the_nearest_target_is_told_apart_from_the_one_that_cannot_be() -> None:
    told = CliRunner().invoke(app, ["invest", "--target", "6Mt", "--through", "TUR", "--no-simulate"]).output
    assert "6.00 million t a year cannot be carried" in told
    assert "The nearest that can be is 5.99" in told


def test_what_is_closed_is_not_called_a_capacity(embedded: Corridor) -> None:
    answer = invest(expansion(embedded, None, 500e6, closures=["RUS", "IRN", "CHN"]).design, target=True)
    assert answer.why.startswith("the capacity of ")
    assert not any(name.startswith("the way ") for name, _ in answer.binding)
    assert "the way " not in answer.why


@pytest.mark.parametrize("option", [["--target", "many"], ["--target", "-5t"], ["--budget", "-1"], ["--demand", "x"], []])
def test_command_refuses_what_makes_no_sense(option: list[str]) -> None:
    result = CliRunner().invoke(app, ["invest", "--corridor", str(TINY), "--no-simulate", *option])
    assert isinstance(result.exception, DalizError)
