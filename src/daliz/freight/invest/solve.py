"""Solving a model with HiGHS, so that a time limit still gives the best solution found and how far from the best possible it can be."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sparse

from daliz.freight.invest.blocks import extra
from daliz.freight.invest.design import Floats, Ints, InvestError

if TYPE_CHECKING:
    import linopy

LARGEST = 1e300


@dataclass(frozen=True)
class Solved:
    """Outcome of a solver run.

    Attributes: status (optimal, time_limit or infeasible), objective and bound (nan without a solution), gap ((objective - bound) /
    |objective|), seconds, values (of each variable by name, as labelled by linopy).
    """

    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    values: dict[str, Floats] = field(repr=False, default_factory=dict)


def highs(matrices: Any, time_limit_s: float | None = None, gap: float = 1e-4, threads: int = 1, log: bool = False) -> Any:
    """The matrices of a linopy model handed to HiGHS, with its options set."""
    solver = quiet(log)
    solver.passModel(_programme(extra("highspy"), matrices))
    solver.setOptionValue("threads", threads)
    solver.setOptionValue("mip_rel_gap", gap)
    if time_limit_s is not None:
        solver.setOptionValue("time_limit", float(time_limit_s))
    return solver


def quiet(log: bool = False) -> Any:
    """An empty HiGHS that prints nothing, unless it is asked to."""
    with _no_banner():
        solver = extra("highspy").Highs()
    solver.setOptionValue("output_flag", log)
    # Sub-problems as heuristics cost more than they bring where a few dozen units decide over thousands of flows.
    solver.setOptionValue("mip_heuristic_run_rins", False)
    solver.setOptionValue("mip_heuristic_run_rens", False)
    return solver


@contextmanager
def _no_banner() -> Iterator[None]:
    """HiGHS prints its name to the process's own standard output when it is made, where it would stand in the middle of JSON."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
        with suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).fflush(None)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _programme(highspy: Any, matrices: Any) -> Any:
    """The model as HiGHS takes it. (linopy hands it over too, but not quietly.)"""
    rows = sparse.csr_matrix((0, len(matrices.c)) if matrices.A is None else matrices.A)
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = rows.shape
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = matrices.c, matrices.lb, matrices.ub
    programme.row_lower_ = np.where(matrices.sense == "<", -np.inf, matrices.b)
    programme.row_upper_ = np.where(matrices.sense == ">", np.inf, matrices.b)
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_, programme.a_matrix_.index_, programme.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    kind = highspy.HighsVarType
    if (matrices.vtypes != "C").any():
        programme.integrality_ = [kind.kContinuous if letter == "C" else kind.kInteger for letter in matrices.vtypes]
    return programme


def outcome(solver: Any, seconds: float, constant: float = 0.0) -> Solved:
    """What HiGHS found, without the values. Raises: InvestError when it failed."""
    kind = extra("highspy").HighsModelStatus
    status = solver.getModelStatus()
    if status in (kind.kInfeasible, kind.kUnboundedOrInfeasible):
        return Solved("infeasible", np.nan, np.nan, np.nan, seconds)
    information = solver.getInfo()
    if status not in (kind.kOptimal, kind.kTimeLimit, kind.kIterationLimit, kind.kInterrupt):
        raise InvestError(f"the solver stopped: {solver.modelStatusToString(status)}")
    found = information.objective_function_value + constant
    if information.primal_solution_status != 2:
        found = np.nan
    whole = information.mip_dual_bound
    bound = (whole if abs(whole) < LARGEST and information.mip_node_count >= 0 else information.objective_function_value) + constant
    gap = max(0.0, (found - bound) / max(abs(found), 1e-9)) if np.isfinite(found) else np.inf
    return Solved("optimal" if status == kind.kOptimal else "time_limit", found, bound, gap, seconds)


def places(labels: Any) -> Ints:
    """Position of each label of linopy's in the programme."""
    position = np.full(int(labels.max(initial=-1)) + 1, -1)
    position[labels] = np.arange(len(labels))
    return position


def values_of(model: linopy.Model, matrices: Any, solution: Any) -> dict[str, Floats]:
    """Values of each variable, in its own shape."""
    position, flat = places(matrices.vlabels), np.asarray(solution)
    return {name: flat[position[variable.labels.values]] for name, variable in model.variables.items()}


def solve(model: linopy.Model, time_limit_s: float | None = None, gap: float = 1e-4, threads: int = 1, constant: float = 0.0) -> Solved:
    """Solve a model.

    Parameters: time_limit_s (None: none), gap (relative; where to stop), threads, constant (added to objective and bound).
    Returns: the outcome; after a time limit the best solution with its gap, or nan values when none was found.
    """
    began = time.perf_counter()
    matrices = model.matrices
    solver = highs(matrices, time_limit_s, gap, threads)
    solver.run()
    found = outcome(solver, time.perf_counter() - began, constant)
    if not np.isfinite(found.objective):
        return found
    values = values_of(model, matrices, solver.getSolution().col_value)
    return Solved(found.status, found.objective, found.bound, found.gap, found.seconds, values)
