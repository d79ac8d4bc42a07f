"""Command line of Daliz: parses, calls, shows. Each lens has a file of its own beside this one."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from daliz.cli import (
    agenda,
    agreements,
    compare,
    dataset,
    dependence,
    events,
    fibre,
    flows,
    invest,
    plan,
    read,
    relations,
    report,
    simulate,
)


class _Commands(TyperGroup):
    """The commands; one that is stopped says so, and with it what its KeyboardInterrupt tells of work that is kept."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stopped:
            print(f"daliz: stopped{f'; {stopped}' if stopped.args else ''}", file=sys.stderr)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="daliz",
    cls=_Commands,
    help="What does a corridor between countries carry, what holds it back, what would change it, and what do they mean to each other?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("check")(dataset.check)
app.command("new")(dataset.new)
app.command("show")(dataset.show)
app.command("plan")(plan.plan)
app.command("gtfs")(plan.gtfs)
app.command("simulate")(simulate.simulate)
app.command("flows")(flows.flows)
app.command("invest")(invest.invest)
app.command("relations")(relations.relations)
app.add_typer(agreements.app, name="agreements")
app.add_typer(fibre.app, name="fibre")
app.command("events")(events.events)
app.command("read")(read.read)
app.command("compare")(compare.compare)
app.command("dependence")(dependence.dependence)
app.command("agenda")(agenda.agenda)
app.command("report")(report.report)


@app.callback()
def _root() -> None:
    """Options come after the command: `daliz show links --json`."""


def main() -> None:
    """Run the command line; what a user can mend is one message and exit code 2, without a traceback."""
    from daliz.corridor.errors import DalizError

    try:
        app()
    except DalizError as error:
        print(f"daliz: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("daliz: stopped", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
