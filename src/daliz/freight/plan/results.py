"""From paths to a plan: itineraries as tables, with drawn arrival times, and the few that a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from daliz.freight.plan import calendars
from daliz.freight.plan.calendars import DAY_MIN
from daliz.freight.plan.compile import Compiled
from daliz.freight.plan.query import Query
from daliz.freight.plan.risk import draw_arrivals
from daliz.freight.plan.search import Path

Floats = npt.NDArray[np.float64]

MOST_DRAWN = 120
HAIR_DAYS, HAIR_USD, HAIR_KG = 4 / 24, 20.0, 20.0
"""An itinerary that is better than another by less than this in everything differs from it by a hair."""
ON_TIME_FACTOR = 1.25
ENOUGH = 0.8
"""With a deadline, the choice is among itineraries that meet it with this probability, where there are any."""
LABELS = ("fastest", "cheapest", "greenest", "safest", "knee")
CAUSES = ("runs", "handling", "closures")


@dataclass(frozen=True)
class Drawn:
    """Drawn times of one itinerary: days from departure to arrival and minute of arrival, both ascending (inf: stranded), the share of
    draws in which each leg's connection was missed, and mean minutes beyond the plan by cause."""

    days: Floats
    arrived: Floats
    missed: Floats
    lost_min: dict[str, float]

    def share_by(self, minute: float) -> float:
        """Share of draws that arrived by a minute."""
        return float(np.searchsorted(self.arrived, minute, side="right") / len(self.arrived))


@dataclass(frozen=True, eq=False)
class Plan:
    """The answer.

    Attributes:
        query: what was asked.
        front: one row an itinerary that no other is better than. `days*` count from the first departure to the cargo being free at the
            destination; p10, p50 and p90 are drawn. `cost_usd_feu` is what is paid for a 40-foot container, `inventory_usd_feu` what its
            time in transit costs its owner, `total_usd_feu` both; `probability` of arriving by the deadline, or without one of taking no
            more than a quarter longer than planned; `connections_hold`: probability that no timetabled connection is missed.
        network: the compiled corridor. paths, drawn: what each row of the front was made of (in its order).
    """

    query: Query
    front: pl.DataFrame
    network: Compiled
    paths: Sequence[Path]
    drawn: Sequence[Drawn]

    @cached_property
    def choice(self) -> pl.DataFrame:
        """The rows of the front that people ask for, with a column `label`."""
        rows = self.front.to_dicts()
        chosen = _labelled(rows, self.query)
        return pl.DataFrame([{"label": name, **rows[chosen[name]]} for name in LABELS], schema={"label": pl.String, **FRONT_SCHEMA})

    @cached_property
    def legs(self) -> pl.DataFrame:
        """One row a leg of every itinerary of the front."""
        made = enumerate(zip(self.paths, self.drawn, strict=True), start=1)
        return pl.DataFrame([row for number, (path, times) in made for row in leg_rows(self.network, self.query, number, path, times)])

    def label(self, name: str) -> int:
        """The itinerary of a label. Raises: KeyError for a label that there is none of."""
        rows = self.choice.filter(pl.col("label") == name)
        if not rows.height:
            raise KeyError(name)
        return int(rows["itinerary"][0])


@lru_cache(maxsize=512)
def _drawn(network: Compiled, destination: int, ready: int, legs: bytes, draws: int, seed: int) -> Drawn:
    """The times of an itinerary (`legs`: those of `Path`, as bytes). Much the same ones answer questions that avoid other countries."""
    left, arrived = np.empty(draws), np.empty(draws)
    rides = np.frombuffer(legs, np.int64).reshape(-1, 4).copy()
    missed, lost = np.empty(len(rides), np.int64), np.empty(len(CAUSES))
    draw_arrivals(network.network, network.noise, rides, destination, ready, seed, left, arrived, missed, lost)
    with np.errstate(invalid="ignore"):
        days = (arrived - left) / DAY_MIN
    days[~np.isfinite(arrived)] = np.inf
    return Drawn(np.sort(days), np.sort(arrived), missed / draws, dict(zip(CAUSES, lost.tolist(), strict=True)))


def _share(values: Floats, share: float) -> float:
    """The value that a share of the sorted draws does not exceed."""
    return float(values[min(len(values) - 1, int(np.ceil(share * len(values))) - 1)])


