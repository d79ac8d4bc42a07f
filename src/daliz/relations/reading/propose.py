"""Rows proposed for the corridor from what was read, for a person to accept one by one; nothing is written unasked.

Only deeds are proposed: plans, hypotheses and denials stay in the reading. A row that looks like one on record is shown beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from daliz.relations.countries import countries, country_name
from daliz.relations.reading.events import Party, ReadEvent
from daliz.relations.reading.lexicon import rows

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor

VISIT_KINDS = ("state", "official", "working", "summit_margin")
ROLES = ("head_of_state", "head_of_government", "foreign_minister")
NEAR_DAYS = 10
NO_RANK = "the text tells no rank; proposed as a working visit"


@dataclass(frozen=True)
class Proposal:
    """A row for one of the corridor's tables: the event it comes from, and the ids of rows on record that look like it."""

    table: str
    row: Mapping[str, object]
    event: ReadEvent
    like: tuple[str, ...] = field(default=())


def proposals(events: Sequence[ReadEvent], corridor: Corridor, source: str) -> list[Proposal]:
    """Rows for `meetings`, `agreements`, `projects` and `trade` from the deeds among the events.

    Parameters: events (of one reading), corridor (whose rows are compared), source (id of the row of `sources` they come from).
    """
    made = []
    taken = {table: set(corridor[table]["id"].to_list()) for table in ("meetings", "agreements", "projects", "trade")}
    for event in events:
        maker = MAKERS.get(event.kind)
        if maker is None or event.status != "done" or event.level in ("video", "remote"):
            continue
        table, cells = maker(event)
        if not cells:
            continue
        row = {**cells, "source": source, "certainty": "sourced", "note": _note(event)}
        if event.kind == "visit" and event.level not in VISIT_KINDS:
            row["note"] = f"{row['note']} | {NO_RANK}"
        row["id"] = _free(str(cells["id"]), taken[table])
        made.append(Proposal(table, row, event, _alike(corridor, table, row)))
    return made


def _note(event: ReadEvent) -> str:
    unsure = f" | unsure: {'; '.join(event.doubts)}" if event.doubts else ""
    return f'quote: "{" ".join(event.quote.split())}"{unsure}'


def _free(name: str, taken: set[str]) -> str:
    base, number = name, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def _slug(*parts: object) -> str:
    return re.sub(r"[^A-Za-z0-9:-]+", "_", "_".join(str(part) for part in parts if part)).strip("_")[:80]


def _codes(parties: Sequence[Party]) -> list[str]:
    return sorted({party.country for party in parties if party.country and party.country in countries()})


def _visit(event: ReadEvent) -> tuple[str, dict[str, object]]:
    who = event.who[0]
    # Officials of the European Union have no country of their own that the table could hold.
    if event.date_start is None or who.country not in countries() or event.country is None:
        return "meetings", {}
    return "meetings", {
        "id": _slug("read", who.country, event.country, event.date_start),
        "type": "visit",
        "date_start": event.date_start,
        "date_end": event.date_end or event.date_start,
        "kind": event.level if event.level in VISIT_KINDS else "working",
        "attendance": "in_person",
        "visitor": who.actor,
        "visitor_country": who.country,
        "visitor_role": who.rank if who.rank in ROLES else "other",
        "host_country": event.country,
        "host_place": event.place,
        "purpose": None if who.actor else who.name,
    }


def _session(event: ReadEvent) -> tuple[str, dict[str, object]]:
    if event.date_start is None:
        return "meetings", {}
    title = re.sub(r"^(?:the|a|an)\s+", "", event.title or "session", flags=re.IGNORECASE)
    plain = title.casefold()
    kind = "multilateral_summit"
    if len(event.countries()) == 2:
        kind = "bilateral_government" if "commission" in plain else "bilateral_summit"
    kind = next((named for word, named in (("expert", "expert"), ("business", "business")) if word in plain), kind)
    return "meetings", {
        "id": _slug("read", title, event.date_start),
        "type": "session",
        "date_start": event.date_start,
        "date_end": event.date_end or event.date_start,
        "kind": kind,
        "attendance": "in_person",
        "host_country": event.country,
        "host_place": event.place,
        "body": title,
        "session": None if event.number is None else str(int(event.number)),
    }


def _document_kind(title: str) -> str | None:
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", title)]
    kinds = {row["lemma"]: row["kind"] for row in rows("documents") if row["document"] == "yes"}
    return next((kinds[form] for word in words for form in (word, word.removesuffix("s")) if form in kinds), None)


def _agreement(event: ReadEvent) -> tuple[str, dict[str, object]]:
    stock = event.kind == "stock"
    single = event.number == 1 and not stock
    record = "stock_claim" if stock else "document" if single else "event_count"
    return "agreements", {
        "id": _slug("read", record, *_codes(event.who), event.date_start, event.title if single else event.number and int(event.number)),
        "title": event.title or "documents signed",
        "record": record,
        "documents": int(event.number) if event.number is not None and not single else None,
        "signed_date": event.date_start,
        "kind": _document_kind(event.title or "") if single else None,
        "countries": _codes(event.who),
        "signatories": [party.name for party in event.who],
        "place": event.place,
        "status": "in force" if stock and event.level == "in_force" else None if stock else "signed",
        "status_date": event.date_start,
    }


