"""Dates in prose: what they mean against the article's day, compared with the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daliz.relations.reading.dates import dates_in

WEDNESDAY = date(2024, 3, 13)


def days(text: str, article: date | None = WEDNESDAY) -> list[tuple[str, str]]:
    return [when.past for when in dates_in(text, article)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on March 11-12", "2024-03-11", "2024-03-12"),
        ("on 11-12 March 2023", "2023-03-11", "2023-03-12"),
        ("on March 11 and 12", "2024-03-11", "2024-03-12"),
        ("from February 28 to March 2", "2024-02-28", "2024-03-02"),
        ("arrived on Monday", "2024-03-11", "2024-03-11"),
        ("arrived on Wednesday", "2024-03-13", "2024-03-13"),
        ("arrived yesterday", "2024-03-12", "2024-03-12"),
        ("two days ago", "2024-03-11", "2024-03-11"),
        ("last week", "2024-03-04", "2024-03-10"),
        ("last month", "2024-02", "2024-02"),
        ("last year", "2023", "2023"),
        ("in October 2009", "2009-10", "2009-10"),
        ("in the first half of this year", "2024-01", "2024-06"),
        ("in nine months of 2022", "2022-01", "2022-09"),
        ("In 2022, on August 25, a document", "2022", "2022"),
        ("on November 19 of last year", "2023-11-19", "2023-11-19"),
        ("on 2024-03-11", "2024-03-11", "2024-03-11"),
        ("on 11.03.2024", "2024-03-11", "2024-03-11"),
    ],
)
def test_an_expression_means_these_days(text: str, first: str, last: str) -> None:
    assert days(text)[0] == (first, last)


def test_a_year_in_the_sentence_holds_for_its_days() -> None:
    assert ("2022-08-25", "2022-08-25") in days("In 2022, on August 25, a document on twinning was signed")


def test_a_day_without_a_year_lies_behind_what_is_told_and_ahead_of_what_is_planned() -> None:
    (when,) = dates_in("on May 8", WEDNESDAY)
    assert when.days("done") == ("2023-05-08", "2023-05-08")
    assert when.days("planned") == ("2024-05-08", "2024-05-08")


def test_the_day_after_another_date_is_counted_from_it() -> None:
    assert days("to Serbia on November 18 and to Hungary a day later, 2023")[1] == ("2023-11-19", "2023-11-19")


@pytest.mark.parametrize(
    "text", ["2024 documents", "$2024 million", "a programme for 2022-2026", "may visit", "they march on", "over the past year"]
)
def test_these_are_no_dates(text: str) -> None:
    assert days(text) == []


def test_without_an_article_date_only_whole_dates_are_resolved() -> None:
    assert days("on Monday, March 11, or on 11 March 2024", None) == [("2024-03-11", "2024-03-11")]


@given(st.dates(date(1992, 1, 1), date(2030, 12, 31)), st.integers(0, 6))
def test_a_weekday_lies_within_the_week_before(article: date, weekday: int) -> None:
    name = (date(2024, 1, 1) + timedelta(weekday)).strftime("%A")
    (when,) = dates_in(f"arrived on {name}", article)
    found = date.fromisoformat(when.past[0])
    assert found.weekday() == weekday
    assert 0 <= (article - found).days <= 6


@given(st.dates(date(1992, 1, 1), date(2030, 12, 31)))
def test_a_date_written_out_is_read_back(day: date) -> None:
    for text in (f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}", f"{day:%b}. {day.day}, {day.year}"):
        assert days(f"on {text} in Baku", None) == [(day.isoformat(), day.isoformat())]


@given(st.text(max_size=80))
def test_any_text_is_searched_without_a_fall(text: str) -> None:
    for when in dates_in(text, WEDNESDAY):
        assert 0 <= when.start < when.end <= len(text)
