"""The dossier in a real browser: nothing fails, nothing is fetched, and it reads on a phone and on a screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daliz.corridor import Corridor
from daliz.report.build import build
from daliz.report.render import find_chromium, html

pytestmark = pytest.mark.xdist_group("browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def page_file(embedded: Corridor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dossier") / "dossier.html"
    path.write_text(html(build(embedded, ("KAZ", "AZE")), "2026-01-01"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("Chromium is not installed (.ci/run installs it)")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [390, 1400])
def test_the_page_needs_nothing_else_and_fits_the_screen(browser: Any, page_file: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = page.evaluate("Math.min(...[...document.querySelectorAll('p,td,li,dd')].map(e => parseFloat(getComputedStyle(e).fontSize)))")
    assert smallest >= 12
    page.close()


def test_every_link_within_the_page_has_its_target(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    targets = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert set(targets) <= set(ids)
    assert len(ids) == len(set(ids))
    page.close()


def test_following_a_figure_opens_its_rows(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    target = page.evaluate("document.querySelector('.card .trace a').getAttribute('href')")
    page.click(".card .trace a")
    assert page.locator(target).is_visible()
    page.locator(f"{target} .rows a").first.click()
    row = page.evaluate("location.hash")
    assert row.startswith("#row-")
    assert page.locator(row).is_visible()
    page.close()
