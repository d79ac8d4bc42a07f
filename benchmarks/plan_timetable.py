"""Earliest arrival with fewest rides beside nigiri (the core of MOTIS), pyraptor and graph libraries, in one run on the same feeds.

Feeds: a day of SNCF Intercités and one of Porto Alegre's buses (from the external cases, skipped where they are absent), and a made day of
about 778,000 stop events. Every engine reads the same files: plain stops, minutes, one service. Questions alternate between engines, so
that the load of the machine falls on both. nigiri caps journeys at 24 hours, so ours are capped for the comparison of fronts. nigiri
builds journey objects in its answer and Daliz keeps parents to build them from; that step is measured too ("with journeys").
pyraptor pins old numpy and pandas: name the Python of an environment that has it in DALIZ_PYRAPTOR.
"""

from __future__ import annotations

import csv
import datetime
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from daliz.freight.plan.feed import Feed, read_feed
from daliz.freight.plan.timetable import Timetable

CASES = Path(os.environ.get("DALIZ_CASES", Path(__file__).parents[2] / "shared" / "cases"))
RESULTS = Path(__file__).parent / "results"
DAY = date(2026, 1, 5)
QUESTIONS, GRAPH_QUESTIONS, PYRAPTOR_QUESTIONS = 600, 8, 10
RIDES, CHANGE_MIN, CAP_MIN = 7, 2, 1_440
TARGETS = {"sncf": (None, 0.3), "porto_alegre": (0.3, 0.6), "made": (2.5, None)}
"""Most milliseconds, and most of nigiri's time."""
Question = tuple[int, int, int]


def write_day(folder: Path, stops: list[tuple[str, float, float]], events: pl.DataFrame) -> Path:
    """A feed of one day. Parameters: stops (id, lat, lon), events (trip, stop, arrives, leaves in minutes; sorted)."""
    folder.mkdir(parents=True)

    def table(name: str, head: list[str], rows: Any) -> None:
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(head)
            writer.writerows(rows)

    clock = pl.col("arrives") // 60, pl.col("leaves") // 60
    text = [
        pl.format("{}:{}:00", hour.cast(pl.String).str.zfill(2), (pl.col(name) % 60).cast(pl.String).str.zfill(2)).alias(name)
        for hour, name in zip(clock, ("arrives", "leaves"), strict=True)
    ]
    sequence = pl.int_range(pl.len()).over("trip").alias("stop_sequence")
    ids = pl.DataFrame({"stop": np.arange(len(stops)), "stop_id": [stop for stop, _, _ in stops]})
    written = events.with_columns(*text, sequence).join(ids, on="stop", maintain_order="left")
    written.select(
        pl.format("t{}", "trip").alias("trip_id"),
        pl.col("arrives").alias("arrival_time"),
        pl.col("leaves").alias("departure_time"),
        "stop_id",
        "stop_sequence",
    ).write_csv(folder / "stop_times.txt")
    patterns = events.group_by("trip", maintain_order=True).agg("stop")
    route = patterns["stop"].rle_id() if not patterns.height else pl.Series(_ids([tuple(x) for x in patterns["stop"].to_list()]))
    table("agency.txt", ["agency_id", "agency_name", "agency_url", "agency_timezone"], [["A", "A", "http://localhost", "UTC"]])
    table("calendar_dates.txt", ["service_id", "date", "exception_type"], [["S", f"{DAY:%Y%m%d}", 1]])
    table(
        "trips.txt",
        ["route_id", "service_id", "trip_id", "trip_short_name", "trip_long_name"],
        ([f"r{r}", "S", f"t{trip}", trip, "x"] for trip, r in zip(patterns["trip"], route, strict=True)),
    )
    table(
        "routes.txt",
        ["route_id", "agency_id", "route_short_name", "route_long_name", "route_type"],
        ([f"r{r}", "A", "r", "r", 2] for r in sorted(set(route))),
    )
    table("stops.txt", ["stop_id", "stop_name", "stop_lat", "stop_lon"], ([stop, stop, lat, lon] for stop, lat, lon in stops))
    return folder


def _ids(values: list[tuple[int, ...]]) -> list[int]:
    seen: dict[tuple[int, ...], int] = {}
    return [seen.setdefault(value, len(seen)) for value in values]


