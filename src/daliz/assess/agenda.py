"""The agenda's worth: what each project and each agreement changes, by itself and together with the others.

Order matters: a fourth ship is worth little while the berth is full. So two ends are told: the effect *first* (on the corridor as it is;
of what is in service already, what would be lost without it) and the effect *last* (on top of all other projects). Within an agreement
with few projects the Shapley value shares the effect of all of them out: the mean of a project's effect over all orders (Shapley 1953),
which adds up exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from daliz.assess.measures import (
    FIBRE_TABLES,
    FREIGHT_TABLES,
    MEASURES,
    Relation,
    fibre_ends,
    fibre_measures,
    freight_or_why,
    main_relations,
    own_countries,
)
from daliz.assess.sweep import Tell, silent, sweep
from daliz.corridor import Corridor, DalizError
from daliz.freight.simulate.replicate import half_width

MOST_SHAPLEY = 6
NATURE = "sea"
"""Subject of what happens by itself (a falling sea): measured like a project, but not one of 'the others'."""
TOLD = (
    "transit_p50_days",
    "transit_p90_days",
    "mean_transit_days",
    "delivered_teu_year",
    "ceiling_teu_year",
    "latency_ms",
    "disjoint_paths",
)
SCHEMA = {
    **dict.fromkeys(("kind", "id", "title", "status", "role", "measure", "subject", "label", "unit"), pl.String),
    **dict.fromkeys(("effect", "low", "high", "cost_usd", "usd_per_unit"), pl.Float64),
    "measurable": pl.Boolean,
}
Members = frozenset[str]


@dataclass(frozen=True)
class Item:
    """A project or an agreement: kind, id, title, status, published cost (None: not published, or not of all its projects), projects with
    effects."""

    kind: str
    id: str
    title: str
    status: str
    cost_usd: float | None
    projects: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Agenda:
    """The agenda's worth.

    Attributes: table (one row an item, role and measure: kind (project or agreement), id, title, status, role (first, last, or
    shapley:PROJECT), measure, subject, label, unit, effect, low, high (95 % interval), cost_usd, usd_per_unit (cost for one unit of
    effect; null where it makes nothing better), measurable), silent (agreements and projects that change no row of the tables, or nothing
    that is told from chance), untold (items whose freight could not be simulated with or without them, and why).
    """

    table: pl.DataFrame
    items: tuple[Item, ...]
    silent: tuple[Item, ...]
    untold: tuple[tuple[Item, str], ...]
    relation: Relation
    replications: int


def items_of(corridor: Corridor) -> list[Item]:
    """Projects, and agreements that projects hang on, in the order of the tables."""
    with_effects = set(corridor["effects"]["project"].to_list())
    projects = list(corridor["projects"].iter_rows(named=True))
    found = []
    for agreement in corridor["agreements"].filter(pl.col("record") == "document").iter_rows(named=True):
        mine = [row for row in projects if agreement["id"] in (row["agreements"] or [])]
        costs = [row["cost_usd"] for row in mine if row["id"] in with_effects]
        cost = sum(costs) if costs and all(cost is not None for cost in costs) else None
        changing = tuple(row["id"] for row in mine if row["id"] in with_effects)
        found.append(Item("agreement", agreement["id"], agreement["title"], agreement["status"] or "", cost, changing))
    for row in projects:
        changing = (row["id"],) if row["id"] in with_effects else ()
        found.append(Item("project", row["id"], row["name"], row["status"], row["cost_usd"], changing))
    return found


class _Worlds:
    """Corridors by the projects that are in place, each made once."""

    def __init__(self, corridor: Corridor) -> None:
        rows = corridor["projects"].filter(pl.col("id").is_in(corridor["effects"]["project"].unique().to_list()))
        self.corridor = corridor
        self.standing: Members = frozenset(rows.filter(pl.col("status") == "in_service")["id"].to_list())
        self.nature: Members = frozenset(rows.filter(pl.col("subject") == NATURE)["id"].to_list())
        self.all: Members = frozenset(rows["id"].to_list()) - self.nature
        self.made: dict[Members, Corridor] = {}

    def name(self, members: Members) -> str:
        """The corridor with exactly these projects in place, by name."""
        if members not in self.made:
            changed = self.corridor
            if gone := sorted(self.standing - members):
                changed = changed.without_projects(*gone)
            if new := sorted(members - self.standing):
                changed = changed.with_projects(*new)
            self.made[members] = changed
        return "+".join(sorted(members)) or "none"

    def corridors(self) -> dict[str, Corridor]:
        """All corridors asked for so far, by name."""
        return {self.name(members): changed for members, changed in self.made.items()}


def _ends(worlds: _Worlds, projects: Members) -> dict[str, tuple[Members, Members]]:
    """With and without the projects: first (on the corridor as it is) and last (on top of all others)."""
    now, everything = worlds.standing, worlds.all | projects
    return {"first": (now | projects, now - projects), "last": (everything, everything - projects)}


def _shapley_sets(worlds: _Worlds, projects: Sequence[str]) -> list[Members]:
    rest = worlds.standing - set(projects)
    return [rest | set(chosen) for size in range(len(projects) + 1) for chosen in combinations(projects, size)]


def agenda(
    corridor: Corridor,
    *,
    only: Iterable[str] | None = None,
    shapley: bool = True,
    relation: Relation | None = None,
    pair: tuple[str, str] | None = None,
    replications: int = 8,
    seed: int = 1,
    workers: int = 1,
    cluster: str | None = None,
    kept_in: Path | None = None,
    tell: Tell = silent,
) -> Agenda:
    """What projects and agreements change.

    Parameters: only (ids of projects and agreements; default: all), shapley (share out within agreements of up to six projects), relation
    (default: that of the first demand), pair (countries whose fibre is asked for; default: those of most projects that change cables),
    replications, seed, workers, cluster, kept_in, tell (see `sweep`).
    Raises: DalizError for an id that is neither, or projects that contradict each other.
    """
    items = _chosen(items_of(corridor), only)
    relation = relation or main_relations(corridor, 1)[0]
    worlds = _Worlds(corridor)
    wanted = [item for item in items if item.projects]
    ends = {item.projects: _ends(worlds, frozenset(item.projects)) for item in wanted}
    shared = [item.projects for item in wanted if shapley and 1 < len(item.projects) <= MOST_SHAPLEY]
    for members in [each for both in ends.values() for two in both.values() for each in two] + [
        members for projects in shared for members in _shapley_sets(worlds, projects)
    ]:
        worlds.name(members)
    values, why = _asked(worlds, relation, pair or own_countries(corridor, relation), replications, seed, (workers, cluster, kept_in), tell)
    rows, untold = [], []
    for item in wanted:
        asked = {worlds.name(members) for both in ends[item.projects].values() for members in both}
        untold += [(item, why[name]) for name in sorted(asked & set(why))[:1]]
        differences = {role: _minus(values[worlds.name(a)], values[worlds.name(b)]) for role, (a, b) in ends[item.projects].items()}
        if item.projects in shared:
            differences |= {f"shapley:{project}": _shapley(worlds, values, item.projects, project) for project in item.projects}
        rows += [_row(item, role, key, array) for role, found in differences.items() for key, array in found.items()]
    table = pl.DataFrame(rows, schema=SCHEMA)
    heard = set(table.filter("measurable").select("kind", "id").rows())
    silent = tuple(item for item in items if (item.kind, item.id) not in heard and item not in [each for each, _ in untold])
    return Agenda(table, tuple(items), silent, tuple(untold), relation, replications)


def _chosen(items: list[Item], only: Iterable[str] | None) -> list[Item]:
    from daliz.corridor.names import did_you_mean

    if only is None:
        return items
    known = {item.id for item in items}
    for name in (wanted := list(only)):
        if name not in known:
            listed = "; `daliz show projects` and `daliz show agreements` list them"
            raise DalizError(f"no project or agreement {name!r}{did_you_mean(name, known) or listed}")
    return [item for item in items if item.id in wanted]


Key = tuple[str, str]
Values = Mapping[Key, np.ndarray]


def _asked(
    worlds: _Worlds,
    relation: Relation,
    pair: tuple[str, str],
    replications: int,
    seed: int,
    how: tuple[int, str | None, Path | None],
    tell: Tell,
) -> tuple[dict[str, Values], dict[str, str]]:
    """Values of each corridor by name, and why some could not be simulated."""
    workers, cluster, kept_in = how
    corridors = worlds.corridors()
    settings: dict[str, Any] = {"relations": (relation,), "replications": replications, "seed": seed}
    freight = sweep(
        corridors, freight_or_why, settings, tables=FREIGHT_TABLES, workers=workers, cluster=cluster, kept_in=kept_in, tell=tell
    )
    ends = {"pair": pair, "ends": fibre_ends(worlds.corridor, pair)}
    fibre = sweep(corridors, fibre_measures, ends, tables=FIBRE_TABLES, kept_in=kept_in)
    whole = {name: pl.concat([freight[name], fibre[name]]) for name in corridors}
    why = {name: frame.filter(pl.col("measure") == "why")["note"].to_list() for name, frame in whole.items()}
    return {name: _values(frame, replications) for name, frame in whole.items()}, {name: notes[0] for name, notes in why.items() if notes}


def _values(frame: pl.DataFrame, replications: int) -> Values:
    """Each measure as a value a replication; an exact one is the same in all, one that a replication lacks is not a number there."""
    found: dict[Key, np.ndarray] = {}
    for measure, subject, replication, value in frame.select("measure", "subject", "replication", "value").iter_rows():
        if measure not in TOLD:
            continue
        array = found.setdefault((measure, subject), np.full(replications, np.nan))
        array[slice(None) if replication is None else replication] = value
    return found


def _minus(one: Values, other: Values) -> Values:
    return {key: one[key] - other[key] for key in one if key in other}


def _shapley(worlds: _Worlds, values: Mapping[str, Values], projects: Sequence[str], project: str) -> Values:
    """The mean effect of a project over all orders in which an agreement's projects may come."""
    rest = worlds.standing - set(projects)
    others = [other for other in projects if other != project]
    total: dict[Key, np.ndarray] = {}
    for size in range(len(others) + 1):
        weight = math.factorial(size) * math.factorial(len(projects) - size - 1) / math.factorial(len(projects))
        for chosen in combinations(others, size):
            without = rest | set(chosen)
            step = _minus(values[worlds.name(without | {project})], values[worlds.name(without)])
            for key, array in step.items():
                total[key] = total.get(key, np.zeros_like(array)) + weight * array
    return total


def _row(item: Item, role: str, key: Key, differences: np.ndarray) -> dict[str, Any]:
    measure, subject = key
    told = MEASURES[measure]
    kept = differences[~np.isnan(differences)]
    effect = float(kept.mean()) if len(kept) else None
    half = half_width(kept) if len(kept) > 1 else math.inf
    # Seven measures are looked at: chance alone must not find an effect in one of them more often than one time in twenty.
    surely = half_width(kept, 1 - 0.05 / len(TOLD)) if len(kept) > 1 else math.inf
    low, high = (effect - half, effect + half) if effect is not None else (None, None)
    measurable = effect is not None and abs(effect) > surely
    better = measurable and effect is not None and (effect > 0) == told.more_is_better
    cost = item.cost_usd if not role.startswith("shapley:") else None
    return {
        "kind": item.kind,
        "id": item.id,
        "title": item.title,
        "status": item.status,
        "role": role,
        "measure": measure,
        "subject": subject,
        "label": told.label,
        "unit": told.unit,
        "effect": effect,
        "low": low,
        "high": high,
        "cost_usd": cost,
        "usd_per_unit": cost / abs(effect) if better and cost and effect else None,
        "measurable": measurable,
    }
