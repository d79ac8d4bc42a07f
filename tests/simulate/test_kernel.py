"""The kernel's own affairs: what it does ahead of the clock, and when it is compiled again."""

from __future__ import annotations

from pathlib import Path

import pytest

from daliz.corridor.errors import DalizError
from daliz.freight.simulate import kernel
from daliz.freight.simulate import records as r
from daliz.freight.simulate.engine import Engine
from daliz.freight.simulate.frames import resources_frame, steps_frame
from daliz.freight.simulate.laws import exponential, fixed, uniform
from daliz.freight.simulate.layout import Room
from daliz.freight.simulate.model import Fleet, Model, Resource, Source, Step

QUEUE = Model(
    steps=[Step("serve", r.SERVE, next="out", resource="clerks", law=exponential(2.6)), Step("out", r.END)],
    resources=[Resource("clerks", servers=3)],
    sources=[Source("door", exponential(1.0), step="serve")],
)


def test_customers_served_ahead_of_the_clock_fare_as_one_by_one() -> None:
    ahead = Engine(QUEUE, horizon_h=5_000.0, warm_h=500.0).run(3, 1)
    traced = Engine(QUEUE, horizon_h=5_000.0, warm_h=500.0, room=Room(trace=1 << 16)).run(3, 1)  # a trace is of events
    assert int(ahead.ints[r.H_FIRED]) < 10 < int(traced.ints[r.H_FIRED])
    for frame in (steps_frame, resources_frame):
        one, other = frame(ahead), frame(traced)
        for column in one.columns[1:]:
            assert one[column].to_list() == pytest.approx(other[column].to_list(), rel=1e-9, nan_ok=True), column


def test_more_events_may_wait_than_a_million() -> None:
    steps = [Step("stay", r.DELAY, next="out", law=fixed(3.0)), Step("out", r.END)]
    model = Model(steps, sources=[Source("door", fixed(1.0 / 500_000.0), step="stay")])
    outcome = Engine(model, horizon_h=3.5, lines=False).run(1, 0)
    assert int(outcome.ints[r.H_LEAVES]) == 1 << 21
    assert steps_frame(outcome).filter(step="out")["passages"][0] == pytest.approx(250_000, abs=1)


def test_a_ring_of_steps_is_stuck_only_when_none_takes_time() -> None:
    ring = [Step("there", r.DELAY, next="back", law=fixed(0.1), mark=True), Step("back", r.DELAY, next="there", law=fixed(0.1))]
    outcome = Engine(Model(ring, fleets=[Fleet("ferry", "there", 1)]), horizon_h=20_000.0).run(1, 0)
    assert steps_frame(outcome).filter(step="there")["cycles"][0] == pytest.approx(99_999, abs=2)
    fork = [Step("fork", r.BRANCH, next="fork", other="fork", share=0.5, law=uniform(0.0, 1.0))]
    with pytest.raises(DalizError, match="none of which takes time"):
        Engine(Model(fork, fleets=[Fleet("ferry", "fork", 1)]), horizon_h=10.0).run(1, 0)


def test_a_change_in_any_file_of_the_kernel_compiles_it_again() -> None:
    room = Path(kernel.__file__).parent
    compiled = {path.stem for path in room.glob("*.py") if "import" in (text := path.read_text()) and "@jit" in text}
    assert compiled | {"records"} == {*kernel.FILES, "kernel"}
