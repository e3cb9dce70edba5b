"""`reconcile resume`: finish an unfinished run, or set it aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import settings_options
from reconcile.errors import ConfigurationError
from reconcile.jobs.runs.result_workbooks import result_options, with_results
from reconcile.jobs.runs.start_run import run_options
from reconcile.jobs.session import connected, now, opened_store, settings_of, whoami

if TYPE_CHECKING:
    from reconcile.jobs.runs.run import Shape
    from reconcile.plan.model import Plan
    from reconcile.store.run import Run
    from reconcile.store.store import Store


@click.command("resume")
@click.argument("run_id")
@click.option(
    "--set-aside", metavar="REASON", help="Do not finish the run; keep its journal with this reason."
)
@click.option(
    "--take-over", is_flag=True, help="The process that holds the run, on another computer, is gone."
)
@run_options
@result_options
@settings_options
def command(
    *,
    run_id: str,
    set_aside: str | None,
    take_over: bool,
    shape: Shape,
    result: Path | None,
    workbooks: tuple[Path, ...],
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Finish an unfinished run: what is done stays, what is unknown is settled, the rest is applied."""
    from reconcile.domain.snapshot import Environment
    from reconcile.jobs.runs.run import execute_run, holding
    from reconcile.plan.codec import from_json

    # Gather.
    settings = settings_of(**common)
    with opened_store(settings) as store:
        run = _unfinished(store, run_id)
        plan = from_json(run.plan, run_id)
        shape = with_results(shape, result, workbooks, plan, settings)
        with holding(store, plan.environment, run_id, take_over=take_over):
            # Decide, once more: whoever held the lock may have finished the run meanwhile.
            run = _unfinished(store, run_id)
            if set_aside is not None:
                return _set_aside(store, run, plan, set_aside)
            # Act.
            with connected(settings) as client:
                environment = Environment(client.connection.origin, settings.profile_name)
                if plan.environment != environment:
                    raise ConfigurationError(
                        f"{run_id} is a run on {plan.environment}, and this is {environment}."
                    )
                return execute_run(run, plan, client, store, settings, shape)


def _set_aside(store: Store, run: Run, plan: Plan, reason: str) -> int:
    from reconcile.apply.journal import Journal

    if not reason.strip():
        raise ConfigurationError("--set-aside needs a reason.")
    Journal(store, run, now, whoami()).set_aside(plan.operations, reason)
    click.echo(f"Run {run.run_id} is set aside: {reason}")
    return 0


def _unfinished(store: Store, run_id: str) -> Run:
    run = store.run(run_id)
    if run is None:
        raise ConfigurationError(f"There is no run {run_id}. List them with: reconcile history")
    if not run.is_unfinished:
        raise ConfigurationError(f"Run {run_id} is {run.state}; there is nothing to resume.")
    return run
