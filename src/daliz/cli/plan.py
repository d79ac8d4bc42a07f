"""`daliz plan`: every sensible way from A to B, with its price and its risk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from daliz.corridor import Corridor
    from daliz.freight.plan import Plan

LONGEST_CODE = 3  # letters of a country's ISO code


def plan(
    origin: Annotated[str, typer.Argument(help="Where from: a place's name, code or another spelling.")],
    destination: Annotated[str, typer.Argument(help="Where to.")],
    depart: Annotated[
        str | None, typer.Option(help="When the cargo is ready, local time: 2026-12-01 or 2026-12-01T08:00. Default: now.")
    ] = None,
    arrive_by: Annotated[str | None, typer.Option("--arrive-by", help="Deadline at the destination, local time.")] = None,
    window: Annotated[str | None, typer.Option(help="First and last day of departure: 2026-12-01..2026-12-08.")] = None,
    teu: Annotated[float, typer.Option(help="Size of the lot in TEU.")] = 2.0,
    cargo: Annotated[str | None, typer.Option(help="Cargo class of the table commodities; default: general cargo.")] = None,
    avoid: Annotated[str, typer.Option(help="Countries (ISO codes) and places to avoid, with commas between.")] = "",
    modes: Annotated[str, typer.Option(help="Modes that may be used: rail,road,sea,ferry.")] = "",
    max_transfers: Annotated[int | None, typer.Option("--max-transfers", help="Most changes of service.")] = None,
    sanctions: Annotated[
        Path | None, typer.Option(help="CSV of what is ruled out: kind (country, place, operator), name, commodity.")
    ] = None,
    itinerary: Annotated[
        int | None, typer.Option(help="Which itinerary to tell leg by leg; default: the knee, the best compromise.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List the whole front, also what differs by a hair.")] = False,
    gtfs: Annotated[Path | None, typer.Option(help="Plan on a GTFS feed (.zip or folder) instead of a corridor.")] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="Write the map as SVG.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Write the itineraries as a Gantt chart, .svg or .png.")] = None,
    geojson: Annotated[Path | None, typer.Option(help="Write the front as GeoJSON.")] = None,
    ics: Annotated[Path | None, typer.Option(help="Write the itinerary as iCalendar.")] = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every sensible way to send cargo from A to B: time, price, CO2, risk."""
    import json

    from daliz.corridor import DalizError
    from daliz.freight.plan import PlanError, words
    from daliz.freight.plan import plan as ask

    tables = _tables(corridor, gtfs)
    if depart is None and arrive_by is None and window is None:
        from datetime import UTC, datetime

        depart = datetime.now(UTC).isoformat(timespec="minutes")
    avoided = [name.strip() for name in avoid.split(",") if name.strip()]
    countries = _countries(tables, avoided)
    answer = ask(
        tables,
        origin,
        destination,
        depart=depart,
        arrive_by=arrive_by,
        window=_window(window),
        teu=teu,
        commodity=cargo,
        avoid_countries=countries,
        avoid_places=[name for name in avoided if name not in countries],
        modes=[name.strip() for name in modes.split(",") if name.strip()] or None,
        max_transfers=max_transfers,
        sanctions=_rows(sanctions),
        all_itineraries=everything,
    )
    if itinerary is not None and not 1 <= itinerary <= answer.front.height:
        raise PlanError(f"no itinerary {itinerary}; there are 1 to {answer.front.height}")
    written = _write(answer, itinerary, map_file, chart, geojson, ics)
    if as_json:
        from daliz.freight.plan.export import as_dict

        print(json.dumps(as_dict(answer), ensure_ascii=False))
        return
    if not tables["services"].height:
        raise DalizError("the corridor has no services")
    print(words.in_words(answer, itinerary))
    if everything:
        print("\n" + "\n".join(words.front_table(answer)))
    for line in written:
        print(line)


