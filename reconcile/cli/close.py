"""`reconcile close`: the month end, with its evidence kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.close_modes import MODES, Brought, look
from reconcile.cli.close_output import required_folder, required_period, show_close
from reconcile.cli.common_options import FILE, FOLDER, WRITING_SESSION
from reconcile.cli.options import options
from reconcile.cli.signing_options import SIGNING
from reconcile.cli.stamp_options import ROOTS, UNSTAMPED
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.jobs.approvals.sign_statement import KeyChoice
    from reconcile.jobs.session import Session


@click.command("close")
@options(
    click.option(
        "--period", metavar="PERIOD", help="2026-03, 2026-Q1, 2026, FY2026-Q1, FY2026-P03, or two dates."
    ),
    click.option("-o", "--output", type=FOLDER, help="The folder of the pack."),
    click.option(
        "--waive", "waivers", multiple=True, metavar="CHECK=REASON", help="Let this check pass; repeatable."
    ),
    click.option("--rates", type=FILE, help="Rates to a reporting currency (CSV)."),
    click.option("--gl", type=FILE, help="An export of the general ledger: trial balance or transactions."),
    click.option("--explain", type=FILE, help="The workbook of a draft, its flux explained."),
    click.option(
        "--journal",
        "journals",
        multiple=True,
        metavar="LAYOUT",
        help="xero, netsuite, csv or your own (csv).",
    ),
    click.option(
        "--statements", is_flag=True, help="Link the commission statements; one call and credit per payout."
    ),
    click.option("--draft", is_flag=True, help="Write the pack, and close nothing."),
    click.option("--prepare", is_flag=True, help="Sign that you prepared the close; another reviews it."),
    click.option("--first", is_flag=True, help="Begin a chain of closes in a store of other environments."),
    click.option("--again", metavar="REASON", help="Make the last close once more, and say why."),
    click.option(
        "--late", is_flag=True, help="List what moved since the close, with the entry that trues it up."
    ),
    click.option(
        "--list", "show_list", is_flag=True, help="List the closes and who changed a closed period."
    ),
    click.option("--show", is_flag=True, help="Write the pack of a close once more, from what was kept."),
    click.option(
        "--verify",
        is_flag=True,
        help="Check that the kept closes give the same packs; with -o, check that folder by its manifest.",
    ),
    ROOTS,
    UNSTAMPED,
    click.option("--tie", is_flag=True, help="Compare a closed period with the general ledger of --gl."),
    click.option("--rollup", is_flag=True, help="Roll up the closes of a quarter or a year; with -o."),
    click.option("--status", is_flag=True, help="Show the months and their state; with --period, its steps."),
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
    SIGNING,
    WRITING_SESSION,
)
def command(
    *,
    session: Session,
    period: str | None,
    output: Path | None,
    journals: tuple[str, ...],
    as_json: bool,
    prepare: bool,
    key: KeyChoice,
    **others: Any,  # noqa: ANN401  the modes, and the fields of a CloseRequest, passed on as they are
) -> int:
    """Close a period: checks, roll-forward, accruals, aging, flux, and a pack of all of it.

    A period that passes is frozen and locked. One that does not leaves its pack in the folder, and exits
    with 1.

    \b
    Examples:
      reconcile close --period 2026-03 -o close-2026-03
      reconcile close --period 2026-03 -o close-2026-03 --waive no-po="ordered by mail"
      reconcile close --period 2026-03 -o close-2026-03 --gl trial-balance.xlsx
      reconcile close --late --period 2026-03
      reconcile close --status
    """  # noqa: D301
    from reconcile.jobs.closes.close import CloseRequest, close

    modes = [mode for mode in MODES if others.pop(mode)]
    if len(modes) > 1:
        raise ConfigurationError(f"Choose one of {', '.join(MODES.values())}.")
    of = session.settings.close.fiscal.parse(period) if period else None
    brought = Brought(journals, others["gl"], others.pop("roots"))
    if modes:
        return look(session, modes[0], of, output, brought, as_json=as_json)
    others["prepare"] = key if prepare else None
    request = CloseRequest(required_period(of), required_folder(output), journals=journals, **others)
    return show_close(close(session, request), as_json=as_json)
