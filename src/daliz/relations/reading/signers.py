"""How many documents, where, and who signed them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import Draft, Scene, by_country, unique
from daliz.relations.reading.papers import count, is_among, listed_after, title_of
from daliz.relations.reading.parties import name_parties, seats, speaker_for
from daliz.relations.reading.tree import children, pobjs

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

TWO = frozenset({"two", "they", "both", "leaders", "presidents", "pair", "ministers"})


def fill_papers(scene: Scene, draft: Draft, verb: Node, papers: list[Node]) -> None:
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


def fill_signers(scene: Scene, draft: Draft, verb: Node, papers: list[Node], signers: list[Node]) -> None:
    parties: list[Party] = []
    for node in (*signers, *(beside for one in signers for beside in children(one, "appos") if beside not in signers)):
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
    several = [m.parties for _, m in scene.others(("pair", "countries", "group")) if len(m.parties) > 2]
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
    if len(codes) == 1 and (other := scene.article.home(next(iter(codes)))) is not None:
        draft.doubt("the other side is the only other country the article speaks of", 0.85)
        return [Party(other, country_name(other))]
    return []


def _guests(scene: Scene) -> tuple[str, ...]:
    """`X's trip to Baku ... Ten documents were signed that day`: the guest's country and the host's, where one visit is told before."""
    return scene.article.visits[-1] if len(set(scene.article.visits)) == 1 else ()
