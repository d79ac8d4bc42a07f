"""The simulator beside its peers: corridor-ref in Daliz, SimPy (tuned, idiomatic), salabim and, as far as it can say it, Ciw, in one run; a
thousand years on one core and on two; the embedded corridor; growth with boxes and places.

Times are processor seconds of one thread, so that neighbours on the machine count less. Means must agree: every mean of a peer within four
standard errors of Daliz's.
"""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corridor_ref import (
    FEU_YEAR,
    GAUGE_CRANES,
    GAUGE_H,
    HORIZON_H,
    QUAY_CRANES,
    QUAY_H,
    RUN_1,
    RUN_2,
    RUN_3,
    SAIL,
    corridor_ref,
)
from daliz.freight.simulate import records as r
from daliz.freight.simulate.engine import Engine, Outcome
from daliz.freight.simulate.frames import cargoes_frame, pools_frame, resources_frame, steps_frame
from daliz.freight.simulate.laws import exponential, fixed, triangular
from daliz.freight.simulate.model import Cargo, Model, Pool, Resource, Source, Step

RESULTS = Path(__file__).parent / "results"
YEARS = 60
ALLOWED = 4.0


def timed(task: Callable[[], Any]) -> tuple[Any, float]:
    """What a task gives, and its processor seconds."""
    start = time.process_time()
    result = task()
    return result, time.process_time() - start


def tables(outcome: Outcome) -> dict[str, float]:
    """All tables of a run of corridor-ref, and the means compared."""
    steps, pools, cargoes, _ = steps_frame(outcome), pools_frame(outcome), cargoes_frame(outcome), resources_frame(outcome)
    row = {name: dict(zip(steps.columns, values, strict=True)) for name, *rest in steps.iter_rows() for values in [(name, *rest)]}
    return {
        "delivered": float(cargoes["delivered"][0]),
        "journey_h": float(cargoes["mean_h"][0]),
        "gauge_wait_h": row["G1"]["box_wait_h"],
        "yard_wait_h": float(pools["wait_h"][1]),
        "track_h": row["U1"]["wait_h"] + row["U1 off"]["wait_h"],
        "cycle_h": row["Q1 free"]["cycle_h"],
    }


def reference() -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """corridor-ref in Daliz: seconds a year from tables to tables (laid out anew each year) and of the kernel alone; values by year."""
    from daliz.freight.simulate.kernel import run as kernel

    _, first = timed(lambda: Engine(corridor_ref(), HORIZON_H, lines=False).run(1, 0))
    engine = Engine(corridor_ref(), HORIZON_H, lines=False)
    whole, alone, values = [], [], []
    for year in range(YEARS):
        means, seconds = timed(lambda year=year: tables(engine.run(1, year)))
        values.append(means)
        whole.append(seconds)
        engine.start()
        alone.append(timed(lambda year=year: kernel(engine.ints, engine.floats, 1, year))[1])
    _, layout = timed(lambda: [Engine(corridor_ref(), HORIZON_H, lines=False) for _ in range(20)])
    found = {
        "first_call_s": first,
        "year_ms": 1e3 * (float(np.median(whole)) + layout / 20),
        "kernel_ms": 1e3 * float(np.median(alone)),
        "events_a_year": int(engine.ints[r.H_EVENTS]),
    }
    return found, {name: np.array([value[name] for value in values]) for name in values[0]}


def peers(ours: dict[str, np.ndarray], year_s: float) -> list[dict[str, Any]]:
    """Every peer on corridor-ref: seconds a year, how many times slower, and the widest gap of its means in standard errors."""
    from benchmarks import simulate_salabim, simulate_simpy

    tasks: list[tuple[str, int, Callable[[int], Any]]] = [
        ("SimPy, tuned", 3, lambda seed: simulate_simpy.run(seed, True)),
        ("SimPy, idiomatic", 2, lambda seed: simulate_simpy.run(seed, False)),
        ("salabim", 1, lambda seed: simulate_salabim.run(seed)),
    ]
    rows = []
    for name, years, task in tasks:
        runs = [timed(lambda seed=seed, task=task: task(seed).means()) for seed in range(1, years + 1)]
        gaps = {}
        for measure, values in ours.items():
            theirs = np.array([means[measure] for means, _ in runs])
            error = values.std(ddof=1) * math.sqrt(1.0 / len(values) + 1.0 / len(theirs))
            gaps[measure] = float(abs(theirs.mean() - values.mean()) / error)
        seconds = float(np.median([seconds for _, seconds in runs]))
        widest = max(gaps, key=lambda measure: gaps[measure])
        rows.append(
            {
                "engine": name,
                "year_s": seconds,
                "times": seconds / year_s,
                "widest_gap": gaps[widest],
                "in": widest,
                "agrees": gaps[widest] < ALLOWED,
            }
        )
    return rows


