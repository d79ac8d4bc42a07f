"""Whether a session was held: the verb that says so, and those who held it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.lexicon import words
from daliz.relations.reading.numbers import TENS, ordinal_of
from daliz.relations.reading.papers import is_document
from daliz.relations.reading.tree import agents, children, objects, passive, pobjs, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

HELD = words("sessions_held")
HOSTS = words("sessions_hosts")
TAKING_PART = words("sessions_taking_part")
SIGNS = words("signings_verbs")
LED = frozenset({"host", "chair", "cochair"})
# `the session scheduled for May was put off`: what the main clause says counts for more.
PLANNING = frozenset({"schedule", "plan", "expect", "due", "slate", "set"})
GATHERS = words("sessions_gathers")
HOLDING = frozenset({"include", "feature", "envisage", "foresee", "provide"})
AGENDAS = frozenset({"visit", "trip", "agenda", "programme", "program", "schedule", "plan", "itinerary"})
PASSED = words("sessions_passed")
MEANWHILE = ("during", "following", "after", "upon", "at")
# Words between an ordinal and its session.
REACH = 8
WHEREIN = ("as", "on", "in", "at", "during", "within", "following", "after", "upon", "over", "of")


def held_by(node: Node) -> tuple[Node, list[Node]] | None:
    """The verb that says a session is held, opened, attended, and those who do it; None when the session is only spoken of."""
    own = _own_clause(node)
    if own is not None and own[0].lemma_ not in PLANNING:
        return own
    return _clause_above(node) or own or _led(node)


def _own_clause(node: Node) -> tuple[Node, list[Node]] | None:
    """`the session held on Monday`, `the session, which Tehran is to host`."""
    held = [child for body in pobjs(node, ("of",)) for child in children(body, "acl") if child.lower_ == "held"]
    for child in (*children(node, "acl", "relcl"), *held):
        if any(part.lower_ == "whose" for part in child.subtree if part.dep_ == "poss"):
            continue
        aims = [part for part in children(child, "xcomp") if child.lemma_ == "be" and part.lemma_ in HELD | LED]
        verb = aims[0] if aims else child
        if verb.lemma_ in HELD and not takes_part(verb):
            return verb, pobjs(verb, ("by",))
        if child.dep_ == "relcl" and verb.lemma_ in LED and (aims or not any(part.lower_ == "to" for part in child.children)):
            return verb, agents(verb)
    return None


def _led(node: Node) -> tuple[Node, list[Node]] | None:
    """`the third session, chaired by both presidents`, of which nothing else is told."""
    led = [child for child in children(node, "acl") if child.tag_ == "VBN" and child.lemma_ in LED and pobjs(child, ("by",))]
    return (led[0], pobjs(led[0], ("by",))) if led else None


def _clause_above(node: Node) -> tuple[Node, list[Node]] | None:
    partner = node.head
    if node.dep_ == "appos" and partner.dep_ == "pobj" and partner.head.lower_ == "with" and partner.head.head.lemma_ in HOSTS:
        # `co-chaired with Smith the council's second meeting`
        return partner.head.head, [*subjects(partner.head.head), partner]
    below = node
    for above in up(node):
        if above.pos_ in ("VERB", "AUX"):
            lemma = above.lemma_.lower()
            infinitive = [child for child in above.children if child.dep_ == "xcomp" and child.lemma_ in HELD]
            if below.lemma_ == "preparation" or (lemma == "prepare" and (below.lower_ == "for" or below.dep_ == "dobj")):
                return above, subjects(above) if lemma == "prepare" else []
            if lemma == "be" and infinitive:
                return infinitive[0], []
            if below.dep_ in ("nsubj", "nsubjpass", "attr") and (lemma in HELD or lemma in HOSTS):
                return above, agents(above) if passive(above) else []
            numbered = ordinal_before(node)[0] is not None
            whose = lemma != "be" and above.tag_ == "VBD" and node.lemma_ == "summit" and children(node, "compound", "amod", "nmod")
            if below.i == node.i and below.dep_ == "nsubj" and (numbered or whose):
                return above, []
            if below.i == node.i and below.dep_ == "dobj" and lemma in ("follow", "mark", "crown", "conclude") and numbered:
                return above, []
            if below.dep_ == "prep" and lemma == "play" and any(child.lemma_ == "host" for child in children(above, "dobj")):
                return above, subjects(above)
            if below.dep_ in ("dobj", "obj", "conj") and (lemma in HOSTS or lemma in HELD):
                return above, subjects(above)
            if below.dep_ in ("prep", "pcomp", "agent") and below.lower_ in WHEREIN:
                aside = any(upper.lemma_ in ("margin", "sideline") for upper in up(node))
                return (above, [] if aside else subjects(above)) if lemma in TAKING_PART or below.lower_ in MEANWHILE else None
            if is_document(below) and below.dep_ in ("dobj", "nsubjpass") and lemma in SIGNS:
                return above, agents(above)
            if below.dep_ == "prep" and below.lower_ == "for" and (lemma in GATHERS or lemma in HOLDING):
                return above, [] if lemma in HOLDING else [*agents(above), *objects(above)]
            if below.dep_ == "dobj" and lemma in HOLDING and any(agenda.lemma_ in AGENDAS for agenda in subjects(above)):
                return above, []
            return None
        if above.pos_ in ("NOUN", "PROPN") and above.lemma_.lower() not in PASSED:
            verb = above.head.head if above.dep_ == "pobj" else above.head
            guests = below.lower_ == "for" and above.dep_ in ("dobj", "nsubjpass", "pobj") and verb.lemma_ in GATHERS
            return (verb, [*agents(verb), *objects(verb)]) if guests else None
        below = above
    fragment = node.dep_ == "ROOT" or (below.dep_ == "ROOT" and below.lower_ in ("during", "at", "following", "after"))
    return (node, []) if fragment else None


def takes_part(verb: Node) -> bool:
    """`attends`, `takes part in`; `arrived to attend a session` tells of a trip, and says no more of the session than that."""
    return verb.lemma_ in ("attend", "participate", "join", "address") or any(part.lower_ == "part" for part in children(verb, "dobj"))


def ordinal_before(node: Node) -> tuple[int | None, list[Node]]:
    for child in node.subtree:
        if (
            child.i < node.i
            and node.i - child.i <= REACH
            and (number := ordinal_of(child.text)) is not None
            and child.text[0].casefold() != "v"
        ):
            before = child.nbor(-1).lower_ if child.i else ""
            return (number + TENS[before] if number < 10 and before in TENS else number), [child]
    return None, []
