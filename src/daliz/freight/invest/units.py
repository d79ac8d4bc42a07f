"""The programme of what to build alone: its rules, its goal, and cuts that say how much is needed at least.

Algorithm: the best units by the cuts so far, and the routes and cuts that these units want, take turns until what the routes make of the
units is what the cuts let hope for (Benders 1962; Costa 2005): split units first, then whole ones. Cuts: where routes are complete, the
duals of a programme that looks for the least uncarried demand, or for the largest multiple of demand, hold for every set of units:
demand, so many times, at its duals is no more than capacity, there already and built, at its own (metric inequalities, Onaga and Kakusho
1971).

Cost: a small mixed-integer programme and a few rounds of column generation a turn.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from daliz.freight.invest.blocks import demand_of, extra
from daliz.freight.invest.design import Floats
from daliz.freight.invest.master import Master
from daliz.freight.invest.pricing import CARRIED, OutOfTime, Pricing, Settled
from daliz.freight.invest.solve import Solved, outcome, quiet

SLACK = 1e-9
"""How much, relative to itself, a cut is loosened for rounding errors in duals."""
NEAR = 1e-3
"""How near split units must come to what the cuts let hope for, relative to it, before whole units are asked for."""


class Units:
    """Options and the rules of building, with what flows replaced by cuts: at least cost, or for the largest multiple of demand."""

    def __init__(self, master: Master) -> None:
        self.master, self.design = master, master.design
        highspy = extra("highspy")
        rules, least, most = master.rules()
        count = len(master.options)
        programme = highspy.HighsLp()
        programme.num_row_, programme.num_col_ = rules.shape
        programme.col_cost_ = self.design.options.cost if master.goal == "build_cost" else np.zeros(count)
        programme.col_lower_, programme.col_upper_ = master.limits()
        programme.row_lower_, programme.row_upper_ = least, most
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_, programme.a_matrix_.index_, programme.a_matrix_.value_ = rules.indptr, rules.indices, rules.data
        self.solver = quiet()
        self.solver.passModel(programme)
        self.columns: npt.NDArray[np.int32] = np.arange(count, dtype=np.int32)
        self.growth = self._growth_columns()

    def _growth_columns(self) -> npt.NDArray[np.int32] | None:
        """The column of each scenario's multiple of demand, where it grows; one of all for the worst."""
        if self.master.goal == "build_cost":
            return None
        scenarios = self.master.scenarios
        worst = self.master.goal == "worst_growth"
        weight = np.ones(1) if worst else self.design.probability
        for share in weight:
            self.solver.addCol(-demand_of(self.design) * share, 0.0, self.design.most_growth, 0, np.zeros(0, np.int32), np.zeros(0))
        return len(self.columns) + (np.zeros(scenarios, np.int32) if worst else np.arange(scenarios, dtype=np.int32))

    def whole(self) -> None:
        """From now on, options that come whole are built whole."""
        kind = extra("highspy").HighsVarType
        self.solver.changeColsIntegrality(
            len(self.columns), self.columns, np.where(self.design.options.whole, kind.kInteger, kind.kContinuous)
        )

    def cut(self) -> None:
        """A cut for each scenario from the master's duals."""
        demand, capacity, _ = self.master.duals()
        design = self.design
        needed = (demand * design.amount).sum(0)
        there = -(capacity * design.capacity).sum(0)
        gives = -(design.options.adds.T @ capacity)
        most = design.amount.sum()
        for s in np.flatnonzero(needed > SLACK * most if self.growth is not None else needed - there > SLACK * most):
            column, entry = self.columns, gives[:, s]
            if self.growth is not None:
                column, entry = np.append(column, self.growth[s]), np.append(entry, -needed[s])
            size = float(np.abs(entry).max(initial=0.0))
            if size > 0:
                kept = np.flatnonzero(np.abs(entry) > SLACK * size)
                least = float(-there[s] + (needed[s] if self.growth is None else 0.0)) / size
                self.solver.addRow(least - SLACK * abs(least), np.inf, len(kept), column[kept], entry[kept] / size)

    def solve(self, gap: float, time_limit_s: float) -> tuple[Solved, Floats]:
        """The best units by the cuts so far, with a bound that holds for the whole problem."""
        self.solver.setOptionValue("mip_rel_gap", gap)
        self.solver.setOptionValue("time_limit", min(time_limit_s, 1e7) + self.solver.getRunTime())
        self.solver.run()
        found = outcome(self.solver, 0.0)
        if not np.isfinite(found.objective):
            return found, np.zeros(len(self.columns))
        return found, np.asarray(self.solver.getSolution().col_value)[: len(self.columns)]


class Turns:
    """Units and routes by turns: the best found so far, and the bound."""

    def __init__(self, pricing: Pricing, gap: float) -> None:
        self.pricing, self.master, self.gap = pricing, pricing.master, gap
        self.cuts = Units(self.master)
        self.cuts.cut()
        self.best = pricing.rounded(self.master.built())
        self.bound, self.whole = -np.inf, False
        self.seen: set[bytes] = set()

    def search(self) -> Settled:
        """Take turns until the best found is within the gap or time is up; unsettled when units come back although a cut rules them out."""
        try:
            while self.pricing.left() > 0:
                status = self._turn()
                if status:
                    return Settled(self.best, self.bound, status)
        except OutOfTime:
            pass
        return Settled(self.best, self.bound, "time_limit")

    def _turn(self) -> str:
        """Returns: the status when the search has come to an end."""
        tried, units = self.cuts.solve(self.gap, self.pricing.left())
        if not np.isfinite(tried.objective):
            return tried.status
        self.bound = max(self.bound, tried.bound)
        if self.best is not None and self.best.objective - self.bound <= self.gap * abs(self.best.objective):
            return "optimal"
        units = np.where(self.master.design.options.whole & self.whole, np.round(units), units)
        if units.tobytes() in self.seen:
            return "unsettled"
        self.seen.add(units.tobytes())
        if self._makes(units, tried.objective):
            if self.whole:
                return tried.status
            self.whole = True
            self.seen.clear()
            self.cuts.whole()
        return ""

    def _makes(self, units: Floats, hoped: float) -> bool:
        """Complete routes for the units, with a cut where they fall short. Returns: whether they make what the cuts let hope for."""
        self.master.hold(units)
        if self.master.goal == "build_cost":
            carried = self.pricing.carries(self.cuts.cut)
            if not (carried and self.whole):
                return carried
            found = self.pricing.held(units)
            self.best = found or self.best
            return found is not None
        value = self.pricing.complete()
        self.cuts.cut()
        if self.whole and (self.best is None or value < self.best.objective):
            self.best = self.master.found_now()
        return value - hoped <= (CARRIED if self.whole else NEAR) * abs(value)
