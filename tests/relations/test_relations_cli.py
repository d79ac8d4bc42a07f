"""`daliz relations`, `daliz agreements`, `daliz events` and the dossier's two sections: what they print, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.relations.gdelt_lines import line, make_rows, write
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import DalizError, load
from daliz.report.section import Grid, Picture, Words
from daliz.report.sections import agenda
from daliz.report.sections import relation as relation_section

RUNNER = CliRunner(env={"COLUMNS": "80"})


def run(*arguments: str) -> str:
    """What a command prints; its own errors are raised."""
    result = RUNNER.invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_relations_says_the_headlines_and_the_warning_within_80_columns() -> None:
    said = run("relations", "Kazakhstan", "AZE")
    assert "12 on sourced rows, 12 on all rows" in said
    assert "If it changed once, the new rate began in 2022" in said
    assert "Warning" in said
    assert "9 or 14 documents" in said
    assert max(len(text) for text in said.splitlines()) <= 80
    assert run("relations") == run("relations", "KAZ-AZE")


def test_one_country_is_answered_with_all_its_partners() -> None:
    said = run("relations", "Kazakhstan")
    assert "Presidential visits of Kazakhstan to its partners, 2019-2025" in said
    assert "Azerbaijan" in said
    assert "Warning" in said
    assert max(len(text) for text in said.splitlines()) <= 80
    partners = {partner["code"]: partner for partner in json.loads(run("relations", "KAZ", "--json"))["partners"]}
    assert (partners["AZE"]["out"], partners["AZE"]["back"], partners["RUS"]["back"]) == (6, 6, None)
    with pytest.raises(DalizError, match=r"no country 'KAZZ'.*nearest: KAZ"):
        run("relations", "KAZZ")


@pytest.mark.parametrize(
    ("asked", "said"), [(("--weights", "foo"), "no set of weights 'foo'"), (("--recorded", "3"), "recorded share 3: expected a number")]
)
def test_an_impossible_assumption_is_refused_before_anything_is_said(asked: tuple[str, ...], said: str) -> None:
    result = RUNNER.invoke(app, ["relations", "KAZ", "AZE", *asked])
    assert isinstance(result.exception, DalizError)
    assert said in str(result.exception)
    assert result.output == ""


def test_relations_json_is_json_and_names_its_figures() -> None:
    said = json.loads(run("relations", "KAZ-AZE", "--json"))
    figures = {figure["name"]: figure for figure in said["figures"]}
    assert figures["visits:KAZ-AZE"]["value"] == 12
    assert figures["change_year:KAZ-AZE"]["value"] == 2022
    assert {"rank:KAZ-AZE", "visits_rate:KAZ-AZE", "agreements_listed:KAZ-AZE", "stock_claim:KAZ-AZE", "trade_usd:KAZ-AZE"} <= set(figures)
    assert figures["stock_claim:KAZ-AZE"]["value"] == 165


def test_under_reporting_weights_and_missing_months_can_be_varied() -> None:
    said = run("relations", "KAZ-AZE", "--recorded", "0.8", "--weights", "graded", "--missing", "2020-03,2020-04", "--since", "2020")
    assert "weights graded, 80% of visits elsewhere recorded" in said
    assert "83%" in said


def test_an_unknown_country_is_answered_with_the_nearest() -> None:
    with pytest.raises(DalizError, match=r"no country 'Azerbajan'.*nearest: AZE \(Azerbaijan\)"):
        run("relations", "KAZ", "Azerbajan")
    with pytest.raises(DalizError, match="3 countries given"):
        run("relations", "KAZ", "AZE", "RUS")


def test_the_votes_file_gives_a_distance(cases: Path) -> None:
    said = run("relations", "KAZ-AZE", "--votes", str(cases / "relations" / "un_ideal_points_2020.csv"))
    assert "UN votes: distance 0.109" in said


def test_agreements_are_listed_added_and_changed(tmp_path: Path) -> None:
    said = run("agreements", "--country", "KAZ", "--country", "AZE", "--since", "2024-03", "--until", "2024-03")
    assert "Documents: 9; counts of signings: 3; claims of stocks: 1" in said
    assert max(len(text.rstrip()) for text in said.splitlines()) <= 80
    folder = tmp_path / "own"
    load().save(folder)
    source = load(folder)["sources"]["id"][0]
    assert "Added 20260110_protocol" in run(
        "agreements", "add", "title=Protocol", "signed_date=2026-01-10", f"source={source}", "--corridor", str(folder)
    )
    assert "status (empty) -> in force" in run("agreements", "set", "20260110_protocol", "status=in force", "--corridor", str(folder))
    rows = json.loads(run("agreements", "--text", "protocol", "--since", "2026", "--json", "--corridor", str(folder)))
    assert [row["status"] for row in rows] == ["in force"]
    with pytest.raises(DalizError, match="expected COLUMN=VALUE"):
        run("agreements", "set", "20260110_protocol", "done", "--corridor", str(folder))


def test_events_are_read_counted_sampled_and_measured(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for year in (2021, 2022, 2023):
        write(tmp_path / "in" / f"{year}.csv", [line(i, f"{year}{i:02d}05", "KAZ", "AZE", "042", f"{year}/{i}") for i in range(1, 13)])
    store = tmp_path / "store"
    said = run("events", str(tmp_path / "in"), "--out", str(store), "--pair", "KAZ-AZE", "--months", str(tmp_path / "m.csv"))
    assert "Read 3 files: 36 rows, 36 kept" in said
    assert pl.read_csv(tmp_path / "m.csv")["events"].sum() == 36
    again = run("events", str(tmp_path / "in"), "--out", str(store), "--pair", "KAZ-AZE", "--sample", str(tmp_path / "s.csv"))
    assert "3 had been read before" in again
    sample = (tmp_path / "s.csv").read_text().splitlines()
    (tmp_path / "s.csv").write_text("\n".join([sample[0], *[row + "yes" for row in sample[1:]]]) + "\n")
    measured = run("relations", "KAZ-AZE", "--events", str(store), "--audit", str(tmp_path / "s.csv"))
    assert "2022: 12 by Kazakhstan, 0 by Azerbaijan; 100% of the year covered" in measured
    assert "Corrected by the audit: 36 real events" in measured
    assert json.loads(run("relations", "KAZ-AZE", "--events", str(store), "--json"))["rate"]["total"] == 36


def test_events_says_which_files_failed_and_keeps_the_others(tmp_path: Path) -> None:
    good = write(tmp_path / "20240311.export.CSV", make_rows(50))
    bad = write(tmp_path / "20240312.export.CSV", ["a\tb"])
    with pytest.raises(DalizError, match=r"1 of 2 files could not be read; the others are kept\n.*2 columns"):
        run("events", str(good), str(bad), "--out", str(tmp_path / "store"))
    assert "Read 0 files; 1 had been read before" in run("events", str(good), "--out", str(tmp_path / "store"))
    with pytest.raises(DalizError, match=r"1 of 1 files could not be read; nothing was read"):
        run("events", str(bad), "--out", str(tmp_path / "third"))
    with pytest.raises(DalizError, match="root code '21'"):
        run("events", str(good), "--out", str(tmp_path / "other"), "--roots", "4,21")
    with pytest.raises(DalizError, match="no store of events"):
        run("relations", "KAZ-AZE", "--events", str(tmp_path / "nothing"))


def test_the_sections_of_the_dossier_carry_pictures_grids_and_figures() -> None:
    corridor = load()
    made = relation_section.section(corridor, ("KAZ", "AZE"))
    assert "12 times in 2019-2025" in made.lead
    pictures = [block for block in made.blocks if isinstance(block, Picture)]
    assert len(pictures) == 5
    assert all(picture.svg.startswith("<svg") and picture.rows for picture in pictures)
    assert any("Warning" in block.text for block in made.blocks if isinstance(block, Words))
    held = agenda.section(corridor, ("KAZ", "AZE"))
    register = next(block for block in held.blocks if isinstance(block, Grid) and block.folded)
    assert len(register.cells) == {figure.name: figure.value for figure in held.figures}["agreements_listed:KAZ-AZE"]
    projects = next(block for block in held.blocks if isinstance(block, Grid) and block.heads[0] == "project")
    assert any("fibre" in str(row[0]) for row in projects.cells)
    names = [figure.name for figure in (*made.figures, *held.figures)]
    assert len(names) == len(set(names))


def test_a_pair_with_few_rows_has_sections_too() -> None:
    made = relation_section.section(load(), ("KAZ", "UZB"))
    assert "visited each other" in made.lead
    assert agenda.section(load(), ("KAZ", "UZB")).blocks
