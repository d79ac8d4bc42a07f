"""News events: the gate over bytes, folding, gaps, calibration, and everything that can be wrong with a file."""

from __future__ import annotations

import errno
import gzip
import re
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.relations.gdelt_lines import line, make_rows, write

from daliz.corridor import DalizError
from daliz.relations.events import coverage, ingest, open_store, read_audit, stages, write_sample
from daliz.relations.events import fold as fold_events
from daliz.relations.events.gate import PAD, WINDOW, Rule, pack, sift
from daliz.relations.events.layouts import layout_of
from daliz.relations.events.stream import BrokenFile, Piece, blocks, opened


def sifted(data: bytes, rule: Rule, begin: int = 0) -> tuple[list[bytes], int, list[tuple[bytes, int]]]:
    """Kept lines, lines seen, and broken lines with their reason."""
    buffer = np.zeros(len(data) + PAD, dtype=np.uint8)
    buffer[: len(data)] = np.frombuffer(data, dtype=np.uint8)
    passed = sift(buffer, len(data), rule, np.empty(len(data) + 1, dtype=np.uint8), begin)
    return passed.kept.split(b"\n")[:-1], passed.rows, [(data[a:b], reason) for a, b, reason in passed.bad]


def plain_gate(data: bytes, columns: int, first: str, second: str) -> tuple[list[bytes], int, list[tuple[bytes, int]]]:
    """The same rule in plain Python: 1 columns, 2 UTF-8, 3 date, 4 code."""
    kept, bad, rows = [], [], 0
    for raw in data.split(b"\n"):
        if not raw:
            continue
        rows += 1
        cells = raw.removesuffix(b"\r").split(b"\t")
        try:
            raw.decode("utf-8")
            text = True
        except UnicodeDecodeError:
            text = False
        if len(cells) != columns:
            bad.append((raw, 1))
        elif not text:
            bad.append((raw, 2))
        elif len(cells[0]) != 8 or not all(48 <= byte <= 57 for byte in cells[0]):
            bad.append((raw, 3))
        elif not (2 <= len(cells[3]) <= 4 and all(48 <= byte <= 57 for byte in cells[3][:2]) and 1 <= int(cells[3][:2]) <= 20):
            bad.append((raw, 4))
        elif {cells[1].decode(), cells[2].decode()} == {first, second}:
            kept.append(raw)
    return kept, rows, bad


cell = st.sampled_from(["20240311", "2024031", "KAZ", "AZE", "", "042", "43", "057", "21", "ə", "a b", "\r", "X" * 9])
raw_line = st.lists(cell, min_size=2, max_size=6).map("\t".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(raw_line, st.just("20240311\tKAZ\tAZE\t042"), st.just("")), max_size=12), st.booleans(), st.booleans())
def test_the_gate_over_words_equals_plain_splitting_of_lines(lines: list[str], ends: bool, broken: bool) -> None:
    data = "\n".join(lines).encode() + (b"\n" if ends else b"")
    if broken:
        data = data.replace("ə".encode(), b"\xc9") + b"\n20240311\tKAZ\tAZE\t042\n"
    rule = Rule(4, 0, 1, 2, 3, (pack("KAZ"),), (pack("AZE"),))
    kept, rows, bad = sifted(data, rule)
    plain = plain_gate(data, 4, "KAZ", "AZE")
    assert (kept, rows, bad) == plain


@pytest.mark.parametrize("seed", range(4))
def test_the_gate_keeps_its_place_over_many_windows_of_bytes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = np.array(["20240311", "KAZ", "AZE", "042", "0431", "", "əə", "\x01\x08", "word " * 9, "x" * 70])
    lines = ["\t".join(rng.choice(cells, rng.integers(3, 6))) for _ in range(6_000)]
    lines += ["20240311\tKAZ\tAZE\t042", "20240311\tAZE\tKAZ\t0431\r"] * 500
    rng.shuffle(lines)
    data = "\n".join(lines).encode()
    rule = Rule(4, 0, 1, 2, 3, (pack("KAZ"),), (pack("AZE"),))
    assert len(data) > 4 * WINDOW
    assert sifted(data, rule) == plain_gate(data, 4, "KAZ", "AZE")
    begin = data.index(b"\n") + 1
    assert sifted(data, rule, begin) == plain_gate(data[begin:], 4, "KAZ", "AZE")


