"""What was done without the approval that the rules of then asked for. Pure.

The rules are those that the state store had on record when a thing was done: an older version of this
program, or somebody who writes to the store, asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from reconcile.domain.phrases import counted, moment
from reconcile.domain.policy.approval import Team
from reconcile.people.how_approved import PATIENCE
from reconcile.people.loosened import loosened
from reconcile.people.plan_rules import Met


@dataclass(frozen=True, slots=True)
class RulesThen:
    """Rules and people from one place in the record on.

    at: UTC, ISO 8601. agreed: whether approvers of before agreed to them.
    """

    number: int
    team: Team
    at: str
    by: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class Done:
    """Something that may have needed an approval.

    what: in words, such as `Run run-1`. number: its place in the record. met: the rules that it meets, by
    the team of then. agreed: how many people approved it.
    """

    what: str
    environment: str
    number: int
    at: str
    by: str
    agreed: int
    met: Callable[[Team], Sequence[Met]]


def unapproved(rules: Mapping[str, Sequence[RulesThen]], done: Iterable[Done]) -> Iterator[str]:
    """A sentence for each thing that lacks an approval. rules: by environment, oldest first."""
    for one in done:
        before = [then for then in rules.get(one.environment, ()) if _is_before(then, one)]
        met = one.met(before[-1].team) if before else ()
        needed = max((rule.approvers for rule in met), default=0)
        if one.agreed < needed:
            has = counted(one.agreed, "approval") if one.agreed else "no approval"
            why = "; ".join(dict.fromkeys(rule.why for rule in met))
            yield (
                f"{one.what} of {moment(one.at)} by {one.by} has {has}, and the rules on record of then "
                f"asked for {needed}: {why}."
            )
    for some in rules.values():
        yield from _not_agreed(some)


def _is_before(then: RulesThen, done: Done) -> bool:
    """By the order of the record; by the clocks alone only where they differ by more than clocks do."""
    at, done_at = (datetime.fromisoformat(one) for one in (then.at, done.at))
    return then.number < done.number or at + PATIENCE < done_at


def _not_agreed(rules: Sequence[RulesThen]) -> Iterator[str]:
    """Looser rules that nobody agreed to, where those of before asked for it."""
    for before, then in pairwise(rules):
        looser = loosened(before.team, then.team)
        if before.team.policy.agree_to_loosening and looser and not then.agreed:
            yield (
                f"The rules of approval were loosened on {moment(then.at)} by the user {then.by} without an "
                f"approver of before, and those of before asked for one: {'; '.join(looser)}."
            )
