"""`reconcile statements`: one statement per partner of a closed period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.close_output import required_folder
from reconcile.cli.common_options import FOLDER, SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_line

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.session import Session


@click.command("statements")
@options(
    click.option("--period", required=True, metavar="PERIOD", help="A closed period, such as 2026-03."),
    click.option("-o", "--output", type=FOLDER, help="The folder of the statements."),
    click.option(
        "--partner",
        "partners",
        multiple=True,
        metavar="NAME",
        help="Only this partner, by name or id; repeatable.",
    ),
    SESSION,
)
def command(*, session: Session, period: str, output: Path | None, partners: tuple[str, ...]) -> int:
    """Write a statement for each partner of a closed period: a workbook and a page to print.

    Opening, earned, adjustments with reasons, payments with references, closing, ageing. The sums are those
    of the close. No statement names another partner.

    \b
    Examples:
      reconcile statements --period 2026-03 -o statements-2026-03
      reconcile statements --period 2026-03 -o acme --partner "Acme GmbH"
    """  # noqa: D301
    from reconcile.domain.money import shown_amount
    from reconcile.domain.phrases import counted
    from reconcile.jobs.closes.statements import statements

    folder = required_folder(output)
    made = statements(session, session.settings.close.fiscal.parse(period), folder, partners)
    for currency, (opening, closing) in made.totals.items():
        sides = f"opening {shown_amount(opening, currency)} \u00b7 closing {shown_amount(closing, currency)}"
        write_line(f"{currency}  {sides}")
    write_line(f"{counted(made.count, 'statement')}, {counted(made.files, 'file')} in {folder}")
    return 0
