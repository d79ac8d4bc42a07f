"""Shares of traffic: how the cargo of some relations spreads over families of ways, before and after a change.

The choice is that of `daliz.freight.flows` (logit over the planner's itineraries, slowed down by what is chosen, without fitted
constants); the gate countries that tell families apart are those of the corridor as it is, so that shares can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from daliz.assess.itineraries import itineraries
from daliz.assess.measures import SCHEMA, Relation
from daliz.corridor import Corridor, DalizError
from daliz.freight.flows.corridor import flow_model
from daliz.freight.flows.families import DIRECT, SEA, gates


def families(corridor: Corridor) -> tuple[str, ...]:
    """The families of a corridor's ways."""
    return (*(f"via_{gate.lower()}" for gate in told_by(corridor)), SEA, DIRECT)


@lru_cache(maxsize=8)
def told_by(corridor: Corridor) -> tuple[str, ...]:
    """The gate countries of a corridor."""
    return tuple(gates(corridor))


def flows_by_family(corridor: Corridor, relations: Sequence[Relation], gate_countries: Sequence[str]) -> pl.DataFrame:
    """TEU a year by relation and family.

    Parameters: relations (origin, destination), gate_countries (that tell families apart).
    Returns: origin, destination, family, teu_year, share; a relation without demand or without any way has no rows.
    """
    found = pl.concat([itineraries(corridor, *relation) for relation in relations])
    try:
        shares = flow_model(corridor, found, told_by=list(gate_countries)).solve().shares
    except DalizError:
        if found.height:
            raise
        return pl.DataFrame(
            schema={**dict.fromkeys(("origin", "destination", "family"), pl.String), "teu_year": pl.Float64, "share": pl.Float64}
        )
    return shares.select("origin", "destination", "family", "teu_year", "share")


def share_measures(corridor: Corridor, relations: Sequence[Relation], gate_countries: Sequence[str]) -> pl.DataFrame:
    """Shares in percent as tidy rows (see `measures`), one for each relation and family, 0 where nothing goes."""
    found = flows_by_family(corridor, relations, gate_countries)
    shares = {(a, b, family): share for a, b, family, _, share in found.iter_rows()}
    told = {(a, b) for a, b, _ in shares}
    names = [*(f"via_{gate.lower()}" for gate in gate_countries), SEA, DIRECT]
    rows = [
        (f"share_{family}", f"{a}-{b}", None, 100 * shares.get((a, b, family), 0.0), "")
        for a, b in relations
        if (a, b) in told
        for family in names
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
