"""Where a session or a signing was: the town its sentence names, else the one of the visit or the meeting that the text tells with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daliz.relations.reading.article import Article
from daliz.relations.reading.events import ReadEvent
from daliz.relations.reading.frames import Draft, Scene
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.tree import children, distance, pobjs, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

REPORTS = words("timing_reports")
WITH_VENUES = ("session", "signing")
ASIDE = 4
LINE = re.compile(r"[^.!?]{0,60}?(?:\s--?\s|\s?[–—]\s?|\)|\.|:)")
# A visit whose first day alone is told may last this many more.
STAY = 3


def town(scene: Scene, draft: Draft) -> Mention | None:
    """The place behind `in` or `at` that stands nearest to the event; none where two countries are as near, or within a title."""
    assert scene.parsed.doc is not None
    near: list[tuple[int, Mention]] = []
    for node in scene.parsed.doc:
        if node.dep_ != "pobj" or node.head.lower_ not in ("in", "at") or (place := scene.place(node)) is None or _in_a_title(node, draft):
            continue
        verb = next((above for above in up(node) if above.pos_ in ("VERB", "AUX")), node)
        aside = ASIDE if verb.lemma_ in REPORTS and verb.i != draft.node.i else 0
        near.append((aside + min(distance(node, own) for own in draft.anchors()), place))
    least = min((steps for steps, _ in near), default=0)
    nearest = [place for steps, place in near if steps == least]
    return nearest[0] if len({place.country for place in nearest}) == 1 else None


def _in_a_title(node: Node, draft: Draft) -> bool:
    """`an agreement on a terminal in Aktau` was not signed there."""
    papers = {paper.i for paper in draft.nodes if paper.i != draft.node.i and paper.pos_ == "NOUN"}
    above = list(up(node))
    return any(upper.i in papers and upper.i < node.i for upper in above[1:]) and node.head.head.i not in papers


def settled(events: Sequence[ReadEvent], article: Article) -> list[ReadEvent]:
    """Events of a text, those without a place set where the text's own visits and meetings between the same countries were."""
    found = [_settle(event, events) if event.kind in WITH_VENUES and event.country is None else event for event in events]
    line = _dateline(article)
    return found if line is None else [_at(event, line) for event in found]


def _dateline(article: Article) -> Mention | None:
    """The town at the head of a report: `MANILA, Nov 3 (AFP) -`."""
    at, first = article.seen[0] if article.seen else (0, None)
    if first is None or first.kind != "place" or article.text[:at].strip():
        return None
    return first if LINE.match(article.text, at + len(first.text)) else None


def _at(event: ReadEvent, line: Mention) -> ReadEvent:
    """`signed here on Monday`, or what the report's own town saw when it is in one of the countries that took part."""
    if event.kind not in WITH_VENUES or event.country is not None or event.status != "done" or line.country not in event.countries():
        return event
    return replace(
        event, country=line.country, place=line.place, doubts=(*event.doubts, "where it was is taken from the report's own town")
    )


def _settle(event: ReadEvent, events: Sequence[ReadEvent]) -> ReadEvent:
    codes = set(event.countries())
    visits = [one for one in events if one.kind == "visit" and one.country and _together(one, event)]
    if codes:
        visits = [one for one in visits if one.country in codes and one.who[0].country in codes] or [
            one for one in visits if one.country not in codes and one.who[0].country in codes
        ]
    beside = [one for one in events if one.kind in (*WITH_VENUES, "meeting") and one.country and _together(one, event)]
    beside = [one for one in beside if codes == set(one.countries())]
    for told in (beside, visits):
        if len({one.country for one in told}) == 1:
            doubts = (*event.doubts, "where it was is taken from what the text tells with it")
            return replace(event, country=told[0].country, place=told[0].place, doubts=doubts)
    return event


def _together(one: ReadEvent, event: ReadEvent) -> bool:
    """Whether two events may be of the same days: none is done while the other is to come, and no days lie apart."""
    if {one.status, event.status} & {"negated", "hypothetical"} or (one.status == "planned" and event.status == "done"):
        return False
    first, last = one.date_start, one.date_end or one.date_start
    if not first or not last or not event.date_start:
        return True
    short = min(len(first), len(last), len(event.date_start))
    if first == last and short == len("2024-03-11"):
        last = (date.fromisoformat(first) + timedelta(STAY)).isoformat()
    return first[:short] <= event.date_start[:short] <= last[:short]


def place_of(scene: Scene, node: Node, predicate: Node, hosts: list[Node]) -> Mention | None:
    """Where it was held: a host that is a place, a place behind `in` or `at`, or the only town of the sentence."""
    held = [scene.mention(host) for host in dict.fromkeys((*hosts, *children(predicate, "nsubj")))]
    homes = [mention for mention in held if mention is not None and mention.kind in ("place", "capital", "country")]
    if len({mention.country for mention in homes}) == 1:
        return homes[0]
    soil = [on for on in pobjs(predicate, ("on",)) if on.lemma_ in ("territory", "soil", "land")]
    for where in (*pobjs(node, ("in", "at")), *pobjs(predicate, ("in", "at")), *soil):
        if (place := scene.place(where)) is not None:
            return place
    own: set[int | None] = {node.i, predicate.i}
    own |= {None} if predicate.i == node.i else set()
    near = [m for child, m in scene.places() if m.kind != "country" and _verb_above(child) in own]
    return near[0] if len(near) == 1 else None


def _verb_above(node: Node) -> int | None:
    return next((above.i for above in up(node) if above.pos_ in ("VERB", "AUX")), None)
