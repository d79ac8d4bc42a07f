"""Signings with the number and names of the documents; ratifications; and somebody's count of what is in force, which is no event."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import Draft, Scene, by_country, unique
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.papers import beside, count, further, is_among, is_document, listed_after, papers_of, title_of
from daliz.relations.reading.parties import name_parties, seats, speaker_for
from daliz.relations.reading.stocks import stocks
from daliz.relations.reading.tree import children, objects, passive, pobjs, rights, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

VERBS = words("signings_verbs")
NOUNS = words("signings_nouns")
PREPARES = words("signings_prepares")
# Letters, notes and statements are exchanged without being signed.
WORDS_ONLY = frozenset({"letter", "statement", "text", "paper", "plan", "deal"})
EXCHANGES = frozenset({"exchange", "swap"})
NO_TREATY = frozenset({"law", "resolution", "plan", "roadmap", "program", "programme", "act", "document", "decision"})
YIELDS = words("signings_yields")
OCCASIONS = words("visits_carriers") | words("sessions_talks") | words("sessions_nouns")
ATTENDS = frozenset({"attend", "witness", "complete", "oversee", "observe", "hold", "conduct"})
# `the agreements signed earlier` are no news.
EARLIER = frozenset({"earlier", "previously", "already", "before"})
COMES = frozenset({"come", "emerge", "result", "stem"})
TWO = frozenset({"two", "they", "both", "leaders", "presidents", "pair", "ministers"})
SIGNERS = ("person", "group", "country", "countries", "dyad", "institution", "office")


def signings(scene: Scene) -> list[Draft]:
    """Signings and ratifications of a sentence, and stock claims."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        lemma = node.lemma_.lower()
        if node.pos_ in ("VERB", "AUX") and (lemma in VERBS or node.lower_ in ("ink", "inked", "inks")):
            draft = _signed(scene, node)
        elif node.pos_ in ("NOUN", "PROPN", "VERB") and node.lower_ in NOUNS:
            draft = _signing_noun(scene, node)
        elif node.pos_ == "VERB" and lemma in YIELDS:
            draft = _yielded(scene, node)
        elif node.pos_ == "VERB" and lemma == "change" and any(part.lemma_ == "hand" for part in children(node, "dobj")):
            draft = _changed_hands(scene, node)
        elif node.pos_ == "VERB" and lemma == "add":
            draft = _added(scene, node)
        elif node.pos_ == "VERB" and lemma in PREPARES:
            draft = _prepared(scene, node)
        elif node.pos_ == "VERB" and lemma == "ratify":
            draft = _signed(scene, node, "ratification")
        elif (
            node.pos_ in ("NOUN", "PROPN")
            and node.lower_ in ("ink",)
            and (papers := [c for c in scene.parsed.doc[node.i + 1 :] if is_document(c)])
        ):
            draft = _headline(scene, node, papers[0])
        else:
            continue
        if draft is not None:
            found.append(draft)
    claims = stocks(scene, found)
    return [*_each_once([draft for draft in found if draft.kind != "claimed"]), *claims]


def _signed(scene: Scene, verb: Node, kind: str = "signing") -> Draft | None:
    if verb.dep_ == "amod" and is_document(verb.head) and verb.head.head.lemma_ in EXCHANGES:
        return None
    if verb.dep_ == "acl" and any(child.lower_ in EARLIER for child in children(verb, "advmod")):
        return None
    targets = objects(verb)
    if verb.lemma_ == "put":
        if not any(child.lower_.startswith("signature") or child.lemma_ in ("pen", "name") for child in children(verb, "dobj")):
            return None
        targets = [
            *pobjs(verb, ("to", "on", "under")),
            *(child for part in children(verb, "dobj") for child in pobjs(part, ("to", "on", "under"))),
        ]
    if verb.lemma_ == "enter":
        targets = pobjs(verb, ("into",))
    if not targets and verb.dep_ in ("relcl", "acl"):
        targets = [verb.head]
    if verb.lemma_ == "put":
        targets = [target for target in targets if target.lemma_ != "paper"]
    papers = [paper for target in targets for paper in papers_of(target)]
    if not papers and any(target.lower_ in ("it", "them") for target in targets):
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
    if verb.lemma_ == "adopt" and papers[0].lemma_.lower() in NO_TREATY:
        return None
    if verb.lemma_ in EXCHANGES and papers[0].lemma_.lower() in WORDS_ONLY:
        return None
    teller = _teller(verb)
    ceremony = verb.dep_ in ("acl", "relcl") and verb.head.lemma_ == "ceremony"
    draft = Draft(kind, verb, status=status_of(verb.head if ceremony else teller or verb))
    _fill(scene, draft, verb, papers)
    signers = [verb.head] if reduced else (pobjs(verb, ("by",)) or _by_further_on(scene, verb)) if passive(verb) else subjects(verb)
    _who(scene, draft, verb, papers, signers)
    return draft if draft.who or kind == "signing" else None


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
        if is_document(node):
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


