"""Event files as streams of whole lines: plain, gzipped or zipped, in constant memory."""

from __future__ import annotations

import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import BadGzipFile
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from isal import igzip, isal_zlib
from numpy.typing import NDArray

from daliz.corridor.errors import DalizError
from daliz.relations.events.gate import PAD

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Bytes = NDArray[np.uint8]

BLOCK_BYTES = 2 << 20
NEWLINE = 10
PIECE_BYTES = 64 << 20
PACKED = (".zip", ".gz")
LONGEST_LINE = 4 << 20
HEAD_BYTES = 64 << 10
AHEAD_BYTES = 4 << 20
PACKED_BYTES = 128 << 10
LOCAL_HEADER = struct.Struct("<4s22xHH")
# The type stubs of isal call this class an exception.
InflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]


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
    if path.suffix.lower() in PACKED or total <= size:
        return [Piece(path)]
    starts = list(range(0, total, size))
    return [Piece(path, start, min(start + size, total)) for start in starts]


class _Inflated(RawIOBase):
    """A deflated file in a zip, unpacked while it is read.

    Intel's ISA-L unpacks three times as fast as the zlib behind Python's own zipfile. Raises: zipfile.BadZipFile when the file ends too
    early or differs from its check sum.
    """

    def __init__(self, path: Path, entry: zipfile.ZipInfo) -> None:
        self.entry = entry
        self.packed = path.open("rb")
        self.packed.seek(entry.header_offset)
        mark, name, extra = LOCAL_HEADER.unpack(self.packed.read(LOCAL_HEADER.size))
        if mark != b"PK\x03\x04":
            raise zipfile.BadZipFile("no file where the list of files says")
        self.packed.seek(name + extra, 1)
        self.inflate = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)
        self.check = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: WriteableBuffer) -> int:
        view = memoryview(room)
        text = b""
        while not text and not self.inflate.eof:
            packed = self.inflate.unconsumed_tail or self.packed.read(PACKED_BYTES)
            text = self.inflate.decompress(packed, len(view))
            if not packed and not text:
                raise zipfile.BadZipFile("ends too early")
        view[: len(text)] = text
        self.check = isal_zlib.crc32(text, self.check)
        if self.inflate.eof and self.check != self.entry.CRC:
            raise zipfile.BadZipFile("differs from its check sum")
        return len(text)

    def close(self) -> None:
        self.packed.close()
        super().close()


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The bytes of an event file, unpacked. Raises: BrokenFile when it is damaged or holds no table."""
    try:
        with _unpacked(path) as file:
            yield file
    except (zipfile.BadZipFile, InflateError, EOFError, BadGzipFile, struct.error) as error:
        raise BrokenFile(f"{path}: damaged or cut short ({error}); fetch it again") from error
    except OSError as error:
        if error.errno is not None and error.filename is None:
            raise
        raise BrokenFile(f"{path}: cannot be read ({error.strerror})") from error


def _unpacked(path: Path) -> RawIOBase | BufferedIOBase:
    kind = path.suffix.lower()
    if kind == ".gz":
        return cast(BufferedIOBase, igzip.open(path))
    if kind != ".zip":
        return path.open("rb")
    with zipfile.ZipFile(path) as archive:
        inside = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(inside) != 1:
            raise BrokenFile(f"{path}: holds {len(inside)} files; expected a zip with one event file")
        (entry,) = inside
        if entry.flag_bits & 1:
            raise BrokenFile(f"{path}: locked with a password; unpack it first")
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            return _Inflated(path, entry)
        try:
            return cast(BufferedIOBase, archive.open(entry))
        except NotImplementedError as error:
            raise BrokenFile(f"{path}: packed in an unusual way ({error}); unpack it first") from error


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


@dataclass(frozen=True)
class Block:
    """Whole lines: the first `size` bytes of a buffer that has room for PAD more."""

    buffer: Bytes
    size: int


def blocks(piece: Piece, own: bool = True, size: int = BLOCK_BYTES) -> Iterator[Block]:
    """Whole lines of a piece, some megabytes at a time. A line belongs to the piece in which it starts.

    Parameters: own (True: every block has a buffer of its own; False: the next block overwrites the last), size (bytes read at once).
    Raises: BrokenFile when the file ends in the middle of its compressed data, or a line is longer than LONGEST_LINE.
    """
    with opened(piece.path) as file:
        if piece.start:
            # A line that starts before the piece belongs to the piece before.
            file.seek(piece.start - 1)
            file.readline()
        rest = b""
        buffer = np.empty(0, dtype=np.uint8)
        while True:
            if own or len(buffer) < len(rest) + size + PAD:
                buffer = np.empty(len(rest) + size + PAD, dtype=np.uint8)
            buffer[: len(rest)] = np.frombuffer(rest, dtype=np.uint8)
            room = size if piece.end is None else min(size, piece.end - file.tell())
            got = file.readinto(buffer[len(rest) : len(rest) + room].data) if room > 0 else 0
            filled = len(rest) + got
            if not got:
                break
            if piece.end is not None and file.tell() >= piece.end and buffer[filled - 1] != NEWLINE:
                line = np.frombuffer(file.readline(), dtype=np.uint8)
                buffer = np.concatenate([buffer[:filled], line, np.empty(PAD, dtype=np.uint8)])
                filled += len(line)
            cut = _last_line_end(buffer, filled)
            rest = buffer[cut:filled].tobytes()
            if len(rest) > LONGEST_LINE:
                raise BrokenFile(f"{piece.path}: a line of more than {LONGEST_LINE >> 20} MB; this is no event file")
            if cut:
                yield Block(buffer, cut)
        if rest:
            yield Block(buffer, len(rest))


def _last_line_end(buffer: Bytes, filled: int) -> int:
    """One past the last newline; 0 when there is none."""
    end = filled
    while end > 0:
        start = max(0, end - HEAD_BYTES)
        found = np.flatnonzero(buffer[start:end] == NEWLINE)
        if len(found):
            return start + int(found[-1]) + 1
        end = start
    return 0


def blocks_ahead(piece: Piece) -> Iterator[Block]:
    """The blocks of a piece; a large compressed file is unpacked by a thread of its own."""
    packed = piece.path.suffix.lower() in PACKED and piece.path.stat().st_size > AHEAD_BYTES
    return ahead(blocks(piece)) if packed else blocks(piece, own=False)


def ahead(source: Iterator[Block], depth: int = 2) -> Iterator[Block]:
    """The same blocks, read and unpacked by another thread while the last one is worked on."""
    queue: Queue[Block | BaseException | None] = Queue(maxsize=depth)
    stop = threading.Event()

    def put(item: Block | BaseException | None) -> None:
        while not stop.is_set():
            try:
                queue.put(item, timeout=0.2)
                return
            except Full:
                continue

    def fill() -> None:
        try:
            for block in source:
                put(block)
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
