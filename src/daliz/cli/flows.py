"""`daliz flows`: who takes which corridor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from daliz.corridor import Corridor
    from daliz.freight.flows import Calibration, CorridorFlows

SHARE_SHOWN, WAYS_SHOWN = 0.005, 30
ENDS_LISTED = 5


def flows(
    origin: Annotated[str | None, typer.Option("--from", help="Only cargo from this place.")] = None,
    destination: Annotated[str | None, typer.Option("--to", help="Only cargo to this place.")] = None,
    demand: Annotated[float, typer.Option(help="Times the demand of the tables.")] = 1.0,
    series: Annotated[
        str, typer.Option(help="Fit to published volumes: two families and their subjects, such as via_aze=TITR,via_rus=Northern.")
    ] = "",
    fit: Annotated[str, typer.Option(help="Years to fit, with commas between (with --series; default: 2022,2023).")] = "",
    check: Annotated[str, typer.Option(help="Years to hold the fit against (with --series; default: all after those fitted).")] = "",
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who takes which corridor: demand over all itineraries by price, time and reliability, slowed by what is chosen."""
    from daliz.assess.itineraries import itineraries
    from daliz.corridor import DalizError, find_place, load
    from daliz.freight.flows import calibrate, flow_model
    from daliz.freight.flows.calibrate import published
    from daliz.freight.flows.families import gates
    from daliz.freight.flows.uncertainty import with_ranges

    tables = load(corridor)
    ends = [None if name is None else find_place(tables, name) for name in (origin, destination)]
    wanted = _series(series)
    fitted, held = _years(fit, "--fit") or [2022, 2023], _years(check, "--check") or None
    if not wanted and (fit or check):
        raise DalizError("--fit and --check say which years of --series to use; give it, such as --series via_aaa=Subject,via_bbb=Other")
    if wanted:
        published(tables, wanted, fitted, held)
    # Gate countries are those of the whole corridor, whatever part of its cargo is asked about.
    told_by = gates(tables)
    tables = _asked(tables, *ends)
    ways = itineraries(tables)
    model = flow_model(tables, ways, demand, told_by)
    calibration = calibrate(tables, model, wanted, fitted, held) if wanted else None
    found = calibration.flows if calibration else with_ranges(model.solve(), tables, ways, demand, told_by)
    if as_json:
        _print_json(found, calibration)
    else:
        _tell(tables, found, calibration)


def _asked(tables: Corridor, origin: str | None, destination: str | None) -> Corridor:
    """The corridor with only the demand that was asked for."""
    import polars as pl

    from daliz.corridor import DalizError

    asked = pl.lit(True)
    for column, place in (("origin", origin), ("destination", destination)):
        asked = asked if place is None else asked & (pl.col(column) == place)
    wanted = tables["demands"].with_columns(teu_year=pl.when(asked).then("teu_year").otherwise(0.0))
    if not wanted["teu_year"].sum() > 0:
        raise DalizError(_no_demand(tables, origin, destination))
    return tables if origin is None and destination is None else tables.replace("demands", wanted)


def _no_demand(tables: Corridor, origin: str | None, destination: str | None) -> str:
    """Why nothing was asked for, and what there is."""
    import polars as pl

    from daliz.corridor.places import short_names

    names = short_names(tables)
    told = f"no demand from {names.get(origin or '', 'anywhere')} to {names.get(destination or '', 'anywhere')} in the table demands"
    asked = tables["demands"].filter(pl.col("teu_year") > 0)
    if asked.is_empty():
        return "the table demands has no cargo; expected a row with teu_year above 0"
    for column, place, other, way in (
        ("origin", origin, "destination", "from {} goes to"),
        ("destination", destination, "origin", "to {} comes from"),
    ):
        if place is not None:
            there = asked.filter(pl.col(column) == place).group_by(other).agg(pl.col("teu_year").sum())
            ends = there.sort("teu_year", other, descending=[True, False])[other].head(ENDS_LISTED).to_list()
            listed = ", ".join(f"{names[end]} ({end})" for end in ends) or "nowhere"
            told += f"; cargo {way.format(names[place])} {listed}"
    return told


def _series(text: str) -> dict[str, str]:
    from daliz.corridor import DalizError

    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        family, equals, subject = part.partition("=")
        if not equals or not family or not subject:
            raise DalizError(f"--series {part!r}: expected a family and a subject of the observations, such as via_aaa=Subject")
        found[family.strip()] = subject.strip()
    return found


def _years(text: str, option: str) -> list[int]:
    from daliz.corridor import DalizError

    try:
        return [int(year) for year in text.split(",") if year.strip()]
    except ValueError as error:
        raise DalizError(f"{option} {text!r}: expected years with commas between, such as 2022,2023") from error


def _print_json(found: CorridorFlows, calibration: Calibration | None) -> None:
    from daliz.cli.say import json_text

    answer: dict[str, object] = {
        "totals": found.totals.to_dicts(),
        "shares": found.shares.to_dicts(),
        "use": found.use.to_dicts(),
        "without_itinerary": found.left.to_dicts(),
        "residual": found.residual,
        "figures": [figure.as_dict() for figure in found.figures()],
    }
    if calibration is not None:
        predictions = [{**vars(prediction), "miss_points": prediction.miss_points} for prediction in calibration.predictions]
        answer["calibration"] = {"constants": dict(calibration.constants), "predictions": predictions, "rows": list(calibration.rows)}
    print(json_text(answer))


