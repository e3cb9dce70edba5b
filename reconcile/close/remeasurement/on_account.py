"""What remeasurements left on an account of the balance sheet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OnAccount:
    """An account and what stands on it by remeasurement, in the currency of the books; a debit above zero."""

    account: str
    currency: str
    amount: Decimal
