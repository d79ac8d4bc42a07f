"""From a text to its events: trigger pass, mentions, one parse of the sentences that matter, extractors, days, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from daliz.corridor.errors import DalizError
from daliz.corridor.names import fold
from daliz.relations.reading.article import Article
from daliz.relations.reading.dates import When, dates_in
from daliz.relations.reading.events import CAMEO, Party, ReadEvent, Reading
from daliz.relations.reading.frames import PLACES, Draft, Scene, is_elsewhere
from daliz.relations.reading.lexicon import Actor, Lexicon, actors_from
from daliz.relations.reading.mentions import mentions_of, units_of
from daliz.relations.reading.others import intents, projects, trades
from daliz.relations.reading.sessions import sessions
from daliz.relations.reading.signings import signings
from daliz.relations.reading.syntax import dateline, parse, prepare
from daliz.relations.reading.talks import hosted_visits, meetings
from daliz.relations.reading.text import article_text
from daliz.relations.reading.timing import AT_ITS_END, SPANNED, assign_dates, ended
from daliz.relations.reading.tokens import sentences_of, tokens_of
from daliz.relations.reading.tree import up
from daliz.relations.reading.triggers import candidates
from daliz.relations.reading.venues import settled, town
from daliz.relations.reading.visits import visits

# `The document was signed by ...` tells again of the signing before.
ANSWERED = frozenset(
    {"document", "agreement", "memorandum", "protocol", "deal", "accord", "contract", "treaty", "declaration", "statement", "paper", "text"}
)
VAGUE = frozenset({"recent", "recently", "lately", "times", "repeatedly", "often"})
HOLDS_DAYS = 7
STAY_DAYS = 3
SHORT_QUOTE = 4


@lru_cache(maxsize=8)
def _lexicon(actors: tuple[Actor, ...]) -> Lexicon:
    return Lexicon(actors)


class Reader:
    """Reads articles with one table of actors.

    Parameters: actors (rows of the corridor's table `actors`, as mappings).
    Raises: DalizError for an actor of a country that is none.
    """

    def __init__(self, actors: Iterable[Mapping[str, object]] = ()) -> None:
        self.lexicon = _lexicon(actors_from(actors))

    def read(self, text: str, day: str | date | None = None, name: str = "the text") -> Reading:
        """All events of one article.

        Parameters: text (English, plain or HTML), day (the article's date; None: relative dates stay open), name (for messages).
        Raises: ReadingError for what is no English article; MissingExtraError when the model is not installed and a sentence needs it.
        """
        return next(iter(self.read_many([(text, day)], [name])))

    def read_many(self, articles: Sequence[tuple[str, str | date | None]], names: Sequence[str] = ()) -> list[Reading]:
        """Events of many articles; their sentences are parsed in one go, which is faster than one at a time."""
        prepared = []
        for index, (raw, day) in enumerate(articles):
            text, notices = article_text(raw, names[index] if index < len(names) else f"article {index + 1}")
            prepared.append(self._prepare(text, article_day(day), notices, not is_month(day)))
        parse([scene.parsed for article in prepared for scene in article[1]])
        return [self._finish(*parts) for parts in prepared]

    def _prepare(
        self, text: str, day: date | None, notices: tuple[str, ...], exact: bool = True
    ) -> tuple[Article, list[Scene], date | None, tuple[str, ...]]:
        iso = day.isoformat() if day else None
        article = Article(self.lexicon, iso, iso if exact or iso is None else iso[:7], text)
        chosen = set(candidates(text, self.lexicon))
        scenes: list[Scene] = []
        introduced: dict[str, Party] = {}
        if not chosen:
            return article, scenes, day, notices
        before: str | None = None
        for start, end in sentences_of(text):
            tokens = tokens_of(text[start:end], start)
            whens = dates_in(text[start:end], day, start, exact, before)
            before = next((when.past[0] for when in whens if len(when.past[0]) == 10), before)
            article.days += [(start, told) for told in _told(whens, day)]
            units = units_of(tokens, whens, self.lexicon, introduced)
            mentions = mentions_of(units, self.lexicon, iso)
            for party in (party for mention in mentions if mention.kind == "person" for party in mention.parties):
                if party.actor is None and party.country and " " in party.name and party.name[0].isupper():
                    introduced.setdefault(party.name.split()[-1], party)
            if not article.seen and (line := dateline(units)):
                heads = [mention for mention in mentions if mention.last <= units[max(line)].last and mention.kind in PLACES]
                article.dateline = heads[0] if heads else None
            article.seen += [(tokens[mention.first].start, mention) for mention in mentions]
            if (start, end) in chosen:
                scenes.append(Scene(prepare(start, end, tokens, units, mentions), article))
        scenes = [scene for scene in scenes if scene.parsed.mentions or article.seen]
        if day is None:
            notices += ("no date was given for the article: weekdays, 'yesterday' and days without a year stay open (--date)",)
        return article, scenes, day, notices

    def _finish(self, article: Article, scenes: list[Scene], day: date | None, notices: tuple[str, ...]) -> Reading:
        events: list[ReadEvent] = []
        before: str | None = None
        at = -1
        for scene in scenes:
            if days := [told for start, told in article.days if at < start < scene.parsed.start]:
                before = days[-1]
            drafts = drafts_of(scene)
            article.topics.append((scene.parsed.start, scene.subject()))
            found = [_event(scene, draft, day, before) for draft in drafts]
            told = [(e, d) for e, d in zip(found, drafts, strict=True) if d.days and e.date_start and _holds(e)]
            exact = [e.date_start for e, d in told if not _long_ago(d)]
            at = scene.parsed.start if exact else at
            before = exact[0] if exact else before if _near(before, day) else None
            events += found
        return Reading(tuple(settled(merged(events), article)), notices, article.text)


def _told(whens: Sequence[When], day: date | None) -> list[str]:
    """The one day that a sentence tells, for what the next sentences tell: `consulted each other on Tuesday`."""
    days = {when.past[0] for when in whens if when.form in ("weekday", "day", "today", "yesterday") and when.past[0] == when.past[1]}
    return [told for told in days if len(days) == 1 and len(told) == len("2024-03-11") and _near(told, day)]


def _holds(event: ReadEvent) -> bool:
    """Whether an event's day may hold for what the next sentences tell: one single day of a deed."""
    one = event.date_end in (None, event.date_start)
    return event.status == "done" and event.date_start is not None and len(event.date_start) == len("2024-03-11") and one


def _near(before: str | None, day: date | None) -> bool:
    """Whether a day told earlier in the article is close enough to hold on for what follows."""
    return before is not None and day is not None and 0 <= (day - date.fromisoformat(before)).days <= HOLDS_DAYS


def article_day(day: str | date | None) -> date | None:
    """The article's day from ISO text; the last day of a month where only that is known. Raises: DalizError for another form."""
    if day is None or isinstance(day, date):
        return day
    text = day.strip()[:10]
    try:
        if is_month(text):
            first = date.fromisoformat(f"{text}-01")
            return (first + timedelta(31)).replace(day=1) - timedelta(1)
        return date.fromisoformat(text)
    except ValueError:
        raise DalizError(f"date {day!r}: expected year-month-day, for example 2024-03-12, or year-month") from None


def is_month(day: str | date | None) -> bool:
    """Whether only the month of an article is known."""
    return isinstance(day, str) and len(day.strip()) == 7


def drafts_of(scene: Scene) -> list[Draft]:
    """Everything the extractors find in a sentence, with its dates."""
    if is_elsewhere(scene.text(scene.parsed.start, scene.parsed.end)):
        return []
    held = sessions(scene)
    met = [draft for draft in meetings(scene) if all(draft.node.i != own.node.i for own in held)]
    visited = visits(scene)
    trips = ((visit.who[0].country, visit.whom[0].country) for visit in visited if visit.who and visit.whom)
    scene.article.visits += [(guest, host) for guest, host in trips if guest and host]
    signed = signings(scene)
    for draft in (*held, *signed):
        draft.place = draft.place or town(scene, draft)
    implied = [v for v in hosted_visits(scene, [*met, *held, *signed]) if not any(_same_trip(v, held) for held in visited)]
    drafts = [*visited, *implied, *held, *signed, *met, *projects(scene), *trades(scene)]
    triggers = {draft.node.i for draft in drafts}
    drafts += [draft for draft in intents(scene) if not _says_more(draft, drafts) and draft.node.i not in triggers]
    assign_dates(scene, drafts)
    return drafts


def _says_more(intent: Draft, drafts: Sequence[Draft]) -> bool:
    """Whether what is intended is itself among the events: `intend to sign` is a planned signing, and told once."""
    below = {node.i for node in intent.node.subtree}
    return any(draft.node.i in below and draft.status in ("done", "planned") for draft in drafts)


def _same_trip(one: Draft, other: Draft) -> bool:
    return one.who[0].country == other.who[0].country and one.whom[0].country == other.whom[0].country


def _event(scene: Scene, draft: Draft, day: date | None, before: str | None) -> ReadEvent:
    first, last = _days(scene, draft, day, before)
    if day and first and first > day.isoformat()[: len(first)] and draft.status == "done" and draft.kind != "trade":
        draft.status = "planned"
    nodes = [node for node in (draft.node, *draft.twins, *draft.nodes) if node is not None]
    spans = [scene.parsed.characters(node.i) for node in nodes]
    if draft.when is not None:
        spans.append((draft.when.start, draft.when.end))
    span = (min(start for start, _ in spans), max(end for _, end in spans))
    if len(scene.text(*span).split()) < SHORT_QUOTE:
        span = (scene.parsed.start, scene.parsed.end)
    place = draft.place
    for mention in scene.parsed.mentions:
        for words in mention.doubts:
            if any(party in mention.parties for party in draft.who):
                draft.doubt(words, 0.95)
    target = draft.whom[0].country if draft.kind == "visit" and draft.whom else (place.country if place else None)
    return ReadEvent(
        kind=draft.kind,
        who=draft.who,
        whom=draft.whom,
        date_start=first,
        date_end=last,
        place=place.place if place else None,
        country=target,
        number=draft.number,
        unit=draft.unit,
        title=draft.title,
        level=draft.level,
        status=draft.status,
        quote=scene.text(*span),
        span=span,
        confidence=round(draft.confidence, 2),
        doubts=tuple(draft.doubts),
        code=draft.code or CAMEO.get(draft.kind),
    )


def _days(scene: Scene, draft: Draft, day: date | None, before: str | None) -> tuple[str | None, str | None]:
    if draft.days and draft.days[0]:
        return draft.days
    if draft.told is not None and draft.status in ("done", "planned"):
        return draft.told.days(draft.status)
    if draft.kind == "visit" and draft.status == "planned" and (told := _of_event(scene, draft, day)):
        return told
    if draft.kind in ("trade", "intent", "stock") or draft.status != "done":
        return (scene.article.stated, None) if draft.kind == "stock" else (None, None)
    near = [child for child in draft.node.children if child.dep_ in ("npadvmod", "prep", "advmod")]
    words = {node.lower_ for node in (*draft.node.children, *(inner for child in near for inner in child.subtree))} | {
        child.lower_ for above in list(up(draft.node))[:1] for child in above.children
    }
    if VAGUE & words or (_long_ago(draft) and not (before and draft.kind == "visit")):
        draft.doubt("the text says that it was earlier, but no day", 0.9)
        return None, None
    if before:
        draft.doubt("the day is one told earlier in the article", 0.9)
        return before, None
    if day is None:
        draft.doubt("no day in the sentence, and the article has no date", 0.8)
        return None, None
    draft.doubt("no day in the sentence; the article's date is taken", 0.95)
    stated = scene.article.stated
    if stated is None or draft.kind != "visit":
        return stated, None
    if ended(draft):
        draft.doubt(AT_ITS_END, 0.9)
    return stated, None


def _long_ago(draft: Draft) -> bool:
    """`had come`: before what is told."""
    return draft.node.pos_ in ("VERB", "AUX") and any(child.lower_ == "had" and child.dep_ == "aux" for child in draft.node.children)


def _of_event(scene: Scene, draft: Draft, day: date | None) -> tuple[str, str] | None:
    """The days of the event to come that the article told of last, for one who will go to its country."""
    held = scene.article.venues[-1] if scene.article.venues else None
    if held is None or held.when is None or day is None or not draft.whom or held.place.country != draft.whom[0].country:
        return None
    return held.when.ahead if held.when.ahead[0] >= day.isoformat() else None


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
        and (not event.date_start or (any("inferred" in doubt for doubt in event.doubts) and 0 <= _days_between(held, event) <= STAY_DAYS))
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
        return (one.number is not None and one.number == other.number) or _bare(one.title) == _bare(other.title)
    if one.kind == "signing":
        # `signing bilateral documents`, and a sentence later how many.
        counts = {event.number for event in (one, other)}
        return codes == others and max(one.number or 0, other.number or 0) > 1 and (len(counts) == 1 or None in counts)
    return codes == others


def _one_person(one: Party, other: Party) -> bool:
    """Whether two visitors of a country are the same: by office, or `Minister Wang` and Foreign Minister Wang Yi by name."""
    names = [set(fold(party.name).split()) for party in (one, other)]
    return one.rank == other.rank or names[0] <= names[1] or names[1] <= names[0]


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
