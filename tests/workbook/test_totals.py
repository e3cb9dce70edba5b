from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

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


def test_the_totals_follow_sorting_edits_and_new_lines(
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

    found = totals(soffice(edit(simple_file, work)))

    assert found["APPROVED", "USD"] == (3750, 1250, -2500, 3, 1, -2)
    assert found["PAID", "USD"] == (0, 1250, 1250, 0, 1, 1)
    assert found["PENDING_PAYMENT", "USD"] == (0, 1250, 1250, 0, 1, 1)
    assert found["All stages", "USD"] == (3750, 3750, 0, 3, 3, 0)
    assert found["All lines", "USD"] == (8750, 3 * 1250 + 1000 + 107, -3893, 7, 6, -1)
    assert found["Other currencies", ""][3:] == (0, 2, 2)
