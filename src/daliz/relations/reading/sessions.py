"""Sessions of councils, commissions and summits, with their number; and plain meetings of two sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import STATES, Draft, Scene, by_country, unique
from daliz.relations.reading.journeys import is_remote
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.moods import STRENGTH, status_of
from daliz.relations.reading.numbers import TENS, ordinal_of
from daliz.relations.reading.parties import name_parties, seats
from daliz.relations.reading.tree import agents, children, passive, pobjs, subjects, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

NOUNS = words("sessions_nouns")
HELD = words("sessions_held")
HOSTS = words("sessions_hosts")
TAKING_PART = words("sessions_taking_part")
SIGNS = words("signings_verbs")
RECORDS = frozenset({"minute", "minutes", "protocol"})
GATHERS = words("sessions_gathers")
HOLDING = frozenset({"include", "feature", "envisage", "foresee", "provide"})
INTENDS = frozenset({"agree", "discuss", "propose", "say", "speak", "note"})
ATTRIBUTES = ("amod", "compound", "nmod", "poss")
MARGINS = frozenset({"margin", "sideline"})
AGENDAS = frozenset({"agenda", "programme", "program", "schedule", "plan", "itinerary"})
CONVENES = frozenset({"convene", "meet", "gather", "sit", "assemble", "reconvene"})
MEMBERS = words("sessions_members")


def sessions(scene: Scene) -> list[Draft]:
    """Sessions of bodies, each once."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        mention = scene.mention(node)
        if node.lemma_.lower() in NOUNS and mention is None:
            draft = _recalled(scene, node) or _session(scene, node)
        elif mention is not None and mention.kind == "body" and node.dep_ in ("nsubj", "nsubjpass"):
            draft = _body_meets(scene, node, mention)
        elif mention is not None and mention.kind == "body" and node.dep_ == "dobj" and mention.rank is None:
            draft = _body_chaired(scene, node, mention)
        elif mention is not None and mention.kind == "body" and mention.rank is None and node.dep_ == "pobj":
            draft = _body_launched(scene, node, mention)
        else:
            continue
        if draft is not None:
            name_parties(scene, draft)
            found.append(draft)
    found = _each_once(found)
    scene.article.sessions += found
    return found


def _recalled(scene: Scene, node: Node) -> Draft | None:
    """`It was the first such gathering`: the number of the session told before."""
    number = _ordinal(node)[0]
    such = any(child.lower_ in ("such", "kind") for child in node.subtree) and node.dep_ == "attr"
    if (
        number is None
        or not such
        or not scene.article.sessions
        or not any(one.lower_ in ("it", "this", "that") for one in subjects(node.head))
    ):
        return None
    held = scene.article.sessions[-1]
    if held.number is not None:
        return None
    told = Draft("session", node, held.who, place=held.place, number=number, title=held.title, level=held.level, status=held.status)
    told.days = held.days
    return told


def _body_of(scene: Scene, node: Node) -> tuple[Mention | None, list[Node]]:
    if any(child.lower_ in ("which", "its", "whose") for child in (*children(node, "poss"), *pobjs(node, ("of",)))):
        return _body_before(scene, node)
    near = [child for child in node.children if child.dep_ in ("compound", "amod", "nmod", "poss", "appos", "nummod")]
    near += pobjs(node, ("of", "within", "between"))
    left = node.nbor(-1) if node.i else node
    for child in [*near, left]:
        mention = scene.mention(child)
        if mention is not None and mention.kind == "body":
            return mention, [child]
    for child in near:
        for inner in child.subtree:
            mention = scene.mention(inner)
            if mention is not None and mention.kind == "body":
                return mention, [inner]
    return None, []


def _body_before(scene: Scene, node: Node) -> tuple[Mention | None, list[Node]]:
    """`the commission, the 20th meeting of which`, `its next meeting`: the body named last."""
    named = [(child, m) for child, m in scene.others(("body",)) if child.i < node.i]
    return (named[-1][1], [named[-1][0]]) if named else (None, [])


def _ordinal(node: Node) -> tuple[int | None, list[Node]]:
    for child in node.subtree:
        if (
            child.i < node.i
            and node.i - child.i <= 6
            and (number := ordinal_of(child.text)) is not None
            and child.text[0].casefold() != "v"
        ):
            before = child.nbor(-1).lower_ if child.i else ""
            return (number + TENS[before] if number < 10 and before in TENS else number), [child]
    return None, []


