"""Comparisons: paired differences against hand reckoning, known directions, and the same figures on any number of workers."""

from __future__ import annotations

import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from daliz.assess.compare import compare, compare_all, is_measurable, paired
from daliz.assess.measures import FREIGHT_TABLES, SCHEMA, fibre_ends, fibre_measures, followed_relations, freight_measures, main_relations
from daliz.assess.scenario import Cells, Scenario, apply, find_scenario, ready_scenarios
from daliz.assess.sweep import answer_key, sweep
from daliz.assess.words import comparison_sentence
from daliz.corridor import Corridor, DalizError
from daliz.freight.simulate import simulate

FEW = 4


def test_a_paired_difference_and_its_interval_are_those_of_the_textbook() -> None:
    luck = np.random.default_rng(1)
    base, other = luck.normal(10, 1, 6), luck.normal(12, 1, 6)
    rows = [[("mean_transit_days", "", k, value, "") for k, value in enumerate(side.tolist())] for side in (base, other)]
    row = paired(*(pl.DataFrame(side, schema=SCHEMA, orient="row") for side in rows)).row(0, named=True)
    test = stats.ttest_rel(other, base).confidence_interval(0.95)
    assert row["difference"] == pytest.approx((other - base).mean())
    assert (row["low"], row["high"]) == pytest.approx((test.low, test.high))


def test_an_exact_measure_has_no_interval_and_a_lost_way_no_difference() -> None:
    before = pl.DataFrame([("planned_days", "a-b", None, 5.0, ""), ("planned_days", "a-c", None, 6.0, "")], schema=SCHEMA, orient="row")
    after = pl.DataFrame([("planned_days", "a-b", None, 7.0, "")], schema=SCHEMA, orient="row")
    kept, lost = paired(before, after).to_dicts()
    assert (kept["difference"], kept["low"], kept["high"]) == (2.0, 2.0, 2.0)
    assert (lost["scenario"], lost["difference"]) == (None, None)
    assert is_measurable(kept)
    assert is_measurable(lost)


def test_measures_are_those_of_the_simulator(tiny: Corridor) -> None:
    relation = main_relations(tiny, 1)[0]
    found = freight_measures(tiny, [relation], FEW, seed=5)
    year = simulate(tiny, replications=FEW, seed=5)
    days = found.filter(pl.col("measure") == "mean_transit_days")["value"].mean()
    assert days == pytest.approx(year.value("mean_h:all")[0] / 24)
    p50 = found.filter(pl.col("measure") == "transit_p50_days")["value"].mean()
    assert p50 == pytest.approx(year.value("p50_h:east_port-west_town")[0] / 24)


def test_scenarios_change_what_they_must_and_nothing_else(embedded: Corridor) -> None:
    asked = [find_scenario(embedded, name) for name in ("russia_closed", "caspian_winter", "red_sea_closed")]
    found = compare_all(embedded, asked, replications=FEW)
    relation = "xian_port-absheron"
    assert found["caspian_winter"].row("transit_p50_days", relation)["difference"] > 0
    assert found["caspian_winter"].row("mean_transit_days")["low"] > 0
    assert found["caspian_winter"].row("latency_ms", "AZE-KAZ")["difference"] == 0
    russia = found["russia_closed"]
    assert russia.row("planned_days", relation)["difference"] == 0
    assert russia.row("planned_days", "xian_port-duisburg")["difference"] > 0
    assert russia.row("delivered_teu_year")["high"] < 0
    assert russia.row("disjoint_paths", "AZE-KAZ")["difference"] <= 0
    # The cheapest way goes by Suez, the fastest does not.
    red_sea = found["red_sea_closed"]
    assert red_sea.row("cost_usd_feu", relation)["difference"] > 0
    assert red_sea.row("planned_days", relation)["difference"] == 0
    assert red_sea.row("latency_ms", "AZE-KAZ")["difference"] == 0
    by_suez = {row["id"] for row in embedded.open("services").iter_rows(named=True) if "Suez" in row["name"]}
    assert len(by_suez) == 4
    assert not by_suez & set(apply(embedded, asked[2]).open("services")["id"])
    sentence = comparison_sentence(embedded, russia)
    assert sentence.startswith(
        "The route through Russia is closed: Xi'an International Port to Absheron station takes 11.4 days by plan, as"
    )
    assert "Queues grow without end" in sentence
    assert "in the median" not in sentence
    assert "in the median" in comparison_sentence(embedded, found["caspian_winter"])


