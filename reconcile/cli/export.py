"""`reconcile export`: payouts and their lines to a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from reconcile.cli import console
from reconcile.cli.common_options import FILE, FILTERS, PATH, SESSION, stage_option
from reconcile.cli.options import options
from reconcile.cli.text_out import write_line
from reconcile.domain.phrases import counted

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.exports.export import Exported
    from reconcile.jobs.scope import Filters
    from reconcile.jobs.session import Session

_MOST: Final = 20
"""How many payouts are named one by one whose amount is not the sum of their lines."""


@click.command("export")
@options(
    stage_option("Only payouts in this stage; repeatable."),
    FILTERS,
    click.option(
        "-o", "--output", required=True, type=PATH, help="The workbook; with --split-by a new folder."
    ),
    click.option(
        "--split-by",
        type=click.Choice(["partner", "batch", "stage"]),
        help="One workbook each, with an index, from one snapshot.",
    ),
    click.option(
        "--recipients",
        type=FILE,
        help="With --split-by: who gets which part, a CSV file with the columns part and recipient.",
    ),
    click.option(
        "--new-payouts", is_flag=True, help="With a sheet for payouts to be made, and the action Batch."
    ),
    click.option("--note", default="", metavar="TEXT", help="What `Start here` says to those who edit."),
    click.option("--force", is_flag=True, help="Replace the workbook if it is there already."),
    SESSION,
)
def command(
    *,
    session: Session,
    filters: Filters,
    output: Path,
    split_by: str | None,
    recipients: Path | None,
    new_payouts: bool,
    note: str,
    force: bool,
) -> None:
    """Write payouts and their commission lines to a workbook for finance to edit.

    \b
    Examples:
      reconcile export --period 2026-03 -o march.xlsx
      reconcile export --stage PENDING_REVIEW --stage APPROVED -o review.xlsx
      reconcile export --period 2026-03 --split-by partner -o march/
    """  # noqa: D301
    from reconcile.jobs.exports import export

    request = export.ExportRequest(filters, output, split_by, recipients, force, note, new_payouts)
    _show(export.export(session, request))


def _show(exported: Exported) -> None:
    snapshot, output = exported.snapshot, exported.output
    for one in exported.split_workbooks:
        write_line(f"{output / one.file}  {one.recipient}")
    console.warn(exported.warnings)
    if exported.most_rows is not None:
        console.note(
            f"note: A sheet gets at most {exported.most_rows:,} rows (rows_per_workbook in [workbook]), so "
            f"there are several workbooks. Give them to diff and apply together: {output}/*.xlsx"
        )
    for told in exported.notes:
        console.note(f"note: {told}")
    console.warn(exported.differing[:_MOST])
    if len(exported.differing) > _MOST:
        more = len(exported.differing) - _MOST
        console.note(
            f"warning: {counted(more, 'more payout')} like these; the column Lines total marks them."
        )
    pool = f", {len(snapshot.pool):,} of them in the pending pool" if snapshot.pool else ""
    write_line(
        f"{output}: {counted(len(snapshot.payouts), 'payout')} and {counted(len(snapshot.lines), 'line')}"
        f"{pool} ({snapshot.scope}), {exported.requests:,} requests."
    )
