"""An amount that is copied from a page is a plain number on the clipboard, with the decimal sign of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from chromium import Page, browser
from desk_process import Browser, DeskProcess, desk_running

SIGNS = {"en-US": ".", "de-DE": ",", "fr-FR": ",", "en-IN": ".", "de-CH": ".", "ar-EG": "."}
TABLE = "document.querySelector('table.sums')"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    with desk_running(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def person(desk: DeskProcess) -> Browser:
    """Somebody who has read the money by stage, which Home then shows."""
    found = desk.browser()
    found.sign_in(desk.link)
    found.work("/home/live")
    return found


@pytest.fixture(scope="module")
def recorded(person: Browser) -> list[list[str]]:
    """The table as a client without a language is shown it."""
    (table,) = re.findall(r'<table class="sums">(.*?)</table>', person.get("/").text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


@pytest.fixture(scope="module")
def page(program: Callable[[str], str], desk: DeskProcess, person: Browser) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        for name, value in person.client.cookies.items():
            opened.call("Network.setCookie", name=name, value=value, url=desk.url)
        yield opened


def _plain(recorded: str, sign: str) -> str:
    return recorded.replace(",", "").replace(".", sign) if re.fullmatch(r"-?[0-9,.]+", recorded) else recorded


@pytest.mark.parametrize("language", SIGNS)
def test_a_table_is_copied_cell_by_cell_and_its_numbers_are_plain(
    page: Page, desk: DeskProcess, recorded: list[list[str]], language: str
) -> None:
    page.speak(language)
    page.visit(f"{desk.url}/")

    assert any("," in cell for row in recorded for cell in row)
    wanted = ["\t".join(_plain(cell, SIGNS[language]) for cell in row) for row in recorded]
    assert page.copied(TABLE).splitlines() == wanted


@pytest.mark.parametrize("language", SIGNS)
def test_one_amount_is_copied_without_what_groups_its_digits(
    page: Page, desk: DeskProcess, recorded: list[list[str]], language: str
) -> None:
    page.speak(language)
    page.visit(f"{desk.url}/")
    amounts = [row[-1] for row in recorded[1:]]
    number = max(range(len(amounts)), key=lambda one: len(amounts[one]))

    cell = f"{TABLE}.querySelectorAll('tbody tr')[{number}].lastElementChild"
    assert page.value(f"{cell}.textContent") != _plain(amounts[number], SIGNS[language])
    assert page.copied(cell) == _plain(amounts[number], SIGNS[language])
    assert page.copied(f"{cell}.firstElementChild") == _plain(amounts[number], SIGNS[language])


def test_text_without_an_amount_is_copied_as_it_is(page: Page, desk: DeskProcess) -> None:
    page.speak("de-DE")
    page.visit(f"{desk.url}/")

    assert page.copied("document.querySelector('h1')") == "Home"
