"""Which row is which record: ids and row tokens. A row that does not fit is reported, never guessed."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.check.row_context import RowContext, RowContexts
from reconcile.domain.cell_texts.damage import damaged_value
from reconcile.domain.edited import EditedRow, EditedSheet, row_token
from reconcile.domain.fields import FIELDS, RecordKind, Values
from reconcile.domain.finding import Finding

_NAMED = 10
"""How many rows a message names."""

_NAMES = {RecordKind.PAYOUT: "Payout ID", RecordKind.LINE: "Line ID"}


def identity_findings(contexts: RowContexts) -> Iterator[Finding]:
    """Blank, unknown and repeated ids, and rows whose token does not fit, on the two record sheets."""
    yield from _sheet(contexts.edited.payouts, contexts.payouts)
    yield from _sheet(contexts.edited.lines, contexts.lines)


def _sheet(sheet: EditedSheet, contexts: tuple[RowContext, ...]) -> Iterator[Finding]:
    tokens = any(row.token for row in sheet.rows)
    repeated: dict[str | None, list[int]] = {}
    for row in (row for row in sheet.rows if row.id not in sheet.by_id):
        repeated.setdefault(row.id, []).append(row.number)
    for context in contexts:
        if context.row.id is None:
            yield _blank(context)
        elif context.exported is None:
            yield _unknown(context)
        elif context.row.id in repeated:
            yield _repeated(context, repeated[context.row.id])
        elif tokens:
            yield from _unfitting(context, context.exported)


def _blank(context: RowContext) -> Finding:
    name = _NAMES[context.sheet.kind]
    line = context.sheet.kind is RecordKind.LINE
    where = "Enter new lines on the sheet New lines" if line else "Remove the row"
    return context.finding(
        "id-blank",
        "id",
        f"This row has no {name}, so it belongs to no record.",
        f"{where}, or put the {name} back.",
    )


def _unknown(context: RowContext) -> Finding:
    name = _NAMES[context.sheet.kind]
    return context.finding(
        "id-unknown",
        "id",
        f"{name} {context.row.id} was not in this export: a row pasted from elsewhere, or an edited id.",
        f"Remove the row, or put the exported {name} back.",
    )


def _repeated(context: RowContext, numbers: list[int]) -> Finding:
    name = _NAMES[context.sheet.kind]
    rows = [str(number) for number in numbers[:_NAMED]]
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return context.finding(
        "id-repeated",
        "id",
        f"{name} {context.row.id} stands in rows {', '.join(rows)}{more}; only one row may speak for "
        "a record.",
        "Remove the copies.",
    )


def _unfitting(context: RowContext, exported: Values) -> Iterator[Finding]:
    row, name = context.row, _NAMES[context.sheet.kind]
    workbook = context.edited.export.workbook_id
    if row.token != row_token(workbook, context.sheet.kind, row.id or "", exported):
        yield context.finding(
            "token",
            "id",
            f"The row's hidden token {_misfit(row)}, so its values may not be those of {name} {row.id}.",
            "Undo the sort or paste that split the row, or take the row from a fresh export.",
        )
    elif row.baseline is not None and not _says_the_same(context.sheet.kind, row.baseline, exported):
        yield context.finding(
            "baseline",
            "id",
            f"The row's hidden baseline is not what was exported for {name} {row.id}.",
            "Take the row from a fresh export.",
        )


def _misfit(row: EditedRow) -> str:
    owner = (row.token or "").partition("~")[0]
    if not row.token:
        return "is missing"
    if owner != row.id:
        return f"belongs to {owner}"
    return "is of another export, or was changed"


def _says_the_same(kind: RecordKind, hidden: Values, exported: Values) -> bool:
    """Whether the hidden cells hold what was exported, or what a program makes of it by itself."""
    if hidden == exported:
        return True
    pairs = ((field, exported.get(field.name), hidden.get(field.name)) for field in FIELDS[kind])
    return all(before == after or damaged_value(field, before, after) for field, before, after in pairs)
