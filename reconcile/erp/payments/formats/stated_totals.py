"""Findings of bank files: a balance or a sum that the file states and its entries do not give.

They are errors that a person may let pass by name; what was let pass stands in the tie-out.
"""

from __future__ import annotations

from decimal import Decimal

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import plain
from reconcile.erp.payments.model import Place, found

_FETCH: str = "Fetch the file from the bank again: entries are missing, or it was changed."


def closing_balance(place: Place, opening: Decimal, after: Decimal, closing: Decimal) -> Finding:
    """The opening balance and the entries do not give the closing balance."""
    return found(
        "closing-balance",
        f"The opening balance {plain(opening)} and the entries give {plain(after)}, and the closing balance "
        f"is {plain(closing)}.",
        _FETCH,
        place,
        plain(closing),
        Severity.ERROR,
    )


def control_total(place: Place, what: str, said: str, there: str) -> Finding:
    """A sum or a count that the file states is not that of its entries."""
    return found(
        "control-total", f"{what} says {said}, the entries give {there}.", _FETCH, place, said, Severity.ERROR
    )


def part_unread(place: Place, part: str, error: Exception) -> Finding:
    """A part of an entry that the entry can do without cannot be read."""
    told = str(error).removeprefix(f"{place}: ").partition(". ")[0]
    return found(
        "part-unread",
        f"{part} of the entry cannot be read and is left out: {told}.",
        "Nothing to do if the amount and the day of the entry are right.",
        place,
    )
