"""What became of a payout by payments, as the state store keeps it for the month's end."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.domain.money import Money


@dataclass(frozen=True, slots=True)
class Settlement:
    """One payment of a payout in one run of `payments`.

    workbook_id: the workbook that was written. state: `matched` where it stood there at once, `suggested`
    where a person had to accept it, `differs` where the amount was not right. verdict: `paid`, `failed`, or
    `settled` where the payout stood there already. how, code: the pass, and the reason for a difference.
    amount: what was paid for this payout. reference, payment_id, paid_on: of the payment, the last one
    where several payouts share several; paid_on is ISO 8601 or empty. file, sha256: where that was read.
    read_at: UTC, ISO 8601.
    """

    workbook_id: str
    payout_id: str
    partner_id: str
    state: str
    verdict: str
    how: str
    code: str
    amount: Money
    reference: str
    payment_id: str
    paid_on: str
    file: str
    sha256: str
    read_at: str
    read_by: str
