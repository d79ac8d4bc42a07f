"""What must hold on any corridor: nothing lost or made, no negative wait, nothing fuller than it can be, what is closed stays closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daliz.corridor import Corridor
from daliz.freight.simulate import Assumptions
from daliz.freight.simulate import records as r
from daliz.freight.simulate.compile import Compiled, compile_corridor
from daliz.freight.simulate.engine import Engine, Outcome
from daliz.freight.simulate.tracing import trace

NUMBERS = st.fixed_dictionaries(
    {
        "demand_teu": st.sampled_from([500.0, 4_000.0, 20_000.0, 45_000.0]),
        "back_teu": st.sampled_from([0.0, 2_000.0, 15_000.0]),
        "train_teu": st.sampled_from([10.0, 60.0, 110.0]),
        "train_wait_h": st.sampled_from([6.0, 48.0, 200.0]),
        "tracks": st.sampled_from([1, 2]),
        "line_day": st.sampled_from([8.0, 20.0, 60.0]),
        "other_day": st.sampled_from([0.0, 4.0]),
        "border_servers": st.sampled_from([1, 3]),
        "border_h": st.sampled_from([0.5, 4.0, 9.0]),
        "quota_day": st.sampled_from([None, 2.0, 6.0]),
        "opens_h": st.sampled_from([None, 8.0]),
        "closes_h": st.sampled_from([None, 18.0]),
        "berths": st.sampled_from([1, 2]),
        "berth_h": st.sampled_from([4.0, 18.0]),
        "yard_teu": st.sampled_from([20.0, 200.0, 1_000.0]),
        "yard_h": st.sampled_from([0.5, 12.0]),
        "ships": st.sampled_from([1, 3, 6]),
        "ship_teu": st.sampled_from([20.0, 200.0]),
        "ship_wait_h": st.sampled_from([12.0, 100.0]),
        "ship_leaves": st.sampled_from(["when_full", "headway"]),
        "closed_share": st.sampled_from([0.0, 0.1, 0.5]),
        "spread": st.sampled_from([0.0, 0.4]),
    }
)
RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def run(corridor: Corridor, days: float = 120.0) -> tuple[Compiled, Outcome]:
    compiled = compile_corridor(corridor, years=days / 365.0, warm_days=0.0)
    engine = Engine(compiled.model, compiled.horizon_h)
    return compiled, engine.run(7, 0)


def boxes_in(outcome: Outcome) -> list[int]:
    """Numbers of all boxes that stand in a pool or on a carrier, found by walking through the memory."""
    ints, found = outcome.ints, []
    lists = [int(ints[address + r.P_HEAD]) for address in outcome.arenas.where["pools"].values() if ints[address + r.P_COUNT] > 0]
    for address in range(int(ints[r.H_CARBASE]), int(ints[r.H_CARNEW]), r.CARRIER_SIZE):
        if ints[address + r.TYPE] == r.CARRIER and ints[address + r.E_COUNT] > 0:
            lists.append(int(ints[address + r.E_HEAD]))
    for box in lists:
        while box > 0:
            found.append(int(ints[box + r.B_ID]))
            box = int(ints[box + r.B_NEXT])
    return found


@RELAXED
@given(numbers=NUMBERS)
def test_no_box_is_lost_or_made(made: Callable[..., Corridor], numbers: dict[str, Any]) -> None:
    compiled, outcome = run(made(**numbers))
    inside = boxes_in(outcome)
    totals = {
        field: sum(outcome.floats[a + field] for a in outcome.arenas.where["cargoes"].values()) for field in (r.K_MADEALL, r.K_DONEALL)
    }
    assert len(inside) == len(set(inside)), "a box is in two places"
    assert totals[r.K_MADEALL] == totals[r.K_DONEALL] + len(inside)
    ships = sum(fleet.count for fleet in compiled.model.fleets)
    assert _ships_left(outcome, compiled) == ships


def _ships_left(outcome: Outcome, compiled: Compiled) -> int:
    """Carriers that stand at a step of the fleet's cycle."""
    fleet_steps = {
        outcome.arenas.where["steps"][step.name] for step in compiled.model.steps if step.name.startswith(("ship_out|", "ship_back|"))
    }
    span = range(int(outcome.ints[r.H_CARBASE]), int(outcome.ints[r.H_CARNEW]), r.CARRIER_SIZE)
    return sum(outcome.ints[a + r.TYPE] == r.CARRIER and int(outcome.ints[a + r.E_STEP]) in fleet_steps for a in span)


@RELAXED
@given(numbers=NUMBERS)
def test_nothing_waits_a_negative_time_and_nothing_is_fuller_than_it_can_be(made: Callable[..., Corridor], numbers: dict[str, Any]) -> None:
    compiled, outcome = run(made(**numbers))
    floats, where = outcome.floats, outcome.arenas.where
    for address in where["steps"].values():
        assert floats[address + r.S_WAIT] >= 0.0 and floats[address + r.S_CLOSED] >= 0.0 and floats[address + r.S_SERVICE] >= 0.0
    for pool, address in where["pools"].items():
        assert floats[address + r.P_WAIT] >= -1e-6, pool
    hours = compiled.horizon_h
    for resource in compiled.model.resources:
        used = floats[where["resources"][resource.name] + r.R_BUSYTIME]
        assert used >= -1e-6
        if resource.servers and not resource.calendar:
            assert used <= resource.servers * hours + 1e-6, resource.name
    for yard in compiled.model.yards:
        assert outcome.ints[where["yards"][yard.name] + r.Y_MAX] <= yard.room
    for demand in compiled.demands:
        least = floats[where["cargoes"][demand.id] + r.K_MIN]
        assert least >= sum(_least_h(compiled, step) for ride in demand.rides for step in ride.steps) - 1e-6


