"""Leaves on each payout whose stage a run moved why it did: once, and only after the move was read back.

A comment cannot be read back and has no key, so one whose answer is lost is never sent again: that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reconcile.apply.runner import Runner
from reconcile.errors import AnswerLost, ApiError, ServerFailed
from reconcile.plan.model import Action, Operation
from reconcile.plan.outcome import Outcome, Verification

INTENT: Final = "comment intent"
OUTCOME: Final = "comment"
LEFT, UNKNOWN, UNSENT = "left", "unknown", "unsent"


@dataclass(frozen=True, slots=True)
class Comments:
    """author: the e-mail of a member of the team in Introw. text: for all; empty for each one's reason."""

    author: str
    text: str = ""


def leave_comments(runner: Runner, found: Verification, wanted: Comments) -> tuple[str, ...]:
    """Leaves the comments that are not left yet; answers in words what became of them.

    One that an earlier process began and did not end is unknown. found: the read-back of the run.
    """
    known, left, said = runner.journal.comments(), 0, []
    for one in _moves(runner, found):
        text = wanted.text or one.reason
        if one.id in known and known[one.id] != UNSENT:
            if known[one.id] == INTENT:
                said.append(_unknown(one))
            continue
        if not text:
            said.append(f"No comment on payout {one.target.id}: its row has no Reason.")
            continue
        body: dict[str, str | bool] = {
            "comment": text,
            "authorEmail": wanted.author,
            "commissionPayoutId": one.target.id,
            "isInternal": True,
        }
        problem = _leave(runner, one, body)
        left += not problem
        said += [problem] if problem else []
    return (*([f"Left {left} internal comment{'' if left == 1 else 's'}."] if left else []), *said)


def moves_stage(operation: Operation) -> bool:
    """Whether an operation moves a payout to another stage."""
    return operation.action is Action.UPDATE_PAYOUT and "stage" in operation.expected


def _moves(runner: Runner, found: Verification) -> Iterator[Operation]:
    """The payouts that this run itself moved to another stage, as the read-back shows."""
    bent = {one.operation_id for one in found.differences}
    for one in runner.plan.operations if not found.unread else ():
        known = runner.outcomes.get(one.id)
        if moves_stage(one) and known and known.outcome is Outcome.APPLIED and one.id not in bent:
            yield one


def _leave(runner: Runner, operation: Operation, body: dict[str, str | bool]) -> str:
    """Makes the call between two entries; answers why there is no comment, or nothing."""
    request = {"method": "POST", "path": "/comments", "body": body}
    runner.journal.note_comment(operation, INTENT, request)
    try:
        runner.client.send("POST", "/comments", body)
    except (AnswerLost, ServerFailed) as error:
        outcome, message = UNKNOWN, _unknown(operation, str(error))
    except ApiError as error:
        outcome, message = UNSENT, f"No comment on payout {operation.target.id}: {error}"
    else:
        outcome, message = LEFT, ""
    runner.journal.note_comment(operation, OUTCOME, {"outcome": outcome, "message": message})
    return message


def _unknown(operation: Operation, why: str = "") -> str:
    cause = f" ({why.rstrip('.')})" if why else ""
    return (
        f"Whether the comment on payout {operation.target.id} was left is not known{cause}; it is not sent "
        "again, since it would notify people twice. Look at the payout in Introw."
    )
