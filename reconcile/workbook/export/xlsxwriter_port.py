"""XlsxWriter carries no type marks; its names enter here, and only here, as what they are."""

from __future__ import annotations

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.packager import Packager  # type: ignore[import-untyped]
from xlsxwriter.sharedstrings import SharedStrings  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_range  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

__all__ = [
    "Format",
    "Packager",
    "SharedStrings",
    "Workbook",
    "Worksheet",
    "XlsxWriterException",
    "xl_range",
]