def _fill(scene: Scene, draft: Draft, verb: Node, papers: list[Node]) -> None:
    total = 0.0
    unknown = False
    counts = [count(paper) for paper in papers]
    if (counts[0][0] or 0) > 1:
        papers = [papers[0], *(paper for paper in papers[1:] if not is_among(papers[0], paper))]
        counts = [count(paper) for paper in papers]
    for paper, (number, nodes) in zip(papers, counts, strict=True):
        draft.nodes += [paper, *nodes]
        if number is None:
            unknown = True
        else:
            total += number
    counted = [number for number, _ in counts if number is not None]
    big = [number for number in counted if number > 1]
    # `14 agreements and memorandums` is one count of two sorts; `two memorandums and a plan` is a sum.
    draft.number = None if not counted else (total if not unknown else (big[0] if big else None))
    if counts[0][0] is None and (listed := listed_after(scene, papers[0])) is not None:
        draft.number = listed
    draft.title = title_of(scene, papers[0])
    draft.place = next((place for node in pobjs(verb, ("in", "at")) if (place := scene.place(node)) is not None), None)
    if draft.place is None:
        places = [mention for _, mention in scene.places() if mention.kind in ("place", "capital")]
        draft.place = places[0] if len(places) == 1 else None


def _who(scene: Scene, draft: Draft, verb: Node, papers: list[Node], signers: list[Node]) -> None:
    parties: list[Party] = []
    for node in signers:
        parties += scene.parties(node)
        draft.nodes.append(node)
    parties += [party for node in pobjs(verb, ("with", "between", "among")) for party in scene.parties(node)]
    for paper in papers:
        parties += [party for node in pobjs(paper, ("between", "with", "among")) for party in scene.parties(node)]
    partners = [node for holder in (verb, *papers) for node in pobjs(holder, ("with",)) if (m := scene.mention(node)) and m.kind == "body"]
    draft.whom = tuple(Party(None, m.text, None, "organisation") for node in partners if (m := scene.mention(node)) and not m.parties)
    parties = [party for party in parties if party.country or party.rank]
    codes = {party.country for party in parties if party.country}
    if len(codes) < 2:
        parties += _others(scene, draft, verb, papers, codes)
        codes = {party.country for party in parties if party.country}
    draft.who = _named(draft, by_country(unique(party for party in parties if party.country)), signers, scene)
    name_parties(scene, draft)
    if any(node.lower_ in TWO for node in signers):
        draft.who = tuple((speaker_for(scene, party.country) if party.rank is None else None) or party for party in draft.who)
    if len(codes) < 2 and draft.status == "done":
        draft.doubt("only one side of the signing is named" if codes else "who signed is not named", 0.75)


def _named(draft: Draft, parties: tuple[Party, ...], signers: list[Node], scene: Scene) -> tuple[Party, ...]:
    """A signer whom the actors table does not know stands for the one country that only the place names."""
    strangers = [node.text for node in signers if scene.mention(node) is None and node.tag_ == "NNP"]
    bare = [party for party in parties if party.actor is None and party.rank is None]
    if len(strangers) != 1 or len(bare) != 1:
        return parties
    draft.doubt(f"{strangers[0]} is not in the actors table; taken to act for {bare[0].name}, where it was signed", 0.9)
    return tuple(replace(party, name=strangers[0]) if party is bare[0] else party for party in parties)


def _others(scene: Scene, draft: Draft, verb: Node, papers: list[Node], codes: set[str]) -> list[Party]:
    """The other side, where the verb does not name it: adjectives of the document, the visit it was signed at, the article's pair."""
    near: list[Party] = []
    for paper in papers:
        near += scene.attached(paper)
    near = [party for party in near if party.country]
    if len({party.country for party in near} | codes) > 1 and len(near) < 6:
        return near
    sentence = [p for _, m in scene.persons() for p in m.parties if p.country and p.rank not in ("spokesperson", "ambassador")]
    sentence += [
        party
        for _, mention in scene.others(("country", "countries", "adjective", "pair", "body", "institution"))
        for party in mention.parties
    ]
    chosen = by_country(unique(sentence))
    if not draft.place and len(chosen) == 1:
        chosen = by_country(unique([*sentence, *(p for _, m in scene.places() for p in m.parties)]))
    elif draft.place and len({p.country for p in chosen} | codes) == 1:
        chosen = by_country(unique([*sentence, *draft.place.parties]))
    if len({party.country for party in chosen} | codes) == 2:
        return list(chosen)
    several = [m.parties for _, m in scene.others(("pair",)) if len(m.parties) > 2]
    if several and not codes:
        return list(several[0])
    if not codes and (between := seats(scene)):
        return list(between)
    pair = scene.article.listed(scene.parsed.start) if not codes else ()
    pair = pair or (_guests(scene) if not chosen and not codes else ())
    pair = pair or scene.article.pair(scene.parsed.characters(verb.i)[0], scene.parsed.end)
    if pair and (not codes or codes & set(pair)):
        draft.doubt("who signed is taken from the countries the article speaks of", 0.9)
        return [scene.partner(code, None, scene.parsed.start) for code in pair]
    return []


