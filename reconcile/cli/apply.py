"""`reconcile apply`: edited workbooks, or a saved plan, to the API."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.common import (
    connected,
    console,
    locale_option,
    new_id,
    now,
    opened_store,
    settings_of,
    settings_options,
    whoami,
)
from reconcile.cli.prefer import preference_options
from reconcile.errors import ConfigurationError, DecisionNeeded

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.domain.decision import Preference
    from reconcile.introw.client import Client
    from reconcile.plan.model import Plan
    from reconcile.store.store import Store


@click.command("apply")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--allow", multiple=True, metavar="GATE", help="Let this gate pass; repeatable.")
@click.option("--full", is_flag=True, help="Show every line of long lists.")
@preference_options
@locale_option
@settings_options
def command(
    *,
    files: tuple[Path, ...],
    yes: bool,
    allow: tuple[str, ...],
    full: bool,
    preference: Preference | None,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Apply edited workbooks, or a plan saved by `diff --save`.

    Shows the same report as `diff`, asks, and writes through a journal. Exits with 1 when a person must
    decide something, and with 4 when the run stopped part-way or does not tie out.
    """
    from reconcile.apply.execute import begin, refuse_unfinished
    from reconcile.cli.execute import execute_run, holding
    from reconcile.report.model import report_on
    from reconcile.report.terminal import render

    # Gather.
    settings = settings_of(**common)
    with connected(settings) as client, opened_store(settings) as store:
        plan = _plan(files, settings, client, store, preference)
        render(report_on(plan), console(), full=full)
        # Decide.
        refuse_unfinished(store, plan.environment)
        if not plan.operations:
            click.echo("\nNothing to apply.")
            return int(plan.needs_decision)
        _pass_gates(plan, allow)
        _afford(plan, client)
        _confirm(plan, yes=yes)
        # Act.
        at = now()
        run_id = new_id("run", at)
        with holding(store, plan.environment, run_id):
            run = begin(store, plan, run_id, at, whoami())
            return execute_run(run, plan, client, store, settings)


def _plan(
    files: tuple[Path, ...],
    settings: Settings,
    client: Client,
    store: Store,
    preference: Preference | None,
) -> Plan:
    from reconcile.cli.gather import plan_for
    from reconcile.domain.snapshot import Environment
    from reconcile.plan.codec import from_json

    plans = [file for file in files if file.suffix.lower() == ".json"]
    if not plans:
        plan, _, _ = plan_for(files, settings, client, store, preference)
        return plan
    if len(files) > 1:
        raise ConfigurationError(f"{plans[0]} is a saved plan; it is applied alone.")
    if preference:
        raise ConfigurationError(f"{plans[0]} is a saved plan; --prefer belongs to the diff that made it.")
    (file,) = plans
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The plan {file} cannot be read.") from error
    plan = from_json(text, file.name)
    environment = Environment(client.connection.origin, settings.profile_name)
    if plan.environment != environment:
        raise ConfigurationError(f"{file.name} is a plan for {plan.environment}, and this is {environment}.")
    return plan


def _pass_gates(plan: Plan, allowed: tuple[str, ...]) -> None:
    names = {gate.name for gate in plan.gates}
    for name in allowed:
        if name not in names:
            raise ConfigurationError(
                f"--allow {name}: this plan trips no such gate. It trips: {sorted(names)}."
            )
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


def _confirm(plan: Plan, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody can be asked here. Check the report, then pass --yes.")
    click.confirm(f"\nApply {len(plan.operations)} operations to {plan.environment}?", abort=True, err=True)
