"""Visits that a deed abroad implies: who spoke at a summit in Baku or held talks in Rome was there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import PLACES, Draft, Scene
from daliz.relations.reading.journeys import STAY_RANKS, journey
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention, office_party
from daliz.relations.reading.tree import agents, beside, children, objects, passive, pobjs, subjects, up
from daliz.relations.reading.whereabouts import at_venue, spoken_of, venue_of

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

TALKS = words("sessions_talks")
EVENTS = TALKS | words("presence_events")
MEETS = words("talks_verbs")
PRESS = words("presence_press")
DISCUSSES = frozenset({"discuss", "agree", "negotiate", "exchange", "talk"})
HOLDS = words("presence_holds")
OFFICES = {"president": "head_of_state", "leader": "head_of_state", "premier": "head_of_government", "minister": "minister"}
WATCHES = words("presence_watches")
# Nouns between a verb and the event: `delivered a speech at the summit`.
ACTS = words("presence_acts")
BRIEFINGS = frozenset({"conference", "briefing"})
COUNTS = frozenset({"series", "number", "string", "round", "couple"})
AT = ("at", "during", "in", "from")
AROUND = (*AT, "on", "after", "following")
GIVEN = 0.8
DOUBT = "the visit is inferred from what was done there"


def presences(scene: Scene) -> list[Draft]:
    """Visits of those who met, spoke or took part in a place abroad."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        if node.pos_ == "VERB" and (node.lemma_ in MEETS or _speaks(node)):
            who = objects(node) if passive(node) else subjects(node)
            there = any(child.lower_ == "there" for child in node.children)
            places = spoken_of(scene, node, scene.people(who)) if there else _places(scene, node)
            if node.lemma_ == "meet" and not passive(node):
                who = [*who, *(other for other in (*objects(node), *pobjs(node, ("with",))) if scene.mention(other) is not None)]
            found += _drafts(scene, node, node, who, places[:1])
        elif node.pos_ == "VERB" and node.lemma_ in DISCUSSES:
            partners = [other for holder in (node, *children(node, "dobj")) for other in pobjs(holder, ("with",))]
            hosts = {party.country for party in scene.people(partners)}
            places = [place for holder in (node, *partners) for place in _places(scene, holder) if place.country in hosts][:1]
            found += _drafts(scene, node, node, agents(node), places)
        elif node.pos_ == "VERB" and node.lemma_ == "represent" and passive(node):
            found += _represented(scene, node)
        elif node.pos_ == "VERB" and node.lemma_ in ("give", "accord"):
            found += _drafts(scene, node, node, _welcomed(node), _places(scene, node)[:1])
        elif node.pos_ == "NOUN" and node.lemma_ == "guest":
            found += _guest(scene, node)
        elif node.pos_ in ("NOUN", "PROPN") and node.lemma_.lower() in EVENTS:
            found += _at_event(scene, node)
    return found


def _welcomed(node: Node) -> list[Node]:
    """`was given a guard of honour`, `a ceremonial welcome was given to the president`: for whom."""
    things = [*objects(node), *children(node, "dobj")]
    if not any(thing.lemma_ in ("welcome", "reception", "guard", "salute") for thing in things):
        return []
    return [*objects(node), *pobjs(node, ("to",))]


def _speaks(node: Node) -> bool:
    """`speaking in Budapest`, `told reporters in Tashkent`, `laid a wreath in Baku`."""
    if node.lemma_ == "lay":
        return any(child.lemma_ in ("wreath", "flower") for child in children(node, "dobj"))
    if node.lemma_ == "pay":
        return any(child.lemma_ in ("tribute", "homage", "respect") for child in children(node, "dobj"))
    if node.lemma_ in ("say", "declare", "announce", "stress"):
        return any(child.dep_ == "prep" and child.lower_ in ("in", "at") for child in node.children)
    told = children(node, "dobj", "dative")
    return node.lemma_ == "speak" or (node.lemma_ == "tell" and any(child.lemma_ in PRESS or child.pos_ == "PROPN" for child in told))


def _guest(scene: Scene, node: Node) -> list[Draft]:
    """`was Mirziyoyev's guest in Tashkent`, `came as a guest of the Turkmen leader`."""
    verb = next((above for above in up(node) if above.pos_ in ("VERB", "AUX")), None)
    if verb is None or not (node.dep_ == "attr" or (node.dep_ == "pobj" and node.head.lower_ == "as")):
        return []
    hosts = scene.people([*children(node, "poss"), *pobjs(node, ("of",))])
    places: list[Mention | None] = [*(_places(scene, node) or _places(scene, verb))]
    owner = [held.country for child in children(node, "poss") if (held := scene.mention(child)) and held.kind in PLACES]
    home = hosts[0].country if len(hosts) == 1 else next(iter(owner), None)
    if home is None or any(place is not None and place.country != home for place in places):
        return []
    drafts = [journey(scene, node, party, (places or [None])[0], hosts, [verb], home) for party in scene.people(subjects(verb))]
    return [draft for draft in drafts if draft is not None]


