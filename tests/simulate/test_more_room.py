"""Single runs: one that outgrows its arrays is run again with more room, and none claims an interval between runs."""

from __future__ import annotations

from daliz.corridor import Corridor
from daliz.freight.simulate import simulate


def test_a_corridor_that_fills_without_end_still_answers(embedded: Corridor) -> None:
    shut = embedded.close(country="RUS").close(place="suez").close(link="oc11")
    year = simulate(shut, replications=1, seed=1, probes=(("xian_port", "absheron"), ("xian_port", "duisburg")))
    summary = {row["measure"]: row["value"] for row in year.summary.iter_rows(named=True)}
    assert summary["in the corridor at the end"] > summary["in the corridor at the start"] > 0


def test_one_run_claims_no_interval_of_the_mean(embedded: Corridor) -> None:
    one = {figure.name: figure for figure in simulate(embedded, replications=1, seed=1).figures()}
    two = {figure.name: figure for figure in simulate(embedded, replications=2, seed=1).figures()}
    named = [name for name, figure in two.items() if figure.interval.startswith("95 %")]
    assert len(named) > 50
    assert all(one[name].low is None and one[name].high is None for name in named if name in one)
