"""Reads a workbook that came back."""

from __future__ import annotations

from reconcile.workbook.read.accepted_matches import match_token
from reconcile.workbook.read.baseline import baseline_of
from reconcile.workbook.read.cell_view import is_blank, shown
from reconcile.workbook.read.decisions import tables_of
from reconcile.workbook.read.find_columns import KEY
from reconcile.workbook.read.find_sheets import FoundSheet, find_sheets
from reconcile.workbook.read.kept_identity import meta_of_export
from reconcile.workbook.read.reader import meta_of, read_export, read_workbook
from reconcile.workbook.read.readonly_edits import readonly_edits

__all__ = [
    "KEY",
    "FoundSheet",
    "baseline_of",
    "find_sheets",
    "is_blank",
    "match_token",
    "meta_of",
    "meta_of_export",
    "read_export",
    "read_workbook",
    "readonly_edits",
    "shown",
    "tables_of",
]
