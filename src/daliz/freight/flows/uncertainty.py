"""How far shares move when what shippers are taken to value is half or twice as much.

What a day and its unreliability are worth, and how sharply shippers choose, are assumed in the tables. Each is halved and doubled by
itself, the equilibrium is solved anew, and the lowest and highest outcome is the range. It holds what these values leave open and nothing
else: demand, prices and services are as in the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from daliz.corridor import Corridor
from daliz.freight.flows.corridor import CorridorFlows, flow_model

VALUES = ("time_value_usd_feu_day", "reliability_value_usd_feu_day", "logit_scale_usd")
FACTORS = (0.5, 2.0)
RANGE = "range when a day, its unreliability and the sharpness of choice are halved and doubled"


def with_ranges(
    found: CorridorFlows,
    corridor: Corridor,
    itineraries: pl.DataFrame,
    demand_factor: float = 1.0,
    told_by: Sequence[str] | None = None,
    constants: Mapping[str, float] | None = None,
) -> CorridorFlows:
    """The flows with the range of each share.

    Parameters: found (the flows with the values of the tables), then those that it was made from (`flow_model`, `FlowModel.solve`).
    """
    keys = ["origin", "destination", "family"]
    outcomes = [found]
    for value in VALUES:
        for factor in FACTORS:
            table = corridor["commodities"].with_columns(pl.col(value) * factor)
            model = flow_model(corridor.replace("commodities", table), itineraries, demand_factor, told_by)
            outcomes.append(model.solve(constants))
    low_high = [pl.col("share").min().alias("low"), pl.col("share").max().alias("high")]
    pairs = pl.concat([one.shares.select(*keys, "share") for one in outcomes]).group_by(keys).agg(low_high)
    totals = pl.concat([one.totals.select("family", "share") for one in outcomes]).group_by("family").agg(low_high)
    return replace(found, pair_range=pairs, total_range=totals, interval=RANGE)
