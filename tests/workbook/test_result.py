"""A result is put into the edited workbook piece by piece; everything else in the file stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from cli_session import POOL_PARTNER, CliSession
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from strict_xlsx import problems
from struck_runs import small_month

from reconcile.domain.fields import RecordKind
from reconcile.domain.results import RowResult
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.copy.cell_editor import Keystroke
from reconcile.workbook.copy.result import write_result
from reconcile.workbook.copy.result_view import ResultColumns, print_result
from reconcile.workbook.ooxml import Parts
from reconcile.workbook.ooxml.xml_edit import Element, Part, scan
from reconcile.workbook.read.find_sheets import FoundSheet

REFUSED = RowResult(
    RecordKind.LINE, 3, "refused", 'The server says: "no" <&> \x07', "", "2026-04-05T09:30:12+00:00"
)
MADE = RowResult(RecordKind.NEW_LINE, 2, "applied", "", "cln_new", "2026-04-05T09:30:13+00:00")


@pytest.fixture
def cli(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[CliSession]:
    """A cli with a month of a few rows."""
    with running(small_month(), Choices(rate=100_000)) as url:
        yield CliSession(url, tmp_path, capsys, monkeypatch.setenv)


@pytest.fixture
def own(cli: CliSession) -> Path:
    """An exported workbook with a chart, a sheet, and two columns of the user's own right of the table."""
    exported = cli.export()
    book = load_workbook(exported)
    lines = book["Lines"]
    right = lines.max_column + 2
    lines.cell(1, right, "Message")
    lines.cell(3, right, "ask Bob").number_format = "0.00"
    sheet = book.create_sheet("My notes")
    sheet.append(["a", 1])
    sheet.append(["b", 2])
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    sheet.add_chart(chart, "D1")
    book.save(cli.folder / "own.xlsx")
    book.close()
    return cli.folder / "own.xlsx"


def test_excel_opens_a_result_and_a_result_of_a_result_without_a_repair(
    cli: CliSession, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_result(cli.export(), first, [REFUSED, MADE])
    write_result(first, second, [MADE])

    assert problems(first) == []
    assert problems(second) == []


def test_excel_opens_a_result_with_own_columns_without_a_repair(own: Path, tmp_path: Path) -> None:
    write_result(own, tmp_path / "result.xlsx", [REFUSED, MADE])

    assert set(problems(tmp_path / "result.xlsx")) <= set(problems(own))


def _parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_charts_sheets_and_columns_of_the_users_own_stay(own: Path, tmp_path: Path) -> None:
    write_result(own, tmp_path / "result.xlsx", [REFUSED, MADE])
    before, after = _parts(own), _parts(tmp_path / "result.xlsx")
    book = load_workbook(tmp_path / "result.xlsx")
    header = [cell.value for cell in book["Lines"][1]]

    assert before.keys() < after.keys()
    assert len(after) == len(before) + 1  # the sheet Results
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        *(name for name in before if name.startswith(("xl/worksheets/", "xl/tables/"))),
    }
    assert any("chart" in name for name in before)
    # The user has a column called Message, so ours gets a number.
    assert header[-6:] == [None, "Message", "Outcome", "Message 2", "New ID", "Time"]
    assert [cell.value for cell in book["Lines"][3]][-5:] == [
        "ask Bob",
        "refused",
        'The server says: "no" <&>  ',
        None,
        "2026-04-05 09:30:12 UTC",
    ]
    assert book["Lines"].auto_filter.ref.startswith(book["Lines"].cell(1, len(header) - 3).coordinate)
    book.close()


def test_beside_the_table_the_columns_become_part_of_it(cli: CliSession, tmp_path: Path) -> None:
    exported = cli.export()
    before = load_workbook(exported)
    write_result(exported, tmp_path / "result.xlsx", [REFUSED, MADE])
    after = load_workbook(tmp_path / "result.xlsx")

    for sheet in ("Payouts", "Lines", "New lines"):
        (old,), (new,) = before[sheet].tables.values(), after[sheet].tables.values()
        assert [column.name for column in new.tableColumns[-4:]] == ["Outcome", "Message", "New ID", "Time"]
        assert len(new.tableColumns) == len(old.tableColumns) + 4
        assert new.autoFilter.ref == new.ref
        assert [cell.value for cell in after[sheet][1]][: len(new.tableColumns)] == [
            column.name for column in new.tableColumns
        ]
        assert (
            not after[sheet]
            .column_dimensions[after[sheet].cell(1, len(new.tableColumns)).column_letter]
            .hidden
        )
    before.close()
    after.close()


