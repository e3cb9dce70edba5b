"""Finds the payments that a bank and a finance system both tell of, each under an id of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconcile.erp.matching.name_forms import all_words, forms_of
from reconcile.erp.matching.references import References
from reconcile.erp.payments.model import Payment, PaymentStatus, texts

# A bank books a payment within days of the day under which the finance system has it.
_MOST_DAYS: Final = 7
# A text, or a payee, that more payments of one amount have says nothing about any of them.
_MOST_ALIKE: Final = 50


def repeats(ledger: Sequence[Payment], bank: Sequence[Payment]) -> dict[int, int]:
    """Which payment of the ledger is which one of the bank: numbers by number, each at most once.

    They have the same amount, days near each other, and a reference or a payee in common; payees that have
    no word in common are two. Of several the nearest in time counts, and one with the reference goes first.
    """
    pairs = sorted(set(_by_reference(ledger, bank)) | set(_by_payee(ledger, bank)))
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, _, ours, theirs in pairs:
        if ours not in found and theirs not in used:
            found[ours] = theirs
            used.add(theirs)
    return found


def told_by_both(bank: Payment, ledger: Payment) -> Payment:
    """The payment as the bank has it, with what the ledger knows of it: bills, purchase orders, doubts."""
    return replace(
        with_doubts(bank, [ledger]),
        payee=bank.payee or ledger.payee,
        order=bank.order or ledger.order,
        references=texts(*bank.references, *ledger.references),
        po_texts=texts(*bank.po_texts, *ledger.po_texts),
    )


def with_doubts(payment: Payment, others: Sequence[Payment]) -> Payment:
    """A payment with what other files say against it; that one shows it to be a payment made is enough."""
    if not others:
        return payment
    return replace(
        payment,
        doubt=next((one.doubt for one in (payment, *others) if one.doubt), ""),
        unproven=payment.unproven if all(one.unproven for one in others) else "",
        days=tuple(day for one in (payment, *others) for day in one.days),
    )


Pair = tuple[int, int, int, int]


def _by_reference(ledger: Sequence[Payment], bank: Sequence[Payment]) -> Iterator[Pair]:
    """Pairs of which the bank's text has a reference of the ledger in it."""
    indexes: defaultdict[tuple[str, Decimal], References] = defaultdict(References)
    for number, payment in enumerate(ledger):
        if payment.status is PaymentStatus.PAID:
            for text in _texts(payment):
                indexes[_amount(payment)].add(text, number)
    for number, payment in enumerate(bank):
        if payment.status is PaymentStatus.PAID and _amount(payment) in indexes:
            hits = indexes[_amount(payment)].hits(_texts(payment))
            telling = (hit.leads_to for hit in hits if len(hit.leads_to) <= _MOST_ALIKE)
            for ours in frozenset().union(*telling):
                yield from _pair(ledger, bank, ours, number, 0)


def _by_payee(ledger: Sequence[Payment], bank: Sequence[Payment]) -> Iterator[Pair]:
    """Pairs of one payee."""
    known: Mapping[object, list[int]] = defaultdict(list)
    for number, payment in enumerate(ledger):
        if payment.status is PaymentStatus.PAID and payment.payee:
            for words in forms_of(payment.payee):
                known[_amount(payment), words].append(number)
    for number, payment in enumerate(bank if known else ()):
        if payment.status is PaymentStatus.PAID and payment.payee:
            forms = forms_of(payment.payee)
            alike = {one for words in forms for one in known.get((_amount(payment), words), ())}
            if len(alike) <= _MOST_ALIKE:
                for ours in sorted(alike):
                    yield from _pair(ledger, bank, ours, number, 1)


def _pair(
    ledger: Sequence[Payment], bank: Sequence[Payment], ours: int, theirs: int, rank: int
) -> Iterator[Pair]:
    """The pair with its rank and its distance in days; nothing where it cannot be one payment."""
    one, other = ledger[ours], bank[theirs]
    days = abs((one.day - other.day).days) if one.day and other.day else 0
    names = all_words(one.payee), all_words(other.payee)
    if days <= _MOST_DAYS and (not all(names) or names[0] & names[1]):
        yield rank, days, ours, theirs


def _amount(payment: Payment) -> tuple[str, Decimal]:
    return payment.amount.currency, payment.amount.amount


def _texts(payment: Payment) -> tuple[str, ...]:
    return texts(payment.order, *payment.references, *payment.po_texts)
