"""The seabed line: the best route between two shores, what it costs, how often it breaks, and how sure the engines are of it.

Two engines that share nothing but the cost field, fast marching and a graph search, each draw a line; both are pulled straight, and one
judge integrates the cost along both. The cheaper one is the answer, the gap between them is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.fibre import judge, march, search
from daliz.fibre.bathymetry import Bathymetry, embedded, read_grid, water_level_m
from daliz.fibre.ends import End, check_on_grid, end_of, exposures_of, into_water
from daliz.fibre.errors import FibreError
from daliz.fibre.seabed import GEOD, Exposure, LonLat, Seabed, rates, seabed

Floats = npt.NDArray[np.float64]

LEVEL_DATE = date(2026, 1, 1)
# What one expected hour of outage a year is worth over the life of the cable; a choice, not a fact.
USD_PER_OUTAGE_H = 100_000.0
PRICES = (0.0, 3e4, 1e5, 3e5, 1e6)
REPAIR_DAYS = 20.0
MARGIN = 0.35
LEAST_MARGIN_KM = 60.0
POSITION_KM = 5.0


@dataclass(frozen=True)
class Candidate:
    """One line and the judge's verdict on it: capital in USD, expected faults a year, expected hours of outage a year, length in km."""

    engine: str
    line: Floats
    cost: float
    usd: float
    faults_year: float
    outage_h_year: float
    length_km: float
    usd_per_outage_h: float


