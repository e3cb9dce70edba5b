"""The one cell parser: what a person meant by a cell, per kind of field.

A cell that still says what was exported is never looked at harder than that: it gives its baseline.
"""

from __future__ import annotations

from reconcile.domain.cell_texts.damage import damage, damaged_value
from reconcile.domain.fields import ACTIONS, CLEAR, UNREAD, Field, FieldKind, Value
from reconcile.domain.money import known_currencies, parse_decimal, plain
from reconcile.domain.phrases import id_of, with_article
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.domain.stage import STAGES, find_stage
from reconcile.workbook.contract import DIGITS, fifteen, is_plain, stored_number
from reconcile.workbook.ooxml import Cell
from reconcile.workbook.read.amount_cells import amount_in, not_a_number
from reconcile.workbook.read.cell_view import Before, Problem, cell_text, formula_text, is_blank, shown


def baseline_text(field: Field, cell: Cell | None) -> Value | Problem:
    """The value in a hidden baseline cell; a Problem where somebody damaged it."""
    if cell is None:
        return None
    if field.kind is FieldKind.TEXT and cell.source:
        return formula_text(cell)
    if cell.kind in ("error", "no value"):
        return _no_value(cell)
    if field.kind is not FieldKind.AMOUNT:
        return cell_text(cell)
    if cell.kind == "number" and is_plain(cell.text):
        return cell.text  # as most amounts are; the same in a fifth of the time
    # Only numbers of 15 digits were written as numbers; what a program adds beyond them is noise.
    stored = stored_number(cell.text) if cell.kind == "number" else None
    exact = parse_decimal(cell.text) if stored is None else fifteen(stored)
    return not_a_number(cell) if exact is None else plain(exact)


def parse(field: Field, cell: Cell | None, before: Before, policy: Policy) -> Value | Problem:
    """The value of an editable cell, in the form of domain `fields`, or why it has none."""
    if cell is not None and cell.kind in ("error", "no value"):
        return _no_value(cell)
    if cell is not None and cell_text(cell) == before.baseline and not before.moved:
        return before.baseline
    if cell is None or is_blank(cell):
        return UNREAD if before.baseline is UNREAD else None
    if shown(cell).strip().casefold() == CLEAR:
        return _cleared(field, before)
    if field.kind is FieldKind.AMOUNT:
        return amount_in(cell, before, policy)
    return _choice(field, cell, before, policy) if field.kind is FieldKind.CHOICE else _text(cell, before)


def is_exported_formula(field: Field, cell: Cell | None, before: Before) -> bool:
    """Whether a program made a formula of the exported text, such as `=1+1`: nobody typed it."""
    is_text = field.kind is FieldKind.TEXT and cell is not None and bool(cell.source)
    return is_text and cell is not None and formula_text(cell) == before.baseline


def _no_value(cell: Cell) -> Problem:
    if cell.kind == "error":
        return Problem("cell-error", f"The cell shows the error {cell.text}.", "Type the value itself.")
    return Problem(
        "formula-without-value",
        "The cell holds a formula whose result was not saved.",
        "Open the file in Excel, save it there, and send it again, or type the value itself.",
    )


def _cleared(field: Field, before: Before) -> Value | Problem:
    if field.clearable or before.baseline is UNREAD:
        return None
    return Problem("not-clearable", f"{field.label} cannot be emptied.", "Type a value, or the value it had.")


def _text(cell: Cell, before: Before) -> Value | Problem:
    """What a text cell says; a Problem where a program made something else of it and nobody knows of what."""
    text = cell_text(cell)
    damaged = isinstance(before.baseline, str) and damage(FieldKind.TEXT, before.baseline, text or "")
    if damaged or cell.kind not in ("number", "date"):
        return text
    if cell.kind == "date":
        return Problem(
            "text-is-date",
            f"The cell holds the date {text}, so what was typed there is not known.",
            "Type it again with an apostrophe before it ('3-1), so that it stays a text.",
        )
    number = stored_number(cell.text)
    if number is None or number.adjusted() < DIGITS:
        return text
    return Problem(
        "text-digits",
        f"The cell holds the number {text}; a spreadsheet keeps {DIGITS} digits, so some were lost.",
        "Type it again with an apostrophe before it ('123), so that it stays a text.",
    )


def is_fresh_number(field: Field, cell: Cell, before: Before) -> bool:
    """Whether a text cell holds a number that was typed, not one that a program made of the exported text."""
    if field.kind is not FieldKind.TEXT or cell.kind != "number":
        return False
    text = cell_text(cell)
    return text != before.baseline and not damaged_value(field, before.baseline, text)


def _choice(field: Field, cell: Cell, before: Before, policy: Policy) -> str | Problem:
    text = shown(cell).strip()
    if text == before.baseline:
        return text
    found, allowed = _find_choice(field.name, text, policy)
    if found is not None:
        return found
    rule = field.name.replace("_", "-")
    message = f"{text!r} is not {with_article(field.label.lower())}."
    return Problem(f"{rule}-unknown", message, "Choose one from the list.", allowed)


def _find_choice(name: str, text: str, policy: Policy) -> tuple[str | None, tuple[str, ...]]:
    """The choice that a person means, and all there are. Any id is taken here: the check knows them."""
    if name == "stage":
        stage = find_stage(text)
        return (stage.value if stage else None), tuple(STAGES)
    if name == "action":
        return _same(text, {action: action for action in ACTIONS}), ACTIONS
    if name == "decline_reason":
        reasons = policy.names.decline_reasons
        words = {word: code for code, label in reasons.items() for word in (label, code)}
        return _same(text, words), tuple(reasons)
    if name == "currency":
        codes = known_currencies()
        return (text.upper() if text.upper() in codes else None), codes
    return id_of(text), ()


def _same(text: str, words: dict[str, str]) -> str | None:
    wanted = text.casefold()
    return next((code for word, code in words.items() if word.casefold() == wanted), None)
