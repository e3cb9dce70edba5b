"""`reconcile apply`: edited workbooks, or a saved plan, to the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.agree import begin_run, consent_options, nothing_to_do, run_options, show_plan
from reconcile.cli.common import connected, locale_option, opened_store, settings_of, settings_options
from reconcile.cli.prefer import preference_options
from reconcile.cli.results import result_options, with_results
from reconcile.cli.saved import is_saved_plan, read_plan
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.cli.agree import Consent
    from reconcile.cli.execute import Shape
    from reconcile.config import Settings
    from reconcile.domain.decision import Preference
    from reconcile.introw.client import Client
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
    from reconcile.cli.gather import plan_for
    from reconcile.domain.snapshot import Environment

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
