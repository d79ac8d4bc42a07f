"""Who takes which corridor: demand over itineraries by a logit, slowed down by what is chosen.

The generalised cost of an itinerary for a cargo class is its price, its days times what a day is worth, and the standard deviation of its
days times what that is worth (table `commodities`); utility is minus that over the class's `logit_scale_usd`, plus the logarithm of the
path size (so that near copies do not count twice), plus the constant of its family (`calibrate`). Days grow with the use of services and
terminals (`congestion`), and the choice is solved to its fixed point (`stochastic`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import scipy.sparse as sparse

from daliz.corridor import Corridor, DalizError
from daliz.corridor.figures import Figure, certainty_of
from daliz.freight.flows.congestion import Resources, resources
from daliz.freight.flows.families import with_families
from daliz.freight.flows.network import Floats
from daliz.freight.flows.stochastic import ChoiceProblem, StochasticEquilibrium, path_size, stochastic_equilibrium

COLUMNS = ("origin", "destination", "commodity", "itinerary", "services", "days_mean", "days_sd", "cost_usd_feu", "co2_kg_feu")
PAIR = ["origin", "destination"]
MOST_DEMAND = 100.0


@dataclass(frozen=True, eq=False)
class CorridorFlows:
    """Flows of a corridor in stochastic equilibrium.

    Attributes: itineraries (one row an itinerary of a pair and cargo class: those given, and family, generalised_usd_feu, delay_days (in
    queues, part of days_mean), share, teu_year), left (demand that has no itinerary: origin, destination, commodity, teu_year), use
    (resource, teu_year, capacity_teu_year, use, delay_days), residual (of the fixed point), constants (of each family, in utility),
    pair_range and total_range (low and high share of each family, by pair and of all cargo, where `uncertainty` was asked), interval (what
    the range is).
    """

    itineraries: pl.DataFrame
    left: pl.DataFrame
    use: pl.DataFrame
    residual: float
    constants: Mapping[str, float]
    rows: tuple[str, ...] = field(repr=False, default=())
    certainty: str = "assumed"
    pair_range: pl.DataFrame | None = field(repr=False, default=None)
    total_range: pl.DataFrame | None = field(repr=False, default=None)
    interval: str = ""

    @property
    def shares(self) -> pl.DataFrame:
        """Share and TEU a year of each family, by pair of places, largest pair first: origin, destination, family, teu_year, days_mean, of
        which days_moving (null where the itineraries do not say) and delay_days (in queues), cost_usd_feu, co2_kg_feu, share.
        """
        weight = pl.col("teu_year")

        def mean(column: str) -> pl.Expr:
            weighted = (pl.col(column) * weight).sum() / weight.sum()
            return pl.when(pl.col(column).null_count() == 0).then(weighted).alias(column)

        told = ("days_mean", "days_moving", "delay_days", "cost_usd_feu", "co2_kg_feu")
        by_family = self.itineraries.group_by(*PAIR, "family").agg(weight.sum(), *map(mean, told))
        total = weight.sum().over(PAIR)
        return by_family.with_columns((weight / total).alias("share"), total.alias("pair_teu_year")).sort(
            ["pair_teu_year", *PAIR, "teu_year"], descending=[True, False, False, True]
        )

    @property
    def totals(self) -> pl.DataFrame:
        """TEU a year and share of each family over all pairs, largest first."""
        found = self.itineraries.group_by("family").agg(pl.col("teu_year").sum()).sort("teu_year", descending=True)
        return found.with_columns((pl.col("teu_year") / pl.col("teu_year").sum()).alias("share"))

    def figures(self) -> list[Figure]:
        """Shares by pair (`share:family:origin-destination`) and flows by family (`flow_teu_year:family`)."""
        pairs, totals = self.shares, self.totals
        if self.pair_range is not None and self.total_range is not None:
            pairs = pairs.join(self.pair_range, on=[*PAIR, "family"], how="left", maintain_order="left")
            totals = totals.join(self.total_range, on="family", how="left", maintain_order="left")
        total = float(totals["teu_year"].sum())
        found = [self._figure(f"flow_teu_year:{row['family']}", f"flow of all cargo {words(row['family'])}", row, total, "TEU/year")
                 for row in totals.iter_rows(named=True)]  # fmt: skip
        for row in pairs.iter_rows(named=True):
            label = f"share of cargo {row['origin']} to {row['destination']} {words(row['family'])}"
            found.append(self._figure(f"share:{row['family']}:{row['origin']}-{row['destination']}", label, row, 100.0, "%"))
        return found

    def _figure(self, name: str, label: str, row: Mapping[str, float], whole: float, unit: str) -> Figure:
        """A share of the whole with its range, where there is one."""
        low, high = (None if row.get(end) is None else row[end] * whole for end in ("low", "high"))
        return Figure(name, label, row["share"] * whole, unit, low, high, self.interval, self.rows, self.certainty)


def words(family: str) -> str:
    """A family in words: by way of a country, mostly on container ships of the open sea, past none of these countries."""
    told = {"sea": "mostly on container ships of the open sea", "direct": "past none of these countries"}
    return f"by way of {family[4:].upper()}" if family.startswith("via_") else told.get(family, family)


@dataclass(frozen=True, eq=False)
class FlowModel:
    """A corridor's choice problem, put together once and solved for any constants of the families."""

    corridor: Corridor
    itineraries: pl.DataFrame
    left: pl.DataFrame
    amount: Floats
    group: np.ndarray
    constant: Floats
    sensitivity: Floats
    use: sparse.csr_matrix
    resources: Resources

    def solve(
        self, constants: Mapping[str, float] | None = None, pairs: pl.DataFrame | None = None, tolerance: float = 1e-10
    ) -> CorridorFlows:
        """Flows in equilibrium, with a constant added to the utility of each family (default: none), on some pairs of places and cargo
        classes (origin, destination, commodity; default: all)."""
        given = dict(constants or {})
        families = self.itineraries["family"].to_list()
        unknown = sorted(set(given) - set(families))
        if unknown:
            raise DalizError(f"no itinerary is of the family {unknown[0]!r}; there are: {', '.join(sorted(set(families)))}")
        added = np.array([given.get(family, 0.0) for family in families])
        if pairs is not None:
            keys = [*PAIR, "commodity"]
            marked = self.itineraries.select(keys).join(
                pairs.select(keys).with_columns(there=True), on=keys, how="left", maintain_order="left"
            )
            added = np.where(marked["there"].fill_null(False).to_numpy(), added, 0.0)
        problem = ChoiceProblem(
            self.group, self.amount, self.constant + added, self.sensitivity, self.use, self.resources.delay, self.resources.slope
        )
        return self._answer(stochastic_equilibrium(problem, tolerance), given)

    def _answer(self, found: StochasticEquilibrium, constants: Mapping[str, float]) -> CorridorFlows:
        waited = self.use.T @ found.resource_delay
        table = self.itineraries.with_columns(
            pl.Series("delay_days", waited), pl.Series("share", found.probability), pl.Series("teu_year", found.flow)
        ).with_columns(pl.col("days_mean") + pl.col("delay_days"))
        use = pl.DataFrame(
            {
                "resource": self.resources.names,
                "teu_year": found.resource_flow,
                "capacity_teu_year": self.resources.capacity_teu_year,
                "use": found.resource_flow / self.resources.capacity_teu_year,
                "delay_days": found.resource_delay,
            }
        ).sort("use", descending=True)
        demands = self.corridor["demands"].filter(pl.col("teu_year") > 0)["id"].to_list()
        classes = table["commodity"].unique().sort().to_list()
        rows = (*(f"demands/{name}" for name in demands), *(f"commodities/{name}" for name in classes))
        return CorridorFlows(table, self.left, use, found.residual, constants, rows, certainty_of(self.corridor, rows))


