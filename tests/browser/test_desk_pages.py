"""The pages of the desk in a real browser: signed in by the link, used by hand, and looked at by axe-core."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Page, browser
from cli_session import DRAFT, EVERY_KIND
from desk_process import Browser, DeskProcess, desk_running

from reconcile.workbook.copy.cell_editor import Keystroke, type_into

WIDTHS = (390, 1280)
HOSTILE = Keystroke("Payouts", DRAFT, "Statement note", "<script>window.hacked = 1</script>\u202e")
CLASH = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")
WRONG = Keystroke("Payouts", "pay_0000000000000000000mixed", "Stage", "NO SUCH STAGE")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def page(desk: DeskProcess, program: Callable[[str], str]) -> Iterator[Page]:
    """The operator's browser, signed in by pressing the button of the link."""
    with browser(program("chromium")) as opened:
        opened.visit(f"{desk.url}{desk.link}")
        opened.press("main button")
        yield opened


@pytest.fixture(scope="module")
def pages(desk: DeskProcess, page: Page, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages by name, of a month in which somebody edited a workbook and somebody else moved live."""
    folder = tmp_path_factory.mktemp("month")
    cookies = page.call("Network.getCookies")["cookies"]
    person = Browser(desk.browser().client)
    person.client.cookies.update({one["name"]: one["value"] for one in cookies})
    person.get("/take")
    counted = person.work("/take/preview")
    made = person.work("/take")
    workbook, edited = folder / "march.xlsx", folder / "march-edited.xlsx"
    workbook.write_bytes(person.client.get(f"{made.url.path}/file").content)
    type_into(workbook, edited, (*EVERY_KIND, HOSTILE, CLASH, WRONG))
    desk.patch(f"/payouts/{DRAFT}", {"poNumber": "<img src=x onerror=alert(1)>"})
    brought = person.bring(edited)
    person.work("/home/live")
    return {
        "home": "/",
        "take": "/take",
        "counted": counted.url.path,
        "made": made.url.path,
        "bring": "/bring",
        "brought": brought.url.path,
        "problem": "/nowhere",
    }


NAMES = ("home", "take", "counted", "made", "bring", "brought", "problem")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_quiet_fits_and_can_be_used_without_seeing_it(
    desk: DeskProcess, page: Page, pages: dict[str, str], axe: Path, name: str
) -> None:
    page.visit(f"{desk.url}{pages[name]}")
    for dark in (False, True):
        for width in WIDTHS:
            page.look(width, dark=dark)
            _kept(page, f"{name}-{width}-{'dark' if dark else 'light'}")
            assert page.value(TOO_WIDE) <= 0
        assert page.violations(axe) == []

    assert [one for one in page.complaints if "404" not in one] == []
    assert {one.split("/")[2] for one in page.requests} == {desk.url.removeprefix("http://")}
    assert page.value("window.hacked === undefined")
    assert page.value("document.images.length") == 0


def _kept(page: Page, name: str) -> None:
    """Keeps a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("RECONCILE_PICTURES"):
        shot = page.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(shot))
