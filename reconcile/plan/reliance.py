"""What an operation relies on beside the fields of its own record: its payout's amount and lines. Pure.

A stage of a payout rests on the payout's amount and on every line that it pays. A decline rests on what is
left on the payout: the decline of its last line declines the payout (introw-api.md 2.14). A new line rests
on no other line saying the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from reconcile.domain.fields import PAYOUT_FIELDS
from reconcile.domain.money import Money, parse_decimal, plain
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.plan.made_before.likeness import KEY_USED, SAME_LINES
from reconcile.plan.model import Action, Operation, Texts
from reconcile.plan.visible_state import DECLINED, line_state

LINE: Final = "line "
"""Before the id of a line in the names of what a payout relies on."""
LINES_LEFT: Final = "lines_left"
"""How many lines the plan leaves on the payout of a decline."""

_OF_PAYOUT: Final = frozenset(field.name for field in PAYOUT_FIELDS)


def money_text(money: Money) -> str:
    """`4250 USD`: equal amounts have the same text."""
    return f"{plain(money.amount)} {money.currency}"


def money_of(text: str) -> Money | None:
    """The money of such a text; None for any other text."""
    amount, _, currency = text.removesuffix(" on payout").partition(" ")
    number = parse_decimal(amount)
    return Money(number, currency) if number is not None and currency else None


def line_text(money: Money) -> str:
    """What a payout relies on of one of its lines."""
    return f"{money_text(money)} on payout"


def lines_paid(lines: Iterable[CommissionLine], payout_id: str, names: Names) -> dict[str, CommissionLine]:
    """The lines that a payout pays: those on it that are not declined."""
    return {
        line.id: line for line in lines if line.payout_id == payout_id and line_state(line, names) != DECLINED
    }


def payout_reliance(payout: Payout, lines: Iterable[CommissionLine], names: Names) -> Texts:
    """A payout's amount, currency and lines, as a stage of it relies on them."""
    paid = sorted(lines_paid(lines, payout.id, names).items())
    return {
        "amount": plain(payout.amount.amount),
        "currency": payout.amount.currency,
        **{LINE + key: line_text(line.amount) for key, line in paid},
    }


def relied_lines(relied: Texts) -> dict[str, str]:
    """The lines that a payout relies on, by id."""
    found = {name.removeprefix(LINE): text for name, text in relied.items() if name.startswith(LINE)}
    return {key: text for key, text in found.items() if text is not None}


def relied_amount(relied: Texts) -> Money | None:
    """The payout's amount that a stage relies on; None where it relies on none."""
    number = parse_decimal(relied.get("amount") or "")
    return None if number is None else Money(number, relied.get("currency") or "")


def follows_lines(amount: Money, lines: Mapping[str, str]) -> bool:
    """Whether a payout's amount is seen to be the sum of its lines, so that it stands for them."""
    money = [money_of(text) for text in lines.values()]
    if any(one is None or one.currency != amount.currency for one in money):
        return False
    return sum((one.amount for one in money if one), Decimal(0)) == amount.amount


def of_record(operation: Operation) -> Texts:
    """What an operation relies on that shows on its own record (`visible_state.observe`)."""
    relied = operation.relies_on
    if operation.action is Action.CREATE_PAYOUT:
        return {}  # it has no record yet
    if operation.action is Action.UPDATE_PAYOUT:
        return {name: value for name, value in relied.items() if name in _OF_PAYOUT}
    return {name: value for name, value in relied.items() if name not in (LINES_LEFT, SAME_LINES, KEY_USED)}
