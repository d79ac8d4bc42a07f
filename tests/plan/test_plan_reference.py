"""Plans on the embedded corridor against what was published about it."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import Corridor, DalizError, load
from daliz.freight.plan import plan
from daliz.freight.plan.relation import links_between, relation_figures, relation_plan, segments

PAIR = ("KAZ", "AZE")


@pytest.fixture(scope="module")
def embedded() -> Corridor:
    return load()


def published(corridor: Corridor, name: str) -> tuple[float, float]:
    """The lowest and highest published value for a model figure, over all observations of it."""
    rows = corridor["observations"].filter(pl.col("model") == name)
    assert rows.height
    lows = pl.coalesce("low", "value")
    return rows.select(lows.min()).item(), rows.select(pl.coalesce("high", "value").max()).item()


def test_the_main_relation_has_its_published_length_best_days_and_winter_days(embedded: Corridor) -> None:
    winter, summer = (relation_plan(embedded, PAIR, day) for day in ("2025-12-01", "2025-06-01"))
    figures = {figure.name.partition(":")[0]: figure for figure in relation_figures(winter, summer)}
    assert figures["length_km"].value == pytest.approx(7_000, rel=0.02)
    # The record run took 11 days; 8 to 11 are advertised.
    assert 10 <= figures["plan_best_days"].value <= 12
    cold = figures["plan_winter_p50_days"]
    assert 15 <= cold.value <= 21
    assert cold.low is not None
    assert cold.high is not None
    # Carriers saw 15 to 20 days in a December: the band of nine in ten overlaps most of it.
    assert cold.low <= 16
    assert cold.high >= 18
    assert figures["plan_p50_days"].value < cold.value
    assert 50 <= figures["plan_standing_share"].value <= 66


@pytest.mark.parametrize(
    ("origin", "destination", "services", "name"),
    [
        ("shanghai", "rotterdam", ["ocean_suez"], "transit_best_days:shanghai-rotterdam"),
        ("shanghai", "poti", ["ocean_poti"], "transit_p50_days:shanghai-poti"),
        ("xian_port", "tehran_aprin", ["south_tehran"], "transit_p50_days:xian_port-tehran_aprin"),
        ("altynkol", "aktau_port", ["altynkol_aktau"], "transit_best_days:altynkol-aktau_port"),
    ],
)
def test_other_routes_take_the_days_that_were_published(
    embedded: Corridor, origin: str, destination: str, services: list[str], name: str
) -> None:
    low, high = published(embedded, name)
    row = plan(embedded, origin, destination, depart="2025-06-01", services=services).front.row(0, named=True)
    assert row["days"] <= high
    assert row["days_p90"] >= low
    assert row["days_p50"] <= high + 1


def test_segments_add_up_to_the_planned_days(embedded: Corridor) -> None:
    answer = relation_plan(embedded, PAIR, "2025-12-01")
    for itinerary in answer.front["itinerary"]:
        parts = segments(answer, itinerary)
        row = answer.front.filter(pl.col("itinerary") == itinerary).row(0, named=True)
        assert sum(part.hours for part in parts) / 24 == pytest.approx(row["days"], abs=1 / 24)
        assert all(before.end == after.start for before, after in pairwise(parts))


def test_published_lengths_are_met_by_the_links_between(embedded: Corridor) -> None:
    km = dict(embedded["links"].select("id", "length_km").iter_rows())
    assert sum(km[link] for link in links_between(embedded, ["altynkol", "aktau_port"])) == pytest.approx(3_128, rel=0.005)
    assert sum(km[link] for link in links_between(embedded, ["dostyk", "moyynty"])) == pytest.approx(836, rel=0.005)


def test_forgiving_names_find_the_same_plan(embedded: Corridor) -> None:
    plans = [plan(embedded, name, "Baku", depart="2026-12-01", draws=200) for name in ("Xi'an", "Xian", "Xi’an", "xian_port")]
    assert all(answer.front.equals(plans[0].front) for answer in plans)


def test_closing_a_country_only_ever_makes_plans_slower_or_dearer(embedded: Corridor) -> None:
    free = plan(embedded, "xian_port", "duisburg", depart="2026-12-01", draws=200)
    without = plan(embedded, "xian_port", "duisburg", depart="2026-12-01", draws=200, avoid_countries=["RUS"])
    closed = plan(embedded.close(country="RUS"), "xian_port", "duisburg", depart="2026-12-01", draws=200)
    assert without.front["arrive"].min() >= free.front["arrive"].min()
    assert closed.front["arrive"].min() == without.front["arrive"].min()


def test_the_connection_section_draws_and_names_its_figures(embedded: Corridor) -> None:
    from daliz.report.sections.connection import section

    found = section(embedded, PAIR)
    names = {figure.name.partition(":")[0] for figure in found.figures}
    assert {"length_km", "moving_h", "plan_best_days", "plan_p50_days", "plan_winter_p50_days", "plan_standing_share"} <= names
    assert all(figure.rows for figure in found.figures)
    assert sum("<svg" in getattr(block, "svg", "") for block in found.blocks) == 2


def test_a_country_to_avoid_that_is_mistyped_is_answered_with_the_nearest() -> None:
    told = CliRunner().invoke(app, ["plan", "Xi'an", "Absheron", "--depart", "2026-12-01", "--avoid", "RUX"])
    assert isinstance(told.exception, DalizError) and "nearest: RUS" in str(told.exception)
