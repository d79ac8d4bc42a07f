"""From arrays to tables: what one replication of any model left in the kernel's records."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from daliz.freight.simulate import records as r
from daliz.freight.simulate.engine import Outcome


def steps_frame(outcome: Outcome) -> pl.DataFrame:
    """Steps: passages, mean hours waited, lost to closed calendars and in service, longest wait, waits of single boxes, cycles (hours)."""
    rows, names = _records(outcome, "steps", 16)
    return pl.DataFrame(
        {
            "step": names,
            "passages": rows[:, r.S_N],
            "wait_h": _mean(rows[:, r.S_WAIT], rows[:, r.S_N]),
            "closed_h": _mean(rows[:, r.S_CLOSED], rows[:, r.S_N]),
            "service_h": _mean(rows[:, r.S_SERVICE], rows[:, r.S_N]),
            "longest_wait_h": rows[:, r.S_WAITMAX],
            "boxes": rows[:, r.S_BOXES],
            "box_wait_h": _mean(rows[:, r.S_UNITWAIT], rows[:, r.S_UNITS]),
            "cycles": rows[:, r.S_MARKN],
            "cycle_h": _mean(rows[:, r.S_MARKSUM], rows[:, r.S_MARKN]),
        }
    )


def resources_frame(outcome: Outcome) -> pl.DataFrame:
    """Resources: servers, share of their hours in use, mean and longest queue of carriers, carriers turned away."""
    rows, names = _records(outcome, "resources", 8)
    addresses = list(outcome.arenas.where["resources"].values())
    servers = outcome.ints[[address + r.R_SERVERS for address in addresses]] if addresses else np.zeros(0)
    hours = outcome.arenas.horizon_h - outcome.arenas.warm_h
    return pl.DataFrame(
        {
            "resource": names,
            "servers": servers,
            "use": rows[:, r.R_BUSYTIME] / (np.maximum(servers, 1) * hours),
            "mean_queue": rows[:, r.R_AREA] / outcome.arenas.horizon_h,
            "longest_queue": rows[:, r.R_MAXQUEUE],
            "turned_away": outcome.ints[[address + r.R_LOST for address in addresses]] if addresses else np.zeros(0),
        }
    )


def pools_frame(outcome: Outcome) -> pl.DataFrame:
    """Pools: boxes that left them, mean and longest hours waited, boxes still there."""
    rows, names = _records(outcome, "pools", 5)
    left = [int(outcome.ints[address + r.P_COUNT]) for address in outcome.arenas.where["pools"].values()]
    wait = _mean(rows[:, r.P_WAIT], rows[:, r.P_N])
    return pl.DataFrame({"pool": names, "boxes": rows[:, r.P_N], "wait_h": wait, "longest_wait_h": rows[:, r.P_WAITMAX], "inside": left})


def cargoes_frame(outcome: Outcome) -> pl.DataFrame:
    """Classes of boxes: made and delivered in the hours that count, journey hours (mean, least, most), mean share of time standing."""
    rows, names = _records(outcome, "cargoes", 12)
    return pl.DataFrame(
        {
            "cargo": names,
            "made": rows[:, r.K_MADE],
            "delivered": rows[:, r.K_N],
            "mean_h": _mean(rows[:, r.K_SUM], rows[:, r.K_N]),
            "least_h": rows[:, r.K_MIN],
            "most_h": rows[:, r.K_MAX],
            "standing_share": _mean(rows[:, r.K_SHARE], rows[:, r.K_N]),
        }
    )


def _records(outcome: Outcome, kind: str, width: int) -> tuple[Any, list[str]]:
    where = outcome.arenas.where[kind]
    if not where:
        return np.zeros((0, width)), []
    return outcome.floats[np.fromiter(where.values(), np.int64)[:, None] + np.arange(width)], list(where)


def _mean(total: Any, count: Any) -> Any:
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
