"""`reconcile doctor`: is everything in order, and what to do where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, LOCALE, PATH, SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_data, write_line
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconcile.jobs.doctor.check_result import Check
    from reconcile.jobs.session import Session


@click.command("doctor")
@click.argument("file", required=False, type=PATH)
@click.option("--repair", type=FILE, help="Write a clean copy of FILE.")
@click.option("--workbook", "workbook_id", default="", metavar="ID", help="The export that FILE is of.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@options(LOCALE, SESSION)
def command(
    *, session: Session, file: Path | None, repair: Path | None, workbook_id: str, as_json: bool
) -> int:
    """Check the connection, the key and the state store, with harmless reads.

    With FILE, say instead what happened to that workbook since its export, without any network: who saved
    it, what was lost or moved, and what to do. A workbook without its hidden sheets is put right by
    --repair with --workbook. Exits with 2 when a setting is wrong, with 3 when the server
    cannot be reached or refuses us, and with 1 when something else is not in order.
    """
    from reconcile.jobs.doctor.check_result import as_json as written

    if (repair or workbook_id) and not file:
        raise ConfigurationError("--repair needs the workbook: reconcile doctor FILE --repair OUT.xlsx")
    if file:
        from reconcile.jobs.doctor.workbook_checks import examine_workbook

        checks = examine_workbook(session, file, repair, workbook_id)
    else:
        from reconcile.jobs.doctor.setup_checks import check_setup

        checks = check_setup(session)
    if as_json:
        write_data(written(checks))
    else:
        show_checks(checks)
    return max((check.code for check in checks if check.ok is False), default=0)


def show_checks(checks: Iterable[Check]) -> None:
    """Shows each check on a line, and what to do where it is not in order."""
    for check in checks:
        mark = {True: "ok", False: "WRONG", None: "?"}[check.ok]
        write_line(f"{mark:<6} {check.name}: {check.found}")
        if check.advice and not check.ok:
            write_line(f"       {check.advice}")
