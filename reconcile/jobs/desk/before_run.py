"""What a person must know and agree to before a plan is applied, from the plan and the state store alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.jobs.approvals.rules_on_record import not_agreed
from reconcile.jobs.runs.hindrances import approval_of, read_only, too_few_credits
from reconcile.jobs.runs.period_lock import closed_periods, closed_words
from reconcile.jobs.runs.unfinished import unfinished
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import unseen
from reconcile.plan.model import Gate, Plan
from reconcile.report.model import Approval
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class BeforeRun:
    """What stands before a run.

    gates: the limits that a person may let pass. closed: by closed period, what would be changed in it.
    stops: what no tick on the page lets pass. approval: how it stands, if gates and closed periods are let
    pass. needs_approval: whether it lacks one; not_approved: why, in words. is_asked: whether somebody asked
    for it, and nobody said no.
    """

    fingerprint: str
    files: str
    gates: tuple[Gate, ...]
    closed: dict[str, str]
    stops: tuple[str, ...]
    approval: Approval
    needs_approval: bool
    not_approved: str
    is_asked: bool


def stops_now(before: BeforeRun, plan: Plan, credits_left: int | None) -> tuple[str, ...]:
    """Every reason but the gates why a plan cannot be applied now. credits_left: when it was made."""
    if not plan.operations:
        return ()
    others = (too_few_credits(plan, credits_left), before.not_approved)
    return (*before.stops, *before.closed.values(), *filter(None, others))


def before_run(session: Session, plan: Plan) -> BeforeRun:
    """What stands before a run of a plan. The run itself looks at live again."""
    with session.store(create=False) as store:
        closed = {
            str(one): closed_words(one, ids) for one, ids in closed_periods(session, store, plan).items()
        }
        approval = approval_of(session, store, plan)
        stops = tuple(_stops(session, store, plan))
    how = approval.standing
    return BeforeRun(
        fingerprint=plan.fingerprint,
        files=plan.files,
        gates=plan.gates,
        closed=closed,
        stops=stops,
        approval=approval.shown(),
        needs_approval=bool(approval.problem),
        not_approved=approval.problem,
        is_asked=bool(how and how.request and (how.is_waiting or how.is_approved)),
    )


def _stops(session: Session, store: Store, plan: Plan) -> Iterator[str]:
    if not plan.operations:
        yield "It writes nothing, so there is nothing to apply."
    found = (
        read_only(session),
        unseen(session, store, by_export=True),
        unfinished(store, plan.environment),
        not_agreed(session, store),
    )
    yield from filter(None, found)
