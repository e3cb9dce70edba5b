"""What went out, as the state store keeps it: bills, and the bank accounts that payment files paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.domain.money import Money

PAYS: Final = " (pays)"
"""Stands behind the layout of a bill whose file pays by itself."""


@dataclass(frozen=True, slots=True)
class IssuedBill:
    """One bill in one import file.

    number: as the finance software shows it; the same payout always gets the same. payout_id: what it pays;
    line_id: its line, where a bill was made per line, else empty. amount: in the payout's currency, negative
    for a vendor credit. layout: the layout it was written with, and PAYS where its file pays. file, sha256:
    the file. issued_at: UTC, ISO 8601. reason: why it was issued again; empty the first time. dated:
    the bill's own date, ISO 8601; empty for a bill from before it was kept.
    """

    number: str
    payout_id: str
    line_id: str
    partner_id: str
    amount: Money
    layout: str
    file: str
    sha256: str
    issued_at: str
    issued_by: str
    reason: str = ""
    dated: str = ""

    @property
    def pays(self) -> bool:
        """Whether it went out to be paid, rather than to be booked by a finance system."""
        return self.layout.endswith(PAYS)


@dataclass(frozen=True, slots=True)
class PaidAccount:
    """The account of a partner in one payment file.

    fingerprint: a slow hash of the account, from which the account cannot be read. kind: `payment`, or
    `prenote` for an entry of zero that tests the account. file: the payment file. sent_at: UTC, ISO 8601.
    """

    partner_id: str
    fingerprint: str
    kind: str
    file: str
    sent_at: str
    sent_by: str
