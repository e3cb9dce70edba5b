"""The roll-forward: how what was owed at the last close became what is owed at this one.

    opening + earned + adjusted + moved in - moved out - paid + returned - difference - declined = closing

Every number has its list of lines, and the closing is summed apart from the movements, so that a residual
shows. Amounts are in the currency of the lines and never added across currencies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Final

from pydantic import TypeAdapter


class Movement(StrEnum):
    """The columns of the roll-forward, in order. Paid, declined and moved out are negative amounts.

    returned: payments that came back. difference: what a tolerance or a bank fee left of a payment.
    """

    OPENING = "opening"
    EARNED = "earned"
    ADJUSTED = "adjusted"
    MOVED_IN = "moved in"
    MOVED_OUT = "moved out"
    PAID = "paid"
    RETURNED = "returned"
    DIFFERENCE = "difference"
    DECLINED = "declined"
    CLOSING = "closing"


MOVEMENTS: Final[Mapping[int, tuple[Movement, ...]]] = {
    1: tuple(one for one in Movement if one not in (Movement.RETURNED, Movement.DIFFERENCE)),
    2: tuple(Movement),
}
"""The columns by the version of the numbers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of one column: of a line, or of a payout where `line_id` is empty.

    amount: signed, so that a column is the plain sum of its entries. day, source: when, and where it is read.
    part: of a closing, what kind of open item it is; empty in the first version.
    """

    movement: Movement
    line_id: str
    payout_id: str | None
    partner_id: str
    partner: str
    plan: str
    currency: str
    amount: Decimal
    why: str = ""
    day: date | None = None
    source: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Roll:
    """One row of the roll-forward, per currency or per currency and partner."""

    currency: str
    partner_id: str
    partner: str
    sums: Mapping[Movement, Decimal]

    @property
    def residual(self) -> Decimal:
        """What the movements do not explain of the closing: zero, or the close does not pass."""
        moved = sum((sum_ for one, sum_ in self.sums.items() if one is not Movement.CLOSING), Decimal(0))
        return self.sums[Movement.CLOSING] - moved


@cache
def _adapter() -> TypeAdapter[tuple[Entry, ...]]:
    return TypeAdapter(tuple[Entry, ...])


def entries_as_json(found: Iterable[Entry]) -> str:
    """Entries as the state store keeps them."""
    return _adapter().dump_json(tuple(found)).decode()


def entries_from(text: str) -> tuple[Entry, ...]:
    """Entries as they were kept. Raises ValueError where the text is damaged."""
    return _adapter().validate_json(text)


def rolls(found: Iterable[Entry], movements: Sequence[Movement], *, by_partner: bool) -> tuple[Roll, ...]:
    """The rows of the roll-forward with these columns, in the order of currency and partner."""
    sums: dict[tuple[str, str, str], dict[Movement, Decimal]] = defaultdict(
        lambda: dict.fromkeys(movements, Decimal(0))
    )
    for one in found:
        key = (one.currency, one.partner, one.partner_id) if by_partner else (one.currency, "", "")
        sums[key][one.movement] += one.amount
    return tuple(
        Roll(currency, partner_id, partner, dict(row))
        for (currency, partner, partner_id), row in sorted(sums.items())
    )
