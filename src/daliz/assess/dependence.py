"""Dependence: what each country loses when another country's territory is closed to it.

A counterfactual, not an opinion. A country reaches its markets by the fastest, the cheapest and the greenest way there is, and the network
could carry so much to them in a year; then another country's territory is closed, and the same is asked again. Services that pass the
territory run on outside it, between the stops where they take and leave cargo. Told are:

- the rise in days, USD and kg CO2e, a mean over the markets that can still be reached, weighted by the corridor's cargo there;
- the share of markets (by cargo) that nothing reaches any more;
- access lost: the mean over all markets of 1 - before/after, which is 0 when nothing changes, 1/2 when the way takes twice as long, and 1
  when there is no way; this is what is called the dependence, in time (and likewise in cost and in CO2);
- capacity lost: the mean over all markets of the share of the maximum flow that is lost;
- and of its fibre the rise in milliseconds, and the disjoint ways lost, to the hubs of other countries (`digital`).

A market within the closed country is left out: dependence is on a country's territory, not on its trade; its share is told beside. The
best of a set of ways never gets better when ways are taken from it, and neither does a maximum flow: over the same markets no loss is
negative, a territory that no route touches counts zero, and a second closure never lowers what the first one did (all three are tested).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import polars as pl

from daliz.assess.capacity import most_flow
from daliz.assess.digital import FibreLoss, fibre_loss, hubs
from daliz.assess.ways import best_ways, cargo_ends, markets_of, starts_of, week_of
from daliz.corridor import Corridor, DalizError
from daliz.corridor.names import named_or_listed
from daliz.corridor.places import HIGH_SEAS

TOLD_FROM = 0.005


@dataclass(frozen=True)
class Loss:
    """What closing some territory costs a country on its ways to its markets.

    Attributes: rise_days, rise_usd_feu, rise_kg_feu (means over markets that can still be reached, weighted by cargo; nan when there is
    none), cut_off (share of markets that nothing reaches any more), access_lost, access_lost_usd, access_lost_kg (shares, 0 to 1, by time,
    cost and CO2), ceiling_lost (share of the maximum flow, 0 to 1), ceiling_lost_teu_year (mean over markets), in_territory (share of
    the country's markets that lie in the territory and are left out of all the others).
    """

    rise_days: float
    rise_usd_feu: float
    rise_kg_feu: float
    cut_off: float
    access_lost: float
    access_lost_usd: float
    access_lost_kg: float
    ceiling_lost: float
    ceiling_lost_teu_year: float
    in_territory: float = 0.0


@lru_cache(maxsize=256)
def relations(corridor: Corridor, country: str, markets: tuple[tuple[str, float], ...] | None = None) -> dict[tuple[str, str], float]:
    """The country's ways out, each from a start to a market, with their weights (sum 1)."""
    starts = starts_of(corridor, country)
    ends = markets_of(corridor, country) if markets is None else dict(markets)
    return {(start, end): starts[start] * ends[end] for start, end in product(starts, ends) if start != end}


def _ratios(corridor: Corridor, territory: frozenset[str], start: str, end: str) -> tuple[list[float], list[float]] | None:
    """Best values before and after (infinite: no way any more); None when there was no way before either."""
    monday = week_of(corridor)
    before = best_ways(corridor, start, end, monday)
    if before is None:
        return None
    if not before.touches & territory:
        # The best ways are all still there, and nothing better has come: exactly the same, without a search.
        return list(before.value), list(before.value)
    after = best_ways(corridor, start, end, monday, territory)
    return list(before.value), list(after.value) if after is not None else [np.inf] * 3


def _flows(corridor: Corridor, territory: frozenset[str], start: str, end: str) -> tuple[float, float]:
    before = most_flow(corridor, start, end)
    if not before.touches & territory:
        return before.teu_year, before.teu_year
    return before.teu_year, most_flow(corridor, start, end, territory).teu_year


def loss(corridor: Corridor, country: str, territory: Iterable[str], markets: Mapping[str, float] | None = None) -> Loss | None:
    """What a country loses when territory is closed to it.

    Parameters: corridor, country, territory (countries that are closed; not the country itself), markets (places with weights; default:
    those of the corridor's cargo outside the country). Markets in the territory are left out.
    Returns: the loss, or None when the country has no cargo, no service or no market that it could reach.
    Raises: DalizError when the territory holds the country itself or a country that is not in the corridor.
    """
    shut_countries = frozenset(territory)
    if country in shut_countries:
        raise DalizError(f"a country's dependence on its own territory ({country}) is no question; name others")
    where = dict(corridor["places"].select("id", "country").iter_rows())
    ways = relations(corridor, country) if markets is None else relations(corridor, country, tuple(markets.items()))
    inside = sum(weight for (_, end), weight in ways.items() if where[end] in shut_countries)
    outside = {way: weight for way, weight in ways.items() if where[way[1]] not in shut_countries}
    asked = {way: found for way in outside if (found := _ratios(corridor, shut_countries, *way)) is not None}
    if not asked:
        return None
    weights = np.array([outside[way] for way in asked])
    weights /= weights.sum()
    before, after = (np.array([found[side] for found in asked.values()]) for side in (0, 1))
    reached = np.isfinite(after[:, 0])
    still = weights * reached
    with np.errstate(invalid="ignore"):
        rises = np.where(reached[:, None], after - before, 0.0).T @ still / still.sum() if reached.any() else np.full(3, np.nan)
    lost = weights @ (1.0 - before / after)
    flows = np.array([_flows(corridor, shut_countries, *way) for way in asked])
    share = np.divide(flows[:, 0] - flows[:, 1], flows[:, 0], out=np.zeros(len(flows)), where=flows[:, 0] > 0)
    return Loss(
        rise_days=float(rises[0]),
        rise_usd_feu=float(rises[1]),
        rise_kg_feu=float(rises[2]),
        cut_off=float(weights @ ~reached),
        access_lost=float(lost[0]),
        access_lost_usd=float(lost[1]),
        access_lost_kg=float(lost[2]),
        ceiling_lost=float(weights @ share),
        ceiling_lost_teu_year=float(weights @ (flows[:, 0] - flows[:, 1])),
        in_territory=float(inside / sum(ways.values())),
    )


def touched_territories(corridor: Corridor) -> list[str]:
    """Countries (not the high seas) that some open service touches."""
    running = corridor.open("services")["id"].to_list()
    stops = corridor["stops"].filter(pl.col("service").is_in(running)).select("place", "link")
    links = corridor["links"].filter(pl.col("id").is_in(stops["link"].drop_nulls().unique().to_list()))
    places = {*stops["place"], *links["from_place"], *links["to_place"]}
    rows = corridor["places"].filter(pl.col("id").is_in(list(places)) & (pl.col("country") != HIGH_SEAS))
    return sorted(rows["country"].unique().to_list())


def passed_without_loading(corridor: Corridor, country: str) -> list[str]:
    """Territories that trains (or ships, or lorries) pass together with a country, of which none loads cargo in it.

    A country's loss by such a territory says little: the tables lack the cargo that would depend on it.
    """
    running = corridor.open("services").select(service="id", mode="mode")
    where = corridor["places"].select(place="id", country="country")
    calls = corridor["stops"].select("service", "place", "call").join(running, on="service").join(where, on="place")
    here = calls.filter(pl.col("country") == country)
    loading = here.filter(pl.col("call").is_in(["load", "both"]))
    passing = calls.filter(pl.col("service").is_in(here["service"].unique().to_list()))
    served = calls.filter(pl.col("service").is_in(loading["service"].unique().to_list())).select("mode", "country").unique()
    gaps = passing.select("mode", "country").unique().join(served, on=["mode", "country"], how="anti")
    return sorted(set(gaps["country"]) - {country, HIGH_SEAS})


def single_lines(corridor: Corridor) -> list[str]:
    """Territories in which no cargo of the corridor starts or ends, and which its services enter and leave by two neighbours only.

    A loss by such a territory is the loss of one line: the tables have no other past it, whatever the world has.
    """
    running = corridor.open("services")["id"].to_list()
    where = corridor["places"].select(place="id", country="country")
    calls = corridor["stops"].filter(pl.col("service").is_in(running)).join(where, on="place").sort("service", "seq")
    steps = calls.select("country", onward=pl.col("country").shift(-1).over("service")).drop_nulls()
    both = pl.concat([steps, steps.select(country="onward", onward="country")]).filter(pl.col("country") != pl.col("onward"))
    two = both.unique().group_by("country").len().filter(pl.col("len") == 2)
    return sorted(set(two["country"]) - {HIGH_SEAS, *countries_with_cargo(corridor)})


def matrix_ends(frame: pl.DataFrame) -> tuple[list[str], list[str], list[str]]:
    """Rows and columns of the matrix: countries; territories by which one of them loses half a percent of access in time; and those by
    which none does, although their ways are cheaper or cleaner."""
    loses = pl.col("access_lost") >= TOLD_FROM
    telling = sorted(set(frame.filter(loses)["territory"]))
    dearer = frame.filter(pl.any_horizontal(pl.col("access_lost_usd", "access_lost_kg") >= TOLD_FROM))["territory"]
    return list(dict.fromkeys(frame.drop_nulls("access_lost")["country"])), telling, sorted({*dearer} - {*telling})


def gaps(corridor: Corridor, asked: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Of the territories asked about, by country, those whose loss says little (see `passed_without_loading`)."""
    found = {country: [code for code in passed_without_loading(corridor, country) if code in asked[country]] for country in asked}
    return {country: codes for country, codes in found.items() if codes}


def countries_with_cargo(corridor: Corridor) -> list[str]:
    """Countries in which cargo of the corridor starts or ends, most cargo first."""
    totals = cargo_ends(corridor).group_by("country").agg(pl.col("teu").sum()).sort(["teu", "country"], descending=[True, False])
    return totals["country"].to_list()


def check_country(corridor: Corridor, country: str) -> str:
    """The code of a country of the corridor. Raises: DalizError with the nearest."""
    known = sorted(set(corridor["places"]["country"].to_list()) - {HIGH_SEAS})
    if country.upper() not in known:
        raise DalizError(f"no country {country!r} in the corridor{named_or_listed(country.upper(), known, 'places')}")
    return country.upper()


@lru_cache(maxsize=4)
def dependence(corridor: Corridor) -> pl.DataFrame:
    """The dependence of every country with cargo on the territory of every other country that a service or a cable touches.

    Returns: a frame with the columns country, territory and those of `Loss` and `FibreLoss` (null where there is no cargo or no fibre), in
    the order of the countries' cargo; without any cargo, of every country with fibre.
    """
    cargo, fibre = countries_with_cargo(corridor), list(hubs(corridor))
    touched = touched_territories(corridor)
    rows: list[dict[str, object]] = []
    for country in cargo or fibre:
        for territory in sorted({*touched, *fibre} - {country}):
            freight = loss(corridor, country, [territory]) if country in cargo and territory in touched else None
            glass = fibre_loss(corridor, country, [territory])
            if freight is not None or glass is not None:
                rows.append({"country": country, "territory": territory, **_fields(freight), **_fields(glass)})
    fields = dict.fromkeys([*Loss.__dataclass_fields__, *FibreLoss.__dataclass_fields__], pl.Float64)
    return pl.DataFrame(rows, schema={"country": pl.String, "territory": pl.String, **fields}).with_columns(
        pl.selectors.float().fill_nan(None)
    )


def _fields(found: Loss | FibreLoss | None) -> dict[str, float]:
    return asdict(found) if found is not None else {}
