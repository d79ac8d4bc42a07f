"""What all extractors share: a sentence in its article, who its words mean, where and when something was, and drafts of events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.dates import When
from daliz.relations.reading.events import Party
from daliz.relations.reading.lexicon import Lexicon, rows
from daliz.relations.reading.mentions import Mention, office_party
from daliz.relations.reading.syntax import Parsed, distance, pobjs, rights, up, within

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

PEOPLE = ("person", "group", "office", "pronoun", "dyad")
PLACES = ("country", "place", "capital", "countries")
STATES = frozenset({"head_of_state", "head_of_government", "foreign_minister", "minister", "delegation", "official", "speaker"})
GUESTS = frozenset(
    {None, "head_of_state", "head_of_government", "foreign_minister", "minister", "speaker", "official", "delegation", "government"}
)


@dataclass
class Article:
    """What the text has spoken of so far, for `he`, `the president`, `the two countries`."""

    lexicon: Lexicon
    day: str | None
    text: str = ""
    seen: list[tuple[int, Mention]] = field(default_factory=list)

    def before(self, position: int) -> list[Mention]:
        """Mentions before a character of the text, nearest first."""
        return [mention for at, mention in reversed(self.seen) if at < position]

    def after(self, position: int, limit: int) -> list[Mention]:
        """Mentions after a character, up to another, nearest first."""
        return [mention for at, mention in self.seen if position <= at < limit]

    def person(self, position: int, rank: str | None, limit: int) -> tuple[Party, ...]:
        """The person last spoken of, with that office where one is given; else the next in the sentence."""
        for mention in (*self.before(position), *self.after(position, limit)):
            if mention.kind != "person" or len(mention.parties) != 1:
                continue
            party = mention.parties[0]
            if party.rank in ("company", "parliament", "government", "delegation", "spokesperson"):
                continue
            if rank is None or party.rank == rank:
                return mention.parties
        return ()

    def subject(self, position: int) -> tuple[Party, ...]:
        """Whom `it` or `they` stand for: the country, government or group last spoken of."""
        for mention in self.before(position):
            if mention.kind in ("country", "person", "group", "adjective") and mention.parties:
                return mention.parties
            if mention.kind == "body":
                return (Party(None, mention.text, None, "organisation"),)
        return ()

    def pair(self, position: int, limit: int) -> tuple[str, ...]:
        """The two countries spoken of: of the sentence if it names two, else those the article names most."""
        near: list[str] = []
        for mention in (*self.before(position), *self.after(position, limit)):
            if mention.kind in ("person", "group", "country", "countries", "adjective", "pair", "body", "institution"):
                near += [party.country for party in mention.parties if party.country]
        if len(set(near)) < 2:
            near += [
                p.country
                for at, m in self.seen
                if at >= limit
                for p in m.parties
                if p.country and m.kind in ("person", "group", "country", "pair")
            ]
        for chosen in (dict.fromkeys(near[:4]), dict.fromkeys(near)):
            if len(chosen) == 2:
                return tuple(chosen)
        counts = Counter(near)
        return tuple(code for code, _ in counts.most_common(2)) if len(counts) > 1 else ()


@dataclass
class Scene:
    """One parsed sentence in its article."""

    parsed: Parsed
    article: Article

    def mention(self, node: Node) -> Mention | None:
        """The mention that a word stands for."""
        return self.parsed.mention_at.get(node.i)

    def parties(self, node: Node, deep: bool = True) -> tuple[Party, ...]:
        """Who a word means: its own mention, or for a plain noun who stands with it (`a delegation led by X`, `companies from Y`)."""
        mention = self.mention(node)
        if mention is not None:
            found = self.resolve(mention)
            if found and not (found[0].rank == "delegation" and self._leader(node)):
                return found
        leader = self._leader(node)
        if leader:
            return leader
        if mention is not None or not deep:
            return ()
        return self.attached(node)

    def attached(self, node: Node) -> tuple[Party, ...]:
        """Who stands with a noun: possessor, adjective, `of`, `from`, `between`."""
        found: list[Party] = []
        for child in node.children:
            if child.dep_ in ("poss", "amod", "compound", "nmod") and self.mention(child):
                for part in (child, *rights(child)):
                    found += self.parties(part, deep=False)
        for child in pobjs(node, ("of", "from", "between", "by", "among")):
            found += self.parties(child, deep=False)
        return unique(found)

    def _leader(self, node: Node) -> tuple[Party, ...]:
        for child in node.children:
            if child.dep_ in ("acl", "relcl", "partmod") and child.lemma_ in ("lead", "head", "chair"):
                for leader in pobjs(child, ("by",)):
                    if found := self.parties(leader, deep=False):
                        return tuple(self._of_delegation(node, party) for party in found)
        return ()

    def _of_delegation(self, node: Node, party: Party) -> Party:
        mention = self.mention(node)
        if party.country is None and mention is not None and mention.country:
            return replace(party, country=mention.country)
        return party

    def resolve(self, mention: Mention) -> tuple[Party, ...]:
        """The parties of a mention; for pronouns, bare offices and pairs from what the article said before."""
        at = self.parsed.tokens[mention.first].start
        if mention.kind in ("pronoun", "possessive"):
            return self.article.person(at, None, self.parsed.end)
        if mention.kind == "office":
            return self.article.person(at, mention.rank, self.parsed.end)
        if mention.kind == "dyad":
            pair = self.article.pair(at, self.parsed.end)
            return tuple(self._partner(code, mention.rank, at) for code in pair)
        return mention.parties

    def _partner(self, code: str, rank: str | None, position: int) -> Party:
        for mention in self.article.before(position):
            for party in mention.parties:
                if party.country == code and rank and party.rank == rank and mention.kind == "person":
                    return party
        if rank:
            return office_party(self.article.lexicon, code, rank, self.article.day)
        return Party(code, country_name(code))

    def people(self, nodes: Iterable[Node]) -> tuple[Party, ...]:
        """Parties that can travel, of these words and what is coordinated with them."""
        found: list[Party] = []
        for node in self.expanded(nodes):
            mention = self.mention(node)
            if mention is not None and mention.kind not in PEOPLE:
                continue
            found += [party for party in self.parties(node) if party.rank in GUESTS and (mention is not None or party.rank is not None)]
        return unique(found)

    def expanded(self, nodes: Iterable[Node]) -> list[Node]:
        """The words and the people set beside them by a comma only: `Aliyev, Tokayev hold talks`."""
        found: list[Node] = []
        for node in nodes:
            found.append(node)
            beside = [
                child
                for child in node.children
                if child.dep_ in ("appos", "conj") and (m := self.mention(child)) and m.kind in ("person", "country")
            ]
            found += [child for child in beside if child not in found and self.mention(node) is not None]
        return found

    def place(self, node: Node) -> Mention | None:
        """The place a word names, or that stands inside its phrase."""
        mention = self.mention(node)
        if mention is not None and mention.kind in PLACES:
            return mention
        inner = within(
            node,
            lambda child: (
                (held := self.mention(child)) is not None and held.kind in PLACES and child.dep_ in ("pobj", "poss", "compound", "appos")
            ),
        )
        if inner:
            return self.mention(inner[0])
        adjective = within(
            node, lambda child: (held := self.mention(child)) is not None and held.kind == "adjective" and child.head.i == node.i
        )
        return (
            self.mention(adjective[0])
            if adjective and node.lemma_ in ("capital", "city", "town", "port", "territory", "soil", "resort")
            else None
        )

    def places(self) -> list[tuple[Node, Mention]]:
        """Every place of the sentence."""
        assert self.parsed.doc is not None
        return [(self.parsed.doc[index], mention) for index, mention in sorted(self.parsed.mention_at.items()) if mention.kind in PLACES]

    def persons(self) -> list[tuple[Node, Mention]]:
        """Every person or group of the sentence."""
        assert self.parsed.doc is not None
        return [
            (self.parsed.doc[index], mention)
            for index, mention in sorted(self.parsed.mention_at.items())
            if mention.kind in ("person", "group")
        ]

    def others(self, kinds: Sequence[str]) -> list[tuple[Node, Mention]]:
        """Every mention of these kinds in the sentence."""
        assert self.parsed.doc is not None
        return [(self.parsed.doc[index], mention) for index, mention in sorted(self.parsed.mention_at.items()) if mention.kind in kinds]

    def text(self, first: int, last: int) -> str:
        """Characters of the article."""
        return self.article.text[first:last]

    def whens(self) -> list[tuple[Node, When]]:
        """Every date of the sentence, with the word it stands by."""
        doc = self.parsed.doc
        assert doc is not None
        return [(doc[min(index, len(doc) - 1)], when) for index, when in self.parsed.whens]


@dataclass
class Draft:
    """An event in the making: its trigger word and what was found so far."""

    kind: str
    node: Node
    who: tuple[Party, ...] = ()
    whom: tuple[Party, ...] = ()
    place: Mention | None = None
    number: float | None = None
    unit: str | None = None
    title: str | None = None
    level: str | None = None
    status: str = "done"
    nodes: list[Node] = field(default_factory=list)
    days: tuple[str, str] | None = None
    whens: list[tuple[int, When]] = field(default_factory=list)
    when: When | None = None
    twins: list[Node] = field(default_factory=list)
    code: str | None = None
    confidence: float = 0.95
    doubts: list[str] = field(default_factory=list)

    def doubt(self, words: str, factor: float = 0.85) -> None:
        """Note what is doubtful, and trust the event less."""
        if words not in self.doubts:
            self.doubts.append(words)
            self.confidence *= factor

    def anchors(self) -> list[Node]:
        """The words whose nearness binds a date to the event."""
        return [self.node, *self.twins]

    @property
    def country(self) -> str | None:
        """Country of the place."""
        return self.place.country if self.place else None


def unique(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Each party once; a person, where named, stands for the bare country too."""
    found: list[Party] = []
    for party in parties:
        if not any(other == party or (other.actor and other.actor == party.actor) for other in found):
            found.append(party)
    return tuple(found)


