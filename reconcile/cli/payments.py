"""`reconcile payments`: payments of a finance system or a bank, matched with payouts in a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.common_options import FILE, FILTERS, PATH, WRITING_SESSION
from reconcile.cli.console import console, warn
from reconcile.cli.options import options
from reconcile.cli.text_out import write_data, write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.session import Session


@click.command("payments")
@click.argument("files", nargs=-1, required=True, type=PATH)
@options(
    click.option("-o", "--output", required=True, type=FILE, help="The workbook."),
    click.option(
        "--layout",
        metavar="LAYOUT",
        help="How tables are read: a name that `help payments` lists, or a file.",
    ),
    click.option("--currency", default="", help="The currency, where a file does not say it."),
    click.option("--decimal", type=click.Choice(("dot", "comma")), help="What separates decimals."),
    click.option(
        "--date-order", type=click.Choice(("dmy", "mdy")), help="Whether the day or the month is first."
    ),
    click.option("--sign", type=click.Choice(("positive", "negative")), help="Which amounts are payments."),
    FILTERS,
    click.option("--allow", multiple=True, metavar="RULE", help="Go on in spite of this error; repeatable."),
    click.option("--force", is_flag=True, help="Replace the workbook if it is there already."),
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
    click.option("--full", is_flag=True, help="Show every line of long lists."),
    WRITING_SESSION,
)
def command(
    *,
    session: Session,
    files: tuple[Path, ...],
    output: Path,
    as_json: bool,
    full: bool,
    **request: Any,  # noqa: ANN401  the fields of a PaymentsRequest, passed on as they are
) -> int:
    """Match payments with payouts, and write a workbook in which the paid ones stand at PAID.

    Reads Xero, NetSuite and QuickBooks payments, any CSV or xlsx table, camt.052/053/054, pain.002, OFX,
    MT940 and BAI2. Nothing is written to Introw: check the workbook, accept suggestions on its sheet
    Matches, and go on with `diff` and `apply`.

    \b
    Examples:
      reconcile payments statement.xml -o paid.xlsx
      reconcile payments xero.csv bank.csv --currency EUR --date-order dmy -o paid.xlsx
    """  # noqa: D301
    from reconcile.jobs import payments
    from reconcile.report.payments import render_payments
    from reconcile.report.screen.finding_lines import render_findings

    matched = payments.match(session, payments.PaymentsRequest(files, output, **request))
    render_findings(matched.findings, console(stderr=True), full=full)
    warn(payments.write_matches(session, matched, output))
    if as_json:
        write_data(matched.as_json())
    else:
        render_payments(matched.summary, console(), full=full)
        write_line()
        write_line(f"{output}: check it, accept suggestions, then: reconcile diff {output}")
    return 0
