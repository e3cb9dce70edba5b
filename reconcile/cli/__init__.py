"""The command line: one file per command. Each parses its options, asks for one job, shows it and exits."""

from __future__ import annotations

import gc
import io
import os
import sys

import click

from reconcile import __version__
from reconcile.atomic import keep_files_private
from reconcile.cli.commands import COMMANDS, PAGES, Commands
from reconcile.cli.output import Output
from reconcile.cli.text_out import write_line, write_lines
from reconcile.domain.unseen import one_line
from reconcile.errors import ConfigurationError, ReconcileError, Stopped

__all__ = ["COMMANDS", "PAGES", "Commands", "collect_rarely", "main", "reconcile", "run"]


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
    keep_files_private()
    if os.environ.get("_RECONCILE_COMPLETE", "").startswith("powershell"):
        from reconcile.cli import powershell

        powershell.add()
    output = Output()
    code = run(sys.argv[1:])
    if lost := output.failure():
        write_line(f"Error: {lost}", err=True)
        code = code or ConfigurationError.exit_code
    # What is left ends with the process. Without this, Python first looks for cycles of dead objects in it
    # and takes every module apart, a fifth of the processor time of a `diff` of a month.
    gc.freeze()
    sys.exit(code)


def _show_usage(error: click.ClickException) -> None:
    """What click says of a wrong word, which may be a file name that somebody chose: it stays one line."""
    typed, shown = error.format_message(), io.StringIO()
    error.show(shown)
    write_lines(shown.getvalue().replace(typed, one_line(typed)).rstrip().splitlines(), err=True)


def run(arguments: list[str]) -> int:
    """Runs a command and answers its exit code. Errors that are not ours keep their traceback."""
    try:
        code = reconcile.main(arguments, prog_name="reconcile", standalone_mode=False, obj=tuple(arguments))
    except (click.Abort, KeyboardInterrupt, Stopped):
        write_line("Interrupted.", err=True)
        return 130
    except ReconcileError as error:
        write_line(f"Error: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        _show_usage(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return 0
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        write_line(
            f"Error: {error.strerror or error}{where}. Check the disk, the file and its rights.", err=True
        )
        return ConfigurationError.exit_code
    return code if isinstance(code, int) else 0
