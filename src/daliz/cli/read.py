"""`daliz read`: news articles and statements turned into events, and on request into rows that a person accepts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daliz.cli.dataset import CorridorOption, JsonOption
from daliz.cli.say import json_text, say

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor
    from daliz.relations.reading import Reading


def read(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE|-...", help="English articles as text or HTML; - reads one from standard input.")
    ],
    date: Annotated[str | None, typer.Option(help="The article's day, to resolve 'on Monday' and 'yesterday': 2024-03-12.")] = None,
    corridor: CorridorOption = None,
    as_json: JsonOption = False,
    accept: Annotated[Path | None, typer.Option(help="Dataset folder: propose rows for it, and ask for each whether to write it.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Keep only events of these countries; repeat for several.")] = None,
    triggers: Annotated[
        bool, typer.Option("--triggers", help="Only list the sentences that may hold an event; needs no language model.")
    ] = False,
    source: Annotated[str, typer.Option(help="Short name of the article's row in `sources`; default: made from the file's name.")] = "",
    title: Annotated[str, typer.Option(help="The article's title, for a new source; default: its first line.")] = "",
    url: Annotated[str, typer.Option(help="The article's address, for a new source.")] = "",
) -> None:
    """Read visits, meetings, sessions, signings, projects and trade figures from English articles, with quotes and doubts."""
    from daliz.corridor import DalizError, load
    from daliz.relations.countries import country_code
    from daliz.relations.reading import Reader
    from daliz.relations.reading.text import published

    _check(files, accept, as_json)
    codes = {country_code(name) for name in country or ()}
    loaded = load(accept or corridor)
    reader = Reader(loaded["actors"].to_dicts())
    failed: list[str] = []
    shown: list[dict[str, object]] = []
    for name in files:
        try:
            raw = _text_of(name)
            day = date or published(raw)
            if triggers:
                _list_sentences(reader, raw, name, len(files) > 1)
                continue
            reading = _of_countries(reader.read(raw, day, _label(name)), codes)
        except DalizError as error:
            failed.append(str(error))
            continue
        if as_json:
            shown.append({"file": name, "date": day, "notices": reading.notices, "events": [event.as_dict() for event in reading.events]})
        else:
            _show(name, reading, len(files) > 1)
        if accept is not None:
            loaded = _ask(loaded, accept, reading, _source(name, source, title, url, day, reading))
    if as_json:
        print(json_text(shown))
    if failed:
        more = f"{len(failed)} of {len(files)} texts could not be read; the others were\n  " if len(files) > 1 else ""
        raise DalizError(more + "\n  ".join(failed))


def _check(files: list[str], accept: Path | None, as_json: bool) -> None:
    from daliz.corridor import DalizError

    if accept is not None and as_json:
        raise DalizError("choose one of --json and --accept")
    if accept is not None and "-" in files:
        raise DalizError("--accept asks at the terminal, so the article cannot come from standard input: name a file")
    if accept is not None and not (accept / "datapackage.json").exists():
        raise DalizError(f"{accept}: expected a dataset folder; `daliz new {accept}` writes one")


def _label(name: str) -> str:
    return "standard input" if name == "-" else name


def _text_of(name: str) -> str:
    from daliz.relations.reading.text import MOST_BYTES, ReadingError

    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReadingError(f"{name}: cannot be read ({error.strerror})") from error
    if len(raw) > MOST_BYTES:
        raise ReadingError(f"{_label(name)}: more than {MOST_BYTES / 1e6:.0f} MB, expected one article; split the file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadingError(f"{_label(name)}: byte 0x{raw[error.start]:02x} at place {error.start}, expected text in UTF-8") from error


def _of_countries(reading: Reading, codes: set[str]) -> Reading:
    from dataclasses import replace

    if not codes:
        return reading
    kept = tuple(event for event in reading.events if codes <= {*event.countries(), event.country})
    return replace(reading, events=kept)


def _list_sentences(reader: object, raw: str, name: str, several: bool) -> None:
    from daliz.relations.reading import Reader
    from daliz.relations.reading.text import article_text
    from daliz.relations.reading.triggers import candidates

    assert isinstance(reader, Reader)
    text, _ = article_text(raw, _label(name))
    found = candidates(text, reader.lexicon)
    if several:
        print(f"{name}:")
    for start, end in found:
        say(" ".join(text[start:end].split()))
    print(f"{len(found)} sentence{'' if len(found) == 1 else 's'} may hold an event.")


def _show(name: str, reading: Reading, several: bool) -> None:
    from daliz.relations.reading.propose import in_words

    if several:
        print(f"{name}:")
    for event in reading.events:
        say(in_words(event))
        say(f'"{" ".join(event.quote.split())}"', 4)
        if event.doubts:
            say(f"unsure ({event.confidence:.0%}): {'; '.join(event.doubts)}", 4)
    done = len(reading.deeds())
    others = len(reading.events) - done
    print(f"{done} event{'' if done == 1 else 's'}" + (f"; {others} planned, possible or denied" if others else "") + ".")
    for notice in reading.notices:
        say(f"Note: {notice}.")


def _source(name: str, given: str, title: str, url: str, day: str | None, reading: Reading) -> dict[str, object]:
    import re

    from daliz.relations.reading.propose import source_row

    made = re.sub(r"[^a-z0-9]+", "_", Path(name).stem.casefold()).strip("_") or "article"
    first = next((line.strip() for line in reading.text.splitlines() if line.strip()), name)
    return source_row(given or f"read_{made}", title or first[:120], url, day[:10] if day else None)


def _ask(corridor: Corridor, folder: Path, reading: Reading, source: dict[str, object]) -> Corridor:
    """Show each proposed row and ask; write those said yes to, whole or not at all, and give back the corridor as it then is."""
    from daliz.relations.reading.propose import in_words, proposals, with_rows

    accepted = []
    offered = proposals(reading.events, corridor, str(source["id"]))
    for place, proposal in enumerate(offered, 1):
        print(f"\nRow {place} of {len(offered)} for {proposal.table}:")
        say(in_words(proposal.event), 2)
        for column, value in proposal.row.items():
            if value not in (None, [], ""):
                say(f"{column} = {'; '.join(map(str, value)) if isinstance(value, list) else value}", 4)
        if proposal.like:
            say(f"On record already, perhaps the same: {', '.join(proposal.like)}", 2)
        answer = typer.prompt("Accept? y(es), n(o), q(uit asking)", default="n", show_default=True).strip().casefold()
        if answer.startswith("q"):
            break
        if answer.startswith("y"):
            accepted.append(proposal)
    if not accepted:
        print("Nothing was written.")
        return corridor
    changed = with_rows(corridor, accepted, source)
    changed.save(folder)
    print(f"Wrote {len(accepted)} row{'' if len(accepted) == 1 else 's'} to {folder}.")
    return changed
