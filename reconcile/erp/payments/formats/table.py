"""Reads a table of payments by a layout: rows to payments, total rows to checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Final

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money, decimals, exponent, plain
from reconcile.domain.spreadsheet import column_letters
from reconcile.erp.payments.budget import Budget
from reconcile.erp.payments.directions import Direction, find_direction
from reconcile.erp.payments.formats.amounts import amount_of, decimal_mark
from reconcile.erp.payments.formats.dates import date_of, date_order, order_words
from reconcile.erp.payments.formats.layout import TableLayout, word_form
from reconcile.erp.payments.formats.table_header import Header, with_currency_column
from reconcile.erp.payments.model import (
    Day,
    Grid,
    GridCell,
    GridRow,
    Payment,
    PaymentStatus,
    Place,
    found,
    known_id,
    texts,
)
from reconcile.erp.payments.row_doubts import RowDoubts
from reconcile.erp.payments.state_words import state_columns, state_of
from reconcile.errors import PaymentFileError

_MARKS: Final = {"dot": ".", "comma": ","}
_BLANK: Final = GridCell("")
# `Thursday, Apr 16, 2026 05:32:10 AM GMT-7 - Accrual Basis`
_MADE_AT: Final = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b.{0,60}[0-9]{1,2}:[0-9]{2}|\b(?:Accrual|Cash) Basis\b"
)
_LONGEST_FOOTER: Final = 200
_AMOUNTS: Final = ("amount", "total", "paid_out", "paid_in", "balance", "instructed", "fee")


@dataclass(frozen=True, slots=True)
class Hints:
    """What the person says of a file that the file itself does not: see the layout's keys of these names."""

    currency: str = ""
    decimal: str = ""
    date_order: str = ""
    sign: str = ""


@dataclass(slots=True)
class Draft:
    """A row that was read, before it is decided what its sign and its status mean.

    amount: as it stands there. total: the whole payment, of which the row is a part. balance: the account
    after it. fee: what the bank took beside it.
    """

    row: GridRow
    place: Place
    amount: Decimal | None
    currency: str
    total: Decimal | None = None
    balance: Decimal | None = None
    booked: date | None = None
    fee: Decimal = Decimal(0)


@dataclass
class Table:
    """A table under its header. Build it with `open_table`.

    states: the columns that say what became of a row; says_states: they say of some rows that they are paid,
    so a row without a word is not known to be. known_states: what rows of certain words were found to be.
    signs: of each direction, whether its amounts are positive.
    """

    name: str
    sheet: str
    grid: Grid
    header: Header
    layout: TableLayout
    hints: Hints
    mark: str = "."
    order: str = "dmy"
    states: tuple[int, ...] = ()
    says_states: bool = False
    direction: Direction | None = None
    known_states: dict[tuple[str, ...], tuple[PaymentStatus, str]] = field(default_factory=dict)
    signs: dict[str, bool] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    how: list[str] = field(default_factory=list)

    def place(self, row: GridRow, role: str = "") -> Place:
        """Where a row stands, or the cell of a meaning in it."""
        column = self._first.get(role)
        if not self.sheet:
            return Place(self.name, f"line {row.number}")
        return Place(self.name, f"{column_letters(column or 0)}{row.number}", self.sheet)

    def cell(self, row: GridRow, role: str) -> GridCell:
        """The cell of a meaning; a blank one where there is none."""
        column = self._first.get(role)
        return row.cells[column] if column is not None and column < len(row.cells) else _BLANK

    def text(self, row: GridRow, role: str) -> str:
        """The text of a meaning."""
        return row.text(self._first.get(role))

    def all_texts(self, row: GridRow, *roles: str) -> tuple[str, ...]:
        """The texts of several meanings, those of all their columns."""
        return texts(*(row.text(place) for role in roles for place in self.header.columns.get(role, ())))

    @cached_property
    def rows(self) -> list[GridRow]:
        """The rows under the header that say something."""
        below = (row for row in self.grid if row.number > self.header.row)
        filled = [row for row in below if any(cell.text.strip() for cell in row.cells)]
        return filled[:-1] if filled and is_footer(filled[-1]) else filled

    def number(self, row: GridRow, role: str) -> tuple[Decimal, str] | None:
        """The amount of a meaning and the currency beside it."""
        if role not in self._first:
            return None
        return amount_of(self.cell(row, role), partial(self.place, row, role), self.mark)

    @cached_property
    def body(self) -> list[GridRow]:
        """The rows but for those that sum up others."""
        return [row for row in self.rows if not self.is_total(row)]

    def is_total(self, row: GridRow) -> bool:
        """Whether a row sums up others: its first word says so, and it has no date."""
        return row.number in self._totals

    @cached_property
    def labelled(self) -> str:
        """The currency that the label of the amounts names; empty where it names none."""
        return self.header.currency("amount") or self.header.currency("paid_out")

    @cached_property
    def _totals(self) -> frozenset[int]:
        words = self.layout.totals
        starts = tuple(f"{word} " for word in words)

        def sums_up(row: GridRow) -> bool:
            first = next(filter(None, (cell.text.strip() for cell in row.cells)), "").casefold().rstrip(":")
            named = first in words or first.startswith(starts)
            return named and not (self.header.has("date") and self._is_date(row))

        return frozenset(row.number for row in self.rows if sums_up(row))

    @cached_property
    def _first(self) -> dict[str, int]:
        """The first column of each meaning."""
        return {role: places[0] for role, places in self.header.columns.items() if places}

    def _is_date(self, row: GridRow) -> bool:
        text = self.text(row, "date")
        return bool(text) and any(char.isdigit() for char in text)


