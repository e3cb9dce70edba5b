"""An export of the general ledger: balances and postings of the accounts that a close looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account stands at, in one currency. amount: a debit above zero. place: where it was read."""

    account: str
    currency: str
    amount: Decimal
    place: str


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of a booking. amount: a debit above zero. text: its number, kind, name and memo, as one."""

    account: str
    day: date
    currency: str
    amount: Decimal
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class GeneralLedger:
    """A file of the finance system, cut down to the accounts that were asked for.

    openings: before the first posting; closings: after the last, or those of a trial balance. as_of: the day
    that a trial balance says it is of, None where it says none.
    """

    file: str
    sha256: str
    kind: Literal["trial balance", "transactions"]
    openings: tuple[Balance, ...] = ()
    closings: tuple[Balance, ...] = ()
    postings: tuple[Posting, ...] = ()
    as_of: date | None = None
