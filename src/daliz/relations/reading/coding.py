"""Events as the codes that machine coders give them: CAMEO codings (code, source, target), to set them beside published ones.

A visit is coded twice, as the visitor's 042 and the host's 043; what both sides do (meeting 040, signing 057) or want of each other
once each way.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from daliz.relations.reading.events import Party, ReadEvent
from daliz.relations.reading.presence import DOUBT

MUTUAL = frozenset({"meeting", "session", "signing", "ratification"})


def _code_of(party: Party) -> str:
    return party.country or "---"


def codings(events: Iterable[ReadEvent]) -> set[tuple[str, str, str]]:
    """CAMEO codings of events that are done or planned.

    Returns: (code, source, target), countries as ISO codes, `---` for who is not a country.
    """
    found: set[tuple[str, str, str]] = set()
    for event in events:
        if event.status not in ("done", "planned") or event.code is None:
            continue
        if event.kind == "visit":
            # Who met in Rome was there, but what is coded is the meeting.
            if DOUBT in event.doubts:
                continue
            source, target = _code_of(event.who[0]), event.country or "---"
            found |= {(event.code, source, target), ("043", target, source)}
        elif event.kind in MUTUAL:
            sides = dict.fromkeys(_code_of(party) for party in (*event.who, *event.whom))
            found |= {(event.code, one, other) for one, other in permutations(sides, 2)}
        else:
            sides = dict.fromkeys(_code_of(party) for party in event.who)
            if not event.whom and len(sides) > 1:
                found |= {(event.code, one, other) for one, other in permutations(sides, 2)}
                continue
            targets = [_code_of(party) for party in event.whom] or ["---"]
            found |= {(event.code, _code_of(party), target) for party in event.who for target in targets}
    return found
