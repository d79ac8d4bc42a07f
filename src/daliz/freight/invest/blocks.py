"""The parts of the mixed-integer programme that the arc-flow and the route-based model share.

Variables: built (units of each option), unserved (of each demand in each scenario, where that is allowed), growth (multiple of demand
carried, in each scenario or in the worst). Models are written in linopy, with sparse sums: a matrix times a variable along one of its
dimensions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sparse

from daliz.corridor import MissingExtraError
from daliz.freight.invest.design import Design, Goal

if TYPE_CHECKING:
    import linopy
    import xarray as xr


def extra(name: str) -> Any:
    """A package of the extra `invest`. Raises: MissingExtraError."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtraError("invest", name) from error


def array(values: Any, **dims: pd.Index) -> xr.DataArray:
    """A labelled array; its dimensions in the order of the values' axes."""
    return extra("xarray").DataArray(np.asarray(values), coords=list(dims.values()), dims=list(dims))


def times(matrix: sparse.spmatrix, variable: Any, over: str, to: str, rows: pd.Index) -> Any:
    """The matrix times a variable along its dimension `over`: an expression over `to` instead, with a term for each of `rows`."""
    xarray = extra("xarray")
    table = sparse.coo_matrix(sparse.csr_matrix(matrix)[rows])
    # A row without entries would be missing from the sum; a zero times the first variable keeps it.
    absent = np.setdiff1d(np.arange(len(rows)), table.row)
    row = np.concatenate([table.row, absent])
    column = np.concatenate([table.col, np.zeros(len(absent), np.int64)])
    entry = np.concatenate([table.data, np.zeros(len(absent))])
    picked = variable.isel({over: xarray.DataArray(column, dims="entry")}) * xarray.DataArray(entry, dims="entry")
    if over in picked.coords:
        picked = picked.drop_vars(over)
    return picked.groupby(xarray.DataArray(np.asarray(rows)[row], dims="entry", name=to)).sum()


class Part(NamedTuple):
    """A matrix (rows x a dimension of a variable), the variable and that dimension; it is summed over all others but scenario."""

    matrix: sparse.spmatrix
    variable: Any
    over: str


def total(model: linopy.Model, parts: Sequence[Part], to: pd.Index, scenario: pd.Index) -> Any:
    """The sum of matrices times variables, over `to` and scenario; written term by term, since expressions are slow to add up."""
    blocks = [_terms(part, len(to), len(scenario)) for part in parts]
    labels, weight = (np.concatenate([block[i] for block in blocks], 2) for i in (0, 1))
    # A row without terms would be missing from the programme; a zero times some variable keeps it.
    empty = (labels < 0).all(2)
    labels[empty, 0], weight[empty, 0] = labels.max(), 0.0
    dims = (str(to.name), "scenario", "_term")
    terms = extra("xarray").Dataset({"coeffs": (dims, weight), "vars": (dims, labels)}, coords={dims[0]: to, "scenario": scenario})
    return extra("linopy").LinearExpression(terms, model)


