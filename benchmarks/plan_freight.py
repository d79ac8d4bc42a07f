"""The planner on freight-like networks of growing size: processor time and size of the front by set of criteria, one core, warm.

The networks are made: a band of 9,000 x 2,500 km with two gauges and a sea; block trains once to seven times a week, weekly or regular
ferries, feeders, lorries; a fifth of the terminals work in day shifts, cut-offs are 6 to 24 hours, the risk comes from delays of hours to
days. No package that we know of answers these questions, so there is no peer beside it; `plan_timetable` has the peers for time-only
questions.
"""

from __future__ import annotations

import itertools
import json
import math
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from daliz.freight.plan.network import WEEK_MIN, Handling, Network, Noise, Openings, Pattern, pack
from daliz.freight.plan.risk import draw_arrivals
from daliz.freight.plan.search import CO2, COST, RISK, Limits, Router
from daliz.freight.plan.search import Path as Way

RAIL_1435, RAIL_1520, SEA, ROAD, FEEDER = range(1, 6)
CLASSES = 6
SPEED_KMH = {RAIL_1435: 35, RAIL_1520: 32, SEA: 28, ROAD: 45, FEEDER: 24}
CENTS_KM = {RAIL_1435: 55, RAIL_1520: 48, SEA: 20, ROAD: 120, FEEDER: 18}
GRAMS_KM = {RAIL_1435: 250, RAIL_1520: 220, SEA: 180, ROAD: 900, FEEDER: 200}
DELAY = {RAIL_1435: (360, 0.9, 0.55), RAIL_1520: (420, 0.9, 0.5), SEA: (900, 1.1, 0.35), ROAD: (150, 0.8, 0.7), FEEDER: (700, 1.0, 0.45)}
"""Median minutes and spread of a lognormal delay, and the share of runs on time."""
SIZES = ((200, 500), (600, 2_000), (1_500, 6_000))
QUESTIONS = 12
REPEATS = 5
MOST_RISK = 693_147
"""-ln 0.5 in millionths."""
TARGET_MS = {
    ("3 criteria", 200): 1.0,
    ("3 criteria", 600): 5.0,
    ("3 criteria", 1_500): 20.0,
    ("4 criteria, bounded", 200): 8.0,
    ("4 criteria, bounded", 600): 120.0,
    ("4 criteria, bounded", 1_500): 400.0,
    ("week's profile", 200): 1.0,
    ("10,000 draws", 200): 3.0,
}
RESULTS = Path(__file__).parent / "results"
Sites = np.ndarray[Any, np.dtype[np.float64]]


def _pattern(rng: np.random.Generator, km: Sites, stops: list[int], mode: int, departures: Any, headway: int, cutoff: int) -> Pattern:
    legs = np.array([km[a, b] for a, b in itertools.pairwise(stops)]) * 1.2
    ride = np.round(legs / SPEED_KMH[mode] * 60).astype(int)
    dwell = 180
    arrives, leaves = [0], [0]
    for i, minutes in enumerate(ride):
        arrives.append(leaves[-1] + int(minutes))
        leaves.append(arrives[-1] + (dwell if i < len(ride) - 1 else 0))
    median, spread, on_time = DELAY[mode]
    second = (1 - on_time) * median**2 * math.exp(2 * spread**2)
    price = rng.uniform(0.85, 1.2)
    along = np.r_[0, np.cumsum(legs)]
    return Pattern(
        places=stops,
        arrives_min=arrives,
        leaves_min=leaves,
        class_in=[mode] * len(stops),
        class_out=[mode] * len(stops),
        cost_cents=np.round(along * CENTS_KM[mode] * price).astype(int).tolist(),
        co2_g=np.round(along * GRAMS_KM[mode]).astype(int).tolist(),
        cutoff_min=[cutoff] * len(stops),
        departures=sorted(int(d) for d in np.atleast_1d(departures)),
        period_min=0 if headway else WEEK_MIN,
        headway_min=headway or -1,
        boarding_cents=int(rng.integers(2_000, 8_000)),
        boarding_co2_g=int(rng.integers(500, 3_000)),
        variance_min2=np.round(np.linspace(0, second, len(stops))).astype(int).tolist(),
        run_low_min=[0.0] * len(stops),
        run_high_min=[0.0] + [math.sqrt(6 * second / (len(stops) - 1))] * (len(stops) - 1),
    )


