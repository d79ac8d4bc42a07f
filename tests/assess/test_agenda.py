"""The agenda's worth: effects that add up, orders that matter, and nothing claimed for documents that change no row."""

from __future__ import annotations

import polars as pl
import pytest

from daliz.assess.agenda import SCHEMA, agenda, items_of
from daliz.assess.compare import compare
from daliz.assess.pictures import agenda_chart, comparison_chart
from daliz.assess.scenario import Scenario
from daliz.corridor import Corridor, DalizError

FEW = 4


@pytest.fixture(scope="module")
def road_map(tiny: Corridor) -> Corridor:
    """The tiny corridor, in which one agreement stands behind the second track and the third feeder, neither of which needs the other."""
    projects = tiny["projects"].with_columns(
        pl.when(pl.col("id") == "sea_line_laid").then("agreements").otherwise(pl.lit(["a1"])).alias("agreements"),
        pl.lit(None, dtype=pl.List(pl.String)).alias("after_projects"),
    )
    return tiny.replace("projects", projects)


def effects(frame: pl.DataFrame, **wanted: str) -> dict[str, float]:
    """Effects by measure of the rows that fit."""
    for column, value in wanted.items():
        frame = frame.filter(pl.col(column) == value)
    return dict(frame.select("measure", "effect").iter_rows())


def test_shapley_values_add_up_to_what_all_change_together(road_map: Corridor) -> None:
    corridor = road_map.replace(
        "projects",
        road_map["projects"].with_columns(pl.when(pl.col("id") == "sea_line_laid").then(None).otherwise("agreements").alias("agreements")),
    )
    found = agenda(corridor, only=["a1"], replications=FEW)
    together = effects(found.table, kind="agreement", role="first")
    shares = [effects(found.table, role=f"shapley:{project}") for project in ("second_track", "third_feeder")]
    assert together.keys() == shares[0].keys()
    for measure, total in together.items():
        assert sum(share[measure] for share in shares) == pytest.approx(total, abs=1e-9)


def test_a_projects_first_effect_is_what_the_comparison_says(road_map: Corridor) -> None:
    found = agenda(road_map, only=["third_feeder"], replications=FEW, seed=2)
    held = compare(road_map, Scenario("feeder", projects=("third_feeder",)), replications=FEW, seed=2)
    for measure in ("mean_transit_days", "delivered_teu_year"):
        assert effects(found.table, role="first")[measure] == pytest.approx(held.row(measure)["difference"])
    pair = "east_port-west_town"
    assert effects(found.table, role="first")["ceiling_teu_year"] == held.row("ceiling_teu_year", pair)["difference"]


def test_what_is_in_service_is_worth_what_would_be_lost_without_it(road_map: Corridor) -> None:
    built = road_map.with_projects("third_feeder")
    planned, standing = (agenda(corridor, only=["third_feeder"], replications=FEW) for corridor in (road_map, built))
    assert effects(planned.table, role="first") == pytest.approx(effects(standing.table, role="first"))


def test_a_cable_changes_fibre_and_no_freight(tiny: Corridor) -> None:
    found = agenda(tiny, only=["sea_line_laid"], replications=FEW)
    first = found.table.filter(pl.col("role") == "first")
    assert effects(first)["disjoint_paths"] > 0
    assert set(first.filter(pl.col("measurable"))["measure"]) <= {"latency_ms", "disjoint_paths"}
    assert effects(first)["mean_transit_days"] == 0


def test_agreements_without_projects_that_change_rows_are_listed_as_such(embedded: Corridor) -> None:
    quiet = [item.id for item in items_of(embedded) if not item.projects][:20]
    found = agenda(embedded, only=quiet, replications=2)
    assert [item.id for item in found.silent] == quiet
    assert found.table.is_empty()
    assert found.table.schema == pl.Schema(SCHEMA)


def test_cost_per_unit_is_cost_over_effect_where_it_makes_something_better(road_map: Corridor) -> None:
    found = agenda(road_map, only=["second_track"], replications=FEW)
    priced = found.table.filter(pl.col("usd_per_unit").is_not_null())
    for row in priced.iter_rows(named=True):
        assert row["usd_per_unit"] == pytest.approx(row["cost_usd"] / abs(row["effect"]))
    worse = found.table.filter(~pl.col("measurable"))
    assert worse["usd_per_unit"].null_count() == worse.height


def test_what_cannot_be_simulated_is_told_and_not_guessed(tiny: Corridor) -> None:
    effects_rows = tiny["effects"].with_columns(pl.when(pl.col("id") == "e1").then(pl.lit("0.001")).otherwise("before").alias("before"))
    busy = tiny["links"].with_columns(pl.when(pl.col("id") == "r2").then(2.0).otherwise("other_trains_day").alias("other_trains_day"))
    corridor = tiny.replace("effects", effects_rows).replace("links", busy).with_projects("second_track")
    found = agenda(corridor, only=["second_track"], replications=2)
    assert [item.id for item, _ in found.untold] == ["second_track"]
    assert "other_trains_day" in found.untold[0][1]


def test_an_unknown_project_is_answered_with_the_nearest(tiny: Corridor) -> None:
    with pytest.raises(DalizError, match="no project or agreement 'third_feder'; nearest: third_feeder"):
        agenda(tiny, only=["third_feder"])


def test_a_project_that_changes_nothing_is_drawn_at_zero(tiny: Corridor) -> None:
    found = agenda(tiny, only=["sea_line_laid", "third_feeder"], replications=FEW)
    spec = agenda_chart(found, "mean_transit_days", "Mean transit").to_dict()
    drawn = {row["title"]: row["effect"] for rows in spec["datasets"].values() for row in rows if row.get("role") == "first"}
    assert len(drawn) == 2
    assert 0.0 in drawn.values()
    assert spec["title"]["text"] == "Mean transit"
    few = agenda_chart(found, "mean_transit_days", "Mean transit", most=1).to_dict()
    assert few["title"]["subtitle"] == ["bars: 95 % intervals; pale: not told from chance; not drawn: 1 without any change"]


def test_a_comparison_is_drawn_with_its_title_and_whiskers_only_where_there_is_an_interval(tiny: Corridor) -> None:
    found = compare(tiny, Scenario("more", demand_factor=2.0), replications=FEW)
    spec = comparison_chart(found, {}, "Twice the demand").to_dict()
    assert spec["title"]["text"] == "Twice the demand"
    rows = [row for rows in spec["datasets"].values() for row in rows if "kind" in row]
    assert rows
    assert all((row["low"] < row["high"]) == (row["kind"] == "simulated, with 95 % interval") for row in rows)
    ends = [layer for layer in spec["layer"] if layer["mark"]["type"] == "tick"]
    assert [layer["encoding"]["x"]["field"] for layer in ends] == ["low", "high"]
