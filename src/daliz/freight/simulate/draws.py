"""Random numbers of the kernel: counter-based, one stream for every distribution, so that scenarios share their luck.

A stream starts from (seed, replication, name of the stream) and its n-th draw depends on n alone. Each draw but Erlang's uses one uniform
number by inversion, so the n-th service of a crane is as long in one scenario as in another. Draws are made in blocks of 64.
Source: SplitMix64 (Steele, Lea, Flood 2014); normal quantiles by algorithm AS 241 (Wichura 1988); logarithm and exponential after
fdlibm's e_log.c and e_exp.c.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from daliz.freight.simulate import records as r

jit: Any = njit(nogil=True, error_model="numpy")


@intrinsic
def pointer(typing: Any, array: Any) -> Any:
    """The first cell of an array as a bare pointer: calls within the kernel then pass one word for it instead of seven."""
    signature = types.CPointer(array.dtype)(array)

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return context.make_array(array)(context, builder, arguments[0]).data

    return signature, code


GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
U30, U27, U31, U11, ONE = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(1)
TO_UNIT = 1.0 / 9007199254740992.0
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
LOG2_E, TO_WHOLE = 1.44269504088896338700, 6755399441055744.0  # adding and taking off 1.5 * 2^52 rounds to whole numbers
MIDDLE = 0.425


def stream_of(name: str) -> int:
    """The key of a stream: 63 bits of its name, the same on every machine and in every scenario that has the stream."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


@jit
def mix(z: Any) -> Any:
    """SplitMix64's finaliser."""
    z = (z ^ (z >> U30)) * MIX_1
    z = (z ^ (z >> U27)) * MIX_2
    return z ^ (z >> U31)


@jit
def unit(z: Any) -> Any:
    """A number strictly between 0 and 1 from a counter."""
    return (np.float64(np.int64(mix(z) >> U11)) + 0.5) * TO_UNIT


@jit
def stream_start(seed: int, replication: int, stream: int) -> Any:
    """The first counter of a stream."""
    return np.int64(mix(mix(np.uint64(seed) * GOLDEN + np.uint64(replication)) + np.uint64(stream) * MIX_1))


@jit
def log_(x: Any) -> Any:
    """Natural logarithm of a normal positive number without branches, so that blocks of draws are vectorised."""
    bits = np.float64(x).view(np.int64) + np.int64(0x3FF0000000000000 - SQRT_HALF_BITS)
    exponent = np.float64((bits >> 52) - 1023)
    f = np.int64((bits & np.int64(0x000FFFFFFFFFFFFF)) + np.int64(SQRT_HALF_BITS)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860510658591e-01)))
    half = 0.5 * f * f
    return exponent * LN2_HIGH - ((half - (s * (half + even + odd) + exponent * LN2_LOW)) - f)


@jit
def exp_(x: Any) -> Any:
    """Exponential of a number between -700 and 700 without branches, so that blocks of draws are vectorised."""
    twos = (x * LOG2_E + TO_WHOLE) - TO_WHOLE
    high, low = x - twos * LN2_HIGH, twos * LN2_LOW
    y = high - low
    z = y * y
    c = y - z * (1.66666666666666019037e-01 + z * (-2.77777777770155933842e-03 + z * (6.61375632143793436117e-05 + z * (
        -1.65339022054652515390e-06 + z * 4.13813679705723846039e-08))))  # fmt: skip
    value = 1.0 - ((low - (y * c) / (2.0 - c)) - high)
    return np.int64(np.float64(value).view(np.int64) + (np.int64(twos) << 52)).view(np.float64)


# Coefficients of AS 241, highest power first: numerators and denominators near the middle, in the tails and far out.
MIDDLE_TOP = (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
              13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608)  # fmt: skip
MIDDLE_BOTTOM = (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0)  # fmt: skip
TAIL_TOP = (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
            3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734)  # fmt: skip
TAIL_BOTTOM = (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
               0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0)  # fmt: skip
FAR_TOP = (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784381, 0.026532189526576123093,
           0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772)  # fmt: skip
FAR_BOTTOM = (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
              0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0)  # fmt: skip


@jit
def _polynomial(c: Any, x: float) -> float:
    """Horner's rule for eight coefficients."""
    return ((((((c[0] * x + c[1]) * x + c[2]) * x + c[3]) * x + c[4]) * x + c[5]) * x + c[6]) * x + c[7]


@jit
def _middle_quantile(q: float) -> float:
    """Quantile of 1/2 + q, for q of at most MIDDLE either way."""
    x = 0.180625 - q * q
    return q * _polynomial(MIDDLE_TOP, x) / _polynomial(MIDDLE_BOTTOM, x)


