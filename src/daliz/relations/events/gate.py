"""The gate that every line of an event file passes: is it whole, and is it wanted?

One pass over the bytes counts the columns of each line and finds the few fields that decide; broken lines are noted with a reason, wanted
ones are copied out whole, the rest is dropped before anything is parsed. About 1 GB a second and core. The rules are those of the GDELT
event codebooks (1.0 of 2013, 2.0 of 2015): tab-separated, no quoting, CAMEO root codes 01 to 20 with their leading zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Longs = NDArray[np.int64]

REASONS = ("", "columns", "utf8", "date", "code", "value")
COLUMNS, UTF8, DATE, CODE, VALUE = 1, 2, 3, 4, 5
TAB, NEWLINE, RETURN = 9, 10, 13
MOST_BAD = 4096
ALL_ROOTS = (1 << 21) - 2


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
    """A short code as one number, first letter first.

    >>> pack("AB") == 65 * 256 + 66
    True
    """
    return int.from_bytes(code.encode(), "big")


def sift(chunk: bytes | memoryview, rule: Rule, out: Bytes) -> Passed:
    """Pass a chunk of whole lines through the gate.

    Parameters: chunk (ends with a newline, or at the end of the file), rule, out (room for as many bytes as the chunk has and one more).
    """
    buffer = np.frombuffer(chunk, dtype=np.uint8)
    positions = np.array([rule.columns, rule.date, rule.source, rule.target, rule.code, rule.roots], dtype=np.int64)
    first, second = np.array(rule.first, dtype=np.int64), np.array(rule.second, dtype=np.int64)
    spans = np.empty((MOST_BAD, 3), dtype=np.int64)
    totals = np.zeros(4, dtype=np.int64)
    bad: list[tuple[int, int, int]] = []
    start = 0
    while start < len(buffer):
        start, count = _pass(buffer, start, positions, first, second, out, spans, totals)
        bad += [(int(span[0]), int(span[1]), int(span[2])) for span in spans[:count]]
    return Passed(out[: totals[2]].tobytes(), int(totals[1]), int(totals[0]), bad)


@njit(nogil=True, cache=True)
def _packed(buffer: Bytes, start: int, end: int) -> int:
    value = 0
    if end - start > 7:
        return -1
    for i in range(start, end):
        value = value * 256 + buffer[i]
    return value


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
def _in(value: int, choices: Longs) -> bool:
    found = False
    for i in range(len(choices)):
        found |= choices[i] == value
    return found


@njit(nogil=True, cache=True)
def _digits(buffer: Bytes, start: int, count: int) -> bool:
    good = True
    for i in range(start, start + count):
        good &= 48 <= buffer[i] <= 57
    return good


@njit(nogil=True, cache=True)
def _verdict(buffer: Bytes, marks: Longs, positions: Longs, first: Longs, second: Longs) -> int:
    """0: unwanted, 1: wanted, -reason: broken. marks holds start and end of date, source, target, code."""
    if positions[1] >= 0 and (marks[1] - marks[0] != 8 or not _digits(buffer, marks[0], 8)):
        return -3
    root = 0
    if positions[4] >= 0:
        if marks[7] - marks[6] < 2 or marks[7] - marks[6] > 4 or not _digits(buffer, marks[6], 2):
            return -4
        root = (buffer[marks[6]] - 48) * 10 + buffer[marks[6] + 1] - 48
        if root < 1 or root > 20:
            return -4
        if not (positions[5] >> root) & 1:
            return 0
    if positions[2] < 0:
        return 1
    source = _packed(buffer, marks[2], marks[3])
    target = _packed(buffer, marks[4], marks[5])
    if source <= 0 or target <= 0 or source == target:
        return 0
    if len(first) == 0:
        return 1
    if (_in(source, first) and _in(target, second)) or (_in(source, second) and _in(target, first)):
        return 1
    return 0


@njit(nogil=True, cache=True)
def _pass(
    buffer: Bytes, begin: int, positions: Longs, first: Longs, second: Longs, out: Bytes, spans: Longs, totals: Longs
) -> tuple[int, int]:
    """Sift lines from `begin` on until the end or until `spans` is full; returns where it stopped and how many spans it filled.

    totals: rows seen, rows kept, bytes kept. Time linear in the bytes.
    """
    size = len(buffer)
    want_date, want_source, want_target, want_code = positions[1], positions[2], positions[3], positions[4]
    marks = np.zeros(8, dtype=np.int64)
    line, field, column, count = begin, begin, 0, 0
    high = False
    i = begin
    while i <= size:
        b = buffer[i] if i < size else np.uint8(NEWLINE)
        if b > NEWLINE:
            if b >= 0x80:
                high = True
            i += 1
            continue
        if b in (TAB, NEWLINE):
            end = i
            if b == NEWLINE and end > field and buffer[end - 1] == RETURN:
                end -= 1
            if column == want_date:
                marks[0], marks[1] = field, end
            elif column == want_source:
                marks[2], marks[3] = field, end
            elif column == want_target:
                marks[4], marks[5] = field, end
            elif column == want_code:
                marks[6], marks[7] = field, end
            if b == TAB:
                column += 1
                field = i + 1
            else:
                if end > line:
                    totals[0] += 1
                    if column != positions[0] - 1:
                        verdict = -1
                    elif high and not _valid_utf8(buffer, line, end):
                        verdict = -2
                    else:
                        verdict = _verdict(buffer, marks, positions, first, second)
                    if verdict == 1:
                        at = totals[2]
                        for k in range(line, end):
                            out[at] = buffer[k]
                            at += 1
                        out[at] = NEWLINE
                        totals[2] = at + 1
                        totals[1] += 1
                    elif verdict < 0:
                        spans[count, 0], spans[count, 1], spans[count, 2] = line, end, -verdict
                        count += 1
                column, high = 0, False
                line = field = i + 1
                if count == len(spans):
                    return i + 1, count
        i += 1
    return size, count
