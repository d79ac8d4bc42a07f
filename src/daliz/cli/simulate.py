"""`daliz simulate`: a year of the corridor, event by event."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from daliz.corridor import Corridor
    from daliz.freight.simulate import Simulation
    from daliz.freight.simulate.assumptions import Assumptions
    from daliz.freight.simulate.compile import Compiled, Demand

FIRST_DAY, DAYS_DRAWN = 300.0, 30.0  # string lines show the beginning of the stormy season


def simulate(
    years: Annotated[float, typer.Option(help="Years to count, from 1 January.")] = 1.0,
    replications: Annotated[
        int | None, typer.Option(help="Simulated runs: 8 unless given; with --precision at most so many, 1000 unless given.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    precision: Annotated[str, typer.Option(help="Run until half the 95 % interval is this narrow: 2%.")] = "",
    watch: Annotated[
        str,
        typer.Option(
            help="Value for --precision and --sensitivity: p50_h:xian_port-absheron; all are in the file by_replication of --tables."
        ),
    ] = "mean_h:all",
    demand: Annotated[float, typer.Option(help="Factor on all demand: 1.5 is half as much again.")] = 1.0,
    workers: Annotated[int, typer.Option(help="Cores; -1: all. The result does not depend on it.")] = -1,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler: tcp://host:8786.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Keep what is done in this file (.npz), and go on from it.")] = None,
    relation: Annotated[str, typer.Option(help="Tell one relation: origin and destination with '..' between: Xi'an..Absheron.")] = "",
    capacity: Annotated[str, typer.Option(help="Search what a ride can carry: Aktau..Alat.")] = "",
    bottlenecks: Annotated[bool, typer.Option("--bottlenecks", help="Rank what one more crane, ship or track would buy.")] = False,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Rank the assumptions by their weight on --watch.")] = False,
    weather: Annotated[bool, typer.Option("--weather", help="Show what the weather costs.")] = False,
    trace: Annotated[Path | None, typer.Option(help="Write every event of one run as Parquet.")] = None,
    box: Annotated[int | None, typer.Option(help="With --trace: tell the journey of this box (from the file when it exists).")] = None,
    strings: Annotated[
        Path | None, typer.Option(help="Draw trains and ships of --relation in space and time, from day 300 on (.svg or .png).")
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw the days of transit of --relation (.svg or .png).")] = None,
    tables: Annotated[Path | None, typer.Option(help="Write every table of results into this folder (.csv).")] = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate a year of the corridor: how much it carries, how long boxes take, where it chokes."""
    from daliz.cli import simulated as tell
    from daliz.corridor import DalizError, load
    from daliz.freight.simulate.assumptions import Assumptions
    from daliz.freight.simulate.search import riding_demands
    from daliz.freight.simulate.tracing import read_trace

    _check_paths((chart, strings), (chart, strings, trace, resume), tables)
    loaded = load(corridor)
    if box is not None and trace is None:
        raise DalizError("--box tells a journey from a trace: name its file with --trace")
    if trace is not None and box is not None and trace.exists():
        tell.journey(loaded, read_trace(trace), box, as_json)
        return
    if not 0.0 < demand < math.inf:
        raise DalizError(f"--demand {demand:g}: expected a factor above 0")
    assumptions, narrow = Assumptions(demand_factor=demand), _share(precision)
    compiled = _compiled(loaded, years, assumptions)
    way, ride = _relation(compiled, loaded, _ends(loaded, relation)), _ends(loaded, capacity)
    if ride is not None:
        riding_demands(compiled, loaded, *ride)
    count = (1000 if narrow else 8) if replications is None else replications
    simulation = _run(loaded, years, count, seed, narrow, watch, assumptions, workers, cluster, resume, quiet=as_json)
    asked = tell.Asked(ride, bottlenecks, sensitivity, weather, watch, workers)
    if as_json:
        tell.as_json(simulation, asked)
    else:
        tell.year(simulation, way, narrow, watch)
        tell.answers(simulation, asked)
    for line in (*_draw(simulation, way, chart, strings), *_written_tables(simulation, tables), *_write_trace(simulation, trace)):
        if not as_json:
            print(line)
    if trace is not None and box is not None and not as_json:
        tell.journey(loaded, read_trace(trace), box)


def _check_paths(charts: tuple[Path | None, ...], files: tuple[Path | None, ...], folder: Path | None) -> None:
    """What is wrong with files to write is said before time is spent on what goes into them."""
    from daliz.corridor import DalizError

    for path in charts:
        if path is not None and path.suffix not in (".svg", ".png"):
            raise DalizError(f"{path}: a chart is written as .svg or .png")
    for path in files:
        if path is not None and not path.parent.is_dir():
            raise DalizError(f"{path}: the folder {path.parent} does not exist")
    if folder is not None:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not there.is_dir():
            raise DalizError(f"{folder}: expected a folder; {there} is a file")


def _share(text: str) -> float | None:
    """A precision as people write it: 2%, 0.02."""
    from daliz.corridor import DalizError

    if not text:
        return None
    try:
        value = float(text.strip().removesuffix("%")) / (100.0 if text.strip().endswith("%") else 1.0)
    except ValueError:
        raise DalizError(f"--precision {text!r}: expected a share such as 2% or 0.02") from None
    if not 0.0 < value < 1.0:
        raise DalizError(f"--precision {text!r}: expected a share between 0 and 100 %")
    return value


