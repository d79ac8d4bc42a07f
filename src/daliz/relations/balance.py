"""How a country spreads itself over its partners: concentration and evenness of visits, agreements, trade and cargo.

Herfindahl index H = sum of squared shares (times 10,000 in points); normalised (H - 1/n) / (1 - 1/n); effective number of partners 1/H;
evenness = Shannon entropy / ln n. The value is that of the shares as counted. The interval is that of the policy behind the counts: for
counts, Simpson's unbiased estimator with its variance (Simpson 1949, Nature 163, 688) and, for entropy, the Miller-Madow estimator
(Miller 1955); for amounts, what is possible between the lowest and the highest published value of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from daliz.corridor.errors import DalizError
from daliz.corridor.figures import weakest
from daliz.relations.agreements import of_countries
from daliz.relations.countries import countries, region_of
from daliz.relations.counts import Interval
from daliz.relations.meetings import CERTAINTIES, Window, visits

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

Z95 = 1.959963984540054
DRAWS = 4_000
MILLIONS = {"million USD": 1.0, "billion USD": 1000.0}


@dataclass(frozen=True)
class Concentration:
    """How something is spread over n partners.

    Attributes: n (partners with a share above 0), total, hhi (0 to 1), normalised, effective (number of partners), evenness (0 to 1; NaN
    for a single partner), shares (partner -> share, largest first). Intervals are NaN where nothing speaks of uncertainty.
    """

    n: int
    total: float
    hhi: Interval
    normalised: Interval
    effective: Interval
    evenness: Interval
    shares: Mapping[str, float]

    @property
    def points(self) -> float:
        """The Herfindahl index in points, 0 to 10,000."""
        return self.hhi.value * 10_000


def herfindahl(shares: Sequence[float]) -> float:
    """Herfindahl-Hirschman index of amounts or shares, 0 to 1.

    Raises: DalizError for no amount above 0, or a negative one.

    >>> round(10_000 * herfindahl([50, 30, 15, 5])), round(10_000 * herfindahl([30, 30, 20, 20]))
    (3650, 2600)
    """
    amounts = np.asarray(shares, dtype=float)
    if amounts.size == 0 or not np.isfinite(amounts).all() or (amounts < 0).any() or amounts.sum() == 0:
        raise DalizError("concentration needs amounts of at least 0, one of them above 0")
    return float(((amounts / amounts.sum()) ** 2).sum())


def _entropy(shares: np.ndarray) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())


def _around(values: np.ndarray, n: int, hhi: Interval, evenness: Interval, shares: Mapping[str, float]) -> Concentration:
    floor = 1 / n
    spread = 1 - floor if n > 1 else float("nan")
    normalised = Interval(*((h - floor) / spread for h in (hhi.value, hhi.low, hhi.high)))
    effective = Interval(1 / hhi.value, 1 / hhi.high, 1 / hhi.low)
    return Concentration(n, float(values.sum()), hhi, normalised, effective, evenness, shares)


def _shares(amounts: Mapping[str, float]) -> dict[str, float]:
    total = sum(amounts.values())
    return {name: value / total for name, value in sorted(amounts.items(), key=lambda item: (-item[1], item[0])) if value > 0}


def of_counts(counts: Mapping[str, float]) -> Concentration:
    """Concentration of counts (visits, documents) with 95 % intervals of the policy behind them.

    Raises: DalizError when nothing was counted.
    """
    values = np.array([value for value in counts.values() if value > 0], dtype=float)
    plain = herfindahl(list(counts.values()))
    n, total = len(values), float(values.sum())
    shares = values / total
    if total < 2:
        nothing = Interval(plain, 1 / countries_counted(), 1.0)
        return _around(values, n, nothing, Interval(float("nan"), 0.0, 1.0), _shares(counts))
    unbiased = float((values * (values - 1)).sum() / (total * (total - 1)))
    cubes = float((shares**3).sum())
    variance = (4 * (total - 2) * cubes + 2 * plain - 2 * (2 * total - 3) * plain**2) / (total * (total - 1))
    centre = max(unbiased, 1 / total)
    half = Z95 * np.sqrt(max(variance, 0.0)) / centre
    hhi = Interval(plain, max(float(centre * np.exp(-half)), 1 / countries_counted()), min(1.0, float(centre * np.exp(half))))
    return _around(values, n, hhi, _evenness_of_counts(shares, n, total), _shares(counts))


def countries_counted() -> int:
    """How many countries there are to spread over."""
    return len(countries()) - 1


def _evenness_of_counts(shares: np.ndarray, n: int, total: float) -> Interval:
    if n < 2:
        return Interval(float("nan"), float("nan"), float("nan"))
    plain = _entropy(shares)
    corrected = plain + (n - 1) / (2 * total)
    variance = (float((shares * np.log(shares) ** 2).sum()) - plain**2) / total
    half = Z95 * np.sqrt(max(variance, 0.0))
    most = float(np.log(n))
    return Interval(plain / most, max(0.0, float(corrected - half) / most), min(1.0, float(corrected + half) / most))


def of_amounts(
    amounts: Mapping[str, float], lows: Mapping[str, float] | None = None, highs: Mapping[str, float] | None = None
) -> Concentration:
    """Concentration of amounts (money, tonnes). Where several values are published, the interval holds 95 % of what lies between them.

    Raises: DalizError when no amount is above 0.
    """
    names = [name for name, value in amounts.items() if value > 0]
    values = np.array([amounts[name] for name in names], dtype=float)
    plain = herfindahl(list(amounts.values()))
    low = np.array([(lows or amounts).get(name, amounts[name]) for name in names])
    high = np.array([(highs or amounts).get(name, amounts[name]) for name in names])
    n = len(names)
    evenness = _entropy(values / values.sum()) / float(np.log(n)) if n > 1 else float("nan")
    if (low == high).all():
        unknown = float("nan")
        return _around(values, n, Interval(plain, unknown, unknown), Interval(evenness, unknown, unknown), _shares(amounts))
    draws = np.random.default_rng(1).uniform(low, high, size=(DRAWS, n))
    draws /= draws.sum(axis=1, keepdims=True)
    hhi = np.quantile((draws**2).sum(axis=1), [0.025, 0.975])
    entropy = np.quantile([_entropy(row) for row in draws], [0.025, 0.975]) / np.log(n) if n > 1 else (float("nan"),) * 2
    return _around(
        values,
        n,
        Interval(plain, float(hhi[0]), float(hhi[1])),
        Interval(evenness, float(entropy[0]), float(entropy[1])),
        _shares(amounts),
    )


def by_group(amounts: Mapping[str, float], groups: Mapping[str, str] | None = None) -> dict[str, float]:
    """Amounts summed over groups of partners: those given (partner -> group), else regions."""
    summed: dict[str, float] = {}
    for partner, amount in amounts.items():
        group = (groups or {}).get(partner) or region_of(partner)
        summed[group] = summed.get(group, 0.0) + amount
    return summed


def visit_counts(
    corridor: Corridor, country: str, window: Window, certainties: Sequence[str] = CERTAINTIES, role: str = "head_of_state"
) -> dict[str, float]:
    """Destination -> visits there by this country's people of that role, over the window."""
    frame = visits(corridor, role).filter(
        (pl.col("visitor") == country) & pl.col("year").is_between(window.first, window.last) & pl.col("certainty").is_in(list(certainties))
    )
    return {host: float(count) for host, count in frame.group_by("host").len().sort("host").iter_rows()}


