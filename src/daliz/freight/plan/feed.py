"""A GTFS feed: its files as checked tables. Source: General Transit Feed Specification, Schedule Reference (gtfs.org)."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from daliz.corridor import DalizError
from daliz.corridor.names import did_you_mean

REQUIRED = {
    "stops.txt": ("stop_id",),
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
}
OPTIONAL = {
    "agency.txt": ("agency_timezone",),
    "calendar.txt": ("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "start_date", "end_date"),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs"),
}
ALSO = {
    "agency.txt": ("agency_id", "agency_name"),
    "stops.txt": ("stop_name", "stop_lat", "stop_lon", "parent_station"),
    "routes.txt": ("agency_id", "route_short_name", "route_long_name"),
    "trips.txt": ("trip_headsign",),
    "stop_times.txt": ("pickup_type", "drop_off_type"),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MEMORY_FACTOR = 12.0
"""Reading takes about this many times the size of stop_times.txt in memory (measured: 26 MB of it took 305 MB at the peak)."""


class FeedError(DalizError):
    """A feed that cannot be used: file, row, column, value and what was expected."""


@dataclass(frozen=True)
class Feed:
    """Tables of a feed. `stop_times` is sorted by trip and sequence, with columns trip (index into `trips`), stop (index into `stops`),
    seq, arrives_s and leaves_s (seconds after noon minus twelve hours; over 86,400 past midnight), pickup and drop_off (1: not
    possible)."""

    name: str
    agency: pl.DataFrame
    stops: pl.DataFrame
    routes: pl.DataFrame
    trips: pl.DataFrame
    stop_times: pl.DataFrame
    calendar: pl.DataFrame
    calendar_dates: pl.DataFrame
    frequencies: pl.DataFrame

    @property
    def timezone(self) -> str:
        """The feed's time zone; UTC where it names none."""
        return str(self.agency["agency_timezone"][0]) if self.agency.height and self.agency["agency_timezone"][0] else "UTC"

    def days(self) -> tuple[date, date]:
        """First and last day that the feed covers. Raises: FeedError when it covers none."""
        days = [
            *self.calendar["start_date"],
            *self.calendar["end_date"],
            *self.calendar_dates.filter(pl.col("exception_type") == "1")["date"],
        ]
        if not days:
            raise FeedError(f"{self.name}: the calendar covers no day")
        return parse_day(min(days)), parse_day(max(days))

    def running(self, day: date) -> set[str]:
        """The service ids that run on a day."""
        text, weekday = f"{day:%Y%m%d}", WEEKDAYS[day.weekday()]
        regular = self.calendar.filter((pl.col(weekday) == "1") & (pl.col("start_date") <= text) & (pl.col("end_date") >= text))
        changed = self.calendar_dates.filter(pl.col("date") == text)
        added = set(changed.filter(pl.col("exception_type") == "1")["service_id"])
        removed = set(changed.filter(pl.col("exception_type") == "2")["service_id"])
        return (set(regular["service_id"]) | added) - removed