def open_table(name: str, sheet: str, grid: Grid, header: Header, layout: TableLayout, hints: Hints) -> Table:
    """The table with its decimal mark and date order found.

    Raises PaymentFileError where these are ambiguous, or where the last row is cut off.
    """
    header = with_currency_column(name, grid, header, layout)
    table = Table(name, sheet, grid, header, layout, hints)
    _refuse_cut_off(table)
    _find_meanings(table)
    unread = header.unread()
    table.how.append(
        f"header in line {header.row}: {header.words()}" + (f"; not read: {unread}" if unread else "")
    )
    there = [role for role in _AMOUNTS if header.has(role)]
    amounts = (
        (partial(table.place, row, role), table.cell(row, role)) for row in table.body for role in there
    )
    given = hints.decimal or layout.decimal
    table.mark = _MARKS[given] if given else decimal_mark(amounts)
    dates = [
        (partial(table.place, row, role), table.cell(row, role))
        for row in table.body
        for role in ("date", "value_date")
        if header.has(role)
    ]
    table.order = hints.date_order or layout.date_order or date_order(dates)
    words = "comma" if table.mark == "," else "dot"
    table.how.append(f"decimal {words}, {order_words(dates, table.order)}")
    return table


def _find_meanings(table: Table) -> None:
    """Finds the columns that say what became of a row and which way its money went."""
    body = table.body
    grid = tuple(body)
    table.states = state_columns(grid, table.header, table.layout)
    words = (row.text(place) for row in body for place in table.states)
    table.says_states = any(state_of(word, table.layout) is PaymentStatus.PAID for word in words if word)
    table.direction = find_direction(grid, table.header, table.layout)
    if table.direction:
        label = table.header.labels[table.direction.column]
        table.how.append(f"direction from {label!r}")


def drafts_of(table: Table, budget: Budget) -> list[Draft]:
    """The rows with money in them, in the order of the file; total rows are checked against those above."""
    drafts: list[Draft] = []
    whole = part = Decimal(0)
    for row in budget.steps(table.rows):
        if table.is_total(row):
            _check_total(table, row, whole, part)
            part = Decimal(0)
            continue
        draft = _draft(table, row)
        whole, part = whole + (draft.amount or 0), part + (draft.amount or 0)
        if draft.amount is None and draft.total is None:
            _note_without_amount(table, row)
        else:
            drafts.append(draft)
    return drafts


def payment_of(
    table: Table, draft: Draft, amount: Decimal, state: tuple[PaymentStatus, str], doubts: RowDoubts
) -> Payment:
    """The payment of a row, its amount and status decided. doubts: what the table says against its rows."""
    row = draft.row
    status, why = state
    payee = _payee(table, row)
    doubt = unproven = ""
    days: tuple[Day, ...] = ()
    if status is PaymentStatus.PAID:
        words = [word for place in table.states if (word := row.text(place))]
        doubt, unproven = doubts.of(row, payee, amount, words)
        days = doubts.days_of(row)
    return Payment(
        place=draft.place,
        amount=Money(amount, draft.currency),
        status=status,
        id="/".join(texts(table.text(row, "id"), *table.all_texts(row, "bill")))
        if known_id(table.text(row, "id"))
        else "",
        account=table.text(row, "account") or table.layout.name,
        booked=draft.booked,
        value_date=_day(table, row, "value_date"),
        payee=payee,
        references=table.all_texts(row, "reference", "bill", "memo"),
        po_texts=table.all_texts(row, "po_number", "memo", "reference"),
        instructed=_instructed(table, row, draft.currency, amount),
        reason=why,
        doubt=doubt,
        unproven=unproven,
        days=days,
    )


def _payee(table: Table, row: GridRow) -> str:
    """The payee without the words that the layout knows to stand before it."""
    text = table.text(row, "payee")
    if not table.layout.payee_prefixes:
        return text
    start = next((one for one in table.layout.payee_prefixes if word_form(text).startswith(f"{one} ")), "")
    return text[len(start) :].strip()


