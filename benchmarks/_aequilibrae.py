"""AequilibraE (PyPI) on a TNTP network, in a process of its own: `python _aequilibrae.py NET TRIPS TOLL DISTANCE CORES GAP MOST`.

Prints JSON: seconds, gap reached, iterations. AequilibraE pins other packages than Daliz does, so it may live in another environment.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

logging.disable(logging.CRITICAL)


def read(net: str, trips: str) -> tuple[Any, int, int, Any]:
    """Links (a row each), zones, first through node, trips (zones x zones)."""
    import numpy as np

    text = open(net, encoding="latin1").read()  # noqa: PTH123, SIM115
    head = {
        line.split(">")[0][1:]: line.split(">")[1].split()[0]
        for line in text.splitlines()
        if line.startswith("<") and len(line.split(">")[1].split())
    }
    rows = [line.rstrip(";").split() for line in text.splitlines() if line.strip() and line.strip()[0] not in "<~"]
    links = np.array([[float(cell) for cell in row[:10]] for row in rows])
    zones = int(head["NUMBER OF ZONES"])
    od = np.zeros((zones, zones))
    origin = 0
    for line in open(trips, encoding="latin1"):  # noqa: PTH123, SIM115
        if line.lower().startswith("origin"):
            origin = int(line.split()[1]) - 1
        elif ":" in line and line.strip()[0] not in "<~":
            for pair in filter(str.strip, line.strip().split(";")):
                destination, value = pair.split(":")
                if int(destination) - 1 != origin:
                    od[origin, int(destination) - 1] += float(value)
    return links, zones, int(head.get("FIRST THRU NODE", 1)), od


def main() -> None:
    """Assign with bi-conjugate Frank-Wolfe, its fastest algorithm here."""
    import aequilibrae.utils.python_signal as signal
    import numpy as np
    import pandas as pd
    from aequilibrae.matrix import AequilibraeMatrix
    from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

    # Progress bars would cost it time.
    signal.PythonSignal.emit = lambda self, *args, **named: None
    net, trips, toll, distance, cores, gap, most = sys.argv[1:]
    links, zones, through, od = read(net, trips)
    count = len(links)
    frame = pd.DataFrame(
        {
            "link_id": np.arange(1, count + 1),
            "a_node": links[:, 0].astype(int),
            "b_node": links[:, 1].astype(int),
            "direction": np.ones(count, dtype=np.int8),
            "capacity": links[:, 2],
            "free_flow_time": np.maximum(links[:, 4], 1e-6),
            "b": np.where(links[:, 6] == 0, 0.0, links[:, 5]),
            "power": np.maximum(links[:, 6], 1.0),
            "fixed": float(toll) * links[:, 8] + float(distance) * links[:, 3],
        }
    )
    graph = Graph()
    graph.network = frame
    graph.mode = "c"
    graph.prepare_graph(np.arange(1, zones + 1))
    graph.set_graph("free_flow_time")
    graph.set_skimming(["free_flow_time"])
    graph.set_blocked_centroid_flows(through > 1)
    matrix = AequilibraeMatrix()
    matrix.create_empty(zones=zones, matrix_names=["matrix"], memory_only=True)
    matrix.index[:] = np.arange(1, zones + 1)
    matrix.matrices[:, :, 0] = od
    matrix.computational_view(["matrix"])
    cars = TrafficClass("car", graph, matrix)
    if frame["fixed"].any():
        cars.set_fixed_cost("fixed")
        cars.set_vot(1.0)
    assignment = TrafficAssignment()
    assignment.set_classes([cars])
    assignment.set_vdf("BPR")
    assignment.set_vdf_parameters({"alpha": "b", "beta": "power"})
    assignment.set_capacity_field("capacity")
    assignment.set_time_field("free_flow_time")
    assignment.max_iter, assignment.rgap_target = int(most), float(gap)
    assignment.set_algorithm("bfw")
    assignment.set_cores(int(cores))
    assignment.assignment.steps_below_needed_to_terminate = 1
    began, worked = time.perf_counter(), time.process_time()
    assignment.execute()
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    report = assignment.report()
    print(
        json.dumps(
            {"seconds": [seconds], "cpu": [cpu], "gap": float(report["rgap"].iloc[-1]), "iterations": int(report["iteration"].max())}
        )
    )


if __name__ == "__main__":
    main()
