"""Laws of chance: distributions of hours (and of batch sizes), as the kernel's parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass

from daliz.corridor.errors import DalizError
from daliz.freight.simulate import records as r


@dataclass(frozen=True)
class Law:
    """A distribution: its kind in the kernel, its parameters there, and its mean."""

    kind: int
    parameters: tuple[float, ...]
    mean: float


def fixed(hours: float) -> Law:
    """Always the same. Raises: DalizError when negative."""
    _positive("fixed", hours=hours, least=0.0)
    return Law(r.FIXED, (hours,), hours)


def exponential(mean: float) -> Law:
    """Exponential with this mean."""
    _positive("exponential", mean=mean)
    return Law(r.EXPONENTIAL, (mean,), mean)


def uniform(low: float, high: float) -> Law:
    """Uniform between low and high."""
    if low > high:
        raise DalizError(f"uniform: low = {low:g} must not be more than high = {high:g}")
    return Law(r.UNIFORM, (low, high), (low + high) / 2)


def triangular(low: float, mode: float, high: float) -> Law:
    """Triangular; with low = mode = high it is fixed. Raises: DalizError when they are not in order."""
    if not low <= mode <= high:
        raise DalizError(f"triangular: expected low <= mode <= high, got {low:g}, {mode:g}, {high:g}")
    if low == high:
        return fixed(mode)
    width = high - low
    return Law(r.TRIANGULAR, (low, high, (mode - low) / width, width * (mode - low), width * (high - mode)), (low + mode + high) / 3)


def lognormal(mean: float, variation: float) -> Law:
    """Lognormal with this mean and coefficient of variation."""
    _positive("lognormal", mean=mean)
    if variation == 0.0:
        return fixed(mean)
    square = math.log(1.0 + variation * variation)
    return Law(r.LOGNORMAL, (math.log(mean) - square / 2, math.sqrt(square)), mean)


def erlang(shape: int, mean: float) -> Law:
    """Sum of `shape` exponentials, with this mean."""
    _positive("erlang", shape=shape, mean=mean)
    return Law(r.ERLANG, (mean / shape, float(shape)), mean)


def hyperexponential(share: float, first: float, second: float) -> Law:
    """Exponential with mean `first` for a share of draws, else with mean `second`."""
    _positive("hyperexponential", first=first, second=second)
    return Law(r.HYPEREXPONENTIAL, (first, second, share), share * first + (1.0 - share) * second)


def geometric(mean: float) -> Law:
    """Whole numbers from 1 on, with this mean (batch sizes)."""
    if mean <= 1.0:
        return fixed(1.0)
    return Law(r.GEOMETRIC, (1.0 / math.log(1.0 - 1.0 / mean),), mean)


def weibull(shape: float, scale: float) -> Law:
    """Weibull with this shape and scale."""
    _positive("weibull", shape=shape, scale=scale)
    return Law(r.WEIBULL, (scale, 1.0 / shape), scale * math.gamma(1.0 + 1.0 / shape))


def _positive(law: str, least: float | None = None, **values: float) -> None:
    for name, value in values.items():
        if not (value > 0.0 if least is None else value >= least) or math.isinf(value):
            raise DalizError(f"{law}: {name} = {value:g}, expected {'more than 0' if least is None else f'at least {least:g}'}")
