"""A Dask cluster of a scheduler and two worker processes gives the same bits, also when one of them is killed midway."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import numpy as np
import pytest

from daliz.corridor import Corridor
from daliz.freight.simulate.compile import compile_corridor
from daliz.freight.simulate.replicate import Plan, replicate

distributed = pytest.importorskip("distributed")

MANY = 48


def test_a_killed_worker_changes_nothing_but_the_time(made: Callable[..., Corridor]) -> None:
    compiled = compile_corridor(made(demand_teu=8_000.0, spread=0.4, closed_share=0.15))
    alone, _ = replicate(compiled, Plan(MANY))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50) as cluster,
        distributed.Client(cluster, timeout="60s") as client,
    ):
        client.wait_for_workers(2, timeout=120)
        killed = []

        def kill_one(done: int, total: int, half: float) -> None:
            if done >= MANY // 6 and not killed:
                address = sorted(client.scheduler_info()["workers"])[0]
                pid = client.run(os.getpid, workers=[address])[address]
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

        together, _ = replicate(compiled, Plan(MANY, cluster=cluster.scheduler_address), kill_one)
    assert killed, "a worker was to be killed while replications were under way"
    assert np.array_equal(alone.values, together.values, equal_nan=True)
    assert all(np.array_equal(total, together.sums[name], equal_nan=True) for name, total in alone.sums.items())
