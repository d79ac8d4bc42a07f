"""The gate that every line of an event file passes: is it whole, and is it wanted?

One pass over the bytes counts the columns of each line and finds the few fields that decide; broken lines are noted with a reason, wanted
ones are copied out whole, the rest is dropped before anything is parsed. About 3 GB a second and core. The rules are those of the GDELT
event codebooks (1.0 of 2013, 2.0 of 2015): tab-separated, no quoting, CAMEO root codes 01 to 20 with their leading zero.

Tabs, newlines and bytes beyond ASCII become bits, one a byte, eight bytes at a time; the processor does this on many words at once. Lines
are then walked over these bits, 64 bytes at a time (Langdale and Lemire 2019, VLDB Journal 28, 941-960).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Longs = NDArray[np.int64]
Words = NDArray[np.uint64]

REASONS = ("", "columns", "utf8", "date", "code", "value")
COLUMNS, UTF8, DATE, CODE, VALUE = 1, 2, 3, 4, 5
RETURN = 13
GROUP, WINDOW, WORD = 64, 32 << 10, 8
PAD = GROUP + WORD
MOST_BAD = 4096
ALL_ROOTS = (1 << 21) - 2
NEVER = 1 << 62

U = np.uint64
NONE, ONE, ALL = U(0), U(1), U(0xFFFFFFFFFFFFFFFF)
TABS, NEWLINES, TOPS, SEVENS = U(0x0909090909090909), U(0x0A0A0A0A0A0A0A0A), U(0x8080808080808080), U(0x7F7F7F7F7F7F7F7F)
GATHER = U(0x0102040810204080)
PAIRS, FOURS, EIGHTS, BYTES = U(0x5555555555555555), U(0x3333333333333333), U(0x0F0F0F0F0F0F0F0F), U(0x0101010101010101)
HIGH_HALVES, SIXES, THREES = U(0xF0F0F0F0F0F0F0F0), U(0x0606060606060606), U(0x3333333333333333)


@dataclass(frozen=True)
class Rule:
    """What lines must be and which are wanted.

    Attributes: columns (of every line), date, source, target, code (positions; -1: not tested), first and second (packed country codes of
    the two sides of a pair; both empty: every line whose two countries differ; only used where source is tested), roots (bit mask of CAMEO
    root codes wanted).
    """

    columns: int
    date: int = -1
    source: int = -1
    target: int = -1
    code: int = -1
    first: tuple[int, ...] = ()
    second: tuple[int, ...] = ()
    roots: int = ALL_ROOTS


@dataclass(frozen=True)
class Passed:
    """What came of a chunk: the wanted lines, lines seen, and the broken ones (start, end, reason)."""

    kept: bytes
    kept_rows: int
    rows: int
    bad: list[tuple[int, int, int]]


def pack(code: str) -> int:
    """A short code as one number, first letter lowest.

    >>> pack("AB") == 65 + 66 * 256
    True
    """
    return int.from_bytes(code.encode(), "little")


def sift(buffer: Bytes, size: int, rule: Rule, out: Bytes, begin: int = 0) -> Passed:
    """Pass whole lines through the gate.

    Parameters: buffer (the lines, and room for PAD more bytes, which are overwritten), size (bytes of the lines; the last may lack its
    newline), rule, out (room for as many bytes and one more), begin (where the first line starts).
    """
    # Newlines after them end the last line, fill the last group and leave a word to read behind every field; empty lines are no rows.
    whole = size + WORD + -(size + WORD) % GROUP
    buffer[size:whole] = ord("\n")
    lines = buffer[:whole]
    words = lines.view(np.uint64)
    positions = np.array([rule.columns, rule.date, rule.source, rule.target, rule.code, rule.roots], dtype=np.int64)
    stops = _stops(rule)
    first, second = np.array(rule.first, dtype=np.int64), np.array(rule.second, dtype=np.int64)
    spans = np.empty((MOST_BAD, 3), dtype=np.int64)
    totals = np.zeros(3, dtype=np.int64)
    bad: list[tuple[int, int, int]] = []
    start = begin
    while start < whole:
        start, count = _pass(lines, words, start, positions, stops, first, second, out, spans, totals)
        bad += [(int(span[0]), int(span[1]), int(span[2])) for span in spans[:count]]
    return Passed(out[: totals[2]].tobytes(), int(totals[1]), int(totals[0]), bad)


def _stops(rule: Rule) -> Longs:
    """Columns whose ends are wanted, in order: those of the fields tested and those before them; then one that no line has."""
    fields = [field for field in (rule.date, rule.source, rule.target, rule.code) if field >= 0]
    return np.array([*sorted({end for field in fields for end in (field - 1, field) if end >= 0}), NEVER], dtype=np.int64)


@njit(nogil=True, cache=True)
def _valid_utf8(buffer: Bytes, start: int, end: int) -> bool:
    """Whether the bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF)."""
    i = start
    while i < end:
        b = buffer[i]
        if b < 0x80:
            i += 1
            continue
        if b < 0xC2 or b > 0xF4:
            return False
        more = 1 if b < 0xE0 else (2 if b < 0xF0 else 3)
        if i + more >= end:
            return False
        low, high = 0x80, 0xBF
        if b == 0xE0:
            low = 0xA0
        elif b == 0xED:
            high = 0x9F
        elif b == 0xF0:
            low = 0x90
        elif b == 0xF4:
            high = 0x8F
        for k in range(1, more + 1):
            c = buffer[i + k]
            if c < low or c > high:
                return False
            low, high = 0x80, 0xBF
        i += more + 1
    return True


@njit(nogil=True, cache=True)
def _eight(words: Words, at: int) -> np.uint64:
    """Eight bytes from any place, first byte lowest."""
    index, shift = at >> 3, U(8 * (at & 7))
    return (words[index] >> shift) | ((words[index + 1] << ONE) << (U(63) - shift))


@njit(nogil=True, cache=True)
def _packed(words: Words, start: int, end: int) -> np.int64:
    if end - start > 7:
        return np.int64(-1)
    return np.int64(_eight(words, start) & ((ONE << U(8 * (end - start))) - ONE))


@njit(nogil=True, cache=True)
def _eight_digits(word: np.uint64) -> bool:
    """Whether all eight bytes are ASCII digits: the high half is 3, also after adding 6 (Lemire 2022)."""
    return (word & HIGH_HALVES) | (((word + SIXES) & HIGH_HALVES) >> U(4)) == THREES


@njit(nogil=True, cache=True)
def _ones(word: np.uint64) -> Any:
    """How many bits are set (Warren, Hacker's Delight, 5-1)."""
    word -= (word >> ONE) & PAIRS
    word = (word & FOURS) + ((word >> U(2)) & FOURS)
    return np.int64((((word + (word >> U(4))) & EIGHTS) * BYTES) >> U(56))


@njit(nogil=True, cache=True)
def _bits_of(words: Words, tabs: Bytes, lines: Bytes, highs: Bytes) -> None:
    """A bit for every byte of the words: which are tabs, which newlines, which are beyond ASCII.

    A byte is equal to another where their exclusive or is zero: adding 127 to its lower seven bits then leaves the top bit clear, and no
    carry crosses bytes (Warren, 6-1). A multiplication gathers the eight top bits of a word.
    """
    for i in range(len(words)):
        word = words[i]
        tab = ~((((word ^ TABS) & SEVENS) + SEVENS) | word) & TOPS
        line = ~((((word ^ NEWLINES) & SEVENS) + SEVENS) | word) & TOPS
        tabs[i] = ((tab >> U(7)) * GATHER) >> U(56)
        lines[i] = ((line >> U(7)) * GATHER) >> U(56)
        highs[i] = (((word & TOPS) >> U(7)) * GATHER) >> U(56)


@njit(nogil=True, cache=True)
def _in(value: np.int64, choices: Longs) -> bool:
    found = False
    for i in range(len(choices)):
        found |= choices[i] == value
    return found


# These two are inlined: handing over so many arrays costs more than judging a line.
@njit(nogil=True, cache=True, inline="always")
def _verdict(buffer: Bytes, words: Words, line: int, ends: Longs, positions: Longs, first: Longs, second: Longs) -> int:
    """0: unwanted, 1: wanted, -reason: broken. ends[c] is where column c ends; it starts one after the end of the column before."""
    date, source, target, code = positions[1], positions[2], positions[3], positions[4]
    if date >= 0:
        start = ends[date - 1] + 1 if date > 0 else line
        if ends[date] - start != 8 or not _eight_digits(_eight(words, start)):
            return -DATE
    if code >= 0:
        start = ends[code - 1] + 1 if code > 0 else line
        tens, units = np.int64(buffer[start]) - 48, np.int64(buffer[start + 1]) - 48
        if ends[code] - start < 2 or ends[code] - start > 4 or not (0 <= tens <= 9 and 0 <= units <= 9):
            return -CODE
        root = tens * 10 + units
        if root < 1 or root > 20:
            return -CODE
        if not (positions[5] >> root) & 1:
            return 0
    if source < 0:
        return 1
    one = _packed(words, ends[source - 1] + 1 if source > 0 else line, ends[source])
    other = _packed(words, ends[target - 1] + 1 if target > 0 else line, ends[target])
    if one <= 0 or other <= 0 or one == other:
        return 0
    if len(first) == 0 or (_in(one, first) and _in(other, second)) or (_in(one, second) and _in(other, first)):
        return 1
    return 0


@njit(nogil=True, cache=True, inline="always")
def _line(
    buffer: Bytes,
    words: Words,
    line: int,
    at: int,
    column: int,
    high: bool,
    ends: Longs,
    positions: Longs,
    first: Longs,
    second: Longs,
    out: Bytes,
    totals: Longs,
) -> int:
    """Judge the line that ends before the newline at `at`, and copy it out when it is wanted."""
    if column != positions[0] - 1:
        return -COLUMNS
    if high and not _valid_utf8(buffer, line, at):
        return -UTF8
    ends[column] = at - 1 if buffer[at - 1] == RETURN else at
    verdict = _verdict(buffer, words, line, ends, positions, first, second)
    if verdict == 1:
        # One byte more than the line: its newline.
        source = buffer[line : at + 1]
        copy = out[totals[2] : totals[2] + len(source)]
        for k in range(len(source)):
            copy[k] = source[k]
        totals[2] += len(source)
        totals[1] += 1
    return verdict


@njit(nogil=True, cache=True)
def _pass(
    buffer: Bytes,
    words: Words,
    begin: int,
    positions: Longs,
    stops: Longs,
    first: Longs,
    second: Longs,
    out: Bytes,
    spans: Longs,
    totals: Longs,
) -> tuple[int, int]:
    """Sift lines from `begin` on until the end or until `spans` is full; returns where it stopped and how many spans it filled.

    The buffer ends with a newline and is padded to whole groups of 64 bytes; `words` is the same memory. Only the ends of the columns in
    `stops` are found; between them tabs are counted. totals: rows seen, rows kept, bytes kept. Time linear in bytes.
    """
    size = len(buffer)
    ends = np.zeros(positions[0] + 1, dtype=np.int64)
    bits = np.empty((3, WINDOW // 8), dtype=np.uint8)
    tab_groups, line_groups, high_groups = bits[0].view(np.uint64), bits[1].view(np.uint64), bits[2].view(np.uint64)
    line, column, count, turn, stop = begin, 0, 0, 0, stops[0]
    high, fresh = NONE, ALL << U(begin % GROUP)
    for window in range(begin // GROUP * GROUP, size, WINDOW):
        until = min(window + WINDOW, size)
        _bits_of(words[window // 8 : until // 8], bits[0], bits[1], bits[2])
        for group in range((until - window) // GROUP):
            base = window + group * GROUP
            tabs, lines, highs = tab_groups[group] & fresh, line_groups[group] & fresh, high_groups[group] & fresh
            fresh = ALL
            while True:
                edge = lines & (~lines + ONE)
                before = edge - ONE
                own = tabs & before
                seen = _ones(own)
                while column + seen > stop:
                    for _ in range(stop - column):
                        own &= own - ONE
                    ends[stop] = base + _ones(~own & (own - ONE))
                    own &= own - ONE
                    seen -= stop - column + 1
                    column, turn = stop + 1, turn + 1
                    stop = stops[turn]
                column += seen
                high |= highs & before
                if edge == NONE:
                    break
                at = base + _ones(before)
                verdict = 0
                if at > line:
                    totals[0] += 1
                    verdict = _line(buffer, words, line, at, column, high != NONE, ends, positions, first, second, out, totals)
                if verdict < 0:
                    spans[count, 0], spans[count, 1], spans[count, 2] = line, at, -verdict
                    count += 1
                line, column, turn, stop, high = at + 1, 0, 0, stops[0], NONE
                tabs, lines, highs = tabs & ~before, lines ^ edge, highs & ~before
                if count == len(spans):
                    return line, count
    return size, count
