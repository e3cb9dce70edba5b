"""Writes the workbook of an export."""

from __future__ import annotations

from reconcile.workbook.export.column_cells import ColumnCells, number_cell
from reconcile.workbook.export.extra_sheets import ExtraSheet, Proposal, answers_to
from reconcile.workbook.export.styles import DATE_FORMAT, Formats, amount_format, dashed
from reconcile.workbook.export.writer import NOTHING, Beside, write_workbook
from reconcile.workbook.export.xlsxwriter_port import Format, StreamingSheet, Workbook, Worksheet

__all__ = [
    "DATE_FORMAT",
    "NOTHING",
    "Beside",
    "ColumnCells",
    "ExtraSheet",
    "Format",
    "Formats",
    "Proposal",
    "StreamingSheet",
    "Workbook",
    "Worksheet",
    "amount_format",
    "answers_to",
    "dashed",
    "number_cell",
    "write_workbook",
]
