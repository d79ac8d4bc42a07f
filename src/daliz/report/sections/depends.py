"""Who depends on whom: what each country loses when another's territory is closed to it, the two countries first."""

from __future__ import annotations

from typing import Any

import polars as pl

from daliz.assess.dependence import dependence, gaps, matrix_ends
from daliz.assess.pictures import matrix_chart
from daliz.assess.ways import markets_of, starts_of
from daliz.assess.words import gap_sentence, line_sentence
from daliz.corridor import Corridor
from daliz.corridor.figures import Figure
from daliz.report.section import Block, Grid, Picture, Section, Words
from daliz.report.words import country_name

NOTE = "a counterfactual: the fastest way to each market before and after the territory is closed, weighted by the corridor's cargo"


def section(corridor: Corridor, pair: tuple[str, str]) -> Section:
    """The section."""
    from daliz.draw import chart_svg

    frame = dependence(corridor)
    both = [(one, other, row) for one, other in (pair, pair[::-1]) if (row := _row(frame, one, other)) is not None]
    blocks: list[Block] = [Words(_sentence(corridor, one, other, row)) for one, other, row in both]
    rows, columns, _ = matrix_ends(frame)
    names = {code: country_name(corridor, code) for code in {*rows, *frame["territory"]}}
    if columns:
        marked = gaps(corridor, dict.fromkeys(rows, columns))
        chart = matrix_chart(frame, "access_lost", names, rows, columns, "Access to markets lost in time, percent", marked)
        caption = (
            "Each row a country, each column a territory that is closed to it: 0 is no loss, 50 a way twice as long, 100 no way at all, "
            "as a mean over its markets. Markets within the closed territory are left out; countries that nobody loses half a percent by "
            "are not shown. A star: a gap in the tables and no finding, since services pass the country and load nothing there."
        )
        blocks.append(Picture(chart_svg(chart), caption))
    if gap := gap_sentence(corridor, {one: frame.filter(pl.col("country") == one)["territory"].to_list() for one in pair}):
        blocks.append(Words(gap))
    if line := line_sentence(corridor, columns):
        blocks.append(Words(line))
    blocks.append(_grid(frame, names, pair))
    figures = [
        Figure(
            f"dependence:{one}-{other}",
            f"Access that {names.get(one, one)} loses without {names.get(other, other)}",
            100 * row["access_lost"],
            "%",
            rows=_rows(corridor, one),
            note=NOTE,
        )
        for one, other, row in both
        if row["access_lost"] is not None
    ]
    return Section("depends", "Who depends on whom", _lead(corridor, both), blocks, figures)


def _rows(corridor: Corridor, country: str) -> tuple[str, ...]:
    """The demands that say where a country's cargo starts and where its markets are."""
    ends = [*starts_of(corridor, country), *markets_of(corridor, country)]
    weighed = corridor["demands"].filter(~pl.col("empty") & (pl.col("origin").is_in(ends) | pl.col("destination").is_in(ends)))
    return tuple(f"demands/{name}" for name in weighed["id"])


def _row(frame: pl.DataFrame, country: str, territory: str) -> dict[str, Any] | None:
    rows = frame.filter((pl.col("country") == country) & (pl.col("territory") == territory)).to_dicts()
    return rows[0] if rows else None


def _lead(corridor: Corridor, both: list[tuple[str, str, dict[str, Any]]]) -> str:
    told = [(one, other, row["access_lost"]) for one, other, row in both if row["access_lost"] is not None]
    if len(told) < 2:
        return "Dependence is told for countries whose cargo starts or ends in this corridor."
    more, less = sorted(told, key=lambda each: -each[2])
    return (
        f"{country_name(corridor, more[0])} depends more on the territory of {country_name(corridor, more[1])} ({more[2]:.0%} of its "
        f"access to markets) than the other way round ({less[2]:.0%}). This says what the tables' services allow, not what either side "
        "would do."
    )


def _sentence(corridor: Corridor, one: str, other: str, row: dict[str, Any]) -> str:
    name, closed = country_name(corridor, one), country_name(corridor, other)
    parts = []
    if row["rise_days"] is not None:
        parts.append(
            f"{row['rise_days']:.1f} days, {row['rise_usd_feu']:,.0f} USD and {row['rise_kg_feu']:,.0f} kg CO2e more for a 40-foot box "
            "to its markets"
        )
    if row["cut_off"]:
        parts.append(f"{row['cut_off']:.0%} of its markets cut off")
    if row["ceiling_lost"] is not None:
        parts.append(f"{row['ceiling_lost']:.0%} of the ceiling lost (the most that the network could pass to them)")
    if row["rise_ms"] is not None:
        parts.append(
            f"{row['rise_ms']:.1f} ms longer round trips and {row['paths_lost']:.1f} fewer disjoint fibre ways to other countries' hubs"
        )
    inside = f" ({row['in_territory']:.0%} of its markets lie there and are left out.)" if row["in_territory"] else ""
    return f"With {closed} closed, {name} has {'; '.join(parts)}.{inside}"


def _grid(frame: pl.DataFrame, names: dict[str, str], pair: tuple[str, str]) -> Grid:
    def cell(value: float | None, spec: str) -> str:
        return "" if value is None else f"{value:{spec}}"

    heads = (
        "Country",
        "Territory closed",
        "Access lost",
        "Days",
        "USD/FEU",
        "kg CO2e/FEU",
        "Markets cut off",
        "Ceiling lost",
        "ms",
        "Fibre ways lost",
    )
    shown = frame.filter(pl.col("country").is_in(list(pair)) & pl.col("access_lost").is_not_null()).sort(
        "country", "access_lost", descending=[False, True]
    )
    cells = [
        (
            names.get(row["country"], row["country"]),
            names.get(row["territory"], row["territory"]),
            cell(row["access_lost"], ".0%"),
            cell(row["rise_days"], ".1f"),
            cell(row["rise_usd_feu"], ",.0f"),
            cell(row["rise_kg_feu"], ",.0f"),
            cell(row["cut_off"], ".0%"),
            cell(row["ceiling_lost"], ".0%"),
            cell(row["rise_ms"], ".1f"),
            cell(row["paths_lost"], ".1f"),
        )
        for row in shown.iter_rows(named=True)
    ]
    return Grid(
        heads,
        cells,
        "What the two countries lose by each territory; the ceiling is a maximum flow, not the simulated capacity.",
        folded=True,
    )