def _guests(scene: Scene) -> tuple[str, ...]:
    """`X's trip to Baku ... Ten documents were signed that day`: the guest's country and the host's, where one visit is told before."""
    return scene.article.visits[-1] if len(set(scene.article.visits)) == 1 else ()


def _signing_noun(scene: Scene, noun: Node) -> Draft | None:
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
    draft = Draft("signing", noun, status=status_of(top))
    if not targets and ready:
        draft.status = "planned" if draft.status == "done" else draft.status
    _fill(scene, draft, verb, papers)
    if not targets and not ready:
        draft.number = None
    signers = [*pobjs(noun, ("by", "between")), *(subjects(verb) if verb.lemma_ in ATTENDS else [])]
    _who(scene, draft, noun, papers, signers)
    return draft


def _ready(noun: Node) -> list[Node]:
    """What is `ready for signing` or `was submitted for signature`."""
    head = noun.head.head
    if noun.dep_ != "pobj" or noun.head.lower_ != "for" or head.lemma_ not in ("ready", "open", "submit", "initial"):
        return []
    verb = head if head.pos_ == "VERB" else head.head
    return objects(verb) or subjects(verb)


def _changed_hands(scene: Scene, verb: Node) -> Draft | None:
    papers = [paper for target in subjects(verb) for paper in papers_of(target)]
    if not papers:
        return None
    draft = Draft("signing", verb, status=status_of(verb))
    _fill(scene, draft, verb, papers)
    _who(scene, draft, verb, papers, [])
    return draft


def _added(scene: Scene, verb: Node) -> Draft | None:
    """`14 agreements were added to the 140 in force`: new documents beside those that stand."""
    papers = [paper for target in objects(verb) for paper in papers_of(target)]
    base = pobjs(verb, ("to",))
    if not papers or not any(node.tag_ == "CD" or is_document(node) or node.lemma_ in ("base", "framework") for node in base):
        return None
    draft = Draft("signing", verb, status=status_of(verb))
    _fill(scene, draft, verb, papers)
    _who(scene, draft, verb, papers, [])
    return draft


def _prepared(scene: Scene, verb: Node) -> Draft | None:
    """`two more memoranda are being prepared`, `a treaty is being drafted for signature`: documents to come."""
    papers = [paper for target in objects(verb) for paper in papers_of(target)]
    to_sign = any(target.lower_ in NOUNS for target in pobjs(verb, ("for",)))
    under_way = verb.tag_ == "VBG" or any(child.lower_ == "being" for child in verb.children)
    counted = bool(papers) and (count(papers[0])[0] or 0) > 1
    if not papers or status_of(verb) in ("hypothetical", "negated") or not (to_sign or (under_way and counted)):
        return None
    draft = Draft("signing", verb, status="planned")
    _fill(scene, draft, verb, papers)
    _who(scene, draft, verb, papers, subjects(verb) if not passive(verb) else [])
    return draft


def _yielded(scene: Scene, verb: Node) -> Draft | None:
    """`Tokayev's visit yielded nine agreements`, `sixteen agreements crowned the talks`: documents and an occasion."""
    sides = [*subjects(verb), *objects(verb), *pobjs(verb, ("in", "with", "by"))]
    if verb.lemma_ in COMES:
        sides += [
            node for out in verb.children if out.lower_ in ("out", "from", "of") for node in (*pobjs(out, ("of",)), *children(out, "pobj"))
        ]
    papers = [paper for node in sides for paper in papers_of(node) if paper.tag_ == "NNS" and paper.lemma_ != "deal"]
    if not papers or not any(_is_occasion(scene, node) for node in sides if node not in papers):
        return None
    draft = Draft("signing", verb, status=status_of(verb))
    _fill(scene, draft, verb, papers)
    _who(scene, draft, verb, papers, [])
    return draft


def _is_occasion(scene: Scene, node: Node) -> bool:
    mention = scene.mention(node)
    return node.lemma_.lower() in OCCASIONS or (mention is not None and mention.kind == "body")


def _headline(scene: Scene, node: Node, paper: Node) -> Draft:
    draft = Draft("signing", node)
    _fill(scene, draft, node, [paper])
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
