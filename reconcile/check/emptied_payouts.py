"""Payouts that are edited while all lines leave them; `plan.across.policy_checks` asks the same of live."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from reconcile.check.context import Context
from reconcile.domain.finding import Finding
from reconcile.domain.phrases import counted

_EDITS: Final = ("stage", "po_number", "statement_note")
RULE: Final = "payout-emptied"


def emptied_finding(row: Context, in_error: Collection[str]) -> Iterator[Finding]:
    """A payout without lines is declined by the server (introw-api.md 2.12), whatever else was asked.

    in_error: the lines whose edits are held for an error: these stay on their payout.
    """
    edited = next((name for name in _EDITS if row.changed(name)), None)
    payout_id = row.context.row.id or ""
    lines = row.baseline.lines_by_payout.get(payout_id, ())
    stays = any(line.id in in_error or not row.action_of(line.id) for line in lines)
    if not edited or not lines or stays or payout_id in row.around.filled or row.now("stage") == "DECLINED":
        return
    what = "its only line is" if len(lines) == 1 else f"all of its {counted(len(lines), 'line')} are"
    message = f"This payout is edited, and {what} declined or detached."
    yield from row.found(RULE, edited, message, "Undo the edit of the payout, or leave it a line.")
