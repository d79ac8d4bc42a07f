"""Distance between countries in votes of the UN General Assembly, from a file that the user gives.

Two kinds of file are read: published ideal points (Bailey, Strezhnev and Voeten 2017, J. Conflict Resolution 61, 430-456: a row a country
and session with IdealPoint and its quantiles), and raw roll calls (a row a country and vote), from which agreement scores are computed.
Session s met in the autumn of year s + 1945.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean
from daliz.relations.countries import countries
from daliz.relations.counts import Interval

FIRST_YEAR = 1945
Z90 = 1.6448536269514722
DRAWS = 20_000
VOTES = {1: 0.0, 2: 1.0, 3: 2.0}
POINT_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("iso3c", "iso3", "code"),
    "ccode": ("ccode", "cow"),
    "session": ("session",),
    "year": ("year",),
    "point": ("IdealPoint", "IdealPointAll", "IdealPointFP"),
    "low": ("Q5%", "Q5%All", "Q5"),
    "high": ("Q95%", "Q95%All", "Q95"),
}
VOTE_NAMES: Mapping[str, tuple[str, ...]] = {
    "roll_call": ("rcid", "resid", "roll_call"),
    "code": ("iso3c", "iso3", "code", "country_code"),
    "ccode": ("ccode", "cow"),
    "vote": ("vote",),
    "session": ("session",),
    "year": ("year",),
}


@dataclass(frozen=True)
class Distance:
    """Distance between two ideal points in one session, with its 95 % interval where the file gives quantiles (else NaN)."""

    year: int
    session: int
    distance: Interval


@dataclass(frozen=True)
class AgreementScore:
    """Agreement of two countries in one year's votes: 1 - |vote difference| / 2, averaged over votes that were not unanimous."""

    year: int
    score: float
    votes: int


def _read(path: Path, names: Mapping[str, tuple[str, ...]], need: Sequence[tuple[str, ...]]) -> pl.DataFrame:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DalizError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        # The published files of 2020 are in Latin-1.
        text = raw.decode("latin-1")
    try:
        frame = pl.read_csv(io.BytesIO(text.encode()), infer_schema_length=0)
    except pl.exceptions.PolarsError as error:
        raise DalizError(f"{path}: not readable as CSV ({str(error).splitlines()[0]})") from error
    heads = {name.strip().casefold(): name for name in frame.columns}
    found = {own: heads[name.casefold()] for own, choices in names.items() for name in choices[::-1] if name.casefold() in heads}
    for choices in need:
        if not any(choice in found for choice in choices):
            wanted = " or ".join(names[choice][0] for choice in choices)
            raise DalizError(f"{path}: no column {wanted}{did_you_mean(names[choices[0]][0], frame.columns)}")
    frame = frame.select([pl.col(theirs).alias(own) for own, theirs in found.items()])
    return _with_code_and_year(frame)


def _with_code_and_year(frame: pl.DataFrame) -> pl.DataFrame:
    if "code" not in frame.columns:
        by_cow = {country.cow: country.code for country in countries().values() if country.cow is not None}
        number = pl.col("ccode").cast(pl.Int64, strict=False)
        frame = frame.with_columns(number.replace_strict(by_cow, default=None, return_dtype=pl.String).alias("code"))
    if "session" in frame.columns:
        year = pl.col("session").cast(pl.Int64, strict=False) + FIRST_YEAR
    else:
        year = pl.col("year").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    return frame.with_columns(year.alias("year")).filter(pl.col("code").is_not_null() & pl.col("year").is_not_null())


def is_ideal_points(path: Path) -> bool:
    """Whether the file's first line names ideal points. Raises: DalizError when it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.readline(100_000).decode("latin-1").casefold()
    except OSError as error:
        raise DalizError(f"{path}: cannot be read ({error.strerror})") from error
    return any(name.casefold() in head for name in POINT_NAMES["point"])


def read_ideal_points(path: Path) -> pl.DataFrame:
    """Ideal points from a file: code, year, point, low and high (5 % and 95 % quantiles, null where the file has none).

    Raises: DalizError when the file cannot be read or lacks a column.
    """
    frame = _read(path, POINT_NAMES, (("code", "ccode"), ("session", "year"), ("point",)))
    numbers = [
        pl.col(name).cast(pl.Float64, strict=False).alias(name) if name in frame.columns else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in ("point", "low", "high")
    ]
    return (
        frame.select("code", "year", *numbers)
        .filter(pl.col("point").is_not_null())
        .unique(["code", "year"], keep="last")
        .sort("year", "code")
    )


def distances(points: pl.DataFrame, first: str, second: str, seed: int = 1) -> list[Distance]:
    """Distance of two countries by session, oldest first. The interval takes both points as normal and independent.

    Raises: DalizError when a country is not in the file.
    """
    for code in (first, second):
        if code not in points["code"].to_list():
            raise DalizError(f"{code} is not in the votes file{did_you_mean(code, points['code'].unique().to_list())}")
    one, other = (points.filter(pl.col("code") == code) for code in (first, second))
    joined = one.join(other, on="year", suffix="_other").sort("year")
    rng = np.random.default_rng(seed)
    found = []
    for row in joined.iter_rows(named=True):
        value = abs(row["point"] - row["point_other"])
        interval = Interval(value, float("nan"), float("nan"))
        if None not in (row["low"], row["high"], row["low_other"], row["high_other"]):
            spread = np.hypot(row["high"] - row["low"], row["high_other"] - row["low_other"]) / (2 * Z90)
            draws = np.abs(rng.normal(row["point"] - row["point_other"], spread, DRAWS))
            low, high = np.quantile(draws, [0.025, 0.975])
            interval = Interval(value, float(low), float(high))
        found.append(Distance(row["year"], row["year"] - FIRST_YEAR, interval))
    return found


def agreement_scores(path: Path, first: str, second: str) -> list[AgreementScore]:
    """Agreement of two countries by year, from raw roll calls (vote 1 yes, 2 abstention, 3 no; others are left out).

    Raises: DalizError when the file cannot be read, lacks a column, or a country is not in it.
    Source: the formula of Voeten's DyadicAgreementScores: votes on which all agreed are dropped, the rest score 1 - |difference| / 2.
    """
    frame = _read(path, VOTE_NAMES, (("roll_call",), ("code", "ccode"), ("session", "year"), ("vote",)))
    cast = frame.with_columns(pl.col("vote").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False))
    voted = cast.filter(pl.col("vote").is_in(list(VOTES))).with_columns(pl.col("vote").replace_strict(VOTES, return_dtype=pl.Float64))
    divided = voted.filter(pl.col("vote").n_unique().over("roll_call") > 1)
    for code in (first, second):
        if code not in voted["code"].to_list():
            raise DalizError(f"{code} is not in the votes file{did_you_mean(code, voted['code'].unique().to_list())}")
    one, other = (divided.filter(pl.col("code") == code) for code in (first, second))
    joined = one.join(other, on="roll_call", suffix="_other")
    scored = joined.with_columns((1 - (pl.col("vote") - pl.col("vote_other")).abs() / 2).alias("score"))
    yearly = scored.group_by("year").agg(pl.col("score").mean(), pl.len().alias("votes")).sort("year")
    return [AgreementScore(year, score, votes) for year, score, votes in yearly.iter_rows()]