def _least_h(compiled: Compiled, step: str) -> float:
    """The shortest hours of a step: runs may be faster than typical, but not by more than half."""
    info = compiled.info[step]
    return info.typical_h * 0.5


@settings(RELAXED, max_examples=60)
@given(numbers=NUMBERS)
def test_every_journey_is_in_order_and_servers_hold_one_each(made: Callable[..., Corridor], numbers: dict[str, Any]) -> None:
    compiled = compile_corridor(made(**numbers), years=60.0 / 365.0, warm_days=0.0)
    events = trace(compiled, seed=3)
    boxes = events.filter(pl.col("box").is_not_null()).sort("box", "hour", maintain_order=True)
    order = boxes.group_by("box", maintain_order=True).agg("event", pl.col("hour").diff().min().alias("least"))
    assert order["least"].drop_nulls().min() is None or order["least"].min() >= 0.0
    for journey in order["event"]:
        assert journey[0] == "box is born"
        assert journey.to_list().count("box arrives") <= 1
        assert "box arrives" not in journey.to_list()[:-1]
    _servers_hold(events, compiled)
    _in_turn(events, compiled)
    sizes = {step.place: step.size for step in compiled.model.steps if step.size}
    assert not sizes or events["boxes"].max() <= max([*sizes.values(), *(pool.size for pool in compiled.model.pools)])


def _servers_hold(events: pl.DataFrame, compiled: Compiled) -> None:
    """Berths: never more ships between taking and leaving a berth than there are berths."""
    servers = {resource.name: resource.servers for resource in compiled.model.resources if resource.kept}
    changes: dict[str, list[tuple[float, int, int]]] = {name: [] for name in servers}
    for step in compiled.model.steps:
        if step.resource in servers and step.kind in (r.SEIZE, r.RELEASE):
            event, sign = ("leaves", 1) if step.kind == r.SEIZE else ("enters", -1)
            times = events.filter((pl.col("step") == step.name) & (pl.col("event") == event))["hour"]
            changes[step.resource] += [(time, sign, 0) for time in times]
    for name, listed in changes.items():
        held = np.cumsum([sign for _, sign, _ in sorted(listed)])
        waits_off = any(step.kind == r.BOARD and step.resource == name for step in compiled.model.steps)
        if not waits_off:  # a ship that waits for cargo off its berth gives it back within the step of boarding
            assert not len(held) or held.max() <= servers[name], name


def _in_turn(events: pl.DataFrame, compiled: Compiled) -> None:
    """Where one server serves in order, carriers leave in the order in which they came."""
    for step in compiled.model.steps:
        resource = next((row for row in compiled.model.resources if row.name == step.resource), None)
        if step.kind != r.SERVE or resource is None or resource.servers != 1:
            continue
        came = events.filter((pl.col("step") == step.name) & (pl.col("event") == "enters"))["carrier"].to_list()
        left = events.filter((pl.col("step") == step.name) & (pl.col("event") == "leaves"))["carrier"].to_list()
        assert left == came[: len(left)], step.name


@settings(RELAXED, max_examples=30)
@given(share=st.sampled_from([0.1, 0.3, 0.6]), seed=st.integers(0, 1_000))
def test_no_ship_sails_into_a_closed_sea(made: Callable[..., Corridor], share: float, seed: int) -> None:
    compiled = compile_corridor(made(closed_share=share, spread=0.3), years=0.5, warm_days=0.0)
    engine = Engine(compiled.model, compiled.horizon_h)
    outcome = engine.run(seed, 0)
    events = trace(compiled, seed=seed)
    calendar = outcome.arenas.where["calendars"]["storm"]
    base, count = int(outcome.ints[calendar + r.C_BASE]), int(outcome.ints[calendar + r.C_N])
    spells = outcome.floats[base : base + 2 * count].reshape(-1, 2)
    sails = events.filter((pl.col("what") == "run") & pl.col("service").is_in(["ship_out", "ship_back"]) & (pl.col("event") == "enters"))[
        "hour"
    ]
    assert len(sails) > 10
    for hour in sails:
        assert not ((spells[:, 0] < hour) & (hour < spells[:, 1] - 1e-9)).any()


def test_a_full_yard_blocks_the_trains_behind(made: Callable[..., Corridor]) -> None:
    tight = run(made(yard_teu=60.0, ships=1, demand_teu=9_000.0), 365.0)
    roomy = run(made(yard_teu=20_000.0, ships=1, demand_teu=9_000.0), 365.0)
    blocked = [outcome.floats[outcome.arenas.where["steps"]["west|3|off"] + r.S_WAIT] for _, outcome in (tight, roomy)]
    assert blocked[0] > 1_000.0 and blocked[1] == 0.0


def test_a_border_quota_is_kept_every_day(made: Callable[..., Corridor]) -> None:
    compiled = compile_corridor(made(quota_day=2.0, demand_teu=60_000.0, train_teu=60.0), years=0.2, warm_days=0.0)
    events = trace(compiled)
    passed = events.filter((pl.col("what") == "customs quota") & (pl.col("event") == "leaves"))
    days = Counter(int(hour // 24.0) for hour in passed["hour"])
    assert len(days) > 20 and max(days.values()) == 2


def test_customs_works_in_its_hours_only(made: Callable[..., Corridor]) -> None:
    compiled = compile_corridor(
        made(opens_h=8.0, closes_h=18.0, border_h=1.0), years=0.3, warm_days=0.0, assumptions=Assumptions(spread=False)
    )
    events = trace(compiled)
    done = events.filter((pl.col("what") == "customs") & (pl.col("event") == "leaves"))["hour"] % 24.0
    assert len(done) > 50 and done.min() >= 8.0 and done.max() <= 18.0 + 1e-6
