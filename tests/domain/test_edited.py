"""The edited workbook: rows by id, cell addresses, and the token that ties a row to its record."""

from __future__ import annotations

import pytest
from builders import make_payout, make_sheet, make_snapshot, make_workbook

from reconcile.domain.edited import EditedRow, EditedSheet, row_token
from reconcile.domain.fields import UNREAD, RecordKind, Values, payout_values
from reconcile.domain.finding import Finding, Severity

VALUES = payout_values(make_payout(po_number="PO-1"))


def sheet_of(*ids: str | None) -> EditedSheet:
    rows = [EditedRow(number, one, {}, None, None, {}) for number, one in enumerate(ids, start=2)]
    return make_sheet(RecordKind.PAYOUT, rows)


def test_a_row_is_found_by_its_id() -> None:
    sheet = sheet_of("pay_1", None, "pay_2")

    assert {key: row.number for key, row in sheet.by_id.items()} == {"pay_1": 2, "pay_2": 4}
    assert {"pay_1", "pay_2"} == sheet.ids
    assert sheet.row_of("pay_3") is None


def test_an_id_in_two_rows_names_neither() -> None:
    sheet = sheet_of("pay_1", "pay_2", "pay_1")

    assert list(sheet.by_id) == ["pay_2"]
    assert sheet.row_of("pay_1") is None
    assert "pay_1" in sheet.ids


def test_blank_ids_are_no_id() -> None:
    assert sheet_of(None, None).by_id == {}
    assert frozenset() == sheet_of(None, "").ids


def test_a_cell_has_its_address_and_a_missing_column_just_the_row() -> None:
    sheet = sheet_of("pay_1")

    assert (sheet.cell("po_number", 7), sheet.cell("id", 2)) == ("B7", "D2")
    assert sheet.cell("nowhere", 7) == "7"


def test_the_sheets_stand_in_workbook_order() -> None:
    book = make_workbook(make_snapshot(make_payout()))

    assert [sheet.kind for sheet in book.sheets] == [RecordKind.PAYOUT, RecordKind.LINE, RecordKind.NEW_LINE]


def test_a_token_begins_with_the_id_and_stays_the_same() -> None:
    token = row_token("wb_1", RecordKind.PAYOUT, "pay_1", VALUES)

    assert token.startswith("pay_1~")
    assert len("pay_1~") + 16 == len(token)
    assert token == row_token("wb_1", RecordKind.PAYOUT, "pay_1", dict(reversed(VALUES.items())))


@pytest.mark.parametrize(
    ("workbook", "kind", "record", "values"),
    [
        ("wb_2", RecordKind.PAYOUT, "pay_1", {}),
        ("wb_1", RecordKind.LINE, "pay_1", {}),
        ("wb_1", RecordKind.PAYOUT, "pay_2", {}),
        ("wb_1", RecordKind.PAYOUT, "pay_1", {"stage": "PAID"}),
        ("wb_1", RecordKind.PAYOUT, "pay_1", {"po_number": None}),
        ("wb_1", RecordKind.PAYOUT, "pay_1", {"po_number": UNREAD}),
        ("wb_1", RecordKind.PAYOUT, "pay_1", {"statement_note": "PO-1", "po_number": None}),
    ],
)
def test_a_token_fits_one_workbook_kind_id_and_baseline(
    workbook: str, kind: RecordKind, record: str, values: Values
) -> None:
    token = row_token("wb_1", RecordKind.PAYOUT, "pay_1", VALUES)

    assert token != row_token(workbook, kind, record, {**VALUES, **values})


@pytest.mark.parametrize(
    ("workbook", "kind", "record", "values", "token"),
    [
        (
            "wb_%s",
            RecordKind.PAYOUT,
            "pay_%d",
            {"stage": "PAID", "po_number": None, "statement_note": UNREAD},
            "pay_%d~b86fee0a6efac00a",
        ),
        (
            "wb_1",
            RecordKind.LINE,
            "cln_1",
            {"amount": "12.5", "currency": "USD", "description": "100 % é", "internal_note": UNREAD},
            "cln_1~db3a82a6a2824d4d",
        ),
        ("wb_1", RecordKind.NEW_LINE, "x", {}, "x~04d9b23df59248ff"),
    ],
)
def test_a_token_is_that_of_the_workbooks_that_are_out_there(
    workbook: str, kind: RecordKind, record: str, values: Values, token: str
) -> None:
    assert row_token(workbook, kind, record, values) == token


def test_a_token_does_not_depend_on_the_rest_of_the_row() -> None:
    more = {**VALUES, "amount": "5"}

    assert row_token("w", RecordKind.PAYOUT, "pay_1", VALUES) == row_token(
        "w", RecordKind.PAYOUT, "pay_1", more
    )


@pytest.mark.parametrize(
    ("place", "file", "sheet", "cell"),
    [
        ("march.xlsx, Lines!F12", "march.xlsx", "Lines", "F12"),
        ("march.xlsx, Lines", "march.xlsx", "Lines", ""),
        ("march.xlsx", "march.xlsx", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_finding_says_where_it_is(place: str, file: str, sheet: str, cell: str) -> None:
    finding = Finding(Severity.ERROR, "rule", "What.", "Do.", file=file, sheet=sheet, cell=cell)

    assert place == finding.place
