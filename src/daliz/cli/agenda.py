"""`daliz agenda`: what each agreement and project changes, by itself and together with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.compare import ChartOption, ClusterOption, KeepOption, ReplicationsOption, WorkersOption
from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from daliz.assess.agenda import Agenda, Item


def agenda(
    only: Annotated[str, typer.Option(help="Ids of projects and agreements, with commas between; default: all.")] = "",
    replications: ReplicationsOption = 8,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same figures.")] = 1,
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
    from daliz.assess.sweep import cache_folder
    from daliz.corridor import DalizError, load
    from daliz.corridor.names import did_you_mean

    if measure not in TOLD:
        raise DalizError(f"no measure {measure!r}{did_you_mean(measure, TOLD)}; there are: {', '.join(TOLD)}")
    names = [name.strip() for name in only.split(",") if name.strip()]
    found = ask(
        load(corridor),
        only=names or None,
        replications=replications,
        seed=seed,
        workers=workers,
        cluster=cluster,
        kept_in=cache_folder() if keep else None,
        tell=lambda name: typer.echo(".", nl=False, err=True),
    )
    typer.echo("", err=True)
    if chart is not None:
        from daliz.assess.pictures import agenda_chart
        from daliz.draw import save_chart

        save_chart(agenda_chart(found, measure), chart)
    if as_json:
        silent = [{"kind": item.kind, "id": item.id, "status": item.status} for item in found.silent]
        untold = [{"kind": item.kind, "id": item.id, "why": why} for item, why in found.untold]
        print(json.dumps({"effects": found.table.to_dicts(), "silent": silent, "untold": untold}, ensure_ascii=False))
        return
    _print(found)
    if chart is not None:
        print(f"Wrote {chart}.")


def _print(found: Agenda) -> None:
    from daliz.cli.say import say

    print(f"What changes, on the relation {found.relation[0]} to {found.relation[1]} and over all cargo\n")
    for item in found.items:
        rows = [row for row in found.table.iter_rows(named=True) if (row["kind"], row["id"]) == (item.kind, item.id)]
        telling = [row for row in rows if row["measurable"]]
        if telling:
            say(f"{item.title} ({item.kind} {item.id}; {item.status}{_cost(item)})")
            for row in telling:
                span = "" if row["low"] == row["high"] else f" ({row['low']:+,.2f} to {row['high']:+,.2f})"
                price = f"; {row['usd_per_unit']:,.0f} USD for one" if row["usd_per_unit"] else ""
                subject = f" {row['subject']}" if row["subject"] else ""
                say(f"{row['role']}: {row['label'].lower()}{subject} {row['effect']:+,.2f} {row['unit']}{span}{price}", indent=4)
    for item, why in found.untold:
        say(f"Not simulated: {item.title} ({item.id}): {why}")
    _print_silent(found.silent)
    say(f"Simulated with {found.replications} replications, the same luck in all.")
    say("First: on the corridor as it is; last: on top of all others.")


def _cost(item: Item) -> str:
    return f"; {item.cost_usd / 1e6:,.0f} million USD" if item.cost_usd else ""


def _print_silent(silent: tuple[Item, ...]) -> None:
    from daliz.cli.say import say

    for kind in ("project", "agreement"):
        changing = [item.id for item in silent if item.kind == kind and item.projects]
        names = [item.id for item in silent if item.kind == kind and not item.projects]
        if changing:
            say(f"\n{len(changing)} {kind}s change rows of the tables, but nothing that is told from chance: {', '.join(changing)}")
        if names:
            say(f"\n{len(names)} {kind}s without measurable effect, because they change no row of the tables: {', '.join(names)}")
