"""New lines and payouts that may have been made already: held as a question with both sides. Pure.

A row whose key is not known may be one that was made before: it was moved or pasted anew, its hidden columns
were removed, or it comes from a copy, another state store or a restored backup. So it is compared with what
its workbook made, and with live.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

from reconcile.domain.decision import Choice
from reconcile.domain.edited import EditedWorkbook
from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import Payout
from reconcile.domain.rules import RULES
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.decide import Decisions
from reconcile.plan.made_before.likeness import (
    MadeRecord,
    Posted,
    came_after,
    is_like,
    made_of,
    row_values,
)
from reconcile.plan.model import Conflict, Texts
from reconcile.plan.sources import OwnWork
from reconcile.plan.visible_state import DECLINED, line_state
from reconcile.plan.wanted.new_lines import NewLine, keyed_rows, row_texts
from reconcile.plan.wanted.new_payouts import NewPayout

MADE: Final = "line-made"
"""The rule of rows that say what their workbook made before."""
New = TypeVar("New", NewLine, NewPayout)


@dataclass(frozen=True)
class Around:
    """What new lines and payouts are compared with: the export, earlier work of the workbook, and live.

    exported_at: when the workbook was made.
    """

    baseline: Snapshot
    exported_at: datetime
    own: OwnWork
    live: Snapshot
    names: Names
    _by_partner: dict[tuple[bool, str], list[MadeRecord]] = field(default_factory=dict)

    def near(self, values: Texts) -> list[MadeRecord]:
        """Every record of a row's kind and partner that was seen live, in the scope or not."""
        if not self._by_partner:
            live = self.live
            lines = (*live.lines.values(), *live.elsewhere.values())
            seen: tuple[MadeRecord, ...] = (*lines, *live.every_payout.values())
            for one in seen:
                self._by_partner.setdefault((isinstance(one, Payout), one.partner_id), []).append(one)
        return self._by_partner.get(("period" in values, values["partner_id"] or ""), [])

    def found_of(self, key: str) -> str:
        """The record that an earlier run sent under a key, and whose answer was lost; empty for none."""
        posted = self.own.posted.get(key)
        if posted is None:
            return ""
        found = made_of(posted, self.near(posted.values), self.own.created.values())
        return found[0] if len(found) == 1 else ""


def settle_same(new: New, around: Around, decisions: Decisions) -> tuple[New | None, Conflict | None]:
    """The record as it may be sent, with the conflict that holds it; None where it is not to be made."""
    found = list(_records_that_say(new, around))
    posted = list(_posted_that_say(new, around))
    if not found and not posted:
        return new, None
    conflict = _question(new, found, posted, around)
    decision = decisions.rule(conflict)
    if decision is None:
        return new, conflict
    if decision.choice is Choice.LIVE:
        return None, None
    return replace(new, beside=tuple(sorted(one.id for one in found))), None


def noun_of(new: NewLine | NewPayout) -> str:
    """What a row makes, in a word."""
    return "payout" if isinstance(new, NewPayout) else "line"


def _records_that_say(new: NewLine | NewPayout, around: Around) -> Iterator[MadeRecord]:
    own = frozenset(around.own.created.values())
    for one in around.near(new.values):
        there = row_values(one)
        is_new = one.id in own or (
            one.id not in around.baseline.lines and came_after(one, around.exported_at)
        )
        # A line that came after the export may have been moved since. One of the export counts where it is,
        # and a declined one does not: it was declined before anybody typed the row. A payout always counts.
        if is_like(new.values, there, anywhere=is_new) and (is_new or _counts(one, around)):
            yield one


def _counts(one: MadeRecord, around: Around) -> bool:
    return isinstance(one, Payout) or line_state(one, around.names) != DECLINED


def _posted_that_say(new: NewLine | NewPayout, around: Around) -> Iterator[Posted]:
    """What the workbook sent before and what live does not show any more, or not yet."""
    shown = {one.id for one in around.near(new.values)}
    for key, posted in around.own.posted.items():
        is_kind = posted.values.keys() == new.values.keys()
        is_shown = around.own.created.get(key) in shown
        if is_kind and not is_shown and is_like(new.values, posted.values, anywhere=True):
            yield posted


def _question(
    new: NewLine | NewPayout, records: Iterable[MadeRecord], posted: Iterable[Posted], around: Around
) -> Conflict:
    found, noun = list(records), noun_of(new)
    # The group names the kind: a new line may be in another conflict with its payout's stage.
    there: dict[str, str | None]
    if found:
        own = frozenset(around.own.created.values())
        made = " that this workbook made" if any(one.id in own for one in found) else ""
        which = ", ".join(_named(one, around) for one in found)
        what = "is for the same partner and period" if noun == "payout" else "says the same"
        reason = f"It {what} as {noun} {which}{made}. "
        there = {**row_values(found[0]), noun: ", ".join(one.id for one in found)}
    else:
        reason = f"It says the same as a {noun} that this workbook sent before and that live does not show. "
        there = {**next(iter(posted)).values}
    batch = new.values.get("batch_id")
    if batch and any(isinstance(one, Payout) and one.batch_id == batch for one in found):
        reason += "A batch has one payout per partner, so no second one can be made on it."
        return Conflict(new.target, f"same {noun}", {}, new.values, there, reason, keepable=False)
    reason += f"Keep mine makes one more {noun}; take live makes none."
    return Conflict(new.target, f"same {noun}", {}, new.values, there, reason)


def _named(one: MadeRecord, around: Around) -> str:
    if isinstance(one, Payout):
        return f"{one.id} ({one.stage})"
    return one.id if _counts(one, around) else f"{one.id} (declined)"


def unseen(new: NewLine | NewPayout, posted: Posted | None) -> Conflict:
    """The conflict of a row that an earlier run sent, and of which no record was seen."""
    noun = noun_of(new)
    reason = (
        f"An earlier run sent this row, and no {noun} of it was seen. Look for the {noun} in Introw: if it "
        "is there, take live; if not, keep mine sends it once more."
    )
    return Conflict(new.target, "new", {}, new.values, posted.values if posted else None, reason)


def outgrown(new: NewLine | NewPayout, record_id: str, there: Texts) -> Conflict:
    """The conflict of a row that made a record in an earlier run and says something else now."""
    noun = noun_of(new)
    reason = (
        f"This row made {noun} {record_id} in an earlier run, and the two differ now. To change that {noun}, "
        f"edit it on a fresh export; for another new {noun}, use an empty row."
    )
    return Conflict(new.target, "new", {}, new.values, there, reason, keepable=False)


def is_unchanged(new: NewLine | NewPayout, posted: Posted | None, record: MadeRecord | None) -> bool:
    """Whether a row still says what was sent when it made its record, or what that record says."""
    if posted and dict(posted.values) == dict(new.values):
        return True
    if record is None:
        return posted is None
    there: Mapping[str, str | None] = row_values(record)
    if posted:
        return dict(there) == dict(new.values)
    return is_like(new.values, there, anywhere=not new.values.get("payout_id"))


def made_findings(edited: EditedWorkbook, own: OwnWork) -> Iterator[Finding]:
    """Warnings for rows that say what their workbook made before, though they are not known as its rows."""
    lines = {key: sent for key, sent in own.posted.items() if "period" not in sent.values}
    if not lines:
        return
    rows = keyed_rows(edited.export.workbook_id, edited.new_lines.rows, dict.fromkeys(own.created))
    for row, key in rows:
        values = row_texts(row)
        said = [one for one, sent in lines.items() if is_like(values, sent.values, anywhere=True)]
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
