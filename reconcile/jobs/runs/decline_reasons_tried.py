"""The words for a reason that a run tried, and whether the server took them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reconcile.domain.policy.names_and_limits import DOCUMENTED_REASONS
from reconcile.jobs.doctor.server_words import ACCEPTED, REFUSED, Words
from reconcile.plan.model import Action, Plan
from reconcile.plan.outcome import OperationOutcome


def reasons_of(plan: Plan, outcomes: Mapping[str, OperationOutcome]) -> Words:
    """The reasons that a run declined lines with, or that were refused, but for the documented one."""
    found: dict[str, Counter[str]] = {ACCEPTED: Counter(), REFUSED: Counter()}
    for operation in plan.operations:
        reason = (operation.body or {}).get("reasonType")
        outcome = outcomes.get(operation.id)
        if operation.action is not Action.DECLINE_LINE or not isinstance(reason, str) or outcome is None:
            continue
        if reason in DOCUMENTED_REASONS:
            continue
        if outcome.outcome.done and outcome.accepted:
            found[ACCEPTED][reason] += 1
        elif outcome.was_refused:
            found[REFUSED][reason] += 1
    return {kind: dict(sorted(words.items())) for kind, words in found.items() if words}
