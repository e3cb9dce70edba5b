"""What a run did: its part of the report, and how the terminal shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from reconcile.domain.money import shown_amount
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Verification
from reconcile.report.model import Report
from reconcile.report.ran import Difference, Outcome, Run, RunStage, RunTotal
from reconcile.report.terminal import table
from reconcile.report.words import visible


def run_of(
    plan: Plan,
    outcomes: Mapping[str, OperationOutcome],
    found: Verification,
    started: tuple[str, str, str],
    stopped: str = "",
) -> Run:
    """The run in the report. started: the run's id, the moment it started, and who started it."""
    run_id, at, who = started
    return Run(
        run_id=run_id,
        started_at=at,
        started_by=who,
        stopped=stopped,
        not_tried=len(plan.operations) - len(outcomes),
        outcomes=tuple(
            Outcome(
                one.id,
                one.action.value,
                one.target.id,
                known.outcome.value,
                known.outcome.done,
                known.message,
                known.at,
            )
            for one in plan.operations
            if (known := outcomes.get(one.id))
        ),
        differences=tuple(
            Difference(one.operation_id, one.record, one.name, one.wanted, one.seen)
            for one in found.differences
        ),
        totals=tuple(
            RunTotal(one.currency, one.before, one.wanted, one.seen, one.residual) for one in found.totals
        ),
        stages=tuple(
            RunStage(one.stage, one.currency, one.before, one.wanted, one.seen, one.residual)
            for one in found.stages
        ),
        unread=found.unread,
        ties=found.ties,
    )


def counts(run: Run) -> str:
    """`3 applied, 1 not tried`."""
    found = Counter(one.outcome for one in run.outcomes)
    words = [f"{count} {name}" for name, count in sorted(found.items())]
    return ", ".join([*words, *([f"{run.not_tried} not tried"] if run.not_tried else [])])


def verdict(run: Run) -> str:
    """Whether what was done is what should be there."""
    if run.unread:
        return f"It could not be read back: {run.unread}"
    if not run.ties:
        return "It does not tie out."
    return f"{'Everything' if run.complete else 'What was done'} ties out."


def render_run(report: Report, console: Console) -> None:
    """Writes how a run ended; nothing for the report on a plan that was not run."""
    run = report.run
    if run is None:
        return
    console.print(f"\n[bold]Run:[/] {counts(run)}.")
    for one in run.outcomes:
        if not one.done:
            text = f"  {one.operation} {one.action} {one.record}: {one.outcome}: {one.message}"
            console.print(escape(visible(text)), soft_wrap=True)
    for difference in run.differences:
        text = (
            f"  {difference.record} {difference.name}: should be {difference.wanted}, is {difference.seen} "
            f"({difference.operation})"
        )
        console.print(f"[bold red]{escape(visible(text))}[/]", soft_wrap=True)
    if run.totals:
        title = "Tie-out of the touched lines"
        shown = table(title, "", "Before", "Planned", "Live now", "Residual", left=1)
        for total in run.totals:
            values = (total.before, total.planned, total.live, total.residual)
            shown.add_row(total.currency, *(shown_amount(value, total.currency) for value in values))
        console.print(shown)
    if run.stages:
        console.print(_stages(run))
    style = "green" if run.ties else "bold red"
    said = verdict(run) if run.unread else f"Read back. {verdict(run)}"
    console.print(Text(visible(said), style), soft_wrap=True)


def _stages(run: Run) -> Table:
    columns = ("Stage", "", "Before", "Planned", "Live now", "Residual")
    shown = table("Tie-out of the finished payouts", *columns)
    for total in run.stages:
        values = (total.before, total.planned, total.live, total.residual)
        amounts = (shown_amount(value, total.currency) for value in values)
        shown.add_row(escape(visible(total.stage)), total.currency, *amounts)
    return shown
