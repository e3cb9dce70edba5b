"""What a plan must say of typed cells, written from the pages `workbook`, `checks` and `damage` of the manual.

It knows the tool by its manual alone and imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

Typed = str | int | float | datetime | None
Cell = tuple[str, str]
"""A record's id and a header."""
Record = Mapping[str, Typed]
"""The cells of an exported row by header."""

EDITABLE: Final = {
    "Payouts": ("Stage", "PO number", "Statement note"),
    "Lines": (
        *("Action", "Decline reason", "Amount", "Currency", "Source amount"),
        "Description",
    ),
}
CLEARED_BY_A_BLANK: Final = ("PO number", "Statement note", "Source amount", "Action", "Decline reason")
CHOICES: Final = {
    "Stage": ("DRAFT", "APPROVED", "PENDING_PAYMENT", "PAID", "DECLINED", "FAILED"),
    "Action": ("Decline", "Detach"),
    "Decline reason": ("DUPLICATE", "CUSTOM"),
    "Currency": ("USD", "EUR", "JPY", "KWD"),
}
DECIMALS: Final = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
AMOUNTS: Final = ("Amount", "Source amount")
MONEY: Final = frozenset(("Amount", "Currency", "Source amount", "Action", "Decline reason"))
RELEASED: Final = ("APPROVED", "PENDING_PAYMENT", "PAID")
SIGNS: Final = {"$": "USD", "USD": "USD", "EUR": "EUR"}


@dataclass
class Expected:
    """changes: the values before and after by cell. errors: the cells with an error. missing: ids."""

    changes: dict[Cell, tuple[str | None, str | None]] = field(default_factory=dict)
    errors: set[Cell] = field(default_factory=set)
    damaged: set[Cell] = field(default_factory=set)
    ignored: set[Cell] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    # The payouts of the lines with a money edit.
    payouts: dict[str, str] = field(default_factory=dict)

    @property
    def held(self) -> set[str]:
        """The records with an error."""
        return {record for record, _ in self.errors}

    @property
    def sent(self) -> set[str]:
        """The records of which something is sent: an error holds its record back, the others go ahead.

        A payout is not released while a money edit of one of its lines is held.
        """
        waiting = {self.payouts[record] for record in self.held & self.payouts.keys()}
        released = {record for (record, _), (_, after) in self.changes.items() if after in RELEASED}
        return {record for record, _ in self.changes} - self.held - (waiting & released)


def expected(
    exported: Mapping[str, tuple[str, Record]],
    edits: Mapping[Cell, Typed],
    deleted: Iterable[str],
) -> Expected:
    """What must come of the edits. exported: the sheet and the cells of each record."""
    found = Expected(missing=set(deleted))
    for record, (sheet, cells) in exported.items():
        if record in found.missing:
            continue
        typed = {header: value for (one, header), value in edits.items() if one == record}
        found.ignored |= {(record, header) for header in typed if header not in EDITABLE[sheet]}
        if cells.get("Line ID") and MONEY & typed.keys():
            found.payouts[record] = str(cells["Payout ID"])
        _row(found, record, cells, {name: typed[name] for name in EDITABLE[sheet] if name in typed})
    return found


def _row(found: Expected, record: str, cells: Record, typed: Record) -> None:
    now = {header: plain(cells[header]) for header in EDITABLE[found_sheet(cells)]}
    currency = now.get("Currency")
    if typed.get("Currency") in CHOICES["Currency"]:
        currency = plain(typed["Currency"])
    for header, value in typed.items():
        before = plain(cells[header])
        if is_damage(cells[header], value):
            found.damaged.add((record, header))
            continue
        after = meant(header, value, currency or "")
        if after == "error" or (after is None and before and header not in CLEARED_BY_A_BLANK):
            found.errors.add((record, header))
            continue
        now[header] = after
        if after != before:
            found.changes[record, header] = (before, after)
    _across(found, record, now, typed)


def _across(found: Expected, record: str, now: Mapping[str, str | None], typed: Record) -> None:
    if "Action" not in now:
        return
    places = DECIMALS.get(now["Currency"] or "", 2)
    touched = [name for name in AMOUNTS if (record, name) in found.changes]
    if (record, "Currency") in found.changes:
        touched = list(AMOUNTS)
    for name in touched:
        if len((now[name] or "").partition(".")[2]) > places:
            found.errors.add((record, name))
    if now["Amount"] == "0" and "Amount" in typed:
        found.errors.add((record, "Amount"))
    if now["Action"] == "Decline" and not now["Decline reason"]:
        found.errors.add((record, "Decline reason"))
    if now["Action"] == "Decline" and now["Decline reason"] == "CUSTOM":
        # No detail is typed in these edits, and the custom reason needs one.
        found.errors.add((record, "Decline detail"))
    if now["Decline reason"] and now["Action"] != "Decline":
        found.errors.add((record, "Decline reason"))


def found_sheet(cells: Record) -> str:
    """The sheet of a row."""
    return "Lines" if "Line ID" in cells else "Payouts"


def plain(value: Typed) -> str | None:
    """A value as the plan writes it: amounts without zeros at the end."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    assert isinstance(value, (int, float))
    return f"{Decimal(str(value)).normalize():f}"


def meant(header: str, value: Typed, currency: str) -> str | None:
    """What a typed cell means; "error" where it can mean nothing or two things."""
    if isinstance(value, datetime):
        return "error"
    if header in CHOICES and plain(value) is not None:
        return plain(value) if value in CHOICES[header] else "error"
    if header in AMOUNTS and isinstance(value, str) and value:
        return _amount(value, currency)
    return plain(value)


def _amount(text: str, currency: str) -> str:
    signs = [sign for sign in SIGNS if sign in text]
    if any(SIGNS[sign] != currency for sign in signs):
        return "error"
    for sign in signs:
        text = text.replace(sign, "")
    text = text.strip()
    negative = text.startswith(("(", "-")) or text.endswith("-")
    digits = text.strip("()-")
    if "," in digits and "." not in digits:
        return "error"  # 1,234 may be thousands or decimals
    digits = digits.replace(",", "")
    if not digits.replace(".", "", 1).isdecimal():
        return "error"
    number = Decimal(digits)
    return plain(float(-number if negative else number)) or "0"


def is_damage(before: Typed, value: Typed) -> bool:
    """Whether a program makes this of the exported text by itself."""
    if not isinstance(before, str) or not before:
        return False
    if isinstance(value, str):
        return value != before and value.strip() == before.strip()
    if isinstance(value, (int, float)):
        return before.isdecimal() and before.startswith("0") and Decimal(before) == Decimal(str(value))
    return False
