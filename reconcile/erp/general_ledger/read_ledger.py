"""Reads a trial balance or account transactions, and keeps the accounts that were asked for."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from reconcile.domain.books.account_names import account_of
from reconcile.domain.books.general_ledger import Balance, GeneralLedger, Posting
from reconcile.erp.general_ledger.ledger_columns import LedgerColumns, columns_of
from reconcile.erp.payments.formats.amounts import amount_of, decimal_mark
from reconcile.erp.payments.formats.dates import date_of, date_order
from reconcile.erp.payments.formats.decode import decode
from reconcile.erp.payments.formats.delimited import grid_of
from reconcile.erp.payments.model import Grid, GridCell, GridRow, Place, Source, texts
from reconcile.errors import ConfigurationError, PaymentFileError

_MONEY: Final = ("debit", "credit", "amount", "balance")
_OPENING: Final = ("opening balance", "beginning balance", "balance forward", "balance brought forward")
_CLOSING: Final = ("closing balance", "ending balance", "balance carried forward")
_SUMS: Final = ("total", "subtotal", "net movement", "net change", "grand total")
_UNTIL: Final = r"(?:as at|as of|end of|ended|ending|through|to)\s+"
_DAY: Final = re.compile(
    _UNTIL + r"(?:(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})|(?:(?P<day>[0-9]{1,2}) )?(?P<month>[A-Za-z]{3,9})\.?"
    r"(?: (?P<late>[0-9]{1,2}),)? (?P<year>[0-9]{4}))",
    re.IGNORECASE,
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class LedgerHints:
    """What the settings say of the export. accounts: those to keep, and whether a credit is their usual side.

    currencies: of accounts that hold one currency only. currency: of what says none. natural: whether amounts
    without a debit and a credit column are above zero where they are on the usual side of their account.
    """

    accounts: Mapping[str, bool]
    currencies: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    natural: bool = True


@dataclass(slots=True)
class _Reader:
    """An export under its header. account: of the group of rows that is being read."""

    source: Source
    sheet: str
    grid: Grid
    columns: LedgerColumns
    hints: LedgerHints
    mark: str = "."
    order: str = "dmy"
    account: str = ""
    openings: list[Balance] = field(default_factory=list)
    closings: list[Balance] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    def place(self, row: GridRow) -> Place:
        return Place(
            self.source.name, f"line {row.number}" if not self.sheet else str(row.number), self.sheet
        )

    def cell(self, row: GridRow, meaning: str) -> GridCell:
        at = self.columns.places.get(meaning)
        return row.cells[at] if at is not None and at < len(row.cells) else GridCell("")

    def number(self, row: GridRow, meaning: str) -> Decimal | None:
        found = amount_of(self.cell(row, meaning), partial(self.place, row), self.mark)
        return found[0] if found else None


def read_ledger(source: Source, hints: LedgerHints) -> GeneralLedger:
    """The balances and the postings of the accounts that were asked for.

    Raises PaymentFileError for a file that is no such export, or that can only be read by guessing, and
    ConfigurationError where a currency is not known.
    """
    reader = _opened(source, hints)
    rows = [row for row in reader.grid if row.number > reader.columns.row]
    _find_forms(reader, rows)
    for row in rows:
        _read(reader, row)
    title = " ".join(
        cell.text for row in reader.grid if row.number < reader.columns.row for cell in row.cells
    )
    return GeneralLedger(
        source.name,
        source.sha256,
        "transactions" if reader.columns.is_dated else "trial balance",
        tuple(reader.openings),
        tuple(reader.closings),
        tuple(reader.postings),
        None if reader.columns.is_dated else day_of_title(title),
    )


def _opened(source: Source, hints: LedgerHints) -> _Reader:
    if not source.grids:
        grid, _ = grid_of(source.name, decode(source.name, source.content).text, "", source.budget)
        return _Reader(source, "", grid, columns_of(source.name, grid), hints)
    wrong: PaymentFileError | None = None
    for sheet, grid in source.grids.items():
        try:
            return _Reader(source, sheet, grid, columns_of(source.name, grid), hints)
        except PaymentFileError as error:
            wrong = error
    raise wrong or PaymentFileError(f"{source.name} has no sheet.")


def _find_forms(reader: _Reader, rows: Sequence[GridRow]) -> None:
    """How the file writes amounts and dates; of all its rows, so that the own few need not tell."""
    dated = [row for row in rows if reader.columns.text(row, "date")]
    money = ((partial(reader.place, row), reader.cell(row, one)) for row in rows for one in _MONEY)
    reader.mark = decimal_mark(money)
    days = (
        (partial(reader.place, row), reader.cell(row, "date")) for row in dated if _has_digit(reader, row)
    )
    reader.order = date_order(days)


def _has_digit(reader: _Reader, row: GridRow) -> bool:
    return any(char.isdigit() for char in reader.columns.text(row, "date"))


def _read(reader: _Reader, row: GridRow) -> None:
    said = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    if not said:
        return
    first = said[0].casefold()
    if _begins(first, _OPENING) or _begins(_label(reader, row), _OPENING):
        _add(reader, reader.openings, row, _named(reader, row) or reader.account)
    elif _begins(first, _CLOSING) or _begins(_label(reader, row), _CLOSING):
        _add(reader, reader.closings, row, _named(reader, row) or reader.account)
    elif _begins(first, _SUMS):
        return
    elif not reader.columns.is_dated:
        _add(reader, reader.closings, row, _named(reader, row))
    elif _has_digit(reader, row):
        _post(reader, row)
    elif not any(reader.columns.text(row, one) for one in ("debit", "credit", "amount")):
        # The heading of a group of rows.
        reader.account = account_of(said[:1], reader.hints.accounts)


def _label(reader: _Reader, row: GridRow) -> str:
    """What a row says where other rows say what was booked."""
    return next((row.text(at) for at in reader.columns.texts if row.text(at)), "").casefold()


def _begins(text: str, words: Sequence[str]) -> bool:
    return any(text == word or text.startswith((f"{word} ", f"{word}:")) for word in words)


def _named(reader: _Reader, row: GridRow) -> str:
    said = [reader.columns.text(row, one) for one in ("code", "account")]
    return account_of([text for text in said if text], reader.hints.accounts)


def _post(reader: _Reader, row: GridRow) -> None:
    """A posting of the account that the row names, or else of the group that it stands in."""
    says = any(reader.columns.text(row, one) for one in ("code", "account"))
    account = _named(reader, row) if says else reader.account
    amount = _amount(reader, row, account)
    day = date_of(reader.cell(row, "date"), partial(reader.place, row), reader.order)
    if not account or not amount or not day:
        return
    text = " ".join(texts(*(row.text(at) for at in reader.columns.texts)))
    currency = _currency(reader, row, account)
    reader.postings.append(Posting(account, day, currency, amount, text, str(reader.place(row))))


def _add(reader: _Reader, found: list[Balance], row: GridRow, account: str) -> None:
    if not account:
        return
    amount = _amount(reader, row, account)
    if amount is None:
        amount = _on_side(reader, account, reader.number(row, "balance"))
    if amount is not None:
        currency = _currency(reader, row, account)
        found.append(Balance(account, currency, amount, str(reader.place(row))))


def _amount(reader: _Reader, row: GridRow, account: str) -> Decimal | None:
    """Debit less credit; None where the row says neither."""
    debit, credit = reader.number(row, "debit"), reader.number(row, "credit")
    if debit is not None or credit is not None:
        return (debit or Decimal(0)) - (credit or Decimal(0))
    if "debit" in reader.columns.places and reader.columns.is_dated:
        return None
    return _on_side(reader, account, reader.number(row, "amount"))


def _on_side(reader: _Reader, account: str, amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    is_turned = reader.hints.natural and reader.hints.accounts.get(account, False)
    return -amount if is_turned else amount


def _currency(reader: _Reader, row: GridRow, account: str) -> str:
    said = reader.columns.text(row, "currency").upper()
    header = next(
        (reader.columns.currencies.get(one, "") for one in _MONEY if one in reader.columns.places), ""
    )
    known = header or said or reader.hints.currencies.get(account, "") or reader.hints.currency
    if not known:
        raise ConfigurationError(
            f"{reader.place(row)}: the currency of account {account} is not said. Export the column of "
            'currencies too, or set `currency = "USD"` in [close.gl] of reconcile.toml.'
        )
    return known


def day_of_title(title: str) -> date | None:
    """The day that the title rows name: `As at 31 March 2026`, `End of Mar 2026`; None where none."""
    for match in _DAY.finditer(title):
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        short = match["month"][:3].casefold()
        if short in _MONTHS:
            year, month = int(match["year"]), _MONTHS.index(short) + 1
            last = monthrange(year, month)[1]
            return date(year, month, min(int(match["day"] or match["late"] or last), last))
    return None
