from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.domain.edited import EditedWorkbook, Export
from reconcile.domain.fields import UNREAD, line_values
from reconcile.domain.finding import Severity
from reconcile.domain.money import Money
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError
from reconcile.workbook.contract.export_rows import as_shown
from reconcile.workbook.export.writer import write_workbook

Write = Callable[..., Path]
MakePayout = Callable[..., Payout]
MakeLine = Callable[..., CommissionLine]

PAYOUTS = (
    "Partner, Period start, Period end, Stage, PO number, Statement note, Reason, Amount, Currency, Lines, "
    "Lines total, Stage at export, Batch ID, Created, Updated, Payout ID, Partner ID"
)
LINES = (
    "Partner, Payout ID, Action, Decline reason, Decline detail, Amount, Currency, Source amount, Description, "
    "Internal note, Reason, Plan, Period end, Status, Created, Updated, Line ID, Partner ID"
)
NEW_LINES = "Partner, Payout ID, Amount, Currency, Source amount, Description, Reason"


def shown_headers(sheet: Worksheet) -> list[str]:
    hidden = {letter for letter, column in sheet.column_dimensions.items() if column.hidden}
    first_hidden = min(openpyxl.utils.column_index_from_string(letter) for letter in hidden)
    return [cell.value for cell in sheet[1] if cell.column < first_hidden]


def cells_under(sheet: Worksheet, header: str) -> list[openpyxl.cell.Cell]:
    column = next(cell.column for cell in sheet[1] if cell.value == header)
    return [sheet.cell(row, column) for row in range(2, sheet.max_row + 1)]


def width_of(sheet: Worksheet, header: str) -> float:
    number = next(cell.column for cell in sheet[1] if cell.value == header)
    return next(one.width for one in sheet.column_dimensions.values() if one.min <= number <= one.max)


def test_the_sheets_and_their_headers_are_those_of_the_contract(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)

    assert workbook.sheetnames == ["Start here", "Payouts", "Lines", "New lines", "Lists", "_meta"]
    assert PAYOUTS.split(", ") == shown_headers(workbook["Payouts"])
    assert LINES.split(", ") == shown_headers(workbook["Lines"])
    assert NEW_LINES.split(", ") == shown_headers(workbook["New lines"])
    assert (workbook["Lists"].sheet_state, workbook["_meta"].sheet_state) == ("hidden", "veryHidden")


def test_the_tables_carry_names_that_never_change(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)

    assert {t.name: t.ref for t in workbook["Payouts"].tables.values()} == {"Payouts": "A1:V4"}
    assert {t.name: t.ref for t in workbook["Lines"].tables.values()} == {"Lines": "A1:Y8"}
    assert {t.name: t.ref for t in workbook["New lines"].tables.values()} == {"NewLines": "A1:H201"}


def test_nothing_from_the_api_becomes_a_formula_a_link_or_a_number(hard_file: Path) -> None:
    workbook = openpyxl.load_workbook(hard_file)

    for name in ("Payouts", "Lines", "New lines", "Lists", "_meta"):
        assert not [cell for row in workbook[name].iter_rows() for cell in row if cell.data_type == "f"]
        assert not [cell for row in workbook[name].iter_rows() for cell in row if cell.hyperlink]
    for header in ("Payout ID", "PO number", "Batch ID", "Partner ID"):
        cells = [cell for cell in cells_under(workbook["Payouts"], header) if cell.value is not None]
        assert {("s", "@")} == {(cell.data_type, cell.number_format) for cell in cells}


def test_dates_are_days_in_utc_without_a_time(payout: MakePayout, write: Write) -> None:
    eastern = datetime(2026, 3, 31, 20, 59, 59, tzinfo=timezone(timedelta(hours=-4)))
    path = write([payout(1, period_end=eastern, created_at=datetime(1899, 5, 6, tzinfo=UTC))])

    sheet = openpyxl.load_workbook(path)["Payouts"]

    assert cells_under(sheet, "Period end")[0].value == datetime(2026, 4, 1)  # noqa: DTZ001 - cells have no zone
    assert cells_under(sheet, "Period end")[0].number_format == "yyyy-mm-dd"
    assert cells_under(sheet, "Created")[0].value == "1899-05-06"


