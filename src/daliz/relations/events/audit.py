"""Calibration: a random sample of events is checked by a person, and its precision corrects the counts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean
from daliz.relations.counts import Interval, corrected_count, wilson

YES = ("yes", "y", "1", "true", "right", "correct")
NO = ("no", "n", "0", "false", "wrong")
COLUMNS = ("event_id", "date", "source", "target", "class", "rows", "story")


@dataclass(frozen=True)
class Audit:
    """How many events of each class were checked, and how many of these are real."""

    checked: Mapping[str, tuple[int, int]]

    def precision(self, name: str) -> Interval:
        """Share of a class's events that are real, with its Wilson interval. Raises: DalizError when none of the class was checked."""
        if name not in self.checked:
            raise DalizError(f"no event of class {name} was checked{did_you_mean(name, self.checked)}")
        hits, checked = self.checked[name]
        return wilson(hits, checked)

    def corrected(self, name: str, count: float) -> Interval:
        """A count of coded events made into one of real events. Raises: DalizError when none of the class was checked."""
        if name not in self.checked:
            raise DalizError(f"no event of class {name} was checked{did_you_mean(name, self.checked)}")
        return corrected_count(count, *self.checked[name])


def write_sample(events: pl.LazyFrame, path: Path, size: int, seed: int = 1) -> int:
    """Write a random sample of folded events as CSV, with an empty column `correct` to fill with yes or no. Returns: events written.

    Raises: DalizError when the file exists or cannot be written.
    """
    if path.exists():
        raise DalizError(f"{path}: exists already; name a new file, so that no audit is overwritten")
    frame = events.select(COLUMNS).sort("date", "source", "target", "class").collect()
    sample = frame.sample(min(size, frame.height), seed=seed, shuffle=True).with_columns(pl.lit(None, dtype=pl.String).alias("correct"))
    try:
        path.write_text(sample.write_csv(), encoding="utf-8")
    except OSError as error:
        raise DalizError(f"{path}: cannot be written ({error.strerror})") from error
    return sample.height


def read_audit(path: Path) -> Audit:
    """Read a checked sample: columns class and correct (yes or no; an empty cell was not checked).

    Raises: DalizError naming the line and value that cannot be read.
    """
    checked: dict[str, tuple[int, int]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for column in ("class", "correct"):
                if column not in (reader.fieldnames or []):
                    raise DalizError(f"{path}: no column {column!r}{did_you_mean(column, reader.fieldnames or [])}")
            for row in reader:
                answer = (row["correct"] or "").strip().casefold()
                if not answer:
                    continue
                if answer not in (*YES, *NO):
                    raise DalizError(f"{path}:{reader.line_num} correct = {row['correct']!r}: expected yes or no")
                hits, seen = checked.get(row["class"], (0, 0))
                checked[row["class"]] = (hits + (answer in YES), seen + 1)
    except OSError as error:
        raise DalizError(f"{path}: cannot be read ({error.strerror})") from error
    if not checked:
        raise DalizError(f"{path}: no event is marked yes or no in the column correct")
    return Audit(checked)
