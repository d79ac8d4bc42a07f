"""Sessions told by their body alone: a council that met, was chaired, was launched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Draft, Scene, by_country
from daliz.relations.reading.holding import ordinal_before
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.numbers import ordinal_of
from daliz.relations.reading.parties import add_hosts, bilateral
from daliz.relations.reading.tree import children, passive, pobjs, subjects
from daliz.relations.reading.venues import place_of

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

CONVENES = frozenset({"convene", "meet", "gather", "sit", "assemble", "reconvene"})


def body_session(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    """The session of a body that is itself the subject or object of what is told."""
    told = [clause for clause in _clauses(node) if clause.lemma_ in CONVENES or _occurs(clause)]
    if node.dep_ in ("nsubj", "nsubjpass") or told:
        return _meets(scene, node, mention)
    if mention.rank is None and node.dep_ in ("dobj", "pobj"):
        return (_chaired if node.dep_ == "dobj" else _launched)(scene, node, mention)
    return None


def _meets(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    beside = [clause for clause in children(node.head, "advcl") if clause.tag_ == "VBG"]
    above = [node.head.head] if node.head.tag_ == "VBN" and node.head.dep_ == "advcl" else []
    verbs = (node.head, *above, *children(node, "acl"), *_clauses(node), *children(node.head, "xcomp"), *beside)
    verb = next((verb for verb in verbs if verb.lemma_ in CONVENES or _occurs(verb)), None)
    if verb is None:
        return None
    draft = Draft("session", verb, by_country(mention.parties), title=mention.text, status=status_of(verb), nodes=[node])
    draft.number = _times(verb) or ordinal_before(node)[0]
    if draft.number is None:
        draft.number = next((number for word in mention.text.split()[:2] if (number := ordinal_of(word)) is not None), None)
    if mention.rank is None and len({party.country for party in draft.who}) < 2:
        bilateral(scene, draft)
        if is_domestic(draft, mention):
            return None
    draft.place = place_of(scene, node, verb, [])
    return draft


def _clauses(node: Node) -> list[Node]:
    """Relative clauses of a body, also where the tree hangs `which met on Monday` on the main verb."""
    aside = [
        clause for clause in children(node.head, "advcl") if any(part.lower_ == "which" for part in children(clause, "nsubj", "nsubjpass"))
    ]
    return [*children(node, "relcl"), *aside]


def is_domestic(draft: Draft, body: Mention) -> bool:
    """A commission that names one country as its own, or of nobody in particular: `the commission of inquiry met`."""
    codes = {party.country for party in draft.who}
    nameless = body.text.removeprefix("The ").islower() and draft.number is None
    return len(codes) == 1 == len(body.parties) or (not codes and nameless)


def _occurs(verb: Node) -> bool:
    """`was held`, `took place`."""
    return (verb.lemma_ == "hold" and passive(verb)) or any(part.lower_ == "place" for part in children(verb, "dobj"))


def _times(verb: Node) -> int | None:
    """`met for the third time`."""
    return next((number for child in verb.subtree if child.lower_ == "time" and (number := ordinal_before(child)[0]) is not None), None)


def _chaired(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    """`will fly to Gaborone to chair the commission with President Masisi`."""
    verb = node.head
    number = _times(verb) or ordinal_before(node)[0]
    if verb.lemma_ not in ("chair", "cochair", "host", "convene") and not (verb.lemma_ == "hold" and number is not None):
        return None
    draft = Draft("session", verb, by_country(mention.parties), title=mention.text, status=status_of(verb), nodes=[node])
    draft.number = number
    add_hosts(scene, draft, [*subjects(verb), *pobjs(verb, ("with",)), *pobjs(node, ("with",))])
    if len({party.country for party in draft.who}) < 2:
        bilateral(scene, draft)
        if is_domestic(draft, mention):
            return None
    draft.place = place_of(scene, node, verb, [])
    return draft


def _launched(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    """`with the launch of the council this month`: its first session."""
    launch = node.head.head
    if node.head.lower_ != "of" or launch.lower_ not in ("launch", "inauguration"):
        return None
    draft = Draft("session", launch, by_country(mention.parties), title=mention.text, status=status_of(launch), nodes=[node])
    if len({party.country for party in draft.who}) < 2:
        bilateral(scene, draft)
        if is_domestic(draft, mention):
            return None
    return draft
