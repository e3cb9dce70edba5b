"""What a run did, for the terminal: outcomes, differences, and the tie-out after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from reconcile.domain.money import shown_amount
from reconcile.plan.model import Plan
from reconcile.plan.outcome import OperationOutcome, Verification
from reconcile.report.terminal import table


def render_run(
    plan: Plan, outcomes: Mapping[str, OperationOutcome], found: Verification, console: Console
) -> None:
    """Writes how a run ended."""
    counts = Counter(one.outcome.value for one in outcomes.values())
    pending = len(plan.operations) - len(outcomes)
    words = [f"{count} {name}" for name, count in sorted(counts.items())]
    console.print(f"\n[bold]Run:[/] {', '.join([*words, *([f'{pending} not tried'] if pending else [])])}.")
    for one in plan.operations:
        known = outcomes.get(one.id)
        if known and not known.outcome.done:
            text = f"  {one.id} {one.action} {one.target.id}: {known.outcome}: {known.message}"
            console.print(escape(text), soft_wrap=True)
    for difference in found.differences:
        text = (
            f"  {difference.record} {difference.name}: should be {difference.wanted}, is {difference.seen} "
            f"({difference.operation_id})"
        )
        console.print(f"[bold red]{escape(text)}[/]", soft_wrap=True)
    if found.unread:
        console.print(f"[bold red]{escape('It could not be read back: ' + found.unread)}[/]", soft_wrap=True)
        return
    everything = not pending and all(one.outcome.done for one in outcomes.values())
    _tie_out(found, console, "Everything" if everything else "What was done")


def _tie_out(found: Verification, console: Console, what: str) -> None:
    if found.totals:
        shown = table(
            "Tie-out of the touched lines", "Currency", "Before", "Planned", "Live now", "Residual", left=1
        )
        for total in found.totals:
            values = (total.before, total.wanted, total.seen, total.residual)
            shown.add_row(total.currency, *(shown_amount(value, total.currency) for value in values))
        console.print(shown)
    if found.stages:
        _stages(found, console)
    verdict = f"[green]{what} ties out.[/]" if found.ties else "[bold red]It does not tie out.[/]"
    console.print(f"Read back. {verdict}")


def _stages(found: Verification, console: Console) -> None:
    columns = ("Stage", "Currency", "Before", "Planned", "Live now", "Residual")
    shown = table("Tie-out of the finished payouts", *columns)
    for total in found.stages:
        values = (total.before, total.wanted, total.seen, total.residual)
        amounts = (shown_amount(value, total.currency) for value in values)
        shown.add_row(escape(total.stage), total.currency, *amounts)
    console.print(shown)
