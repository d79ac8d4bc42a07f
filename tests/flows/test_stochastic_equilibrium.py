"""Stochastic equilibrium: published networks, a two-route example by hand, and what must hold on any network."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from daliz.corridor import DalizError
from daliz.freight.flows.equilibrium import equilibrium
from daliz.freight.flows.network import AssignmentNetwork, Demand
from daliz.freight.flows.stochastic import ChoiceProblem, network_problem, path_size, stochastic_equilibrium
from daliz.freight.flows.tntp import read_network, read_trips


@pytest.mark.parametrize(
    ("name", "theta"), [("SiouxFalls", 0.1), ("SiouxFalls", 0.5), ("SiouxFalls", 2.0), ("Anaheim", 0.5), ("Anaheim", 2.0)]
)
def test_published_networks_reach_a_residual_of_1e_10(cases: Path, name: str, theta: float) -> None:
    network = read_network(cases / "tntp" / f"{name}_net.tntp")
    demand = read_trips(cases / "tntp" / f"{name}_trips.tntp")
    problem = network_problem(network, demand, theta, routes=6)
    found = stochastic_equilibrium(problem, 1e-10)
    assert found.residual <= 1e-10
    assert np.bincount(problem.group, found.flow) == pytest.approx(demand.trips)
    assert problem.use @ found.flow == pytest.approx(found.resource_flow, rel=1e-8, abs=1e-5)


def _two_routes(theta: float, amount: float) -> ChoiceProblem:
    """Route 0 takes 10 + flow, route 1 takes 12 + flow / 2."""
    base, rise = np.array([10.0, 12.0]), np.array([1.0, 0.5])
    return ChoiceProblem(
        group=np.zeros(2, np.int64),
        amount=np.array([amount]),
        constant=np.zeros(2),
        sensitivity=np.full(2, theta),
        use=sparse.csr_matrix(np.eye(2)),
        delay=lambda x: base + rise * x,
        slope=lambda x: rise,
    )


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 5), st.floats(0.1, 50))
def test_two_routes_agree_with_the_root_of_the_logit_equation(theta: float, amount: float) -> None:
    found = stochastic_equilibrium(_two_routes(theta, amount), 1e-12)

    def excess(x: float) -> float:
        return x - amount / (1 + math.exp(theta * ((10 + x) - (12 + (amount - x) / 2))))

    assert found.flow[0] == pytest.approx(brentq(excess, 0, amount, xtol=1e-13), rel=1e-7, abs=1e-9)


def test_choice_without_congestion_is_the_logit_formula() -> None:
    utility = np.array([0.0, -1.0, -3.0])
    problem = ChoiceProblem(
        np.zeros(3, np.int64), np.array([7.0]), utility, np.zeros(3), sparse.csr_matrix((1, 3)), lambda x: x * 0.0, lambda x: x * 0.0
    )
    weights = np.exp(utility)
    assert stochastic_equilibrium(problem).flow == pytest.approx(7 * weights / weights.sum(), rel=1e-12)


def test_sharp_choice_tends_to_user_equilibrium() -> None:
    """Two links side by side, 1 + x^1 and 2 + x/2: all users equal at 10 trips when x = 4."""
    network = AssignmentNetwork.from_links(
        np.array([0, 0]),
        np.array([1, 1]),
        np.array([1.0, 2.0]),
        np.array([1.0, 1.0]),
        np.array([1.0, 0.25]),
        np.array([1.0, 1.0]),
        np.zeros(2),
        2,
    )
    demand = Demand.from_rows([(0, 1, 10.0)])
    exact = equilibrium(network, demand, gap=1e-13).link_flow
    assert exact == pytest.approx([4.0, 6.0])
    problem = ChoiceProblem(
        np.zeros(2, np.int64), np.array([10.0]), np.zeros(2), np.full(2, 500.0), sparse.csr_matrix(np.eye(2)), network.cost, network.slope
    )
    assert stochastic_equilibrium(problem).resource_flow == pytest.approx(exact, abs=0.01)


def test_routes_that_are_copies_of_one_another_share_one_path_size() -> None:
    sizes = path_size(np.array([0, 0, 0, 1]), [[0, 1], [0, 1], [2], [0]], np.array([3.0, 1.0, 5.0]))
    assert sizes == pytest.approx([0.5, 0.5, 1.0, 1.0])


def test_bad_input_is_answered() -> None:
    with pytest.raises(DalizError, match="no demand"):
        _two_routes(1.0, 0.0)
    with pytest.raises(DalizError, match="theta = -1"):
        network_problem(*_small(), theta=-1)
    with pytest.raises(DalizError, match="group 1 has no route"):
        ChoiceProblem(np.zeros(1, np.int64), np.ones(2), np.zeros(1), np.zeros(1), sparse.csr_matrix((1, 1)), lambda x: x, lambda x: x)


def _small() -> tuple[AssignmentNetwork, Demand]:
    one = np.array([0])
    network = AssignmentNetwork.from_links(one, one + 1, one + 1.0, one + 1.0, one + 0.15, one + 4.0, one + 0.0, 2)
    return network, Demand.from_rows([(0, 1, 1.0)])
