"""The command line: one file per command. Each parses, gathers, asks the core, prints and exits.

Commands are imported only when they run, so that `--help` and `--version` are quick.
"""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Final

import click

from reconcile import __version__
from reconcile.cli.output import Output
from reconcile.errors import ConfigurationError, ReconcileError

COMMANDS: Final = {
    "demo": "Run the whole job on a made-up month, to see how it works.",
    "sandbox": "Serve a local Introw API with the sample month.",
    "export": "Write payouts and their lines to a workbook.",
    "check": "Validate an edited workbook, without any network.",
    "diff": "Show what an edited workbook would change.",
    "apply": "Apply an edited workbook, or a saved plan.",
    "resume": "Finish an unfinished run, or set it aside.",
    "bills": "Write payouts as bills for the finance software.",
    "payments": "Match payments with payouts, in a workbook.",
    "undo": "Set what a run changed back to what was there before.",
    "close": "Close a period: checks, roll-forward, accruals, and a pack of it.",
    "history": "List the runs, or show one.",
    "doctor": "Check the connection, the key and the state store.",
    "help": "Show the manual, or one page of it.",
}
"""The commands in the order of the work, each with the sentence that `--help` shows."""

PAGES: Final = {
    "demo": "first-day",
    "sandbox": "known",
    "export": "workbook",
    "check": "checks",
    "diff": "compare",
    "apply": "apply",
    "resume": "apply",
    "bills": "bills",
    "payments": "payments",
    "undo": "apply",
    "close": "close",
    "history": "record",
    "doctor": "checks",
    "help": "index",
}
"""The page of the manual that tells more of a command."""


class Commands(click.Group):
    """The group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """All commands, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"reconcile.cli.{cmd_name}")
        command: click.Command = module.command
        command.epilog = f"Manual: reconcile help {PAGES[cmd_name]}"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconcile")
def reconcile() -> None:
    """Round-trip Introw payouts through an Excel workbook, and apply the edits exactly once.

    \b
    Exit codes: 0 done, or nothing to do · 1 a person must decide · 2 usage or configuration ·
    3 the API failed or refused us · 4 a run stopped part-way · 5 changes pending (diff --exit-code) ·
    130 interrupted
    """  # noqa: D301  \b is click's mark for text that keeps its lines


def collect_rarely() -> None:
    """Let Python look for cycles of dead objects after 200,000 new objects instead of 700.

    A month is millions of objects that all stay, and each look goes through many of them. Measured at 100,000
    lines: `check` takes 4.3 seconds instead of 5.1.
    """
    gc.set_threshold(200_000)


def main() -> None:
    """The console script: runs a command, and turns our errors into one sentence and an exit code."""
    collect_rarely()
    output = Output()
    code = run(sys.argv[1:])
    if lost := output.failure():
        click.echo(f"Error: {lost}", err=True)
        code = code or ConfigurationError.exit_code
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Runs a command and answers its exit code. Errors that are not ours keep their traceback."""
    try:
        code = reconcile.main(arguments, prog_name="reconcile", standalone_mode=False)
    except ReconcileError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return 0
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        click.echo(
            f"Error: {error.strerror or error}{where}. Check the disk, the file and its rights.", err=True
        )
        return ConfigurationError.exit_code
    return code if isinstance(code, int) else 0
