"""The corridor: a set of checked tables that nobody changes, and the corridors made from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType

import polars as pl

from daliz.corridor import change
from daliz.corridor.check import check
from daliz.corridor.errors import DalizError, DatasetError, Problem
from daliz.corridor.names import did_you_mean
from daliz.corridor.read import as_text, read_folder, table_from_rows
from daliz.corridor.schema import datapackage, tables


@dataclass(frozen=True, eq=False)
class Corridor:
    """Tables of one corridor. Every method returns a new corridor that shares the tables it did not change.

    Attributes: tables (name -> Polars frame with the declared columns), history (what was done to the dataset as read, in order),
    origin (where it was read from).
    """

    tables: Mapping[str, pl.DataFrame]
    history: tuple[str, ...] = ()
    origin: str = "embedded"

    def __getitem__(self, table: str) -> pl.DataFrame:
        if table not in self.tables:
            raise DalizError(f"no table {table!r}{did_you_mean(table, self.tables)}")
        return self.tables[table]

    def __getattr__(self, name: str) -> pl.DataFrame:
        if name.startswith("_") or name not in tables():
            raise AttributeError(name)
        return self.tables[name]

    def __reduce__(self) -> tuple[object, ...]:
        # A read-only view cannot be sent to another process; its tables can.
        return _received, (dict(self.tables), self.history, self.origin)

    @property
    def fingerprint(self) -> str:
        """A name for the content of all tables: equal tables, equal name, on every machine."""
        digest = hashlib.sha256()
        for name, frame in self.tables.items():
            digest.update(name.encode())
            digest.update(_flat(frame).write_csv().encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        done = "".join(f"; {step}" for step in self.history)
        return f"<Corridor {self.origin}: {self['places'].height} places, {self['links'].height} links{done}>"

    def open(self, table: str) -> pl.DataFrame:
        """The rows of a table that engines use: status open, or process for hazards."""
        return self[table].filter(pl.col("status") == ("process" if table == "hazards" else "open"))

    def replace(self, table: str, rows: pl.DataFrame | Iterable[dict[str, object]], why: str | None = None) -> Corridor:
        """The corridor with another table in place of one of its own; `why` is what its history says of it.

        Raises: DatasetError when the rows break the table's declaration or leave a reference without its row.
        """
        self[table]
        declared = tables()[table]
        frame, problems = table_from_rows(declared, rows)
        changed = {**self.tables, table: frame}
        if problems := problems or check(changed):
            raise DatasetError(problems)
        return self._changed(changed, why or f"replaced {table} ({frame.height} rows)")

    def close(self, *, country: str | None = None, place: str | None = None, link: str | None = None) -> Corridor:
        """The corridor with a country's territory, a place or a link shut to freight and fibre.

        Raises: DalizError when nothing of that name is in the corridor, or when not exactly one is named.
        """
        named = [(kind, name) for kind, name in (("country", country), ("place", place), ("link", link)) if name is not None]
        if len(named) != 1:
            raise DalizError("close() takes exactly one of country, place and link")
        kind, name = named[0]
        return self._changed(change.closed(self.tables, kind, name), f"closed {kind} {name}")

    def with_projects(self, *projects: str) -> Corridor:
        """The corridor as it would be with these projects in place, and those that must come before them.

        Raises: DalizError for an unknown project, or when two projects set one cell to different values.
        """
        return self._changed(change.with_projects(self.tables, projects), f"with {', '.join(projects)}")

    def without_projects(self, *projects: str) -> Corridor:
        """The corridor as it would be without these projects (and those that build on them).

        Raises: DalizError for an unknown project, or an effect that does not say what was there before.
        """
        return self._changed(change.without_projects(self.tables, projects), f"without {', '.join(projects)}")

    def save(self, folder: str | Path) -> Path:
        """Write the tables as CSV with a Data Package description, each file whole or not at all.

        Raises: DalizError when the folder cannot be written, or holds other things than a dataset.
        """
        target = Path(folder)
        try:
            if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / "datapackage.json").exists())):
                raise DalizError(f"{target}: exists and is not a dataset; nothing was written")
            target.mkdir(parents=True, exist_ok=True)
            for name, frame in self.tables.items():
                _write_whole(target / f"{name}.csv", _flat(frame).write_csv(line_terminator="\n"))
            description = datapackage("; ".join(["Corridor dataset", *self.history]))
            _write_whole(target / "datapackage.json", json.dumps(description, indent=1, ensure_ascii=False) + "\n")
        except OSError as error:
            raise DalizError(f"{target}: cannot be written ({error.strerror})") from error
        return target

    def _changed(self, frames: Mapping[str, pl.DataFrame], step: str) -> Corridor:
        return Corridor(MappingProxyType(dict(frames)), (*self.history, step), self.origin)


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select([as_text(frame[column]).alias(column) for column in frame.columns])


def _received(frames: dict[str, pl.DataFrame], history: tuple[str, ...], origin: str) -> Corridor:
    return Corridor(MappingProxyType(frames), history, origin)


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def problems_of(folder: str | Path) -> list[Problem]:
    """Every problem of a dataset folder at once. Raises: DatasetError when the folder is no dataset."""
    frames, problems = read_folder(Path(folder))
    return [*problems, *check(frames)]


def load(path: str | Path | None = None) -> Corridor:
    """Read and check a corridor.

    Parameters: path (dataset folder; None: the embedded corridor between Kazakhstan and Azerbaijan).
    Raises: DatasetError with every problem found.
    """
    if path is None:
        with as_file(files("daliz.reference") / "tables") as folder:
            return _load(folder, "embedded")
    return _load(Path(path), str(path))


def _load(folder: Path, origin: str) -> Corridor:
    frames, problems = read_folder(folder)
    if problems := [*problems, *check(frames)]:
        raise DatasetError(problems)
    return Corridor(MappingProxyType(frames), (), origin)
