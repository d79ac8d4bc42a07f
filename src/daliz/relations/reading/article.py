"""What an article has spoken of so far: for `he`, `the president`, `the two countries`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from daliz.relations.reading.dates import When
from daliz.relations.reading.events import Party
from daliz.relations.reading.lexicon import Lexicon
from daliz.relations.reading.mentions import Mention

if TYPE_CHECKING:
    from daliz.relations.reading.frames import Draft

PAIR = 2
# Persons that may be named between a subject and the `he` that takes it up.
NEARBY = 4
GOVERNING = ("head_of_state", "head_of_government")
# Characters before a mention in which a town still tells where it was: `In Islamabad the neighbours inked`.
NEAR = 60


@dataclass(frozen=True)
class Venue:
    """Where an event that the article tells of is held, and when."""

    place: Mention
    when: When | None


@dataclass
class Article:
    """What the text has spoken of so far, for `he`, `the president`, `the two countries`; `stated`: its day, or month, as it was given."""

    lexicon: Lexicon
    day: str | None
    stated: str | None = None
    text: str = ""
    seen: list[tuple[int, Mention]] = field(default_factory=list)
    topics: list[tuple[int, tuple[Party, ...]]] = field(default_factory=list)
    visits: list[tuple[str, str]] = field(default_factory=list)
    sessions: list[Draft] = field(default_factory=list)
    trips: list[tuple[Party, str]] = field(default_factory=list)
    venues: list[Venue] = field(default_factory=list)
    dateline: Mention | None = None
    days: list[tuple[int, str]] = field(default_factory=list)

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

    def leader(self, mention: Mention, position: int) -> tuple[Party, ...]:
        """Whom `the Vietnamese leader` means: who of that country was named before as head of state or of government."""
        for held in self.before(position):
            party = held.parties[0] if held.kind == "person" and len(held.parties) == 1 else None
            if party and party.country == mention.country and party.rank in GOVERNING and not held.leads:
                return held.parties
        return ()

    def subject(self, position: int) -> tuple[Party, ...]:
        """Whom `it` or `they` stand for: the country, government or group last spoken of."""
        for mention in self.before(position):
            if mention.kind in ("country", "person", "group", "adjective") and mention.parties:
                return mention.parties
            if mention.kind == "body":
                return (Party(None, mention.text, None, "organisation"),)
        return ()

    def listed(self, position: int) -> tuple[str, ...]:
        """Who is at it when nobody is named: the list of countries that was spoken of last, if one was."""
        for mention in self.before(position):
            if mention.kind == "countries" or (mention.kind in ("group", "pair", "body") and len(mention.parties) > PAIR):
                return tuple(party.country for party in mention.parties if party.country)
            if mention.kind in ("person", "group", "country", "pair"):
                break
        return ()

    def home(self, abroad: str) -> str | None:
        """The one other country the article speaks of, for a leader whom it names without one."""
        codes = {party.country for _, mention in self.seen for party in mention.parties if party.country}
        codes |= {mention.country for _, mention in self.seen if mention.country}
        codes.discard(abroad)
        return codes.pop() if len(codes) == 1 else None

    def pair(self, position: int, limit: int) -> tuple[str, ...]:
        """The two countries spoken of: of the sentence if it names two, else those the article names most."""
        here = {m.country for at, m in self.seen if position - NEAR <= at < limit and m.kind in ("place", "capital")}
        hosted = next((trip for trip in reversed(self.visits) if trip[1] in here), None)
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
            if len(chosen) == 2 and (hosted is None or len(set(near)) == 2):
                return tuple(chosen)
        if hosted is not None:
            return hosted
        counts = Counter(near)
        if len(counts) > 1:
            return tuple(code for code, _ in counts.most_common(2))
        return next((pair for pair in reversed(self.visits) if not counts or set(counts) & set(pair)), ())

    def topic(self, position: int) -> tuple[Party, ...]:
        """Who the sentence before was about: its subject, where it was one person."""
        at, parties = next(((at, parties) for at, parties in reversed(self.topics) if at < position), (0, ()))
        between = [m for where, m in self.seen if at < where < position and m.kind == "person"]
        return parties if len(parties) == 1 and len(between) <= NEARBY else ()
