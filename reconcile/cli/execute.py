"""Runs a plan with progress and a stop button, for `apply` and `resume`."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from reconcile.apply.execute import execute
from reconcile.apply.journal import Journal
from reconcile.cli.common import console, now, progress, whoami
from reconcile.config import Settings
from reconcile.domain.snapshot import Environment
from reconcile.errors import Stopped
from reconcile.introw.client import Client
from reconcile.plan.model import Plan
from reconcile.report.run import render_run
from reconcile.store.run import Holder, Run
from reconcile.store.store import Store


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


def execute_run(run: Run, plan: Plan, client: Client, store: Store, settings: Settings) -> int:
    """Executes what is open of a run, shows how it ended, and answers the exit code."""
    done = 0

    def count(_: object) -> None:
        nonlocal done
        done += 1
        shown("Applying", done, len(plan.operations))

    with _stoppable() as signals, progress() as shown:
        journal = Journal(store, run, now, whoami())
        names, wait = settings.policy.names, settings.profile.settle_wait
        client.stop_when(lambda: bool(signals))
        try:
            executed = execute(plan, client, journal, names, wait, lambda: bool(signals), count)
        except Stopped as stopped:
            click.echo(f"Stopped: {stopped} Finish it with: reconcile resume {run.run_id}", err=True)
            return 130 if signal.SIGINT in signals else stopped.exit_code
    render_run(plan, executed.outcomes, executed.verification, console())
    click.echo(f"Run {run.run_id}")
    if executed.stopped:
        click.echo(f"Stopped: {executed.stopped}. Finish it with: reconcile resume {run.run_id}", err=True)
    return 130 if executed.stopped and signal.SIGINT in signals else executed.exit_code


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
