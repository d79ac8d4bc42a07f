"""Signings told in other words than `sign`: what an occasion yielded, what changed hands, what is ready for signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Draft, Scene
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.papers import beside, count, further, is_document, papers_of
from daliz.relations.reading.signers import fill_papers, fill_signers
from daliz.relations.reading.tree import children, objects, passive, pobjs, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

NOUNS = words("signings_nouns")
# Letters, notes and statements are exchanged without being signed.
WORDS_ONLY = frozenset({"letter", "statement", "text", "paper", "plan", "deal"})
OCCASIONS = words("visits_carriers") | words("sessions_talks") | words("sessions_nouns")
ATTENDS = frozenset({"attend", "witness", "complete", "oversee", "observe", "hold", "conduct"})
FRUITS = frozenset({"fruit", "result", "outcome", "product", "harvest"})
SLIGHT = frozenset({"deal", "plan", "package", "act", "paper", "text", "letter", "statement", "partnership", "programme", "program"})
# `the cabinet approved the signing of a treaty`
ALLOWS = frozenset({"approve", "authorise", "authorize", "clear", "endorse", "mandate"})
# `announced the signing of an agreement` tells of a deed, `announced a visit` of a plan.
TELLS = frozenset({"announce", "hail", "note", "report", "welcome"})
COMES = frozenset({"come", "emerge", "result", "stem"})


def told_otherwise(scene: Scene, node: Node) -> Draft | None:
    """The signing that a noun or another verb than `sign` tells of."""
    if node.pos_ in ("NOUN", "PROPN", "VERB") and node.lower_ in NOUNS:
        return _noun(scene, node)
    if node.lemma_ == "be" and any(child.lemma_ in FRUITS for child in children(node, "attr")):
        return _yielded(scene, node)
    told = TELLING.get(node.lemma_.lower()) if node.pos_ == "VERB" else None
    return told(scene, node) if told else None


def _noun(scene: Scene, noun: Node) -> Draft | None:
    """`the signing of two treaties`, `a signing ceremony of the contract`, `an agreement is ready for signing`."""
    top = noun.head if noun.dep_ == "compound" and noun.head.lemma_ == "ceremony" else noun
    targets = [*pobjs(noun, ("of",)), *(pobjs(top, ("of", "for", "on")) if top is not noun else [])]
    ready = _ready(noun)
    papers = [paper for target in targets or ready for paper in papers_of(target)]
    if not papers and top is not noun:
        papers = [child for child in top.subtree if child.i < noun.i and is_document(child)]
    if not papers or (noun.lower_ == "exchange" and papers[0].lemma_.lower() in WORDS_ONLY):
        return None
    verb = next((above for above in up(noun) if above.pos_ in ("VERB", "AUX")), noun)
    if any(target.tag_ == "CD" for target in pobjs(noun, ("of",))):
        return None
    papers += [other for other in papers[0].subtree if beside(papers[0], other) and other not in papers]
    papers += [other for other in further(papers[0]) if other not in papers]
    told = top.head if top.dep_ == "dobj" and top.head.lemma_ in TELLS else top
    draft = Draft("signing", noun, status=status_of(told))
    if top.dep_ == "dobj" and top.head.lemma_ in ALLOWS and draft.status == "done":
        draft.status = "planned"
    if not targets and ready:
        draft.status = "planned" if draft.status == "done" else draft.status
    fill_papers(scene, draft, verb, papers)
    if not targets and not ready:
        draft.number = None
    signers = [*pobjs(noun, ("by", "between")), *(subjects(verb) if verb.lemma_ in ATTENDS else [])]
    fill_signers(scene, draft, noun, papers, signers)
    return draft


def _ready(noun: Node) -> list[Node]:
    """What is `ready for signing` or `was submitted for signature`."""
    head = noun.head.head
    if noun.dep_ != "pobj" or noun.head.lower_ != "for" or head.lemma_ not in ("ready", "open", "submit", "initial"):
        return []
    verb = head if head.pos_ == "VERB" else head.head
    return objects(verb) or subjects(verb)


def _bears(scene: Scene, verb: Node) -> Draft | None:
    """`a treaty bears the signatures of both presidents`."""
    papers = [paper for target in subjects(verb) for paper in papers_of(target)]
    names = [child for child in children(verb, "dobj") if child.lemma_ == "signature"]
    if not papers or not names:
        return None
    draft = Draft("signing", verb, status=status_of(verb))
    fill_papers(scene, draft, verb, papers)
    fill_signers(scene, draft, verb, papers, pobjs(names[0], ("of",)))
    return draft


def _signed(scene: Scene, verb: Node, papers: list[Node]) -> Draft:
    """A signing told by a verb of these documents."""
    draft = Draft("signing", verb, status=status_of(verb))
    fill_papers(scene, draft, verb, papers)
    fill_signers(scene, draft, verb, papers, [])
    return draft


def _changed_hands(scene: Scene, verb: Node) -> Draft | None:
    """`six documents changed hands`."""
    papers = [paper for target in subjects(verb) for paper in papers_of(target)]
    if not papers or not any(part.lemma_ == "hand" for part in children(verb, "dobj")):
        return None
    return _signed(scene, verb, papers)


def _added(scene: Scene, verb: Node) -> Draft | None:
    """`14 agreements were added to the 140 in force`: new documents beside those that stand."""
    papers = [paper for target in objects(verb) for paper in papers_of(target)]
    base = pobjs(verb, ("to",))
    if not papers or not any(node.tag_ == "CD" or is_document(node) or node.lemma_ in ("base", "framework") for node in base):
        return None
    return _signed(scene, verb, papers)


def _prepared(scene: Scene, verb: Node) -> Draft | None:
    """`two more memoranda are being prepared`, `a treaty is being drafted for signature`: documents to come."""
    papers = [paper for target in objects(verb) for paper in papers_of(target)]
    to_sign = any(target.lower_ in NOUNS for target in pobjs(verb, ("for",)))
    under_way = verb.tag_ == "VBG" or any(child.lower_ == "being" for child in verb.children)
    counted = bool(papers) and (count(papers[0])[0] or 0) > 1
    if not papers or status_of(verb) in ("hypothetical", "negated") or not (to_sign or (under_way and counted)):
        return None
    draft = Draft("signing", verb, status="planned")
    fill_papers(scene, draft, verb, papers)
    fill_signers(scene, draft, verb, papers, subjects(verb) if not passive(verb) else [])
    return draft


def _yielded(scene: Scene, verb: Node) -> Draft | None:
    """`Tokayev's visit yielded nine agreements`, `sixteen agreements crowned the talks`: documents and an occasion."""
    sides = [*subjects(verb), *objects(verb), *pobjs(verb, ("in", "with", "by"))]
    if verb.lemma_ in COMES:
        sides += [
            node for out in verb.children if out.lower_ in ("out", "from", "of") for node in (*pobjs(out, ("of",)), *children(out, "pobj"))
        ]
    sides += [node for fruit in children(verb, "attr") if fruit.lemma_ in FRUITS for node in pobjs(fruit, ("of",))]
    occasions = [node for node in sides if _is_occasion(scene, node)]
    papers = [paper for node in sides if node not in occasions for paper in papers_of(node) if paper.lemma_ not in SLIGHT]
    # `ended with the signing of a treaty` is told by its noun.
    if not papers or not occasions or any(node.lower_ in NOUNS for node in sides):
        return None
    draft = Draft("signing", verb, status=status_of(verb))
    fill_papers(scene, draft, verb, papers)
    fill_signers(scene, draft, verb, papers, [])
    # `the G20 summit closed with a declaration`: one document of nobody named is the summit's own.
    return draft if draft.who or (draft.number or 0) > 1 else None


def _is_occasion(scene: Scene, node: Node) -> bool:
    mention = scene.mention(node)
    return node.lemma_.lower() in OCCASIONS or (mention is not None and mention.kind == "body")


TELLING: dict[str, Callable[[Scene, Node], Draft | None]] = {
    **dict.fromkeys(words("signings_prepares"), _prepared),
    **dict.fromkeys(words("signings_yields"), _yielded),
    "add": _added,
    "bear": _bears,
    "carry": _bears,
    "change": _changed_hands,
}
