"""Replications: run until enough are done or the interval is narrow enough, on all cores or on a Dask cluster, stopped and resumed at will.

Replications are run and summed in chunks of a fixed size and in their order, so that the result is the same to the last bit on any number
of workers. Confidence intervals: Student's t over replications (Law 2015, ch. 9).
"""

from __future__ import annotations

import hashlib
import math
import pickle
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from daliz.corridor.errors import DalizError, MissingExtraError
from daliz.freight.simulate.compile import Compiled
from daliz.freight.simulate.engine import Engine
from daliz.freight.simulate.layout import Room
from daliz.freight.simulate.tally import Reader, Tally

CHUNK = 4
FEWEST = 8
TRIES = 5
DASK_PORT = 8786
USUAL_ROOM = Room(slots=1024, carriers=4096, boxes=65536)
Progress = Callable[[int, int, float], None]

_engines = threading.local()


@dataclass(frozen=True)
class Plan:
    """What is to be run: replications (at most, when a precision is asked), seed, precision (half the 95 % interval over the mean of the
    value named by `watched`), workers (cores of this machine), cluster (address of a Dask scheduler), resume (file of what was done)."""

    replications: int
    seed: int = 1
    precision: float | None = None
    watched: str = "mean_h:all"
    workers: int = 1
    cluster: str | None = None
    resume: Path | None = None


def half_width(values: NDArray[Any], confidence: float = 0.95) -> float:
    """Half the confidence interval of the mean of some values; infinite for fewer than two."""
    kept = values[~np.isnan(values)]
    if len(kept) < 2:
        return math.inf
    return float(stdtrit(len(kept) - 1, 0.5 + confidence / 2) * kept.std(ddof=1) / math.sqrt(len(kept)))


def replicate(compiled: Compiled, plan: Plan, progress: Progress | None = None) -> tuple[Tally, list[str]]:
    """Run replications; returns their tally and the names of its values.

    Raises: DalizError for a plan that makes no sense; KeyboardInterrupt after what is done was written, when `resume` names a file.
    """
    _check(plan)
    names = _reader(compiled)[1].names
    key = fingerprint(compiled, plan.seed)
    kept = _Kept(_index(names, plan.watched), _load(plan.resume, key))
    try:
        for chunk in _chunks(compiled, plan, key, kept.done):
            if kept.enough(plan):
                break
            kept.add(chunk)
            if plan.resume is not None:
                _save(plan.resume, key, kept.tally())
            if progress is not None:
                progress(kept.done, plan.replications, kept.relative())
    except KeyboardInterrupt:
        if plan.resume is None or kept.done == 0:
            raise
        raise KeyboardInterrupt(f"{kept.done} replications are kept in {plan.resume}; the same command goes on from there") from None
    return kept.tally(), names


class _Kept:
    """Replications so far: their rows as they came, their sums, and the value watched."""

    def __init__(self, watched: int, before: Tally | None) -> None:
        self.watched = watched
        self.rows: list[NDArray[Any]] = [] if before is None else [before.values]
        self.sums: dict[str, NDArray[Any]] = {} if before is None else before.sums
        self.seen: list[float] = [] if before is None else before.values[:, watched].tolist()

    @property
    def done(self) -> int:
        return len(self.seen)

    def add(self, chunk: Tally) -> None:
        self.rows.append(chunk.values)
        self.seen += chunk.values[:, self.watched].tolist()
        self.sums = {name: total + chunk.sums[name] for name, total in self.sums.items()} if self.sums else chunk.sums

    def relative(self) -> float:
        values = np.array(self.seen)
        mean = float(np.nanmean(values)) if not np.isnan(values).all() else 0.0
        return half_width(values) / abs(mean) if mean else math.inf

    def enough(self, plan: Plan) -> bool:
        if self.done >= plan.replications:
            return True
        return plan.precision is not None and self.done >= FEWEST and self.relative() <= plan.precision

    def tally(self) -> Tally:
        return Tally(np.concatenate(self.rows), self.sums)


def _check(plan: Plan) -> None:
    if plan.replications < 1:
        raise DalizError(f"replications = {plan.replications}, expected at least 1")
    if plan.precision is not None and not 0.0 < plan.precision < 1.0:
        raise DalizError(f"precision = {plan.precision:g}, expected a share between 0 and 1 (2 % is 0.02)")
    if plan.workers < 1 and plan.workers != -1:
        raise DalizError(f"workers = {plan.workers}, expected at least 1, or -1 for all cores")
    if not -(2**63) <= plan.seed < 2**63:
        raise DalizError(f"seed = {plan.seed}, expected a whole number of at most 18 digits")


def _index(names: list[str], watched: str) -> int:
    if watched not in names:
        from daliz.corridor.names import did_you_mean

        near = did_you_mean(watched, names) or "; values are a measure and its subject, such as mean_h:all"
        raise DalizError(f"no value {watched!r} to watch{near}")
    return names.index(watched)


def fingerprint(compiled: Compiled, seed: int) -> str:
    """A name for a model, seed and kernel, so that nothing is resumed that belongs to another."""
    from daliz.freight.simulate.kernel import TEXT

    return hashlib.blake2b(pickle.dumps((TEXT, compiled.model, compiled.horizon_h, compiled.warm_h, seed)), digest_size=12).hexdigest()


