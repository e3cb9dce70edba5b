"""A session that ends while somebody types: nothing is written, and what was typed stands there again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Page, browser
from desk_process import Browser, DeskProcess, desk_running


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("typed"), "--demo") as running:
        yield running


@pytest.fixture(scope="module")
def page(program: Callable[[str], str]) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        yield opened


def _ana(desk: DeskProcess) -> Browser:
    """Ana in another browser."""
    other = desk.browser()
    other.get("/sign-in")
    other.post("/sign-in/person", {"person": "Ana Ruiz", "next": "/"})
    other.get("/")
    return other


def _begin_as_ana(desk: DeskProcess, page: Page) -> None:
    """Ana at the page where a workbook is taken, in a browser that knows nothing."""
    page.call("Network.clearBrowserCookies")
    page.visit(f"{desk.url}/take")
    page.press("button[value='Ana Ruiz']")
    assert page.value("location.pathname") == "/take"


def _type(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        one = f"document.querySelector('main form [name={name}]')"
        page.value(f"(() => {{ {one}.value = {json.dumps(value)}; }})()")


def _value(page: Page, name: str) -> str:
    found: str = page.value(f"document.querySelector('main form [name={name}]').value")
    return found


def test_what_was_typed_stands_there_again_after_a_new_sign_in_and_is_sent_by_hand(
    desk: DeskProcess, page: Page, axe: Path
) -> None:
    _begin_as_ana(desk, page)
    hostile = "Acme </script><script>window.hacked = 1</script>"
    _type(page, period="2026-03\n2026-02", partner=hostile)
    page.value("document.querySelector('main form [value=APPROVED]').click()")
    _ana(desk).post("/sign-out/everywhere")
    page.press("main form button.main")
    assert page.value("location.pathname") == "/sign-in"
    page.press("button[value='Ana Ruiz']")

    assert page.value("location.pathname") == "/take"
    assert (_value(page, "period"), _value(page, "partner")) == ("2026-03\n2026-02", hostile)
    assert page.value("document.querySelector('main form [value=APPROVED]').checked")
    assert not page.value("document.querySelector('main form [value=DRAFT]').checked")
    assert "nothing was written" in page.value("document.body.innerText")
    assert page.value("window.hacked === undefined")
    assert "Workbook of" not in page.value("document.body.innerText"), "a form was sent by itself"
    for dark in (False, True):
        page.look(390, dark=dark)
        assert page.violations(axe) == []

    _type(page, partner="")
    page.press("main form button.main")
    assert page.value("location.pathname").startswith(("/tasks/", "/take/"))


def test_another_person_who_signs_in_there_sees_nothing_of_it(desk: DeskProcess, page: Page) -> None:
    _begin_as_ana(desk, page)
    _type(page, partner="a secret of Ana")
    _ana(desk).post("/sign-out/everywhere")
    page.press("main form button.main")
    page.press("button[value='Chloe Martin']")

    assert "a secret of Ana" not in page.value("document.documentElement.outerHTML")