def agreement_counts(corridor: Corridor, country: str, since: str | None = None) -> dict[str, float]:
    """Partner -> documents that this country shares with it (a document of several parties counts for each partner)."""
    frame = of_countries(corridor, [country]).filter(pl.col("record") == "document")
    if since is not None:
        frame = frame.filter(pl.col("signed_date") >= since)
    partners = frame.select(pl.col("countries").explode().alias("partner")).filter(pl.col("partner") != country)
    return {partner: float(count) for partner, count in partners.group_by("partner").len().sort("partner").iter_rows()}


def trade_amounts(corridor: Corridor, country: str, year: int) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Partner -> trade turnover of a whole year in million USD: the middle, the lowest and the highest of what was published.

    Both the country's own statistics and its partners' are taken, since both are published and they differ.
    """
    found: dict[str, list[float]] = {}
    for row in corridor["trade"].filter((pl.col("indicator") == "trade turnover") & (pl.col("period") == str(year))).iter_rows(named=True):
        ends = [value for value in (row["value"], row["value_low"], row["value_high"]) if value is not None]
        sides = {row["reporter"], row["partner"]}
        if country not in sides or row["unit"] not in MILLIONS or not ends:
            continue
        other = next((side for side in sides if side != country), None)
        if other in countries():
            found.setdefault(str(other), []).extend(value * MILLIONS[row["unit"]] for value in ends)
    middle = {name: float(np.median(values)) for name, values in found.items()}
    return middle, {name: min(values) for name, values in found.items()}, {name: max(values) for name, values in found.items()}


@dataclass(frozen=True)
class TradeYear:
    """Trade turnover of two countries in a whole year, million USD: every published value with its basis, their middle and ends, their rows
    and weakest certainty."""

    year: int
    values: tuple[tuple[float, str], ...]
    middle: float
    low: float
    high: float
    rows: tuple[str, ...]
    certainty: str


def pair_trade(corridor: Corridor, pair: tuple[str, str]) -> list[TradeYear]:
    """Published turnover of two countries by whole year, oldest first; values of both sides' statistics stand side by side."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in corridor["trade"].filter(pl.col("indicator") == "trade turnover").iter_rows(named=True):
        period = row["period"] or ""
        whole = len(period) == 4 and period.isdigit()
        if whole and {row["reporter"], row["partner"]} == set(pair) and row["unit"] in MILLIONS and row["value"] is not None:
            found.setdefault(int(period), []).append(row)
    years = []
    for year, rows in sorted(found.items()):
        values = tuple((row["value"] * MILLIONS[row["unit"]], row["basis"] or row["reporter"]) for row in rows)
        amounts = [value for value, _ in values]
        names = tuple(f"trade/{row['id']}" for row in rows)
        certainty = weakest(row["certainty"] for row in rows)
        years.append(TradeYear(year, values, float(np.median(amounts)), min(amounts), max(amounts), names, certainty))
    return years


