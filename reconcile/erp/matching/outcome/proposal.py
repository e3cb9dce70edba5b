"""What a matching means for the workbook: edits of payouts, suggestions, lists, and the tie-out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from reconcile.domain.fields import Values
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.snapshot import Snapshot
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.outcome.choices import Choice, edits_of, told
from reconcile.erp.matching.result import Code, Match, Matching, Stray, Verdict, residual
from reconcile.erp.payments.model import Payment, PaymentFile

Cell = str | Decimal | date | int | None
Row = dict[str, Cell]


def sure_edits(result: Matching, snapshot: Snapshot, policy: PaymentPolicy) -> dict[str, Values]:
    """The edits of all sure matches: they stand in the workbook at once."""
    return {
        payout: edits
        for match in result.matches
        for payout, edits in edits_of(match, snapshot, policy).items()
    }


def match_rows(result: Matching, policy: PaymentPolicy, choices: Sequence[Sequence[Choice]]) -> list[Row]:
    """A row for each suggestion, in the order of the result. choices: what may be answered to each."""
    return [
        {"match": f"M{number}", **_match_row(match, policy, len(some))}
        for number, (match, some) in enumerate(zip(result.suggestions, choices, strict=True), start=1)
    ]


def _match_row(match: Match, policy: PaymentPolicy, choices: int) -> Row:
    first, last = match.payments[0], match.payments[-1]
    return {
        "becomes": policy.failed_stage if match.verdict is Verdict.FAILED else policy.paid_stage,
        "certificate": str(match.certificate),
        "solutions": told(match, choices) or None,
        "partner": _joined(owed.partner for owed in match.owed),
        "payout_ids": _joined(owed.payout_id for owed in match.owed),
        **_sum("owed", totals(owed.amount for owed in match.owed)),
        "payee": _joined(payment.payee for payment in match.payments),
        "paid_on": last.day,
        "reference": _joined(payment.reference for payment in match.payments),
        **_sum("paid", totals(payment.amount for payment in match.payments)),
        "difference": match.difference.amount if match.difference else None,
        "code": match.code.value or None,
        "why": match.evidence,
        "places": _joined(str(payment.place) for payment in match.payments)
        if last is not first
        else str(first.place),
    }


def _joined(words: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, words)))


def _sum(name: str, sums: Mapping[str, Decimal]) -> Row:
    """A sum and its currency; nothing where there are two currencies, which are never added."""
    if len(sums) != 1:
        return {}
    ((currency, amount),) = sums.items()
    return {name: amount, f"{name}_currency": currency}


def stray_rows(strays: Sequence[Stray]) -> list[Row]:
    """Paid, not in Introw."""
    return [{"why": stray.why, **_payment(stray.payment)} for stray in strays]


def received_rows(result: Matching) -> list[Row]:
    """Money that came in and was matched with no payout."""
    return stray_rows(result.received)


def unknown_rows(result: Matching) -> list[Row]:
    """Payments in a state that is in no list of words."""
    return [{"why": payment.reason, **_payment(payment)} for payment in result.unknown]


def repeated_rows(result: Matching) -> list[Row]:
    """Payments that stand in another file as well, or were read before, and where the ones are that count."""
    return [
        {
            **_payment(one.payment),
            "first": str(one.first.place),
            "read_on": date.fromisoformat(one.read_on) if one.read_on else None,
            "allotted": one.allotted or None,
        }
        for one in result.repeated
    ]


def unpaid_rows(unpaid: Sequence[Owed]) -> list[Row]:
    """In Introw, not paid."""
    return [
        {
            **_payout(owed),
            "stage": owed.stage,
            "period_end": owed.day,
            "po_number": owed.po_number or None,
            "bills": _joined(owed.references[1:]) or None,
        }
        for owed in unpaid
    ]


def differing_rows(differing: Sequence[Match]) -> list[Row]:
    """A row for each payment and payout of a match, each amount once, so that the columns add up."""
    rows: list[Row] = []
    for match in differing:
        said: Row = {
            "code": match.code.value,
            "difference": match.difference.amount if match.difference else None,
        }
        for payment, owed in zip_longest(match.payments, match.owed):
            row = said | (_payout(owed) if owed else {"partner": match.owed[0].partner})
            rows.append(row | (_payment(payment) if payment else {}))
            said = {"code": match.code.value}
    return rows


def _payment(payment: Payment) -> Row:
    return {
        "payee": payment.payee or None,
        "paid_on": payment.day,
        "reference": payment.reference or None,
        "paid": payment.amount.amount,
        "paid_currency": payment.amount.currency,
        "status": payment.status.value,
        "places": str(payment.place),
    }


def _payout(owed: Owed) -> Row:
    return {
        "partner": owed.partner,
        "payout_ids": owed.payout_id,
        "owed": owed.amount.amount,
        "owed_currency": owed.amount.currency,
    }


@dataclass(frozen=True, slots=True)
class Total:
    """One line of the tie-out: a part of all payments or of all payouts in one currency."""

    side: str
    part: str
    currency: str
    amount: Decimal


def tie_out(result: Matching, files: Sequence[PaymentFile], owed: Sequence[Owed]) -> list[Total]:
    """The parts of all payments and of all payouts per currency, their whole, and what is left: zero.

    After them, what payments that pass are more or less than what is owed, by its reason.
    """
    paid = totals(payment.amount for file in files for payment in file.payments)
    due = totals(one.amount for one in owed)
    return [
        *_side("Payments", result.payment_parts, paid, "In the files"),
        *_side("Payouts", result.owed_parts, due, "In Introw"),
        *_tolerated(result, lambda match: match.code.value),
    ]


def tie_out_rows(
    result: Matching, files: Sequence[PaymentFile], owed: Sequence[Owed], passed: Sequence[Finding] = ()
) -> list[Row]:
    """A row for each line of the tie-out, and for each payout that was paid within the tolerance.

    passed: the errors of the files that a person let pass; they stand at the end.
    """
    lines = (
        *tie_out(result, files, owed),
        *_tolerated(result, lambda match: f"{match.code}: {', '.join(o.payout_id for o in match.owed)}"),
    )
    rows: list[Row] = [
        {"side": one.side, "part": one.part, "currency": one.currency, "amount": one.amount} for one in lines
    ]
    rows += [
        {"side": f"Let pass: {one.rule}", "part": f"{one.file}, {one.cell}: {one.message}"} for one in passed
    ]
    return rows


def _tolerated(result: Matching, name: Callable[[Match], str]) -> Iterator[Total]:
    """The differences of the payments that pass, summed under a name each."""
    sums: defaultdict[str, list[Money]] = defaultdict(list)
    for match in result.matches:
        if match.code is not Code.EXACT and match.difference and match.verdict is not Verdict.FAILED:
            sums[name(match)].append(match.difference)
    for part, amounts in sorted(sums.items()):
        for currency, amount in totals(amounts).items():
            yield Total("Within tolerance", part, currency, amount)


def _side(
    side: str, parts: Mapping[str, Mapping[str, Decimal]], whole: Mapping[str, Decimal], name: str
) -> Iterator[Total]:
    left = residual({part: dict(sums) for part, sums in parts.items()}, dict(whole))
    for currency in left:
        for part, sums in parts.items():
            yield Total(side, part, currency, sums.get(currency, Decimal(0)))
        yield Total(side, name, currency, whole.get(currency, Decimal(0)))
        yield Total(side, "Residual", currency, left[currency])
