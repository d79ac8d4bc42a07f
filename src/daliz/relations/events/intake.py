"""Reading any number of event files into a folder of narrow Parquet tables: streaming, resumable, on all cores or on a cluster.

Files are read by a pool of workers (threads here; a Dask cluster where one is named): large ones in pieces, small ones in batches. What is
wanted goes to `parts/`, broken lines go to `rejected/` with file, reason and text, and the ledger `files.jsonl` gains a line for each batch
that is finished, so that a second run reads only what is new. A file that cannot be read is named in the report and leaves nothing behind;
the others are kept.
"""

from __future__ import annotations

import errno
import hashlib
import io
import itertools
import os
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from daliz.corridor.errors import DalizError, MissingExtraError
from daliz.relations.events.gate import ALL_ROOTS, REASONS, VALUE, Rule, pack, sift
from daliz.relations.events.layouts import Layout, layout_of
from daliz.relations.events.ledger import commit, discard_if_empty, open_ledger, stamp, write_whole
from daliz.relations.events.parse import codes_of, text_columns, typed_events
from daliz.relations.events.stream import BLOCK_BYTES, PIECE_BYTES, BrokenFile, Piece, blocks_ahead, pieces

PART_ROWS = 400_000
PARSE_BYTES = 4 << 20
BATCH_BYTES = 24 << 20
BATCH_FILES = 64
CLUSTER_WAIT_S = 20
REASON_WORDS = {
    "columns": "another number of columns",
    "utf8": "broken UTF-8",
    "date": "no date",
    "code": "no CAMEO code with its leading zero",
    "value": "a value that cannot be read",
}


@dataclass
class FileReport:
    """What came of one file: layout, lines seen, events kept, broken lines by reason, unpacked bytes, or why it failed."""

    file: str
    layout: str = ""
    rows: int = 0
    kept: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    error: str = ""


@dataclass(frozen=True)
class IngestReport:
    """What came of all files: a report each, how many had been read before, and the names of all files of the store."""

    folder: Path
    files: tuple[FileReport, ...]
    skipped: int
    known: tuple[str, ...]

    @property
    def rows(self) -> int:
        return sum(report.rows for report in self.files)

    @property
    def kept(self) -> int:
        return sum(report.kept for report in self.files)

    @property
    def bad(self) -> dict[str, int]:
        """Broken lines by reason."""
        total: Counter[str] = Counter()
        for report in self.files:
            total.update(report.bad)
        return dict(total)

    @property
    def failed(self) -> list[FileReport]:
        return [report for report in self.files if report.error]


@dataclass(frozen=True)
class _Wanted:
    """What is kept, and where it goes."""

    folder: Path
    pair: tuple[str, str] | None
    roots: tuple[int, ...]


@dataclass(frozen=True)
class _Task:
    """One worker's load: a piece of a large file, or a batch of small ones."""

    pieces: tuple[Piece, ...]
    wanted: _Wanted
    stem: str


@dataclass
class _Result:
    """What came of a task: a report for each piece, and the parts written."""

    reports: list[FileReport]
    parts: list[str]


_Run = Callable[[list[_Task]], Generator[_Result]]


def ingest(
    inputs: Iterable[Path],
    folder: Path,
    pair: tuple[str, str] | None = None,
    roots: Sequence[int] = (),
    jobs: int = 0,
    cluster: str | None = None,
    tell: Callable[[FileReport], None] | None = None,
) -> IngestReport:
    """Read event files into a store.

    Parameters: inputs (event files of one or several layouts), folder (of the store; made where missing), pair (two countries; None: all
    events between two different countries), roots (CAMEO root codes wanted; none: all), jobs (workers; 0: one a core), cluster (address of
    a Dask scheduler whose workers see the same files), tell (called with each file's report when it is done).
    Returns: what came of each file. Raises: DalizError when no file is given, the store was made with other settings, a file has changed
    since it was read, or the disk is full (what was finished before is kept, and a second run goes on from there).
    """
    paths = list(dict.fromkeys(Path(path) for path in inputs))
    if not paths:
        raise DalizError("no event files given; expected GDELT, ICEWS or POLECAT files")
    settings = {"pair": sorted(pair) if pair else [], "roots": sorted(roots)}
    done = open_ledger(folder, settings)
    fresh = [path for path in paths if str(path.resolve()) not in done]
    for path in paths:
        if path not in fresh and done[str(path.resolve())] != stamp(path):
            raise DalizError(f"{path}: has changed since it was read into {folder}; read the files into a new folder")
    reports: list[FileReport] = []
    try:
        with _pool(jobs, cluster) as run, closing(_read_groups(fresh, _Wanted(folder, pair, tuple(roots)), run)) as groups:
            for group in groups:
                finished = [(path, asdict(report)) for path, report in group.reports if not report.error]
                if finished:
                    commit(folder, finished, group.parts)
                    done |= {str(path.resolve()): stamp(path) for path, _ in finished}
                for _, report in group.reports:
                    reports.append(report)
                    if tell is not None:
                        tell(report)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{len(done)} files are read and kept in {folder}; the same command goes on from there") from None
    except OSError as error:
        wrong = "the disk is full" if error.errno == errno.ENOSPC else f"cannot be written ({error.strerror})"
        raise DalizError(f"{folder}: {wrong}; {len(done)} files are read and kept, the same command goes on from there") from error
    finally:
        discard_if_empty(folder)
    return IngestReport(folder, tuple(reports), len(paths) - len(fresh), tuple(sorted(done)))


