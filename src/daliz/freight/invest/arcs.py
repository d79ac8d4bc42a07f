"""The arc-flow model: what flows over each arc, for cargo of each origin and scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse

from daliz.freight.invest.blocks import Dimensions, Part, array, capacities, extra, investment, objective, times
from daliz.freight.invest.design import Design, Goal, Ints

if TYPE_CHECKING:
    import linopy


def _forced(design: Design) -> bool:
    """Whether every resource is one arc that nothing but one option opens, so that forcing rows say more than capacities do."""
    adds = sparse.csc_matrix(design.options.adds)
    use = design.use
    return bool(
        len(design.options.names)
        and not design.capacity.any()
        and use.shape[0] == use.shape[1]
        and (use - sparse.eye(use.shape[0])).nnz == 0
        and (np.diff(adds.indptr) == 1).all()
        and (np.diff(sparse.csr_matrix(adds).indptr) == 1).all()
    )


def _commodities(design: Design, by_demand: bool) -> tuple[int, Ints]:
    """Number of commodities, and the commodity of each demand: that of its origin, unless forcing rows need each demand."""
    if by_demand:
        return len(design.origin), np.arange(len(design.origin))
    origins, which = np.unique(design.origin, return_inverse=True)
    return len(origins), which


def arc_model(design: Design, goal: Goal = "cost", relaxed: bool = False) -> linopy.Model:
    """The problem as a mixed-integer programme over arcs.

    Parameters: design, goal, relaxed (whole units may be split).
    Returns: a linopy model with the variables flow (commodity, arc, scenario), built, and unserved and growth where they apply.
    Raises: MissingExtraError.
    """
    model = extra("linopy").Model()
    dims = Dimensions(design)
    forced = _forced(design)
    count, commodity_of = _commodities(design, forced)
    commodity = pd.RangeIndex(count, name="commodity")
    found = investment(model, design, goal, relaxed)
    total = np.zeros((count, len(dims.scenario)))
    np.add.at(total, commodity_of, design.amount)
    most = np.repeat(total[:, None, :], len(dims.arc), 1) if goal not in ("growth", "worst_growth") else np.inf
    coords = [commodity, dims.arc, dims.scenario]
    upper = array(most, commodity=commodity, arc=dims.arc, scenario=dims.scenario) if isinstance(most, np.ndarray) else np.inf
    flow = model.add_variables(lower=0, upper=upper, coords=coords, name="flow")
    _balance(model, design, found, flow, commodity, commodity_of)
    capacities(model, design, found, Part(design.use, flow, "arc"))
    if forced:
        _forcing(model, design, found["built"], flow, total, commodity)
    objective(model, design, goal, found, lambda: (flow.sum("commodity") * array(design.cost, arc=dims.arc)).sum("arc"))
    return model


def _balance(model: linopy.Model, design: Design, found: dict[str, Any], flow: Any, commodity: pd.Index, commodity_of: Ints) -> None:
    """What leaves a node less what comes in is what starts there less what ends there."""
    dims = Dimensions(design)
    count, nodes, scenarios = len(commodity), design.nodes, len(dims.scenario)
    arcs = np.arange(len(design.tail))
    incidence = sparse.csr_matrix(
        (
            np.concatenate([np.ones(len(arcs)), -np.ones(len(arcs))]),
            (np.concatenate([design.tail, design.head]), np.concatenate([arcs, arcs])),
        ),
        shape=(nodes, len(arcs)),
    )
    node = pd.RangeIndex(nodes, name="node")
    left = times(incidence, flow, "arc", "node", node)
    supply = np.zeros((count, nodes, scenarios))
    np.add.at(supply, (commodity_of, design.origin), design.amount)
    np.add.at(supply, (commodity_of, design.destination), -design.amount)
    if "growth" in found:
        left = left - found["growth"] * array(supply, commodity=commodity, node=node, scenario=dims.scenario)
        supply = np.zeros_like(supply)
    if "unserved" in found:
        key = np.concatenate([commodity_of * nodes + design.origin, commodity_of * nodes + design.destination])
        sign = np.concatenate([np.ones(len(commodity_of)), -np.ones(len(commodity_of))])
        which = sparse.csr_matrix((sign, (key, np.tile(np.arange(len(commodity_of)), 2))), shape=(count * nodes, len(commodity_of)))
        place = pd.RangeIndex(count * nodes, name="place")
        short = times(which, found["unserved"], "demand", "place", place)
        stacked = left.stack(place_=("commodity", "node")).drop_vars(["place_", "commodity", "node"]).rename(place_="place")
        left = stacked.assign_coords(place=place) + short
        model.add_constraints(left == array(supply.reshape(count * nodes, scenarios), place=place, scenario=dims.scenario), name="balance")
        return
    model.add_constraints(left == array(supply, commodity=commodity, node=node, scenario=dims.scenario), name="balance")


def _forcing(model: linopy.Model, design: Design, built: Any, flow: Any, total: Any, commodity: pd.Index) -> None:
    """No flow of any demand over an arc that is not opened: implied by the capacities, but not by their relaxation."""
    dims = Dimensions(design)
    adds = sparse.csr_matrix(design.options.adds)
    opened_by = adds.indices
    size = np.minimum(adds.data[None, :, None], total[:, None, :])
    opened = built.isel(option=opened_by).rename(option="arc").assign_coords(arc=dims.arc)
    model.add_constraints(flow - opened * array(size, commodity=commodity, arc=dims.arc, scenario=dims.scenario) <= 0, name="forcing")