def _front_row(network: Compiled, query: Query, number: int, path: Path, drawn: Drawn) -> dict[str, Any]:
    net = network.network
    leaves = int(path.legs[0, 3] + net.leaves[net.stop_first[path.legs[0, 0]] + path.legs[0, 1]])
    days = (path.arrival - leaves) / DAY_MIN
    median = _share(drawn.days, 0.5)
    cost = path.cents / 100
    inventory = query.cargo.time_value_usd_feu_day * (median if np.isfinite(median) else days)
    co2 = path.grams / 1000 * query.cargo.tonnes_feu
    by = query.arrive_by
    in_time = (
        drawn.share_by(by) if by is not None else float(np.searchsorted(drawn.days, ON_TIME_FACTOR * days, side="right") / len(drawn.days))
    )
    services = [network.patterns[p].service for p in path.legs[:, 0]]
    return {
        "itinerary": number,
        "ready": calendars.moment_of(path.ready),
        "depart": calendars.moment_of(leaves),
        "arrive": calendars.moment_of(path.arrival),
        "wait_days": (leaves - path.ready) / DAY_MIN,
        "days": days,
        "days_p10": _share(drawn.days, 0.1),
        "days_p50": median,
        "days_p90": _share(drawn.days, 0.9),
        "arrive_p50": _moment(_share(drawn.arrived, 0.5)),
        "arrive_p90": _moment(_share(drawn.arrived, 0.9)),
        "cost_usd_feu": cost,
        "inventory_usd_feu": inventory,
        "total_usd_feu": cost + inventory,
        "cost_usd": cost * query.feu,
        "co2_kg_feu": co2,
        "co2_kg": co2 * query.feu,
        "probability": in_time,
        "connections_hold": float(np.prod(1 - drawn.missed)),
        "transfers": len(path.legs) - 1,
        "services": [service["id"] for service in services],
    }


def _moment(minute: float) -> Any:
    return calendars.moment_of(int(minute)) if np.isfinite(minute) else None


FRONT_SCHEMA: dict[str, Any] = {
    "itinerary": pl.Int64,
    "ready": pl.Datetime("us", "UTC"),
    "depart": pl.Datetime("us", "UTC"),
    "arrive": pl.Datetime("us", "UTC"),
    **dict.fromkeys(("wait_days", "days", "days_p10", "days_p50", "days_p90"), pl.Float64),
    "arrive_p50": pl.Datetime("us", "UTC"),
    "arrive_p90": pl.Datetime("us", "UTC"),
    **dict.fromkeys(
        ("cost_usd_feu", "inventory_usd_feu", "total_usd_feu", "cost_usd", "co2_kg_feu", "co2_kg", "probability", "connections_hold"),
        pl.Float64,
    ),
    "transfers": pl.Int64,
    "services": pl.List(pl.String),
}


def leg_rows(network: Compiled, query: Query, number: int, path: Path, drawn: Drawn) -> list[dict[str, Any]]:
    """The legs of an itinerary: where, when, what each part takes and costs."""
    net = network.network
    rows: list[dict[str, Any]] = []
    at, incoming = path.ready, 0
    for leg, (p, boarded, alighted, key) in enumerate(path.legs.tolist()):
        a = int(net.stop_first[p])
        b, e = a + boarded, a + alighted
        table = int(net.handling_of[net.place[b]])
        handled = int(net.handling[table, incoming, net.class_out[b]])
        leaving, arriving = key + int(net.leaves[b]), key + int(net.arrives[e])
        standing = sum(int(net.leaves[stop] - net.arrives[stop]) for stop in range(b + 1, e))
        service = network.patterns[p].service
        incoming = int(net.class_in[e])
        last = leg == len(path.legs) - 1
        unload = path.arrival - arriving if last else 0
        unload_cents = int(net.handling_cost[net.handling_of[net.place[e]], incoming, 0]) if last else 0
        handling_cents = int(net.handling_cost[table, rows[-1]["class_in"] if rows else 0, net.class_out[b]])
        fare = int(net.cost[e] - net.cost[b] + net.boarding_cost[p]) + _extra(net, p, key)
        km = network.patterns[p].km
        rows.append(
            {
                "itinerary": number,
                "leg": leg + 1,
                "service": service["id"],
                "name": service["name"],
                "operator": service["operator"],
                "mode": service["mode"],
                "from_place": network.places[net.place[b]],
                "to_place": network.places[net.place[e]],
                "cargo_there": calendars.moment_of(at),
                "handling_h": handled / 60,
                "wait_h": (leaving - at - handled) / 60,
                "depart": calendars.moment_of(leaving),
                "arrive": calendars.moment_of(arriving),
                "run_h": (arriving - leaving - standing) / 60,
                "stand_h": standing / 60,
                "unload_h": unload / 60,
                "km": km[alighted] - km[boarded],
                "tariff_usd_feu": fare / 100,
                "handling_usd_feu": (handling_cents + unload_cents) / 100,
                "co2_kg_feu": int(net.co2[e] - net.co2[b] + net.boarding_co2[p]) / 1000 * query.cargo.tonnes_feu,
                "miss_probability": float(drawn.missed[leg]),
                "by_timetable": bool(net.headway[p] < 0),
                "every_h": max(int(net.headway[p]), 0) / 60,
                "class_in": incoming,
                "first_stop": boarded,
                "last_stop": alighted,
                "pattern": p,
            }
        )
        at = arriving
    return rows


def _extra(net: Any, pattern: int, key: int) -> int:
    if net.headway[pattern] >= 0:
        return 0
    first, last = net.departure_first[pattern], net.departure_first[pattern + 1]
    period = int(net.period[pattern])
    minutes = net.departure[first:last]
    within = (key - int(minutes[0])) % period + int(minutes[0]) if period else key
    return int(net.extra[first + int(np.searchsorted(minutes, within))])


