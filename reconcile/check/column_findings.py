"""Findings of the columns' own rules, over the cells that a person touched.

Each touched worksheet row has one cell per editable field: the value in comparable form, "" for a cell that
was emptied, None for one that is as exported. So an untouched cell is never checked, however odd the exported
value is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.check.column_rules import Cells, allowed_values, rules_of
from reconcile.check.row_context import RowContext, RowContexts
from reconcile.domain.fields import FIELDS, Field, RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.policy.names_and_limits import Policy

_FIXES = {
    "blank": "Enter a value, or put the exported one back.",
    "choice": "Choose one from the drop-down.",
    "amount-zero": "Enter the amount; to refuse the line, set Action to Decline.",
    "amount-number": "Enter a plain number.",
    "text-length": "Shorten the text.",
}


def column_findings(contexts: RowContexts, policy: Policy) -> Iterator[Finding]:
    """All column findings of the three data sheets, in one pass each."""
    for sheet, every in zip(contexts.edited.sheets, contexts.sheets, strict=True):
        fields = {field.name: field for field in FIELDS[sheet.kind]}
        changed = (context for context in every if not context.is_as_exported)
        rows = ((context, [context.touched(name) for name in fields]) for context in changed)
        touched = [(context, cells) for context, cells in rows if any(cell is not None for cell in cells)]
        for number, column, rule in _failures(sheet.kind, [cells for _, cells in touched], policy):
            yield _finding(touched[number][0], fields[column], rule, policy)


def _failures(kind: RecordKind, rows: Sequence[Cells], policy: Policy) -> Iterator[tuple[int, str, str]]:
    """Row, column and rule of each cell that breaks one."""
    every = [rules_of(field, policy).values() for field in FIELDS[kind]]
    breaks = any(
        cell is not None and not all(holds(cell) for holds in rules)
        for cells in rows
        for rules, cell in zip(every, cells, strict=True)
    )
    if breaks:
        # Importing pandera takes longer than reading a month: it is for a sheet with something wrong.
        from reconcile.check.schemas import failures  # noqa: PLC0415

        yield from failures(kind, rows, policy)


def _finding(context: RowContext, field: Field, rule: str, policy: Policy) -> Finding:
    allowed = allowed_values(field, policy)
    few = allowed if rule == "choice" and len(allowed) <= 20 else ()
    return context.finding(rule, field.name, _message(context, field, rule, policy), _FIXES[rule], few)


def _message(context: RowContext, field: Field, rule: str, policy: Policy) -> str:
    shown = context.shown(field.name)
    match rule:
        case "blank":
            return f"{field.label} is blank."
        case "choice":
            return f"{field.label} {shown!r} is not one of the allowed values."
        case "amount-zero":
            return f"{field.label} is zero."
        case "amount-number":
            return f"{field.label} {shown!r} is not a number."
        case _:
            return f"{field.label} has {len(shown)} characters; the API takes {policy.text_limit}."
