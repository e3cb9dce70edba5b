"""What is written into a copy of a person's workbook: results, review marks, comments."""

from __future__ import annotations

from reconcile.workbook.copy.cell_editor import Keystroke, type_into
from reconcile.workbook.copy.result import write_result
from reconcile.workbook.copy.review import write_review

__all__ = ["Keystroke", "type_into", "write_result", "write_review"]
