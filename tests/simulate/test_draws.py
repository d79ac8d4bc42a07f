"""Random numbers: uniform, of the right laws, and the same for the same stream."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from daliz.corridor import DalizError
from daliz.freight.simulate import records as r
from daliz.freight.simulate.draws import draw, log_, normal_quantile, stream_of, stream_start, unit
from daliz.freight.simulate.laws import (
    Law,
    erlang,
    exponential,
    fixed,
    geometric,
    hyperexponential,
    lognormal,
    triangular,
    uniform,
    weibull,
)

COUNT = 40_000


def draws_of(law: Law, name: str = "stream", count: int = COUNT) -> np.ndarray:
    floats = np.zeros(128)
    ints = floats.view(np.int64)
    ints[r.D_KIND], ints[r.D_BUFFER], ints[r.D_POS] = law.kind, 32, r.BLOCK
    ints[r.D_STATE] = stream_start(1, 0, stream_of(name))
    floats[: len(law.parameters)] = law.parameters
    return np.array([draw(ints, floats, 0) for _ in range(count)])


@pytest.mark.parametrize(
    ("law", "distribution"),
    [
        (exponential(3.0), stats.expon(scale=3.0)),
        (uniform(1.0, 4.0), stats.uniform(1.0, 3.0)),
        (triangular(1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
        (lognormal(10.0, 0.3), stats.lognorm(math.sqrt(math.log(1.09)), scale=10.0 / math.sqrt(1.09))),
        (erlang(4, 8.0), stats.gamma(4, scale=2.0)),
        (weibull(1.5, 2.0), stats.weibull_min(1.5, scale=2.0)),
    ],
    ids=["exponential", "uniform", "triangular", "lognormal", "erlang", "weibull"],
)
def test_draws_follow_their_law(law: Law, distribution: stats.rv_continuous) -> None:
    values = draws_of(law)
    assert stats.kstest(values, distribution.cdf).pvalue > 1e-4
    assert law.mean == pytest.approx(distribution.mean())


def test_mixed_and_whole_numbers_have_their_means() -> None:
    mixed, whole = hyperexponential(0.3, 1.0, 6.0), geometric(2.5)
    assert draws_of(mixed).mean() == pytest.approx(mixed.mean, rel=0.03)
    values = draws_of(whole)
    assert values.min() == 1.0 and values.mean() == pytest.approx(2.5, rel=0.03) and (values == np.floor(values)).all()
    assert (draws_of(fixed(2.0), count=10) == 2.0).all()


def test_streams_differ_and_repeat() -> None:
    first, again, other = (draws_of(exponential(1.0), name, 1_000) for name in ("a", "a", "b"))
    assert (first == again).all()
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.12


def test_counters_give_uniform_numbers() -> None:
    values = np.array([unit(np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)) for i in range(COUNT)])
    assert stats.kstest(values, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 0.02


def test_logarithm_and_normal_quantile_are_exact() -> None:
    points = np.concatenate([np.logspace(-300, 2, 200), [0.5, 1.0, math.sqrt(0.5)]])
    for x in points:
        assert log_(x) == pytest.approx(math.log(x), rel=4e-16, abs=1e-15)
    shares = np.concatenate([np.logspace(-15, -1, 60), np.linspace(0.1, 0.9, 33), 1.0 - np.logspace(-12, -1, 40)])
    for p in shares:
        assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("make", [lambda: exponential(0.0), lambda: lognormal(-1.0, 0.2), lambda: uniform(2.0, 1.0), lambda: fixed(-1.0)])
def test_laws_that_make_no_sense_are_refused(make: object) -> None:
    with pytest.raises(DalizError):
        make()  # type: ignore[operator]