def test_comparisons_follow_the_corridors_own_countries_first(embedded: Corridor) -> None:
    relations = followed_relations(embedded)
    country = dict(embedded["places"].select("id", "country").iter_rows())
    assert relations[0] == main_relations(embedded)[0]
    assert {country[place] for place in relations[1]} == {"KAZ", "AZE"}
    assert relations[2] == ("xian_port", "duisburg")


def test_fibre_is_asked_for_between_the_same_two_places_in_both_corridors(embedded: Corridor) -> None:
    """Where a closure takes cables away, another place may have most of them; the question stays where it was."""
    shut = apply(embedded, Scenario("shut", close_countries=("RUS",)))
    ends = fibre_ends(embedded, ("AZE", "KAZ"))
    assert fibre_ends(shut, ("AZE", "KAZ")) != ends
    notes = [fibre_measures(corridor, ("AZE", "KAZ"), ends)["note"].unique().to_list() for corridor in (embedded, shut)]
    assert notes[0] == notes[1] == ["-".join(map(str, ends))]


def test_a_closed_way_is_told_as_none(embedded: Corridor) -> None:
    cut = compare(embedded, Scenario("cut", close_countries=("GEO",)), relations=[("xian_port", "poti")], replications=2)
    row = cut.row("planned_days", "xian_port-poti")
    assert (row["scenario"], row["difference"]) == (None, None)
    assert "nothing goes from Xi'an International Port to Poti port any more" in comparison_sentence(embedded, cut)


def test_scenarios_that_cannot_be_compared_are_answered(tiny: Corridor) -> None:
    with pytest.raises(DalizError, match="changes nothing"):
        compare(tiny, Scenario("nothing"))
    with pytest.raises(DalizError, match="changes no row that freight or fibre is made of"):
        compare(tiny, Scenario("again", without=("third_feeder",)))
    with pytest.raises(DalizError, match="names of their own"):
        compare_all(tiny, [Scenario("a", demand_factor=2.0), Scenario("a", demand_factor=3.0)])
    with pytest.raises(DalizError, match="scenario cut: no demand"):
        compare(tiny, Scenario("cut", close_links=("s1",)))
    with pytest.raises(DalizError, match="closes every service"):
        compare(tiny, Scenario("all", close_countries=("EST", "MID", "WST")))


def some(corridor: Corridor) -> dict[str, Corridor]:
    """Four corridors, two of which agree in what freight reads."""
    doubled = corridor.replace("demands", corridor["demands"].with_columns(pl.col("teu_year") * 2))
    calm = corridor.replace("hazards", corridor["hazards"].clear())
    return {"as_it_is": corridor, "doubled": doubled, "calm": calm, "laid": corridor.with_projects("sea_line_laid")}


def asked(corridor: Corridor) -> dict[str, object]:
    return {"relations": main_relations(corridor), "replications": FEW, "seed": 3}


def test_the_same_seed_gives_the_same_figures_on_one_worker_and_on_two(tiny: Corridor) -> None:
    one, two = (sweep(some(tiny), freight_measures, asked(tiny), tables=FREIGHT_TABLES, workers=workers) for workers in (1, 2))
    assert list(one) == list(two)
    for name in one:
        assert one[name].equals(two[name])


