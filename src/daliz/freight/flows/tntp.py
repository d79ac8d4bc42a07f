"""TNTP files: the format in which the field keeps its test problems of road assignment (TransportationNetworks, Stabler et al.)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from daliz.corridor import DalizError
from daliz.freight.flows.network import AssignmentNetwork, Demand

COLUMNS = 10
"""Tail, head, capacity, length, free-flow time, B, power, speed, toll, type."""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="latin1")
    except OSError as error:
        raise DalizError(f"{path}: cannot be read ({error.strerror})") from error


def _numbers(path: Path, line: int, cells: list[str]) -> list[float]:
    try:
        return [float(cell) for cell in cells]
    except ValueError as error:
        raise DalizError(f"{path}:{line}: {error}; expected numbers") from error


def _heading(path: Path, text: str, name: str, default: str | None = None) -> int:
    found = re.search(rf"<{name}>\s*(\d+)", text)
    if found is None and default is None:
        raise DalizError(f"{path}: no <{name}>; expected a TNTP network file")
    return int(found.group(1) if found else str(default))


def read_network(path: str | Path, toll_weight: float = 0.0, distance_weight: float = 0.0) -> AssignmentNetwork:
    """A `*_net.tntp` file.

    Parameters: toll_weight and distance_weight (what a unit of toll and of length adds to a link's cost, in units of free-flow time; each
    network's README names its own).
    Raises: DalizError with file, line and value.
    """
    file = Path(path)
    text = _text(file)
    rows = []
    for line, content in enumerate(text.splitlines(), 1):
        cells = content.strip().rstrip(";").split()
        if cells and cells[0][0] not in "<~":
            if len(cells) < 7:
                raise DalizError(f"{file}:{line}: {len(cells)} columns; expected at least 7 (tail, head, capacity, length, time, B, power)")
            rows.append((_numbers(file, line, cells[:COLUMNS]) + [0.0] * COLUMNS)[:COLUMNS])
    if not rows:
        raise DalizError(f"{file}: no links")
    table = np.asarray(rows)
    return AssignmentNetwork.from_links(
        tail=table[:, 0].astype(np.int64) - 1,
        head=table[:, 1].astype(np.int64) - 1,
        free=table[:, 4],
        capacity=table[:, 2],
        b=table[:, 5],
        power=table[:, 6],
        fixed=toll_weight * table[:, 8] + distance_weight * table[:, 3],
        nodes=_heading(file, text, "NUMBER OF NODES"),
        first_through=_heading(file, text, "FIRST THRU NODE", "1") - 1,
        names=[f"{int(a)}-{int(b)}" for a, b in table[:, :2]],
    )


def read_trips(path: str | Path) -> Demand:
    """A `*_trips.tntp` file; trips inside a zone are left out, since they use no link.

    Raises: DalizError with file, line and value.
    """
    file = Path(path)
    rows: list[tuple[int, int, float]] = []
    origin = -1
    for line, content in enumerate(_text(file).splitlines(), 1):
        stripped = content.strip()
        if not stripped or stripped[0] in "<~":
            continue
        if stripped.lower().startswith("origin"):
            origin = int(_numbers(file, line, stripped.split()[1:2])[0]) - 1
            continue
        for pair in filter(str.strip, stripped.split(";")):
            if origin < 0 or pair.count(":") != 1:
                raise DalizError(f"{file}:{line}: {pair.strip()!r}; expected 'destination : trips' after an 'Origin' line")
            destination, trips = _numbers(file, line, pair.split(":"))
            rows.append((origin, int(destination) - 1, trips))
    return Demand.from_rows([row for row in rows if row[0] != row[1] and row[2] > 0])
