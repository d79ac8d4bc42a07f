"""How well reading does on labelled texts: correct, missed and extra events, with party, day, number and mood right.

A labelled text is a line of JSON: `text`, `date` and `events`, each with `kind`, `status`, `who` (country, name), `country` (visited),
`date_start`, `date_end`, `number`. `undated` says that the text gives no day (none or the article's is right then), `optional` that the
event may be left out. A label with status hypothetical or negated is met when nothing is read as done or planned for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from daliz.corridor.errors import DalizError
from daliz.corridor.names import fold
from daliz.relations.reading.events import Party, ReadEvent
from daliz.relations.reading.lexicon import sound
from daliz.relations.reading.reader import Reader

REAL = ("done", "planned")
SAME_SIDES = ("signing", "session")
WORD = re.compile(r"[^\W\d_]+")


@dataclass
class Score:
    """Counts for one kind of event, and what went wrong."""

    correct: int = 0
    missed: int = 0
    extra: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of what was read that is right; 1 when nothing was read."""
        read = self.correct + self.extra
        return self.correct / read if read else 1.0

    @property
    def recall(self) -> float:
        """Share of what is labelled that was read right; 1 when nothing is labelled."""
        there = self.correct + self.missed
        return self.correct / there if there else 1.0

    def plus(self, other: Score) -> Score:
        """Both together."""
        return Score(self.correct + other.correct, self.missed + other.missed, self.extra + other.extra, [*self.wrong, *other.wrong])


def labelled(path: Path) -> list[dict[str, Any]]:
    """The labelled texts of a file. Raises: DalizError naming the line that is no JSON."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise DalizError(f"{path.name}:{number}: not a line of JSON ({error.msg})") from error
    return found


def difference(label: Mapping[str, Any], event: ReadEvent, day: str) -> str | None:
    """What an event has wrong against a label: kind, status, parties, country, number, date; None when it is right."""
    if label["kind"] != event.kind:
        return "kind"
    if label["status"] != event.status:
        return "status"
    everybody = event.who if event.kind == "visit" else (*event.who, *event.whom)
    sides = label.get("who", [])
    if not all(_takes_part(side, everybody) for side in sides):
        return "parties"
    if sides and event.kind in SAME_SIDES and {side["country"] for side in sides} != set(event.countries()):
        return "parties"
    if "country" in label and event.country != label["country"]:
        return "country"
    if "number" in label and event.number != label["number"]:
        return "number"
    if "date_start" in label and event.date_start != label["date_start"]:
        return "date"
    if "date_end" in label and event.date_end != label["date_end"]:
        return "last day"
    if label.get("undated") and event.date_start not in (None, day):
        return "date, where the text gives none"
    return None


def _takes_part(side: Mapping[str, str], parties: Sequence[Party]) -> bool:
    return any(party.country == side["country"] and _names(party.name, side.get("name", "")) for party in parties)


def _names(full: str, part: str) -> bool:
    """Whether a name holds another, letter by letter or by sound: `Serdar Berdimuhamedow` holds `Berdimuhamedov`."""
    heard = {sound(word) for word in WORD.findall(full)}
    return fold(part) in fold(full) or all(sound(word) in heard for word in WORD.findall(part))


def score(texts: Iterable[Mapping[str, Any]], reader: Reader, least: float = 0.0) -> dict[str, Score]:
    """Scores by kind over labelled texts; `least`: count only what the reader trusts as much as this."""
    held = list(texts)
    readings = reader.read_many([(text["text"], text["date"]) for text in held], [text["id"] for text in held])
    scores: dict[str, Score] = {}
    for text, reading in zip(held, readings, strict=True):
        _score_one(text, [event for event in reading.events if event.confidence >= least], scores)
    return scores


def _score_one(text: Mapping[str, Any], events: Sequence[ReadEvent], scores: dict[str, Score]) -> None:
    left = [event for event in events if event.status in REAL]
    for label in sorted(text["events"], key=lambda label: bool(label.get("optional"))):
        if label["status"] not in REAL:
            continue
        hit = next((event for event in left if difference(label, event, text["date"]) is None), None)
        if label.get("optional"):
            hit = hit or next((event for event in left if event.kind == label["kind"]), None)
            left = [event for event in left if event is not hit]
            continue
        counted = scores.setdefault(label["kind"], Score())
        if hit is None:
            near = [difference(label, event, text["date"]) for event in events if event.kind == label["kind"]]
            counted.missed += 1
            counted.wrong.append(f"{text['id']}: missed {label} ({', '.join(filter(None, near)) or 'nothing read'})")
        else:
            counted.correct += 1
            left = [event for event in left if event is not hit]
    for event in left:
        counted = scores.setdefault(event.kind, Score())
        counted.extra += 1
        counted.wrong.append(f"{text['id']}: extra {event.kind} {event.status} {event.date_start} {event.number} {event.quote!r}")
