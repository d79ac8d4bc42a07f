"""Rows by name: `links/cn1`, `stops/block_train;3`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daliz.corridor.errors import DalizError
from daliz.corridor.names import did_you_mean
from daliz.corridor.schema import tables

if TYPE_CHECKING:
    from daliz.corridor.model import Corridor


def row_name(table: str, row: dict[str, Any]) -> str:
    """The name of a row: its table and key."""
    return f"{table}/{';'.join(str(row[part]) for part in tables()[table].key)}"


def find_row(corridor: Corridor, name: str) -> dict[str, Any]:
    """The row of that name. Raises: DalizError when there is none, with the nearest."""
    table, _, key = name.partition("/")
    frame = corridor[table]
    parts = tables()[table].key
    wanted = key.split(";")
    if len(wanted) == len(parts):
        hit = frame
        for part, value in zip(parts, wanted, strict=True):
            hit = hit.filter(hit[part].cast(str) == value)
        if hit.height:
            return hit.row(0, named=True)
    raise DalizError(f"no row {name!r}{did_you_mean(wanted[0], frame[parts[0]].cast(str).to_list())}")