def real_day(feed: Feed, day: date) -> tuple[list[tuple[str, float, float]], pl.DataFrame]:
    """Stops and events of one day of a feed."""
    trips = feed.trips.filter(pl.col("service_id").is_in(list(feed.running(day))))["trip"]
    events = feed.stop_times.filter(pl.col("trip").is_in(trips.implode()))
    minutes = [(pl.col(f"{name}_s") // 60).alias(name) for name in ("arrives", "leaves")]
    stops = [(row["stop_id"], float(row["stop_lat"]), float(row["stop_lon"])) for row in feed.stops.iter_rows(named=True)]
    return stops, events.select("trip", "stop", *minutes)


def made_day(stops: int = 3_000, lines: int = 1_500, trips: int = 20, seed: int = 3) -> tuple[list[tuple[str, float, float]], pl.DataFrame]:
    """A made day: lines along shortest ways between hubs and far stops of a random planar network, both ways, about 20 trips each."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import Delaunay

    rng = np.random.default_rng(seed)
    xy = rng.random((stops, 2)) * np.array([20.0, 10.0]) + np.array([40, 35])
    edges = {tuple(sorted((int(a), int(b)))) for corner in Delaunay(xy).simplices for a, b in zip(corner, np.roll(corner, 1), strict=True)}
    ends = np.array(sorted(edges))
    km = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T) * 100
    graph = csr_matrix((km, (ends[:, 0], ends[:, 1])), shape=(stops, stops))
    graph = graph + graph.T
    weight = 1 / (1 + np.arange(stops)) ** 0.6
    hubs = rng.permutation(stops)[rng.choice(stops, lines, p=weight / weight.sum())]
    far, before = dijkstra(graph, indices=hubs, return_predecessors=True)
    columns: dict[str, list[int]] = {"trip": [], "stop": [], "arrives": [], "leaves": []}
    trip = 0
    for line in range(lines):
        way = [int(rng.choice(np.flatnonzero((far[line] > 200) & (far[line] < 900))))]
        while way[-1] != hubs[line]:
            way.append(int(before[line, way[-1]]))
        kept = [way[-1], *(stop for stop in way[-2:0:-1] if rng.random() < 0.6), way[0]]
        for stations in (kept, kept[::-1]):
            run = np.maximum(2, np.round(np.hypot(*(xy[stations[1:]] - xy[stations[:-1]]).T) * 100)).astype(int)
            stand = rng.integers(1, 4, len(stations))
            for start in np.unique(rng.integers(240, 1_380, max(2, int(rng.poisson(trips))))).tolist():
                at = start
                for i, stop in enumerate(stations):
                    leaves = at if i == 0 else at + int(stand[i])
                    for name, value in zip(columns, (trip, stop, at, leaves), strict=True):
                        columns[name].append(value)
                    at = leaves + int(run[i]) if i < len(run) else leaves
                trip += 1
    return [(f"s{i}", float(lat), float(lon)) for i, (lon, lat) in enumerate(xy)], pl.DataFrame(columns)


@dataclass(frozen=True)
class Loaded:
    """An engine's timetable with how long it took to load (seconds) and by how much the process grew (MB)."""

    table: Any
    seconds: float
    grown_mb: float


def _loaded(load: Any) -> Loaded:
    start, before = time.perf_counter(), _now_mb()
    table = load()
    return Loaded(table, time.perf_counter() - start, _now_mb() - before)


def _now_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def _load_nigiri(folder: Path) -> Any:
    import pynigiri

    config = pynigiri.LoaderConfig()
    config.link_stop_distance = 0
    config.default_tz = "UTC"
    finalize = pynigiri.FinalizeOptions()
    finalize.adjust_footpaths = False
    finalize.max_footpath_length = 0
    source = pynigiri.TimetableSource("g", str(folder), config)
    return pynigiri.load_timetable([source], f"{DAY}", f"{DAY + datetime.timedelta(days=2)}", finalize)


def _ask_nigiri(table: Any, origin: Any, destination: Any, minute: int) -> tuple[float, list[tuple[int, int]]]:
    import pynigiri

    base = int(datetime.datetime(DAY.year, DAY.month, DAY.day, tzinfo=datetime.UTC).timestamp()) // 60
    query = pynigiri.Query()
    query.start_time = base + minute
    query.start = [pynigiri.Offset(origin, 0, 0)]
    query.destination = [pynigiri.Offset(destination, 0, 0)]
    query.max_transfers = RIDES - 1
    query.max_travel_time = CAP_MIN
    query.start_match_mode = query.dest_match_mode = pynigiri.LocationMatchMode.EXACT
    query.use_start_footpaths = False
    start = time.perf_counter()
    journeys = pynigiri.route(table, query)
    spent = time.perf_counter() - start
    return spent, sorted((int(j.arrival_time()) - base, int(j.transfers) + 1) for j in journeys)


def beside_nigiri(name: str, folder: Path) -> dict[str, Any]:
    """Both engines on one feed: load, memory, time a question, fronts."""
    read = _loaded(lambda: Timetable.of(read_feed(folder), DAY))
    again = _loaded(lambda: Timetable.of(read_feed(folder), DAY))
    theirs = _loaded(lambda: _load_nigiri(folder))
    theirs_again = _loaded(lambda: _load_nigiri(folder))
    table = again.table
    rng = np.random.default_rng(5)
    used = np.unique(table.route_stops)
    questions = [(int(rng.choice(used)), int(rng.choice(used)), int(rng.integers(300, 1_200))) for _ in range(QUESTIONS)]
    places = [theirs.table.find_location(stop) for stop in table.stops]
    ours_ms, full_ms, theirs_ms, same = [], [], [], 0
    for origin, destination, minute in questions:
        start = time.perf_counter()
        front = table.front(origin, destination, minute, RIDES, CHANGE_MIN)
        ours_ms.append((time.perf_counter() - start) * 1e3)
        start = time.perf_counter()
        table.journeys(table.stops[origin], table.stops[destination], minute, RIDES, CHANGE_MIN)
        full_ms.append((time.perf_counter() - start) * 1e3)
        spent, other = _ask_nigiri(theirs.table, places[origin], places[destination], minute)
        theirs_ms.append(spent * 1e3)
        same += sorted(pair for pair in front if pair[0] - minute <= CAP_MIN) == (other if origin != destination else [])
    return {
        "feed": name,
        "stop_events": len(table.arrives),
        "routes": len(table.routes),
        "daliz_ms": float(np.median(ours_ms)),
        "daliz_p95_ms": float(np.percentile(ours_ms, 95)),
        "daliz_with_journeys_ms": float(np.median(full_ms)),
        "nigiri_ms": float(np.median(theirs_ms)),
        "ratio": float(np.median(ours_ms) / np.median(theirs_ms)),
        "same_fronts": same,
        "questions": len(questions),
        "daliz_load_s": again.seconds,
        "nigiri_load_s": theirs_again.seconds,
        "daliz_arrays_mb": (table.arrives.nbytes + table.leaves.nbytes + table.route_stops.nbytes + table.at_route.nbytes) / 2**20,
        "daliz_grown_mb": read.grown_mb,
        "nigiri_grown_mb": theirs.grown_mb,
    }


def beside_graphs(table: Timetable) -> dict[str, float | int]:
    """Earliest arrival on the time-expanded graph: scipy's and networkx's Dijkstra, milliseconds and answers that agree."""
    import networkx
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    stop, arrives, leaves, trip, last = _events(table)
    n = len(stop)
    boards = np.flatnonzero(~last)
    order = boards[np.lexsort((leaves[boards], stop[boards]))]
    key = stop[order].astype(np.int64) * 100_000 + leaves[order]
    # Events: departures 0 to n, arrivals n to 2n, waiting for a departure 2n to 3n.
    ride = boards, n + boards + 1, arrives[boards + 1] - leaves[boards]
    stay = np.flatnonzero(~last & np.r_[False, trip[1:] == trip[:-1]])
    stays = n + stay, stay, leaves[stay] - arrives[stay]
    enter = 2 * n + order, order, np.zeros(len(order), int)
    k = np.flatnonzero(stop[order][1:] == stop[order][:-1])
    wait = 2 * n + order[k], 2 * n + order[k + 1], leaves[order[k + 1]] - leaves[order[k]]
    alights = np.flatnonzero(np.r_[False, trip[1:] == trip[:-1]])
    at = np.searchsorted(key, stop[alights].astype(np.int64) * 100_000 + arrives[alights] + CHANGE_MIN)
    fits = (at < len(order)) & (stop[order[np.minimum(at, len(order) - 1)]] == stop[alights])
    change = n + alights[fits], 2 * n + order[at[fits]], leaves[order[at[fits]]] - arrives[alights[fits]]
    u, v, w = (np.concatenate(parts) for parts in zip(ride, stays, enter, wait, change, strict=True))
    graph = csr_matrix((w + 1e-9, (u, v)), shape=(3 * n, 3 * n))
    library = networkx.DiGraph()
    library.add_weighted_edges_from(zip(u.tolist(), v.tolist(), w.tolist(), strict=True))
    rng = np.random.default_rng(7)
    spent: dict[str, list[float]] = {"scipy": [], "networkx": []}
    agree = asked = 0
    while asked < GRAPH_QUESTIONS:
        origin, destination = (int(x) for x in rng.choice(np.unique(stop), 2, replace=False))
        minute = int(rng.integers(300, 900))
        first = int(np.searchsorted(key, origin * 100_000 + minute))
        if first == len(order) or stop[order[first]] != origin:
            continue
        asked += 1
        source, base = int(2 * n + order[first]), int(leaves[order[first]])
        ends = n + alights[stop[alights] == destination]
        start = time.perf_counter()
        reached = dijkstra(graph, indices=source)[ends]
        spent["scipy"].append(time.perf_counter() - start)
        start = time.perf_counter()
        networkx.single_source_dijkstra_path_length(library, source)
        spent["networkx"].append(time.perf_counter() - start)
        best = round(base + float(reached.min(initial=np.inf))) if np.isfinite(reached.min(initial=np.inf)) else None
        front = table.front(origin, destination, minute, 30, CHANGE_MIN)
        agree += best == min((arrival for arrival, _ in front), default=None)
    times = {f"{name}_ms": float(np.median(values)) * 1e3 for name, values in spent.items()}
    return {**times, "agree": agree, "asked": asked}


def _events(table: Timetable) -> tuple[Any, ...]:
    """Stop, arrival, departure and trip of every event, and whether it is the last of its trip."""
    parts: list[list[Any]] = [[], [], [], [], []]
    number = 0
    for first, length, base, trips in table.routes.tolist():
        stops = table.route_stops[first : first + length]
        arrives = table.arrives[base : base + length * trips].reshape(trips, length)
        leaves = table.leaves[base : base + length * trips].reshape(length, trips).T
        ids = np.arange(number, number + trips)
        last = np.arange(length) == length - 1
        columns = (np.tile(stops, trips), arrives.ravel(), leaves.ravel(), np.repeat(ids, length), np.tile(last, trips))
        for part, values in zip(parts, columns, strict=True):
            part.append(values)
        number += trips
    stop, arrives, leaves, trip, last = (np.concatenate(part) for part in parts)
    return stop.astype(np.int64), arrives.astype(np.int64), leaves.astype(np.int64), trip, last


PYRAPTOR = """
import json, sys, time
from loguru import logger
logger.remove()
from pyraptor.gtfs.timetable import read_gtfs_timetable, gtfs_to_pyraptor_timetable
from pyraptor.model.raptor import RaptorAlgorithm
asked = json.load(sys.stdin)
start = time.perf_counter()
table = gtfs_to_pyraptor_timetable(read_gtfs_timetable(asked["folder"], asked["day"], ["A"]), False)
load = time.perf_counter() - start
spent, found = [], []
for origin, destination, minute in asked["questions"]:
    start = time.perf_counter()
    bags = RaptorAlgorithm(table).run(table.stations.get(origin).stops, minute * 60, asked["rides"])
    spent.append(time.perf_counter() - start)
    stops = table.stations.get_stops(destination)
    found.append(min(bags[asked["rides"]][stop].earliest_arrival_time for stop in stops) // 60)
json.dump({"load": load, "spent": spent, "found": found}, sys.stdout)
"""


def beside_pyraptor(table: Timetable, folder: Path) -> dict[str, Any] | None:
    """pyraptor's RAPTOR on a few questions, in its own environment; None where DALIZ_PYRAPTOR names none."""
    python = os.environ.get("DALIZ_PYRAPTOR")
    if not python:
        return None
    rng = np.random.default_rng(9)
    used = np.unique(table.route_stops)
    questions = [(int(rng.choice(used)), int(rng.choice(used)), int(rng.integers(300, 900))) for _ in range(PYRAPTOR_QUESTIONS)]
    copied = Path(shutil.copytree(folder, folder.with_name(f"{folder.name}_pyraptor")))
    with (copied / "stops.txt").open("w", encoding="utf-8", newline="") as stream:
        rows = [[stop, stop, "p", f"station {stop}", "1"] for stop in table.stops]
        stations = [[f"station {stop}", stop, "p", "", ""] for stop in table.stops]
        csv.writer(stream).writerows([["stop_id", "stop_name", "stop_code", "parent_station", "platform_code"], *rows, *stations])
    asked = {
        "folder": str(copied),
        "day": f"{DAY:%Y%m%d}",
        "rides": RIDES,
        "questions": [(table.stops[a], table.stops[b], minute) for a, b, minute in questions],
    }
    try:
        done = subprocess.run([python, "-c", PYRAPTOR], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=240)
    except (subprocess.SubprocessError, OSError) as error:
        reason = getattr(error, "stderr", None) or str(error)
        return {"failed": reason.strip().splitlines()[-1][:200] if isinstance(reason, str) and reason.strip() else type(error).__name__}
    answer = json.loads(done.stdout)
    # It asks no time for a change at the same platform.
    ours = [min((arrival for arrival, _ in table.front(a, b, minute, RIDES, 0)), default=None) for a, b, minute in questions]
    never = 10**6
    pairs = zip(ours, answer["found"], strict=True)
    agree = sum((never if mine is None else mine) == min(other, never) for mine, other in pairs)
    return {"ms": float(np.median(answer["spent"])) * 1e3, "load_s": answer["load"], "agree": agree, "asked": len(questions)}


def feeds() -> dict[str, tuple[list[tuple[str, float, float]], pl.DataFrame]]:
    """The days that can be had here."""
    found = {}
    gtfs = CASES / "gtfs"
    if gtfs.is_dir():
        found["sncf"] = real_day(read_feed(gtfs / "sncf_intercites_2013"), date(2013, 12, 17))
        found["porto_alegre"] = real_day(read_feed(gtfs / "poa_eptc.zip"), date(2019, 5, 14))
    else:
        print("the external cases are not here (DALIZ_CASES): only the made day is measured")
    found["made"] = made_day()
    return found


def main() -> None:
    """Print and keep the comparison."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, (stops, events) in feeds().items():
            folder = write_day(Path(scratch) / name, stops, events)
            row = beside_nigiri(name, folder)
            table = Timetable.of(read_feed(folder), DAY)
            row["graphs"] = beside_graphs(table) if name == "sncf" or (name == "porto_alegre") else None
            row["pyraptor"] = beside_pyraptor(table, folder) if name == "sncf" else None
            rows.append(row)
            _say(row)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "plan_timetable.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _say(row: dict[str, Any]) -> None:
    most_ms, most_ratio = TARGETS[row["feed"]]
    wanted = [f"at most {most_ms} ms" if most_ms else "", f"at most {most_ratio} of nigiri" if most_ratio else ""]
    print(f"{row['feed']}: {row['stop_events']:,} stop events, {row['routes']:,} routes ({', '.join(x for x in wanted if x)})")
    print(
        f"  a question: Daliz {row['daliz_ms']:.3f} ms (p95 {row['daliz_p95_ms']:.3f}, with journeys {row['daliz_with_journeys_ms']:.3f}), "
        f"nigiri {row['nigiri_ms']:.3f} ms, ratio {row['ratio']:.2f}; same fronts {row['same_fronts']} of {row['questions']}"
    )
    print(
        f"  load: Daliz {row['daliz_load_s'] * 1e3:.0f} ms, nigiri {row['nigiri_load_s'] * 1e3:.0f} ms; Daliz's arrays "
        f"{row['daliz_arrays_mb']:.1f} MB; the process grew by {row['daliz_grown_mb']:.0f} MB while reading, "
        f"with nigiri by {row['nigiri_grown_mb']:.0f} MB"
    )
    if row["graphs"]:
        graphs = row["graphs"]
        print(
            f"  time-expanded graph: scipy {graphs['scipy_ms']:.1f} ms, networkx {graphs['networkx_ms']:.0f} ms; "
            f"earliest arrivals agree {graphs['agree']} of {graphs['asked']}"
        )
    if row["pyraptor"]:
        theirs = row["pyraptor"]
        what = (
            f"{theirs['ms']:.0f} ms a question, load {theirs['load_s']:.1f} s; "
            f"earliest arrivals agree {theirs['agree']} of {theirs['asked']}"
            if "ms" in theirs
            else theirs["failed"]
        )
        print(f"  pyraptor: {what}")


if __name__ == "__main__":
    main()
