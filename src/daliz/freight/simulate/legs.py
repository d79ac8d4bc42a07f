"""What a box does on its way, hour by hour: moving, in service, and waiting for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from daliz.freight.simulate import records as r
from daliz.freight.simulate.compile import Demand, Ride
from daliz.freight.simulate.programmes import StepInfo

if TYPE_CHECKING:
    from daliz.freight.simulate.simulation import Simulation

CATEGORIES = (
    "moving",
    "in service",
    "waiting for a train or ship",
    "waiting for a turn",
    "waiting for weather or hours",
    "waiting for room",
)
COLUMNS = {"demand": pl.String, "leg": pl.Int64, "service": pl.String, "place": pl.String, "what": pl.String, "row": pl.String}


def legs_frame(simulation: Simulation) -> pl.DataFrame:
    """Hours a box by demand, leg, place and kind; see `Simulation.legs`."""
    sums = simulation.tally.sums
    index = {step.name: i for i, step in enumerate(simulation.compiled.model.steps)}
    kinds = {step.name: step.kind for step in simulation.compiled.model.steps}
    rows: list[dict[str, Any]] = []
    number = 0
    for demand in simulation.compiled.demands:
        for leg, ride in enumerate(demand.rides):
            boxes, waited = sums["legs"][number]
            number += 1
            common = {"demand": demand.id, "leg": leg + 1, "service": ride.service}
            vehicle = {"place": ride.origin, "what": "cargo", "row": f"services/{ride.service}", "category": CATEGORIES[2]}
            rows.append(common | vehicle | {"hours": waited / boxes if boxes else 0.0})
            names = (*((ride.board,) if ride.board else ()), *ride.steps, ride.alight, *_dwell(demand, leg, ride))
            for name, following in zip(names, (*names[1:], ""), strict=True):
                info, values = simulation.compiled.info[name], sums["steps"][index[name]]
                # Only some ships ask for a berth again; their hours are spread over the boxes of all.
                boxes = sums["steps"][index[following], r.S_BOXES] if name.endswith("berth again") else values[r.S_BOXES]
                rows += [common | part for part in _parts(info, kinds[name], values, boxes)]
    return pl.DataFrame(rows, schema=COLUMNS | {"category": pl.String, "hours": pl.Float64}).filter(pl.col("hours") > 0.0)


def _dwell(demand: Demand, leg: int, ride: Ride) -> tuple[str, ...]:
    return (f"{ride.destination}|stand",) if ride.dwell_h > 0.0 and leg < len(demand.rides) - 1 else ()


def _parts(info: StepInfo, kind: int, sums: Any, boxes: float) -> Iterator[dict[str, Any]]:
    """The hours of a mean box at one step, by category."""
    if boxes <= 0.0:
        return
    common = {"place": info.place, "what": info.what, "row": info.row}
    waiting = CATEGORIES[5] if kind == r.ALIGHT else CATEGORIES[2] if kind == r.BOARD else CATEGORIES[3]
    yield common | {"category": CATEGORIES[0 if info.moving else 1], "hours": sums[r.S_BOXSERVICE] / boxes}
    yield common | {"category": waiting, "hours": sums[r.S_BOXWAIT] / boxes}
    yield common | {"category": CATEGORIES[4], "hours": sums[r.S_BOXCLOSED] / boxes}
