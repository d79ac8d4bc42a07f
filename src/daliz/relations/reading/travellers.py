"""Who travels in a clause: the verb's subject, those beside or among it, the guests of an event, whom a tour takes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Scene
from daliz.relations.reading.journeys import STAY_RANKS
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.presence import EVENTS
from daliz.relations.reading.tree import agents, beside, children, objects, pobjs, rights, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

AWAITED = frozenset({"due", "expected", "scheduled", "slated"})
CARRIERS = words("visits_carriers")
VEHICLES = words("visits_vehicles")
ATTENDEES = words("visits_attendees")
# `flew with the president to Baku`: both did.
WITH = frozenset({"fly", "travel", "arrive", "come", "land", "go"})
# Words without which these verbs tell of no journey.
BESIDE = {
    "lead": words("visits_delegations"),
    "play": frozenset({"host"}),
    "roll": frozenset({"carpet"}),
    "see": frozenset({"off"}),
    "turn": frozenset({"up"}),
    "make": frozenset({"way"}),
    "wrap": frozenset({"up", "in", "by"}),
    "drop": frozenset({"up", "in", "by"}),
}


def travellers(node: Node, row: dict[str, str]) -> list[Node]:
    """Who travels, by the verb's pattern; `the plane carrying X landed` is X landing."""
    found = {"subject": subjects, "agent": agents, "object": objects}[row["who"]](node)
    if node.lemma_ in ("play", "roll"):
        return [guest for holder in (node, *children(node, "dobj")) for guest in pobjs(holder, ("to", "for"))]
    if node.lemma_ == "accompany":
        found = [*found, *subjects(node)]
    if node.lemma_ in WITH:
        found += [other for other in pobjs(node, ("with",)) if row["who"] == "subject"]
    if row["who"] == "object" and found and found[0].tag_ == "NNS":
        found += [part for child in children(found[0], "appos") for part in (child, *rights(child))] or _after_colon(node)
    if row["who"] != "object":
        found = among(found) or presented(node)
        found = [*found, *beside(node, found)]
    if found and found[0].lemma_ == "invitation" and found[0].head.lemma_ == "accept":
        return subjects(found[0].head)
    inside = [
        other
        for vehicle in found
        if vehicle.lemma_ in VEHICLES
        for other in (
            *pobjs(vehicle, ("of", "with")),
            *children(vehicle, "poss"),
            *(carried for verb in children(vehicle, "acl", "relcl") if verb.lemma_ in ("carry", "bring") for carried in objects(verb)),
        )
    ]
    return inside or found


def _after_colon(node: Node) -> list[Node]:
    """`hosted two presidents: Kavelashvili of Georgia and Mattarella of Italy`: the names that end the sentence."""
    colon = next((part.i for part in node.doc[node.i :] if part.text == ":"), len(node.doc))
    names = [part for part in node.doc[colon + 1 :] if part.pos_ == "PROPN"]
    return names if not any(part.pos_ in ("VERB", "AUX") for part in node.doc[colon:]) else []


def _the(node: Node) -> bool:
    """`the trip` that was told of, going nowhere new."""
    return any(child.lower_ == "the" for child in node.children) and not children(node, "prep")


def carried_along(node: Node, who: list[Node]) -> bool:
    """`a tour of the South Caucasus that took him to Baku`: it is the tour that takes him, wherever the clause hangs."""
    named = subjects(node)[:1]
    if any(child.lower_ == "together" for child in node.children):
        return any(subject.lemma_.lower() in EVENTS for subject in named)
    if bool(who) and any(subject.lower_ == "it" or subject.lemma_.lower() in EVENTS for subject in named):
        return True
    return bool(who) and any(carrier.lemma_ in CARRIERS for subject in named for carrier in (subject, *list(up(subject))[:2]))


def means_travel(scene: Scene, node: Node) -> bool:
    """Verbs that tell of a journey only with the right word beside them: `led a delegation to`, `took part` does not."""
    if node.lemma_ in ("lead", "head") and any((held := scene.mention(child)) and held.rank == "delegation" for child in objects(node)):
        return True
    if node.lemma_ == "make" and any(child.lemma_ in CARRIERS and _the(child) for child in children(node, "dobj")):
        return told_among(node) or node.tag_ == "VBG"
    if node.lemma_ in BESIDE:
        return any({child.lemma_, child.lower_} & BESIDE[node.lemma_] for child in node.children)
    if node.lemma_ in ("expect", "await"):
        guest = any((held := scene.mention(child)) is not None and held.kind == "person" for child in children(node, "dobj"))
        clause = [child for child in children(node, "xcomp", "ccomp") if child.tag_ == "VB" or child.dep_ == "xcomp"]
        return not clause and (guest or bool(children(node, "nsubjpass", "auxpass")))
    if node.lemma_ == "set" and pobjs(node, ("in", "on")):
        return any(child.lemma_ == "foot" for child in children(node, "dobj"))
    if node.lemma_ == "include":
        return any(subject.lemma_ in ATTENDEES for subject in subjects(node))
    if node.lemma_ == "be" and any(child.lower_ in AWAITED for child in children(node, "acomp", "oprd")):
        return False
    if node.lemma_ == "be" and pobjs(node, ("to",)):
        return node.lower_ == "been"
    if node.lower_ == "been" and children(node, "attr"):
        return False
    if node.lemma_ == "send":
        return all(party.rank in STAY_RANKS for party in scene.people(objects(node)))
    return True


def among(nodes: list[Node]) -> list[Node]:
    """`Aliyev was among the leaders attending`: Aliyev attended."""
    found = []
    for node in nodes:
        prep = node.head
        told = prep.lower_ in ("among", "of") and prep.dep_ == "prep" and prep.head.lemma_ in ("be", "one")
        verb = prep.head if prep.head.lemma_ == "be" else prep.head.head
        found += (subjects(verb) or _attributes(verb)) if told else [node]
    return found


def _attributes(verb: Node) -> list[Node]:
    return [node for first in children(verb, "attr") for node in (first, *rights(first))]


def presented(node: Node) -> list[Node]:
    """`Attending the summit were Tokayev and Mirziyoyev`."""
    return _attributes(node.head) if node.dep_ == "csubj" and node.head.lemma_ == "be" else []


def told_among(node: Node) -> bool:
    """`Orban is among those who came`: where to, the sentence before has said."""
    return node.dep_ == "relcl" and node.head.head.lower_ in ("among", "of")


def back_there(node: Node) -> bool:
    """`went there`; `returned in November for the summit`: not home, but to the place spoken of."""
    for_event = node.lemma_ == "return" and any(target.lemma_.lower() in EVENTS for target in pobjs(node, ("for",)))
    return for_event or any(child.lower_ == "there" for child in node.children)
