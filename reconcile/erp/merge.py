"""Puts files together: a payment that stands in two of them counts once, by the bank's id first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money
from reconcile.erp.payment import Payment, PaymentFile, PaymentStatus, found

Known = dict[tuple[object, ...], Payment]


def merged(
    files: Sequence[PaymentFile],
) -> tuple[tuple[Payment, ...], tuple[Payment, ...], tuple[Finding, ...]]:
    """The payments of all files, those that are there once more, and what was noticed.

    With an id: the same id, account, amount and status. Without: the same day, amount, payee and references,
    as often as the file with most of them has them; so two equal payments in one file are two. An order in a
    status report is the same as the payment that carries its end-to-end id.
    """
    kept: list[Payment] = []
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
            kept.append(payment)
        for key, count in here.items():
            seen[key] = max(seen[key], count)
    return tuple(kept), tuple(repeated), (*findings, *_mixed(files))


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


def _mixed(files: Sequence[PaymentFile]) -> tuple[Finding, ...]:
    """A warning where a finance system and a bank may tell of the same payments under different ids."""
    ledger = next((file for file in files if file.ledger and file.payments), None)
    bank = next(
        (file for file in files if not file.ledger and any(not p.report for p in file.payments)), None
    )
    if ledger is None or bank is None:
        return ()
    place = bank.payments[0].place
    return (
        found(
            "ledger-and-bank",
            f"{ledger.name} comes from a finance system and {bank.name} from a bank: the same payment may "
            "stand in both, and would look as if it had been paid twice.",
            "Pass the files of one of them, or look at the payments that are called paid twice.",
            place,
        ),
    )
