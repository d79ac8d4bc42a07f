"""User equilibrium: the published test problems, a dense solver on small networks, and what must hold on any network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from daliz.corridor import DalizError
from daliz.freight.flows.equilibrium import Equilibrium, equilibrium
from daliz.freight.flows.network import AssignmentNetwork, Demand
from daliz.freight.flows.tntp import read_network, read_trips

COST_WEIGHTS = {"ChicagoSketch": (0.02, 0.04)}
"""Toll and distance in the cost of a link, from the network's README."""
BEST_KNOWN = {"SiouxFalls": 4231335.28710744, "ChicagoSketch": 17313018.7387477}
"""Objective, from the READMEs of TransportationNetworks."""


@pytest.fixture(scope="module")
def solved(cases: Path) -> dict[str, Equilibrium]:
    found = {}
    for name in ("SiouxFalls", "Anaheim", "ChicagoSketch"):
        network = read_network(cases / "tntp" / f"{name}_net.tntp", *COST_WEIGHTS.get(name, (0.0, 0.0)))
        found[name] = equilibrium(network, read_trips(cases / "tntp" / f"{name}_trips.tntp"), gap=1e-12)
    return found


@pytest.mark.parametrize("name", ["SiouxFalls", "Anaheim", "ChicagoSketch"])
def test_published_networks_reach_a_gap_of_1e_12(solved: dict[str, Equilibrium], name: str) -> None:
    assert solved[name].gap <= 1e-12


@pytest.mark.parametrize("name", ["SiouxFalls", "ChicagoSketch"])
def test_objective_is_the_best_known_to_ten_digits(solved: dict[str, Equilibrium], name: str) -> None:
    assert solved[name].objective == pytest.approx(BEST_KNOWN[name], rel=1e-10)


@pytest.mark.parametrize(("name", "off"), [("SiouxFalls", 1e-3), ("Anaheim", 3.0), ("ChicagoSketch", 1.0)])
def test_link_flows_are_those_published(solved: dict[str, Equilibrium], cases: Path, name: str, off: float) -> None:
    """Links whose cost does not rise may split ties as they like, so only those with a slope are compared."""
    rows = (cases / "tntp" / f"{name}_flow.tntp").read_text().splitlines()[1:]
    table = np.array([[float(cell) for cell in row.split()[:4]] for row in rows if row.strip()])
    published = {(int(a), int(z)): flow for a, z, flow in table[:, :3]}
    found = solved[name]
    links = found.network.links
    rising = found.network.as_given((links.b > 0) & (links.power > 0) & (links.free > 0))
    ends = [tuple(map(int, label.split("-"))) for label in found.network.names]
    differences = [abs(published[end] - flow) for end, flow, rises in zip(ends, found.link_flow, rising, strict=True) if rises]
    assert len(differences) > 50
    assert max(differences) < off


