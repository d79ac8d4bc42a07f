"""`daliz fibre`: a seabed cable's route and light, round trips by corridor, and what survives a cut."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.say import say

if TYPE_CHECKING:
    from daliz.corridor import Corridor
    from daliz.fibre.designs import LightReport, WayLight
    from daliz.fibre.latency import Latency
    from daliz.fibre.route import Route
    from daliz.fibre.survival import Cut, Survival

app = typer.Typer(
    help="A seabed cable's route and light, round trips by corridor, and what survives a cut.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

FactorOption = Annotated[
    float | None,
    typer.Option("--route-factor", help="Fibre over drawn line where no length is published; default: from published round trips."),
]
WithOption = Annotated[str, typer.Option("--with", help="Projects to put in place first, with commas between.")]
OutOption = Annotated[Path | None, typer.Option("--output", help="Folder for the files (map, charts, GeoJSON, KML).")]


@app.callback()
def _fibre() -> None:
    """Options come after the command."""


def _loaded(folder: Path | None, projects: str) -> Corridor:
    from daliz.corridor import load

    corridor = load(folder)
    names = [name.strip() for name in projects.split(",") if name.strip()]
    return corridor.with_projects(*names) if names else corridor


def _print_json(answer: dict[str, Any]) -> None:
    def plain(value: Any) -> Any:
        return value.item() if hasattr(value, "item") else list(value) if isinstance(value, tuple | set | frozenset) else str(value)

    print(json.dumps(answer, ensure_ascii=False, default=plain))


def _table(heads: Iterable[str], rows: Iterable[Iterable[object]], right: Iterable[int] = ()) -> None:
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False)
    for number, head in enumerate(heads):
        grid.add_column(head, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(str(cell) for cell in row))
    Console().print(grid)


@app.command("route")
def route(
    start: Annotated[str, typer.Argument(help="Landing place, or 'lat,lon'.")],
    end: Annotated[str, typer.Argument(help="Landing place, or 'lat,lon'.")],
    grid: Annotated[Path | None, typer.Option(help="Elevations to use: .nc, .tif or .csv; default: ETOPO1 round the Caspian.")] = None,
    on: Annotated[str, typer.Option("--date", help="Date of the water level.")] = "2026-01-01",
    level_m: Annotated[float | None, typer.Option("--level", help="Level of the water in metres, in place of the dated one.")] = None,
    usd_per_outage_h: Annotated[
        float, typer.Option("--price", help="USD for one expected hour of outage a year, over the life.")
    ] = 100_000.0,
    repair_days: Annotated[float, typer.Option("--repair-days", help="Mean time to repair.")] = 20.0,
    hazards: Annotated[Path | None, typer.Option(help="GeoJSON of active faults or other hazards of the seabed.")] = None,
    cell_km: Annotated[float | None, typer.Option("--cell-km", help="Size of the grid's cells.")] = None,
    memory_gb: Annotated[float, typer.Option("--memory-gb", help="Memory that may be taken.")] = 2.0,
    output: OutOption = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """The best seabed line between two shores: length, depth, cost, faults, and how far two engines agree."""
    from daliz.fibre.route import route as routed
    from daliz.fibre.seabed import read_exposures

    loaded = _loaded(corridor, "")
    extra = [read_exposures(hazards, "seismic")] if hazards else []
    found = routed(
        loaded,
        start,
        end,
        grid=grid,
        on=_date(on),
        level_m=level_m,
        usd_per_outage_h=usd_per_outage_h,
        repair_days=repair_days,
        exposures=extra,
        cell_km=cell_km,
        limit_gb=memory_gb,
    )
    written = _write_route(found, output)
    if as_json:
        _print_json({**found.as_dict(), "files": [str(path) for path in written]})
    else:
        _say_route(found, _published_km(loaded, found))
        for path in written:
            print(f"Wrote {path}")


def _date(text: str) -> Any:
    from datetime import date

    from daliz.fibre.errors import FibreError

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FibreError(f"--date {text!r}: expected a date like 2026-07-01") from None


def _write_route(found: Route, folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    from daliz.fibre.pictures import write_route

    return write_route(found, folder)


def _published_km(corridor: Corridor, found: Route) -> str:
    rows = corridor["cables"]
    ends = {end.place for end in found.ends}
    for row in rows.iter_rows(named=True):
        if {row["from_place"], row["to_place"]} == ends and row["length_km"]:
            low, high = row["length_low_km"] or row["length_km"], row["length_high_km"] or row["length_km"]
            return f" Published: {row['length_km']:,.0f} km" + (f" ({low:,.0f} to {high:,.0f})." if low != high else ".")
    return ""


def _say_route(found: Route, published: str) -> None:
    a, b = found.ends
    say(f"{a.name} to {b.name}: {found.length_km:,.0f} km over ground, {found.cable_km:,.0f} km of cable with slack.{published}")
    say(
        f"Straight line {found.geodesic_km:,.0f} km; {found.shore_km:.1f} km of shore ends; deepest point {found.max_depth_m:,.0f} m,"
        f" mean {found.mean_depth_m:,.0f} m; {100 * found.shallow_share:.0f} % shallower than 200 m; {found.buried_km:,.0f} km buried."
    )
    say(
        f"About {found.usd / 1e6:,.1f} million USD for cable and laying; {found.faults_year:.3f} faults a year expected,"
        f" {found.outage_h_year:.0f} hours of outage a year with {found.repair_days:g} days to repair."
    )
    say(f"Two engines, one judge: they differ by {100 * found.gap:.2f} %.")
    _table(
        ("engine", "km", "million USD", "faults/year", "judged, million USD"),
        [
            (one.engine, f"{one.length_km:.1f}", f"{one.usd / 1e6:.2f}", f"{one.faults_year:.3f}", f"{one.cost / 1e6:.3f}")
            for one in found.engines
        ],
        right=(1, 2, 3, 4),
    )
    say("Lines that no other beats in both dollars and hours:")
    _table(
        ("USD per hour", "million USD", "hours/year", "km"),
        [
            (f"{one.usd_per_outage_h:,.0f}", f"{one.usd / 1e6:.2f}", f"{one.outage_h_year:.1f}", f"{one.length_km:.1f}")
            for one in found.front
        ],
        right=(0, 1, 2, 3),
    )
    say(
        f"Depths: {found.grid_name}; water at {found.level_m:.2f} m on {found.level_date}."
        f" Cells of the source are {found.spacing_km:.1f} km, so what is smaller (canyons, steep steps, wrecks) is not in it."
        f" Costs and fault rates are estimates, see docs/fibre.md. Memory taken: {found.memory_gb:.2f} GB."
    )


@app.command("light")
def light(
    cable: Annotated[str, typer.Argument(help="Cable of the tables, a length in km, or a place with fibre.")],
    to: Annotated[str | None, typer.Argument(help="Second place: light along the quickest way between the two.")] = None,
    target_tbps: Annotated[float | None, typer.Option("--target", help="Tbit/s to be carried; default: the published capacity.")] = None,
    margin_db: Annotated[float, typer.Option("--margin", help="Margin for ageing and repairs in dB.")] = 1.5,
    with_gnpy: Annotated[bool, typer.Option("--gnpy", help="Put the repeatered design through GNPy too (extra fibre).")] = False,
    projects: WithOption = "",
    output: OutOption = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Spans, noise, capacity and fibre pairs, with repeaters and without, to one target; or light along the way between two places."""
    from daliz.corridor.places import short_names
    from daliz.fibre import designs as rooms

    if to is not None:
        loaded = _loaded(corridor, projects)
        along = rooms.light_along(loaded, cable, to, margin_db=margin_db)
        cables = dict(loaded["cables"].select("id", "name").iter_rows())
        _print_json(along.as_dict()) if as_json else _say_along(along, short_names(loaded), cables)
        return
    try:
        length: float | None = float(cable)
    except ValueError:
        length = None
    if length is not None:
        report = rooms.designs(length, 400.0 if target_tbps is None else target_tbps, margin_db, subject=f"{length:g}km")
    else:
        report = rooms.light(_loaded(corridor, ""), cable, target_tbps, margin_db)
    check = _through_gnpy(report) if with_gnpy else None
    written = _write_light(report, output)
    if as_json:
        _print_json({**report.as_dict(), "gnpy": check, "files": [str(path) for path in written]})
        return
    _say_light(report)
    if check:
        say(
            f"GNPy on {check['spans']} spans at {check['launch_dbm']:+.1f} dBm: GSNR {check['gnpy_gsnr_db']:.2f} dB;"
            f" our closed form {check['own_gsnr_db']:.2f} dB."
        )
    for path in written:
        print(f"Wrote {path}")