def flow_model(
    corridor: Corridor, itineraries: pl.DataFrame, demand_factor: float = 1.0, told_by: Sequence[str] | None = None
) -> FlowModel:
    """Put the choice problem of a corridor together.

    Parameters: itineraries (columns origin, destination, commodity, itinerary, services, days_mean, days_sd, cost_usd_feu, co2_kg_feu),
    demand_factor (times the table's demand). A column days_moving is told with the shares where there is one.
    Raises: DalizError for a missing column, no demand, or values that are no numbers.
    """
    for name in COLUMNS:
        if name not in itineraries.columns:
            raise DalizError(f"the itineraries have no column {name!r}; expected {', '.join(COLUMNS)}")
    for name in ("days_mean", "days_sd", "cost_usd_feu"):
        if not itineraries[name].is_finite().all() or (itineraries[name] < 0).any():
            raise DalizError(f"itineraries: {name} has values that are not numbers of 0 or more")
    if not 0 < demand_factor <= MOST_DEMAND:
        raise DalizError(f"demand factor = {demand_factor:g}; expected more than 0, and at most {MOST_DEMAND:g} times the tables'")
    keys = [*PAIR, "commodity"]
    wanted = corridor["demands"].group_by(*keys, maintain_order=True).agg((pl.col("teu_year").sum() * demand_factor).alias("pair_teu"))
    wanted = wanted.filter(pl.col("pair_teu") > 0)
    table = itineraries.join(wanted, on=keys, how="inner", maintain_order="left")
    if not table.height:
        raise DalizError("no demand: none of the itineraries is of a pair and cargo class that the table demands asks for")
    left = wanted.join(table.select(keys).unique(), on=keys, how="anti").rename({"pair_teu": "teu_year"})
    worth = corridor["commodities"].select(
        commodity="id", day_usd="time_value_usd_feu_day", sd_usd="reliability_value_usd_feu_day", scale_usd="logit_scale_usd"
    )
    table = table.join(worth, on="commodity", how="left", maintain_order="left")
    generalised = pl.col("cost_usd_feu") + pl.col("day_usd") * pl.col("days_mean") + pl.col("sd_usd") * pl.col("days_sd")
    table = with_families(corridor, table, told_by).with_columns(generalised.alias("generalised_usd_feu")).sort(*keys, "itinerary")
    limited = resources(corridor)
    group = (table.select(pl.struct(keys).rle_id()).to_series()).to_numpy().astype(np.int64)
    chains = table["services"].to_list()
    services = sorted({service for chain in chains for service in chain})
    number = {service: i for i, service in enumerate(services)}
    size = path_size(group, [[number[service] for service in chain] for chain in chains], np.ones(len(services)))
    cells = [(resource, i) for i, chain in enumerate(chains) for service in chain for resource in limited.of_service.get(service, ())]
    row, column = np.array(cells, np.int64).reshape(-1, 2).T
    use = sparse.csr_matrix((np.ones(len(cells)), (row, column)), shape=(len(limited.names), table.height))
    scale = table["scale_usd"].to_numpy()
    amount = table.group_by(pl.struct(keys).rle_id().alias("g"), maintain_order=True).agg(pl.col("pair_teu").first())["pair_teu"].to_numpy()
    constant = -table["generalised_usd_feu"].to_numpy() / scale + np.log(size)
    kept = table.drop("pair_teu", "day_usd", "sd_usd", "scale_usd")
    if "days_moving" not in kept.columns:
        kept = kept.with_columns(days_moving=pl.lit(None, pl.Float64))
    return FlowModel(corridor, kept, left, amount, group, constant, table["day_usd"].to_numpy() / scale, use, limited)
