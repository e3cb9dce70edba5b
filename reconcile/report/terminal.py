"""The report on a terminal or in a pipe. Colour only where the console has it (NO_COLOR is respected)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import shown_amount
from reconcile.plan.model import TieOut, Total
from reconcile.report.model import Group, Line, Report, Section, counted

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
FOLD = 20
FEW = 12
"""Lines of a list that are shown; the rest is counted."""


def render(report: Report, console: Console, *, full: bool = False) -> None:
    """Writes the report. `full` shows every line of long lists."""
    fold = 10**9 if full else FOLD
    console.print(f"[bold]{escape(report.title)}[/]")
    for name, value in report.facts:
        console.print(f"  {name + ':':<18}{escape(value)}", highlight=False, soft_wrap=True)
    console.print()
    for sentence in report.headline:
        console.print(escape(sentence), highlight=False)
    for gate in report.gates:
        console.print(f"[bold red]STOPPED[/] {escape(gate)}", highlight=False)
    for group in report.groups:
        _group(group, console, fold)
    for section in report.sections:
        _section(section, console, fold)
    render_findings(report.findings, console, full=full)
    _stages(report.stages, console)
    _tie_out(report.tie_out, console)


def render_findings(findings: Sequence[Finding], console: Console, *, full: bool = False) -> None:
    """Writes findings: where, what, and what to do."""
    if not findings:
        return
    console.print(f"\n[bold]Findings[/] ({len(findings):,})")
    for finding in findings if full else findings[:FOLD]:
        text = Text.assemble(
            (f"  {finding.severity.value} ", _STYLES[finding.severity]),
            (f"{finding.place}: ", "bold"),
            f"{finding.message} {finding.fix}",
            f" Now: {finding.value}." if finding.value and finding.value not in finding.message else "",
            f" Allowed: {', '.join(finding.allowed)}." if 0 < len(finding.allowed) <= FEW else "",
        )
        console.print(text, highlight=False, soft_wrap=True)
    _folded(len(findings), FOLD if not full else len(findings), console)


def _group(group: Group, console: Console, fold: int) -> None:
    console.print(f"\n[bold]{escape(group.title)}[/]", highlight=False)
    for line in group.lines[:fold]:
        console.print(_line(line), highlight=False, soft_wrap=True)
    _folded(len(group.lines), fold, console)


def _line(line: Line) -> Text:
    text = Text(f"  {line.what}: ")
    if line.before:
        text.append(line.before, "red")
        text.append(" → ")
    text.append(line.after, "green")
    if line.notes:
        text.append(f"  [{line.notes}]", "yellow")
    text.append(f"  {line.record} {_cell(line.place)}".rstrip(), "dim")
    return text


def _cell(place: str) -> str:
    return place.rpartition(", ")[2]


def _section(section: Section, console: Console, fold: int) -> None:
    console.print(
        f"\n[bold]{section.title}[/] ({len(section.lines):,})  [dim]{section.meaning}[/]", highlight=False
    )
    for line in section.lines[:fold]:
        words = [line.record, line.what, " → ".join(filter(None, (line.before, line.after))), line.notes]
        text = " · ".join(word for word in words if word)
        placed = Text(f"  {text}  {_cell(line.place)}".rstrip())
        console.print(placed, highlight=False, soft_wrap=True)
    _folded(len(section.lines), fold, console)


def _folded(count: int, fold: int, console: Console) -> None:
    if count > fold:
        console.print(f"  [dim]… and {counted(count - fold, 'more', 'more')}; --full shows all[/]")


def _stages(totals: Sequence[Total], console: Console) -> None:
    if totals:
        shown = table("Payouts by stage", "Stage", "Currency", "Exported", "Live", "After")
        for one in totals:
            amounts = (_amount(value, one.currency) for value in (one.exported, one.live, one.after))
            shown.add_row(escape(one.key), one.currency, *amounts)
        console.print()
        console.print(shown)


def _tie_out(ties: Sequence[TieOut], console: Console) -> None:
    if ties:
        columns = ("Currency", "Exported", "+ drift", "+ edits", "= planned", "Residual")
        shown = table("Tie-out of all lines", *columns, left=1)
        for tie in ties:
            values = (tie.exported, tie.drift, tie.edits, tie.planned, tie.residual)
            shown.add_row(tie.currency, *(_amount(value, tie.currency) for value in values))
        console.print()
        console.print(shown)


def table(title: str, *columns: str, left: int = 2) -> Table:
    """A table whose first `left` columns are words and the others amounts."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        made.add_column(column, justify="left" if index < left else "right", no_wrap=True)
    return made


def _amount(value: Decimal, currency: str) -> str:
    return shown_amount(value, currency)
