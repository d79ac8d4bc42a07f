"""From a text to its events: trigger pass, mentions, one parse of the sentences that matter, extractors, days, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from daliz.corridor.errors import DalizError
from daliz.relations.reading.article import Article
from daliz.relations.reading.dates import When, dates_in
from daliz.relations.reading.events import CAMEO, Party, ReadEvent, Reading
from daliz.relations.reading.frames import PLACES, Draft, Scene, is_elsewhere
from daliz.relations.reading.lexicon import Actor, Lexicon, actors_from
from daliz.relations.reading.mentions import mentions_of
from daliz.relations.reading.merging import HOLDS_DAYS, merged
from daliz.relations.reading.others import intents, projects, trades
from daliz.relations.reading.sessions import sessions
from daliz.relations.reading.signings import signings
from daliz.relations.reading.syntax import dateline, parse, prepare
from daliz.relations.reading.talks import hosted_visits, meetings
from daliz.relations.reading.text import article_text
from daliz.relations.reading.timing import AT_ITS_END, assign_dates, ended, repeated
from daliz.relations.reading.tokens import sentences_of, tokens_of
from daliz.relations.reading.tree import up
from daliz.relations.reading.triggers import candidates
from daliz.relations.reading.units import units_of
from daliz.relations.reading.venues import settled, town
from daliz.relations.reading.visits import visits

VAGUE = frozenset({"recent", "recently", "lately", "times", "repeatedly", "often"})
LEADERS = ("head_of_state", "head_of_government", "foreign_minister")
SHORT_QUOTE = 4
BY_THE_WAY = ("session", "signing")


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
                    for surname in self.lexicon.surnames_of(party.name, party.country):
                        introduced.setdefault(surname, party)
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
            shared = _one_day(drafts) or before
            found = [_event(scene, draft, day, shared if draft.kind in BY_THE_WAY else before) for draft in drafts]
            told = [(e, d) for e, d in zip(found, drafts, strict=True) if d.days and e.date_start and _holds(e)]
            exact = [e.date_start for e, d in told if not _long_ago(d)]
            at = scene.parsed.start if exact else at
            before = exact[0] if exact else before if _near(before, day) else None
            events += found
        read = tuple(settled(merged(events), article))
        return Reading(read, (*notices, *_strangers(scenes, read)), article.text)


def _strangers(scenes: Sequence[Scene], events: Sequence[ReadEvent]) -> list[str]:
    """A notice for each holder of an office whose country neither the tables nor the article tell, and who is in no event."""
    known = {party.name for event in events for party in (*event.who, *event.whom)}
    offices = {
        party.name: mention.text
        for scene in scenes
        for mention in scene.parsed.mentions
        if mention.kind == "person" and mention.rank in LEADERS and mention.text != mention.parties[0].name
        for party in mention.parties
        if party.country is None and party.name not in known
    }
    return [
        f"no country is known for {text!r}, so what is told of {name} is left out; a row of the table actors would name it"
        for name, text in offices.items()
    ]


def _told(whens: Sequence[When], day: date | None) -> list[str]:
    """The one day that a sentence tells, for what the next sentences tell: `consulted each other on Tuesday`."""
    days = {when.past[0] for when in whens if when.form in ("weekday", "day", "today", "yesterday") and when.past[0] == when.past[1]}
    return [told for told in days if len(days) == 1 and len(told) == len("2024-03-11") and _near(told, day)]


def _one_day(drafts: Sequence[Draft]) -> str | None:
    """The one day that the deeds of a sentence share, for a session or signing told by the way without one."""
    deeds = [draft for draft in drafts if draft.status == "done" and draft.kind in (*BY_THE_WAY, "visit", "meeting")]
    days = {draft.days[0] for draft in deeds if draft.days and not _long_ago(draft)}
    told = next(iter(days)) if len(days) == 1 else ""
    return told if len(told) == len("2024-03-11") else None


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
    drafts += repeated(scene, drafts)
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