def _write_light(report: LightReport, folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    from daliz.fibre.pictures import light_chart, written

    return written(folder, {f"light-{report.subject}.svg": light_chart(report)})


def _through_gnpy(report: LightReport) -> dict[str, float] | None:
    from daliz.fibre import gnpy_light
    from daliz.fibre.designs import REPEATER_NF_DB
    from daliz.fibre.light import PURE_SILICA, even_spans

    best = report.best("repeatered")
    if best is None:
        return None
    spans = even_spans(report.length_km, best.spans, PURE_SILICA, REPEATER_NF_DB)
    theirs = gnpy_light.propagate(spans, best.light.launch_dbm)
    return {
        "spans": best.spans,
        "launch_dbm": best.light.launch_dbm,
        "own_gsnr_db": best.light.gsnr_db,
        "gnpy_gsnr_db": theirs.gsnr_db,
    }


def _say_along(along: WayLight, names: dict[str, str], cables: dict[str, str]) -> None:
    whole, a, b = along.whole, names[along.a], names[along.b]
    say(f"{a} to {b}, lit through without regeneration: GSNR {whole.gsnr_db:.1f} dB, {whole.capacity_tbps:.1f} Tbit/s a pair.")
    _table(
        ("section", "km", "GSNR alone, dB"),
        [(cables[name], f"{km:,.0f}", f"{gsnr:.1f}") for name, km, gsnr in along.sections],
        right=(1, 2),
    )
    say("GSNR in the signal's bandwidth; spans of 80 km on land, 75 km in the sea; regeneration at a border starts anew.")


def _say_light(report: LightReport) -> None:
    say(f"{report.length_km:,.0f} km of cable, {report.target_tbps:g} Tbit/s, {report.margin_db:g} dB of margin:")
    _table(
        ("design", "dBm", "OSNR", "GSNR", "Tbit/s pair", "pairs"),
        [
            (
                f"{one.hypothesis}: {one.name}" + (f" (infeasible: {one.why})" if not one.feasible else ""),
                f"{one.light.launch_dbm:+.1f}",
                f"{one.light.osnr_db:.1f}",
                f"{one.light.gsnr_db:.1f}",
                f"{one.tbps_per_pair:.1f}",
                one.pairs or "-",
            )
            for one in report.designs
        ],
        right=(1, 2, 3, 4, 5),
    )
    say("dBm: launch a channel; OSNR in 0.1 nm; GSNR in the signal's bandwidth; capacity after gap and margin.")
    say(f"What would decide between the hypotheses: {report.decides}.")


@app.command("latency")
def latency(
    a: Annotated[str, typer.Argument(help="Place with fibre.")],
    b: Annotated[str, typer.Argument(help="Place with fibre.")],
    route_factor: FactorOption = None,
    uniform: Annotated[bool, typer.Option("--uniform", help="Use the factor for all cables, also where a length is published.")] = False,
    projects: WithOption = "",
    output: OutOption = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Round trips over every corridor, beside the floor of physics, and how the ranking hangs on the route factor."""
    from daliz.fibre.latency import latency as measured

    loaded = _loaded(corridor, projects)
    found = measured(loaded, a, b, route_factor=route_factor, uniform=uniform)
    written: list[Path] = []
    if output is not None:
        from daliz.fibre import pictures

        stem = f"latency-{found.a}-{found.b}"
        written = pictures.written(
            output,
            {
                f"{stem}.svg": pictures.latency_chart(found),
                f"{stem}-factor.svg": pictures.factor_chart(found),
                f"{stem}-map.svg": pictures.latency_map(loaded, found),
            },
        )
    if as_json:
        _print_json({**found.as_dict(), "files": [str(path) for path in written]})
        return
    _say_latency(found)
    for path in written:
        print(f"Wrote {path}")


def _say_latency(found: Latency) -> None:
    say(
        f"{found.names[0]} to {found.names[1]}: {found.great_circle_km:,.0f} km apart; no round trip below"
        f" {found.floor_ms:.1f} ms is possible"
        " (2 n d / c)."
    )
    low, high = found.band
    kept = "for all cables" if found.uniform else "where no length is published"
    say(f"Route factor {found.route_factor:.2f} (band {low:.2f} to {high:.2f} from published round trips) {kept}:")
    shown = [factor for factor in (1.0, 1.3, 1.6, 2.1) if factor in found.factors]
    at = [found.factors.index(factor) for factor in shown]
    _table(
        ("corridor", "ms", "band", *(f"x{factor:g}" for factor in shown), "equal at"),
        [
            (
                way.name,
                f"{way.rtt_ms:.1f}",
                f"{way.rtt_low_ms:.0f}-{way.rtt_high_ms:.0f}",
                *(f"{way.by_factor[index]:.0f}" for index in at),
                "" if number == 0 else (f"x{even:.2f}" if (even := found.break_even(way)) else "-"),
            )
            for number, way in enumerate(found.ways)
        ],
        right=(1, 2, 3, 4, 5, 6, 7),
    )
    if not found.ways:
        say("No way is left in the tables.")
    say("~ crosses a sea. 'equal at': the factor at which a corridor takes as long as the first does at its own.")
    if found.changes:
        for factor, before, after in found.changes:
            say(f"From a route factor of {factor:.2f} on, the quickest is {after}, not {before}.")
    else:
        say("With one factor for all, the first stays the quickest from 1.0 to 2.1.")
    for claim in found.claims:
        flag = " BELOW THE FLOOR: not possible." if claim.below_floor else ""
        say(f"Published ({claim.observation}, {claim.period}): {claim.published_ms:.1f} ms; floor {claim.floor_ms:.1f} ms.{flag}")


@app.command("survival")
def survival(
    pairs: Annotated[list[str], typer.Argument(help="Places, two for each relation: A B [C D ...].")],
    cut_what: Annotated[str, typer.Option("--cut", help="Cut this: a cable, a risk group or a recorded cut.")] = "",
    repair_days: Annotated[str, typer.Option("--repair-days", help="Days to repair, as submarine=90 or CABLE=60, with commas.")] = "",
    route_factor: FactorOption = None,
    buffer_km: Annotated[float, typer.Option("--buffer-km", help="How near cables pass that are struck together.")] = 25.0,
    projects: WithOption = "",
    output: OutOption = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Disjoint ways, availability and single points of failure of relations, or the effect of a cut on them."""
    from daliz.fibre.errors import FibreError
    from daliz.fibre.survival import cut
    from daliz.fibre.survival import survival as survived

    if len(pairs) % 2:
        raise FibreError(f"{len(pairs)} place{'s' if len(pairs) > 1 else ''} given: {' '.join(pairs)}; expected two for each relation")
    relations = list(zip(pairs[::2], pairs[1::2], strict=True))
    loaded = _loaded(corridor, projects)
    if cut_what:
        answer: Cut | Survival = cut(loaded, [part.strip() for part in cut_what.split(",")], relations, route_factor=route_factor)
    else:
        days = _days(repair_days)
        answer = survived(loaded, relations, route_factor=route_factor, repair_days=days, buffer_km=buffer_km)
    written: list[Path] = []
    if output is not None:
        from daliz.fibre import pictures

        written = pictures.write_survival(loaded, answer, output)
    if as_json:
        _print_json({**answer.as_dict(), "files": [str(path) for path in written]})
        return
    _say_cut(answer) if cut_what else _say_survival(answer)  # type: ignore[arg-type]
    for path in written:
        print(f"Wrote {path}")


def _days(text: str) -> dict[str, float]:
    from daliz.fibre.errors import FibreError

    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, days = part.partition("=")
        try:
            found[name.strip()] = float(days)
        except ValueError:
            raise FibreError(f"--repair-days {part!r}: expected NAME=DAYS, for example submarine=90") from None
    return found


def _hours(hours: float) -> str:
    return f"{hours:,.1f} h" if hours >= 1 else f"{60 * hours:.1f} min" if hours * 60 >= 0.1 else "under 0.1 min"


def _say_survival(found: Survival) -> None:
    _table(
        ("relation", "disjoint ways", "down a year: any way", "two ways", "one way", "round trips of the two"),
        [
            (
                " - ".join(pair.names),
                pair.disjoint_paths,
                _hours(pair.availability.down_h_year),
                _hours(pair.two_ways.down_h_year),
                _hours(pair.one_way.down_h_year),
                "{:.0f} and {:.0f} ms".format(*pair.places_apart.rtt_ms) if pair.places_apart else "no second way",
            )
            for pair in found.pairs
        ],
        right=(1, 2, 3, 4),
    )
    for pair in found.pairs:
        names = " - ".join(pair.names)
        exact = "exact" if pair.availability.exact else f"95 % interval {pair.availability.low:.6f} to {pair.availability.high:.6f}"
        say(f"{names}: availability {pair.availability.value:.9f} ({exact}).")
        for one, what in ((pair.groups_apart, "no shared risk"), (pair.countries_apart, "no country but their own")):
            say(f"two ways with {what}: " + ("{:.0f} and {:.0f} ms".format(*one.rtt_ms) if one else "none") + ".", 2)
        if pair.single_points:
            say(f"one loss that parts them: {', '.join(pair.single_points)}.", 2)
    say("Faults of cables are independent here; what strikes several at once is shown by --cut.")


def _say_cut(found: Cut) -> None:
    then = f" in the network of {found.as_of}" if found.as_of else ""
    say(f"Cut {found.what}{then}: {len(found.cables)} cables ({', '.join(found.cables)}).")
    _table(
        ("relation", "before", "after", "effect"),
        [
            (
                " - ".join(one.names),
                "-" if one.before_ms is None else f"{one.before_ms:.1f} ms",
                "-" if one.after_ms is None else f"{one.after_ms:.1f} ms",
                "loses all ways" if one.lost else "had none" if one.extra_ms is None else f"+{one.extra_ms:.1f} ms",
            )
            for one in found.effects
        ],
        right=(1, 2),
    )
    for system, pairs in found.systems.items():
        say(f"{system}: {len(pairs)} pairs of its own landings are no longer joined by it.")
