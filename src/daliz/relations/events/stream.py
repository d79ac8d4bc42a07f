"""Event files as streams of whole lines: plain, gzipped or zipped, in constant memory."""

from __future__ import annotations

import gzip
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from typing import IO

from daliz.corridor.errors import DalizError

CHUNK_BYTES = 8 << 20
PIECE_BYTES = 256 << 20
LONGEST_LINE = 4 << 20
HEAD_BYTES = 64 << 10
AHEAD_BYTES = 4 << 20


@dataclass(frozen=True)
class Piece:
    """A part of a file that one worker reads: a range of bytes of a plain file, or all of a compressed one."""

    path: Path
    start: int = 0
    end: int | None = None


class BrokenFile(DalizError):
    """A file that cannot be read to its end."""


def pieces(path: Path, size: int = PIECE_BYTES) -> list[Piece]:
    """Pieces of a file for several workers. Raises: BrokenFile when it cannot be read."""
    try:
        total = path.stat().st_size
        if path.is_dir():
            raise BrokenFile(f"{path}: a folder; expected an event file")
    except OSError as error:
        raise BrokenFile(f"{path}: cannot be read ({error.strerror})") from error
    if path.suffix.lower() in (".zip", ".gz") or total <= size:
        return [Piece(path)]
    starts = list(range(0, total, size))
    return [Piece(path, start, min(start + size, total)) for start in starts]


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of an event file, unpacked. Raises: BrokenFile when it is damaged or holds no table."""
    kind = path.suffix.lower()
    try:
        if kind == ".zip":
            with zipfile.ZipFile(path) as archive:
                inside = [name for name in archive.namelist() if not name.endswith("/")]
                if len(inside) != 1:
                    raise BrokenFile(f"{path}: holds {len(inside)} files; expected a zip with one event file")
                with archive.open(inside[0]) as file:
                    yield file
        elif kind == ".gz":
            with gzip.open(path) as file:
                yield file  # type: ignore[misc]
        else:
            with path.open("rb") as file:
                yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise BrokenFile(f"{path}: damaged or cut short ({error}); fetch it again") from error
    except OSError as error:
        if error.errno is not None and error.filename is None:
            raise
        raise BrokenFile(f"{path}: cannot be read ({error.strerror})") from error


def first_lines(path: Path, count: int = 2) -> list[bytes]:
    """The first lines of a file, without their ends. Raises: BrokenFile."""
    with opened(path) as file:
        head = file.read(HEAD_BYTES)
        while head.count(b"\n") < count and len(head) < LONGEST_LINE:
            more = file.read(HEAD_BYTES)
            if not more:
                break
            head += more
    if head[:4] == b"PK\x03\x04":
        raise BrokenFile(f"{path}: is a zip under another name; call it .zip")
    return [line.rstrip(b"\r") for line in head.split(b"\n")[:count]]


def chunks(piece: Piece, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Whole lines of a piece, some megabytes at a time. A line belongs to the piece in which it starts.

    Raises: BrokenFile when the file ends in the middle of its compressed data, or a line is longer than LONGEST_LINE.
    """
    with opened(piece.path) as file:
        rest = b""
        if piece.start:
            # A line that starts before the piece belongs to the piece before.
            file.seek(piece.start - 1)
            file.readline()
        while True:
            room = size if piece.end is None else min(size, piece.end - file.tell())
            block = file.read(room) if room > 0 else b""
            if not block:
                break
            if room < size or (piece.end is not None and file.tell() >= piece.end):
                block += file.readline()
            cut = block.rfind(b"\n") + 1
            if not cut:
                rest += block
                if len(rest) > LONGEST_LINE + size:
                    raise BrokenFile(f"{piece.path}: a line of more than {LONGEST_LINE >> 20} MB; this is no event file")
                continue
            yield rest + block[:cut] if rest else block[:cut]
            rest = block[cut:]
        if rest:
            yield rest


def chunks_ahead(piece: Piece) -> Iterator[bytes]:
    """The chunks of a piece; those of a large one are read and unpacked by a thread of their own."""
    small = piece.path.stat().st_size < AHEAD_BYTES
    return chunks(piece) if small else ahead(chunks(piece))


def ahead(source: Iterator[bytes], depth: int = 2) -> Iterator[bytes]:
    """The same chunks, read and unpacked by another thread while the last one is worked on."""
    queue: Queue[bytes | BaseException | None] = Queue(maxsize=depth)
    stop = threading.Event()

    def put(item: bytes | BaseException | None) -> None:
        while not stop.is_set():
            try:
                queue.put(item, timeout=0.2)
                return
            except Full:
                continue

    def fill() -> None:
        try:
            for chunk in source:
                put(chunk)
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    worker = threading.Thread(target=fill, daemon=True)
    worker.start()
    try:
        while True:
            try:
                item = queue.get(timeout=0.2)
            except Empty:
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        worker.join()
