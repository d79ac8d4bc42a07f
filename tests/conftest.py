"""What all tests share: where the external cases are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cases() -> Path:
    """Folder of external cases (published tables, benchmark instances), which are not part of the project."""
    folder = Path(os.environ.get("DALIZ_CASES", Path(__file__).parents[2] / "shared" / "cases"))
    if not folder.is_dir():
        pytest.skip(f"external cases are not here ({folder.name}); set DALIZ_CASES to their folder")
    return folder
