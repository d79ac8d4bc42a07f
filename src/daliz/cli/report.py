"""`daliz report`: the dossier on two countries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption

if TYPE_CHECKING:
    from rich.console import Console

    from daliz.corridor import Corridor
    from daliz.report.build import Dossier

PairArgument = Annotated[list[str] | None, typer.Argument(help="Two ISO country codes; default: KAZ AZE.", metavar="[A B]")]


def report(
    pair: PairArgument = None,
    output: Annotated[Path, typer.Option(help="HTML file to write.")] = Path("dossier.html"),
    pdf: Annotated[Path | None, typer.Option(help="Write a PDF too (needs Chromium).")] = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
    open_it: Annotated[bool, typer.Option("--open", help="Show the page in the browser.")] = False,
) -> None:
    """Write a sourced dossier on two countries over the corridor, and print the figures that matter."""
    from daliz.corridor import DalizError, load
    from daliz.report.build import build

    countries = pair or ["KAZ", "AZE"]
    if len(countries) != 2:
        raise DalizError(f"a dossier is about two countries; {len(countries)} named: {' '.join(countries)}")
    loaded = load(corridor)
    if as_json:
        print(json.dumps(build(loaded, (countries[0], countries[1])).as_dict(), ensure_ascii=False, indent=1))
        return
    _write(loaded, (countries[0], countries[1]), output, pdf, open_it)


def _write(loaded: Corridor, pair: tuple[str, str], output: Path, pdf: Path | None, open_it: bool) -> None:
    from datetime import date

    from rich.console import Console

    from daliz.report import render
    from daliz.report.build import build

    console = Console()
    if pdf is not None and render.find_chromium() is None:
        render.pdf("")
    with console.status("Reading the corridor") as status:
        dossier = build(loaded, pair, lambda title: status.update(f"{title} ..."))
        page = render.html(dossier, date.today().isoformat())
    render.write_whole(output, page)
    if pdf is not None:
        render.write_whole(pdf, render.pdf(page))
    _print_summary(console, dossier)
    console.print(f"Dossier: {output.resolve()}" + (f"\nPDF: {pdf.resolve()}" if pdf else ""), soft_wrap=True)
    if open_it:
        _show(output)


def _print_summary(console: Console, dossier: Dossier) -> None:
    from rich.table import Table

    from daliz.report.render import summary

    grid = Table(box=None, pad_edge=False, show_header=False)
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold")
    grid.add_column(style="dim")
    for label, value, certainty in summary(dossier):
        grid.add_row(label, value, certainty)
    console.print(grid)


def _show(output: Path) -> None:
    """Open the page where there is a screen; a text browser in a terminal would take the terminal away."""
    import os
    import sys
    import webbrowser

    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(output.resolve().as_uri())
