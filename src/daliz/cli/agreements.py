"""`daliz agreements`: the register, its gaps and follow-up; `add` and `set` write to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.say import say

app = typer.Typer(
    help="The register of agreements: list and filter it, see what is overdue, add a document, change its status.",
    invoke_without_command=True,
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
)
DatasetOption = Annotated[Path, typer.Option("--corridor", help="Folder of the dataset to write to; `daliz new DIR` makes one.")]


@app.callback()
def agreements(
    context: typer.Context,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
    country: Annotated[list[str] | None, typer.Option(help="Countries concerned, by code or name; repeat for several.")] = None,
    subject: Annotated[str | None, typer.Option(help="Subject: transport, digital, energy, trade ...")] = None,
    status: Annotated[str | None, typer.Option(help="Stage: signed, ratified, in force, implementing, done ...")] = None,
    since: Annotated[str | None, typer.Option(help="Signed on or after this date, month or year.")] = None,
    until: Annotated[str | None, typer.Option(help="Signed on or before this date, month or year.")] = None,
    session: Annotated[str | None, typer.Option(help="Words of the council session or visit at which it was signed.")] = None,
    place: Annotated[str | None, typer.Option(help="Town where it was signed.")] = None,
    text: Annotated[str | None, typer.Option(help="Words of the title.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only documents with something overdue.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Day to judge by; default: the last day on record.")] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Print the ids of the rows, which `set` takes.")] = False,
) -> None:
    """List the register: documents, counts of signings and claims of stocks, never added up."""
    if context.invoked_subcommand is not None:
        return
    from daliz.corridor import load
    from daliz.relations.agreements import follow_up, select
    from daliz.relations.countries import country_code

    loaded = load(corridor)
    codes = [country_code(name) for name in country or ()]
    frame = select(loaded, codes, subject, status, since, until, session, place, text)
    followed = {document.id: document for document in follow_up(loaded, codes, as_of)}
    rows = [row for row in frame.iter_rows(named=True) if not overdue or (row["id"] in followed and followed[row["id"]].overdue)]
    if as_json:
        out = [{**row, "follow_up": vars(followed[row["id"]]) if row["id"] in followed else None} for row in rows]
        print(json.dumps(out, ensure_ascii=False, indent=1))
        return
    if ids:
        for row in rows:
            print(row["id"])
        return
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False)
    for head in ("signed", "what", "status", "last report", "due"):
        grid.add_column(head)
    for row in rows:
        document = followed.get(row["id"])
        count = (
            ""
            if row["record"] == "document"
            else f"[{row['documents'] or '?'} {'signed' if row['record'] == 'event_count' else 'claimed'}] "
        )
        due = "" if document is None else f"{document.due}{' OVERDUE' if document.overdue else ''}"
        grid.add_row(
            row["signed_date"] or "", _plain(count + row["title"]), row["status"] or "", document.last_report if document else "", due
        )
    Console().print(grid)
    kinds = {kind: sum(row["record"] == kind for row in rows) for kind in ("document", "event_count", "stock_claim")}
    say(
        f"Documents: {kinds['document']}; counts of signings: {kinds['event_count']}; claims of stocks: {kinds['stock_claim']} "
        f"(three kinds of record; they are not added up)."
    )


def _plain(text: str) -> str:
    """Text that rich must not take for markup."""
    from rich.markup import escape

    return escape(text)


@app.command("add")
def add(
    values: Annotated[
        list[str], typer.Argument(metavar="COLUMN=VALUE...", help="For example title='...' signed_date=2024-03-11 countries='KAZ;AZE'.")
    ],
    corridor: DatasetOption,
    source_title: Annotated[str, typer.Option(help="Title of a new source, where source= names one that is not on record.")] = "",
    source_url: Annotated[str, typer.Option(help="Address of the new source.")] = "",
    source_date: Annotated[str, typer.Option(help="Date of the new source.")] = "",
) -> None:
    """Add a row to the register, checked against its declaration and written whole or not at all."""
    from daliz.corridor import DalizError
    from daliz.relations.agreements import add_agreement

    cells = _cells(values)
    source = None
    if source_title:
        if "source" not in cells:
            raise DalizError("a new source needs a short name: give source=NAME with --source-title")
        source = {"id": cells["source"], "title": source_title, "url": source_url, "date": source_date}
    name = add_agreement(corridor, cells, source)
    print(f"Added {name} to {corridor / 'agreements.csv'}.")


@app.command("set")
def change(
    name: Annotated[str, typer.Argument(help="Id of the row.")],
    values: Annotated[list[str], typer.Argument(metavar="COLUMN=VALUE...", help="For example status='in force' status_date=2024-06.")],
    corridor: DatasetOption,
    backwards: Annotated[bool, typer.Option("--backwards", help="Allow an earlier stage of the life cycle.")] = False,
) -> None:
    """Change cells of a row of the register."""
    from daliz.relations.agreements import set_agreement

    changed = set_agreement(corridor, name, _cells(values), backwards)
    if not changed:
        print(f"{name}: nothing to change.")
    for column, (before, after) in changed.items():
        print(f"{name}: {column} {before or '(empty)'} -> {after or '(empty)'}")


def _cells(values: list[str]) -> dict[str, str]:
    from daliz.corridor import DalizError

    cells = {}
    for value in values:
        column, equals, text = value.partition("=")
        if not equals:
            raise DalizError(f"{value!r}: expected COLUMN=VALUE, for example status='in force'")
        cells[column.strip()] = text.strip()
    return cells