@given(st.binary(min_size=1, max_size=12))
def test_broken_utf8_is_what_python_calls_broken(raw: bytes) -> None:
    data = b"".join(bytes([byte]) if byte not in (9, 10, 13) else b"x" for byte in raw)
    _, rows, bad = sifted(data + b"\n", Rule(1))
    try:
        data.decode("utf-8")
        assert bad == []
    except UnicodeDecodeError:
        assert bad == [(data, 2)]
    assert rows == 1


def test_more_broken_lines_than_one_pass_notes_are_all_noted() -> None:
    data = b"".join(b"bad\n" if index % 2 else b"20240311\tKAZ\tAZE\t042\n" for index in range(20_000))
    kept, rows, bad = sifted(data, Rule(4, 0, 1, 2, 3))
    assert (len(kept), rows, len(bad)) == (10_000, 20_000, 10_000)
    assert {text for text, _ in bad} == {b"bad"}


@pytest.mark.parametrize("size", [64, 100, 1000])
def test_blocks_hold_every_line_once_whatever_the_pieces(tmp_path: Path, size: int) -> None:
    rng = np.random.default_rng(3)
    lines = ["x" * int(length) for length in rng.integers(0, 40, 300)]
    path = write(tmp_path / "file.csv", lines)
    total = path.stat().st_size
    for cut in (size, total // 3, total):
        found = b""
        for start in range(0, total, cut):
            for block in blocks(Piece(path, start, min(start + cut, total)), size=size):
                found += block.buffer[: block.size].tobytes()
        assert found == path.read_bytes()


def test_a_real_quarter_of_an_hour_has_the_published_numbers(cases: Path, tmp_path: Path) -> None:
    path = cases / "relations" / "gdelt2_20151027220000.export.csv"
    report = ingest([path], tmp_path / "store")
    rows = open_store(tmp_path / "store").rows()
    assert (report.rows, report.kept, report.bad) == (2116, 366, {})
    found = stages(rows, ["VISIT"])
    assert (found.rows, found.pair_days) == (50, 17)
    raw = [text.split("\t") for text in path.read_text(encoding="utf-8").splitlines()]
    by_hand = [cells for cells in raw if cells[26] in ("042", "043")]
    assert (len(by_hand), sum(cells[26] == "042" for cells in by_hand)) == (226, 116)
    print(f"GDELT 15 minutes: 50 of 50 visit rows with two countries correct, 0 missed, 0 extra; {found.events} events after folding")


def test_a_file_that_was_in_a_spreadsheet_is_refused_and_the_others_are_kept(cases: Path, tmp_path: Path) -> None:
    good = cases / "relations" / "gdelt2_20151027220000.export.csv"
    mangled = cases / "relations" / "gdelt2_mangled.csv"
    report = ingest([mangled, good], tmp_path / "store")
    (failed,) = report.failed
    assert "been through a spreadsheet" in failed.error
    assert "042 becomes 42" in failed.error
    assert report.kept == 366


def test_kept_rows_equal_a_plain_sql_query(tmp_path: Path) -> None:
    lines = make_rows(5_000)
    path = write(tmp_path / "20240311.export.CSV", lines)
    ingest([path], tmp_path / "store", roots=(4, 5))
    database = sqlite3.connect(":memory:")
    database.execute("create table e (id text, day text, source text, target text, code text)")
    picked = ([text.split("\t")[i] for i in (0, 1, 7, 17, 26)] for text in lines)
    database.executemany("insert into e values (?, ?, ?, ?, ?)", picked)
    sql = (
        "select source, target, code, count(*) from e where substr(code, 1, 2) in ('04', '05') "
        "and source <> '' and target <> '' and source <> target group by 1, 2, 3 order by 1, 2, 3"
    )
    own = open_store(tmp_path / "store").rows().group_by("source", "target", "code").len().sort("source", "target", "code").collect()
    assert own.rows() == database.execute(sql).fetchall()


def test_monthly_events_equal_sql_after_folding(tmp_path: Path) -> None:
    lines = make_rows(3_000)
    path = write(tmp_path / "20240311.export.CSV", lines)
    ingest([path], tmp_path / "store", ("KAZ", "AZE"))
    database = sqlite3.connect(":memory:")
    database.execute("create table e (day text, visitor text, host text, url text)")
    for text in lines:
        cells = text.split("\t")
        ends = (cells[7], cells[17]) if cells[26] == "042" else (cells[17], cells[7])
        if cells[26] in ("042", "043") and set(ends) == {"KAZ", "AZE"}:
            database.execute("insert into e values (?, ?, ?, ?)", (cells[1], *ends, cells[60]))
    sql = (
        "select visitor, host, count(distinct day) from (select visitor, host, url, min(day) as day from e group by 1, 2, 3) "
        "group by 1, 2 order by 1, 2"
    )
    months = open_store(tmp_path / "store").months
    own = months.filter(pl.col("class") == "VISIT").group_by("source", "target").agg(pl.col("events").sum()).sort("source", "target")
    assert own.rows() == database.execute(sql).fetchall()


def test_hosts_and_visitors_rows_of_one_visit_are_one_event(tmp_path: Path) -> None:
    path = write(
        tmp_path / "20240312.export.CSV",
        [
            line(1, "20240311", "KAZ", "AZE", "042", "https://a"),
            line(2, "20240311", "AZE", "KAZ", "043", "https://a"),
            line(3, "20240311", "KAZ", "AZE", "042", "https://b"),
            line(4, "20240312", "KAZ", "AZE", "042", "https://a"),
            line(5, "20230311", "KAZ", "AZE", "042", "https://c", added="20240311"),
            line(6, "20240311", "AFR", "KAZ", "042", "https://d"),
        ],
    )
    ingest([path], tmp_path / "store")
    rows = open_store(tmp_path / "store").rows()
    (event,) = fold_events(rows).collect().to_dicts()
    assert (event["source"], event["target"], str(event["date"])) == ("KAZ", "AZE", "2024-03-11")
    assert (event["rows"], event["stories"], event["mentions"]) == (4, 2, 16)
    found = stages(rows, ["VISIT"])
    assert (found.rows, found.countries, found.timely, found.events) == (6, 5, 4, 1)


def test_zipped_gzipped_and_plain_files_read_the_same_and_58_or_57_columns_are_the_older_layout(tmp_path: Path) -> None:
    content = "\n".join(make_rows(400)) + "\n"
    plain = tmp_path / "20240101.export.CSV"
    plain.write_text(content)
    with zipfile.ZipFile(tmp_path / "20240102.export.CSV.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20240102.export.CSV", content)
    with gzip.open(tmp_path / "20240103.export.CSV.gz", "wt") as file:
        file.write(content)
    kept = []
    for index, path in enumerate(sorted(tmp_path.glob("2024*"))):
        report = ingest([path], tmp_path / f"store{index}")
        kept.append((report.rows, report.kept, report.files[0].layout))
    assert len(set(kept)) == 1
    for columns, name in ((58, "gdelt1"), (57, "gdelt1_early")):
        old = write(tmp_path / f"{columns}.csv", [line(1, "20130401", "KAZ", "AZE", "057", columns=columns)])
        assert layout_of(old).name == name
        report = ingest([old], tmp_path / f"old{columns}")
        assert report.kept == 1


def test_broken_lines_are_counted_and_kept_aside(tmp_path: Path) -> None:
    good = line(1, "20240311", "KAZ", "AZE", "042")
    lines = [
        good.encode(),
        line(2, "20240311", "KAZ", "AZE", "042").replace("https://example.org/2", "caf\udce9").encode("utf-8", "surrogateescape"),
        good.rsplit("\t", 3)[0].encode(),
        line(3, "2024-3-1", "KAZ", "AZE", "042").encode(),
        line(4, "20240311", "KAZ", "AZE", "42").encode(),
        line(5, "20241341", "KAZ", "AZE", "042").encode(),
    ]
    path = tmp_path / "20240311.export.CSV"
    path.write_bytes(b"\n".join(lines) + b"\n")
    report = ingest([path], tmp_path / "store")
    assert report.bad == {"utf8": 1, "columns": 1, "date": 1, "code": 1, "value": 1}
    assert (report.rows, report.kept) == (6, 1)
    (rejected,) = (tmp_path / "store" / "rejected").glob("*.tsv")
    kept_aside = rejected.read_bytes().splitlines()
    assert sorted(row.split(b"\t", 2)[1].decode() for row in kept_aside) == ["code", "columns", "date", "utf8", "value"]
    assert {row.split(b"\t", 2)[2] for row in kept_aside} == set(lines[1:])


def test_a_truncated_zip_is_named_and_leaves_nothing_while_others_are_kept(tmp_path: Path) -> None:
    content = "\n".join(make_rows(3_000)) + "\n"
    paths = []
    for index in (1, 2):
        path = tmp_path / f"2024010{index}.export.CSV.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(path.stem, content)
        paths.append(path)
    paths[0].write_bytes(paths[0].read_bytes()[:2_000])
    packed = tmp_path / "20240103.export.CSV.gz"
    packed.write_bytes(gzip.compress(content.encode())[:-5_000])
    report = ingest([*paths, packed], tmp_path / "store")
    assert len(report.failed) == 2
    assert all("damaged or cut short" in failed.error for failed in report.failed)
    assert open_store(tmp_path / "store").rows().select(pl.len()).collect().item() == report.kept > 0
    assert len(report.known) == 1


@pytest.mark.parametrize(
    ("way", "place", "value", "message"),
    [
        (zipfile.ZIP_STORED, None, 0, ""),
        (zipfile.ZIP_DEFLATED, None, 0, ""),
        (zipfile.ZIP_DEFLATED, (6, 8), 1, "locked with a password"),
        (zipfile.ZIP_DEFLATED, (8, 10), 9, "packed in an unusual way"),
        (zipfile.ZIP_DEFLATED, (0, 4), 0, "damaged or cut short"),
        (zipfile.ZIP_DEFLATED, (14, 16), 1, "damaged or cut short (differs from its check sum)"),
    ],
)
def test_zips_are_read_whole_or_answered(tmp_path: Path, way: int, place: tuple[int, int] | None, value: int, message: str) -> None:
    content = ("\n".join(make_rows(3_000)) + "\n").encode()
    path = tmp_path / "20240101.export.CSV.zip"
    with zipfile.ZipFile(path, "w", way) as archive:
        archive.writestr(path.stem, content)
    if place:
        raw = bytearray(path.read_bytes())
        # The same field stands in the file's own header and in the list of files at the end.
        raw[place[0]] = raw[raw.rindex(b"PK\x01\x02") + place[1]] = value
        path.write_bytes(raw)
        with pytest.raises(BrokenFile, match=re.escape(message)), opened(path) as file:
            file.read()
    else:
        with opened(path) as file:
            assert b"".join(iter(lambda: file.read(10_000), b"")) == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"a\tb\tc\td\te\tf\n", "6 columns; expected tabs between 61"),
        (b"<html><body>404</body></html>\n", "looks like HTML"),
        (("\t".join(["1", "2024-03-11", *["x"] * 59]) + "\n").encode(), "expected a day such as 20240311"),
        ((line(1, "20240311", "KAZ", "AZE", "4").replace("\t4\t4\t4\t", "\t4\t4\t4\t") + "\n").encode(), "lost their leading zero"),
        (b"PK\x03\x04 something", "is a zip under another name"),
    ],
)
def test_a_file_of_another_shape_is_answered_with_what_was_found(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(BrokenFile, match=message):
        layout_of(path)


def test_a_second_run_reads_only_what_is_new_and_workers_do_not_change_the_answer(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"202403{day:02d}.export.CSV", make_rows(200, day)) for day in range(1, 9)]
    first = ingest(paths[:5], tmp_path / "store", jobs=1)
    second = ingest(paths, tmp_path / "store", jobs=2)
    again = ingest(paths, tmp_path / "store")
    assert (len(first.files), len(second.files), second.skipped, len(again.files), again.skipped) == (5, 3, 5, 0, 8)
    once = ingest(paths, tmp_path / "other", jobs=2)
    assert once.kept == first.kept + second.kept
    assert open_store(tmp_path / "store").months.equals(open_store(tmp_path / "other").months)


