"""User equilibrium beside AequilibraE and pytraf on published networks, and stochastic equilibrium, in one run.

AequilibraE cannot be installed beside Daliz's locked packages (it asks for other versions of pandas' relatives); the environment variable
DALIZ_PEERS_PYTHON names a Python that has both peers (`python -m venv peers && peers/bin/pip install aequilibrae==1.7.2 pytraf==0.3.1`).
A peer that is not there is left out. The networks are external cases (DALIZ_CASES, see tests/conftest.py). All engines run in alternating
rounds on the same cores.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from daliz.freight.flows.equilibrium import equilibrium
from daliz.freight.flows.stochastic import network_problem, stochastic_equilibrium
from daliz.freight.flows.tntp import read_network, read_trips

HERE = Path(__file__).parent
CASES = Path(os.environ.get("DALIZ_CASES", HERE.parents[1] / "shared" / "cases")) / "tntp"
PEERS = os.environ.get("DALIZ_PEERS_PYTHON", sys.executable)
NETWORKS = {"SiouxFalls": ("0", "0"), "Anaheim": ("0", "0"), "ChicagoSketch": ("0.02", "0.04")}
GAPS = (1e-4, 1e-6, 1e-8, 1e-12)
PEER_GAP = 1e-6
ROUNDS = 5
CORES = int(os.environ.get("DALIZ_CORES", "2"))
SLOW_S = 400
SLOW_PEER_ON = ("ChicagoSketch",)
"""AequilibraE takes a thousand iterations on the small ones, and says nothing new there."""


def _files(name: str) -> tuple[str, str]:
    return str(CASES / f"{name}_net.tntp"), str(CASES / f"{name}_trips.tntp")


def _peer(script: str, name: str, *further: str) -> dict[str, Any] | None:
    """What a peer's process prints, or None when it is not there or too slow."""
    command = [PEERS, str(HERE / script), *_files(name), *NETWORKS[name], *further]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SLOW_S, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"  {script} on {name}: {type(error).__name__}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _ours(name: str, threads: int) -> dict[str, Any]:
    toll, distance = map(float, NETWORKS[name])
    network = read_network(_files(name)[0], toll, distance)
    demand = read_trips(_files(name)[1])
    equilibrium(network, demand, 1e-1, threads)
    runs = [equilibrium(network, demand, min(GAPS), threads) for _ in range(ROUNDS)]
    times = {gap: statistics.median(next(step.seconds for step in run.steps if step.gap <= gap) for run in runs) for gap in GAPS}
    cpu = []
    for _ in range(ROUNDS):
        worked = time.process_time()
        equilibrium(network, demand, PEER_GAP, threads)
        cpu.append(time.process_time() - worked)
    return {
        "seconds": {f"{gap:g}": value for gap, value in times.items()},
        "cpu": cpu,
        "gap": runs[-1].gap,
        "objective": runs[-1].objective,
    }


def _stochastic(name: str) -> dict[str, float]:
    network = read_network(_files(name)[0], *map(float, NETWORKS[name]))
    problem = network_problem(network, read_trips(_files(name)[1]), theta=0.5)
    stochastic_equilibrium(problem)
    began = time.perf_counter()
    found = stochastic_equilibrium(problem)
    return {"seconds": time.perf_counter() - began, "residual": found.residual}


def main() -> None:
    """Print times to gaps and ratios; write benchmarks/results/flows.json."""
    if not CASES.is_dir():
        print(f"the networks are not here ({CASES}); set DALIZ_CASES")
        return
    answer: dict[str, Any] = {"cores": CORES, "networks": {}}
    print(f"{'network':14} {'engine':22} " + " ".join(f"{gap:>9g}" for gap in GAPS))
    for name in NETWORKS:
        found: dict[str, Any] = {"daliz_1": [], "daliz_2": [], "pytraf": [], "aequilibrae": []}
        for turn in range(3):
            found["daliz_1"].append(_ours(name, 1))
            found["daliz_2"].append(_ours(name, CORES))
            found["pytraf"].append(_peer("_pytraf.py", name, str(CORES), f"{PEER_GAP:g}", "3"))
            if turn == 0 and name in SLOW_PEER_ON:
                found["aequilibrae"].append(_peer("_aequilibrae.py", name, str(CORES), f"{PEER_GAP:g}", "3000"))
        row = _row(name, found)
        answer["networks"][name] = row
    for name in ("SiouxFalls", "Anaheim"):
        answer["networks"][name]["stochastic"] = made = _stochastic(name)
        print(f"{name:14} stochastic equilibrium, theta 0.5: residual {made['residual']:.1e} in {made['seconds']:.4f} s")
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "flows.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


def _row(name: str, found: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for engine in ("daliz_1", "daliz_2"):
        times = {gap: statistics.median(turn["seconds"][f"{gap:g}"] for turn in found[engine]) for gap in GAPS}
        row[engine] = {f"{gap:g}": value for gap, value in times.items()}
        print(f"{name:14} {engine:22} " + " ".join(f"{times[gap]:9.4f}" for gap in GAPS), flush=True)
    last = found["daliz_2"][-1]
    row |= {"gap": last["gap"], "objective": last["objective"]}
    cpu = statistics.median(second for turn in found["daliz_1"] for second in turn["cpu"])
    row["daliz_cpu"] = cpu
    best = min(row["daliz_1"][f"{PEER_GAP:g}"], row["daliz_2"][f"{PEER_GAP:g}"])
    print(f"{name:14} {'daliz':22} {best:.4f} s to {PEER_GAP:g}, {cpu:.4f} s of processor on one thread")
    for peer in ("pytraf", "aequilibrae"):
        there = [turn for turn in found[peer] if turn and turn["gap"] <= PEER_GAP]
        if not there:
            continue
        seconds, worked = (statistics.median(second for turn in there for second in turn[kind]) for kind in ("seconds", "cpu"))
        row[peer] = {"seconds": seconds, "cpu": worked, "seconds_over_daliz": seconds / best, "cpu_over_daliz": worked / cpu}
        told = f"{seconds:.3f} s, {seconds / best:.1f} times as long; {worked:.3f} s of processor, {worked / cpu:.1f} times as much"
        print(f"{name:14} {peer:22} {told}", flush=True)
    print(f"{name:14} relative gap {row['gap']:.1e}, objective {row['objective']:.6f}")
    return row


if __name__ == "__main__":
    main()
