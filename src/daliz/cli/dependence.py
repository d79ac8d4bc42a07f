"""`daliz dependence`: what a country loses when another country's territory is closed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.compare import ChartOption
from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    import polars as pl

    from daliz.corridor import Corridor


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
    if code is not None and frame.filter((pl.col("country") == code) | (pl.col("territory") == code)).is_empty():
        raise DalizError(f"{code} has no cargo in this corridor, and no service or cable of it passes there")
    if chart is not None:
        from daliz.assess.pictures import matrix_chart
        from daliz.draw import save_chart

        rows, columns = ends_of(frame)
        names = {name: name for name in (*rows, *columns)}
        save_chart(matrix_chart(frame, "access_lost", names, rows, columns, "Access lost in time, percent"), chart)
    if as_json:
        shown = frame if code is None else frame.filter((pl.col("country") == code) | (pl.col("territory") == code))
        print(json.dumps(shown.to_dicts(), ensure_ascii=False))
    elif code is None:
        _print_matrix(frame)
    else:
        _print_country(loaded, frame, code)
    if chart is not None and not as_json:
        print(f"Wrote {chart}.")


def ends_of(frame: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Countries, and territories on which at least one of them depends in freight."""
    import polars as pl

    telling = frame.filter((pl.col("access_lost") > 0) | (pl.col("access_lost_usd") > 0))
    return list(dict.fromkeys(frame["country"])), list(dict.fromkeys(telling.sort("territory")["territory"]))


def _print_matrix(frame: pl.DataFrame) -> None:
    import polars as pl

    from daliz.cli.say import say

    rows, columns = ends_of(frame)
    print("Access to markets lost, in percent, when the column's territory is closed\n")
    print("      " + "".join(f"{code:>6}" for code in columns))
    for country in rows:
        cells = dict(frame.filter(pl.col("country") == country).select("territory", "access_lost").iter_rows())
        print(f"{country:<6}" + "".join(f"{100 * value:6.0f}" if (value := cells.get(code)) is not None else "     -" for code in columns))
    say(
        "\nAccess lost is 1 - before/after of the days to each market, weighted by cargo: 0 when nothing changes, 100 when there is no way."
    )


def _print_country(corridor: Corridor, frame: pl.DataFrame, code: str) -> None:
    import polars as pl

    from daliz.cli.say import say

    mine = frame.filter(pl.col("country") == code)
    if mine.is_empty():
        say(f"{code} has no cargo of its own in this corridor; below is who depends on its territory.")
    else:
        felt = pl.any_horizontal(
            pl.col("access_lost", "access_lost_usd", "access_lost_kg", "capacity_lost", "reach_lost", "paths_lost") > 0.0005
        )
        print(f"What {code} loses when a territory is closed to it\n")
        print("        access    rise to markets that stay       markets capacity   fibre   ways")
        print("          lost    days  USD/FEU  kg CO2e/FEU      cut off     lost      ms   lost")
        for row in mine.filter(felt).sort("access_lost", "capacity_lost", descending=True, nulls_last=True).iter_rows(named=True):
            print(_line(row["territory"], row))
        rest = mine.filter(~felt.fill_null(False))["territory"].to_list()
        if rest:
            say(f"Nothing is lost without: {', '.join(rest)}.")
    others = frame.filter((pl.col("territory") == code) & (pl.col("access_lost") > 0)).sort("access_lost", descending=True)
    if others.height:
        told = ", ".join(f"{row['country']} {row['access_lost']:.0%}" for row in others.iter_rows(named=True))
        say(f"Access that others lose when the territory of {code} is closed: {told}.")
    say("Markets are the places where the corridor's cargo starts or ends, weighted by it; those within the closed territory are left out.")


def _line(name: str, row: dict[str, float | None]) -> str:
    def cell(value: float | None, width: int, spec: str) -> str:
        return f"{value:{width}{spec}}" if value is not None else f"{'-':>{width}}"

    parts = [cell(row["access_lost"], 8, ".0%"), cell(row["rise_days"], 8, ".1f"), cell(row["rise_usd_feu"], 9, ",.0f")]
    parts += [cell(row["rise_kg_feu"], 13, ",.0f"), cell(row["cut_off"], 13, ".0%"), cell(row["capacity_lost"], 9, ".0%")]
    parts += [cell(row["rise_ms"], 8, ".1f"), cell(row["paths_lost"], 7, ".1f")]
    return f"{name:<6}" + "".join(parts)
