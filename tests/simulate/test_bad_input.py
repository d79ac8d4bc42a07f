"""Tables that cannot be simulated: one clear message each, with the row at fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from daliz.corridor import Corridor, DalizError
from daliz.corridor.errors import DatasetError
from daliz.freight.simulate import records as r
from daliz.freight.simulate import simulate
from daliz.freight.simulate.compile import compile_corridor
from daliz.freight.simulate.engine import Engine
from daliz.freight.simulate.laws import exponential, fixed, triangular
from daliz.freight.simulate.model import Model, Source, Step
from daliz.freight.simulate.words import unsettled

Change = Callable[[dict[str, Any]], Any]


def _set(table: str, row: int, **cells: Any) -> Change:
    return lambda rows: rows[table][row].update(cells)


CASES: dict[str, tuple[Change, str]] = {
    "demand with no path": (
        _set("demands", 0, destination="border"),
        "demands/out: no path from inland to border: no open service unloads at border",
    ),
    "demand from where nothing loads": (_set("demands", 0, origin="border"), "no path from border to end: no open service loads at border"),
    "route that does not meet": (_set("demands", 0, route=["west", "east"]), "east loads nothing at port_a"),
    "fleet without ships": (_set("fleets", 0, count=0), "fleets/ships: count = 0: a fleet without ships"),
    "fleet that is not open": (_set("fleets", 0, status="planned"), "services/ship_.*: fleet 'ships' is not open"),
    "yard of zero": (_set("terminals", 4, yard_teu=0.5), "terminals/yard_a: yard_teu = 0.5, expected at least 2 TEU; a yard of zero"),
    "quota of less than one": (_set("terminals", 1, quota_day=0.4), "quota_day = 0.4, expected at least 1 train"),
    "capacity of zero": (_set("services", 0, capacity_teu=1.0), "services/west: capacity_teu = 1 takes not one box"),
    "line without a slot": (
        _set("links", 0, other_trains_day=20.0),
        "links/l1: other_trains_day = 20 leaves nothing of capacity_trains_day = 20",
    ),
    "timetable without departure": (
        _set("services", 0, leaves="timetable"),
        "services/west: leaves by timetable, but has no row in the table departures",
    ),
    "headway without hours": (
        _set("services", 0, leaves="headway", headway_h=None),
        "services/west: leaves by headway, but headway_h is empty",
    ),
    "season of eleven months": (_set("demands", 0, season=["1"] * 11), "demands/out: season has 11 factors"),
    "terminal that never opens": (_set("terminals", 4, opens_h=8.0, closes_h=8.0), "opens_h = closes_h = 8: it never opens"),
    "unknown time zone": (_set("places", 1, timezone="Mars/Base"), "'Mars/Base' is not an IANA time zone"),
    "no demand at all": (_set("demands", 0, teu_year=0.0), "no demand: the table demands has no row that services carry"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_clear_message(name: str, made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    change, message = CASES[name]
    rows = rows_of()
    change(rows)
    with pytest.raises(DalizError, match=message):
        compile_corridor(corridor_of(**rows))


def test_a_departure_outside_the_horizon_is_said(made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    rows = rows_of()
    rows["services"][0]["leaves"] = "timetable"
    rows["departures"] = [{"id": "d", "service": "west", "weekdays": "1", "time": "10:00", "valid_from": "2031"}]
    with pytest.raises(DalizError, match="no departure between"):
        compile_corridor(corridor_of(**rows))


def test_closures_that_never_end_are_said(made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    rows = rows_of(closed_share=1.0)
    with pytest.raises(DalizError, match="hazards/storm: share_closed = 1 in every month: the closure of storm never ends"):
        compile_corridor(corridor_of(**rows))
    rows["hazards"][0] |= {"share_closed": 0.3, "closed_h": None}
    with pytest.raises(DalizError, match="closed_h is empty"):
        compile_corridor(corridor_of(**rows))


def test_service_times_out_of_order_are_refused_with_the_table(made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    corridor = corridor_of(**rows_of())
    worse = corridor["terminals"].with_columns(pl.lit(99.0).alias("service_min_h"))
    with pytest.raises(DatasetError, match="service_min_h = '99': must not be more than service_h"):
        corridor.replace("terminals", worse)
    with pytest.raises(DalizError, match="expected low <= mode <= high, got 3, 2, 4"):
        triangular(3.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("years", "warm", "message"),
    [(-1.0, 60.0, "years = -1"), (1e9, 60.0, "years = 1e\\+09"), (0.0, 60.0, "years = 0"), (1.0, -5.0, "warm-up = -5 days")],
)
def test_horizons_that_make_no_sense_are_said(made: Callable[..., Corridor], years: float, warm: float, message: str) -> None:
    with pytest.raises(DalizError, match=message):
        simulate(made(), years=years, warm_days=warm)


def test_an_unstable_corridor_is_said_with_what_overloads_and_by_how_much(made: Callable[..., Corridor]) -> None:
    simulation = simulate(made(ships=1, demand_teu=90_000.0, tracks=2, line_day=60.0), replications=2)
    said = unsettled(simulation)
    assert any("(ship_out) is overloaded" in text and "% of its demand" in text for text in said), said
    assert unsettled(simulate(made(demand_teu=5_000.0), replications=2)) == []


def test_without_strictness_demands_that_cannot_go_are_listed(made_rows: Any) -> None:
    rows_of, corridor_of = made_rows
    rows = rows_of()
    rows["demands"].append({**rows["demands"][0], "id": "nowhere", "destination": "border"})
    simulation = simulate(corridor_of(**rows), replications=1, strict=False)
    assert list(simulation.compiled.unserved) == ["nowhere"]
    assert "no open service unloads at border" in simulation.compiled.unserved["nowhere"]


def test_steps_that_run_in_a_circle_are_said() -> None:
    model = Model(
        steps=[Step("a", r.DELAY, next="b", law=fixed(0.0)), Step("b", r.DELAY, next="a", law=fixed(0.0))],
        sources=[Source("door", exponential(1.0), step="a")],
    )
    with pytest.raises(DalizError, match="circle of steps"):
        Engine(model, 10.0).run(1, 0)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Model(steps=[Step("a", r.SERVE, next="b", resource="clark")], sources=[]), "step a names 'b'"),
        (Model(steps=[Step("a", r.DELAY)], sources=[]), "step a has no next step"),
        (Model(steps=[Step("a", r.END), Step("a", r.END)]), "two steps of the model have one name"),
    ],
)
def test_rows_that_name_nothing_are_said(model: Model, message: str) -> None:
    with pytest.raises(DalizError, match=message):
        Engine(model, 10.0)


def test_a_run_that_needs_more_room_gets_it() -> None:
    rush = Model(
        steps=[Step("wait", r.DELAY, next="out", law=fixed(5_000.0)), Step("out", r.END)],
        sources=[Source("door", exponential(0.2), step="wait")],
    )
    engine = Engine(rush, 10_000.0)
    outcome = engine.run(1, 0)
    assert engine.room.carriers > 20_000 and engine.room.slots > 20_000
    assert outcome.floats[outcome.arenas.where["steps"]["out"] + r.S_N] > 20_000