@dataclass
class Named:
    """What a session's own phrase says: its body, its number, the groups that meet, and the words these stand in."""

    body: Mention | None
    number: int | None
    groups: list[Node]
    nodes: list[Node]

    def numbered(self, node: Node) -> bool:
        """`the fifth session`, which needs no body."""
        return self.number is not None and node.lemma_ in ("session", "round", "sitting")


def _named(scene: Scene, node: Node) -> Named | None:
    """The body, number and groups of a session; None for a meeting of nobody in particular."""
    body, body_nodes = _body_of(scene, node)
    inner = [part for part in pobjs(node, ("of",)) if part.lemma_.lower() in NOUNS]
    number, number_nodes = next((told for one in (node, *inner) if (told := _ordinal(one))[0] is not None), (None, []))
    groups = _groups(scene, node, number)
    if body is None and node.dep_ in ("dobj", "obj"):
        for subject in subjects(node.head):
            if (held := scene.mention(subject)) is not None and held.kind == "body":
                body, body_nodes = held, [subject]
    named = Named(body, number, groups, [*body_nodes, *number_nodes, *groups])
    if named.numbered(node) and body is None and not groups and not pobjs(node, ("of", "with", "between")):
        named.body = next((m for m in scene.article.before(scene.parsed.start) if m.kind == "body" and m.rank is None), None)
    if number is not None and named.body is None and not groups:
        named.groups = [child for child in pobjs(node, ("of",)) if child.lower_ in MEMBERS] or _owners(scene, node)
    sides = {party.country for group in named.groups for party in scene.parties(group)}
    many = len(sides) > 1 or any(group.lower_ in MEMBERS for group in named.groups)
    meets = number is not None and many and node.lemma_ != "conference"
    return named if named.body is not None or meets or named.numbered(node) or node.lemma_ == "summit" else None


def _owners(scene: Scene, node: Node) -> list[Node]:
    """`the five presidents ... their sixth meeting`: the group named last before it."""
    if not any(child.lower_ == "their" for child in children(node, "poss")):
        return []
    return [child for child, m in scene.others(("group", "countries")) if child.i < node.i and len(m.parties) > 1][-1:]


def _session(scene: Scene, node: Node) -> Draft | None:
    named, frame = _named(scene, node), _held(scene, node)
    if named is None or frame is None:
        return None
    predicate, hosts = frame
    body, groups = named.body, named.groups
    bare = body is None and not groups and named.number is None
    if bare and (_takes_part(predicate) or predicate.lemma_ in INTENDS or node.head.head.lemma_ in MARGINS):
        return None
    who = [*(body.parties if body else ()), *(party for group in groups for party in scene.parties(group))]
    draft = Draft("session", node, by_country(unique(who)), number=named.number)
    draft.status = _status(node, predicate)
    draft.nodes = [*named.nodes, predicate]
    draft.title = _title(scene, node, body)
    _add_hosts(scene, draft, hosts)
    if body is None and named.numbered(node) and not groups:
        _add_hosts(scene, draft, [*hosts, *pobjs(node, ("with", "between")), *pobjs(predicate, ("with", "between"))])
        inner = [partner for part in pobjs(node, ("of",)) for partner in pobjs(part, ("with", "between"))]
        _add_hosts(scene, draft, [*hosts, *inner])
        if len({party.country for party in draft.who}) < 2:
            return None
    draft.place = place_of(scene, node, predicate, hosts)
    if is_remote(predicate):
        draft.level = "video"
    if draft.status == "planned" and _takes_part(predicate) and not _will(predicate):
        return None
    if body is not None and body.rank is None and len({party.country for party in draft.who}) < 2:
        _bilateral(scene, draft)
    draft.twins = [predicate] if predicate.i != node.i else []
    return draft


def _status(node: Node, predicate: Node) -> str:
    if predicate.head.i == node.i and predicate.dep_ in ("acl", "relcl"):
        return status_of(predicate)
    status = _stronger_of(status_of(predicate), status_of(node))
    return "planned" if status == "done" and predicate.lemma_ in HOLDING else status


def _takes_part(verb: Node) -> bool:
    """`attends`, `takes part in`; `arrived to attend a session` tells of a trip, and says no more of the session than that."""
    return verb.lemma_ in ("attend", "participate", "join", "address") or any(part.lower_ == "part" for part in children(verb, "dobj"))


def _will(verb: Node) -> bool:
    return any(child.lower_ == "will" for child in verb.children)


