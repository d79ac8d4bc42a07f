"""Network design: published instances to their published optimum, and routes beside arcs on the corridor and on made-up ones."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import csgraph

from daliz.assess.expansion import expansion
from daliz.corridor import load
from daliz.freight.invest.arcs import arc_model
from daliz.freight.invest.design import Design, Goal
from daliz.freight.invest.instances import read_canad, read_sndlib
from daliz.freight.invest.routes import solve_routes
from daliz.freight.invest.solve import solve
from daliz.freight.invest.synthetic import corridor_like

HERE = Path(__file__).parent
CASES = Path(os.environ.get("DALIZ_CASES", HERE.parents[1] / "shared" / "cases"))
CANAD = {"c25_100_10_V_L_5": 14712, "c25_100_30_V_T_5": 365272, "c33": 423848, "c35": 371475, "c41": 429398, "c43": 464509}
LIMIT_S = 120.0
GAP = 1e-6


def _published() -> list[tuple[str, float, Design]]:
    found: list[tuple[str, float, Design]] = [
        (f"canad {name}", best, read_canad(CASES / "canad" / f"{name}.dow")) for name, best in CANAD.items()
    ]
    found.append(("sndlib atlanta-D-B-M", 46244642.4, read_sndlib(CASES / "sndlib" / "atlanta.txt", False, False)))
    found.append(("sndlib dfn-gwin-U-U-M", 38752.0, read_sndlib(CASES / "sndlib" / "dfn-gwin.txt", True, True)))
    return found


def _all_pairs(design: Design) -> Design:
    """The same network and total demand, with cargo alike from every place of origin to every place of destination that can be reached."""
    steps = csgraph.shortest_path(
        sparse.csr_matrix((np.ones(len(design.tail)), (design.tail, design.head)), shape=(design.nodes, design.nodes)), unweighted=True
    )
    ends = np.array(
        [(a, z) for a in np.unique(design.origin) for z in np.unique(design.destination) if a != z and np.isfinite(steps[a, z])]
    )
    amount = np.repeat(design.amount.sum(0)[None] / len(ends), len(ends), 0)
    return replace(design, origin=ends[:, 0], destination=ends[:, 1], amount=amount)


def _corridors() -> list[tuple[str, Design, Goal]]:
    embedded = load()
    return [
        ("embedded, 10 Mt", expansion(embedded, 1.5e9, 10e6, "AZE").design, "build_cost"),
        ("embedded, 6 Mt", expansion(embedded, 1.5e9, 6e6, "AZE").design, "build_cost"),
        ("embedded, 3 demands", expansion(embedded, 2e9, 6e6, "AZE", demand_factors=(0.8, 1.0, 1.2)).design, "build_cost"),
        ("embedded, all pairs", _all_pairs(expansion(embedded, 3e9, 10e6, "AZE").design), "build_cost"),
        (
            "embedded, all pairs, 3 demands",
            _all_pairs(expansion(embedded, 3e9, 10e6, "AZE", demand_factors=(0.8, 1.0, 1.2)).design),
            "build_cost",
        ),
        ("embedded, most for 0.5 billion", expansion(embedded, 0.5e9, None, "AZE").design, "worst_growth"),
        ("embedded, most for 1.5 billion", expansion(embedded, 1.5e9, None, "AZE").design, "worst_growth"),
        ("made up, 40 nodes", corridor_like(40, 90, 60, 20, 4, 0), "cost"),
        ("made up, 60 nodes", corridor_like(60, 140, 120, 40, 6, 1), "cost"),
    ]


def main() -> None:
    """Print both tables; write benchmarks/results/invest.json."""
    answer: dict[str, Any] = {"published": [], "corridors": []}
    if CASES.is_dir():
        print(f"{'instance':26} {'published':>13} {'found':>13} {'bound':>13} {'gap %':>6} {'s':>6}")
        for name, best, design in _published():
            found = solve(arc_model(design), LIMIT_S, GAP, constant=design.fixed_cost)
            answer["published"].append(
                {"instance": name, "published": best, "found": found.objective, "bound": found.bound, "s": found.seconds}
            )
            print(
                f"{name:26} {best:13.1f} {found.objective:13.1f} {found.bound:13.1f} {100 * found.gap:6.2f} {found.seconds:6.1f}",
                flush=True,
            )
    else:
        print(f"the published instances are not here ({CASES}); set DALIZ_CASES")
    print(f"\n{'corridor':30} {'arcs':>12} {'s':>6} {'routes':>12} {'s':>6} {'off %':>7} {'gap %':>6} {'times':>6}")
    for name, design, goal in _corridors():
        began = time.perf_counter()
        arcs = solve(arc_model(design, goal), LIMIT_S, 1e-4)
        arcs_s = time.perf_counter() - began
        began = time.perf_counter()
        routes = solve_routes(design, goal, time_limit_s=LIMIT_S, gap=1e-4).solved
        routes_s = time.perf_counter() - began
        off = 100 * (routes.objective / arcs.objective - 1)
        answer["corridors"].append(
            {
                "corridor": name,
                "arcs": arcs.objective,
                "arcs_s": arcs_s,
                "routes": routes.objective,
                "routes_s": routes_s,
                "off_percent": off,
                "routes_gap_percent": 100 * routes.gap,
            }
        )
        print(
            f"{name:30} {arcs.objective:12.6g} {arcs_s:6.2f} {routes.objective:12.6g} {routes_s:6.2f} {off:7.4f} {100 * routes.gap:6.3f} "
            f"{arcs_s / routes_s:6.1f}",
            flush=True,
        )
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "invest.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
