"""The same event told in several sentences, kept once with the best of what each of them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from daliz.corridor.names import fold
from daliz.relations.reading.events import Party, ReadEvent
from daliz.relations.reading.timing import AT_ITS_END, SPANNED

# `The document was signed by ...` tells again of the signing before.
ANSWERED = frozenset(
    {"document", "agreement", "memorandum", "protocol", "deal", "accord", "contract", "treaty", "declaration", "statement", "paper", "text"}
)
HOLDS_DAYS = 7
STAY_DAYS = 3


def merged(events: Sequence[ReadEvent]) -> list[ReadEvent]:
    """The same event told in several sentences is kept once, with the best of what each sentence says."""
    kept: list[ReadEvent] = []
    for event in events:
        if _retold(kept, event):
            continue
        index = next((i for i, held in enumerate(kept) if _same(held, event)), None)
        if index is None:
            kept.append(event)
        else:
            kept[index] = _best(kept[index], event)
    return kept


def _retold(kept: Sequence[ReadEvent], event: ReadEvent) -> bool:
    """`Following his visit, he will attend ...`: a plan for a visit that is under way or done is that visit."""
    if event.kind != "visit" or event.status not in ("planned", "hypothetical") or "again" in event.quote:
        return False
    return any(
        held.kind == "visit"
        and held.status == "done"
        and (not event.date_start or 0 <= _days_between(held, event) <= STAY_DAYS)
        and held.country == event.country
        and held.who[0].country == event.who[0].country
        and held.who[0].rank == event.who[0].rank
        for held in kept
    )


def _dated(event: ReadEvent) -> bool:
    return event.date_start is not None and not any("day" in doubt or "date" in doubt for doubt in event.doubts)


def _same(one: ReadEvent, other: ReadEvent) -> bool:
    if one.kind != other.kind or one.status != other.status or one.kind in ("trade", "intent", "project"):
        return False
    apart = _dated(one) and _dated(other) and one.date_start != other.date_start and not _overlap(one, other)
    if (apart and not (one.kind == "visit" and _adjacent(one, other))) or _long_before(one, other):
        return False
    if one.kind == "visit":
        return one.who[0].country == other.who[0].country and one.country == other.country and _one_person(one.who[0], other.who[0])
    if one.number is not None and other.number is not None and one.number != other.number:
        return False
    told = (other.title or "").casefold()
    if one.kind == "signing" and _answers(told) and set(one.countries()) == set(other.countries()):
        return True
    codes, others = set(one.countries()), set(other.countries())
    if one.kind == "session":
        return (one.number is not None and one.number == other.number) or _bare(one.title) == _bare(other.title) or _same_body(one, other)
    if one.kind == "signing":
        # `signing bilateral documents`, and a sentence later how many.
        counts = {event.number for event in (one, other)}
        if codes == others and len(counts) == 1 and told.startswith("the ") and _bare(told).startswith(_bare(one.title)):
            return True
        return codes == others and max(one.number or 0, other.number or 0) > 1 and (len(counts) == 1 or None in counts)
    return codes == others


def _one_person(one: Party, other: Party) -> bool:
    """Whether two visitors of a country are the same: by office, or `Minister Wang` and Foreign Minister Wang Yi by name."""
    names = [set(fold(party.name).split()) for party in (one, other)]
    return one.rank == other.rank or names[0] <= names[1] or names[1] <= names[0]


def _same_body(one: ReadEvent, other: ReadEvent) -> bool:
    """`during the meeting of the commission`, after a numbered meeting of the commission of two countries."""
    vague = _bare(other.title)
    again = other.number is None and (other.title or "").casefold().startswith("the ")
    return again and _bare(one.title).endswith(vague) and set(other.countries()) <= set(one.countries())


def _answers(title: str) -> bool:
    """`the agreement`, `the document at the academy in Magelang`: a document told of before."""
    words = title.split()
    named = len(words) > 1 and words[0] == "the" and words[1].removesuffix("s") in ANSWERED
    return named and (len(words) == 2 or (len(words) > 2 and words[2] in ("at", "in", "during")))


def _bare(title: str | None) -> str:
    plain = (title or "").casefold()
    return plain.removeprefix("the ").removeprefix("a ")


def _long_before(one: ReadEvent, other: ReadEvent) -> bool:
    """Whether one is dated long before the news of the other: `received Putin`, and `Putin's visit last November`."""
    dated = [event.date_start or "" for event in (one, other) if _dated(event)]
    news = [event.date_start or "" for event in (one, other) if not _dated(event)]
    if len(dated) != 1 or not news[0] or len(dated[0]) < len("2024-01"):
        return False
    told, new = (int(day[:4]) * 12 + int(day[5:7]) for day in (dated[0], news[0])) if len(news[0]) > len("2024") else (0, 0)
    return abs(new - told) > 1


def _overlap(one: ReadEvent, other: ReadEvent) -> bool:
    starts = (one.date_start or "", other.date_start or "")
    ends = (one.date_end or starts[0], other.date_end or starts[1])
    short = min(map(len, starts))
    return max(starts)[:short] <= min(ends)[:short]


def _adjacent(one: ReadEvent, other: ReadEvent) -> bool:
    """Whether one ends a few days before the other begins, as when a visit goes on to another town."""
    days = [event.date_end or event.date_start or "" for event in (one, other)]
    starts = [event.date_start or "" for event in (one, other)]
    if any(len(day) != 10 for day in (*days, *starts)):
        return False
    ends, begins = [date.fromisoformat(day) for day in days], [date.fromisoformat(day) for day in starts]
    return any(1 <= gap <= STAY_DAYS for gap in ((begins[1] - ends[0]).days, (begins[0] - ends[1]).days))


def _days_between(one: ReadEvent, other: ReadEvent) -> int:
    """Days from the start of one event to that of another; 0 where either has no whole day."""
    days = [event.date_start or "" for event in (one, other)]
    return (date.fromisoformat(days[1]) - date.fromisoformat(days[0])).days if all(len(day) == 10 for day in days) else 0


def _surety(event: ReadEvent) -> int:
    if _dated(event):
        return 2 if SPANNED in event.doubts else 3
    return int(not any("article's date" in doubt for doubt in event.doubts))


def _best(one: ReadEvent, other: ReadEvent) -> ReadEvent:
    first, second = (one, other) if _surety(one) >= _surety(other) else (other, one)
    if one.kind == "visit" and _dated(one) and _dated(other) and _adjacent(one, other):
        early, late = sorted((one, other), key=lambda event: event.date_start or "")
        first, second = replace(early, date_end=late.date_end or late.date_start), late
    if AT_ITS_END in second.doubts and _dated(first) and 0 < _days_between(first, second) <= HOLDS_DAYS:
        first = replace(first, date_end=second.date_start)
    named = first.who if any(party.actor for party in first.who) or not any(party.actor for party in second.who) else second.who
    return replace(
        first,
        who=named or second.who,
        place=first.place or second.place,
        country=first.country or second.country,
        level=first.level if first.level and first.level != "summit_margin" else second.level or first.level,
        number=first.number if first.number is not None else second.number,
        title=first.title or second.title,
        confidence=max(first.confidence, second.confidence),
    )
