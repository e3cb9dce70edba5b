"""Every page of the desk in a real browser: on a telephone and a screen, by day and night, looked at by axe-core."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import Page, browser
from desk_month import Seen, operators_month, settings, three_peoples_month
from desk_process import DeskProcess, desk_running

from reconcile.desk.show import STATIC

WIDTHS = (390, 1280)
LANGUAGE = os.environ.get("RECONCILE_LANGUAGE", "de-DE")
"""The pages are looked at as this language writes numbers and dates."""
TEMPLATES = {one.name for one in (STATIC.parent / "templates").glob("*.html")}
PARTS = {
    *(
        "base.html",
        "close_parts.html",
        "comments.html",
        "journals.html",
        "made_here.html",
        "money.html",
        "plan_parts.html",
    ),
    *("ran.html", "run_progress.html", "tables.html"),
}
"""What stands in other pages."""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = """[...document.querySelectorAll('main *, header *, footer *')].filter((one) => {
  const place = one.getBoundingClientRect();
  return place.width > 1 && place.right > innerWidth + 1 && !one.closest('.wide, .scroll, .skip, .unseen, pre');
}).map((one) => one.outerHTML.slice(0, 150))"""
"""What sticks out of the window and stands in nothing that scrolls by itself."""
OVERLAPPING = """[...document.querySelectorAll('th, td')].filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 150))"""
"""Cells whose content lies over the next one, where two amounts read as one."""
DROP_A_PACK = """((text) => { const given = new DataTransfer();
  const content = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  given.items.add(new File([content], 'evidence_'.repeat(12) + '.zip'));
  document.querySelector('input[name=pack]').files = given.files; })"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "inbox").mkdir()
    with desk_running(folder, settings=settings(folder / "inbox")) as running:
        yield running


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("demo"), "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def page(program: Callable[[str], str]) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(desk: DeskProcess, demo: DeskProcess) -> dict[str, Seen]:
    """The pages by name, of a month in which somebody edited a workbook and somebody else moved live."""
    return operators_month(desk, desk.folder / "inbox") | three_peoples_month(demo)


NAMES = (
    *("home", "take", "counted", "made", "bring", "brought", "apply", "run", "record", "arrived", "history"),
    "writing",
    *("verified", "bills", "billed", "payments", "matched", "task", "close", "closed", "month", "statements"),
    *("late", "rollup"),
    *(
        "approvals",
        "problem",
        "link",
        "sign-in",
        "people",
        "asks",
        "waits",
        "requests",
        "approval",
        "forbidden",
        "review",
        "pack",
    ),
)


def test_no_page_is_left_out(pages: dict[str, Seen]) -> None:
    assert set(NAMES) == pages.keys()
    assert {one.template for one in pages.values()} == TEMPLATES - PARTS


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_quiet_fits_and_can_be_used_without_seeing_it(
    page: Page, pages: dict[str, Seen], axe: Path, name: str
) -> None:
    seen = pages[name]
    _be(page, seen)
    page.speak(LANGUAGE)
    page.visit(f"{seen.desk.url}{seen.path}")
    if seen.button:
        page.value(f"{DROP_A_PACK}('{base64.b64encode(seen.content).decode()}')")
        page.press(seen.button)
    for dark in (False, True):
        for width in WIDTHS:
            page.look(width, dark=dark)
            _kept(page, f"{name}-{width}-{'dark' if dark else 'light'}")
            assert page.value(CUT_OFF) == []
            assert page.value(OVERLAPPING) == []
            assert page.value(TOO_WIDE) <= 0
            assert page.violations(axe) == []

    assert [one for one in page.complaints if "404" not in one and "403" not in one] == []
    asked = [one for one in page.requests if not one.startswith("data:")]
    assert {urlsplit(one).netloc for one in asked} == {seen.desk.url.removeprefix("http://")}
    assert page.value("window.hacked === undefined")
    assert page.value("document.images.length") == 0


def _be(page: Page, seen: Seen) -> None:
    """Gives the browser the cookies of the person, and no others."""
    page.call("Network.clearBrowserCookies")
    for name, value in seen.person.client.cookies.items():
        page.call("Network.setCookie", name=name, value=value, url=seen.desk.url)


def _kept(page: Page, name: str) -> None:
    """Keeps a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("RECONCILE_PICTURES"):
        shot = page.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot))
