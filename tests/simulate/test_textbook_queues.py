"""The kernel against queues whose answers are known in closed form: each mean must lie in the 99 % interval of the simulation.

Sources: Gross, Shortle, Thompson, Harris (2008), Fundamentals of Queueing Theory; Allen (1990); Cobham (1954) for priorities; Reiser and
Lavenberg (1980) for mean value analysis; Crommelin (1932) for M/D/c, held against Cosmetatos' (1975) approximation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import t as student

from daliz.freight.simulate import records as r
from daliz.freight.simulate.engine import Engine, Outcome
from daliz.freight.simulate.frames import resources_frame, steps_frame
from daliz.freight.simulate.laws import Law, erlang, exponential, fixed, geometric, hyperexponential, lognormal, triangular, uniform
from daliz.freight.simulate.model import Fleet, Model, Resource, Source, Step

REPLICATIONS = 20


@dataclass(frozen=True)
class Case:
    """A model, what is measured, and what it must be."""

    name: str
    model: Model
    measure: Callable[[Outcome], float]
    expected: float
    hours: float = 12_000.0


def wait(step: str) -> Callable[[Outcome], float]:
    return lambda outcome: float(steps_frame(outcome).filter(step=step)["wait_h"][0])


def sojourn(step: str = "out") -> Callable[[Outcome], float]:
    return wait(step)


def passages(step: str) -> Callable[[Outcome], float]:
    def rate(outcome: Outcome) -> float:
        hours = outcome.arenas.horizon_h - outcome.arenas.warm_h
        return float(steps_frame(outcome).filter(step=step)["passages"][0]) / hours

    return rate


def station(arrival: Law, service: Law, servers: int = 1, batch: Law | None = None, limit: int = 0) -> Model:
    return Model(
        steps=[Step("serve", r.SERVE, next="out", other="away", resource="clerk", law=service), Step("out", r.END), Step("away", r.END)],
        resources=[Resource("clerk", servers=servers, limit=limit, in_order=limit == 0)],
        sources=[Source("door", arrival, step="serve", batch=batch)],
    )


def erlang_c(servers: int, load: float) -> float:
    """Chance of waiting in M/M/c with offered load in Erlang."""
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / math.factorial(k) for k in range(servers)) + top)


def mmc_wait(rate: float, mean: float, servers: int) -> float:
    return erlang_c(servers, rate * mean) * mean / (servers - rate * mean)


def mg1_wait(rate: float, mean: float, square: float) -> float:
    """Pollaczek and Khinchine; square: second moment of the service."""
    return rate * square / (2.0 * (1.0 - rate * mean))


def mmck(rate: float, mean: float, servers: int, limit: int) -> tuple[float, float]:
    """Share turned away, and mean wait of those let in, in M/M/c/K."""
    load = rate * mean
    weights = [
        load**n / (math.factorial(n) if n <= servers else math.factorial(servers) * servers ** (n - servers)) for n in range(limit + 1)
    ]
    total = sum(weights)
    queue = sum((n - servers) * weights[n] for n in range(servers + 1, limit + 1)) / total
    lost = weights[limit] / total
    return lost, queue / (rate * (1.0 - lost))


def queue_cases() -> list[Case]:
    cases = []
    for rate, mean, servers in ((0.5, 1.0, 1), (0.8, 1.0, 1), (1.6, 1.0, 2), (2.4, 1.0, 3), (4.0, 1.0, 5), (8.5, 1.0, 10)):
        model = station(exponential(1.0 / rate), exponential(mean), servers)
        cases.append(Case(f"M/M/{servers} at {rate * mean / servers:.2f}", model, wait("serve"), mmc_wait(rate, mean, servers)))
    spread = math.log(1.0 + 0.5**2)
    services = {
        "M/D/1": (fixed(0.7), 0.7, 0.49),
        "M/U/1": (uniform(0.2, 1.2), 0.7, 0.49 + 1.0 / 12.0),
        "M/E3/1": (erlang(3, 0.7), 0.7, 0.49 * (1.0 + 1.0 / 3.0)),
        "M/H2/1": (hyperexponential(0.4, 0.25, 1.0), 0.7, 2.0 * (0.4 * 0.0625 + 0.6 * 1.0)),
        "M/triangle/1": (triangular(0.1, 0.5, 1.5), 0.7, 0.49 + (0.01 + 0.25 + 2.25 - 0.05 - 0.15 - 0.75) / 18.0),
        "M/lognormal/1": (lognormal(0.7, 0.5), 0.7, 0.49 * math.exp(spread)),
    }
    for name, (law, mean, square) in services.items():
        assert abs(law.mean - mean) < 1e-9
        cases.append(Case(name, station(exponential(1.0), law), wait("serve"), mg1_wait(1.0, mean, square)))
    for servers, load in ((2, 0.8), (3, 0.8), (5, 0.9)):
        expected = mdc_wait(servers, load)
        cases.append(Case(f"M/D/{servers}", station(exponential(1.0 / (load * servers)), fixed(1.0), servers), wait("serve"), expected))
    for rate, servers, limit in ((0.9, 1, 3), (1.5, 1, 5), (1.8, 2, 4), (3.0, 3, 3)):
        lost, waits = mmck(rate, 1.0, servers, limit)
        model = station(exponential(1.0 / rate), exponential(1.0), servers, limit=limit)
        cases.append(Case(f"M/M/{servers}/{limit} turned away", model, passages("away"), rate * lost))
        if limit > servers:
            cases.append(Case(f"M/M/{servers}/{limit} wait", model, wait("serve"), waits))
    return cases


def mdc_wait(servers: int, load: float) -> float:
    """Mean wait of M/D/c in service times: number in system one service time apart is a Markov chain (Crommelin)."""
    top = 400
    rate = load * servers
    arrivals = np.array([math.exp(-rate + k * math.log(rate) - math.lgamma(k + 1)) for k in range(top)])
    chain = np.zeros((top, top))
    for n in range(top):
        start = max(0, n - servers)
        chain[n, start:] = arrivals[: top - start]
        chain[n, -1] += 1.0 - chain[n].sum()
    shares = np.linalg.lstsq(np.vstack([chain.T - np.eye(top), np.ones(top)]), np.append(np.zeros(top), 1.0), rcond=None)[0]
    queue = float(np.maximum(np.arange(top) - servers, 0) @ shares)
    return queue / rate


def cosmetatos(servers: int, load: float) -> float:
    """Approximate mean wait of M/D/c in service times, within two percent."""
    correction = (1.0 - load) * (servers - 1) * (math.sqrt(4.0 + 5.0 * servers) - 2.0) / (16.0 * load * servers)
    return 0.5 * mmc_wait(load * servers, 1.0, servers) * (1.0 + correction)


def network_cases() -> list[Case]:
    tandem = Model(
        steps=[
            Step("first", r.SERVE, next="second", resource="one", law=exponential(0.8)),
            Step("second", r.SERVE, next="third", resource="two", law=exponential(1.5)),
            Step("third", r.SERVE, next="out", resource="three", law=exponential(0.5)),
            Step("out", r.END),
        ],
        resources=[Resource("one"), Resource("two", servers=2), Resource("three")],
        sources=[Source("door", exponential(1.0), step="first")],
    )
    w = [mmc_wait(1.0, 0.8, 1), mmc_wait(1.0, 1.5, 2), mmc_wait(1.0, 0.5, 1)]
    cases = [Case(f"tandem {name}", tandem, wait(name), value) for name, value in zip(("first", "second", "third"), w, strict=True)]
    cases.append(Case("tandem whole", tandem, sojourn(), sum(w) + 2.8))
    # Jackson: a third of those served at the first go to the second, a quarter of these come back.
    jackson = Model(
        steps=[
            Step("a", r.SERVE, next="fork", resource="a", law=exponential(0.6)),
            Step("fork", r.BRANCH, next="b", other="out", share=1.0 / 3.0, law=uniform(0.0, 1.0)),
            Step("b", r.SERVE, next="back", resource="b", law=exponential(2.0)),
            Step("back", r.BRANCH, next="a", other="out", share=0.25, law=uniform(0.0, 1.0)),
            Step("out", r.END),
        ],
        resources=[Resource("a"), Resource("b", servers=2)],
        sources=[Source("door", exponential(1.0), step="a")],
    )
    rate_a = 1.0 / (1.0 - 1.0 / 12.0)
    rate_b = rate_a / 3.0
    wa, wb = mmc_wait(rate_a, 0.6, 1), mmc_wait(rate_b, 2.0, 2)
    cases += [Case("Jackson a", jackson, wait("a"), wa), Case("Jackson b", jackson, wait("b"), wb)]
    cases.append(Case("Jackson whole", jackson, sojourn(), rate_a * (wa + 0.6) + rate_b * (wb + 2.0)))
    return cases


def mean_value(customers: int, demands: Sequence[float], think: float = 0.0) -> float:
    """Throughput of a closed network of single servers (mean value analysis)."""
    queues = [0.0] * len(demands)
    rate = 0.0
    for n in range(1, customers + 1):
        times = [d * (1.0 + q) for d, q in zip(demands, queues, strict=True)]
        rate = n / (think + sum(times))
        queues = [rate * time for time in times]
    return rate


def repair(machines: int, crew: int, up: float, mend: float) -> float:
    """Repairs an hour in the machine repair model (finite source M/M/c//N)."""
    weights = [1.0]
    for n in range(1, machines + 1):
        weights.append(weights[-1] * (machines - n + 1) / up / (min(n, crew) / mend))
    total = sum(weights)
    return sum(min(n, crew) / mend * weight for n, weight in enumerate(weights)) / total


def closed_cases() -> list[Case]:
    cases = []
    for customers, demands in ((3, (1.0, 0.5)), (5, (1.0, 0.8, 0.6)), (12, (0.4, 0.4, 0.4, 0.4))):
        names = [f"s{i}" for i in range(len(demands))]
        steps = [
            Step(name, r.SERVE, next=names[(i + 1) % len(names)], resource=name, law=exponential(demands[i]))
            for i, name in enumerate(names)
        ]
        model = Model(steps=steps, resources=[Resource(name) for name in names], fleets=[Fleet("ring", "s0", customers)])
        cases.append(Case(f"closed ring of {customers}", model, passages("s0"), mean_value(customers, demands)))
    for machines, crew, up, mend in ((4, 1, 10.0, 2.0), (10, 2, 12.0, 2.5)):
        model = Model(
            steps=[
                Step("run", r.DELAY, next="mend", law=exponential(up)),
                Step("mend", r.SERVE, next="run", resource="crew", law=exponential(mend)),
            ],
            resources=[Resource("crew", servers=crew)],
            fleets=[Fleet("machines", "run", machines)],
        )
        cases.append(Case(f"repair of {machines} by {crew}", model, passages("mend"), repair(machines, crew, up, mend)))
    return cases


def batch_and_priority_cases() -> list[Case]:
    cases = []
    # M[X]/M/1 with batches of mean b: wait = rho / (mu (1 - rho)) + (E[X^2] - E[X]) / (2 E[X] mu (1 - rho))
    rate, mean = 0.3, 1.0
    for law, first, second in ((fixed(2.0), 2.0, 4.0), (geometric(2.5), 2.5, 2.0 * 2.5**2 - 2.5)):
        rho = rate * first * mean
        expected = (rho + (second - first) / (2.0 * first)) * mean / (1.0 - rho)
        cases.append(Case(f"batches of {first:g}", station(exponential(1.0 / rate), exponential(mean), batch=law), wait("serve"), expected))
    # Two classes at one server, first come first served within a class, no interruption (Cobham).
    rates, means = (0.3, 0.4), (0.8, 1.2)
    left = sum(rate * 2.0 * mean**2 for rate, mean in zip(rates, means, strict=True)) / 2.0
    loads = [rate * mean for rate, mean in zip(rates, means, strict=True)]
    urgent, patient = left / (1.0 - loads[0]), left / ((1.0 - loads[0]) * (1.0 - sum(loads)))
    model = Model(
        steps=[
            Step("urgent", r.SERVE, next="out", resource="clerk", law=exponential(means[0])),
            Step("patient", r.SERVE, next="out", resource="clerk", law=exponential(means[1])),
            Step("out", r.END),
        ],
        resources=[Resource("clerk", in_order=False)],
        sources=[
            Source("first class", exponential(1.0 / rates[0]), step="urgent", priority=0),
            Source("second class", exponential(1.0 / rates[1]), step="patient", priority=1),
        ],
    )
    return [*cases, Case("priority, urgent", model, wait("urgent"), urgent), Case("priority, patient", model, wait("patient"), patient)]


CASES = [*queue_cases(), *network_cases(), *closed_cases(), *batch_and_priority_cases()]


def interval(case: Case) -> tuple[float, float, float]:
    """Mean over replications and its 99 % interval."""
    engine = Engine(case.model, case.hours, warm_h=case.hours / 12.0, lines=False)
    values = np.array([case.measure(engine.run(2026, replication)) for replication in range(REPLICATIONS)])
    half = student.ppf(0.995, REPLICATIONS - 1) * values.std(ddof=1) / math.sqrt(REPLICATIONS)
    return float(values.mean()), float(values.mean() - half), float(values.mean() + half)


def test_the_chain_for_fixed_services_agrees_with_a_published_approximation() -> None:
    for servers, load in ((1, 0.7), (2, 0.8), (3, 0.8), (5, 0.9), (10, 0.7)):
        assert mdc_wait(servers, load) == pytest.approx(cosmetatos(servers, load), rel=0.02)


def test_there_are_thirty_cases_or_more() -> None:
    assert len(CASES) >= 30
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_closed_form_lies_in_the_interval(case: Case) -> None:
    mean, low, high = interval(case)
    assert low <= case.expected <= high, f"{case.name}: {case.expected:.4f} is not in {mean:.4f} ({low:.4f} to {high:.4f})"
    assert high - low < 0.35 * case.expected, "the interval must be narrow enough to mean something"


def test_reckoning_ahead_and_queueing_give_the_same_waits() -> None:
    ahead = station(exponential(0.5), lognormal(0.9, 0.8), servers=2)
    queued = Model(ahead.steps, [Resource("clerk", servers=2, in_order=False)], sources=ahead.sources)
    first, second = (steps_frame(Engine(model, 5_000.0).run(3, 0)) for model in (ahead, queued))
    served = first.filter(step="serve"), second.filter(step="serve")
    # At the end of the run some who came have not begun; the two ways book them at different hours.
    assert served[0]["passages"][0] == pytest.approx(served[1]["passages"][0], abs=30)
    assert served[0]["wait_h"][0] == pytest.approx(served[1]["wait_h"][0], rel=0.02)


def test_a_limit_is_never_exceeded() -> None:
    model = station(exponential(0.2), exponential(1.0), servers=2, limit=5)
    frame = resources_frame(Engine(model, 2_000.0).run(1, 0))
    assert frame["longest_queue"][0] == 3.0
    assert frame["turned_away"][0] > 0
    assert frame["use"][0] <= 1.0
