"""`daliz simulate`: a year of the corridor, event by event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from daliz.corridor import Corridor
    from daliz.freight.simulate import Simulation

SEARCH_REPLICATIONS = 4


def simulate(
    years: Annotated[float, typer.Option(help="Years to count, from 1 January.")] = 1.0,
    replications: Annotated[int, typer.Option(help="Simulated runs; with --precision: at most (default then 1000).")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    precision: Annotated[str, typer.Option(help="Run until half the 95 % interval is this narrow: 2%.")] = "",
    watch: Annotated[str, typer.Option(help="Value to watch for --precision, as in --json: p50_h:xian_port-absheron.")] = "mean_h:all",
    workers: Annotated[int, typer.Option(help="Cores; -1: all. The result does not depend on it.")] = -1,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler: tcp://host:8786.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Keep what is done in this file (.npz), and go on from it.")] = None,
    relation: Annotated[str, typer.Option(help="Tell one relation: origin and destination with '..' between: Xi'an..Absheron.")] = "",
    capacity: Annotated[str, typer.Option(help="Search what a ride can carry: Aktau..Alat.")] = "",
    bottlenecks: Annotated[bool, typer.Option("--bottlenecks", help="Rank what one more crane, ship or track would buy.")] = False,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Rank the assumptions by their weight.")] = False,
    weather: Annotated[bool, typer.Option("--weather", help="Show what the weather costs.")] = False,
    trace: Annotated[Path | None, typer.Option(help="Write every event of one run as Parquet.")] = None,
    box: Annotated[int | None, typer.Option(help="With --trace: tell the journey of this box (from the file when it exists).")] = None,
    strings: Annotated[Path | None, typer.Option(help="Draw trains and ships in space and time (.svg or .png) for --relation.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw the days of transit of --relation (.svg or .png).")] = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate a year of the corridor: how much it carries, how long boxes take, where it chokes."""
    from daliz.corridor import load
    from daliz.freight.simulate.tracing import read_trace

    loaded = load(corridor)
    if trace is not None and box is not None and trace.exists():
        _tell_box(read_trace(trace), box, as_json)
        return
    narrow = _share(precision)
    count = replications or (1000 if narrow else 8)
    simulation = _run(loaded, years, count, seed, narrow, watch, workers, cluster, resume, quiet=as_json)
    ends = _ends(loaded, relation)
    if trace is not None:
        _write_trace(simulation, trace, box, as_json)
    if as_json:
        _print_json(simulation, loaded, capacity, bottlenecks, sensitivity, weather, watch, workers)
    else:
        _tell(simulation, ends)
        _tell_searches(simulation, loaded, capacity, bottlenecks, sensitivity, weather, watch, workers)
    _draw(simulation, ends, chart, strings)


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


