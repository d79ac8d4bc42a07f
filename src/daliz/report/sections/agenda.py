"""The agenda: meetings, council sessions and agreements in time; what was signed, what is in force, what hangs on it and how far it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from daliz.corridor import Corridor
from daliz.draw import INK, PALETTE, chart_svg
from daliz.relations.agreements import FollowUp, of_countries, signed_and_in_force
from daliz.relations.agreements.register import BINDING
from daliz.relations.countries import country_name
from daliz.relations.headlines import agenda_figures
from daliz.relations.meetings import visits
from daliz.relations.relation import Relation, relation
from daliz.report.section import Block, Grid, Picture, Section, Words

LANES = ("visit", "council or commission", "document signed")
FEWEST_SESSIONS_FROM = 2010


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section for two countries."""
    found = relation(corridor, pair)
    sessions = _sessions(corridor, pair)
    blocks: list[Block] = [_timeline(corridor, found, sessions)]
    if sessions:
        blocks.append(_sessions_grid(sessions))
    if found.gaps:
        blocks += [_stock_picture(corridor, found), Words(_stock_words(found))]
    if any(signing.counts for signing in found.signings):
        blocks.append(_signings_grid(corridor, found))
    if projects := _projects(corridor, found):
        blocks.append(_projects_grid(projects))
    blocks.append(_register_grid(found))
    return Section("agenda", "The agenda", _lead(found, sessions), blocks, agenda_figures(found))


def _lead(found: Relation, sessions: list[dict[str, Any]]) -> str:
    first, second = (country_name(code) for code in found.pair)
    binding = sum(document.stage in BINDING for document in found.follow_ups)
    overdue = sum(document.overdue for document in found.follow_ups)
    return (
        f"The register holds {len(found.follow_ups)} documents that bind {first} and {second}; {binding} are said to be in force and "
        f"{overdue} {'has' if overdue == 1 else 'have'} something overdue on {found.as_of}, the last day on record. "
        f"{len(sessions)} sessions of councils and commissions "
        f"of both are on record. Documents, counts of signings and claims of stocks are three kinds of record and are never added up."
    )


def _sessions(corridor: Corridor, pair: tuple[str, str]) -> list[dict[str, Any]]:
    """Bilateral sessions: kinds of their own, or ones whose body names both countries or their agreements."""
    meetings = corridor["meetings"].filter(pl.col("type") == "session")
    signed_at = set(of_countries(corridor, pair)["meeting"].drop_nulls().to_list())
    bilateral = pl.col("kind").is_in(["bilateral_summit", "bilateral_government", "expert", "business"])
    own = meetings.filter(bilateral | pl.col("id").is_in(list(signed_at))).sort("date_start")
    return list(own.iter_rows(named=True))


def _day(text: str) -> str:
    """A drawable day: the middle of a month or year that is all that is known."""
    return {4: f"{text}-07-01", 7: f"{text}-15"}.get(len(text), text)


def _timeline(corridor: Corridor, found: Relation, sessions: list[dict[str, Any]]) -> Picture:
    made = visits(corridor)
    between = made.filter(pl.col("visitor").is_in(found.pair) & pl.col("host").is_in(found.pair))
    points: list[dict[str, Any]] = [
        {"day": _day(row["date"]), "lane": LANES[0], "what": country_name(row["visitor"]), "n": 1} for row in between.iter_rows(named=True)
    ]
    points += [{"day": _day(row["date_start"]), "lane": LANES[1], "what": "session", "n": 1} for row in sessions]
    signed: dict[str, int] = {}
    for document in found.follow_ups:
        if document.signed:
            signed[_day(document.signed)] = signed.get(_day(document.signed), 0) + 1
    points += [{"day": day, "lane": LANES[2], "what": "documents", "n": number} for day, number in signed.items()]
    first = f"{min(found.window.first, FEWEST_SESSIONS_FROM)}-01-01"
    points = [point for point in points if str(point["day"]) >= first]
    last = max((str(point["day"]) for point in points), default=found.as_of)
    y = alt.Y("lane:N", sort=list(LANES), title=None, axis=alt.Axis(domain=False, ticks=False, grid=True))
    x = alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(domain=[first, f"{date.fromisoformat(last).year}-12-31"]),
        axis=alt.Axis(format="%Y", tickCount="year"),
    )
    names = [country_name(code) for code in found.pair]
    domain = [*names, "session", "documents"]
    base = alt.Chart(alt.Data(values=points), width=600, height=120)
    chart = base.mark_point(filled=True, opacity=0.75).encode(
        x=x,
        y=y,
        size=alt.Size("n:Q", scale=alt.Scale(domain=[1, 12], range=[50, 420]), legend=None),
        shape=alt.Shape("what:N", scale=alt.Scale(domain=domain, range=["triangle-up", "triangle-down", "square", "circle"]), legend=None),
        color=alt.Color(
            "what:N",
            scale=alt.Scale(domain=domain, range=[PALETTE[0], PALETTE[1], PALETTE[3], PALETTE[2]]),
            legend=alt.Legend(title=None, orient="top", symbolType="circle", labelExpr=_labels(names)),
        ),
    )
    meetings = (*between["id"], *(row["id"] for row in sessions))
    rows = (*(f"meetings/{name}" for name in meetings), *(document.row for document in found.follow_ups))
    caption = (
        f"Presidential visits, sessions of councils, commissions and summits of both, and documents signed, from {first[:4]} on. "
        f"A larger circle is more documents on one day; months and years without a day stand in their middle."
    )
    return Picture(chart_svg(chart), caption, rows)


