"""What all extractors share: a sentence in its article, who its words mean, where and when something was, and drafts of events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.article import Article
from daliz.relations.reading.dates import When
from daliz.relations.reading.events import Party
from daliz.relations.reading.lexicon import rows, words
from daliz.relations.reading.mentions import Mention, office_party
from daliz.relations.reading.numbers import WORDS
from daliz.relations.reading.syntax import Parsed
from daliz.relations.reading.tree import pobjs, rights, subjects, up, within

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

DELEGATES = words("frames_delegates")
REPORTS = words("timing_reports")
COUNTERPARTS = words("frames_counterparts")
PEERS = frozenset(f"{word}s" for word in COUNTERPARTS)
TWO = frozenset({"two", "both"})
PEOPLE = ("person", "group", "office", "pronoun", "dyad")
PLACES = ("country", "place", "capital", "countries")
AREAS = words("frames_areas")
STATES = frozenset(
    {"head_of_state", "head_of_government", "foreign_minister", "minister", "delegation", "official", "speaker", "parliament"}
)
GUESTS = frozenset(
    {
        None,
        "head_of_state",
        "head_of_government",
        "foreign_minister",
        "minister",
        "speaker",
        "official",
        "delegation",
        "government",
        "parliament",
    }
)


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
        if mention is not None and mention.kind == "office" and mention.rank == "delegation":
            return tuple(replace(party, rank="delegation") for party in self.attached(node))
        if mention is None and node.lower_ == "they":
            return self._they(node)
        if mention is not None or not deep:
            return ()
        return self.attached(node)

    def _they_of(self, mention: Mention) -> tuple[Party, ...]:
        node = next((self.parsed.doc[i] for i, m in self.parsed.mention_at.items() if m is mention), None) if self.parsed.doc else None
        return self._they(node) if node is not None else ()

    def _they(self, node: Node) -> tuple[Party, ...]:
        """`Tokayev and Erdogan said that they would come`: all who are the subject above."""
        for verb in (above for above in up(node) if above.pos_ in ("VERB", "AUX")):
            for child in verb.children:
                if child.dep_ in ("nsubj", "nsubjpass") and child.i < node.i and (held := self.mention(child)) and held.kind in PEOPLE:
                    return unique(party for part in (child, *rights(child)) for party in self.parties(part, deep=False))
        return ()

    def attached(self, node: Node) -> tuple[Party, ...]:
        """Who stands with a noun: possessor, adjective, `of`, `from`, `between`."""
        found: list[Party] = []
        for child in node.children:
            if child.dep_ in ("poss", "amod", "compound", "nmod") and self.mention(child):
                for part in (child, *rights(child)):
                    found += self.parties(part, deep=False)
        for child in pobjs(node, ("of", "from", "between", "by", "among")):
            found += self.parties(child, deep=False)
            if self.mention(child) is None and child.tag_ in ("NN", "NNS", "NNPS"):
                found += [party for inner in pobjs(child, ("of", "from")) for party in self.parties(inner, deep=False)]
            if self.mention(child) is None and child.lower_ in DELEGATES:
                found += [
                    party
                    for inner in child.children
                    if inner.dep_ in ("amod", "poss", "compound")
                    for party in self.parties(inner, deep=False)
                ]
        return unique(found)

    def _leader(self, node: Node) -> tuple[Party, ...]:
        if node.dep_ == "dobj" and node.head.lemma_ in ("lead", "head"):
            return tuple(self._of_delegation(node, party) for subject in subjects(node.head) for party in self.parties(subject, deep=False))
        if node.dep_ == "nsubjpass" and node.head.lemma_ in ("lead", "head"):
            return tuple(
                self._of_delegation(node, party) for named in pobjs(node.head, ("by",)) for party in self.parties(named, deep=False)
            )
        for child in (*node.children, *(inner for member in pobjs(node, ("of",)) for inner in member.children)):
            if child.dep_ in ("acl", "relcl", "partmod") and child.lemma_ in ("lead", "head", "chair"):
                for leader in pobjs(child, ("by",)):
                    if found := self.parties(leader, deep=False):
                        return tuple(self._of_delegation(node, party) for party in found)
        return ()

    def _of_delegation(self, node: Node, party: Party) -> Party:
        mention = self.mention(node)
        if party.country is None and mention is not None and mention.country:
            return replace(party, country=mention.country)
        codes = {other.country for other in self.attached(node)} if party.country is None and mention is None else set()
        return replace(party, country=codes.pop()) if len(codes) == 1 else party

    def resolve(self, mention: Mention) -> tuple[Party, ...]:
        """The parties of a mention; for pronouns, bare offices and pairs from what the article said before."""
        at = self.parsed.tokens[mention.first].start
        if mention.text.casefold() == "i":
            return self._speaker(mention)
        if mention.text.casefold() == "its":
            return self.article.subject(at)
        if mention.text.casefold() == "their" and (named := self._they_of(mention)):
            return named
        if mention.kind in ("pronoun", "possessive"):
            return self._subject_above(mention) or self.article.topic(self.parsed.start) or self.article.person(at, None, self.parsed.end)
        if (
            mention.kind == "person"
            and COUNTERPARTS & set(mention.text.casefold().split())
            and mention.parties[:1]
            and not mention.parties[0].rank
        ):
            return self._counterpart(mention, at)
        if mention.kind == "group" and mention.rank is None and PEERS & set(mention.text.casefold().split()):
            return tuple(peer for party in mention.parties for peer in self._counterpart(replace(mention, parties=(party,)), at))
        if mention.text.casefold().startswith(("his ", "her ", "their ")) and (owner := self._owner_country(at)):
            lexicon, day = self.article.lexicon, self.article.day
            named = tuple(replace(party, country=party.country or owner) for party in mention.parties)
            return named or (office_party(lexicon, owner, mention.rank, day),)
        if mention.kind == "office":
            return self.article.person(at, mention.rank, self.parsed.end)
        if mention.kind == "person" and mention.leads and (named := self.article.leader(mention, at)):
            return named
        if mention.kind == "dyad":
            pair = self._counted(mention)
            if pair is None and not TWO & set(mention.text.casefold().split()):
                # `the parties` of three are all three.
                pair = self.article.listed(at) or None
            pair = self.article.pair(at, self.parsed.end) if pair is None else pair
            chief = self.article.lexicon.chief
            return tuple(self.partner(code, chief(code) if mention.leads else mention.rank, at) for code in pair)
        return mention.parties

    def _counterpart(self, mention: Mention, position: int) -> tuple[Party, ...]:
        """`his Turkmen counterpart` holds the office of the one spoken of before."""
        held = next((m.parties[0].rank for m in self.article.before(position) if m.kind == "person" and m.parties), None)
        party = mention.parties[0]
        if held not in STATES or not party.country:
            return mention.parties
        if set(party.name.split()) & set(mention.text.split()):
            return (replace(party, rank=held),)
        return (office_party(self.article.lexicon, party.country, held, self.article.day),)

    def _speaker(self, mention: Mention) -> tuple[Party, ...]:
        """Who says `I`: the subject of the verb of saying above."""
        assert self.parsed.doc is not None
        node = next((self.parsed.doc[i] for i, m in self.parsed.mention_at.items() if m is mention), None)
        for verb in up(node) if node is not None else ():
            if verb.lemma_ in REPORTS:
                named = [held for child in subjects(verb)[:1] if (held := self.mention(child)) and held.kind == "person"]
                return named[0].parties if named else ()
        return ()

    def _owner_country(self, position: int) -> str | None:
        """Whose minister `his foreign minister` is: of the country of the leader spoken of last."""
        held = self.article.person(position, None, position)
        return held[0].country if held else None

    def _subject_above(self, mention: Mention) -> tuple[Party, ...]:
        """`Orban goes to Moscow three days after he visited Kyiv`: `he` is the subject of the clause above, and of this one's start."""
        node = next((self.parsed.doc[i] for i, m in self.parsed.mention_at.items() if m is mention), None) if self.parsed.doc else None
        if node is None:
            return ()
        for verb in (above for above in up(node) if above.pos_ in ("VERB", "AUX")):
            for child in verb.children:
                fronted = child.i > node.i and node.i < verb.i and node.i not in {inner.i for inner in child.subtree}
                if (
                    child.dep_ in ("nsubj", "nsubjpass")
                    and (child.i < node.i or fronted)
                    and (held := self.mention(child))
                    and held.kind == "person"
                ):
                    return held.parties if len(held.parties) == 1 and not rights(child) else ()
        return ()

    def subject(self) -> tuple[Party, ...]:
        """Who the sentence is about: the person that is the subject of its main clause."""
        assert self.parsed.doc is not None
        for node in self.parsed.doc:
            if node.dep_ in ("nsubj", "nsubjpass") and node.head.dep_ == "ROOT" and (held := self.mention(node)) is not None:
                return self.resolve(held) if held.kind in ("person", "pronoun") and not rights(node) else ()
        return ()

    def _counted(self, mention: Mention) -> tuple[str, ...] | None:
        """`four countries - Georgia, Azerbaijan, Turkey and Kazakhstan -`: a list of that length, for three and more; None for two."""
        count = next((WORDS[word] for word in mention.text.casefold().split() if WORDS.get(word, 0) > 2), 0)
        if not count:
            return None
        for other in (*self.parsed.mentions, *self.article.before(self.parsed.start)):
            codes = [party.country for party in other.parties if party.country]
            if other.kind in ("countries", "group") and len(other.parties) == count:
                return tuple(codes)
            members = next((row["countries"].split() for row in rows("groups") if set(row["countries"].split()) <= set(codes)), [])
            if len(members) == count:
                return tuple(members)
        hosts = dict.fromkeys(host for _, host in reversed(self.article.visits))
        return tuple(hosts)[:count] if len(hosts) >= count else ()

    def partner(self, code: str, rank: str | None, position: int) -> Party:
        """One side of a pair: the officeholder the article named, or who held the office, or the country."""
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
            parties = self.parties(node)
            if mention is None and node.lemma_.lower() in DELEGATES:
                parties = tuple(replace(party, rank="delegation") if party.rank is None else party for party in parties)
            found += [party for party in parties if party.rank in GUESTS and (mention is not None or party.rank is not None)]
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
                (held := self.mention(child)) is not None
                and held.kind in PLACES
                and (child.dep_ in ("pobj", "poss", "appos") or (child.dep_ == "compound" and child.head.i == node.i))
                and not _in_clause(child, node)
            ),
        )
        if inner:
            return self.mention(inner[0])
        if node.lemma_.lower() in AREAS and not inner and (spoken := self._area(node)) is not None:
            return spoken
        adjective = within(
            node, lambda child: (held := self.mention(child)) is not None and held.kind == "adjective" and child.head.i == node.i
        )
        return (
            self.mention(adjective[0])
            if adjective and node.lemma_ in ("capital", "city", "town", "port", "territory", "soil", "resort")
            else None
        )

    def _area(self, node: Node) -> Mention | None:
        """`the city`, `in town`, `the country`: the place spoken of last, where nothing else tells which."""
        telling = [child for child in node.children if child.dep_ not in ("det", "punct", "case") and child.lower_ not in ("same", "very")]
        definite = any(child.lower_ in ("the", "this", "that") for child in node.children) or node.lower_ == "town"
        before = self.article.before(self.parsed.characters(node.i)[0]) if definite and not telling else []
        return next((mention for mention in before if mention.kind in ("place", "capital", "country")), None)

    def is_region(self, mention: Mention) -> bool:
        """Whether a group is told by its region only: `the Central Asian presidents`."""
        inside = [unit for unit in self.parsed.units if mention.first <= unit.first <= mention.last]
        return any(unit.letter == "Z" for unit in inside) and not any(unit.letter in "CDUL" for unit in inside)

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


def _in_clause(node: Node, top: Node) -> bool:
    """Whether a word stands in a relative clause below another: `a trip that will take him to Tashkent` is not itself in Tashkent."""
    for above in (node, *up(node)):
        if above.i == top.i:
            return False
        if above.dep_ == "relcl":
            return True
    return False


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
    told: When | None = None
    left: bool = False
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
    return re.compile(r"(?<!Arab )\b(?:" + "|".join(re.escape(row["word"]) for row in rows("elsewhere")) + r")\b", re.IGNORECASE)


def is_elsewhere(text: str) -> bool:
    """Whether a sentence is about sport, concerts or tourists, where visits and signatures are nothing between states."""
    return _elsewhere().search(text) is not None


def level_of(noun: Node) -> str | None:
    """State, official, working: the rank of a visit as the text names it."""
    for child in noun.children:
        if child.dep_ in ("amod", "compound", "nmod", "poss") and child.lower_ in LEVELS:
            return LEVELS[child.lower_]
    return None
