"""Puts files together: a payment that stands in two of them counts once."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus, Place, cut, found
from reconcile.erp.payments.repeats import repeats, told_by_both, with_doubts
from reconcile.erp.payments.same_payment import agree, likeness_in_files
from reconcile.errors import PaymentFileError

# Payments with one id, amount and payee. Each is held against each of them.
_MOST_ALIKE: Final = 500


@dataclass(frozen=True, slots=True)
class Repeat:
    """A payment that is told once more, and the one that counts; the same one for an order on a statement.

    read_on, allotted: where an earlier run read the one that counts, the day, and what went to which payout.
    """

    payment: Payment
    first: Payment
    read_on: str = ""
    allotted: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A payment, whether it is a finance system that tells of it, not a bank, and the number of its file."""

    payment: Payment
    ledger: bool
    file: int


@dataclass(slots=True)
class _Alike:
    """The payments of one likeness. free: those of earlier files that no payment of this file repeats."""

    kept: list[_Kept] = field(default_factory=list)
    free: deque[_Kept] = field(default_factory=deque)
    file: int = -1

    def add(self, one: _Kept) -> None:
        """Keeps one more. Raises PaymentFileError where an id is that of too many: then it is no id."""
        if one.payment.id and len(self.kept) == _MOST_ALIKE:
            raise PaymentFileError(
                f"{one.payment.place}: more than {_MOST_ALIKE} payments have the id {cut(one.payment.id)!r}, "
                "this amount and this payee, so the id tells none of them. Fetch the files again, or leave "
                "the column of ids out."
            )
        self.kept.append(one)

    def first(self, payment: Payment, file: int) -> Payment | None:
        """The same payment in an earlier file, which no other payment of this file repeats."""
        if self.file != file:
            self.file = file
            self.free = deque(one for one in self.kept if one.file != file)
        at = next((at for at, one in enumerate(self.free) if agree(one.payment, payment)), None)
        if at is None:
            return None
        first = self.free[at].payment
        del self.free[at]
        return first


def merged(
    files: Sequence[PaymentFile],
) -> tuple[tuple[Payment, ...], tuple[Repeat, ...], tuple[Finding, ...]]:
    """The payments of all files, those that are there once more, and what was noticed.

    Two payments are the same only where they stand in two files and are alike and agree, see `same_payment`.
    An order in a status report is the same as the payment that carries its end-to-end id. What a bank and a
    finance system both tell of is one payment, see `repeats`.
    """
    kept, repeated, findings = _once(files)
    left, again, noticed = _told_once(kept)
    return left, (*repeated, *again), (*findings, *noticed)


def _once(files: Sequence[PaymentFile]) -> tuple[list[_Kept], list[Repeat], list[Finding]]:
    """The payments without those that stand in another file just the same."""
    kept: list[_Kept] = []
    repeated: list[Repeat] = []
    again: defaultdict[Place, list[Payment]] = defaultdict(list)
    alike: defaultdict[tuple[object, ...], _Alike] = defaultdict(_Alike)
    settled = {
        (one.order, one.amount) for file in files for one in file.payments if one.order and not one.report
    }
    for number, file in enumerate(files):
        for payment in file.payments:
            others = alike[likeness_in_files(payment)]
            first = payment if _on_statement(payment, settled) else others.first(payment, number)
            if first is not None:
                repeated.append(Repeat(payment, first))
                again[first.place].append(payment)
                continue
            one = _Kept(payment, file.ledger, number)
            others.add(one)
            kept.append(one)
    told = [
        replace(one, payment=with_doubts(one.payment, again[one.payment.place])) if again else one
        for one in kept
    ]
    return told, repeated, [_again(one.payment, one.first) for one in repeated]


def _told_once(kept: Sequence[_Kept]) -> tuple[tuple[Payment, ...], list[Repeat], list[Finding]]:
    """The payments without those of a finance system that a bank tells of, too."""
    ledger = [number for number, one in enumerate(kept) if one.ledger]
    bank = [number for number, one in enumerate(kept) if not one.ledger and not one.payment.report]
    pairs = repeats([kept[number].payment for number in ledger], [kept[number].payment for number in bank])
    left = {number: one.payment for number, one in enumerate(kept)}
    again, findings = [], []
    for ours, theirs in pairs.items():
        repeat, place = left.pop(ledger[ours]), bank[theirs]
        again.append(Repeat(repeat, left[place]))
        findings.append(_again(repeat, left[place]))
        left[place] = told_by_both(left[place], repeat)
    alone = (left[number] for number in ledger if number in left)
    findings += _alone(alone, (left[number] for number in bank))
    return tuple(left.values()), again, findings


def _on_statement(payment: Payment, settled: set[tuple[str, Money]]) -> bool:
    in_report = payment.report and payment.status is PaymentStatus.PAID
    return in_report and (payment.order, payment.amount) in settled


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
