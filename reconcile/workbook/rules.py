"""What a data sheet does while people type: drop-downs, hints, and colours for changed and wrong cells.

Nothing depends on these having done their work: other editors drop them, and pasting goes around them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from reconcile.domain.fields import DECLINE, Field, FieldKind, RecordKind
from reconcile.domain.policy import Policy
from reconcile.workbook import lists
from reconcile.workbook.columns import BASELINE, COLUMNS, NEW_ROWS, SHEETS, field_of
from reconcile.workbook.layout import Layout
from reconcile.workbook.library import Format, Worksheet
from reconcile.workbook.place import Place
from reconcile.workbook.styles import Styles

_CHOICES: Final = {
    "stage": lists.STAGE_LIST,
    "action": lists.ACTION_LIST,
    "decline_reason": lists.REASON_LIST,
    "currency": lists.CURRENCY_LIST,
    "partner_id": lists.PARTNER_LIST,
    "payout_id": lists.PAYOUT_LIST,
}
_TITLE_LIMIT: Final = 32
_LARGEST: Final = 10**15


def add_rules(sheet: Worksheet, place: Place, styles: Styles, policy: Policy, unread: frozenset[str]) -> None:
    """Add one rule per column and the conditional formats of a data sheet.

    unread: the fields whose present value the workbook does not show; their hint says what a blank means.
    """
    _add_hints(sheet, place, styles.layout, unread)
    wrong = styles.mark(bg_color="wrong", font_color="wrong_text")
    changed = styles.mark(bg_color="changed", font_color="changed_text", bold=True)
    for column_id, formula in _wrong(place, policy).items():
        _mark(sheet, place, column_id, formula, wrong, stop=True)
    if place.kind is RecordKind.NEW_LINE:
        return
    if place.kind is RecordKind.LINE:
        declined = styles.mark(font_strikeout=True, font_color="declined_text")
        last = len(place.labels) - 1
        rule = {"type": "formula", "criteria": f"={_declined(place)}", "format": declined}
        sheet.conditional_format(1, 0, place.rows, last, rule)
    for column in COLUMNS[place.kind]:
        if column.editable:
            _mark(sheet, place, column.id, _changed(place, column.id), changed)


def _mark(
    sheet: Worksheet, place: Place, column: str, formula: str, look: Format, *, stop: bool = False
) -> None:
    index = place.indexes[column]
    rule = {"type": "formula", "criteria": f"={formula}", "format": look, "stop_if_true": stop}
    sheet.conditional_format(1, index, place.rows, index, rule)


def _add_hints(sheet: Worksheet, place: Place, layout: Layout, unread: frozenset[str]) -> None:
    texts = layout.columns[SHEETS[place.kind]]
    last = NEW_ROWS if place.kind is RecordKind.NEW_LINE else place.rows
    for index, column in enumerate(COLUMNS[place.kind]):
        if column.hidden:
            continue
        hint = layout.hints["unread"] if column.id in unread else texts[column.id].help
        shown = {"input_title": texts[column.id].label[:_TITLE_LIMIT], "input_message": hint} if hint else {}
        if shown:
            sheet.data_validation(0, index, 0, index, {"validate": "any", **shown})
        field = field_of(place.kind, column.id)
        if field and (shown or field.kind is not FieldKind.TEXT):
            sheet.data_validation(1, index, last, index, _rule(field, layout) | shown)


def _rule(field: Field, layout: Layout) -> dict[str, Any]:
    title = {"error_title": layout.hints["wrong_title"]}
    if field.kind is FieldKind.CHOICE:
        message = {"error_message": layout.hints["wrong_choice"]}
        return {"validate": "list", "source": f"={_CHOICES[field.name]}", **title, **message}
    if field.kind is FieldKind.AMOUNT:
        message = {"error_message": layout.hints["wrong_amount"]}
        limits = {"criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST}
        return {"validate": "decimal", **limits, **title, **message}
    return {"validate": "any"}


def _changed(place: Place, column: str) -> str:
    cell = place.first(column)
    if BASELINE + column not in place.indexes:
        return f"LEN(TRIM({cell}))>0"
    baseline = place.first(BASELINE + column)
    field = field_of(place.kind, column)
    if field and field.kind is FieldKind.AMOUNT:
        # A blank counts as zero in a comparison, so blanks are compared apart.
        return f"OR({cell}<>{baseline},ISBLANK({cell})<>ISBLANK({baseline}))"
    return f"NOT(EXACT({cell},{baseline}))"


def _declined(place: Place) -> str:
    return f'TRIM({place.first("action")})="{DECLINE}"'


def _wrong(place: Place, policy: Policy) -> dict[str, str]:
    """Formulas that are true for a wrong cell, by column. An untouched cell is never wrong."""
    formulas: dict[RecordKind, Callable[[], dict[str, str]]] = {
        RecordKind.PAYOUT: lambda: {"stage": f"AND({_changed(place, 'stage')},{_unlisted(place, 'stage')})"},
        RecordKind.LINE: lambda: _wrong_line(place, policy),
        RecordKind.NEW_LINE: lambda: _wrong_new_line(place),
    }
    return formulas[place.kind]()


def _text(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _unlisted(place: Place, column: str) -> str:
    words = {"stage": lists.STAGE_WORDS, "decline_reason": lists.REASON_WORDS}.get(column, _CHOICES[column])
    return f"COUNTIF({words},TRIM({place.first(column)}))=0"


def _filled(place: Place, column: str) -> str:
    return f"LEN(TRIM({place.first(column)}))>0"


def _inexact(place: Place, column: str) -> str:
    """Not a number, or one with more decimals than the currency of its row has."""
    cell = place.first(column)
    places = (
        f"IFERROR(VLOOKUP(TRIM({place.first('currency')}),{lists.DECIMALS_TABLE},2,FALSE),{_SPARE_PLACES})"
    )
    return f"IF(ISNUMBER({cell}),ABS({cell}-ROUND({cell},{places}))>0.0000001,TRUE)"


# For a currency that the list does not know: more decimals than any currency has.
_SPARE_PLACES: Final = 4


def _wrong_line(place: Place, policy: Policy) -> dict[str, str]:
    reason = place.first("decline_reason")
    code = policy.names.custom_reason
    custom = {code, policy.names.decline_reasons.get(code, code)}
    is_custom = ",".join(f"TRIM({reason})={_text(word)}" for word in sorted(custom))
    no_reason = f"AND({_declined(place)},NOT({_filled(place, 'decline_reason')}))"
    money = f"OR({_changed(place, 'amount')},{_changed(place, 'currency')})"
    source = f"OR({_changed(place, 'source_amount')},{_changed(place, 'currency')})"
    source = f"{source},{_filled(place, 'source_amount')}"
    emptied = f"AND({_changed(place, 'description')},NOT({_filled(place, 'description')}))"
    return {
        "action": f"AND({_filled(place, 'action')},{_unlisted(place, 'action')})",
        "decline_reason": f"OR({no_reason},"
        f"AND({_filled(place, 'decline_reason')},{_unlisted(place, 'decline_reason')}))",
        "decline_detail": f"AND({_declined(place)},OR({is_custom}),NOT({_filled(place, 'decline_detail')}))",
        "amount": f"AND({money},{_inexact(place, 'amount')})",
        "currency": f"AND({_changed(place, 'currency')},{_unlisted(place, 'currency')})",
        "source_amount": f"AND({source},{_inexact(place, 'source_amount')})",
        "description": emptied,
    }


def _wrong_new_line(place: Place) -> dict[str, str]:
    used = f"COUNTA({place.first('partner_id')}:{place.first('description')})>0"
    amount = place.first("amount")
    return {
        "partner_id": f"AND({used},{_unlisted(place, 'partner_id')})",
        "payout_id": f"AND({_filled(place, 'payout_id')},{_unlisted(place, 'payout_id')})",
        "amount": f"AND({used},OR({amount}=0,{_inexact(place, 'amount')}))",
        "currency": f"AND({used},{_unlisted(place, 'currency')})",
        "source_amount": f"AND({_filled(place, 'source_amount')},{_inexact(place, 'source_amount')})",
    }
