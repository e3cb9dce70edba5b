"""A part is read in chunks, and where they end says nothing about the part."""

from __future__ import annotations

import io
from pathlib import Path

from reconcile.domain.policy import ReadLimits
from reconcile.workbook.budget import Budget
from reconcile.workbook.stream import wholes


def test_a_large_sheet_is_not_deep_because_its_chunks_end_inside_marks() -> None:
    start, row, rows = b"<sheet1>\n", b"<row><c>12345678901234</c></row>", 200_000
    # A chunk of any power of two from 32 bytes on ends between the two bytes of a closing mark.
    assert (start + row).index(b"</c>") == 31
    part = io.BytesIO(start + row * rows + b"</sheet1>")

    found = sum(1 for _ in wholes(part, "row", Budget(Path("large.xlsx"), ReadLimits())))

    assert found == rows
