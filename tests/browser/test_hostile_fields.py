"""Whatever stands in the fields of a report or a pack, a real browser runs none of it, asks for nothing, shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import Page, browser
from report_cases import report_full_of, run_full_of

from reconcile.domain.pack_table import Column, Pack, Table
from reconcile.domain.unseen import visible
from reconcile.report.files import write_reports
from reconcile.report.model import Report
from reconcile.report.pack import write_page

ATTACKS = (
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "</title></style></textarea></template><img src=x onerror='window.hacked = 3'>",
    '"><svg onload=window.hacked=4>',
    "' onmouseover='window.hacked = 5' autofocus onfocus='window.hacked = 5' x='",
    '" onmouseover="window.hacked = 6" style="background:url(https://evil.example/6)" x="',
    "<a href='javascript:window.hacked = 7'>[a](javascript:window.hacked=7)</a>",
    "<iframe src=https://evil.example/8 srcdoc='<script>parent.hacked = 8</script>'></iframe>",
    "<link rel=stylesheet href=//evil.example/9><style>@import url(https://evil.example/9)</style>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/10'><base href=https://evil.example/>",
    "<object data=https://evil.example/11></object><video src=https://evil.example/11 autoplay></video>",
    "--><!--<![CDATA[ ]]> {{ 7 * 7 }} {% raw %} ${window.hacked = 12} `${window.hacked = 12}`",
    "&lt;script&gt; &#60;img src=x&#62; \u202e\x1b[2J\x00\u2028 \U000e0041",
)
EVERY = " ".join(ATTACKS)
SIMPLE = ("partner ptn_1", "PO", "note", "description", "detail", "PO 2", "drift", "file")


@pytest.fixture
def page(program: Callable[[str], str]) -> Iterator[Page]:
    with browser(program("chromium")) as opened:
        yield opened


def hostile(field: str) -> str:
    return f"({field}) {EVERY}"


def as_shown(text: str) -> str:
    return " ".join(visible(text).split())


def read_back(page: Page, file: Path) -> str:
    """The texts of a page, after it was opened, and every element pointed at, entered and clicked."""
    page.open(file)
    page.value(
        """(() => { for (const one of document.querySelectorAll('*:not(a):not(button)')) {
          for (const kind of ['mouseover', 'focus', 'click', 'toggle', 'animationstart'])
            one.dispatchEvent(new Event(kind, {bubbles: true})); } })()"""
    )
    page.value("new Promise((done) => setTimeout(done, 100))")
    return " ".join(str(page.value("document.documentElement.textContent")).split())


def elements(page: Page) -> list[str]:
    """The kinds of elements of a page, with the names of their attributes."""
    name = "(one) => [one.tagName, ...one.getAttributeNames().sort()].join(' ')"
    found: list[str] = page.value(f"[...new Set([...document.querySelectorAll('*')].map({name}))].sort()")
    return found


def is_quiet(page: Page, file: Path, known: list[str]) -> None:
    """No script ran, nothing was asked for or left, and there is no element that a plain page has not."""
    assert page.value("window.hacked === undefined")
    assert page.complaints == []
    assert page.requests == [file.as_uri()]
    assert page.value("location.href") == file.as_uri()
    assert set(elements(page)) - set(known) == set()
    assert page.value("document.querySelectorAll('a[href]:not([href^=\"#\"])').length") == 0


def plain(field: str) -> str:
    return f"({field}) plain"


@pytest.mark.parametrize("made", [report_full_of, run_full_of], ids=["plan", "run"])
def test_no_field_of_a_report_runs_or_asks_and_every_one_is_shown(
    page: Page, tmp_path: Path, made: Callable[[Callable[[str], str]], Report]
) -> None:
    file, like = tmp_path / "report.html", tmp_path / "plain.html"
    write_reports(made(plain), [like])
    write_reports(made(hostile), [file])
    page.open(like)
    known = elements(page)
    text = read_back(page, file)
    more = ("message", "person", "stopped") if made is run_full_of else ()

    is_quiet(page, file, known)
    assert [one for one in (*SIMPLE, *more) if as_shown(hostile(one)) not in text] == []


def pack(folder: Path, text: Callable[[str], str]) -> Path:
    """The page of a pack of which every text is the one for its field."""
    columns = (Column("a", text("column")), Column("b", "Amount", "money"), Column("c", "Currency"))
    table = Table("rows", text("table"), columns, ((text("cell"), None, "USD"),), text("note"), "c")
    facts = ((text("label"), text("fact")),)
    with (folder / f"{text.__name__}.html").open("wb") as stream:
        write_page(stream, Pack(text("title"), facts, text("verdict"), sound=True, tables=(table,), look=2))
    return folder / f"{text.__name__}.html"


def test_no_field_of_a_pack_runs_or_asks_and_every_one_is_shown(page: Page, tmp_path: Path) -> None:
    fields = ("column", "cell", "table", "title", "verdict", "note", "label", "fact")
    page.open(pack(tmp_path, plain))
    known = elements(page)
    text = read_back(page, pack(tmp_path, hostile))

    is_quiet(page, tmp_path / "hostile.html", known)
    assert [one for one in fields if as_shown(hostile(one)) not in text] == []