@pytest.mark.parametrize("name", ["SiouxFalls", "Anaheim", "ChicagoSketch"])
def test_select_link_flows_equal_assigned_flows_to_the_last_bit(solved: dict[str, Equilibrium], name: str) -> None:
    found = solved[name]
    for link in range(0, len(found.link_flow), max(1, len(found.link_flow) // 40)):
        trips, flows = found.select_link(link)
        assert flows[link] == found.link_flow[link]
        assert trips.sum() == pytest.approx(found.link_flow[link], rel=1e-12, abs=1e-9)
        assert (flows <= found.link_flow).all()


def test_braess_network_makes_all_worse_off_by_its_added_link(cases: Path) -> None:
    """Braess (1968): 6 trips take 92 minutes each with the link, 83 without."""
    demand = read_trips(cases / "tntp" / "Braess_trips.tntp")
    network = read_network(cases / "tntp" / "Braess_net.tntp")
    total = equilibrium(network, demand, gap=1e-12)
    assert total.link_flow @ total.link_cost / 6 == pytest.approx(92, abs=1e-3)


def _random_problem(seed: int) -> tuple[AssignmentNetwork, Demand]:
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(4, 8))
    ring = np.arange(nodes)
    extra = rng.integers(0, nodes, (nodes, 2))
    extra = extra[extra[:, 0] != extra[:, 1]]
    tail = np.concatenate([ring, ring, extra[:, 0]])
    head = np.concatenate([(ring + 1) % nodes, (ring - 1) % nodes, extra[:, 1]])
    count = len(tail)
    network = AssignmentNetwork.from_links(
        tail, head, rng.uniform(1, 10, count), rng.uniform(1, 5, count), rng.uniform(0.1, 2, count), rng.choice([1.0, 2.0, 4.0], count),
        rng.uniform(0, 1, count), nodes,
    )  # fmt: skip
    rows = [(int(a), int(z), float(rng.uniform(0.5, 5))) for a, z in rng.integers(0, nodes, (5, 2)) if a != z]
    return network, Demand.from_rows(rows or [(0, 1, 1.0)])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_no_one_finds_a_cheaper_way_and_no_trip_is_lost(seed: int) -> None:
    network, demand = _random_problem(seed)
    found = equilibrium(network, demand, gap=1e-11)
    assert found.gap <= 1e-11
    cost = network.cost(found.link_flow[network.order])
    by_path = np.add.reduceat(cost[found.path_links], found.path_first[:-1])
    for pair in range(len(demand.trips)):
        mine = found.path_pair == pair
        assert found.path_flow[mine].sum() == pytest.approx(demand.trips[pair], rel=1e-12)
        used = by_path[mine][found.path_flow[mine] > 1e-6]
        assert used.max() - used.min() < 1e-4 * used.max()
    balance = np.zeros(network.nodes)
    np.add.at(balance, network.links.tail, found.link_flow[network.order])
    np.add.at(balance, network.links.head, -found.link_flow[network.order])
    np.add.at(balance, demand.origin, -demand.trips)
    np.add.at(balance, demand.destination, demand.trips)
    assert np.abs(balance).max() < 1e-9


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_small_networks_agree_with_a_general_solver(seed: int) -> None:
    """Beckmann's programme in node-arc form, one commodity an origin, by SLSQP."""
    network, demand = _random_problem(seed)
    links, count, origins = network.links, len(network.links.tail), len(demand.origins)
    incidence = np.zeros((network.nodes, count))
    incidence[links.tail, np.arange(count)] += 1
    incidence[links.head, np.arange(count)] -= 1
    supply = np.zeros((origins, network.nodes))
    for i, origin in enumerate(demand.origins):
        for k in range(demand.first[i], demand.first[i + 1]):
            supply[i, origin] += demand.trips[k]
            supply[i, demand.destination[k]] -= demand.trips[k]

    def balance(x: np.ndarray) -> np.ndarray:
        return (x.reshape(origins, count) @ incidence.T - supply)[:, :-1].ravel()

    def gradient(x: np.ndarray) -> np.ndarray:
        return np.tile(network.cost(x.reshape(origins, count).sum(0)), origins)

    conserving = np.kron(np.eye(origins), incidence[:-1])
    start = linprog(gradient(np.zeros(origins * count)), A_eq=conserving, b_eq=supply[:, :-1].ravel())
    best = minimize(
        lambda x: network.objective(x.reshape(origins, count).sum(0)),
        start.x,
        jac=gradient,
        bounds=[(0, None)] * (origins * count),
        constraints={"type": "eq", "fun": balance, "jac": lambda _: conserving},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert np.abs(balance(best.x)).max() < 1e-6
    assert equilibrium(network, demand, gap=1e-12).objective == pytest.approx(best.fun, rel=1e-6)


def test_result_does_not_depend_on_threads() -> None:
    network, demand = _random_problem(5)
    one, two = equilibrium(network, demand, threads=1), equilibrium(network, demand, threads=2)
    assert (one.link_flow == two.link_flow).all()


@pytest.mark.parametrize("name", ["SiouxFalls", "ChicagoSketch"])
def test_published_networks_are_solved_alike_on_any_number_of_threads(solved: dict[str, Equilibrium], name: str) -> None:
    one = solved[name]
    two = equilibrium(one.network, one.demand, gap=1e-12, threads=2)
    assert [step.gap for step in two.steps] == [step.gap for step in one.steps]
    assert (two.link_flow == one.link_flow).all()
    assert (two.path_flow == one.path_flow).all()


def test_bad_input_is_answered(tmp_path: Path) -> None:
    network, _ = _random_problem(1)
    with pytest.raises(DalizError, match="no demand"):
        Demand.from_rows([])
    with pytest.raises(DalizError, match="no demand"):
        Demand.from_rows([(0, 0, 5.0)])
    with pytest.raises(DalizError, match="trips from 1 to 2 = nan"):
        Demand.from_rows([(0, 1, float("nan"))])
    with pytest.raises(DalizError, match="demand names node 100"):
        equilibrium(network, Demand.from_rows([(0, 99, 1.0)]))
    one = np.array([0])
    single = AssignmentNetwork.from_links(one, one + 1, one + 1.0, one + 1.0, one + 0.15, one + 4.0, one + 0.0, 3)
    with pytest.raises(DalizError, match="from node 1 to node 3, but no way leads there"):
        equilibrium(single, Demand.from_rows([(0, 2, 1.0)]))
    with pytest.raises(DalizError, match="capacity = 0; expected more than 0"):
        AssignmentNetwork.from_links(one, one + 1, one + 1.0, one * 0.0, one + 0.15, one + 4.0, one + 0.0, 2)
    with pytest.raises(DalizError, match="cannot be read"):
        read_network(tmp_path / "nothing.tntp")
    broken = tmp_path / "broken.tntp"
    broken.write_text("<NUMBER OF NODES> 2\n1 2 x 1 1 0.15 4;\n")
    with pytest.raises(DalizError, match=r"broken.tntp:2: .*'x'"):
        read_network(broken)
    broken.write_text("1 : 2;\n")
    with pytest.raises(DalizError, match=r"broken.tntp:1: '1 : 2'"):
        read_trips(broken)
