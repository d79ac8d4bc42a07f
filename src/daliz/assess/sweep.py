"""Sweeps: one question put to many corridors, on all cores or on a Dask cluster, each answer kept so that it is never computed twice.

Work is mapped by joblib; with a scheduler's address it goes to a Dask cluster, which gives a lost worker's tasks to another. An answer is a
tidy Polars frame, written to the cache whole as soon as it is there, so that a stopped sweep goes on where it was.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

import daliz
from daliz.corridor import Corridor, DalizError, MissingExtraError

Question = Callable[..., pl.DataFrame]
Tell = Callable[[str, int, int], None]
"""Called as answers come in: the corridor's name, how many are there, of how many."""


def silent(name: str, done: int, total: int) -> None:
    """Tells nothing."""


def cache_folder() -> Path:
    """Where answers are kept: DALIZ_CACHE, or `daliz` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(os.environ.get("DALIZ_CACHE") or (Path(base) if base else Path.home() / ".cache") / "daliz")


@cache
def _code() -> str:
    """A name for the code of all engines: an answer of other code is no answer."""
    digest = hashlib.sha256()
    package = Path(daliz.__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def answer_key(
    corridor: Corridor,
    question: Question,
    settings: Mapping[str, Any],
    tables: Sequence[str] | None = None,
    known: dict[int, str] | None = None,
) -> str:
    """The name of an answer: it depends on the tables that the question reads (default: all), the question, its settings and Daliz's own
    code. `known` keeps the fingerprints of tables by their identity while several corridors share them."""
    known = {} if known is None else known
    prints = []
    for name in tables or corridor.tables:
        frame = corridor[name]
        if id(frame) not in known:
            known[id(frame)] = Corridor({name: frame}).fingerprint
        prints.append(known[id(frame)])
    parts = (_code(), question.__module__, question.__qualname__, repr(sorted(settings.items())), *prints)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _kept(folder: Path, key: str) -> pl.DataFrame | None:
    path = folder / f"{key}.parquet"
    try:
        return pl.read_parquet(path)
    except FileNotFoundError:
        return None
    except (OSError, pl.exceptions.PolarsError):
        path.unlink(missing_ok=True)  # half a file of an older crash: compute it again
        return None


def _keep(folder: Path, key: str, answer: pl.DataFrame) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{key}.{os.getpid()}"
        answer.write_parquet(temporary)
        temporary.replace(folder / f"{key}.parquet")
    except OSError as error:
        raise DalizError(f"{folder}: answers cannot be kept there ({error.strerror}); set DALIZ_CACHE to another folder") from error


@contextmanager
def mapped(workers: int, cluster: str | None) -> Iterator[Any]:
    """A joblib runner over local processes, or over the Dask cluster at an address. Raises: DalizError when it cannot be reached."""
    from joblib import Parallel, parallel_config

    if cluster is None:
        yield Parallel(n_jobs=workers, return_as="generator_unordered")
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("cluster", "distributed") from error
    try:
        client = Client(cluster, timeout="10s")
    except (OSError, ValueError, TimeoutError, MemoryError) as error:
        # MemoryError: something answers there, but takes another language's greeting for the length of a message.
        raise DalizError(f"no Dask scheduler answers at {cluster!r}; expected an address such as tcp://host:8786") from error
    with client, parallel_config(backend="dask"):
        yield Parallel(return_as="generator_unordered")


def _answer(name: str, question: Question, corridor: Corridor, settings: Mapping[str, Any]) -> tuple[str, pl.DataFrame]:
    return name, question(corridor, **settings)


def sweep(
    corridors: Mapping[str, Corridor],
    question: Question,
    settings: Mapping[str, Any],
    *,
    tables: Sequence[str] | None = None,
    workers: int = 1,
    cluster: str | None = None,
    kept_in: Path | None = None,
    tell: Tell = silent,
) -> dict[str, pl.DataFrame]:
    """Put a question to each corridor.

    Parameters: corridors (by name), question (a module's function: corridor, settings -> tidy frame), settings (its keyword arguments),
    tables (those that the question reads; corridors that agree in them share one answer; default: all), workers (local processes), cluster
    (address of a Dask scheduler; takes the place of workers), kept_in (folder of kept answers; None keeps nothing), tell (called with each
    name as its answer is there, how many are there, and of how many).
    Returns: answers by name, in the order of the corridors.
    Raises: DalizError, and what the question raises; answers found so far are kept.
    """
    known: dict[int, str] = {}
    keys = {name: answer_key(corridor, question, settings, tables, known) for name, corridor in corridors.items()}
    found = {key: kept for key in dict.fromkeys(keys.values()) if kept_in and (kept := _kept(kept_in, key)) is not None}
    first = {key: name for name, key in reversed(keys.items())}
    rest = [first[key] for key in dict.fromkeys(keys.values()) if key not in found]
    told = 0
    for told, name in enumerate((name for name, key in keys.items() if key in found), start=1):
        tell(name, told, len(keys))
    for name, answer in _computed(rest, corridors, question, settings, workers, cluster):
        if kept_in:
            _keep(kept_in, keys[name], answer)
        found[keys[name]] = answer
        for alike in (other for other, key in keys.items() if key == keys[name]):
            told += 1
            tell(alike, told, len(keys))
    return {name: found[key] for name, key in keys.items()}


def _computed(
    names: Sequence[str],
    corridors: Mapping[str, Corridor],
    question: Question,
    settings: Mapping[str, Any],
    workers: int,
    cluster: str | None,
) -> Iterator[tuple[str, pl.DataFrame]]:
    if not names:
        return
    if cluster is None and workers == 1:
        for name in names:
            yield _answer(name, question, corridors[name], settings)
        return
    from joblib import delayed

    with mapped(workers, cluster) as parallel:
        yield from parallel(delayed(_answer)(name, question, corridors[name], settings) for name in names)
