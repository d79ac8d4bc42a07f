"""Whose visit a noun speaks of, and where to when it does not say: `the visit of X`, `X's trip`, `the visit began in Baku`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import Scene
from daliz.relations.reading.journeys import STAY_RANKS, destinations
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.tree import children, objects, pobjs, rights, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

# `the trip Tokayev made to Baku`.
MADE = frozenset({"make", "pay", "undertake"})
THANKS = frozenset({"thank", "praise", "commend", "congratulate"})
GUESSED = "the country visited is taken from elsewhere in the sentence"


def told_of(scene: Scene, node: Node, places: list[Mention]) -> tuple[Party, ...]:
    """`The visit began in Baku`: whose it is, the article said before, where it told of one visit there."""
    if not any(child.lower_ in ("the", "this") for child in children(node, "det")):
        return ()
    trips = [party for party, host in scene.article.trips if host in {place.country for place in places}]
    if not trips and node.lemma_ in ("tour", "trip", "journey"):
        trips = [party for party, _ in scene.article.trips]
    return tuple(trips[:1]) if len({party.country for party in trips}) == 1 else ()


def guests_of(scene: Scene, node: Node) -> tuple[tuple[Party, ...], list[Node], list[str]]:
    """For whom a welcome ceremony is held."""
    named = [guest for holder in (node, *list(up(node))[:1]) for guest in pobjs(holder, ("for", "of"))]
    return scene.people(named), named, []


def owner_of(scene: Scene, node: Node) -> tuple[tuple[Party, ...], list[Node], list[str]]:
    """Whose visit it is, where the sentence says so: possessor, `of`, `by`, or the subject of the verb it belongs to."""
    own = [child for child in node.children if child.dep_ in ("poss", "compound", "nmod", "amod") and scene.mention(child)]
    own = [part for child in own for part in (child, *rights(child))]
    own += pobjs(node, ("of", "by"))
    own += [named for verb in children(node, "relcl", "acl") if verb.lemma_ in MADE for named in subjects(verb)[:1] if named.i != node.i]
    own += [child for child in children(node, "appos") if any(verb.lemma_ in MADE and verb.i > child.i for verb in children(node, "acl"))]
    people = scene.people(own)
    if not people:
        possessive = next((child for child in node.children if (m := scene.mention(child)) and m.kind == "possessive"), None)
        held = scene.mention(possessive) if possessive is not None else None
        if held is not None:
            people = tuple(party for party in scene.resolve(held) if party.rank in STAY_RANKS or party.actor)
            if people:
                return people, [possessive] if possessive is not None else [], []
    if people:
        return people, own, []
    below = node
    for above in up(node):
        if above.pos_ in ("VERB", "AUX"):
            if below.dep_ == "prep" and below.lower_ == "for" and above.lemma_ in THANKS and (people := scene.people(objects(above))):
                return people, objects(above), []
            if below.dep_ in ("dobj", "attr", "prep", "obj", "pobj", "oprd", "npadvmod", "dep"):
                named = subjects(above)
                people = scene.people(named)
                if people and (len({party.country for party in people}) == 1 or destinations(scene, node, "to|in")):
                    return people, named, []
            if below.dep_ == "nsubjpass" and (people := scene.people(pobjs(above, ("by",)))):
                return people, pobjs(above, ("by",)), []
            break
        mention = scene.mention(above)
        if mention is not None and mention.kind in ("person", "group", "pronoun", "office") and (people := scene.people([above])):
            return people, [above], []
        if below.dep_ == "appos":
            break
        below = above
    return (), [], []


def nearest_person(scene: Scene, node: Node, country: str | None) -> tuple[tuple[Party, ...], list[Node]]:
    persons = [(other, m) for other, m in scene.persons() if m.parties and m.parties[0].country not in (country, None)]
    persons = [(other, m) for other, m in persons if m.parties[0].rank in STAY_RANKS]
    before = [pair for pair in persons if pair[0].i < node.i]
    chosen = before[-1] if before else (persons[0] if persons else None)
    return (chosen[1].parties, [chosen[0]]) if chosen else ((), [])


def host_elsewhere(scene: Scene, owners: tuple[Party, ...]) -> tuple[str | None, list[str]]:
    """The country visited when the visit itself names none: another place of the sentence, or who invited or received."""
    home = owners[0].country
    inviter = scene.parsed.inviter
    if inviter is not None and inviter.country not in (home, None):
        return inviter.country, []
    abroad = {mention.country for _, mention in scene.places() if mention.country not in (home, None)}
    if len(abroad) == 1:
        return abroad.pop(), [GUESSED]
    others = {party.country for _, m in scene.persons() for party in m.parties if party.country not in (home, None)}
    if not abroad and len(others) == 1:
        return others.pop(), ["the country visited is that of the other side"]
    return None, []
