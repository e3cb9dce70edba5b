"""The colours and number formats that follow what people type, as conditional formats.

Each is a formula over its own row, so it stays right when people sort. The order counts: a wrong cell shows
as wrong and as nothing else; then come number formats, rows that leave, and changed cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from reconcile.domain.fields import DECLINE, EDIT_REASON, NEW_KINDS, FieldKind, RecordKind
from reconcile.domain.money import exponent, known_currencies
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.workbook.contract import BASELINE, COLUMNS, Place, field_of
from reconcile.workbook.export import lists_sheet as lists
from reconcile.workbook.export.styles import WRONG_AMOUNT_FORMAT, Styles, amount_format
from reconcile.workbook.export.xlsxwriter_port import Format, Worksheet

_DECLINED_STAGE: Final = "DECLINED"
# Excel refuses a longer text inside a formula.
_LONGEST_WORD: Final = 255
# For a currency that the list does not know: more decimals than any currency has.
_SPARE_PLACES: Final = 4


def add_marks(sheet: Worksheet, place: Place, styles: Styles, policy: Policy) -> None:
    """Add the conditional formats of a data sheet."""
    wrong = {"bg_color": "wrong", "font_color": "wrong_text"}
    looks = {FieldKind.AMOUNT: styles.mark(num_format=WRONG_AMOUNT_FORMAT, **wrong)}
    plain = styles.mark(**wrong)
    for column_id, formula in _wrong(place, policy).items():
        field = field_of(place.kind, column_id)
        _mark(sheet, place, column_id, formula, looks.get(field.kind, plain) if field else plain, stop=True)
    if place.kind is not RecordKind.NEW_PAYOUT:
        _add_number_formats(sheet, place, styles)
    if place.kind in NEW_KINDS:
        return
    if place.kind is RecordKind.PAYOUT:
        _mark(
            sheet, place, "lines_total", _off_its_lines(place), styles.mark(font_color="off_text", bold=True)
        )
    declined = styles.mark(font_strikeout=True, font_color="declined_text")
    rule = {"type": "formula", "criteria": f"={_declined(place)}", "format": declined}
    sheet.conditional_format(1, 0, place.rows, len(place.labels) - 1, rule)
    changed = styles.mark(bg_color="changed", font_color="changed_text", bold=True)
    for column in COLUMNS[place.kind]:
        if column.editable and column.id != EDIT_REASON.name:
            _mark(sheet, place, column.id, _changed(place, column.id), changed)


def _mark(
    sheet: Worksheet, place: Place, column: str, formula: str, look: Format, *, stop: bool = False
) -> None:
    index = place.indexes[column]
    rule: dict[str, Any] = {"type": "formula", "criteria": f"={formula}", "format": look}
    sheet.conditional_format(1, index, place.rows, index, rule | {"stop_if_true": stop})


def _add_number_formats(sheet: Worksheet, place: Place, styles: Styles) -> None:
    """Amounts follow the currency of their row where it is not the exported one.

    An amount with more decimals than the new currency has is wrong, which comes first, so that no format
    ever rounds what people see.
    """
    if place.kind is RecordKind.PAYOUT:
        return
    moved = _changed(place, "currency") if place.kind is RecordKind.LINE else _filled(place, "currency")
    for places in sorted({exponent(code) or 0 for code in known_currencies()}):
        look = styles.mark(num_format=amount_format(places))
        for column in ("amount", "source_amount"):
            _mark(sheet, place, column, f"IF({moved},{_places(place, -1)}={places},FALSE)", look)


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
    """True for a line to be declined, and for a payout whose stage was set to declined."""
    if place.kind is RecordKind.LINE:
        return f'TRIM({place.first("action")})="{DECLINE}"'
    return f'AND({_changed(place, "stage")},TRIM({place.first("stage")})="{_DECLINED_STAGE}")'


def _wrong(place: Place, policy: Policy) -> dict[str, str]:
    """Formulas that are true for a wrong cell, by column. An untouched cell is never wrong."""
    formulas: dict[RecordKind, Callable[[], dict[str, str]]] = {
        RecordKind.PAYOUT: lambda: {"stage": f"AND({_changed(place, 'stage')},{_unlisted(place, 'stage')})"},
        RecordKind.LINE: lambda: _wrong_line(place, policy),
        RecordKind.NEW_LINE: lambda: _wrong_new_line(place),
        RecordKind.NEW_PAYOUT: lambda: _wrong_new_payout(place),
    }
    return formulas[place.kind]()


def _off_its_lines(place: Place) -> str:
    """True for a payout whose amount is not the sum of its lines, where they can be compared."""
    total, amount = place.first("lines_total"), place.first("amount")
    return f"AND(ISNUMBER({total}),ISNUMBER({amount}),ABS(N({total})-N({amount}))>0.0000001)"


def _text(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _unlisted(place: Place, column: str) -> str:
    """True for a text that its list does not have, in any case; a stage may be its value or its label."""
    either = {"stage": lists.STAGE_WORDS, "decline_reason": lists.REASON_WORDS}
    words = either.get(column, lists.CHOICES[column])
    # COUNTIF would take a name that starts with = or < for a comparison, and * for any text.
    return f"SUMPRODUCT(--({words}=TRIM({place.first(column)})))=0"


def _filled(place: Place, column: str) -> str:
    return f"LEN(TRIM({place.first(column)}))>0"


def _inexact(place: Place, column: str) -> str:
    """Not a number, or one with more decimals than the currency of its row has."""
    cell = place.first(column)
    places = _places(place, _SPARE_PLACES)
    return f"IF(ISNUMBER({cell}),ABS({cell}-ROUND({cell},{places}))>0.0000001,TRUE)"


def _places(place: Place, unknown: int) -> str:
    """How many decimals the currency of the row has."""
    return f"IFERROR(VLOOKUP(TRIM({place.first('currency')}),{lists.DECIMALS_TABLE},2,FALSE),{unknown})"


def _wrong_line(place: Place, policy: Policy) -> dict[str, str]:
    reason = place.first("decline_reason")
    code = policy.names.custom_reason
    custom = {code, policy.names.decline_reasons.get(code, code)}
    words = [word for word in sorted(custom) if len(word) <= _LONGEST_WORD]
    is_custom = ",".join(f"TRIM({reason})={_text(word)}" for word in words) or "FALSE"
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


def _wrong_new_payout(place: Place) -> dict[str, str]:
    used = f"COUNTA({place.first('partner_id')}:{place.first('statement_note')})>0"
    neither = f"AND({used},NOT({_filled(place, 'batch_id')}),NOT({_filled(place, 'period')}))"
    return {
        "partner_id": f"AND({used},{_unlisted(place, 'partner_id')})",
        "batch_id": f"AND({_filled(place, 'batch_id')},{_unlisted(place, 'batch_id')})",
        "period": neither,
    }
