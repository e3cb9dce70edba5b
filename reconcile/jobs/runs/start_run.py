"""What stands between a plan and its first write, for `apply` and `undo`: gates, credits, a person's yes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from reconcile.cli.options import Showing, report_option, shown_options
from reconcile.cli.terminal import console
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.session import new_id, now, whoami

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.introw.client import Client
    from reconcile.jobs.runs.run import Shape
    from reconcile.plan.model import Plan
    from reconcile.store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to in advance.

    allow: the gates to let pass. showing: how much is shown. reopen, reason: the closed periods that may be
    changed, and why.
    """

    yes: bool = False
    allow: tuple[str, ...] = ()
    showing: Showing = field(default_factory=Showing)
    reopen: tuple[str, ...] = ()
    reason: str | None = None


def run_options(command: Command) -> Command:
    """Adds the options that say how a run is run; the command gets them as one `shape`."""
    options = (
        click.option("--json", "as_json", is_flag=True, help="Print the run's result as JSON."),
        click.option("--until", metavar="HH:MM", help="Begin no payout that would not be done by then."),
        click.option(
            "--max-calls",
            type=click.IntRange(1),
            help="Stop between payouts before so many API calls, reads included.",
        ),
        report_option,
    )

    @wraps(command)
    def shaped(
        *,
        as_json: bool,
        until: str | None,
        max_calls: int | None,
        reports: tuple[Path, ...],
        **others: Any,  # noqa: ANN401  the command's own options, passed on as they are
    ) -> Any:  # noqa: ANN401  whatever the command answers
        from reconcile.apply.bounds import Bounds
        from reconcile.jobs.runs.run import Shape
        from reconcile.report.files import check_names

        check_names(reports)
        end = None if until is None else next_time(until, now())
        return command(shape=Shape(Bounds(end, max_calls), as_json, reports=reports), **others)

    return cast("Command", _with(options, shaped))


def consent_options(command: Command) -> Command:
    """Adds the options that stand for a person's consent; the command gets them as one `consent`."""
    options = (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--allow", multiple=True, metavar="GATE", help="Let this gate pass; repeatable."),
        click.option(
            "--reopen", multiple=True, metavar="PERIOD", help="Change this closed period; repeatable."
        ),
        click.option("--reason", help="Why a closed period is changed."),
        shown_options,
    )

    @wraps(command)
    def consenting(
        *,
        yes: bool,
        allow: tuple[str, ...],
        showing: Showing,
        reopen: tuple[str, ...],
        reason: str | None,
        **others: Any,  # noqa: ANN401  the command's own options, passed on as they are
    ) -> Any:  # noqa: ANN401  whatever the command answers
        return command(consent=Consent(yes, allow, showing, reopen, reason), **others)

    return cast("Command", _with(options, consenting))


def _with(options: Sequence[Callable[[Any], Any]], command: Any) -> Any:  # noqa: ANN401  click's own types
    for option in reversed(options):
        command = option(command)
    return command


def next_time(text: str, at: datetime) -> datetime:
    """The next moment after `at` at which the clock on this computer's wall shows `HH:MM`."""
    try:
        wanted = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  a wall clock's time has no zone
    except ValueError as error:
        raise ConfigurationError(f"--until {text} is no time of day such as 18:00.") from error
    here = at.astimezone()
    today = here.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return today if today > here else today + timedelta(days=1)


def begin_run(
    plan: Plan, client: Client, store: Store, settings: Settings, consent: Consent, shape: Shape
) -> int:
    """Asks everything that must be asked, then runs the plan. Answers the exit code."""
    from reconcile.apply.execute import new_run, refuse_unfinished
    from reconcile.jobs.runs.period_lock import pass_locks, record_reopenings
    from reconcile.jobs.runs.run import execute_run, holding

    # Decide.
    _pass_gates(plan, consent.allow)
    reopened = pass_locks(plan, store, settings, consent.reopen, consent.reason)
    _afford(plan, client)
    _confirm(plan, shape, yes=consent.yes)
    # Act.
    at = now()
    run_id = new_id("run", at)
    with holding(store, plan.environment, run_id):
        # Once more: another one may have begun since the plan was looked at.
        refuse_unfinished(store, plan.environment)
        run = new_run(plan, run_id, at, whoami())

        def begin() -> None:
            store.start_run(run)
            record_reopenings(reopened, store, run, consent.reason or "")

        return execute_run(run, plan, client, store, settings, replace(shape, begin=begin))


def show_plan(plan: Plan, consent: Consent, shape: Shape, templates: Path | None = None) -> None:
    """The same report as `diff`; beside a result in JSON it goes to stderr.

    It is written to the files of `--report`, too, and stays there where nothing is run.
    """
    from reconcile.report.build import report_on
    from reconcile.report.files import write_reports
    from reconcile.report.terminal import render

    report = report_on(plan)
    render(report, console(stderr=shape.as_json), full=consent.showing.full, quiet=consent.showing.quiet)
    write_reports(report, shape.reports, templates)


def nothing_to_do(plan: Plan, shape: Shape, words: str) -> int:
    """Says that there is nothing to write, and answers the exit code."""
    from reconcile.apply.journal_view import nothing_json

    code = int(plan.needs_decision)
    click.echo(nothing_json(plan, code) if shape.as_json else f"\n{words}", nl=not shape.as_json)
    return code


def _pass_gates(plan: Plan, allowed: tuple[str, ...]) -> None:
    names = {gate.name for gate in plan.gates}
    for name in allowed:
        if name not in names:
            trips = f"It trips: {', '.join(sorted(names))}." if names else "It trips none."
            raise ConfigurationError(f"--allow {name}: this plan trips no such gate. {trips}")
    stopping = [gate.message for gate in plan.gates if gate.name not in allowed]
    if stopping:
        raise DecisionNeeded("Nothing was written. " + " ".join(stopping))


def _afford(plan: Plan, client: Client) -> None:
    left = client.status.credits_remaining
    if left is not None and left < plan.cost.calls:
        raise DecisionNeeded(
            f"Nothing was written. The run takes {plan.cost.calls} credits and {left} are left this month "
            "(they come back on the 1st, UTC)."
        )


def _confirm(plan: Plan, shape: Shape, *, yes: bool) -> None:
    """Raises DecisionNeeded on a no, and ConfigurationError where nobody answers."""
    if yes:
        return
    done = now() + timedelta(seconds=plan.cost.seconds)
    question = (
        f"\nIt would be done about {done.astimezone():%H:%M}"
        + (f" and ends at {shape.bounds.until:%H:%M} at the latest" if shape.bounds.until else "")
        + f". Apply {len(plan.operations)} operations to {plan.environment}?"
    )
    asked = click.confirm(question, err=True) if sys.stdin.isatty() else _piped_answer(question)
    if not asked:
        raise DecisionNeeded("Nothing was written: the answer was no.")


def _piped_answer(question: str) -> bool:
    """A yes or no that comes through a pipe (`echo n | reconcile apply ...`)."""
    try:
        answer = sys.stdin.readline().strip().casefold()
    except (OSError, ValueError):
        answer = ""
    if answer not in ("y", "yes", "n", "no"):
        raise ConfigurationError("Nobody can be asked here. Check the report, then pass --yes.")
    click.echo(f"{question} {answer}", err=True)
    return answer.startswith("y")
