"""Who and what a sentence speaks of: people with their offices, countries, pairs of countries, towns, councils.

Every word gets a letter (a country is C, its adjective D, a town L, an office R, a known person P ...); the grammar in
`data/grammar.csv` is a list of regular expressions over those letters, and the longest that fits makes a mention.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest

from daliz.corridor.names import fold
from daliz.relations.countries import country_name
from daliz.relations.reading.dates import MONTHS, WEEKDAYS, When
from daliz.relations.reading.events import Party
from daliz.relations.reading.lexicon import Actor, Entry, Lexicon, rows, sound
from daliz.relations.reading.tokens import Token

RANKS = ("head_of_state", "head_of_government", "foreign_minister", "minister", "speaker", "ambassador", "official")
# Letters that begin no mention, unless a plural office (`railway companies`) follows closely.
PLAIN = frozenset("._wndKAHSOFboG")
# `The leader` of a country holds the office that leads it: president here, prime minister there.
LEADER = "leader"
SURNAME = 4
CYRILLIC = "\N{CYRILLIC CAPITAL LETTER IE WITH GRAVE}"
NAME = re.compile("N(?:N|HN|(?:lH?){1,2}N)*")
# What belongs to a known name behind it: `bin Hamad Al Thani`, `Al-Sabah`.
FURTHER = re.compile("(?:(?:lH?){1,2}N)+")
ACTED = ("ed", "born", "run", "style", "made")
PATRONYMIC = frozenset({"uulu", "kyzy", "oglu", "oghlu", "ogly", "qizi", "kizi", "uly"})
NAMING = "NPRMeml"
CALLED = re.compile(f"P|{NAME.pattern}")
NUMERAL = re.compile("[IVX]{2,}|[VX]|Jr")


@dataclass(frozen=True)
class Unit:
    """One or more words that stand for one thing, with the letter of their class."""

    letter: str
    first: int
    last: int
    text: str
    entry: Entry | None = None
    when: When | None = None


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
def _letters() -> dict[str, str]:
    return {row["word"]: row["letter"] for row in rows("letters")}


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


def _person(tokens: Sequence[Token], index: int, lexicon: Lexicon) -> Entry | None:
    """A capitalised word that sounds like a known surname, unless another given name stands before it."""
    word = tokens[index].text
    if not word[0].isupper():
        return None
    # Leaders of other countries go by their spelling: by sound, Rutte would be a route.
    held = (lexicon.surnames.get(sound(word)) if len(word) >= SURNAME else None) or lexicon.alone.get(fold(word))
    if not held:
        return None
    if index and tokens[index - 1].text == "." and index > 1 and len(tokens[index - 2].text) == 1:
        initial = tokens[index - 2].text
        held = tuple(actor for actor in held if any(fold(s)[:1] == fold(initial)[:1] for s in actor.spellings)) or held
    return Entry("P", held[0].country, held, name=held[0].name)


def _introduced(tokens: Sequence[Token], index: int, introduced: Mapping[str, Party] | None) -> Entry | None:
    """Somebody named in full before, by surname; not where another name follows: `Wang Wentao` is not Wang Yi."""
    party = introduced.get(tokens[index].text) if introduced else None
    if party is None or (index + 1 < len(tokens) and _letter(tokens[index + 1].text, index + 1) == "N"):
        return None
    actor = Actor("", party.name, "person", party.country, party.rank or "official", "", "", (party.name,))
    return Entry("P", party.country, (actor,), name=party.name)


def units_of(tokens: Sequence[Token], whens: Sequence[When], lexicon: Lexicon, introduced: Mapping[str, Party] | None = None) -> list[Unit]:
    """The words of a sentence as units, dates and known names joined; `introduced`: people whom the article has named in full before."""
    folded = [fold(token.text) or token.text for token in tokens]
    units: list[Unit] = []
    index = 0
    dates = {when.start: when for when in whens}
    while index < len(tokens):
        token = tokens[index]
        if when := dates.get(token.start):
            last = index
            while last + 1 < len(tokens) and tokens[last + 1].end <= when.end:
                last += 1
            units.append(Unit("d", index, last, _joined(tokens, index, last), when=when))
            index = last + 1
            continue
        found = lexicon.longest(folded, index)
        if found and not _fits(tokens, index, found[0], found[1]):
            found = None
        if found is None and (entry := _person(tokens, index, lexicon) or _introduced(tokens, index, introduced)):
            found = (1, entry)
        if found:
            length, entry = found
            last = index + length - 1
            letter = "U" if entry.symbol in "CD" and token.text.isupper() and length == 1 else entry.symbol
            units.append(Unit(letter, index, last, _joined(tokens, index, last), entry))
            index += length
            continue
        if _goes_on(tokens, index, units):
            held = -2 if units[-1].letter == "H" else -1
            first = units[held].first
            units[held:] = [Unit("N", first, index, _joined(tokens, first, index))]
            index += 1
            continue
        # `The United States' envoy`: an apostrophe alone owns too, behind a country that ends in s.
        owns = token.text in "'’" and bool(units) and units[-1].letter in "CL" and units[-1].text.endswith("s")
        units.append(Unit("S" if owns else _letter(token.text, index), index, index, token.text))
        index += 1
    return _whole_names(tokens, _without_strangers(_without_namesakes(units)))


def _without_namesakes(units: list[Unit]) -> list[Unit]:
    """A town of the long list beside a name, a title or an office is a surname: `Anton Gorky`, `Minister Osaka`."""
    code = f".{''.join(unit.letter for unit in units)}."
    return [
        replace(unit, letter="N", entry=None)
        if unit.entry and unit.entry.unsure and unit.letter == "L" and (code[at] in NAMING or code[at + 2] in "NP")
        else unit
        for at, unit in enumerate(units)
    ]


def _goes_on(tokens: Sequence[Token], index: int, units: Sequence[Unit]) -> bool:
    """Whether a name goes on in small letters: `Park Jae-in`, `Nurlan Talant uulu`, not `the Goldman Sachs-led group`."""
    word = tokens[index].text
    if word in PATRONYMIC:
        return bool(units) and units[-1].letter == "N"
    named = "".join(unit.letter for unit in units[-3:]) == "NNH"
    return named and word.isalpha() and word.islower() and _attached(tokens, index) and not word.endswith(ACTED)


def _whole_names(tokens: Sequence[Token], units: list[Unit]) -> list[Unit]:
    """Known names with all that belongs to them: `King Mohammed` VI, `Abdullah bin Zayed` Al Nahyan, `Kishida` Fumio."""
    code = "".join(unit.letter for unit in units)
    kept: list[Unit] = []
    index = 0
    while index < len(units):
        unit = units[index]
        after = index + 1
        if unit.letter == "P":
            if further := FURTHER.match(code, after):
                after = further.end()
            elif code[after : after + 2] == "HN" and _attached(tokens, units[after].first) and _attached(tokens, units[after + 1].first):
                after += 2
            elif after < len(units) and (NUMERAL.fullmatch(units[after].text) or _given(unit, units[after])):
                after += 1
            last = units[after - 1].last
            unit = replace(unit, last=last, text=_joined(tokens, unit.first, last)) if after > index + 1 else unit
        kept.append(unit)
        index = after
    return kept


def _attached(tokens: Sequence[Token], index: int) -> bool:
    """Whether no space stands before a word."""
    return tokens[index].start == tokens[index - 1].end


def _given(name: Unit, after: Unit) -> bool:
    """Whether a given name stands behind a surname that stands alone: `Kishida Fumio`."""
    return name.first == name.last and after.letter == "N" and len(after.text) > 1 and _shares_name(after.text, name.entry)


def _joined(tokens: Sequence[Token], first: int, last: int) -> str:
    text = tokens[first].text
    for before, after in zip(tokens[first:last], tokens[first + 1 : last + 1], strict=True):
        text += " " * (after.start > before.end) + after.text
    return text


def _fits(tokens: Sequence[Token], index: int, length: int, entry: Entry) -> bool:
    if entry.symbol in "RMVk":
        return True
    word = tokens[index].text
    if length == 1 and entry.name.isupper() and len(word) <= 4:
        return word.isupper()
    if word == "US" or word == "U.S.":
        return True
    return word[0].isupper() or (entry.symbol == "P" and tokens[index + length - 1].text[0].isupper())


def _letter(word: str, index: int) -> str:
    plain = word.casefold()
    known = _letters().get(word) or _letters().get(plain)
    if known:
        return "w" if known == "W" and word[0].islower() else known
    if plain in WEEKDAYS or (plain in MONTHS and word[0].isupper()):
        return "d"
    if 1 < len(word) <= len("Sh.") and word[-1] == "." and word[0].isupper():
        return "m"
    if word[0].isdigit():
        return "n"
    if word[0].isupper() and word[0].isalpha() and (len(word) > 1 or index):
        return "N"
    return "."


def _without_strangers(units: list[Unit]) -> list[Unit]:
    """A known surname after an unknown given name is another person: `Ruslan Aliyev` is not the president."""
    kept = []
    for position, unit in enumerate(units):
        before = units[position - 1] if position else None
        single = unit.letter == "P" and (unit.first == unit.last or unit.text[0].islower()) and unit.entry is not None
        if not single or before is None or before.letter != "N":
            kept.append(unit)
        elif _shares_name(before.text, unit.entry):
            first = unit.first
            while kept and (kept[-1].letter == "N" or (kept[-1].letter == "H" and len(kept) > 1 and kept[-2].letter == "N")):
                first = kept.pop().first
            text = " ".join([*(other.text for other in units[:position] if other.first >= first), unit.text])
            kept.append(replace(unit, first=first, text=text))
        else:
            kept.append(replace(unit, letter="N", entry=None) if position > 1 else unit)
    return kept


def _shares_name(given: str, entry: Entry | None) -> bool:
    plain = fold(given)
    return entry is not None and any(
        plain in fold(spelling).split() or sound(given) in map(sound, spelling.split())
        for actor in entry.actors
        for spelling in actor.spellings
    )


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
        dict.fromkeys(code for u in units if u.letter in "CDULIZ" and u.entry for code in (u.entry.country, *u.entry.members) if code)
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
        party = Party(country, name, None, whole.rank)
        return replace(whole, kind="person", parties=(party,), doubts=(f"{name} is not in the actors table",))
    return replace(whole, kind="person", parties=(office_party(lexicon, country, whole.rank, day),))