@pytest.mark.parametrize(
    ("amount", "currency", "value", "number_format"),
    [
        ("808.81", "USD", 808.81, "#,##0.00"),
        ("1234567", "JPY", 1234567, "#,##0"),
        ("12.5", "KWD", 12.5, "#,##0.000"),
        ("1.23456", "USD", 1.23456, "#,##0.00000"),
        ("-5", "USD", -5, "#,##0.00"),
        ("123456789012345678.91", "USD", "123456789012345678.91", "#,##0.00"),
    ],
)
def test_amounts_are_numbers_in_the_decimals_of_their_currency(
    amount: str, currency: str, value: object, number_format: str, line: MakeLine, write: Write
) -> None:
    sheet = openpyxl.load_workbook(write([], [line(1, amount=Money(Decimal(amount), currency))]))["Lines"]

    assert (value, number_format) == (
        cells_under(sheet, "Amount")[0].value,
        cells_under(sheet, "Amount")[0].number_format,
    )


def test_a_decimal_is_written_digit_by_digit(line: MakeLine, write: Write) -> None:
    with zipfile.ZipFile(write([], [line(1, amount=Money(Decimal("808.81"), "USD"))])) as archive:
        xml = archive.read("xl/worksheets/sheet3.xml").decode()

    assert "<v>808.81</v>" in xml


def test_lines_total_is_there_only_when_all_currencies_agree(
    payout: MakePayout, line: MakeLine, write: Write
) -> None:
    lines = [line(1), line(1, id="cln_b", amount=Money(Decimal("0.5"), "USD"))]
    lines.append(line(2, amount=Money(Decimal(9), "EUR")))
    path = write([payout(1), payout(2, partner_name="Zed"), payout(3, partner_name="Zoe")], lines)

    sheet = openpyxl.load_workbook(path)["Payouts"]

    assert [cell.value for cell in cells_under(sheet, "Lines total")] == [1250.5, None, 0]
    assert [cell.value for cell in cells_under(sheet, "Lines")] == [2, 1, 0]


def test_rows_are_ordered_by_partner_then_period_or_payout(
    payout: MakePayout, line: MakeLine, write: Write
) -> None:
    later = datetime(2026, 4, 1, tzinfo=UTC)
    payouts = [
        payout(1, partner_name="beta"),
        payout(2, partner_name="Alpha", period_start=later),
        payout(3, partner_name="Alpha"),
    ]
    lines = [
        line(2, payout_id="pay_1"),
        line(5, payout_id="pay_0"),
        line(8, created_at=None, payout_id="pay_1"),
    ]

    workbook = openpyxl.load_workbook(write(payouts, lines))

    assert [c.value for c in cells_under(workbook["Payouts"], "Payout ID")] == [
        "pay_003",
        "pay_002",
        "pay_001",
    ]
    assert [c.value for c in cells_under(workbook["Lines"], "Line ID")] == ["cln_005", "cln_008", "cln_002"]


def test_there_is_one_rule_per_column_and_every_list_has_a_name(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)

    for name in ("Payouts", "Lines", "New lines"):
        rules = workbook[name].data_validations.dataValidation
        columns = [re.sub(r"[0-9]+", "", str(rule.sqref)).partition(":")[0] for rule in rules]
        assert len(columns) == len(set(columns))
        lists = [r.formula1 for r in workbook[name].data_validations.dataValidation if r.type == "list"]
        assert set(lists) <= set(workbook.defined_names)
    assert workbook.defined_names["reconcile_partners"].attr_text == "'Lists'!$I$2:$I$7"
    assert [cell.value for cell in workbook["Lists"]["I"][1:7]] == [
        "Acme Partners (ptn_0)",
        "Bolt & Sons (ptn_1)",
        "株式会社カナリア (ptn_2)",
        "ptn_0",
        "ptn_1",
        "ptn_2",
    ]
    assert workbook["Lists"]["J2"].value == "Acme Partners, 2026-03-31 (pay_000)"


