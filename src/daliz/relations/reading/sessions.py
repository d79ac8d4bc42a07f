"""Sessions of councils, commissions and summits, with their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daliz.relations.reading.councils import body_session, is_domestic
from daliz.relations.reading.frames import STATES, Draft, Scene, by_country, unique
from daliz.relations.reading.holding import HOLDING, PLANNING, held_by, ordinal_before, takes_part
from daliz.relations.reading.journeys import is_remote
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.moods import STRENGTH, status_of
from daliz.relations.reading.parties import add_hosts, bilateral, name_parties
from daliz.relations.reading.tree import children, pobjs, subjects
from daliz.relations.reading.venues import place_of

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

NOUNS = words("sessions_nouns")
MEMBERS = words("sessions_members")
INTENDS = frozenset({"agree", "discuss", "propose", "say", "speak", "note"})
ATTRIBUTES = ("amod", "compound", "nmod", "poss")
FORMAL = frozenset({"cabinet", "cabinets", "government", "governmental", "intergovernmental", "joint", "ministerial", "trilateral"})
# `a summit which opens on Thursday` has not begun.
BEGINS = frozenset({"open", "begin", "start", "convene", "kick", "take"})
MARGINS = frozenset({"margin", "sideline"})


def sessions(scene: Scene) -> list[Draft]:
    """Sessions of bodies, each once."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        mention = scene.mention(node)
        draft = None
        if node.lemma_.lower() in NOUNS and mention is None:
            draft = _recalled(scene, node) or _session(scene, node)
        elif mention is not None and mention.kind == "body":
            draft = body_session(scene, node, mention)
        if draft is not None:
            name_parties(scene, draft)
            found.append(draft)
    found = _each_once(found)
    scene.article.sessions += found
    return found


