"""The words of a sentence as units, each with the letter of its class: a country is C, its adjective D, an office R, a person P ..."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from daliz.corridor.names import fold
from daliz.relations.reading.dates import MONTHS, WEEKDAYS, When
from daliz.relations.reading.events import Party
from daliz.relations.reading.lexicon import Actor, Entry, Lexicon, rows, sound
from daliz.relations.reading.tokens import Token

SURNAME = 4
INITIAL = len("Sh.")
# What belongs to a known name behind it: `bin Hamad Al Thani`, `Al-Sabah`.
FURTHER = re.compile("(?:(?:lH?){1,2}N)+")
NUMERAL = re.compile("[IVX]{2,}|[VX]|Jr")
PATRONYMIC = frozenset({"uulu", "kyzy", "oglu", "oghlu", "ogly", "qizi", "kizi", "uly"})
# Words that end no name behind a hyphen: Saudi-owned, state-run.
ACTED = ("ed", "born", "run", "style", "made")
NAMING = "NPRMeml"


@dataclass(frozen=True)
class Unit:
    """One or more words that stand for one thing, with the letter of their class."""

    letter: str
    first: int
    last: int
    text: str
    entry: Entry | None = None
    when: When | None = None


@lru_cache(maxsize=50_000)
def _plain(word: str) -> str:
    return fold(word) or word


@cache
def _letters() -> dict[str, str]:
    return {row["word"]: row["letter"] for row in rows("letters")}


def _person(tokens: Sequence[Token], index: int, lexicon: Lexicon) -> Entry | None:
    """A capitalised word that sounds like a known surname, unless another given name stands before it."""
    word = tokens[index].text
    if not word[0].isupper():
        return None
    # Leaders of other countries go by their spelling: by sound, Rutte would be a route.
    held = (lexicon.surnames.get(sound(word)) if len(word) >= SURNAME else None) or lexicon.alone.get(fold(word))
    if not held:
        return None
    before = tokens[index - 1].text if index else ""
    if before.endswith(".") and before[0].isalpha() and len(before) <= INITIAL and before.casefold() not in _letters():
        given = sound(before.rstrip("."))
        held = tuple(actor for actor in held if any(sound(spelling).startswith(given) for spelling in actor.spellings))
    return Entry("P", held[0].country, held, name=held[0].name) if held else None


def _introduced(tokens: Sequence[Token], index: int, introduced: Mapping[str, Party] | None) -> Entry | None:
    """Somebody named in full before, by surname; not where another name follows: `Wang Wentao` is not Wang Yi."""
    party = introduced.get(tokens[index].text) if introduced else None
    if party is None or (index + 1 < len(tokens) and _letter(tokens[index + 1].text, index + 1) == "N"):
        return None
    actor = Actor("", party.name, "person", party.country, party.rank or "official", "", "", (party.name,))
    return Entry("P", party.country, (actor,), name=party.name)


def units_of(tokens: Sequence[Token], whens: Sequence[When], lexicon: Lexicon, introduced: Mapping[str, Party] | None = None) -> list[Unit]:
    """The words of a sentence as units, dates and known names joined; `introduced`: people whom the article has named in full before."""
    folded = [_plain(token.text) for token in tokens]
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
    if not units or units[-1].letter not in "NH":
        return False
    if word in PATRONYMIC:
        return units[-1].letter == "N"
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
            if " " in unit.text and len(kept) > 1 and kept[-1].letter == "N" and kept[-2].letter in "RmS":
                unit = replace(unit, first=kept.pop().first)
                unit = replace(unit, text=_joined(tokens, unit.first, unit.last))
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
