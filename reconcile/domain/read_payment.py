"""A payment as the state store keeps it: every one that was ever read."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.money import Money


@dataclass(frozen=True, slots=True)
class ReadPayment:
    """One reading of one payment.

    workbook_id: the workbook that the run wrote. key: the payment, the same in each of its readings.
    likeness: a fingerprint of what two readings of one payment have in common. payment_id, account, order_id,
    booked, value_date, payee, texts, status: as the file has them; days are ISO 8601 or empty, texts JSON.
    part: where it stands in the result. becomes: the stage that its payouts come to, where it has some.
    allotted: which amount went to which payout, as JSON; of a suggestion, that of each listed solution.
    file, sheet, spot, sha256: where it was read. read_at: UTC, ISO 8601.
    """

    workbook_id: str
    key: str
    likeness: str
    payment_id: str
    account: str
    order_id: str
    booked: str
    value_date: str
    payee: str
    texts: str
    status: str
    amount: Money
    part: str
    becomes: str
    allotted: str
    file: str
    sheet: str
    spot: str
    sha256: str
    read_at: str
    read_by: str
