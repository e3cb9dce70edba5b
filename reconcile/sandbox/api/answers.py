"""The shapes of answers, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from reconcile.sandbox.wire import Currency, DecimalText, Instant, Stage, Wire

_T = TypeVar("_T")


class Amount(Wire):
    """An amount of money with its currency."""

    value: DecimalText
    currency: Currency


class PartnerRef(Wire):
    """The partner inside a payout."""

    id: str
    name: str


class Payout(Wire):
    """A payout (introw-api.md 2.2)."""

    id: str
    partner: PartnerRef
    batch_id: str
    period_start: Instant
    period_end: Instant
    amount: Amount
    stage: Stage
    po_number: str | None
    metadata: str | None = None
    created_at: Instant
    updated_at: Instant


class Line(Wire):
    """A commission line (introw-api.md 2.9); the status is an open string."""

    id: str
    partner_id: str
    payout_id: str | None
    description: str | None
    amount: DecimalText
    source_amount: DecimalText | None
    currency: Currency
    status: str
    plan_name: str | None
    period_end: Instant | None
    note: str | None = None
    created_at: Instant
    updated_at: Instant


class Partner(Wire):
    """A partner (introw-api.md 2.16)."""

    id: str
    name: str
    domain: str | None
    external_company_id: str | None
    external_id: str | None
    external_id_type: str | None
    manager_email: str | None
    categories: list[str]
    tier_id: str | None
    phase_id: str | None
    owner: None
    manager: None
    partner_object_crm_properties: dict[str, Any]
    company_crm_properties: dict[str, Any]
    crm_properties: dict[str, Any]
    status: str
    created_at: Instant
    updated_at: Instant


class Batch(Wire):
    """A batch; that its answer lists the payouts it opened is a choice."""

    id: str
    period_start: Instant
    period_end: Instant
    payout_ids: list[str]
    created_at: Instant


class Statement(Wire):
    """A link to a statement (introw-api.md 2.8); the name `url` is a choice."""

    url: str
    expires_at: Instant
    is_uploaded: bool


class Comment(Wire):
    """A comment as it was kept."""

    id: str
    comment: str
    author_email: str
    commission_payout_id: str
    is_internal: bool
    thread_id: str | None
    created_at: Instant


class One(BaseModel, Generic[_T]):
    """A single record in its envelope (introw-api.md 2.1)."""

    data: _T


class FieldDetail(BaseModel):
    """One refused field of a 422."""

    field: str
    message: str


class FlatError(BaseModel):
    """An error with bare members."""

    code: str
    message: str
    details: list[FieldDetail]


class NestedError(BaseModel):
    """An error inside the member `error`."""

    error: FlatError
