"""Small random corridors of five countries, for what must hold on every corridor."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from daliz.corridor import Corridor, load
from daliz.corridor.check import check
from daliz.corridor.read import table_from_rows
from daliz.corridor.schema import tables

TINY = Path(__file__).parents[1] / "tiny"
COUNTRIES = ("AAA", "BBB", "CCC", "DDD", "EEE")
MADE_UP = {"source": "made_up", "certainty": "assumed"}
Row = dict[str, Any]


def _places(luck: random.Random) -> list[Row]:
    homes = [*COUNTRIES, *(luck.choice(COUNTRIES) for _ in range(5))]
    spots = [{"lat": luck.uniform(35, 50), "lon": luck.uniform(20, 90)} for _ in homes]
    return [
        {"id": f"p{i}", "name": f"Place {i}", "kind": "station", "country": country, "timezone": "UTC", **spot, **MADE_UP}
        for i, (country, spot) in enumerate(zip(homes, spots, strict=True))
    ]


def _links(luck: random.Random, places: int) -> list[Row]:
    pairs = {tuple(sorted(luck.sample(range(places), 2))) for _ in range(22)}
    common = {"status": "open", "gauge_mm": 1520, "direction": "both", "other_trains_day": 0, **MADE_UP}
    return [
        {"id": f"l{a}{b}", "from_place": f"p{a}", "to_place": f"p{b}", "mode": "rail", "length_km": luck.uniform(50, 3000)}
        | {"speed_kmh": luck.uniform(20, 60), "capacity_trains_day": luck.uniform(1, 30), **common}
        for a, b in sorted(pairs)
    ]


def _services(luck: random.Random, links: list[Row]) -> tuple[list[Row], list[Row]]:
    """Trains over random walks along the links, which load and unload at every stop."""
    services, stops = [], []
    for number in range(16):
        at = luck.choice(links)["from_place"]
        walk: list[tuple[str, str | None]] = [(at, None)]
        for _ in range(luck.randint(1, 4)):
            seen = [place for place, _ in walk]
            onward = [(end, link["id"]) for link in links for end in _across(link, at) if end not in seen]
            if not onward:
                break
            at, over = luck.choice(onward)
            walk.append((at, over))
        if len(walk) < 2:
            continue
        name = f"s{number}"
        services.append(
            {"id": name, "name": name, "mode": "rail", "leaves": "headway", "headway_h": luck.uniform(6, 200), "capacity_teu": 100}
            | {"tariff_usd_feu": luck.uniform(100, 5000), "traction": "diesel", "status": "open", **MADE_UP}
        )
        calls = ["load", *["both"] * (len(walk) - 2), "unload"]
        stops += [
            {"service": name, "seq": seq, "place": place, "link": link, "call": call, **MADE_UP}
            for seq, ((place, link), call) in enumerate(zip(walk, calls, strict=True), start=1)
        ]
    return services, stops


def _across(link: Row, place: str) -> list[str]:
    ends = [link["from_place"], link["to_place"]]
    return [ends[1 - ends.index(place)]] if place in ends else []


def random_corridor(seed: int) -> Corridor:
    """A corridor of ten places in five countries, with railways, trains, fibre beside the railways, and demands between countries."""
    luck = random.Random(seed)
    places = _places(luck)
    links = _links(luck, len(places))
    services, stops = _services(luck, links)
    ends = [luck.sample(range(len(places)), 2) for _ in range(8)]
    demands = [
        {
            "id": f"d{i}",
            "origin": f"p{a}",
            "destination": f"p{b}",
            "commodity": "general",
            "teu_year": luck.uniform(10, 5000),
            "empty": False,
        }
        | {"year": 2025, **MADE_UP}
        for i, (a, b) in enumerate(ends)
    ]
    cables = [
        {"id": f"c{link['id']}", "name": link["id"], "from_place": link["from_place"], "to_place": link["to_place"], "kind": "terrestrial"}
        | {"status": "open", **MADE_UP}
        for link in links
        if luck.random() < 0.8
    ]
    rows = {"places": places, "links": links, "services": services, "stops": stops, "demands": demands, "cables": cables}
    frames = {name: table_from_rows(declared, rows[name])[0] if name in rows else declared.empty() for name, declared in tables().items()}
    for name in ("commodities", "emissions", "sources"):
        frames[name] = tiny()[name]
    assert not check(frames)
    return Corridor(MappingProxyType(frames), (), "random")


@cache
def tiny() -> Corridor:
    """The corridor made up for the tests, of which the cargo classes, emission factors and source are used."""
    return load(TINY)