def test_a_run_in_which_no_file_could_be_read_leaves_no_store_behind(tmp_path: Path) -> None:
    broken = tmp_path / "20240310.export.CSV.zip"
    broken.write_bytes(b"PK")
    store = tmp_path / "store"
    assert ingest([broken], store).failed
    assert not store.exists()
    good = write(tmp_path / "20240311.export.CSV", make_rows(100))
    assert ingest([broken, good], store, ("KAZ", "AZE")).kept > 0
    assert ingest([broken], store, ("KAZ", "AZE")).failed
    assert store.exists()


def test_a_large_file_read_in_pieces_is_the_same_as_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "20240311.export.CSV", make_rows(3_000))
    whole = ingest([path], tmp_path / "whole")
    monkeypatch.setattr("daliz.relations.events.intake.PIECE_BYTES", 100_000)
    parts = ingest([path], tmp_path / "parts", jobs=2)
    assert (parts.rows, parts.kept) == (whole.rows, whole.kept) == (3_000, whole.kept)
    assert open_store(tmp_path / "parts").months.equals(open_store(tmp_path / "whole").months)


def test_a_store_of_other_settings_a_changed_file_and_a_torn_ledger_are_answered(tmp_path: Path) -> None:
    path = write(tmp_path / "20240311.export.CSV", make_rows(100))
    ingest([path], tmp_path / "store", ("KAZ", "AZE"))
    with pytest.raises(DalizError, match=r"was made for Azerbaijan and Kazakhstan; name another folder for all pairs"):
        ingest([path], tmp_path / "store")
    ledger = tmp_path / "store" / "files.jsonl"
    ledger.write_text(ledger.read_text() + '{"files": [{"pa')
    other = write(tmp_path / "20240312.export.CSV", make_rows(100, 2))
    ingest([other], tmp_path / "store", ("KAZ", "AZE"))
    assert len(ingest([path, other], tmp_path / "store", ("KAZ", "AZE")).files) == 0
    write(path, make_rows(101))
    with pytest.raises(DalizError, match="has changed since it was read"):
        ingest([path], tmp_path / "store", ("KAZ", "AZE"))
    with pytest.raises(DalizError, match="is no store of events"):
        ingest([path], tmp_path)
    with pytest.raises(DalizError, match="no event files given"):
        ingest([], tmp_path / "new")


