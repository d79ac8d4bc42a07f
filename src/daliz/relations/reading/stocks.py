"""Somebody's count of the documents that stand between countries: `140 agreements in force`. It is no event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Draft, Scene, by_country, unique
from daliz.relations.reading.lexicon import words as listed
from daliz.relations.reading.papers import count, is_document
from daliz.relations.reading.parties import seats

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

STOCK_WORDS = re.compile(
    r"\bin (?:force|place|effect)\b|\balready\b|\b(?:legal|contractual|treaty|regulatory)[ -](?:and[ -]\w+ )?(?:base|basis|framework)\b"
    r"|\bbound by\b"
    r"|\bto date\b|\bso far\b|\bsince (?:independence|the establishment)\b|\bover the years\b|\bin total\b|\bexist(?:s|ing)?\b",
    re.IGNORECASE,
)
STOCK_SIZE = 40
OCCASIONS = listed("visits_carriers") | listed("sessions_talks") | listed("sessions_nouns")
GROWN = re.compile(r"\b(?:have|has|had) been (?:signed|concluded)\b|\b(?:have|has) (?:signed|concluded)\b")
APPROXIMATE = listed("signings_approximate")


def stocks(scene: Scene, found: list[Draft]) -> list[Draft]:
    """Counts of documents that stand or have piled up: `140 agreements in place`, `more than 60 documents have been signed to date`."""
    claims: list[Draft] = []
    assert scene.parsed.doc is not None
    for node in scene.parsed.doc:
        if node.tag_ not in ("NNS", "NNPS") if is_document(node) else not _left_standing(node):
            continue
        number, nodes = count(node)
        if number is None:
            continue
        owner = next((draft for draft in found if node in draft.nodes), None)
        phrase = scene.text(scene.parsed.characters(node.left_edge.i)[0], scene.parsed.characters(node.right_edge.i)[1])
        words = scene.text(scene.parsed.start, scene.parsed.end)
        said = (
            STOCK_WORDS.search(phrase)
            or (STOCK_WORDS.search(words) and owner is None and number >= STOCK_SIZE)
            or _grown(scene, owner, number, words)
        )
        if not said or (owner is not None and number < STOCK_SIZE):
            continue
        if owner is not None:
            owner.kind = "claimed"
        draft = Draft("stock", node, number=number, title=phrase, level="in_force" if "force" in words else None, nodes=nodes)
        if any(child.lower_ in APPROXIMATE for child in node.subtree):
            draft.doubt("the count is approximate in the text", 0.95)
        draft.who = seats(scene) or by_country(
            unique(
                p
                for _, m in scene.others(("country", "countries", "dyad", "person", "pair", "adjective"))
                for p in scene.resolve(m)
                if p.rank not in ("ambassador", "spokesperson")
            )
        )
        claims.append(draft)
    return claims


def _left_standing(node: Node) -> bool:
    """`added to the 120 already in force`: a bare number of documents told of before."""
    return node.tag_ == "CD" and node.dep_ in ("pobj", "nsubj", "dobj") and any(is_document(other) for other in node.doc[: node.i])


def _grown(scene: Scene, owner: Draft | None, number: float, words: str) -> bool:
    """`90 agreements have been signed`, by and by: on no day, at no visit."""
    assert scene.parsed.doc is not None
    at_once = bool(scene.whens()) or any(node.lemma_.lower() in OCCASIONS for node in scene.parsed.doc)
    return owner is not None and number >= STOCK_SIZE and bool(GROWN.search(words)) and ("since" in words or not at_once)