def _block_trains(rng: np.random.Generator, xy: Sites, km: Sites, zone: Any, side: Any) -> list[Pattern]:
    a = int(rng.integers(len(xy)))
    near = (zone == zone[a]) & ((side == side[a]) | (zone[a] == 0)) & (np.abs(xy[:, 0] - xy[a, 0]) < 2_600)
    ends = np.flatnonzero(near & (km[a] > 200))
    if len(ends) < 3:
        return []
    b = int(rng.choice(ends))
    low, high = sorted((xy[a, 0], xy[b, 0]))
    between = np.flatnonzero((xy[:, 0] > low) & (xy[:, 0] < high) & (zone == zone[a]) & (km[a] + km[:, b] < 1.15 * km[a, b]))
    between = rng.choice(between, min(len(between), int(rng.integers(0, 5))), replace=False)
    stops = [a, *sorted(between.tolist(), key=lambda q: km[a, q]), b]
    days = np.sort(rng.choice(7, int(rng.choice([1, 2, 3, 5, 7])), replace=False)) * 1_440 + int(rng.integers(1_440))
    mode = RAIL_1520 if zone[a] else RAIL_1435
    return [
        _pattern(rng, km, stops, mode, days % WEEK_MIN, 0, int(rng.integers(360, 1_440))),
        _pattern(rng, km, stops[::-1], mode, (days + 4_000) % WEEK_MIN, 0, 720),
    ]


def _ferries(rng: np.random.Generator, xy: Sites, km: Sites, side: Any) -> list[Pattern]:
    west, east = np.flatnonzero((xy[:, 0] > 3_300) & (side == 0)), np.flatnonzero((xy[:, 0] < 4_700) & (side == 1))
    if not len(west) or not len(east):
        return []
    a, b = int(rng.choice(west)), int(rng.choice(east))
    headway = int(rng.choice([0, 2_880, 1_440]))
    sailings = [0] if headway else rng.choice(WEEK_MIN, int(rng.integers(1, 6)), replace=False)
    return [_pattern(rng, km, ends, SEA, sailings, headway, 480) for ends in ([a, b], [b, a])]


def _lorries(rng: np.random.Generator, km: Sites, side: Any) -> list[Pattern]:
    a = int(rng.integers(len(km)))
    near = np.flatnonzero((km[a] > 1) & (km[a] < 700) & (side == side[a]))
    if not len(near):
        return []
    b = int(rng.choice(near))
    return [_pattern(rng, km, ends, ROAD, [0], 60, 120) for ends in ([a, b], [b, a])]


def _feeders(rng: np.random.Generator, xy: Sites, km: Sites) -> list[Pattern]:
    coast = np.flatnonzero(xy[:, 1] < 500)
    if len(coast) < 3:
        return []
    stops = sorted(rng.choice(coast, 3, replace=False).tolist(), key=lambda q: xy[q, 0])
    sailing = int(rng.integers(WEEK_MIN))
    return [_pattern(rng, km, ends, FEEDER, [sailing], 0, 1_440) for ends in (stops, stops[::-1])]