def test_the_hint_of_a_field_that_is_not_shown_says_what_a_blank_means(simple_file: Path) -> None:
    rules = openpyxl.load_workbook(simple_file)["Lines"].data_validations.dataValidation
    hints = {str(rule.sqref): rule.prompt for rule in rules}

    assert "<clear> empties it" in hints["J2:J8"]
    assert "partner's statement" in hints["I2:I8"]


def test_every_column_that_may_be_edited_says_beside_its_cells_what_to_type(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)
    for name, editable in (("Payouts", "DEF"), ("Lines", "CDEFGHIJ"), ("New lines", "ABCDEF")):
        rules = workbook[name].data_validations.dataValidation
        prompts = {
            str(rule.sqref)[0]: rule.prompt for rule in rules if f"{str(rule.sqref)[0]}2:" in str(rule.sqref)
        }
        assert all(prompts[letter] for letter in editable)


def test_changed_wrong_and_declined_cells_have_conditional_formats(simple_file: Path) -> None:
    formats = openpyxl.load_workbook(simple_file)["Lines"].conditional_formatting
    formulas = {str(found.sqref): [rule.formula[0] for rule in found.rules] for found in formats}

    assert 'TRIM($C2)="Decline"' in formulas["A2:Y8"]
    assert "OR($F2<>$S2,ISBLANK($F2)<>ISBLANK($S2))" in formulas["F2:F8"]
    assert all(len(formula) < 255 for found in formulas.values() for formula in found)


def test_a_payout_that_is_not_the_sum_of_its_lines_shows_in_its_lines_total(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)
    formulas = [
        rule.formula[0]
        for found in workbook["Payouts"].conditional_formatting
        for rule in found.rules
        if str(found.sqref) == "K2:K4"
    ]
    texts = [cell.value for row in workbook["Start here"].iter_rows() for cell in row]

    assert formulas == ["AND(ISNUMBER($K2),ISNUMBER($H2),ABS(N($K2)-N($H2))>0.0000001)"]
    assert [text for text in texts if str(text).startswith("The amount of 3 of the payouts is not the sum")]


def test_the_header_is_frozen_and_repeated_on_paper(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)

    assert tuple(workbook[name].freeze_panes for name in ("Payouts", "Lines", "New lines")) == (
        "D2",
        "C2",
        "B2",
    )
    for name in ("Payouts", "Lines", "New lines"):
        assert workbook[name].print_title_rows == "$1:$1"
        assert not workbook[name].protection.sheet
    for name in ("Start here", "Payouts", "Lines", "New lines"):
        assert workbook[name].page_setup.orientation == "landscape"
        assert (workbook[name].page_setup.fitToWidth or 1, workbook[name].page_setup.fitToHeight) == (1, 0)
        assert workbook[name].sheet_properties.pageSetUpPr.fitToPage


def test_the_columns_that_people_work_with_go_on_paper(simple_file: Path) -> None:
    workbook = openpyxl.load_workbook(simple_file)

    assert workbook["Payouts"].print_area == "'Payouts'!$A$1:$L$4"
    assert workbook["Lines"].print_area == "'Lines'!$A$1:$N$8"


def test_no_header_id_or_amount_is_cut_off(payout: MakePayout, line: MakeLine, write: Write) -> None:
    long = Money(Decimal("123456789012.34"), "USD")
    batch = "b" * 40
    workbook = openpyxl.load_workbook(write([payout(1, batch_id=batch)], [line(1, amount=long)]))

    for name in ("Payouts", "Lines", "New lines"):
        shown = shown_headers(workbook[name])
        assert [label for label in shown if width_of(workbook[name], label) < len(label) + 4] == []
    assert width_of(workbook["Payouts"], "Batch ID") > 40
    assert width_of(workbook["Lines"], "Amount") > len("123,456,789,012.34")


