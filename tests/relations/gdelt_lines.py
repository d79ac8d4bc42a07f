"""Lines of GDELT files, made for the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

COLUMNS = 61


def line(number: int, day: str, source: str, target: str, code: str, url: str = "", added: str = "", columns: int = COLUMNS) -> str:
    """One line of a GDELT file."""
    cells = [""] * columns
    cells[0], cells[1], cells[7], cells[17] = str(number), day, source, target
    cells[26], cells[27], cells[28], cells[29] = code, code[:3], code[:2], "1"
    cells[30], cells[31], cells[32], cells[33], cells[34] = "2.8", "4", "1", "3", "-1.5"
    if columns == COLUMNS:
        cells[59], cells[60] = f"{added or day}120000", url or f"https://example.org/{number}"
    elif columns == 58:
        cells[56], cells[57] = added or day, url or f"https://example.org/{number}"
    else:
        cells[56] = added or day
    return "\t".join(cells)


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def make_rows(count: int, seed: int = 1) -> list[str]:
    rng = np.random.default_rng(seed)
    sides = rng.choice(["", "KAZ", "AZE", "RUS", "CHN", "EUR"], (2, count))
    codes = rng.choice(["042", "043", "040", "057", "0311", "112", "190"], count)
    days = rng.integers(1, 29, count)
    return [line(i, f"202403{days[i]:02d}", sides[0, i], sides[1, i], codes[i], f"https://example.org/{i % 50}") for i in range(count)]
