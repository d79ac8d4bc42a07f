"""The model against what happened: changes that were published, beside those that the model gives for the same closures.

What happened and which state of the corridor stands for it is data (`history.toml` beside a dataset's tables). A closure in the model is
complete, and demand and rates are those of the tables; so directions and orders of magnitude are held, and what is missed is told.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from daliz.assess.measures import Relation
from daliz.assess.scenario import apply, find_scenario, scenario_from
from daliz.assess.shares import flows_by_family, told_by
from daliz.assess.ways import week_of
from daliz.corridor import Corridor, DalizError
from daliz.corridor.rows import find_row
from daliz.freight.plan import PlanError, plan

BASE = "base"
CLOSE_FACTOR = 2.0
MAGNITUDE_FACTOR = 10.0


@dataclass(frozen=True)
class Change:
    """One change that was published, and the model's.

    Attributes: name (state after and measure), what, scenario (title of the state after), unit, observed_before, observed_after,
    model_before, model_after (None: no way), rows (observations), limit (what the model leaves out, in a sentence).
    """

    name: str
    what: str
    scenario: str
    unit: str
    observed_before: float
    observed_after: float
    model_before: float | None
    model_after: float | None
    rows: tuple[str, str]
    limit: str = ""

    @property
    def observed_ratio(self) -> float:
        """After over before, as published."""
        return self.observed_after / self.observed_before

    @property
    def model_ratio(self) -> float | None:
        """After over before, in the model."""
        if self.model_before is None or self.model_after is None or not self.model_before:
            return None
        return self.model_after / self.model_before

    @property
    def direction_agrees(self) -> bool:
        """Whether both go up, or both down."""
        return self.model_ratio is not None and (self.model_ratio - 1) * (self.observed_ratio - 1) > 0

    @property
    def factor(self) -> float:
        """How far the two ratios are apart, 1 or more; infinite where one of them is nothing or unknown."""
        ratio = self.model_ratio
        return max(ratio / self.observed_ratio, self.observed_ratio / ratio) if ratio and self.observed_ratio else math.inf

    @property
    def missed(self) -> bool:
        """Whether the direction is another, or the change is off by more than a factor of two."""
        return not self.direction_agrees or self.factor > CLOSE_FACTOR

    @property
    def verdict(self) -> str:
        """Direction and order of magnitude in words."""
        ratio = self.model_ratio
        if ratio is None:
            return "the model has no such way"
        if not self.direction_agrees:
            return "wrong direction" if abs(ratio - 1) > 0.005 else "no change in the model"
        if ratio == 0:
            return "right direction; all of it, since the closure is complete"
        if not self.missed:
            return "right direction, within a factor of two"
        return f"right direction, {'off' if self.factor <= MAGNITUDE_FACTOR else 'far off'} by a factor of {self.factor:.2f}"


def has_history(corridor: Corridor) -> bool:
    """Whether there is a `history.toml` beside the tables."""
    return corridor.origin == "embedded" or (Path(corridor.origin) / "history.toml").exists()


def _file(corridor: Corridor) -> dict[str, Any]:
    if corridor.origin == "embedded":
        text = (files("daliz.reference") / "history.toml").read_text(encoding="utf-8")
    else:
        if not has_history(corridor):
            raise DalizError("there is no history.toml beside the tables, so there is nothing to hold the model against")
        path = Path(corridor.origin) / "history.toml"
        text = path.read_text(encoding="utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DalizError(f"history.toml: not readable as TOML ({error})") from error


@lru_cache(maxsize=4)
def history(corridor: Corridor) -> tuple[Change, ...]:
    """Every published change of `history.toml` beside the model's.

    Raises: DalizError when there is no such file, or it names a state, relation or observation that does not exist.
    """
    told = _file(corridor)
    relations = [_relation(text) for text in told["relations"]]
    states = {name: scenario_from(name, given, "history.toml") for name, given in told.get("states", {}).items()}
    made: dict[str, Corridor] = {BASE: corridor}
    titles = {BASE: "as it is"}
    for name in {entry[side] for entry in told["changes"] for side in ("before", "after")} - {BASE}:
        scenario = states[name] if name in states else find_scenario(corridor, name)
        made[name], titles[name] = apply(corridor, scenario), scenario.title
    asked: dict[tuple[str, str], float | None] = {}
    for entry in told["changes"]:
        for side in ("before", "after"):
            key = (entry[side], entry["measure"])
            if key not in asked:
                asked[key] = _model(corridor, made[entry[side]], entry["measure"], relations)
    return tuple(
        _change(corridor, entry, titles[entry["after"]], [asked[entry[side], entry["measure"]] for side in ("before", "after")])
        for entry in told["changes"]
    )


def _relation(text: str) -> Relation:
    origin, _, destination = text.partition(":")
    return origin, destination


def _change(corridor: Corridor, entry: dict[str, Any], title: str, model: list[float | None]) -> Change:
    before, after = (find_row(corridor, f"observations/{entry[f'observed_{side}']}") for side in ("before", "after"))
    return Change(
        name=f"{entry['after']}:{entry['measure']}",
        what=entry["what"],
        scenario=title,
        unit=before["unit"] or "",
        observed_before=before["value"],
        observed_after=after["value"],
        model_before=model[0],
        model_after=model[1],
        rows=(f"observations/{before['id']}", f"observations/{after['id']}"),
        limit=entry.get("limit", ""),
    )


@lru_cache(maxsize=16)
def _flows(corridor: Corridor, relations: tuple[Relation, ...], gate_countries: tuple[str, ...]) -> dict[str, float]:
    found = flows_by_family(corridor, relations, gate_countries)
    return dict(found.group_by("family").agg(pl.col("teu_year").sum()).iter_rows())


def _model(base: Corridor, state: Corridor, measure: str, relations: list[Relation]) -> float | None:
    kind, _, subject = measure.partition(":")
    if kind == "flow":
        return _flows(state, tuple(relations), told_by(base)).get(subject, 0.0)
    if kind == "days_at_sea":
        origin, destination = _relation(subject)
        try:
            front = plan(state, origin, destination, depart=week_of(base), modes=["sea"], draws=2, all_itineraries=True).front
        except PlanError:
            return None
        # Published days are those of the ship: the wait for it is not in them.
        return float(front["days"].min())  # type: ignore[arg-type]
    raise DalizError(f"history.toml: measure {measure!r}; expected flow:FAMILY or days_at_sea:ORIGIN:DESTINATION")
