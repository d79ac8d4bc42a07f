"""Where an article is: its dateline, the event it tells of, and what `there`, `here` and `the city` stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from daliz.relations.reading.article import Venue
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import AREAS, PLACES, Draft, Scene
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.tree import up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

GATHERINGS = words("visits_attended") | words("sessions_talks")
THERE = "the place is the one that the article told of before"


def note_venue(scene: Scene) -> None:
    """Keep where and when a summit or meeting of this sentence is held, for who `attended` by the next one."""
    doc = scene.parsed.doc
    assert doc is not None
    if not any(node.lemma_.lower() in GATHERINGS or ((held := scene.mention(node)) and held.kind == "body") for node in doc):
        return
    inside = [node for node in doc if node.dep_ == "pobj" and node.head.lower_ in ("in", "at") and not _aside(scene, node)]
    own = [node for node in inside if _holds(scene, node.head.head)]
    line = scene.article.dateline
    places = [place for node in own or (inside if line is None else []) if (place := scene.place(node))]
    if not places and any(node.lemma_.lower() in GATHERINGS and node.head.lower_ == "for" for node in doc):
        places = [place for node in doc if node.dep_ == "pobj" and node.head.lower_ == "to" and (place := scene.place(node))]
    if not places and any(node.lower_ == "there" for node in doc):
        places = [place for _, place in scene.places()][:1]
    places += [line] if line is not None and not places and not scene.article.venues else []
    days = [when for _, when in scene.whens() if when.form != "span" and len(when.past[0]) == len("2024-03-11")]
    if places:
        scene.article.venues.append(Venue(places[0], days[0] if days else None))


def _holds(scene: Scene, node: Node) -> bool:
    """Whether `in Baku` behind a word may tell where an event is: not `the war in Myanmar`."""
    held = scene.mention(node)
    return node.pos_ in ("VERB", "AUX") or node.lemma_.lower() in GATHERINGS or (held is not None and held.kind == "body")


def _aside(scene: Scene, node: Node) -> bool:
    """`Li, who has been in Jakarta, will come for the summit`: what is told of a person aside is no place of the event."""
    clause = next((above for above in up(node) if above.dep_ == "relcl"), None)
    held = scene.mention(clause.head) if clause is not None else None
    return held is not None and held.kind in ("person", "group")


def spoken_of(scene: Scene, node: Node, who: Iterable[Party]) -> list[Mention]:
    """Where `there` is: the place abroad that the article named last."""
    homes = {party.country for party in who}
    before = scene.article.before(scene.parsed.characters(node.i)[0])
    return [mention for mention in before if mention.kind in PLACES and mention.kind != "countries" and mention.country not in homes][:1]


def venue_of(scene: Scene, who: Iterable[Party]) -> Venue | None:
    """The venue told last in the article, where it is abroad for one of them."""
    held = scene.article.venues[-1] if scene.article.venues else None
    return held if held is not None and any(party.country != held.place.country for party in who) else None


def at_venue(drafts: list[Draft], told: Venue | None) -> list[Draft]:
    """Drafts of visits to an event that the article told of before, with its day where they have none of their own."""
    for draft in drafts:
        draft.told = told.when if told is not None else None
        draft.doubt(THERE, 0.9)
    return drafts


def our_country(scene: Scene, who: Iterable[Party], nodes: Iterable[Node]) -> list[Mention]:
    """`arrived in our country`: the other country that the article speaks of most."""
    if not any(node.lemma_ in AREAS and any(child.lower_ == "our" for child in node.children) for node in nodes):
        return []
    homes = {party.country for party in who}
    named = [m.country for _, m in scene.article.seen if m.country and m.country not in homes]
    named += [party.country for _, m in scene.article.seen for party in m.parties if party.country and party.country not in homes]
    held = next((m for _, m in scene.article.seen if named and m.country == Counter(named).most_common(1)[0][0]), None)
    return [replace(held, kind="country", place=None)] if held is not None else []


def here(scene: Scene, *nodes: Node) -> list[Mention]:
    """The town of the dateline, where a clause says `here`."""
    line = scene.article.dateline
    said = any(child.lower_ == "here" for node in nodes for child in node.children)
    return [line] if said and line is not None else []
