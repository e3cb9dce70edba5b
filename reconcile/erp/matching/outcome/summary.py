"""A matching in words and figures, as plain values: for the terminal and for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reconcile.domain.money import plain
from reconcile.erp.matching.open_payouts import Owed
from reconcile.erp.matching.outcome.proposal import tie_out
from reconcile.erp.matching.result import Match, Matching, Verdict
from reconcile.erp.payments.model import PaymentFile

JSON = dict[str, Any]


def summary(result: Matching, files: Sequence[PaymentFile], owed: Sequence[Owed]) -> JSON:
    """What was read, what was matched with what, what is left, and the tie-out."""
    verdicts = Counter(match.verdict for match in result.matches)
    return {
        "files": [_file(file) for file in files],
        "counts": {
            "paid": verdicts[Verdict.PAID],
            "failed": verdicts[Verdict.FAILED],
            "settled": verdicts[Verdict.SETTLED],
            "suggestions": len(result.suggestions),
            "differing": len(result.differing),
            "strays": len(result.strays),
            "unpaid": len(result.unpaid),
            "received": len(result.received),
            "unknown": len(result.unknown),
            "ignored": len(result.ignored),
            "repeated": len(result.repeated),
        },
        "matches": [_match(match) for match in result.matches],
        "suggestions": [_match(match) for match in result.suggestions],
        "differing": [_match(match) for match in result.differing],
        **_left_over(result),
        "tie_out": [
            {"side": one.side, "part": one.part, "currency": one.currency, "amount": plain(one.amount)}
            for one in tie_out(result, files, owed)
        ],
    }


def _left_over(result: Matching) -> JSON:
    """The payments and payouts that were matched with nothing."""
    return {
        "strays": [
            {"place": str(one.payment.place), "amount": str(one.payment.amount), "why": one.why}
            for one in result.strays
        ],
        "received": [
            {"place": str(one.payment.place), "amount": str(one.payment.amount), "why": one.why}
            for one in result.received
        ],
        "unknown": [
            {"place": str(one.place), "amount": str(one.amount), "status": one.reason}
            for one in result.unknown
        ],
        "repeated": [
            {
                "place": str(one.payment.place),
                "amount": str(one.payment.amount),
                "first": str(one.first.place),
                "read_on": one.read_on,
                "allotted": one.allotted.splitlines(),
            }
            for one in result.repeated
        ],
        "unpaid": [{"payout": one.payout_id, "amount": str(one.amount)} for one in result.unpaid],
    }


def _file(file: PaymentFile) -> JSON:
    return {
        "name": file.name,
        "format": file.format,
        "sha256": file.sha256,
        "payments": len(file.payments),
        "totals": {currency: plain(amount) for currency, amount in file.totals.items()},
        "how": list(file.how),
    }


def _match(match: Match) -> JSON:
    return {
        "verdict": match.verdict.value,
        "how": match.how,
        "evidence": match.evidence,
        "payouts": [owed.payout_id for owed in match.owed],
        "payments": [str(payment.place) for payment in match.payments],
        "amounts": [str(payment.amount) for payment in match.payments],
        "difference": str(match.difference) if match.difference else None,
        "reason": match.code.value,
        "solutions": {
            "count": match.certificate.count,
            "complete": match.certificate.complete,
            "others": [
                {
                    "payouts": [owed.payout_id for owed in one.owed],
                    "payments": [str(payment.place) for payment in one.payments],
                }
                for one in match.certificate.others
            ],
        },
    }
