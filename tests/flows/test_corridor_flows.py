"""Who takes which corridor: the logit by hand on a made-up corridor, families, congestion, and the fit to volumes."""

from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest

from daliz.corridor import Corridor, DalizError
from daliz.freight.flows import calibrate, flow_model
from daliz.freight.flows.calibrate import yearly
from daliz.freight.flows.congestion import Resources, resources
from daliz.freight.flows.families import gates, open_sea, with_families


def _itineraries(*rows: dict[str, object]) -> pl.DataFrame:
    start = {"origin": "east_port", "destination": "west_town", "commodity": "general", "days_sd": 0.0, "co2_kg_feu": 100.0}
    return pl.DataFrame([{**start, **row} for row in rows])


def _two() -> pl.DataFrame:
    return _itineraries(
        {"itinerary": "a", "services": ["one"], "days_mean": 10.0, "cost_usd_feu": 1000.0},
        {"itinerary": "b", "services": ["two"], "days_mean": 20.0, "cost_usd_feu": 900.0, "days_sd": 2.0},
    )


def test_shares_are_the_logit_of_price_time_and_reliability(tiny: Corridor) -> None:
    """1000 + 30 x 10 against 900 + 30 x 20 + 30 x 2, at a scale of 400: odds exp(260 / 400)."""
    found = flow_model(tiny, _two()).solve()
    shares = dict(found.itineraries.select("itinerary", "share").iter_rows())
    assert shares["a"] / shares["b"] == pytest.approx(np.exp(260 / 400))
    assert found.itineraries["teu_year"].sum() == pytest.approx(10_000)
    assert found.residual < 1e-10


def test_a_constant_multiplies_the_odds_of_its_family(tiny: Corridor) -> None:
    model = flow_model(tiny, _two().with_columns(services=pl.Series([["train_east"], ["elsewhere"]])), told_by=["MID"])
    assert sorted(model.itineraries["family"]) == ["direct", "via_mid"]
    before, after = (dict(model.solve(c).totals.select("family", "share").iter_rows()) for c in ({}, {"via_mid": 1.0}))
    assert after["via_mid"] / after["direct"] == pytest.approx(np.e * before["via_mid"] / before["direct"], rel=1e-6)


def test_full_services_push_cargo_away(tiny: Corridor) -> None:
    """The chain by the ships is better, but ships and cranes have a limit: the more is wanted, the smaller its share."""
    rows = _itineraries(
        {"itinerary": "ships", "services": ["train_east", "ship", "train_west"], "days_mean": 10.0, "cost_usd_feu": 1700.0},
        {"itinerary": "other", "services": ["elsewhere"], "days_mean": 14.0, "cost_usd_feu": 1700.0},
    )
    shares = []
    for factor in (0.1, 1.0, 10.0, 100.0):
        found = flow_model(tiny, rows, factor).solve()
        assert found.residual < 1e-10
        shares.append(dict(found.itineraries.select("itinerary", "share").iter_rows())["ships"])
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < shares[0] / 2


def test_waiting_at_one_server_is_that_of_a_queue_with_poisson_arrivals() -> None:
    """M/M/1: u / (1 - u) services; and the tangent beyond 95 % has no step."""
    one = Resources(("x",), np.array([100.0]), np.array([1.0]), np.array([2.0]), {})
    assert one.delay(np.array([50.0]))[0] == pytest.approx(2.0)
    assert one.delay(np.array([80.0]))[0] == pytest.approx(8.0)
    for flow in (20.0, 94.9, 95.1, 150.0):
        numeric = (one.delay(np.array([flow + 1e-5])) - one.delay(np.array([flow - 1e-5])))[0] / 2e-5
        assert one.slope(np.array([flow]))[0] == pytest.approx(numeric, rel=1e-4)


def test_capacity_of_ships_is_round_trips_times_size(tiny: Corridor) -> None:
    found = resources(tiny)
    fleet = tiny["fleets"].row(0, named=True)
    trips = fleet["count"] * 8760 / (2 * (fleet["crossing_h"] + 12))
    name = f"fleets/{fleet['id']}:ship"
    assert dict(zip(found.names, found.capacity_teu_year, strict=True))[name] == pytest.approx(trips * fleet["capacity_teu"])