def _instructed(table: Table, row: GridRow, currency: str, amount: Decimal) -> Money | None:
    """The amount as it was ordered, with the sign of the payment, where that was in another currency."""
    ordered, code = table.number(row, "instructed"), table.text(row, "instructed_currency").upper()
    if ordered is None or code == currency or exponent(code) is None:
        return None
    return Money(abs(ordered[0]).copy_sign(amount), code)


def _draft(table: Table, row: GridRow) -> Draft:
    amount, beside = _amount(table, row)
    total = table.number(row, "total")
    balance = table.number(row, "balance")
    money = amount if amount is not None else (total[0] if total else None)
    place = table.place(row, "amount" if table.header.has("amount") else "paid_out")
    currency = ""
    if money is not None:
        currency = _currency(table, row, beside or (total[1] if total else ""), place)
        _check_decimals(place, money, currency)
    when = _day(table, row, "date") if money is not None else None
    whole, after = (found[0] if found else None for found in (total, balance))
    fee = table.number(row, "fee") if money is not None else None
    return Draft(row, place, amount, currency, whole, after, when, fee[0] if fee else Decimal(0))


def _day(table: Table, row: GridRow, role: str) -> date | None:
    return date_of(table.cell(row, role), partial(table.place, row, role), table.order)


def _amount(table: Table, row: GridRow) -> tuple[Decimal | None, str]:
    """What the row says was paid: the amount, or what went out less what came in."""
    if table.header.has("amount"):
        found_amount = table.number(row, "amount")
        return found_amount or (None, "")
    out, into = table.number(row, "paid_out"), table.number(row, "paid_in")
    if out is None and into is None:
        return None, ""
    sides = (abs(side[0]) if side else Decimal(0) for side in (out, into))
    gone, come = sides
    return gone - come, (out or into or (gone, ""))[1]


def _currency(table: Table, row: GridRow, beside: str, place: Place) -> str:
    said = table.text(row, "currency").upper()
    if said and beside and said != beside:
        raise PaymentFileError(
            f"{place}: the amount is in {beside} and the currency column says {said}. Mend it."
        )
    currency = said or beside or table.labelled or table.hints.currency or table.layout.currency
    if not currency:
        raise PaymentFileError(
            f"{place}: the file does not say in which currency it is. Pass --currency, such as EUR."
        )
    if exponent(currency) is None:
        raise PaymentFileError(f"{place}: {currency!r} is no currency. Write a code such as EUR.")
    return currency


def _check_decimals(place: Place, amount: Decimal, currency: str) -> None:
    places = exponent(currency) or 0
    if decimals(amount) > places:
        raise PaymentFileError(
            f"{place}: {plain(amount)} has more decimals than {currency} has ({places}). Mend it, or pass "
            "--decimal if the file means something else by its comma or dot."
        )


def is_footer(row: GridRow) -> bool:
    """Whether a row only says when the report was made, as QuickBooks writes under the last payment."""
    said = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    return len(said) == 1 and bool(_MADE_AT.search(said[0][:_LONGEST_FOOTER]))


def _refuse_cut_off(table: Table) -> None:
    rows = table.rows
    if not rows or table.sheet or table.is_total(rows[-1]):
        return
    others = (len(row.cells) for row in table.body[:-1])
    usual = min(others, default=table.header.width)
    width = len(rows[-1].cells)
    if width < usual and width < table.header.width:
        raise PaymentFileError(
            f"{table.name}, line {rows[-1].number}: the last row has {width} of {table.header.width} "
            "columns, so the file is probably cut off. Export it again."
        )


def _check_total(table: Table, row: GridRow, whole: Decimal, part: Decimal) -> None:
    """Compares a total with the sum of all rows above it, and of those since the total before it."""
    stated = table.number(row, "amount")
    if stated is None:
        return
    if stated[0] in (whole, part):
        table.how.append(f"total in line {row.number} agrees: {plain(stated[0])}")
        return
    table.findings.append(
        found(
            "control-total",
            f"The total row says {plain(stated[0])}, and the rows above it sum to {plain(whole)}.",
            "Export the file again; rows are missing, or the total is of something else.",
            table.place(row, "amount"),
            plain(stated[0]),
            Severity.ERROR,
        )
    )


def _note_without_amount(table: Table, row: GridRow) -> None:
    if not table.text(row, "date"):
        return
    table.findings.append(
        found(
            "amount-missing",
            "The row has a date and no amount, so it is no payment.",
            "Nothing to do if that is right.",
            table.place(row, "amount"),
            " | ".join(texts(*(cell.text for cell in row.cells)))[:80],
        )
    )
