"""The planner's front against enumeration of all itineraries, until 100,000 fronts have been compared."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from benchmarks.plan_random import COLUMNS, LEGS_AT_MOST, every_itinerary, front_of, small_network
from daliz.freight.plan.search import RISK, Router

WANTED = 100_000
RESULTS = Path(__file__).parent / "results"


def compare(seed: int) -> tuple[int, int, int, int]:
    """Fronts compared on one random network, fronts that differ, itineraries walked, size of the largest front."""
    rng = np.random.default_rng(seed)
    small = small_network(rng, services=int(rng.integers(9, 16)))
    router = Router(small.packed()[0])
    compared = differing = walked = largest = 0
    for _ in range(3):
        origin, destination = (int(x) for x in rng.choice(small.places, 2, replace=False))
        ready = int(rng.integers(0, 20_000))
        for with_risk in (False, True):
            everything = every_itinerary(small, origin, destination, ready, LEGS_AT_MOST, with_risk)
            walked += len(everything)
            for criteria, columns in COLUMNS.items():
                if bool(criteria & RISK) != with_risk:
                    continue
                wanted = front_of(everything, columns)
                largest = max(largest, len(wanted))
                for bounded in (True, False):
                    paths = router.search(origin, destination, ready, criteria, rounds=LEGS_AT_MOST, bounded=bounded)
                    found = sorted(tuple(path.vector[column] for column in columns) for path in paths)
                    compared += 1
                    differing += found != sorted(wanted)
    return compared, differing, walked, largest


def main() -> None:
    """Print and keep the counts. Raises: SystemExit when a front differs."""
    start = time.perf_counter()
    compared = differing = walked = largest = networks = 0
    while compared < WANTED:
        more, wrong, ways, size = compare(1_000_000 + networks)
        compared, differing, walked, largest = compared + more, differing + wrong, walked + ways, max(largest, size)
        networks += 1
    row = {
        "networks": networks,
        "fronts": compared,
        "mismatches": differing,
        "itineraries_walked": walked,
        "largest_front": largest,
        "seconds": time.perf_counter() - start,
    }
    print(
        f"{compared:,} fronts on {networks:,} random networks, {walked:,} itineraries walked, largest front {largest}: "
        f"{differing} mismatches ({row['seconds']:.0f} s)"
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "plan_exact.json").write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")
    if differing:
        raise SystemExit(f"{differing} fronts differ from enumeration")


if __name__ == "__main__":
    main()
