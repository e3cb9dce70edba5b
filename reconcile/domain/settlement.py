"""What became of payouts by payments, and every payment that was read, as the state store keeps them."""

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