def test_a_full_disk_is_told_and_finished_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (write(tmp_path / f"2024030{day}.export.CSV", make_rows(100, day)) for day in (1, 2))
    ingest([first], tmp_path / "store")
    plain = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if "parquet" in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(self, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(DalizError, match="the disk is full; 1 files are read and kept"):
            ingest([first, second], tmp_path / "store")
    report = ingest([first, second], tmp_path / "store")
    assert (report.skipped, len(report.files)) == (1, 1)


def test_a_run_that_is_stopped_says_what_is_kept_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from daliz.cli import events, main

    paths = [write(tmp_path / f"2024030{day}.export.CSV", make_rows(100, day)) for day in range(1, 5)]
    told = 0

    def stop(report: object) -> None:
        nonlocal told
        told += 1
        if told == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(events, "_tell", stop)
        patch.setattr("sys.argv", ["daliz", "events", *map(str, paths), "--out", str(tmp_path / "store"), "--jobs", "1"])
        with pytest.raises(SystemExit) as stopped:
            main()
    assert stopped.value.code == 130
    kept = int(capsys.readouterr().err.removeprefix("daliz: stopped; ").split(" files are read and kept in")[0])
    assert kept >= 2
    assert ingest(paths, tmp_path / "store").skipped == kept


def test_files_that_were_never_published_count_as_missing() -> None:
    days = [f"202211{day:02d}.export.CSV.zip" for day in range(1, 31) if day not in (10, 12)]
    found = coverage(days)
    assert found.missing == ("20221110", "20221112")
    assert found.never_published == ("20221110",)
    assert found.exposure["2022-11"] == pytest.approx(28 / 30)
    quarters = [f"2022111{hour // 24}{hour % 24:02d}{minute:02d}00.export.CSV.zip" for hour in range(20, 46) for minute in (0, 15, 30, 45)]
    outage = [name for name in quarters if not "20221110220000" <= name[:14] <= "20221111183000"]
    assert len(coverage(outage).never_published) == 83
    march = [f"20230323{hour:02d}{minute:02d}00.export.CSV" for hour in range(12, 17) for minute in (0, 15, 30, 45)]
    assert len(coverage([name for name in march if not "130000" <= name[8:14] <= "143000"]).never_published) == 7
    assert coverage(["1979.zip", "198001.zip", "events.tsv"]).exposure["1979-12"] == 1.0
    assert coverage(["events.tsv"]).unnamed == 1


def test_missing_days_lower_the_exposure_of_the_measures(tmp_path: Path) -> None:
    for year in (2021, 2022, 2023):
        for month in range(1, 13):
            if (year, month) != (2022, 12):
                write(tmp_path / f"{year}{month:02d}.csv", [line(1, f"{year}{month:02d}05", "KAZ", "AZE", "042", f"https://{year}{month}")])
    ingest(sorted(tmp_path.glob("*.csv")), tmp_path / "store")
    found = open_store(tmp_path / "store").relation(("KAZ", "AZE"))
    assert found.both.counts.tolist() == [12, 11, 12]
    assert found.both.exposure.tolist() == pytest.approx([1, 334 / 365, 1])
    assert found.rate.mean == pytest.approx(35 / (2 + 334 / 365))
    assert found.ranks["AZE"].of("KAZ").rank_best == 1
    with pytest.raises(DalizError, match=r"no class of events 'VISTI'.*nearest: VISIT"):
        open_store(tmp_path / "store").relation(("KAZ", "AZE"), "VISTI")


def test_an_audit_corrects_counts_with_a_wilson_interval(tmp_path: Path) -> None:
    path = write(tmp_path / "20240311.export.CSV", make_rows(2_000))
    ingest([path], tmp_path / "store")
    sample = tmp_path / "sample.csv"
    events = open_store(tmp_path / "store").events().filter(pl.col("class") == "VISIT")
    written = write_sample(events, sample, 20)
    with pytest.raises(DalizError, match="exists already"):
        write_sample(events, sample, 20)
    lines = sample.read_text().splitlines()
    assert len(lines) == written + 1
    checked = [lines[0], *[text + ("yes" if index < 8 else "no") for index, text in enumerate(lines[1:11])], *lines[11:]]
    sample.write_text("\n".join(checked) + "\n")
    audit = read_audit(sample)
    assert audit.checked == {"VISIT": (8, 10)}
    assert audit.corrected("VISIT", 100).value == 80
    assert audit.corrected("VISIT", 100).low == pytest.approx(49.0, abs=0.1)
    sample.write_text(sample.read_text().replace(",yes", ",perhaps", 1))
    with pytest.raises(DalizError, match=r":2 correct = 'perhaps': expected yes or no"):
        read_audit(sample)
    with pytest.raises(DalizError, match="no event of class AGREEMENT was checked"):
        audit.precision("AGREEMENT")


def test_icews_and_polecat_tables_give_the_same_kind_of_events(tmp_path: Path) -> None:
    icews = tmp_path / "icews.tab"
    heads = (
        "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\tIntensity\tTarget Name\tTarget Sectors"
    )
    heads += "\tTarget Country\tStory ID\tSentence Number\tPublisher\tCity\tDistrict\tProvince\tCountry\tLatitude\tLongitude"
    rest = "\t1\tReuters\tBaku\t\t\tAzerbaijan\t40.4\t49.9"
    icews.write_text(
        f"{heads}\n"
        f"1\t2014-03-11\tN. N.\t\tKazakhstan\tMake a visit\t042\t1.9\tN. N.\t\tAzerbaijan\t77{rest}\n"
        f"2\t2014-03-11\tN. N.\t\tAzerbaijan\tHost a visit\t043\t2.8\tN. N.\t\tKazakhstan\t77{rest}\n"
        f"3\t2014-03-11\tN. N.\t\tRussian Federation\tAccuse\t112\t-2\tN. N.\t\tRussian Federation\t78{rest}\n"
        f"4\t2014-03-11\tbroken\n"
    )
    report = ingest([icews], tmp_path / "one", ("KAZ", "AZE"))
    assert (report.files[0].layout, report.rows, report.kept, report.bad) == ("icews", 4, 2, {"columns": 1})
    (event,) = fold_events(open_store(tmp_path / "one").rows()).collect().to_dicts()
    assert (event["source"], event["class"], event["rows"]) == ("KAZ", "VISIT", 2)

    polecat = tmp_path / "polecat.txt"
    names = (
        "Event ID\tEvent Date\tEvent Type\tEvent Mode\tIntensity\tQuad Code\tActor Name\tActor Country\tRecipient Name\tRecipient Country"
    )
    polecat.write_text(
        f"{names}\tPublication Date\n"
        "a1\t2024-03-11\tCONSULT\tvisit\t1.5\tVERBAL COOPERATION\tN. N.\tKAZ\tN. N.\tAZE\t2024-03-11\n"
        "a2\t2024-03-12\tSUPPORT\t\t4\tVERBAL COOPERATION\tN. N.\tKAZ\tN. N.\tAZE\t2024-03-12\n"
        "a3\t2024-03-12\tNONSENSE\t\t4\tVERBAL COOPERATION\tN. N.\tKAZ\tN. N.\tAZE\t2024-03-12\n"
    )
    report = ingest([polecat], tmp_path / "two")
    assert (report.files[0].layout, report.kept, report.bad) == ("polecat", 2, {"value": 1})
    assert open_store(tmp_path / "two").rows().collect()["class"].to_list() == ["VISIT", "SUPPORT"]


def test_codes_that_cameo_gives_a_country_are_the_countrys(tmp_path: Path) -> None:
    path = write(tmp_path / "20240311.export.CSV", [line(1, "20240311", "AZE", "ROM", "042")])
    ingest([path], tmp_path / "store", ("AZE", "ROU"))
    assert open_store(tmp_path / "store").rows().collect()["target"].to_list() == ["ROU"]


def test_a_dask_cluster_reads_the_same(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    paths = [write(tmp_path / f"202403{day:02d}.export.CSV", make_rows(200, day)) for day in range(1, 5)]
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as client:
        there = ingest(paths, tmp_path / "there", cluster=client.scheduler.address)
    here = ingest(paths, tmp_path / "here")
    assert there.files == here.files
    assert open_store(tmp_path / "there").months.equals(open_store(tmp_path / "here").months)


def test_a_cluster_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("daliz.relations.events.intake.CLUSTER_WAIT_S", 1)
    path = write(tmp_path / "20240311.export.CSV", make_rows(10))
    with pytest.raises(DalizError, match="no Dask scheduler answers there"):
        ingest([path], tmp_path / "store", cluster="tcp://127.0.0.1:9")