@dataclass(frozen=True)
class Route:
    """A seabed line.

    Attributes: ends, positions (frame: seq, km, lon, lat, depth_m, slope_deg, slack_pct, buried, cable_km), profile (frame: km, depth_m,
    usd_km, faults_1000km_year), length_km (over ground, with the shore ends), shore_km (of it: between the places and the water),
    cable_km (with slack), geodesic_km, max_depth_m, mean_depth_m, shallow_share (shallower than 200 m), buried_km, usd, faults_year,
    outage_h_year, engines (the verdict on each engine's line), gap (how much dearer the other engine's line is), front (candidates that no
    other is better than, in USD and hours of outage), level_m, level_date, repair_days, grid_name, spacing_km, memory_gb, rows.
    """

    ends: tuple[End, End]
    positions: pl.DataFrame
    profile: pl.DataFrame
    length_km: float
    shore_km: float
    cable_km: float
    geodesic_km: float
    max_depth_m: float
    mean_depth_m: float
    shallow_share: float
    buried_km: float
    usd: float
    faults_year: float
    outage_h_year: float
    engines: tuple[Candidate, ...]
    gap: float
    front: tuple[Candidate, ...]
    level_m: float
    level_date: date
    repair_days: float
    grid_name: str
    spacing_km: float
    memory_gb: float
    rows: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The pair as figures name it."""
        return "-".join(end.place or end.name for end in self.ends)

    def figures(self) -> tuple[Figure, ...]:
        """Headline figures with the rows that they come from."""
        names = f"{self.ends[0].name} to {self.ends[1].name}"
        low, high = self.length_km, self.length_km * 1.06
        note = f"{self.grid_name}, water at {self.level_m:.1f} m; laying, fault and slack rates are estimates"
        return (
            Figure(
                f"cable_km:{self.subject}",
                f"Seabed cable {names}",
                self.cable_km,
                "km",
                low,
                high,
                "no slack to 6 % slack",
                self.rows,
                "assumed",
                note,
            ),
            Figure(f"cable_max_depth_m:{self.subject}", f"Deepest point {names}", self.max_depth_m, "m", rows=self.rows, note=note),
            Figure(f"cable_usd:{self.subject}", f"Laying and burying {names}", self.usd, "USD", rows=self.rows, note=note),
            Figure(f"cable_faults_year:{self.subject}", f"Expected faults {names}", self.faults_year, "1/year", rows=self.rows, note=note),
        )

    def as_dict(self) -> dict[str, Any]:
        """The route as plain values, for JSON."""
        plain = {
            key: getattr(self, key)
            for key in [
                "length_km",
                "shore_km",
                "cable_km",
                "geodesic_km",
                "max_depth_m",
                "mean_depth_m",
                "shallow_share",
                "buried_km",
                "usd",
                "faults_year",
                "outage_h_year",
                "gap",
                "level_m",
                "repair_days",
                "grid_name",
                "spacing_km",
                "memory_gb",
            ]
        }
        return {
            "from": vars(self.ends[0]),
            "to": vars(self.ends[1]),
            **plain,
            "level_date": self.level_date.isoformat(),
            "engines": [_plain(one) for one in self.engines],
            "front": [_plain(one) for one in self.front],
            "positions": self.positions.to_dicts(),
            "figures": [figure.as_dict() for figure in self.figures()],
        }


def _plain(one: Candidate) -> dict[str, float | str]:
    return {key: value for key, value in vars(one).items() if key != "line"}


def route(
    where: Corridor | Bathymetry,
    start: str | LonLat,
    end: str | LonLat,
    *,
    grid: Bathymetry | str | Path | None = None,
    on: date = LEVEL_DATE,
    level_m: float | None = None,
    usd_per_outage_h: float = USD_PER_OUTAGE_H,
    repair_days: float = REPAIR_DAYS,
    exposures: Sequence[Exposure] = (),
    cell_km: float | None = None,
    limit_gb: float = 2.0,
    with_front: bool = True,
) -> Route:
    """The best seabed line between two places.

    Parameters: where (corridor, whose ports, lanes and cables count as exposures, or a grid alone), start, end (place names, 'lat,lon', or
    (lon, lat)), grid (elevations to use; default: the embedded grid), on (date of the water level), level_m (level given instead),
    usd_per_outage_h (price of an expected hour of outage a year), repair_days (mean time to repair), exposures (further ones), cell_km,
    limit_gb (memory), with_front (trace the front of USD against hours too).
    Raises: FibreError for ends on land, outside the grid or not joined by water, holes in the grid, rates or times that are not positive.
    """
    if not repair_days > 0:
        raise FibreError(f"repair time of {repair_days:g} days; expected more than 0")
    if not usd_per_outage_h >= 0:
        raise FibreError(f"price of {usd_per_outage_h:g} USD for an hour of outage; expected 0 or more")
    corridor = where if isinstance(where, Corridor) else None
    if isinstance(where, Bathymetry):
        grid = where
    ends = end_of(corridor, start), end_of(corridor, end)
    window = _window(ends)
    if grid is None:
        grid = embedded()
    elif not isinstance(grid, Bathymetry):
        grid = read_grid(grid, window, limit_gb)
    check_on_grid(grid, ends)
    level = water_level_m(grid.closed_sea, on) if level_m is None else level_m
    found = (*(exposures_of(corridor) if corridor else ()), *exposures)
    bed = seabed(grid, window, level, found, cell_km, limit_gb)
    cells = into_water(grid, bed, ends)
    repair_h = 24.0 * repair_days
    engines = candidates(bed, cells, usd_per_outage_h, repair_h)
    best = min(engines, key=lambda one: one.cost)
    front = _front(bed, cells, repair_h, engines) if with_front else (best,)
    return _described(bed, grid, ends, best, engines, front, on, repair_days, tuple(row for one in found for row in one.rows))


def _window(ends: tuple[End, End]) -> tuple[float, float, float, float]:
    km = GEOD.inv(ends[0].lon, ends[0].lat, ends[1].lon, ends[1].lat)[2] / 1e3
    lat = max(MARGIN * km, LEAST_MARGIN_KM) / 111.2
    lats, lons = sorted(end.lat for end in ends), sorted(end.lon for end in ends)
    lon = lat / max(0.1, float(np.cos(np.radians(max(abs(lats[0]), abs(lats[1]))))))
    return lons[0] - lon, lats[0] - lat, lons[1] + lon, lats[1] + lat


def candidates(
    bed: Seabed, cells: tuple[tuple[int, int], tuple[int, int]], usd_per_outage_h: float, repair_h: float
) -> tuple[Candidate, Candidate]:
    """Both engines' lines, pulled straight and judged. Raises: FibreError when no line joins the cells."""
    cost, buried = bed.priced(usd_per_outage_h, repair_h)
    start, goal = cells
    chain = search.least_chain(cost, bed.hx_km, bed.hy_km, start, goal)
    if chain is None:
        raise FibreError("no line joins the two ends in the water of the grid")
    time = march.arrival_times(cost, bed.hx_km, bed.hy_km, *start, *goal)
    slope = march.descend(time, bed.hx_km, bed.hy_km, *start, *goal)
    # Where the march is lost in a passage one cell wide, it takes part with the other engine's chain.
    marched = slope if np.array_equal(slope[0], np.array(start, dtype=np.float64)) else chain
    drawn = (("fast marching", marched), ("graph search", chain))
    return tuple(_judged(bed, cost, buried, name, line, usd_per_outage_h, repair_h) for name, line in drawn)  # type: ignore[return-value]


