"""What the steps are held against: well-known libraries on the same data, one to a process.

`python tests/bench/references.py REFERENCE LINES FOLDER`; the libraries come with the extra `bench`. Whatever a
reference could have prepared is prepared before its time runs, so that it is shown at its best.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from made_up import drifted, edits, month
from steps import Prepare, Step, measure

from reconcile.domain.fields import RecordKind
from reconcile.domain.snapshot import Snapshot
from reconcile.workbook.contract.columns import COLUMNS, Column

if TYPE_CHECKING:
    import pandas as pd

_FORMATS = {"amount": "#,##0.00", "date": "yyyy-mm-dd", "count": "#,##0", "text": "@", "choice": "@"}
_NEVER = datetime.min.replace(tzinfo=UTC)
_SHEETS = {RecordKind.PAYOUT: "Payouts", RecordKind.LINE: "Lines"}


def _tables(snapshot: Snapshot) -> Iterator[tuple[str, tuple[Column[Any], ...], list[list[Any]]]]:
    """The cells of our workbook: name, columns and rows of each sheet, amounts as the floats of a file."""
    from reconcile.workbook.contract.export_rows import line_row, lines_in_order, payout_row, payouts_in_order

    payouts = [payout_row(one, snapshot, "wb") for one in payouts_in_order(snapshot)]
    lines = [line_row(one, snapshot, "wb") for one in lines_in_order(snapshot)]
    for kind, rows in ((RecordKind.PAYOUT, payouts), (RecordKind.LINE, lines)):
        columns = COLUMNS[kind]
        cells = [[_cell(column.value(row)) for column in columns] for row in rows]
        yield _SHEETS[kind], columns, cells


def _cell(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def openpyxl_write(lines: int, folder: Path) -> Step:
    """openpyxl write-only: the same cells, number formats, rules, colours, tables, hidden columns."""
    import warnings

    from openpyxl import Workbook

    # It says of each table that its columns were to be added by hand, as they are.
    warnings.simplefilter("ignore", UserWarning)
    tables = list(_tables(month(lines)))

    def step() -> None:
        book = Workbook(write_only=True)
        for name, columns, rows in tables:
            _openpyxl_sheet(book.create_sheet(name), columns, rows)
        book.save(folder / "openpyxl.xlsx")

    return step


def _openpyxl_sheet(sheet: Any, columns: tuple[Column[Any], ...], rows: list[list[Any]]) -> None:  # noqa: ANN401 - one of two kinds of sheet
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.table import Table, TableColumn

    fill, last = PatternFill("solid", bgColor="FFF2CC"), len(rows) + 1
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].hidden = column.hidden
        if column.editable:
            rule = DataValidation(type="decimal" if column.kind == "amount" else None, allow_blank=True)
            rule.add(f"{letter}2:{letter}{last}")
            sheet.data_validations.append(rule)
            formula = [f"NOT(EXACT({letter}2,{get_column_letter(len(columns))}2))"]
            sheet.conditional_formatting.add(f"{letter}2:{letter}{last}", FormulaRule(formula, fill=fill))
    table = Table(displayName=sheet.title, ref=f"A1:{get_column_letter(len(columns))}{last}")
    table.tableColumns = [TableColumn(id=number, name=one.id) for number, one in enumerate(columns, start=1)]
    sheet.append([column.id for column in columns])
    formats = [_FORMATS[column.kind] for column in columns]
    for row in rows:
        cells = []
        for value, look in zip(row, formats, strict=True):
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = look
            cells.append(cell)
        sheet.append(cells)
    sheet.add_table(table)


def xlsxwriter_write(lines: int, folder: Path) -> Step:
    """XlsxWriter: the same cells, number formats, rules, colours, tables, hidden columns.

    Each cell has its format, a blank one too, as in the other two: that of a column would go on below the table.
    """
    from xlsxwriter import Workbook

    tables = list(_tables(month(lines)))

    def step() -> None:
        with Workbook(folder / "plain.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, columns, rows in tables:
                _xlsxwriter_sheet(book, name, columns, rows)

    return step


def _xlsxwriter_sheet(
    book: Any,  # noqa: ANN401 - XlsxWriter carries no types
    name: str,
    columns: tuple[Column[Any], ...],
    rows: list[list[Any]],
) -> None:
    from xlsxwriter.utility import xl_col_to_name

    sheet, fill, last = book.add_worksheet(name), book.add_format({"bg_color": "#FFF2CC"}), len(rows)
    sheet.freeze_panes(1, 0)
    looks = [book.add_format({"num_format": _FORMATS[column.kind]}) for column in columns]
    for number, column in enumerate(columns):
        sheet.set_column(number, number, 12, None, {"hidden": column.hidden})
        if column.editable:
            kind = {"validate": "decimal", "criteria": ">", "value": -1e15} if column.kind == "amount" else {}
            sheet.data_validation(1, number, last, number, {"validate": "any", "input_title": "x", **kind})
            formula = f"=NOT(EXACT({xl_col_to_name(number)}2,{xl_col_to_name(len(columns) - 1)}2))"
            rule = {"type": "formula", "criteria": formula, "format": fill}
            sheet.conditional_format(1, number, last, number, rule)
    for number, row in enumerate(rows, start=1):
        for place, (value, look) in enumerate(zip(row, looks, strict=True)):
            sheet.write(number, place, value, look)
    header = [{"header": column.id} for column in columns]
    sheet.add_table(0, 0, last, len(columns) - 1, {"columns": header})


def openpyxl_read(lines: int, folder: Path) -> Step:
    """openpyxl read-only, the values of every sheet: no formulas, no checks."""
    from openpyxl import load_workbook

    def step() -> None:
        book = load_workbook(folder / "month.xlsx", read_only=True, data_only=True)
        for sheet in book:
            for _ in sheet.iter_rows(values_only=True):
                pass
        book.close()

    return step


def calamine_read(lines: int, folder: Path) -> Step:
    """python-calamine, the values of every sheet, raw."""
    from python_calamine import CalamineWorkbook

    def step() -> None:
        book = CalamineWorkbook.from_path(folder / "month.xlsx")
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()

    return step


def _line_rows(snapshot: Snapshot, typed: dict[str, Any]) -> list[dict[str, Any]]:
    from reconcile.domain.fields import line_values

    names = ("amount", "currency", "source_amount", "description", "decline_reason")
    days = ("period_end", "created_at", "updated_at")
    found = []
    for key, line in snapshot.lines.items():
        values = {**line_values(line), **typed.get(key, {})}
        seen = {name: values.get(name) for name in names}
        texts = {name: value if isinstance(value, str) else "" for name, value in seen.items()}
        dated = {name: str((getattr(line, name) or _NEVER).date()) for name in days}
        more = (line.partner_id, line.payout_id or "", line.plan_name, line.status)
        partner = {"partner": snapshot.partner_name(line.partner_id)}
        found.append({"id": key, **texts, **dated, **partner, **dict(zip("abcd", more, strict=True))})
    return found


def _frames(lines: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    baseline = month(lines)
    return (
        pd.DataFrame(_line_rows(baseline, {})),
        pd.DataFrame(_line_rows(baseline, dict(edits(baseline, 0.2)))),
        pd.DataFrame(_line_rows(drifted(baseline), {})),
    )


def pandas_merge(lines: int, folder: Path) -> Step:
    """A plain pandas merge of the three tables by id, and a comparison of every column."""
    baseline, edited, live = _frames(lines)

    def step() -> None:
        both = baseline.merge(edited, on="id", how="outer", suffixes=("", "_edited"))
        all_three = both.merge(live, on="id", how="outer", suffixes=("", "_live"))
        for name in baseline.columns[1:]:
            was, typed, now = (all_three[f"{name}{end}"] for end in ("", "_edited", "_live"))
            changed, moved = was != typed, was != now
            all_three[changed & moved & (typed != now)].to_dict("records")
            all_three[changed & ~moved][["id", name, f"{name}_edited"]].to_dict("records")
            all_three[moved & ~changed][["id", name, f"{name}_live"]].to_dict("records")

    return step


def datacompy_diff(lines: int, folder: Path) -> Step:
    """datacompy: baseline with edited and baseline with live, each with its report."""
    import datacompy

    baseline, edited, live = _frames(lines)

    def step() -> None:
        for other in (edited, live):
            datacompy.PandasCompare(baseline, other, join_columns="id").report()

    return step


def daff_diff(lines: int, folder: Path) -> Step:
    """daff's own three-way diff."""
    import daff

    tables = [
        daff.PythonTableView([list(frame.columns), *frame.to_numpy().tolist()]) for frame in _frames(lines)
    ]

    def step() -> None:
        flags = daff.CompareFlags()
        flags.addPrimaryKey("id")
        alignment = daff.Coopy.compareTables3(*tables, flags).align()
        daff.TableDiff(alignment, flags).hilite(daff.PythonTableView([]))

    return step


REFERENCES: dict[str, Prepare] = {
    one.__name__: one
    for one in (
        openpyxl_write,
        xlsxwriter_write,
        openpyxl_read,
        calamine_read,
        pandas_merge,
        datacompy_diff,
        daff_diff,
    )
}

if __name__ == "__main__":
    measure(REFERENCES)
