"""Bad datasets: one clear line a problem, exit code 2, and never another exception than the library's own."""

from __future__ import annotations

import csv
import io
import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from daliz.cli import app
from daliz.corridor import Corridor, DalizError, DatasetError, load, problems_of
from daliz.corridor.schema import tables

TINY = Path(__file__).parents[1] / "tiny"


def edit(folder: Path, table: str, line: int, column: str, value: str) -> None:
    """Put a value into one cell; line 2 is the first row."""
    path = folder / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    rows[line - 1][rows[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "line", "column", "value", "said"),
    [
        ("links", 2, "length_km", "-450", "links.csv:2 length_km = '-450': expected more than 0 km"),
        ("links", 2, "length_km", "long", "links.csv:2 length_km = 'long': expected a number"),
        ("links", 2, "length_km", "nan", "links.csv:2 length_km = 'nan': expected a number"),
        ("links", 2, "length_km", "", "links.csv:2 length_km: must not be empty"),
        ("links", 2, "tracks", "1.5", "links.csv:2 tracks = '1.5': expected a whole number"),
        ("places", 2, "lat", "200", "places.csv:2 lat = '200': expected at most 90 deg"),
        ("places", 3, "id", "east_port", "places.csv:3 id = 'east_port': the key stands already in line 2"),
        ("places", 2, "country", "Kazakhstan", "places.csv:2 country = 'Kazakhstan': expected the form [A-Z]{3}"),
        ("links", 2, "to_place", "east_bordr", "links.csv:2 to_place = 'east_bordr': no such row in places.csv; nearest: east_border"),
        ("links", 2, "mode", "rial", "expected one of rail, road, sea, ferry; nearest: rail"),
        ("links", 4, "to_place", "west_town", "links.csv:4 to_place = 'west_town': a sea link cannot end at a station"),
        ("links", 2, "to_place", "east_port", "a link must join two different places"),
        ("hazards", 2, "places", "mid_harbour;nowhere", "hazards.csv:2 places = 'nowhere': no such row in places.csv"),
        ("projects", 2, "after_projects", "third_feeder", "a cycle of effects: "),
        ("terminals", 2, "service_min_h", "9", "terminals.csv:2 service_min_h = '9': must not be more than service_h = 3"),
        ("meetings", 2, "date_start", "2024-02-30", "meetings.csv:2 date_start = '2024-02-30': expected a date"),
        ("stops", 3, "link", "r3", "the link runs west_harbour - west_town, expected one from east_port to east_border"),
        ("effects", 2, "row", "r22", "effects.csv:2 row = 'r22': no such row in links.csv; nearest: r2"),
        ("effects", 2, "column", "capacity", "links has no such column"),
        ("effects", 2, "after", "many", "effects.csv:2 after = 'many': links.capacity_trains_day: expected a number"),
        ("effects", 2, "after", "-4", "effects.csv:2 after = '-4': links.capacity_trains_day: expected more than 0 trains/day"),
        ("demands", 2, "assumed_fields", "teu", "demands.csv:2 assumed_fields = 'teu': expected columns of this table"),
    ],
)
def test_a_wrong_cell_is_named_with_what_was_expected(tiny_folder: Path, table, line, column, value, said) -> None:
    edit(tiny_folder, table, line, column, value)
    with pytest.raises(DatasetError) as caught:
        load(tiny_folder)
    assert said in str(caught.value)


def test_every_problem_is_listed_at_once(tiny_folder: Path) -> None:
    edit(tiny_folder, "links", 2, "length_km", "-1")
    edit(tiny_folder, "places", 2, "lat", "200")
    (tiny_folder / "trade.csv").unlink()
    said = [str(problem) for problem in problems_of(tiny_folder)]
    assert len(said) == 3
    assert any(line.startswith("trade.csv: the table is missing") for line in said)


def spoil_file(folder: Path, content: bytes) -> str:
    (folder / "links.csv").write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        load(folder)
    return str(caught.value)


def test_files_that_are_no_tables(tiny_folder: Path) -> None:
    assert "links.csv: the file is empty" in spoil_file(tiny_folder, b"")
    assert "byte 0xff': expected text in UTF-8" in spoil_file(tiny_folder, b"id,from_place\n\xff\xfe\n")
    assert "found binary data" in spoil_file(tiny_folder, b"id\0from\n")
    assert "unknown column; nearest: length_km" in spoil_file(tiny_folder, b"id,lenght_km\n")
    assert "length_km: the column is missing" in spoil_file(tiny_folder, b"id,from_place,to_place\n")
    needed = [column.name for column in tables()["links"].columns if column.required]
    assert f"links.csv:2 = '2 cells': expected {len(needed)} cells" in spoil_file(tiny_folder, f"{','.join(needed)}\na,b\n".encode())


