from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.domain.money import Money
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot

Edit = Callable[[Path, Callable[[openpyxl.Workbook], object]], Path]
Table = dict[tuple[str, str], tuple[float, ...]]


def totals(path: Path) -> Table:
    """The rows of the control totals: by stage and currency, the three amounts and the three counts."""
    sheet = openpyxl.load_workbook(path, data_only=True)["Start here"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_col=2, max_col=10)]
    return {
        (row[0], row[2] or ""): tuple(value or 0 for value in row[3:])
        for row in rows
        if row[0] and isinstance(row[6], int | float)
    }


def bridge(path: Path, currency: str) -> dict[str, tuple[float, ...]]:
    """The way from the payouts of a currency to its lines: the amount exported, now and in between."""
    sheet = openpyxl.load_workbook(path, data_only=True)["Start here"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_col=2, max_col=7)]
    first = next(
        n
        for n, row in enumerate(rows)
        if row[0] == "Payouts, with your edits of lines" and row[2] == currency
    )
    return {row[0]: tuple(row[3:]) for row in rows[first : first + 5]}


def test_payouts_and_lines_tie_by_the_rows_between_them(
    write: Callable[..., Path], payout: Callable[..., Payout], line: Callable[..., CommissionLine]
) -> None:
    path = write(
        [payout(1, amount=Money(Decimal(300), "USD")), payout(2, amount=Money(Decimal(50), "EUR"))],
        [
            line(1, payout_id="pay_001", amount=Money(Decimal(120), "USD")),
            line(2, payout_id="pay_001", amount=Money(Decimal(170), "EUR")),
            line(3, payout_id="pay_002", amount=Money(Decimal(50), "EUR")),
            line(4, payout_id=None, amount=Money(Decimal(9), "USD")),
        ],
    )

    for currency, expected in {"USD": (300, -180, 120, 9, 129), "EUR": (50, 170, 220, 0, 220)}.items():
        found = bridge(path, currency)
        assert tuple(exported for exported, _, _ in found.values()) == expected
        assert all(now == exported and change == 0 for exported, now, change in found.values())
        payouts, other, on_payouts, pool, every = (exported for exported, _, _ in found.values())
        assert payouts + other == on_payouts
        assert on_payouts + pool == every


def test_the_results_stored_in_a_fresh_workbook_are_those_of_the_records(simple_file: Path) -> None:
    found = totals(simple_file)

    assert found["APPROVED", "USD"] == (3750, 3750, 0, 3, 3, 0)
    assert found["PAID", "USD"] == (0, 0, 0, 0, 0, 0)
    assert found["All stages", "USD"] == (3750, 3750, 0, 3, 3, 0)
    assert found["All lines", "USD"] == (8750, 8750, 0, 7, 7, 0)


def test_a_stage_that_only_the_server_knows_has_its_row(hard_file: Path) -> None:
    found = totals(hard_file)

    assert found["ON_HOLD", "USD"] == (1250, 1250, 0, 1, 1, 0)
    assert found["PAID", "JPY"] == (-5000, -5000, 0, 1, 1, 0)


def test_the_formulas_give_what_was_stored(
    hard: Snapshot, hard_file: Path, edit: Edit, soffice: Callable[[Path], Path], tmp_path: Path
) -> None:
    stored = totals(hard_file)
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(hard_file.read_bytes())

    edit(copy, lambda _: None)  # openpyxl drops the stored results, so LibreOffice works them out

    computed = totals(soffice(copy))
    assert stored.keys() == computed.keys()
    for key, figures in stored.items():
        assert figures == pytest.approx(computed[key]), key