def test_a_cluster_that_loses_a_worker_midway_gives_the_same_figures(tiny: Corridor) -> None:
    distributed = pytest.importorskip("distributed")
    alone = sweep(some(tiny), slow_measures, asked(tiny))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster:
        victim = next(iter(cluster.workers.values()))
        killed: list[int] = []

        def kill(*_: object) -> None:
            if not killed:
                killed.append(victim.pid)
                os.kill(victim.pid, signal.SIGKILL)

        found = sweep(some(tiny), slow_measures, asked(tiny), cluster=cluster.scheduler_address, tell=kill)
    assert killed
    for name in alone:
        assert alone[name].equals(found[name])


def slow_measures(corridor: Corridor, **settings: object) -> pl.DataFrame:
    """The measures, long enough under way for a worker to be lost meanwhile."""
    time.sleep(0.5)
    return freight_measures(corridor, **settings)  # type: ignore[arg-type]


def test_a_scheduler_that_does_not_answer_is_named(tiny: Corridor) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(DalizError, match="no Dask scheduler answers at 'nonsense'"):
        sweep({"a": tiny}, freight_measures, asked(tiny), cluster="nonsense")


def counted(corridor: Corridor, folder: str) -> pl.DataFrame:
    """Counts how often it was asked; fails on a corridor without open services."""
    mark = Path(folder) / "asked"
    mark.write_text(mark.read_text() + "x" if mark.exists() else "x")
    if corridor["demands"]["teu_year"].sum() > 15_000:
        raise DalizError("stopped here")
    return pl.DataFrame({"teu": [corridor["demands"]["teu_year"].sum()]})


def test_what_is_finished_is_kept_and_never_computed_again(tiny: Corridor, tmp_path: Path) -> None:
    corridors = some(tiny)
    kept, folder = tmp_path / "kept", {"folder": str(tmp_path)}
    with pytest.raises(DalizError, match="stopped here"):
        sweep(corridors, counted, folder, kept_in=kept)
    assert (tmp_path / "asked").read_text() == "xx"
    rest = {name: corridor for name, corridor in corridors.items() if name != "doubled"}
    told: list[tuple[str, int, int]] = []
    sweep(rest, counted, folder, kept_in=kept, tell=lambda name, done, total: told.append((name, done, total)))
    assert (tmp_path / "asked").read_text() == "xxxx"
    assert sorted(name for name, _, _ in told) == sorted(rest)
    assert [count for _, *count in told] == [[1, 3], [2, 3], [3, 3]]
    sweep(rest, counted, folder, kept_in=kept)
    assert (tmp_path / "asked").read_text() == "xxxx"
    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:20])
    found = sweep(rest, counted, folder, kept_in=kept)
    assert (tmp_path / "asked").read_text() == "xxxxxxx"
    assert found["as_it_is"]["teu"].to_list() == [10_000.0]


def test_corridors_that_agree_in_what_is_read_share_one_answer(tiny: Corridor, tmp_path: Path) -> None:
    rest = {name: corridor for name, corridor in some(tiny).items() if name != "doubled"}
    sweep(rest, counted, {"folder": str(tmp_path)}, tables=("demands",))
    assert (tmp_path / "asked").read_text() == "x"


def test_an_answer_is_named_by_all_that_it_depends_on(tiny: Corridor) -> None:
    changed = tiny.close(link="s1")
    keys = {answer_key(corridor, freight_measures, {"seed": seed}) for corridor in (tiny, changed) for seed in (1, 2)}
    assert len(keys) == 4
    assert answer_key(tiny, freight_measures, {}, ("demands",)) == answer_key(changed, freight_measures, {}, ("demands",))


def test_every_ready_scenario_can_be_set_in_cells_of_the_tables(embedded: Corridor) -> None:
    for scenario in ready_scenarios(embedded).values():
        for cells in scenario.cells:
            assert isinstance(cells, Cells)
            assert not math.isnan(float(cells.value))
