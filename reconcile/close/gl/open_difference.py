"""What did not tie to the general ledger, carried on until an export is brought again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A difference of an account. period: of the close that found it. amount: a debit where positive."""

    account: str
    currency: str
    period: str
    amount: Decimal
