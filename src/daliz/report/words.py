"""Words of the dossier: names of countries, and numbers as people read them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from daliz.corridor import Corridor


@cache
def _country_names() -> dict[str, str]:
    text = (files("daliz.reference") / "geo_world" / "countries.geojson").read_text(encoding="utf-8")
    return {feature["properties"]["adm0_a3"]: feature["properties"]["name"] for feature in json.loads(text)["features"]}


def country_name(corridor: Corridor, code: str) -> str:
    """The country's name as people write it; the code itself where no name is known."""
    actors = corridor["actors"]
    named = actors.filter((actors["kind"] == "place") & (actors["id"] == code))
    return named["name"][0] if named.height else _country_names().get(code, code)
