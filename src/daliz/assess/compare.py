"""Compare: the same questions put to a corridor and to what a scenario makes of it, each difference with its interval.

Differences of simulated measures are taken replication by replication, with the same luck in both corridors, and their mean is given with
a 95 % interval (Student's t over the paired differences). Differences of planned and static measures are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from daliz.assess.digital import hubs
from daliz.assess.measures import (
    FIBRE_TABLES,
    FREIGHT_TABLES,
    Relation,
    fibre_ends,
    fibre_measures,
    followed_relations,
    freight_or_why,
    in_order,
    own_countries,
    told_as,
)
from daliz.assess.scenario import Scenario, apply
from daliz.assess.sweep import Tell, silent, sweep
from daliz.corridor import Corridor, DalizError
from daliz.corridor.places import find_place
from daliz.freight.simulate.replicate import half_width

BASE = "base"
REPLICATIONS = 8
SCHEMA = {
    **dict.fromkeys(("measure", "subject", "label", "unit"), pl.String),
    **dict.fromkeys(("base", "scenario", "difference", "low", "high"), pl.Float64),
    **dict.fromkeys(("base_note", "scenario_note"), pl.String),
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """A scenario held against the corridor as it is.

    Attributes: scenario, table (one row a measure and subject: measure, subject, label, unit, base, scenario, difference, low, high (95 %
    interval of the difference; equal to it where it is exact), base_note, scenario_note), relations, pair (countries whose fibre is asked
    for), replications.
    """

    scenario: Scenario
    table: pl.DataFrame
    relations: tuple[Relation, ...]
    pair: tuple[str, str]
    replications: int

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the table's rows are about: the relations as they were asked for, all cargo (empty), the two countries."""
        return tuple(dict.fromkeys([*("-".join(relation) for relation in self.relations), "", "-".join(self.pair)]))

    def row(self, measure: str, subject: str = "") -> dict[str, Any]:
        """One row of the table. Raises: DalizError when there is none."""
        rows = self.table.filter((pl.col("measure") == measure) & (pl.col("subject") == subject)).to_dicts()
        if not rows:
            raise DalizError(f"the comparison has no {measure} of {subject or 'the corridor'}")
        return rows[0]


def compare(corridor: Corridor, scenario: Scenario, **settings: Any) -> Comparison:
    """Compare one scenario; the settings are those of `compare_all`."""
    return compare_all(corridor, [scenario], **settings)[scenario.name]


def compare_all(
    corridor: Corridor,
    scenarios: Sequence[Scenario],
    *,
    relations: Sequence[Relation] | None = None,
    pair: tuple[str, str] | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
    shares: bool = False,
    workers: int = 1,
    cluster: str | None = None,
    kept_in: Path | None = None,
    tell: Tell = silent,
) -> dict[str, Comparison]:
    """Compare scenarios with the corridor as it is.

    Parameters: relations (origin and destination by any spelling; default: see `followed_relations`), pair (countries whose fibre is
    asked for; default: those of the first relation that was given, else the corridor's own two), replications, seed, shares (also who
    takes which corridor on the relations: a logit, some seconds a corridor), workers, cluster, kept_in and tell (see `sweep`).
    Returns: comparisons by the scenarios' names, in their order.
    Raises: DalizError for a scenario that cannot be (see `apply`) or be simulated, changes nothing, or has the name of another.
    """
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) < len(names) or BASE in names:
        raise DalizError(f"scenarios need names of their own, other than {BASE!r}; there are: {', '.join(names)}")
    for scenario in scenarios:
        if scenario.empty:
            raise DalizError(f"scenario {scenario.name} changes nothing; close something, add a project, or change demand")
    asked = tuple((find_place(corridor, a), find_place(corridor, b)) for a, b in relations or ()) or followed_relations(corridor)
    countries = pair or (_countries(corridor, asked[0]) if relations else own_countries(corridor, asked[0]))
    corridors = {BASE: corridor, **{scenario.name: apply(corridor, scenario) for scenario in scenarios}}
    for scenario in scenarios:
        if all(corridors[scenario.name][table].equals(corridor[table]) for table in {*FREIGHT_TABLES, *FIBRE_TABLES}):
            raise DalizError(
                f"scenario {scenario.name} changes no row that freight or fibre is made of: what it closes is closed already, what it adds "
                "stands already or changes no row, or what it takes away does not stand"
            )
    how: dict[str, Any] = {"workers": workers, "cluster": cluster, "kept_in": kept_in}
    freight = {"relations": asked, "replications": replications, "seed": seed}
    answers = sweep(corridors, freight_or_why, freight, tables=FREIGHT_TABLES, tell=tell, **how)
    for name, answer in answers.items():
        if why := answer.filter(pl.col("measure") == "why")["note"].to_list():
            raise DalizError(f"scenario {name}: {why[0]}" if name != BASE else why[0])
    fibre = (
        sweep(corridors, fibre_measures, {"pair": countries, "ends": fibre_ends(corridor, countries)}, tables=FIBRE_TABLES, kept_in=kept_in)
        if set(countries) & set(hubs(corridor))
        else {}
    )
    split = _shares(corridor, corridors, asked, how) if shares else {}
    parts = [found for found in (answers, fibre, split) if found]
    whole = {name: pl.concat([found[name] for found in parts]) for name in corridors}
    return {
        scenario.name: Comparison(scenario, paired(whole[BASE], whole[scenario.name]), asked, countries, replications)
        for scenario in scenarios
    }


