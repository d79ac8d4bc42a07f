"""Who stands for a country at a session or a signing: the people named with it, and capitals that stand for their governments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import STATES, Draft, Scene, by_country
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.tree import rights

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

LEADERS = ("head_of_state", "head_of_government")
REPORTS = words("timing_reports")


def name_parties(scene: Scene, draft: Draft) -> None:
    """Put the people of the sentence in place of their countries: `the council of X and Y ..., chaired by Presidents A and B`."""
    people: dict[str | None, list[Party]] = {}
    for node, mention in scene.persons():
        if mention.kind == "person" and not _reports(node):
            people.setdefault(mention.country, []).extend(party for party in mention.parties if party.rank in STATES)
    draft.who = tuple(_leader(scene, _named(party, people.get(party.country, []))) for party in draft.who)
    draft.who = _with_stranger(draft, [party for party in people.get(None, []) if party.rank in STATES])


def _with_stranger(draft: Draft, strangers: list[Party]) -> tuple[Party, ...]:
    """`by Economy Minister X and the Kazakh minister Y`, of Georgia and Kazakhstan: X is the Georgian."""
    bare = [party for party in draft.who if party.actor is None and party.rank is None]
    if len(strangers) != 1 or len(bare) != 1:
        return draft.who
    draft.doubt(f"{strangers[0].name} is not in the actors table; taken to act for {bare[0].name}", 0.9)
    return tuple(replace(strangers[0], country=party.country) if party is bare[0] else party for party in draft.who)


def speaker_for(scene: Scene, code: str | None) -> Party | None:
    """Who was last named of a country before a sentence, for `the two signed`."""
    for mention in scene.article.before(scene.parsed.start):
        if mention.kind == "person" and len(mention.parties) == 1 and mention.country == code and mention.parties[0].rank in STATES:
            return mention.parties[0]
    return None


def _leader(scene: Scene, party: Party) -> Party:
    """`the leaders of Georgia and Kazakhstan`, one of whom is a prime minister: the one leader of that country the article names."""
    if party.actor is not None or party.rank != "head_of_state" or not _office(party):
        return party
    named = {one.name: one for _, m in scene.article.seen if m.kind == "person" for one in m.parties if one.country == party.country}
    leaders = [one for one in named.values() if one.rank in LEADERS]
    return leaders[0] if len(leaders) == 1 else party


def _office(party: Party) -> bool:
    return party.name.endswith(f"of {country_name(party.country or '')}")


def _reports(node: Node) -> bool:
    """Whether a person only tells of the event: `Satkaliyev said that the council met`."""
    source = node.dep_ == "pobj" and node.head.lower_ == "to" and node.head.head.lower_ == "according"
    return source or (node.dep_ == "nsubj" and node.head.lemma_ in REPORTS)


def _named(party: Party, people: list[Party]) -> Party:
    bare = party.actor is None and party.rank is None
    office = party.actor is None and party.rank is not None and _office(party)
    fitting = [one for one in people if bare or (office and one.rank == party.rank)]
    return fitting[0] if len({one.name for one in fitting}) == 1 else party


def seats(scene: Scene) -> tuple[Party, ...]:
    """Capitals that stand for their governments: `in force between Baku and Astana`, `Baku and Astana signed`; none unless two."""
    assert scene.parsed.doc is not None
    for first in scene.parsed.doc:
        if not (first.dep_ == "pobj" and first.head.lower_ == "between") and first.dep_ not in ("nsubj", "nsubjpass"):
            continue
        held = [scene.mention(node) for node in (first, *rights(first))]
        codes = dict.fromkeys(mention.country for mention in held if mention is not None and mention.kind in ("place", "capital"))
        if len(codes) > 1:
            return tuple(Party(code, country_name(code or "")) for code in codes)
    return ()


def bilateral(scene: Scene, draft: Draft) -> None:
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


def add_hosts(scene: Scene, draft: Draft, hosts: list[Node]) -> None:
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
