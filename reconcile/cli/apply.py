"""`reconcile apply`: edited workbooks, or a saved plan, to the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import locale_option, settings_options
from reconcile.errors import ConfigurationError
from reconcile.jobs.preference import preference_options
from reconcile.jobs.runs.result_workbooks import result_options, with_results
from reconcile.jobs.runs.start_run import begin_run, consent_options, nothing_to_do, run_options, show_plan
from reconcile.jobs.saved_plans import is_saved_plan, read_plan
from reconcile.jobs.session import connected, opened_store, settings_of

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.domain.decision import Preference
    from reconcile.introw.client import Client
    from reconcile.jobs.runs.run import Shape
    from reconcile.jobs.runs.start_run import Consent
    from reconcile.plan.model import Plan
    from reconcile.store.store import Store


@click.command("apply")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@consent_options
@run_options
@preference_options
@result_options
@locale_option
@settings_options
def command(
    *,
    files: tuple[Path, ...],
    consent: Consent,
    shape: Shape,
    preference: Preference | None,
    result: Path | None,
    workbooks: tuple[Path, ...],
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Apply edited workbooks, or a plan saved by `diff --save`.

    Shows the same report as `diff`, asks, and writes through a journal. Exits with 1 when a person must
    decide something, and with 4 when the run stopped part-way or does not tie out.
    """
    from reconcile.apply.execute import refuse_unfinished

    # Gather.
    settings = settings_of(**common)
    with connected(settings) as client, opened_store(settings) as store:
        plan = _plan(files, settings, client, store, preference)
        show_plan(plan, consent, shape, settings.templates)
        edited = [file for file in files if not is_saved_plan(file)]
        shape = with_results(shape, result, edited or workbooks, plan, settings)
        # Decide and act.
        refuse_unfinished(store, plan.environment)
        if not plan.operations:
            shape.results.write(plan, {}, "", settings)
            return nothing_to_do(plan, shape, "Nothing to apply.")
        return begin_run(plan, client, store, settings, consent, shape)


def _plan(
    files: tuple[Path, ...],
    settings: Settings,
    client: Client,
    store: Store,
    preference: Preference | None,
) -> Plan:
    from reconcile.domain.snapshot import Environment
    from reconcile.jobs.plan import plan_for

    plans = [file for file in files if is_saved_plan(file)]
    if not plans:
        plan, _, _ = plan_for(files, settings, client, store, preference)
        return plan
    if len(files) > 1:
        raise ConfigurationError(f"{plans[0]} is a saved plan; it is applied alone.")
    if preference:
        raise ConfigurationError(f"{plans[0]} is a saved plan; --prefer belongs to the diff that made it.")
    (file,) = plans
    plan = read_plan(file)
    environment = Environment(client.connection.origin, settings.profile_name)
    if plan.environment != environment:
        raise ConfigurationError(f"{file.name} is a plan for {plan.environment}, and this is {environment}.")
    return plan
