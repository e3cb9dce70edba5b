"""Whether two payments that stand in two files are one."""

from __future__ import annotations

import hashlib

from reconcile.erp.payments.model import Payment


def likeness_in_files(payment: Payment) -> tuple[object, ...]:
    """The likeness, and all that must be equal where there is no id: then all that have it agree."""
    return likeness(payment) if payment.id else (*likeness(payment), payment.day, payment.references)


def likeness(payment: Payment) -> tuple[object, ...]:
    """What two readings of one payment have in common. Equal ones in one file are different payments."""
    return (
        payment.account,
        payment.id,
        payment.amount,
        payment.status,
        payment.order,
        " ".join(payment.payee.casefold().split()),
    )


def fingerprint(payment: Payment) -> str:
    """The likeness as a short text."""
    money = payment.amount
    parts = (*likeness(payment)[:2], f"{money.amount.normalize():f}", money.currency, *likeness(payment)[3:])
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:32]


def agree(one: Payment, other: Payment) -> bool:
    """Whether the days and the references of two payments that are alike agree.

    With an id: a file may tell of the booking, another of the value date. Without one, both are equal.
    """
    if not one.id:
        return one.day == other.day and one.references == other.references
    days = ({one.booked, one.value_date} - {None}, {other.booked, other.value_date} - {None})
    same_day = not all(days) or bool(days[0] & days[1])
    return same_day and (
        not one.references or not other.references or bool({*one.references} & {*other.references})
    )
