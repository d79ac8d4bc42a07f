"""The house: a room imports only from floors below its own, and nothing names a place of one corridor."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import types
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "daliz"
FLOORS = {"reference": 0, "corridor": 1, "draw": 1, "freight": 2, "fibre": 2, "relations": 2, "assess": 3, "report": 4, "cli": 5}
FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent != SOURCE)


def room(parts: tuple[str, ...]) -> str:
    """The room of a module: `freight.plan`, `corridor`."""
    return ".".join(parts[:2]) if parts[0] == "freight" and len(parts) > 2 else parts[0]


def imports(path: Path) -> set[tuple[str, ...]]:
    """Modules of Daliz that a file imports, without the leading name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found |= {tuple(name.split(".")[1:]) for name in names if name.startswith("daliz.")}
    return {parts for parts in found if parts and parts[0] in FLOORS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_from_floors_below(path: Path) -> None:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    mine = room(parts)
    for other in imports(path):
        if room((*other, "")) != mine and other[0] != parts[0]:
            assert FLOORS[other[0]] < FLOORS[parts[0]], f"{'.'.join(parts)} imports {'.'.join(other)}"
        elif parts[0] == "freight" and len(parts) > 2 and len(other) > 1:
            assert other[1] == parts[1], f"{'.'.join(parts)} imports its neighbour {'.'.join(other)}"


PUBLIC = ("daliz.corridor", "daliz.fibre", "daliz.freight.plan", "daliz.freight.simulate", "daliz.freight.flows", "daliz.freight.invest")


@pytest.mark.parametrize("name", [*PUBLIC, "daliz.relations", "daliz.assess"])
def test_no_module_hides_a_public_function_of_its_name(name: str) -> None:
    package = importlib.import_module(name)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{name}.{module.name}")
    hidden = [public for public in getattr(package, "__all__", ()) if isinstance(getattr(package, public), types.ModuleType)]
    assert hidden == []
