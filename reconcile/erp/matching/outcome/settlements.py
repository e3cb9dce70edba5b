"""What the state store keeps of a run of `payments`, for the month's end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.domain.money import Money
from reconcile.domain.settlement import Settlement, suggested
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Match, Matching, Verdict
from reconcile.erp.payments.model import Payment, PaymentStatus


@dataclass(frozen=True, slots=True)
class Occasion:
    """The run: the workbook that it writes, when, by whom, and the fingerprint of each file by name."""

    workbook_id: str
    at: datetime
    by: str
    files: Mapping[str, str]


def settlements_of(result: Matching, occasion: Occasion) -> Iterator[Settlement]:
    """The settlements of each payout that has a match, a suggestion, or an amount that differs.

    One for each payment and payout, each with its own day and the part of the money that went there, so that
    what was read before is known again. One for each payout alone where the match says that it failed, where
    several share money that came back, and where currencies differ.
    """
    for state, match in _solutions(result):
        for owed, payment, amount in parts_of(match):
            yield _settlement(state, match, owed, occasion, payment, amount)


def _solutions(result: Matching) -> Iterator[tuple[str, Match]]:
    """Every match with its state; a suggestion once for each solution that is listed."""
    yield from (("matched", match) for match in result.matches)
    for number, match in enumerate(result.suggestions, 1):
        for place, one in enumerate(match.solutions, 1):
            yield suggested(number, place), replace(match, payments=one.payments, owed=one.owed)
    yield from (("differs", match) for match in result.differing)


def parts_of(match: Match) -> Iterator[tuple[Owed, Payment, Money]]:
    """Which part of which payment went to which payout: each payment fills the payouts in their order.

    What is paid beyond all of them goes to the last one.
    """
    currencies = {one.amount.currency for one in match.payments}
    if len(match.owed) > 1:
        sent = all(one.status is PaymentStatus.PAID for one in match.payments)
        clear = sent and currencies == {one.amount.currency for one in match.owed}
    else:
        clear = True
    if match.verdict is Verdict.FAILED or not clear or len(currencies) > 1:
        yield from ((owed, match.payments[-1], _part(match, owed)) for owed in match.owed)
        return
    open_payouts = [(owed, owed.amount.amount) for owed in match.owed]
    for payment in match.payments:
        left = payment.amount.amount
        while left:
            owed, open_amount = open_payouts[0]
            part = left if len(open_payouts) == 1 else min(left, open_amount)
            if part:
                yield owed, payment, Money(part, payment.amount.currency)
            left -= part
            open_payouts[0] = (owed, open_amount - part)
            if len(open_payouts) > 1 and open_payouts[0][1] <= 0:
                open_payouts.pop(0)


def _settlement(
    state: str, match: Match, owed: Owed, occasion: Occasion, payment: Payment, amount: Money
) -> Settlement:
    return Settlement(
        workbook_id=occasion.workbook_id,
        payout_id=owed.payout_id,
        partner_id=owed.partner_id,
        state=state,
        verdict=match.verdict.value,
        how=match.how,
        code=match.code.value,
        amount=amount,
        reference=payment.reference,
        payment_id=payment.id,
        paid_on=payment.day.isoformat() if payment.day else "",
        file=payment.place.file,
        sha256=occasion.files.get(payment.place.file, ""),
        read_at=occasion.at.isoformat(),
        read_by=occasion.by,
    )


def _part(match: Match, owed: Owed) -> Money:
    """What was paid for this payout: all of it where it is the only one, else what it was owed."""
    if len(match.owed) > 1 or len({one.amount.currency for one in match.payments}) > 1:
        return owed.amount
    first, *others = match.payments
    return sum((one.amount for one in others), first.amount)
