"""What all tests share: where the external cases are, and a small corridor to break and change."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from daliz.corridor import Corridor, load

# No deadline: machines differ. On CI the same examples every time, so that a landing does not hang on luck.
settings.register_profile("daliz", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("daliz")

TINY = Path(__file__).parent / "tiny"


@pytest.fixture(scope="session")
def cases() -> Path:
    """Folder of external cases (published tables, benchmark instances), which are not part of the project."""
    folder = Path(os.environ.get("DALIZ_CASES", Path(__file__).parents[2] / "shared" / "cases"))
    if not folder.is_dir():
        pytest.skip(f"external cases are not here ({folder.name}); set DALIZ_CASES to their folder")
    return folder


@pytest.fixture(scope="session")
def tiny() -> Corridor:
    """A made-up corridor of seven places between three countries, with every table."""
    return load(TINY)


@pytest.fixture()
def tiny_folder(tmp_path: Path) -> Path:
    """A copy of the tiny dataset to break."""
    folder = tmp_path / "dataset"
    shutil.copytree(TINY, folder)
    return folder


@pytest.fixture(scope="session")
def embedded() -> Corridor:
    """The corridor between Kazakhstan and Azerbaijan."""
    return load()
