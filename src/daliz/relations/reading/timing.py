"""Which date belongs to which event of a sentence, and the days of a visit of so many days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from daliz.relations.reading.dates import When, lasts_until
from daliz.relations.reading.frames import Draft, Scene
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.moods import told_in_turn
from daliz.relations.reading.numbers import number_of, ordinal_of
from daliz.relations.reading.tree import children, distance, objects, rights, up

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

ASIDE = 3
UNTIL = re.compile(r"\b(?:through|until|till|by|to|for|of)\s+(?:the\s+)?(?:end\s+of\s+)?$", re.IGNORECASE)
# Days that a visit may last.
LONGEST = 14
LEAVES = ("leaves", "departs")
SPANNED = "only the week or month is told"
AT_ITS_END = "the day is that of the visit's end"
REPORTS = words("timing_reports")
RETURNS = words("timing_returns")
# A visit in the first half of a year did not last from January to June: only its year is told.
PERIODS = frozenset({"half", "quarter", "nmonths"})
SINGLE = frozenset({"visit", "meeting", "session", "signing", "ratification"})
LOOSE = frozenset({"intent", "support", "aid", "cooperation", "project", "stock"})


def assign_dates(scene: Scene, drafts: Sequence[Draft]) -> None:
    """Give each date of a sentence to the event it stands by most closely; an event without one takes a date of the clause above it."""
    whens = scene.whens()
    for draft in drafts:
        if draft.status == "planned" and not whens and _only_accepted(draft):
            draft.status = "hypothetical"
    if not drafts or not whens:
        return
    leading = [draft for draft in drafts if draft.kind not in LOOSE] or drafts
    dated = leading
    for node, when in whens:
        leading = [draft for draft in dated if not _apart(node, draft) and not _valid_until(scene, when, draft)]
        if not leading:
            continue
        steps = [
            (min(distance(node, own) + _aside(node, own, draft.kind == "visit" and len(whens) > 1) for own in draft.anchors()), draft)
            for draft in leading
        ]
        nearest = min(step for step, _ in steps)
        closest = [draft for step, draft in steps if step == nearest]
        if len(whens) > 1:
            closest = _at_its_place(scene, when, closest)
        for draft in _of_its_town(scene, node, closest):
            draft.whens.append((nearest, when))
    for draft in drafts:
        if not draft.whens and (draft.kind != "stock" or len(drafts) == 1):
            shared = [when for node, when in whens if _shares(node, draft) and not _apart(node, draft)]
            shared = [when for when in shared if not _valid_until(scene, when, draft)]
            if len(whens) == 1 and _another_stop(whens[0][0], draft, drafts):
                continue
            draft.whens += [(0, when) for when in sorted(shared, key=lambda when: _gap(scene, when, draft))[:1]]
    for draft in drafts:
        _set_days(scene, draft)


def _only_accepted(draft: Draft) -> bool:
    """`accepted an invitation to visit Doha`, and no word of when."""
    above = [upper for own in draft.anchors() for upper in up(own)]
    return draft.kind == "visit" and any(upper.lemma_ == "invitation" and upper.head.lemma_ == "accept" for upper in above)


def _of_its_town(scene: Scene, node: Node, drafts: list[Draft]) -> list[Draft]:
    """Of journeys told by several verbs, a day that stands by a town is that of the journey there."""
    held = scene.mention(node)
    there = {draft.node.i for draft in drafts if draft.kind == "visit" and draft.place is not None and draft.place is held}
    return [draft for draft in drafts if draft.kind != "visit" or not there or draft.node.i in there]


def _apart(node: Node, draft: Draft) -> bool:
    """`returned on Sunday after visits to Chile and Peru`: the visits were not on Sunday. `since` a day is no day either."""
    inside = {node.i, *(upper.i for upper in up(node))}
    if draft.node.pos_ == "NOUN" and draft.node.lemma_ in ("way", "return") and draft.node.i not in inside:
        return True
    if _reported(node, draft) or _yet_to_come(node, draft) or _marked_by(node, draft):
        return True
    for own in draft.anchors():
        preps = [upper for upper in (own, *up(own)) if upper.dep_ == "prep" and upper.lower_ in ("after", "following", "from")]
        if not any(
            prep.i not in inside and prep.head.i in inside and {prep.head.lemma_, prep.head.head.lemma_} & RETURNS for prep in preps
        ):
            return _bounds(node, own)
    return True


def _marked_by(node: Node, draft: Draft) -> bool:
    """`Friday marks five years since he visited Rome`: the day is that of the anniversary."""
    inside = {node.i, *(upper.i for upper in up(node))}
    clauses = [upper for own in draft.anchors() for upper in (own, *up(own)) if upper.i not in inside]
    return any(child.dep_ == "mark" and child.lower_ == "since" for clause in clauses for child in clause.children)


def _year_marked(scene: Scene, draft: Draft) -> str | None:
    """`Friday marks five years since he visited Rome`: the year so many years before the article's."""
    above = [upper for own in draft.anchors() for upper in (own, *up(own))]
    clause = next((upper for upper in above if any(child.lower_ == "since" for child in children(upper, "mark"))), None)
    if clause is None or scene.article.day is None:
        return None
    for noun in children(clause.head, "dobj", "npadvmod", "attr"):
        tens = {"year": 1, "decade": 10}.get(noun.lemma_)
        number = next((found for child in noun.children if (found := number_of(child.text)) is not None), None)
        if tens is not None and number is not None:
            return str(int(scene.article.day[:4]) - int(number) * tens)
    return None


