"""`daliz flows` from the command line, on the made-up corridor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import DalizError

TINY = str(Path(__file__).parents[1] / "tiny")


def test_command_answers_in_json() -> None:
    result = CliRunner().invoke(app, ["flows", "--corridor", TINY, "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert sum(row["teu_year"] for row in found["totals"]) == pytest.approx(10_000)
    assert found["residual"] < 1e-10
    assert {figure["name"].partition(":")[0] for figure in found["figures"]} == {"flow_teu_year", "share"}
    assert found["without_itinerary"] == []


def test_command_tells_in_sentences_that_fit_80_columns() -> None:
    result = CliRunner().invoke(app, ["flows", "--corridor", TINY])
    assert result.exit_code == 0, result.output
    assert "10,000 TEU a year have one itinerary" in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def test_days_are_told_by_what_they_are_made_of() -> None:
    result = CliRunner().invoke(app, ["flows", "--corridor", TINY])
    numbers = next(line for line in result.output.splitlines() if line.startswith("  past none")).split()
    days, moving, standing, queue = map(float, numbers[-5:-1])
    assert days == pytest.approx(moving + standing + queue, abs=0.11)
    # 450 km at 45 km/h, 360 at 40, 300 at 20 and 180 at 40: 10 + 9 + 15 + 4.5 hours.
    assert moving == pytest.approx(38.5 / 24, abs=0.05)


def test_families_are_the_same_whatever_part_of_the_cargo_is_asked_about() -> None:
    """The gate countries are those of the whole corridor, so the way past the Caspian is told also where little cargo takes it."""
    result = CliRunner().invoke(app, ["flows", "--from", "xian_port", "--to", "duisburg", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert {"via_aze", "via_rus", "sea"} <= {figure["name"].split(":")[1] for figure in found["figures"]}


def test_every_flow_and_share_comes_with_a_range() -> None:
    found = json.loads(CliRunner().invoke(app, ["flows", "--corridor", TINY, "--json"]).stdout)
    assert found["figures"]
    for figure in found["figures"]:
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["interval"]


def test_years_that_were_not_published_are_answered_with_those_that_were() -> None:
    for option in ("--fit", "--check"):
        result = CliRunner().invoke(app, ["flows", "--series", "via_aze=TITR,via_rus=Northern", option, "2023,2050"])
        assert isinstance(result.exception, DalizError)
        assert "'TITR' and 'Northern' is published for 2050; years with both: 2020, 2022, 2023, 2024, 2025" in str(result.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--demand", "0"], "demand factor = 0"),
        (["--series", "via_mid"], "expected a family and a subject"),
        (["--fit", "soon"], "expected years"),
        (["--fit", "2022,2023"], "--fit and --check say which years of --series to use"),
        (["--from", "west_town"], "no demand from West Town to anywhere in the table demands; cargo from West Town goes to nowhere"),
        (["--from", "east_port", "--to", "mid_harbour"], "cargo from East Port goes to West Town (west_town)"),
        (["--series", "via_mid=Nobody,sea=Nothing"], "no yearly teu of 'Nobody'"),
    ],
)
def test_command_refuses_what_makes_no_sense(options: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["flows", "--corridor", TINY, *options])
    assert isinstance(result.exception, DalizError)
    assert message in str(result.exception)
