"""Constants of the families of itineraries from published volumes, and what they say about years that they did not see.

What a family's constant stands for is all that price, time and reliability do not say: habit, politics, subsidies, insurance. It is set
so that the odds of two families in equilibrium are those of the published volumes (Train 2009, section 2.8), by bracketing (Brent 1973).
Only pairs of places count for which both families offer itineraries and the other carries a twentieth at least, since other cargo has no
choice; that the published volumes, which hold captive cargo too, moved as the contested ones did is an assumption.

Prediction: the logarithm of the odds in the years that were fitted has a mean and a standard deviation; a further year is expected at the
mean, within Student's t with one degree of freedom less than years. With two years the interval is wide, and it is stated as it is. It
holds for a year drawn like the fitted ones: a trend or a shock shows as a miss, which is reported in percentage points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats
from scipy.optimize import brentq

from daliz.corridor import Corridor, DalizError
from daliz.corridor.names import did_you_mean
from daliz.freight.flows.corridor import CorridorFlows, FlowModel

MOST_CONSTANT = 60.0
CLOSE = 1e-7
LEVEL = 0.9
CONTESTED = 0.05
KEYS = ["origin", "destination", "commodity"]


@dataclass(frozen=True)
class Prediction:
    """Share of a family in a year: predicted with its interval, observed, and by how many percentage points the interval misses it (0: it
    does not).
    """

    year: int
    fitted: bool
    share: float
    low: float
    high: float
    observed: float

    @property
    def miss_points(self) -> float:
        """Percentage points between the observed share and the interval."""
        return 100 * max(self.low - self.observed, self.observed - self.high, 0.0)


@dataclass(frozen=True)
class Calibration:
    """Attributes: family and other (whose odds were fitted), constants, flows (in equilibrium with them), predictions (fitted years and
    those held out), rows (of observations)."""

    family: str
    other: str
    constants: Mapping[str, float]
    flows: CorridorFlows
    predictions: tuple[Prediction, ...]
    rows: tuple[str, ...]


def yearly(corridor: Corridor, subject: str, category: str = "teu") -> dict[int, tuple[float, str]]:
    """Published yearly values of a subject, with their rows; where a year has several, the first of the table.

    Raises: DalizError for none.
    """
    rows = corridor["observations"].filter((pl.col("category") == category) & pl.col("value").is_not_null())
    subjects = rows["subject"].drop_nulls().unique().to_list()
    mine = rows.filter((pl.col("subject") == subject) & pl.col("period").str.contains(r"^\d{4}$") & (pl.col("unit").is_in(["TEU", "t"])))
    if not mine.height:
        raise DalizError(f"no yearly {category} of {subject!r} in the observations{did_you_mean(subject, subjects)}")
    found: dict[int, tuple[float, str]] = {}
    for name, period, value in mine.select("id", "period", "value").iter_rows():
        found.setdefault(int(period), (value, f"observations/{name}"))
    changes = rows.filter((pl.col("subject") == subject) & (pl.col("unit") == "percent") & pl.col("period").str.contains(r"^\d{4}(-H1)?$"))
    for name, period, value in changes.select("id", "period", "value").iter_rows():
        year = int(period[:4])
        if year not in found and year - 1 in found:
            found[year] = (found[year - 1][0] * (1 + value / 100), f"observations/{name}")
    return found


def fit_constants(model: FlowModel, family: str, other: str, odds: float) -> tuple[dict[str, float], CorridorFlows]:
    """The constant of a family at which its flow over that of the other is as wanted, where both offer itineraries.

    Raises: DalizError when one of the families has no itinerary, or no constant brings the odds about.
    """
    constants = {family: 0.0}
    flows = model.solve(constants)
    for name in (family, other):
        if name not in flows.totals["family"]:
            raise DalizError(f"no itinerary is of the family {name!r}; there are: {', '.join(flows.totals['family'].sort())}")
    pairs = contested(flows, family, other)

    def excess(constant: float) -> float:
        reached = odds_on(model.solve({family: constant}, pairs), pairs, family, other)
        return float(np.log(max(reached, 1e-300)) - np.log(odds))

    if excess(-MOST_CONSTANT) > 0 or excess(MOST_CONSTANT) < 0:
        raise DalizError(f"no constant brings {family} to {odds:.3g} times the flow of {other}")
    # Congestion answers back, so the odds rise less than the constant; they rise all the same, and a bracketed root is found surely.
    constants[family] = float(brentq(excess, -MOST_CONSTANT, MOST_CONSTANT, xtol=CLOSE))
    return constants, model.solve(constants, pairs)


def contested(flows: CorridorFlows, family: str, other: str) -> pl.DataFrame:
    """Pairs of places and cargo classes that both families offer an itinerary for, and of which the other carries at least a twentieth.

    Raises: DalizError when there is none.
    """
    table = flows.itineraries
    total = pl.col("teu_year").sum()
    by_pair = table.group_by(KEYS).agg(
        (pl.col("teu_year").filter(pl.col("family") == other).sum() / total).alias("its"),
        (pl.col("family") == family).any().alias("offered"),
    )
    found = by_pair.filter(pl.col("offered") & (pl.col("its") >= CONTESTED)).select(KEYS)
    if not found.height:
        raise DalizError(f"no pair of places has itineraries of {family} beside cargo of {other}")
    return found


def odds_on(flows: CorridorFlows, pairs: pl.DataFrame, family: str, other: str) -> float:
    """Flow of a family over that of another, on some pairs of places and cargo classes."""
    there = flows.itineraries.join(pairs, on=KEYS, how="semi")
    mine, its = (float(there.filter(pl.col("family") == name)["teu_year"].sum()) for name in (family, other))
    return mine / its if its > 0 else np.inf


@dataclass(frozen=True)
class Published:
    """Published volumes of two families: family and other, mine and its (yearly volumes with their rows), fit and check (years)."""

    family: str
    other: str
    mine: Mapping[int, tuple[float, str]]
    its: Mapping[int, tuple[float, str]]
    fit: tuple[int, ...]
    check: tuple[int, ...]

    def share(self, year: int) -> float:
        """The first family's share in the two in a year."""
        return self.mine[year][0] / (self.mine[year][0] + self.its[year][0])


