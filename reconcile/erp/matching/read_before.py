"""Recognises payments that an earlier run read, and sets those apart that went to their payouts already."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.settlement import Answer, Answers, ReadPayment, suggestion_of
from reconcile.erp.payments.merge_files import Repeat
from reconcile.erp.payments.model import Payment, PaymentStatus, Place, found, shown_account
from reconcile.erp.payments.same_payment import agree, fingerprint

# `entry 3 of DE89370400440532013000, transaction 2`
_OF_ACCOUNT: Final = re.compile(r"^(entry [0-9]+ of )([^,\u2026]+)")
StageSet = tuple[str, str, str]


@dataclass(frozen=True)
class ReadBefore:
    """What is known of earlier readings.

    readings: those that are like the payments of now, oldest first. prints: the fingerprint of each file of
    now, by its name. stages_set: workbook, payout and stage, of every stage that a run of the workbook set.
    stages: where the payouts in scope stand. answers: what people answered to the suggestions.
    """

    readings: Sequence[ReadPayment] = ()
    prints: Mapping[str, str] = field(default_factory=dict)
    stages_set: Collection[StageSet] = frozenset()
    stages: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The payments without those that are spent, these, each payment that is known, and the findings."""

    payments: tuple[Payment, ...]
    spent: tuple[Repeat, ...]
    known: tuple[tuple[Payment, ReadPayment], ...]
    findings: tuple[Finding, ...]


def recognised(payments: Sequence[Payment], before: ReadBefore, policy: PaymentPolicy) -> Recognised:
    """Finds the payments that were read before. Spent is one that went to payouts which a run set, too.

    A payment that was read and went nowhere yet, since its workbook was never applied, is matched anew.
    """
    known = _known(payments, before)
    spent: dict[int, Repeat] = {}
    for number, readings in known.items():
        last = next((one for one in reversed(readings) if _went(one, before, policy)), None)
        if last is not None:
            first = payment_of(readings[0])
            went = _went(last, before, policy) or {}
            told = "\n".join(f"{amount} for {payout}" for payout, amount in went.items())
            repeat = Repeat(payments[number], first, readings[0].read_at[:10], told)
            spent[number] = repeat
    return Recognised(
        tuple(one for number, one in enumerate(payments) if number not in spent),
        tuple(spent.values()),
        tuple((payments[number], readings[0]) for number, readings in known.items()),
        tuple(_findings(payments, known, spent)),
    )


def payment_of(reading: ReadPayment) -> Payment:
    """The payment as it was read then."""
    return Payment(
        place=Place(reading.file, reading.spot, reading.sheet),
        amount=reading.amount,
        status=PaymentStatus(reading.status),
        id=reading.payment_id,
        account=reading.account,
        order=reading.order_id,
        booked=date.fromisoformat(reading.booked) if reading.booked else None,
        value_date=date.fromisoformat(reading.value_date) if reading.value_date else None,
        payee=reading.payee,
        references=tuple(json.loads(reading.texts)),
    )


def _known(payments: Sequence[Payment], before: ReadBefore) -> dict[int, list[ReadPayment]]:
    """The earlier readings of each payment: by its file and place, else by what they have in common.

    Equal payments of one earlier file are different ones, so each is known again once.
    """
    by_key: dict[str, list[ReadPayment]] = {}
    keys: dict[str, dict[str, None]] = {}
    for one in before.readings:
        by_key.setdefault(one.key, []).append(one)
        keys.setdefault(one.likeness, {})[one.key] = None
    found: dict[int, list[ReadPayment]] = {}
    used: set[str] = set()
    for same_place in (True, False):
        for number, payment in enumerate(payments):
            if number in found or not keys:
                continue
            for key in keys.get(fingerprint(payment), ()):
                is_it = _is_it(payment, by_key[key], before.prints, same_place=same_place)
                if key not in used and is_it:
                    used.add(key)
                    found[number] = by_key[key]
                    break
    return dict(sorted(found.items()))


