"""Documents: which nouns are something that states sign, how many a phrase counts, what stands beside them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Scene
from daliz.relations.reading.lexicon import rows, words
from daliz.relations.reading.numbers import number_of
from daliz.relations.reading.tree import pobjs, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

# No more documents than this are signed in a day; a greater number is a year or money.
MOST = 300
REACH = 5
UNITS = frozenset({"-", "billion", "million", "bn", "mn", "percent", "%", "year", "month"})
CURRENCIES = frozenset("$€£¥₸")
TALKS = words("sessions_talks")
PLURALS = frozenset({"memoranda", "mous"})
ITEMS = re.compile(r"(?:\n+[ \t]*(?:[-–—•*·]|\d{1,2}[.)])[^\n]+)+")
PART_OF = re.compile(r" ?: | [-–—] |\b(?:among (?:them|these|which)|including|such as|notably|namely)\b", re.IGNORECASE)


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
    if _elliptical(node):
        return [node]
    if node.lemma_.lower() in TALKS:
        # `concluded negotiations on a pact`
        return []
    inner = [child for child in pobjs(node, ("of", "on")) if is_document(child)]
    if inner:
        return inner[:1]
    if node.lemma_.lower() not in _documents() and _indefinite(node):
        # `signed a document side by side`: the model takes the document for the first half of a noun.
        return [child for child in node.children if child.dep_ == "compound" and is_document(child)][:1]
    return [node] if is_document(node) else []


def _elliptical(node: Node) -> bool:
    """`three were signed`, `14 new ones`: documents told of before."""
    bare = node.tag_ == "CD" and 0 < (number_of(node.text) or 0) < MOST
    ones = node.lower_ == "ones" and any(child.dep_ == "nummod" for child in node.children)
    return (bare or ones) and not pobjs(node, ("of",)) and any(is_document(other) for other in node.doc[: node.i])


def beside(paper: Node, other: Node) -> bool:
    """`a declaration on X and a programme`, `... and the Bishkek Declaration`: a further document that the tree hangs on the first."""
    named = other.tag_ == "NNP" and any(child.dep_ == "compound" for child in other.children)
    listed = other.dep_ == "appos" and other.lemma_ != paper.lemma_ and _indefinite(paper) and _indefinite(other)
    return (
        other.i > paper.i
        and (other.dep_ == "conj" or listed)
        and is_document(other)
        and any(child.dep_ in ("det", "nummod") and (child.lower_ != "the" or named) for child in other.children)
    )


def _indefinite(paper: Node) -> bool:
    return any(child.lower_ in ("a", "an") for child in paper.children)


def further(paper: Node) -> list[Node]:
    """`... and a memorandum`: later documents with an article of their own, up to the next verb."""
    doc = paper.doc
    found = []
    for node in doc[paper.i + 1 :]:
        if node.pos_ in ("VERB", "AUX") and node.tag_ in ("VBD", "VBZ", "VBP"):
            break
        if not is_document(node) or node.dep_ in ("nsubj", "nsubjpass"):
            continue
        article = next((doc[index] for index in range(node.i - 1, max(paper.i, node.i - 5), -1) if doc[index].lower_ in ("a", "an")), None)
        if article is not None and doc[article.i - 1].lower_ in ("and", ",", ";", "as"):
            found.append(node)
    return found


def _part_of(node: Node) -> Node | None:
    """`14 of the 20 planned documents`, `three out of five agreements`: those that were signed."""
    if node.dep_ != "pobj" or node.head.lower_ != "of":
        return None
    above = node.head.head.head if node.head.head.lower_ == "out" else node.head.head
    return above if above.tag_ == "CD" and number_of(above.text) is not None and above.dep_ in ("dobj", "nsubjpass", "nsubj") else None


def count(node: Node) -> tuple[float | None, list[Node]]:
    """How many documents a noun phrase speaks of: its number, one for `a memorandum`, None for `several documents`."""
    if node.lower_ == "minutes":
        return 1.0, []
    if node.tag_ == "CD":
        return number_of(node.text), []
    if (part := _part_of(node)) is not None:
        return number_of(part.text), [part]
    for child in reversed(list(node.subtree)):
        if (
            child.i < node.i
            and node.i - child.i <= 8
            and child.dep_ in ("nummod", "amod", "compound", "quantmod", "det", "pobj")
            and child.head.i in _spine(node)
        ):
            number = number_of(child.text)
            if number is not None and child.lower_ not in ("a", "an") and not _measures(child):
                earlier = _of_other_sorts(child)
                number *= _times(child)
                return number + sum(number_of(one.text) or 0 for one in earlier), [child, *earlier]
    if (before := _number_before(node)) is not None:
        return number_of(before.text), [before]
    if (after := _in_all(node)) is not None:
        return after
    named = node.lower_ == "accords" and node.tag_ == "NNPS"
    if (node.tag_ in ("NN", "NNP") or named) and node.lower_ not in PLURALS:
        return 1.0, []
    if node.dep_ == "pobj" and node.head.head.lower_ == "dozen":
        return 12.0, []
    return None, []


def listed_after(scene: Scene, paper: Node) -> float | None:
    """How many documents a list behind a colon names: `the following papers were signed: a treaty; a protocol`, or one a line."""
    doc = paper.doc
    colon = next((node.i for node in doc[paper.i :] if node.text == ":"), None)
    if colon is None:
        return None
    if colon >= len(doc) - 2:
        lines = ITEMS.match(scene.article.text, scene.parsed.characters(colon)[1])
        return float(len(lines[0].split("\n")) - 1) if lines else None
    mark = ";" if any(node.text == ";" for node in doc[colon:]) else ","
    items: list[list[Node]] = [[]]
    for node in doc[colon + 1 :]:
        if node.text == mark:
            items.append([])
        items[-1].append(node)
    named = [item for item in items if any(is_document(node) for node in item)]
    return float(len(named)) if len(named) > 1 else None


def _times(number: Node) -> float:
    """What multiplies a dozen or a hundred: `two dozen`, `half a dozen`."""
    if number.lower_ not in ("dozen", "hundred") or number.i == 0:
        return 1.0
    if number.i > 1 and number.nbor(-2).lower_ == "half":
        return 0.5
    return number_of(number.nbor(-1).text) or 1.0


def _measures(number: Node) -> bool:
    """`a 4.2 billion dollar deal`, `a ten-year contract`, `a $12 contract`: no count of documents."""
    after, before = number.nbor(1).lower_, number.nbor(-1).text if number.i else ""
    return after in UNITS or before in CURRENCIES


def _of_other_sorts(number: Node) -> list[Node]:
    """Numbers before another: the six of `six intergovernmental and two interdepartmental documents`."""
    found = []
    doc, at = number.doc, number.i
    while at > 2 and doc[at - 1].lower_ in ("and", ",") and doc[at - 2].tag_ in ("JJ", "NN", "NNP"):
        at -= 2
        while at > 1 and doc[at - 1].tag_ in ("JJ", "NN", "NNP"):
            at -= 1
        if at < 1 or doc[at - 1].tag_ != "CD" or number_of(doc[at - 1].text) is None:
            break
        at -= 1
        found.append(doc[at])
    return found


def _number_before(node: Node) -> Node | None:
    """The number in front of a phrase, where the tree hangs it elsewhere: `six signed memorandums`."""
    at = node.i - 1
    while at > 0 and node.i - at < REACH and node.doc[at].tag_ in ("JJ", "NN", "NNP", "VBN") and number_of(node.doc[at].text) is None:
        at -= 1
    before = node.doc[max(at, 0)]
    return before if before.i < node.i and before.lower_ not in ("a", "an") and number_of(before.text) is not None else None


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
