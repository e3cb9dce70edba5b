"""The report on a terminal or in a pipe. Colour only where the console has it (NO_COLOR is respected).

On a terminal lines are wrapped with their indent; in a pipe a line stays one line, for other programs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from reconcile.domain.fields import NEW_KINDS
from reconcile.domain.money import shown_amount
from reconcile.domain.phrases import counted
from reconcile.domain.unseen import one_line
from reconcile.plan.model import TieOut, Total
from reconcile.report.model import Change, Group, Report
from reconcile.report.news import News
from reconcile.report.screen.console_lines import FOLD, Screen
from reconcile.report.screen.finding_lines import show_finding, show_findings
from reconcile.report.sections import Line, Section, sections
from reconcile.report.waiting import WaitingRecord, banner, nothing_waits, to_look_at
from reconcile.report.words import (
    after_of,
    before_of,
    facts,
    headline,
    notes_of,
    signed,
    spots,
    title_of,
)


def render(report: Report, console: Console, *, full: bool = False, quiet: bool = False) -> None:
    """Writes the report. `full` shows long lists whole, and the requests; `quiet` little but the headline."""
    screen = Screen(console, full, spots(report))
    screen.say(Text(one_line(report.title), "bold"))
    if not quiet:
        for name, value in facts(report):
            screen.say(Text(f"{name + ':':<18}{one_line(value)}"), 2)
        screen.blank()
    _banner(report, screen, quiet=quiet)
    for sentence in headline(report):
        screen.say(Text(one_line(sentence)))
    if quiet:
        screen.listed(to_look_at(report), lambda one: show_finding(one, screen))
    else:
        _body(report, screen)


def render_news(report: Report, news: News, console: Console) -> None:
    """Writes the headline, and what is new since the report was shown before."""
    screen = Screen(console, full=False, placed=spots(report))
    screen.say(Text(one_line(report.title), "bold"))
    _banner(report, screen, quiet=False)
    for sentence in headline(report):
        screen.say(Text(one_line(sentence)))
    screen.blank()
    if not news.lines and not news.gone:
        screen.say(Text(f"Nothing is new since the report of {news.shown_at}; --full shows all of it."))
        return
    gone = f", and {counted(news.gone, 'line')} of it no longer holds" if news.gone == 1 else ""
    gone = gone or (f", and {counted(news.gone, 'line')} of it no longer hold" if news.gone else "")
    head = f"New since the report of {news.shown_at} ({len(news.lines):,}){gone}; --full shows all."
    screen.say(Text(head, "bold"))
    screen.listed(news.lines, lambda line: screen.say(Text(one_line(line)), 2))


def _banner(report: Report, screen: Screen, *, quiet: bool) -> None:
    """What waits for a decision, above everything that happens."""
    found = banner(report)
    if found is None:
        screen.say(Text(nothing_waits(report)))
        return
    screen.say(Text(" ".join(word for word in (found.summary, found.money) if word), "bold red"))
    for reason in found.stops:
        screen.say(Text.assemble(("STOPPED ", "bold red"), one_line(reason)))
    if not quiet:
        screen.listed(found.records, lambda one: _waiting(one, screen))
        screen.blank()


def _waiting(one: WaitingRecord, screen: Screen) -> None:
    text = Text(one_line(one.words))
    text.append(f"  {one_line(screen.placed(one.place))}" if one.place else "", "dim")
    screen.say(text, 2)


def _body(report: Report, screen: Screen) -> None:
    screen.listed(report.groups, lambda group: _group(group, screen))
    for section in sections(report):
        _section(section, screen)
    show_findings(report.findings if screen.full else report.causes, screen)
    _totals("Payouts by stage", "Stage", report.stages, screen)
    moved = [one for one in report.partners if one.delta or one.live != one.exported]
    _totals("Lines by partner (those that move)", "Partner", moved, screen)
    _tie_out(report.tie_out, screen)


def _group(group: Group, screen: Screen) -> None:
    payout = group.payout
    screen.blank()
    screen.say(Text(one_line(title_of(payout)), "bold"))
    if payout.payout_id:
        screen.say(Text(one_line(payout.payout_id), "dim"), 2)
    screen.listed(group.changes, lambda change: _change(change, screen))
    if screen.full:
        for one in group.operations:
            body = "" if one.body is None else json.dumps(one.body, ensure_ascii=False)
            screen.say(Text(one_line(f"{one.id} {one.method} {one.path} {body}".rstrip()), "dim"), 4)
            relied = ", ".join(f"{name} {value or '(blank)'}" for name, value in one.relies_on.items())
            screen.say(Text(one_line(f"relies on: {relied}"), "dim"), 6)


def _change(change: Change, screen: Screen) -> None:
    text = Text(f"{change.label}: ")
    before = one_line(before_of(change))
    if before:
        text.append(before, "red")
        text.append(" → ")
    text.append(one_line(after_of(change)), "green")
    target = change.target
    named = target.id != target.payout_id and change.target.kind not in NEW_KINDS
    record = target.id if named else ""
    where = " ".join(word for word in (one_line(screen.placed(target.place)), one_line(record)) if word)
    text.append(f"  {where}" if where else "", "dim")
    screen.say(text, 2)
    notes = one_line("; ".join(notes_of(change)))
    if notes:
        screen.say(Text(f"({notes})", "yellow"), 6)


def _section(section: Section, screen: Screen) -> None:
    screen.blank()
    screen.say(Text.assemble((section.title, "bold"), f" ({len(section.lines):,})"))
    screen.say(Text(section.meaning, "dim"), 2)
    screen.listed(section.lines, lambda line: _line(line, screen))


def _line(line: Line, screen: Screen) -> None:
    words = [line.who, line.what, screen.placed(line.place)]
    screen.say(Text(one_line(" · ".join(word for word in words if word))), 2)
    for name, value in line.sides:
        screen.say(Text.assemble((f"{name + ':':<11}", "dim"), one_line(value)), 6)
    if line.note:
        screen.say(Text(one_line(line.note), "yellow"), 6)


def _totals(title: str, key: str, totals: Sequence[Total], screen: Screen) -> None:
    if not totals:
        return
    shown = table(title, key, "", "Exported", "Live", "After", "Change")
    for one in totals if screen.full else totals[:FOLD]:
        amounts = (shown_amount(value, one.currency) for value in (one.exported, one.live, one.after))
        shown.add_row(escape(one_line(one.key)), one.currency, *amounts, signed(one.delta, one.currency))
    screen.blank()
    screen.console.print(shown)
    screen.folded(len(totals))


def _tie_out(ties: Sequence[TieOut], screen: Screen) -> None:
    if ties:
        columns = ("", "Exported", "+ drift", "+ edits", "= planned", "Residual")
        shown = table("Tie-out of all lines", *columns, left=1)
        for tie in ties:
            values = (tie.exported, tie.drift, tie.edits, tie.planned, tie.residual)
            shown.add_row(tie.currency, *(shown_amount(value, tie.currency) for value in values))
        screen.blank()
        screen.console.print(shown)


def table(title: str, *columns: str, left: int = 2) -> Table:
    """A table whose first `left` columns are words and the others amounts. No digit is ever cut off."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        made.add_column(column, justify="left" if index < left else "right", overflow="fold")
    return made
