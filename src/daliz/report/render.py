"""Writes the dossier as one HTML file that needs nothing else, as PDF through Chromium, or as a summary for the terminal."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from daliz.corridor import DalizError
from daliz.corridor.figures import readable
from daliz.report.section import Grid, Picture, Words
from daliz.report.words import country_name

if TYPE_CHECKING:
    from daliz.report.build import Dossier

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PDF_TIMEOUT_S = 120


def _own_ids(svg: str, prefix: str) -> str:
    """The picture with its ids numbered for itself: several pictures stand in one page, and drawing counts on from page to page."""
    own = {name: f"{prefix}-{number}" for number, name in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)), 1)}
    svg = re.sub(r'\bid="([^"]+)"', lambda found: f'id="{own[found[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{own[found[1]]})", svg)
    return re.sub(r'href="#([^"]+)"', lambda found: f'href="#{own[found[1]]}"', svg)


def _kinds(grid: Grid) -> list[str]:
    """How each column is set: numbers to the right, days unbroken, words as they come."""
    patterns = {"number": r"[+−-]?[\d,]+(\.\d+)?(e[+-]?\d+)?", "day": r"\d{4}-\d{2}(-\d{2})?"}

    def kind(cells: list[str]) -> str:
        return next((name for name, pattern in patterns.items() if cells and all(re.fullmatch(pattern, cell) for cell in cells)), "")

    return [kind([str(cell) for cell in column if cell not in (None, "")]) for column in zip(*grid.cells, strict=True)]


def _by_table(rows: list[dict[str, str]]) -> list[tuple[str, list[dict[str, str]]]]:
    return [(table, list(group)) for table, group in groupby(rows, key=lambda row: row["name"].partition("/")[0])]


def anchor(name: str) -> str:
    """The name of a row, figure or source as a place in the page."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)


def html(dossier: Dossier, made_on: str) -> str:
    """The dossier as HTML text.

    Parameters: dossier, made_on (date shown under the title). Returns: a page without scripts and without any request to elsewhere.
    """
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("daliz.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"readable": readable, "anchor": anchor, "own_ids": _own_ids, "groupby_table": _by_table, "kinds": _kinds}
    environment.tests |= {
        "words": lambda block: isinstance(block, Words),
        "picture": lambda block: isinstance(block, Picture),
        "grid": lambda block: isinstance(block, Grid),
    }
    names = [country_name(dossier.corridor, code) for code in dossier.pair]
    page: str = environment.get_template("dossier.html").render(dossier=dossier, names=names, made_on=made_on)
    return page


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all. Raises: DalizError when it cannot be written."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        temporary.replace(path)
    except OSError as error:
        raise DalizError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        if temporary.parent.is_dir():
            temporary.unlink(missing_ok=True)


def find_chromium() -> str | None:
    """The path of a Chromium that is installed here, if there is one."""
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


def pdf(page: str) -> bytes:
    """The page as PDF. Raises: DalizError when no Chromium is installed or it fails."""
    chromium = find_chromium()
    if chromium is None:
        raise DalizError(
            f"--pdf needs Chromium, and none of {', '.join(CHROMIUM_NAMES)} was found; open the HTML file and print it instead"
        )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "dossier.html", Path(folder) / "dossier.pdf"
        source.write_text(page, encoding="utf-8")
        command = [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"),
            *(f"--print-to-pdf={target}", source.as_uri()),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PDF_TIMEOUT_S)
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise DalizError(f"Chromium did not make a PDF ({type(error).__name__}); open the HTML file and print it instead") from error


def summary(dossier: Dossier) -> list[tuple[str, str, str]]:
    """The figures at a glance for the terminal: label, value with interval and unit, certainty."""
    glance = dossier.sections[0]
    return [(figure.label, figure.text(), figure.certainty) for figure in glance.figures]