def _reported(node: Node, draft: Draft) -> bool:
    """`will go to Iraq, media reported on Saturday`: the day is that of the report."""
    verb = next((upper for upper in (node, *up(node)) if upper.pos_ in ("VERB", "AUX")), None)
    if verb is None or (verb.lemma_ not in REPORTS and verb.lemma_ not in ("agree", "decide")):
        return False
    if any(own.i == verb.i for own in draft.anchors()):
        return False
    told = {child.i for child in verb.children if child.dep_ == "ccomp"}
    if verb.dep_ in ("ccomp", "parataxis") and verb.head.i < verb.i and not any(child.dep_ == "mark" for child in verb.children):
        told.add(verb.head.i)
    return any(told & {own.i, *(upper.i for upper in up(own))} for own in draft.anchors())


def _yet_to_come(node: Node, draft: Draft) -> bool:
    """`concluded in Rome at a summit which will be repeated in 2026`: a day of a clause to come is none of a deed's."""
    if draft.status != "done":
        return False
    above = {upper.i for own in draft.anchors() for upper in (own, *up(own))}
    clause = next((upper for upper in (node, *up(node)) if upper.pos_ in ("VERB", "AUX")), None)
    return clause is not None and clause.i not in above and any(child.dep_ == "aux" and child.lower_ == "will" for child in clause.children)


def _valid_until(scene: Scene, when: When, draft: Draft) -> bool:
    """`signed a plan through 2027`, `an agreement for 2025-2028`: how long a document holds, not when it was signed."""
    if draft.kind not in ("signing", "session") or draft.status != "done" or scene.article.day is None:
        return False
    later = when.past[0] > scene.article.day[: len(when.past[0])]
    return later and bool(UNTIL.search(scene.text(scene.parsed.start, when.start)))


def _bounds(node: Node, own: Node) -> bool:
    """Whether a date stands behind a `since`, in a phrase or a clause, that the event does not."""
    above = {own.i, *(upper.i for upper in up(own))}
    return any(
        (upper.dep_ == "prep" and upper.lower_ == "since")
        or any(child.dep_ == "mark" and child.lower_ == "since" for child in upper.children)
        for upper in (node, *up(node))
        if upper.dep_ in ("prep", "advcl") and upper.i not in above
    )


def _at_its_place(scene: Scene, when: When, drafts: list[Draft]) -> list[Draft]:
    """`stopped in Dakar on Monday and Banjul on Tuesday`: of journeys told by one verb, the one to the town before the date."""
    placed = [draft for draft in drafts if draft.place is not None]
    if len(placed) < 2 or len({draft.node.i for draft in drafts}) > 1:
        return drafts
    starts: dict[str | None, int] = {
        draft.country: scene.parsed.tokens[draft.place.first].start for draft in placed if draft.place is not None
    }
    told = sorted(when.start for _, when in scene.whens())
    if len(told) == len(starts):
        return [draft for draft in drafts if draft.country == sorted(starts, key=lambda code: starts[code])[told.index(when.start)]]
    # `spent Monday in Dakar and Tuesday in Banjul`: the days stand before their towns where a town stands last.
    beside = _first_after if max(told) < max(starts.values()) else _last_before
    days = {at: beside(starts, at) for at in told}
    if set(days.values()) < set(starts):
        return drafts
    return [draft for draft in drafts if draft.country == days[when.start]]


