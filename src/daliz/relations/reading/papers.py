"""Documents: which nouns are something that states sign, how many a phrase counts, what stands beside them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Scene
from daliz.relations.reading.lexicon import rows
from daliz.relations.reading.numbers import number_of
from daliz.relations.reading.tree import pobjs, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

PART_OF = re.compile(r"\b(?:among (?:them|these|which)|including|such as|notably|namely)\b", re.IGNORECASE)


@cache
def _documents() -> dict[str, bool]:
    return {row["lemma"]: row["document"] == "yes" for row in rows("documents")}


def is_document(node: Node) -> bool:
    """Whether a noun is something that states or ministries sign."""
    return _documents().get(node.lemma_.lower(), False) or _documents().get(node.lower_, False)


def papers_of(node: Node) -> list[Node]:
    """The documents among the objects of a verb, also inside `a package of 10 documents`, `a number of agreements`."""
    if is_document(node) and node.lower_ not in ("package", "series"):
        return [node]
    inner = [child for child in pobjs(node, ("of", "on")) if is_document(child)]
    if inner:
        return inner[:1]
    return [node] if is_document(node) else []


def beside(paper: Node, other: Node) -> bool:
    """`a declaration on X and a programme`: a further document that the tree hangs on the first one's subject."""
    return (
        other.i > paper.i
        and other.dep_ == "conj"
        and is_document(other)
        and any(child.dep_ in ("det", "nummod") and child.lower_ != "the" for child in other.children)
    )


def further(paper: Node) -> list[Node]:
    """`... and a memorandum`: later documents with an article of their own, up to the next verb."""
    doc = paper.doc
    found = []
    for node in doc[paper.i + 1 :]:
        if node.pos_ in ("VERB", "AUX") and node.tag_ in ("VBD", "VBZ", "VBP"):
            break
        if not is_document(node):
            continue
        article = next((doc[index] for index in range(node.i - 1, max(paper.i, node.i - 5), -1) if doc[index].lower_ in ("a", "an")), None)
        if article is not None and doc[article.i - 1].lower_ in ("and", ",", ";"):
            found.append(node)
    return found


def count(node: Node) -> tuple[float | None, list[Node]]:
    """How many documents a noun phrase speaks of: its number, one for `a memorandum`, None for `several documents`."""
    if node.lower_ == "minutes":
        return 1.0, []
    for child in node.subtree:
        if (
            child.i < node.i
            and node.i - child.i <= 8
            and child.dep_ in ("nummod", "amod", "compound", "quantmod", "det", "pobj")
            and child.head.i in _spine(node)
        ):
            number = number_of(child.text)
            if number is not None and child.lower_ not in ("a", "an"):
                return number, [child]
    if (after := _in_all(node)) is not None:
        return after
    if node.tag_ in ("NN", "NNP"):
        return 1.0, []
    if node.dep_ == "pobj" and node.head.head.lower_ == "dozen":
        return 12.0, []
    return None, []


def _in_all(node: Node) -> tuple[float, list[Node]] | None:
    """`documents, fourteen in all`."""
    following = [node.doc[index] for index in range(node.i + 1, min(node.i + 4, len(node.doc)))]
    if len(following) < 3 or following[0].text != "," or following[2].lower_ not in ("in", "all", "altogether"):
        return None
    number = number_of(following[1].text)
    return None if number is None else (number, [following[1]])


def _spine(node: Node) -> set[int]:
    return {node.i, *(child.i for child in node.children if child.dep_ in ("amod", "compound", "nummod"))}


def is_among(counted: Node, paper: Node) -> bool:
    """`seven documents, among them a plan`: the plan is one of the seven."""
    return bool(PART_OF.search(counted.doc[counted.i : paper.i].text))


def title_of(scene: Scene, paper: Node) -> str:
    subtree = [node for node in paper.subtree if node.dep_ != "punct" or node.i < paper.right_edge.i]
    inner = [
        node
        for node in subtree
        if not any(above.dep_ in ("relcl", "acl") and above.i > paper.i for above in (node, *up(node)) if above.i in {n.i for n in subtree})
    ]
    first = scene.parsed.characters(min(node.i for node in inner))[0]
    last = scene.parsed.characters(max(node.i for node in inner))[1]
    return scene.text(first, last)
