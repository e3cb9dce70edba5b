"""What the state store keeps of a run of `payments`, for the month's end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.domain.money import Money
from reconcile.domain.settlement import Settlement
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Match, Matching, Verdict
from reconcile.erp.payments.model import Payment


@dataclass(frozen=True, slots=True)
class Occasion:
    """The run: the workbook that it writes, when, by whom, and the fingerprint of each file by name."""

    workbook_id: str
    at: datetime
    by: str
    files: Mapping[str, str]


def settlements_of(result: Matching, occasion: Occasion) -> Iterator[Settlement]:
    """The settlements of each payout that has a match, a suggestion, or an amount that differs.

    One for each payment of a payout, each with its own day, so that a part that was read before is known
    again; one alone where several payouts share the payments, or the payments are returns.
    """
    states = (("matched", result.matches), ("suggested", result.suggestions), ("differs", result.differing))
    for state, matches in states:
        for match in matches:
            for owed in match.owed:
                yield from _settlements(state, match, owed, occasion)


def _settlements(state: str, match: Match, owed: Owed, occasion: Occasion) -> Iterator[Settlement]:
    alone = len(match.owed) == 1 and len({one.amount.currency for one in match.payments}) == 1
    if alone and match.verdict is not Verdict.FAILED:
        for payment in match.payments:
            yield _settlement(state, match, owed, occasion, payment, payment.amount)
    else:
        yield _settlement(state, match, owed, occasion, match.payments[-1], _part(match, owed))


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