def _last_before(starts: dict[str | None, int], place: int) -> str | None:
    return max((code for code in starts if starts[code] < place), key=lambda code: starts[code], default=None)


def _first_after(starts: dict[str | None, int], place: int) -> str | None:
    return min((code for code in starts if starts[code] > place), key=lambda code: starts[code], default=None)


def _aside(node: Node, own: Node, many: bool) -> int:
    """What a date loses by standing in a clause aside: in `Smith, who came on Monday, signed it on Friday` Monday is not the signing's."""
    above = {own.i, *(upper.i for upper in up(own))}
    if many and own.i > node.i and any(between.text == ";" for between in node.doc[node.i : own.i]):
        return ASIDE
    for upper in (node, *up(node)):
        if upper.i in above:
            return 0
        if upper.dep_ in ("relcl", "advcl", "acl"):
            return ASIDE
    return 0


def _gap(scene: Scene, when: When, draft: Draft) -> int:
    return min(abs(when.start - scene.parsed.characters(node.i)[0]) for node in draft.anchors())


def _announces(draft: Draft) -> bool:
    """`heads to Moscow on Tuesday`, written on a Monday, tells of tomorrow; `headed` and `is in Moscow` do not."""
    verb = next((above for above in (draft.node, *up(draft.node)) if above.pos_ in ("VERB", "AUX")), draft.node)
    tells = verb.i == draft.node.i or verb.lemma_ in BEGINNINGS | PAYS
    present = verb.tag_ in ("VBZ", "VBP") and verb.lemma_ != "be"
    present = present or (verb.tag_ == "VBG" and any(child.dep_ == "aux" and child.tag_ in ("VBZ", "VBP") for child in verb.children))
    return tells and present and draft.kind in ("visit", "session", "meeting")


def _shares(node: Node, draft: Draft) -> bool:
    """Whether a date of another clause holds for the event too: it stands in a clause above the event's."""
    if any(upper.dep_ == "prep" and upper.lower_ in ("before", "ahead") for upper in up(draft.node)):
        return False
    above = {draft.node.i, *(upper.i for upper in up(draft.node))}
    verbs = (upper for upper in (node, *up(node)) if upper.pos_ in ("VERB", "AUX"))
    # In `signed a statement on building ports on Wednesday` the day is that of the signing.
    holder = next((verb for verb in verbs if not (verb.dep_ == "pcomp" and verb.head.head.pos_ == "NOUN")), None)
    if holder is not None and holder.dep_ == "advcl" and any(child.lower_ == "when" for child in holder.children):
        return any(holder.head.i in (own.i, own.head.i) for own in draft.anchors())
    if holder is not None and holder.dep_ == "relcl" and draft.status == "planned" and holder.head.i in {own.i for own in draft.nodes}:
        return any(child.lower_ == "where" for child in holder.children)
    aims = holder is not None and holder.dep_ in ("advcl", "xcomp") and any(child.tag_ == "TO" for child in holder.children)
    if holder is not None and aims and draft.status == "planned" and holder.head.i == draft.node.i:
        return True
    if holder is None or holder.i not in above:
        return False
    past = holder.tag_ == "VBD" and holder.i != draft.node.i and holder.lemma_ not in REPORTS
    return not (past and draft.status == "planned")


def _another_stop(node: Node, draft: Draft, drafts: Sequence[Draft]) -> bool:
    """`began in Astana on May 5 and went on to Baku`: a day between two journeys to two countries is that of the first."""
    if draft.kind != "visit" or draft.node.dep_ != "conj" or draft.node.i < node.i:
        return False
    above = {upper.i for upper in up(draft.node)}
    others = [held for held in drafts if held.kind == "visit" and held.country != draft.country and held.node.i <= node.i]
    return any({held.node.i, held.node.head.i} & above and not ended(held) for held in others)