def _groups(scene: Scene, node: Node, number: int | None) -> list[Node]:
    """Whose meeting it is: `of the ministers of Georgia and Kazakhstan`; of a summit or numbered meeting also `China-Central Asia`."""
    kinds = ("group", "countries", "pair", "country") if number is not None or node.lemma_ == "summit" else ("group",)
    near = [*pobjs(node, ("of", "between")), *children(node, "amod", "compound", "nmod", "poss")]
    formats = [part for part in pobjs(node, ("of",)) if not scene.mention(part)]
    near += [child for part in formats for child in (*children(part, *ATTRIBUTES), *pobjs(part, ("of", "between")))]
    return [
        child
        for child in near
        if (m := scene.mention(child)) and (m.kind in kinds or (m.kind == "dyad" and m.rank in STATES and child.dep_ == "pobj"))
    ]


def _bilateral(scene: Scene, draft: Draft) -> None:
    """A council or commission without its countries named is that of the two countries the sentence or the article speaks of."""
    people = [party for _, mention in scene.persons() for party in mention.parties if party.country]
    codes = {party.country for party in people}
    if len(codes) == 2:
        draft.who = by_country(people)
        return
    if not draft.who and draft.country and len(codes | {draft.country}) == 2:
        draft.who = by_country([*people, Party(draft.country, country_name(draft.country))])
        return
    if between := seats(scene):
        draft.who = between
        return
    pair = scene.article.pair(scene.parsed.start, scene.parsed.end)
    if len(pair) == 2 and (not draft.who or draft.who[0].country in pair):
        draft.who = tuple(Party(code, country_name(code)) for code in pair)
        draft.doubt("whose council it is is taken from the countries the article speaks of", 0.9)


def _stronger_of(one: str, other: str) -> str:
    return max(one, other, key=lambda mood: STRENGTH[mood])


def _title(scene: Scene, node: Node, body: Mention | None) -> str:
    return f"{body.text} {node.text}" if body and node.lemma_ == "summit" else (body.text if body else node.text)


def _held(scene: Scene, node: Node) -> tuple[Node, list[Node]] | None:
    """The verb that says a session is held, opened, attended, and those who do it; None when the session is only spoken of."""
    for child in node.children:
        if child.dep_ in ("acl", "relcl") and child.lemma_ in HELD and not _takes_part(child):
            return child, pobjs(child, ("by",))
    below = node
    for above in up(node):
        if above.pos_ in ("VERB", "AUX"):
            lemma = above.lemma_.lower()
            infinitive = [child for child in above.children if child.dep_ == "xcomp" and child.lemma_ in HELD]
            if below.lemma_ == "preparation" or (lemma == "prepare" and below.lower_ == "for"):
                return above, subjects(above) if lemma == "prepare" else []
            if lemma == "be" and infinitive:
                return infinitive[0], []
            if below.dep_ in ("nsubj", "nsubjpass", "attr") and (lemma in HELD or lemma in HOSTS):
                return above, agents(above) if passive(above) else []
            if below.dep_ == "prep" and lemma == "play" and any(child.lemma_ == "host" for child in children(above, "dobj")):
                return above, subjects(above)
            if below.dep_ in ("dobj", "obj", "conj") and (lemma in HOSTS or lemma in HELD):
                return above, subjects(above)
            if below.dep_ in ("prep", "pcomp", "agent") and below.lower_ in (
                "on",
                "in",
                "at",
                "during",
                "within",
                "following",
                "after",
                "over",
                "of",
            ):
                return (above, subjects(above)) if lemma in TAKING_PART or below.lower_ in ("during", "following", "after", "at") else None
            if below.lemma_ in RECORDS and below.dep_ in ("dobj", "nsubjpass") and lemma in SIGNS:
                return above, agents(above)
            if below.dep_ == "prep" and below.lower_ == "for" and (lemma in GATHERS or lemma in HOLDING):
                return above, [] if lemma in HOLDING else agents(above)
            if below.dep_ == "dobj" and lemma in HOLDING and any(agenda.lemma_ in AGENDAS for agenda in subjects(above)):
                return above, []
            return None
        if above.pos_ in ("NOUN", "PROPN") and above.lemma_ not in (
            "part",
            "preparation",
            "work",
            "framework",
            "margin",
            "sideline",
            "start",
            "opening",
            "result",
            "end",
            "outcome",
            "host",
            "minute",
            "occasion",
            "venue",
            "minutes",
            "protocol",
        ):
            return None
        below = above
    fragment = node.dep_ == "ROOT" or (below.dep_ == "ROOT" and below.lower_ in ("during", "at", "following", "after"))
    return (node, []) if fragment else None


