"""`reconcile close`: the month end, with its evidence kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconcile.cli.options import settings_options
from reconcile.errors import ConfigurationError
from reconcile.jobs.session import settings_of


@click.command("close")
@click.option("--period", metavar="PERIOD", help="A month 2026-03, a quarter 2026-Q1, or two dates; UTC.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder of the pack."
)
@click.option(
    "--waive", "waivers", multiple=True, metavar="CHECK=REASON", help="Let this check pass; repeatable."
)
@click.option(
    "--rates", type=click.Path(path_type=Path, dir_okay=False), help="Rates to a reporting currency (CSV)."
)
@click.option(
    "--journal", "journals", multiple=True, metavar="LAYOUT", help="xero, netsuite, csv or your own (csv)."
)
@click.option(
    "--statements", is_flag=True, help="Link the commission statements; one call and credit per payout."
)
@click.option("--draft", is_flag=True, help="Write the pack, and close nothing.")
@click.option("--first", is_flag=True, help="Begin a chain of closes in a store of other environments.")
@click.option("--again", metavar="REASON", help="Make the last close once more, and say why.")
@click.option(
    "--late", is_flag=True, help="List what moved since the close, with the entry that trues it up."
)
@click.option("--list", "show_list", is_flag=True, help="List the closes and who changed a closed period.")
@click.option("--show", is_flag=True, help="Write the pack of a close once more, from what was kept.")
@click.option(
    "--verify", is_flag=True, help="Check that what was kept still gives the same pack, byte for byte."
)
@click.option("--status", is_flag=True, help="Show the steps of the month and how far they are.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@settings_options
def command(**given: Any) -> int:  # noqa: ANN401  the options, passed on as they are
    """Close a period: checks, roll-forward, accruals, aging, flux, and a pack of all of it.

    A period that passes is frozen and locked. One that does not leaves its pack in the folder, and exits
    with 1.

    \b
    Examples:
      reconcile close --period 2026-03 -o close-2026-03
      reconcile close --period 2026-03 -o close-2026-03 --waive no-po="ordered by mail"
      reconcile close --late --period 2026-03
      reconcile close --status --period 2026-04
    """  # noqa: D301
    from reconcile.domain.period import Period
    from reconcile.jobs.closes import close as closing

    common = {name: given.pop(name) for name in ("config", "profile", "state", "templates")}
    chosen = [mode for mode in closing.MODES if given.pop(mode, False)]
    if len(chosen) > 1:
        raise ConfigurationError("Choose one of --list, --show, --verify, --late and --status.")
    given["period"] = Period.parse(given["period"]) if given["period"] else None
    return closing.MODES[chosen[0] if chosen else "close"](closing.Asked(**given), settings_of(**common))
