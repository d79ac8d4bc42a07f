"""An itinerary in the words of a forwarder: when, where, with whom, what for, and what its risk comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from daliz.freight.plan import calendars
from daliz.freight.plan.results import CAUSES, Plan

CAUSE_WORDS = {
    "runs": "trains, ships and lorries running late",
    "handling": "handling, border and yard",
    "closures": "closed ports and seas",
}
WIDTH = 80
SHORT_DAYS = 2.0
HEADS = f"{'leaves':>10}{'half by':>10}{'90 % by':>10}{'days':>7}{'USD/FEU':>9}{'kg CO2e':>9}{'in time':>8}"


def local(plan: Plan, at: datetime, place: str) -> datetime:
    """A moment in the clock of a place."""
    return at.astimezone(calendars.zone(plan.network.place_rows[place]["timezone"] or "UTC"))


def clock(plan: Plan, at: datetime, place: str) -> str:
    """A moment as `Tue 1 Dec 08:30`, local time at a place."""
    moment = local(plan, at, place)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def day(plan: Plan, at: datetime | None, place: str) -> str:
    """A day as `1 Dec`, local at a place; 'never' for no moment."""
    if at is None:
        return "never"
    moment = local(plan, at, place)
    return f"{moment.day} {moment:%b}"


def name(plan: Plan, place: str) -> str:
    """The name of a place, without what stands in brackets or after a stroke."""
    return str(plan.network.place_rows[place]["name"]).partition(" (")[0].partition(" / ")[0]


def hours(value: float) -> str:
    """A stretch of time: hours, or days from two days on.

    >>> hours(3.0), hours(0.25), hours(60.0)
    ('3 h', '15 min', '2.5 days')
    """
    if value >= 48:
        return f"{value / 24:.1f} days"
    return f"{value:.0f} h" if value >= 1 else f"{value * 60:.0f} min"


def headline(plan: Plan) -> str:
    """The question in one line."""
    query = plan.query
    cargo = query.cargo.name[0].lower() + query.cargo.name[1:]
    what = f"{name(plan, query.origin)} to {name(plan, query.destination)}, {query.teu:g} TEU of {cargo}"
    if query.depart is None:
        return f"{what}, to arrive by {clock(plan, calendars.moment_of(query.arrive_by or 0), query.destination)}"
    first = calendars.moment_of(query.depart)
    if query.until != query.depart:
        return f"{what}, leaving {day(plan, first, query.origin)} to {day(plan, calendars.moment_of(query.until or 0), query.origin)}"
    year = local(plan, first, query.origin).year
    ready = f"{clock(plan, first, query.origin)[:-6]} {year} {clock(plan, first, query.origin)[-5:]}"
    due = f", to arrive by {day(plan, calendars.moment_of(query.arrive_by), query.destination)}" if query.arrive_by is not None else ""
    return f"{what}, ready {ready}{due}"


def legs_in_words(plan: Plan, itinerary: int) -> list[str]:
    """The legs of an itinerary, a few lines each."""
    lines: list[str] = []
    legs = list(plan.legs.filter(pl.col("itinerary") == itinerary).iter_rows(named=True))
    for leg in legs:
        start, end = leg["from_place"], leg["to_place"]
        before = _before(leg)
        if before:
            lines += _told("", f"{name(plan, start)}: {before}")
        operator = f" ({leg['operator']})" if leg["operator"] else ""
        lines += _told(clock(plan, leg["depart"], start), f"{leg['name']}{operator}")
        moved = f"{leg['km']:,.0f} km, moving {hours(leg['run_h'])}"
        stood = f", standing {hours(leg['stand_h'])}" if leg["stand_h"] > 0 else ""
        lines += _told(clock(plan, leg["arrive"], end), f"{name(plan, end)}: {moved}{stood}")
        lines += _told("", f"{_money(leg)}, {leg['co2_kg_feu']:,.0f} kg CO2e a FEU{_missed(leg)}")
    last = legs[-1]
    if last["unload_h"] > 0:
        lines += _told("", f"{name(plan, last['to_place'])}: handling {hours(last['unload_h'])}")
    row = plan.front.filter(pl.col("itinerary") == itinerary).row(0, named=True)
    lines.append(f"  {clock(plan, row['arrive'], last['to_place']):<17}cargo free, if nothing delays it")
    return lines


def _told(when: str, text: str) -> list[str]:
    """A moment, and beside it what happens then, in lines of 80 columns."""
    first, *further = _wrapped(text, " " * 19)
    return [f"  {when:<17}{first[19:]}", *further]


def _before(leg: Mapping[str, Any]) -> str:
    parts = []
    if leg["handling_h"] > 0:
        parts.append(f"handling {hours(leg['handling_h'])}")
    if leg["wait_h"] > 0.01:
        why = (
            "for the timetable"
            if leg["by_timetable"]
            else f"leaves every {hours(leg['every_h'])}"
            if leg["every_h"]
            else "cut-off and hours"
        )
        parts.append(f"waiting {hours(leg['wait_h'])} ({why})")
    return ", ".join(parts)


def _money(leg: Mapping[str, Any]) -> str:
    handling = f" and {leg['handling_usd_feu']:,.0f} for handling" if leg["handling_usd_feu"] > 0 else ""
    return f"{leg['tariff_usd_feu']:,.0f} USD{handling}"


def _missed(leg: Mapping[str, Any]) -> str:
    return f"; this connection is missed in {leg['miss_probability']:.0%} of cases" if leg["miss_probability"] >= 0.005 else ""


def risk_in_words(plan: Plan, itinerary: int) -> str:
    """What makes an itinerary later than planned, in one sentence."""
    row = plan.front.filter(pl.col("itinerary") == itinerary).row(0, named=True)
    drawn = plan.drawn[itinerary - 1]
    causes = sorted(((drawn.lost_min[cause] / 1440, CAUSE_WORDS[cause]) for cause in CAUSES), reverse=True)
    named = [f"{words} ({days:.1f} days)" for days, words in causes if days >= 0.05]
    end = plan.query.destination
    text = f"Half arrive by {day(plan, row['arrive_p50'], end)}, nine in ten by {day(plan, row['arrive_p90'], end)}"
    if row["connections_hold"] < 0.995:
        text += f"; all connections hold in {row['connections_hold']:.0%} of cases"
    return text + (f". On average lost to: {', '.join(named)}." if named else ".")


def _short(plan: Plan) -> bool:
    return bool((plan.front["days_p50"] < SHORT_DAYS).any())


def _when(plan: Plan, at: datetime | None, place: str) -> str:
    """A day for a long way, a weekday and hour for one of a day or two."""
    return f"{local(plan, at, place):%a %H:%M}" if at is not None and _short(plan) else day(plan, at, place)


def _long(plan: Plan, days: float) -> str:
    """Days, or hours for ways of a day or two."""
    return f"{days * 24:.1f} h" if _short(plan) else f"{days:.1f}"


def _figures(plan: Plan, row: Mapping[str, Any]) -> str:
    """The columns of HEADS for one itinerary."""
    end, start = plan.query.destination, plan.query.origin
    days = [_when(plan, row["depart"], start), _when(plan, row["arrive_p50"], end), _when(plan, row["arrive_p90"], end)]
    money = f"{row['total_usd_feu']:>9,.0f}{row['co2_kg_feu']:>9,.0f}{row['probability']:>8.0%}"
    return "".join(f"{text:>10}" for text in days) + f"{_long(plan, row['days_p50']):>7}{money}"


def choice_table(plan: Plan) -> list[str]:
    """The labelled choice as lines of a table."""
    lines = [f"{'':<16}{HEADS}"]
    for labels, row in grouped(plan.choice.iter_rows(named=True)):
        title = ", ".join(labels)
        lead = [title] if len(title) > 15 else []
        lines += [*lead, f"{'' if lead else title:<16}{_figures(plan, row)}"]
    return lines


def front_table(plan: Plan) -> list[str]:
    """The whole front, one line an itinerary."""
    lines = [f"{'':>4}{HEADS}"]
    for row in plan.front.iter_rows(named=True):
        lines += [f"{row['itinerary']:>3} {_figures(plan, row)}", *_wrapped(", ".join(row["services"]), "      ")]
    return lines


def grouped(rows: Iterable[dict[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """The choice with each itinerary once: its labels and its row."""
    found: dict[int, tuple[list[str], dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["itinerary"], ([], row))[0].append(row["label"])
    return list(found.values())


def in_words(plan: Plan, itinerary: int | None = None) -> str:
    """The whole answer as text of 80 columns: the choice, and one itinerary leg by leg (default: the knee)."""
    chosen = plan.label("knee") if itinerary is None else itinerary
    labels = plan.choice.filter(pl.col("itinerary") == chosen)["label"].to_list()
    title = f"Itinerary {chosen}" + (f" ({', '.join(labels)})" if labels else "")
    total = "USD/FEU is the freight" + (
        f" and {plan.query.cargo.time_value_usd_feu_day:g} USD for each day in transit" if plan.query.cargo.time_value_usd_feu_day else ""
    )
    in_time = "arriving by the deadline" if plan.query.arrive_by is not None else "taking at most a quarter longer than planned"
    parts = [
        *_wrapped(headline(plan)),
        "",
        *choice_table(plan),
        "",
        *_wrapped(
            f"{plan.front.height} ways are worth a look. {total}; 'in time' is the chance of {in_time}; days count from departure "
            f"and are exceeded half of the time. {_meanings(plan)}"
        ),
        "",
        title,
        *legs_in_words(plan, chosen),
        *_wrapped(risk_in_words(plan, chosen)),
    ]
    return "\n".join(parts)


def _meanings(plan: Plan) -> str:
    """What the two labels mean that do not speak for themselves."""
    query = plan.query
    safest = (
        "best chance" if query.depart is None else "earliest '90 % by'" if query.depart == query.until else "fewest days nine times in ten"
    )
    return f"'safest' has the {safest}; 'knee' is the best compromise between days, money, CO2 and safety."


def _wrapped(text: str, indent: str = "") -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
