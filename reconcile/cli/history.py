"""`reconcile history`: the runs, or the journal of one, and whether the record is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_data, write_lines
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


@click.command("history")
@click.argument("name", metavar="[RUN|RECORD|PAYMENT]", required=False)
@click.option("--verify", is_flag=True, help="Only say whether the record was changed; print its seal.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print as CSV, one row per run or per entry.")
@options(SESSION)
def command(*, session: Session, name: str | None, verify: bool, as_json: bool, as_csv: bool) -> int:
    """List the runs, newest first: file, counts and money. With an id, the journal of one run or one record.

    Of a run: request, answer, status, times and who. Of a payout or line (pay_..., cln_...): what every run
    wrote into it, who, when, from which cell, from what to what, and the exports, bills, payments and closes
    that name it. Of a payment (its id, a reference of it, or its file): when it was read, what it was
    allotted to, and what a person answered to its suggestion.

    Exits with 1 when the record was changed after it was written: a row of the runs, entries, effects,
    exports, bills, settlements, payments, closes, reopenings or locks changed, removed, added or put in
    another order. The months themselves that were exported and closed are compared by --verify alone.
    """
    from reconcile.jobs.runs import history

    if as_json and as_csv:
        raise ConfigurationError("Choose one of --json and --csv.")
    record = history.history(session, None if verify else name, whole=verify)
    shown = record.shown(name)
    if verify:
        write_lines(record.verdict())
    elif as_json:
        write_data(shown.as_json())
    elif as_csv:
        write_data(shown.as_csv())
    else:
        write_lines(shown.as_text())
    write_lines(record.problems, err=True)
    return 1 if record.problems else 0
