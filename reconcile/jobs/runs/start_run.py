"""Starts a run of a plan: gates, closed periods, credits, a person's yes, and then the run itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from reconcile.apply.execute import new_run
from reconcile.domain.period import Period
from reconcile.domain.phrases import counted
from reconcile.domain.settlement import Answer
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.introw.client import Client
from reconcile.jobs.approvals.plan_approval import PlanApproval, claim_of, plan_approval
from reconcile.jobs.approvals.rules_on_record import keep_rules, not_agreed
from reconcile.jobs.approvals.use_approval import note_refusal
from reconcile.jobs.evidence.keep import keep_inputs
from reconcile.jobs.evidence.keep_workbooks import keep_applied
from reconcile.jobs.evidence.made_of import MadeOf
from reconcile.jobs.runs.execute_run import RunResult, comments_wanted, execute_run, holding
from reconcile.jobs.runs.hindrances import approval_of, read_only, too_few_credits
from reconcile.jobs.runs.period_lock import pass_locks, record_reopenings
from reconcile.jobs.runs.result_workbooks import result_places
from reconcile.jobs.runs.run_options import Consent, RunOptions
from reconcile.jobs.runs.unfinished import refuse_unfinished
from reconcile.jobs.saved_plans import stale_operations, stale_text
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import refuse_unseen
from reconcile.plan.gates import NAMES
from reconcile.plan.model import Plan
from reconcile.report.build import report_on
from reconcile.report.model import Report
from reconcile.store.approval.kept_approvals import Claim, kept_approvals
from reconcile.store.evidence.payments_read import apply_planned, keep_answers
from reconcile.store.run import Run
from reconcile.store.store import Store

_MANY = 3


@dataclass(frozen=True)
class Planned:
    """A plan that can be carried out: its client and store are open.

    workbooks: the edited workbooks that it was made of; none for a saved plan and an undo. saved: the name of
    the file of a saved plan. made_of: what else a fresh plan was made of, to be kept with the run. answers:
    what its workbooks answer to suggestions of `payments`; those of a saved plan are in the store. live_at:
    the moment of live, where an earlier reading of it served.
    """

    session: Session
    client: Client
    store: Store
    plan: Plan
    workbooks: Sequence[Path] = ()
    saved: str = ""
    made_of: MadeOf | None = None
    answers: tuple[Answer, ...] = ()
    live_at: datetime | None = None

    def report(self, consent: Consent) -> Report:
        """The report on the plan, with what is let pass, and how its approval stands."""
        found = self._approval(consent.allow, [str(Period.parse(one)) for one in consent.reopen])
        needed = approval_of(self.session, self.store, self.plan, self._served, self.saved).problem
        report = replace(report_on(self.plan), let_pass=consent.allow, approval=found.shown())
        stops = (not_agreed(self.session, self.store) if self.plan.operations else "", needed)
        return replace(report, stops=tuple(filter(None, stops)), live_at=self.live_at)

    def start(self, consent: Consent, options: RunOptions) -> RunResult:
        """Asks everything that must be asked, and runs the plan if there is something to write.

        Raises DecisionNeeded where a person must decide first, and ConfigurationError.
        """
        plan = self.plan
        workbooks = self.workbooks or options.workbooks
        places = result_places(self.session, plan, options.result, workbooks, force=options.force)
        if options.run_id and self.store.run(options.run_id):
            raise ConfigurationError(f"--run-id {options.run_id}: there is a run of that id already.")
        refuse_unfinished(self.store, plan.environment)
        if plan.operations:
            refuse_unseen(self.session, self.store, by_export=True)
        if plan.operations:
            result = self._run(consent, options)
        else:
            # A No sets nothing, and is an answer all the same.
            self._keep_answers(plan.fingerprint)
            result = RunResult(plan)
        return replace(result, places=places)

    def _run(self, consent: Consent, options: RunOptions) -> RunResult:
        session, plan, store = self.session, self.plan, self.store
        # Decide.
        if reason := read_only(session):
            raise DecisionNeeded(f"Nothing was written. {reason}")
        keep_rules(session, store)
        _pass_gates(session, plan, consent.allow)
        reopened = pass_locks(session, store, plan, consent)
        comments = comments_wanted(session, plan, options)
        _afford(plan, self.client, comments)
        claim = self._claim(consent.allow, [str(one) for one in reopened])
        if not consent.yes:
            self._tell_what_moved()
            _confirm(session, plan, options, comments)
        # Act.
        at = session.clock()
        run = new_run(plan, options.run_id or session.new_id("run", at), at, session.user)
        with holding(session, store, plan.environment, run.run_id):
            # Once more: another one may have begun since the plan was looked at.
            refuse_unfinished(store, plan.environment)

            def begin() -> None:
                self._expect_unused(claim)
                self._keep(run.run_id, options)
                self._keep_answers(run.run_id)
                self._begin_run(run, claim)
                record_reopenings(reopened, store, run, consent.reason or "")

            return execute_run(session, self.client, store, plan, run, options, begin)

    def _expect_unused(self, claim: Claim | None) -> None:
        """Once more before anything is kept for the run, now that nobody else can begin one."""
        if claim:
            with self.store.reading() as connection:
                reason = claim.check(kept_approvals(connection, str(self.plan.environment)))
            if reason:
                note_refusal(self.session, self.store, self.plan.fingerprint, reason)
                raise DecisionNeeded(reason)

    def _begin_run(self, run: Run, claim: Claim | None) -> None:
        """Puts the run on record, and the use of its approval with it."""
        is_undo = self.made_of is not None and self.made_of.undoes
        returned = () if is_undo else [one.export.workbook_id for one in self.plan.workbooks]
        try:
            self.store.start_run(run, claim, returned)
        except DecisionNeeded as refused:
            note_refusal(self.session, self.store, self.plan.fingerprint, str(refused))
            raise

    def _approval(self, gates: Sequence[str], reopened: Sequence[str]) -> PlanApproval:
        passed = [one.name for one in self.plan.gates if one.name in gates]
        return plan_approval(self.session, self.store, self.plan, passed, reopened, self._served, self.saved)

    @property
    def _served(self) -> datetime | None:
        """The time at Introw, as its last answer said."""
        ahead = self.client.status.server_ahead
        return None if ahead is None else self.session.clock() + ahead

    def _claim(self, gates: Sequence[str], reopened: Sequence[str]) -> Claim | None:
        """The approval that the run uses; None where none is asked for. Raises DecisionNeeded without one."""
        found = self._approval(gates, reopened)
        problem = found.problem
        if found.standing and not problem:
            name = self.saved or self.plan.files
            stale = stale_operations(self.session, self.client, self.store, self.plan, name)
            if stale:
                moved = ", ".join(one.target.id for one in stale[:_MANY])
                problem = (
                    f"Live has moved since {', '.join(found.standing.approved_by)} approved it ({moved}): "
                    "make the plan again, and ask again."
                )
        if problem:
            note_refusal(self.session, self.store, self.plan.fingerprint, problem)
            raise DecisionNeeded(f"Nothing was written. {problem}")
        return claim_of(self.session, found, self._served)

    def _keep(self, run_id: str, options: RunOptions) -> None:
        """Keeps what the plan was made of; `diff --save` kept what a saved plan was made of."""
        if self.made_of:
            keep_inputs(self.session, self.store, run_id, self.made_of)
        elif self.saved and options.workbooks:
            keep_applied(self.session, self.store, run_id, options.workbooks)

    def _keep_answers(self, owner: str) -> None:
        """Keeps what people answered to suggestions. owner: the run, or the plan where none is begun."""
        store, environment = self.store, self.session.environment
        at = self.session.clock().isoformat(timespec="seconds")
        if self.saved:
            apply_planned(store, environment, self.plan.fingerprint, owner, at, self.session.user)
        elif self.answers:
            keep_answers(store, environment, owner, self.answers, at, self.session.user)

    def _tell_what_moved(self) -> None:
        """Before the person says yes to a saved plan: what moved since it was made. Raises ApiError.

        A fresh plan has just been compared with live.
        """
        if self.saved:
            stale = stale_operations(self.session, self.client, self.store, self.plan, self.saved)
            for line in stale_text(stale):
                self.session.caller.say(line)


def _pass_gates(session: Session, plan: Plan, allowed: tuple[str, ...]) -> None:
    """Raises DecisionNeeded for a gate that nobody let pass, and ConfigurationError for a name of none."""
    names = {gate.name for gate in plan.gates}
    for name in allowed:
        if name not in NAMES:
            raise ConfigurationError(f"--allow {name}: there is no such gate; there are: {', '.join(NAMES)}.")
        if name not in names:
            session.caller.say(f"Note: --allow {name} is not needed: the plan does not exceed that limit.")
    stopping = [gate.message for gate in plan.gates if gate.name not in allowed]
    if stopping:
        raise DecisionNeeded("Nothing was written. " + " ".join(stopping))


def _afford(plan: Plan, client: Client, comments: int) -> None:
    if reason := too_few_credits(plan, client.status.credits_remaining, comments):
        raise DecisionNeeded(f"Nothing was written. {reason}")


def _confirm(session: Session, plan: Plan, options: RunOptions, comments: int) -> None:
    """Raises DecisionNeeded on a no."""
    more = f" and leave {counted(comments, 'comment')} (as many more calls)" if comments else ""
    done, until = session.clock() + timedelta(seconds=plan.cost.seconds), options.bounds.until
    question = (
        f"It would be done about {done.astimezone():%H:%M}"
        + (f" and ends at {until:%H:%M} at the latest" if until else "")
        + f". Apply {counted(len(plan.operations), 'operation')} to {plan.environment}{more}?"
    )
    if not session.caller.confirm(question):
        raise DecisionNeeded("Nothing was written: the answer was no.")
