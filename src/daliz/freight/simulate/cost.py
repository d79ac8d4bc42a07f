"""What a box costs on its way and what it emits: tariffs and charges of its rides, and greenhouse gases by tonne-kilometre."""

from __future__ import annotations

from typing import Any

import polars as pl

from daliz.corridor import Corridor
from daliz.freight.simulate.compile import Compiled, Ride


def cost_frame(corridor: Corridor, compiled: Compiled) -> pl.DataFrame:
    """By demand, for one FEU: kilometres, USD of tariffs and charges (None where no service has a tariff), kg CO2e well to
    wheel (None without cargo, for pairs that are only measured).

    A ride over part of a service pays its tariff by the share of its length. CO2e = sum over links of tonnes x km x g/tkm / 1000, with the
    factor of the service's mode and traction, or the mean of its mode.
    """
    links = {row["id"]: row for row in corridor["links"].iter_rows(named=True)}
    services = {row["id"]: row for row in corridor["services"].iter_rows(named=True)}
    tonnes = dict(corridor["commodities"].select("id", "tonnes_feu").iter_rows())
    charges = {f"terminals/{row['id']}": row["cost_usd_feu"] or 0.0 for row in corridor["terminals"].iter_rows(named=True)}
    whole = _lengths(corridor, links)
    rows = []
    for demand in compiled.demands:
        km = [sum(links[link]["length_km"] for link in _links(compiled, ride)) for ride in demand.rides]
        tariffs = [services[ride.service]["tariff_usd_feu"] for ride in demand.rides]
        usd = [
            tariff * length / max(whole[ride.service], 1e-9)
            for tariff, length, ride in zip(tariffs, km, demand.rides, strict=True)
            if tariff is not None
        ]
        usd += [charges.get(compiled.info[step].row, 0.0) for ride in demand.rides for step in ride.steps]
        grams = sum(length * _factor(corridor, services[ride.service]) for length, ride in zip(km, demand.rides, strict=True))
        rows.append(
            {
                "demand": demand.id,
                "origin": demand.origin,
                "destination": demand.destination,
                "km": sum(km),
                "usd_feu": sum(usd) if any(tariff is not None for tariff in tariffs) else None,
                "co2e_kg_feu": grams * tonnes[demand.commodity] / 1000.0 if demand.commodity in tonnes else None,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"usd_feu": pl.Float64, "co2e_kg_feu": pl.Float64})


def _links(compiled: Compiled, ride: Ride) -> list[str]:
    found = (compiled.info[step] for step in ride.steps)
    return [info.row.removeprefix("links/") for info in found if info.what == "run"]


def _lengths(corridor: Corridor, links: dict[str, dict[str, Any]]) -> dict[str, float]:
    lengths: dict[str, float] = {}
    for service, link in corridor["stops"].select("service", "link").iter_rows():
        lengths[service] = lengths.get(service, 0.0) + (links[link]["length_km"] if link else 0.0)
    return lengths


def _factor(corridor: Corridor, service: dict[str, Any]) -> float:
    """Grams CO2e a tonne-kilometre of a service."""
    factors = corridor["emissions"].filter((pl.col("unit") == "g/tkm") & (pl.col("mode") == service["mode"]))
    exact = factors.filter(pl.col("traction") == service["traction"])
    found = (exact if exact.height else factors)["factor"].mean()
    return float(found) if isinstance(found, float) else 0.0
