"""Which rules of approval a close meets. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reconcile.domain.policy.approval import ApprovalPolicy
from reconcile.people.plan_rules import Met, met


def close_rules(policy: ApprovalPolicy, waived: Collection[str], *, is_again: bool) -> tuple[Met, ...]:
    """Why a close is reviewed, where there are people: always, and for what makes it more than that.

    waived: the checks that are let pass. is_again: whether a closed period is closed once more.
    """
    return met(_met(policy, waived, is_again=is_again), policy)


def _met(policy: ApprovalPolicy, waived: Collection[str], *, is_again: bool) -> Iterator[tuple[str, str]]:
    yield "close", "a close is prepared and reviewed by different people"
    if waived and "waiver" in policy.ask_for:
        yield "waiver", f"a check is waived: {', '.join(sorted(waived))}"
    if is_again and "reopened" in policy.ask_for:
        yield "reopened", "the close of a period is made once more"