def test_a_text_of_several_lines_shows_them_unless_it_is_very_long(line: MakeLine, write: Write) -> None:
    lines = [
        line(1, description="first\nsecond"),
        line(2, description="one"),
        line(3, description="a\n" * 999),
    ]
    sheet = openpyxl.load_workbook(write([], lines))["Lines"]

    assert {cell.value[:3]: bool(cell.alignment.wrap_text) for cell in cells_under(sheet, "Description")} == {
        "fir": True,
        "one": False,
        "a\na": False,
    }


@pytest.mark.parametrize(
    "text", ["x" * 32_768, "👍" * 16_384, "lone \ud800", "<r><t>markup</t></r>", "_x0041_x0042_"]
)
def test_a_text_that_no_cell_can_hold_is_reported_and_can_never_be_written_back(
    text: str,
    payout: MakePayout,
    line: MakeLine,
    snapshot_of: Callable[..., Snapshot],
    export_of: Callable[[Snapshot], Export],
    read: Callable[[Path], EditedWorkbook],
    tmp_path: Path,
) -> None:
    snapshot = snapshot_of([payout(1)], [line(1, description=text)])
    findings = write_workbook(tmp_path / "long.xlsx", snapshot, export_of(snapshot), Policy())

    edited = read(tmp_path / "long.xlsx")

    assert [(one.severity, one.file, one.sheet, one.cell, one.record_id) for one in findings] == [
        (Severity.WARNING, "long.xlsx", "Lines", "I2", "cln_001")
    ]
    assert edited.lines.rows[0].values["description"] is UNREAD
    assert edited.lines.rows[0].baseline == line_values(as_shown(snapshot).lines["cln_001"])
    assert edited.findings == ()


def test_the_key_of_the_api_has_no_place_in_a_workbook(hard_file: Path) -> None:
    with zipfile.ZipFile(hard_file) as archive:
        names = archive.namelist()

    assert not [name for name in names if re.search(r"custom|connection|external|vba", name)]


def test_a_file_that_is_there_is_replaced_and_nothing_is_left_beside_it(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    path = tmp_path / "march.xlsx"
    path.write_text("before")

    write_workbook(path, simple, export_of(simple), Policy())

    assert [path] == list(tmp_path.iterdir())
    assert openpyxl.load_workbook(path).sheetnames[0] == "Start here"


def test_a_failure_part_way_leaves_the_old_file_and_nothing_else(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    path = tmp_path / "march.xlsx"
    path.write_text("before")
    broken = replace(simple, lines={"cln_1": None})  # type: ignore[dict-item]

    with pytest.raises(AttributeError):
        write_workbook(path, broken, export_of(simple), Policy())

    assert [path] == list(tmp_path.iterdir())
    assert path.read_text() == "before"


def test_a_folder_that_is_not_there_is_a_usage_error(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=r"march\.xlsx cannot be written \(No such file"):
        write_workbook(tmp_path / "nowhere" / "march.xlsx", simple, export_of(simple), Policy())


def test_a_path_that_is_a_folder_is_a_usage_error(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    (tmp_path / "march.xlsx").mkdir()

    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_workbook(tmp_path / "march.xlsx", simple, export_of(simple), Policy())


def test_the_same_export_gives_the_same_file(
    simple: Snapshot, export_of: Callable[[Snapshot], Export], tmp_path: Path
) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, simple, export_of(simple), Policy())

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_rows_of_a_long_sheet_are_told(
    line: MakeLine,
    snapshot_of: Callable[..., Snapshot],
    export_of: Callable[[Snapshot], Export],
    tmp_path: Path,
) -> None:
    snapshot = snapshot_of([], [line(number) for number in range(2_000)])
    told: list[tuple[str, int, int | None]] = []
    path = tmp_path / "march.xlsx"
    write_workbook(path, snapshot, export_of(snapshot), Policy(), on_progress=lambda *what: told.append(what))

    assert told == [("Lines", 1_000, 2_000), ("Lines", 2_000, 2_000)]