@jit
def _tail_quantile(p: float) -> float:
    """Quantile of p in the tails."""
    x = math.sqrt(-log_(p if p < 0.5 else 1.0 - p))
    if x <= 5.0:
        value = _polynomial(TAIL_TOP, x - 1.6) / _polynomial(TAIL_BOTTOM, x - 1.6)
    else:
        value = _polynomial(FAR_TOP, x - 5.0) / _polynomial(FAR_BOTTOM, x - 5.0)
    return -value if p < 0.5 else value


@jit
def normal_quantile(p: float) -> float:
    """Quantile of the standard normal distribution, 16 digits (AS 241)."""
    q = p - 0.5
    return _middle_quantile(q) if abs(q) <= MIDDLE else _tail_quantile(p)


@jit
def _fill_lognormal(F: Any, z: Any, o: int, mean: float, deviation: float) -> None:
    """A block of lognormal draws: all as if from the middle, then those in the tails once more, so that most of it is vectorised."""
    for i in range(r.BLOCK):
        F[o + i] = _middle_quantile(unit(z + np.uint64(i + 1) * GOLDEN) - 0.5)
    for i in range(r.BLOCK):
        p = unit(z + np.uint64(i + 1) * GOLDEN)
        if abs(p - 0.5) > MIDDLE:
            F[o + i] = _tail_quantile(p)
    for i in range(r.BLOCK):
        F[o + i] = exp_(mean + deviation * F[o + i])


@jit
def _fill(Z: Any, F: Any, d: int) -> None:
    """Draw the next block of a distribution into its buffer."""
    z = np.uint64(Z[d + r.D_STATE])
    kind, o = Z[d + r.D_KIND], Z[d + r.D_BUFFER]
    p0, p1, p2, p3, p4 = F[d + r.D_P0], F[d + r.D_P1], F[d + r.D_P2], F[d + r.D_P3], F[d + r.D_P4]
    per_draw = np.uint64(1)
    if kind == r.TRIANGULAR:
        for i in range(r.BLOCK):
            u = unit(z + np.uint64(i + 1) * GOLDEN)
            low = u < p2
            root = math.sqrt(u * p3 if low else (1.0 - u) * p4)
            F[o + i] = p0 + root if low else p1 - root
    elif kind == r.EXPONENTIAL:
        for i in range(r.BLOCK):
            F[o + i] = -p0 * log_(unit(z + np.uint64(i + 1) * GOLDEN))
    elif kind == r.LOGNORMAL:
        _fill_lognormal(F, z, o, p0, p1)
    elif kind == r.UNIFORM:
        for i in range(r.BLOCK):
            F[o + i] = p0 + (p1 - p0) * unit(z + np.uint64(i + 1) * GOLDEN)
    elif kind == r.ERLANG:
        per_draw = np.uint64(p1)
        for i in range(r.BLOCK):
            x = 0.0
            for j in range(per_draw):
                x -= log_(unit(z + (np.uint64(i) * per_draw + np.uint64(j) + ONE) * GOLDEN))
            F[o + i] = p0 * x
    elif kind == r.HYPEREXPONENTIAL:
        for i in range(r.BLOCK):
            u = unit(z + np.uint64(i + 1) * GOLDEN)
            F[o + i] = -p0 * math.log(u / p2) if u < p2 else -p1 * math.log((u - p2) / (1.0 - p2))
    elif kind == r.GEOMETRIC:
        for i in range(r.BLOCK):
            F[o + i] = 1.0 + math.floor(math.log(unit(z + np.uint64(i + 1) * GOLDEN)) * p0)
    elif kind == r.WEIBULL:
        for i in range(r.BLOCK):
            F[o + i] = p0 * (-math.log(unit(z + np.uint64(i + 1) * GOLDEN))) ** p1
    Z[d + r.D_STATE] = np.int64(z + np.uint64(r.BLOCK) * per_draw * GOLDEN)
    Z[d + r.D_POS] = 0


@jit
def draw(Z: Any, F: Any, d: int) -> Any:
    """The next value of a distribution."""
    if Z[d + r.D_KIND] == r.FIXED:
        return F[d + r.D_P0]
    i = Z[d + r.D_POS]
    if i == r.BLOCK:
        _fill(Z, F, d)
        i = np.int64(0)
    Z[d + r.D_POS] = i + 1
    return F[Z[d + r.D_BUFFER] + i]


@jit
def draw_unit(Z: Any, d: int) -> Any:
    """The next uniform number of a stream, without a buffer."""
    z = np.uint64(Z[d + r.D_STATE]) + GOLDEN
    Z[d + r.D_STATE] = np.int64(z)
    return unit(z)
