"""Attending an event abroad: who took part in, was present at, or was absent from a summit, forum or ceremony."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import Draft, Scene
from daliz.relations.reading.journeys import STAY_RANKS, destinations, journey, nodes_of
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.travellers import ATTENDEES, among, presented
from daliz.relations.reading.tree import agents, beside, children, just_before, objects, pobjs, subjects, up
from daliz.relations.reading.whereabouts import at_venue, here, venue_of

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

ATTENDED = words("visits_attended")
PRONOUNS = frozenset({"it", "which", "that", "this", "them"})


def by_attendance(scene: Scene, node: Node, row: dict[str, str]) -> list[Draft]:
    """Somebody attends a summit or meeting in another country: a visit at its margin."""
    if node.lemma_ == "take" and not any(child.lower_ == "part" for child in children(node, "dobj")):
        return []
    who_nodes = among(agents(node)) or presented(node)
    who_nodes += beside(node, who_nodes)
    who = tuple(party for party in scene.people(who_nodes) if party.rank in STAY_RANKS)
    if not who:
        return []
    events = [*([] if node.lemma_ == "take" else objects(node)), *pobjs(node, ("in", "at", "for"))]
    for part in children(node, "dobj"):
        events += pobjs(part, ("in", "at"))
    body = any((m := scene.mention(child)) and m.kind == "body" for event in events for child in event.subtree)
    named = body or any(event.lemma_.lower() in ATTENDED for event in events)
    spoken = all(event.lower_ in PRONOUNS or event.lemma_ in ATTENDED for event in events)
    told = venue_of(scene, who) if spoken else None
    if not named and told is None:
        return []
    own = [place for event in events if (place := _where(scene, event)) is not None]
    if len({place.country for place in own}) > 1:
        return _margins(scene, node, who, who_nodes, own)
    places = own or [place for place in [_where(scene, node)] if place is not None]
    places += destinations(scene, node, "in|at") or here(scene, node, *events)
    elsewhere = not places and told is not None
    drafts = _margins(scene, node, who, who_nodes, [told.place] if elsewhere and told is not None else places[:1])
    return at_venue(drafts, told) if elsewhere else drafts


def _margins(scene: Scene, node: Node, who: tuple[Party, ...], who_nodes: list[Node], places: list[Mention]) -> list[Draft]:
    drafts = []
    for draft in (journey(scene, node, party, place, (), who_nodes) for party in who for place in places):
        if draft is not None:
            draft.level = "summit_margin"
            draft.doubt("the visit is inferred from taking part there", 0.85)
            drafts.append(draft)
    return drafts


def by_presence(scene: Scene, node: Node) -> list[Draft]:
    """`were present at the summit in Baku`, `are among the leaders present`, `with Tokayev among the participants`."""
    verb = next((above for above in up(node) if above.pos_ in ("VERB", "AUX")), None)
    if node.lower_ == "among":
        beside_it = [*subjects(node.head), *children(node.head, "attr")] if node.head.lemma_ == "be" else just_before(node)
        named = [node.head] if node.head.pos_ == "PROPN" else beside_it
        who_nodes = named if any(child.lemma_ in ATTENDEES for child in children(node, "pobj")) else []
    else:
        who_nodes = subjects(verb) if verb is not None and verb.lemma_ == "be" else []
    who = tuple(party for party in scene.people(who_nodes) if party.rank in STAY_RANKS)
    holders = [node, *children(node, "pobj")] if node.lower_ == "among" else [node]
    places = [place for holder in holders for child in pobjs(holder, ("in", "at")) if (place := scene.place(child)) is not None]
    told = venue_of(scene, who) if not places else None
    drafts = _margins(scene, node, who, who_nodes, places[:1] or ([told.place] if told is not None else []))
    return at_venue(drafts, told) if told is not None else drafts


def _where(scene: Scene, node: Node) -> Mention | None:
    """The place of an event; `the summit of the Turkic states` is in none of them, nor is one on a country there."""
    place = scene.place(node)
    return None if place is None or place.kind == "countries" or _is_topic(scene, place) else place


def _is_topic(scene: Scene, place: Mention) -> bool:
    """`a summit on the unrest in Iran` is not held there."""
    return any(above.lower_ in ("on", "about", "over", "regarding") for node in nodes_of(scene, place) for above in list(up(node))[1:4])


def by_absence(scene: Scene, node: Node) -> list[Draft]:
    verb = node.head if node.head.pos_ in ("VERB", "AUX") else node
    who_nodes = subjects(verb)
    places = [place for child in pobjs(node, ("from", "at")) if (place := scene.place(child)) is not None]
    drafts = []
    for party in scene.people(who_nodes):
        for place in places[:1]:
            draft = journey(scene, node, party, place, (), who_nodes)
            if draft is not None:
                draft.status = "negated"
                drafts.append(draft)
    return drafts
