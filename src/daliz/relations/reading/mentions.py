"""Who and what a sentence speaks of: people with their offices, countries, pairs of countries, towns, councils.

The grammar in `data/grammar.csv` is a list of regular expressions over the letters of units, and the longest that fits makes a mention.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.lexicon import Actor, Entry, Lexicon, rows, sound
from daliz.relations.reading.units import Unit

RANKS = ("head_of_state", "head_of_government", "foreign_minister", "minister", "speaker", "ambassador", "official")
# Letters that begin no mention, unless a plural office (`railway companies`) follows closely.
PLAIN = frozenset("._wndyzKAHSOFboG")
# `The leader` of a country holds the office that leads it: president here, prime minister there.
LEADER = "leader"
CYRILLIC = "\N{CYRILLIC CAPITAL LETTER IE WITH GRAVE}"
NAME = re.compile("N(?:N|HN|(?:lH?){1,2}N)*")
CALLED = re.compile(f"P|{NAME.pattern}")


@dataclass(frozen=True)
class Mention:
    """A thing the sentence speaks of.

    Attributes: kind (person, group, dyad, office, pronoun, country, adjective, place, capital, institution, body, counterpart),
    parties, first and last word, country and place name, doubts, leads (whether the text says `leader`, no office and no name).
    """

    kind: str
    first: int
    last: int
    text: str
    parties: tuple[Party, ...] = ()
    country: str | None = None
    place: str | None = None
    rank: str | None = None
    doubts: tuple[str, ...] = ()
    leads: bool = False


@cache
def _grammar() -> tuple[tuple[str, re.Pattern[str]], ...]:
    parts: dict[str, str] = {}
    rules = []
    for row in rows("grammar"):
        pattern = re.sub(r"<(\w+)>", lambda match: parts[match[1]], row["pattern"])
        if row["kind"] == "part":
            parts[row["name"]] = f"(?:{pattern})"
        else:
            rules.append((row["kind"], re.compile(pattern)))
    return tuple(rules)


def mentions_of(units: Sequence[Unit], lexicon: Lexicon, day: str | None) -> list[Mention]:
    """The mentions of a sentence, left to right, none overlapping."""
    code = "".join(unit.letter for unit in units)
    found = []
    at = 0
    while at < len(code):
        if code[at] in PLAIN and "M" not in code[at : at + 4]:
            at += 1
            continue
        best: tuple[int, str] | None = None
        for kind, pattern in _grammar():
            match = pattern.match(code, at)
            longer = match is not None and match.end() > (best[0] if best else at)
            if match and longer and (kind != "person" or _one_person(units[at : match.end()])):
                best = (match.end(), kind)
        if best is None:
            at += 1
            continue
        end = at + 1 if best[1] == "place" and not _one_country(units[at : best[0]]) else best[0]
        found.append(_mention(best[1], list(units[at:end]), lexicon, day))
        at = end
    return found


def _one_country(units: Sequence[Unit]) -> bool:
    """`Kazan, Russia` is one place; in `in Baku, Kazakhstan and ...` a clause ends at the comma."""
    return len({unit.entry.country for unit in units if unit.entry}) == 1


def _one_person(units: Sequence[Unit]) -> bool:
    """Whether a comma or `and` joins one person's name and offices: not so in `received by Mirziyoyev, the President of Kazakhstan ...`."""
    joined = {unit.letter for unit in units} & {"K", "A"}
    names = [unit.entry for unit in units if unit.letter == "P" and unit.entry]
    codes = {unit.entry.country for unit in units if unit.letter in "CDU" and unit.entry}
    if codes and any(codes.isdisjoint(actor.country for actor in name.actors) for name in names):
        return False
    offices = {unit.entry.rank for unit in units if unit.letter == "R" and unit.entry}
    if "A" not in joined or len(offices) < 2:
        return True
    governs = any(actor.rank == "head_of_government" for name in names for actor in name.actors)
    return "head_of_state" not in offices and (governs or "head_of_government" not in offices)


def _choose(entry: Entry, day: str | None, country: str | None, rank: str | None) -> Actor:
    """The bearer of a name who fits the country and office named with it, and was in office."""
    actors = entry.actors
    tests = (
        lambda actor: country is None or actor.country == country,
        lambda actor: rank is None or actor.rank == rank,
        lambda actor: actor.in_office(day),
        lambda actor: actor.rank in ("head_of_state", "head_of_government"),
    )
    for test in tests:
        actors = tuple(filter(test, actors)) or actors
    return max(actors, key=lambda actor: actor.since)


def _rank_of(units: Sequence[Unit]) -> str | None:
    """The highest office named; else the first, which is the last of its own words: the spokesman in `ministry spokesman of the bank`."""
    offices = [
        (unit.entry.rank, after is None or after.letter != "R")
        for unit, after in zip_longest(units, units[1:])
        if unit.letter in "RMk" and unit.entry
    ]
    ranks = [rank for rank, _ in offices]
    heads = [rank for rank, last in offices if last]
    return next(filter(None, [*(rank for rank in RANKS if rank in ranks), *heads]), None)


def _name(units: Sequence[Unit]) -> str:
    """The run of unknown capitalised words that ends the mention, or stands before a comma or 'of'."""
    code = "".join(unit.letter for unit in units)
    runs = [units[match.start() : match.end()] for match in NAME.finditer(code)]
    return " ".join(unit.text for unit in runs[-1]).replace(" - ", "-") if runs else ""


