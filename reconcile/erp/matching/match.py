"""Matches payments with payouts: in passes, the surest first, each payment and payout at most once. Pure.

Nothing compares all payments with all payouts: references, names and amounts are looked up in indexes, and
sums are searched among a bounded number of a partner's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reconcile.domain.finding import Finding
from reconcile.domain.policy.payments import AUTOMATIC, PaymentPolicy
from reconcile.domain.settlement import ReadPayment
from reconcile.erp.matching.by_amount import by_amount
from reconcile.erp.matching.by_reference import by_po_number, by_reference, question_unknown
from reconcile.erp.matching.by_sum import by_sum
from reconcile.erp.matching.loose_references import note_cut_lists, suggest_glued
from reconcile.erp.matching.match_state import MatchState
from reconcile.erp.matching.money_back import tie_money_back
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.partner_names import Names
from reconcile.erp.matching.read_before import ReadBefore, recognised
from reconcile.erp.matching.result import Matching, Stray, Verdict
from reconcile.erp.payments.doubts import doubtful_word
from reconcile.erp.payments.merge_files import Repeat, merged
from reconcile.erp.payments.model import Payment, PaymentFile, PaymentStatus
from reconcile.erp.payments.state_words import is_void

_LATER = timedelta(days=7)
_NOTHING_FITS = "no payout has its reference, its PO number, or its amount and name"
_NOTHING_READ = ReadBefore()
_CAME_IN = "money that came in; no payment or payout fits it"


def match_payments(
    files: Sequence[PaymentFile],
    owed: Sequence[Owed],
    policy: PaymentPolicy,
    before: ReadBefore = _NOTHING_READ,
    today: date | None = None,
) -> Matching:
    """Matches the payments of all files with what is owed; the same result for the same input, always.

    before: what earlier runs read. A payment that went to its payouts then is not matched again. today: a
    payment of a later day did not leave yet, whatever the file says; None where that is not known.
    """
    once, repeated, findings = merged(files)
    told = recognised(once, before, policy)
    kept = told.payments
    no_part = (PaymentStatus.IGNORED, PaymentStatus.UNKNOWN)
    payments = tuple(payment for payment in kept if payment.status not in no_part)
    unknown = tuple(payment for payment in kept if payment.status is PaymentStatus.UNKNOWN)
    ignored = tuple(payment for payment in kept if payment.status is PaymentStatus.IGNORED)
    state = MatchState(payments, tuple(owed), policy)
    names = Names([one.partner for one in owed], policy.name_share)
    passes = {
        "reference": lambda: by_reference(state, names),
        "po-number": lambda: by_po_number(state, names),
        "amount": lambda: by_amount(state, names),
        "sum": lambda: by_sum(state, names),
    }
    for name in policy.passes:
        if name not in AUTOMATIC:
            tie_money_back(state, names)
            suggest_glued(state)
        passes[name]()
    note_cut_lists(state)
    tie_money_back(state, names)
    question_unknown(state, (*unknown, *(one for one in ignored if is_void(one.reason))))
    _question_doubtful(state, today)
    of_files = (finding for file in files for finding in file.findings)
    apart = Apart(ignored, unknown, (*repeated, *told.spent), told.known)
    return _result(state, apart, (*of_files, *findings, *told.findings, *state.findings))


def _question_doubtful(state: MatchState, today: date | None) -> None:
    """Makes suggestions of matches whose payments the file itself says something against."""
    for match in [one for one in state.decided if one.verdict is Verdict.PAID]:
        for payment in match.payments:
            if doubt := _doubt(payment, [owed.partner for owed in match.owed], today):
                state.question(match, f"of {payment.place} {doubt}")
                break


def _doubt(payment: Payment, partners: Sequence[str], today: date | None) -> str:
    """What speaks against a payment in words; empty where nothing does."""
    if payment.doubt:
        return payment.doubt
    if not payment.amount.amount:
        return "the amount is zero"
    if payment.day is None and not payment.report:
        return "it tells no day"
    if today and (doubt := _to_come(payment, today)):
        return doubt
    payee = "" if payment.payee in payment.references else payment.payee
    word = doubtful_word((*payment.references, *payment.po_texts), (payee, *partners))
    return f"it says {word!r}" if word else payment.unproven


def _to_come(payment: Payment, today: date) -> str:
    """A day of the payment that is still to come, in words."""
    # The day of one time zone may be tomorrow in another.
    if payment.day and payment.day > today + timedelta(days=1):
        return f"the day {payment.day.isoformat()} is still to come"
    # The value date and others may follow the booking by some days.
    beside = (("the value date", payment.value_date), *((repr(label), day) for label, day in payment.days))
    late = today + _LATER
    label, day = next(((label, day) for label, day in beside if day and day > late), ("", None))
    return f"{label} is {day.isoformat()}, which is still to come" if day else ""


@dataclass(frozen=True, slots=True)
class Apart:
    """The payments that take no part in matching."""

    ignored: tuple[Payment, ...]
    unknown: tuple[Payment, ...]
    repeated: tuple[Repeat, ...]
    known: tuple[tuple[Payment, ReadPayment], ...]


def _result(state: MatchState, apart: Apart, findings: tuple[Finding, ...]) -> Matching:
    free = [number for number in range(len(state.owed)) if number not in state.used]
    return Matching(
        matches=tuple(match for match in state.decided if match.verdict is not Verdict.DIFFERS),
        suggestions=tuple(state.suggested),
        differing=tuple(match for match in state.decided if match.verdict is Verdict.DIFFERS),
        strays=tuple(_strays(state, received=False)),
        unpaid=tuple(state.owed[number] for number in free if state.is_open(number)),
        others=tuple(state.owed[number] for number in free if not state.is_open(number)),
        received=tuple(_strays(state, received=True)),
        unknown=apart.unknown,
        ignored=apart.ignored,
        repeated=apart.repeated,
        known=apart.known,
        findings=findings,
    )


def _strays(state: MatchState, *, received: bool) -> Iterator[Stray]:
    """The payments that nothing took: money that came in, or the others."""
    for number in state.free_payments():
        payment = state.payments[number]
        if (payment.status is PaymentStatus.RECEIVED) is received:
            yield Stray(payment, state.why.get(number, _CAME_IN if received else _NOTHING_FITS))
