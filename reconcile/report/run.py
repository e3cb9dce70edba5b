"""What a run did: its part of the report, and how the terminal shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from reconcile.domain.money import shown_amount
from reconcile.domain.phrases import counted
from reconcile.domain.unseen import one_line
from reconcile.plan.model import Operation
from reconcile.plan.outcome import OperationOutcome, Outcome, StageTotal
from reconcile.report.model import Report, Run
from reconcile.report.screen.console_lines import FOLD
from reconcile.report.terminal import table
from reconcile.report.waiting import banner
from reconcile.report.words import operation_money

_BENT = (
    " Introw made other values of what was sent (applied-differently), and nothing is left to resume: change "
    "them in the next workbook if they are not wanted."
)


def counts(run: Run) -> str:
    """`3 applied, 1 not tried`."""
    found = Counter(one.outcome.value for one in run.outcomes)
    words = [f"{count} {name}" for name, count in sorted(found.items())]
    return ", ".join([*words, *([f"{run.not_tried} not tried"] if run.not_tried else [])])


def verdict(run: Run) -> str:
    """Whether what was done is what should be there."""
    if run.verification.unread:
        return f"It could not be read back: {run.verification.unread}"
    if not run.ties:
        bent = any(one.outcome is Outcome.APPLIED_DIFFERENTLY for one in run.outcomes)
        return f"It does not tie out.{_BENT if bent else ''}"
    return f"{'Everything' if run.complete else 'What was done'} ties out."


def render_run(report: Report, console: Console) -> None:
    """Writes how a run ended; nothing for the report on a plan that was not run."""
    run = report.run
    if run is None:
        return
    console.print()
    console.print(f"[bold]Run:[/] {counts(run)}.")
    money = operation_money(report)
    for operation, one in report.outcomes:
        if not one.outcome.done or one.moved:
            console.print(escape(one_line(_outcome(operation, one, money(operation)))), soft_wrap=True)
    found = run.verification
    for difference in found.differences:
        text = (
            f"  {difference.record} {difference.name}: should be {difference.wanted}, is {difference.seen} "
            f"({difference.operation_id})"
        )
        console.print(f"[bold red]{escape(one_line(text))}[/]", soft_wrap=True)
    if found.totals:
        title = "Tie-out of the touched lines"
        shown = table(title, "", "Before", "Planned", "Live now", "Residual", left=1)
        for total in found.totals:
            values = (total.before, total.wanted, total.seen, total.residual)
            shown.add_row(total.currency, *(shown_amount(value, total.currency) for value in values))
        console.print(shown)
    if found.stages:
        console.print(_stages(found.stages))
    style = "green" if run.ties else "bold red"
    said = verdict(run) if found.unread else f"Read back. {verdict(run)}"
    console.print(Text(one_line(said), style), soft_wrap=True)


def render_held(report: Report, console: Console) -> None:
    """Writes what the run left to a person, where its plan is not shown beside it: why it ends with 1."""
    found = banner(report)
    records = found.records if found else ()
    if not records:
        return
    words = counted(len(records), "record waits", "records wait")
    console.print(f"[bold red]{words} for your decision, and the run left them as they are:[/]")
    for one in records[:FOLD]:
        console.print(escape(one_line(f"  {one.words}  {one.place}".rstrip())), soft_wrap=True)
    if len(records) > FOLD:
        console.print(f"  … and {counted(len(records) - FOLD, 'more', 'more')}")


def _outcome(operation: Operation, one: OperationOutcome, money: str) -> str:
    """`  Acme · decline line · cln_2 · 420.00 USD: refused: The line is paid. (op-0003)`."""
    target = operation.target
    record = one.result_id if operation.action.creates else target.id
    parts = (target.partner_name, operation.action.value, record, money)
    about = " · ".join(part for part in parts if part)
    return f"  {about}: {one.outcome}: {one.message} ({operation.id})"


def _stages(stages: Iterable[StageTotal]) -> Table:
    columns = ("Stage", "", "Before", "Planned", "Live now", "Residual")
    shown = table("Tie-out of the finished payouts", *columns)
    for total in stages:
        values = (total.before, total.wanted, total.seen, total.residual)
        amounts = (shown_amount(value, total.currency) for value in values)
        shown.add_row(escape(one_line(total.stage)), total.currency, *amounts)
    return shown
