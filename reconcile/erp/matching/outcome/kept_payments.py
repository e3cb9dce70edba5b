"""What the state store keeps of every payment that a run of `payments` read."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.settlement import ReadPayment, suggested
from reconcile.erp.matching.outcome.settlements import Occasion, parts_of
from reconcile.erp.matching.result import Match, Matching, Verdict
from reconcile.erp.payments.model import Payment
from reconcile.erp.payments.same_payment import fingerprint

Identity = tuple[str, str, object]


def readings_of(result: Matching, occasion: Occasion, policy: PaymentPolicy) -> Iterator[ReadPayment]:
    """A row for each payment of the files, whatever became of it."""
    keys = {_identity(payment): first.key for payment, first in result.known}
    made: Counter[str] = Counter()
    again = {id(one.payment): one.first for one in result.repeated}
    for payment, part, match in sorted(_parts(result), key=lambda one: id(one[0]) in again):
        print_ = occasion.files.get(payment.place.file, "")
        same = _identity(again.get(id(payment), payment))
        if same not in keys:
            place = f"{print_}\x1f{payment.place.sheet}\x1f{payment.place.spot}"
            made[place] += 1
            keys[same] = hashlib.sha256(f"{place}\x1f{made[place]}".encode()).hexdigest()[:24]
        yield ReadPayment(
            workbook_id=occasion.workbook_id,
            key=keys[same],
            likeness=fingerprint(payment),
            payment_id=payment.id,
            account=payment.account,
            order_id=payment.order,
            booked=payment.booked.isoformat() if payment.booked else "",
            value_date=payment.value_date.isoformat() if payment.value_date else "",
            payee=payment.payee,
            texts=json.dumps(payment.references, ensure_ascii=False),
            status=payment.status.value,
            amount=payment.amount,
            part=part,
            becomes=_becomes(match, policy) if match else "",
            allotted=json.dumps(_allotted(match, payment) if match else []),
            file=payment.place.file,
            sheet=payment.place.sheet,
            spot=payment.place.spot,
            sha256=print_,
            read_at=occasion.at.isoformat(),
            read_by=occasion.by,
        )


def _identity(payment: Payment) -> Identity:
    return str(payment.place), payment.id, payment.amount


def _parts(result: Matching) -> Iterator[tuple[Payment, str, Match | None]]:
    """Each payment with its part of the result."""
    for matches, name in ((result.matches, "matched"), (result.differing, "differs")):
        for match in matches:
            part = "settled" if match.verdict is Verdict.SETTLED else name
            yield from ((payment, part, match) for payment in match.payments)
    for number, match in enumerate(result.suggestions, 1):
        yield from ((payment, suggested(number), match) for payment in match.payments)
    yield from ((one.payment, "paid, not in Introw", None) for one in result.strays)
    yield from ((one.payment, "money received", None) for one in result.received)
    yield from ((payment, "state not known", None) for payment in result.unknown)
    yield from ((payment, "no payment to a partner", None) for payment in result.ignored)
    yield from ((one.payment, "told before", None) for one in result.repeated)


def _becomes(match: Match, policy: PaymentPolicy) -> str:
    """The stage that its payouts come to; empty where that cannot show later which payment it was.

    Where two solutions bring the same payouts there, by other payments, the stages do not tell them apart.
    """
    payouts = [frozenset(one.payout_id for one in solution.owed) for solution in match.solutions]
    if len(set(payouts)) < len(payouts):
        return ""
    stages = {Verdict.PAID: policy.paid_stage, Verdict.FAILED: policy.failed_stage}
    if match.verdict is Verdict.SETTLED:
        return match.owed[0].stage
    return stages.get(match.verdict, "")


def _allotted(match: Match, payment: Payment) -> list[dict[str, str]]:
    """How much of a payment goes to which payout, in each listed solution; empty where it has no part."""
    return [
        _part_of(replace(match, payments=one.payments, owed=one.owed), payment)
        if payment in one.payments
        else {}
        for one in match.solutions
    ]


def _part_of(match: Match, payment: Payment) -> dict[str, str]:
    if len(match.owed) == 1:
        return {match.owed[0].payout_id: str(payment.amount)}
    parts: dict[str, str] = {}
    for owed, paid, amount in parts_of(match):
        if paid is payment or len(match.payments) == 1:
            parts[owed.payout_id] = str(amount)
    return parts