def ciw_part() -> dict[str, Any]:
    """What Ciw can say of corridor-ref: its boxes, one by one, at the four gauge cranes (no trains, yards or ships), in both engines."""
    import ciw

    rate, low, mode, high = FEU_YEAR / HORIZON_H, *GAUGE_H
    hours = HORIZON_H / 4.0
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Triangular(low, mode, high)],
        number_of_servers=[GAUGE_CRANES],
    )

    def theirs() -> float:
        ciw.seed(1)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(hours)
        return float(np.mean([record.waiting_time for record in simulation.get_all_records()]))

    model = Model(
        steps=[Step("gauge", r.SERVE, next="out", resource="cranes", law=triangular(low, mode, high)), Step("out", r.END)],
        resources=[Resource("cranes", servers=GAUGE_CRANES)],
        sources=[Source("S1", exponential(1.0 / rate), step="gauge")],
    )
    engine = Engine(model, hours, lines=False)
    waits = np.array([float(steps_frame(engine.run(2, i))["wait_h"][0]) for i in range(20)])
    _, ours_s = timed(lambda: [steps_frame(engine.run(1, i)) for i in range(20)])
    wait, seconds = timed(theirs)
    gap = float(abs(wait - waits.mean()) / (waits.std(ddof=1) * math.sqrt(1.0 + 1.0 / len(waits))))
    return {
        "engine": "Ciw, gauge cranes only",
        "year_s": 4 * seconds,
        "ours_ms": 4e3 * ours_s / 20,
        "times": seconds / (ours_s / 20),
        "widest_gap": gap,
        "agrees": gap < ALLOWED,
    }


def ciw_in_series() -> dict[str, Any]:
    """The boxes of corridor-ref one by one through all its runs and cranes in Ciw: no trains, no yard, no ships, no weather.

    Ciw says less and still takes so many times what Daliz takes for the whole of corridor-ref; means cannot be compared.
    """
    import ciw

    from benchmarks.simulate_simpy import lognormal_parameters

    rate, part = FEU_YEAR / HORIZON_H, 0.1
    runs = [ciw.dists.Lognormal(*lognormal_parameters(*law)) for law in (RUN_1, RUN_2, SAIL, RUN_3)]
    gauge, quay = ciw.dists.Triangular(*GAUGE_H), ciw.dists.Triangular(*QUAY_H)
    services = [runs[0], gauge, runs[1], quay, runs[2], quay, runs[3]]
    servers = [math.inf, GAUGE_CRANES, math.inf, QUAY_CRANES, math.inf, QUAY_CRANES, math.inf]
    count = len(services)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate), *[None] * (count - 1)],
        service_distributions=services,
        number_of_servers=servers,
        routing=[[1.0 if j == i + 1 else 0.0 for j in range(count)] for i in range(count)],
    )

    def theirs() -> None:
        ciw.seed(1)
        ciw.Simulation(network).simulate_until_max_time(part * HORIZON_H)

    _, seconds = timed(theirs)
    return {"engine": "Ciw, boxes in series", "year_s": seconds / part}