def _is_it(
    payment: Payment, readings: Iterable[ReadPayment], prints: Mapping[str, str], *, same_place: bool
) -> bool:
    place, print_ = payment.place, prints.get(payment.place.file, "")
    if same_place:
        here = (print_, place.sheet, place.spot)
        return any((one.sha256, one.sheet, _spot(one)) == here for one in readings)
    return any(one.sha256 != print_ and agree(payment_of(one), payment) for one in readings)


def _spot(reading: ReadPayment) -> str:
    """Where it stood. Stores from before account numbers were cut hold them in full."""
    return _OF_ACCOUNT.sub(lambda match: match[1] + shown_account(match[2]), reading.spot)


def _solutions(reading: ReadPayment) -> list[dict[str, str]]:
    """The amount of each payout, of each solution."""
    solutions: list[dict[str, str]] = json.loads(reading.allotted)
    return solutions


def _went(reading: ReadPayment, before: ReadBefore, policy: PaymentPolicy) -> dict[str, str] | None:
    """The amount of each payout that the payment went to; None where it went to none, or that is not known.

    What a person answered to its suggestion says it, once the payouts are where the answer brings them. Where
    no answer was kept, a run of the workbook set the stages of one solution, and not those of another.

    A payout that was paid and failed later on stays the payout of that payment; money that came back for it
    stays that, whatever was paid since.
    """
    answers = [one for one in before.answers.values() if one.workbook_id == reading.workbook_id]
    taken = next((one for one in answers if one.chosen and reading.key in one.payments), None)
    if taken:
        solution = _taken(reading, taken)
        arrived = all(
            (reading.workbook_id, payout, taken.becomes) in before.stages_set
            or before.stages.get(payout) == taken.becomes
            for payout in solution
        )
        return solution if arrived and _still(solution, taken.becomes, before, policy) else None
    if (reading.workbook_id, suggestion_of(reading.part)) in before.answers or not reading.becomes:
        return None
    went = [
        solution
        for solution in _solutions(reading)
        if solution
        and (reading.part == "settled" or _was_set(reading, solution, before))
        and _still(solution, reading.becomes, before, policy)
    ]
    return went[0] if len(went) == 1 else None


def _taken(reading: ReadPayment, answer: Answer) -> dict[str, str]:
    """The amount of each payout by an answer. A payment of another solution has only its own amount."""
    if suggestion_of(reading.part) == answer.suggestion:
        return _solutions(reading)[answer.chosen - 1]
    whole = str(reading.amount)
    return dict.fromkeys(answer.payouts, whole if len(answer.payouts) == 1 else f"a part of {whole}")


def _was_set(reading: ReadPayment, solution: Iterable[str], before: ReadBefore) -> bool:
    return all((reading.workbook_id, payout, reading.becomes) in before.stages_set for payout in solution)


def _still(solution: Iterable[str], becomes: str, before: ReadBefore, policy: PaymentPolicy) -> bool:
    """Whether nothing took the stages back."""
    stands = {policy.paid_stage, policy.failed_stage}
    is_back = becomes == policy.failed_stage
    return is_back or all(before.stages.get(one, policy.paid_stage) in stands for one in solution)


def _findings(
    payments: Sequence[Payment], known: Mapping[int, Sequence[ReadPayment]], spent: Collection[int]
) -> Iterator[Finding]:
    """How many payments of each file were read before, and from where."""
    counts = Counter((payments[number].place.file, known[number][0].file) for number in known)
    for (file, earlier), count in sorted(counts.items()):
        numbers = [
            number
            for number in known
            if (payments[number].place.file, known[number][0].file) == (file, earlier)
        ]
        done = sum(number in spent for number in numbers)
        days = sorted({known[number][0].read_at[:10] for number in numbers})
        yield found(
            "payment-read-before",
            f"{count} of its payments were read before, from {earlier} on {', '.join(days)}: {done} went to "
            f"their payouts then and are on the sheet of what was told twice, {count - done} are not.",
            "Nothing to do.",
            Place(file, ""),
            severity=Severity.INFO,
        )