def _set_days(scene: Scene, draft: Draft) -> None:
    if draft.status == "done" and _next_stop(scene, draft):
        draft.status = "planned"
    if not draft.whens:
        if (year := _year_marked(scene, draft)) is not None:
            draft.days = (year, year)
        return
    exact = [pair for pair in draft.whens if len(pair[1].past[0]) == 10] or draft.whens
    if draft.node.dep_ == "relcl":
        clause = {node.i for node in draft.node.subtree}
        inside = [when for node, when in scene.whens() if node.i in clause]
        exact = [pair for pair in exact if pair[1] in inside] or exact
    draft.when = min(exact, key=lambda pair: (pair[0], _gap(scene, pair[1], draft)))[1]
    if draft.status == "done" and _announces(draft) and _coming(scene, draft.when):
        draft.status = "planned"
    draft.days = draft.when.days("done" if _planned_then(scene, draft) else draft.status)
    if draft.when.form in PERIODS and draft.kind in SINGLE:
        draft.days = (draft.days[0][:4], draft.days[0][:4])
    if draft.when.form == "span" and draft.kind == "visit":
        draft.doubt(SPANNED, 0.9)
    _lasting(draft)
    _staying(scene, draft)


def _staying(scene: Scene, draft: Draft) -> None:
    """`flew to Tokyo today, where he will stay until Saturday`: the last day of a visit that is told alone."""
    day = scene.article.day
    single = draft.days is not None and len(draft.days[0]) == len("2024-03-11") and draft.days[0] == draft.days[1]
    if draft.kind != "visit" or not single or day is None or draft.days is None or draft.left:
        return
    last = lasts_until(scene.text(scene.parsed.start, scene.parsed.end), date.fromisoformat(day)) or _leaves(scene, draft)
    if last is not None and 0 < (date.fromisoformat(last) - date.fromisoformat(draft.days[0])).days <= LONGEST:
        draft.days = (draft.days[0], last)


def _leaves(scene: Scene, draft: Draft) -> str | None:
    """`arrived on Wednesday and leaves on Friday`."""
    for node, when in scene.whens():
        # The model takes `leaves` for a noun at times.
        verb = next((upper for upper in (node, *up(node)) if upper.pos_ == "VERB" or upper.lower_ in LEAVES), node)
        alone = not children(verb, "dobj", "prep") and (verb.lemma_ in ("leave", "depart") or verb.lower_ in LEAVES)
        if alone and verb.dep_ == "conj" and verb.head.i == draft.node.i:
            return when.past[0] if verb.tag_ == "VBD" else when.ahead[0]
    return None


def _next_stop(scene: Scene, draft: Draft) -> bool:
    """`landed in Astana on Wednesday before heading to Samarkand`, written that day: the second journey is yet to come."""
    within = draft.node.lemma_ == "visit" and all(scene.mention(seen) is not draft.place for seen in objects(draft.node))
    news = not within and any(when.past[0] == scene.article.day for _, when in scene.whens())
    return news and draft.kind == "visit" and any(told_in_turn(above) for above in up(draft.node))


def _coming(scene: Scene, when: When) -> bool:
    """A weekday, a day of the year that is long past, or `later in the day`, told in the present tense, is one to come."""
    if scene.text(when.start, when.end).casefold().startswith("later"):
        return True
    if when.past[0] == when.ahead[0]:
        return False
    if when.form in ("weekday", "weekdays"):
        return True
    if when.form not in ("day", "across", "month") or scene.article.day is None:
        return False
    past = date.fromisoformat(f"{when.past[0]}-28" if when.form == "month" else when.past[0])
    return (date.fromisoformat(scene.article.day) - past).days > RECENT_DAYS


def _planned_then(scene: Scene, draft: Draft) -> bool:
    """`announced that he would come on May 4`, told on May 9: a plan of the past looks back for its day."""
    past = draft.when.past[0] if draft.when is not None else ""
    if draft.status != "planned" or len(past) != len("2024-05-04") or scene.article.day is None or draft.when is None:
        return False
    told = any(
        child.lower_ in ("would", "was", "were") and child.dep_ == "aux"
        for node in draft.anchors()
        for child in (*node.children, *node.head.children)
    )
    gone = (date.fromisoformat(scene.article.day) - date.fromisoformat(past)).days
    return told and draft.when.form in ("day", "across") and 0 < gone < RECENT_DAYS


