"""`reconcile export`: payouts and their lines to a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconcile.cli.options import settings_options
from reconcile.cli.terminal import console, progress
from reconcile.errors import ConfigurationError
from reconcile.jobs.new_workbooks import export_of, refuse_output, warn, write_exported
from reconcile.jobs.session import now, opened_store, reading, settings_of

if TYPE_CHECKING:  # nothing that `--help` has no need of
    from reconcile.domain.snapshot import Snapshot

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
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="The workbook; with --split-by a new folder.",
)
@click.option(
    "--split-by",
    type=click.Choice(["partner", "batch", "stage"]),
    help="One workbook each, with an index, from one snapshot.",
)
@click.option(
    "--recipients",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --split-by: who gets which part, a CSV file with the columns part and recipient.",
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
    split_by: str | None,
    recipients: Path | None,
    force: bool,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> None:
    """Write payouts and their commission lines to a workbook for finance to edit.

    \b
    Examples:
      reconcile export --period 2026-03 -o march.xlsx
      reconcile export --stage PENDING_REVIEW --stage APPROVED -o review.xlsx
      reconcile export --period 2026-03 --split-by partner -o march/
    """  # noqa: D301
    from reconcile.domain.snapshot import Environment
    from reconcile.domain.split_by import Part, SplitBy, split
    from reconcile.domain.split_by_size import portions
    from reconcile.introw.fetch import fetch_snapshot
    from reconcile.jobs.scope import known_scope, named_scope, refuse_unmatched
    from reconcile.jobs.split_export import folder_for, refuse_folder, write_set
    from reconcile.workbook.contract import as_shown

    # Gather.
    named = named_scope(stages, partners, periods, batches)
    if split_by:
        refuse_folder(output)
    else:
        refuse_output(output, force=force)
    if recipients and not split_by:
        raise ConfigurationError("--recipients names who gets which part; it needs --split-by.")
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
        parts = split(snapshot, SplitBy(split_by)) if split_by else (Part("", output.stem, snapshot),)
        most = settings.policy.reading.rows_per_workbook
        cut = [(part, portions(part, most)) for part in parts]
        is_cut = any(len(some) > 1 for _, some in cut)
        # Act.
        if is_cut and not split_by:
            output = folder_for(output)
        if is_cut or split_by:
            warn(write_set(output, cut, recipients, settings, store, shown))
        else:
            write_exported(output, snapshot, export_of(snapshot), settings, store, None, shown)
    if is_cut:
        _tell_of_cut(output, most)
    _warn_of_totals(snapshot)
    click.echo(
        f"{output}: {len(snapshot.payouts):,} payouts and {len(snapshot.lines):,} lines ({scope}), "
        f"{reader.status.requests:,} requests."
    )


def _tell_of_cut(folder: Path, most: int) -> None:
    console(stderr=True).print(
        f"note: A sheet gets at most {most:,} rows (rows_per_workbook in [workbook]), so there are several "
        f"workbooks. Give them to diff and apply together: {folder}/*.xlsx",
        markup=False,
    )


def _warn_of_totals(snapshot: Snapshot) -> None:
    from reconcile.check.export_review import review_export

    off = review_export(snapshot)
    warn(off[:_MOST])
    if len(off) > _MOST:
        console(stderr=True).print(
            f"warning: {len(off) - _MOST:,} more payouts like these; the column Lines total marks them."
        )
