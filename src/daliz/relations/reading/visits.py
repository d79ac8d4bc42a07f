"""Visits: `paid a state visit to`, `arrived in`, `was received by`, `the visit of X to Y`, and attending a summit abroad.

A visit is one person or delegation going to another country. Who stays at home, speaks by video or was only invited is no visitor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daliz.relations.reading.attendance import ATTENDED, by_absence, by_attendance, by_presence
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import DELEGATES, PLACES, Draft, Scene, level_of, patterns, unique
from daliz.relations.reading.journeys import STAY_RANKS, destinations, from_abroad, journey
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.owners import GUESSED, MADE, guests_of, host_elsewhere, nearest_person, owner_of, told_of
from daliz.relations.reading.presence import presences, venue
from daliz.relations.reading.travellers import ATTENDEES, back_there, carried_along, means_travel, told_among, travellers
from daliz.relations.reading.tree import agents, children, objects, pobjs, subjects, up
from daliz.relations.reading.whereabouts import at_venue, here, note_venue, our_country, spoken_of, venue_of

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

SPANS = words("visits_spans")
# `the conference brought together the two ministers`.
GATHERS = frozenset({"bring", "draw", "attract", "gather", "unite"})
# Who can be received: `received the head of the bank`, not `received a letter from the president`.
HEADS = frozenset({"head", "chief", "president", "minister", "delegation", "speaker", "envoy", "representative", "chairman", "secretary"})
STRICT = frozenset({"return", "way", "presence", "address", "speech", "participation", "attendance"})
ONWARD = words("visits_onward")
COMES = words("visits_comes")
WELCOMES = words("visits_welcomes")


def visits(scene: Scene) -> list[Draft]:
    """Visits of a sentence, one for each visitor and country."""
    assert scene.parsed.doc is not None
    verbs, nouns, attends = patterns("visit"), patterns("visit"), patterns("attend")
    note_venue(scene)
    found: list[Draft] = []
    for node in scene.parsed.doc:
        lemma = node.lemma_.lower()
        known = len(found)
        if node.pos_ in ("VERB", "AUX") and (row := verbs.get(("VERB" if lemma != "be" else "AUX", lemma))):
            found += _by_verb(scene, node, row)
        elif node.pos_ in ("NOUN", "PROPN") and (row := nouns.get(("NOUN", lemma))):
            found += _by_noun(scene, node, row)
        if node.pos_ == "VERB" and (row := attends.get(("VERB", lemma))):
            found += by_attendance(scene, node, row)
        if node.pos_ == "ADJ" and lemma == "absent":
            found += by_absence(scene, node)
        elif (node.pos_ == "ADJ" and lemma == "present") or node.lower_ == "among":
            found += by_presence(scene, node)
        elif node.lower_ == "back" and node.pos_ == "ADV":
            found += _back_from(scene, node)
        elif node.pos_ == "ADJ" and (row := verbs.get(("ADJ", lemma))) and node.head.lemma_ == "be":
            found += _by_verb(scene, node, row)
        scene.article.trips += [(visit.who[0], visit.whom[0].country) for visit in found[known:] if visit.whom and visit.whom[0].country]
    found += _by_visitors(scene, found) or _by_headline(scene, found)
    told = {(draft.who[0].country, draft.whom[0].country) for draft in found}
    for draft in presences(scene):
        if (draft.who[0].country, draft.whom[0].country) not in told:
            found.append(draft)
            scene.article.trips.append((draft.who[0], draft.whom[0].country or ""))
        elif back_there(draft.node) or draft.node.lemma_ == "tell":
            same = (held for held in found if (held.who[0].country, held.whom[0].country) == (draft.who[0].country, draft.whom[0].country))
            next(same).twins.append(draft.node)
    return sorted(_joined(found), key=lambda draft: draft.node.i)


def _by_visitors(scene: Scene, found: list[Draft]) -> list[Draft]:
    """`met with visiting Nigerian President Bola Tinubu in Beijing`: who is called a visitor is on a visit."""
    drafts = []
    told = {party.country for draft in found for party in draft.who}
    for node, mention in scene.persons():
        if " visiting " not in f" {mention.text.casefold()}" or mention.country in (None, *told):
            continue
        host, doubts = host_elsewhere(scene, mention.parties)
        place = next((held for _, held in scene.places() if held.country == host), None)
        for party in mention.parties if host else ():
            if draft := journey(scene, node, party, place, (), [], host):
                for doubt in doubts:
                    draft.doubt(doubt, 0.9)
                drafts.append(draft)
    return drafts


def _by_headline(scene: Scene, found: list[Draft]) -> list[Draft]:
    """`Kazakh FM in Doha for talks`: a headline without a verb."""
    assert scene.parsed.doc is not None
    root = next(node for node in scene.parsed.doc if node.dep_ == "ROOT")
    held = scene.mention(root)
    if found or held is None or held.kind != "person" or any(node.pos_ in ("VERB", "AUX") for node in scene.parsed.doc):
        return []
    places = [place for child in pobjs(root, ("in",)) if (place := scene.place(child)) is not None]
    drafts = [journey(scene, root, party, place, (), [root]) for place in places[:1] for party in scene.people([root])]
    return [draft for draft in drafts if draft is not None]


def _back_from(scene: Scene, node: Node) -> list[Draft]:
    """`Tokayev, just back from Rome, said`, `Back from Rome, Tokayev said`, `is back from Rome`."""
    above = node.head
    if above.pos_ == "VERB" and node.i > above.i:
        return []
    who_nodes = [above] if above.pos_ == "PROPN" else subjects(above)
    places = [place for child in pobjs(node, ("from",)) if (place := scene.place(child)) is not None]
    drafts = [journey(scene, node, party, place, (), who_nodes) for place in places[:1] for party in scene.people(who_nodes)]
    return [draft for draft in drafts if draft is not None]


def _by_verb(scene: Scene, node: Node, row: dict[str, str]) -> list[Draft]:
    who_nodes = travellers(node, row)
    who = scene.people(who_nodes)
    if not who or not means_travel(scene, node):
        return []
    places = destinations(scene, node, row["where"])
    if row["whom"]:
        guests = [guest for guest in who_nodes if scene.mention(guest) is not None or guest.lemma_.lower() in DELEGATES | ATTENDEES | HEADS]
        return _hosted(scene, node, scene.people(guests), scene.people(agents(node)), places)
    places = _whither(scene, node, who, places)
    who, who_nodes = from_abroad(scene, who, who_nodes, places)
    guessed = not places and node.lemma_ in ("arrive", "fly", "land")
    if guessed:
        abroad = [mention for _, mention in scene.places() if mention.country not in {party.country for party in who}]
        places = abroad if len({mention.country for mention in abroad}) == 1 else []
    if _only_there(node, who) or (node.lemma_ in ("take", "bring") and not carried_along(node, who_nodes)):
        return []
    told = venue_of(scene, who) if not places and node.lemma_ in ("send", "lead", "head") and not pobjs(node, ("to", "for")) else None
    places = [told.place] if told is not None else places
    drafts = [journey(scene, node, party, place, (), who_nodes) for place in places for party in who]
    found = [draft for draft in drafts if draft is not None]
    found = at_venue(found, told) if told is not None else found
    for draft in found:
        draft.left = node.lemma_ in ("leave", "depart") and draft.place in [scene.place(target) for target in objects(node)]
        if guessed:
            draft.doubt(GUESSED, 0.8)
        if draft.status == "done" and _onward(scene, node, draft):
            draft.status = "planned"
        if row["mood"] and draft.status == "done":
            gone = any(child.lower_ == "had" for child in node.children)
            draft.status = "hypothetical" if gone else row["mood"]
    return found


def _whither(scene: Scene, node: Node, who: tuple[Party, ...], places: list[Mention]) -> list[Mention]:
    """Where a verb leads that names no place itself: who invited, the event, `there`, `our country`; both ends of `left A for B`."""
    if not places and scene.parsed.inviter is not None and node.lemma_ in ("arrive", "come", "visit"):
        places = [scene.parsed.inviter]
    if not places and node.lemma_ in ("expect", "await"):
        places = [held for child in subjects(node) if (held := scene.mention(child)) is not None and held.kind in PLACES]
    if node.lemma_ == "include" or (not places and node.lemma_ in GATHERS and subjects(node)):
        event = subjects(node)[0]
        places = [place for part in (event, *pobjs(event, ("at", "of"))) for place in venue(scene, part)]
    if not places and (told_among(node) or back_there(node) or _to_nowhere(node) or node.lemma_ == "make"):
        places = here(scene, node) or _at_meeting(scene, node, who) or spoken_of(scene, node, who)
    places = places or our_country(scene, who, pobjs(node, ("to", "in", "into", "at")))
    if node.lemma_ != "leave" or not pobjs(node, ("for", "to")):
        return places
    onward = [place for target in pobjs(node, ("for", "to")) if (place := scene.place(target)) is not None]
    abroad = any(place.country not in {party.country for party in who} for place in onward)
    return [*(place for target in objects(node) if abroad and (place := scene.place(target)) is not None), *onward]


def _only_there(node: Node, who: tuple[Party, ...]) -> bool:
    """`is to meet`, and whoever is somewhere without an office that travels, make no visit."""
    if node.lemma_ == "be" and any((child.dep_ == "xcomp" and child.tag_ == "VB") or child.lower_ == "welcome" for child in node.children):
        return True
    return node.lemma_ in ("be", "spend", "stay") and not all(party.rank in STAY_RANKS for party in who)


def _onward(scene: Scene, node: Node, draft: Draft) -> bool:
    """`She landed in Doha. She flies on to Cairo`: of one who is on a journey, the present tells of the next stop."""
    gone = [host for party, host in scene.article.trips if party.country == draft.who[0].country and party.rank == draft.who[0].rank]
    return node.tag_ in ("VBZ", "VBP") and node.lemma_ in ONWARD and bool(gone) and draft.whom[0].country not in gone


def _to_nowhere(node: Node) -> bool:
    """`had flown in a day earlier`, `is expected on Monday`, `arrived late`: where to, the article has said."""
    if (
        pobjs(node, ("from",))
        and node.lemma_ in ("travel", "fly", "come")
        and any(c.dep_ == "advcl" and c.tag_ == "VB" for c in node.children)
    ):
        return True
    if node.lemma_ not in COMES or any(child.dep_ in ("dobj", "attr", "xcomp", "ccomp") for child in node.children):
        return False
    if any(child.lower_ in ("home", "back", "together", "out", "about", "across", "true", "forward") for child in node.children):
        return False
    inward = any(child.dep_ in ("prt", "advmod") and child.lower_ == "in" for child in node.children)
    beside = ("for", "with", "on", "by", "at", "after", "as", *(("from",) if inward else ()))
    return not any(child.dep_ == "prep" and child.lower_ not in beside for child in node.children)


def _at_meeting(scene: Scene, node: Node, who: tuple[Party, ...]) -> list[Mention]:
    """`will come on Monday for the summit`: where that is held."""
    told = venue_of(scene, who)
    return [told.place] if told is not None and any(event.lemma_.lower() in ATTENDED for event in pobjs(node, ("for",))) else []


def _hosted(scene: Scene, node: Node, who: tuple[Party, ...], hosts: tuple[Party, ...], places: list[Mention]) -> list[Draft]:
    guests = {party.country for party in who}
    inside = [m for child, m in scene.places() if child.i > node.i and m.kind != "country" and m.country not in guests]
    place = places[0] if places else (inside[0] if len(inside) == 1 else None)
    # `Aktau hosted the meeting of ministers` tells of a meeting, `Aktau received the minister` of a guest.
    guest = node.lemma_ in ("welcome", "roll") or any(scene.mention(child) for child in objects(node))
    towns = [m for child in agents(node) if guest and (m := scene.mention(child)) and m.kind in PLACES]
    home = hosts[0].country if hosts else next((town.country for town in towns), None)
    country = place.country if place else home
    if country is None or (home and place and place.country != home):
        return []
    drafts = []
    for party in who:
        if party.rank in ("ambassador", None) or party.country in (country, None):
            continue
        draft = journey(scene, node, party, place, hosts, objects(node), country)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _by_noun(scene: Scene, node: Node, row: dict[str, str]) -> list[Draft]:
    if row["who"] == "guest" and not any(child.lower_ in WELCOMES for child in node.children):
        return []
    if node.tag_ in ("NNS", "NNPS") and not any(scene.mention(child) for child in node.subtree if child.i != node.i):
        return []
    owners, owner_nodes, doubts = guests_of(scene, node) if row["who"] == "guest" else owner_of(scene, node)
    spent = node.dep_ == "pobj" and node.head.lower_ in ("over", "during", "in") and bool(children(node, "nummod"))
    if node.lemma_ == "day" and not spent and not any(scene.mention(child) for child in children(node, "poss")):
        return []
    places = _where(scene, node, row["where"], owners)
    if node.lemma_ == "way" and not any(child.lower_ in ("home", "back") for child in node.children):
        return []
    told = venue_of(scene, owners) if node.lemma_ in ("participation", "attendance") else None
    if node.lemma_ in STRICT and not destinations(scene, node, row["where"]):
        if told is None:
            return []
        places = [told.place]
    if not places and not owners:
        return []
    if not places and any(child.tag_ in ("NNP", "NNPS") and scene.mention(child) is None for child in pobjs(node, ("to",))):
        return []
    if not owners and places and (gone := told_of(scene, node, places)):
        owners = gone
    if not owners and places:
        owners, owner_nodes = nearest_person(scene, node, places[0].country)
        doubts += ["who travelled is taken from the nearest person named"] if owners else []
    if not owners:
        return []
    owners, owner_nodes = from_abroad(scene, owners, owner_nodes, places)
    host: str | None = None
    if not places:
        host, guessed = host_elsewhere(scene, owners)
        doubts += guessed
        if host is None:
            return []
    targets: list[Mention | None] = [*places] or [None]
    drafts = []
    for party in owners:
        for place in targets:
            draft = journey(scene, node, party, place, (), owner_nodes, None if place else host)
            if draft is None:
                continue
            draft.level = level_of(node)
            draft.twins += [verb for verb in children(node, "relcl", "acl") if verb.lemma_ in MADE]
            draft.told = told.when if told is not None else None
            if told is not None and node.head.lemma_ in ("confirm", "announce"):
                draft.status = "planned"
            for doubt in doubts:
                draft.doubt(doubt, 0.8)
            drafts.append(draft)
    return drafts


def _where(scene: Scene, node: Node, slots: str, owners: tuple[Party, ...]) -> list[Mention]:
    """Where a visit led, as its own phrase, its clause or the verb above says."""
    places = destinations(scene, node, slots) or _before(scene, node, owners)
    places = places or our_country(scene, owners, pobjs(node, ("to", "in")))
    spans = [verb for verb in node.subtree if verb.dep_ == "relcl" and verb.lemma_ in SPANS]
    spans += [verb for verb in children(node, "relcl", "acl") if verb.lemma_ in MADE]
    places = places or [place for verb in spans for place in destinations(scene, verb, "to" if verb.lemma_ in MADE else "object|in")]
    for above in up(node):
        if places or above.pos_ not in ("VERB", "AUX", "NOUN", "PROPN"):
            continue
        slots = "object" if above.lemma_ in SPANS and node.dep_ == "nsubj" else "to|in|at|for"
        places = [p for p in destinations(scene, above, slots) if not owners or p.country != owners[0].country]
        if above.pos_ in ("VERB", "AUX"):
            break
    return places


def _before(scene: Scene, node: Node, owners: tuple[Party, ...]) -> list[Mention]:
    """`the premier's Moscow visit`: the town stands before the noun."""
    held = [mention for child in children(node, "compound", "nmod") if (mention := scene.mention(child)) and mention.kind in PLACES]
    return [mention for mention in held if owners and mention.country != owners[0].country]


def _joined(drafts: list[Draft]) -> list[Draft]:
    """`arrived in Baku on a state visit to Azerbaijan` is one visit: the same visitor and country, told twice in a sentence."""
    joined: list[Draft] = []
    for draft in drafts:
        target = draft.whom[0].country if draft.whom else None
        same = [d for d in joined if d.who[0].country == draft.who[0].country and (d.whom[0].country if d.whom else None) == target]
        same = [d for d in same if not _told_apart(d.node, draft.node)]
        if same and (GUESSED in draft.doubts or GUESSED in same[0].doubts):
            if GUESSED in same[0].doubts:
                joined[joined.index(same[0])] = draft
            draft.level = draft.level or same[0].level
            continue
        same = [
            d
            for d in same
            if d.status == draft.status or {d.status, draft.status} <= {"planned", "hypothetical"} or _hangs(d.node, draft.node)
        ]
        if not same:
            joined.append(draft)
            continue
        held = same[0]
        if held.node.pos_ == "NOUN" and draft.node.pos_ == "VERB" and held.node.i in {above.i for above in up(draft.node)}:
            held.status = draft.status
        held.level = held.level if held.level and held.level != "summit_margin" else draft.level or held.level
        held.place = held.place if held.place and held.place.kind != "country" else draft.place or held.place
        held.nodes += [draft.node, *draft.nodes]
        if draft.who[0].actor and not held.who[0].actor:
            held.who = draft.who
        if len(draft.doubts) < len(held.doubts):
            held.doubts, held.confidence = draft.doubts, draft.confidence
        held.whom = unique([*held.whom, *draft.whom]) if not held.whom[0].actor else held.whom
        held.twins.append(draft.node)
    return joined


def _told_apart(one: Node, other: Node) -> bool:
    """Two journeys to one country: `visited in 2017; his stop in May`, `came in August and returned in November for the summit`."""
    first, last = sorted((one.i, other.i))
    again = any(node.lemma_ == "return" and back_there(node) for node in (one, other))
    return again or any(node.text == ";" for node in one.doc[first:last])


def _hangs(one: Node, other: Node) -> bool:
    return one.i in {above.i for above in up(other)} or other.i in {above.i for above in up(one)}
