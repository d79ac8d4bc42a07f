"""Names that people type: folding spellings and finding the nearest valid one."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_LETTERS = str.maketrans({"ə": "a", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "’": "", "'": "", "‘": "", "ʻ": "", "`": ""})

MOST_LISTED = 40


def fold(text: str) -> str:
    """Text without case, accents, apostrophes and punctuation, for comparing spellings.

    >>> fold("Xi’an") == fold("XIAN")
    True
    >>> fold("Ələt")
    'alat'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


def nearest(name: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` of the choices that look most like the name, best first.

    >>> nearest("aktau_prot", ["aktau_port", "alat_port", "poti"], 1)
    ['aktau_port']
    """
    by_fold: dict[str, str] = {}
    for choice in choices:
        by_fold.setdefault(fold(choice), choice)
    found = difflib.get_close_matches(fold(name[:80]), list(by_fold), n=count, cutoff=0.6)
    return [by_fold[key] for key in found]


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """The end of a message: '; nearest: a, b', or nothing when no choice is near."""
    found = nearest(name, choices)
    return f"; nearest: {', '.join(found)}" if found else ""


def named_or_listed(name: str, choices: Iterable[str], table: str) -> str:
    """The end of a message: the nearest choices; where none is near, all of them, or for many how to list the table."""
    listed = sorted(set(choices))
    short = "; there are: " + ", ".join(listed) if 0 < len(listed) <= MOST_LISTED else f"; `daliz show {table}` lists them"
    return did_you_mean(name, listed) or short


def short_name(name: str) -> str:
    """A place's name without what explains it, for labels.

    >>> short_name("Xi'an International Port (Xinzhu / ITL Park)")
    "Xi'an International Port"
    """
    return name.split(" (")[0].split(" / ")[0]
