"""The register: three kinds of record that are never added up, gaps, follow-up, and safe writing."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from daliz.corridor import Corridor, DalizError, load
from daliz.relations.agreements import (
    add_agreement,
    documents,
    follow_up,
    follow_up_rate,
    select,
    set_agreement,
    signed_and_in_force,
    signings,
    stock_gaps,
)
from daliz.relations.agreements.follow_up import due_day

PAIR = ("KAZ", "AZE")


@pytest.fixture(scope="module")
def corridor() -> Corridor:
    return load()


@pytest.fixture
def folder(corridor: Corridor, tmp_path: Path) -> Path:
    return corridor.save(tmp_path / "own")


def test_stock_claims_are_set_against_the_register_and_not_added_up(corridor: Corridor) -> None:
    gaps = stock_gaps(corridor, PAIR)
    claims = [(gap.date, gap.claimed) for gap in gaps]
    assert ("2025-03-03", 165) in claims
    assert ("2022-08-25", 90) in claims
    assert ("2022-08-20", 120) in claims
    for gap in gaps:
        if gap.date == "undated":
            continue
        end = gap.date if len(gap.date) == 10 else f"{gap.date}-31"
        by_hand = sum(
            set(row["countries"]) == set(PAIR) and (row["signed_date"] or "9") <= end
            for row in corridor["agreements"].iter_rows(named=True)
            if row["record"] == "document"
        )
        assert gap.listed == by_hand
        assert gap.missing == gap.claimed - by_hand


def test_counts_that_contradict_each_other_stand_side_by_side(corridor: Corridor) -> None:
    by_day = {signing.date: signing for signing in signings(corridor, PAIR)}
    march = by_day["2024-03-11"]
    assert {number for _, number, _ in march.counts} == {9, 14}
    assert march.contradicts
    assert len({source for _, _, source in march.counts}) == len(march.counts)
    assert len(march.listed) == 9
    assert march.unlisted == (0, 5)
    assert {number for _, number, _ in by_day["2022-08-24"].counts} == {10, 20}
    assert not by_day["2005-05-24"].contradicts


def test_documents_counts_and_claims_are_three_kinds(corridor: Corridor) -> None:
    assert set(documents(corridor, PAIR)["record"]) == {"document"}
    yearly = signed_and_in_force(corridor, PAIR)
    dated = documents(corridor, PAIR).filter(pl.col("signed_date").is_not_null())
    assert yearly["signed"].sum() == dated.height == yearly["signed_so_far"][-1]
    assert (yearly["in_force"] <= yearly["signed"]).all()


@pytest.mark.parametrize(("end", "day"), [("since", "foo"), ("until", "2024-Q1")])
def test_what_is_no_date_is_refused(corridor: Corridor, end: str, day: str) -> None:
    with pytest.raises(DalizError, match=f"{end} '{day}': expected a date"):
        select(corridor, PAIR, **{end: day})


def test_filters_work_alone_and_together(corridor: Corridor) -> None:
    digital = select(corridor, PAIR, subject="digital", since="2019", until="2023")
    assert digital.height > 0
    assert set(digital["subject"]) == {"digital"}
    assert all("2019" <= day <= "2023-12-31" for day in digital["signed_date"])
    assert all("Baku" in place for place in select(corridor, PAIR, place="baku")["place"])
    by_session = select(corridor, PAIR, session="council 1")
    council = corridor["meetings"].filter((pl.col("kind") == "bilateral_summit") & (pl.col("session") == "1"))["id"].to_list()
    assert by_session.height > 0
    assert set(by_session["meeting"]) & set(council)
    with pytest.raises(DalizError, match=r"status 'in forse'.*nearest: in force"):
        select(corridor, status="in forse")
    with pytest.raises(DalizError, match="no meeting or session fits"):
        select(corridor, session="Olympic committee")


def test_follow_up_tells_projects_last_report_and_what_is_overdue(corridor: Corridor) -> None:
    cable = [found for found in follow_up(corridor, PAIR, "2026-02-24") if any(p[0] == "focl" for p in found.projects)]
    assert len(cable) == 7
    assert {found.due for found in cable} == {"end of 2026"}
    assert not any(found.overdue for found in cable)
    later = {found.id: found for found in follow_up(corridor, PAIR, "2027-06-30")}
    live = [later[found.id] for found in cable if found.stage not in ("superseded",)]
    assert live
    assert all(found.overdue for found in live)
    assert all(found.last_report <= "2026-02-24" for found in follow_up(corridor, PAIR, "2026-02-24"))
    assert not any(found.overdue for found in follow_up(corridor, PAIR, "2020-01-01") if not found.due)
    with pytest.raises(DalizError, match="as of 'today'"):
        follow_up(corridor, PAIR, "today")


def test_the_follow_up_rate_is_a_share_with_its_interval(corridor: Corridor) -> None:
    share = follow_up_rate(follow_up(corridor, PAIR))
    assert 0 < share.low < share.value < share.high < 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("end of 2026", "2026-12-31"),
        ("Q3 2026", "2026-09-30"),
        ("2025-02", "2025-02-28"),
        ("2024-03-11", "2024-03-11"),
        ("first half of 2027", "2027-06-30"),
        ("summer 2026", "2026-08-31"),
        ("soon", ""),
        (None, ""),
    ],
)
def test_due_dates_are_read_as_people_publish_them(text: str | None, day: str) -> None:
    assert due_day(text) == day


def test_adding_a_document_writes_one_row_and_keeps_the_others(folder: Path) -> None:
    before = load(folder)["agreements"]
    name = add_agreement(
        folder,
        {
            "title": "Memorandum on ferries",
            "signed_date": "2026-01-15",
            "countries": "KAZ;AZE",
            "subject": "transport",
            "source": "new_page",
        },
        {"id": "new_page", "title": "A page", "url": "https://example.org/page"},
    )
    after = load(folder)
    assert name == "20260115_memorandum_on_ferries"
    assert after["agreements"].height == before.height + 1
    assert after["agreements"].filter(pl.col("id") != name).equals(before)
    assert "new_page" in after["sources"]["id"].to_list()
    assert not [file for file in folder.iterdir() if file.name.startswith(".")]


def test_what_does_not_fit_is_refused_and_nothing_is_written(folder: Path) -> None:
    text = (folder / "agreements.csv").read_bytes()
    good = {"title": "Memorandum", "signed_date": "2026-01-15", "source": load(folder)["sources"]["id"][0]}
    for values, message in (
        ({**good, "titel": "x"}, "no column 'titel'; nearest: title"),
        ({**good, "signed_date": "15.01.2026"}, "expected a date"),
        ({**good, "status": "inforce"}, "status"),
        ({**good, "source": "nobody"}, "nobody"),
        ({**good, "documents": "3"}, "a single document has no count"),
        ({**good, "record": "stock_claim"}, "expected a number"),
        ({**good, "in_force_date": "2020"}, "after it was signed"),
        ({**good, "id": load(folder)["agreements"]["id"][0]}, "exists already"),
    ):
        with pytest.raises(DalizError, match=message):
            add_agreement(folder, values)
    assert (folder / "agreements.csv").read_bytes() == text


def test_a_status_goes_forward_unless_told_otherwise(folder: Path) -> None:
    name = documents(load(folder), PAIR).filter(pl.col("status") == "signed")["id"][0]
    changed = set_agreement(folder, name, {"status": "in force", "status_date": "2026-02"})
    assert changed["status"] == ("signed", "in force")
    assert changed["status_date"][1] == "2026-02"
    assert load(folder)["agreements"].filter(pl.col("id") == name)["status"][0] == "in force"
    with pytest.raises(DalizError, match="a step back in the life cycle"):
        set_agreement(folder, name, {"status": "signed"})
    assert set_agreement(folder, name, {"status": "signed"}, backwards=True)
    with pytest.raises(DalizError, match=f"no row {name + 'x'!r}; nearest: {name}"):
        set_agreement(folder, name + "x", {"status": "done"})


def test_a_second_writer_is_told_and_a_missing_folder_too(folder: Path, tmp_path: Path) -> None:
    (folder / ".agreements.csv.lock").touch()
    with pytest.raises(DalizError, match="somebody else is writing it"):
        set_agreement(folder, "x", {"status": "done"})
    (folder / ".agreements.csv.lock").unlink()
    with pytest.raises(DalizError, match="no such folder"):
        add_agreement(tmp_path / "nowhere", {"title": "x"})
