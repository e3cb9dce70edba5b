"""Examines and repairs a workbook."""

from __future__ import annotations

from reconcile.workbook.doctor.examine import Trace, arrangement, examine
from reconcile.workbook.doctor.file_type import describe
from reconcile.workbook.doctor.repair import repair

__all__ = ["Trace", "arrangement", "describe", "examine", "repair"]
