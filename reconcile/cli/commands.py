"""The commands by name. Each is imported only when it runs, so that `--help` and `--version` are quick."""

from __future__ import annotations

import importlib
from typing import Final

import click

from reconcile.domain.phrases import did_you_mean

_COMMANDS: Final = {
    "init": ("first-day", "Make the first configuration, and look whether it works."),
    "demo": ("first-day", "Run the whole job on a made-up month, to see how it works."),
    "sandbox": ("known", "Serve a local Introw API with the sample month."),
    "export": ("workbook", "Write payouts and their lines to a workbook."),
    "exports": ("exports", "List the exported workbooks that are out; make one void."),
    "check": ("checks", "Validate an edited workbook, without any network."),
    "diff": ("compare", "Show what an edited workbook would change."),
    "request": ("team", "Ask for the approval of a saved plan."),
    "approve": ("team", "Show a plan that somebody else prepared, and sign it."),
    "reject": ("team", "Say no to a plan that somebody else prepared."),
    "approvals": ("team", "List what waits for whose approval."),
    "apply": ("apply", "Apply an edited workbook, or a saved plan."),
    "resume": ("apply", "Finish an unfinished run, or set it aside."),
    "bills": ("bills", "Write payouts as bills for the finance software, or as payments for the bank."),
    "payments": ("payments", "Match payments with payouts, in a workbook."),
    "undo": ("apply", "Set what a run changed back to what was there before."),
    "close": ("close", "Close a period: checks, roll-forward, accruals, and a pack of it."),
    "statements": ("close", "Write a statement per partner of a closed period."),
    "history": ("record", "List the runs, or show one, or the life of one record."),
    "report": ("reports", "Show or write the report of a past run again."),
    "evidence": ("evidence", "Write the evidence of a run or a closed period as a pack that proves itself."),
    "verify": ("evidence", "Check an evidence pack, without the state store."),
    "replay": ("evidence", "Make plan and report again from an evidence pack, and compare."),
    "desk": ("desk", "Serve the same jobs as pages in a browser."),
    "state": ("team", "Show where the state is kept; make, copy, back up or verify it."),
    "doctor": ("checks", "Check the connection, the key and the state store."),
    "pickup": ("notifications", "Prepare the plans of workbooks that arrive in a folder, and tell people."),
    "notify": ("notifications", "Tell people what waits, ended, stopped or went stale."),
    "config": ("settings", "Trust a configuration file of the working folder."),
    "mcp": ("assistant", "Serve tools for an assistant, which can read, propose and ask."),
    "help": ("index", "Show the manual, or one page of it."),
}
"""The commands in the order of the work: the page of the manual that tells more, and what `--help` shows."""
COMMANDS: Final = {name: words for name, (_, words) in _COMMANDS.items()}
PAGES: Final = {name: page for name, (page, _) in _COMMANDS.items()}


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; one that is not there is answered with those that are like it."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            hint = did_you_mean(name, COMMANDS) or " List them with: reconcile --help"
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