def test_the_totals_follow_edits_and_new_lines(
    simple_file: Path, edit: Edit, soffice: Callable[[Path], Path]
) -> None:
    def work(workbook: openpyxl.Workbook) -> None:
        workbook["Payouts"]["D2"] = "PAID"
        workbook["Payouts"]["D3"] = "Pending payment"
        lines = workbook["Lines"]
        lines["C2"], lines["C3"] = "Decline", "Detach"
        lines["F4"] = 1000
        lines["G5"] = "CHF"
        new = workbook["New lines"]
        new["C2"], new["D2"] = 100, "USD"
        new["C260"], new["D260"] = 7, "USD"
        new["C3"], new["D3"] = 5, "EUR"

    edited = soffice(edit(simple_file, work))
    found = totals(edited)

    assert bridge(edited, "USD") == {
        "Payouts, with your edits of lines": (3750, 0, -3750),
        "Lines in other currencies, other differences": (3750, 3750, 0),
        "Lines on payouts": (7500, 3750, -3750),
        "Lines in the pool": (1250, 1107, -143),
        "All lines": (8750, 4857, -3893),
    }
    assert found["APPROVED", "USD"] == (3750, 1250, -2500, 3, 1, -2)
    assert found["PAID", "USD"] == (0, 1250, 1250, 0, 1, 1)
    assert found["PENDING_PAYMENT", "USD"] == (0, 1250, 1250, 0, 1, 1)
    assert found["All stages", "USD"] == (3750, 3750, 0, 3, 3, 0)
    assert found["All lines", "USD"] == (8750, 3 * 1250 + 1000 + 107, -3893, 7, 6, -1)
    assert found["Other currencies", ""][3:] == (0, 2, 2)


def test_the_totals_do_not_mind_sorting_filtering_and_rows_that_are_added(
    write: Callable[..., Path],
    payout: Callable[..., Payout],
    line: Callable[..., CommissionLine],
    edit: Edit,
    soffice: Callable[[Path], Path],
) -> None:
    amounts = ("500.25 USD", "30 EUR", "1200 JPY", "-20.50 USD", "1.005 KWD")
    money = [Money(Decimal(amount), currency) for amount, currency in (text.split() for text in amounts)]
    path = write(
        [payout(n, amount=one, stage=("PAID", "APPROVED")[n % 2]) for n, one in enumerate(money)],
        [line(n, amount=one) for n, one in enumerate(money)],
    )
    before = totals(path)

    def work(workbook: openpyxl.Workbook) -> None:
        for name, letter in (("Payouts", "H"), ("Lines", "F")):
            sort(workbook[name], letter)
            for row in (2, 4):  # what a filter does to the rows it leaves out
                workbook[name].row_dimensions[row].hidden = True
        new = workbook["New lines"]
        new["C201"], new["D201"] = 10, "EUR"
        new["C202"], new["D202"] = 2.5, "EUR"  # below the rows that stand ready

    after = totals(soffice(edit(path, work)))

    assert after["All lines", "EUR"] == (30, 42.5, 12.5, 1, 3, 2)
    # Without a payout, new lines go into the pool.
    pool = before["Lines in the pool", "EUR"]
    assert after["Lines in the pool", "EUR"] == (pool[0], pool[0] + 12.5, 12.5, pool[3], pool[3] + 2, 2)
    for key in before.keys() - {("All lines", "EUR"), ("Lines in the pool", "EUR")}:
        assert after[key] == pytest.approx(before[key]), key


def sort(sheet: Worksheet, letter: str) -> None:
    """Sorts the rows of a sheet by a column, as a person does: values move, formats and rules stay."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    place = column_index_from_string(letter) - 1
    for number, values in enumerate(sorted(rows, key=lambda row: row[place]), start=2):
        for column, value in enumerate(values, start=1):
            sheet.cell(number, column).value = value


def test_the_formulas_are_plain_ranges_that_every_program_understands(hard_file: Path) -> None:
    sheet = openpyxl.load_workbook(hard_file)["Start here"]
    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    functions = {word for formula in formulas for word in re.findall(r"([A-Z]+)\(", formula)}

    assert formulas
    assert not [formula for formula in formulas if "[" in formula]
    assert functions == {"SUMIFS", "COUNTIFS", "IF", "ROUND", "MAX", "COUNT"}
