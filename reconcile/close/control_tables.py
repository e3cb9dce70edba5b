"""The accrual journal and the control totals of the pack: what must tie to the closing, as live formulas."""

from __future__ import annotations

from decimal import Decimal

from reconcile.close.close import Close
from reconcile.close.journal import JournalLine
from reconcile.close.rollforward import Movement, Roll
from reconcile.domain.pack_table import Cell, Column, RowSum, SumOf, Table

_CURRENCY = Column("currency", "Currency")


def journal_table(close: Close) -> Table:
    """The accrual journal, each amount the sum of the lines of its account."""
    columns = (
        Column("journal", "Journal", "id"),
        Column("date", "Date", "date"),
        Column("account", "Account", "id"),
        Column("description", "Description"),
        _CURRENCY,
        Column("debit", "Debit", "money"),
        Column("credit", "Credit", "money"),
        Column("lines", "Lines", "number"),
    )
    rows = tuple(
        (
            one.journal,
            one.date,
            one.account,
            one.description,
            one.currency,
            _side(one, one.debit),
            _side(one, one.credit),
            len(one.lines),
        )
        for one in close.journal
    )
    note = (
        "Earned and not paid at the end of the period; reversed on the next day. Its lines are those of the "
        "closing: the sheet Lines has their accounts."
    )
    return Table("journal", "Accruals", columns, rows, note, "currency")


def _side(line: JournalLine, amount: Decimal | None) -> Cell:
    """The sum of the lines that go to this account; an account that is below zero is on the other side."""
    if amount is None or (line.amount > 0) is ((line.side == "expense") is line.is_reversal):
        return amount
    where = (("currency", line.currency), ("movement", "closing"), (line.side, line.account))
    return SumOf("lines", "amount", where, amount)


def control_table(close: Close) -> Table:
    """Every list that must come to the closing, beside it."""
    columns = (
        _CURRENCY,
        Column("closing", "Closing", "money"),
        Column("partners", "By partner", "money"),
        Column("flux", "Flux", "money"),
        Column("debit", "Accrual debits", "money"),
        Column("credit", "Accrual credits", "money"),
        Column("partners_off", "By partner - closing", "money"),
        Column("flux_off", "Flux - closing", "money"),
        Column("balance", "Debits - credits", "money"),
    )
    rows = tuple(_controlled(close, roll) for roll in close.rolls)
    note = "Live formulas over the other sheets. The last three columns are zero, or the pack does not tie."
    return Table("control", "Control totals", columns, rows, note, "currency")


def _controlled(close: Close, roll: Roll) -> tuple[Cell, ...]:
    currency, closing = roll.currency, roll.sums[Movement.CLOSING]
    here = (("currency", currency),)
    partners = sum(
        (one.sums[Movement.CLOSING] for one in close.partner_rolls if one.currency == currency), Decimal(0)
    )
    flux = sum((one.after for one in close.flux if one.currency == currency), Decimal(0))
    journal = [one for one in close.journal if one.currency == currency and not one.is_reversal]
    debit = sum((one.debit or Decimal(0) for one in journal), Decimal(0))
    credit = sum((one.credit or Decimal(0) for one in journal), Decimal(0))
    named = (*here, ("journal", journal[0].journal)) if journal else here
    return (
        currency,
        SumOf("rollforward", "closing", here, closing),
        SumOf("partners", "closing", here, partners),
        SumOf("flux", "after", here, flux),
        SumOf("journal", "debit", named, debit),
        SumOf("journal", "credit", named, credit),
        RowSum((("partners", 1), ("closing", -1)), partners - closing),
        RowSum((("flux", 1), ("closing", -1)), flux - closing),
        RowSum((("debit", 1), ("credit", -1)), debit - credit),
    )
