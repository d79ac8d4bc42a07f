"""Corridors without variation, reckoned by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from daliz.corridor import Corridor
from daliz.freight.simulate import Assumptions, simulate
from daliz.freight.simulate.calendars import MONTH_OF_DAY
from daliz.freight.simulate.compile import compile_corridor
from daliz.freight.simulate.hazards import closed_windows
from daliz.freight.simulate.tracing import journey, trace

STILL = Assumptions(spread=False)
TO_PORT = {"id": "out", "origin": "inland", "destination": "port_a", "commodity": "goods", "teu_year": 40.0}


def test_the_first_box_of_a_train_takes_its_wait_and_the_hours_of_every_step(made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    rows = rows_of(train_wait_h=48.0, formation_h=4.0, border_h=2.0)
    rows["demands"] = [TO_PORT]
    simulation = simulate(corridor_of(**rows), replications=2, warm_days=0.0, assumptions=STILL)
    # waits 48, is formed 4, runs 400 km at 40 km/h, customs 2, runs 600 km at 40 km/h
    expected = 48.0 + 4.0 + 10.0 + 2.0 + 15.0
    where = simulation.tally.values[:, simulation.names.index("p95_h:inland-port_a")]
    assert where.max() <= expected * 1.02
    events = trace(simulation.compiled)
    boxes = events.filter(pl.col("event") == "box arrives")["box"].to_list()
    firsts = [box for box in boxes if _hours(events, box) == pytest.approx(expected)]
    assert len(firsts) >= 5
    assert all(_hours(events, box) <= expected + 1e-9 for box in boxes)
    assert simulation.transit["best_days"][0] * 24.0 == pytest.approx(expected - 48.0)
    assert simulation.transit["standing_share_best"][0] == pytest.approx(6.0 / 31.0)


def _hours(events: pl.DataFrame, box: int) -> float:
    own = journey(events, box).filter(pl.col("box") == box)
    return float(own["hour"][-1] - own["hour"][0])


def test_a_ship_with_cargo_waiting_at_both_ends_cycles_in_crossings_and_port_calls(made: Callable[..., Corridor]) -> None:
    # Full at once at both ends: 2 x 20 h at sea and 2 x 10 h at berth, whatever lies in the yards.
    corridor = made(ships=1, demand_teu=60_000.0, back_teu=60_000.0, crossing_h=20.0, berth_h=10.0, line_day=60.0, tracks=2)
    simulation = simulate(corridor, replications=2, warm_days=60.0, assumptions=STILL)
    assert simulation.ships["cycle_days"][0] * 24.0 == pytest.approx(60.0, abs=1e-6)
    row = simulation.throughput.filter(pl.col("demand") == "out").row(0, named=True)
    assert row["delivered_teu_year"] == pytest.approx(8760.0 / 60.0 * 200.0, rel=0.02)


def test_a_lone_ship_leaves_when_its_longest_wait_is_over(made: Callable[..., Corridor]) -> None:
    simulation = simulate(made(ships=1, demand_teu=2_000.0, ship_wait_h=24.0), replications=2, warm_days=60.0, assumptions=STILL)
    assert simulation.ships["cycle_days"][0] * 24.0 <= 60.0 + 2 * 24.0 + 1e-6


def test_line_slots_are_shared_by_both_directions_of_a_single_track(made: Callable[..., Corridor]) -> None:
    uses = {}
    for tracks in (1, 2):
        corridor = made(tracks=tracks, demand_teu=20_000.0, back_teu=20_000.0, line_day=10.0, ships=6)
        frame = simulate(corridor, replications=2, assumptions=STILL).resources
        uses[tracks] = frame.filter(pl.col("row") == "links/l1")["use"].sum()
    # single: each of 2 x n trains holds the line 1.2 h; double: each direction has its own line, held 2.4 h by n trains
    assert uses[2] == pytest.approx(2.0 * uses[1], rel=0.03)


def test_the_share_of_time_closed_is_the_table_s(made: Callable[..., Corridor]) -> None:
    simulation = simulate(made(closed_share=0.3, closed_h=20.0, demand_teu=500.0), replications=60, warm_days=30.0)
    share = simulation.weather.filter(pl.col("place") == "port_a")["closed_share"].mean()
    assert share == pytest.approx(0.3, abs=0.015)


def test_opening_hours_are_closed_spells_of_every_day() -> None:
    spells = closed_windows(8.0, 18.0, 5.0, 72.0)
    assert spells[0][1] == 3.0
    assert all(end - start == 14.0 for start, end in spells[1:-1])


def test_months_have_their_days() -> None:
    assert len(MONTH_OF_DAY) == 365
    assert [int((month == MONTH_OF_DAY).sum()) for month in range(12)] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_hours_of_the_legs_add_up_to_the_journey(made: Callable[..., Corridor]) -> None:
    simulation = simulate(made(spread=0.4, demand_teu=12_000.0, closed_share=0.1), replications=4, warm_days=60.0)
    hours = simulation.legs.filter(pl.col("demand") == "out")["hours"].sum()
    assert hours == pytest.approx(simulation.value("mean_h:inland-end")[0], rel=0.03)


def test_a_train_by_timetable_leaves_on_its_days(made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    rows = rows_of()
    rows["services"][0] |= {"leaves": "timetable", "cutoff_h": 6.0}
    rows["departures"] = [{"id": "d", "service": "west", "weekdays": "25", "time": "18:00"}]
    rows["demands"] = [TO_PORT | {"teu_year": 2_000.0}]
    compiled = compile_corridor(corridor_of(**rows), years=0.3, warm_days=0.0, assumptions=STILL)
    events = trace(compiled)
    starts = events.filter((pl.col("what") == "train formation") & (pl.col("event") == "enters"))["hour"]
    # 1 January 2025 is a Wednesday; the train closes six hours before it leaves on Tuesdays and Fridays at 18:00
    assert {(int(hour // 24) + 3 - 1) % 7 + 1 for hour in starts} == {2, 5}
    assert {round(hour % 24.0, 6) for hour in starts} == {12.0}