def _tell(tables: Corridor, found: CorridorFlows, calibration: Calibration | None) -> None:
    from daliz.cli.say import say
    from daliz.corridor.places import short_names

    names = short_names(tables)
    total = float(found.totals["teu_year"].sum())
    figures = [figure for figure in found.figures() if figure.name.startswith("flow_teu_year:") and figure.value >= 0.0005 * total]
    ways = found.itineraries.height
    say(f"{total:,.0f} TEU a year {f'choose between {ways:,} itineraries' if ways > 1 else 'have one itinerary'}:")
    for figure in figures:
        span = "" if figure.low is None or figure.high is None else f" ({100 * figure.low / total:.0f} to {100 * figure.high / total:.0f})"
        say(f"{100 * figure.value / total:.1f} %{span} {_way(figure.name.partition(':')[2])}", indent=2)
    if found.interval:
        say(f"In brackets: {found.interval}, each by itself.")
    if found.left.height:
        say(f"{float(found.left['teu_year'].sum()):,.0f} TEU a year have no itinerary: {', '.join(_pairs(found.left, names))}.")
    _tell_pairs(found, names)
    labels = _resource_names(tables, names)
    for row in found.use.filter(found.use["use"] > 0.6).head(8).iter_rows(named=True):
        used = f"{100 * row['use']:.0f} % of {row['capacity_teu_year']:,.0f} TEU a year"
        say(f"{labels.get(row['resource'].split(':')[0], row['resource'])}: {used}, {row['delay_days']:.1f} days in the queue.")
    if (found.use["use"] > 1).any():
        say("Where more than all is used, the queue is what keeps further cargo away in the equilibrium, and no forecast of a wait.")
    if calibration is not None:
        _tell_fit(calibration)


def _tell_pairs(found: CorridorFlows, names: Mapping[str, str]) -> None:
    from daliz.cli.say import say

    def cell(days: float | None) -> str:
        return f"{days:9.1f}" if days is not None else f"{'-':>9}"

    pair = ("", "")
    rows = found.shares.filter(found.shares["share"] >= SHARE_SHOWN)
    print(f"\n{'':<22}{'TEU/year':>9}{'share':>8}{'days':>7}{'moving':>9}{'standing':>9}{'queue':>7}{'USD/FEU':>9}")
    for row in rows.head(WAYS_SHOWN).iter_rows(named=True):
        if pair != (pair := (row["origin"], row["destination"])):
            print(f"{names[pair[0]]} to {names[pair[1]]}")
        moving, queue = row["days_moving"], row["delay_days"]
        standing = None if moving is None else row["days_mean"] - moving - queue
        numbers = f"{row['teu_year']:9,.0f}{100 * row['share']:6.1f} %{row['days_mean']:7.1f}"
        print(f"  {_way(row['family'], short=True):<20}{numbers}{cell(moving)}{cell(standing)}{queue:7.1f}{row['cost_usd_feu']:9,.0f}")
    if rows.height > WAYS_SHOWN:
        print(f"  and {rows.height - WAYS_SHOWN} more, which --json tells")
    print()
    say(
        "Days are moving, standing (waits for departures, handling, borders, and the delays that happen) and in queues at services, ships "
        "and terminals that are full."
    )


def _way(family: str, short: bool = False) -> str:
    """A family in a reader's words."""
    from daliz.freight.flows.corridor import words
    from daliz.relations.countries import country_name

    if family.startswith("via_"):
        return f"{'by' if short else 'by way of'} {country_name(family[4:].upper())}"
    return {"sea": "by the open sea", "direct": "past none"}.get(family, family) if short else words(family)


def _resource_names(tables: Corridor, names: Mapping[str, str]) -> dict[str, str]:
    """Names that people know for services, fleets and terminals."""
    labels = {f"{table}/{row}": name for table in ("services", "fleets") for row, name in tables[table].select("id", "name").iter_rows()}
    terminals = tables["terminals"].select("id", "place", "operation").iter_rows()
    return labels | {f"terminals/{row}": f"{names[place]}, {operation.replace('_', ' ')}" for row, place, operation in terminals}


def _tell_fit(calibration: Calibration) -> None:
    from daliz.cli.say import say

    constant = calibration.constants[calibration.family]
    mine, its = _way(calibration.family), _way(calibration.other)
    years = ", ".join(str(p.year) for p in calibration.predictions if p.fitted)
    say(f"Fitted to the published volumes of {years}: a constant of {constant:+.2f} in the utility of what goes {mine}.")
    say(f"Share {mine} in the two ({mine}, and {its}):")
    for p in calibration.predictions:
        inside = "within the interval" if p.miss_points == 0 else f"the interval misses it by {p.miss_points:.1f} percentage points"
        kind = "fitted" if p.fitted else "predicted"
        shares = f"{kind} {100 * p.share:.1f} % ({100 * p.low:.1f} to {100 * p.high:.1f}), published {100 * p.observed:.1f} %"
        say(f"{p.year}: {shares}: {inside}.", indent=2)
    say("The interval is Student's t at 90 % from so few years, so it is wide, and holds for a year like them: not for a trend or a shock.")


def _pairs(frame: pl.DataFrame, names: Mapping[str, str]) -> list[str]:
    return [f"{names[row['origin']]} to {names[row['destination']]}" for row in frame.iter_rows(named=True)]
