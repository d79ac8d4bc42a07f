"""`daliz compare`: the same questions put to the corridor and to what a scenario makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.sweeping import ChartOption, ClusterOption, KeepOption, ReplicationsOption, SeedOption, WorkersOption, kept_in, progress

if TYPE_CHECKING:
    from daliz.assess.compare import Comparison
    from daliz.assess.scenario import Scenario
    from daliz.corridor import Corridor

ANY_COUNTRY = "any_country"
RELATIONS_LISTED = 6


def compare(
    scenario: Annotated[str | None, typer.Option(help="A ready-made scenario, `any_country`, or a TOML file of scenarios.")] = None,
    close: Annotated[str, typer.Option(help="Countries whose territory is closed (ISO codes, commas between).")] = "",
    close_place: Annotated[str, typer.Option("--close-place", help="Places that are closed.")] = "",
    close_link: Annotated[str, typer.Option("--close-link", help="Links that are closed, or places whose links are.")] = "",
    project: Annotated[str, typer.Option(help="Projects that are put in place.")] = "",
    without: Annotated[str, typer.Option(help="Projects that are taken away.")] = "",
    demand: Annotated[float, typer.Option(help="Demand as a multiple of today's.")] = 1.0,
    sea_level: Annotated[int | None, typer.Option("--sea-level", help="Year to which the sea has gone on falling.")] = None,
    relation: Annotated[list[str] | None, typer.Option(help="A relation to follow, ORIGIN:DESTINATION; may be repeated.")] = None,
    shares: Annotated[bool, typer.Option("--shares", help="Also who takes which corridor (some seconds more).")] = False,
    held: Annotated[bool, typer.Option("--history", help="Hold the model against what happened, and tell what it misses.")] = False,
    replications: ReplicationsOption = 8,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    keep: KeepOption = True,
    chart: ChartOption = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """What changes when a border shuts, a project is built, demand grows or the sea falls: each difference with its interval."""
    import json

    from daliz.assess.compare import compare_all
    from daliz.assess.scenario import Scenario
    from daliz.corridor import load

    loaded = load(corridor)
    if held:
        _history(loaded, as_json)
        return
    options = Scenario(
        "asked",
        close_countries=tuple(code.upper() for code in _names(close)),
        close_places=_places(loaded, close_place),
        close_links=_links(loaded, close_link),
        projects=_names(project),
        without=_names(without),
        demand_factor=demand,
        sea_level_year=sea_level,
    )
    asked = _scenarios(loaded, scenario, options)
    if asked is None:
        _list_ready(loaded, as_json)
        return
    with progress(keep) as tell:
        found = compare_all(
            loaded,
            asked,
            relations=[_relation(loaded, text) for text in relation or []] or None,
            replications=replications,
            seed=seed,
            shares=shares,
            workers=workers,
            cluster=cluster,
            kept_in=kept_in(keep),
            tell=tell,
        )
    if chart is not None:
        _draw(loaded, next(iter(found.values())), chart)
    if as_json:
        print(json.dumps([_plain(each) for each in found.values()], ensure_ascii=False))
        return
    for each in found.values():
        _print(loaded, each)
    if chart is not None:
        print(f"Wrote {chart}.")


def _draw(corridor: Corridor, comparison: Comparison, path: Path) -> None:
    from daliz.assess.pictures import comparison_chart
    from daliz.assess.words import growing_queues, scenario_title, subject_name
    from daliz.draw import save_chart

    names = {subject: subject_name(corridor, subject) for subject in comparison.table["subject"].unique() if subject}
    note = "Queues grow without end: days of transit are those of the simulated year" if growing_queues(comparison) else ""
    save_chart(comparison_chart(comparison, names, scenario_title(corridor, comparison.scenario), note), path)


def _history(corridor: Corridor, as_json: bool) -> None:
    import json

    from daliz.assess.history import history
    from daliz.assess.words import history_lines
    from daliz.cli.say import say

    changes = history(corridor)
    if as_json:
        found = ({"model_ratio": each.model_ratio, "observed_ratio": each.observed_ratio, "verdict": each.verdict} for each in changes)
        print(json.dumps([{**vars(each), **more} for each, more in zip(changes, found, strict=True)], ensure_ascii=False))
        return
    for line in history_lines(changes):
        say(line)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _places(corridor: Corridor, text: str) -> tuple[str, ...]:
    from daliz.corridor.places import find_place

    return tuple(find_place(corridor, name) for name in _names(text))


def _links(corridor: Corridor, text: str) -> tuple[str, ...]:
    """Links by id; a place stands for all links that end there (`--close-link suez`)."""
    links = corridor["links"]
    found: list[str] = []
    for name in _names(text):
        ends = links.filter((links["from_place"] == name) | (links["to_place"] == name))["id"].to_list()
        found += ends or [name]
    return tuple(found)


def _relation(corridor: Corridor, text: str) -> tuple[str, str]:
    from daliz.assess.measures import main_relations
    from daliz.corridor import DalizError

    origin, colon, destination = text.partition(":")
    if not (origin and colon and destination):
        known = ", ".join(":".join(relation) for relation in main_relations(corridor, RELATIONS_LISTED))
        raise DalizError(f"--relation {text!r}: expected ORIGIN:DESTINATION, two places; most cargo goes on {known}")
    return origin, destination


def _scenarios(corridor: Corridor, named: str | None, options: Scenario) -> list[Scenario] | None:
    """The scenarios that are asked for; None when nothing is."""
    from daliz.assess.dependence import touched_territories
    from daliz.assess.scenario import find_scenario, one_each, read_scenarios
    from daliz.corridor import DalizError

    if named is None:
        return None if options.empty else [options]
    if not options.empty:
        raise DalizError("give a scenario or options that make one, not both")
    if named == ANY_COUNTRY:
        return one_each(touched_territories(corridor))
    if named.endswith(".toml"):
        return list(read_scenarios(Path(named)).values())
    return [find_scenario(corridor, named)]


def _list_ready(corridor: Corridor, as_json: bool) -> None:
    import json

    from daliz.assess.scenario import ready_scenarios
    from daliz.cli.say import say

    ready = ready_scenarios(corridor)
    if as_json:
        print(json.dumps([{"name": each.name, "title": each.title, "why": each.why} for each in ready.values()], ensure_ascii=False))
        return
    print("Nothing to compare yet: close or add something, or choose a scenario.\n")
    for each in ready.values():
        say(f"--scenario {each.name}: {each.title}. {each.why}")
    say(f"--scenario {ANY_COUNTRY}: every country's territory closed, one after the other.")


def _plain(comparison: Comparison) -> dict[str, object]:
    scenario = comparison.scenario
    return {
        "scenario": {"name": scenario.name, "title": scenario.title, "why": scenario.why},
        "replications": comparison.replications,
        "relations": [list(relation) for relation in comparison.relations],
        "measures": comparison.table.to_dicts(),
    }


def _hubs(comparison: Comparison, subject: str) -> str:
    """The two places between which the fibre of two countries is asked for."""
    notes = comparison.table.filter(comparison.table["subject"] == subject)["base_note"]
    return str(notes[0])


def _print(corridor: Corridor, comparison: Comparison) -> None:
    from daliz.assess.words import comparison_sentence, difference_text, note_text, shown, subject_name
    from daliz.cli.say import say

    print()
    say(comparison_sentence(corridor, comparison))
    if comparison.scenario.why:
        say(comparison.scenario.why)
    print()
    told = set(comparison.table["subject"])
    for subject in (subject for subject in comparison.subjects if subject in told):
        ends = f" ({note_text(corridor, hubs)})" if subject == "-".join(comparison.pair) and (hubs := _hubs(comparison, subject)) else ""
        print(subject_name(corridor, subject) + ends)
        print(f"  {'':<34}{'as it is':>9}{'scenario':>10}  difference")
        for row in comparison.table.iter_rows(named=True):
            if row["subject"] == subject:
                measure, unit = row["measure"], f" [{row['unit']}]" if row["unit"] else ""
                values = f"{shown(measure, row['base']):>9}{shown(measure, row['scenario']):>10}"
                print(f"  {row['label'] + unit:<34}{values}  {difference_text(row)}")
                if row["base_note"] != row["scenario_note"] and row["scenario_note"]:
                    say(f"now {note_text(corridor, row['scenario_note'])}; was {note_text(corridor, row['base_note'])}", indent=6)
    say(
        f"Simulated with {comparison.replications} replications, the same luck in both: ± is half the 95 % interval of the difference. "
        "What is planned or static has none. The fastest way by plan counts from when the cargo is ready, with the wait for every "
        "departure; best days of `daliz plan` and `daliz simulate` are without waiting. The ceiling is the most that the network could "
        "pass if nothing were late; what queues let through is the capacity that `daliz simulate --capacity` finds."
    )
