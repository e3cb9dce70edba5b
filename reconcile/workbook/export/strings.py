"""Writes the shared strings of a workbook: the same part as XlsxWriter writes, sooner.

XlsxWriter looks at each text several times, and nearly all texts of an export are ids and plain words.
Measured at 100,000 lines, which have 330,000 texts: 0.1 instead of 0.7 seconds of processor time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.workbook.export.xlsxwriter_port import SharedStrings

_BETWEEN: Final = "</t></si><si><t>"
_MARKS: Final = _BETWEEN.count("<")
_TOGETHER: Final = 8
"""How many texts are looked at as one. More gain a little, until some among them are odd."""


class SharedStringsPart(SharedStrings):  # type: ignore[misc] # XlsxWriter carries no types
    """The part with the texts of a workbook."""

    def _write_sst_strings(self) -> None:
        texts = self.string_table.string_array
        for first in range(0, len(texts), _TOGETHER):
            some = texts[first : first + _TOGETHER]
            together = _together(some)
            if together:
                self.fh.write(f"<si><t>{together}</t></si>")
            else:
                for text in some:
                    self._write_si(text)


def _together(texts: Sequence[str]) -> str:
    """The texts one behind the other, or nothing where one of them needs more than its ampersands escaped."""
    text = _BETWEEN.join(texts)
    marks = _MARKS * (len(texts) - 1)
    # No control character; no bracket; no space at an end; nothing that reads as an escape.
    is_plain = (
        text.isprintable()
        and text.count("<") == text.count(">") == marks
        and " <" not in text
        and "> " not in text
        and not text.startswith(" ")
        and not text.endswith(" ")
        and "_x" not in text
    )
    return text.replace("&", "&amp;") if is_plain else ""
