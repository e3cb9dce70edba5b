"""The rules for a payout's row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.check.context import Context, Rule
from reconcile.check.text_rules import text_unseen
from reconcile.domain.finding import Finding
from reconcile.domain.stage import stage_of


def _po_required(row: Context) -> Iterator[Finding]:
    """Of a move to such a stage, and of a PO number that is cleared where the payout stands at one."""
    stage, is_edited = row.now("stage"), row.changed("stage") or row.changed("po_number")
    if is_edited and stage in row.policy.po_required_stages and row.lacks("po_number"):
        message = f"Stage {stage} needs a PO number."
        yield from row.found("po-required", "po_number", message, "Enter the PO number.")


def _stage_order(row: Context) -> Iterator[Finding]:
    before, after = row.was("stage"), row.now("stage")
    if not (before and after and row.changed("stage")):
        return
    what = _disorder(before, after, row.policy.stage_order, row.policy.stage_gates)
    if what:
        fix = "Undo the edit unless you mean it."
        yield from row.found("stage-order", "stage", f"{before} to {after} {what}.", fix)


def _disorder(before: str, after: str, order: tuple[str, ...], gates: tuple[str, ...]) -> str | None:
    """What is unusual about a move; None where it is as usual, or the order does not know its stages."""
    if stage_of(before).final:
        return f"takes up a payout that is over ({before})"
    if before not in order or after not in order:
        return None
    first, last = order.index(before), order.index(after)
    if last < first:
        return "goes back in the order of stages"
    passed = [stage for stage in order[first + 1 : last] if stage in gates]
    return f"leaves out {passed[0]}" if passed else None


PAYOUT_RULES: Final[tuple[Rule, ...]] = (_po_required, _stage_order, text_unseen)
