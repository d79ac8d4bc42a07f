"""Scenarios: what is assumed to happen to a corridor, as data, and the corridor that comes of it.

A scenario closes countries, places and links, puts projects in place or takes them away, scales demand, lets the sea fall to the level
of a year, and sets cells of tables. Ready-made ones stand in `scenarios.toml` beside a dataset's tables; others come from a file or from
options.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from daliz.corridor import Corridor, DalizError
from daliz.corridor.names import did_you_mean
from daliz.corridor.places import HIGH_SEAS
from daliz.corridor.read import as_text
from daliz.relations.countries import country_name

LEAST_PAYLOAD = 0.01


@dataclass(frozen=True)
class Cells:
    """Cells that a scenario sets: rows of a table whose key fits a pattern (`wind_m*`), one column, one value."""

    table: str
    row: str
    column: str
    value: str


@dataclass(frozen=True)
class Scenario:
    """One scenario. Attributes: name, title (a sentence), why (what it stands for, with its source), and what it does."""

    name: str
    title: str = ""
    why: str = ""
    close_countries: tuple[str, ...] = ()
    close_places: tuple[str, ...] = ()
    close_links: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    demand_factor: float = 1.0
    sea_level_year: int | None = None
    cells: tuple[Cells, ...] = field(default=())

    def __post_init__(self) -> None:
        both = sorted(set(self.projects) & set(self.without))
        if both:
            raise DalizError(f"scenario {self.name}: {', '.join(both)} cannot be both put in place and taken away")
        if not 0 <= self.demand_factor <= 100:
            raise DalizError(f"scenario {self.name}: demand {self.demand_factor:g} must be between 0 and 100 times today's")
        if self.demand_factor == 0:
            raise DalizError(f"scenario {self.name}: no demand is left, so there is nothing to compare; expected more than 0 times today's")

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return self == Scenario(self.name, self.title, self.why)


def scenario_from(name: str, given: Mapping[str, Any], file: str) -> Scenario:
    """A scenario from the plain values of a file. Raises: DalizError for an unknown field or a value of the wrong kind."""
    known = [entry.name for entry in fields(Scenario) if entry.name != "name"]
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise DalizError(f"{file}: scenario {name}: unknown field {key!r}{did_you_mean(key, known)}")
        if key == "cells":
            values[key] = tuple(_cells(name, entry, file) for entry in value)
        elif key in ("title", "why"):
            values[key] = str(value)
        elif key in ("demand_factor", "sea_level_year"):
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise DalizError(f"{file}: scenario {name}: {key} = {value!r}; expected a number")
            values[key] = float(value) if key == "demand_factor" else int(value)
        else:
            if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
                raise DalizError(f"{file}: scenario {name}: {key} = {value!r}; expected a list of names")
            values[key] = tuple(value)
    return Scenario(name, **values)


def _cells(name: str, entry: Any, file: str) -> Cells:
    wanted = ("table", "row", "column", "value")
    if not isinstance(entry, dict) or set(entry) != set(wanted):
        raise DalizError(f"{file}: scenario {name}: cells = {entry!r}; expected table, row, column and value")
    return Cells(*(str(entry[key]) for key in wanted))


def read_scenarios(path: Path) -> dict[str, Scenario]:
    """The scenarios of a TOML file by name, in its order. Raises: DalizError when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DalizError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DalizError(f"{path}: expected text in UTF-8") from error
    return _parsed(text, str(path))


def _parsed(text: str, file: str) -> dict[str, Scenario]:
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DalizError(f"{file}: not readable as TOML ({error})") from error
    if not entries or not all(isinstance(entry, dict) for entry in entries.values()):
        raise DalizError(f"{file}: expected at least one scenario such as [border_shut] with its fields below")
    return {name: scenario_from(name, entry, file) for name, entry in entries.items()}


def ready_scenarios(corridor: Corridor) -> dict[str, Scenario]:
    """The ready-made scenarios of a dataset: its `scenarios.toml`, where it has one."""
    if corridor.origin == "embedded":
        return _parsed((files("daliz.reference") / "scenarios.toml").read_text(encoding="utf-8"), "scenarios.toml")
    path = Path(corridor.origin) / "scenarios.toml"
    return read_scenarios(path) if path.exists() else {}


def find_scenario(corridor: Corridor, name: str) -> Scenario:
    """A ready-made scenario by name. Raises: DalizError with the nearest."""
    ready = ready_scenarios(corridor)
    if name not in ready:
        listed = f"; there are: {', '.join(ready)}" if ready else "; this corridor has no scenarios.toml"
        raise DalizError(f"no scenario {name!r}{did_you_mean(name, ready) or listed}")
    return ready[name]


def apply(corridor: Corridor, scenario: Scenario) -> Corridor:
    """The corridor as it is in the scenario.

    Raises: DalizError when the scenario names something that does not exist, sets a value that a column cannot hold, holds projects
    or cells that contradict each other, or leaves no service to run.
    """
    if HIGH_SEAS in scenario.close_countries:
        raise DalizError(f"scenario {scenario.name}: {HIGH_SEAS} stands for the high seas, which are no country's territory; close a place")
    _check_cells(corridor, scenario)
    for country in scenario.close_countries:
        corridor = corridor.close(country=country)
    for place in scenario.close_places:
        corridor = corridor.close(place=place)
    for link in scenario.close_links:
        corridor = corridor.close(link=link)
    if scenario.without:
        corridor = corridor.without_projects(*scenario.without)
    if scenario.projects:
        corridor = corridor.with_projects(*scenario.projects)
    if scenario.demand_factor != 1.0:
        scaled = corridor["demands"].with_columns(pl.col("teu_year") * scenario.demand_factor)
        corridor = corridor.replace("demands", scaled, f"demand times {scenario.demand_factor:g}")
    corridor = _with_cells(corridor, scenario)
    if scenario.sea_level_year is not None:
        corridor = with_sea_level(corridor, scenario.sea_level_year)
    if corridor["services"].height and corridor.open("services").is_empty():
        raise DalizError(f"scenario {scenario.name} closes every service of the corridor; nothing is left to compare")
    return corridor


