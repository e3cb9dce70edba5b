"""The one cell parser: what a person meant by a cell, per kind of field.

A cell that still says what was exported is never looked at harder than that: it gives its baseline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reconcile.domain.fields import ACTIONS, CLEAR, UNREAD, Field, FieldKind, Value, text_value
from reconcile.domain.money import decimals, exponent, known_currencies, plain
from reconcile.domain.policy import Policy
from reconcile.domain.stage import STAGES, find_stage
from reconcile.workbook.grid import Cell
from reconcile.workbook.numbers import DIGITS, fifteen, number_text, significant, stored_number, without_noise

_PLAIN_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell cannot be read, what to do, and what is allowed there."""

    rule: str
    message: str
    fix: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a cell from the export.

    baseline: its value then; UNREAD where the workbook does not show it; None for blank or where the hidden
    columns are gone. currency: that of the row as it is now. moved: the row has another currency than then.
    """

    baseline: Value = None
    currency: str = ""
    moved: bool = False


def shown(cell: Cell | None) -> str:
    """The text a person sees in a cell, dates in ISO form."""
    if cell is None:
        return ""
    if cell.kind == "number":
        number = stored_number(cell.text)
        return cell.text if number is None else number_text(number)
    return cell.text


def cell_text(cell: Cell | None) -> str | None:
    """What a cell says as comparable text; None for blank."""
    return text_value(shown(cell))


def is_blank(cell: Cell | None) -> bool:
    """Whether a person sees nothing in the cell. A formula without a result is not blank."""
    return cell is None or (cell.kind == "text" and not cell.text.strip())


def baseline_text(field: Field, cell: Cell | None) -> Value | Problem:
    """The value in a hidden baseline cell; a Problem where somebody spoilt it."""
    if cell is None:
        return None
    if cell.kind in ("error", "no value"):
        return _no_value(cell)
    if field.kind is not FieldKind.AMOUNT:
        return cell_text(cell)
    number = _number(cell)
    # Only numbers of 15 digits were written as numbers; what a program adds beyond them is noise.
    exact = fifteen(number) if number is not None and cell.kind == "number" else number
    return _not_a_number(cell) if exact is None else plain(exact)


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
        return _amount(cell, before)
    return _choice(field, cell, before, policy) if field.kind is FieldKind.CHOICE else cell_text(cell)


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


def _number(cell: Cell) -> Decimal | None:
    if cell.kind == "number":
        return stored_number(cell.text)
    text = cell.text.strip()
    return Decimal(text) if cell.kind == "text" and _PLAIN_NUMBER.fullmatch(text) else None


def _not_a_number(cell: Cell) -> Problem:
    return Problem(
        "amount-not-a-number",
        f"{shown(cell)!r} is not a number.",
        "Type a plain number such as 1250.50, without a currency or thousands separators.",
    )


def _amount(cell: Cell, before: Before) -> str | Problem:
    number = _number(cell)
    if number is None:
        return _not_a_number(cell)
    rounded = fifteen(number) if cell.kind == "number" else number
    if isinstance(before.baseline, str) and rounded == Decimal(before.baseline) and not before.moved:
        return before.baseline
    if cell.kind == "number":
        rounded = without_noise(number, before.currency)
    return _checked_amount(rounded, before.currency)


def _checked_amount(number: Decimal, currency: str) -> str | Problem:
    places = exponent(currency)
    if places is not None and decimals(number) > places:
        return Problem(
            "amount-decimals",
            f"{plain(number)} has more decimals than {currency} has ({places}).",
            f"Type an amount with {_at_most(places)}.",
        )
    if significant(number) > DIGITS:
        return Problem(
            "amount-digits",
            f"{plain(number)} has more digits than a spreadsheet keeps ({DIGITS}).",
            "Change this amount in Introw itself.",
        )
    return plain(number)


def _at_most(places: int) -> str:
    if places == 0:
        return "no decimals"
    return "at most 1 decimal" if places == 1 else f"at most {places} decimals"


def _choice(field: Field, cell: Cell, before: Before, policy: Policy) -> str | Problem:
    text = shown(cell).strip()
    if text == before.baseline:
        return text
    found, allowed = _find_choice(field.name, text, policy)
    if found is not None:
        return found
    rule = field.name.replace("_", "-")
    message = f"{text!r} is not a {field.label.lower()}."
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
    return text, ()


def _same(text: str, words: dict[str, str]) -> str | None:
    wanted = text.casefold()
    return next((code for word, code in words.items() if word.casefold() == wanted), None)
