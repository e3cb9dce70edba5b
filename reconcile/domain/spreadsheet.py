"""What spreadsheet programs make of texts, and how they call columns: shared by workbooks and CSV files."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Final

_LINE_END: Final = "\r\n"
# A spreadsheet program runs a CSV cell that begins like this, also behind a tab or a line break,
# and also in the wide form of East Asian keyboards.
_FORMULA_STARTS: Final = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")


def spreadsheet_safe(text: str) -> str:
    """A text that no spreadsheet runs: one that begins like a formula gets an apostrophe in front.

    Only for texts: an apostrophe in front of a negative amount would make a text of it.
    """
    return f"'{text}" if starts_a_formula(text) else text


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet program would run a text that it finds in a CSV file."""
    return text.startswith(_FORMULA_STARTS)


def csv_text(
    header: Sequence[str],
    rows: Iterable[Iterable[object]],
    *,
    delimiter: str = ",",
    line_end: str = "\r\n",
    literal: Collection[int] = (),
) -> str:
    """A table as CSV (RFC 4180). Texts are made safe; numbers are written as they are, None as nothing.

    literal: the columns, from 0, whose texts stay as they are: a changed one would name another record.
    """
    lines: list[str] = []
    writer = csv.writer(_Lines(lines), delimiter=delimiter, lineterminator=_LINE_END)
    writer.writerow(header)
    writer.writerows(
        [
            spreadsheet_safe(one) if isinstance(one, str) and place not in literal else one
            for place, one in enumerate(row)
        ]
        for row in rows
    )
    return "".join(line.removesuffix(_LINE_END) + line_end for line in lines)


class _Lines:
    """Takes the lines of a csv.writer one by one.

    The writer quotes a carriage return only where it ends lines, too. Unquoted it would begin a new row.
    """

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


@cache
def column_index(letters: str) -> int:
    """The number of a column, from 0, by its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter.upper()) - 64
    return index - 1


@cache
def column_letters(index: int) -> str:
    """The letters of a column by its number, from 0."""
    quotient, rest = divmod(index, 26)
    return (column_letters(quotient - 1) if quotient else "") + chr(65 + rest)
