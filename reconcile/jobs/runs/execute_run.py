"""Carries out a run with progress and a way to stop it, for `apply`, `undo` and `resume`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from reconcile.apply.execute import execute
from reconcile.apply.executed import Executed
from reconcile.apply.journal import Journal
from reconcile.apply.journal_view import nothing_json, run_json
from reconcile.apply.payout_comments import Comments, leave_comments, moves_stage
from reconcile.apply.runner import Runner
from reconcile.domain.progress import each_once
from reconcile.domain.snapshot import Environment
from reconcile.errors import ApiError, ConfigurationError, RunStopped, StateError, Stopped
from reconcile.introw.client import Client
from reconcile.jobs.approvals.run_approval import approval_of_run
from reconcile.jobs.doctor.server_words import note_words
from reconcile.jobs.runs.decline_reasons_tried import reasons_of
from reconcile.jobs.runs.result_workbooks import ResultPlaces, Written, write_results
from reconcile.jobs.runs.run_options import RunOptions
from reconcile.jobs.session import Session, StopRequest
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Verification
from reconcile.report.build import report_on, run_of
from reconcile.report.files import write_reports
from reconcile.report.model import Report
from reconcile.store.closes import reopenings
from reconcile.store.run import Holder, Run
from reconcile.store.store import Store

_INTERRUPTED = 130


@dataclass(frozen=True)
class RunResult:
    """What came of a plan.

    executed: how its run ended; None where there was nothing to write. report: on the plan and the run of it.
    interrupted: whether a person stopped the run. places: the result workbooks to write.
    """

    plan: Plan
    executed: Executed | None = None
    report: Report | None = None
    interrupted: bool = False
    places: ResultPlaces = field(default_factory=ResultPlaces)

    @property
    def exit_code(self) -> int:
        """The exit code of the command line (see `errors`); 130 when a person stopped the run."""
        if self.executed is None:
            return int(self.plan.needs_decision)
        return _INTERRUPTED if self.stopped and self.interrupted else self.executed.exit_code

    @property
    def run_id(self) -> str:
        """The id of the run; empty where there was nothing to write."""
        return self.executed.run_id if self.executed else ""

    @property
    def stopped(self) -> str:
        """Why the run ended early; empty when it did not."""
        return self.executed.stopped if self.executed else ""

    def as_json(self) -> str:
        """How the run ended, for a machine."""
        if self.executed is None:
            return nothing_json(self.plan, self.exit_code)
        return run_json(self.executed, self.exit_code)

    def write_results(self, session: Session) -> tuple[Written, ...]:
        """Writes the result workbooks that were asked for. Raises nothing, since the run is over."""
        outcomes: Mapping[str, OperationOutcome] = self.executed.outcomes if self.executed else {}
        not_tried = f"not tried yet; reconcile resume {self.run_id} goes on" if self.executed else ""
        return write_results(session, self.places, self.plan, outcomes, not_tried)


@contextmanager
def holding(
    session: Session, store: Store, environment: Environment, run_id: str, *, take_over: bool = False
) -> Iterator[None]:
    """Holds the lock of an environment, and says whose lock was left behind by a dead process.

    Raises DecisionNeeded while another process holds it.
    """
    mine = Holder.here(run_id, session.user, session.clock().isoformat(timespec="seconds"))
    with store.running(environment, mine, take_over=take_over) as gone:
        if gone:
            session.caller.say(f"The lock of {gone} was left behind; that process is gone.")
        yield


def execute_run(
    session: Session,
    client: Client,
    store: Store,
    plan: Plan,
    run: Run,
    options: RunOptions,
    begin: Callable[[], None] | None = None,
) -> RunResult:
    """Executes what is open of a run. begin: puts a new run on record; None for one that is.

    Raises RunStopped when the state cannot be written any more: what is on disk says how far the run is.
    """
    comments_of(session, options)
    with _runner(session, client, store, plan, run, options) as (runner, stop):
        if begin:
            _begin(session, runner, begin)
        try:
            executed = execute(runner, _commenting(session, runner, options))
        except StateError as error:
            raise RunStopped(f"{error} Then finish the run: reconcile resume {run.run_id}.") from error
    if any(one.what == run.run_id for one in reopenings(store, plan.environment)):
        from reconcile.jobs.closes.stale import say_stale

        say_stale(session, store)
    _note_reasons(session, store, executed)
    report = _report(store, executed, run)
    write_reports(report, options.reports, session.settings.templates)
    return RunResult(plan, executed, report, stop.interrupted)


def _note_reasons(session: Session, store: Store, executed: Executed) -> None:
    """Keeps which decline reasons the server took, for the next export and doctor. The run is over by now."""
    try:
        note_words(session, store, reasons_of(executed.plan, executed.outcomes))
    except StateError as error:
        session.caller.say(f"{error} So the decline reasons that the server took were not noted.")


@contextmanager
def _runner(
    session: Session, client: Client, store: Store, plan: Plan, run: Run, options: RunOptions
) -> Iterator[tuple[Runner, StopRequest]]:
    """The runner of a plan, while its progress is shown and the caller can ask it to stop."""
    settings = session.settings
    with session.caller.stoppable() as stop, session.caller.progress() as on_progress:
        client.stop_when(lambda: stop.made)
        client.check_before_each(store.check_hold)
        # An operation may have two outcomes: unknown and then settled, applied and then seen to differ.
        count = each_once("Applying", len(plan.operations), on_progress)
        runner = Runner(
            plan=plan,
            client=client,
            journal=Journal(store, run, session.clock, session.user),
            names=settings.policy.names,
            conduct=settings.conduct,
            stop=lambda: stop.made,
            on_outcome=lambda outcome: count(outcome.operation_id),
            settle_wait=settings.profile.settle_wait,
            absence_wait=settings.profile.absence_wait,
            bounds=options.bounds,
        )
        yield runner, stop


def _begin(session: Session, runner: Runner, begin: Callable[[], None]) -> None:
    """Looks at live, and puts a new run on record. Where that fails, no run is left behind to be finished."""
    try:
        runner.look()
        if runner.stop():
            raise Stopped("It was stopped before its first write.")
    except ApiError as error:
        session.caller.say("Nothing was written, and no run was begun.")
        if runner.stop() and not isinstance(error, Stopped):
            raise Stopped("It was stopped before its first write.") from error
        raise
    begin()


def _commenting(
    session: Session, runner: Runner, options: RunOptions
) -> Callable[[Verification], None] | None:
    """Leaves the comments that were asked for, and says what became of them."""
    wanted = comments_of(session, options)
    if wanted is None:
        return None

    def leave(found: Verification) -> None:
        for sentence in leave_comments(runner, found, wanted):
            session.caller.say(sentence)

    return leave


def comments_of(session: Session, options: RunOptions) -> Comments | None:
    """Which comments are to be left; None for none. Raises ConfigurationError without an author."""
    if not (options.comment or options.comment_text):
        return None
    author = session.settings.profile.comment_author
    if not author:
        raise ConfigurationError(
            "A comment needs an author: set comment_author of the profile to the e-mail of a member of your "
            "team in Introw."
        )
    return Comments(author, options.comment_text)


def comments_wanted(session: Session, plan: Plan, options: RunOptions) -> int:
    """How many comments a run would leave at most; each is one call."""
    wanted = comments_of(session, options)
    return (
        sum(moves_stage(one) and bool(wanted.text or one.reason) for one in plan.operations) if wanted else 0
    )


def _report(store: Store, executed: Executed, run: Run) -> Report:
    started = (run.run_id, run.started_at, run.started_by)
    ended = run_of(executed.plan, executed.outcomes, executed.verification, started, executed.stopped)
    return replace(report_on(executed.plan, ended), approval=approval_of_run(store, run))
