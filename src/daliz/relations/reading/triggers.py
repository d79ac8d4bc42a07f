"""The trigger pass: which sentences can hold an event at all. It needs no model and skips most of the world's news."""

from __future__ import annotations

from functools import cache

from daliz.relations.reading.lexicon import Lexicon, rows
from daliz.relations.reading.tokens import sentences_of

MARKS = ",.;:!?()[]\"“”‘’'«»/—–-"


@cache
def _stems(names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["stem"] for row in rows("triggers") if row["names"] == names))


def _named(text: str, lexicon: Lexicon) -> bool:
    # One replace a mark is several times faster than translate() on a whole article.
    for mark in MARKS:
        text = text.replace(mark, " ")
    return not lexicon.capitals.isdisjoint(text.split())


def has_trigger(lowered: str, names: str) -> bool:
    """Whether a trigger stands in a text that is already in lower case, of those whose names stand in the `same` sentence or `beside`."""
    return any(stem in lowered for stem in _stems(names))


def candidates(text: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """First and last character of the sentences that have a trigger, where a known name stands in or beside one of them.

    Returns: nothing for most articles of other matters. Names are tested by one telling word each, so a sentence kept here may still
    turn out to name nobody.
    """
    if not _named(text, lexicon):
        return []
    lowered = " " + text.lower()
    spans = sentences_of(text)
    chosen, named = [], False
    for index, (start, end) in enumerate(spans):
        sentence = lowered[start : end + 1]
        if has_trigger(sentence, "beside"):
            first, last = spans[max(0, index - 1)][0], spans[min(len(spans) - 1, index + 1)][1]
            named = named or _named(text[first:last], lexicon)
        elif has_trigger(sentence, "same"):
            named = named or _named(text[start:end], lexicon)
        else:
            continue
        chosen.append((start, end))
    return chosen if named else []
