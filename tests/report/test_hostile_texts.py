"""Whatever text stands in the fields of a report or a workbook: it is read back as text, in every form."""

from __future__ import annotations

import csv
import io
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from builders import make_export
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_cases import full_of, report_full_of
from rich.console import Console

from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.spreadsheet import csv_text
from reconcile.domain.unseen import is_hidden, visible
from reconcile.report.files import html, markdown
from reconcile.report.terminal import render
from reconcile.workbook.export import write_workbook

BITS = (
    *(
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<img src=x onerror=alert(1)>",
        "\"'`=",
        "&lt;",
        "&#60;",
        "]]>",
    ),
    *("{{7*7}}", "{% raw %}", "javascript:alert(1)", "https://evil.example", "www.evil.example", "@everyone"),
    *(
        "[a](b)",
        "![a](b)",
        "<b>",
        "**",
        "`",
        "~~~",
        "```",
        "# ",
        "> ",
        "- ",
        "1. ",
        "| a |",
        "|---|",
        "\\",
        "---",
    ),
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        '=HYPERLINK("http://evil")',
        "\t=1",
        "'",
        "_x000D_",
        "\x1b[2J",
        "\x9b31m",
    ),
    *(
        "\u202e",
        "\u200b",
        "\U000e0041",
        "\n",
        "\r",
        "\x00",
        "\x7f",
        "\u2028",
        "a@b.example",
        "[/red]",
        "[bold]",
    ),
)
HOSTILE = st.lists(st.sampled_from(BITS) | st.text(max_size=5), min_size=1, max_size=6).map("".join)
PLAIN = "Plain text"


class _Page(HTMLParser):
    """The elements of a page with the names of their attributes, and its texts and attribute values."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.texts: list[str] = []
        self.values: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag, tuple(sorted(name for name, _ in attrs))] += 1
        self.values += (value or "" for _, value in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.elements["comment", (data,)] += 1


KNOWN = set(_Page(html(report_full_of(lambda _: PLAIN))).elements)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _kinds(text: str) -> set[str]:
    """The kinds of tokens of a Markdown text: what it makes besides text."""
    tokens = MARKDOWN.parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    return {token.type for token in every} - {"text_special"}


KINDS = _kinds(markdown(report_full_of(lambda _: PLAIN)))


@settings(max_examples=12, deadline=None)
@given(HOSTILE)
@example("".join(BITS))
@example("1. ")
@example("- - -")
@example("8)")
@example("' onmouseover='alert(1)")
def test_a_report_shows_it_as_text_in_the_page_in_markdown_and_on_the_terminal(text: str) -> None:
    report = report_full_of(lambda _: text)
    page = _Page(html(report))
    written = markdown(report)
    stream = io.StringIO()
    render(report, Console(file=stream, width=100, soft_wrap=True), full=True)

    assert set(page.elements) <= KNOWN
    assert " ".join(visible(text).split()) in " ".join("".join(page.texts).split())
    assert _kinds(written) <= KINDS
    assert "://" not in written
    assert "www." not in written
    assert [hex(ord(one)) for one in stream.getvalue() if is_hidden(one)] == []


@settings(max_examples=3, deadline=None)
@given(HOSTILE)
@example("".join(BITS).replace("\x00", ""))
@example('=HYPERLINK("http://evil")')
def test_a_workbook_holds_it_as_text_in_its_cells(text: str) -> None:
    path = Path("hostile.xlsx")
    snapshot = full_of(lambda _: text)
    write_workbook(path, snapshot, make_export(snapshot), Policy())
    book = openpyxl.load_workbook(path)

    own = {
        cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert not [formula for formula in own if "evil" in str(formula) or "1+1" in str(formula)]
    for sheet in ("Payouts", "Lines"):
        rows = [*book[sheet].iter_rows(min_row=2)]
        assert not [
            cell.coordinate for row in rows for cell in row if cell.data_type == "f" and cell.column < 8
        ]
        assert not [cell.coordinate for row in rows for cell in row if cell.hyperlink]
    assert not book.defined_names.keys() & {text}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@settings(deadline=None)
@given(HOSTILE)
@example("a\r=1+1")
def test_a_csv_is_read_back_and_has_no_cell_that_a_spreadsheet_runs(line_end: str, text: str) -> None:
    written = csv_text(("a", "b"), [[text, "b"]], line_end=line_end)
    _, (cell, last) = csv.reader(io.StringIO(written, newline=""))

    assert (cell.removeprefix("'"), last) == (text.removeprefix("'"), "b")
    assert not cell.startswith(tuple("=+-@\t\r\n"))
