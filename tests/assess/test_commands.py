"""The commands: what they print, and one clear line for what cannot be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from daliz.cli import main

Daliz = Callable[..., tuple[str, str]]

TINY = str(Path(__file__).parents[1] / "tiny")


@pytest.fixture()
def daliz(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Daliz:
    """Runs a command; gives what it prints and what it says of errors."""

    def run(*words: str, expected: int = 0) -> tuple[str, str]:
        monkeypatch.setattr("sys.argv", ["daliz", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert (stopped.value.code or 0) == expected
        told = capsys.readouterr()
        return told.out, told.err

    return run


def test_compare_prints_a_sentence_a_table_and_the_same_as_json(daliz: Daliz) -> None:
    asked = ("compare", "--corridor", TINY, "--project", "third_feeder", "--replications", "2", "--no-keep")
    text, _ = daliz(*asked)
    assert "With A third feeder: " in text
    assert "East Port to West Town" in text
    rows = json.loads(daliz(*asked, "--json")[0])[0]["measures"]
    assert {"measure", "unit", "base", "scenario", "difference", "low", "high"} <= set(rows[0])


def test_dependence_prints_a_country_and_the_matrix(daliz: Daliz) -> None:
    text, _ = daliz("dependence", "EST", "--corridor", TINY)
    assert "MID" in text
    rows = json.loads(daliz("dependence", "--corridor", TINY, "--json")[0])
    assert ("EST", "MID") in {(row["country"], row["territory"]) for row in rows}


def test_agenda_prints_effects_and_what_has_none(daliz: Daliz) -> None:
    found = json.loads(daliz("agenda", "--corridor", TINY, "--replications", "2", "--no-keep", "--json")[0])
    assert {row["role"] for row in found["effects"]} >= {"first", "last"}
    assert {"silent", "untold"} <= set(found)


def test_charts_are_written(daliz: Daliz, tmp_path: Path) -> None:
    for words in (
        ("compare", "--demand", "2", "--replications", "2", "--no-keep"),
        ("dependence",),
        ("agenda", "--replications", "2", "--no-keep"),
    ):
        target = tmp_path / f"{words[0]}.svg"
        daliz(*words, "--corridor", TINY, "--chart", str(target))
        assert target.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "--close", "RUSS"), "no country 'RUSS'"),
        (("compare", "--close", "XYZ"), "there are: ARE, ARM, AUT, AZE"),
        (("compare", "--close-place", "nowhere"), "`daliz show places` lists them"),
        (("compare", "--project", "nosuch"), "`daliz show projects` lists them"),
        (("compare", "--sea-level", "3000"), "expected 2025 to 2086"),
        (("compare", "--without", "focl"), "changes no row"),
        (("compare", "--close", "RUS", "--relation", "foo:bar"), "no place 'foo'"),
        (("compare", "--scenario", "no_such"), "no scenario 'no_such'"),
        (("compare", "--scenario", "russia_closed", "--demand", "2"), "not both"),
        (("compare", "--project", "focl", "--without", "focl"), "both put in place and taken away"),
        (("compare", "--demand", "-1"), "demand -1 must be between"),
        (("compare", "--demand", "0"), "no demand"),
        (("compare", "--scenario", "missing.toml"), "cannot be read"),
        (("compare", "--close", "RUS", "--relation", "here"), "two places; most cargo goes on xian_port:absheron, "),
        (("compare", "--close", "RUS", "--cluster", "tcp://127.0.0.1:9", "--no-keep"), "no Dask scheduler answers"),
        (("compare", "--close", "RUS", "--chart", "nowhere/chart.png"), "no folder that is there"),
        (("compare", "--close", "RUS", "--chart", "chart.pdf"), "ends in .svg or .png"),
        (("dependence", "KZA"), "KAZ"),
        (("agenda", "--only", "folc"), "nearest: focl"),
        (("agenda", "--measure", "speed"), "there are: transit_p50_days"),
    ],
)
def test_what_cannot_be_is_one_clear_line(daliz: Daliz, words: tuple[str, ...], said: str) -> None:
    _, error = daliz(*words, expected=2)
    lines = [line for line in error.splitlines() if line.startswith("daliz: ")]
    assert len(lines) == 1
    assert said in lines[0]
    assert "Traceback" not in error


def test_a_number_of_workers_that_cannot_be_is_refused(daliz: Daliz) -> None:
    _, error = daliz("compare", "--close", "RUS", "--workers", "0", expected=2)
    assert error == "daliz: --workers 0: expected 1 or more, or -1 for all cores\n"


@pytest.mark.parametrize("words", [("compare", "--close", "MID"), ("agenda",), ("dependence",), ("flows",)])
def test_a_corridor_without_cargo_is_one_clear_line(daliz: Daliz, tmp_path: Path, words: tuple[str, ...]) -> None:
    shutil.copytree(TINY, tmp_path / "empty")
    demands = tmp_path / "empty" / "demands.csv"
    demands.write_text(demands.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    _, error = daliz(*words, "--corridor", str(tmp_path / "empty"), expected=2)
    assert error.startswith("daliz: the table demands has no cargo")
    assert error.count("\n") == 1