def _judged(
    bed: Seabed, cost: Floats, buried: npt.NDArray[np.bool_], engine: str, line: Floats, usd_per_outage_h: float, repair_h: float
) -> Candidate:
    straight = judge.pulled_straight(cost, bed.hx_km, bed.hy_km, line)
    usd_field = np.where(np.isfinite(cost), np.where(buried, bed.usd_buried_km, bed.usd_km), np.inf)
    # The engines want a cost above nothing; faults are integrated with a unit added and its length taken off again.
    fault_field = np.where(np.isfinite(cost), 1.0 + np.where(buried, bed.faults_buried_km_year, bed.faults_km_year), np.inf)
    length = judge.line_cost(np.where(np.isfinite(cost), 1.0, np.inf), bed.hx_km, bed.hy_km, straight)
    usd = judge.line_cost(usd_field, bed.hx_km, bed.hy_km, straight)
    faults = judge.line_cost(fault_field, bed.hx_km, bed.hy_km, straight) - length
    verdict = judge.line_cost(cost, bed.hx_km, bed.hy_km, straight)
    return Candidate(engine, straight, verdict, usd, faults, faults * repair_h, length, usd_per_outage_h)


def _front(
    bed: Seabed, cells: tuple[tuple[int, int], tuple[int, int]], repair_h: float, known: Sequence[Candidate]
) -> tuple[Candidate, ...]:
    """Lines that no other is better than in both USD and hours, over a range of prices of an hour."""
    found = [min(known, key=lambda one: one.cost)]
    for price in PRICES:
        if price != known[0].usd_per_outage_h:
            found.append(min(candidates(bed, cells, price, repair_h), key=lambda one: one.cost))
    kept: list[Candidate] = []
    for one in sorted(found, key=lambda one: (one.usd, one.outage_h_year)):
        if not kept or one.outage_h_year < kept[-1].outage_h_year * (1 - 1e-6):
            kept.append(one)
    return tuple(kept)


def _sampled(bed: Seabed, line: Floats, longest_km: float) -> Floats:
    """The line with points at most so far apart (row, col)."""
    pieces = [line[:1]]
    for a, b in itertools.pairwise(line):
        row = min(int(a[0]), len(bed.hx_km) - 1)
        km = float(np.hypot((b[0] - a[0]) * bed.hy_km[row], (b[1] - a[1]) * bed.hx_km[row]))
        parts = max(1, int(np.ceil(km / longest_km)))
        pieces.append(a + (b - a) * (np.arange(1, parts + 1) / parts)[:, None])
    return np.concatenate(pieces)


def _layer(values: Floats, line: Floats) -> Floats:
    rows, cols = (np.clip(np.round(line[:, axis]).astype(int), 0, values.shape[axis] - 1) for axis in (0, 1))
    return np.asarray(values[rows, cols])


