"""The trigger pass: which sentences can hold an event at all. It needs no model and skips most of the world's news."""

from __future__ import annotations

from functools import cache

from daliz.relations.reading.lexicon import Lexicon, rows
from daliz.relations.reading.tokens import sentences_of

MARKS = str.maketrans(dict.fromkeys(",.;:!?()[]\"“”‘’'«»/—–-\n\t", " "))


@cache
def _stems() -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["stem"] for row in rows("triggers")))


def _named(text: str, lexicon: Lexicon) -> bool:
    return not lexicon.capitals.isdisjoint(text.translate(MARKS).split())


def has_trigger(lowered: str) -> bool:
    """Whether any trigger stands in a text that is already in lower case."""
    return any(stem in lowered for stem in _stems())


def candidates(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """First and last character of the sentences that have a trigger, where at least one of them has a known name too.

    Returns: nothing for most articles of other matters. Names are tested by one telling word each, so a sentence kept here may still
    turn out to name nobody.
    """
    if not _named(text, lexicon):
        return []
    lowered = text.lower()
    if not has_trigger(lowered):
        return []
    kept = [(start, end) for start, end in sentences_of(text) if has_trigger(lowered[start:end])]
    named = any(_named(text[start:end], lexicon) for start, end in kept)
    return kept if named else []
