"""The manifest beside a set of import files: what is in them, what is not, and the proof that it adds up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from reconcile.domain.bill import PAYS, IssuedBill
from reconcile.domain.money import Money, totals, wire_amount
from reconcile.domain.snapshot import Environment, Scope
from reconcile.erp.bills.model import Bill, Billing, LeftOut, Why
from reconcile.errors import ConfigurationError

F = TypeVar("F", bound="OutFile")
MANIFEST_VERSION = 1


class OutFile(Protocol):
    """A file of bills: for a finance system, or for a bank that pays them. rows: what stands in it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def rows(self) -> Sequence[object]:
        """Its rows, or its orders."""

    @property
    def bills(self) -> tuple[Bill, ...]:
        """The bills in it, each whole."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file as it is on disk."""

    file: OutFile
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Issue:
    """Who made a set of files, of what, with which layout, and why again, if again. pays: see the layout."""

    environment: Environment
    scope: Scope
    layout: str
    at: datetime
    by: str
    reason: str = ""
    pays: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """Per currency: what the payouts in scope come to, and where it went. Credits count as negative."""

    currency: str
    in_scope: Decimal
    in_files: Decimal
    billed_before: Decimal
    held_back: Decimal

    @property
    def residual(self) -> Decimal:
        """Zero, or money is lost."""
        return self.in_scope - self.in_files - self.billed_before - self.held_back


def tie_out(amounts: Iterable[Money], billing: Billing) -> tuple[Tie, ...]:
    """The tie-out. amounts: those of the payouts in scope, summed apart from the bills."""
    scope = totals(amounts)
    parts = [
        totals(bill.amount for bill in billing.bills),
        *(
            totals(left.amount for left in billing.left_out if left.why in why)
            for why in ((Why.BILLED, Why.SENT), (Why.HELD,))
        ),
    ]
    currencies = sorted({*scope, *(currency for part in parts for currency in part)})
    zero = Decimal(0)
    return tuple(
        Tie(one, scope.get(one, zero), *(part.get(one, zero) for part in parts)) for one in currencies
    )


def issued_bills(sealed: Sequence[Sealed], issue: Issue) -> tuple[IssuedBill, ...]:
    """What the state store keeps: each bill once, with the first file that it is in."""
    found: dict[str, IssuedBill] = {}
    for one in sealed:
        for bill in one.file.bills:
            found.setdefault(
                bill.number,
                IssuedBill(
                    number=bill.number,
                    payout_id=bill.payout.id,
                    line_id=bill.line_id,
                    partner_id=bill.payout.partner_id,
                    amount=bill.amount,
                    layout=issue.layout + (PAYS if issue.pays else ""),
                    file=one.file.name,
                    sha256=one.sha256,
                    issued_at=issue.at.isoformat(),
                    issued_by=issue.by,
                    reason=issue.reason,
                    dated=bill.date.isoformat(),
                ),
            )
    return tuple(found.values())


def seal(files: Sequence[F], content: Callable[[F], bytes]) -> tuple[Sealed, ...]:
    """The files with their bytes and hashes. Raises ConfigurationError when two would have the same name."""
    names = [file.name for file in files]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(
                f"Two files would be called {name}. Put {{currency}}, {{entity}} and {{number}} into the "
                "name of the file in the layout."
            )
    contents = [content(file) for file in files]
    return tuple(
        Sealed(file, one, hashlib.sha256(one).hexdigest()) for file, one in zip(files, contents, strict=True)
    )


def manifest(issue: Issue, billing: Billing, sealed: Sequence[Sealed], ties: Sequence[Tie]) -> dict[str, Any]:
    """The manifest as plain JSON values; amounts are texts."""
    return {
        "version": MANIFEST_VERSION,
        "made_at": issue.at.isoformat(),
        "made_by": issue.by,
        "environment": str(issue.environment),
        "scope": str(issue.scope),
        "layout": issue.layout,
        "pays": issue.pays,
        "issued_again_because": issue.reason or None,
        "files": [_file(one) for one in sealed],
        "bills": [_bill(bill) for bill in billing.bills],
        "left_out": [_left_out(left) for left in billing.left_out],
        "held_back": sum(left.why is Why.HELD for left in billing.left_out),
        "tie_out": [_tie(tie) for tie in ties],
    }


def _file(one: Sealed) -> Mapping[str, Any]:
    sums = totals(bill.amount for bill in one.file.bills)
    return {
        "name": one.file.name,
        "sha256": one.sha256,
        "bytes": len(one.content),
        "bills": len(one.file.bills),
        "rows": len(one.file.rows),
        "totals": {currency: wire_amount(amount, currency) for currency, amount in sums.items()},
    }


def _bill(bill: Bill) -> Mapping[str, Any]:
    return {
        "number": bill.number,
        "kind": bill.kind,
        "payout_id": bill.payout.id,
        "line_id": bill.line_id or None,
        "partner_id": bill.payout.partner_id,
        "partner": bill.payout.partner_name,
        "vendor": bill.vendor.vendor or bill.vendor.vendor_id,
        "amount": wire_amount(bill.amount.amount, bill.amount.currency),
        "currency": bill.amount.currency,
        "due": bill.due.isoformat(),
    }


def _left_out(left: LeftOut) -> Mapping[str, Any]:
    return {
        "why": left.why.value,
        "payout_id": left.payout.id,
        "partner": left.payout.partner_name,
        "amount": wire_amount(left.amount.amount, left.amount.currency),
        "currency": left.amount.currency,
        "reason": left.reason,
        "fix": left.fix or None,
    }


def _tie(tie: Tie) -> Mapping[str, Any]:
    parts = ("in_scope", "in_files", "billed_before", "held_back", "residual")
    return {"currency": tie.currency} | {
        part: wire_amount(getattr(tie, part), tie.currency) for part in parts
    }
