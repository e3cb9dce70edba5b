"""Compares a matching with what earlier runs matched: a second payment of a payout is said and shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.policy.payments import AUTOMATIC
from reconcile.domain.settlement import Settlement
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.result import Match, Matching, Stray, Verdict
from reconcile.erp.payments.model import Payment, PaymentFile, Place, found

_MONEY_OUT = (Verdict.PAID, Verdict.SETTLED)


def compared_with_earlier(
    result: Matching, files: Sequence[PaymentFile], earlier: Iterable[Settlement]
) -> Matching:
    """The matching without the matches that pay a payout again, which is then for a person.

    A payment is a second one where an earlier run matched the payout with a payment of another id and another
    day. Of a payout that is paid in Introw the payment is a stray, of another the match is a suggestion: the
    earlier one was read, and whether it was applied is not known here.
    """
    known = _still_paid(earlier)
    prints = {one.sha256: one for ones in known.values() for one in ones if one.sha256}
    matches: list[Match] = []
    doubted: list[Match] = []
    strays: list[Stray] = []
    findings: list[Finding] = [*_read_before(files, prints)]
    owed_before: list[Owed] = []
    for match in result.matches:
        first = _first(match, known)
        if first is None:
            matches.append(match)
            continue
        told = _told(first, is_paid=match.verdict is Verdict.SETTLED)
        findings += [_again(payment, told) for payment in match.payments]
        if match.verdict is Verdict.SETTLED:
            strays += [Stray(payment, told) for payment in match.payments]
            owed_before += match.owed
        else:
            doubted.append(replace(match, evidence=f"{match.evidence}; but {told}"))
    return replace(
        result,
        matches=tuple(matches),
        suggestions=(*result.suggestions, *doubted),
        strays=(*result.strays, *strays),
        others=(*result.others, *owed_before),
        findings=(*result.findings, *findings),
    )


def _still_paid(earlier: Iterable[Settlement]) -> dict[str, list[Settlement]]:
    """The payments of each payout that did not come back since: what came back may be paid once more."""
    known: defaultdict[str, list[Settlement]] = defaultdict(list)
    for one in sorted(earlier, key=lambda one: one.read_at):
        came_back = one.verdict == Verdict.FAILED or one.amount.amount < 0
        if came_back and one.state == "matched":
            known[one.payout_id].clear()
        elif not came_back and _is_known(one):
            known[one.payout_id].append(one)
    return known


def _is_known(one: Settlement) -> bool:
    """Whether money left for the payout: for all of it, or for a part by a payment that names it."""
    if one.state == "differs":
        return one.how in AUTOMATIC
    return one.verdict in _MONEY_OUT


def _first(match: Match, known: Mapping[str, Sequence[Settlement]]) -> Settlement | None:
    """An earlier payment of one of the payouts that none of these payments is; of the right amount first."""
    if match.verdict not in _MONEY_OUT:
        return None
    every = [one for owed in match.owed for one in known.get(owed.payout_id, ())]
    earlier = sorted(every, key=lambda one: one.state == "differs")
    return next((one for one in earlier if not any(_is_same(one, paid) for paid in match.payments)), None)


def _is_same(earlier: Settlement, payment: Payment) -> bool:
    same_id = bool(payment.id) and earlier.payment_id == payment.id
    day = payment.day.isoformat() if payment.day else ""
    return same_id or not day or not earlier.paid_on or earlier.paid_on == day


def _told(first: Settlement, *, is_paid: bool) -> str:
    """What is known of the earlier payment. is_paid: the payout is at the paid stage."""
    payment = (
        f"of {first.paid_on or 'no day'} with {first.amount} "
        f"({first.payment_id or first.reference}, read from {first.file})"
    )
    if is_paid:
        return f"the payout {first.payout_id} is paid, and an earlier file holds another payment, {payment}"
    return f"an earlier file holds a payment of the payout {first.payout_id} too, {payment}"


def _again(payment: Payment, told: str) -> Finding:
    return found(
        "paid-twice",
        f"This may be a second payment: {told}.",
        "Find out whether both left, and get the money of one back if they did.",
        payment.place,
        str(payment.amount),
    )


def _read_before(files: Sequence[PaymentFile], prints: Mapping[str, Settlement]) -> Iterator[Finding]:
    for file in files:
        if file.sha256 in prints:
            first = prints[file.sha256]
            yield found(
                "file-read-before",
                f"The same file was read before, as {first.file}, on {first.read_at[:10]}.",
                "Nothing to do.",
                Place(file.name, ""),
                severity=Severity.INFO,
            )
