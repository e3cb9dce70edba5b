"""Sheets beside the data sheets: lists to read, and one whose suggestions a person may accept.

Nothing in them is an edit by itself; only the answers in the column Accept are read back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from reconcile.domain.fields import Values
from reconcile.domain.money import decimals, exponent, plain
from reconcile.workbook.contract import MATCHES_MARK, ColumnText, Shown, fits, showable
from reconcile.workbook.export.styles import COUNT_FORMAT, DATE_FORMAT, TEXT_FORMAT, Styles, amount_format
from reconcile.workbook.export.xlsxwriter_port import Format, Workbook, Worksheet

ACCEPT: Final = "accept"
ANSWERS: Final = ("Yes", "No")
Answers = tuple[str, ...]

# The column with the currency of each column of amounts.
_CURRENCIES: Final = {
    "owed": "owed_currency",
    "paid": "paid_currency",
    "difference": "owed_currency",
    "amount": "currency",
}
_HEADER_HEIGHT: Final = 24
_LINE_HEIGHT: Final = 15
# A cell shows so many lines at most, and a little less than its width in characters.
_MOST_LINES: Final = 6
_MARGIN: Final = 2


@dataclass(frozen=True, slots=True)
class ExtraSheet:
    """A sheet by its key in the template, and its rows by column id.

    tokens: what an accepted row means. answers: what may be answered in each row.
    """

    key: str
    rows: tuple[Mapping[str, Shown], ...]
    tokens: tuple[str, ...] = ()
    answers: tuple[Answers, ...] = ()


def answers_to(solutions: int, *, numbered: bool) -> Answers:
    """Yes and No; where there are several solutions the number of one in place of Yes."""
    return (*map(str, range(1, solutions + 1)), "No") if numbered else ANSWERS


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a workbook brings beside an export.

    edits: editable fields of payouts that stand there already as if a person had typed them, by payout id.
    new_payouts: a sheet for payouts to be made, and the action Batch beside it.
    """

    edits: Mapping[str, Values] = field(default_factory=dict)
    sheets: tuple[ExtraSheet, ...] = ()
    new_payouts: bool = False


def write_extra(workbook: Workbook, extra: ExtraSheet, styles: Styles) -> Worksheet:
    """Write a sheet as an Excel table with its header in row 1; a table has at least one row, be it blank."""
    layout = styles.layout
    texts = layout.columns[extra.key]
    sheet: Worksheet = workbook.add_worksheet(layout.sheets[extra.key])
    last = max(len(extra.rows), 1)
    headers = [
        {
            "header": text.label,
            "header_format": styles.header(editable=name == ACCEPT, right=name in _CURRENCIES),
        }
        for name, text in texts.items()
    ]
    if extra.tokens:
        token = {"header": MATCHES_MARK + texts[ACCEPT].label, "header_format": styles.header(editable=False)}
        headers.append(token)
        sheet.set_column(len(texts), len(texts), 12, None, {"hidden": True})
    options = {"name": f"reconcile_{extra.key}", "style": None, "columns": headers}
    sheet.add_table(0, 0, last, len(headers) - 1, options)
    sheet.set_row(0, _HEADER_HEIGHT)
    sheet.freeze_panes(1, 0)
    _set_columns(sheet, texts)
    if ACCEPT in texts:
        _set_answers(sheet, list(texts).index(ACCEPT), texts[ACCEPT], extra.answers or (ANSWERS,) * last)
    for number, row in enumerate(extra.rows, start=1):
        lines = {name: _lines(row.get(name), text.width) for name, text in texts.items()}
        # Not every program makes a row as high as its texts need.
        sheet.set_row(number, _LINE_HEIGHT * max(lines.values()))
        for index, name in enumerate(texts):
            look = _look(name, row, styles, wrapped=lines[name] > 1)
            _write(sheet, number, index, row.get(name), look)
        if extra.tokens:
            look = styles.made(num_format=TEXT_FORMAT)
            sheet.write_string(number, len(texts), extra.tokens[number - 1], look)
    return sheet


def _set_columns(sheet: Worksheet, texts: Mapping[str, ColumnText]) -> None:
    for index, (name, text) in enumerate(texts.items()):
        sheet.set_column(index, index, text.width)
        if text.help and name != ACCEPT:
            sheet.data_validation(0, index, 0, index, {"validate": "any", **_hint(text)})


def _set_answers(sheet: Worksheet, index: int, text: ColumnText, answers: Sequence[Answers]) -> None:
    """The drop-down of each row; rows below each other with the same answers share one rule."""
    row = 1
    for choices, rows in groupby(answers):
        last = row + len(list(rows)) - 1
        rule = {"validate": "list", "source": list(choices), **_hint(text)}
        sheet.data_validation(row, index, last, index, rule)
        row = last + 1


def _hint(text: ColumnText) -> dict[str, str]:
    return {"input_title": text.label[:32], "input_message": text.help} if text.help else {}


def _lines(value: Shown, width: int) -> int:
    """How many lines a text takes in a column of that many characters."""
    if not isinstance(value, str):
        return 1
    room = max(width - _MARGIN, 1)
    return min(sum(max(math.ceil(len(line) / room), 1) for line in value.split("\n")), _MOST_LINES)


def _write(sheet: Worksheet, number: int, index: int, value: Shown, look: Format) -> None:
    if isinstance(value, str) and showable(value):
        sheet.write_string(number, index, value, look)
    elif isinstance(value, date):
        sheet.write_datetime(number, index, value, look)
    elif isinstance(value, int) or (isinstance(value, Decimal) and fits(value)):
        sheet.write_number(number, index, value, look)
    elif isinstance(value, Decimal):
        sheet.write_string(number, index, plain(value), look)
    else:
        sheet.write_blank(number, index, None, look)


def _look(name: str, row: Mapping[str, Shown], styles: Styles, *, wrapped: bool) -> Format:
    value = row.get(name)
    number_format: str | int = TEXT_FORMAT
    options: dict[str, Any] = {"editable": name == ACCEPT, "wrapped": wrapped}
    if isinstance(value, Decimal):
        currency = row.get(_CURRENCIES.get(name, "currency"))
        places = exponent(currency) if isinstance(currency, str) else 2
        number_format = amount_format(max(places or 0, decimals(value)))
        options["right"] = True
    elif isinstance(value, date):
        number_format = DATE_FORMAT
    elif isinstance(value, int):
        number_format = COUNT_FORMAT
        options["right"] = True
    return styles.cell(number_format, **options)
