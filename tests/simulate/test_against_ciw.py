"""Ciw's documented examples, run in Ciw and in the kernel: the same means.

The networks are those of Ciw's documentation (https://ciw.readthedocs.io): the bank of its first tutorials, the cafe of its tutorial on
networks, a capacity of the queue, and two classes with priorities.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ciw
import numpy as np
import pytest
from scipy.stats import norm

from daliz.freight.simulate import records as r
from daliz.freight.simulate.engine import Engine
from daliz.freight.simulate.frames import steps_frame
from daliz.freight.simulate.laws import exponential, uniform
from daliz.freight.simulate.model import Model, Resource, Source, Step

REPLICATIONS, HOURS, WARM = 12, 9_000.0, 900.0
# One false alarm in a thousand over all means compared.
ALLOWED = float(norm.ppf(1.0 - 0.0005 / 8))


@dataclass(frozen=True)
class Example:
    """A network in both languages, and the steps whose mean waits are compared with Ciw's nodes (node, class)."""

    name: str
    theirs: Callable[[], Any]
    ours: Model
    waits: dict[str, tuple[int, str | None]]


def bank() -> Example:
    model = Model(
        steps=[Step("serve", r.SERVE, next="out", resource="desks", law=exponential(10.0)), Step("out", r.END)],
        resources=[Resource("desks", servers=3)],
        sources=[Source("door", exponential(5.0), step="serve")],
    )
    return Example(
        "bank",
        lambda: ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(0.2)], service_distributions=[ciw.dists.Exponential(0.1)], number_of_servers=[3]
        ),
        model,
        {"serve": (1, None)},
    )


def cafe() -> Example:
    model = Model(
        steps=[
            Step("cold", r.SERVE, next="hungry", resource="cold", law=exponential(1.0)),
            Step("hungry", r.BRANCH, next="hot", other="till", share=0.3, law=uniform(0.0, 1.0)),
            Step("hot", r.SERVE, next="till", resource="hot", law=exponential(2.5)),
            Step("till", r.SERVE, next="out", resource="till", law=exponential(2.0)),
            Step("out", r.END),
        ],
        resources=[Resource("cold", servers=1), Resource("hot", servers=2), Resource("till", servers=2)],
        sources=[Source("cold door", exponential(1.0 / 0.3), step="cold"), Source("hot door", exponential(1.0 / 0.2), step="hot")],
    )
    return Example(
        "cafe",
        lambda: ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(0.3), ciw.dists.Exponential(0.2), None],
            service_distributions=[ciw.dists.Exponential(1.0), ciw.dists.Exponential(0.4), ciw.dists.Exponential(0.5)],
            routing=[[0.0, 0.3, 0.7], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
            number_of_servers=[1, 2, 2],
        ),
        model,
        {"cold": (1, None), "hot": (2, None), "till": (3, None)},
    )


def capacity() -> Example:
    model = Model(
        steps=[
            Step("serve", r.SERVE, next="out", other="away", resource="desk", law=exponential(1.0)),
            Step("out", r.END),
            Step("away", r.END),
        ],
        resources=[Resource("desk", servers=1, limit=4, in_order=False)],
        sources=[Source("door", exponential(1.0 / 1.2), step="serve")],
    )
    return Example(
        "capacity",
        lambda: ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(1.2)],
            service_distributions=[ciw.dists.Exponential(1.0)],
            number_of_servers=[1],
            queue_capacities=[3],
        ),
        model,
        {"serve": (1, None)},
    )


def priorities() -> Example:
    model = Model(
        steps=[
            Step("babies", r.SERVE, next="out", resource="desk", law=exponential(1.0)),
            Step("children", r.SERVE, next="out", resource="desk", law=exponential(1.0)),
            Step("out", r.END),
        ],
        resources=[Resource("desk", servers=1, in_order=False)],
        sources=[
            Source("first", exponential(1.0 / 0.3), step="babies", priority=0),
            Source("second", exponential(1.0 / 0.4), step="children", priority=1),
        ],
    )
    return Example(
        "priorities",
        lambda: ciw.create_network(
            arrival_distributions={"Baby": [ciw.dists.Exponential(0.3)], "Child": [ciw.dists.Exponential(0.4)]},
            service_distributions={"Baby": [ciw.dists.Exponential(1.0)], "Child": [ciw.dists.Exponential(1.0)]},
            priority_classes={"Baby": 0, "Child": 1},
            number_of_servers=[1],
        ),
        model,
        {"babies": (1, "Baby"), "children": (1, "Child")},
    )


def ciw_waits(example: Example) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {step: [] for step in example.waits}
    for replication in range(REPLICATIONS):
        ciw.seed(replication)
        simulation = ciw.Simulation(example.theirs())
        simulation.simulate_until_max_time(HOURS)
        records = [rec for rec in simulation.get_all_records(only=["service"]) if rec.arrival_date > WARM]
        for step, (node, kind) in example.waits.items():
            waits = [rec.waiting_time for rec in records if rec.node == node and kind in (None, rec.customer_class)]
            found[step].append(float(np.mean(waits)))
    return found


def our_waits(example: Example) -> dict[str, list[float]]:
    engine = Engine(example.ours, HOURS, WARM, lines=False)
    frames = [steps_frame(engine.run(11, replication)) for replication in range(REPLICATIONS)]
    return {step: [float(frame.filter(step=step)["wait_h"][0]) for frame in frames] for step in example.waits}


@pytest.mark.parametrize("example", [bank(), cafe(), capacity(), priorities()], ids=lambda example: example.name)
def test_means_are_those_of_ciw(example: Example) -> None:
    theirs, ours = ciw_waits(example), our_waits(example)
    for step in example.waits:
        a, b = np.array(theirs[step]), np.array(ours[step])
        error = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        assert abs(a.mean() - b.mean()) < ALLOWED * error, (
            f"{step}: {a.mean():.3f} in Ciw, {b.mean():.3f} here (standard error {error:.3f})"
        )
        assert error < 0.15 * a.mean() + 0.02
