"""What happened to a workbook since its export, and a clean copy that keeps what people did."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from cli_session import (
    APPROVED,
    APPROVED_LINE,
    DECLINE,
    NEW_LINE,
    POOL_PARTNER,
    SET_AMOUNT,
    SET_STAGE,
    CliSession,
)
from openpyxl.worksheet.filters import FilterColumn, Filters
from openpyxl.worksheet.worksheet import Worksheet
from strict_xlsx import problems

from reconcile.workbook.copy.cell_editor import Keystroke

SET_PO = Keystroke("Payouts", APPROVED, "PO number", "000777")


def changed(path: Path, change: Callable[[openpyxl.Workbook], object], name: str = "treated.xlsx") -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    target = path.with_name(name)
    book.save(target)
    return target


def strip_rules(book: openpyxl.Workbook) -> None:
    for name in ("Payouts", "Lines"):
        sheet = book[name]
        sheet.data_validations.dataValidation.clear()
        sheet.conditional_formatting = type(sheet.conditional_formatting)()
        sheet.tables.clear()
        sheet.freeze_panes = None


def told(out: str) -> dict[str, str]:
    lines = [line.partition(": ") for line in out.splitlines() if not line.startswith("  ")]
    return {name.partition(" ")[2].strip(): rest for name, _, rest in lines}


def column(sheet: Worksheet, header: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == header)


def pending(cli: CliSession, workbook: Path) -> list[tuple[str, str]]:
    """What a workbook would do, without places and numbers of the plan itself."""
    plan = json.loads(cli.run("diff", workbook, "--json")[1])
    return sorted((one["path"], json.dumps(one["body"], sort_keys=True)) for one in plan["operations"])


def test_an_untouched_export_has_nothing_to_tell(cli: CliSession) -> None:
    code, out, _ = cli.run("doctor", cli.export("--stage", "APPROVED"))

    assert code == 0
    assert out == "ok     Saved by: nobody since the export\nok     Check: 0 errors, 0 warnings\n"


@pytest.mark.full_month
def test_doctor_tells_what_programs_and_people_did(cli: CliSession) -> None:
    def treat(book: openpyxl.Workbook) -> None:
        strip_rules(book)
        lines = book["Lines"]
        lines.move_range(f"B1:B{lines.max_row}", cols=lines.max_column)
        for row in (3, 8, 9):
            lines.row_dimensions[row].hidden = True
        lines.delete_rows(5)
        lines["F7"] = "=1+1"
        lines.protection.sheet = True
        lines.cell(1, lines.max_column + 1).value = "Checked by"
        book["Payouts"].merge_cells("E3:E4")
        book["Payouts"].title = "Auszahlungen"
        book.create_sheet("My notes")

    code, out, _ = cli.run("doctor", changed(cli.export("--stage", "APPROVED"), treat))
    found = told(out)

    assert code == 1
    assert "Openpyxl" in found["Saved by"]
    assert found["Sheet renamed"].startswith("Payouts is called Auszahlungen now")
    assert found["Sheets of your own"].startswith("My notes")
    assert "Action, Decline reason" in found["Validations lost"]
    assert {"Formats lost", "Table lost", "Header not frozen"} <= found.keys()
    assert found["Columns moved"].startswith("Lines: Payout ID (")
    assert "Checked by (" in found["Columns of your own"]
    assert found["Rows hidden"].startswith("Lines: 3 (rows 3, 8-9), by hand")
    assert found["Rows missing"].startswith("Lines: 1 of 305")
    assert found["Protection changed"] == "Lines: it is protected now"
    assert "Lines!F7" in found["Formulas without values"] or "Lines!F6" in found["Formulas without values"]
    assert found["Merged cells"] == "Auszahlungen: E3:E4"


def test_a_clean_copy_does_what_the_damaged_workbook_would_have_done(cli: CliSession) -> None:
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_STAGE, SET_PO, SET_AMOUNT, *DECLINE, *NEW_LINE)
    wanted = pending(cli, edited)
    damaged = changed(edited, strip_rules)

    code, out, _ = cli.run("doctor", damaged, "--repair", "clean.xlsx")

    assert code == 1
    assert told(out)["Clean copy"] == "clean.xlsx: 5 edits, 1 new line"
    assert pending(cli, cli.folder / "clean.xlsx") == wanted
    assert len(wanted) == 4
    assert problems(cli.folder / "clean.xlsx") == []
    again = told(cli.run("doctor", "clean.xlsx")[1])
    assert again.keys() == {"Saved by", "Check"}


def test_a_clean_copy_repairs_what_a_program_spoilt(cli: CliSession) -> None:
    damaged = cli.edit(cli.export("--stage", "APPROVED"), Keystroke("Payouts", APPROVED, "PO number", 123))

    cli.run("doctor", damaged, "--repair", "clean.xlsx")

    sheet = openpyxl.load_workbook(cli.folder / "clean.xlsx")["Payouts"]
    assert "damaged" in [one["rule"] for one in json.loads(cli.run("check", damaged, "--json")[1])]
    assert json.loads(cli.run("check", "clean.xlsx", "--json")[1]) == []
    assert "000123" in [cell.value for cell in sheet["E"]]


def sort_lines_by_amount(book: openpyxl.Workbook) -> None:
    lines = book["Lines"]
    rows = [[cell.value for cell in row] for row in lines.iter_rows(min_row=2)]
    place = column(lines, "Amount") - 1
    for number, row in enumerate(sorted(rows, key=lambda row: float(row[place])), start=2):
        for index, value in enumerate(row, start=1):
            lines.cell(number, index).value = value


def test_doctor_says_what_is_sorted_and_what_a_filter_hides(cli: CliSession) -> None:
    def treat(book: openpyxl.Workbook) -> None:
        sort_lines_by_amount(book)
        table = book["Payouts"].tables["Payouts"]
        table.autoFilter.filterColumn.append(FilterColumn(colId=3, filters=Filters(filter=["PAID"])))
        for row in range(4, 12):
            book["Payouts"].row_dimensions[row].hidden = True

    code, out, _ = cli.run("doctor", changed(cli.export("--stage", "APPROVED"), treat))
    found = told(out)

    assert code == 0
    assert re.fullmatch(r"Lines: [0-9]+ rows stand elsewhere than at export; .*", found["Rows sorted"])
    assert found["Rows hidden"].startswith("Payouts: 8 (rows 4-11), by a filter on Stage; they are read")


def test_doctor_misses_the_sheets_that_hold_no_data(cli: CliSession) -> None:
    def remove(book: openpyxl.Workbook) -> None:
        del book["Start here"]
        del book["Lists"]

    code, out, _ = cli.run("doctor", changed(cli.export("--stage", "APPROVED"), remove))

    assert code == 1
    assert "?      Sheet missing: Start here: the steps, the legend and the totals are gone" in out
    assert "WRONG  Sheet missing: Lists: the drop-downs have nothing to offer" in out


def as_numbers_exports(book: openpyxl.Workbook) -> None:
    for sheet in book:
        sheet.sheet_state, sheet.title = "visible", f"{sheet.title} - Table 1"
    book.create_sheet("Export Summary", 0)["A1"] = "This document was exported from Numbers."
    book.create_sheet("Lines - remarks")["A1"] = "Call Acme."


def test_sheets_that_numbers_renamed_are_still_ours(cli: CliSession) -> None:
    edited = cli.edit(cli.export("--stage", "APPROVED"), SET_AMOUNT)

    _, out, _ = cli.run("doctor", changed(edited, as_numbers_exports), "--repair", "clean.xlsx")
    found, book = told(out), openpyxl.load_workbook(cli.folder / "clean.xlsx")

    assert found["Sheets of your own"] == "Export Summary, Lines - remarks; they are not read"
    assert found["Hidden sheet"].startswith("_meta - Table 1")
    assert "Sheet missing" not in found
    assert [sheet for sheet in book.sheetnames if "Table" in sheet] == []
    assert pending(cli, cli.folder / "clean.xlsx") == pending(cli, edited) != []


def test_doctor_knows_the_sheets_of_a_translated_workbook_without_its_template(cli: CliSession) -> None:
    german = str(Path(__file__).parent.parent / "german")

    _, out, _ = cli.run("doctor", cli.export("--stage", "APPROVED", "--templates", german))

    assert told(out).keys() == {"Saved by", "Check"}


def test_a_clean_copy_keeps_columns_and_sheets_of_ones_own(cli: CliSession) -> None:
    def add(book: openpyxl.Workbook) -> None:
        lines, notes = book["Lines"], book.create_sheet("My notes")
        place = lines.max_column + 2
        lines.cell(1, place).value = "Checked by"
        row = next(r for r in range(2, 400) if lines.cell(r, column(lines, "Line ID")).value == APPROVED_LINE)
        lines.cell(row, place).value = "Ann"
        lines.cell(row, place + 1).value = "no header here"
        notes["B2"], notes["B3"], notes["B4"] = "=not a formula", 12.5, True
        notes["B2"].data_type = "s"
        notes["B5"] = "=1+1"
        lines.cell(lines.max_row + 1, 1).value = "TOTAL"
        lines.cell(lines.max_row + 1, place).value = "a word below"

    code, out, _ = cli.run(
        "doctor", changed(cli.export("--stage", "APPROVED"), add), "--repair", "clean.xlsx"
    )
    book = openpyxl.load_workbook(cli.folder / "clean.xlsx")
    lines, place = book["Lines"], column(book["Lines"], "Checked by")
    marked = [row for row in range(2, lines.max_row + 1) if lines.cell(row, place).value]
    (carried,) = [line for line in out.splitlines() if "Carried as values" in line]
    nameless = carried.partition("Lines, column ")[2].partition(" without a header")[0].split()[-1]

    assert code == 0
    assert told(out)["Columns of your own"].startswith("Lines: Checked by (")
    assert carried.endswith(
        f"sheet My notes, Lines, column Checked by, Lines, column {nameless} without a header"
    )
    assert "a row of your own" in out
    assert "Not carried: sheet My notes: formulas without a saved result in B5" in out
    assert "Not carried: Lines, column Checked by: what stands beside no record, in " in out
    assert "Never carried: the order of the rows, hidden rows and filters, colours and formats" in out
    assert [lines.cell(row, column(lines, "Line ID")).value for row in marked] == [APPROVED_LINE]
    assert [lines.cell(row, place + 1).value for row in marked] == ["no header here"]
    assert [book["My notes"][cell].value for cell in ("B2", "B3", "B4")] == ["=not a formula", 12.5, True]
    assert lines.tables["Lines"].column_names[place - 1 :] == ["Checked by", f"Column {nameless}"]
    assert problems(cli.folder / "clean.xlsx") == []


def test_what_stands_beside_a_new_line_below_the_ready_rows_is_carried_with_it(cli: CliSession) -> None:
    def add(book: openpyxl.Workbook) -> None:
        sheet = book["New lines"]
        texts = {"Partner": POOL_PARTNER, "Amount": 7, "Currency": "USD", "Description": "late"}
        for header, value in texts.items():
            sheet.cell(3000, column(sheet, header)).value = value
        sheet.cell(1, 30).value, sheet.cell(3000, 30).value = "Asked by", "Ben"

    cli.run("doctor", changed(cli.export("--stage", "APPROVED"), add), "--repair", "clean.xlsx")
    sheet = openpyxl.load_workbook(cli.folder / "clean.xlsx")["New lines"]
    (row,) = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, column(sheet, "Amount")).value]

    assert sheet.cell(row, column(sheet, "Asked by")).value == "Ben"
    assert problems(cli.folder / "clean.xlsx") == []


def test_a_clean_copy_shows_what_could_not_be_read_and_says_what_is_left_out(cli: CliSession) -> None:
    edited = cli.edit(
        cli.export("--stage", "APPROVED"),
        Keystroke("Lines", APPROVED_LINE, "Amount", "1,234"),
        Keystroke("Payouts", APPROVED, "Statement note", "=1+1"),
        Keystroke("New lines", 2, "Partner", POOL_PARTNER),
        Keystroke("New lines", 2, "Amount", "12 or 13"),
        Keystroke("New lines", 2, "Currency", "USD"),
    )

    out = cli.run("doctor", edited, "--repair", "clean.xlsx")[1]
    rules = [one["rule"] for one in json.loads(cli.run("check", "clean.xlsx", "--json")[1])]

    assert out.count("Carried as shown") == 2
    assert "result was not saved" in told(out)["Not carried"]
    assert sorted(rules) == ["amount-ambiguous", "amount-not-a-number"]


def test_rows_that_do_not_fit_their_ids_are_left_out_of_the_copy(cli: CliSession) -> None:
    def swap(book: openpyxl.Workbook) -> None:
        lines = book["Lines"]
        token = column(lines, "lines:token")
        lines.cell(2, token).value, lines.cell(3, token).value = (
            lines.cell(3, token).value,
            lines.cell(2, token).value,
        )
        lines.cell(2, column(lines, "Amount")).value = 1

    out = cli.run("doctor", changed(cli.export("--stage", "APPROVED"), swap), "--repair", "clean.xlsx")[1]

    assert told(out)["Clean copy"] == "clean.xlsx: 0 edits, 0 new lines"
    assert out.count("Not carried: ") == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"Partner;Amount\n1;2\n", "a text file (CSV) of 2 columns, set apart by semicolons"),
        (b"<html><body>Sign in</body></html>", "a web page"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel file"),
        (b"PK\x03\x04 and nothing more", "the beginning of a package"),
        (b"", "empty"),
        (bytes(range(256)), "of an unknown kind"),
        (b"hello", "a text file"),
    ],
)
def test_a_refused_file_is_described_as_far_as_it_shows(cli: CliSession, content: bytes, what: str) -> None:
    file = cli.folder / "sent.xlsx"
    file.write_bytes(content)

    code, out, _ = cli.run("doctor", file, "--repair", "clean.xlsx")

    assert code == 1
    assert told(out)["It is"].startswith(what)
    assert told(out)["Clean copy"].startswith("clean.xlsx was not written")
    assert not (cli.folder / "clean.xlsx").exists()


def test_a_workbook_of_another_origin_is_described_by_its_sheets(cli: CliSession) -> None:
    other = openpyxl.Workbook()
    other.active.title = "Budget"
    other.save(cli.folder / "budget.xlsx")

    found = told(cli.run("doctor", "budget.xlsx")[1])

    assert found["Sheets"] == "Budget"
    assert "Openpyxl" in found["Saved by"]


def test_packages_of_other_programs_are_called_by_their_names(cli: CliSession) -> None:
    with zipfile.ZipFile(cli.folder / "sheet.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")

    assert told(cli.run("doctor", "sheet.xlsx")[1])["It is"] == "an OpenDocument file (.ods)"


def test_wrong_uses_of_repair_are_refused_before_anything_is_read(cli: CliSession) -> None:
    workbook = cli.export("--stage", "APPROVED")
    before = workbook.read_bytes()

    runs = [
        cli.run("doctor", "--repair", "clean.xlsx"),
        cli.run("doctor", workbook, "--repair", workbook),
        cli.run("doctor", workbook, "--repair", "clean.xls"),
        cli.run("doctor", "missing.xlsx"),
    ]

    assert [code for code, _, _ in runs] == [2, 2, 2, 2]
    assert workbook.read_bytes() == before


def test_doctor_speaks_json(cli: CliSession) -> None:
    code, out, _ = cli.run("doctor", cli.export("--stage", "APPROVED"), "--json")

    assert code == 0
    assert [(one["name"], one["ok"]) for one in json.loads(out)] == [("Saved by", True), ("Check", True)]
