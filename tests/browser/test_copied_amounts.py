"""An amount that is copied from a page is a plain number on the clipboard, as the reader's spreadsheet reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Page, browser

from reconcile.desk.show import STATIC

TABLE = """<main><p id=text>Sum: 1,234.50 USD</p><table><thead><tr><th>Stage</th><th class=number>Amount</th></tr></thead>
<tbody><tr id=first><th>Draft, 2,000</th><td class=number id=one>1,234.50</td></tr>
<tr><th>Paid</th><td class=number>+12,000</td></tr><tr><th>Moved</th><td class=number>x</td></tr></tbody></table></main>"""
COPY = """((id) => { const range = document.createRange(); range.selectNodeContents(document.getElementById(id) || document.querySelector(id));
  getSelection().removeAllRanges(); getSelection().addRange(range);
  const event = new ClipboardEvent('copy', {clipboardData: new DataTransfer(), bubbles: true, cancelable: true});
  document.dispatchEvent(event); return event.clipboardData.getData('text/plain'); })"""


@pytest.fixture(scope="module")
def page(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        file = tmp_path_factory.mktemp("page") / "page.html"
        file.write_text(f"<!doctype html><title>x</title>{TABLE}", encoding="utf-8")
        opened.open(file)
        yield opened


def _in(page: Page, language: str) -> None:
    page.value(
        f"Object.defineProperty(navigator, 'language', {{get: () => {language!r}, configurable: true}})"
    )
    page.value("window.stop_copying && document.removeEventListener('copy', window.stop_copying)")
    script = Path(STATIC / "copy.js").read_text(encoding="utf-8")
    kept = (
        "const add = document.addEventListener.bind(document); document.addEventListener = (name, call) => {"
    )
    page.value(f"(() => {{ {kept} window.stop_copying = call; add(name, call); }}; }})()")
    page.value(script + "\n;document.addEventListener = EventTarget.prototype.addEventListener; true")


@pytest.mark.parametrize(
    ("language", "amount"), [("en-US", "1234.50"), ("de-DE", "1234,50"), ("fr-CH", "1234,50")]
)
def test_one_amount_is_copied_without_its_commas(page: Page, language: str, amount: str) -> None:
    _in(page, language)

    assert page.value(f"{COPY}('one')") == amount


def test_a_table_is_copied_cell_by_cell_and_only_its_amounts_change(page: Page) -> None:
    _in(page, "en-US")

    assert page.value(f"{COPY}('table')") == "Stage\tAmount\nDraft, 2,000\t1234.50\nPaid\t12000\nMoved\tx"


def test_text_is_copied_as_it_is(page: Page) -> None:
    _in(page, "de-DE")

    assert page.value(f"{COPY}('text')") == ""
    assert (
        json.loads(page.value("JSON.stringify(document.getElementById('text').textContent)"))
        == "Sum: 1,234.50 USD"
    )
