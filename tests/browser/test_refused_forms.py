"""Every form that people type into: refused, it stands filled in again, by the link and by Back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from chromium import Page, browser
from desk_month import Seen, operators_month, settings, three_peoples_month
from desk_process import desk_running

FORMS = "[...document.querySelectorAll('main form[method=post]')]"
TEXT = "input:not([type]), input[type=text], textarea, select, input[type=date], input[type=checkbox]"
TYPE = f"""(number => {{
  const form = {FORMS}[number], typed = [];
  for (const folded of document.querySelectorAll('details')) folded.open = true;
  for (const one of form.querySelectorAll({TEXT!r})) {{
    if (!one.name) continue;
    if (one.type === 'checkbox') {{ one.checked = true; continue; }}
    if (one.tagName === 'SELECT') one.selectedIndex = one.options.length - 1;
    else one.value = one.type === 'date' ? '2026-03-31' : 'typed ' + one.name;
    typed.push([one.name, one.value]);
  }}
  form.noValidate = true;
  for (const file of form.querySelectorAll('input[type=file]')) file.disabled = true;
  form.elements.token.value = '0'.repeat(40);
  return typed;
}})"""
VALUES = f"""(number => [...{FORMS}[number].querySelectorAll({TEXT!r})]
  .filter(one => one.name && one.type !== 'checkbox').map(one => [one.name, one.value]))"""
PAGES = (
    *("take", "counted", "brought", "run", "bills", "payments", "matched", "close", "closed", "month"),
    *("history", "approval", "review", "asks"),
)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "inbox").mkdir()
    with (
        desk_running(folder, settings=settings(folder / "inbox")) as desk,
        desk_running(tmp_path_factory.mktemp("demo"), "--demo") as demo,
    ):
        yield operators_month(desk, folder / "inbox") | three_peoples_month(demo)


@pytest.fixture(scope="module")
def page(program: Callable[[str], str]) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        yield opened


def _at(page: Page, seen: Seen) -> None:
    page.call("Network.clearBrowserCookies")
    for name, value in seen.person.client.cookies.items():
        page.call("Network.setCookie", name=name, value=value, url=seen.desk.url)
    page.visit(f"{seen.desk.url}{seen.path}")


def _sent(page: Page, number: int) -> list[list[str]]:
    """Types into a form and sends it with a token that is too old; answers what was typed."""
    typed: list[list[str]] = page.value(f"{TYPE}({number})")
    page.value(f"{FORMS}[{number}].querySelector('button').id = 'pressed'")
    page.press("#pressed")
    return typed


def _back(page: Page) -> None:
    """Goes back as the button of the browser does."""
    before = page.call("Page.getFrameTree")["frameTree"]["frame"]["loaderId"]
    page.events.clear()
    history = page.call("Page.getNavigationHistory")
    entry = history["entries"][history["currentIndex"] - 1]["id"]
    page.call("Page.navigateToHistoryEntry", entryId=entry)
    while page.call("Page.getFrameTree")["frameTree"]["frame"]["loaderId"] == before or not page.value(
        "document.readyState === 'complete'"
    ):
        pass


@pytest.mark.parametrize("name", PAGES)
def test_a_refused_form_stands_filled_in_again(page: Page, seen: dict[str, Seen], name: str) -> None:
    _at(page, seen[name])
    tried = 0
    for number in range(page.value(f"{FORMS}.length")):
        for returns in (lambda: page.press("main a.button, main p a"), lambda: _back(page)):
            _at(page, seen[name])
            typed = _sent(page, number)
            assert "Not done" in page.value("document.title")
            returns()
            now = page.value(f"{VALUES}({number})")

            assert now == typed, (name, number)
            tried += bool(typed)
    assert tried or name not in ("take", "bills", "close", "approval"), name