def _labels(names: list[str]) -> str:
    """What the legend says for each value."""
    first = f"datum.label === '{names[0]}' ? '{names[0]} visits'"
    second = f"datum.label === '{names[1]}' ? '{names[1]} visits'"
    return f"{first} : {second} : datum.label === 'documents' ? 'documents signed' : 'session'"


def _sessions_grid(sessions: list[dict[str, Any]]) -> Grid:
    cells = [
        (
            row["date_start"],
            row["body"] or row["purpose"] or "",
            row["session"] or "",
            row["host_place"] or "",
            row["outcome"] or "",
            row["certainty"],
        )
        for row in sessions
    ]
    heads = ("date", "body", "session", "place", "outcome", "certainty")
    return Grid(
        heads,
        cells,
        "Sessions of their councils and commissions, and summits at which documents of both were signed.",
        tuple(f"meetings/{row['id']}" for row in sessions),
    )


def _stock_picture(corridor: Corridor, found: Relation) -> Picture:
    listed = signed_and_in_force(corridor, found.pair, only=True)
    first = int(min([*listed["year"].to_list(), *(int(gap.date[:4]) for gap in found.gaps if gap.date != "undated")]))
    steps = [
        {"day": f"{year}-12-31", "n": signed, "kind": kind}
        for kind, column in (("listed in the register", "signed_so_far"), ("of these in force", "in_force_so_far"))
        for year, signed in listed.select("year", column).iter_rows()
    ]
    claims = [{"day": _day(gap.date), "n": gap.claimed, "text": str(gap.claimed)} for gap in found.gaps if gap.date != "undated"]
    kinds = ["listed in the register", "of these in force"]
    x = alt.X("day:T", title=None, scale=alt.Scale(domain=[f"{first}-01-01", f"{found.as_of[:4]}-12-31"]), axis=alt.Axis(format="%Y"))
    color = alt.Color(
        "kind:N",
        sort=kinds,
        scale=alt.Scale(domain=kinds, range=[PALETTE[0], PALETTE[2]]),
        legend=alt.Legend(title=None, orient="top", labelLimit=300),
    )
    line = (
        alt.Chart(alt.Data(values=steps), width=600, height=200)
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(x=x, y=alt.Y("n:Q", title="documents"), color=color)
    )
    base = alt.Chart(alt.Data(values=claims))
    dots = base.mark_point(filled=True, size=70, color=PALETTE[1], opacity=1).encode(x=x, y="n:Q")
    text = base.mark_text(dx=18, color=INK).encode(x=x, y="n:Q", text="text:N")
    caption = (
        "Dots: how many documents somebody said there are, on the day of saying so. Steps: documents of exactly these two in the register, "
        "signed by then and said to be in force. The gap is what the register does not list, or what speakers count differently."
    )
    rows = (*(gap.row for gap in found.gaps), *(document.row for document in found.follow_ups))
    return Picture(chart_svg(line + dots + text), caption, rows)


def _stock_words(found: Relation) -> str:
    dated = [gap for gap in found.gaps if gap.date != "undated"] or found.gaps
    parts = [f"{gap.claimed} ({gap.date}; {gap.listed} of them listed)" for gap in dated]
    return (
        f"Claims of the stock of documents, each with those of exactly the two countries that the register lists by then: "
        f"{'; '.join(parts)}. "
        f"They do not rise steadily, because speakers count different things, and they are not added to what was signed."
    )


def _title(corridor: Corridor, source: str) -> str:
    rows = corridor["sources"].filter(pl.col("id") == source)
    return rows["title"][0] if rows.height else source


def _signings_grid(corridor: Corridor, found: Relation) -> Grid:
    cells = [
        (signing.date, number, len(signing.listed), "yes" if signing.contradicts else "", _title(corridor, source))
        for signing in found.signings
        for _, number, source in signing.counts
    ]
    rows = tuple(row for signing in found.signings for row, _, _ in signing.counts)
    heads = ("signed on", "counted", "listed", "contradicted", "source of the count")
    return Grid(heads, cells, "How many documents were signed on one occasion: every published count beside what the register lists.", rows)


def _projects(corridor: Corridor, found: Relation) -> list[tuple[dict[str, Any], list[FollowUp]]]:
    """Projects that hang on a document of the two, with these documents."""
    hanging: dict[str, list[FollowUp]] = {}
    for document in found.follow_ups:
        for name, *_ in document.projects:
            hanging.setdefault(name, []).append(document)
    return [(row, hanging[row["id"]]) for row in corridor["projects"].iter_rows(named=True) if row["id"] in hanging]


def _projects_grid(projects: list[tuple[dict[str, Any], list[FollowUp]]]) -> Grid:
    cells = []
    for row, documents in projects:
        done = f" ({row['progress']:.0%})" if row["progress"] is not None else ""
        late = "overdue" if any(document.overdue and document.due == row["due"] for document in documents) else ""
        cells.append(
            (row["name"], len(documents), f"{row['status'].replace('_', ' ')}{done}", row["status_date"] or "", row["due"] or "", late)
        )
    rows = tuple(f"projects/{row['id']}" for row, _ in projects)
    heads = ("project", "documents", "how far", "reported", "due", "")
    return Grid(heads, cells, "Projects that hang on these documents, and how far they are.", rows)


def _register_grid(found: Relation) -> Grid:
    cells = [
        (
            document.signed,
            document.title,
            document.stage,
            ", ".join(name for name, *_ in document.projects),
            document.last_report or ("nothing for a year" if document.stale else ""),
            f"{document.due} (overdue)" if document.overdue else document.due,
        )
        for document in found.follow_ups
    ]
    heads = ("signed", "document", "stage", "projects", "last report after signing", "due")
    return Grid(
        heads, cells, "The register: every document of the two, and what came of it.", tuple(d.row for d in found.follow_ups), folded=True
    )