def test_families_of_the_embedded_corridor_are_told_apart_by_gates(embedded: Corridor) -> None:
    first = gates(embedded)
    assert 2 <= len(first) <= 3
    routes = embedded["demands"].filter(pl.col("route").is_not_null()).select(itinerary="id", services="route")
    told = with_families(embedded, routes)
    assert told["family"].n_unique() >= 4
    ocean = told.filter(pl.col("services").list.contains("ocean_cape"))
    assert set(ocean["family"]) == {"sea"}


def test_a_feeder_on_an_enclosed_sea_is_not_of_the_open_sea(embedded: Corridor) -> None:
    linked = nx.Graph(embedded["links"].filter(pl.col("mode").is_in(["sea", "ferry"])).select("from_place", "to_place").rows())
    ocean = nx.node_connected_component(linked, "cape_good_hope")
    assert open_sea(embedded) == ocean
    assert not ocean & {"aktau_port", "alat_port"}
    feeder = pl.DataFrame({"services": [["feeder_aktau_alat"], ["ocean_poti"]]})
    assert with_families(embedded, feeder)["family"].to_list() == ["via_aze", "sea"]


def test_itineraries_of_the_planner_hold_several_families(embedded: Corridor) -> None:
    from daliz.assess.itineraries import itineraries

    demand = embedded["demands"].filter(~pl.col("empty")).sort("teu_year", descending=True).row(0, named=True)
    found = itineraries(embedded, demand["origin"], demand["destination"])
    assert set(found["origin"]) == {demand["origin"]}
    assert not found.select("commodity", "itinerary").is_duplicated().any()
    model = flow_model(embedded, found)
    flows = model.solve()
    assert flows.totals.height >= 3
    assert flows.residual < 1e-10
    assert float(flows.totals["share"].sum()) == pytest.approx(1)
    names = {figure.name for figure in flows.figures()}
    assert any(name.startswith(f"share:{flows.totals['family'][0]}:") for name in names)


def test_volumes_of_two_years_predict_the_next_or_say_by_how_much_they_miss(embedded: Corridor) -> None:
    from daliz.assess.itineraries import itineraries

    demand = embedded["demands"].filter(~pl.col("empty")).sort("teu_year", descending=True).row(0, named=True)
    model = flow_model(embedded, itineraries(embedded, demand["origin"], demand["destination"]))
    found = calibrate(embedded, model, {"via_aze": "TITR", "via_rus": "Northern"})
    by_year = {prediction.year: prediction for prediction in found.predictions}
    assert set(by_year) == {2022, 2023, 2024, 2025}
    odds = [value.observed / (1 - value.observed) for value in (by_year[2022], by_year[2023])]
    teu = dict(found.flows.totals.select("family", "teu_year").iter_rows())
    assert teu["via_aze"] / teu["via_rus"] == pytest.approx(float(np.sqrt(odds[0] * odds[1])), rel=1e-4)
    for prediction in found.predictions:
        inside = prediction.low <= prediction.observed <= prediction.high
        assert (prediction.miss_points == 0) == inside


def test_a_change_stands_in_for_a_year_that_is_not_published(embedded: Corridor) -> None:
    found = yearly(embedded, "Northern")
    change = embedded["observations"].filter((pl.col("subject") == "Northern") & (pl.col("unit") == "percent")).row(0, named=True)
    assert found[2025][0] == pytest.approx(found[2024][0] * (1 + change["value"] / 100))


def test_bad_input_is_answered(tiny: Corridor) -> None:
    with pytest.raises(DalizError, match="no column 'days_sd'"):
        flow_model(tiny, _two().drop("days_sd"))
    with pytest.raises(DalizError, match="no demand: none of the itineraries"):
        flow_model(tiny, _two().with_columns(destination=pl.lit("mid_harbour")))
    with pytest.raises(DalizError, match="demand factor = 0"):
        flow_model(tiny, _two(), 0.0)
    with pytest.raises(DalizError, match="cost_usd_feu has values that are not numbers"):
        flow_model(tiny, _two().with_columns(cost_usd_feu=float("nan")))
    model = flow_model(tiny, _two())
    with pytest.raises(DalizError, match="no itinerary is of the family 'via_xyz'"):
        model.solve({"via_xyz": 1.0})
    with pytest.raises(DalizError, match="no yearly teu of 'Nowhere'"):
        calibrate(tiny, model, {"direct": "Nowhere", "sea": "Elsewhere"})
