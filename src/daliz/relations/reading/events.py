"""What reading finds: an event with its parties, days, place, number, the words it stands in, and what is doubtful about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from daliz.relations.countries import countries

KINDS = ("visit", "meeting", "session", "signing", "ratification", "stock", "project", "trade", "intent", "support", "aid", "cooperation")
STATUSES = ("done", "planned", "hypothetical", "negated")
CAMEO: Mapping[str, str] = MappingProxyType(
    {"visit": "042", "meeting": "040", "session": "046", "signing": "057", "ratification": "057", "intent": "030", "project": "060"}
)


@dataclass(frozen=True)
class Party:
    """Who took part: country (ISO code; None: not known), name as known or as written, row of the actors table, rank."""

    country: str | None
    name: str
    actor: str | None = None
    rank: str | None = None


@dataclass(frozen=True)
class ReadEvent:
    """One event read from a text.

    Attributes: kind (visit: `who` went to `country`, received by `whom`; session: number is its ordinal; signing: number of documents;
    stock: somebody's count of documents, no event; trade: number in `unit`), status (done, planned, hypothetical, negated), level
    (state, official, working ... visit; in_force; launched, completed), date_start and date_end (ISO days, or a month or year),
    span (first and last character in the text, the quote is exactly what stands between), confidence (0 to 1), doubts (in words).
    """

    kind: str
    who: tuple[Party, ...] = ()
    whom: tuple[Party, ...] = ()
    date_start: str | None = None
    date_end: str | None = None
    place: str | None = None
    country: str | None = None
    number: float | None = None
    unit: str | None = None
    title: str | None = None
    level: str | None = None
    status: str = "done"
    quote: str = ""
    span: tuple[int, int] = (0, 0)
    confidence: float = 1.0
    doubts: tuple[str, ...] = ()
    code: str | None = None

    def countries(self) -> tuple[str, ...]:
        """Countries of all parties, each once, in order; the European Union is none."""
        codes = (party.country for party in (*self.who, *self.whom))
        return tuple(dict.fromkeys(code for code in codes if code and code in countries()))

    def as_dict(self) -> dict[str, object]:
        """The event as plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Reading:
    """All events of one text, in its order, and what the reader has to say about the text as a whole."""

    events: tuple[ReadEvent, ...] = ()
    notices: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def deeds(self) -> tuple[ReadEvent, ...]:
        """Only what has happened."""
        return tuple(event for event in self.events if event.status == "done")