def _project(event: ReadEvent) -> tuple[str, dict[str, object]]:
    words = [word.casefold().removesuffix("s") for word in re.findall(r"[^\W\d_]+", event.title or "")]
    subjects = {row["lemma"]: row["subject"] for row in rows("projects")}
    return "projects", {
        "id": _slug("read", event.title, event.date_start),
        "name": event.title or "project",
        "subject": next((subjects[word] for word in reversed(words) if word in subjects), "programme"),
        "countries": _codes(event.who) or ([event.country] if event.country else []),
        "parties": [party.name for party in event.who],
        "status": "in_service" if event.level == "completed" else "under_construction",
        "status_text": event.quote,
        "status_date": event.date_start,
    }


def _trade(event: ReadEvent) -> tuple[str, dict[str, object]]:
    codes = event.countries()
    if event.number is None or not codes:
        return "trade", {}
    counted = {"t": (event.number / 1e6, "Mt"), "TEU": (event.number, "TEU")}
    value, unit = counted.get(event.unit or "", (event.number / 1e6, f"million {event.unit or 'USD'}"))
    return "trade", {
        "id": _slug("read", event.title, *codes[:2], event.date_start),
        "indicator": event.title or "trade turnover",
        "reporter": codes[0],
        "partner": codes[1] if len(codes) > 1 else None,
        "period": event.date_start,
        "period_start": event.date_start,
        "period_end": event.date_end,
        "value": value,
        "unit": unit,
    }


MAKERS = {"visit": _visit, "session": _session, "signing": _agreement, "stock": _agreement, "project": _project, "trade": _trade}


def _alike(corridor: Corridor, table: str, row: Mapping[str, object]) -> tuple[str, ...]:
    """Rows on record that may be the same event: same sides, and days that meet or nearly do."""
    from datetime import date

    def days(text: object) -> tuple[date, date] | None:
        parts = str(text or "").split("-")
        if not parts[0]:
            return None
        year, month, day = int(parts[0]), int(parts[1]) if len(parts) > 1 else 0, int(parts[2]) if len(parts) > 2 else 0
        return (date(year, month or 1, day or 1), date(year, month or 12, day or 28))

    keys = {
        "meetings": (("type", "visitor_country", "host_country", "session"), "date_start"),
        "agreements": (("record", "countries"), "signed_date"),
        "projects": (("name",), "status_date"),
        "trade": (("reporter", "partner", "period_start"), "period_start"),
    }
    same, when = keys[table]
    mine = days(row.get(when))
    found = []
    for held in corridor[table].iter_rows(named=True):
        if any(held[key] != row.get(key) for key in same if key != "host_country" or row.get("type") == "visit"):
            continue
        theirs = days(held[when])
        if mine and theirs and max((mine[0] - theirs[1]).days, (theirs[0] - mine[1]).days) > NEAR_DAYS:
            continue
        found.append(str(held["id"]))
    return tuple(found[:5])


def source_row(name: str, title: str, url: str | None, day: str | None) -> dict[str, object]:
    """A row of `sources` for the article."""
    return {"id": name, "title": title, "url": url or None, "date": day, "certainty": "sourced", "note": "read by daliz read"}


def with_rows(corridor: Corridor, accepted: Sequence[Proposal], source: Mapping[str, object]) -> Corridor:
    """The corridor with the accepted rows and, where it is new, their source.

    Raises: DatasetError when a row does not fit its table's declaration.
    """
    changed = corridor
    if source["id"] not in corridor["sources"]["id"].to_list():
        changed = changed.replace("sources", [*changed["sources"].to_dicts(), dict(source)])
    for table in dict.fromkeys(proposal.table for proposal in accepted):
        added = [dict(proposal.row) for proposal in accepted if proposal.table == table]
        changed = changed.replace(table, [*changed[table].to_dicts(), *added])
    return changed


def in_words(event: ReadEvent) -> str:
    """An event as one sentence."""
    who = " and ".join(f"{party.name}{f' ({party.country})' if party.country else ''}" for party in event.who) or "somebody"
    if len(event.who) > 1 and event.kind == "visit":
        who = who.replace(" and ", ", ")
    where = event.place or (country_name(event.country) if event.country else None)
    when = (
        ""
        if event.date_start is None
        else f", {event.date_start}" + (f" to {event.date_end}" if event.date_end and event.date_end != event.date_start else "")
    )
    level = f" ({event.level.replace('_', ' ')})" if event.level else ""
    number = "" if event.number is None else f"{event.number:,.0f}"
    bodies = {
        "visit": f"visit{level}: {who} to {country_name(event.country or '')}" + (f", {event.place}" if event.place else ""),
        "session": f"session{f' no. {number}' if number else ''}: {event.title}"
        + (f", with {who}" if event.who else "")
        + (f", {where}" if where else ""),
        "signing": f"signing: {number or 'some'} document{'' if number == '1' else 's'} by {who}"
        + (f", {where}" if where else "")
        + (f": {event.title}" if number == "1" else ""),
        "stock": f"stock claim: {number} documents, {who}",
        "trade": f"trade figure: {event.title}, {number} {event.unit or ''}, {who}",
        "project": f"project {event.level or ''}: {event.title}" + (f", by {who}" if event.who else ""),
    }
    text = bodies.get(
        event.kind,
        f"{event.kind}{level}: {who}"
        + (f" with {', '.join(p.name for p in event.whom)}" if event.whom else "")
        + (f", {where}" if where else ""),
    )
    mood = "" if event.status == "done" else f"{event.status.upper()} "
    return f"{mood}{text}{when}"
