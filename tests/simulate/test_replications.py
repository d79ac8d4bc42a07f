"""Replications: the same to the last bit however they are run, as many as the interval needs, stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from daliz.corridor import Corridor, DalizError
from daliz.freight.simulate import Assumptions, simulate
from daliz.freight.simulate.compile import compile_corridor
from daliz.freight.simulate.records import BINS
from daliz.freight.simulate.replicate import CHUNK, FEWEST, Plan, replicate
from daliz.freight.simulate.search import bottlenecks, bracket, capacity, sensitivity, weather_effect
from daliz.freight.simulate.tally import EDGES, quantiles

SMALL = {"demand_teu": 8_000.0, "spread": 0.4, "closed_share": 0.15}


def test_the_result_does_not_depend_on_the_number_of_workers(made: Callable[..., Corridor]) -> None:
    compiled = compile_corridor(made(**SMALL))
    alone, names = replicate(compiled, Plan(10, workers=1))
    together, _ = replicate(compiled, Plan(10, workers=2))
    assert np.array_equal(alone.values, together.values, equal_nan=True)
    for name, total in alone.sums.items():
        assert np.array_equal(total, together.sums[name], equal_nan=True), name
    assert len(names) == alone.values.shape[1]


def test_the_same_seed_gives_the_same_year_and_another_seed_another(made: Callable[..., Corridor]) -> None:
    first, again, other = (simulate(made(**SMALL), replications=2, seed=seed) for seed in (5, 5, 6))
    assert first.by_replication.equals(again.by_replication)
    assert not first.by_replication.equals(other.by_replication)


def test_it_stops_when_the_interval_is_narrow_enough(made: Callable[..., Corridor]) -> None:
    wide = simulate(made(**SMALL), replications=200, precision=0.5)
    narrow = simulate(made(**SMALL), replications=200, precision=0.01)
    assert wide.replications == FEWEST
    assert wide.replications < narrow.replications < 200
    mean, low, high = narrow.value("mean_h:all")
    assert (high - low) / 2.0 <= 0.01 * mean


def test_stopped_and_resumed_is_the_same_as_never_stopped(made: Callable[..., Corridor], tmp_path: Path) -> None:
    compiled, file = compile_corridor(made(**SMALL)), tmp_path / "kept.npz"
    whole, _ = replicate(compiled, Plan(12))

    def stop_after_two(done: int, total: int, half: float) -> None:
        if done >= 2 * CHUNK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=f"{2 * CHUNK} replications are kept"):
        replicate(compiled, Plan(12, resume=file), stop_after_two)
    resumed, _ = replicate(compiled, Plan(12, resume=file))
    assert np.array_equal(whole.values, resumed.values, equal_nan=True)
    assert all(np.array_equal(total, resumed.sums[name], equal_nan=True) for name, total in whole.sums.items())
    with pytest.raises(DalizError, match="another model or seed"):
        replicate(compiled, Plan(12, seed=2, resume=file))
    file.write_text("nonsense")
    with pytest.raises(DalizError, match="cannot be read"):
        replicate(compiled, Plan(12, resume=file))


def test_scenarios_share_their_luck(made: Callable[..., Corridor]) -> None:
    base = simulate(made(**SMALL), replications=6)
    more_ships = simulate(made(**SMALL, ships=4), replications=6)
    values = [s.by_replication.filter((pl.col("measure") == "made") & (pl.col("subject") == "out"))["value"] for s in (base, more_ships)]
    assert values[0].equals(values[1]), "the same boxes set out"
    pair = np.array([s.tally.values[:, s.names.index("mean_h:all")] for s in (base, more_ships)])
    assert (pair[1] - pair[0]).std() < 0.8 * np.hypot(*pair.std(axis=1)), "differences vary less than unpaired ones would"


def test_quantiles_of_the_histogram_are_those_of_the_boxes() -> None:
    rng = np.random.default_rng(1)
    hours = rng.lognormal(5.5, 0.4, 200_000)
    counts = np.histogram(hours, EDGES)[0]
    for share, found in zip((0.1, 0.5, 0.9), quantiles(counts, (0.1, 0.5, 0.9)), strict=True):
        assert found == pytest.approx(np.quantile(hours, share), rel=0.003)
    assert np.isnan(quantiles(np.zeros(BINS), (0.5,))).all()


def test_capacity_is_what_the_ships_can_take(made: Callable[..., Corridor]) -> None:
    corridor = made(
        ships=1, demand_teu=10_000.0, crossing_h=20.0, berth_h=10.0, ship_wait_h=1.0, line_day=200.0, tracks=2, yard_teu=4_000.0
    )
    found = capacity(corridor, "port_a", "port_b", replications=2, assumptions=Assumptions(spread=False))
    # a round trip takes 40 h at sea, 20 h at berth and at most an hour's wait for cargo at the empty end: 144 to 146 of them a year
    assert 0.93 * 200 * 8760 / 61 <= found.settled_teu_year <= 1.02 * 200 * 8760 / 60
    assert found.settled_teu_year < found.teu_year < found.unsettled_teu_year <= 1.05 * found.settled_teu_year
    assert any("(ship_out) is overloaded" in text for text in found.chokes)
    with pytest.raises(DalizError, match="no demand rides from Port_B to Inland"):
        capacity(corridor, "port_b", "inland")


def test_the_search_brackets_what_never_or_always_settles() -> None:
    assert bracket(lambda factor: True)[0] > 30.0
    assert bracket(lambda factor: False)[0] == 0.0


def test_the_bottleneck_is_found(made: Callable[..., Corridor]) -> None:
    simulation = simulate(made(ships=1, demand_teu=26_000.0, spread=0.3), replications=4, warm_days=30.0)
    ranked = bottlenecks(simulation, most=6)
    assert ranked["row"][0] == "fleets/ships"
    assert ranked["low"][0] > 0.0


def test_without_weather_boxes_are_faster(made: Callable[..., Corridor]) -> None:
    simulation = simulate(made(**SMALL | {"closed_share": 0.3}), replications=6)
    row = weather_effect(simulation).row(0, named=True)
    assert row["low"] > 0.0 and row["calm_days"] < row["days"]


def test_more_weather_matters_more_than_nothing(made: Callable[..., Corridor]) -> None:
    frame = sensitivity(made(**SMALL), "mean_h:all", replications=2)
    assert set(frame["assumption"]) >= {"weather_factor", "dwell_factor", "run_variation"}
    row = frame.filter(pl.col("assumption") == "dwell_factor").row(0, named=True)
    assert row["lower"] < row["base"] < row["higher"]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"replications": 0}, "replications = 0"),
        ({"precision": 1.5}, "precision = 1.5"),
        ({"workers": 0}, "workers = 0"),
        ({"watched": "mean_h:al"}, "nearest: mean_h:all"),
        ({"cluster": "tcp://127.0.0.1:1"}, "no Dask scheduler answers"),
    ],
)
def test_plans_that_make_no_sense_are_answered(made: Callable[..., Corridor], plan: dict[str, object], message: str) -> None:
    compiled = compile_corridor(made(**SMALL))
    with pytest.raises(DalizError, match=message):
        replicate(compiled, replace(Plan(4), **plan))
