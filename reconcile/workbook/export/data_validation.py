"""What a data sheet does while people type: drop-downs, hints, and colours for changed and wrong cells.

Nothing depends on these having done their work: other editors drop them, and pasting goes around them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconcile.domain.fields import NEW_KINDS, Field, FieldKind
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.workbook.contract import COLUMNS, NEW_ROWS, SHEETS, Layout, Place, field_of
from reconcile.workbook.export.conditional_formats import add_marks
from reconcile.workbook.export.decline_reasons import ListedReason, reasons_hint
from reconcile.workbook.export.lists_sheet import CHOICES
from reconcile.workbook.export.styles import Styles
from reconcile.workbook.export.xlsxwriter_port import Worksheet

_TITLE_LIMIT: Final = 32
_LARGEST: Final = 10**15


def add_rules(
    sheet: Worksheet,
    place: Place,
    styles: Styles,
    policy: Policy,
    unread: frozenset[str],
    reasons: Sequence[ListedReason],
) -> None:
    """Add one rule per column and the conditional formats of a data sheet.

    unread: the fields whose present value the workbook does not show; their hint says what a blank means.
    reasons: those of the drop-down of decline reasons; its hint says where they are known from.
    """
    layout = styles.layout
    hints = {name: text.help for name, text in layout.columns[SHEETS[place.kind]].items()}
    if "decline_reason" in hints:
        hints["decline_reason"] = reasons_hint(layout, hints["decline_reason"], reasons)
    _add_hints(sheet, place, layout, hints | dict.fromkeys(unread, layout.hints["unread"]))
    add_marks(sheet, place, styles, policy)


def _add_hints(sheet: Worksheet, place: Place, layout: Layout, hints: Mapping[str, str]) -> None:
    texts = layout.columns[SHEETS[place.kind]]
    last = NEW_ROWS if place.kind in NEW_KINDS else place.rows
    for index, column in enumerate(COLUMNS[place.kind]):
        if column.hidden:
            continue
        hint = hints.get(column.id, "")
        shown = {"input_title": texts[column.id].label[:_TITLE_LIMIT], "input_message": hint} if hint else {}
        field = field_of(place.kind, column.id)
        if field and (shown or field.kind is not FieldKind.TEXT):
            sheet.data_validation(1, index, last, index, _rule(field, layout) | shown)
        elif shown:  # a column to read explains itself once, at its header
            sheet.data_validation(0, index, 0, index, {"validate": "any", **shown})


def _rule(field: Field, layout: Layout) -> dict[str, Any]:
    title = {"error_title": layout.hints["wrong_title"]}
    if field.kind is FieldKind.CHOICE:
        message = {"error_message": layout.hints["wrong_choice"]}
        return {"validate": "list", "source": f"={CHOICES[field.name]}", **title, **message}
    if field.kind is FieldKind.AMOUNT:
        message = {"error_message": layout.hints["wrong_amount"]}
        limits = {"criteria": "between", "minimum": -_LARGEST, "maximum": _LARGEST}
        return {"validate": "decimal", **limits, **title, **message}
    return {"validate": "any"}
