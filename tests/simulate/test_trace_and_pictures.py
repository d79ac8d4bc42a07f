"""The trace of one run, read back; the charts; the embedded corridor; the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import Corridor, DalizError, load
from daliz.draw import chart_svg
from daliz.freight.simulate import Simulation, pictures, simulate, words
from daliz.freight.simulate.search import bottlenecks, crossing_of, main_relation
from daliz.freight.simulate.tracing import journey, read_trace, told, trace, write_trace

PAIR = ("KAZ", "AZE")


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    """The embedded corridor, four years of it."""
    return simulate(load(), replications=4)


def test_a_trace_is_written_and_read_back_and_a_box_can_be_followed(made: Callable[..., Corridor], tmp_path: Path) -> None:
    small = simulate(made(demand_teu=3_000.0, spread=0.3), replications=1, years=0.5)
    frame = trace(small.compiled)
    assert read_trace(write_trace(frame, tmp_path / "trace.parquet")).equals(frame)
    arrived = frame.filter(pl.col("event") == "box arrives")
    steps = journey(frame, arrived["box"][0])
    assert steps["event"][0] == "box is born" and steps["hour"].is_sorted()
    assert {"inland", "port_a", "port_b"} <= set(steps["place"].drop_nulls())
    lines = told(steps, {}, {})
    hours = [float(line.split(" h  ")[0].split()[1]) for line in lines[1:-1]]
    assert sum(hours) / 24.0 == pytest.approx(float(lines[-1].split()[3]), abs=0.1)  # no hour of the journey is left out or told twice
    with pytest.raises(DalizError, match="no box 999999 in the trace"):
        journey(frame, 999_999)
    other = tmp_path / "other.parquet"
    pl.DataFrame({"a": [1]}).write_parquet(other)
    with pytest.raises(DalizError, match="is no trace of a simulation"):
        read_trace(other)
    other.write_text("text")
    with pytest.raises(DalizError, match="is no trace that can be read"):
        read_trace(other)
    with pytest.raises(DalizError, match="cannot be written"):
        write_trace(frame, tmp_path / "no" / "folder.parquet")


def test_a_trace_counts_the_boxes_that_the_run_counts(made: Callable[..., Corridor]) -> None:
    small = simulate(made(demand_teu=3_000.0), replications=1, warm_days=0.0)
    arrived = trace(small.compiled, small.plan.seed).filter(pl.col("event") == "box arrives").height
    assert arrived == round(small.value("delivered:all")[0])


def test_the_embedded_corridor_is_true_to_what_was_published_without_tuning(simulation: Simulation) -> None:
    figures = {figure.name: figure for figure in simulation.figures()}
    subject = "xian_port-absheron"
    assert 9.0 <= figures[f"transit_best_days:{subject}"].value <= 12.0
    assert 15.0 <= figures[f"transit_winter_p50_days:{subject}"].value <= 21.0
    assert 34.0 <= figures[f"standing_share_best:{subject}"].value <= 40.0
    assert 54.0 <= figures[f"standing_share:{subject}"].value <= 66.0
    assert 4.0 <= figures["cycle_days:asco_ropax"].value <= 5.0
    assert 5.5 <= figures["cycle_days:kmtf_fleet25"].value <= 7.0
    assert 40.0 <= figures["closed_share_nov_dec:kuryk_port"].value <= 60.0
    assert figures["throughput_teu_year:aktau_port-alat_port"].value == pytest.approx(70_600.0, rel=0.05)
    for figure in figures.values():
        assert figure.low is None or figure.high is None or figure.low <= figure.value <= figure.high, figure.name


def test_frames_of_the_embedded_corridor_make_sense(simulation: Simulation) -> None:
    transit = simulation.transit.filter(pl.col("p50_days").is_not_nan())
    assert (transit["p10_days"] <= transit["p50_days"]).all() and (transit["p90_days"] <= transit["p95_days"]).all()
    assert (transit.filter(pl.col("best_days") > 1.0).select(pl.col("best_days") <= pl.col("p50_days")).to_series()).all()
    assert simulation.resources["use"].drop_nulls().is_between(0.0, 1.0).all()
    assert simulation.weather["closed_share"].is_between(0.0, 1.0).all()
    assert simulation.costs["co2e_kg_feu"].min() >= 0.0
    assert (simulation.queues["mean"] >= -1e-6).all()
    hours = simulation.legs.group_by("demand").agg(pl.col("hours").sum())
    assert (hours["hours"] > 0.0).all()
    assert simulation.by_replication.height == len(simulation.names) * 4


def test_a_relation_leads_to_every_row_that_it_passes(simulation: Simulation) -> None:
    figure = next(f for f in simulation.figures() if f.name == "transit_p50_days:xian_port-absheron")
    assert {row.partition("/")[0] for row in figure.rows} == {"demands", "services", "fleets", "links", "terminals", "hazards"}
    assert {"fleets/kmtf_fleet25", "terminals/aktau_crane", "terminals/aktau_yard", "hazards/wind_m11"} <= set(figure.rows)
    best = next(f for f in simulation.figures() if f.name == "transit_best_days:xian_port-absheron")
    assert not any(row.startswith("hazards/") for row in best.rows)


def test_words_and_charts_are_made(simulation: Simulation) -> None:
    corridor = simulation.corridor
    relation = main_relation(simulation.compiled, corridor, PAIR)
    assert relation == ("xian_port", "absheron")
    assert crossing_of(simulation.compiled, corridor, PAIR) == ("aktau_port", "alat_port")
    assert "Xi'an" in words.transit_words(simulation, relation) and "days" in words.overview(simulation)
    labels = words.row_labels(simulation)
    demand = words.main_demand(simulation, relation)
    services = [ride.service for d in simulation.compiled.demands if d.id == demand for ride in d.rides]
    ranked = bottlenecks(simulation, most=2, replications=2)
    charts = [
        pictures.transit_chart(simulation, relation),
        pictures.days_chart(simulation, demand),
        pictures.queue_chart(simulation, labels),
        pictures.bottleneck_chart(ranked, labels),
        pictures.string_line_chart(trace(simulation.compiled), simulation, services, 10.0, 10.0),
    ]
    for chart in charts:
        assert chart_svg(chart).startswith("<svg")


def test_the_command_tells_a_year_and_gives_json(tmp_path: Path) -> None:
    runner = CliRunner()
    told = runner.invoke(app, ["simulate", "--replications", "2", "--relation", "Xi'an..Absheron", "--chart", str(tmp_path / "days.svg")])
    assert told.exit_code == 0, told.output
    assert "half of the boxes take" in " ".join(told.output.split()) and (tmp_path / "days.svg").exists()
    assert max(len(line) for line in told.output.splitlines() if not line.startswith("Wrote")) <= 80  # a path is as long as it is
    given = runner.invoke(app, ["simulate", "--replications", "2", "--json"])
    answer = json.loads(given.stdout)
    assert {"summary", "transit", "throughput", "resources", "ships", "figures"} <= set(answer)
    file = tmp_path / "trace.parquet"
    traced = runner.invoke(app, ["simulate", "--replications", "1", "--years", "0.1", "--trace", str(file), "--box", "50"])
    assert "Box 50" in traced.output and read_trace(file).height > 1_000
    again = runner.invoke(app, ["simulate", "--trace", str(file), "--box", "50", "--json"])
    assert json.loads(again.stdout)[0]["event"] == "box is born"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--precision", "much"], "expected a share such as 2%"),
        (["--precision", "300%"], "expected a share between 0 and 100 %"),
        (["--relation", "Aktau"], "expected two places with '..' between"),
        (["--relation", "Poti..Aktau"], "no demand goes from Poti port to Aktau sea port"),
        (["--years", "-1"], "years = -1"),
        (["--workers", "-7"], "workers = -7, expected at least 1, or -1"),
        (["--seed", "9" * 20], "expected a whole number of at most 18 digits"),
        (["--tables", f"{__file__}/x"], "expected a folder"),
        (["--demand", "inf"], "--demand inf: expected a factor above 0"),
    ],
)
def test_the_command_answers_bad_options(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["simulate", "--replications", "1", *arguments])
    assert isinstance(result.exception, DalizError) and message in str(result.exception)
