"""Meetings and talks of two sides, and the visits that a meeting at one side's home implies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import STATES, Draft, Scene, unique
from daliz.relations.reading.journeys import is_remote, nodes_of
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.tree import agents, children, objects, passive, pobjs, rights, subjects, up
from daliz.relations.reading.venues import place_of

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

TRAVELS = STATES - {"parliament", "delegation", "official"}
# Of so few countries each leader is named as good as by name.
FEW = 3
MEETS = words("talks_verbs")
TALKS = words("sessions_talks")


def meetings(scene: Scene) -> list[Draft]:
    """Meetings and talks of two sides, in person or by telephone."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        if node.pos_ == "VERB" and node.lemma_ in MEETS:
            sides = _sides(
                scene,
                [*subjects(node), *objects(node), *pobjs(node, ("with",))]
                if not passive(node)
                else [*objects(node), *pobjs(node, ("by", "with"))],
            )
            verb = node
        elif node.pos_ == "VERB" and node.lemma_ in ("telephone", "phone", "call") and children(node, "dobj"):
            sides = _sides(scene, [*subjects(node), *objects(node)])
            verb = node
        elif node.pos_ == "NOUN" and node.lemma_.lower() in TALKS and scene.mention(node) is None:
            sides, verb = _talks(scene, node)
        else:
            continue
        if len({party.country for party in sides if party.country}) < 2:
            continue
        draft = Draft("meeting", node, sides, status=status_of(node))
        draft.place = place_of(scene, node, verb, [])
        draft.level = "remote" if is_remote(node) or node.lemma_ in ("telephone", "phone", "call") else None
        draft.confidence = 0.9
        draft.code = "046" if node.lemma_ in ("talk", "negotiation") else None
        found.append(draft)
    return _merged(found)


def _sides(scene: Scene, nodes: list[Node]) -> tuple[Party, ...]:
    nodes = [*nodes, *(named for node in nodes if scene.mention(node) is None for named in children(node, "appos"))]
    parties = [party for node in nodes if scene.mention(node) for party in scene.parties(node)]
    parties += [party for node in nodes if scene.mention(node) is None for party in scene.people([node])]
    return unique(party for party in parties if party.rank not in ("institution", "company"))


def _talks(scene: Scene, node: Node) -> tuple[tuple[Party, ...], Node]:
    verb = next((above for above in up(node) if above.pos_ in ("VERB", "AUX")), node)
    nodes = [
        *pobjs(node, ("between", "with", "of")),
        *[child for child in children(node, "poss", "amod", "compound") if scene.mention(child)],
    ]
    if node.dep_ in ("dobj", "obj", "conj", "nsubjpass") and verb.lemma_ in (
        "hold",
        "have",
        "conduct",
        "start",
        "begin",
        "renew",
        "launch",
        "lead",
        "resume",
        "continue",
        "conclude",
    ):
        nodes = [*(agents(verb)), *nodes, *pobjs(verb, ("with", "between"))]
    elif node.dep_ not in ("nsubj", "nsubjpass") and not pobjs(node, ("between", "with")):
        return (), verb
    nodes += [other for first in list(nodes) for other in (*rights(first), *pobjs(first, ("with",))) if other not in nodes]
    return _sides(scene, nodes), verb


def _merged(drafts: list[Draft]) -> list[Draft]:
    kept: list[Draft] = []
    for draft in drafts:
        codes = {party.country for party in draft.who}
        if not any({party.country for party in held.who} == codes and held.status == draft.status for held in kept):
            kept.append(draft)
    return kept


def hosted_visits(scene: Scene, drafts: list[Draft]) -> list[Draft]:
    """Visits that a meeting or a signing implies: who met the Russian president in Moscow, or signed a treaty there, was in Russia."""
    implied = []
    for draft in drafts:
        line = scene.article.dateline
        at_home = line is not None and draft.place is None and line.country in {party.country for party in draft.who}
        place = line if at_home and line is not None else draft.place
        home = place.country if place is not None else None
        if draft.status != "done" or draft.level == "remote" or place is None or home is None or is_remote(draft.node):
            continue
        hosts = tuple(party for party in draft.who if party.country == home)
        if draft.kind == "meeting" and not hosts:
            continue
        if draft.kind != "meeting" and place is not line and not _behind_in(scene, place):
            continue
        for guest in draft.who:
            if guest.country not in (home, None) and guest.rank in TRAVELS and _is_named(scene, guest):
                visit = Draft(
                    "visit",
                    draft.node,
                    (guest,),
                    hosts or (Party(home, country_name(home)),),
                    place,
                    nodes=list(draft.nodes),
                    confidence=0.8,
                )
                visit.doubt("the visit is inferred from what was done there", 0.85)
                implied.append(visit)
    return implied


def _behind_in(scene: Scene, place: Mention) -> bool:
    """`signed in Baku`, not `the Baku Declaration`."""
    near = [upper for node in nodes_of(scene, place) for upper in (node, *list(up(node))[:2])]
    return any(node.dep_ == "pobj" and node.head.lower_ in ("in", "at") for node in near)


def _is_named(scene: Scene, guest: Party) -> bool:
    """Whether the sentence speaks of the person, not only of the country or of its part of the world."""
    held = [mention for mention in scene.parsed.mentions if mention.kind in ("person", "group") and guest in scene.resolve(mention)]
    few = [m for m in held if m.kind == "group" and len(m.parties) <= FEW and not scene.is_region(m)]
    persons = [party for mention in scene.parsed.mentions if mention.kind == "person" for party in mention.parties]
    return bool(few) or any((party.country, party.rank) == (guest.country, guest.rank) for party in persons)
