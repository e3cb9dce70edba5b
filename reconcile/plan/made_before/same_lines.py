"""New lines that may have been made already: held as a question with both sides, never sent. Pure.

A row whose key is not known may be one that was made before: it was moved or pasted anew, its hidden columns
were removed, or it comes from a copy, another state store or a restored backup. So it is compared with what
its workbook made, and with live.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from reconcile.domain.decision import Choice
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.domain.rules import RULES
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.decide import Decisions
from reconcile.plan.made_before.likeness import Posted, came_after, is_like, made_of, row_values
from reconcile.plan.model import Conflict, Texts
from reconcile.plan.new_lines import NewLine, keyed_rows, row_texts
from reconcile.plan.sources import OwnWork
from reconcile.plan.visible_state import DECLINED, line_state

MADE: Final = "line-made"
"""The rule of rows that say what their workbook made before."""
GROUP: Final = "same line"
"""The group of these conflicts: a new line may be in another one with its payout's stage."""


@dataclass(frozen=True)
class Around:
    """What new lines are compared with: the export of their workbook, its earlier work, and live.

    exported_at: when the workbook was made.
    """

    baseline: Snapshot
    exported_at: datetime
    own: OwnWork
    live: Snapshot
    names: Names
    _by_partner: dict[str, list[CommissionLine]] = field(default_factory=dict)

    def lines_of(self, partner_id: str | None) -> list[CommissionLine]:
        """Every line of a partner that was seen live, in the scope or not."""
        if not self._by_partner:
            for line in (*self.live.lines.values(), *self.live.elsewhere.values()):
                self._by_partner.setdefault(line.partner_id, []).append(line)
        return self._by_partner.get(partner_id or "", [])

    def found_of(self, key: str) -> str:
        """The line that an earlier run sent under a key, and whose answer was lost; empty where none is."""
        posted = self.own.posted.get(key)
        if posted is None:
            return ""
        found = made_of(posted, self.lines_of(posted.values["partner_id"]), self.own.created.values())
        return found[0] if len(found) == 1 else ""


def settle_same(new: NewLine, around: Around, decisions: Decisions) -> tuple[NewLine | None, Conflict | None]:
    """The line as it may be sent, with the conflict that holds it; None where it is not to be made."""
    lines = list(_lines_that_say(new, around))
    posted = list(_posted_that_say(new, around))
    if not lines and not posted:
        return new, None
    conflict = _question(new, lines, posted, around)
    decision = decisions.rule(conflict)
    if decision is None:
        return new, conflict
    if decision.choice is Choice.LIVE:
        return None, None
    return replace(new, beside=tuple(sorted(line.id for line in lines))), None


def _lines_that_say(new: NewLine, around: Around) -> Iterator[CommissionLine]:
    own = frozenset(around.own.created.values())
    for line in around.lines_of(new.values["partner_id"]):
        there = row_values(line)
        is_new = line.id in own or (
            line.id not in around.baseline.lines and came_after(line, around.exported_at)
        )
        # A line that came after the export may have been moved since. One of the export counts where it is,
        # and a declined one does not: it was declined before anybody typed the row.
        if is_like(new.values, there, anywhere=is_new) and (is_new or _counts(line, around)):
            yield line


def _counts(line: CommissionLine, around: Around) -> bool:
    return line_state(line, around.names) != DECLINED


def _posted_that_say(new: NewLine, around: Around) -> Iterator[Posted]:
    """What the workbook sent before and what live does not show any more, or not yet."""
    shown = {line.id for line in around.lines_of(new.values["partner_id"])}
    for key, posted in around.own.posted.items():
        if around.own.created.get(key) not in shown and is_like(new.values, posted.values, anywhere=True):
            yield posted


def _question(
    new: NewLine, lines: Iterable[CommissionLine], posted: Iterable[Posted], around: Around
) -> Conflict:
    found = list(lines)
    there: dict[str, str | None]
    if found:
        own = frozenset(around.own.created.values())
        made = " that this workbook made" if any(line.id in own for line in found) else ""
        which = ", ".join(_named(line, around) for line in found)
        reason = f"It says the same as line {which}{made}. "
        there = {**row_values(found[0]), "line": ", ".join(line.id for line in found)}
    else:
        reason = "It says the same as a line that this workbook sent before and that live does not show. "
        there = {**next(iter(posted)).values}
    reason += "Keep mine makes one more line; take live makes none."
    return Conflict(new.target, GROUP, {}, new.values, there, reason)


def _named(line: CommissionLine, around: Around) -> str:
    return line.id if _counts(line, around) else f"{line.id} (declined)"


def unseen(new: NewLine, posted: Posted | None) -> Conflict:
    """The conflict of a row that an earlier run sent, and of which no line was seen."""
    reason = (
        "An earlier run sent this row, and no line of it was seen. Look for the line in Introw: if it is "
        "there, take live; if not, keep mine sends it once more."
    )
    return Conflict(new.target, "new", {}, new.values, posted.values if posted else None, reason)


def outgrown(new: NewLine, line_id: str, there: Texts) -> Conflict:
    """The conflict of a row that made a line in an earlier run and says something else now."""
    reason = (
        f"This row made line {line_id} in an earlier run, and the two differ now. To change that line, "
        "edit it on a fresh export; for another new line, use an empty row."
    )
    return Conflict(new.target, "new", {}, new.values, there, reason, keepable=False)


def is_unchanged(new: NewLine, posted: Posted | None, line: CommissionLine | None) -> bool:
    """Whether a row still says what was sent when it made its line, or what that line says."""
    if posted and dict(posted.values) == dict(new.values):
        return True
    if line is None:
        return posted is None
    there: Mapping[str, str | None] = row_values(line)
    if posted:
        return dict(there) == dict(new.values)
    return is_like(new.values, there, anywhere=not new.values["payout_id"])


def made_findings(edited: EditedWorkbook, own: OwnWork) -> Iterator[Finding]:
    """Warnings for rows that say what their workbook made before, though they are not known as its rows."""
    if not own.posted:
        return
    rows = keyed_rows(edited.export.workbook_id, edited.new_lines.rows, dict.fromkeys(own.created))
    for row, key in rows:
        values = row_texts(row)
        said = [one for one, sent in own.posted.items() if is_like(values, sent.values, anywhere=True)]
        if said and key not in own.created:
            line = own.created.get(said[0], said[0])
            made = "a line that this workbook sent before" if line == said[0] else f"line {line}"
            yield Finding(
                RULES[MADE].severity,
                MADE,
                f"This new line says the same as {made}, and its row is not the one that made it.",
                "Empty the row. If it is one more line, decide so when `diff` asks.",
                file=edited.file,
                sheet=edited.new_lines.name,
                cell=edited.new_lines.cell("amount", row.number),
                kind=RecordKind.NEW_LINE,
            )
