"""The accrual journal and the control totals of the pack: what must tie to the closing, as live formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from reconcile.close.close import Close
from reconcile.close.journal import JournalLine
from reconcile.close.ledger.open_items import Part
from reconcile.close.rollforward import Movement, Roll
from reconcile.domain.money import Money
from reconcile.domain.pack_table import Cell, Column, RowSum, SumOf, Table, headed

_CURRENCY = Column("currency", "Currency")
_JOURNAL: Final = (
    Column("journal", "Journal", "id"),
    Column("date", "Date", "date"),
    Column("account", "Account", "id"),
    Column("description", "Description"),
    _CURRENCY,
    *headed("money", debit="Debit", credit="Credit"),
    Column("lines", "Lines", "number"),
)


def journal_table(close: Close) -> Table:
    """The accrual journal, each amount the sum of the lines of its account."""
    rows = tuple(
        (
            one.journal,
            one.date,
            one.account,
            one.description,
            one.currency,
            _side(close, one, one.debit),
            _side(close, one, one.credit),
            len(one.lines),
        )
        for one in close.journal
    )
    return Table("journal", "Accruals", _JOURNAL, rows, _journal_note(close), "currency", is_summed=True)


def further_tables(close: Close) -> tuple[Table, ...]:
    """The journals of contract costs and of the remeasurement; none where there are none."""
    rows = []
    for one in close.further.journal:
        money = one.functional or Money(one.amount, one.currency)
        sides = (max(money.amount, Decimal(0)) or None, max(-money.amount, Decimal(0)) or None)
        rows.append(
            (one.journal, one.date, one.account, one.description, money.currency, *sides, len(one.lines))
        )
    note = "Booked to stay. A remeasurement is in the currency of the books, and moves nothing in the other."
    table = Table("further", "Further journals", _JOURNAL, tuple(rows), note, "currency", is_summed=True)
    return (table,) if rows else ()


def _journal_note(close: Close) -> str:
    if close.frozen.version == 1:
        return (
            "Earned and not paid at the end of the period; reversed on the next day. Its lines are those of "
            "the closing: the sheet Lines has their accounts."
        )
    if close.frozen.policy.method == "clearing":
        return (
            "What was earned, adjusted, declined and moved in the period, booked to stay. Bills, and "
            "payments without a bill, go to the liability account."
        )
    return (
        "Earned and not billed at the end of the period; reversed on the next day. What is billed is in the "
        "books by its bill."
    )


def bridge_table(close: Close) -> Table:
    """From the closing to its parts and to the aging, per currency; what is left is zero."""
    columns = (
        _CURRENCY,
        *(Column(part.name.lower(), part.value.capitalize(), "money") for part in Part),
        *headed("money", closing="Closing", aging="Aging"),
        *headed("rest", parts_off="Parts - closing", aging_off="Aging - closing"),
    )
    rows = tuple(_bridged(close, roll) for roll in close.rolls)
    note = (
        "Accrued: earned and not billed. Payable: billed and not paid. Prepaid: paid beyond what is owed. "
        "Receivable: partners who owe; they are not netted with the others."
    )
    return Table("bridge", "Bridge", columns, rows, note, "currency")


def _bridged(close: Close, roll: Roll) -> tuple[Cell, ...]:
    here = ("currency", roll.currency)
    closing = roll.sums[Movement.CLOSING]
    sums: dict[str, Decimal] = dict.fromkeys(Part, Decimal(0))
    for one in close.of(Movement.CLOSING):
        if one.currency == roll.currency:
            sums[one.part] += one.amount
    where = (here, ("movement", "closing"))
    parts = [SumOf("lines", "amount", (*where, ("part", part.value)), sums[part]) for part in Part]
    aged = sum(
        (one.amount.amount for one in close.waiting if one.amount.currency == roll.currency), Decimal(0)
    )
    terms = (*((part.name.lower(), 1) for part in Part), ("closing", -1))
    return (
        roll.currency,
        *parts,
        SumOf("rollforward", "closing", (here,), closing),
        SumOf("waiting", "amount", (here,), aged),
        RowSum(terms, sum(sums.values(), Decimal(0)) - closing),
        RowSum((("aging", 1), ("closing", -1)), aged - closing),
    )


def _side(close: Close, line: JournalLine, amount: Decimal | None) -> Cell:
    """The sum of the lines that go to this account; an account that is below zero is on the other side."""
    if (
        amount is None
        or line.is_booked_before
        or (line.amount > 0) is ((line.side == "expense") is line.is_reversal)
    ):
        return amount
    return _ACCOUNT_SUMS[close.frozen.ledger_version](line, amount)


def _by_closing(line: JournalLine, amount: Decimal) -> SumOf:
    where = (("currency", line.currency), ("movement", "closing"), (line.side, line.account))
    return SumOf("lines", "amount", where, amount)


def _by_account(line: JournalLine, amount: Decimal) -> SumOf:
    """Only lines that are booked have accounts on the sheet, so the account says which they are."""
    where = (("currency", line.currency), (line.side, line.account))
    return SumOf("lines", "amount", where, amount, exact=True)


_ACCOUNT_SUMS: Final[Mapping[int, Callable[[JournalLine, Decimal], SumOf]]] = {
    1: _by_closing,
    2: _by_account,
}


def control_table(close: Close) -> Table:
    """Every list that must come to the closing, beside it."""
    columns = (
        _CURRENCY,
        *headed("money", closing="Closing", partners="By partner", flux="Flux", debit="Accrual debits"),
        Column("credit", "Accrual credits", "money"),
        *headed("rest", partners_off="By partner - closing", flux_off="Flux - closing"),
        Column("balance", "Debits - credits", "rest"),
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
