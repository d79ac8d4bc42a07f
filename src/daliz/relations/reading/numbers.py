"""Numbers and ordinals as news writes them: `14`, `fourteen`, `1,000`, `21st`, `inaugural`."""

from __future__ import annotations

import re

WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100, "dozen": 12,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "inaugural": 1, "maiden": 1, "founding": 1, "constituent": 1,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}


def number_of(word: str) -> float | None:
    """A number in digits or words: `14`, `fourteen`, `1,000`."""
    plain = word.casefold()
    tens, dash, ones = plain.partition("-")
    if dash and tens in TENS and ones in WORDS:
        return float(TENS[tens] + WORDS[ones])
    if plain in WORDS:
        return float(WORDS[plain])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?", plain):
        return float(plain.replace(",", ""))
    return None


def ordinal_of(word: str) -> int | None:
    """An ordinal in digits or words: `21st`, `twenty-first`, `inaugural`."""
    plain = word.casefold()
    tens, dash, ones = plain.partition("-")
    if dash and tens in TENS and ones in ORDINALS:
        return TENS[tens] + ORDINALS[ones]
    if plain in ORDINALS:
        return ORDINALS[plain]
    if match := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", plain):
        return int(match[1])
    roman = {"ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15}
    return roman.get(plain)
