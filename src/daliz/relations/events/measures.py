"""The measures of meetings, on events: rates, trends, change points, ranks and balance for any pair of countries in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean
from daliz.relations.balance import Concentration, of_counts
from daliz.relations.countries import country_name
from daliz.relations.counts import Changes, CountSeries, Interval, OneChange, Ranks, Rate, Trend, change_points, rank_partners, rate, trend
from daliz.relations.counts.series import series
from daliz.relations.events.coverage import Coverage, coverage
from daliz.relations.events.fold import fold, months_by_year
from daliz.relations.events.layouts import event_codes, side_of
from daliz.relations.events.ledger import read_ledger
from daliz.relations.events.parse import SCHEMA
from daliz.relations.meetings import share_interval

# Less than a week of a year says nothing about the year.
LEAST_EXPOSURE = 7 / 366


@dataclass(frozen=True)
class EventRelation:
    """What a class of events says about a pair: yearly counts both ways with exposure, rate a year, trend, change points (None for fewer
    than three covered years), share made by the first country, rank of each among the other's partners, concentration of each over its
    partners (ranks and concentrations only where the store holds all pairs)."""

    pair: tuple[str, str]
    name: str
    out: CountSeries
    back: CountSeries
    rate: Rate
    trend: Trend
    change: OneChange | None
    changes: Changes | None
    reciprocity: Interval
    ranks: dict[str, Ranks]
    balance: dict[str, Concentration]

    @property
    def both(self) -> CountSeries:
        return CountSeries(self.out.labels, self.out.counts + self.back.counts, self.out.exposure)


@dataclass(frozen=True, eq=False)
class EventStore:
    """A folder of events that `ingest` made."""

    folder: Path
    settings: Mapping[str, Any]
    groups: Sequence[Mapping[str, Any]]

    def rows(self) -> pl.LazyFrame:
        """All coded rows kept, as a lazy frame over the store's parts."""
        parts = [self.folder / part for group in self.groups for part in group["parts"] if part.startswith("parts/")]
        if not parts:
            return pl.LazyFrame(schema=SCHEMA)
        return pl.scan_parquet(parts)

    def events(self) -> pl.LazyFrame:
        """Folded events."""
        return fold(self.rows())

    @property
    def pair(self) -> tuple[str, str] | None:
        """The pair that the store was made for; None: all pairs."""
        chosen = self.settings["pair"]
        return (chosen[0], chosen[1]) if chosen else None

    @cached_property
    def coverage(self) -> Coverage:
        return coverage(entry["file"] for group in self.groups for entry in group["files"])

    @cached_property
    def months(self) -> pl.DataFrame:
        """Events by month, ordered pair and class."""
        found = list(months_by_year(self.rows()))
        if not found:
            raise DalizError(f"{self.folder}: no event is in the store")
        return (
            pl.concat(found).group_by("month", "source", "target", "class").agg(pl.all().first()).sort("month", "source", "target", "class")
        )

    def months_with_exposure(self) -> pl.DataFrame:
        """`months` with the share of each month that the files cover (empty when their names say no time)."""
        shares = self.coverage.exposure
        label = pl.col("month").dt.strftime("%Y-%m")
        covered = label.replace_strict(dict(shares), default=0.0, return_dtype=pl.Float64) if shares else pl.lit(None, dtype=pl.Float64)
        return self.months.with_columns(covered.alias("covered"))

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years from the first to the last that the files cover, or, where their names say nothing, that have events."""
        if self.coverage.exposure:
            labels = [int(month[:4]) for month in self.coverage.exposure]
        else:
            labels = self.months["month"].dt.year().to_list()
        return tuple(range(min(labels), max(labels) + 1))

    def yearly(self, source: str, target: str, name: str) -> CountSeries:
        """Events of a class (or side: cooperation, conflict) from source to target by year, with each year's coverage."""
        own = self.months.filter((pl.col("source") == source) & (pl.col("target") == target) & pl.col("class").is_in(classes_of(name)))
        counts = dict(own.group_by(pl.col("month").dt.year().alias("year")).agg(pl.col("events").sum()).iter_rows())
        exposure = []
        for year in self.years:
            share = self.coverage.year(year)
            # Events dated to a year that the files do not cover were reported later; they do not say how many there were.
            exposure.append(share if share > LEAST_EXPOSURE else 0.0)
        kept = [counts.get(year, 0) if share else 0 for year, share in zip(self.years, exposure, strict=True)]
        return series(self.years, kept, exposure)

    def partners(self, country: str, name: str) -> dict[str, float]:
        """Partner -> events of a class between the two, both ways."""
        chosen = self.months.filter(pl.col("class").is_in(classes_of(name)))
        there = chosen.filter(pl.col("source") == country).select(pl.col("target").alias("partner"), "events")
        back = chosen.filter(pl.col("target") == country).select(pl.col("source").alias("partner"), "events")
        both = pl.concat([there, back]).group_by("partner").agg(pl.col("events").sum()).sort("partner")
        return {partner: float(count) for partner, count in both.iter_rows()}

    def relation(self, pair: tuple[str, str], name: str = "VISIT") -> EventRelation:
        """The measures for one pair and one class of events.

        Raises: DalizError for an unknown class, a store made for another pair, or one without any covered year.
        """
        if self.pair is not None and set(self.pair) != set(pair):
            raise DalizError(
                f"{self.folder}: holds {' and '.join(map(country_name, self.pair))} only; read the files again for another pair"
            )
        out, back = self.yearly(*pair, name), self.yearly(*pair[::-1], name)
        both = CountSeries(out.labels, out.counts + back.counts, out.exposure)
        if not both.periods:
            raise DalizError(f"{self.folder}: the files cover less than a week of every year, too little for a rate; --months gives counts")
        ranks, balance = {}, {}
        for country in pair if self.pair is None else ():
            partners = self.partners(country, name)
            if partners:
                ranks[country] = rank_partners({partner: [count] for partner, count in partners.items()})
                balance[country] = of_counts(partners)
        return EventRelation(
            pair,
            name,
            out,
            back,
            rate(both),
            trend(both),
            *change_points(both),
            share_interval(out.total, both.total),
            ranks,
            balance,
        )


def classes_of(name: str) -> Sequence[str]:
    """Classes that a class or a side stands for. Raises: DalizError for neither, with the nearest."""
    known = sorted({entry.name for entry in event_codes().values()})
    if name.upper() in known:
        return [name.upper()]
    chosen = [entry for entry in known if side_of(entry) == name.lower()]
    if not chosen:
        raise DalizError(
            f"no class of events {name!r}; expected cooperation, conflict or one of {', '.join(known)}{did_you_mean(name, known)}"
        )
    return chosen


def open_store(folder: Path) -> EventStore:
    """Open a store of events. Raises: DalizError when the folder is none."""
    return EventStore(folder, *read_ledger(folder))
