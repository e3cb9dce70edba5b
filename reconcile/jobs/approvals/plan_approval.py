"""How the approval of a plan stands: gathers what the decision needs from the settings and the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reconcile.domain.phrases import counted
from reconcile.domain.snapshot import Environment
from reconcile.jobs.approvals.rules_on_record import change_words
from reconcile.jobs.approvals.sign_statement import read_kept, signatures, standards
from reconcile.jobs.approvals.use_approval import claim_on
from reconcile.jobs.runs.period_lock import closed_periods
from reconcile.jobs.session import Session
from reconcile.people.how_approved import Standing, standing
from reconcile.people.plan_rules import Known, Met, rules_met, subject_of
from reconcile.people.statement import Subject
from reconcile.plan.model import Plan
from reconcile.report.model import Approval
from reconcile.store.approval.kept_approvals import Claim
from reconcile.store.store import Store

_PAID: Final = ("paid", "settled")
_PAYMENT: Final = "payment"


@dataclass(frozen=True)
class PlanApproval:
    """The rules that a plan meets, and how its approval stands; None where nobody is asked.

    change: how the rules were changed last, a sentence; empty where they were not.
    """

    met: tuple[Met, ...] = ()
    standing: Standing | None = None
    subject: Subject | None = None
    change: str = ""

    @property
    def problem(self) -> str:
        """Why it may not be applied; empty where it may."""
        if self.standing is None or self.standing.is_approved:
            return ""
        why = "; ".join(one.why for one in self.met)
        return " ".join((f"It needs an approval ({why})." if why else "", *self.standing.problems)).strip()

    def shown(self) -> Approval:
        """The same for a report."""
        found = self._shown()
        return replace(found, summary=f"{found.summary}. {self.change}") if self.change else found

    def _shown(self) -> Approval:
        found = self.standing
        if found is None:
            return Approval()
        if found.is_approved:
            summary = f"approved by {', '.join(found.approved_by)} ({found.request})"
        else:
            agreed, who = len(found.approved_by), ", ".join(found.who) or "nobody"
            summary = f"{agreed} of {counted(found.needed, 'approval')}; who can agree: {who}"
        rules = tuple(one.why for one in self.met)
        lacks = self.problem if found.is_waiting or not found.request else ""
        return Approval(summary, rules, found.who, found.approved_by, found.request, lacks)


def known_of(session: Session, store: Store, plan: Plan) -> Known:
    """What the store knows of the periods and partners of a plan."""
    return Known(
        reopened=tuple(str(one) for one in closed_periods(session, store, plan)),
        paid_before=partners_paid(
            store, plan.environment, frozenset(one.target.id for one in plan.operations)
        ),
        changed_accounts=accounts_changed(store, plan.environment),
    )


def accounts_changed(
    store: Store, environment: Environment, until: str = "", *, and_then: bool = False
) -> frozenset[str]:
    """The partners whose last two payments by file went to different accounts.

    until: a moment, UTC, ISO 8601, before which they were sent; empty for all. and_then: those of that very
    moment count as well.
    """
    accounts: dict[str, list[str]] = {}
    for one in store.paid_accounts(environment):
        if one.kind == _PAYMENT and (not until or one.sent_at < until or (and_then and one.sent_at == until)):
            accounts.setdefault(one.partner_id, []).append(one.fingerprint)
    return frozenset(key for key, some in accounts.items() if len(set(some[-2:])) > 1)


def partners_paid(
    store: Store, environment: Environment, but: frozenset[str] = frozenset(), until: str = ""
) -> frozenset[str]:
    """The partners to whom a payment is on record. but: payouts whose own payment does not count.

    until: a moment, UTC, ISO 8601, before which the payment was put on record; empty for all.
    `payments` has a payment on record before the plan of its workbook is looked at: that is no earlier one.
    """
    return frozenset(
        one.partner_id
        for one in store.settlements(environment)
        if one.verdict in _PAID and one.payout_id not in but and (not until or one.read_at < until)
    ) | frozenset(
        one.partner_id
        for one in store.paid_accounts(environment)
        if one.kind == _PAYMENT and (not until or one.sent_at < until)
    )


def plan_approval(
    session: Session,
    store: Store,
    plan: Plan,
    gates: Sequence[str] = (),
    reopened: Sequence[str] = (),
    served: datetime | None = None,
    saved: str = "",
) -> PlanApproval:
    """How the approval of a plan stands. gates, reopened: what is to be let pass. saved: the plan's file.

    A plan that somebody asked an approval of needs it, whatever the rules say by now. Raises DecisionNeeded
    where the record of the approvals was changed.
    """
    team = session.settings.team
    if not plan.operations:
        return PlanApproval()
    known = known_of(session, store, plan) if team.people else Known()
    met = rules_met(plan, team.policy, known)
    kept, change = read_kept(session, store), "".join(change_words(session, store)[-1:])
    if not met and not any(one.fingerprint == plan.fingerprint for one in kept.statements):
        return PlanApproval(change=change)
    subject = subject_of(plan, kept.store, team.policy, known, gates, reopened)
    return PlanApproval(
        met, standing(subject, signatures(kept), standards(session, served, saved)), subject, change
    )


def claim_of(session: Session, found: PlanApproval, served: datetime | None = None) -> Claim | None:
    """The approval that a run uses, held against the record once more when the run begins."""
    if found.subject is None or found.standing is None:
        return None
    return claim_on(session, found.subject, found.standing.request, served)
