"""From coded rows to events: mirror images and repeated stories folded, then counted by month.

Coders write one visit twice (042: A visits B; 043: B hosts A) and one story many times over. Folding turns hosts' rows round, moves a
story's later rows to its first day, and leaves one event a day, ordered pair and class. Rows reported long after the day that they speak
of ("a year ago") are left out. Every step's count is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from daliz.relations.countries import countries

LATE_DAYS = 31
HOSTING = "043"


@dataclass(frozen=True)
class Stages:
    """How many are left after each step: rows with two different country codes, pair_days (days and unordered pairs among them), countries
    (rows of two countries, not of regions or groups), timely (of these, reported within a month), events (after folding)."""

    rows: int
    pair_days: int
    countries: int
    timely: int
    events: int


def _timely() -> pl.Expr:
    late = (pl.col("added") - pl.col("date")).dt.total_days() > LATE_DAYS
    return ~late.fill_null(False)


def _two_countries() -> pl.Expr:
    known = list(countries())
    return pl.col("source").is_in(known) & pl.col("target").is_in(known)


def _turned(rows: pl.LazyFrame) -> pl.LazyFrame:
    hosted = pl.col("code") == HOSTING
    return rows.with_columns(
        pl.when(hosted).then("target").otherwise("source").alias("source"),
        pl.when(hosted).then("source").otherwise("target").alias("target"),
    )


def fold(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Events from coded rows: date, source, target, class, rows, stories, mentions, articles, goldstein and tone (means over rows),
    event_id and story (one of those folded). For a visit source is the visitor."""
    told = _turned(rows.filter(_timely() & _two_countries()))
    by_story = told.group_by("story", "source", "target", "class").agg(
        pl.col("date").min(),
        pl.len().alias("rows"),
        pl.col("mentions", "articles", "goldstein", "tone").sum(),
        pl.col("goldstein").count().alias("rated"),
        pl.col("event_id").min(),
    )
    rated = pl.col("rated").sum()
    return by_story.group_by("date", "source", "target", "class").agg(
        pl.col("rows").sum(),
        pl.len().alias("stories"),
        pl.col("mentions", "articles").sum(),
        (pl.col("goldstein").sum() / rated).alias("goldstein"),
        (pl.col("tone").sum() / rated).alias("tone"),
        pl.col("event_id").min(),
        pl.col("story").min(),
    )


def stages(rows: pl.LazyFrame, classes: Sequence[str] = ()) -> Stages:
    """Counts after each step of folding, for some classes of events or all of them."""
    wanted = rows.filter(pl.col("class").is_in(list(classes))) if classes else rows
    pair_day = pl.struct("date", pl.min_horizontal("source", "target").alias("low"), pl.max_horizontal("source", "target").alias("high"))
    counted = wanted.select(
        pl.len().alias("rows"),
        pair_day.n_unique().alias("pair_days"),
        _two_countries().sum().alias("countries"),
        (_two_countries() & _timely()).sum().alias("timely"),
    ).collect()
    events = fold(wanted).select(pl.len()).collect().item()
    row = counted.row(0)
    return Stages(int(row[0]), int(row[1]) if row[0] else 0, int(row[2]), int(row[3]), int(events))


def monthly(events: pl.LazyFrame) -> pl.LazyFrame:
    """Folded events by month, ordered pair and class: events, stories, rows, mentions, articles, goldstein and tone (means over rows)."""
    month = pl.col("date").dt.truncate("1mo").alias("month")
    # Rounded, so that the order in which workers finish does not show in the last digits.
    weighted = [((pl.col(name) * pl.col("rows")).sum() / pl.col("rows").sum()).round(6) for name in ("goldstein", "tone")]
    return (
        events.group_by(month, "source", "target", "class")
        .agg(
            pl.len().alias("events"),
            *[value.alias(name) for value, name in zip(weighted, ("goldstein", "tone"), strict=True)],
            *[pl.col(name).sum() for name in ("stories", "rows", "mentions", "articles")],
        )
        .sort("month", "source", "target", "class")
    )


def months_by_year(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """`monthly` of `fold`, a year at a time, so that memory holds one year's rows however long the archive is."""
    ends = rows.select(pl.col("date").min().alias("first"), pl.col("date").max().alias("last")).collect().row(0)
    if ends[0] is None:
        return
    for year in range(ends[0].year, ends[1].year + 1):
        own = rows.filter(pl.col("date").is_between(date(year, 1, 1), date(year, 12, 31)))
        yield monthly(fold(own)).collect(engine="streaming")
