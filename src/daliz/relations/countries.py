"""Countries by the names people and data sets give them: ISO codes, CAMEO codes, ICEWS names, Correlates of War numbers, regions.

The table beside this file holds ISO 3166-1 alpha-3 codes with plain names; regions follow the UN geoscheme (M49), except that the South
Caucasus is shown apart. Codes such as AFR, EUR or NMR in event data name regions or groups and are no countries.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from daliz.corridor.errors import DalizError
from daliz.corridor.names import fold, nearest


@dataclass(frozen=True)
class Country:
    """One country: ISO code, name, region, Correlates of War number and further spellings or codes."""

    code: str
    name: str
    region: str
    cow: int | None
    aliases: tuple[str, ...]


@cache
def countries() -> Mapping[str, Country]:
    """All countries by ISO 3166-1 alpha-3 code."""
    with (files("daliz.relations") / "countries.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    listed = {
        row["code"]: Country(
            row["code"],
            row["name"],
            row["region"],
            int(row["cow"]) if row["cow"] else None,
            tuple(name for name in row["aliases"].split(";") if name),
        )
        for row in rows
    }
    return MappingProxyType(listed)


@cache
def spellings() -> Mapping[str, str]:
    """Folded spelling or code -> ISO code."""
    known: dict[str, str] = {}
    for country in countries().values():
        for name in (country.code, country.name, *country.aliases):
            known.setdefault(fold(name), country.code)
    return MappingProxyType(known)


def country_code(name: str) -> str:
    """The ISO code of a country given by code or name.

    Raises: DalizError for an unknown one, with the nearest.

    >>> country_code("Kazakhstan"), country_code("aze"), country_code("Russian Federation")
    ('KAZ', 'AZE', 'RUS')
    """
    found = spellings().get(fold(name))
    if found is None:
        choices = [country.name for country in countries().values()]
        near = [f"{countries()[country_code(choice)].code} ({choice})" for choice in nearest(name, choices)]
        near = near or [f"{code} ({countries()[code].name})" for code in nearest(name, countries())]
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise DalizError(f"no country {name!r}; expected an ISO 3166-1 alpha-3 code or a country's name{hint}")
    return found


def country_name(code: str) -> str:
    """The name of a country by its code; a code that is none stays as it is."""
    return countries()[code].name if code in countries() else code


def region_of(code: str) -> str:
    """The region a country lies in; "other" for a code that is no country."""
    return countries()[code].region if code in countries() else "other"


def parse_pair(text: str) -> tuple[str, str]:
    """Two different countries from `KAZ-AZE`, `KAZ AZE` or `Kazakhstan,Azerbaijan`.

    Raises: DalizError when there are not two, one is unknown, or both are the same.
    """
    parts = [part.strip() for part in text.replace(",", "-").split("-") if part.strip()]
    if len(parts) != 2:
        parts = text.split()
    if len(parts) != 2:
        raise DalizError(f"pair {text!r}: expected two countries, for example KAZ-AZE")
    first, second = country_code(parts[0]), country_code(parts[1])
    if first == second:
        raise DalizError(f"pair {text!r}: both are {country_name(first)}; expected two different countries")
    return first, second
