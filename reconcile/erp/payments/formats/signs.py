"""Decides what the rows of a table mean: which sign is a payment, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import plain
from reconcile.erp.payments.formats.table import Draft, Table, payment_of
from reconcile.erp.payments.model import Payment, PaymentStatus, Place, found
from reconcile.errors import PaymentFileError

# Up to this share of the rows may have the other sign before it is no longer plain which sign is a payment.
_FEW: Final = Decimal("0.2")


def payments_of(table: Table, drafts: Sequence[Draft]) -> tuple[Payment, ...]:
    """The payments of a table. Raises PaymentFileError where both signs could be payments."""
    sign = _sign(table, drafts)
    parts = _parts(table, drafts)
    return tuple(_payment(table, draft, amount * sign) for draft, amount in parts)


def _payment(table: Table, draft: Draft, amount: Decimal) -> Payment:
    status, why = _status(table, draft)
    if status is PaymentStatus.RETURNED:
        amount = -abs(amount)
    elif amount < 0 and status is PaymentStatus.PAID:
        if table.layout.ledger:
            table.findings.append(_other_way_round(draft))
        else:
            status, why = PaymentStatus.IGNORED, "money received"
    return payment_of(table, draft, amount, status, why)


def _status(table: Table, draft: Draft) -> tuple[PaymentStatus, str]:
    layout, row = table.layout, draft.row
    said, kind = table.text(row, "status"), table.text(row, "kind")
    why = table.text(row, "reason") or said
    groups = (
        (layout.ignored, PaymentStatus.IGNORED),
        (layout.rejected, PaymentStatus.REJECTED),
        (layout.returned, PaymentStatus.RETURNED),
    )
    for words, status in groups:
        if said.casefold() in words:
            return status, why
    if kind and layout.kinds and kind.casefold() not in layout.kinds:
        return PaymentStatus.IGNORED, f"the row is of the kind {kind}"
    return PaymentStatus.PAID, ""


def _sign(table: Table, drafts: Sequence[Draft]) -> int:
    """1 where positive amounts are payments, -1 where negative ones are."""
    given = table.hints.sign or table.layout.sign
    if given or not table.header.has("amount"):
        return -1 if given == "negative" else 1
    counted = [one for one in drafts if one.amount and _status(table, one)[0] is PaymentStatus.PAID]
    negative = [one for one in counted if one.amount and one.amount < 0]
    positive = len(counted) - len(negative)
    if len(negative) <= positive * _FEW:
        return 1
    if positive > len(negative) * _FEW:
        raise _both_signs(negative[0], next(one for one in counted if one.amount and one.amount > 0), counted)
    table.findings.append(_turned(negative[0], len(negative)))
    return -1


def _both_signs(down: Draft, up: Draft, counted: Sequence[Draft]) -> PaymentFileError:
    return PaymentFileError(
        f"{up.place} has {plain(up.amount or Decimal(0))} and {down.place} has "
        f"{plain(down.amount or Decimal(0))}; of {len(counted)} rows many have either sign. Say which are "
        "payments to partners: --sign positive or --sign negative."
    )


def _turned(first: Draft, count: int) -> Finding:
    return found(
        "sign-turned",
        f"{count} of the amounts are negative, so negative amounts are read as payments.",
        "Nothing to do if that is right; otherwise pass --sign positive.",
        first.place,
        plain(first.amount or Decimal(0)),
        Severity.INFO,
    )


def _other_way_round(draft: Draft) -> Finding:
    return found(
        "sign-other",
        "The amount has the other sign than the payments of this file, so it is not taken for one.",
        "Look whether it is a refund or a typing error; it stands with the payments that fit no payout.",
        draft.place,
        plain(draft.amount or Decimal(0)),
    )


def _parts(table: Table, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Decimal]]:
    """Each row with its amount; where rows are parts of one payment, with what the parts leave over.

    NetSuite writes a row for each bill, each with the payment's total, and often one for the payment itself.
    """
    if not table.header.has("total") or table.header.first("total") == table.header.first("amount"):
        yield from ((draft, draft.amount) for draft in drafts if draft.amount is not None)
        return
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        key = table.text(draft.row, "id") or str(draft.row.number)
        groups.setdefault(key, []).append(draft)
    for group in groups.values():
        yield from _whole_and_parts(table, group)


def _whole_and_parts(table: Table, group: Sequence[Draft]) -> Iterator[tuple[Draft, Decimal]]:
    parts: dict[tuple[object, ...], Draft] = {}
    for draft in group:
        if draft.amount is None:
            continue
        key = (*table.all_texts(draft.row, "bill"), draft.amount)
        if key in parts:
            table.findings.append(_twice(draft, parts[key].place))
        else:
            parts[key] = draft
    applied = Decimal(0)
    for draft in parts.values():
        applied += abs(draft.amount or Decimal(0))
        yield draft, draft.amount or Decimal(0)
    whole = next((abs(draft.total) for draft in group if draft.total is not None), applied)
    if whole != applied:
        # What was paid and applied to no bill: it belongs to the total, so it is a payment of its own.
        lead = next((draft for draft in group if draft.amount is None), group[0])
        yield lead, whole - applied


def _twice(draft: Draft, first: Place) -> Finding:
    return found(
        "row-twice",
        f"The same bill of the same payment stands in {first} already; it is counted once.",
        "Nothing to do.",
        draft.place,
        plain(draft.amount or Decimal(0)),
    )
