"""Signings with the number and names of the documents; ratifications; and counts of what is in force, which are no events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.frames import Draft, Scene, by_country, unique
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.outcomes import WORDS_ONLY, told_otherwise
from daliz.relations.reading.papers import beside, count, further, is_document, papers_of
from daliz.relations.reading.signers import fill_papers, fill_signers
from daliz.relations.reading.stocks import stocks
from daliz.relations.reading.tree import children, objects, passive, pobjs, rights, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

VERBS = words("signings_verbs")
EXCHANGES = frozenset({"exchange", "swap"})
NO_TREATY = frozenset({"law", "resolution", "plan", "roadmap", "program", "programme", "act", "document", "decision"})
FULFILLING = frozenset({"implementation", "fulfilment", "fulfillment", "execution", "realisation", "realization", "observance"})
# `the importance of signing the convention`
WISHES = frozenset({"importance", "need", "necessity", "prospect", "feasibility", "expediency", "idea", "possibility", "proposal"})
# `the agreements signed earlier` are no news.
EARLIER = frozenset({"earlier", "previously", "already", "before"})
SIGNERS = ("person", "group", "country", "countries", "dyad", "institution", "office")


def signings(scene: Scene) -> list[Draft]:
    """Signings and ratifications of a sentence, and stock claims."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        lemma = node.lemma_.lower()
        if node.pos_ in ("VERB", "AUX") and (lemma in VERBS or node.lower_ in ("ink", "inked", "inks")):
            draft = _signed(scene, node)
        elif node.pos_ == "VERB" and lemma == "ratify":
            draft = _signed(scene, node, "ratification")
        elif node.pos_ in ("NOUN", "PROPN") and node.lower_ == "ink" and node.head.lemma_ != "put":
            draft = _headline(scene, node)
        else:
            draft = told_otherwise(scene, node)
        if draft is not None:
            found.append(draft)
    claims = stocks(scene, found)
    return [*_each_once([draft for draft in found if draft.kind != "claimed"]), *claims]


def _signed(scene: Scene, verb: Node, kind: str = "signing") -> Draft | None:
    if verb.dep_ == "amod" and is_document(verb.head) and verb.head.head.lemma_ in EXCHANGES:
        return None
    if verb.dep_ in ("acl", "amod") and verb.head.head.head.lemma_ in FULFILLING and not scene.whens():
        return None
    if verb.dep_ == "pcomp" and verb.head.head.lemma_ in WISHES:
        return None
    if verb.dep_ == "acl" and any(child.lower_ in EARLIER for child in children(verb, "advmod")):
        return None
    targets = objects(verb)
    signed = any(target.lower_ == "signature" for target in pobjs(verb, ("to",)))
    if verb.lemma_ == "put" and not signed:
        if not any(child.lower_.startswith("signature") or child.lemma_ in ("pen", "name", "ink") for child in children(verb, "dobj")):
            return None
        targets = [
            *pobjs(verb, ("to", "on", "under")),
            *(child for part in children(verb, "dobj") for child in pobjs(part, ("to", "on", "under"))),
        ]
    if verb.lemma_ == "enter":
        targets = pobjs(verb, ("into",))
    if not targets and verb.tag_ == "VBN" and verb.dep_ in ("advcl", "acomp", "oprd") and verb.head.lemma_ in ("lie", "lay", "stand"):
        targets = subjects(verb.head)
    if verb.dep_ in ("relcl", "acl") and all(target.lower_ in ("that", "which") for target in targets):
        targets = [verb.head]
    if verb.lemma_ == "put" and not signed:
        targets = [target for target in targets if target.lemma_ != "paper"]
    papers = [paper for target in targets for paper in papers_of(target)]
    told_before = any(target.lower_ in ("it", "them", "they") for target in targets) or verb.dep_ == "relcl" or _initialled_aside(verb)
    if not papers and told_before and not any(scene.mention(target) for target in targets):
        papers = [other for other in verb.doc[: verb.i] if is_document(other)][-1:]
    reduced = not papers and verb.dep_ in ("acl", "relcl") and (held := scene.mention(verb.head)) is not None and held.kind in SIGNERS
    if reduced:
        papers = _paper_before(verb.head)
    if not papers and passive(verb) and not children(verb, "nsubjpass"):
        papers = _paper_before(verb, 8)
    if not papers and not targets:
        papers = _paper_after(scene, verb) or _paper_called(verb)
    papers += [other for paper in papers for other in paper.subtree if beside(paper, other) and other not in papers]
    if papers and not passive(verb):
        papers += [other for other in further(papers[0]) if other not in papers]
    if not papers and any(scene.mention(target) is not None for target in targets):
        return None
    if not papers:
        return None
    if verb.lemma_ == "adopt" and papers[0].lemma_.lower() in NO_TREATY and (count(papers[0])[0] or 0) < 2:
        return None
    if verb.lemma_ in EXCHANGES and papers[0].lemma_.lower() in WORDS_ONLY:
        return None
    teller = _teller(verb)
    ceremony = verb.dep_ in ("acl", "relcl") and verb.head.lemma_ == "ceremony"
    draft = Draft(kind, verb, status=status_of(verb.head if ceremony else teller or verb))
    fill_papers(scene, draft, verb, papers)
    by_whom = passive(verb) or _initialled_aside(verb)
    signers = [verb.head] if reduced else (pobjs(verb, ("by",)) or _by_further_on(scene, verb)) if by_whom else subjects(verb)
    fill_signers(scene, draft, verb, papers, signers)
    return draft if draft.who or kind == "signing" else None


