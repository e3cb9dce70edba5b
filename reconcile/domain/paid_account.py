"""Which bank account a partner was paid to, as the state store keeps it."""

from __future__ import annotations

from dataclasses import dataclass


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
