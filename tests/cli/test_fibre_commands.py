"""`daliz fibre`: sentences, stable JSON, files, and one clear message for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daliz.cli import main


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and messages of a command."""
    monkeypatch.setattr("sys.argv", ["daliz", "fibre", *words])
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize(
    ("words", "says", "key"),
    [
        (("route", "Aktau", "Sumgait"), "of cable with slack", "cable_km"),
        (("light", "380"), "What would decide", "designs"),
        (("latency", "Frankfurt", "Khorgos"), "no round trip below", "ways"),
        (("survival", "Almaty", "Frankfurt"), "disjoint ways", "pairs"),
        (("survival", "Tbilisi", "Frankfurt", "--cut", "cut_georgia_2011"), "in the network of 2011", "effects"),
    ],
)
def test_each_command_speaks_and_gives_json_and_files(
    words: tuple[str, ...], says: str, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(monkeypatch, capsys, *words, "--output", str(tmp_path / "files"))
    assert code == 0
    assert max(len(line) for line in out.splitlines() if not line.startswith("Wrote")) <= 80
    assert says in " ".join(out.split())
    files = sorted((tmp_path / "files").iterdir())
    assert any(path.suffix == ".svg" for path in files)
    assert all(path.stat().st_size > 500 for path in files)
    code, out, _ = run(monkeypatch, capsys, *words, "--json")
    assert code == 0
    assert key in json.loads(out)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("route", "Almaty", "Sumgait"), "outside the grid"),
        (("route", "Aktau", "Sumgait", "--date", "soon"), "expected a date"),
        (("route", "Aktau", "Sumgait", "--repair-days", "0"), "expected more than 0"),
        (("light", "no_such_cable"), "no cable 'no_such_cable'"),
        (("light", "Frankfurt", "nowhere at all"), "no place"),
        (("light", "-5"), "No such option|length of -5"),
        (("latency", "Frankfurt", "Khorgoss"), "nearest"),
        (("survival", "Frankfurt"), "expected two for each relation"),
        (("survival", "Almaty", "Baku", "--repair-days", "submarine"), "expected NAME=DAYS"),
        (("survival", "Almaty", "Baku", "--cut", "nothing_at_all"), "nothing to cut is named"),
    ],
)
def test_what_cannot_be_is_one_message_and_exit_code_2(
    words: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(monkeypatch, capsys, *words)
    assert code == 2
    assert any(part in out + err for part in says.split("|"))
    assert "Traceback" not in out + err


def test_light_along_a_way_names_its_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(monkeypatch, capsys, "light", "Frankfurt", "Almaty")
    assert out.startswith("Frankfurt to Almaty point of presence, lit through")
