"""Which rules of approval a set of bills, or of payments to a bank, meets. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.money import Money, totals
from reconcile.domain.phrases import counted
from reconcile.domain.policy.approval import ApprovalPolicy
from reconcile.people.plan_rules import Known, Met, limit_words, met


@dataclass(frozen=True, slots=True)
class Billed:
    """One bill or one payment of a set."""

    partner_id: str
    partner: str
    amount: Money


def bill_rules(
    billed: Sequence[Billed], policy: ApprovalPolicy, known: Known, *, pays: bool
) -> tuple[Met, ...]:
    """The rules that ask for an approval of the set; none of an empty one.

    known: of the partners. pays: whether a bank pays by it.
    """
    if not billed or not policy.asks:
        return ()
    named = {rule: why for rule, why in _named(billed, known, pays=pays) if rule in policy.ask_for and why}
    return met([*named.items(), *_above(billed, policy)], policy)


def _named(billed: Sequence[Billed], known: Known, *, pays: bool) -> Iterator[tuple[str, str]]:
    yield "bills", f"{counted(len(billed), 'payment' if pays else 'bill')} in a set"
    if not pays:
        return
    yield "paying", f"a bank pays {counted(len(billed), 'payment')} by it"
    changed = sorted({one.partner for one in billed if one.partner_id in known.changed_accounts})
    yield "changed-account", f"the bank account changed: {', '.join(changed)}" if changed else ""
    first = sorted({one.partner for one in billed if one.partner_id not in known.paid_before})
    yield "first-payment", f"the first payment: {', '.join(first)}" if first else ""


def _above(billed: Sequence[Billed], policy: ApprovalPolicy) -> Iterator[tuple[str, str]]:
    for currency, amount in sums_of(billed).items():
        for why in limit_words("", Money(amount, currency), policy.amounts, "approval.amounts"):
            yield "amount", why
    partners = dict.fromkeys(one.partner_id for one in billed)
    for partner in partners:
        mine = [one for one in billed if one.partner_id == partner]
        for currency, amount in sums_of(mine).items():
            who, limits = f" of {mine[0].partner}", policy.partner_amounts
            for why in limit_words(who, Money(amount, currency), limits, "approval.partner_amounts"):
                yield "partner-amount", why


def sums_of(billed: Sequence[Billed]) -> Mapping[str, Decimal]:
    """What moves per currency; a credit does not make a bill smaller."""
    return totals(Money(abs(one.amount.amount), one.amount.currency) for one in billed)
