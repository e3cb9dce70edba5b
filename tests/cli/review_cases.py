"""What the tests of review workbooks share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli_session import (
    DRAFT,
    CliSession,
)
from openpyxl import load_workbook

from reconcile.workbook.copy.cell_editor import Keystroke

MINE = Keystroke("Payouts", DRAFT, "PO number", "PO-MINE")


KEEP = Keystroke("Conflicts", 2, "Decision", "keep mine")


TAKE = Keystroke("Conflicts", 2, "Decision", "take live")


def conflicted(cli: CliSession, *keystrokes: Keystroke) -> Path:
    """An edited workbook with one conflict: the PO number of a payout."""
    edited = cli.edit(cli.export(), MINE, *keystrokes)
    cli.patch(f"/payouts/{DRAFT}", {"poNumber": "PO-THEIRS"})
    return edited


def reviewed(cli: CliSession, *files: Path, name: str = "review.xlsx") -> Path:
    """The review of a workbook, or the folder with those of several."""
    target = cli.folder / name
    code, out, err = cli.run("diff", *files, "--review", target)
    assert code in (0, 1), out + err
    assert "Review workbook: " in err
    return target


def sheet_rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    book = load_workbook(path)
    header, *rows = [[cell.value for cell in row] for row in book[sheet].iter_rows()]
    book.close()
    return [dict(zip(header, row, strict=True)) for row in rows]


def cell_of(path: Path, sheet: str, record: str, header: str) -> str:
    book = load_workbook(path)
    headers = {cell.value: cell.column for cell in book[sheet][1]}
    key = headers["Payout ID" if sheet == "Payouts" else "Line ID"]
    row = next(row for row in book[sheet].iter_rows() if row[key - 1].value == record)
    book.close()
    return str(row[headers[header] - 1].coordinate)
