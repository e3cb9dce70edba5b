"""The chain of seals over every row that decides something. Pure.

Each time a row is written, changed or removed, one seal is added: the table, the row's key, a digest of the
row and a short mark of each column. A seal holds the hash of the seal before it, and the table `head` says
where the chain ends. So a row that differs from its last seal was changed past this program, and the marks
tell in which columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Table

from reconcile.store.tables import (
    ANSWERS,
    APPROVAL_USES,
    APPROVALS,
    BILLS,
    CLOSE_ATTEMPTS,
    CLOSES,
    COMMENTS,
    EFFECTS,
    ENTRIES,
    ENVIRONMENTS,
    EXPORTS,
    IDENTITY,
    KEPT_FILES,
    LATE_ENTRIES,
    LOCKS,
    PAID_ACCOUNTS,
    PAYMENTS_READ,
    REFUSALS,
    REOPENINGS,
    RETURNS,
    RUNS,
    SEEN_WORDS,
    SETTLEMENTS,
    SPLIT_WORKBOOKS,
    WITHDRAWALS,
)

Value = str | int | float | bytes | None
"""What a column holds; a float only where somebody else wrote it."""

ADOPTED: Final = "store"
"""Stands for the table in the seal that says that rows of an earlier version were sealed as found."""
_MARK: Final = 8


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table under seal.

    key: the columns that name a row. appended: rows are only ever added to it. bulky: the columns that hold
    whole months, which a quick look leaves out.
    """

    table: Table
    key: tuple[str, ...]
    appended: bool = False
    bulky: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.table.name

    def key_of(self, row: Mapping[str, Value]) -> str:
        """The key of a row as its seal names it."""
        return json.dumps([_told(row[column]) for column in self.key], ensure_ascii=False)