def _rows(corridor: Corridor, cells: Cells, name: str) -> list[str]:
    """Ids of the rows that some cells are set in. Raises: DalizError when there is no such column or row."""
    frame = corridor[cells.table]
    if "id" not in frame.columns:
        raise DalizError(f"scenario {name}: rows of {cells.table} have no id, so that their cells cannot be set")
    if cells.column not in frame.columns:
        raise DalizError(f"scenario {name}: {cells.table} has no column {cells.column!r}{did_you_mean(cells.column, frame.columns)}")
    keys = frame["id"].to_list()
    found = [key for key in keys if fnmatchcase(key, cells.row)]
    if not found:
        raise DalizError(f"scenario {name}: no row of {cells.table} fits {cells.row!r}{did_you_mean(cells.row, keys)}")
    return found


def _check_cells(corridor: Corridor, scenario: Scenario) -> None:
    """Raises: DalizError when two entries set one cell to different values."""
    known: dict[tuple[str, str, str], str] = {}
    for cells in scenario.cells:
        for row in _rows(corridor, cells, scenario.name):
            value = known.setdefault((cells.table, row, cells.column), cells.value)
            if value != cells.value:
                where = f"{cells.table}.{row}.{cells.column}"
                raise DalizError(f"scenario {scenario.name}: cells contradict each other: {where} = {value} and {cells.value}")


def _with_cells(corridor: Corridor, scenario: Scenario) -> Corridor:
    """The corridor with the scenario's cells set, a table at a time, since every change of a table is checked."""
    for table in dict.fromkeys(cells.table for cells in scenario.cells):
        frame, wanted = corridor[table], [cells for cells in scenario.cells if cells.table == table]
        for cells in wanted:
            hits = frame["id"].is_in(_rows(corridor, cells, scenario.name)).arg_true()
            frame = frame.with_columns(as_text(frame[cells.column]).scatter(hits, cells.value).alias(cells.column))
        corridor = corridor.replace(table, frame, "; ".join(f"{table}.{cells.row}.{cells.column} = {cells.value}" for cells in wanted))
    return corridor


def with_sea_level(corridor: Corridor, year: int) -> Corridor:
    """The corridor with ships' payload cut by the fall of the sea until a year.

    The hazards of kind sea_level say how fast the sea falls (`fall_m_year`, from `from_year` on) and which share of the payload each metre
    takes (`share_per_m`). Raises: DalizError when the corridor has no such hazard, or when the year lies before it or after the last one
    in which ships carry a hundredth of their payload.
    """
    hazards = corridor["hazards"]
    falling = hazards.filter((pl.col("kind") == "sea_level") & pl.col("fall_m_year").is_not_null() & pl.col("share_per_m").is_not_null())
    if falling.is_empty():
        raise DalizError("no hazard of kind sea_level says how fast the sea falls and what a metre costs; a sea level cannot be set")
    first = int(falling["from_year"].fill_null(year).max())  # type: ignore[arg-type]
    last = min(_carries_until(hazards, row) for row in falling.iter_rows(named=True))
    if not first <= year <= last:
        fast = max(falling.iter_rows(named=True), key=lambda row: row["fall_m_year"] * row["share_per_m"])
        raise DalizError(
            f"sea level {year}: expected {first} to {last}; the tables count from {first}, and falling by {100 * fast['fall_m_year']:.3g} "
            f"cm a year, each metre taking {fast['share_per_m']:.0%} of the payload, the sea lets ships carry next to nothing after {last}"
        )
    lost = (pl.col("fall_m_year") * pl.col("share_per_m") * (year - pl.col("from_year"))).clip(0.0, 1.0)
    hit = pl.col("id").is_in(falling["id"].to_list())
    changed = hazards.with_columns(pl.when(hit).then(lost).otherwise("share_closed").alias("share_closed"))
    return corridor.replace("hazards", changed, f"sea level of {year}")


def _carries_until(hazards: pl.DataFrame, falling: Mapping[str, Any]) -> int:
    """The last year in which ships on the links of a falling sea carry a hundredth of their payload, other shallows counted."""
    others = hazards.filter(pl.col("kind").is_in(["draught", "sea_level"]) & (pl.col("id") != falling["id"])).drop_nulls("links")
    lost = others.select("share_closed", link="links").explode("link").group_by("link").agg(pl.col("share_closed").sum())
    already = float(lost.filter(pl.col("link").is_in(falling["links"] or []))["share_closed"].max() or 0.0)  # type: ignore[arg-type]
    yearly = falling["fall_m_year"] * falling["share_per_m"]
    return int((falling["from_year"] or 0) + (1 - LEAST_PAYLOAD - already) / yearly) if yearly > 0 else 9_999


def one_each(countries: Iterable[str]) -> list[Scenario]:
    """A scenario for every country: its territory closed."""
    return [Scenario(f"without_{code}", f"The territory of {country_name(code)} is closed", close_countries=(code,)) for code in countries]
