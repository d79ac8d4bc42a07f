"""The simulator: a year of the corridor, event by event.

Tables to arrays (`compile`, `layout`), arrays to arrays (`kernel`), arrays to tables (`tally`, `simulation`).
"""

from daliz.freight.simulate.assumptions import Assumptions
from daliz.freight.simulate.simulation import Simulation, simulate

__all__ = ["Assumptions", "Simulation", "simulate"]
