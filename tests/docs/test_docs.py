"""The docs are true: their examples run and print what they say, their links lead somewhere, the table reference is current."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
COMMAND_TIMEOUT_S = 300


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_print_what_they_say(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = "\n".join(block for block in blocks(page, "python") if ">>>" in block)
    test = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    result = doctest.DocTestRunner(optionflags=EXAMPLES).run(test)
    assert result.failed == 0


def console_examples(page: Path) -> list[tuple[str, str]]:
    """Commands of the console blocks with what they print; only Daliz's own are run."""
    found = []
    for block in blocks(page, "console"):
        for command, printed in re.findall(r"^\$ (.*?)\n(.*?)(?=^\$ |\Z)", block + "\n", flags=re.M | re.S):
            if command.startswith("daliz "):
                found.append((command, printed.strip("\n") + "\n"))
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if console_examples(page)], ids=lambda page: page.name)
def test_commands_print_what_they_say(page: Path, tmp_path: Path) -> None:
    # One folder for the page: a later command may use what an earlier one wrote.
    for command, printed in console_examples(page):
        words = shlex.split(command)[1:]
        run = [sys.executable, "-c", "from daliz.cli import main; main()", *words]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
        said = done.stdout + done.stderr
        assert doctest.OutputChecker().check_output(printed, said, EXAMPLES) or not printed.strip(), f"$ {command}\n{said}"
        assert "Traceback" not in said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_table_reference_is_current() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec and spec.loader
    make_docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_docs)
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == make_docs.page(), "run make docs"
