"""Sentences and words, with the characters they stand at. Words are cut the way the model was taught to expect them."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S.
    r"|[^\W\d_]\.(?=\s?[^\W\d_a-zа-я])"  # an initial
    r"|(?:Sh|Zh|Kh|Ch|Ts|Yu|Ya|Ye|Yo)\.(?=\s?[A-Z])"
    r"|(?:[Tt]wen|[Tt]hir|[Ff]or|[Ff]if|[Ss]ix|[Ss]even|[Ee]igh|[Nn]ine)ty-[a-z]+"  # twenty-one, twenty-first
    r"|[Cc]o-(?=chair|host|sign)[a-z]+"
    r"|\d+(?:st|nd|rd|th)\b"
    r"|\d+(?:[.,]\d+)*"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|St|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|Gen|Lt|No)\."
    r"|n['’]t\b|['’]s\b|['’](?:re|ve|ll|d|m)\b"
    r"|[^\W\d_]+(?=n['’]t\b)"
    r"|[^\W\d_]+['’ʻ](?!(?:re|ve|ll)\b)[^\W\d_]{2,}"  # Xi'an
    r"|[^\W_]+"
    r"|\S"
)
ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "dec",
        "gen",
        "lt",
        "no",
        "prof",
        "sh",
        "zh",
        "kh",
        "ch",
        "ts",
        "yu",
        "ya",
        "ye",
        "yo",
        "h.e",
        "h.h",
        "h.m",
        "h.r.h",
        "u.s",
        "u.n",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
        "v",
        "vs",
    ]
)
END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|\n\s*\n|\n(?=[A-ZА-Я•*-])")


@dataclass(frozen=True)
class Token:
    """A word or mark, and its first and last character in the text."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """The words and marks of a text."""
    return TOKEN.findall(text)


def tokens_of(text: str, offset: int = 0) -> list[Token]:
    """The words and marks of a text with their places; `offset` is added to each."""
    return [Token(match[0], match.start() + offset, match.end() + offset) for match in TOKEN.finditer(text)]


def sentences_of(text: str) -> list[tuple[int, int]]:
    """First and last character of each sentence. A dot after an abbreviation or an initial ends none."""
    found = []
    start = 0
    for match in END.finditer(text):
        before = text[start : match.start()].rsplit(None, 1)
        last = before[-1].strip("(\"'“").casefold() if before else ""
        following = text[match.end() : match.end() + 3].lstrip()
        if match[0].startswith("."):
            initial = len(last) == 1 and last.isalpha() and text[match.start() - 1].isupper()
            if last in ABBREVIATIONS or initial or (following and following[0].islower()):
                continue
        if sentence := text[start : match.end()].lstrip():
            found.append((match.end() - len(sentence), match.end()))
        start = match.end()
    if (rest := text[start:].rstrip()).strip():
        found.append((start + len(rest) - len(rest.lstrip()), start + len(rest)))
    return found
