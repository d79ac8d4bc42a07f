"""What Daliz says when something a user gave it cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class DalizError(Exception):
    """A message meant for the user; the command line prints it and exits with 2."""


class PlaceError(DalizError):
    """A place name that fits nothing, or more than one place."""


class MissingExtraError(DalizError):
    """A part of Daliz whose optional packages are not installed."""

    def __init__(self, extra: str, package: str) -> None:
        super().__init__(f"this needs the package {package!r}, which is not installed: run  pip install 'daliz[{extra}]'")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a dataset: where it is, what stands there, what was expected."""

    file: str
    line: int | None
    column: str | None
    value: str | None
    expected: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.column is not None:
            where += f" {self.column}"
        if self.value is not None:
            shown = self.value if len(self.value) <= 60 else self.value[:57] + "..."
            where += f" = {shown!r}"
        return f"{where}: {self.expected}"


class DatasetError(DalizError):
    """A dataset that breaks its declaration; carries every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the dataset"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))