@dataclass
class _Group:
    """Files that are finished together: their reports, and the parts that hold their events."""

    reports: list[tuple[Path, FileReport]]
    parts: list[str]


def _read_groups(paths: list[Path], wanted: _Wanted, run: _Run) -> Generator[_Group]:
    """Groups in the order of the paths. All tasks are one stream, so that no core waits for a file to end."""
    plan: list[tuple[list[Path], int]] = []
    tasks: list[_Task] = []
    unreadable: dict[int, _Group] = {}
    for batch in _batches(paths):
        try:
            own = [pieces(path, PIECE_BYTES) for path in batch]
        except BrokenFile as error:
            unreadable[len(plan)] = _Group([(batch[0], FileReport(batch[0].name, error=str(error)))], [])
            plan.append((batch, 0))
            continue
        whole = len(batch) > 1 or len(own[0]) == 1
        loads = [tuple(part for parts in own for part in parts)] if whole else [(part,) for part in own[0]]
        plan.append((batch, len(loads)))
        tasks += [_Task(load, wanted, _stem(load)) for load in loads]
    with closing(run(tasks)) as results:
        for index, (batch, count) in enumerate(plan):
            if index in unreadable:
                yield unreadable[index]
                continue
            yield _group(batch, [next(results) for _ in range(count)], wanted.folder)


