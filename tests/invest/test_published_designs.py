"""Published network design problems reach their published optimum through the model that `daliz invest` solves."""

from __future__ import annotations

from pathlib import Path

import pytest

from daliz.freight.invest.arcs import arc_model
from daliz.freight.invest.design import InvestError
from daliz.freight.invest.instances import read_canad, read_sndlib
from daliz.freight.invest.routes import solve_routes
from daliz.freight.invest.solve import solve


@pytest.mark.parametrize(("name", "optimum"), [("c25_100_10_V_L_5", 14712), ("c33", 423848)])
def test_canad_problems_reach_their_published_optimum(cases: Path, name: str, optimum: float) -> None:
    found = solve(arc_model(read_canad(cases / "canad" / f"{name}.dow")), gap=1e-6)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(optimum, rel=1e-6)
    assert found.bound == pytest.approx(optimum, rel=1e-5)


def test_atlanta_reaches_its_published_optimum(cases: Path) -> None:
    design = read_sndlib(cases / "sndlib" / "atlanta.txt", undirected_links=False, undirected_demands=False)
    found = solve(arc_model(design), gap=1e-6, constant=design.fixed_cost)
    assert found.objective == pytest.approx(46244642.4, rel=1e-6)


def test_relaxation_of_dfn_gwin_is_the_published_one_by_arcs_and_by_routes(cases: Path) -> None:
    design = read_sndlib(cases / "sndlib" / "dfn-gwin.txt", undirected_links=True, undirected_demands=True)
    by_arcs = solve(arc_model(design, relaxed=True), constant=design.fixed_cost)
    assert by_arcs.objective == pytest.approx(27467.3, abs=0.05)
    assert solve_routes(design, relaxed=True).solved.objective == pytest.approx(by_arcs.objective, rel=1e-7)


def test_time_limit_gives_the_best_solution_and_how_far_it_can_be_from_the_best_possible(cases: Path) -> None:
    design = read_sndlib(cases / "sndlib" / "dfn-gwin.txt", undirected_links=True, undirected_demands=True)
    found = solve(arc_model(design), time_limit_s=3, constant=design.fixed_cost)
    assert found.status == "time_limit"
    assert found.bound <= 38752 + 1e-6
    assert not found.objective < 38752 - 1e-6


def test_broken_files_are_answered(tmp_path: Path) -> None:
    file = tmp_path / "broken.txt"
    file.write_text("nothing here\n")
    with pytest.raises(InvestError, match="no section NODES"):
        read_sndlib(file, True, True)
    with pytest.raises(InvestError, match="expected nodes, arcs, commodities"):
        read_canad(file)
    with pytest.raises(InvestError, match="cannot be read"):
        read_canad(tmp_path / "nothing.dow")
