"""What the format and Excel lay down: the order of elements, limits, and what XML cannot hold."""

from __future__ import annotations

import re
from datetime import date
from html import escape
from typing import Final

from reconcile.domain.money import is_digits

SHEET_ORDER: Final = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
    "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr "
    "conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter "
    "rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing "
    "legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst"
)
"""The children of a worksheet in order (ECMA-376 part 1, 18.3.1.99)."""

STYLE_ORDER: Final = (
    "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
)
"""The children of a style sheet in order (ECMA-376 part 1, 18.8.39)."""

BOOK_ORDER: Final = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
)
"""The children of the workbook part in order (ECMA-376 part 1, 18.2.27)."""

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
"""The namespace of worksheets, comments and tables."""

LAST_ROW: Final = 1_048_576
"""The rows that a sheet has."""

TEXT_LIMIT: Final = 32_767
"""What a cell holds of a text, in units of UTF-16 (Excel specifications and limits)."""

SHEET_NAME_LIMIT: Final = 31
"""The characters of a sheet's name."""

HINT_TITLE_LIMIT: Final = 32
"""The characters of the title of a cell's hint (ECMA-376 part 1, 18.3.1.32)."""

UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""The characters that XML 1.0 cannot hold at all (production 2)."""

FIRST_DAY: Final = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was; earlier days are written as text."""

_SHOWN: Final = 40
_DAY_0: Final = date(1899, 12, 30).toordinal()


def serial(day: date) -> int:
    """The number that stands for a day from FIRST_DAY on."""
    return day.toordinal() - _DAY_0


def whole(text: str) -> int:
    """A number of the format: digits alone. Raises ValueError, which refuses the file as damaged."""
    if not is_digits(text):
        raise ValueError(f"{text[:_SHOWN]!r} is no number")
    return int(text)


def held(text: str) -> str:
    """As much of a text as a cell holds."""
    if len(text) <= TEXT_LIMIT // 2:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * TEXT_LIMIT].decode("utf-16-le", errors="ignore")


def xml_text(text: str) -> str:
    """A text as XML of a cell can hold it: blanks for what XML cannot hold, and no more than a cell holds."""
    return escape(held(UNWRITABLE.sub(" ", text)), quote=False)
