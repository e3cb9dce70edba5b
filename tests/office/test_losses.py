"""What each editor loses of the workbook's comfort by opening and saving it, as the manual says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator

import openpyxl
import pytest
from cli_session import CliSession
from editors import PROGRAMS, Editor
from openpyxl import Workbook

from reconcile.resources import manual_page

SHEETS = ("Payouts", "Lines", "New lines")


def tables(book: Workbook) -> Iterator[Hashable]:
    yield from ((sheet.title, name) for sheet in book for name in sheet.tables)


def drop_downs(book: Workbook) -> Iterator[Hashable]:
    for name in SHEETS:
        for rule in book[name].data_validations.dataValidation:
            if rule.type:
                yield from {(name, rule.type, rule.formula1, area.bounds[0]) for area in rule.sqref.ranges}


def highlighting(book: Workbook) -> Iterator[Hashable]:
    for name in SHEETS:
        for area in book[name].conditional_formatting:
            yield from ((name, rule.type) for rule in area.rules)


def shading(book: Workbook) -> Iterator[Hashable]:
    for name in SHEETS:
        yield from ((name, cell.column) for cell in book[name][2] if cell.fill.fill_type)


def number_formats(book: Workbook) -> Iterator[Hashable]:
    for name in SHEETS:
        yield from ((name, cell.column, cell.number_format.replace("\\", "")) for cell in book[name][2])


def frozen_panes(book: Workbook) -> Iterator[Hashable]:
    yield from ((name, book[name].freeze_panes) for name in SHEETS)


def hidden_sheets(book: Workbook) -> Iterator[Hashable]:
    yield from ((sheet.title, sheet.sheet_state) for sheet in book if sheet.sheet_state != "visible")


def repeated_headers(book: Workbook) -> Iterator[Hashable]:
    yield from ((name, book[name].print_title_rows) for name in SHEETS)


# The rows of the table in the manual.
FEATURES: dict[str, Callable[[Workbook], Iterator[Hashable]]] = {
    "tables": tables,
    "drop-downs and checks while typing": drop_downs,
    "highlighting of edits and mistakes": highlighting,
    "shading": shading,
    "number formats": number_formats,
    "frozen panes": frozen_panes,
    "hidden sheets": hidden_sheets,
    "header row on every printed page": repeated_headers,
}


def kept(before: Workbook, after: Workbook, feature: str) -> str:
    """How much of a feature is still there: `kept`, `partly` or `lost`."""
    wanted = Counter(FEATURES[feature](before))
    found = wanted & Counter(FEATURES[feature](after))
    assert wanted, f"the export has no {feature}"
    if found == wanted:
        return "kept"
    return "partly" if found else "lost"


def manual() -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The table of the page Editors: the version of each editor, and what it keeps of each feature."""
    page = manual_page("editors")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"
    ]
    names, found = zip(*(re.fullmatch(r"(\S+) (\S+)", cell).groups() for cell in rows[0][1:]), strict=True)  # type: ignore[union-attr]
    told = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows[2:]}
    return dict(zip(names, found, strict=True)), told


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")  # Gnumeric's has none
@pytest.mark.parametrize("editor", PROGRAMS, indirect=True)
def test_an_editor_keeps_and_loses_what_the_manual_says(editor: Editor, cli: CliSession) -> None:
    versions, told = manual()
    exported, back = cli.export("--stage", "APPROVED"), cli.folder / "back.xlsx"
    version = editor.work(exported, back, ())
    if version != versions[editor.name]:
        pytest.skip(f"the manual speaks of {editor.name} {versions[editor.name]}, and this is {version}")
    before, after = openpyxl.load_workbook(exported), openpyxl.load_workbook(back)

    assert {name: kept(before, after, name) for name in FEATURES} == {
        name: told[name][editor.name] for name in FEATURES
    }
