"""Why people made the edits of a plan: the reasons of their rows, put to the changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconcile.domain.fields import RecordKind
from reconcile.plan.model import Change, Target
from reconcile.plan.sources import Source

_Row = tuple[str, str, RecordKind, str]


def with_reasons(changes: Iterable[Change], sources: Iterable[Source]) -> tuple[Change, ...]:
    """The changes, each with the reason of its row; of an edit in several workbooks, with all of them."""
    reasons: dict[_Row, str] = {
        (source.edited.file, source.workbook_id, sheet.kind, row.id): row.reason
        for source in sources
        for sheet in (source.edited.payouts, source.edited.lines)
        for row in sheet.rows
        if row.reason and row.id
    }
    if not reasons:
        return tuple(changes)
    return tuple(_with_reason(change, reasons) for change in changes)


def reasons_together(reasons: Iterable[str]) -> str:
    """Several reasons for one thing as one text, each once."""
    return " / ".join(dict.fromkeys(filter(None, reasons)))


def _with_reason(change: Change, reasons: dict[_Row, str]) -> Change:
    rows = (change.target, *change.also)
    reason = reasons_together(reasons.get(_row(one), "") for one in rows)
    return replace(change, reason=reason) if reason else change


def _row(target: Target) -> _Row:
    return target.file, target.workbook, target.kind, target.id
