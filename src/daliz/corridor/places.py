"""Finding a place by what people type: its id, name, code or another spelling."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from daliz.corridor.errors import PlaceError
from daliz.corridor.names import did_you_mean, fold, short_name

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

HIGH_SEAS = "XXX"
"""Country of places that lie in none (ISO 3166 leaves the code free)."""


def find_place(corridor: Corridor, text: str) -> str:
    """The id of the place that is meant.

    An exact id, name, code or alias wins over the beginning of a name. Raises: PlaceError with the choices when nothing or more
    than one place fits.
    """
    if text in _ids(corridor):
        return text
    wanted = fold(text)
    exact: list[str] = []
    starting: list[str] = []
    spellings: list[str] = []
    for row in corridor["places"].select("id", "name", "unlocode", "aliases").iter_rows(named=True):
        names = [name for name in (row["name"], *(row["aliases"] or []), row["unlocode"], row["id"]) if name]
        spellings += names
        folded = [fold(name) for name in names]
        if wanted in folded:
            exact.append(row["id"])
        elif wanted and any(name.startswith(wanted + " ") for name in folded):
            starting.append(row["id"])
    found = exact or starting
    if len(found) == 1:
        return found[0]
    if found:
        names_by_id = dict(corridor["places"].select("id", "name").iter_rows())
        raise PlaceError(f"{text!r} may be: {', '.join(f'{place} ({names_by_id[place]})' for place in found)}; name one of them")
    raise PlaceError(f"no place {text!r} in the corridor{did_you_mean(text, spellings) or '; `daliz show places` lists them'}")


@lru_cache(maxsize=8)
def _ids(corridor: Corridor) -> frozenset[str]:
    return frozenset(corridor["places"]["id"])


def short_names(corridor: Corridor) -> dict[str, str]:
    """The name of each place by id, without what explains it."""
    return {place: short_name(name) for place, name in corridor["places"].select("id", "name").iter_rows()}
