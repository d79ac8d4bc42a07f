"""Projects launched or finished, trade figures, and statements of intent."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from daliz.relations.countries import country_name
from daliz.relations.reading.events import Party
from daliz.relations.reading.frames import Draft, Scene, by_country, unique
from daliz.relations.reading.lexicon import rows
from daliz.relations.reading.moods import status_of
from daliz.relations.reading.tree import agents, children, objects, passive, pobjs, subjects, within

if TYPE_CHECKING:
    from spacy.tokens import Token as Node

STAGES = {
    "launch": "launched", "open": "completed", "inaugurate": "completed", "commission": "completed", "complete": "completed",
    "start": "launched", "begin": "launched", "break": "launched", "lay": "launched", "put": "completed", "set": "launched",
    "give": "launched", "establish": "launched", "build": "launched", "construct": "launched", "finish": "completed", "unveil": "completed",
}  # fmt: skip
SCALES = {"thousand": 1e3, "million": 1e6, "mln": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bln": 1e9, "bn": 1e9, "trillion": 1e12}
MONEY = re.compile(
    r"(?P<sign>\$|€|US\$|USD\s?)?\s?(?P<value>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>thousand|million|mln|mn|m|billion|bln|bn|trillion)?\b"
    r"\s?(?P<unit>(?:US |U\.S\. )?dollars?|USD|euros?|tenge|manats?|rubles?)?",
    re.IGNORECASE,
)
TRADE = re.compile(
    r"\b(?:(?:trade|goods|commodity|mutual|bilateral)\s+(?:turnover|volume)|turnover|(?:bilateral|mutual) trade|trade (?:between|with)"
    r"|traded?(?! (?:mission|fair|minister|ministry|commission|agreement|deal|war|representative))|exports?|imports?|investments?)\b",
    re.IGNORECASE,
)
FREIGHT = re.compile(
    r"\b(?:cargo(?:es)?|freight|goods|transit|shipments?|transportation|traffic|containers?|rail(?:way)?|corridor|route|oil|grain)\b",
    re.IGNORECASE,
)
TONNES = re.compile(
    r"(?P<value>\d[\d,]*(?:\.\d+)?)\s?(?P<scale>thousand|million|mln|mn|m|billion|bln|bn)?"
    r"\s?(?P<unit>(?:metric )?tons?|tonnes?|TEUs?|containers)\b",
    re.IGNORECASE,
)
MOVED = re.compile(r"\b(?:carried|transported|shipped|moved|handled|exported|imported|delivered|transshipped|sent|went)\b", re.IGNORECASE)
REACHED = re.compile(
    r"\b(?:reach|amount|total|stood|stand|rose|rise|grew|grow|increas|fell|fall|decreas|hit|exceed|made|make|was|worth|compris|surpass"
    r"|climb|doubl|tripl|valued|account|come to|came to)",
    re.IGNORECASE,
)
UNDONE = re.compile(
    r"\b(?:to reach|will reach|(?:bring|increase|raise|expand|boost|double) .{0,60}\bto\b|target|goal|aim|plans? to|potential"
    r"|could reach|expected to)\b",
    re.IGNORECASE,
)


# What is meant for later has CAMEO codes of its own: 033 express intent to aid, 031 to cooperate.
MEANT = {"06": "031", "07": "033"}


@cache
def _things() -> frozenset[str]:
    return frozenset(row["lemma"] for row in rows("projects"))


def projects(scene: Scene) -> list[Draft]:
    """Railways, cables, terminals ... that are begun or opened."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        stage = STAGES.get(node.lemma_.lower())
        if stage is None or node.pos_ != "VERB" or (node.tag_ == "VBG" and node.dep_ == "pcomp"):
            continue
        draft = _by_verb(scene, node, stage)
        if draft is not None and not any(held.node.head.i == draft.node.i for held in found):
            found.append(draft)
    return found


