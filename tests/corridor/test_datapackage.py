"""A saved corridor is a Data Package that the library of the standard accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from daliz.corridor import Corridor
from daliz.corridor.schema import tables

frictionless = pytest.importorskip("frictionless")


def test_the_embedded_corridor_is_a_valid_package(embedded: Corridor, tmp_path: Path) -> None:
    folder = embedded.save(tmp_path / "corridor")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])[:10]
    assert len(report.tasks) == len(tables())


def test_a_broken_reference_is_seen_by_the_standard_too(embedded: Corridor, tmp_path: Path) -> None:
    folder = embedded.save(tmp_path / "corridor")
    cables = (folder / "cables.csv").read_text(encoding="utf-8")
    (folder / "cables.csv").write_text(cables.replace(",aktau_cls,", ",atlantis,", 1), encoding="utf-8")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert not report.valid
    assert {error.type for task in report.tasks for error in task.errors} == {"foreign-key"}


def test_saving_and_reading_back_changes_nothing(embedded: Corridor, tmp_path: Path) -> None:
    from daliz import load

    again = load(embedded.save(tmp_path / "corridor"))
    for name, frame in embedded.tables.items():
        assert frame.equals(again[name]), name


def test_the_description_stored_with_the_tables_is_the_declared_one(embedded: Corridor, tmp_path: Path) -> None:
    import daliz.reference as reference

    stored = Path(next(iter(reference.__path__))) / "tables" / "datapackage.json"
    saved = embedded.save(tmp_path / "corridor") / "datapackage.json"
    assert json.loads(stored.read_text(encoding="utf-8"))["resources"] == json.loads(saved.read_text(encoding="utf-8"))["resources"]