def _batches(paths: list[Path]) -> Iterator[list[Path]]:
    """Small files together, large ones and those that cannot be looked at alone."""
    batch: list[Path] = []
    size = 0
    for path in paths:
        bytes_there = (stamp(path) or [BATCH_BYTES])[0]
        if batch and (size + bytes_there > BATCH_BYTES or len(batch) == BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += bytes_there
    if batch:
        yield batch


def _group(batch: list[Path], results: list[_Result], folder: Path) -> _Group:
    if len(batch) > 1:
        (only,) = results
        return _Group(list(zip(batch, only.reports, strict=True)), only.parts)
    report = FileReport(batch[0].name)
    parts = [part for result in results for part in result.parts]
    for result in results:
        _add(report, result.reports[0])
    if report.error:
        for part in parts:
            (folder / part).unlink(missing_ok=True)
        return _Group([(batch[0], FileReport(report.file, report.layout, error=report.error))], [])
    return _Group([(batch[0], report)], parts)


def _add(report: FileReport, piece: FileReport) -> None:
    report.layout = report.layout or piece.layout
    report.rows += piece.rows
    report.kept += piece.kept
    report.bytes += piece.bytes
    report.error = report.error or piece.error
    for reason, count in piece.bad.items():
        report.bad[reason] = report.bad.get(reason, 0) + count


def _stem(load: tuple[Piece, ...]) -> str:
    key = "|".join(f"{piece.path.resolve()}@{piece.start}" for piece in load)
    return f"{load[0].path.name.split('.')[0][:40]}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _rule(layout: Layout, wanted: _Wanted) -> Rule:
    if not layout.name.startswith("gdelt"):
        return Rule(layout.columns)
    at = layout.positions
    mask = sum(1 << root for root in wanted.roots) if wanted.roots else ALL_ROOTS
    sides = [tuple(pack(code) for code in codes_of(country)) for country in wanted.pair] if wanted.pair else [(), ()]
    return Rule(layout.columns, at["date"], at["source"], at["target"], at["code"], sides[0], sides[1], mask)


@dataclass
class _Segment:
    """Wanted lines of one file that are not parsed yet."""

    report: FileReport
    layout: Layout
    kept: bytes
    rows: int


class _Load:
    """One task at work: its buffers, what waits to be parsed and written, and what was written."""

    def __init__(self, task: _Task) -> None:
        self.task = task
        self.parts: list[str] = []
        self.frames: list[pl.DataFrame] = []
        self.rejects: list[bytes] = []
        self.segments: list[_Segment] = []
        self.room = np.empty(0, dtype=np.uint8)

    def run(self) -> _Result:
        alone = len(self.task.pieces) == 1
        reports = []
        for piece in self.task.pieces:
            report = FileReport(piece.path.name)
            before = len(self.segments)
            rejects: list[bytes] = []
            try:
                for segment in self.sifted(piece, report, rejects):
                    self.segments.append(segment)
                    if alone:
                        self.parse_when_full()
            except BrokenFile as error:
                report = FileReport(piece.path.name, report.layout, error=str(error))
                del self.segments[before:]
            else:
                self.rejects += rejects
                self.parse_when_full()
            reports.append(report)
        self.parse()
        self.write_part()
        if self.rejects:
            self.write(f"rejected/{self.task.stem}.tsv", b"".join(self.rejects))
        return _Result(reports, self.parts)

    def sifted(self, piece: Piece, report: FileReport, rejects: list[bytes]) -> Iterator[_Segment]:
        """Wanted lines of a piece, block by block; counts go into the report, broken lines into rejects. Raises: BrokenFile."""
        layout = layout_of(piece.path)
        rule = _rule(layout, self.task.wanted)
        report.layout = layout.name
        skip = layout.header and piece.start == 0
        for block in blocks_ahead(piece):
            if len(self.room) <= block.size:
                self.room = np.empty(max(block.size + 1, BLOCK_BYTES), dtype=np.uint8)
            begin = block.buffer[: block.size].tobytes().find(b"\n") + 1 if skip else 0
            skip = False
            passed = sift(block.buffer, block.size, rule, self.room, begin)
            report.rows += passed.rows
            report.bytes += block.size
            for start, end, reason in passed.bad:
                _reject(rejects, report, reason, block.buffer[start:end].tobytes())
            if passed.kept_rows:
                yield _Segment(report, layout, passed.kept, passed.kept_rows)

    def parse_when_full(self) -> None:
        if sum(len(segment.kept) for segment in self.segments) >= PARSE_BYTES:
            self.parse()

    def parse(self) -> None:
        """Parse what waits, the lines of one layout together, since parsing costs more a call than a line."""
        for layout, group in itertools.groupby(self.segments, key=lambda segment: segment.layout):
            self.frames.append(_parsed(layout, list(group), self.task.wanted, self.rejects))
        self.segments = []
        if sum(frame.height for frame in self.frames) >= PART_ROWS:
            self.write_part()

    def write_part(self) -> None:
        frame = pl.concat(self.frames) if self.frames else pl.DataFrame()
        self.frames = []
        if frame.height:
            buffer = io.BytesIO()
            frame.write_parquet(buffer, compression="zstd", compression_level=1)
            self.write(f"parts/{self.task.stem}-{len(self.parts)}.parquet", buffer.getvalue())

    def write(self, name: str, content: bytes) -> None:
        write_whole(self.task.wanted.folder / name, content)
        self.parts.append(name)


def read_task(task: _Task) -> _Result:
    """Read one load: gate, parse, write. Errors of a file are reported; errors of the disk are raised."""
    return _Load(task).run()


def _parsed(layout: Layout, segments: list[_Segment], wanted: _Wanted, rejects: list[bytes]) -> pl.DataFrame:
    kept = b"".join(segment.kept for segment in segments)
    of_segment = np.repeat(np.arange(len(segments)), [segment.rows for segment in segments])
    frame, unreadable = typed_events(text_columns(kept, layout), layout)
    readable = ~unreadable.to_numpy()
    if unreadable.any():
        lines = kept.split(b"\n")
        for index in unreadable.arg_true():
            _reject(rejects, segments[of_segment[index]].report, VALUE, lines[index])
    frame = frame.with_columns(pl.Series("segment", of_segment[readable]))
    if not layout.name.startswith("gdelt"):
        # The gate tests GDELT's codes; names of countries can be compared only after they are understood.
        frame = frame.filter((pl.col("source") != pl.col("target")).fill_null(False))
        if wanted.pair:
            frame = frame.filter(pl.col("source").is_in(wanted.pair) & pl.col("target").is_in(wanted.pair))
        if wanted.roots:
            frame = frame.filter(pl.col("code").str.slice(0, 2).is_in([f"{root:02d}" for root in wanted.roots]))
    for segment, count in zip(segments, np.bincount(frame["segment"].to_numpy(), minlength=len(segments)), strict=True):
        segment.report.kept += int(count)
    return frame.drop("segment")


def _reject(rejects: list[bytes], report: FileReport, reason: int, line: bytes) -> None:
    word = REASONS[reason]
    report.bad[word] = report.bad.get(word, 0) + 1
    rejects.append(f"{report.file}\t{word}\t".encode() + line + b"\n")


@contextmanager
def _pool(jobs: int, cluster: str | None) -> Iterator[_Run]:
    """Something that maps read_task over tasks, giving results in their order."""
    from joblib import Parallel, delayed, parallel_config

    client = None
    if cluster is not None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingExtraError("cluster", "distributed") from error
        try:
            client = Client(cluster, timeout=CLUSTER_WAIT_S)
        except (OSError, ValueError) as error:
            raise DalizError(f"cluster {cluster!r}: no Dask scheduler answers there ({type(error).__name__})") from error
    backend = parallel_config("dask", wait_for_workers_timeout=30) if client else nullcontext()
    try:
        with backend, warnings.catch_warnings():
            # joblib warns of work that was begun when a run is cut off; the ledger knows what counts.
            warnings.filterwarnings("ignore", "\\d+ tasks", UserWarning)
            if client:
                pool = Parallel(return_as="generator", n_jobs=-1)
            else:
                pool = Parallel(n_jobs=jobs or os.cpu_count() or 1, backend="threading", return_as="generator")
            yield lambda tasks: pool(delayed(read_task)(task) for task in tasks)
    finally:
        if client:
            client.close()
