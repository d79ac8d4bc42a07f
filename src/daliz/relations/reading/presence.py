"""Visits that a deed abroad implies: who spoke at a summit in Baku or held talks in Rome was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import PLACES, Draft, Scene
from daliz.relations.reading.journeys import STAY_RANKS, journey
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.tree import agents, children, passive, pobjs, rights, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

TALKS = words("sessions_talks")
EVENTS = TALKS | words("presence_events")
MEETS = words("talks_verbs")
HOLDS = words("presence_holds")
# Nouns between a verb and the event: `delivered a speech at the summit`.
ACTS = words("presence_acts")
AT = ("at", "during", "in", "on", "after", "following")
GIVEN = 0.8
DOUBT = "the visit is inferred from what was done there"


def presences(scene: Scene) -> list[Draft]:
    """Visits of those who met, spoke or took part in a place abroad."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        if node.pos_ == "VERB" and node.lemma_ in MEETS and not passive(node):
            found += _drafts(scene, node, node, subjects(node), _place(scene, (node,)))
        elif node.pos_ in ("NOUN", "PROPN") and node.lemma_.lower() in EVENTS:
            found += _at_event(scene, node)
    return found


def _at_event(scene: Scene, node: Node) -> list[Draft]:
    """`held talks in Rome`, `spoke at the summit in Baku`, `during talks in Rome with Meloni, he said`."""
    verb, prep = _verb_of(node)
    if verb is None:
        return []
    held = prep is None and node.dep_ == "dobj" and verb.lemma_ in HOLDS and node.lemma_.lower() in TALKS
    attended = prep is not None and prep.lower_ in AT
    if not held and not attended:
        return []
    place = _place(scene, (node, verb) if held else (node,)) or _named_after(scene, node)
    if place is None and attended and prep is not None and prep.lower_ == "at":
        place = _place(scene, (verb,))
    return _drafts(scene, node, verb, agents(verb), place)


def _verb_of(node: Node) -> tuple[Node | None, Node | None]:
    """The verb that an event hangs on, and the preposition between, past a noun such as `speech` or `sidelines`."""
    prep = None
    for above in up(node):
        if above.pos_ in ("VERB", "AUX"):
            return above, prep
        if above.dep_ == "prep" or above.pos_ == "ADP":
            prep = above if prep is None or above.lower_ != "of" else prep
        elif above.lemma_ not in ACTS:
            return None, None
    return None, None


def _place(scene: Scene, holders: tuple[Node, ...]) -> Mention | None:
    for holder in holders:
        for where in pobjs(holder, ("in", "at")):
            mention = scene.mention(where)
            if mention is not None and mention.kind in PLACES:
                return mention
    return None


def _named_after(scene: Scene, node: Node) -> Mention | None:
    """`the Shusha summit`."""
    named = [m for child in children(node, "compound", "nmod", "poss") if (m := scene.mention(child)) and m.kind == "place"]
    return named[0] if named else None


def _drafts(scene: Scene, node: Node, verb: Node, who_nodes: list[Node], place: Mention | None) -> list[Draft]:
    if place is None:
        return []
    who: tuple[Party, ...] = scene.people(who_nodes)
    drafts = []
    for party in who:
        if party.rank not in STAY_RANKS or party.country == place.country:
            continue
        draft = journey(scene, node, party, place, (), who_nodes)
        if draft is None:
            continue
        draft.twins.append(verb)
        draft.level = None if node.lemma_.lower() in TALKS or node.lemma_ in MEETS else "summit_margin"
        draft.doubt(DOUBT, GIVEN)
        drafts.append(draft)
    return drafts
