"""Writes the workbook of an export."""

from __future__ import annotations

from reconcile.workbook.export.extra_sheets import MARK, ExtraSheet, Proposal
from reconcile.workbook.export.writer import write_workbook
from reconcile.workbook.export.xlsxwriter_port import Format, Workbook, Worksheet, xl_range

__all__ = [
    "MARK",
    "ExtraSheet",
    "Format",
    "Proposal",
    "Workbook",
    "Worksheet",
    "write_workbook",
    "xl_range",
]