def by_country(parties: Sequence[Party]) -> tuple[Party, ...]:
    """One party a country, the one that is named best."""
    best: dict[str | None, Party] = {}
    for party in parties:
        held = best.get(party.country)
        if held is None or (held.actor is None and party.actor is not None):
            best[party.country] = party
    return tuple(best.values())


@cache
def patterns(kind: str) -> dict[tuple[str, str], dict[str, str]]:
    """The dependency patterns of a kind, by part of speech and lemma of the trigger."""
    return {(row["pos"], row["lemma"]): dict(row) for row in rows("patterns") if row["kind"] == kind}


LEVELS = {
    "state": "state", "official": "official", "working": "working", "business": "working", "private": "private", "informal": "working",
    "unofficial": "working", "return": "official", "courtesy": "working",
}  # fmt: skip


@cache
def _elsewhere() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(re.escape(row["word"]) for row in rows("elsewhere")) + r")\b", re.IGNORECASE)


def is_elsewhere(text: str) -> bool:
    """Whether a sentence is about sport, concerts or tourists, where visits and signatures are nothing between states."""
    return _elsewhere().search(text) is not None


def level_of(noun: Node) -> str | None:
    """State, official, working: the rank of a visit as the text names it."""
    for child in noun.children:
        if child.dep_ in ("amod", "compound", "nmod", "poss") and child.lower_ in LEVELS:
            return LEVELS[child.lower_]
    return None


WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100, "dozen": 12,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "inaugural": 1, "maiden": 1, "founding": 1, "constituent": 1,
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}


def number_of(word: str) -> float | None:
    """A number in digits or words: `14`, `fourteen`, `1,000`."""
    plain = word.casefold()
    if plain in WORDS:
        return float(WORDS[plain])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?", plain):
        return float(plain.replace(",", ""))
    return None


def ordinal_of(word: str) -> int | None:
    """An ordinal in digits or words: `21st`, `twenty-first`, `inaugural`."""
    plain = word.casefold()
    if plain in ORDINALS:
        return ORDINALS[plain]
    if match := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", plain):
        return int(match[1])
    roman = {"ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15}
    return roman.get(plain)


LOOSE = frozenset({"intent", "support", "aid", "cooperation", "project"})


def assign_dates(scene: Scene, drafts: Sequence[Draft]) -> None:
    """Give each date of a sentence to the event it stands by most closely; an event without one takes a date of the clause above it."""
    whens = scene.whens()
    if not drafts or not whens:
        return
    leading = [draft for draft in drafts if draft.kind not in LOOSE] or drafts
    for node, when in whens:
        steps = [(min(distance(node, own) for own in draft.anchors()), draft) for draft in leading]
        nearest = min(step for step, _ in steps)
        for step, draft in steps:
            if step == nearest:
                draft.whens.append((step, when))
    for draft in drafts:
        if not draft.whens:
            shared = [when for node, when in whens if _shares(node, draft)]
            draft.whens += [(0, when) for when in sorted(shared, key=lambda when: _gap(scene, when, draft))[:1]]
    for draft in drafts:
        _set_days(scene, draft)


def _gap(scene: Scene, when: When, draft: Draft) -> int:
    return min(abs(when.start - scene.parsed.characters(node.i)[0]) for node in draft.anchors())


def _announces(draft: Draft) -> bool:
    """`heads to Moscow on Tuesday`, written on a Monday, tells of tomorrow; `headed` and `is in Moscow` do not."""
    today = draft.when is not None and draft.when.past[0] == draft.when.ahead[0]
    return not today and draft.node.tag_ in ("VBZ", "VBP") and draft.node.lemma_ != "be" and draft.kind in ("visit", "session", "meeting")


def _shares(node: Node, draft: Draft) -> bool:
    """Whether a date of another clause holds for the event too: it stands in a clause above the event's."""
    above = {draft.node.i, *(upper.i for upper in up(draft.node))}
    holder = next((upper for upper in (node, *up(node)) if upper.pos_ in ("VERB", "AUX")), None)
    return holder is not None and holder.i in above


def _set_days(scene: Scene, draft: Draft) -> None:
    if not draft.whens:
        return
    exact = [pair for pair in draft.whens if len(pair[1].past[0]) == 10] or draft.whens
    draft.when = min(exact, key=lambda pair: (pair[0], _gap(scene, pair[1], draft)))[1]
    if draft.when.form == "weekday" and draft.status == "done" and draft.when.past != draft.when.ahead and _announces(draft):
        draft.status = "planned"
    draft.days = draft.when.days(draft.status)
    _lasting(draft)


ENDINGS = frozenset({"end", "conclude", "complete", "finish", "wind", "wrap", "close", "return"})
BEGINNINGS = frozenset({"begin", "start", "arrive", "embark", "land", "open", "kick", "get", "come", "fly", "touch"})


def _lasting(draft: Draft) -> None:
    """`a two-day visit ended on August 8` began the day before."""
    if draft.kind != "visit" or draft.days is None or len(draft.days[0]) != 10 or draft.days[0] != draft.days[1]:
        return
    spans = [
        number_of(child.text)
        for node in draft.anchors()
        for child in node.subtree
        if child.i + 2 < len(child.doc) and child.nbor(2).lower_ in ("day", "days")
    ]
    length = next((int(number) for number in spans if number), 1)
    verbs = {node.lemma_ for own in draft.anchors() for node in (own, own.head)}
    day = date.fromisoformat(draft.days[0])
    if verbs & ENDINGS:
        draft.days = ((day - timedelta(length - 1)).isoformat(), day.isoformat())
        if length == 1:
            draft.doubt("the day is that of the visit's end", 0.9)
    elif length > 1 and verbs & BEGINNINGS:
        draft.days = (day.isoformat(), (day + timedelta(length - 1)).isoformat())


def with_place(draft: Draft, mention: Mention | None) -> Draft:
    """The draft with a place."""
    return replace(draft, place=mention)
