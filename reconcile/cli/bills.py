"""`reconcile bills`: live payouts to files that the finance software imports as bills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.common_options import FILE, FILTERS, FOLDER, WRITING_SESSION, stage_option
from reconcile.cli.console import console, warn
from reconcile.cli.options import options
from reconcile.cli.signing_options import SIGNING
from reconcile.cli.text_out import write_data, write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.approvals.sign_statement import KeyChoice
    from reconcile.jobs.scope import Filters
    from reconcile.jobs.session import Session


@click.command("bills")
@options(
    click.option(
        "--to",
        "system",
        required=True,
        metavar="LAYOUT",
        help="xero, netsuite, ... (see the manual), or your own; pain.001 or nacha to pay by file.",
    ),
    click.option("-o", "--output", required=True, type=FOLDER, help="The folder."),
    click.option("--vendors", type=FILE, help="Who a partner is there: CSV or workbook."),
    stage_option("Payouts in this stage (APPROVED); repeatable."),
    FILTERS,
    click.option(
        "--currency", "currencies", multiple=True, help="Only payouts in this currency; repeatable."
    ),
    click.option("--again", metavar="REASON", help="Issue once more what was billed before, and say why."),
    click.option("--header", type=FILE, help="Compare the layout with this template first."),
    click.option(
        "--move-to",
        metavar="STAGE",
        help="Also write a workbook that moves the billed payouts to this stage.",
    ),
    click.option("--open-bills", type=FILE, help="Hold what this export of open bills has already."),
    click.option(
        "--bill-anyway",
        "anyway",
        multiple=True,
        metavar="PAYOUT",
        help="Bill this payout although an open bill is like it; repeatable.",
    ),
    click.option(
        "--pay-on", metavar="DAY", help="The day of every payment in a payment file (the due dates)."
    ),
    click.option(
        "--account-checked",
        "checked",
        multiple=True,
        metavar="PARTNER",
        help="This partner's new bank account was checked (id or exact name); repeatable.",
    ),
    click.option(
        "--bill-and-pay",
        is_flag=True,
        help="Bill also what a payment file pays, or pay by file also what was billed.",
    ),
    click.option(
        "--request", "asks", is_flag=True, help="Ask for an approval of the set, and write nothing."
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON."),
    SIGNING,
    WRITING_SESSION,
)
def command(
    *,
    session: Session,
    system: str,
    output: Path,
    filters: Filters,
    as_json: bool,
    asks: bool,
    key: KeyChoice,
    **request: Any,  # noqa: ANN401  the fields of a BillsRequest, passed on as they are
) -> int:
    """Write bill import files for the finance software, or payment files for the bank, with a manifest.

    A payout that was billed before is left out and listed. Exits with 1 when a payout is held back: what
    could be billed is written all the same.

    \b
    Examples:
      reconcile bills --to xero --vendors vendors.csv --period 2026-03 -o bills
      reconcile bills --to pain.001 --vendors vendors.csv --pay-on 2026-04-30 -o pay
      reconcile bills --to netsuite --vendors vendors.csv --currency USD -o bills --move-to PENDING_PAYMENT
    """  # noqa: D301
    from reconcile.jobs import bills
    from reconcile.report.bills import render_bills

    request["ask"] = key if asks else None
    made = bills.bill(session, bills.BillsRequest(system, output, filters, **request))
    warn(made.warnings)
    if as_json:
        write_data(made.as_json())
    else:
        render_bills(made.manifest, console(), output, written=made.written)
    for note in made.notes:
        write_line(note, err=as_json)
    return int(made.held_back)