def _run(
    corridor: Corridor, years: float, count: int, seed: int, precision: float | None, watch: str, workers: int, cluster: str | None,
    resume: Path | None, quiet: bool,
) -> Simulation:  # fmt: skip
    """Run with a progress bar on the error stream, and say so while the kernel compiles."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from daliz.freight.simulate import simulate as run
    from daliz.freight.simulate.engine import compiled_before

    console = Console(stderr=True, quiet=quiet)
    if not compiled_before():
        console.print("Compiling the simulation kernel; this takes some seconds, once.")
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=count)

        def progress(done: int, total: int, half: float) -> None:
            bar.update(task, completed=done, total=total, description=f"±{100 * half:.1f} %" if half < 10 else "")

        return run(
            corridor, years=years, replications=count, seed=seed, precision=precision, watched=watch, workers=workers, cluster=cluster,
            resume=resume, strict=not corridor.history, progress=progress,
        )  # fmt: skip


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


def _chosen(simulation: Simulation, ends: tuple[str, str] | None) -> tuple[str, str]:
    """The relation asked for, or the one with the most box-days."""
    from daliz.corridor import DalizError
    from daliz.freight.simulate.tally import relations_of

    known = relations_of(simulation.compiled)
    if ends is not None and ends not in known:
        listed = "; ".join(f"{a}..{b}" for a, b in known[:6])
        raise DalizError(f"no demand goes from {ends[0]} to {ends[1]}; among those that are: {listed}")
    if ends is not None:
        return ends
    from daliz.freight.simulate.words import main_demand

    demands = {demand.id: demand for demand in simulation.compiled.demands}
    mains = [demands[main_demand(simulation, pair)] for pair in known]
    changing = [demand for demand in mains if not demand.probe and len(demand.rides) > 1] or mains
    main = max(changing, key=lambda demand: demand.boxes_year * demand.best_h)
    return main.origin, main.destination


def _tell(simulation: Simulation, ends: tuple[str, str] | None) -> None:
    import polars as pl

    from daliz.cli.say import say
    from daliz.freight.simulate import words

    say(words.overview(simulation))
    print()
    say(words.transit_words(simulation, _chosen(simulation, ends)))
    print()
    labels = words.row_labels(simulation)
    waits = simulation.resources.filter(pl.col("wait_h") > 1.0).head(6)
    if waits.height:
        print("Where trains and ships wait longest:")
        for row in waits.iter_rows(named=True):
            use = f", in use {100 * row['use']:.0f} %" if row["use"] is not None else ""
            say(f"{row['wait_h']:5.1f} h  {labels.get(row['row'], row['row'])}{use}", 2)
    if simulation.ships.height:
        print("Round trips:")
        for row in simulation.ships.iter_rows(named=True):
            name = labels[f"fleets/{row['fleet']}"]
            say(f"{row['cycle_days']:5.1f} days  {name} ({row['ships']} ships)", 2)
    for text in words.unsettled(simulation):
        say(f"Unstable: {text}.")
    for demand, why in simulation.compiled.unserved.items():
        if not demand.startswith("probe "):
            say(f"Not carried: {why}.")


def _searches(
    simulation: Simulation, corridor: Corridor, capacity: str, bottlenecks: bool, sensitivity: bool, weather: bool, watch: str, workers: int
) -> dict[str, Any]:
    """The further questions asked, each with its answer."""
    from daliz.freight.simulate import search

    found: dict[str, Any] = {}
    if (ends := _ends(corridor, capacity)) is not None:
        found["capacity"] = search.capacity(corridor, *ends, replications=SEARCH_REPLICATIONS, seed=simulation.plan.seed, workers=workers)
    if bottlenecks:
        found["bottlenecks"] = search.bottlenecks(simulation, workers=workers)
    if sensitivity:
        found["sensitivity"] = search.sensitivity(
            corridor, watch, replications=SEARCH_REPLICATIONS, seed=simulation.plan.seed, workers=workers
        )
    if weather:
        found["weather"] = search.weather_effect(simulation, workers=workers)
    return found


def _tell_searches(
    simulation: Simulation, corridor: Corridor, capacity: str, bottlenecks: bool, sensitivity: bool, weather: bool, watch: str, workers: int
) -> None:
    from daliz.cli.say import say
    from daliz.corridor.figures import readable
    from daliz.freight.simulate import words

    found = _searches(simulation, corridor, capacity, bottlenecks, sensitivity, weather, watch, workers)
    labels = words.row_labels(simulation)
    if "capacity" in found:
        figure = found["capacity"].figure(corridor)
        say(f"{figure.label}: {readable(figure.value)} TEU a year; at {readable(figure.high)} queues no longer settle.")
    if "bottlenecks" in found:
        print("Box-days that one more unit saves in a year (95 % interval):")
        for row in found["bottlenecks"].iter_rows(named=True):
            name = labels.get(row["row"], row["row"])
            say(f"{row['box_days_year']:9,.0f} ({row['low']:,.0f} to {row['high']:,.0f})  {name}: {row['what']}", 2)
    if "sensitivity" in found:
        print(f"{watch} when an assumption is a quarter lower or higher:")
        for row in found["sensitivity"].iter_rows(named=True):
            say(f"{row['lower']:8.1f} to {row['higher']:8.1f}  {row['label']}", 2)
    if "weather" in found:
        print("Days that the weather costs:")
        for row in found["weather"].sort("difference", descending=True).head(10).iter_rows(named=True):
            say(f"{row['difference']:5.1f} ({row['low']:.1f} to {row['high']:.1f})  {row['origin']} to {row['destination']}", 2)


def _print_json(
    simulation: Simulation, corridor: Corridor, capacity: str, bottlenecks: bool, sensitivity: bool, weather: bool, watch: str, workers: int
) -> None:
    from daliz.cli.say import json_text
    from daliz.freight.simulate import words

    found = _searches(simulation, corridor, capacity, bottlenecks, sensitivity, weather, watch, workers)
    figures = [figure.as_dict() for figure in simulation.figures()]
    answer: dict[str, Any] = {
        "seed": simulation.plan.seed,
        "replications": simulation.replications,
        "years": simulation.years,
        "summary": simulation.summary.to_dicts(),
        "transit": simulation.transit.to_dicts(),
        "throughput": simulation.throughput.to_dicts(),
        "resources": simulation.resources.to_dicts(),
        "ships": simulation.ships.to_dicts(),
        "costs": simulation.costs.to_dicts(),
        "unserved": dict(simulation.compiled.unserved),
        "unstable": words.unsettled(simulation),
    }
    if "capacity" in found:
        figures.append(found["capacity"].figure(corridor).as_dict())
        answer["capacity"] = found["capacity"].runs.to_dicts()
    answer |= {name: frame.to_dicts() for name, frame in found.items() if name != "capacity"}
    print(json_text(answer | {"figures": figures}))


def _write_trace(simulation: Simulation, path: Path, box: int | None, quiet: bool) -> None:
    from daliz.freight.simulate.tracing import trace, write_trace

    frame = trace(simulation.compiled, simulation.plan.seed)
    write_trace(frame, path)
    if not quiet:
        print(f"Wrote {frame.height:,} events of one run to {path}.")
        if box is not None:
            _tell_box(frame, box, False)


def _tell_box(frame: Any, box: int, as_json: bool) -> None:
    from daliz.cli.say import json_text
    from daliz.freight.simulate.tracing import journey

    steps = journey(frame, box)
    if as_json:
        print(json_text(steps.to_dicts()))
        return
    print(f"Box {box}: day of the year, what happens")
    for row in steps.iter_rows(named=True):
        if row["event"] == "leaves" and row["what"] != "run":
            continue
        where = " ".join(str(part) for part in (row["what"], "at" if row["place"] else None, row["place"], row["demand"]) if part)
        print(f"{row['hour'] / 24:8.2f}  {row['event']:12s} {where}")


def _draw(simulation: Simulation, ends: tuple[str, str] | None, chart: Path | None, strings: Path | None) -> None:
    if chart is None and strings is None:
        return
    from daliz.draw import save_chart
    from daliz.freight.simulate import pictures, words
    from daliz.freight.simulate.tracing import trace

    relation = _chosen(simulation, ends)
    if chart is not None:
        save_chart(pictures.transit_chart(simulation, relation), chart)
    if strings is not None:
        main = words.main_demand(simulation, relation)
        services = [ride.service for demand in simulation.compiled.demands if demand.id == main for ride in demand.rides]
        frame = trace(simulation.compiled, simulation.plan.seed)
        save_chart(pictures.string_line_chart(frame, simulation, services, 300.0, 40.0), strings)
