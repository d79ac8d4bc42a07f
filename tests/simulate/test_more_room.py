"""Runs that outgrow their arrays are run again with more room, however they stood when they stopped."""

from __future__ import annotations

from daliz.corridor import Corridor
from daliz.freight.simulate import simulate


def test_a_corridor_that_fills_without_end_still_answers(embedded: Corridor) -> None:
    shut = embedded.close(country="RUS").close(place="suez").close(link="oc11")
    year = simulate(shut, replications=1, seed=1, probes=(("xian_port", "absheron"), ("xian_port", "duisburg")))
    summary = {row["measure"]: row["value"] for row in year.summary.iter_rows(named=True)}
    assert summary["in the corridor at the end"] > summary["in the corridor at the start"] > 0