def _terms(part: Part, rows: int, scenarios: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Labels of variables and their weights (rows x scenarios x terms); a label of -1 stands for none."""
    table = sparse.csr_matrix(part.matrix)
    within = np.arange(table.nnz) - np.repeat(table.indptr[:-1], np.diff(table.indptr))
    row = np.repeat(np.arange(rows), np.diff(table.indptr))
    kept = [part.over, *(["scenario"] if "scenario" in part.variable.dims else [])]
    labels = part.variable.labels.transpose(*kept, ...).values.reshape(part.matrix.shape[1], scenarios if len(kept) == 2 else 1, -1)
    shape = (rows, scenarios, int(within.max(initial=-1)) + 1, labels.shape[2])
    found, weight = np.full(shape, -1, np.int64), np.full(shape, np.nan)
    found[row, :, within] = labels[table.indices]
    weight[row, :, within] = table.data[:, None, None]
    return found.reshape(rows, scenarios, -1), weight.reshape(rows, scenarios, -1)


class Dimensions:
    """The labels of a design's dimensions."""

    def __init__(self, design: Design) -> None:
        self.scenario = pd.RangeIndex(len(design.probability), name="scenario")
        self.option = pd.RangeIndex(len(design.options.names), name="option")
        self.demand = pd.RangeIndex(len(design.origin), name="demand")
        self.resource = pd.RangeIndex(len(design.resources), name="resource")
        self.arc = pd.RangeIndex(len(design.tail), name="arc")


def investment(model: linopy.Model, design: Design, goal: Goal, relaxed: bool) -> dict[str, Any]:
    """Add what can be built and its rules, what may stay unserved and how demand grows. Returns: the variables by name."""
    dims, options = Dimensions(design), design.options
    found: dict[str, Any] = {}
    if len(dims.option):
        top = array(np.where(np.isfinite(options.most), options.most, 1e6), option=dims.option)
        whole = options.whole & (not relaxed)
        if whole.any() and not whole.all():
            found["built"] = _mixed(model, design, dims, top)
        else:
            found["built"] = model.add_variables(lower=0, upper=top, coords=[dims.option], name="built", integer=bool(whole.all()))
        built = found["built"]
        if design.budget is not None:
            model.add_constraints((built * array(options.cost, option=dims.option)).sum() <= design.budget, name="budget")
        for i, (later, earlier) in enumerate(options.after):
            model.add_constraints(built.isel(option=later, drop=True) - built.isel(option=earlier, drop=True) <= 0, name=f"after{i}")
        for i, group in enumerate(options.exclusive):
            if len(group) > 1:
                model.add_constraints(built.isel(option=list(group)).sum() <= 1, name=f"exclusive{i}")
    if design.unserved_cost is not None and goal not in ("growth", "worst_growth"):
        coords = [dims.demand, dims.scenario]
        most = array(design.amount, demand=dims.demand, scenario=dims.scenario)
        found["unserved"] = model.add_variables(lower=0, upper=most, coords=coords, name="unserved")
    if goal in ("growth", "worst_growth"):
        found["growth"] = model.add_variables(lower=0, upper=design.most_growth, coords=[dims.scenario], name="growth")
    if goal in ("worst_growth", "worst_cost"):
        found["worst"] = model.add_variables(lower=-np.inf if goal == "worst_cost" else 0, name="worst")
    return found


def _mixed(model: linopy.Model, design: Design, dims: Dimensions, top: xr.DataArray) -> Any:
    """Options of which some come whole and some in any amount: all in any amount, tied to whole units where whole."""
    built = model.add_variables(lower=0, upper=top, coords=[dims.option], name="built")
    which = pd.Index(np.flatnonzero(design.options.whole), name="whole")
    most = top.isel(option=which).rename(option="whole").assign_coords(whole=which)
    units = model.add_variables(lower=0, upper=most, coords=[which], name="units", integer=True)
    picked = built.isel(option=np.asarray(which)).rename(option="whole").assign_coords(whole=which)
    model.add_constraints(picked - units == 0, name="whole_units")
    return built


def capacities(model: linopy.Model, design: Design, found: dict[str, Any], *load: Part) -> None:
    """Load on each resource, as far as it is known yet, within what there is and what is built, in each scenario."""
    dims = Dimensions(design)
    parts = [*load, Part(-design.options.adds, found["built"], "option")] if "built" in found else load
    limit = array(design.capacity, resource=dims.resource, scenario=dims.scenario)
    model.add_constraints(total(model, parts, dims.resource, dims.scenario) <= limit, name="capacity")


def demand_of(design: Design) -> float:
    """Demand of a scenario, all pairs together, in the mean over scenarios."""
    return float(design.amount.sum(0) @ design.probability)


def objective(model: linopy.Model, design: Design, goal: Goal, found: dict[str, Any], moving: Callable[[], Any] | None = None) -> None:
    """Set the objective; that of growth is minus the demand carried. moving: makes the cost of moving in each scenario (expression over
    scenario), where it counts and is known yet.
    """
    dims = Dimensions(design)
    weight = array(design.probability, scenario=dims.scenario)
    if goal in ("growth", "worst_growth"):
        # In units of demand carried, so that duals are of order 1 and the solver's tolerances mean something.
        carried = demand_of(design)
        if goal == "worst_growth":
            model.add_constraints(found["growth"] - found["worst"] >= 0, name="worst_growth")
            model.add_objective(found["worst"] * -carried)
        else:
            model.add_objective((found["growth"] * (-carried * weight)).sum())
        return
    building = [(found["built"] * array(design.options.cost, option=dims.option)).sum()] if "built" in found else []
    paid = [] if goal == "build_cost" or moving is None else [moving()]
    if "unserved" in found:
        paid.append((found["unserved"] * design.unserved_cost).sum("demand"))
    if goal == "worst_cost":
        each = found["worst"] * array(-np.ones(len(dims.scenario)), scenario=dims.scenario)
        model.add_constraints(sum(paid, each) <= 0, name="worst_cost")
        paid = [found["worst"] + 0]
    else:
        paid = [(cost * weight).sum() for cost in paid]
    terms = [*paid, *building]
    if terms:
        model.add_objective(sum(terms[1:], terms[0]))
