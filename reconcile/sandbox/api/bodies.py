"""The bodies of requests, as the OpenAPI document shows them; unknown members are ignored."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StrictBool

from reconcile.sandbox.wire import Currency, DecimalText, Id, Instant, Stage, Text, Text2000, Wire


def _nothing() -> Any:  # noqa: ANN401 - fits a member of any type
    """Stand in for a member that was not sent, and may not be null when it is."""


class PayoutPatch(Wire):
    """The members of a payout that may change (introw-api.md 2.5); only those sent do."""

    stage: Stage = Field(default_factory=_nothing)
    po_number: Text | None = None
    metadata: Text2000 | None = None


class PayoutCreate(Wire):
    """A new payout (introw-api.md 2.6); with a batch, the batch's dates win."""

    partner_id: Id
    period_start: Instant | None = None
    period_end: Instant | None = None
    batch_id: Id | None = None
    metadata: Text2000 | None = None
    attach_pending_lines: StrictBool = False


class BatchCreate(Wire):
    """A payout run (introw-api.md 2.7)."""

    period_start: Instant
    period_end: Instant
    partner_ids: tuple[Id, ...] = ()
    attach_pending_lines: StrictBool = False


class LineCreate(Wire):
    """A new line (introw-api.md 2.12); `note` is not among its members."""

    partner_id: Id
    amount: DecimalText
    currency: Currency
    description: Text2000 | None = None
    source_amount: DecimalText | None = None
    payout_id: Id | None = None
    idempotency_key: Annotated[Text, Field(min_length=1, max_length=255)] | None = None


class LinePatch(Wire):
    """The members of a line that may change (introw-api.md 2.13); description is not nullable."""

    amount: DecimalText = Field(default_factory=_nothing)
    currency: Currency = Field(default_factory=_nothing)
    description: Text2000 = Field(default_factory=_nothing)
    source_amount: DecimalText | None = None
    note: Text2000 | None = None


class Decline(Wire):
    """Why a line is declined (introw-api.md 2.14); the text member's name is a choice."""

    model_config = ConfigDict(extra="allow")

    reason_type: Text


class PartnerCreate(Wire):
    """A partner to create, or to update when name or domain match (introw-api.md 2.16)."""

    name: Annotated[Text, Field(min_length=1, max_length=200)]
    domain: Annotated[Text, Field(min_length=1, max_length=255)] | None = None
    tier_id: Id = Field(default_factory=_nothing)
    phase_id: Id = Field(default_factory=_nothing)


class PartnerPatch(PartnerCreate):
    """The members of a partner that may change."""

    name: Annotated[Text, Field(min_length=1, max_length=200)] = Field(default_factory=_nothing)


class CommentCreate(Wire):
    """A comment on a payout (introw-api.md 2.17)."""

    comment: Annotated[Text, Field(min_length=1)]
    author_email: Annotated[Text, Field(min_length=3)]
    commission_payout_id: Id
    is_internal: StrictBool = False
    thread_id: Id | None = None