def published(
    corridor: Corridor, series: Mapping[str, str], fit: Sequence[int] = (2022, 2023), check: Sequence[int] | None = None
) -> Published:
    """The volumes to fit to; parameters and errors are those of `calibrate`."""
    if len(series) != 2:
        raise DalizError(f"{len(series)} families to calibrate; expected two, such as via_aaa=Subject")
    (family, subject), (other, other_subject) = series.items()
    mine, its = yearly(corridor, subject), yearly(corridor, other_subject)
    there = sorted(set(mine) & set(its))
    listed = ", ".join(map(str, there)) or "none"
    held = [year for year in there if year > max(fit, default=0)] if check is None else check
    for year in [*fit, *held]:
        if year not in there:
            raise DalizError(f"no volume of both {subject!r} and {other_subject!r} is published for {year}; years with both: {listed}")
    if len(set(fit)) < 2:
        raise DalizError(f"{len(set(fit))} year to fit; expected at least two of {listed}")
    return Published(family, other, mine, its, tuple(dict.fromkeys(fit)), tuple(year for year in dict.fromkeys(held) if year not in fit))


def calibrate(
    corridor: Corridor,
    model: FlowModel,
    series: Mapping[str, str],
    fit: Sequence[int] = (2022, 2023),
    check: Sequence[int] | None = None,
    level: float = LEVEL,
) -> Calibration:
    """Fit the odds of two families to the published volumes of some years, and predict others.

    Parameters: series (two families -> subject of the observations that counts its volume; the first one's share is predicted), fit and
    check (years; default: all after those fitted that both volumes are published for), level (of the interval).
    Raises: DalizError when a year has no volume, or when fewer than two are fitted.
    """
    known = published(corridor, series, fit, check)
    log_odds = np.array([np.log(known.mine[year][0] / known.its[year][0]) for year in known.fit])
    centre, spread = float(log_odds.mean()), float(log_odds.std(ddof=1))
    half = float(stats.t.ppf(0.5 + level / 2, len(log_odds) - 1)) * spread * float(np.sqrt(1 + 1 / len(log_odds)))
    constants, flows = fit_constants(model, known.family, known.other, float(np.exp(centre)))
    share, low, high = (float(1 / (1 + np.exp(-value))) for value in (centre, centre - half, centre + half))
    years = (*known.fit, *known.check)
    predictions = tuple(Prediction(year, year in known.fit, share, low, high, known.share(year)) for year in years)
    rows = tuple(row for year in years for _, row in (known.mine[year], known.its[year]))
    return Calibration(known.family, known.other, constants, flows, predictions, rows)
