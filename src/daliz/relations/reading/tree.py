"""Ways through a dependency tree: who does what to whom, with what is coordinated, and what stands above and below a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

CONTROL = frozenset({"invite", "urge", "ask", "allow", "persuade", "encourage", "tell", "expect", "order", "permit"})
FINITE = ("VBD", "VBZ", "VBP")
SUBJECTS = ("nsubj", "nsubjpass", "csubj")


def children(node: Node, *relations: str) -> list[Node]:
    """Children in one of these relations."""
    return [child for child in node.children if child.dep_ in relations]


def pobjs(node: Node, prepositions: Iterable[str]) -> list[Node]:
    """Objects of these prepositions under a word, also of `in` stacked on `from ... to`, with what is coordinated."""
    wanted = set(prepositions)
    found = []
    for prep in node.children:
        if prep.dep_ in ("prep", "agent", "dative", "prt") and prep.lower_ in wanted:
            for inner in prep.children:
                if inner.dep_ in ("pobj", "pcomp", "obl"):
                    found += [inner, *rights(inner)]
                elif inner.dep_ in ("prep", "conj") and inner.lower_ in wanted:
                    found += [child for child in inner.children if child.dep_ == "pobj"]
    return found


def rights(node: Node) -> list[Node]:
    """What is coordinated with a word after it: `Aliyev, Tokayev and Mirziyoyev`."""
    found = []
    for child in node.children:
        if child.dep_ in ("conj", "appos") and child.i > node.i:
            found += [child, *rights(child)] if child.dep_ == "conj" else []
    return found


def subjects(verb: Node, depth: int = 0) -> list[Node]:
    """Who does it: the verb's own subject, or that of the verb it is coordinated with or hangs on, or the noun it describes."""
    own = children(verb, *SUBJECTS)
    if own:
        subject = own[0]
        if subject.lower_ in ("both", "all", "each") and verb.dep_ == "advcl" and (beside := just_before(verb)):
            return beside
        if subject.lower_ in ("who", "which", "that") and verb.dep_ == "relcl":
            return _meant_by_who(verb, subject)
        return [subject, *rights(subject)]
    if depth > 4:
        return []
    if verb.dep_ in ("acl", "relcl") and verb.tag_ == "VB" and verb.head.dep_ == "attr" and verb.head.head.lemma_ in ("be", "become"):
        return subjects(verb.head.head, depth + 1)
    if verb.dep_ == "acl" and verb.tag_ == "VB" and (meant := [child for child in pobjs(verb.head, ("for",)) if child.i < verb.i]):
        return meant
    if verb.dep_ == "acl" and verb.tag_ in FINITE and (named := [c for c in children(verb.head, "appos") if c.i < verb.i]):
        return named
    if verb.dep_ in ("acl", "relcl") and not (verb.tag_ == "VBN" and verb.dep_ == "acl"):
        return [verb.head]
    if verb.dep_ == "conj" and verb.tag_ in FINITE and verb.head.dep_ == "acl":
        return [verb.head.head]
    if verb.dep_ == "xcomp" and verb.head.lemma_ in CONTROL and (told := objects(verb.head)):
        return told
    if verb.dep_ == "advcl" and verb.tag_ == "VBG" and (beside := just_before(verb)):
        return beside
    if verb.dep_ in ("conj", "xcomp", "advcl", "ccomp", "aux", "dep", "parataxis") and verb.head.i != verb.i:
        return subjects(verb.head, depth + 1) if verb.head.pos_ in ("VERB", "AUX", "ADJ") else [verb.head]
    if verb.dep_ in ("acomp", "oprd"):
        return subjects(verb.head, depth + 1)
    if verb.dep_ in ("pcomp", "pobj") and verb.head.dep_ == "prep":
        upper = verb.head.head
        return subjects(upper, depth + 1) if upper.pos_ in ("VERB", "AUX") else [upper]
    return []


