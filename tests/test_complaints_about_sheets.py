"""What users of comparable tools complain about, by their numbers: the workbook's mechanics, rows, messages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
from builders import make_line, make_payout, make_snapshot, without
from complaint_rounds import BASE, POLICY, Round, cell_of, place, put, row_of

from reconcile.workbook.doctor.examine import examine

# Workbook mechanics


def test_26_nothing_is_protected_so_an_edit_anywhere_is_found_and_ignored(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    back = round_trip.typed("pay_1", "Amount", 5)

    assert not any(book[name].protection.sheet for name in ("Payouts", "Lines", "New lines"))
    assert (back.found, back.sent) == ([("read-only-edit", "Payouts!H2")], {})


def test_27_tables_can_be_filtered_and_hidden_rows_count(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        assert all(table.autoFilter for name in ("Payouts", "Lines") for table in book[name].tables.values())
        put(book, "cln_3", "Amount", 21)
        book["Lines"].row_dimensions[row_of(book["Lines"], "cln_3")].hidden = True

    assert round_trip.treat(change).sent == {"cln_3": {"amount": "21.00"}}


def test_28_protecting_deleting_renaming_and_moving_break_nothing(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "PO number", "000777")
        payouts = book["Payouts"]
        payouts.delete_rows(row_of(payouts, "pay_3"))
        payouts.protection.sheet = True
        payouts.title = "Auszahlungen"
        payouts.move_range(f"E1:E{payouts.max_row}", cols=40)
        del book["Start here"]

    back = round_trip.treat(change)

    assert (back.found, back.sent) == ([], {"pay_1": {"poNumber": "000777"}})


def test_29_a_sort_that_leaves_the_ids_behind_is_an_error_in_each_row(round_trip: Round) -> None:
    def values_alone(book: openpyxl.Workbook) -> None:
        for record, amount in (("cln_1", -30), ("cln_2", 500), ("cln_3", 0.3), ("cln_4", 20)):
            put(book, record, "Amount", amount)

    def all_but_hidden(book: openpyxl.Workbook) -> None:
        sheet = book["Payouts"]
        last = place(sheet, "Partner ID")
        rows = [[sheet.cell(row, column).value for column in range(1, last + 1)] for row in (2, 3, 4)]
        for row, values in zip((2, 3, 4), reversed(rows), strict=True):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column).value = value

    first, second = round_trip.treat(values_alone), round_trip.treat(all_but_hidden)

    assert {rule for rule, _ in first.found} >= {"values-moved"}
    assert [one for one in second.found if one[0] == "token"] == [
        ("token", "Payouts!P2"),
        ("token", "Payouts!P4"),
    ]
    assert (first.sent, second.sent) == ({}, {})


def test_30_drop_downs_take_their_lists_from_names(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    lists = [
        rule.formula1
        for name in ("Payouts", "Lines", "New lines")
        for rule in book[name].data_validations.dataValidation
        if rule.type == "list"
    ]

    assert len(lists) >= 5
    assert all(source.lstrip("=") in book.defined_names for source in lists)


def test_31_there_is_one_rule_per_column_however_many_rows(round_trip: Round) -> None:
    lines = [make_line(f"cln_{n:03}", "1 USD", "pay_1") for n in range(300)]
    book = openpyxl.load_workbook(round_trip.export(make_snapshot(make_payout("pay_1", "300 USD"), *lines)))
    rules = [rule for rule in book["Lines"].data_validations.dataValidation if rule.type]

    assert 0 < len(rules) <= len(book["Lines"][1])
    assert all(len(str(rule.sqref).split()) == 1 for rule in rules)
    assert any(str(rule.sqref).endswith("301") for rule in rules)


def test_32_lost_validations_are_told_and_missed_by_nobody(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for name in ("Payouts", "Lines"):
            book[name].data_validations.dataValidation.clear()
        put(book, "pay_1", "Stage", "APROVED")
        put(book, "cln_1", "Action", "Delete")

    back = round_trip.treat(change)
    traces = {
        trace.told for trace in examine(round_trip.folder / "march.xlsx", POLICY) if "Valid" in trace.what
    }

    assert back.found == [("stage-unknown", "Payouts!D2"), ("action-unknown", "Lines!C3")]
    assert any(told.startswith("Payouts: Stage take any input now") for told in traces)
    assert back.sent == {}


def test_33_tables_and_columns_keep_their_names_and_ones_own_columns_do_not_matter(round_trip: Round) -> None:
    def shape(path: Path) -> list[object]:
        book = openpyxl.load_workbook(path)
        sheets = [book[name] for name in ("Payouts", "Lines", "New lines")]
        return [(list(one.tables), [cell.value for cell in one[1]]) for one in sheets]

    def own(book: openpyxl.Workbook) -> None:
        book["Lines"].insert_cols(1)
        book["Lines"]["A1"] = "Checked by"
        book["Lines"]["A2"] = "=SUM(G:G)"
        put(book, "cln_3", "Amount", 21)

    first = shape(round_trip.export())
    second = shape(round_trip.export(without(BASE, "cln_2")))
    back = round_trip.treat(own)

    assert first == second
    assert (back.found, back.sent) == ([], {"cln_3": {"amount": "21.00"}})


def test_34_what_to_type_is_said_at_the_cell(round_trip: Round) -> None:
    book = openpyxl.load_workbook(round_trip.export())
    for header in ("Amount", "Action", "Decline reason"):
        cell = cell_of(book, "cln_1", header)
        hints = [
            rule.prompt
            for rule in book["Lines"].data_validations.dataValidation
            if cell.coordinate in rule.sqref and rule.prompt
        ]
        assert hints, header


def test_35_an_amount_is_either_computed_or_typed(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "Lines total", 999)
        put(book, "pay_1", "Amount", 999)

    back = round_trip.treat(change)

    assert [rule for rule, _ in back.found] == ["read-only-edit", "read-only-edit"]
    assert back.sent == {}


# Create, update and delete


def test_36_a_row_without_an_id_creates_nothing(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["Lines"]
        row = sheet.max_row + 1
        for header, value in (("Partner", "Acme"), ("Amount", 99), ("Currency", "USD"), ("Description", "x")):
            sheet.cell(row, place(sheet, header)).value = value

    back = round_trip.treat(change)

    assert [rule for rule, _ in back.found] == ["id-blank"]
    assert "New lines" in back.findings[0].fix
    assert back.sent == {}


def test_37_a_missing_column_changes_nothing(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "PO number", "000777")
        for header in ("Statement note", "Stage"):
            book["Payouts"].delete_cols(place(book["Payouts"], header))
        for header in ("Amount", "Source amount", "Description"):
            book["Lines"].delete_cols(place(book["Lines"], header))

    back = round_trip.treat(change)

    assert {rule for rule, _ in back.found} == {"column-missing"}
    assert back.sent == {"pay_1": {"poNumber": "000777"}}


def test_38_an_export_that_comes_back_untouched_does_nothing(round_trip: Round) -> None:
    as_written = round_trip.back(round_trip.export())
    as_saved = round_trip.treat(lambda _: None)

    assert (as_written.found, as_written.sent) == ([], {})
    assert (as_saved.found, as_saved.sent) == ([], {})


def copied_row(book: openpyxl.Workbook, amount: float) -> None:
    sheet = book["Lines"]
    source, target = row_of(sheet, "cln_1"), sheet.max_row + 1
    for column in range(1, sheet.max_column + 1):
        sheet.cell(target, column).value = sheet.cell(source, column).value
    sheet.cell(target, place(sheet, "Amount")).value = amount


def test_39_41_a_record_that_stands_twice_is_refused_with_its_rows(round_trip: Round) -> None:
    back = round_trip.treat(lambda book: copied_row(book, 600))

    assert [one for one in back.found if one[0] == "id-repeated"] == [
        ("id-repeated", "Lines!Q3"),
        ("id-repeated", "Lines!Q7"),
    ]
    assert "rows 3, 7" in back.findings[0].message
    assert back.sent == {}


def test_40_what_is_missing_is_listed_and_left_alone(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Lines"].delete_rows(row_of(book["Lines"], "cln_3"))
        book["Payouts"].delete_rows(row_of(book["Payouts"], "pay_3"))

    back = round_trip.treat(change)

    assert [target.id for target in back.plan.missing] == ["pay_3", "cln_3"]
    assert back.sent == {}


def test_41_an_amount_of_zero_is_no_decline(round_trip: Round) -> None:
    back = round_trip.typed("cln_1", "Amount", 0)

    assert [one.rule for one in back.findings] == ["amount-zero"]
    assert "Decline" in back.findings[0].fix
    assert back.plan.operations == ()


# The validator


def test_65_every_wrong_cell_is_named_whatever_its_type(round_trip: Round) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(book, "cln_1", "Amount", "abc")
        put(book, "cln_2", "Amount", value=True)
        put(book, "cln_3", "Amount", datetime(2026, 3, 1))  # noqa: DTZ001 - a cell has no zone
        put(book, "cln_4", "Amount", "#REF!")

    back = round_trip.treat(change)

    assert [(one.cell, one.value) for one in back.findings] == [
        ("F3", "abc"),
        ("F4", "TRUE"),
        ("F5", "2026-03-01"),
        ("F6", "#REF!"),
    ]


def test_66_all_problems_come_in_one_pass_in_the_order_of_the_sheets(round_trip: Round) -> None:
    lines = [make_line(f"cln_{n:03}", "1 USD", "pay_1") for n in range(40)]
    base = make_snapshot(make_payout("pay_1", "40 USD"), *lines)

    def change(book: openpyxl.Workbook) -> None:
        put(book, "pay_1", "Stage", "APROVED")
        for number in range(40):
            put(book, f"cln_{number:03}", "Amount", 0)
            put(book, f"cln_{number:03}", "Description", "x" * 2001)
        book["New lines"]["A2"], book["New lines"]["C2"] = "ptn_9", 5

    found = round_trip.treat(change, base=base).found

    assert [rule for rule, _ in found].count("amount-zero") == 40
    assert [rule for rule, _ in found].count("text-length") == 40
    assert found[0] == ("stage-unknown", "Payouts!D2")
    assert found[1:3] == [("amount-zero", "Lines!F2"), ("text-length", "Lines!I2")]
    assert found[-1][1].startswith("New lines!")