def _by_verb(scene: Scene, verb: Node, stage: str) -> Draft | None:
    things = objects(verb)
    lemma = verb.lemma_.lower()
    if lemma == "break":
        if not any(child.lemma_ == "ground" for child in children(verb, "dobj")):
            return None
        things = pobjs(verb, ("on", "for")) + [child for part in children(verb, "dobj") for child in pobjs(part, ("on", "for"))]
    elif lemma == "give":
        if not any(child.lemma_ in ("start", "launch") for child in children(verb, "dobj")):
            return None
        things = pobjs(verb, ("to",)) + [child for part in children(verb, "dobj") for child in pobjs(part, ("to",))]
    elif lemma == "put":
        if not any(child.lemma_ in ("operation", "service", "commission") for child in pobjs(verb, ("into", "in"))):
            return None
    elif lemma == "set":
        if (
            not any(child.lower_ in ("off", "out") for child in verb.children)
            or not subjects(verb)
            or subjects(verb)[0].lemma_.lower() not in ("train", "ship", "ferry", "vessel")
        ):
            return None
        things = subjects(verb)
    elif lemma in ("begin", "start", "open") and not children(verb, "dobj") and not passive(verb):
        things = subjects(verb)
    things = [thing for thing in things if _is_thing(thing)]
    if not things:
        return None
    draft = Draft("project", verb, level=stage, status=status_of(verb), confidence=0.8)
    first, last = things[0].left_edge.i, things[0].right_edge.i
    draft.title = scene.text(scene.parsed.characters(first)[0], scene.parsed.characters(last)[1])
    doers = [node for node in agents(verb) if node not in things]
    draft.who = by_country(unique(party for node in doers if scene.mention(node) for party in scene.parties(node)))
    draft.nodes = [*things, *doers]
    draft.place = next((place for node in pobjs(verb, ("in", "at")) if (place := scene.place(node)) is not None), None) or scene.place(
        things[0]
    )
    return draft


def _is_thing(node: Node) -> bool:
    lemma = node.lemma_.lower()
    if lemma in ("work", "works", "construction", "laying", "survey", "study", "implementation", "operation"):
        return any(child.lemma_.lower() in _things() and child.i != node.i for child in node.subtree)
    return lemma in _things()


def trades(scene: Scene) -> list[Draft]:
    """Trade turnover, exports and imports with their value and period."""
    assert scene.parsed.doc is not None
    text = scene.text(scene.parsed.start, scene.parsed.end)
    freight = [draft for draft in [_freight(scene, text)] if draft is not None]
    named = TRADE.search(text)
    reached = REACHED.search(text)
    if not named or not reached:
        return freight
    amounts = [match for match in MONEY.finditer(text) if match["sign"] or match["unit"]]
    amounts = [match for match in amounts if match["scale"] and match.start() > named.start()]
    if not amounts:
        return freight
    match = amounts[0]
    value = float(match["value"].replace(",", "")) * SCALES[match["scale"].casefold()]
    at = scene.parsed.start + match.start()
    node = next((token for token in scene.parsed.doc if scene.parsed.characters(token.i)[1] > at), scene.parsed.doc[0])
    draft = Draft("trade", node, number=value, title=named[0], confidence=0.85)
    draft.unit = "EUR" if "€" in match[0] or "euro" in match[0].casefold() else _currency(match["unit"])
    draft.status = "planned" if UNDONE.search(text[: match.end()]) else "done"
    draft.who = by_country(
        unique(
            p
            for n, m in scene.others(("country", "countries", "adjective", "pair", "dyad", "place", "person"))
            for p in scene.resolve(m)
            if _counts(scene, n, m, at)
        )
    )
    if len(draft.who) < 2:
        pair = scene.article.pair(scene.parsed.start, scene.parsed.end)
        if len(pair) == 2 and (not draft.who or draft.who[0].country in pair):
            draft.who = tuple(draft.who) + tuple(
                Party(code, country_name(code)) for code in pair if code not in {p.country for p in draft.who}
            )
            draft.doubt("whose trade it is is taken from the countries the article speaks of", 0.9)
    draft.nodes = [
        token
        for token in scene.parsed.doc
        if scene.parsed.characters(token.i)[0] >= scene.parsed.start + named.start() and token.i <= node.i
    ][:1]
    return [draft, *freight]


def _freight(scene: Scene, text: str) -> Draft | None:
    """Freight carried: a number of tonnes or containers, on what, and between whom where the sentence names two countries."""
    named = FREIGHT.search(text)
    amount = TONNES.search(text)
    if named is None or amount is None or not (MOVED.search(text) or REACHED.search(text)) or UNDONE.search(text[: amount.end()]):
        return None
    scale = SCALES.get((amount["scale"] or "").casefold(), 1.0)
    at = scene.parsed.start + amount.start()
    assert scene.parsed.doc is not None
    node = next((token for token in scene.parsed.doc if scene.parsed.characters(token.i)[1] > at), scene.parsed.doc[0])
    draft = Draft("trade", node, number=float(amount["value"].replace(",", "")) * scale, title=f"freight: {named[0]}", confidence=0.8)
    draft.unit = "TEU" if amount["unit"].casefold().startswith(("teu", "container")) else "t"
    kinds = ("country", "countries", "adjective", "pair", "dyad", "place")
    draft.who = by_country(unique(p for n, m in scene.others(kinds) for p in scene.resolve(m) if _counts(scene, n, m, at)))
    if len(draft.who) != 2:
        draft.doubt("between whom the freight went is not told", 0.85)
    return draft


