"""`daliz dependence`: what a country loses when another country's territory is closed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.sweeping import ChartOption

if TYPE_CHECKING:
    import polars as pl

    from daliz.corridor import Corridor

COLUMNS_SHOWN = 13


def dependence(
    country: Annotated[str | None, typer.Argument(help="ISO code of a country; default: the matrix of all with cargo.")] = None,
    chart: ChartOption = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who depends on whose territory: the rise in time, cost and CO2, the loss of capacity, milliseconds and disjoint fibre ways."""
    import json

    import polars as pl

    from daliz.assess.dependence import check_country
    from daliz.assess.dependence import dependence as ask
    from daliz.corridor import DalizError, load

    loaded = load(corridor)
    code = check_country(loaded, country) if country else None
    frame = ask(loaded)
    if code is None and frame["access_lost"].null_count() == frame.height:
        raise DalizError("the table demands has no cargo, so there is no market to lose; `daliz dependence CODE` tells a country's fibre")
    if code is not None and frame.filter((pl.col("country") == code) | (pl.col("territory") == code)).is_empty():
        raise DalizError(f"{code} has no cargo in this corridor, and no service or cable of it passes there")
    if chart is not None:
        from daliz.assess.dependence import gaps, matrix_ends
        from daliz.assess.pictures import matrix_chart
        from daliz.draw import save_chart
        from daliz.relations.countries import country_name

        rows, columns, _ = matrix_ends(frame)
        if not columns:
            raise DalizError("no country loses access by another's territory in this corridor; there is nothing to draw")
        names = {code: country_name(code) for code in (*rows, *columns)}
        marked = gaps(loaded, dict.fromkeys(rows, columns))
        title = "Access to markets lost in time, percent" + ("; * a gap in the tables, no finding" if marked else "")
        save_chart(matrix_chart(frame, "access_lost", names, rows, columns, title, marked), chart)
    if as_json:
        shown = frame if code is None else frame.filter((pl.col("country") == code) | (pl.col("territory") == code))
        print(json.dumps(shown.to_dicts(), ensure_ascii=False))
    elif code is None:
        _print_matrix(loaded, frame)
    else:
        _print_country(loaded, frame, code)
    if chart is not None and not as_json:
        print(f"Wrote {chart}.")


def _print_matrix(corridor: Corridor, frame: pl.DataFrame) -> None:
    import polars as pl

    from daliz.assess.dependence import gaps, matrix_ends
    from daliz.assess.words import gap_sentence, line_sentence
    from daliz.cli.say import say
    from daliz.relations.countries import country_name

    rows, columns, dearer = matrix_ends(frame)
    asked = dict.fromkeys(rows, columns)
    marked = gaps(corridor, asked)
    if not columns:
        say("No country loses half a percent of its access to markets when another's territory is closed.")
        return
    print("Access to markets lost, in percent, when the column's territory is closed\n")
    for some in (columns[at : at + COLUMNS_SHOWN] for at in range(0, len(columns), COLUMNS_SHOWN)):
        print(f"{'':<13}" + "".join(f"{code:>4} " for code in some).rstrip())
        for country in rows:
            cells = dict(frame.filter(pl.col("country") == country).select("territory", "access_lost").iter_rows())
            told = ((f"{100 * value:.0f}" if (value := cells.get(code)) is not None else "-") for code in some)
            marks = ("*" if code in marked.get(country, ()) else " " for code in some)
            print(
                f"{country_name(country)[:12]:<13}" + "".join(f"{cell:>4}{mark}" for cell, mark in zip(told, marks, strict=True)).rstrip()
            )
        print()
    say(", ".join(f"{code} {country_name(code)}" for code in columns) + ".")
    say("Access lost is 1 - before/after of the days to each market, weighted by cargo: 0 when nothing changes, 100 when there is no way.")
    if dearer:
        names = ", ".join(map(country_name, dearer))
        say(f"No column, because nobody loses half a percent in time, only in cost or CO2 (`daliz dependence CODE` tells them): {names}.")
    if gap := gap_sentence(corridor, asked):
        say(f"* {gap}")
    if line := line_sentence(corridor, columns):
        say(line)


def _print_country(corridor: Corridor, frame: pl.DataFrame, code: str) -> None:
    import polars as pl

    from daliz.assess.words import gap_sentence, line_sentence
    from daliz.cli.say import say
    from daliz.relations.countries import country_name

    name = country_name(code)
    mine = frame.filter(pl.col("country") == code)
    if mine.is_empty():
        say(f"{name} has no cargo of its own in this corridor; below is who depends on its territory.")
    else:
        felt = pl.any_horizontal(
            pl.col("access_lost", "access_lost_usd", "access_lost_kg", "ceiling_lost", "reach_lost", "paths_lost") > 0.0005
        )
        print(f"What {name} loses when a territory is closed to it\n")
        print(f"{'':<20}access   rise, where a way stays markets ceiling fibre  ways")
        print(f"{'':<20}  lost   days USD/FEU  kg CO2e cut off    lost    ms  lost")
        for row in mine.filter(felt).sort("access_lost", "ceiling_lost", descending=True, nulls_last=True).iter_rows(named=True):
            print(_line(country_name(row["territory"]), row))
        print()
        rest = mine.filter(~felt.fill_null(False))["territory"].to_list()
        if rest:
            say(f"Nothing is lost without: {', '.join(map(country_name, rest))}.")
        say(
            "Ceiling: the most that the network could pass to the markets in a year by maximum flow, if nothing were late; it is not the "
            "capacity that `daliz simulate --capacity` finds. A dash: no service, or no fibre, of this corridor."
        )
        if gap := gap_sentence(corridor, {code: mine["territory"].to_list()}):
            say(gap)
        if line := line_sentence(corridor, mine.filter(felt)["territory"].to_list()):
            say(line)
    others = frame.filter((pl.col("territory") == code) & (pl.col("access_lost") > 0)).sort("access_lost", descending=True)
    if others.height:
        told = ", ".join(f"{country_name(row['country'])} {row['access_lost']:.0%}" for row in others.iter_rows(named=True))
        say(f"Access that others lose when the territory of {name} is closed: {told}.")
    say("Markets are the places where the corridor's cargo starts or ends, weighted by it; those within the closed territory are left out.")


def _line(name: str, row: dict[str, float | None]) -> str:
    def cell(value: float | None, width: int, spec: str) -> str:
        return f"{value:{width}{spec}}" if value is not None else f"{'-':>{width}}"

    parts = [cell(row["access_lost"], 6, ".0%"), cell(row["rise_days"], 7, ".1f"), cell(row["rise_usd_feu"], 8, ",.0f")]
    parts += [cell(row["rise_kg_feu"], 9, ",.0f"), cell(row["cut_off"], 8, ".0%"), cell(row["ceiling_lost"], 8, ".0%")]
    parts += [cell(row["rise_ms"], 6, ".1f"), cell(row["paths_lost"], 6, ".1f")]
    return f"{name[:20]:<20}" + "".join(parts)