def freight_network(terminals: int, services: int, seed: int = 1) -> tuple[Network, Noise, Sites]:
    """A made network of so many terminals and at least so many services, and where its terminals lie (km east, km north)."""
    rng = np.random.default_rng(seed)
    xy = np.column_stack([rng.random(terminals) * 9_000, rng.random(terminals) * 2_500])
    zone = ((xy[:, 0] > 2_500) & (xy[:, 0] < 6_500)).astype(int)
    side = (xy[:, 0] > 4_000).astype(int)
    km = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    patterns: list[Pattern] = []
    while len(patterns) < services:
        kind = rng.random()
        if kind < 0.55:
            patterns += _block_trains(rng, xy, km, zone, side)
        elif kind < 0.7:
            patterns += _ferries(rng, xy, km, side)
        elif kind < 0.95:
            patterns += _lorries(rng, km, side)
        else:
            patterns += _feeders(rng, xy, km)
    shift = [(day * 1_440 + 480, day * 1_440 + 1_200) for day in range(6)]
    openings = Openings({int(s): shift for s in rng.choice(terminals, terminals // 5, replace=False)})
    network, noise = pack(patterns, terminals, _handling(rng, terminals), openings)
    return network, noise, xy


def _handling(rng: np.random.Generator, terminals: int) -> Handling:
    minutes = np.full((2, CLASSES, CLASSES), 240, np.int64)
    cents = np.full((2, CLASSES, CLASSES), 6_000, np.int64)
    for mode in range(CLASSES):
        minutes[:, mode, mode] = 180
    minutes[:, RAIL_1435, RAIL_1520] = minutes[:, RAIL_1520, RAIL_1435] = 720
    cents[:, RAIL_1435, RAIL_1520] = cents[:, RAIL_1520, RAIL_1435] = 12_000
    minutes[:, SEA, :], minutes[:, :, SEA] = 600, 480
    minutes[1] *= 2
    minutes[:, 0, :] = minutes[:, :, 0] = cents[:, 0, :] = cents[:, :, 0] = 0
    none = np.zeros(minutes.shape)
    return Handling(rng.integers(0, 2, terminals).astype(np.int32), minutes, cents, np.zeros(minutes.shape, np.int64), none, none, none)


def bounded(router: Router, origin: int, destination: int, ready: int) -> list[Way]:
    """Four criteria among itineraries that take at most one and a half times the fastest and two days, and hold as likely as not."""
    fastest = router.search(origin, destination, ready, 0)
    if not fastest:
        return []
    latest = ready + int(1.5 * (fastest[0].arrival - ready)) + 2_880
    return router.search(origin, destination, ready, COST | CO2 | RISK, limits=Limits(latest=latest, risk=MOST_RISK))


def measure(terminals: int, services: int) -> list[dict[str, Any]]:
    """Median and 95th percentile of every kind of question on one network."""
    network, noise, xy = freight_network(terminals, services)
    router = Router(network)
    rng = np.random.default_rng(2)
    east, west = np.flatnonzero(xy[:, 0] > 7_800), np.flatnonzero(xy[:, 0] < 1_200)
    asked = [(int(rng.choice(east)), int(rng.choice(west)), int(rng.integers(0, WEEK_MIN))) for _ in range(QUESTIONS)]
    week = np.arange(0, WEEK_MIN, 1_440) + 480
    kinds = {
        "time only": lambda s, d, t: router.search(s, d, t, 0),
        "3 criteria": lambda s, d, t: router.search(s, d, t, COST | CO2),
        "3 criteria, without bounds": lambda s, d, t: router.search(s, d, t, COST | CO2, bounded=False),
        "4 criteria, bounded": lambda s, d, t: bounded(router, s, d, t),
        "4 criteria": lambda s, d, t: router.search(s, d, t, COST | CO2 | RISK),
        "week's profile": lambda s, d, t: router.search(s, d, week, COST | CO2),
    }
    rows = []
    for kind, ask in kinds.items():
        ask(*asked[0])
        spent, options = [], []
        for question in asked:
            once = []
            for _ in range(REPEATS):
                start = time.process_time()
                found = ask(*question)
                once.append(time.process_time() - start)
            spent.append(float(np.median(once)) * 1e3)
            options.append(len(found))
        rows.append(_row(terminals, services, kind, spent, float(np.median(options))))
    paths = [path for question in asked for path in bounded(router, *question)[:4]]
    rows.append(_row(terminals, services, "10,000 draws", [_draw_ms(network, noise, path) for path in paths], float("nan")))
    return rows


def _draw_ms(network: Network, noise: Noise, path: Way) -> float:
    left, arrived = np.empty(10_000), np.empty(10_000)
    missed, lost = np.empty(len(path.legs), np.int64), np.empty(3)
    last = path.legs[-1]
    destination = int(network.place[network.stop_first[last[0]] + last[2]])
    start = time.process_time()
    draw_arrivals(network, noise, path.legs, destination, path.ready, 1, left, arrived, missed, lost)
    np.sort(arrived)
    return (time.process_time() - start) * 1e3


def _row(terminals: int, services: int, kind: str, spent: list[float], options: float) -> dict[str, Any]:
    median = float(np.median(spent))
    target = TARGET_MS.get((kind, terminals))
    return {
        "terminals": terminals,
        "services": services,
        "question": kind,
        "median_ms": median,
        "p95_ms": float(np.percentile(spent, 95)),
        "options": options,
        "target_ms": target,
    }


def main() -> None:
    """Print and keep the table."""
    rows = [row for size in SIZES for row in measure(*size)]
    print(f"{'terminals/services':<20}{'question':<28}{'median ms':>10}{'p95 ms':>9}{'options':>9}{'target':>8}")
    for row in rows:
        target = "" if row["target_ms"] is None else f"{row['target_ms']:g}"
        options = "" if math.isnan(row["options"]) else f"{row['options']:.0f}"
        size = f"{row['terminals']:,}/{row['services']:,}"
        print(f"{size:<20}{row['question']:<28}{row['median_ms']:>10.2f}{row['p95_ms']:>9.2f}{options:>9}{target:>8}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the whole run: {peak:,.0f} MB")
    RESULTS.mkdir(exist_ok=True)
    for row in rows:
        row["options"] = None if math.isnan(row["options"]) else row["options"]
    (RESULTS / "plan_freight.json").write_text(json.dumps({"rows": rows, "peak_mb": peak}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