def _counts(scene: Scene, node: Node, mention: object, at: int) -> bool:
    """Parties of a trade figure: not whoever is quoted, and not the dollars."""
    start = scene.parsed.characters(node.i)[0]
    return (
        node.head.pos_ != "VERB" or node.head.lemma_ not in ("say", "tell", "report", "note", "add")
        if start < at
        else node.head.lemma_ not in ("say", "tell", "report", "dollar", "note", "minister", "ministry")
    )


def _currency(unit: str | None) -> str:
    plain = (unit or "dollar").casefold()
    return next((code for word, code in (("tenge", "KZT"), ("manat", "AZN"), ("ruble", "RUB")) if word in plain), "USD")


@cache
def _frames() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows("cooperation"):
        found.setdefault(row["lemma"], []).append(dict(row))
    return found


def intents(scene: Scene) -> list[Draft]:
    """What one side agrees, promises or is ready to do; support, aid and cooperation given (CAMEO 03 to 08)."""
    assert scene.parsed.doc is not None
    found: list[Draft] = []
    for node in scene.parsed.doc:
        for row in _frames().get(node.lemma_.lower(), ()) or _frames().get(node.lower_, ()):
            draft = _cooperation(scene, node, row)
            if draft is not None:
                found.append(draft)
                break
    return found[:2]


def _cooperation(scene: Scene, node: Node, row: dict[str, str]) -> Draft | None:
    if node.pos_ != row["pos"] or (node.tag_ in ("VBN", "VBG") and node.dep_ in ("amod", "acl", "pcomp")):
        return None
    words = {word for child in node.subtree for word in (child.lemma_.lower(), child.lower_)}
    needs, unless = (set(filter(None, row[name].split("|"))) for name in ("needs", "unless"))
    if (needs and not needs & words) or unless & words:
        return None
    status = status_of(node)
    wanted = {"any": ("done", "planned"), "done": ("done",), "future": ("planned",)}[row["mood"]]
    if row["mood"] == "future" and not any(
        child.dep_ == "aux" and child.lower_ in ("will", "would", "shall", "'ll", "’ll") for child in node.children
    ):
        return None
    if status not in wanted or any(child.dep_ == "neg" for child in node.subtree if child.head.dep_ == "xcomp"):
        return None
    doers = agents(node) if node.pos_ == "VERB" else subjects(node.head if node.head.pos_ in ("AUX", "VERB") else node)
    who = [party for doer in doers for party in _doer(scene, doer)]
    if not who:
        return None
    others = (*objects(node), *pobjs(node, ("to", "with", "for", "of", "on", "between")), *children(node, "dative"))
    whom = [party for other in others for party in scene.parties(other) if party not in who]
    meant = status == "planned" and row["kind"] in ("support", "aid", "cooperation")
    code = MEANT.get(row["code"][:2], row["code"]) if meant else row["code"]
    draft = Draft("intent" if meant else row["kind"], node, unique(who), unique(whom), code=code, confidence=0.7)
    first, last = node.left_edge.i, node.right_edge.i
    draft.title = scene.text(scene.parsed.characters(first)[0], scene.parsed.characters(last)[1])
    return draft


def _doer(scene: Scene, node: Node) -> tuple[Party, ...]:
    """Who acts: parties, an organisation, or a pronoun or noun that has one inside its phrase."""
    if found := scene.parties(node):
        return found
    mention = scene.mention(node)
    if mention is not None and mention.kind in ("body", "office"):
        return (Party(None, mention.text, None, "organisation"),)
    inner = within(node, lambda child: (held := scene.mention(child)) is not None and bool(held.parties or held.kind == "body"))
    if inner:
        held = scene.mention(inner[0])
        return (held.parties if held else ()) or (Party(None, held.text if held else "", None, "organisation"),)
    if node.lower_ in ("it", "they"):
        return scene.article.subject(scene.parsed.characters(node.i)[0])
    return ()
