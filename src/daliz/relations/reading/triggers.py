"""The trigger pass: which sentences can hold an event at all. It needs no model and skips most of the world's news."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from daliz.relations.reading.lexicon import Lexicon, rows
from daliz.relations.reading.tokens import sentences_of

OPENING = 3
MARKS = ",.;:!?()[]\"“”‘’'«»/—–-"


@cache
def _stems(names: str) -> Mapping[str, tuple[str, ...]]:
    """Stems by their first letters; under no letters those that open with a shorter word (`is in`)."""
    found: dict[str, tuple[str, ...]] = {}
    for stem in dict.fromkeys(row["stem"] for row in rows("triggers") if row["names"] == names):
        letters = stem.strip()[:OPENING]
        key = letters if len(letters) == OPENING and letters.isalpha() else ""
        found[key] = (*found.get(key, ()), stem)
    return MappingProxyType(found)


def _words(text: str) -> list[str]:
    # One replace a mark is several times faster than translate() on a whole article.
    for mark in MARKS:
        text = text.replace(mark, " ")
    return text.split()


def _named(text: str, lexicon: Lexicon) -> bool:
    return not lexicon.capitals.isdisjoint(_words(text))


def _present(lowered: str, openings: set[str], names: str) -> list[str]:
    """The stems that stand in a text in lower case, of those whose names stand in the `same` sentence or `beside` it."""
    stems = _stems(names)
    return [stem for key in stems.keys() & openings for stem in stems[key] if stem in lowered]


def candidates(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """First and last character of the sentences that have a trigger, where a known name stands in or beside one of them.

    Returns: nothing for most articles of other matters. Names are tested by one telling word each, so a sentence kept here may still
    turn out to name nobody.
    """
    words = _words(text)
    if lexicon.capitals.isdisjoint(words):
        return []
    lowered = " " + text.lower()
    # Only stems that some word opens with are looked for, and sentences are asked only for those that stand in the article.
    openings = {word[:OPENING].lower() for word in words} | {""}
    beside, same = _present(lowered, openings, "beside"), _present(lowered, openings, "same")
    if not beside and not same:
        return []
    spans = sentences_of(text)
    chosen, named = [], False
    for index, (start, end) in enumerate(spans):
        sentence = lowered[start : end + 1]
        if any(stem in sentence for stem in beside):
            first, last = spans[max(0, index - 1)][0], spans[min(len(spans) - 1, index + 1)][1]
            named = named or _named(text[first:last], lexicon)
        elif any(stem in sentence for stem in same):
            named = named or _named(text[start:end], lexicon)
        else:
            continue
        chosen.append((start, end))
    return chosen if named else []
