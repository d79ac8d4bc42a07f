"""What a section of the dossier is made of: words, figures, charts and grids. How they look is the template's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daliz.corridor.figures import Figure


@dataclass(frozen=True)
class Words:
    """A paragraph; plain text, escaped when it is written."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A chart or map as SVG text, with what it shows in one sentence (also read out by screen readers)."""

    svg: str
    caption: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table: column heads, rows of text or numbers, and what it shows. `folded` ones open on a click."""

    heads: Sequence[str]
    cells: Sequence[Sequence[Any]]
    caption: str = ""
    rows: tuple[str, ...] = ()
    folded: bool = False


Block = Words | Picture | Grid


@dataclass(frozen=True)
class Section:
    """One section: its place in the address (`id`), title, a lead in plain words, its blocks and the figures it found.

    `extra` holds what `--json` gives beside the figures (tidy rows).
    """

    id: str
    title: str
    lead: str
    blocks: Sequence[Block] = ()
    figures: Sequence[Figure] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
