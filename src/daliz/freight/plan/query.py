"""The question that is put to the planner, checked: places, times, cargo and what is to be left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from daliz.corridor import Corridor, DalizError, find_place
from daliz.corridor.names import did_you_mean, fold
from daliz.corridor.places import short_names
from daliz.freight.plan import calendars

MODES = ("rail", "road", "sea", "ferry")
LONGEST_WINDOW_DAYS = 92
MOST_TRANSFERS = 20
Moment = datetime | date | str


class PlanError(DalizError):
    """A question that cannot be answered, with what would help."""


@dataclass(frozen=True)
class Cargo:
    """What is sent: name, tonnes a FEU, USD a FEU and day that time is worth, handling needs."""

    name: str = "general cargo"
    tonnes_feu: float = 14.0
    time_value_usd_feu_day: float = 0.0
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """A checked question. Minutes since 1970-01-01 00:00 UTC; `depart` is the first and `until` the last minute at which cargo may be
    ready."""

    origin: str
    destination: str
    depart: int | None
    until: int | None
    arrive_by: int | None
    teu: float
    cargo: Cargo
    avoid_countries: frozenset[str]
    avoid_places: frozenset[str]
    avoid_operators: frozenset[str]
    modes: frozenset[str]
    max_transfers: int | None
    only: frozenset[str] | None = None

    @property
    def feu(self) -> float:
        """Forty-foot units that are sent."""
        return self.teu / 2


def moment(corridor: Corridor, value: Moment, place: str) -> int:
    """Minute UTC of a moment given as text, date or datetime; without a zone it is local time at the place.

    Raises: PlanError when the text is no date.
    """
    if isinstance(value, str):
        text = value.strip().replace(" ", "T", 1)
        try:
            value = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        except ValueError as error:
            raise PlanError(f"{value!r} is no date; expected one such as 2026-12-01 or 2026-12-01T08:00") from error
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        name = corridor["places"].row(by_predicate=pl.col("id") == place, named=True)["timezone"] or "UTC"
        value = value.replace(tzinfo=calendars.zone(name))
    if not 1990 <= value.year <= 2200:
        raise PlanError(f"{value.date()} is out of range; expected a year from 1990 to 2200")
    return calendars.minute_of(value.astimezone(UTC))


def cargo_of(corridor: Corridor, name: str | None) -> Cargo:
    """The cargo class of that id or name; without a name, general cargo. Raises: PlanError with the nearest names."""
    if name is None:
        return Cargo()
    rows = list(corridor["commodities"].iter_rows(named=True))
    for row in rows:
        if fold(name) in (fold(row["id"]), fold(row["name"])):
            return Cargo(row["name"], row["tonnes_feu"], row["time_value_usd_feu_day"], tuple(row["needs"] or ()))
    known = [row["id"] for row in rows]
    nearest = did_you_mean(name, known) or f"; there are: {', '.join(known)}"
    raise PlanError(f"no cargo class {name!r}{nearest}")


def checked(
    corridor: Corridor,
    origin: str,
    destination: str,
    depart: Moment | None,
    arrive_by: Moment | None,
    window: tuple[Moment, Moment] | None,
    teu: float,
    commodity: str | None,
    avoid_countries: Iterable[str],
    avoid_places: Iterable[str],
    modes: Sequence[str] | None,
    max_transfers: int | None,
    sanctions: Iterable[dict[str, Any]],
    services: Iterable[str] | None,
) -> Query:
    """The question with every name found and every number in range.

    Raises: PlaceError for a place that does not exist or is ambiguous; PlanError for everything else, one line.
    """
    start, end = find_place(corridor, origin), find_place(corridor, destination)
    if start == end:
        raise PlanError(f"origin and destination are the same place: {short_names(corridor)[start]}")
    if not teu > 0 or teu != teu or teu == float("inf"):
        raise PlanError(f"teu = {teu}: expected a number above zero")
    if max_transfers is not None and not 0 <= max_transfers <= MOST_TRANSFERS:
        raise PlanError(f"max_transfers = {max_transfers}: expected 0 to {MOST_TRANSFERS}")
    for mode in modes or ():
        if mode not in MODES:
            raise PlanError(f"no mode {mode!r}{did_you_mean(mode, MODES)}; modes are {', '.join(MODES)}")
    first, last = _window(corridor, start, depart, window)
    deadline = moment(corridor, arrive_by, end) if arrive_by is not None else None
    if first is None and deadline is None:
        raise PlanError("when? give a departure (depart), a deadline (arrive_by) or a window of departures")
    if first is not None and deadline is not None and deadline <= first:
        raise PlanError("the deadline is not after the departure")
    countries, places, operators = _sanctioned(corridor, sanctions, commodity)
    countries |= {_country(corridor, name) for name in avoid_countries}
    places |= {find_place(corridor, name) for name in avoid_places}
    for place in (start, end):
        if place in places:
            raise PlanError(f"{place} is to be avoided, but it is where the journey {'starts' if place == start else 'ends'}")
    where = dict(corridor["places"].select("id", "country").iter_rows())
    for place in (start, end):
        if where[place] in countries:
            raise PlanError(f"{where[place]} is to be avoided, but {place} lies in it")
    return Query(
        start,
        end,
        first,
        last,
        deadline,
        teu,
        cargo_of(corridor, commodity),
        frozenset(countries),
        frozenset(places),
        frozenset(operators),
        frozenset(modes or MODES),
        max_transfers,
        None if services is None else frozenset(_service(corridor, name) for name in services),
    )


def _service(corridor: Corridor, name: str) -> str:
    known = corridor["services"]["id"].to_list()
    if name not in known:
        raise PlanError(f"no service {name!r} in the corridor{did_you_mean(name, known)}")
    return name


def _window(corridor: Corridor, place: str, depart: Moment | None, window: tuple[Moment, Moment] | None) -> tuple[int | None, int | None]:
    if window is None:
        return (None, None) if depart is None else (moment(corridor, depart, place),) * 2
    if depart is not None:
        raise PlanError("give a departure or a window of departures, not both")
    first, last = (moment(corridor, value, place) for value in window)
    if last < first:
        raise PlanError("the window of departures ends before it starts")
    if last - first > LONGEST_WINDOW_DAYS * calendars.DAY_MIN:
        raise PlanError(f"the window of departures is longer than {LONGEST_WINDOW_DAYS} days")
    return first, last


def _country(corridor: Corridor, name: str) -> str:
    codes = sorted(set(corridor["places"]["country"]))
    if name.upper() not in codes:
        raise PlanError(f"no country {name!r} in the corridor{did_you_mean(name.upper(), codes) or '; there are: ' + ', '.join(codes)}")
    return name.upper()


def _sanctioned(corridor: Corridor, rows: Iterable[dict[str, Any]], commodity: str | None) -> tuple[set[str], set[str], set[str]]:
    """Countries, places and operators that a sanctions list rules out for this cargo.

    Rows: kind (country, place or operator), name, and optionally commodity (an id; empty: all cargo).
    """
    found: dict[str, set[str]] = {"country": set(), "place": set(), "operator": set()}
    for number, row in enumerate(rows, start=2):
        kind = (row.get("kind") or "").strip()
        if kind not in found:
            raise PlanError(f"sanctions list, line {number}: kind = {kind!r}: expected country, place or operator")
        name = (row.get("name") or "").strip()
        if not name:
            raise PlanError(f"sanctions list, line {number}: name is empty")
        only = (row.get("commodity") or "").strip()
        if only and (commodity is None or fold(only) != fold(commodity)):
            continue
        if kind == "country":
            found[kind].add(name.upper())
        elif kind == "place":
            found[kind].add(find_place(corridor, name))
        else:
            found[kind].add(fold(name))
    return found["country"], found["place"], found["operator"]
