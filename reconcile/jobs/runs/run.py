"""Runs a plan with progress and a stop button, for `apply` and `resume`."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import click

from reconcile.apply.bounds import Bounds
from reconcile.apply.execute import Executed, execute
from reconcile.apply.journal import Journal
from reconcile.apply.journal_view import run_json
from reconcile.apply.runner import Runner
from reconcile.cli.terminal import console, progress
from reconcile.config import Settings
from reconcile.domain.snapshot import Environment
from reconcile.errors import ApiError, RunStopped, StateError, Stopped
from reconcile.introw.client import Client
from reconcile.jobs.runs.result_workbooks import Wanted
from reconcile.jobs.session import now, whoami
from reconcile.plan.model import Plan
from reconcile.report.build import report_on, run_of
from reconcile.report.files import write_reports
from reconcile.report.model import Report
from reconcile.report.run import render_run
from reconcile.store.run import Holder, Run
from reconcile.store.store import Store


@dataclass(frozen=True, slots=True)
class Shape:
    """How the operator wants a run. as_json: its result goes to stdout as JSON, and nothing else does.

    results: the result workbooks to write after it. reports: the files that the report on it is written to.
    begin: puts a new run on record, once nothing stands in the way of its first write; None for one that is.
    """

    bounds: Bounds = field(default_factory=Bounds)
    as_json: bool = False
    results: Wanted = field(default_factory=Wanted)
    reports: tuple[Path, ...] = ()
    begin: Callable[[], None] | None = None


_PLAIN = Shape()


@contextmanager
def holding(
    store: Store, environment: Environment, run_id: str, *, take_over: bool = False
) -> Iterator[None]:
    """Holds the lock of an environment, and says whose lock was left behind by a dead process.

    Raises DecisionNeeded while somebody else runs there.
    """
    mine = Holder.here(run_id, whoami(), now().isoformat(timespec="seconds"))
    with store.running(environment, mine, take_over=take_over) as gone:
        if gone:
            click.echo(f"The lock of {gone} was left behind; that process is gone.", err=True)
        yield


def execute_run(
    run: Run, plan: Plan, client: Client, store: Store, settings: Settings, shape: Shape = _PLAIN
) -> int:
    """Executes what is open of a run, shows how it ended, and answers the exit code.

    Raises RunStopped when the state cannot be written any more: what is on disk says how far the run is.
    """
    done = 0

    def count(_: object) -> None:
        nonlocal done
        done += 1
        shown("Applying", done, len(plan.operations))

    with _stoppable() as signals, progress() as shown:
        client.stop_when(lambda: bool(signals))
        runner = Runner(
            plan=plan,
            client=client,
            journal=Journal(store, run, now, whoami()),
            names=settings.policy.names,
            conduct=settings.conduct,
            stop=lambda: bool(signals),
            on_outcome=count,
            settle_wait=settings.profile.settle_wait,
            absence_wait=settings.profile.absence_wait,
            bounds=shape.bounds,
        )
        if shape.begin:
            _begin(runner, shape.begin)
        try:
            executed = execute(runner)
        except StateError as error:
            raise RunStopped(f"{error} Then finish the run: reconcile resume {run.run_id}.") from error
    report = _report(executed, run)
    write_reports(report, shape.reports, settings.templates)
    code = _told(executed, report, interrupted=signal.SIGINT in signals, as_json=shape.as_json)
    not_tried = f"not tried yet; reconcile resume {run.run_id} goes on"
    return shape.results.write(plan, executed.outcomes, not_tried, settings) or code


def _begin(runner: Runner, begin: Callable[[], None]) -> None:
    """Looks at live, and puts a new run on record. Where that fails, no run is left behind to be finished."""
    try:
        runner.look()
        if runner.stop():
            raise Stopped("It was stopped before its first write.")
    except ApiError as error:
        click.echo("Nothing was written, and no run was begun.", err=True)
        if runner.stop():
            raise click.Abort from error
        raise
    begin()


def _report(executed: Executed, run: Run) -> Report:
    started = (run.run_id, run.started_at, run.started_by)
    ended = run_of(executed.plan, executed.outcomes, executed.verification, started, executed.stopped)
    return report_on(executed.plan, ended)


def _told(executed: Executed, report: Report, *, interrupted: bool, as_json: bool) -> int:
    """Says how a run ended, and answers the exit code."""
    code = 130 if executed.stopped and interrupted else executed.exit_code
    if as_json:
        click.echo(run_json(executed, code), nl=False)
    else:
        render_run(report, console())
        click.echo(f"Run {executed.run_id}")
    if executed.stopped:
        reason = executed.stopped.rstrip(".")
        resume = f"reconcile resume {executed.run_id}"
        click.echo(
            f"Stopped: {reason}. Finish it with: {resume}\n"
            f'Or end it as it is: {resume} --set-aside "the reason"',
            err=True,
        )
    return code


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """The first Ctrl-C or SIGTERM stops after the call in flight, the second one at once."""
    signals: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        signals.append(number)
        restore()

    before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def restore() -> None:
        for number, earlier in before.items():
            signal.signal(number, earlier)

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, ask)
    try:
        yield signals
    finally:
        restore()
