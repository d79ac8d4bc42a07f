"""pytraf (PyPI) on a TNTP network, in a process of its own: `python _pytraf.py NET TRIPS TOLL DISTANCE THREADS GAP ROUNDS`. Prints JSON."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Assign by its path-based gradient projection."""
    import numpy as np
    import pytraf

    net, trips, toll, distance, threads, gap, rounds = sys.argv[1:]
    network = pytraf.Network.from_tntp(net)
    lines = open(net, encoding="latin1").read().splitlines()  # noqa: PTH123, SIM115
    rows = [line.strip().rstrip(";").split() for line in lines if line.strip() and line.strip()[0] not in "<~"]
    fixed = np.array([float(toll) * float(row[8]) + float(distance) * float(row[3]) for row in rows])
    cars = pytraf.TrafficClass(pytraf.Demand.from_tntp(network, trips), extra_link_cost=fixed)
    seconds, cpu = [], []
    for _ in range(int(rounds)):
        began, worked = time.perf_counter(), time.process_time()
        found = network.assign(cars, gap=float(gap), max_iter=1000, threads=int(threads))
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "gap": float(found.relative_gap), "iterations": int(found.iterations)}))


if __name__ == "__main__":
    main()
