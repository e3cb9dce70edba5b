"""The accrual journal, by one of two methods.

Reversing: what is earned and not billed when the period ends, and its reversal on the next day; bills and
payments without a bill are booked to expense. Clearing: what moved in the period, without a reversal; bills
and payments without a bill are booked to the liability account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from reconcile.close.ledger.open_items import Part
from reconcile.close.rollforward import Entry, Movement
from reconcile.domain.money import Money
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.dimensions import values_of

Side = Literal["expense", "liability", "asset", "payable", "gain or loss"]
_AGAINST: Final = {Part.PREPAID.value: "prepaid", Part.RECEIVABLE.value: "receivable"}
_IN_PAYABLES: Final = (Part.PAYABLE.value, Part.PREPAID_BILL.value)
"""What the bills and their payments have booked already."""
_MONEY: Final = (
    Movement.OPENING,
    Movement.PAID,
    Movement.RETURNED,
    Movement.DIFFERENCE,
    Movement.CLOSING,
)
"""The columns that change no expense."""


Values = tuple[tuple[str, str], ...]
"""Dimensions and their values, in the order of the dimensions."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a line of a journal that is booked under the same dimensions."""

    values: Values
    amount: Decimal


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of a journal.

    side: the kind of account. amount: a debit where positive, a credit where
    negative. lines: what it sums. is_booked_before: whether it takes back what a late entry booked already.
    shares: its amount by dimension, where dimensions are set. stays: whether it is never reversed.
    functional: of a remeasurement, what is booked in the currency of the books while the amount is zero.
    """

    journal: str
    date: date
    side: Side
    account: str
    description: str
    currency: str
    amount: Decimal
    lines: tuple[str, ...]
    is_reversal: bool = False
    is_booked_before: bool = False
    shares: tuple[Share, ...] = ()
    stays: bool = False
    functional: Money | None = None

    @property
    def debit(self) -> Decimal | None:
        """The amount, where it is a debit."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """The amount without its sign, where it is a credit."""
        return -self.amount if self.amount < 0 else None


def accruals(entries: Iterable[Entry], period: Period, policy: ClosePolicy) -> tuple[JournalLine, ...]:
    """Expense against liability per account and currency, and the reversal, each balanced per currency."""
    owed = [one for one in entries if _is_accrued(one)]
    return journal(owed, period, policy, f"Commissions accrued {period}", "ACC")


def _is_accrued(one: Entry) -> bool:
    return one.movement is Movement.CLOSING and one.part not in _IN_PAYABLES


def is_booked(one: Entry, policy: ClosePolicy) -> bool:
    """Whether an entry is in the journal of the method."""
    return one.movement not in _MONEY if policy.method == "clearing" else _is_accrued(one)


def clearing(
    entries: Iterable[Entry], trued_up: Iterable[Entry], period: Period, policy: ClosePolicy
) -> tuple[JournalLine, ...]:
    """What was earned, adjusted, declined and moved in the period, booked to stay.

    trued_up: what late entries of the period before booked already, which is taken out again.
    """
    moved = [one for one in entries if is_booked(one, policy)]
    booked = [replace(one, amount=-one.amount) for one in trued_up]
    title = f"Commissions of {period}"
    made = journal(moved, period, policy, title, "CLR", reverses=False)
    taken = journal(booked, period, policy, "Booked by a true-up before", "CLR", reverses=False)
    return (*made, *(replace(one, is_booked_before=True) for one in taken))


def journal(
    entries: Iterable[Entry],
    period: Period,
    policy: ClosePolicy,
    title: str,
    prefix: str,
    *,
    reverses: bool = True,
) -> tuple[JournalLine, ...]:
    """A journal of these amounts on the last day of the period, and its reversal on the day after."""
    parts: dict[tuple[str, Side, str], list[Entry]] = defaultdict(list)
    accounts_of = accounts(policy)
    for one in entries:
        for side, account in accounts_of(one).items():
            parts[one.currency, side, account].append(one)
    forth = tuple(
        JournalLine(
            f"{prefix}-{period}-{currency}",
            period.end,
            side,
            account,
            f"{title}, {side}",
            currency,
            _signed(sum((one.amount for one in some), Decimal(0)), side),
            tuple(one.line_id for one in some),
            shares=tuple(_shares(some, side, policy)),
            stays=not reverses,
        )
        for (currency, side, account), some in sorted(parts.items())
    )
    return (*forth, *(_reversed(one, period) for one in forth)) if reverses else forth


def _shares(entries: Iterable[Entry], side: Side, policy: ClosePolicy) -> Iterator[Share]:
    """The amounts by dimension; nothing where no dimension is set."""
    found: dict[Values, Decimal] = defaultdict(Decimal)
    for one in entries if policy.dimensions else ():
        values = values_of(policy.dimensions, one.partner_id, one.plan, one.currency)
        found[tuple(values.items())] += one.amount
    yield from (Share(values, _signed(amount, side)) for values, amount in sorted(found.items()))


def _signed(amount: Decimal, side: Side) -> Decimal:
    """An expense is a debit, a liability a credit."""
    return amount if side == "expense" else -amount


def accounts(policy: ClosePolicy) -> Callable[[Entry], Mapping[Side, str]]:
    """The two accounts that an accrued line goes to. Many lines share theirs, so each is looked for once."""

    @cache
    def found(part: str, *key: str) -> Mapping[Side, str]:
        against = getattr(policy, _AGAINST.get(part, "liability"))
        return {"expense": policy.expense.account(*key), "liability": against.account(*key)}

    return lambda one: found(one.part, one.partner_id, one.plan, one.currency)


@dataclass(frozen=True, slots=True)
class Posted:
    """One amount of a journal that stays: to which account, why, and under which dimensions.

    amount: a debit above zero. line_id: of the commission line, where it is of one.
    """

    side: Side
    account: str
    description: str
    currency: str
    amount: Decimal
    values: Values
    line_id: str = ""


def staying(
    found: Iterable[Posted], period: Period, prefix: str, functional: str = ""
) -> tuple[JournalLine, ...]:
    """A journal per currency that is not reversed: a line for each account and description.

    functional: the currency of the books, where the amounts are in it and nothing moves in the other.
    """
    groups: dict[tuple[str, str, Side, str], list[Posted]] = defaultdict(list)
    for one in found:
        groups[one.currency, one.description, one.side, one.account].append(one)
    return tuple(
        line
        for key, some in sorted(groups.items())
        if (line := _staying(some, period, f"{prefix}-{period}-{key[0]}", functional))
    )


def _staying(some: Sequence[Posted], period: Period, number: str, functional: str) -> JournalLine | None:
    first, sums = some[0], defaultdict[Values, Decimal](Decimal)
    for one in some:
        sums[one.values] += one.amount
    shares = tuple(Share(values, amount) for values, amount in sorted(sums.items()) if values and amount)
    whole = sum(sums.values(), Decimal(0))
    if not whole and not shares:
        return None
    return JournalLine(
        number,
        period.end,
        first.side,
        first.account,
        first.description,
        first.currency,
        Decimal(0) if functional else whole,
        tuple(dict.fromkeys(one.line_id for one in some if one.line_id)),
        shares=shares,
        stays=True,
        functional=Money(whole, functional) if functional else None,
    )


def _reversed(line: JournalLine, period: Period) -> JournalLine:
    return JournalLine(
        f"{line.journal}-R",
        period.end + timedelta(days=1),
        line.side,
        line.account,
        f"Reversal: {line.description}",
        line.currency,
        -line.amount,
        line.lines,
        is_reversal=True,
        shares=tuple(replace(one, amount=-one.amount) for one in line.shares),
    )


def imbalance(journal_lines: Iterable[JournalLine]) -> Mapping[str, Decimal]:
    """Debits less credits per journal; every one is zero in a journal that balances."""
    found: dict[str, Decimal] = {}
    for line in journal_lines:
        amount = line.functional.amount if line.functional else line.amount
        found[line.journal] = found.get(line.journal, Decimal(0)) + amount
    return found