def _shares(
    corridor: Corridor, corridors: Mapping[str, Corridor], relations: Sequence[Relation], how: Mapping[str, Any]
) -> dict[str, pl.DataFrame]:
    from daliz.assess.shares import share_measures, told_by

    return sweep(
        corridors, share_measures, {"relations": tuple(relations), "gate_countries": told_by(corridor)}, tables=FREIGHT_TABLES, **how
    )


def _countries(corridor: Corridor, relation: Relation) -> tuple[str, str]:
    where = dict(corridor["places"].select("id", "country").iter_rows())
    return where[relation[0]], where[relation[1]]


def paired(base: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Measures of two corridors side by side, with the differences taken pair by pair.

    A measure that one of the two does not have (no way is left) has no difference.
    """
    keys = list(dict.fromkeys([*base.select("measure", "subject").rows(), *other.select("measure", "subject").rows()]))
    sides = [_by_key(frame) for frame in (base, other)]
    rows = [_pair(key, sides[0].get(key, {}), sides[1].get(key, {})) for key in sorted(keys, key=lambda key: (in_order(key[0]), key[1]))]
    return pl.DataFrame(rows, schema=SCHEMA)


def _by_key(frame: pl.DataFrame) -> dict[tuple[str, str], dict[int | None, tuple[float, str]]]:
    found: dict[tuple[str, str], dict[int | None, tuple[float, str]]] = {}
    for measure, subject, replication, value, note in frame.select("measure", "subject", "replication", "value", "note").iter_rows():
        found.setdefault((measure, subject), {})[replication] = (value, note)
    return found


def _pair(
    key: tuple[str, str], base: Mapping[int | None, tuple[float, str]], other: Mapping[int | None, tuple[float, str]]
) -> dict[str, Any]:
    measure, subject = key
    row: dict[str, Any] = {"measure": measure, "subject": subject, "label": told_as(measure).label, "unit": told_as(measure).unit}
    for name, side in (("base", base), ("scenario", other)):
        row[name] = float(np.mean([value for value, _ in side.values()])) if side else None
        row[f"{name}_note"] = next((note for _, note in side.values() if note), "")
    both = [replication for replication in base if replication in other]
    if not both:
        return {**row, "difference": None, "low": None, "high": None}
    differences = np.array([other[replication][0] - base[replication][0] for replication in both])
    mean = float(differences.mean())
    half = 0.0 if both == [None] else half_width(differences)
    return {**row, "difference": mean, "low": mean - half, "high": mean + half}


def is_measurable(row: Mapping[str, Any]) -> bool:
    """Whether a difference is told from none by its interval."""
    if row["difference"] is None:
        return (row["base"] is None) != (row["scenario"] is None)
    return bool(row["low"] > 0 or row["high"] < 0)
