"""The ledger of a store of events: its settings, and a line for every group of files that is finished.

Parts count only once their group stands in the ledger, so that a run that was cut off leaves nothing half read.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from daliz.corridor.errors import DalizError
from daliz.relations.countries import country_name

LEDGER = "files.jsonl"


def open_ledger(folder: Path, settings: dict[str, Any]) -> dict[str, list[int]]:
    """File -> its stamp when it was read. Makes the store where it is missing."""
    file = folder / LEDGER
    try:
        if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not file.exists())):
            raise DalizError(f"{folder}: exists and is no store of events; name a new folder")
        for name in ("parts", "rejected"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if not file.exists():
            write_whole(file, (json.dumps({"settings": settings}) + "\n").encode())
    except OSError as error:
        raise DalizError(f"{folder}: cannot be written ({error.strerror})") from error
    found, groups = read_ledger(folder)
    if found != settings:
        raise DalizError(f"{folder}: was made for {_settings_text(found)}; name another folder for {_settings_text(settings)}")
    return {entry["path"]: entry["stamp"] for group in groups for entry in group["files"]}


def read_ledger(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Settings of a store, and its finished groups (files, parts). A last line that was cut off while being written is left out.

    Raises: DalizError when the folder is no store of events.
    """
    try:
        lines = (folder / LEDGER).read_text(encoding="utf-8").split("\n")
        settings = json.loads(lines[0])["settings"]
    except (OSError, ValueError, KeyError) as error:
        raise DalizError(f"{folder}: no store of events; `daliz events FILES... --out {folder}` makes one") from error
    groups = []
    for line in lines[1:-1]:
        try:
            groups.append(json.loads(line))
        except ValueError:
            continue
    return settings, groups


def discard_if_empty(folder: Path) -> None:
    """Take away a store in which no file was finished, so that the next run may choose other settings."""
    if read_ledger(folder)[1]:
        return
    for name in ("parts", "rejected"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / LEDGER).unlink()
    with suppress(OSError):
        folder.rmdir()


def commit(folder: Path, entries: Sequence[tuple[Path, dict[str, Any]]], parts: Sequence[str]) -> None:
    """Note a finished group of files, with what came of each, and its parts."""
    files = [{"path": str(path.resolve()), "stamp": stamp(path), **report} for path, report in entries]
    with (folder / LEDGER).open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(end - 1)
        torn = file.read(1) != b"\n"
        file.write((b"\n" if torn else b"") + json.dumps({"files": files, "parts": list(parts)}).encode() + b"\n")


def _settings_text(settings: dict[str, Any]) -> str:
    who = " and ".join(country_name(code) for code in settings["pair"]) or "all pairs"
    roots = f", CAMEO roots {', '.join(f'{root:02d}' for root in settings['roots'])}" if settings["roots"] else ""
    return f"{who}{roots}"


def stamp(path: Path) -> list[int]:
    """Size and time of change of a file, by which a later run knows it; empty when it cannot be looked at."""
    try:
        stat = path.stat()
    except OSError:
        return []
    return [stat.st_size, stat.st_mtime_ns]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
