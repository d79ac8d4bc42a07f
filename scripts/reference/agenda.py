"""The agenda half: actors, meetings, agreements, projects, trade and published counts of visits."""

from __future__ import annotations

import re
from pathlib import Path

from reference import agreements, meetings, projects, states
from reference.own import fields, joined, own_pairs, own_rows, page
from reference.sources import Row, Tables, read_facts, slug


def build(facts: Path) -> Tables:
    """Tables of the agenda half."""
    met = meetings.build(facts)
    planned = projects.build(facts)
    return {
        "actors": [*(_actor(row) for row in read_facts(facts / "actors.csv")), *(_own_actor(row) for row in own_rows("actors"))],
        "meetings": met,
        "agreements": agreements.build(facts, met),
        "projects": planned["projects"],
        "trade": _trade(facts),
        "observations": [*planned["observations"], *_visit_totals(facts)],
    }


def _actor(row: Row) -> Row:
    """An actor with its spellings; what stands in brackets behind a spelling is kept in the note."""
    spelled = [re.sub(r"\s*\(.*?\)", "", alias) for alias in fields(row["aliases"])]
    further = fields(own_pairs("actor_aliases").get(row["id"]))
    bracketed = row["aliases"] if "(" in (row["aliases"] or "") else None
    return {
        **row,
        "country": states.code(row["country"]) if row["country"] else None,
        "aliases": list(dict.fromkeys([*spelled, *further])),
        "note": joined(row["note"], bracketed),
    }


def _own_actor(row: Row) -> Row:
    title = "Terms of office as widely published" if row["from_date"] else "Spellings in use in the press and on official pages"
    return {**row, "certainty": "known", "source_title": title}


def _trade(facts: Path) -> list[Row]:
    rows: list[Row] = []
    for fact in read_facts(facts / "trade.csv"):
        stem = "_".join(part for part in (slug(fact["indicator"], 40), *_parties(fact), slug(fact["period"] or "")) if part)
        again = sum(row["id"].split(".")[0] == stem for row in rows)
        rows.append({**_traded(fact), "id": f"{stem}.{again + 1}" if again else stem})
    return rows


def _parties(fact: Row) -> list[str]:
    codes = {**own_pairs("states"), "World": "World", "TITR": "TITR"}
    return [codes[name] for name in (fact["reporter"], fact["partner"]) if name]


def _traded(fact: Row) -> Row:
    parties = [*_parties(fact), None]
    start, _, end = (fact["period"] or "").replace("to ", "..").partition("..")
    value, low, high, doubt = _amount(fact["value"])
    return {
        "indicator": fact["indicator"],
        "reporter": parties[0],
        "partner": parties[1],
        "period": fact["period"],
        "period_start": start or None,
        "period_end": end or start or None,
        "value": value,
        "value_low": low,
        "value_high": high,
        "unit": fact["unit"],
        "basis": fact["basis"],
        "note": joined(fact["note"], doubt),
        **page(fact),
    }


def _amount(text: str) -> tuple[float | None, float | None, float | None, str | None]:
    """Value, low, high and a remark: `7-9` is a range, `~2x` and `5x` are multiples."""
    if ends := re.fullmatch(r"([\d.]+)-([\d.]+)", text):
        return None, float(ends[1]), float(ends[2]), None
    about = "about, in words" if text.startswith("~") else None
    return float(text.strip("~x")), None, None, about


def _visit_totals(facts: Path) -> list[Row]:
    pages = {row["key"]: row for row in read_facts(facts / "diplo_sources.csv")}
    found = []
    for row in own_rows("visit_totals"):
        source = pages[row["page"]]
        plain = {key: value for key, value in row.items() if key != "page"}
        counted = {
            **plain,
            "category": "visits",
            "unit": "days" if row["metric"] == "days abroad" else "visits",
            **page(source),
            "certainty": "sourced",
        }
        if not (source["source_url"] or "").startswith("http"):
            # Nobody can be led to a page that was stored without its address.
            counted |= {"source_url": None, "certainty": "known", "note": joined(row["note"], "the page was read without its address")}
        found.append(counted)
    return found