def _compiled(corridor: Corridor, years: float, assumptions: Assumptions) -> Compiled:
    """The model, before any run: what is wrong with tables and options is said at once."""
    from daliz.freight.simulate.compile import compile_corridor
    from daliz.freight.simulate.figures import observed_pairs

    return compile_corridor(corridor, years, assumptions=assumptions, probes=observed_pairs(corridor), strict=not corridor.history)


def _run(
    corridor: Corridor, years: float, count: int, seed: int, precision: float | None, watch: str, assumptions: Assumptions, workers: int,
    cluster: str | None, resume: Path | None, quiet: bool,
) -> Simulation:  # fmt: skip
    """Run with a progress bar on the error stream, and say so while the kernel compiles."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from daliz.freight.simulate import simulate as run
    from daliz.freight.simulate.engine import compiled_before

    console = Console(stderr=True, quiet=quiet)
    if cluster is None and not compiled_before():
        console.print("Compiling the simulation kernel; this takes some seconds, once.")
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count)

        def progress(done: int, total: int, half: float) -> None:
            aim = f" of {100 * precision:g} %" if precision else ""
            bar.update(task, completed=done, total=total, description=f"±{100 * half:.2g} %{aim}" if half < 10 else "")

        try:
            return run(
                corridor, years=years, replications=count, seed=seed, precision=precision, watched=watch, workers=workers,
                cluster=cluster, resume=resume, assumptions=assumptions, strict=not corridor.history, progress=progress,
            )  # fmt: skip
        except KeyboardInterrupt as stopped:
            raise KeyboardInterrupt(str(stopped) or "nothing is kept; with --resume FILE the next time goes on from here") from None


def _ends(corridor: Corridor, text: str) -> tuple[str, str] | None:
    """The two places of 'A..B'."""
    from daliz.corridor import DalizError
    from daliz.corridor.places import find_place

    if not text:
        return None
    first, dots, second = text.partition("..")
    if not dots or not first.strip() or not second.strip():
        raise DalizError(f"{text!r}: expected two places with '..' between, such as Aktau..Alat")
    return find_place(corridor, first.strip()), find_place(corridor, second.strip())


def _relation(compiled: Compiled, corridor: Corridor, ends: tuple[str, str] | None) -> tuple[str, str]:
    """The relation asked for, or the one with the most box-days that changes from service to service."""
    from daliz.corridor import DalizError
    from daliz.corridor.places import short_names
    from daliz.freight.simulate.tally import relations_of

    known = relations_of(compiled)
    if ends is not None and ends not in known:
        names = short_names(corridor)
        near = [pair for pair in known if set(ends) & set(pair)] or known
        listed = "; ".join(f"{names[a]}..{names[b]}" for a, b in near[:6])
        raise DalizError(f"no demand goes from {names[ends[0]]} to {names[ends[1]]}; among those that are: {listed}")
    if ends is not None:
        return ends
    mains: dict[tuple[str, str], Demand] = {}
    for demand in compiled.demands:
        pair = demand.origin, demand.destination
        if not demand.probe and (pair not in mains or demand.boxes_year > mains[pair].boxes_year):
            mains[pair] = demand
    changing = {pair: demand for pair, demand in mains.items() if len(demand.rides) > 1} or mains
    return max(changing, key=lambda pair: changing[pair].boxes_year * changing[pair].best_h)


def _draw(simulation: Simulation, relation: tuple[str, str], chart: Path | None, strings: Path | None) -> list[str]:
    from daliz.draw import save_chart
    from daliz.freight.simulate import pictures, words
    from daliz.freight.simulate.tracing import trace

    written = []
    if chart is not None:
        written.append(save_chart(pictures.transit_chart(simulation, relation), chart))
    if strings is not None:
        main = words.main_demand(simulation, relation)
        services = [ride.service for demand in simulation.compiled.demands if demand.id == main for ride in demand.rides]
        frame = trace(simulation.compiled, simulation.plan.seed)
        last = simulation.years * 365.0
        first = min(FIRST_DAY, max(0.0, last - DAYS_DRAWN))
        written.append(save_chart(pictures.string_line_chart(frame, simulation, services, first, min(DAYS_DRAWN, last - first)), strings))
    return [f"Wrote {path}." for path in written]


def _written_tables(simulation: Simulation, folder: Path | None) -> list[str]:
    from daliz.corridor import DalizError

    if folder is None:
        return []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in simulation.frames().items():
            part = folder / f".{name}.csv.part"
            frame.write_csv(part)
            part.replace(folder / f"{name}.csv")
    except OSError as error:
        raise DalizError(f"{folder}: cannot be written ({error.strerror})") from error
    return [f"Wrote {len(simulation.frames())} tables to {folder}."]


def _write_trace(simulation: Simulation, path: Path | None) -> list[str]:
    from daliz.freight.simulate.tracing import trace, write_trace

    if path is None:
        return []
    frame = trace(simulation.compiled, simulation.plan.seed)
    write_trace(frame, path)
    return [f"Wrote {frame.height:,} events of the first run to {path}."]
