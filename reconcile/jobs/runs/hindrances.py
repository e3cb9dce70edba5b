"""What would stop `apply` before its first write: said by `diff` beforehand, and by `apply` itself."""

from __future__ import annotations

from datetime import datetime

from reconcile.domain.phrases import counted
from reconcile.jobs.approvals.plan_approval import PlanApproval, plan_approval
from reconcile.jobs.approvals.rules_on_record import not_agreed
from reconcile.jobs.runs.period_lock import closed_periods, closed_words
from reconcile.jobs.runs.unfinished import unfinished
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import unseen
from reconcile.plan.model import Plan
from reconcile.store.store import Store


def hindrances(
    session: Session, store: Store, plan: Plan, credits_left: int | None, saved: str = ""
) -> tuple[str, ...]:
    """Every reason but the gates, which the plan has itself. Nothing stops a plan that writes nothing."""
    if not plan.operations:
        return ()
    found = (
        read_only(session),
        unseen(session, store, by_export=True),
        unfinished(store, plan.environment),
        *(closed_words(period, ids) for period, ids in closed_periods(session, store, plan).items()),
        too_few_credits(plan, credits_left),
        not_agreed(session, store),
        approval_of(session, store, plan, saved=saved).problem,
    )
    return tuple(filter(None, found))


def too_few_credits(plan: Plan, credits_left: int | None, comments: int = 0) -> str:
    """That the credits of this month do not last; empty where they do, or are not known."""
    needed = plan.cost.calls + comments
    if credits_left is None or credits_left >= needed:
        return ""
    return (
        f"The run takes {counted(needed, 'credit')} and {credits_left:,} are left this month "
        "(they come back on the 1st, UTC)."
    )


def read_only(session: Session) -> str:
    """That the profile may not write; empty where it may."""
    if session.settings.profile.writes == "on":
        return ""
    name = session.settings.profile_name
    return (
        f'The profile {name} is read-only. Set writes = "on" under [profiles.{name}] in reconcile.toml when '
        "you are ready."
    )


def approval_of(
    session: Session, store: Store, plan: Plan, served: datetime | None = None, saved: str = ""
) -> PlanApproval:
    """How the approval of a plan stands, if all that it exceeds and changes of closed periods is let pass."""
    reopened = [str(one) for one in closed_periods(session, store, plan)]
    return plan_approval(session, store, plan, [one.name for one in plan.gates], reopened, served, saved)