def _dominated(values: Floats, margins: Floats) -> npt.NDArray[np.bool_]:
    """Which rows are beaten: another row is no worse in everything, given the margins, and comes before or is better in something."""
    beaten = np.zeros(len(values), bool)
    for i, row in enumerate(values):
        no_worse = np.all(values <= row + margins, axis=1) & ~beaten
        no_worse[i] = False
        if margins.any():
            beaten[i] = bool(no_worse.any())
        else:
            better = np.any(values < row, axis=1)
            earlier = np.arange(len(values)) < i
            beaten[i] = bool((no_worse & (better | earlier)).any())
    return beaten


def _criteria(rows: Sequence[dict[str, Any]], query: Query) -> Floats:
    """What itineraries are compared by: time, total cost, CO2, lateness and, where it is free, the start (the later the better).

    Time and lateness are those of the arrival; against a deadline, lateness is the chance to be too late, and the start is what counts.
    """
    if query.depart is None:
        table = [[0.0, r["total_usd_feu"], r["co2_kg_feu"], -100 * r["probability"], -_days(r["ready"])] for r in rows]
    else:
        free = query.depart != query.until
        table = [
            [_days(r["arrive_p50"]), r["total_usd_feu"], r["co2_kg_feu"], _days(r["arrive_p90"]), -_days(r["ready"]) if free else 0.0]
            for r in rows
        ]
    return np.array(table).reshape(len(rows), 5)


def _measures(rows: Sequence[dict[str, Any]], query: Query) -> Floats:
    """What the labels go by: fastest, cheapest, greenest, safest. In a window the days in transit count, against a deadline the late
    start."""
    if query.depart is None:
        table = [[-_days(r["ready"]), r["total_usd_feu"], r["co2_kg_feu"], -r["probability"]] for r in rows]
    elif query.depart == query.until:
        table = [[_days(r["arrive_p50"]), r["total_usd_feu"], r["co2_kg_feu"], _days(r["arrive_p90"])] for r in rows]
    else:
        table = [[r["days_p50"], r["total_usd_feu"], r["co2_kg_feu"], r["days_p90"]] for r in rows]
    return np.array(table).reshape(len(rows), 4)


def _days(at: Any) -> float:
    return at.timestamp() / 86_400 if at is not None else np.inf


def _labelled(rows: Sequence[dict[str, Any]], query: Query) -> dict[str, int]:
    """The index of the row for each label."""
    values = _measures(rows, query)
    if query.arrive_by is not None and (enough := np.array([row["probability"] >= ENOUGH for row in rows])).any():
        values = np.where(enough[:, None], values, np.inf)
    found = {name: int(np.lexsort((values[:, 1], values[:, 0], values[:, column]))[0]) for column, name in enumerate(LABELS[:4])}
    finite = np.where(np.isfinite(values), values, np.nan)
    span = np.nanmax(finite, axis=0) - np.nanmin(finite, axis=0)
    scaled = (finite - np.nanmin(finite, axis=0)) / np.where(span > 0, span, 1.0)
    found["knee"] = int(np.argmin((np.where(np.isnan(scaled), 1.0, scaled) ** 2).sum(axis=1)))
    return found


def make_plan(network: Compiled, query: Query, paths: Sequence[Path], draws: int, seed: int, everything: bool) -> Plan:
    """Draw each itinerary's times, drop what is beaten once time costs money and delays are known, and label the choice."""
    unique = {tuple(path.legs.ravel()): path for path in sorted(paths, key=lambda path: path.ready)}
    kept = sorted(unique.values(), key=lambda path: (path.arrival, path.cents, path.grams))
    if len(kept) > MOST_DRAWN and not everything and query.depart is not None:
        vectors = np.array([[p.arrival - p.ready if query.until != query.depart else p.arrival, p.cents, p.grams] for p in kept], float)
        scale = 0.02 * np.ptp(vectors, axis=0)
        kept = [path for path, beaten in zip(kept, _dominated(vectors, scale), strict=True) if not beaten][:MOST_DRAWN]
    destination = network.index(query.destination)
    drawn = [_drawn(network, destination, path.ready, path.legs.tobytes(), draws, seed) for path in kept]
    rows = [_front_row(network, query, number, path, d) for number, (path, d) in enumerate(zip(kept, drawn, strict=True), start=1)]
    alive = list(range(len(rows)))
    for margins in (np.zeros(5), np.array([HAIR_DAYS, HAIR_USD, HAIR_KG, HAIR_DAYS, HAIR_DAYS])):
        if everything and margins.any():
            break
        named = set(_labelled([rows[i] for i in alive], query).values()) if margins.any() else set()
        beaten = _dominated(_criteria([rows[i] for i in alive], query), margins)
        alive = [i for position, i in enumerate(alive) if not beaten[position] or position in named]
    rows = [{**rows[i], "itinerary": number} for number, i in enumerate(alive, start=1)]
    kept, drawn = [kept[i] for i in alive], [drawn[i] for i in alive]
    return Plan(query, pl.DataFrame(rows, schema=FRONT_SCHEMA), network, kept, drawn)
