"""The simulator's front door: `simulate(corridor)` and what comes back, as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.freight.simulate import records as r
from daliz.freight.simulate.assumptions import TEU_PER_BOX, Assumptions
from daliz.freight.simulate.compile import Compiled, compile_corridor
from daliz.freight.simulate.cost import cost_frame
from daliz.freight.simulate.figures import figures_of, observed_pairs
from daliz.freight.simulate.legs import legs_frame
from daliz.freight.simulate.replicate import Plan, Progress, half_width, replicate
from daliz.freight.simulate.tally import EDGES, QUANTILES, WINTER, Tally, quantiles, relations_of

HOURS_DAY = 24.0
UNSETTLED = 0.05


def simulate(
    corridor: Corridor,
    *,
    years: float = 1.0,
    replications: int = 8,
    seed: int = 1,
    precision: float | None = None,
    watched: str = "mean_h:all",
    workers: int = 1,
    cluster: str | None = None,
    resume: Path | None = None,
    warm_days: float = 60.0,
    assumptions: Assumptions | None = None,
    probes: tuple[tuple[str, str], ...] | None = None,
    factors: Mapping[str, float] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Simulation:
    """Simulate a corridor.

    Parameters: years (counted, from 1 January), replications (with precision: at most), seed, precision (half the 95 % interval over the
    mean of `watched`, at which to stop), watched (a name of `by_replication`), workers (cores; -1: all), cluster (address of a Dask
    scheduler), resume (file in which replications are kept), warm_days (run before the hours that count), assumptions, probes (pairs of
    places to measure where no demand exists; None: those that observations speak of), factors (demand -> factor on it), strict (a demand
    without a path is an error; else it is in `unserved`), progress (called with replications done, asked, and the relative half interval).
    Returns: the simulation, the same to the last bit for the same seed on any number of workers.
    Raises: DalizError for tables that cannot be simulated, with the row at fault.
    """
    pairs = observed_pairs(corridor) if probes is None else probes
    compiled = compile_corridor(corridor, years, warm_days, assumptions, pairs, strict, factors)
    plan = Plan(replications, seed, precision, watched, workers, cluster, resume)
    tally, names = replicate(compiled, plan, progress)
    return Simulation(corridor, compiled, plan, tally, tuple(names))


@dataclass(frozen=True, eq=False)
class Simulation:
    """A simulated corridor. Frames are made when asked for; means over replications come with their 95 % intervals (`low`, `high`)."""

    corridor: Corridor
    compiled: Compiled
    plan: Plan
    tally: Tally
    names: tuple[str, ...]

    @property
    def replications(self) -> int:
        return len(self.tally.values)

    @property
    def years(self) -> float:
        return (self.compiled.horizon_h - self.compiled.warm_h) / 8760.0

    def value(self, name: str) -> tuple[float, float, float]:
        """Mean of a value over replications and its 95 % interval, which ends at zero: no value is below it."""
        column = self.tally.values[:, self.names.index(name)]
        kept = column[~np.isnan(column)]
        if not len(kept):
            return float("nan"), float("nan"), float("nan")
        mean, half = float(kept.mean()), half_width(kept)
        return (mean, mean, mean) if half == float("inf") else (mean, max(0.0, mean - half), mean + half)

    @cached_property
    def behind(self) -> dict[str, float]:
        """Demands that fall behind, and by how many boxes a year: more than one in twenty of those that set out in the counted time, and
        more than chance leaves (three standard deviations of a Poisson count), have not arrived at its end, beyond those that were under
        way at its start."""
        found = {}
        runs = self.years * self.replications
        for demand in self.compiled.demands:
            made, done = (self.value(f"{what}:{demand.id}")[0] for what in ("made", "done"))
            if not demand.probe and made - done > max(UNSETTLED * made, 3.0 * math.sqrt(made / runs)):
                found[demand.id] = made - done
        return found

    @cached_property
    def by_replication(self) -> pl.DataFrame:
        """Every value of every replication: replication, measure, subject, value; for paired differences between corridors."""
        count = self.replications
        split = [name.partition(":") for name in self.names]
        return pl.DataFrame(
            {
                "replication": np.repeat(np.arange(count), len(self.names)),
                "measure": [measure for measure, _, _ in split] * count,
                "subject": [subject for _, _, subject in split] * count,
                "value": self.tally.values.ravel(),
            }
        ).with_columns(pl.col("value").fill_nan(None))

    @cached_property
    def transit(self) -> pl.DataFrame:
        """Days of transit by relation: best (empty corridor), P10, P50, P90, P95 of all boxes, mean with interval, in winter (November to
        February), share of time standing, share late (more than half as long again as the median), FEU delivered a year, settled (False:
        its queues still grow, and its days with the length of the run), probe (only measured; the tables hold no demand)."""
        rows = []
        pooled = self.tally.sums["histogram"]
        overall = quantiles(pooled.sum(axis=1)) / HOURS_DAY
        winter = quantiles(pooled[:, list(WINTER)].sum(axis=1)) / HOURS_DAY
        for i, (origin, destination) in enumerate(relations_of(self.compiled)):
            pair = f"{origin}-{destination}"
            demands = [d for d in self.compiled.demands if (d.origin, d.destination) == (origin, destination)]
            best = min(demands, key=lambda demand: demand.best_h)
            mean, low, high = (value / HOURS_DAY for value in self.value(f"mean_h:{pair}"))
            rows.append(
                {
                    "origin": origin,
                    "destination": destination,
                    "best_days": best.best_h / HOURS_DAY,
                    **{f"p{round(100 * q)}_days": float(overall[k, i]) for k, q in enumerate(QUANTILES)},
                    "mean_days": mean,
                    "mean_low": low,
                    "mean_high": high,
                    "winter_p10_days": float(winter[0, i]),
                    "winter_p50_days": float(winter[1, i]),
                    "winter_p90_days": float(winter[2, i]),
                    "standing_share_best": 1.0 - best.best_moving_h / best.best_h if best.best_h > 0.0 else 0.0,
                    "standing_share": self.value(f"standing_share:{pair}")[0],
                    "late_share": _share_beyond(pooled[i].sum(axis=0), 1.5 * float(overall[1, i]) * HOURS_DAY),
                    "feu_year": self.value(f"delivered:{pair}")[0],
                    "settled": not any(demand.id in self.behind for demand in demands),
                    "probe": all(demand.probe for demand in demands),
                }
            )
        return pl.DataFrame(rows)

    @cached_property
    def throughput(self) -> pl.DataFrame:
        """TEU a year by demand: wanted, delivered with interval."""
        rows = []
        for demand in self.compiled.demands:
            done, low, high = (value * TEU_PER_BOX for value in self.value(f"done:{demand.id}"))
            made = self.value(f"made:{demand.id}")[0] * TEU_PER_BOX
            row = {"demand": demand.id, "origin": demand.origin, "destination": demand.destination, "commodity": demand.commodity}
            rows.append(row | {"wanted_teu_year": made, "delivered_teu_year": done, "low": low, "high": high, "probe": demand.probe})
        return pl.DataFrame(rows)

    @cached_property
    def resources(self) -> pl.DataFrame:
        """Terminals and lines: servers, share of time in use and mean hours that trains and ships wait for them, with intervals."""
        rows = []
        for resource in self.compiled.model.resources:
            # What a quota lets through holds no server.
            use, low, high = (float("nan"),) * 3 if resource.quota else self.value(f"use:{resource.name}")
            wait, shortest, longest = self.value(f"wait_h:{resource.name}")
            row = {"resource": resource.name, "row": resource.row, "servers": resource.servers, "use": use, "low": low, "high": high}
            rows.append(row | {"wait_h": wait, "wait_low": shortest, "wait_high": longest})
        measured = pl.col("use", "low", "high", "wait_h", "wait_low", "wait_high").fill_nan(None)
        return pl.DataFrame(rows).with_columns(measured).sort("wait_h", descending=True, nulls_last=True)

    @cached_property
    def yards(self) -> pl.DataFrame:
        """Yards where boxes change, in TEU: room, the fullest they were in a mean run with interval, and boxes that waited there for a
        train or ship at a mean midnight (beside those that still stood for their hours)."""
        waiting = dict(self.queues.group_by("name").agg(pl.col("mean").mean()).iter_rows())
        rows = []
        for yard in self.compiled.model.yards:
            peak, low, high = (value * TEU_PER_BOX for value in self.value(f"yard_peak:{yard.name}"))
            mean = sum(waiting[pool.name] for pool in self.compiled.model.pools if pool.yard == yard.name) * TEU_PER_BOX
            room = yard.room * TEU_PER_BOX
            rows.append(
                {"yard": yard.name, "row": yard.row, "room_teu": room, "peak_teu": peak, "low": low, "high": high, "waiting_teu": mean}
            )
        numbers = dict.fromkeys(("room_teu", "peak_teu", "low", "high", "waiting_teu"), pl.Float64)
        return pl.DataFrame(rows, schema={"yard": pl.String, "row": pl.String, **numbers})

    @cached_property
    def ships(self) -> pl.DataFrame:
        """Fleets: ships, days of a cycle with interval, cycles a year."""
        rows = []
        for fleet, (count, boxes) in self.compiled.fleet_size.items():
            if f"cycle_h:{fleet}" not in self.names:
                continue
            mean, low, high = (value / HOURS_DAY for value in self.value(f"cycle_h:{fleet}"))
            cycles = self.value(f"cycles:{fleet}")[0]
            rows.append(
                {
                    "fleet": fleet,
                    "ships": count,
                    "teu": boxes * TEU_PER_BOX,
                    "cycle_days": mean,
                    "low": low,
                    "high": high,
                    "cycles_year": cycles,
                }
            )
        return (
            pl.DataFrame(rows, schema_overrides={"ships": pl.Int64})
            if rows
            else pl.DataFrame(schema={"fleet": pl.String, "cycle_days": pl.Float64})
        )

    @cached_property
    def legs(self) -> pl.DataFrame:
        """What a box does on its way, by demand and leg: hours moving, in service, and waiting (for a train or ship, for its turn, for
        weather and opening hours, for room in a yard), as means over boxes; rows of one place or link together."""
        return legs_frame(self)

    @cached_property
    def costs(self) -> pl.DataFrame:
        """By demand, for one FEU: kilometres, USD, kg CO2e; see `cost.cost_frame`."""
        return cost_frame(self.corridor, self.compiled)

    @cached_property
    def summary(self) -> pl.DataFrame:
        """The whole corridor: one row a measure, with its interval."""
        rows = []
        for name, measure, unit, factor in (
            ("delivered:all", "delivered", "TEU/year", TEU_PER_BOX),
            ("made:all", "wanted", "TEU/year", TEU_PER_BOX),
            ("mean_h:all", "mean transit", "days", 1.0 / HOURS_DAY),
            ("standing_share:all", "share of time standing", "", 1.0),
            ("backlog_start:all", "in the corridor at the start", "TEU", TEU_PER_BOX),
            ("backlog_end:all", "in the corridor at the end", "TEU", TEU_PER_BOX),
        ):
            mean, low, high = (value * factor for value in self.value(name))
            rows.append({"measure": measure, "value": mean, "low": low, "high": high, "unit": unit})
        return pl.DataFrame(rows)

    @cached_property
    def queues(self) -> pl.DataFrame:
        """Boxes in every pool and trains or ships waiting at every resource, at each midnight, as means over replications."""
        days = self.tally.sums["days"] / self.replications
        names = [("pool", pool.name) for pool in self.compiled.model.pools] + [
            ("resource", row.name) for row in self.compiled.model.resources
        ]
        first = int(self.compiled.warm_h / HOURS_DAY)
        count = days.shape[1] - 1 - first
        return pl.DataFrame(
            {
                "kind": np.repeat([kind for kind, _ in names], count),
                "name": np.repeat([name for _, name in names], count),
                "day": np.tile(np.arange(count), len(names)),
                "mean": days[:, first : first + count].ravel(),
            }
        )

    @cached_property
    def weather(self) -> pl.DataFrame:
        """Share of time closed by place and month."""
        hours = np.diff(np.array(r.MONTH_STARTS_H)) * max(1.0, self.years) * self.replications
        index = {calendar.name: i for i, calendar in enumerate(self.compiled.model.calendars)}
        rows = [
            {"place": place, "month": month + 1, "closed_share": float(self.tally.sums["closed"][index[calendar], month] / hours[month])}
            for place, calendar in self.compiled.calendars.items()
            for month in range(12)
            if calendar in index
        ]
        return pl.DataFrame(rows, schema={"place": pl.String, "month": pl.Int64, "closed_share": pl.Float64})

    def frames(self) -> dict[str, pl.DataFrame]:
        """Every table of results by its name."""
        return {
            "summary": self.summary,
            "transit": self.transit,
            "legs": self.legs,
            "throughput": self.throughput,
            "resources": self.resources,
            "yards": self.yards,
            "ships": self.ships,
            "queues": self.queues,
            "weather": self.weather,
            "costs": self.costs,
            "by_replication": self.by_replication,
        }

    def figures(self) -> list[Figure]:
        """Headline figures, by the names that `observations` uses."""
        return figures_of(self)


def _share_beyond(counts: NDArray[np.int64], hours: float) -> float:
    """Share of a histogram's boxes that took longer."""
    total = counts.sum()
    return float(counts[EDGES[:-1] >= hours].sum() / total) if total else 0.0