# ---- one chunk


def _reader(compiled: Compiled) -> tuple[Engine, Reader]:
    """The engine of this thread for a model; arrays are kept between chunks."""
    held = getattr(_engines, "held", None)
    if held is None or held[0] is not compiled:
        engine = Engine(compiled.model, compiled.horizon_h, compiled.warm_h, compiled.year_h, USUAL_ROOM)
        held = _engines.held = (compiled, engine, Reader(compiled, engine))
    return held[1], held[2]


def run_chunk(compiled: Compiled, seed: int, first: int, count: int) -> Tally:
    """Run `count` replications from number `first` on."""
    engine, reader = _reader(compiled)
    tally = reader.read(engine.run(seed, first))
    for replication in range(first + 1, first + count):
        tally = tally.add(reader.read(engine.run(seed, replication)))
    return tally


_sent: dict[str, Compiled] = {}


def run_sent_chunk(key: str, packed: bytes, seed: int, first: int, count: int) -> Tally:
    """As `run_chunk`, on a machine of a cluster: the model comes packed and is unpacked once."""
    if key not in _sent:
        _sent.clear()
        _sent[key] = pickle.loads(packed)
    return run_chunk(_sent[key], seed, first, count)


def _spans(plan: Plan, first: int) -> list[tuple[int, int]]:
    return [(start, min(CHUNK, plan.replications - start)) for start in range(first, plan.replications, CHUNK)]


def _chunks(compiled: Compiled, plan: Plan, key: str, first: int) -> Iterator[Tally]:
    spans = _spans(plan, first)
    if plan.cluster is not None:
        yield from _on_cluster(compiled, plan, key, spans)
    elif plan.workers == 1 or len(spans) < 2:
        for start, count in spans:
            yield run_chunk(compiled, plan.seed, start, count)
    else:
        from joblib import Parallel, delayed

        # Threads: the kernel holds no lock of Python's, and the arrays need not be copied between processes.
        pool = Parallel(n_jobs=plan.workers, prefer="threads", return_as="generator", pre_dispatch="2*n_jobs")
        results = pool(delayed(run_chunk)(compiled, plan.seed, start, count) for start, count in spans)
        try:
            yield from results
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # joblib warns of chunks begun that precision no longer needs
                results.close()


def _on_cluster(compiled: Compiled, plan: Plan, key: str, spans: list[tuple[int, int]]) -> Iterator[Tally]:
    """Send chunks to a Dask cluster and take them back in order; a chunk whose worker dies is sent to another."""
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("cluster", "distributed") from error
    assert plan.cluster is not None
    try:
        _knock(plan.cluster)
        client = Client(plan.cluster, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise DalizError(
            f"no Dask scheduler answers at {plan.cluster!r} ({type(error).__name__}); expected an address such as tcp://host:8786"
        ) from error
    packed = pickle.dumps(compiled)  # sent with every chunk: data left on a worker would be lost with it
    with client:

        def send(span: tuple[int, int]) -> Any:
            return client.submit(run_sent_chunk, key, packed, plan.seed, *span, pure=False, retries=TRIES)

        window = 4 * max(1, sum(client.nthreads().values()))
        waiting = [(span, send(span)) for span in spans[:window]]
        following = window
        while waiting:
            span, future = waiting.pop(0)
            yield _taken_back(span, future, send)
            if following < len(spans):
                waiting.append((spans[following], send(spans[following])))
                following += 1


def _knock(address: str) -> None:
    """Ask at the door first: Dask's client, once refused, takes half a minute to say so and leaves its own complaints behind."""
    from urllib.parse import urlsplit

    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.scheme in ("tcp", "tls"):
        socket.create_connection((parts.hostname or "", parts.port or DASK_PORT), timeout=10.0).close()


def _taken_back(span: tuple[int, int], future: Any, send: Callable[[tuple[int, int]], Any]) -> Tally:
    """The tally of a chunk; what a dying worker took with it is sent again."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    for _ in range(TRIES):
        try:
            tally: Tally = future.result()
            return tally
        except (CancelledError, KilledWorker):
            future = send(span)
    raise DalizError(f"replications {span[0]} to {span[0] + span[1] - 1} were lost {TRIES} times; the cluster's workers keep dying")


# ---- stopping and going on


def _save(path: Path, key: str, tally: Tally) -> None:
    temporary = path.with_name(f".{path.name}.part.npz")
    arrays: dict[str, Any] = {"key": np.array(key), "values": tally.values}
    arrays |= {f"sum_{name}": total for name, total in tally.sums.items()}
    try:
        np.savez(temporary, **arrays)
        temporary.replace(path)
    except OSError as error:
        raise DalizError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)


def _load(path: Path | None, key: str) -> Tally | None:
    if path is None or not path.exists():
        return None
    try:
        with np.load(path) as held:
            if str(held["key"]) != key:
                raise DalizError(f"{path}: holds replications of another model or seed; name another file, or remove it")
            sums = {name.removeprefix("sum_"): held[name] for name in held.files if name.startswith("sum_")}
            return Tally(held["values"], sums)
    except (OSError, ValueError, KeyError) as error:
        raise DalizError(f"{path}: cannot be read as kept replications ({type(error).__name__})") from error
