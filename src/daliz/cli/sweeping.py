"""Options that the commands share which put one question to many corridors, and how they show where they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from daliz.assess.sweep import Tell


def _workers(count: int) -> int:
    """A number of processes, or -1 for all cores. Raises: DalizError for another."""
    from daliz.corridor import DalizError

    if count < -1 or count == 0:
        raise DalizError(f"--workers {count}: expected 1 or more, or -1 for all cores")
    return count


WorkersOption = Annotated[int, typer.Option(help="Local processes; -1: all cores.", callback=_workers)]
ClusterOption = Annotated[str | None, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786.")]
KeepOption = Annotated[
    bool, typer.Option("--keep/--no-keep", help="Keep answers, so that none is computed twice and a stopped run goes on.")
]
ReplicationsOption = Annotated[int, typer.Option(min=2, max=10_000, help="Simulated years; more of them, narrower intervals.")]
SeedOption = Annotated[int, typer.Option(help="Seed; the same seed gives the same figures.")]


def _chart_path(path: Path | None) -> Path | None:
    """A path that a chart can be written to; found out before anything is computed. Raises: DalizError when it cannot."""
    from daliz.corridor import DalizError

    if path is None:
        return None
    if path.suffix not in (".svg", ".png"):
        raise DalizError(f"--chart {path}: expected a name that ends in .svg or .png")
    if not path.absolute().parent.is_dir() or path.is_dir():
        raise DalizError(f"--chart {path}: cannot be written; {path.absolute().parent} is no folder that is there")
    return path


ChartOption = Annotated[Path | None, typer.Option(help="Write the chart, .svg or .png.", callback=_chart_path)]


def kept_in(keep: bool) -> Path | None:
    """The folder of kept answers, or None when nothing is to be kept."""
    from daliz.assess.sweep import cache_folder

    return cache_folder() if keep else None


@contextmanager
def progress(keep: bool) -> Iterator[Tell]:
    """Shows how many corridors are done, in a bar on the error stream that goes when all are; says so when it is stopped."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("corridors"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        try:
            yield lambda name, done, total: bar.update(task, completed=done, total=total)
        except KeyboardInterrupt:
            done = bar.tasks[task].completed
            raise KeyboardInterrupt(f"{done:.0f} corridors are {'kept; the same command goes on from there' if keep else 'done'}") from None