def _recalled(scene: Scene, node: Node) -> Draft | None:
    """`It was the first such gathering`, `it was its second meeting`: the number of the session told before."""
    number = ordinal_before(node)[0]
    if (
        number is None
        or node.dep_ != "attr"
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


@dataclass
class Named:
    """What a session's own phrase says: its body, its number, the groups that meet, and the words these stand in."""

    body: Mention | None
    number: int | None
    groups: list[Node]
    nodes: list[Node]

    def numbered(self, node: Node) -> bool:
        """`the fifth session`, which needs no body."""
        return self.number is not None and node.lemma_.lower() in ("session", "round", "sitting")


def _named(scene: Scene, node: Node) -> Named | None:
    """The body, number and groups of a session; None for a meeting of nobody in particular."""
    body, body_nodes = _body_of(scene, node)
    inner = [part for part in pobjs(node, ("of",)) if part.lemma_.lower() in NOUNS]
    number, number_nodes = next((told for one in (node, *inner, *body_nodes) if (told := ordinal_before(one))[0] is not None), (None, []))
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
    if number is not None and named.body is None and not named.groups and node.dep_ == "dobj" and is_formal(node):
        holders = [subject for subject in subjects(node.head) if scene.parties(subject)]
        named.groups = holders if len({party.country for holder in holders for party in scene.parties(holder)}) > 1 else []
    sides = {party.country for group in named.groups for party in scene.parties(group)}
    many = len(sides) > 1 or any(group.lower_ in MEMBERS for group in named.groups)
    meets = number is not None and many and node.lemma_.lower() != "conference"
    return named if named.body is not None or meets or named.numbered(node) or node.lemma_.lower() == "summit" else None


def is_formal(node: Node) -> bool:
    """`their third ministerial meeting`, `their 30th forum`, and not just a third meeting of two people."""
    return node.lemma_.lower() != "meeting" or any(child.lower_ in FORMAL for child in children(node, *ATTRIBUTES))


def _owners(scene: Scene, node: Node) -> list[Node]:
    """`the five presidents ... their sixth meeting`: the group named last before it."""
    if not any(child.lower_ == "their" for child in children(node, "poss")):
        return []
    return [child for child, m in scene.others(("group", "countries")) if child.i < node.i and len(m.parties) > 1][-1:]


def _session(scene: Scene, node: Node) -> Draft | None:
    named, frame = _named(scene, node), held_by(node)
    if named is None or frame is None:
        return None
    predicate, hosts = frame
    body, groups = named.body, named.groups
    bare = body is None and not groups and named.number is None
    again = any(child.lower_ == "the" for child in children(node, "det")) and bool(scene.article.sessions)
    if bare and (again or takes_part(predicate) or predicate.lemma_ in INTENDS or node.head.head.lemma_ in MARGINS):
        return None
    who = [*(body.parties if body else ()), *(party for group in groups for party in scene.parties(group))]
    draft = Draft("session", node, by_country(unique(who)), number=named.number)
    draft.status = _status(node, predicate)
    draft.nodes = [*named.nodes, predicate]
    draft.title = _title(scene, node, body)
    add_hosts(scene, draft, hosts)
    if body is None and named.numbered(node) and not groups:
        add_hosts(scene, draft, [*hosts, *pobjs(node, ("with", "between")), *pobjs(predicate, ("with", "between"))])
        inner = [partner for part in pobjs(node, ("of",)) for partner in pobjs(part, ("with", "between"))]
        add_hosts(scene, draft, [*hosts, *inner])
        if len({party.country for party in draft.who}) < 2:
            return None
    draft.place = place_of(scene, node, predicate, hosts)
    if is_remote(predicate):
        draft.level = "video"
    if draft.status == "planned" and takes_part(predicate) and not _will(predicate):
        return None
    if body is not None and body.rank is None and len({party.country for party in draft.who}) < 2:
        bilateral(scene, draft)
        if is_domestic(draft, body):
            return None
    draft.twins = [predicate] if predicate.i != node.i else []
    return draft


def _status(node: Node, predicate: Node) -> str:
    if predicate.dep_ in ("acl", "relcl") and (predicate.head.i == node.i or predicate.head in pobjs(node, ("of",))):
        told = status_of(predicate)
        ahead = predicate.lemma_ in PLANNING or (predicate.tag_ == "VBZ" and predicate.lemma_ in BEGINS)
        return "planned" if told == "done" and ahead else told
    status = _stronger_of(status_of(predicate), status_of(node))
    return "planned" if status == "done" and predicate.lemma_ in HOLDING else status


def _will(verb: Node) -> bool:
    return any(child.lower_ == "will" for child in verb.children)


def _groups(scene: Scene, node: Node, number: int | None) -> list[Node]:
    """Whose meeting it is: `of the ministers of Georgia and Kazakhstan`; of a summit or numbered meeting also `China-Central Asia`."""
    kinds = ("group", "countries", "pair", "country") if number is not None or node.lemma_.lower() == "summit" else ("group",)
    near = [*pobjs(node, ("of", "between")), *children(node, "amod", "compound", "nmod", "poss")]
    formats = [part for part in pobjs(node, ("of",)) if not scene.mention(part)]
    near += [child for part in formats for child in (*children(part, *ATTRIBUTES), *pobjs(part, ("of", "between")))]
    return [
        child
        for child in near
        if (m := scene.mention(child)) and (m.kind in kinds or (m.kind == "dyad" and m.rank in STATES and child.dep_ == "pobj"))
    ]


def _stronger_of(one: str, other: str) -> str:
    return max(one, other, key=lambda mood: STRENGTH[mood])


def _title(scene: Scene, node: Node, body: Mention | None) -> str:
    return f"{body.text} {node.text}" if body and node.lemma_.lower() == "summit" else (body.text if body else node.text)


def _each_once(drafts: list[Draft]) -> list[Draft]:
    kept: list[Draft] = []
    for draft in drafts:
        same = [held for held in kept if held.status == draft.status and held.title == draft.title]
        if same:
            same[0].number = same[0].number if same[0].number is not None else draft.number
        else:
            kept.append(draft)
    return kept
