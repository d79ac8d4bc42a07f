"""States and towns by the names that the collected facts give them."""

from __future__ import annotations

from functools import cache

from reference.own import own_pairs


@cache
def _codes() -> dict[str, str]:
    return own_pairs("states")


@cache
def _towns() -> dict[str, str]:
    return own_pairs("towns")


def code(name: str) -> str:
    """ISO code of a state; what stands in brackets behind its name is left out. Raises: KeyError for one that own/states.csv lacks."""
    return _codes()[name.split(" (")[0]]


def named_in(text: str | None) -> list[str]:
    """Codes of all states named in a text, in the order of their codes."""
    return sorted({found for name, found in _codes().items() if name in (text or "")})


def of_town(town: str | None) -> str | None:
    """Code of the state that a town of a session lies in. Raises: KeyError for one that own/towns.csv lacks."""
    return _towns()[town] if town else None
