"""Signed statements, which of them were used by which run, and what was refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, func, select, text

from reconcile.errors import DecisionNeeded
from reconcile.store.audit import breaks_in
from reconcile.store.recorded import recorded_in
from reconcile.store.sealing import add
from reconcile.store.tables import APPROVAL_USES, APPROVALS, IDENTITY, REFUSALS

_TABLES: Final = (IDENTITY.name, APPROVALS.name, APPROVAL_USES.name)


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A signed statement. statement: the text that is signed; the rest says the same, to be found by."""

    nonce: str
    environment: str
    act: str
    request: str
    fingerprint: str
    at: str
    by: str
    statement: str
    signature: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not done because it was not approved. at: UTC, ISO 8601."""

    environment: str
    fingerprint: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True)
class KeptApprovals:
    """What a store has of the approvals of an environment.

    store: its id; empty before anything was asked for in it. uses: by request, what used it. latest: the
    latest moment of a statement, UTC, ISO 8601. breaks: where the record is not what was written.
    """

    store: str = ""
    statements: tuple[KeptStatement, ...] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    latest: str = ""
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """An approval that a run is about to use. check: why it may not, by what is on record at that moment."""

    request: str
    by: str
    check: Callable[[KeptApprovals], str]


def kept_approvals(connection: Connection, environment: str) -> KeptApprovals:
    """What is on record of an environment, oldest first."""
    query = select(APPROVALS).where(APPROVALS.c.environment == environment).order_by(text("rowid"))
    rows = connection.execute(query).mappings().all()
    return KeptApprovals(
        store=store_id(connection),
        statements=tuple(KeptStatement(**row) for row in rows),
        uses=all_uses(connection),
        latest=connection.execute(select(func.max(APPROVALS.c.at))).scalar() or "",
        breaks=tuple(map(str, breaks_in(recorded_in(connection, _TABLES), _TABLES))),
    )


def all_statements(connection: Connection) -> tuple[KeptStatement, ...]:
    """The statements of every environment, oldest first."""
    rows = connection.execute(select(APPROVALS).order_by(text("rowid"))).mappings()
    return tuple(KeptStatement(**row) for row in rows)


def all_uses(connection: Connection) -> dict[str, str]:
    """What used each request that was used."""
    uses = connection.execute(select(APPROVAL_USES.c.request, APPROVAL_USES.c.what)).all()
    return {row.request: row.what for row in uses}


def store_id(connection: Connection) -> str:
    """The id of the store; empty where it has none yet."""
    return connection.execute(select(IDENTITY.c.id)).scalar() or ""


def give_id(connection: Connection, at: str) -> str:
    """The id of the store, which gets one where it has none. A copy of a store keeps it."""
    found = store_id(connection)
    if not found:
        found = uuid.uuid4().hex
        add(connection, IDENTITY, [{"id": found, "since": at}])
    return found


def add_statement(connection: Connection, kept: KeptStatement) -> None:
    """Puts a statement on record."""
    add(connection, APPROVALS, [{name: getattr(kept, name) for name in KeptStatement.__slots__}])


def use(connection: Connection, environment: str, claim: Claim, what: str, at: str) -> None:
    """Uses an approval, once. Raises DecisionNeeded where it may not be, by what is on record now."""
    if reason := claim.check(kept_approvals(connection, environment)):
        raise DecisionNeeded(reason)
    row = {"request": claim.request, "environment": environment, "what": what, "at": at, "by": claim.by}
    add(connection, APPROVAL_USES, [row])


def add_refusal(connection: Connection, refusal: Refusal) -> None:
    """Puts on record that something was not done."""
    add(connection, REFUSALS, [{name: getattr(refusal, name) for name in Refusal.__slots__}])


def refusals(connection: Connection, environment: str) -> tuple[Refusal, ...]:
    """What was refused, oldest first."""
    query = select(REFUSALS).where(REFUSALS.c.environment == environment).order_by(text("rowid"))
    return tuple(Refusal(**row) for row in connection.execute(query).mappings())
