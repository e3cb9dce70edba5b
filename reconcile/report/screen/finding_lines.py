"""Writes findings to a terminal: where, what, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.unseen import one_line
from reconcile.report.causes import by_cause
from reconcile.report.screen.console_lines import Screen

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_FEW = 12
"""Allowed values that a finding names; more are in the workbook's drop-down."""


def render_findings(findings: Sequence[Finding], console: Console, *, full: bool = False) -> None:
    """Writes findings: where, what, and what to do. `full` shows each of those that have one cause."""
    show_findings(findings if full else by_cause(findings), Screen(console, full))


def show_findings(findings: Sequence[Finding], screen: Screen) -> None:
    """A list of findings with its head; nothing where there are none."""
    if findings:
        screen.blank()
        screen.say(Text.assemble(("Findings", "bold"), f" ({len(findings):,})"))
        screen.listed(findings, lambda one: show_finding(one, screen))


def show_finding(one: Finding, screen: Screen) -> None:
    """One finding."""
    words = [one.message, one.fix]
    if one.owner:
        words.insert(0, f"({one.owner})")
    if one.value and one.value not in one.message:
        words.append(f"Now: {one.value}.")
    if 0 < len(one.allowed) <= _FEW:
        words.append(f"Allowed: {', '.join(one.allowed)}.")
    head = (f"{one.severity.value} ", _STYLES[one.severity]), (f"{one_line(one.place)}: ", "bold")
    screen.say(Text.assemble(*head, one_line(" ".join(words))), 2)