def _tables(corridor: Path | None, gtfs: Path | None) -> Corridor:
    from daliz.corridor import DalizError, load

    if gtfs is None:
        return load(corridor)
    if corridor is not None:
        raise DalizError("choose one of --corridor and --gtfs")
    from daliz.freight.plan.gtfs import read_gtfs

    return read_gtfs(gtfs)


def _countries(corridor: Corridor, avoided: list[str]) -> list[str]:
    """Those of the names to avoid that are countries. Raises: DalizError for what is neither a country nor a place, with the nearest."""
    from daliz.corridor.errors import PlaceError
    from daliz.corridor.names import did_you_mean
    from daliz.corridor.places import HIGH_SEAS, find_place

    known = sorted(set(corridor["places"]["country"].drop_nulls()) - {HIGH_SEAS})
    countries = [name for name in avoided if name.upper() in known]
    for name in avoided:
        try:
            _ = name in countries or find_place(corridor, name)
        except PlaceError as error:
            if len(name) > LONGEST_CODE or "no place" not in str(error):
                raise
            near = did_you_mean(name, known) or f"; countries of the corridor: {', '.join(known)}"
            raise PlaceError(f"--avoid {name!r} is no country or place of the corridor{near}") from None
    return countries


def _window(text: str | None) -> tuple[str, str] | None:
    from daliz.freight.plan import PlanError

    if text is None:
        return None
    first, dots, last = text.partition("..")
    if not dots or not first or not last:
        raise PlanError(f"--window {text!r}: expected two days such as 2026-12-01..2026-12-08")
    return first, last


def _rows(path: Path | None) -> list[dict[str, str]]:
    import csv

    from daliz.corridor import DalizError

    if path is None:
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = list(reader)
            missing = {"kind", "name"} - set(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError) as error:
        raise DalizError(f"{path}: cannot be read as a sanctions list ({error})") from error
    if missing:
        raise DalizError(f"{path}: the column {sorted(missing)[0]!r} is missing; expected kind, name and optionally commodity")
    return rows


def _write(
    answer: Plan, itinerary: int | None, map_file: Path | None, chart: Path | None, geojson: Path | None, ics: Path | None
) -> list[str]:
    """Write the files that were asked for; each whole or not at all. Returns a line for each."""
    import json

    written: dict[Path, str | bytes] = {}
    if map_file is not None:
        from daliz.freight.plan.pictures import plan_map

        written[map_file] = plan_map(answer)
    if chart is not None:
        from daliz.freight.plan.pictures import gantt

        written[chart] = gantt(answer, png=chart.suffix == ".png")
    if geojson is not None:
        from daliz.freight.plan.export import geojson as features
        from daliz.freight.plan.pictures import link_shapes

        written[geojson] = json.dumps(features(answer, link_shapes(answer)), ensure_ascii=False)
    if ics is not None:
        from daliz.freight.plan.export import icalendar

        written[ics] = icalendar(answer, itinerary or answer.label("knee"))
    return [_written(path, content) for path, content in written.items()]


def _written(path: Path, content: str | bytes) -> str:
    from daliz.corridor import DalizError

    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content if isinstance(content, bytes) else content.encode())
        temporary.replace(path)
    except OSError as error:
        raise DalizError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
    return f"Wrote {path}."


def gtfs(
    file: Annotated[Path, typer.Argument(help="Feed to write (.zip).")],
    first_day: Annotated[str, typer.Option("--first-day", help="First day that the feed covers: 2026-12-01.")],
    days: Annotated[int, typer.Option(help="Days that it covers, 1 to 300.")] = 90,
    corridor: CorridorOption = None,
) -> None:
    """Write the open services as a GTFS feed, for journey planners and maps."""
    from datetime import date

    from daliz.corridor import DalizError, load
    from daliz.freight.plan.gtfs import write_gtfs

    try:
        day = date.fromisoformat(first_day)
    except ValueError as error:
        raise DalizError(f"--first-day {first_day!r}: expected a day such as 2026-12-01") from error
    print(f"Wrote {write_gtfs(load(corridor), file, day, days)}.")
