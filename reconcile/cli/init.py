"""`reconcile init`: the first configuration, asked for step by step or given by options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconcile.cli.common_options import FILE
from reconcile.cli.text_out import write_line
from reconcile.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconcile.jobs.setup.init import Setup

_SCOPES: Final = (
    "In Introw: Settings, Developers, API keys. Begin with a key that can only read: commissions:read and "
    "partners:read. The key is not shown while you type or paste it."
)


@click.command("init")
@click.option(
    "--environment", type=click.Choice(["production", "staging", "other"]), help="Which Introw it is."
)
@click.option("--base-url", envvar="INTROW_BASE_URL", help="The address of another one (INTROW_BASE_URL).")
@click.option("--profile", help="The name of the profile. [default: the environment]")
@click.option(
    "--key", "keeping", type=click.Choice(["file", "keyring", "variable"]), help="Where the key is kept."
)
@click.option("--key-file", type=FILE, help="The file of the key. [default: PROFILE.key beside --file]")
@click.option("--file", "target", type=FILE, help="The configuration file. [default: your own]")
def command(
    *,
    environment: str | None,
    base_url: str | None,
    profile: str | None,
    keeping: str | None,
    key_file: Path | None,
    target: Path | None,
) -> int:
    """Make the first configuration: address, key, and a look at the connection.

    Asks for what no option says. The key is typed, or comes through a pipe; it is never an option. Nothing
    is overwritten, and nothing is left behind where the server refuses the key. The profile can only read
    until you turn writing on in the file.
    """
    from reconcile.cli.console import Terminal
    from reconcile.cli.doctor import show_checks
    from reconcile.config import FILE_NAME, user_configuration
    from reconcile.jobs.setup import init

    if environment is None:
        environment = "other" if base_url else _asked("Which Introw", (*init.HOSTS, "other"))
    address = init.HOSTS.get(environment) or base_url or _asked("The address of the API")
    name = profile or environment
    target = target or user_configuration() / FILE_NAME
    keeping = keeping or _asked("Where the key is kept", init.KEEPING)
    key_file = key_file or target.with_name(f"{name}.key")
    setup = init.Setup(name, address, keeping, target, key_file)
    init.refuse_unfit(setup)
    made = init.init(Terminal(), _with_key(setup))
    show_checks(made.checks)
    if not made.written:
        write_line("Nothing was written. Mend what is wrong (above), then run it again.", err=True)
        return max(one.code for one in made.checks if one.ok is False)
    _show_next(made.written, "" if target == user_configuration() / FILE_NAME else f" --config {target}")
    return 0


def _show_next(written: Iterable[Path], option: str) -> None:
    for path in written:
        write_line(f"Written: {path}")
    write_line(f"Next: reconcile export --partner NAME -o first.xlsx{option}")
    write_line("The whole first day: reconcile help first-day")
    write_line("Completion of commands in your shell: reconcile help commands")


def _with_key(setup: Setup) -> Setup:
    """The setup with the key that is typed or piped in, where one is needed."""
    from dataclasses import replace

    from reconcile.jobs.setup.init import needs_key

    if not needs_key(setup):
        return setup
    if sys.stdin.isatty():
        write_line(_SCOPES, err=True)
        key = click.prompt("Key", hide_input=True, err=True)
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise ConfigurationError("There is no key. Type it, or send it through a pipe: reconcile init < FILE")
    return replace(setup, key=key.strip())


def _asked(question: str, choices: Sequence[str] = ()) -> str:
    if not sys.stdin.isatty():
        raise ConfigurationError(f"{question}? Nobody can be asked here: say it by an option, see --help.")
    kind = click.Choice(choices) if choices else None
    answer: str = click.prompt(question, type=kind, err=True)
    return answer
