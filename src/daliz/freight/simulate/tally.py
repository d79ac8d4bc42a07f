"""What is kept of a replication: a fixed row of named values, and sums that add up over replications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daliz.freight.simulate import records as r
from daliz.freight.simulate.compile import Compiled
from daliz.freight.simulate.engine import Engine, Outcome

QUANTILES = (0.1, 0.5, 0.9, 0.95)
WINTER = (10, 11, 0, 1)  # November to February
STEP_FIELDS, RESOURCE_FIELDS, POOL_FIELDS = 16, 8, 5
HOURS_YEAR = 8760.0

Array = NDArray[Any]


def bin_edges() -> NDArray[np.float64]:
    """Lower edges, in hours, of the bins of the kernel's histograms, and the upper edge of the last."""
    steps = np.arange(r.BINS + 1)
    per = 1 << r.PER_OCTAVE_BITS
    edges = 2.0 ** (r.FIRST_OCTAVE + steps // per) * (1.0 + (steps % per) / per)
    edges[0] = 0.0
    return edges


EDGES = bin_edges()


def quantiles(counts: Array, shares: tuple[float, ...] = QUANTILES) -> NDArray[np.float64]:
    """Quantiles in hours of histogram counts (last axis: bins), evenly spread within a bin; NaN where nothing was counted."""
    total = counts.sum(axis=-1)
    running = np.cumsum(counts, axis=-1)
    flat_running, flat_counts, flat_total = running.reshape(-1, r.BINS), counts.reshape(-1, r.BINS), total.reshape(-1)
    found = np.full((len(shares), len(flat_total)), np.nan)
    for i, share in enumerate(shares):
        target = share * flat_total
        place = np.minimum((flat_running < target[:, None]).sum(axis=1), r.BINS - 1)
        rows = np.arange(len(flat_total))
        inside = flat_counts[rows, place]
        before = flat_running[rows, place] - inside
        part = np.where(inside > 0, (target - before) / np.maximum(inside, 1), 0.0)
        value = EDGES[place] + part * (EDGES[place + 1] - EDGES[place])
        found[i] = np.where(flat_total > 0, value, np.nan)
    return found.reshape((len(shares), *total.shape))


@dataclass
class Tally:
    """Values of one or more replications (a row each) and sums over all of them.

    Sums: histogram (relation, month, bin), classes (demand, 12), steps (step, 16), resources (resource, 8), pools (pool, 5), legs (leg, 2),
    days (line, day), closed (calendar, month).
    """

    values: Array
    sums: dict[str, Array]

    def add(self, other: Tally) -> Tally:
        """Both tallies, the other's replications behind these."""
        sums = {name: total + other.sums[name] for name, total in self.sums.items()}
        return Tally(np.concatenate([self.values, other.values]), sums)


class Reader:
    """Reads an outcome of a compiled corridor into a tally."""

    def __init__(self, compiled: Compiled, engine: Engine) -> None:
        self.compiled = compiled
        self.years = (compiled.horizon_h - compiled.warm_h) / HOURS_YEAR
        where = engine.arenas.where
        self.step_names = list(where["steps"])
        self.resource_names = list(where["resources"])
        self.pool_names = list(where["pools"])
        self.yard_names = list(where["yards"])
        self.relations = relations_of(compiled)
        self.relation_of = np.array([self.relations.index((d.origin, d.destination)) for d in compiled.demands])
        self.names = self._names()

    def _names(self) -> list[str]:
        pairs = [f"{origin}-{destination}" for origin, destination in self.relations]
        measures = ("delivered", "mean_h", *(f"p{round(100 * q)}_h" for q in QUANTILES), "standing_share", "moving_h")
        names = [f"{measure}:{pair}" for measure in measures for pair in pairs]
        names += [f"winter_p{round(100 * q)}_h:{pair}" for q in QUANTILES for pair in pairs]
        names += [f"{measure}:{demand.id}" for measure in ("made", "done", "demand_mean_h") for demand in self.compiled.demands]
        names += [f"{measure}:{name}" for measure in ("use", "wait_h") for name in self.resource_names]
        names += [f"{measure}:{fleet}" for measure in ("cycle_h", "cycles") for fleet in self.compiled.marks]
        names += [f"yard_peak:{name}" for name in self.yard_names]
        return [*names, "delivered:all", "mean_h:all", "made:all", "backlog_start:all", "backlog_end:all", "standing_share:all"]

    def read(self, outcome: Outcome) -> Tally:
        """The tally of one replication."""
        ints, floats, where = outcome.ints, outcome.floats, outcome.arenas.where
        classes = _rows(floats, where["cargoes"], 12)
        histogram = self._histogram(ints, where["cargoes"])
        steps = _rows(floats, where["steps"], STEP_FIELDS)
        resources = _rows(floats, where["resources"], RESOURCE_FIELDS)
        sums = {
            "histogram": histogram,
            "classes": classes,
            "steps": steps,
            "resources": resources,
            "pools": _rows(floats, where["pools"], POOL_FIELDS),
            "legs": self._legs(ints, floats, where["cargoes"]),
            "days": self._days(ints, floats, where),
            "closed": self._closed(ints, floats, where["calendars"]),
        }
        return Tally(np.array([self._values(ints, sums, where)]), sums)

    def _values(self, ints: Array, sums: dict[str, Array], where: dict[str, dict[str, int]]) -> Array:
        classes, n_relations = sums["classes"], len(self.relations)
        by_relation = np.zeros((n_relations, 12))
        np.add.at(by_relation, self.relation_of, classes)
        done = by_relation[:, r.K_N]
        safe = np.where(done > 0, done, np.nan)
        histogram = sums["histogram"]
        parts = [done / self.years, by_relation[:, r.K_SUM] / safe, quantiles(histogram.sum(axis=1)).ravel()]
        parts += [
            by_relation[:, r.K_SHARE] / safe,
            by_relation[:, r.K_MOVING] / safe,
            quantiles(histogram[:, list(WINTER)].sum(axis=1)).ravel(),
        ]
        each = np.where(classes[:, r.K_N] > 0, classes[:, r.K_N], np.nan)
        parts += [classes[:, r.K_MADE] / self.years, classes[:, r.K_N] / self.years, classes[:, r.K_SUM] / each]
        parts += [self._use(sums["resources"]), self._waits(sums["steps"])]
        marks = (
            sums["steps"][[self.step_names.index(step) for step in self.compiled.marks.values()]]
            if self.compiled.marks
            else np.zeros((0, 16))
        )
        cycles = marks[:, r.S_MARKN]
        parts += [marks[:, r.S_MARKSUM] / np.where(cycles > 0, cycles, np.nan), cycles / self.years]
        parts.append(np.array([ints[address + r.Y_MAX] for address in where["yards"].values()], float))
        total = classes.sum(axis=0)
        inside = total[r.K_MADEALL] - total[r.K_DONEALL]
        before = inside - (total[r.K_MADE] - total[r.K_N])
        arrived = max(total[r.K_N], 1.0)
        parts.append(
            np.array(
                [
                    total[r.K_N] / self.years,
                    total[r.K_SUM] / arrived,
                    total[r.K_MADE] / self.years,
                    before,
                    inside,
                    total[r.K_SHARE] / arrived,
                ]
            )
        )
        return np.concatenate(parts)

    def _use(self, resources: Array) -> Array:
        servers = np.array([row.servers or np.nan for row in self.compiled.model.resources], float)
        return resources[:, r.R_BUSYTIME] / (servers * (self.compiled.horizon_h - self.compiled.warm_h)) if len(servers) else np.zeros(0)

    def _waits(self, steps: Array) -> Array:
        """Mean hours that carriers waited at each resource."""
        index = {name: i for i, name in enumerate(self.resource_names)}
        total, count = np.zeros(len(index)), np.zeros(len(index))
        for row, values in zip(self.compiled.model.steps, steps, strict=True):
            if row.resource and row.kind not in (r.RELEASE, r.BOARD):
                total[index[row.resource]] += values[r.S_WAIT]
                count[index[row.resource]] += values[r.S_N]
        return total / np.where(count > 0, count, np.nan)

    def _histogram(self, ints: Array, cargoes: dict[str, int]) -> Array:
        found = np.zeros((len(self.relations), r.MONTHS, r.BINS), np.int64)
        for relation, address in zip(self.relation_of, cargoes.values(), strict=True):
            base = int(ints[address + r.K_HISTOGRAM])
            found[relation] += ints[base : base + r.MONTHS * r.BINS].reshape(r.MONTHS, r.BINS)
        return found

    def _legs(self, ints: Array, floats: Array, cargoes: dict[str, int]) -> Array:
        rows = []
        for address in cargoes.values():
            base, count = int(ints[address + r.K_LEGS]), int(ints[address + r.K_NLEGS])
            rows += [floats[base + i * r.LEG : base + i * r.LEG + 2] for i in range(count)]
        return np.array(rows)

    def _days(self, ints: Array, floats: Array, where: dict[str, dict[str, int]]) -> Array:
        """Boxes in every pool and carriers waiting at every resource, at each midnight."""
        days = int(ints[r.H_DAYS]) + 1
        addresses = [int(ints[a + r.P_LINE]) for a in where["pools"].values()] + [
            int(ints[a + r.R_LINE]) for a in where["resources"].values()
        ]
        return np.array([np.cumsum(floats[a : a + days]) if a else np.zeros(days) for a in addresses])

    def _closed(self, ints: Array, floats: Array, calendars: dict[str, int]) -> Array:
        """Closed hours of every calendar by calendar month, within the hours that count."""
        found = np.zeros((len(calendars), r.MONTHS))
        starts = np.array(r.MONTH_STARTS_H)
        for row, address in enumerate(calendars.values()):
            base, n = int(ints[address + r.C_BASE]), int(ints[address + r.C_N])
            spells = floats[base : base + 2 * n].reshape(n, 2)
            lower = np.clip(spells[:, 0], self.compiled.warm_h, self.compiled.horizon_h) - self.compiled.warm_h
            upper = np.clip(spells[:, 1], self.compiled.warm_h, self.compiled.horizon_h) - self.compiled.warm_h
            found[row] = np.diff(_closed_before(starts, lower, upper, int(np.ceil(self.years))))
        return found


def _closed_before(starts: Array, lower: Array, upper: Array, years: int) -> Array:
    """Closed hours before each month's start, summed over the years of the run."""
    total = np.zeros(len(starts))
    for year in range(years):
        edges = starts + year * HOURS_YEAR
        inside = np.clip(edges[:, None], lower, upper) - lower
        total += inside.sum(axis=1)
    return total


def relations_of(compiled: Compiled) -> list[tuple[str, str]]:
    """Pairs of origin and destination, in the order of the demands."""
    return list(dict.fromkeys((demand.origin, demand.destination) for demand in compiled.demands))


def _rows(floats: Array, where: dict[str, int], width: int) -> Array:
    if not where:
        return np.zeros((0, width))
    return floats[np.fromiter(where.values(), np.int64)[:, None] + np.arange(width)]
