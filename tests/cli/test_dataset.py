"""`daliz show`, `daliz new`, `daliz --help`: what they print, and how they refuse."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from daliz.corridor import load
from daliz.corridor.schema import tables

TINY = Path(__file__).parents[1] / "tiny"


def run(*arguments: str, cwd: Path | None = None, width: int = 80) -> tuple[int, str, str]:
    """The command line as a user meets it: exit code, output, errors."""
    program = [sys.executable, "-c", "from daliz.cli import main; main()", *arguments]
    environment = {**os.environ, "COLUMNS": str(width)}
    done = subprocess.run(program, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def test_show_lists_every_table_within_80_columns() -> None:
    code, said, _ = run("show", "--corridor", str(TINY))
    assert code == 0
    assert all(name in said for name in tables())
    assert max(len(line) for line in said.splitlines()) <= 80


def test_show_prints_a_table_within_the_width_and_says_what_it_left_out() -> None:
    code, said, _ = run("show", "links", "--corridor", str(TINY), "--rows", "2")
    assert code == 0
    assert "r1" in said
    assert "... 3 more rows" in said
    assert "further columns: " in said
    assert max(len(line) for line in said.splitlines() if not line.startswith("further")) <= 80


def test_csv_and_json_hold_the_whole_table() -> None:
    corridor = load(TINY)
    _, as_csv, _ = run("show", "hazards", "--corridor", str(TINY), "--csv")
    _, as_json, _ = run("show", "hazards", "--corridor", str(TINY), "--json")
    assert [row["id"] for row in csv.DictReader(io.StringIO(as_csv))] == corridor["hazards"]["id"].to_list()
    assert json.loads(as_json) == corridor["hazards"].to_dicts()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "linkz"), "daliz: no table 'linkz'; nearest: links"),
        (("show", "links", "--columns", "lenght_km"), "daliz: table links has no column 'lenght_km'; nearest: length_km"),
        (("show", "links", "--json", "--csv"), "daliz: choose one of --json and --csv"),
        (("check", "nowhere"), "expected a folder with a corridor's tables; this is missing"),
        (("report", "KAZ"), "daliz: a dossier is about two countries; 1 named: KAZ"),
        (("report", "KAZ", "AZR"), "no country 'AZR' in the corridor"),
        (("report", "KAZ", "KAZ"), "KAZ was named twice"),
    ],
)
def test_what_a_user_can_mend_is_one_message_and_exit_code_2(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    code, out, errors = run(*arguments, cwd=tmp_path)
    assert code == 2
    assert said in errors
    assert "Traceback" not in errors
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_new_writes_a_dataset_that_checks_and_never_overwrites(tmp_path: Path) -> None:
    assert run("new", "mine", cwd=tmp_path)[0] == 0
    assert run("check", "mine", cwd=tmp_path)[0] == 0
    code, _, errors = run("new", "mine", cwd=tmp_path)
    assert code == 2
    assert "exists already; name a new folder, nothing was written" in errors


def test_help_lists_every_command_without_importing_what_is_heavy() -> None:
    code = "import sys; from daliz.cli import app; print(sorted({'polars', 'numpy', 'numba', 'altair', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    _, said, _ = run("--help")
    assert all(f" {name} " in said for name in ("check", "new", "show", "report"))