def parse_day(text: str) -> date:
    """A day written as 20261201."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def read_feed(path: str | Path) -> Feed:
    """Read a feed from a zip file or a folder, and check it.

    Raises: FeedError for a missing file or column, an unreadable time or a reference to nothing; and before reading, when the memory that
    it needs (about twelve times stop_times.txt unpacked) is not there.
    """
    source = Path(path)
    files = _Files(source)
    names = files.names()
    for file in REQUIRED:
        if file not in names:
            raise FeedError(f"{source}: {file} is missing{did_you_mean(file, names)}; a GTFS feed needs {', '.join(REQUIRED)}")
    if not {"calendar.txt", "calendar_dates.txt"} & names:
        raise FeedError(
            f"{source}: neither calendar.txt nor calendar_dates.txt is there; the feed does not say on which days its trips run"
        )
    _check_memory(source, files.size("stop_times.txt"))
    tables = {file: _table(files, file, names) for file in {**REQUIRED, **OPTIONAL}}
    stops = _with_parents(source, tables["stops.txt"])
    trips = tables["trips.txt"].with_row_index("trip")
    _refer(source, "trips.txt", trips, "route_id", tables["routes.txt"]["route_id"], "routes.txt")
    services = pl.concat([tables["calendar.txt"]["service_id"], tables["calendar_dates.txt"]["service_id"]])
    _refer(source, "trips.txt", trips, "service_id", services, "calendar.txt or calendar_dates.txt")
    times = _stop_times(source, tables["stop_times.txt"], trips, stops)
    frequencies = tables["frequencies.txt"]
    _refer(source, "frequencies.txt", frequencies, "trip_id", trips["trip_id"], "trips.txt")
    for file, columns in (("calendar.txt", ("start_date", "end_date")), ("calendar_dates.txt", ("date",))):
        _check_days(source, file, tables[file], columns)
    return Feed(
        source.name,
        tables["agency.txt"],
        stops,
        tables["routes.txt"],
        trips,
        times,
        tables["calendar.txt"],
        tables["calendar_dates.txt"],
        frequencies,
    )


class _Files:
    """The files of a zip or folder."""

    def __init__(self, source: Path) -> None:
        self.source = source
        if not source.exists():
            raise FeedError(f"{source}: no such file or folder")
        try:
            self.zip = None if source.is_dir() else zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError) as error:
            raise FeedError(f"{source}: expected a GTFS feed as .zip or folder ({error})") from error
        members = [Path(name) for name in self.zip.namelist()] if self.zip else []
        self.prefix = next((str(member.parent) + "/" for member in members if member.name == "stops.txt" and member.parent != Path()), "")

    def names(self) -> set[str]:
        if self.zip:
            return {name.removeprefix(self.prefix) for name in self.zip.namelist()}
        return {entry.name for entry in self.source.iterdir()}

    def size(self, file: str) -> int:
        return self.zip.getinfo(self.prefix + file).file_size if self.zip else (self.source / file).stat().st_size

    def read(self, file: str) -> bytes:
        try:
            return self.zip.read(self.prefix + file) if self.zip else (self.source / file).read_bytes()
        except (zipfile.BadZipFile, OSError, RuntimeError) as error:
            raise FeedError(f"{self.source}: {file} cannot be read ({error})") from error


def _check_memory(source: Path, size: int) -> None:
    needed = MEMORY_FACTOR * size
    free = _free_memory()
    if free is not None and needed > free:
        size_gb, needed_gb, free_gb = size / 1e9, needed / 1e9, free / 1e9
        raise FeedError(
            f"{source}: stop_times.txt is {size_gb:.1f} GB; reading it needs about {needed_gb:.0f} GB of memory, "
            f"and {free_gb:.0f} GB are free; cut the feed to fewer routes or days first"
        )


def _free_memory() -> float | None:
    """Memory that is free or can be freed, in bytes; None where the system does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        return next(float(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        try:
            return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        except (ValueError, OSError, AttributeError):
            return None


def _table(files: _Files, file: str, names: set[str]) -> pl.DataFrame:
    needed = {**REQUIRED, **OPTIONAL}[file]
    wanted = (*needed, *ALSO.get(file, ()))
    if file not in names:
        return pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    raw = files.read(file)
    try:
        header = raw[:100_000].split(b"\n", 1)[0].decode("utf-8-sig").strip("\r\n ")
        columns = [name.strip().strip('"') for name in header.split(",")]
        kept = [name for name in columns if name in wanted]
        for name in needed:
            if name not in columns:
                raise FeedError(f"{files.source}: {file}: the column {name} is missing{did_you_mean(name, columns)}")
        frame = pl.read_csv(
            io.BytesIO(raw),
            infer_schema=False,
            new_columns=columns,
            columns=[columns.index(name) for name in kept],
            truncate_ragged_lines=True,
        )
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise FeedError(f"{files.source}: {file}: not readable as CSV in UTF-8 ({str(error).splitlines()[0]})") from error
    missing = [pl.lit(None, pl.String).alias(name) for name in wanted if name not in kept]
    return frame.with_columns(missing)


def _with_parents(source: Path, stops: pl.DataFrame) -> pl.DataFrame:
    """Stops with the index of the station that each belongs to."""
    indexed = stops.with_row_index("stop")
    if indexed["stop_id"].n_unique() != indexed.height:
        twice = indexed.filter(pl.col("stop_id").is_duplicated())["stop_id"][0]
        raise FeedError(f"{source}: stops.txt: stop_id = {twice!r} stands there twice")
    parent = indexed.select(pl.col("stop_id").alias("parent_station"), pl.col("stop").alias("parent"))
    joined = indexed.join(parent, on="parent_station", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("parent", "stop").alias("station"))


def _refer(source: Path, file: str, frame: pl.DataFrame, column: str, known: pl.Series, other: str) -> None:
    bad = frame[column].is_null() | ~frame[column].is_in(known.unique().implode())
    if bad.any():
        row = int(bad.arg_true()[0])
        value = frame[column][row]
        more = f" (and {int(bad.sum()) - 1} more rows)" if bad.sum() > 1 else ""
        nearest = did_you_mean(value, known.drop_nulls().unique().head(5_000)) if value else ""
        raise FeedError(f"{source}: {file}:{row + 2} {column} = {value!r} is not in {other}{more}{nearest}")


def _seconds(column: str) -> pl.Expr:
    """Seconds of a time such as 25:10:00; null where it is none."""
    digits = pl.col(column).str.strip_chars().str.replace_all(":", "", literal=True).cast(pl.Int32, strict=False)
    return digits // 10_000 * 3_600 + digits // 100 % 100 * 60 + digits % 100


def _stop_times(source: Path, times: pl.DataFrame, trips: pl.DataFrame, stops: pl.DataFrame) -> pl.DataFrame:
    trip = trips.select("trip_id", "trip")
    if trip["trip_id"].n_unique() != trip.height:
        raise FeedError(
            f"{source}: trips.txt: trip_id = {trips.filter(pl.col('trip_id').is_duplicated())['trip_id'][0]!r} stands there twice"
        )
    station = stops.select("stop_id", pl.col("station").alias("stop"))
    frame = times.join(trip, on="trip_id", how="left", maintain_order="left").join(station, on="stop_id", how="left", maintain_order="left")
    for column, index, known, other in (
        ("trip_id", "trip", trips["trip_id"], "trips.txt"),
        ("stop_id", "stop", stops["stop_id"], "stops.txt"),
    ):
        if frame[index].null_count():
            _refer(source, "stop_times.txt", frame, column, known, other)
    parsed = frame.select(
        "trip",
        "stop",
        pl.col("stop_sequence").str.strip_chars().cast(pl.Int32, strict=False).alias("seq"),
        _seconds("arrival_time").alias("arrives_s"),
        _seconds("departure_time").alias("leaves_s"),
        (pl.col("pickup_type") == "1").fill_null(False).alias("no_pickup"),
        (pl.col("drop_off_type") == "1").fill_null(False).alias("no_drop_off"),
    )
    for column, result, expected in (
        ("stop_sequence", "seq", "a whole number"),
        ("arrival_time", "arrives_s", "a time such as 25:10:00"),
        ("departure_time", "leaves_s", "a time such as 25:10:00"),
    ):
        given = times[column].is_not_null() & (times[column].str.strip_chars() != "")
        bad = given & parsed[result].is_null() if result != "seq" else parsed[result].is_null()
        if bad.any():
            row = int(bad.arg_true()[0])
            raise FeedError(f"{source}: stop_times.txt:{row + 2} {column} = {times[column][row]!r}: expected {expected}")
    if not (parsed["trip"].is_sorted() and _ascending(parsed)):
        parsed = parsed.sort("trip", "seq")
    return _timed(source, parsed, trips)


def _ascending(parsed: pl.DataFrame) -> bool:
    return bool(parsed.select(((pl.col("trip").diff() != 0) | (pl.col("seq").diff() > 0)).fill_null(True).all()).item())


def _timed(source: Path, parsed: pl.DataFrame, trips: pl.DataFrame) -> pl.DataFrame:
    """Missing times filled: one of a pair from the other, both by interpolation within the trip. Raises where times run backwards."""
    frame = parsed.with_columns(
        pl.coalesce("arrives_s", "leaves_s").alias("arrives_s"), pl.coalesce("leaves_s", "arrives_s").alias("leaves_s")
    )
    if frame["arrives_s"].null_count():
        # Between a departure and the next arrival that are given, stops without times lie evenly.
        frame = frame.with_columns(
            pl.col("leaves_s").forward_fill().over("trip").alias("before"),
            pl.col("arrives_s").backward_fill().over("trip").alias("after"),
            pl.col("leaves_s").is_not_null().cum_sum().over("trip").alias("block"),
        ).with_columns(
            (pl.int_range(pl.len()).over("trip", "block")).alias("nth"),
            pl.len().over("trip", "block").alias("of"),
        )
        even = pl.col("before") + (pl.col("after") - pl.col("before")) * pl.col("nth") // pl.col("of")
        frame = frame.with_columns(pl.coalesce("arrives_s", even).alias("arrives_s"), pl.coalesce("leaves_s", even).alias("leaves_s"))
        if frame["arrives_s"].null_count():
            trip = trips["trip_id"][int(frame.filter(pl.col("arrives_s").is_null())["trip"][0])]
            raise FeedError(f"{source}: stop_times.txt: trip {trip!r} has no time at its first or last stop")
        frame = frame.select("trip", "stop", "seq", "arrives_s", "leaves_s", "no_pickup", "no_drop_off")
    same = pl.col("trip") == pl.col("trip").shift(1)
    backwards = frame.select(
        ((same & (pl.col("arrives_s") < pl.col("leaves_s").shift(1))) | (pl.col("leaves_s") < pl.col("arrives_s")))
        .fill_null(False)
        .alias("bad")
    )
    if backwards["bad"].any():
        row = frame.row(int(backwards["bad"].arg_true()[0]), named=True)
        raise FeedError(
            f"{source}: stop_times.txt: trip {trips['trip_id'][row['trip']]!r}, stop_sequence {row['seq']}: the time runs backwards"
        )
    return frame


def _check_days(source: Path, file: str, frame: pl.DataFrame, columns: Sequence[str]) -> None:
    for column in columns:
        bad = ~frame[column].str.contains(r"^\d{8}$").fill_null(False)
        if bad.any():
            row = int(bad.arg_true()[0])
            raise FeedError(f"{source}: {file}:{row + 2} {column} = {frame[column][row]!r}: expected a day such as 20261201")


def day_range(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]