def _initialled_aside(verb: Node) -> bool:
    """`a border deal, initialled by both ministers`, which the tree hangs on the main verb."""
    return verb.tag_ == "VBN" and verb.dep_ == "advcl" and bool(pobjs(verb, ("by",))) and not children(verb, "dobj", "aux", "auxpass")


def _teller(verb: Node) -> Node | None:
    """`agreed to end the feud, signing a declaration`: what is told behind a comma is as true as the main verb, not as the aim."""
    aside = verb.tag_ == "VBG" and verb.dep_ == "advcl" and verb.i > 0 and verb.nbor(-1).text == "," and verb.head.dep_ == "xcomp"
    return next((above for above in up(verb) if above.tag_ in ("VBD", "VBZ", "VBP")), None) if aside else None


def _paper_before(node: Node, reach: int = 4) -> list[Node]:
    """`the documents the two presidents signed`: the document stands right before its signers."""
    near = [node.doc[index] for index in range(max(0, (node.left_edge.i if reach == 4 else node.i) - reach), node.i)]
    return [other for other in near if is_document(other)][-1:]


def _paper_after(scene: Scene, verb: Node) -> list[Node]:
    """`signed, together with the prime minister, a joint statement`: the document behind an aside, before the next verb."""
    for node in verb.doc[verb.i + 1 :]:
        if node.pos_ in ("VERB", "AUX"):
            return []
        if is_document(node) and not (verb.lemma_ == "put" and node.lemma_ == "paper"):
            return [node]
    return []


def _paper_called(verb: Node) -> list[Node]:
    """`signing what was called the Bishkek Declaration`."""
    clauses = children(verb, "ccomp", "dobj")
    return [
        node
        for clause in clauses
        if any(child.lower_ == "what" for child in clause.children)
        for node in clause.subtree
        if is_document(node)
    ][:1]


def _by_further_on(scene: Scene, verb: Node) -> list[Node]:
    """The signers of a passive, where the tree hangs `by the presidents` on a later word."""
    doc = verb.doc
    for index in range(verb.i + 1, len(doc) - 1):
        if doc[index].lower_ == "by":
            for place in (index + 1, index + 2):
                if (
                    place < len(doc)
                    and (mention := scene.mention(doc[place])) is not None
                    and mention.kind in ("person", "group", "country", "countries", "dyad")
                ):
                    return [doc[place], *rights(doc[place])]
    return []


def _headline(scene: Scene, node: Node) -> Draft | None:
    """`Azerbaijan, Georgia ink deal`, where the model takes the verb for a noun."""
    papers = [other for other in node.doc[node.i + 1 :] if is_document(other)]
    if not papers:
        return None
    draft = Draft("signing", node)
    fill_papers(scene, draft, node, papers[:1])
    countries = [
        party
        for other, mention in scene.others(("country", "countries", "group", "person", "institution"))
        if other.i < node.i
        for party in mention.parties
    ]
    draft.who = by_country(unique(countries))
    return draft


def _each_once(drafts: list[Draft]) -> list[Draft]:
    """`the signing of a treaty ... signed the treaty` is one signing; of two counts the larger holds what the smaller names."""
    kept: list[Draft] = []
    for draft in drafts:
        papers = {node.lemma_ for node in draft.nodes if is_document(node)}
        same = [
            h for h in kept if h.status == draft.status and h.kind == draft.kind and papers & {n.lemma_ for n in h.nodes if is_document(n)}
        ]
        if same and (same[0].number == draft.number or draft.number is None):
            same[0].twins.append(draft.node)
        else:
            kept.append(draft)
    return kept
