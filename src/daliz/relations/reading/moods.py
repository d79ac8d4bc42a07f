"""Whether something was done, is planned, is only possible, or did not happen. The words are in `data/moods.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from daliz.relations.reading.lexicon import rows, words
from daliz.relations.reading.tree import up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

# Under this name a parsed sentence keeps the phrases of `moods.csv` that stand in it.
PHRASES = "phrases"
STRENGTH = {"done": 0, "planned": 1, "hypothetical": 2, "negated": 3}
NOBODY = words("moods_nobody")
# `chose Ankara for his first trip, meeting Erdogan there` tells of the trip.
TALKS = words("sessions_talks")
TOLD = frozenset({"announce", "agree", "decide", "discuss"})
MET = words("talks_verbs")
# `is coming to Baku` is yet to come, `is visiting` is not.
COMING = words("moods_coming")
MEANWHILE = words("moods_meanwhile")
# `the first leader to visit` has visited.
# `the agenda includes the signing`, `anticipated outcomes include a visit`.
HOLDING = frozenset({"include", "feature", "comprise", "envisage", "foresee"})
AGENDAS = frozenset({"agenda", "programme", "program", "schedule", "plan", "itinerary"})
RANKED = frozenset({"first", "second", "third", "last", "only", "latest", "highest"})
CLAUSES = ("ROOT", "conj", "ccomp", "relcl", "acl", "parataxis", "dep", "appos")


@cache
def _moods() -> Mapping[tuple[str, str], str]:
    return {(row["where"], row["word"]): row["mood"] for row in rows("moods")}


def _stronger(one: str, other: str | None) -> str:
    return one if other is None or STRENGTH[one] >= STRENGTH[other] else other


def _verb_mood(verb: Node) -> str:
    """From the verb's own helpers: will, may, not, `is to`, an infinitive that heads a headline."""
    mood = "done"
    for child in verb.children:
        if child.lower_ == "would" and child.dep_ == "aux" and _reported(verb):
            mood = _stronger(mood, "planned")
        elif child.dep_ in ("aux", "auxpass"):
            mood = _stronger(mood, _moods().get(("aux", child.lower_ if child.lower_ != "'ll" else "will")))
            if child.lower_ == "wo":
                mood = _stronger(mood, "planned")
        elif child.dep_ == "neg" or child.lower_ in ("never", "not", "n't"):
            mood = _stronger(mood, "negated")
        elif child.dep_ == "mark" or child.dep_ == "advmod":
            mood = _stronger(mood, _moods().get(("clause", child.lower_)))
    if (
        verb.tag_ == "VBG"
        and verb.lemma_ in COMING
        and any(child.dep_ == "aux" and child.tag_ in ("VBZ", "VBP") for child in verb.children)
    ):
        mood = _stronger(mood, "planned")
    if verb.lemma_ == "be" and any(child.lower_ == "off" and not list(child.children) for child in verb.children):
        mood = _stronger(mood, "negated")
    if _inverted(verb):
        mood = _stronger(mood, "hypothetical")
    if any(
        part.lower_ in NOBODY
        for child in verb.children
        if child.dep_ in ("nsubj", "nsubjpass", "dobj")
        for part in (child, *child.children)
    ):
        mood = _stronger(mood, "negated")
    if any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children) and verb.dep_ in ("ROOT", "ccomp"):
        mood = _stronger(mood, "planned")
    return mood


