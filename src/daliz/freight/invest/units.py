"""The programme of what to build alone: its rules, its cost, and cuts that say how much is needed at least."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from daliz.freight.invest.blocks import extra
from daliz.freight.invest.design import Floats
from daliz.freight.invest.master import Master
from daliz.freight.invest.solve import Solved, outcome, quiet

SLACK = 1e-9
"""How much, relative to itself, a cut is loosened for rounding errors in duals."""


class Units:
    """Options and the rules of building, at least cost, with what flows replaced by cuts.

    Where routes are complete, the duals of a programme that looks for the least uncarried demand, or for the least cost, hold for every
    set of units: demand at its duals is no more than capacity, there already and built, at its own (metric inequalities, Onaga and
    Kakusho 1971; Benders 1962; Costa 2005).
    """

    def __init__(self, master: Master) -> None:
        self.design = master.design
        highspy = extra("highspy")
        rules, least, most = master.rules()
        count = len(master.options)
        programme = highspy.HighsLp()
        programme.num_row_, programme.num_col_ = rules.shape
        programme.col_cost_ = self.design.options.cost
        programme.col_lower_, programme.col_upper_ = master.limits()
        programme.row_lower_, programme.row_upper_ = least, most
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_, programme.a_matrix_.index_, programme.a_matrix_.value_ = rules.indptr, rules.indices, rules.data
        self.solver = quiet()
        self.solver.passModel(programme)
        self.columns: npt.NDArray[np.int32] = np.arange(count, dtype=np.int32)

    def whole(self) -> None:
        """From now on, options that come whole are built whole."""
        kind = extra("highspy").HighsVarType
        self.solver.changeColsIntegrality(
            len(self.columns), self.columns, np.where(self.design.options.whole, kind.kInteger, kind.kContinuous)
        )

    def cut(self, master: Master) -> None:
        """A cut for each scenario from the master's duals."""
        demand, capacity, _ = master.duals()
        design = self.design
        needed = (demand * design.amount).sum(0) + (capacity * design.capacity).sum(0)
        gives = -(design.options.adds.T @ capacity)
        for s in np.flatnonzero(needed > SLACK * design.amount.sum()):
            size = float(np.abs(gives[:, s]).max(initial=0.0))
            if size > 0:
                scaled = gives[:, s] / size
                kept = np.flatnonzero(np.abs(scaled) > SLACK)
                least = float(needed[s]) / size * (1 - SLACK)
                self.solver.addRow(least, np.inf, len(kept), kept.astype(np.int32), scaled[kept])

    def solve(self, gap: float, time_limit_s: float) -> tuple[Solved, Floats]:
        """The cheapest units by the cuts so far, with a bound that holds for the whole problem."""
        self.solver.setOptionValue("mip_rel_gap", gap)
        self.solver.setOptionValue("time_limit", min(time_limit_s, 1e7) + self.solver.getRunTime())
        self.solver.run()
        found = outcome(self.solver, 0.0)
        if not np.isfinite(found.objective):
            return found, np.zeros(len(self.columns))
        return found, np.asarray(self.solver.getSolution().col_value)