def test_the_sheet_results_lists_every_row_with_what_was_not_applied_first(
    cli: CliSession, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_result(cli.export(), first, [REFUSED, MADE])
    skipped = RowResult(RecordKind.NEW_LINE, 2, "skipped", "It waits.", "", "")
    applied = RowResult(RecordKind.LINE, 3, "applied", "", "", "2026-04-06T10:00:00+00:00")
    write_result(first, second, [applied, skipped])
    rows = {}
    for path in (first, second):
        book = load_workbook(path)
        sheet = book["Results"]
        lines = book["Lines"]
        rows[path] = [[cell.value for cell in row][:6] for row in sheet.iter_rows()]
        assert book.sheetnames.count("Results") == 1
        assert sheet.freeze_panes == "D2"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert not any(sheet.column_dimensions[letter].hidden for letter in "ABCDEFG")
        partner = lines["A3"].value
        book.close()

    assert rows[first] == [
        ["Partner", "Row", "Outcome", "Message", "New ID", "Time"],
        [
            partner,
            "Lines!A3",
            "refused",
            REFUSED.message.replace("\x07", " "),
            None,
            "2026-04-05 09:30:12 UTC",
        ],
        [None, "New lines!A2", "applied", None, "cln_new", "2026-04-05 09:30:13 UTC"],
    ]
    assert [row[1:4] for row in rows[second][1:]] == [
        ["New lines!A2", "skipped", "It waits."],
        ["Lines!A3", "applied", None],
    ]


def test_a_result_of_a_result_says_the_newest(cli: CliSession, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    write_result(cli.export(), first, [REFUSED, MADE])
    later = RowResult(RecordKind.LINE, 3, "applied", "", "", "2026-04-06T10:00:00+00:00")
    write_result(first, second, [later])
    book = load_workbook(second)

    names = [cell.value for cell in book["Lines"][1]]
    assert names.count("Outcome") == 1
    assert [cell.value for cell in book["Lines"][3]][-4:] == [
        "applied",
        None,
        None,
        "2026-04-06 10:00:00 UTC",
    ]
    book.close()


def test_what_everybody_hid_at_the_right_does_not_hide_the_result(cli: CliSession, tmp_path: Path) -> None:
    book = load_workbook(cli.export())
    sheet = book["Lines"]
    last = sheet.max_column
    sheet.column_dimensions.group(sheet.cell(1, last).column_letter, "XFD", hidden=True)
    book.save(tmp_path / "hidden.xlsx")
    book.close()
    write_result(tmp_path / "hidden.xlsx", tmp_path / "result.xlsx", [REFUSED])
    with ZipFile(tmp_path / "result.xlsx") as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        part = next(
            scan(archive.read(name), ("cols",))
            for name in names
            if b"lines:token" in archive.read(name)
            or b"XFD" in archive.read(name)
            or b"16384" in archive.read(name)
        )
    cols = part.root.child("cols")

    assert cols
    shown = [
        (int(one.attributes["min"]), int(one.attributes["max"]))
        for one in cols.children
        if not one.attributes.get("hidden")
    ]
    assert {(last + n, last + n) for n in range(1, 5)} <= set(shown)


@pytest.mark.parametrize(
    ("xml", "columns"),
    [
        (
            b'<worksheet><sheetData><row r="2"><c r="A2"><v>1</v></c><c r="C2"/></row></sheetData></worksheet>',
            [0, 2],
        ),
        (
            b'<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c/></x:row><x:row r="2"><x:c><x:v>1</x:v></x:c><x:c/></x:row></x:sheetData></x:worksheet>',
            [0, 1],
        ),
    ],
)
def test_cells_are_found_with_and_without_places_and_prefixes(xml: bytes, columns: list[int]) -> None:
    part = scan(xml, rows={2})
    data = part.root.child("sheetData")

    assert data
    (row,) = data.children
    assert [cell.index for cell in row.children] == columns
    assert part.rightmost == 0


def test_a_piece_goes_where_the_format_wants_it() -> None:
    part = scan(b'<a:s xmlns:a="u"><a:cols/><a:sheetData/><a:pageMargins left="1>0"/></a:s>')
    part.add_child("autoFilter", "<F/>", "cols sheetData autoFilter mergeCells pageMargins")
    part.append(_child(part, "cols"), "<C/>")
    part.set_attributes(_child(part, "pageMargins"), {"left": None, "right": "2"})

    assert part.result() == (
        b'<a:s xmlns:a="u"><a:cols><C/></a:cols><a:sheetData/><F/><a:pageMargins right="2"/></a:s>'
    )


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not well-formed|mismatched"):
        scan(b"<a><b></a>")


def _child(part: Part, name: str) -> Element:
    found = part.root.child(name)
    assert found
    return found


@pytest.fixture
def looked_at(cli: CliSession, tmp_path: Path) -> Workbook:
    """A result of a result, as a person opens it: a refusal with a long message, and a new line."""
    long = replace(REFUSED, message="The server says that it cannot be done. " * 9)
    partner = Keystroke("New lines", 2, "Partner", POOL_PARTNER)
    write_result(cli.edit(cli.export(), partner), tmp_path / "first.xlsx", [long, MADE])
    write_result(tmp_path / "first.xlsx", tmp_path / "second.xlsx", [long, MADE])
    return load_workbook(tmp_path / "second.xlsx")


def test_a_result_opens_with_the_list_of_the_results_and_no_sheet_is_grouped_with_it(
    looked_at: Workbook,
) -> None:
    selected = [sheet.title for sheet in looked_at if sheet.sheet_view.tabSelected]

    assert looked_at.active is looked_at["Results"]
    assert selected == ["Results"]


def test_the_column_that_stays_in_sight_shows_which_rows_were_not_applied(looked_at: Workbook) -> None:
    for name in ("Payouts", "Lines"):
        sheet = looked_at[name]
        outcome = next(cell.column_letter for cell in sheet[1] if cell.value == "Outcome")
        lit = [
            str(area.sqref)
            for area in sheet.conditional_formatting
            if any(f'(${outcome}2="refused")' in rule.formula[0] for rule in area.rules)
        ]

        assert lit[0].startswith("A2:A")
        assert f" {outcome}2:" in lit[0]
    assert [str(area.sqref) for area in looked_at["Results"].conditional_formatting] == ["C2:C3"]


def test_each_data_sheet_opens_with_the_result_beside_its_frozen_columns(looked_at: Workbook) -> None:
    for name, frozen in (("Payouts", 3), ("Lines", 2), ("New lines", 1)):
        sheet = looked_at[name]
        outcome = next(cell.column_letter for cell in sheet[1] if cell.value == "Outcome")
        pane = sheet.sheet_view.pane

        assert (pane.xSplit, pane.state) == (frozen, "frozen")
        assert pane.topLeftCell == f"{outcome}2"


def test_the_result_is_printed_with_the_id_and_the_frozen_columns(looked_at: Workbook) -> None:
    for name, key, frozen in (("Payouts", "Payout ID", "$A:$C"), ("Lines", "Line ID", "$A:$B")):
        sheet = looked_at[name]
        at = {cell.value: cell.column_letter for cell in sheet[1]}
        first, second = sheet.print_area.replace("$", "").split(",")

        assert first.endswith(f"K{sheet.max_row}" if name == "Payouts" else f"M{sheet.max_row}")
        assert second == f"'{name}'!{at[key]}1:{at['Time']}{sheet.max_row}"
        assert (sheet.print_title_cols, sheet.print_title_rows) == (frozen, "$1:$1")
    # Without an area of its own a sheet is printed whole.
    assert not looked_at["New lines"].print_area


@pytest.mark.parametrize(
    ("area", "printed"),
    [
        ("A1:B9", "'Payouts'!$A$1:$B$9,'Payouts'!$D$1:$I$9"),
        ("A1:Z9", "'Payouts'!$A$1:$Z$9"),
        ("A1:B9 D1:D9", "'Payouts'!$A$1:$B$9,'Payouts'!$D$1:$D$9"),
    ],
)
def test_only_a_printed_area_without_the_result_gets_it(tmp_path: Path, area: str, printed: str) -> None:
    book = Workbook()
    book.worksheets[0].title = "Payouts"
    book.worksheets[0].print_area = area
    book.save(tmp_path / "own.xlsx")
    book.close()
    parts = Parts.of(tmp_path / "own.xlsx")
    sheet = FoundSheet(RecordKind.PAYOUT, "Payouts", 1, {"id": 3})
    for _ in range(2):
        print_result(parts, sheet, ResultColumns(first=5, last=8, frozen=1))

    assert re.findall(rb"<definedName [^>]*>([^<]*)<", parts.read("xl/workbook.xml")) == [printed.encode()]


def test_a_long_message_is_not_cut_in_the_list_of_the_results(looked_at: Workbook) -> None:
    sheet = looked_at["Results"]
    width = sheet.column_dimensions["D"].width

    assert sheet.row_dimensions[2].height >= 15 * (len(sheet["D2"].value) / width)
    assert sheet.row_dimensions[3].height is None
    assert sheet.oddFooter.right.text.startswith("Page ")


def test_the_list_of_the_results_names_the_partner_of_a_new_line(looked_at: Workbook) -> None:
    named = [row[0] for row in looked_at["Results"].iter_rows(min_row=2, values_only=True, max_col=5)]
    partners = {cell.value for cell in looked_at["Lines"]["A"]}

    assert len(named) == 2
    assert set(named) <= partners
