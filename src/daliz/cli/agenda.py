"""`daliz agenda`: what each agreement and project changes, by itself and together with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.sweeping import ChartOption, ClusterOption, KeepOption, ReplicationsOption, SeedOption, WorkersOption, kept_in, progress

if TYPE_CHECKING:
    from daliz.assess.agenda import Agenda, Item
    from daliz.corridor import Corridor


def agenda(
    only: Annotated[str, typer.Option(help="Ids of projects and agreements, with commas between; default: all.")] = "",
    replications: ReplicationsOption = 8,
    seed: SeedOption = 1,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    keep: KeepOption = True,
    chart: ChartOption = None,
    measure: Annotated[str, typer.Option(help="Measure that the chart shows.")] = "mean_transit_days",
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
) -> None:
    """What agreements and projects change: first on today's corridor, and last on top of all others, with intervals and cost."""
    import json

    from daliz.assess.agenda import TOLD
    from daliz.assess.agenda import agenda as ask
    from daliz.corridor import DalizError, load
    from daliz.corridor.names import did_you_mean

    if measure not in TOLD:
        raise DalizError(f"no measure {measure!r}{did_you_mean(measure, TOLD)}; there are: {', '.join(TOLD)}")
    names = [name.strip() for name in only.split(",") if name.strip()]
    loaded = load(corridor)
    with progress(keep) as tell:
        found = ask(
            loaded,
            only=names or None,
            replications=replications,
            seed=seed,
            workers=workers,
            cluster=cluster,
            kept_in=kept_in(keep),
            tell=tell,
        )
    if chart is not None:
        from daliz.assess.measures import MEASURES
        from daliz.assess.pictures import agenda_chart
        from daliz.assess.words import subject_name
        from daliz.draw import save_chart

        subjects = [subject for subject in found.table.filter(found.table["measure"] == measure)["subject"].unique() if subject]
        title = ", ".join([MEASURES[measure].label, *(subject_name(loaded, subject) for subject in subjects)])
        save_chart(agenda_chart(found, measure, title), chart)
    if as_json:
        silent = [{"kind": item.kind, "id": item.id, "status": item.status} for item in found.silent]
        untold = [{"kind": item.kind, "id": item.id, "why": why} for item, why in found.untold]
        print(json.dumps({"effects": found.table.to_dicts(), "silent": silent, "untold": untold}, ensure_ascii=False))
        return
    _print(loaded, found)
    if chart is not None:
        print(f"Wrote {chart}.")


def _print(corridor: Corridor, found: Agenda) -> None:
    from daliz.assess.words import effect_text, relation_name
    from daliz.cli.say import say

    say(f"What changes, on the relation {relation_name(corridor, '-'.join(found.relation))} and over all cargo")
    for item in found.items:
        rows = [row for row in found.table.iter_rows(named=True) if (row["kind"], row["id"]) == (item.kind, item.id)]
        telling = [row for row in rows if row["measurable"]]
        if telling:
            print()
            say(f"{item.title} ({item.kind} {item.id}; {item.status.replace('_', ' ')}{_cost(item)})")
            for row in telling:
                say(effect_text(corridor, row), indent=4)
            for role in dict.fromkeys(row["role"] for row in rows):
                if not any(row["role"] == role for row in telling):
                    say(f"{role}: nothing that is told from chance", indent=4)
    print()
    for item, why in found.untold:
        say(f"Not simulated: {item.title} ({item.id}): {why}")
    _print_silent(found.silent)
    say(
        "First: on the corridor as it is; last: on top of all others. Simulated with "
        f"{found.replications} replications, the same luck in all; ± is half the 95 % interval. The ceiling is the most that the "
        "network could pass by maximum flow, not the capacity that `daliz simulate --capacity` finds."
    )


def _cost(item: Item) -> str:
    return f"; {item.cost_usd / 1e6:,.0f} million USD" if item.cost_usd else ""


def _print_silent(silent: tuple[Item, ...]) -> None:
    from daliz.cli.say import say

    for kind in ("project", "agreement"):
        changing = [f"{item.title} ({item.id})" for item in silent if item.kind == kind and item.projects]
        names = [item.id for item in silent if item.kind == kind and not item.projects]
        if changing:
            say(f"Changes rows of the tables, but nothing that is told from chance ({kind}s): {'; '.join(changing)}.")
        if names:
            say(f"Without measurable effect, because no row of the tables is changed ({kind}s): {', '.join(names)}.")
