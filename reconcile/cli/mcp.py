"""`reconcile mcp`: tools for an assistant, over the Model Context Protocol."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconcile.cli.common_options import FILE, FOLDER, SESSION
from reconcile.cli.options import options
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


@click.command("mcp")
@click.option(
    "--folder", default=Path(), type=FOLDER, help="The one folder whose files it may read and add to."
)
@click.option(
    "--key", type=FILE, help="Your private key: lets it ask for approvals as you. It can never approve."
)
@options(SESSION)
def command(*, session: Session, folder: Path, key: Path | None) -> int:
    """Serve tools for an assistant on standard input and output: list, export, check, propose, diff, ask.

    No tool writes to Introw and none approves, whatever the profile allows: a person applies.
    """
    if importlib.util.find_spec("mcp") is None:
        raise ConfigurationError("The server for assistants needs an extra: pip install 'reconcile[mcp]'.")
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder {folder}.")
    from reconcile.assistant.own_folder import OwnFolder
    from reconcile.assistant.server import serve
    from reconcile.assistant.tools import Tools

    serve(Tools(session, OwnFolder(folder.resolve()), key))
    return 0
