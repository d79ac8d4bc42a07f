"""corridor-ref: the reference corridor of the simulation benchmarks, defined to the last number, as rows of a Daliz model.

100,000 FEU a year come at random and form trains of 50; the trains run, share a single track, have their boxes change gauge under four
cranes, run on, and unload over two tracks into a yard of 500 slots that blocks them when it is full; four ships of 300 FEU cycle between
two berths with three cranes each and wait for a weather gate; trains of 50 form again and run to the end. Hours throughout.
"""

from __future__ import annotations

import math

from daliz.freight.simulate import records as r
from daliz.freight.simulate.laws import exponential, fixed, lognormal, triangular
from daliz.freight.simulate.model import Calendar, Cargo, Fleet, Model, Pool, Process, Resource, Source, Step, Yard

HORIZON_H = 8760.0
FEU_YEAR = 100_000.0
TRAIN_FEU = 50
TIMETABLE_H = 168.0
RUN_1, RUN_2, RUN_3, SAIL = (30.0, 0.2), (20.0, 0.2), (40.0, 0.2), (40.0, 0.1)
HEADWAY_H = 1.5
GAUGE_CRANES, GAUGE_H = 4, (0.10, 0.20, 0.45)
TRACKS, YARD_FEU = 2, 500
QUAY_CRANES, QUAY_H = 3, (0.02, 0.03, 0.06)
SHIPS, SHIP_FEU = 4, 300
CLOSINGS_H, SWING, CLOSED_H = 0.01, 0.6, 18.0


def corridor_ref(feu_year: float = FEU_YEAR, scale: int = 1, horizon_h: float = HORIZON_H) -> Model:
    """The rows of corridor-ref; `scale` multiplies demand, servers, ships and yard together, for charts of growth."""
    ticks = [TIMETABLE_H * k for k in range(1, math.floor(horizon_h / TIMETABLE_H) + 1)]
    return Model(
        steps=[
            Step("R1", r.DELAY, next="K1", law=lognormal(*RUN_1), moves=True),
            Step("K1", r.SERVE, next="G1", resource="K1", law=fixed(HEADWAY_H / scale)),
            Step("G1", r.UNITS, next="R2", resource="G1", law=triangular(*GAUGE_H)),
            Step("R2", r.DELAY, next="U1", law=lognormal(*RUN_2), moves=True),
            Step("U1", r.SEIZE, next="U1 off", resource="U1"),
            Step("U1 off", r.ALIGHT, next="U1 free", pool="Y1"),
            Step("U1 free", r.RELEASE, next="U1 end", resource="U1"),
            Step("U1 end", r.END),
            Step("Q1", r.SEIZE, next="Q1 load", resource="Q1"),
            Step("Q1 load", r.LOAD, next="Q1 gate", resource="Q1 cranes", pool="Y1", size=SHIP_FEU, law=triangular(*QUAY_H)),
            Step("Q1 gate", r.GATE, next="Q1 free", calendar="W"),
            Step("Q1 free", r.RELEASE, next="V1", resource="Q1", mark=True),
            Step("V1", r.DELAY, next="Q2", law=lognormal(*SAIL), moves=True),
            Step("Q2", r.SEIZE, next="Q2 unload", resource="Q2"),
            Step("Q2 unload", r.UNLOAD, next="Q2 free", other="land", resource="Q2 cranes", pool="B2", law=triangular(*QUAY_H)),
            Step("land", r.DROP),
            Step("Q2 free", r.RELEASE, next="V2", resource="Q2"),
            Step("V2", r.DELAY, next="W1", law=lognormal(*SAIL), moves=True),
            Step("W1", r.GATE, next="Q1", calendar="W"),
            Step("R3", r.DELAY, next="X", law=lognormal(*RUN_3), moves=True),
            Step("X", r.ALIGHT, next="X end"),
            Step("X end", r.END),
        ],
        resources=[
            Resource("K1", servers=1),
            Resource("G1", servers=GAUGE_CRANES * scale),
            Resource("U1", servers=TRACKS * scale, kept=True),
            Resource("Q1", servers=scale, kept=True),
            Resource("Q1 cranes", servers=QUAY_CRANES * scale),
            Resource("Q2", servers=scale, kept=True),
            Resource("Q2 cranes", servers=QUAY_CRANES * scale),
        ],
        pools=[
            Pool("B1", size=TRAIN_FEU, start="R1", ticks=ticks),
            Pool("Y1", yard="Y1", cranes="Q1 cranes"),
            Pool("B2", size=TRAIN_FEU, start="R3", ticks=ticks),
        ],
        yards=[Yard("Y1", YARD_FEU * scale)],
        sources=[Source("S1", exponential(HORIZON_H / (feu_year * scale)), cargo="box")],
        cargoes=[Cargo("box", legs=[("B1", "U1 off"), ("Y1", "Q2 unload"), ("B2", "X")])],
        processes=[Process("W", cosine=(CLOSINGS_H, SWING, CLOSED_H))],
        calendars=[Calendar("W", processes=["W"])],
        fleets=[Fleet("ships", "Q1", SHIPS * scale)],
    )