def _add_hosts(scene: Scene, draft: Draft, hosts: list[Node]) -> None:
    """Those who chaired or held it, when the body itself names no countries."""
    parties: list[Party] = []
    for host in hosts:
        mention = scene.mention(host)
        if mention is not None and mention.kind in ("person", "group", "dyad", "country", "countries", "office", "pronoun"):
            parties += [party for node in scene.expanded([host]) for party in scene.parties(node)]
    parties = [party for party in parties if party.country]
    if {party.country for party in parties} >= {party.country for party in draft.who} and len({p.country for p in parties}) > 1:
        draft.who = by_country(parties)
    elif not draft.who and draft.node.doc is not None:
        draft.who = by_country(parties) if len({p.country for p in parties}) > 1 else draft.who
    draft.nodes += hosts


def place_of(scene: Scene, node: Node, predicate: Node, hosts: list[Node]) -> Mention | None:
    """Where it was held: a host that is a place, a place behind `in` or `at`, or the only town of the sentence."""
    for host in (*hosts, *children(predicate, "nsubj")):
        mention = scene.mention(host)
        if mention is not None and mention.kind in ("place", "capital", "country"):
            return mention
    for where in (*pobjs(node, ("in", "at")), *pobjs(predicate, ("in", "at"))):
        if (place := scene.place(where)) is not None:
            return place
    own: set[int | None] = {node.i, predicate.i}
    own |= {None} if predicate.i == node.i else set()
    near = [m for child, m in scene.places() if m.kind != "country" and _verb_above(child) in own]
    return near[0] if len(near) == 1 else None


def _verb_above(node: Node) -> int | None:
    return next((above.i for above in up(node) if above.pos_ in ("VERB", "AUX")), None)


def _body_meets(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    verbs = (node.head, *children(node, "relcl"))
    verb = next((verb for verb in verbs if verb.lemma_ in CONVENES or _occurs(verb)), None)
    if verb is None:
        return None
    draft = Draft("session", verb, by_country(mention.parties), title=mention.text, status=status_of(verb), nodes=[node])
    draft.number = _times(verb) or _ordinal(node)[0]
    if draft.number is None:
        draft.number = next((number for word in mention.text.split()[:2] if (number := ordinal_of(word)) is not None), None)
    if mention.rank is None and len({party.country for party in draft.who}) < 2:
        _bilateral(scene, draft)
    draft.place = place_of(scene, node, verb, [])
    return draft


def _occurs(verb: Node) -> bool:
    """`was held`, `took place`."""
    return (verb.lemma_ == "hold" and passive(verb)) or any(part.lower_ == "place" for part in children(verb, "dobj"))


def _times(verb: Node) -> int | None:
    """`met for the third time`."""
    return next((number for child in verb.subtree if child.lower_ == "time" and (number := _ordinal(child)[0]) is not None), None)


def _body_chaired(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    """`will fly to Gaborone to chair the commission with President Masisi`."""
    verb = node.head
    number = _times(verb) or _ordinal(node)[0]
    if verb.lemma_ not in ("chair", "cochair", "host", "convene") and not (verb.lemma_ == "hold" and number is not None):
        return None
    draft = Draft("session", verb, by_country(mention.parties), title=mention.text, status=status_of(verb), nodes=[node])
    draft.number = number
    _add_hosts(scene, draft, [*subjects(verb), *pobjs(verb, ("with",)), *pobjs(node, ("with",))])
    if len({party.country for party in draft.who}) < 2:
        _bilateral(scene, draft)
    draft.place = place_of(scene, node, verb, [])
    return draft


def _body_launched(scene: Scene, node: Node, mention: Mention) -> Draft | None:
    """`with the launch of the council this month`: its first session."""
    launch = node.head.head
    if node.head.lower_ != "of" or launch.lower_ not in ("launch", "inauguration"):
        return None
    draft = Draft("session", launch, by_country(mention.parties), title=mention.text, status=status_of(launch), nodes=[node])
    if len({party.country for party in draft.who}) < 2:
        _bilateral(scene, draft)
    return draft


def _each_once(drafts: list[Draft]) -> list[Draft]:
    kept: list[Draft] = []
    for draft in drafts:
        same = [held for held in kept if held.status == draft.status and held.title == draft.title]
        if same:
            same[0].number = same[0].number if same[0].number is not None else draft.number
        else:
            kept.append(draft)
    return kept