def _mention(kind: str, units: list[Unit], lexicon: Lexicon, day: str | None) -> Mention:
    text = " ".join(unit.text for unit in units)
    codes = list(
        dict.fromkeys(code for u in units if u.letter in "CDULIZJ" and u.entry for code in (u.entry.country, *u.entry.members) if code)
    )
    country = codes[0] if codes else None
    rank = _rank_of(units)
    leads = rank == LEADER
    if leads:
        rank = lexicon.chief(country) if country and len(codes) == 1 else "head_of_state"
    whole = Mention(
        kind,
        units[0].first,
        units[-1].last,
        text,
        country=country,
        rank=rank,
        leads=leads and not any(unit.letter in "PN" for unit in units),
    )
    places = [u.entry.name for u in units if u.letter in "L" and u.entry]
    if kind == "chief":
        return _person_mention(replace(whole, kind="person", rank="official"), units, lexicon, day, codes)
    if kind in ("person", "titled", "named"):
        return _person_mention(whole, units, lexicon, day, codes)
    if kind == "roll" and (parties := _called(units, codes, rank, day)):
        return replace(whole, kind="group", parties=parties)
    if kind in ("group", "roll"):
        whole = replace(whole, kind="group")
        parties = tuple(office_party(lexicon, code, lexicon.chief(code) if leads else rank, day) for code in codes)
        return replace(whole, parties=parties)
    if kind in ("country", "adjective", "pair", "countries"):
        return replace(whole, parties=tuple(Party(code, country_name(code)) for code in codes))
    if kind in ("place", "capital"):
        return replace(whole, place=places[0] if places else None, parties=(Party(country, country_name(country or "")),))
    if kind == "institution":
        held = next(u.entry for u in units if u.letter == "I" and u.entry)
        actor = held.actors[0]
        return replace(whole, country=actor.country, parties=(Party(actor.country, actor.name, actor.id, "institution"),))
    if kind == "body":
        known = next((u.entry.rank for u in units if u.letter == "B" and u.entry), None)
        return replace(whole, rank=known or None, parties=tuple(Party(code, country_name(code)) for code in codes))
    return whole


def _called(units: Sequence[Unit], codes: Sequence[str], rank: str | None, day: str | None) -> tuple[Party, ...]:
    """People named in the order of their countries: `the ministers of Kenya and Chad, Musalia Mudavadi and Abdoulaye Sabre Fadoul`."""
    runs = [list(units[match.start() : match.end()]) for match in CALLED.finditer("".join(unit.letter for unit in units))]
    if len(runs) != len(codes):
        return ()
    parties = []
    for code, run in zip(codes, runs, strict=True):
        text = " ".join(unit.text for unit in run).replace(" - ", "-")
        actor = _choose(run[0].entry, day, code, rank) if run[0].letter == "P" and run[0].entry else None
        if actor is not None and actor.country != code:
            return ()
        parties.append(Party(code, _spelled(text, actor) if actor else text, (actor.id or None) if actor else None, rank))
    return tuple(parties)


def office_party(lexicon: Lexicon, country: str, rank: str | None, day: str | None) -> Party:
    holder = lexicon.officeholder(country, rank, day) if rank in RANKS[:3] else None
    if holder:
        return Party(country, holder.name, holder.id or None, rank)
    words = (rank or "").replace("_", " ")
    return Party(country, f"{words} of {country_name(country)}" if words else country_name(country), None, rank)


def _spelled(text: str, actor: Actor) -> str:
    """The name as the text spells it, a surname alone with the given name that the table knows: `Serdar Berdimuhamedov`."""
    if text.isupper() or text[0] >= CYRILLIC:
        return actor.name
    if " " in text:
        return text.replace(" - ", "-")
    alike = (word for word in actor.name.split() if sound(word) == sound(text))
    return actor.name.replace(next(alike, text), text, 1)


def _person_mention(whole: Mention, units: list[Unit], lexicon: Lexicon, day: str | None, codes: list[str]) -> Mention:
    known = next(((unit.text, unit.entry) for unit in units if unit.letter == "P" and unit.entry), None)
    country = whole.country
    if known:
        actor = _choose(known[1], day, country, whole.rank)
        doubts: tuple[str, ...] = (
            () if actor.in_office(day) or whole.rank is None else (f"{actor.name} was not in office then, says the actors table",)
        )
        if country and actor.country != country and len(codes) == 1:
            doubts += (f"{actor.name} is known as of {actor.country}, the text says {country}",)
        if not actor.id and actor in lexicon.leaders:
            doubts += (f"{actor.name} is not in the actors table",)
        party = Party(actor.country or country, _spelled(known[0], actor), actor.id or None, whole.rank or actor.rank)
        return replace(whole, kind="person", parties=(party,), country=party.country, doubts=doubts)
    name = _name(units) if whole.kind in ("person", "named") else ""
    if country is None:
        if not name:
            return replace(whole, kind="office")
        if leader := lexicon.leader(name, whole.rank, day):
            party = Party(leader.country, _spelled(name, leader), leader.id or None, leader.rank)
            return replace(whole, kind="person", parties=(party,), country=leader.country)
        return replace(whole, kind="person", parties=(Party(None, name, None, whole.rank),), doubts=(f"unknown actor: {name}",))
    if name:
        if leader := lexicon.bearer(name, country, whole.rank, day):
            return replace(whole, kind="person", parties=(Party(country, leader.name, leader.id or None, whole.rank or leader.rank),))
        party = Party(country, name, None, whole.rank)
        return replace(whole, kind="person", parties=(party,), doubts=(f"{name} is not in the actors table",))
    return replace(whole, kind="person", parties=(office_party(lexicon, country, whole.rank, day),))