def _at_event(scene: Scene, node: Node) -> list[Draft]:
    """`held talks in Rome`, `spoke at the summit in Baku`, `during talks in Rome with Meloni, he said`."""
    verb, prep = _verb_of(node)
    if verb is None:
        return []
    counted = node.dep_ == "pobj" and node.head.head.lower_ in COUNTS and node.head.head.dep_ == "dobj"
    held = (counted or (prep is None and node.dep_ == "dobj")) and verb.lemma_ in HOLDS and node.lemma_.lower() in TALKS | BRIEFINGS
    attended = prep is not None and prep.lower_ in (AROUND if node.lemma_.lower() in TALKS or _on_the_margin(node) else AT)
    if attended and prep is not None and prep.lower_ == "on" and not _on_the_margin(node):
        return []
    watched = prep is None and node.dep_ == "dobj" and verb.lemma_ in WATCHES
    if not held and not attended and not watched:
        return []
    places = venue(scene, node) or (_places(scene, node.head.head) if _on_the_margin(node) and node.dep_ == "pobj" else [])
    if not places and node.dep_ == "dobj" and _on_the_margin(node) and (told := venue_of(scene, scene.people(agents(verb)))) is not None:
        return at_venue(_drafts(scene, node, verb, agents(verb), [told.place]), told)
    if not places and (held or watched or (prep is not None and prep.lower_ == "at")):
        places = _places(scene, verb)
    return _drafts(scene, node, verb, agents(verb), places)


def _on_the_margin(node: Node) -> bool:
    """`on the sidelines of the summit`."""
    beside = [part for holder in (node, node.head) for part in pobjs(holder, ("on",))]
    if node.dep_ == "dobj" and any(part.lemma_ in ("sideline", "margin") for part in beside):
        return True
    return node.dep_ == "pobj" and node.head.lower_ == "of" and node.head.head.lemma_ in ACTS


def _verb_of(node: Node) -> tuple[Node | None, Node | None]:
    """The verb that an event hangs on, and the preposition between, past a noun such as `speech` or `sidelines`."""
    prep = None
    for above in up(node):
        if above.pos_ in ("VERB", "AUX"):
            return above, prep
        if above.dep_ == "prep" or above.pos_ == "ADP":
            prep = above if prep is None or above.lower_ != "of" else prep
        elif above.dep_ == "attr" and above.head.lemma_ == "be":
            continue
        elif above.lemma_ not in ACTS and above.lower_ not in COUNTS:
            return None, None
    return None, None


def _places(scene: Scene, holder: Node) -> list[Mention]:
    """The places behind `in` or `at` of a word, of whom it is with, or of what it is of."""
    clause = holder.head if holder.dep_ == "xcomp" else holder
    if clause.dep_ == "relcl" and any(child.lower_ == "where" for child in clause.children):
        return [m] if (m := scene.mention(clause.head)) is not None and m.kind in PLACES else []
    beside = [*pobjs(holder, ("with", "between", "of", "to")), *children(holder, "dobj")]
    for inner in ([holder], beside):
        places = [place for node in inner for where in pobjs(node, ("in", "at")) if (place := scene.place(where)) is not None]
        if places:
            return places
    return []


def venue(scene: Scene, node: Node) -> list[Mention]:
    """Where an event is held, as its own phrase says: `the summit in Shusha`, `the Shusha summit`."""
    named = [m for child in children(node, "compound", "nmod", "poss") if (m := scene.mention(child)) and m.kind == "place"]
    return _places(scene, node) or named[:1]


def _represented(scene: Scene, node: Node) -> list[Draft]:
    """`Georgia was represented by Minister Beridze`, `Georgia and Italy were represented by their presidents`: at what was told before."""
    codes = [party.country for subject in objects(node) for party in scene.parties(subject) if party.country]
    places = _places(scene, node)
    told = None if places else scene.article.venues[-1] if scene.article.venues else None
    drafts = []
    by = [named for prep in node.subtree if prep.lower_ == "by" for named in children(prep, "pobj")]
    for agent in (named for one in by for named in (one, *(part for part in one.subtree if part.dep_ == "appos"))):
        named = scene.people([agent]) if scene.mention(agent) is not None else ()
        parties = [_of_those_represented(scene, node, party) for party in named]
        if scene.mention(agent) is None and (rank := OFFICES.get(agent.lemma_.lower())):
            parties = [office_party(scene.article.lexicon, code, rank, scene.article.day) for code in codes]
        for place in places[:1] or ([told.place] if told is not None else []):
            drafts += [journey(scene, node, party, place, (), []) for party in parties if party.rank in STAY_RANKS]
    found = [draft for draft in drafts if draft is not None]
    for draft in found:
        draft.level = "summit_margin"
        draft.told = told.when if told is not None else None
        draft.doubt(DOUBT, GIVEN)
    return found


def _of_those_represented(scene: Scene, verb: Node, party: Party) -> Party:
    """`the Kazakh side was represented by Deputy Minister Sadykov`: he is of Kazakhstan."""
    if party.country is not None or verb.lemma_ != "represent":
        return party
    codes = {side.country for node in objects(verb) for side in scene.parties(node)}
    return replace(party, country=codes.pop()) if len(codes) == 1 else party


def _drafts(scene: Scene, node: Node, verb: Node, who_nodes: list[Node], places: list[Mention]) -> list[Draft]:
    drafts = []
    if who_nodes and (held := scene.mention(who_nodes[0])) is not None and held.kind == "dyad":
        return []
    who_nodes = [*who_nodes, *beside(verb, who_nodes)]
    for party, place in ((party, place) for party in scene.people(who_nodes) for place in places):
        if party.rank not in STAY_RANKS or party.country == place.country:
            continue
        draft = journey(scene, node, _of_those_represented(scene, verb, party), place, (), who_nodes)
        if draft is None:
            continue
        draft.twins.append(verb)
        draft.level = None if node.lemma_.lower() in TALKS or node.lemma_ in MEETS else "summit_margin"
        draft.doubt(DOUBT, GIVEN)
        drafts.append(draft)
    return drafts
