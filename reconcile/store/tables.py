"""The tables of the state store, the same in SQLite and in PostgreSQL.

The version stands in SQLite's `user_version`, and in PostgreSQL in a table. SQLite counts the rows of every
table in the order in which they were written, as `rowid`; in PostgreSQL a column of that name does.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy import Text as AnyText

STORE_VERSION: Final = 18

METADATA = MetaData()
Text: Final = AnyText().with_variant(AnyText(collation="C"), "postgresql")
"""Text that sorts by its letters' numbers, as in SQLite, whatever the database's language is."""

EXPORTS = Table(
    "exports",
    METADATA,
    Column("workbook_id", Text, primary_key=True),
    Column("environment", Text, nullable=False),
    Column("exported_at", Text, nullable=False),
    Column("export", Text, nullable=False),
    Column("baseline", LargeBinary, nullable=False),
)
RUNS = Table(
    "runs",
    METADATA,
    Column("run_id", Text, primary_key=True),
    Column("environment", Text, nullable=False),
    Column("workbook_id", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("started_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("plan", LargeBinary, nullable=False),
)
ENTRIES = Table(
    "entries",
    METADATA,
    Column("run_id", Text, ForeignKey("runs.run_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("operation_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("run_id", "number"),
)
SEALS = Table(
    "seals",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("entry_number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("marks", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
HEAD = Table(
    "head",
    METADATA,
    Column("only", Integer, primary_key=True),
    Column("seals", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
LOCKS = Table(
    "locks",
    METADATA,
    Column("environment", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", Text, nullable=False),
)
EFFECTS = Table(
    "effects",
    METADATA,
    Column("workbook_id", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("result_id", Text, nullable=False),
    UniqueConstraint("workbook_id", "action", "record_id"),
)
SPLIT_WORKBOOKS = Table(
    "handouts",  # as the store has been calling it since its first version
    METADATA,
    Column("workbook_id", Text, primary_key=True),
    Column("set_id", Text, nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("recipient", Text, nullable=False),
)
RETURNS = Table(
    "returns",
    METADATA,
    Column("workbook_id", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("at", Text, nullable=False),
)
WITHDRAWALS = Table(
    "withdrawals",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("workbook_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
COMMENTS = Table(
    "comments",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("workbook_id", Text, nullable=False, index=True),
    Column("record_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
)
SEEN_WORDS = Table(
    "seen_words",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("word", Text, nullable=False),
    Column("records", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
)
BILLS = Table(
    "bills",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("payout_id", Text, nullable=False),
    Column("line_id", Text, nullable=False),
    Column("partner_id", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("layout", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("dated", Text, nullable=False, server_default=""),
)
PAID_ACCOUNTS = Table(
    "paid_accounts",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("partner_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
)
SETTLEMENTS = Table(
    "settlements",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("workbook_id", Text, nullable=False),
    Column("payout_id", Text, nullable=False),
    Column("partner_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("payment_id", Text, nullable=False),
    Column("paid_on", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    Column("read_by", Text, nullable=False),
)
PAYMENTS_READ = Table(
    "payments_read",
    METADATA,
    Column("environment", Text, nullable=False),
    Column("workbook_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("likeness", Text, nullable=False, index=True),
    Column("payment_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("booked", Text, nullable=False),
    Column("value_date", Text, nullable=False),
    Column("payee", Text, nullable=False),
    Column("texts", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("amount", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("becomes", Text, nullable=False),
    Column("allotted", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("spot", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    Column("read_by", Text, nullable=False),
)
ANSWERS = Table(
    "answers",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("workbook_id", Text, nullable=False),
    Column("suggestion", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("chosen", Integer, nullable=False),
    Column("becomes", Text, nullable=False),
    Column("payouts", Text, nullable=False),
    Column("payments", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("cell", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
)
CLOSES = Table(
    "closes",
    METADATA,
    Column("close_id", Text, primary_key=True),
    Column("environment", Text, nullable=False, index=True),
    Column("period", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("inputs", LargeBinary, nullable=False),
    Column("files", Text, nullable=False),
    Column("superseded", Text, nullable=False),
)
LATE_ENTRIES = Table(
    "late_entries",
    METADATA,
    Column("close_id", Text, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("entries", Text, nullable=False),
    Column("files", Text, nullable=False),
    UniqueConstraint("close_id", "number"),
)
REOPENINGS = Table(
    "reopenings",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("period", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("what", Text, nullable=False),
)
CLOSE_ATTEMPTS = Table(
    "close_attempts",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("period", Text, nullable=False),
    Column("close_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("said", Text, nullable=False),
)
FENCES = Table(
    "fences",
    METADATA,
    Column("environment", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("alive_until", Float),
)
ENVIRONMENTS = Table(
    "environments",
    METADATA,
    Column("environment", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("by", Text, nullable=False),
)
IDENTITY = Table(
    "store_identity",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("since", Text, nullable=False),
)
APPROVALS = Table(
    "approvals",
    METADATA,
    Column("nonce", Text, primary_key=True),
    Column("environment", Text, nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("signature", Text, nullable=False),
)
APPROVAL_USES = Table(
    "approval_uses",
    METADATA,
    Column("request", Text, primary_key=True),
    Column("environment", Text, nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
)
REFUSALS = Table(
    "refusals",
    METADATA,
    Column("environment", Text, nullable=False, index=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
KEPT_FILES = Table(
    "kept_files",
    METADATA,
    Column("environment", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("owner", "role", "name", "sha256"),
)
DESK = Table(
    "desk",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("environment", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("until", Float),
    Column("change", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
VERSION = Table("store_version", MetaData(), Column("version", Integer, primary_key=True))
"""Only in PostgreSQL."""


def _count_rows(table: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            f"ALTER TABLE {table.name} ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY"
        )


for _table in METADATA.tables.values():
    event.listen(_table, "after_create", _count_rows)
