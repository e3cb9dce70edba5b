"""Checks a running balance: each balance is the one before it and the money that came or went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import pairwise

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import plain
from reconcile.domain.phrases import counted
from reconcile.erp.payments.formats.table import Draft
from reconcile.erp.payments.model import Place, found

Steps = list[tuple[Draft, Decimal]]


def check_balances(
    drafts: Sequence[Draft], *, money_out: bool, unmoved: Collection[Place] = ()
) -> tuple[list[str], list[Finding]]:
    """Words where the balances agree, an error at the first row where they do not.

    `money_out`: the amounts are what went out, so that a balance falls by them. Newest-first files are read
    from their end. Rows of two currencies are two accounts. A fee beside an amount is taken off or added to
    it, as the file has it, or is in it already. unmoved: the places of rows that may have moved no money.
    """
    words: list[str] = []
    findings: list[Finding] = []
    of_currency: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.balance is not None:
            of_currency.setdefault(draft.currency, []).append(draft)
    for currency, rows in of_currency.items():
        if len(rows) < 2:
            continue
        ways = (0, -1, 1) if any(one.fee for one in rows) else (0,)
        breaks = min(
            (
                _breaks(order, unmoved, money_out=money_out, fees=way)
                for order in (rows, rows[::-1])
                for way in ways
            ),
            key=len,
        )
        if breaks:
            findings.append(_finding(*breaks[0], len(breaks)))
        else:
            words.append(f"running balance agrees in {counted(len(rows), 'row')} of {currency}")
    return words, findings


def _breaks(rows: Sequence[Draft], unmoved: Collection[Place], *, money_out: bool, fees: int) -> Steps:
    found_breaks: Steps = []
    for before, row in pairwise(rows):
        moved = -(row.amount or Decimal(0)) if money_out else row.amount or Decimal(0)
        expected = (before.balance or Decimal(0)) + moved + fees * row.fee
        stayed = row.place in unmoved and row.balance == before.balance
        if row.balance != expected and not stayed:
            found_breaks.append((row, expected))
    return found_breaks


def _finding(row: Draft, expected: Decimal, count: int) -> Finding:
    return found(
        "running-balance",
        f"The balance is {plain(row.balance or Decimal(0))} and should be {plain(expected)} by the row "
        f"before it{f'; {count} rows do not fit' if count > 1 else ''}.",
        "Export the file again: rows are missing, or it was edited.",
        row.place,
        plain(row.balance or Decimal(0)),
        Severity.ERROR,
    )
