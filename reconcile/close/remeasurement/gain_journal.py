"""The journal of a remeasurement: the gain or loss, and what it is of.

It stays, since every close measures from the last one. By the method of clearing the liability account
carries what was booked at other rates, so it is brought to the rate of the end. By that of reversing the
accrual is booked at that rate already, and reversed at it: what rates did in between is in the expense, and
is taken out of there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from reconcile.close.frozen import Frozen
from reconcile.close.journal import JournalLine, Posted, Side, staying
from reconcile.close.remeasurement.on_account import OnAccount
from reconcile.close.remeasurement.remeasure import Balance, Remeasurement
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.dimensions import values_of

_PREFIX = "FX"


def gain_journal(found: Remeasurement, frozen: Frozen) -> tuple[JournalLine, ...]:
    """The journal, an entry per currency; its amounts are in the currency of the books."""
    posted = [one for balance in found.balances for one in _posted(balance, found, frozen.policy)]
    return staying(posted, frozen.period, _PREFIX, found.functional)


def _posted(one: Balance, found: Remeasurement, policy: ClosePolicy) -> Iterator[Posted]:
    if one.kind == "payables" and policy.remeasurement.payables == "finance system":
        return
    values = tuple(values_of(policy.dimensions, one.partner_id, "", one.currency).items())
    rate = found.closing_rates.get(one.currency)
    at = f" at {rate.rate}" if rate else ""
    for side, account, amount in _sides(one, policy):
        if amount:
            said = f"Remeasurement of {one.kind} in {one.currency}{at}, {side}"
            yield Posted(side, account, said, one.currency, amount, values)


def _sides(one: Balance, policy: ClosePolicy) -> Sequence[tuple[Side, str, Decimal]]:
    gain: tuple[Side, str, Decimal] = ("gain or loss", policy.remeasurement.account, one.loss)
    expense = policy.expense.account(one.partner_id, "", one.currency)
    if one.kind == "payables":
        return gain, ("payable", policy.gl.payable, -one.loss)
    if policy.method == "reversing":
        return gain, ("expense", expense, -one.loss)
    # What was earned in the period counts at the rate of its day, and was booked at that of the end.
    late = one.booked_at_end
    return (
        gain,
        ("liability", policy.liability.default, late - one.loss),
        ("expense", expense, -late),
    )


def left_on_accounts(lines: Iterable[JournalLine], before: Iterable[OnAccount]) -> tuple[OnAccount, ...]:
    """What this remeasurement and those before it leave on accounts of the balance sheet."""
    sums: dict[tuple[str, str], Decimal] = {(one.account, one.currency): one.amount for one in before}
    for line in lines:
        if line.functional and line.side in ("liability", "payable"):
            key = (line.account, line.functional.currency)
            sums[key] = sums.get(key, Decimal(0)) + line.functional.amount
    return tuple(OnAccount(*key, amount) for key, amount in sorted(sums.items()) if amount)
