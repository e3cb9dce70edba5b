"""Reads amounts: numbers in number cells, and the many ways in which people type a number as text."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from reconcile.domain.cell_texts.damage import damage
from reconcile.domain.cell_texts.typed_numbers import Typed, Unclear, fits_currency, typed_number
from reconcile.domain.fields import FieldKind, Value
from reconcile.domain.money import TOO_LONG, decimals, exponent, is_too_long, plain
from reconcile.domain.policy.names_and_limits import Policy
from reconcile.workbook.contract import DIGITS, fifteen, significant, stored_number, without_noise
from reconcile.workbook.ooxml import Cell
from reconcile.workbook.read.cell_view import Before, Problem, shown

_TYPE_PLAINLY: Final = "Type a plain number such as 1250.50."
_SHOWN: Final = 40  # characters of an endless number that a message quotes
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone


def not_a_number(cell: Cell) -> Problem:
    """The problem of a cell that holds no number."""
    text = shown(cell)
    what = f"The date {text}" if cell.kind == "date" else repr(text)
    if cell.kind != "date" and is_too_long(text):
        what = repr(f"{text[:_SHOWN]}...") if len(text) > _SHOWN else what
        return Problem("amount-digits", f"{what} cannot be an amount. {TOO_LONG}", _TYPE_PLAINLY)
    return Problem("amount-not-a-number", f"{what} is not a number.", _TYPE_PLAINLY)


def amount_in(cell: Cell, before: Before, policy: Policy) -> Value | Problem:
    """The amount in a cell that is not blank, as plain text, or why there is none."""
    if cell.kind == "number":
        return _stored(cell, before)
    if cell.kind == "date" and _is_restyled(cell, before):
        return before.baseline
    typed = typed_number(cell.text, policy.locale) if cell.kind == "text" else None
    if typed is None:
        return not_a_number(cell)
    return (
        _unclear(cell, typed, before.currency) if isinstance(typed, Unclear) else _typed(cell, typed, before)
    )


def _typed(cell: Cell, typed: Typed, before: Before) -> Value | Problem:
    foreign = [word for word in typed.currencies if not fits_currency(word, before.currency)]
    if foreign and before.currency:
        return Problem(
            "amount-currency",
            f"{cell.text.strip()!r} says {foreign[0]}, and the currency of this row is {before.currency}.",
            "Type the amount alone, and change the Currency if it is another one.",
        )
    return before.baseline if _is_before(typed.number, before) else _checked(typed.number, before.currency)


def _unclear(cell: Cell, typed: Unclear, currency: str) -> Problem:
    point, comma = (None if one is None else plain(one) for one in (typed.with_point, typed.with_comma))
    # An example must be one that the currency can have: 1.234 USD is none.
    places = exponent(currency)
    readings = [one for one in (typed.with_comma, typed.with_point) if one is not None]
    fits = next((plain(one) for one in readings if places is None or decimals(one) <= places), "")
    example = f", such as {fits}" if fits else ""
    return Problem(
        "amount-ambiguous",
        f"{cell.text.strip()!r} is {point or 'no number'} with a decimal point "
        f"and {comma or 'no number'} with a decimal comma.",
        f"Type it as a number{example}, or say with --locale how numbers are written.",
    )


def _is_before(number: Decimal, before: Before) -> bool:
    return isinstance(before.baseline, str) and number == Decimal(before.baseline) and not before.moved


def _is_restyled(cell: Cell, before: Before) -> bool:
    """Whether the amount of the export is still in the cell, and just looks like a date."""
    if not isinstance(before.baseline, str) or before.moved:
        return False
    with suppress(ValueError, OverflowError):
        then = _EPOCH + timedelta(seconds=round(Decimal(before.baseline) * 86_400))
        return then == datetime.fromisoformat(cell.text)
    return False


def _stored(cell: Cell, before: Before) -> Value | Problem:
    number = stored_number(cell.text)
    if number is None:
        return not_a_number(cell)
    if _is_before(fifteen(number), before):
        return before.baseline
    rounded = without_noise(number, before.currency)
    damaged = isinstance(before.baseline, str) and damage(FieldKind.AMOUNT, before.baseline, plain(rounded))
    if damaged and not before.moved:
        return plain(rounded)
    if rounded.adjusted() >= DIGITS:
        return Problem(
            "amount-digits",
            f"{shown(cell)} has more than the {DIGITS} digits that a spreadsheet keeps, so some were lost.",
            "Change this amount in Introw itself.",
        )
    return _checked(rounded, before.currency)


def _checked(number: Decimal, currency: str) -> str | Problem:
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