def just_before(verb: Node) -> list[Node]:
    """`with Aliyev and Tokayev both making the trip`: those behind `with`."""
    for prep in verb.head.children:
        if prep.lower_ == "with" and prep.i < verb.i and verb.i - prep.right_edge.i <= 2:
            return [named for first in children(prep, "pobj") for named in (first, *rights(first))]
    return []


def _meant_by_who(verb: Node, who: Node) -> list[Node]:
    """Of `the king and the president, who is on a visit` the last; of `who were there` all."""
    named = [verb.head, *(node for node in rights(verb.head) if node.i < who.i)]
    one = any(node.lower_ in ("is", "was", "has") for node in (verb, *children(verb, "aux", "auxpass")))
    return named[-1:] if one else named


def passive(verb: Node) -> bool:
    """Whether a verb is in the passive: `documents were signed`, `the agreement signed in 2019`."""
    if any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ == "ccomp" and verb.head.lemma_ in ("see", "have", "get"):
        return True
    if verb.tag_ == "VBN" and verb.dep_ == "pcomp" and verb.head.lower_ == "with" and not children(verb, "aux", "dobj"):
        return True
    return (
        verb.tag_ == "VBN"
        and verb.dep_ in ("acl", "conj")
        and not any(child.dep_ == "aux" for child in verb.children)
        and not children(verb, "dobj")
    )


def objects(verb: Node) -> list[Node]:
    """What it is done to: the object, or the subject of a passive, with what is coordinated."""
    if passive(verb):
        own = children(verb, "nsubjpass") or (children(verb, "nsubj") if verb.dep_ in ("ccomp", "pcomp") else [])
        if verb.dep_ == "relcl" and own and own[0].lower_ in ("that", "which"):
            own = [verb.head]
        found = own or ([verb.head] if verb.dep_ in ("acl", "relcl") else subjects(verb))
    else:
        found = children(verb, "dobj", "obj")
    return [node for first in found for node in (first, *rights(first))]


def agents(verb: Node) -> list[Node]:
    """By whom, in a passive; else the subject."""
    if passive(verb):
        return pobjs(verb, ("by",))
    return subjects(verb)


def beside(node: Node, who: list[Node]) -> list[Node]:
    """`Tokayev, alongside Mirziyoyev, arrived`; `arrived, accompanied by Mirziyoyev`; `arrived, as did Mirziyoyev`."""
    found = [other for holder in (node, *who[:1]) for other in pobjs(holder, ("alongside",))]
    for holder in who[:1]:
        inside = pobjs(holder, ("including", "like"))
        found += inside or [
            named for part in node.subtree if holder.tag_ == "NNS" and part.i >= node.i for named in pobjs(part, ("including",))
        ]
        for named in children(holder, "appos"):
            found += [named, *rights(named)] if holder.pos_ == "NOUN" and named.pos_ == "PROPN" else []
    for holder in (node, *who[:1]):
        for prep in children(holder, "prep"):
            if prep.lower_ == "with" and any(child.lower_ in ("together", "along") for child in prep.children):
                found += [other for first in children(prep, "pobj") for other in (first, *rights(first))]
        for verb in children(holder, "advcl", "acl"):
            if verb.lemma_ in ("accompany", "join", "follow") and verb.tag_ == "VBN":
                found += pobjs(verb, ("by",))
            elif verb.lemma_ == "do" and any(child.lower_ == "as" for child in verb.children):
                found += subjects(verb)
    return found


def up(node: Node) -> Iterator[Node]:
    """The words above a word, nearest first."""
    while node.head.i != node.i:
        node = node.head
        yield node


def distance(one: Node, other: Node) -> int:
    """How many steps lie between two words in the tree."""
    above = {one.i: 0}
    for step, node in enumerate(up(one), 1):
        above[node.i] = step
    for step, node in enumerate([other, *up(other)]):
        if node.i in above:
            return step + above[node.i]
    return 99


def within(node: Node, test: Callable[[Node], bool]) -> list[Node]:
    """Words of a subtree that pass a test, nearest to its top first."""
    return sorted((child for child in node.subtree if test(child)), key=lambda child: distance(child, node))
