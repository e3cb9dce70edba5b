"""The columns' own rules as pandera schemas, over the cells that a person touched.

Each frame has one row per touched worksheet row and one column per editable field, all of dtype object:
the value in comparable form, "" for a cell that was emptied, None for one that is as exported. So an
untouched cell is never checked, however odd the exported value is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from reconcile.check.row_context import RowContext, RowContexts
from reconcile.domain.fields import ACTIONS, FIELDS, Field, FieldKind, RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.money import known_currencies, parse_decimal
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.stage import STAGES

_FIXES = {
    "blank": "Enter a value, or put the exported one back.",
    "choice": "Choose one from the drop-down.",
    "amount-zero": "Enter the amount; to refuse the line, set Action to Decline.",
    "amount-number": "Enter a plain number.",
    "text-length": "Shorten the text.",
}


def schema_findings(contexts: RowContexts, policy: Policy) -> Iterator[Finding]:
    """All column findings of the three data sheets, in one pass each."""
    for sheet, every in zip(contexts.edited.sheets, contexts.sheets, strict=True):
        names = [field.name for field in FIELDS[sheet.kind]]
        changed = (context for context in every if not context.is_as_exported)
        rows = ((context, [context.touched(name) for name in names]) for context in changed)
        touched = [(context, cells) for context, cells in rows if any(cell is not None for cell in cells)]
        if touched:
            frame = pd.DataFrame([cells for _, cells in touched], columns=names, dtype=object)
            yield from _sheet_findings(frame, [context for context, _ in touched], policy)


def _sheet_findings(frame: pd.DataFrame, rows: list[RowContext], policy: Policy) -> Iterator[Finding]:
    kind = rows[0].sheet.kind
    try:
        schema(kind, policy).validate(frame, lazy=True)
    except SchemaErrors as errors:
        fields = {field.name: field for field in FIELDS[kind]}
        failures = errors.failure_cases[["column", "check", "index"]]
        for column, rule, index in failures.itertuples(index=False):
            yield _finding(rows[int(index)], fields[str(column)], str(rule), policy)


def _finding(context: RowContext, field: Field, rule: str, policy: Policy) -> Finding:
    allowed = _allowed(field, policy)
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


def schema(kind: RecordKind, policy: Policy) -> pa.DataFrameSchema:
    """The pandera schema of one data sheet."""
    columns = {field.name: _column(field, policy) for field in FIELDS[kind]}
    return pa.DataFrameSchema(columns, strict=True)


def _column(field: Field, policy: Policy) -> pa.Column:
    checks = []
    if not field.clearable:
        checks.append(pa.Check(lambda cells: cells != "", name="blank", error="blank"))
    allowed = _allowed(field, policy)
    if allowed:
        checks.append(pa.Check.isin(["", *allowed], name="choice", error="choice"))
    if field.kind is FieldKind.AMOUNT:
        checks.append(pa.Check(_is_number, element_wise=True, name="amount-number", error="amount-number"))
    if field.name == "amount":
        checks.append(pa.Check(_is_not_zero, element_wise=True, name="amount-zero", error="amount-zero"))
    if field.kind is FieldKind.TEXT:
        limit = policy.text_limit
        fits = pa.Check(
            lambda text: len(text) <= limit, element_wise=True, name="text-length", error="text-length"
        )
        checks.append(fits)
    return pa.Column(object, checks, nullable=True)


def _allowed(field: Field, policy: Policy) -> tuple[str, ...]:
    choices: dict[str, tuple[str, ...]] = {
        "stage": tuple(STAGES),
        "action": ACTIONS,
        "decline_reason": tuple(policy.names.decline_reasons),
        "currency": known_currencies(),
    }
    return choices.get(field.name, ())


def _is_number(text: str) -> bool:
    return not text or parse_decimal(text) is not None


def _is_not_zero(text: str) -> bool:
    return parse_decimal(text) != 0
