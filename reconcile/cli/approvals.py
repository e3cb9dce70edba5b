"""`reconcile approvals`: what waits for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import SESSION
from reconcile.cli.options import options
from reconcile.cli.text_out import write_found

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


@click.command("approvals")
@click.option("--all", "whole", is_flag=True, help="Also what was used, and what was refused.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@options(SESSION)
def command(*, session: Session, whole: bool, as_json: bool) -> int:
    """List what somebody asked an approval of, who agreed, and whom it waits for."""
    from reconcile.jobs.approvals.waiting_approvals import approvals

    return write_found(approvals(session, whole=whole), as_json=as_json)