RECENT_DAYS = 60
ENDINGS = words("frames_endings")
BEGINNINGS = words("frames_beginnings")
PAYS = words("timing_pays")
LASTS = frozenset({"last", "take", "run"})


def _lasting(draft: Draft) -> None:
    """`a two-day visit ended on August 8` began the day before."""
    if draft.kind != "visit" or draft.days is None or len(draft.days[0]) != 10 or draft.days[0] != draft.days[1]:
        return
    if (nth := _nth_day(draft)) > 1:
        draft.days = ((date.fromisoformat(draft.days[0]) - timedelta(nth - 1)).isoformat(), draft.days[0])
        return
    length = next((int(number) for node in draft.anchors() if (number := _length(node))), 1)
    day = date.fromisoformat(draft.days[0])
    if ended(draft):
        draft.days = ((day - timedelta(length - 1)).isoformat(), day.isoformat())
        if length == 1:
            draft.doubt(AT_ITS_END, 0.9)
    elif length > 1 and not (draft.node.lemma_ == "leave" and objects(draft.node)) and _verbs(draft) & BEGINNINGS:
        draft.days = (day.isoformat(), (day + timedelta(length - 1)).isoformat())


def _nth_day(draft: Draft) -> int:
    """`the second day of his visit`: 2; else 0."""
    days = [own.head.head for own in draft.anchors() if own.dep_ == "pobj" and own.head.lower_ == "of" and own.head.head.lemma_ == "day"]
    return next((nth for day in days for child in day.children if (nth := ordinal_of(child.text))), 0)


def _length(node: Node) -> float | None:
    """How many days a visit is said to last: `a two-day visit`, `the visit lasted two days`."""
    inside = [child for child in node.subtree if child.i + 2 < len(child.doc) and child.nbor(2).lower_ in ("day", "days")]
    inside += [
        child.nbor(-1)
        for own in (node, node.head)
        for child in own.subtree
        if child.lower_ == "days" and child.i > 1 and child.nbor(-2).lower_ == "for"
    ]
    inside += [child for child in node.children if node.lemma_ == "day" and child.dep_ == "nummod"]
    lasts = [child for child in node.head.children if node.head.lemma_ in LASTS and child.lower_ == "days"]
    spans = [number_of(child.text) for child in (*inside, *(part for child in lasts for part in child.children))]
    return next((number for number in spans if number), None)


def _verbs(draft: Draft) -> set[str]:
    """What a visit did, as its own verbs say: it began, lasted, ended."""
    told = [child for own in draft.anchors() for child in own.children if child.dep_ == "relcl"]
    told += [verb for own in draft.anchors() if own.head.lemma_ in LASTS for verb in rights(own.head)]
    return {node.lemma_ for own in draft.anchors() for node in (own, own.head)} | {verb.lemma_ for verb in told}


def ended(draft: Draft) -> bool:
    """Whether a visit is told at its end: `wrapped up his visit`."""
    return draft.left or bool(_verbs(draft) & ENDINGS)


BETWEEN = re.compile(r",?\s*(?:and\s+)?(?:then\s+|again\s+|later\s+|also\s+)?(?:in\s+|on\s+|of\s+)?", re.IGNORECASE)


def repeated(scene: Scene, drafts: Sequence[Draft]) -> list[Draft]:
    """`visited Baku in May 2022 and in June 2023`, `three times: in March, ... in July and ... in November`: a visit for each date more."""
    whens = sorted((when for _, when in scene.whens()), key=lambda when: when.start)
    found = []
    for draft in drafts:
        own = [when for when in whens if draft.when is not None and when.form == draft.when.form]
        if draft.kind != "visit" or len(own) < 2 or draft.when is None or draft.when.form not in ("day", "month", "year"):
            continue
        gaps = [scene.text(one.end, other.start) for one, other in pairwise(own)]
        text = scene.text(scene.parsed.start, own[0].start).casefold()
        counted = any(number_of(word) == len(own) for word in re.findall(r"(\w+) times", text))
        if counted or all(BETWEEN.fullmatch(gap) for gap in gaps):
            others = (when for when in own if when is not draft.when)
            found += [replace(draft, when=when, days=when.days(draft.status), doubts=[*draft.doubts]) for when in others]
    return found
