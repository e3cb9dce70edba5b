"""What a person may answer to a suggestion: each solution with the edits that it means."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.snapshot import Snapshot
from reconcile.erp.matching.result import Match, Solution, Verdict

Edits = dict[str, dict[str, str]]

# Excel keeps 32,767 characters in a cell, and the answers of a row stand in one.
_MOST_TEXT: Final = 30_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A solution that may be accepted: the edits by payout id, and where its payments stand.

    suggestion: the number of the suggestion in its workbook.
    """

    edits: Edits
    payments: list[str]
    suggestion: int


def edits_of(match: Match, snapshot: Snapshot, policy: PaymentPolicy) -> Edits:
    """What a match changes, by payout id: the stage, and the statement note where the policy says so.

    A text that the note has already is kept; where the server does not show the note, it is replaced.
    """
    if match.verdict not in (Verdict.PAID, Verdict.FAILED):
        return {}
    failed = match.verdict is Verdict.FAILED
    stage = policy.failed_stage if failed else policy.paid_stage
    text = _note(policy.failed_note if failed else policy.note, match)
    edits: Edits = {}
    for owed in match.owed:
        edits[owed.payout_id] = {"stage": stage}
        before = snapshot.payouts[owed.payout_id].statement_note
        if text and text not in (before or ""):
            edits[owed.payout_id]["statement_note"] = f"{before}\n{text}" if before else text
    return edits


def _note(template: str, match: Match) -> str:
    last = match.payments[-1]
    return template.format(
        date=last.day.isoformat() if last.day else "an unknown date",
        reference=", ".join(dict.fromkeys(payment.reference for payment in match.payments)),
        amount=", ".join(str(payment.amount) for payment in match.payments),
        reason=last.reason or "no reason given",
    )


def choices_of(match: Match, number: int, snapshot: Snapshot, policy: PaymentPolicy) -> list[Choice]:
    """The solutions of a suggestion, the suggested one first, as many as a cell of the workbook can hold.

    number: of the suggestion.
    """
    choices = [
        Choice(
            edits_of(replace(match, payments=one.payments, owed=one.owed), snapshot, policy),
            [str(payment.place) for payment in one.payments],
            number,
        )
        for one in match.solutions
    ]
    while len(choices) > 1 and len(json.dumps([asdict(one) for one in choices])) > _MOST_TEXT:
        choices.pop()
    return choices


def told(match: Match, choices: int) -> str:
    """The solutions in words, a numbered line each; nothing where there is one."""
    if match.certificate.count == 1:
        return ""
    lines = [f"{number}: {_words(match, one)}" for number, one in enumerate(match.solutions[:choices], 1)]
    if (more := match.certificate.count - len(lines)) > 0:
        lines.append(f"and {more} more that are not listed")
    return "\n".join(lines)


def _words(match: Match, solution: Solution) -> str:
    owed = " + ".join(f"{one.amount} {one.payout_id}" for one in solution.owed)
    if solution.payments == match.payments:
        return owed
    return f"{owed}, paid by {' + '.join(f'{one.amount} ({one.place})' for one in solution.payments)}"