SEALED: Final[Mapping[str, Sealed]] = {
    one.name: one
    for one in (
        Sealed(EXPORTS, ("workbook_id",), bulky=frozenset({"baseline"})),
        Sealed(RUNS, ("run_id",)),
        Sealed(ENTRIES, ("run_id", "number")),
        Sealed(EFFECTS, ("workbook_id", "action", "record_id")),
        Sealed(LOCKS, ("environment",)),
        Sealed(SPLIT_WORKBOOKS, ("workbook_id",)),
        Sealed(RETURNS, ("workbook_id",)),
        Sealed(WITHDRAWALS, ("workbook_id", "state", "at"), appended=True),
        Sealed(COMMENTS, ("workbook_id", "record_id", "at", "by"), appended=True),
        Sealed(SEEN_WORDS, ("environment", "kind", "word")),
        Sealed(BILLS, ("environment", "number", "payout_id", "line_id", "issued_at"), appended=True),
        Sealed(PAID_ACCOUNTS, ("environment", "partner_id", "file", "sent_at"), appended=True),
        Sealed(
            SETTLEMENTS, ("environment", "workbook_id", "payout_id", "payment_id", "read_at"), appended=True
        ),
        Sealed(PAYMENTS_READ, ("environment", "workbook_id", "key", "file", "sheet", "spot"), appended=True),
        Sealed(ANSWERS, ("environment", "workbook_id", "suggestion", "owner", "state", "at"), appended=True),
        Sealed(CLOSES, ("close_id",), bulky=frozenset({"inputs"})),
        Sealed(LATE_ENTRIES, ("close_id", "number"), appended=True),
        Sealed(CLOSE_ATTEMPTS, ("environment", "close_id"), appended=True),
        Sealed(REOPENINGS, ("environment", "period", "at", "what"), appended=True),
        Sealed(ENVIRONMENTS, ("environment",)),
        Sealed(IDENTITY, ("id",)),
        Sealed(APPROVALS, ("nonce",), appended=True),
        Sealed(APPROVAL_USES, ("request",), appended=True),
        Sealed(REFUSALS, ("environment", "fingerprint", "at", "reason"), appended=True),
        Sealed(KEPT_FILES, ("owner", "role", "name", "sha256"), appended=True, bulky=frozenset({"content"})),
    )
}


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain.

    sealed: the table. key: of the row, as `Sealed.key_of` gives it. digest: of the row; empty where the row
    was removed. marks: a short hash per column, as JSON. Seals of versions before 8 are of entries, without
    marks: key is then the run, entry_number the entry's number in it, and digest the entry's hash.
    """

    number: int
    sealed: str
    key: str
    entry_number: int
    digest: str
    marks: str
    hash: str = ""

    @property
    def is_early(self) -> bool:
        """Whether it was made by a version before 8."""
        return self.sealed == ENTRIES.name and not self.marks

    @property
    def row_key(self) -> str:
        """The key of the row that it seals."""
        return json.dumps([self.key, self.entry_number], ensure_ascii=False) if self.is_early else self.key


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain of seals: how many there are, and the hash of the last one."""

    seals: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row as the audit sees it: its key, and the hash of each column. unread: the columns left out."""

    key: str
    columns: Mapping[str, str]
    unread: frozenset[str] = frozenset()

    def digest(self, names: Sequence[str]) -> str:
        """One hash over these columns."""
        return _hash(*(f"{name}={self.columns.get(name, '')}" for name in names))

    def changed(self, marks: Mapping[str, str]) -> tuple[str, ...]:
        """The columns that were read and whose hash does not begin with the mark that a seal has of it."""
        read = {name: mark for name, mark in marks.items() if name not in self.unread}
        return tuple(name for name, mark in read.items() if self.columns.get(name, "")[: len(mark)] != mark)

    @property
    def marks(self) -> str:
        """The short hash of each column, as JSON."""
        return json.dumps({name: self.columns[name][:_MARK] for name in sorted(self.columns)})


def facts_of_row(sealed: Sealed, row: Mapping[str, Value], unread: frozenset[str] = frozenset()) -> RowFacts:
    """What a seal says of a row; a column that the row does not name is empty."""
    names = [column.name for column in sealed.table.columns if column.name not in unread]
    return RowFacts(sealed.key_of(row), {name: _hash(*_typed(row.get(name))) for name in names}, unread)


def seal_of(head: Head, sealed: Sealed, facts: RowFacts) -> Seal:
    """The seal of a row as it stands now."""
    names = sorted(facts.columns)
    return chained(head, Seal(head.seals + 1, sealed.name, facts.key, 0, facts.digest(names), facts.marks))


def removal_of(head: Head, sealed: Sealed, key: str) -> Seal:
    """The seal that says that a row was taken away."""
    return chained(head, Seal(head.seals + 1, sealed.name, key, 0, "", "{}"))


def adoption_of(head: Head, version: int, at: str, entries: int) -> Seal:
    """The seal that says that what came before it was sealed as it was found.

    version: of the store. at: UTC, ISO 8601. entries: how many journal entries had no seal.
    """
    return chained(head, Seal(head.seals + 1, ADOPTED, json.dumps([version, at, entries]), 0, "", "{}"))


def chained(head: Head, seal: Seal) -> Seal:
    """The seal with the hash that ties it to the one before it."""
    parts = (
        (seal.key, str(seal.entry_number), seal.digest)
        if seal.is_early
        else (seal.sealed, seal.key, str(seal.entry_number), seal.digest, seal.marks)
    )
    text = _hash(head.hash, str(seal.number), *parts)
    return Seal(seal.number, seal.sealed, seal.key, seal.entry_number, seal.digest, seal.marks, text)


def _typed(value: Value) -> tuple[str, str]:
    """A value with its kind, so that the text 5 is not the number 5."""
    if isinstance(value, bytes):
        return "bytes", hashlib.sha256(value).hexdigest()
    return ("nothing", "") if value is None else (type(value).__name__, str(value))


def _told(value: Value) -> str | int | float | None:
    return value.hex() if isinstance(value, bytes) else value


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
