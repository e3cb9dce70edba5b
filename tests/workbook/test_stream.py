"""A part is read in chunks, and where they end says nothing about the part."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.workbook.ooxml.read_budget import Budget
from reconcile.workbook.ooxml.xml_stream import plain_or_parsed

START, ROW, COUNT = b"<sheet1>\n", b"<row><c>12345678901234</c></row>", 200_000


def budget() -> Budget:
    return Budget(Path("large.xlsx"), ReadLimits())


def test_a_large_sheet_is_not_deep_because_its_chunks_end_inside_marks() -> None:
    # A chunk of any power of two from 32 bytes on ends between the two bytes of a closing mark.
    assert (START + ROW).index(b"</c>") == 31
    part = io.BytesIO(START + ROW * COUNT + b"</sheet1>")

    assert sum(1 for _ in plain_or_parsed(part, "row", lambda rows: [None] * len(rows), budget())) == COUNT


@pytest.mark.parametrize("plain_one_in", [1, 2, 7])
def test_plain_and_parsed_elements_come_in_their_order(plain_one_in: int) -> None:
    numbered = [f'<row r="{number}"><c/></row>'.encode() for number in range(20_000)]
    part = io.BytesIO(b"<sheet>" + b"".join(numbered) + b'<tail a="1"/></sheet>')

    def plain(pieces: list[bytes]) -> list[str | None]:
        return [plain_one(piece) for piece in pieces]

    def plain_one(piece: bytes) -> str | None:
        number = piece.partition(b'<row r="')[2].partition(b'"')[0].decode()
        return number if piece.startswith(b"<row") and int(number) % plain_one_in == 0 else None

    found = plain_or_parsed(part, "row", plain, budget())
    assert [one if isinstance(one, str) else one.get("r") for one in found] == [str(n) for n in range(20_000)]


@pytest.mark.parametrize(
    "broken",
    [
        b"<sheet><row></row>",
        b"<sheet><row></row></sheet",
        b"<sheet><row></row><a></b></sheet>",
        b"<sheet><row></row></sheet>more",
    ],
)
def test_what_stands_around_plain_elements_must_be_xml(broken: bytes) -> None:
    def plain(pieces: list[bytes]) -> list[bool | None]:
        return [piece == b"<row>" or None for piece in pieces]

    with pytest.raises(SyntaxError):
        list(plain_or_parsed(io.BytesIO(broken), "row", plain, budget()))
