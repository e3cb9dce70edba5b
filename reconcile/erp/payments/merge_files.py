"""Puts files together: a payment that stands in two of them counts once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, found
from reconcile.erp.payments.repeats import repeats, told_by_both

Known = dict[tuple[object, ...], Payment]


def merged(
    files: Sequence[PaymentFile],
) -> tuple[tuple[Payment, ...], tuple[Payment, ...], tuple[Finding, ...]]:
    """The payments of all files, those that are there once more, and what was noticed.

    With an id: the same id, account, amount and status. Without: the same day, amount, payee and references,
    as often as the file with most of them has them; so two equal payments in one file are two. An order in a
    status report is the same as the payment that carries its end-to-end id. What a bank and a finance system
    both tell of is one payment, see `repeats`.
    """
    kept, repeated, findings = _once(files)
    left, again, noticed = _told_once(kept)
    return left, (*repeated, *again), (*findings, *noticed)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A payment, and whether it is a finance system that tells of it, not a bank."""

    payment: Payment
    ledger: bool


def _once(files: Sequence[PaymentFile]) -> tuple[list[_Kept], list[Payment], list[Finding]]:
    """The payments without those that stand in another file under the same id, or just the same."""
    kept: list[_Kept] = []
    repeated: list[Payment] = []
    findings: list[Finding] = []
    known: Known = {}
    seen: Counter[tuple[object, ...]] = Counter()
    firsts: defaultdict[tuple[object, ...], list[Payment]] = defaultdict(list)
    settled = {
        (one.order, one.amount) for file in files for one in file.payments if one.order and not one.report
    }
    for file in files:
        here: Counter[tuple[object, ...]] = Counter()
        for payment in file.payments:
            first = _known(payment, known, settled)
            if first is None and not payment.id:
                key = _likeness(payment)
                here[key] += 1
                first = firsts[key][here[key] - 1] if here[key] <= seen[key] else None
                if first is None:
                    firsts[key].append(payment)
            if first is not None:
                repeated.append(payment)
                findings.append(_again(payment, first))
                continue
            if payment.id:
                known[_identity(payment)] = payment
            kept.append(_Kept(payment, file.ledger))
        for key, count in here.items():
            seen[key] = max(seen[key], count)
    return kept, repeated, findings


def _told_once(kept: Sequence[_Kept]) -> tuple[tuple[Payment, ...], list[Payment], list[Finding]]:
    """The payments without those of a finance system that a bank tells of, too."""
    ledger = [number for number, one in enumerate(kept) if one.ledger]
    bank = [number for number, one in enumerate(kept) if not one.ledger and not one.payment.report]
    pairs = repeats([kept[number].payment for number in ledger], [kept[number].payment for number in bank])
    left = {number: one.payment for number, one in enumerate(kept)}
    again, findings = [], []
    for ours, theirs in pairs.items():
        repeat, place = left.pop(ledger[ours]), bank[theirs]
        again.append(repeat)
        findings.append(_again(repeat, left[place]))
        left[place] = told_by_both(left[place], repeat)
    alone = (left[number] for number in ledger if number in left)
    findings += _alone(alone, (left[number] for number in bank))
    return tuple(left.values()), again, findings


def _known(payment: Payment, known: Known, settled: set[tuple[str, Money]]) -> Payment | None:
    if payment.id:
        return known.get(_identity(payment))
    in_statement = payment.report and payment.status is PaymentStatus.PAID
    return payment if in_statement and (payment.order, payment.amount) in settled else None


def _identity(payment: Payment) -> tuple[object, ...]:
    return (payment.account, payment.id, payment.amount, payment.status)


def _likeness(payment: Payment) -> tuple[object, ...]:
    return (
        payment.day,
        payment.amount,
        payment.status,
        payment.order,
        payment.payee.casefold(),
        payment.references,
    )


def _again(payment: Payment, first: Payment) -> Finding:
    told = f"in {first.place}" if first is not payment else "on a statement"
    return found(
        "payment-again",
        f"The same payment stands {told} as well; it counts once.",
        "Nothing to do.",
        payment.place,
        str(payment.amount),
        Severity.INFO,
    )


def _alone(ledger: Iterable[Payment], bank: Iterable[Payment]) -> list[Finding]:
    """A warning for payments of a finance system that are none of those that the bank tells of."""
    paid = [one for one in ledger if one.status is PaymentStatus.PAID]
    files = sorted({one.place.file for one in bank})
    if not paid or not files:
        return []
    return [
        found(
            "ledger-and-bank",
            f"{len(paid)} of the finance system's payments, this one first, are not in {', '.join(files)}.",
            "They count as payments of their own. If the bank has them under another amount or a far day, "
            "they look paid twice.",
            paid[0].place,
            str(paid[0].amount),
        )
    ]
