"""The tables behind the sandbox. Indexes follow the lists: newest first, within each filter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text

Record = dict[str, Any]  # a row, by column name

metadata = MetaData()

organisation = Table(
    "organisation",
    metadata,
    Column("currency", String, primary_key=True),
    Column("billing_complete", Boolean, nullable=False),
    Column("team", Text, nullable=False),  # a JSON array of e-mail addresses
)

rates = Table(
    "rates",
    metadata,
    Column("currency", String, primary_key=True),
    Column("rate", String, nullable=False),  # decimal text: one unit in company currency
)

partners = Table(
    "partners",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("domain", String),
    Column("external_id", String),
    Column("details", Text, nullable=False),  # the other members of a partner, as a JSON object
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    Index("partners_newest", "created_at", "id"),
    Index("partners_external", "external_id"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String, primary_key=True),
    Column("period_start", String, nullable=False),
    Column("period_end", String, nullable=False),
    Column("created_at", String, nullable=False),
)

payouts = Table(
    "payouts",
    metadata,
    Column("id", String, primary_key=True),
    Column("partner_id", String, nullable=False),
    Column("batch_id", String, nullable=False),
    Column("period_start", String, nullable=False),
    Column("period_end", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("po_number", Text),
    Column("statement_note", Text),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    Index("payouts_newest", "created_at", "id"),
    Index("payouts_stage", "stage", "created_at", "id"),
    Index("payouts_partner", "partner_id", "created_at", "id"),
    Index("payouts_batch", "batch_id", "partner_id", unique=True),  # one payout per partner on a batch
)

lines = Table(
    "lines",
    metadata,
    Column("id", String, primary_key=True),
    Column("partner_id", String, nullable=False),
    Column("payout_id", String),
    Column("description", Text),
    Column("amount", String, nullable=False),  # decimal text
    Column("minor", Integer, nullable=False),  # the same in minor units, for exact sums in SQL
    Column("source_amount", String),
    Column("currency", String, nullable=False),
    Column("status", String, nullable=False),
    Column("plan_name", Text),
    Column("period_end", String),
    Column("note", Text),
    Column("reason_type", String),
    Column("reason_detail", Text),
    Column("idempotency_key", Text, unique=True),
    Column("created_at", String, nullable=False),
    Column("updated_at", String, nullable=False),
    Index("lines_newest", "created_at", "id"),
    Index("lines_payout", "payout_id", "created_at", "id"),
    Index("lines_partner", "partner_id", "created_at", "id"),
    Index("lines_status", "status", "created_at", "id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", String, primary_key=True),
    Column("payout_id", String, nullable=False),
    Column("author_email", String, nullable=False),
    Column("comment", Text, nullable=False),
    Column("is_internal", Boolean, nullable=False),
    Column("thread_id", String),
    Column("created_at", String, nullable=False),
)

# What happened to which record, and on which request: tests count these rows.
effects = Table(
    "effects",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("record_id", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("request_seq", Integer, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("key", String),  # the name of a key we issued; an unknown key is never written down
    Column("method", String, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", Integer),  # null when the connection was closed without an answer
    Column("effect", Boolean, nullable=False),
    Column("fault", String),
)