def _positions(bed: Seabed, best: Candidate, buried: npt.NDArray[np.bool_], longest_km: float) -> pl.DataFrame:
    """Points along the line with what lies under them; cable_km is cumulated with slack."""
    line = _sampled(bed, best.line, longest_km)
    spots = np.array([bed.point(row, col) for row, col in line])
    _, _, metres = GEOD.inv(spots[:-1, 0], spots[:-1, 1], spots[1:, 0], spots[1:, 1])
    km = np.concatenate([[0.0], np.cumsum(metres) / 1e3])
    slack = _layer(bed.slack, line)
    cable = np.concatenate([[0.0], np.cumsum(metres / 1e3 * (1.0 + (slack[:-1] + slack[1:]) / 2))])
    return pl.DataFrame(
        {
            "seq": np.arange(1, len(line) + 1),
            "km": km,
            "lon": spots[:, 0],
            "lat": spots[:, 1],
            "depth_m": _layer(bed.depth_m, line),
            "slope_deg": _layer(bed.slope_deg, line),
            "slack_pct": 100.0 * slack,
            "buried": _layer(buried.astype(np.float64), line) > 0,
            "cable_km": cable,
            "usd_km": np.where(_layer(buried.astype(np.float64), line) > 0, _layer(bed.usd_buried_km, line), _layer(bed.usd_km, line)),
            "faults_1000km_year": 1e3
            * np.where(
                _layer(buried.astype(np.float64), line) > 0, _layer(bed.faults_buried_km_year, line), _layer(bed.faults_km_year, line)
            ),
        }
    )


def _described(
    bed: Seabed,
    grid: Bathymetry,
    ends: tuple[End, End],
    best: Candidate,
    engines: Sequence[Candidate],
    front: Sequence[Candidate],
    on: date,
    repair_days: float,
    rows: tuple[str, ...],
) -> Route:
    _, buried = bed.priced(best.usd_per_outage_h, 24.0 * repair_days)
    fine = _positions(bed, best, buried, float(bed.hy_km.mean()) / 2)
    coarse = _positions(bed, best, buried, POSITION_KM)
    step = np.diff(fine["km"].to_numpy())
    depth = fine["depth_m"].to_numpy()
    middle = (depth[:-1] + depth[1:]) / 2
    water_km = float(step.sum())
    shore = [GEOD.inv(end.lon, end.lat, *bed.point(*best.line[at]))[2] / 1e3 for end, at in zip(ends, (0, -1), strict=True)]
    first = rates()[0]
    shore_km = sum(shore)
    other = max(one.cost for one in engines)
    return Route(
        ends=ends,
        positions=coarse.drop("usd_km", "faults_1000km_year"),
        profile=fine.select("km", "depth_m", "slope_deg", "buried", "usd_km", "faults_1000km_year"),
        length_km=water_km + shore_km,
        shore_km=shore_km,
        cable_km=float(fine["cable_km"][-1]) + shore_km * (1.0 + first["slack"]),
        geodesic_km=GEOD.inv(ends[0].lon, ends[0].lat, ends[1].lon, ends[1].lat)[2] / 1e3,
        max_depth_m=float(np.nanmax(depth)),
        mean_depth_m=float((middle * step).sum() / water_km),
        shallow_share=float(step[middle < 200].sum() / water_km),
        buried_km=float(step[fine["buried"].to_numpy()[:-1]].sum()),
        usd=best.usd + shore_km * (first["lay_usd_km"] + first["bury_usd_km"]),
        faults_year=best.faults_year,
        outage_h_year=best.outage_h_year,
        engines=tuple(engines),
        gap=other / best.cost - 1.0,
        front=tuple(front),
        level_m=bed.level_m,
        level_date=on,
        repair_days=repair_days,
        grid_name=(grid.source and f"{grid.name}: {grid.source}") or grid.name,
        spacing_km=grid.spacing_km,
        memory_gb=bed.memory_gb,
        rows=rows,
    )
