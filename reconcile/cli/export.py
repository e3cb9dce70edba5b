"""`reconcile export`: payouts and their lines to a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconcile import __version__
from reconcile.cli.common import (
    console,
    new_id,
    now,
    opened_store,
    progress,
    reading,
    settings_of,
    settings_options,
    whoami,
)

if TYPE_CHECKING:  # nothing that `--help` has no need of
    from reconcile.domain.finding import Finding

_MOST: Final = 20
"""How many payouts are named one by one whose amount is not the sum of their lines."""


@click.command("export")
@click.option("--stage", "stages", multiple=True, help="Only payouts in this stage; repeatable.")
@click.option(
    "--partner", "partners", multiple=True, help="Only this partner (id or exact name); repeatable."
)
@click.option(
    "--period", "periods", multiple=True, help="Only payouts ending in 2026-03, 2026-Q1 or two dates."
)
@click.option("--batch", "batches", multiple=True, help="Only payouts of this batch; repeatable.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The workbook."
)
@click.option("--force", is_flag=True, help="Replace the workbook if it is there already.")
@settings_options
def command(
    *,
    stages: tuple[str, ...],
    partners: tuple[str, ...],
    periods: tuple[str, ...],
    batches: tuple[str, ...],
    output: Path,
    force: bool,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> None:
    """Write payouts and their commission lines to a workbook for finance to edit.

    \b
    Examples:
      reconcile export --period 2026-03 -o march.xlsx
      reconcile export --stage PENDING_REVIEW --stage APPROVED -o review.xlsx
    """  # noqa: D301
    from reconcile.check.exported import review_export
    from reconcile.cli.filters import known_scope, named_scope, refuse_unmatched
    from reconcile.domain.edited import SCHEMA_VERSION, Export
    from reconcile.domain.snapshot import Environment
    from reconcile.errors import ConfigurationError
    from reconcile.introw.fetch import fetch_snapshot
    from reconcile.workbook.outgoing import as_shown
    from reconcile.workbook.writer import write_workbook

    # Gather.
    named = named_scope(stages, partners, periods, batches)
    if output.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"{output} must end in .xlsx.")
    if output.exists() and not force:
        raise ConfigurationError(f"{output} is there already; choose another name, or pass --force.")
    settings = settings_of(**common)
    with reading(settings) as reader, opened_store(settings) as store, progress() as shown:
        environment = Environment(reader.connection.origin, settings.profile_name)
        partner_list = reader.list_partners().records if named.partners else ()
        scope = known_scope(named, partner_list)
        at = now()
        names = settings.policy.names
        fetched = fetch_snapshot(reader, environment, scope, at, names.voided_statuses, shown)
        # Decide.
        refuse_unmatched(scope, fetched)
        snapshot = as_shown(fetched)
        export = Export(
            workbook_id=new_id("wb", at),
            schema_version=SCHEMA_VERSION,
            tool_version=__version__,
            environment=environment,
            scope=scope,
            exported_at=at,
            exported_by=whoami(),
            fingerprint=snapshot.fingerprint,
        )
        # Act: the baseline first, so that no workbook is ever out without one.
        store.save_export(export, snapshot)
        findings = write_workbook(output, snapshot, export, settings.policy, settings.templates)
    _warn(findings)
    off = review_export(snapshot)
    _warn(off[:_MOST])
    if len(off) > _MOST:
        console(stderr=True).print(
            f"warning: {len(off) - _MOST:,} more payouts like these; the column Lines total marks them."
        )
    click.echo(
        f"{output}: {len(snapshot.payouts):,} payouts and {len(snapshot.lines):,} lines ({scope}), "
        f"{reader.status.requests:,} requests."
    )


def _warn(findings: Iterable[Finding]) -> None:
    out = console(stderr=True)
    for finding in findings:
        out.print(f"{finding.severity}: {finding.message} {finding.fix}", markup=False)