def test_a_table_without_rows_is_answered(tiny_folder: Path) -> None:
    path = tiny_folder / "places.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"places.csv: the table has no rows; expected at least one"):
        load(tiny_folder)


@pytest.mark.parametrize(
    ("name", "said"), [("missing", "this is missing"), ("file", "this is a file"), ("other", "not a dataset: none of places.csv")]
)
def test_a_folder_that_is_no_dataset(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "other").mkdir()
    with pytest.raises(DatasetError, match=said):
        load(tmp_path / name)


def test_a_hundred_megabytes_of_garbage_are_refused_in_one_line(tiny_folder: Path) -> None:
    letters = random.Random(1).choices("abcdefghij,;\n\"' 0123456789", k=1_000_000)
    (tiny_folder / "links.csv").write_text("".join(letters) * 100, encoding="utf-8")
    problems = problems_of(tiny_folder)
    assert 0 < len(problems) < 200
    assert all(problem.file == "links.csv" or problem.expected for problem in problems)


def test_an_output_that_cannot_be_written_is_answered_and_leaves_nothing(tiny: Corridor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(DalizError, match="cannot be written"):
        tiny.save(tmp_path / "file" / "out")
    # The kernel's own folders are read-only even for root, under whom these tests may run.
    with pytest.raises(DalizError, match="cannot be written"):
        tiny.save("/proc/daliz")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(DalizError, match="exists and is not a dataset"):
        tiny.save(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    if isinstance(result.exception, DalizError):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_check_says_what_is_wrong_and_exits_with_2(tiny_folder: Path) -> None:
    assert run("check", str(tiny_folder)) == (0, f"{tiny_folder}: 20 tables, 61 rows, no problem found.\n")
    edit(tiny_folder, "links", 2, "length_km", "-450")
    code, said = run("check", str(tiny_folder))
    assert code == 2
    assert said.splitlines() == ["1 problem in the dataset", "  links.csv:2 length_km = '-450': expected more than 0 km"]


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "nan", "inf", "-1", "0", "1e400", "200", "2024-02-30", "true", "east_port", "open", ";", ";;a", "\x00", "é", "a\nb"]
    ),
    st.floats().map(str),
)


@st.composite
def broken_datasets(draw: st.DrawFn) -> list[tuple[str, str, int, str]]:
    """Some damages: (kind, table, position, text)."""
    kind = st.sampled_from(["cell", "cell", "cell", "row", "column", "header", "bytes", "drop", "swap"])
    damage = st.tuples(kind, st.sampled_from(list(tables())), st.integers(0, 400), CELLS)
    return draw(st.lists(damage, min_size=1, max_size=5))


def damage(folder: Path, kind: str, table: str, position: int, text: str) -> None:
    path = folder / f"{table}.csv"
    if not path.exists():
        return
    raw = path.read_bytes()
    lines = raw.decode("utf-8", errors="replace").splitlines()
    if kind == "drop":
        path.unlink()
    elif kind == "bytes":
        cut = position % (len(raw) + 1)
        path.write_bytes(raw[:cut] + text.encode("utf-16", errors="replace") + raw[cut:])
    elif kind == "row":
        lines.insert(position % (len(lines) + 1), lines[position % len(lines)] if lines else text)
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    elif kind == "swap":
        path.write_bytes((folder / f"{list(tables())[position % len(tables())]}.csv").read_bytes() if position % 2 else b"")
    else:
        rows = list(csv.reader(io.StringIO("\n".join(lines).replace("\0", ""))))
        if not rows:
            return
        row = 0 if kind == "header" else position % len(rows)
        if kind == "column":
            rows = [cells[: position % (len(cells) + 1)] for cells in rows]
        elif rows[row]:
            rows[row][(position // 7) % len(rows[row])] = text
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_text(out.getvalue(), encoding="utf-8", errors="replace")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(broken_datasets())
def test_a_broken_dataset_never_raises_anything_but_the_librarys_own(damages: list[tuple[str, str, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "dataset"
        shutil.copytree(TINY, folder)
        for kind, table, position, text in damages:
            try:
                damage(folder, kind, table, position, text)
            except FileNotFoundError:
                continue  # the table to swap in was dropped before
        try:
            corridor = load(folder)
        except DalizError as error:
            assert str(error)
            return
        # Still a dataset: then every change must work or say why not.
        for project in corridor["projects"]["id"]:
            try:
                corridor.with_projects(project).without_projects(project)
            except DalizError as error:
                assert str(error)
