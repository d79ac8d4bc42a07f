"""The kernel's own affairs: what it does ahead of the clock, and when it is compiled again."""

from __future__ import annotations

from pathlib import Path

import pytest

from daliz.freight.simulate import kernel
from daliz.freight.simulate import records as r
from daliz.freight.simulate.engine import Engine
from daliz.freight.simulate.frames import resources_frame, steps_frame
from daliz.freight.simulate.laws import exponential
from daliz.freight.simulate.layout import Room
from daliz.freight.simulate.model import Model, Resource, Source, Step

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


def test_a_change_in_any_file_of_the_kernel_compiles_it_again() -> None:
    room = Path(kernel.__file__).parent
    compiled = {path.stem for path in room.glob("*.py") if "import" in (text := path.read_text()) and "@jit" in text}
    assert compiled | {"records"} == {*kernel.FILES, "kernel"}