def _inverted(verb: Node) -> bool:
    """`Had he gone`, `Should they sign`: a condition told by word order."""
    helper = next((child for child in verb.children if child.dep_ == "aux"), None)
    subject = next((child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")), None)
    asks = verb.doc[-1].text == "?"
    if helper is not None and helper.lower_ == "to" and verb.dep_ == "advcl" and verb.doc[0].lower_ == "were" and helper.i > 1:
        return True
    return helper is not None and subject is not None and helper.i < subject.i and helper.lower_ in ("had", "were", "should") and not asks


def _reported(verb: Node) -> bool:
    """`said it would visit` is a plan told in the past tense; `would visit if` is not."""
    told = (
        verb.dep_ == "ccomp"
        and verb.head.tag_ in ("VBD", "VBN")
        and verb.head.lemma_ in ("say", "announce", "confirm", "tell", "declare", "report", "note", "decide", "agree")
    )
    return told and not any(child.lower_ == "if" for child in verb.subtree)


def _noun_mood(noun: Node) -> str:
    mood = "done"
    for child in noun.children:
        if child.dep_ in ("amod", "det", "compound", "neg", "advmod", "nmod"):
            mood = _stronger(mood, _moods().get(("modifier", child.lower_)))
    return mood


def status_of(node: Node) -> str:
    """The mood of an event whose trigger is this word, from its own helpers and from what it hangs on.

    Returns: done, planned, hypothetical or negated.
    """
    mood = _verb_mood(node) if node.pos_ in ("VERB", "AUX") else _noun_mood(node)
    below = node
    purpose = _is_purpose(node)
    if purpose:
        mood = _stronger(mood, "planned")
    for above in up(node):
        if below.dep_ in ("ccomp", "parataxis") and any(mark.text == ";" for mark in node.doc[below.i : above.i]):
            # `Six treaties were signed; Smith called them historic`: two sentences.
            break
        if below.dep_ == "prep" and below.lower_ in ("before", "until") and not told_in_turn(below):
            mood = _stronger(mood, "planned")
        if below.dep_ == "prep" and below.lower_ in ("without", "against"):
            mood = _stronger(mood, "negated")
        if above.pos_ in ("VERB", "AUX", "ADJ"):
            if above.lemma_ == "be" and below.dep_ == "xcomp" and any(child.lower_ == "to" for child in below.children):
                mood = _stronger(mood, "planned")
            if below.dep_ == "advcl" and any(child.lower_ in ("when", "once", "after") for child in below.children):
                mood = _stronger(mood, _main_mood(above))
            if above.lemma_ in ("have", "be") and any(child.lower_ == "yet" for child in above.subtree) and below.dep_ == "xcomp":
                mood = _stronger(mood, "negated")
            if above.lemma_ in HOLDING and below.dep_ == "dobj":
                mood = _stronger(mood, _agenda(above))
            if below.dep_ in ("xcomp", "ccomp", "dobj", "nsubjpass", "prep", "acomp", "advcl", "pcomp", "nsubj", "attr", "oprd"):
                mood = _stronger(mood, _unfulfilled(above, _governed(above, below)))
            if mood == "planned" and _had_been_meant(above):
                mood = "hypothetical"
            if below.dep_ == "prep" and any(child.lemma_ == "preparation" and child.dep_ == "nsubj" for child in above.children):
                mood = _stronger(mood, "planned")
            if aside := _aside(below, node):
                mood = _stronger(mood, _governed(above, node, "nsubjpass"))
            if below.dep_ in ("ccomp", "advcl", "relcl") and not (_carries(above, below) or _joins(below) or aside):
                break
            if below.dep_ != "conj" or not _has_own_tense(below):
                own = _verb_mood(above)
                denied = own == "negated" and below.dep_ == "prep" and below.lower_ in MEANWHILE
                mood = mood if denied else _stronger(mood, own)
            if above.dep_ in CLAUSES and below.dep_ not in ("xcomp",) and above.dep_ not in ("conj", "acl"):
                break
        elif above.pos_ in ("NOUN", "PROPN"):
            mood = _stronger(mood, _under_noun(above, below))
            if below.dep_ in ("relcl", "acl") and (below.tag_ != "VB" or any(child.tag_ == "MD" for child in below.children)):
                break
        elif above.lower_ == "ahead":
            mood = _stronger(mood, "planned")
        below = above
    return _stronger(mood, _ruled_out(node))


def _had_been_meant(verb: Node) -> bool:
    """`had been due to visit`: whether it came to that is not said."""
    meant = verb.lemma_ == "be" or (_moods().get(("governor", verb.lemma_.lower())) == "planned" and verb.lemma_ not in TOLD)
    return meant and any(child.lower_ == "had" and child.dep_ == "aux" for child in verb.children)


def _under_noun(noun: Node, below: Node) -> str | None:
    """The mood that a noun gives to what hangs on it: `talks about a visit`, `plans for a visit`, `no agreement to meet`."""
    mood: str | None = None
    if below.dep_ == "prep" and below.lower_ in ("about", "on", "over", "regarding") and noun.lemma_ in TALKS:
        mood = "hypothetical"
    if below.dep_ == "acl" and below.tag_ != "VB":
        mood = _stronger(_moods().get(("that", noun.lemma_.lower()), "done"), mood)
    if below.dep_ in ("acl", "advcl", "compound", "nmod") or (below.dep_ == "prep" and below.lower_ not in MEANWHILE):
        accepted = noun.lemma_ == "invitation" and noun.head.lemma_ == "accept"
        mood = _stronger("planned" if accepted else _moods().get(("noun", noun.lemma_.lower()), "done"), mood)
        mood = _stronger(mood, _noun_mood(noun) if _noun_mood(noun) == "negated" else None)
    return mood


def told_in_turn(prep: Node) -> bool:
    """`stopped in Samarkand before flying on to Astana`: what follows a deed in a story is a deed."""
    told = prep.head.tag_ == "VBD" or (prep.head.tag_ == "VBN" and prep.head.pos_ == "VERB")
    return prep.lower_ == "before" and told and any(child.dep_ == "pcomp" and child.tag_ == "VBG" for child in prep.children)


def _aside(below: Node, node: Node) -> bool:
    """`the trip, first set for May, has been postponed`: the trip is the subject of what follows the participle too."""
    above = below.head
    own = any(child.dep_ in ("nsubj", "nsubjpass") and child.i > below.i for child in above.children)
    return (
        below.tag_ in ("VBN", "VBD")
        and below.dep_ == "advcl"
        and node.dep_ in ("nsubj", "nsubjpass")
        and node.i < below.i < above.i
        and not own
    )


def _joins(below: Node) -> bool:
    """`will travel to Asia, starting his visit in Astana`: a participle without a subject shares the mood of its clause."""
    own = any(child.dep_ in ("nsubj", "nsubjpass", "mark", "aux") for child in below.children)
    return below.tag_ == "VBG" and below.dep_ == "advcl" and not own


def _agenda(verb: Node) -> str | None:
    """What an agenda holds is planned, and so is what an anticipated outcome is."""
    told = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    if told is None:
        return None
    return "planned" if told.lemma_ in AGENDAS or verb.lemma_ in ("envisage", "foresee") else _noun_mood(told)


def _main_mood(verb: Node) -> str | None:
    """The mood that a main clause gives to its `when ...`: what comes after a plan is a plan."""
    mood = _verb_mood(verb)
    for above in up(verb):
        mood = _stronger(mood, _moods().get(("governor", above.lemma_.lower())) if above.pos_ in ("VERB", "ADJ") else None)
    return mood if mood == "planned" else None


def _ruled_out(node: Node) -> str | None:
    """`is out of the question`, `is not on the agenda`: phrases that deny what they speak of."""
    said = node.doc.user_data.get(PHRASES)
    if said is None:
        text = " ".join(child.lower_ for child in node.doc)
        said = [row for row in rows("moods") if row["where"] == "phrase" and row["word"] in text]
        node.doc.user_data[PHRASES] = said
    if not said:
        return None
    clause = next((above for above in (node, *up(node)) if above.dep_ in ("ROOT", "ccomp", "conj") and above.pos_ in ("VERB", "AUX")), node)
    above = {upper.i for upper in (node, *up(node))}
    aside = {inner.i for child in clause.subtree if child.dep_ == "relcl" and child.i not in above for inner in child.subtree}
    words = " ".join(child.lower_ for child in clause.subtree if child.i not in aside)
    return next((row["mood"] for row in said if row["word"] in words), None)


def _has_own_tense(verb: Node) -> bool:
    return verb.tag_ in ("VBD", "VBZ", "VBP") or any(child.dep_ in ("aux", "nsubj", "nsubjpass") for child in verb.children)


def _is_purpose(node: Node) -> bool:
    """`arrived to attend`, `will travel to sign`: what somebody came for has not happened yet."""
    verbs = [node, *up(node)] if node.pos_ in ("VERB", "AUX") else list(up(node))
    for verb in verbs[:4]:
        if verb.dep_ == "prep" and verb.lower_ in MEANWHILE:
            return False
        aims = any(child.tag_ == "TO" for child in verb.children)
        if verb.dep_ == "relcl" and verb.tag_ != "VB" and not aims:
            # `came to attend the meeting, which is being held today`: the clause has its own tense.
            return False
        further = verb.dep_ == "conj" and verb.head.tag_ in ("VBD", "VBZ", "VBP")
        if (
            (verb.tag_ == "VB" or (verb.tag_ == "VBN" and verb.dep_ in ("acl", "relcl")))
            and (further or verb.dep_ in ("advcl", "acl", "relcl", "xcomp"))
            and aims
        ):
            above = verb.head
            if above.lemma_ in ("be", "become") and any(child.dep_ == "attr" and child.i < verb.i for child in above.children):
                return False
            if any(child.dep_ == "amod" and (child.tag_ == "JJS" or child.lower_ in RANKED) for child in above.children):
                return False
            return not (verb.dep_ == "xcomp" and above.lemma_ in ("continue", "begin", "start", "manage", "proceed", "use", "help"))
    return False


def _carries(above: Node, below: Node) -> bool:
    """Whether a mood above reaches into a clause: `denied that`, `expects that` do, `said that` does not."""
    return ("governor", above.lemma_) in _moods() and below.dep_ == "ccomp"


def _unfulfilled(verb: Node, mood: str | None) -> str | None:
    """`had planned to sign`: a plan of before that may have come to nothing."""
    before = any(child.lower_ == "had" and child.dep_ == "aux" for child in verb.children)
    return "hypothetical" if mood == "planned" and before and verb.lemma_ in ("plan", "intend", "hope", "want", "mean") else mood


def _past(verb: Node) -> bool:
    """`sealed an accord`, `has been signed`: told as done, whoever announced it."""
    return verb.tag_ == "VBD" or any(
        child.lower_ in ("was", "were", "has", "have") and child.dep_ in ("aux", "auxpass") for child in verb.children
    )


def _governed(above: Node, below: Node, relation: str = "") -> str | None:
    mood = _moods().get(("governor", above.lemma_.lower()))
    relation = relation or below.dep_
    if mood is None:
        return None
    if above.lemma_ == "choose" and any(child.lemma_ in MET and child.tag_ in ("VBG", "VBD") for child in above.children):
        return None
    if relation in ("nsubj", "advcl") or (relation == "prep" and below.lower_ in MEANWHILE):
        return None
    if relation == "ccomp" and above.lemma_ == "announce" and _past(below):
        return None
    if above.lemma_ in ("announce", "decide", "agree", "discuss", "set", "go", "call", "ask", "offer", "consider") and relation == "prep":
        return None
    if above.lemma_ == "call" and relation in ("nsubjpass", "dobj", "oprd"):
        return None
    if above.lemma_ == "discuss" and relation in ("dobj", "nsubjpass"):
        return None
    return mood