def thousand_years(years: int = 1000) -> dict[str, float]:
    """Wall seconds of a thousand years of corridor-ref on one thread and on two."""
    from joblib import Parallel, delayed

    engines = [Engine(corridor_ref(), HORIZON_H, lines=False) for _ in range(2)]

    def span(engine: Engine, first: int, count: int) -> float:
        return sum(float(tables(engine.run(1, first + i))["journey_h"]) for i in range(count))

    start = time.perf_counter()
    alone = span(engines[0], 0, years)
    one = time.perf_counter() - start
    start = time.perf_counter()
    parts = Parallel(n_jobs=2, prefer="threads")(delayed(span)(engine, i * years // 2, years // 2) for i, engine in enumerate(engines))
    two = time.perf_counter() - start
    assert math.isclose(alone, sum(parts), rel_tol=1e-12)
    return {"years": years, "one_core_s": one, "two_cores_s": two, "gain": one / two}


def embedded() -> dict[str, float]:
    """The embedded corridor with everything in it: milliseconds a year of replication (60 days of warm-up more), and the whole call."""
    from daliz.corridor import load
    from daliz.freight.simulate import simulate
    from daliz.freight.simulate.compile import compile_corridor

    corridor = load()
    compiled = compile_corridor(corridor, strict=False)
    engine = Engine(compiled.model, compiled.horizon_h, compiled.warm_h, compiled.year_h)
    engine.run(1, 0)
    seconds = [timed(lambda i=i: engine.run(1, i))[1] for i in range(20)]
    _, call = timed(lambda: simulate(corridor, replications=8))
    per_year = float(np.median(seconds)) * HORIZON_H / compiled.horizon_h
    return {
        "year_ms": 1e3 * per_year,
        "replication_ms": 1e3 * float(np.median(seconds)),
        "eight_replications_s": call,
        "boxes": float(engine.ints[r.H_BOXES]),
    }


def copies(count: int) -> Model:
    """So many corridors like corridor-ref side by side: more boxes and more places, one event list."""
    from dataclasses import replace

    one = corridor_ref()
    parts: dict[str, list[Any]] = {}
    for i in range(count):
        for kind in ("steps", "resources", "pools", "yards", "sources", "cargoes", "processes", "calendars", "fleets"):
            for row in getattr(one, kind):
                changes: dict[str, Any] = {}
                for name, value in vars(row).items():
                    if (
                        name in ("name", "next", "other", "resource", "pool", "calendar", "start", "yard", "cranes", "cargo", "step")
                        and value
                    ):
                        changes[name] = f"{value} #{i}"
                if kind == "cargoes":
                    changes["legs"] = [(f"{pool} #{i}", f"{step} #{i}") for pool, step in row.legs]
                if kind == "calendars":
                    changes["processes"] = [f"{name} #{i}" for name in row.processes]
                parts.setdefault(kind, []).append(replace(row, **changes))
    return Model(**parts, histograms=False)


def stations(count: int, services: int = 500, calls: int = 20) -> Model:
    """Trains that each call at twenty of so many stations; the number of trains stays the same."""
    rng = np.random.default_rng(1)
    steps, pools, sources, cargoes = [], [], [], []
    for service in range(services):
        chosen = rng.choice(count, calls, replace=count < calls)
        names = [f"{service}.{i}" for i in range(calls)]
        for i, station in enumerate(chosen):
            following = names[i + 1] if i + 1 < calls else f"{service} off"
            steps.append(Step(names[i], r.SERVE, next=following, resource=f"station {station}", law=fixed(0.5)))
        steps += [Step(f"{service} off", r.ALIGHT, next=f"{service} end"), Step(f"{service} end", r.END)]
        pools.append(Pool(f"{service}", size=20, start=names[0], max_wait_h=24.0))
        sources.append(Source(f"{service}", exponential(10.0), cargo=f"{service}"))
        cargoes.append(Cargo(f"{service}", [(f"{service}", f"{service} off")]))
    resources = [Resource(f"station {i}", servers=max(1, 1200 // count)) for i in range(count)]
    return Model(steps=steps, resources=resources, pools=pools, sources=sources, cargoes=cargoes, histograms=False)


def growth() -> list[dict[str, float | str]]:
    """Processor seconds by number of boxes (up to ten million), of stations (up to ten thousand) and of replications."""
    rows: list[dict[str, float | str]] = []
    for count in (1, 3, 10, 30, 100):
        engine = Engine(copies(count), HORIZON_H, lines=False)
        engine.run(1, 0)
        outcome, seconds = timed(lambda engine=engine: engine.run(1, 1))
        boxes = int(outcome.ints[r.H_BOXES])
        rows.append({"of": "boxes", "n": boxes, "seconds": seconds, "per_box_ns": 1e9 * seconds / boxes})
    for count in (10, 100, 1_000, 10_000):
        engine = Engine(stations(count), HORIZON_H, lines=False)
        engine.run(1, 0)
        _, seconds = timed(lambda engine=engine: [engine.run(1, i) for i in range(1, 4)])
        rows.append({"of": "stations", "n": count, "seconds": seconds / 3})
    engine = Engine(corridor_ref(), HORIZON_H, lines=False)
    for count in (10, 100, 1_000):
        _, seconds = timed(lambda count=count: [engine.run(1, i) for i in range(count)])
        rows.append({"of": "replications", "n": count, "seconds": seconds})
    return rows


def growth_chart(rows: list[dict[str, float | str]]) -> Any:
    """Seconds over size, both on logarithmic axes, with labels at the lines' ends."""
    import altair as alt
    import polars as pl

    from daliz.draw import PALETTE

    frame = pl.DataFrame([{key: row[key] for key in ("of", "n", "seconds")} for row in rows])
    last = frame.group_by("of").agg(pl.all().sort_by("n").last())
    x = alt.X("n:Q", scale=alt.Scale(type="log"), title="number of boxes, stations or replications")
    y = alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="processor seconds")
    colour = alt.Color("of:N", scale=alt.Scale(range=list(PALETTE)), legend=None)
    lines = alt.Chart(frame).mark_line(point=True, strokeWidth=2).encode(x=x, y=y, color=colour)
    text = alt.Chart(last).mark_text(align="left", dx=8, fontSize=12).encode(x=x, y=y, text="of:N", color=colour)
    return alt.layer(lines, text).properties(width=560, height=300)


def _finite(value: Any) -> Any:
    """Numbers that JSON has no word for become null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def main() -> None:
    """Run everything, print a table, write results and the chart of growth."""
    from daliz.draw import save_chart

    def say(text: str) -> None:
        print(text, flush=True)

    ref, ours = reference()
    say(f"Daliz, corridor-ref: {ref['year_ms']:.2f} ms a year from tables to tables, of it {ref['kernel_ms']:.2f} ms in the kernel")
    say(f"first call (compiles, or loads from the cache): {ref['first_call_s']:.1f} s")
    rows = [*peers(ours, ref["year_ms"] / 1e3), ciw_part()]
    series = ciw_in_series()
    rows.append(series | {"times": 1e3 * series["year_s"] / ref["year_ms"], "widest_gap": math.nan, "agrees": None})
    say(f"{'engine':26s} {'s a year':>9s} {'times':>8s} {'widest gap (standard errors)':>30s}")
    for row in rows:
        apart = "  DIFFERS" if row["agrees"] is False else ""
        say(f"{row['engine']:26s} {row['year_s']:9.3f} {row['times']:8.0f} {row['widest_gap']:30.2f}{apart}")
    many = thousand_years()
    say(f"1,000 years: {many['one_core_s']:.2f} s on one core, {many['two_cores_s']:.2f} s on two ({many['gain']:.2f} times)")
    whole = embedded()
    say(f"embedded corridor: {whole['year_ms']:.1f} ms a year; {whole['replication_ms']:.1f} ms with 60 days of warm-up")
    say(f"eight replications, from tables to tables: {whole['eight_replications_s']:.2f} s")
    grown = growth()
    for entry in grown:
        say(f"{entry['of']:14s} {entry['n']:>12,} {entry['seconds']:9.4f} s")
    save_chart(growth_chart(grown), RESULTS / "simulate_growth.svg")
    result = {"machine": platform.processor() or platform.machine(), "python": platform.python_version(), "reference": ref, "peers": rows}
    result |= {
        "means": {name: float(values.mean()) for name, values in ours.items()},
        "thousand_years": many,
        "embedded": whole,
        "growth": grown,
    }
    (RESULTS / "simulate.json").write_text(json.dumps(_finite(result), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
