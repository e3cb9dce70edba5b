"""`reconcile export`: payouts and their lines to a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconcile.cli.common import (
    console,
    new_id,
    now,
    opened_store,
    progress,
    reading,
    settings_of,
    settings_options,
)
from reconcile.cli.exported import export_of, refuse_output, warn, write_exported
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:  # nothing that `--help` has no need of
    from reconcile.config import Settings
    from reconcile.domain.finding import Finding
    from reconcile.domain.snapshot import Snapshot
    from reconcile.store.store import Store

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
    from reconcile.cli.filters import known_scope, named_scope, refuse_unmatched
    from reconcile.cli.handouts import refuse_folder
    from reconcile.domain.snapshot import Environment
    from reconcile.introw.fetch import fetch_snapshot
    from reconcile.workbook.outgoing import as_shown

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
        # Act.
        if split_by:
            warn(_write_set(output, snapshot, split_by, recipients, settings, store))
        else:
            write_exported(output, snapshot, export_of(snapshot), settings, store)
    _warn_of_totals(snapshot)
    click.echo(
        f"{output}: {len(snapshot.payouts):,} payouts and {len(snapshot.lines):,} lines ({scope}), "
        f"{reader.status.requests:,} requests."
    )


def _write_set(
    folder: Path,
    snapshot: Snapshot,
    split_by: str,
    recipients: Path | None,
    settings: Settings,
    store: Store,
) -> Iterable[Finding]:
    """One workbook per part: all baselines at once, then all files at once."""
    from reconcile.atomic import new_folder
    from reconcile.cli.handouts import Sheaf, read_recipients, write_sheaves
    from reconcile.domain.split import Handout, SplitBy, file_names, split

    parts = split(snapshot, SplitBy(split_by))
    named = read_recipients(recipients, parts) if recipients else {}
    set_id = new_id("set", snapshot.taken_at)
    sheaves = []
    files = file_names(part.name for part in parts)
    for number, (part, file) in enumerate(zip(parts, files, strict=True), start=1):
        export = export_of(part.snapshot, f"-{number:03d}")
        recipient = named.get(part.id, part.name)
        handout = Handout(set_id, export.workbook_id, file, part.name, recipient)
        sheaves.append(Sheaf(part, export, handout))
    with new_folder(folder) as draft:
        findings = write_sheaves(draft, sheaves, settings.policy, settings.templates)
        saved = [(one.export, one.part.snapshot) for one in sheaves]
        store.save_exports(saved, [one.handout for one in sheaves])
    for one in sheaves:
        click.echo(f"{folder / one.handout.file}  {one.handout.recipient}")
    return findings


def _warn_of_totals(snapshot: Snapshot) -> None:
    from reconcile.check.exported import review_export

    off = review_export(snapshot)
    warn(off[:_MOST])
    if len(off) > _MOST:
        console(stderr=True).print(
            f"warning: {len(off) - _MOST:,} more payouts like these; the column Lines total marks them."
        )
