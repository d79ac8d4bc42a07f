"""The trigger pass: which sentences can hold an event at all. It needs no model and skips most of the world's news."""

from __future__ import annotations

import re
from functools import cache

from daliz.relations.reading.lexicon import Lexicon, rows
from daliz.relations.reading.tokens import sentences_of

CAPITALISED = re.compile(r"[^\W\d_a-zа-я][\w.]*")


@cache
def _stems() -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["stem"] for row in rows("triggers")))


def has_trigger(lowered: str) -> bool:
    """Whether any trigger stands in a text that is already in lower case."""
    return any(stem in lowered for stem in _stems())


def candidates(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """First and last character of the sentences that have a trigger and a known name; empty for most articles of other matters.

    The lexicon's names are tested by their first words, so a sentence kept here may still turn out to name nobody.
    """
    if not has_trigger(text.lower()) or lexicon.capitals.isdisjoint(CAPITALISED.findall(text)):
        return []
    kept = []
    for start, end in sentences_of(text):
        if has_trigger(text[start:end].lower()):
            kept.append((start, end))
    return kept
