"""Every event of one replication, as a table: for one box's journey, and for the picture of trains and ships in space and time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from daliz.corridor.errors import DalizError
from daliz.freight.simulate import records as r
from daliz.freight.simulate.compile import Compiled
from daliz.freight.simulate.engine import Engine
from daliz.freight.simulate.layout import Room

EVENTS = ("enters", "leaves", "box boards", "box alights", "box is born", "box arrives")
FIRST_ROOM = 1 << 17


def trace(compiled: Compiled, seed: int = 1, replication: int = 0) -> pl.DataFrame:
    """Run one replication and return every event in the order of time.

    Columns: hour (from the start of the counted year; before it: warm-up), event, carrier (number of a train, ship or lot; None for a box's
    birth and arrival), box (number; None for a carrier's own events), step, service, seq, place, what (is done there), boxes (on board),
    demand (a box's).
    """
    engine = Engine(compiled.model, compiled.horizon_h, compiled.warm_h, compiled.year_h, room=Room(trace=FIRST_ROOM))
    outcome = engine.run(seed, replication)
    end = int(outcome.ints[r.H_TRACE])
    start = int(outcome.ints[r.H_TRACEEND]) - engine.room.trace * r.TRACE_ROW
    rows = outcome.ints[start:end].reshape(-1, r.TRACE_ROW)
    hours = outcome.floats[start:end].reshape(-1, r.TRACE_ROW)[:, 0]
    order = np.argsort(hours, kind="stable")
    what, subject, where, count = (rows[order, i] for i in range(1, 5))
    frame = pl.DataFrame({"hour": hours[order] - compiled.warm_h, "what_code": what, "subject": subject, "where": where, "boxes": count})
    return _with_meaning(frame.filter(pl.col("hour") <= compiled.horizon_h - compiled.warm_h), compiled, outcome.arenas.where)


def _with_meaning(frame: pl.DataFrame, compiled: Compiled, where: dict[str, dict[str, int]]) -> pl.DataFrame:
    """Numbers replaced by what they stand for."""
    steps = [
        {"where": address, "step": name, "service": info.service, "seq": info.seq, "place": info.place, "what": info.what}
        for name, address in where["steps"].items()
        if (info := compiled.info.get(name)) is not None
    ]
    demands = [{"where": address, "demand": name} for name, address in where["cargoes"].items()]
    code, carrier_event = pl.col("what_code"), pl.col("what_code") <= r.LEFT
    boards = code.is_in([r.BOARDED, r.ALIGHTED])
    return (
        frame.join(pl.DataFrame(steps), on="where", how="left", maintain_order="left")
        .join(pl.DataFrame(demands), on="where", how="left", maintain_order="left")
        .select(
            "hour",
            code.replace_strict(dict(enumerate(EVENTS)), return_dtype=pl.String).alias("event"),
            pl.when(carrier_event).then("subject").when(boards).then("where").alias("carrier"),
            pl.when(~carrier_event).then("subject").alias("box"),
            *(pl.when(carrier_event).then(name).alias(name) for name in ("step", "service", "seq", "place", "what", "boxes")),
            pl.when(~carrier_event & ~boards).then("demand").alias("demand"),
        )
    )


def write_trace(frame: pl.DataFrame, path: Path) -> Path:
    """Write a trace as Parquet, whole or not at all. Raises: DalizError when the file cannot be written."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        frame.write_parquet(temporary)
        temporary.replace(path)
    except OSError as error:
        raise DalizError(f"{path}: cannot be written ({error.strerror or 'the folder does not exist'})") from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def read_trace(path: Path) -> pl.DataFrame:
    """Read a trace back. Raises: DalizError when the file is no trace."""
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DalizError(f"{path}: is no trace that can be read ({type(error).__name__})") from error
    if not {"hour", "event", "carrier", "box"} <= set(frame.columns):
        raise DalizError(f"{path}: is no trace of a simulation; expected the columns hour, event, carrier and box")
    return frame


def journey(frame: pl.DataFrame, box: int) -> pl.DataFrame:
    """One box's journey: its own events, and those of every carrier while it was on board.

    Raises: DalizError for a box that is not there.
    """
    own = frame.filter(pl.col("box") == box)
    if own.is_empty():
        raise DalizError(f"no box {box} in the trace; boxes are numbered from 0 to {frame.select(pl.col('box').max()).item()}")
    rides = []
    boarded = own.filter(pl.col("event") == "box boards")
    for row in boarded.iter_rows(named=True):
        off = own.filter((pl.col("event").is_in(["box alights", "box arrives"])) & (pl.col("hour") >= row["hour"]))["hour"].min()
        until = frame["hour"].max() if off is None else off
        during = pl.col("hour").is_between(row["hour"], until)
        rides.append(frame.filter((pl.col("carrier") == row["carrier"]) & pl.col("box").is_null() & during))
    return pl.concat([own, *rides]).sort("hour", maintain_order=True)


WAITS = {
    "weather": "waits for the weather",
    "berth": "waits for a berth",
    "cargo": "waits for more boxes",
    "yard": "waits for room in the yard",
}
SHORTEST_TOLD_H = 0.01


def told(steps: pl.DataFrame, places: Mapping[str, str], services: Mapping[str, str]) -> list[str]:
    """A journey in lines: day of the year, hours, and what happens; what takes no time is left out.

    Parameters: steps (of `journey`), places and services (their names by id). Hours at a terminal or on a line hold the wait for it.
    """
    lines: list[str] = []
    since, entered, place = float("nan"), float("nan"), ""

    def tell(start: float, hours: float, text: str) -> None:
        if hours >= SHORTEST_TOLD_H:
            lines.append(f"{start / 24.0:8.2f}  {hours:6.1f} h  {text}")

    rows = steps.to_dicts()
    for i, row in enumerate(rows):
        if row["event"] in ("box is born", "box alights"):
            since = row["hour"]
        elif row["event"] == "box boards":
            service, entered = next((later["service"] for later in rows[i:] if later["what"] == "run"), ""), row["hour"]
            tell(since, row["hour"] - since, f"{f'{place}: ' if place else ''}waits for {services.get(service, service)}")
        elif row["event"] == "enters":
            entered = row["hour"]
        elif row["event"] == "leaves" and row["place"]:
            place = places.get(row["place"], row["place"])
            text = f"under way to {place}" if row["what"] == "run" else f"{place}: {WAITS.get(row['what'], row['what'])}"
            tell(entered, row["hour"] - entered, text)
    first, last = rows[0], next((row for row in rows if row["event"] == "box arrives"), None)
    warm = " (days below zero are warm-up)" if first["hour"] < 0.0 else ""
    head = f"Box {first['box']} of the demand {first['demand']}: day of the year, hours, what happens{warm}"
    days = None if last is None else (last["hour"] - first["hour"]) / 24.0
    return [head, *lines, "It has not arrived when the trace ends." if days is None else f"It arrives after {days:.1f} days."]