def cargo_amounts(corridor: Corridor, country: str) -> dict[str, float]:
    """Partner -> TEU a year that the corridor's table of demands sends between this country and it."""
    land = dict(corridor["places"].select("id", "country").iter_rows())
    amounts: dict[str, float] = {}
    for origin, destination, teu in corridor["demands"].select("origin", "destination", "teu_year").iter_rows():
        ends = (land.get(origin), land.get(destination))
        if country in ends and ends[0] != ends[1]:
            other = str(ends[1] if ends[0] == country else ends[0])
            amounts[other] = amounts.get(other, 0.0) + teu
    return amounts


def balances(corridor: Corridor, country: str, window: Window) -> dict[str, Concentration]:
    """How a country spreads everything that the tables count: visits by partner and by region, documents, trade, cargo of the corridor.

    Trade is that of the last year of the window for which turnover with two partners or more is published; what has no second partner is
    left out, because one share says nothing of balance. Documents have no interval: the register is what was collected, not a sample, and a
    document of several parties counts once for each.
    """
    visited = visit_counts(corridor, country, window)
    counted = {"visits": visited, "visits by region": by_group(visited)}
    spread = {name: of_counts(counts) for name, counts in counted.items() if len(counts) > 1}
    documents = agreement_counts(corridor, country)
    if len(documents) > 1:
        spread["documents"] = of_amounts(documents)
    for year in reversed(window.years):
        middle, low, high = trade_amounts(corridor, country, year)
        if len(middle) > 1:
            spread[f"trade {year}"] = of_amounts(middle, low, high)
            break
    cargo = cargo_amounts(corridor, country)
    if len(cargo) > 1:
        spread["cargo on the corridor"] = of_amounts(cargo)
    return spread


def over_time(corridor: Corridor, country: str, window: Window, span: int = 3, role: str = "head_of_state") -> dict[int, Concentration]:
    """Concentration of visits in running windows of `span` years, by their last year; years with no visit in the window are left out."""
    found = {}
    for last in range(window.first + span - 1, window.last + 1):
        counts = visit_counts(corridor, country, Window(last - span + 1, last), role=role)
        if counts:
            found[last] = of_counts(counts)
    return found
