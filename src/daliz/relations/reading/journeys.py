"""One journey: where a verb or noun leads, who can be the one who goes, and the visit it makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import AREAS, PLACES, Draft, Scene
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.tree import children, objects, pobjs, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

REMOTE = words("visits_remote")
# `hopes that she will come` is another's wish; the model cuts `hopes` to `hop`.
HOPES = frozenset({"hope", "hop", "wish"})
# `ahead of his trip he spoke by telephone`: the trip itself is not by telephone.
APART = frozenset({"ahead", "before", "after", "following", "since", "until"})
STAY_RANKS = frozenset({"head_of_state", "head_of_government", "foreign_minister", "minister", "delegation", "official", "speaker"})


def destinations(scene: Scene, node: Node, slots: str) -> list[Mention]:
    names = slots.split("|")
    nodes = objects(node) if "object" in names else []
    nodes = [*nodes, *pobjs(node, [name for name in names if name not in ("object", "part")])]
    if "to" in names:
        nodes += children(node, "dative")
    for child in node.children:
        if child.dep_ in ("advmod", "prt") and child.lower_ in ("on", "off", "down", "back", "over", "home"):
            nodes += pobjs(child, ("from",) if names == ["from"] else ("to", "for", "in", "at"))
    if node.dep_ == "relcl" and any(child.lower_ == "where" for child in node.children):
        nodes = [*nodes, node.head]
    nodes += _named_as(node)
    places = [scene.place(found) for found in nodes]
    if not any(places) and node.pos_ in ("VERB", "AUX", "NOUN"):
        places = [_following(scene, node, names)]
    named = {mention.text: mention for mention in places if mention is not None}
    return [one for mention in named.values() if not scene.is_region(mention) for one in _each(mention)]


def _each(mention: Mention) -> list[Mention]:
    """A list of countries as places of their own."""
    if mention.kind != "countries":
        return [mention]
    return [replace(mention, kind="country", country=party.country, parties=(party,)) for party in mention.parties]


def _following(scene: Scene, node: Node, names: list[str]) -> Mention | None:
    """The place a few words further on, behind one of the prepositions, where the tree has it hang elsewhere."""
    doc = node.doc
    for index in range(node.i + 1, min(node.i + 6, len(doc) - 1)):
        if doc[index].pos_ in ("VERB", "AUX") or doc[index].lower_ in ("after", "before", "following"):
            return None
        if doc[index].lower_ in names or ("object" in names and index == node.i + 1):
            for place in (index, index + 1, index + 2):
                if place < len(doc) and (doc[place].pos_ in ("VERB", "AUX") or doc[place].lower_ == "from"):
                    break
                if place < len(doc) and (mention := scene.mention(doc[place])) is not None and mention.kind in PLACES:
                    return mention
    return None


def journey(
    scene: Scene, node: Node, party: Party, place: Mention | None, hosts: tuple[Party, ...], nodes: list[Node], country: str | None = None
) -> Draft | None:
    target = country or (place.country if place else None)
    home = scene.article.home(target) if party.country is None and party.rank in STAY_RANKS and target else None
    if home is not None:
        party = replace(party, country=home)
    inviter = scene.parsed.inviter
    if inviter is not None and inviter.country == target and inviter.parties:
        hosts = hosts or inviter.parties
    if target is None or party.country in (target, None) or _by_region(scene, party, nodes):
        return None
    hosts = hosts if hosts and hosts[0].country == target else ()
    draft = Draft("visit", node, (party,), hosts or (Party(target, country_name(target)),), place, status=status_of(node))
    draft.nodes = [*nodes, *nodes_of(scene, place)]
    if draft.status == "planned" and any(below.dep_ == "ccomp" and below.head.lemma_ in HOPES for below in (node, *up(node))):
        draft.status = "hypothetical"
    if home is not None:
        draft.doubt(f"{party.name} is taken to be of {country_name(home)}, the other country of the article", 0.85)
    if is_remote(node):
        return None
    return draft


def _named_as(node: Node) -> list[Node]:
    """`Georgia was the first country he visited`, `Tbilisi is where he spent Monday`: what the clause is said of."""
    clause = node.head.head if node.dep_ in ("relcl", "acl") and node.head.dep_ == "attr" and node.head.lemma_ in AREAS else node.head
    if clause.lemma_ not in ("be", "become") or clause.i == node.i or children(node, "dobj"):
        return []
    where = node.dep_ in ("advcl", "ccomp") and any(child.lower_ == "where" for child in node.children)
    return children(clause, "nsubj") if where or (node.dep_ in ("relcl", "acl") and node.lemma_ == "visit") else []


def _by_region(scene: Scene, party: Party, nodes: list[Node]) -> bool:
    """`the Central Asian presidents met in Xi'an` names nobody: who of them came is not told."""
    held = [mention for node in nodes if (mention := scene.mention(node)) is not None and party in mention.parties]
    return bool(held) and all(scene.is_region(mention) for mention in held)


def nodes_of(scene: Scene, mention: Mention | None) -> list[Node]:
    if mention is None or scene.parsed.doc is None:
        return []
    return [scene.parsed.doc[index] for index, held in scene.parsed.mention_at.items() if held is mention]


def is_remote(node: Node) -> bool:
    """Whether somebody takes part from afar: by video link, by telephone, online."""
    top = node
    for above in up(node) if node.pos_ not in ("VERB", "AUX") else ():
        if above.lower_ in APART:
            break
        top = above
        if above.pos_ in ("VERB", "AUX"):
            break
    return any(child.lower_ in REMOTE for child in top.subtree)


def from_abroad(scene: Scene, who: tuple[Party, ...], nodes: list[Node], places: list[Mention]) -> tuple[tuple[Party, ...], list[Node]]:
    """`Japarov met Tokayev as he began a visit to Kyrgyzstan`: `he` cannot be the one who lives there."""
    held = scene.mention(nodes[0]) if len(nodes) == 1 else None
    if (
        held is None
        or held.kind not in ("pronoun", "possessive", "office")
        or not places
        or {p.country for p in who} != {places[0].country}
    ):
        return who, nodes
    others = [(node, m) for node, m in scene.persons() if node.i < nodes[0].i and m.country not in (places[0].country, None)]
    if others and held.kind != "office":
        return others[-1][1].parties, [others[-1][0]]
    before = (m for m in scene.article.before(scene.parsed.start) if m.kind == "person" and len(m.parties) == 1)
    named = (m.parties for m in before if m.country not in (places[0].country, None) and m.parties[0].rank == (held.rank or who[0].rank))
    return next(named, who), nodes
