"""The closes of periods and the permissions to change a closed one, as the state store keeps them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, text

from reconcile.domain.snapshot import Environment
from reconcile.errors import DecisionNeeded
from reconcile.store.approval.kept_approvals import Claim, use
from reconcile.store.sealing import add, change
from reconcile.store.store import Store
from reconcile.store.tables import CLOSE_ATTEMPTS, CLOSES, LATE_ENTRIES, REOPENINGS


@dataclass(frozen=True, slots=True)
class KeptClose:
    """A close that passed. at: UTC, ISO 8601. first, last: the days of its period, both inside.

    superseded: why it was made again since; empty for the close that counts. inputs: what it was made of, as
    JSON. files: the SHA-256 of each file of its pack.
    """

    close_id: str
    environment: str
    period: str
    first: date
    last: date
    at: str
    by: str
    inputs: str
    files: Mapping[str, str]
    superseded: str = ""


@dataclass(frozen=True, slots=True)
class Reopening:
    """A permission, used once, to change records of a closed period. what: the run that used it."""

    environment: str
    period: str
    at: str
    by: str
    reason: str
    what: str


def counting(closes: Sequence[KeptClose]) -> list[KeptClose]:
    """The closes that were not made again since, in the order of their periods."""
    return [one for one in closes if not one.superseded]


def save_close(store: Store, kept: KeptClose, replaces: str = "", claim: Claim | None = None) -> None:
    """Keeps a close that passed, in one step. replaces: the close of the same period that no longer counts.

    claim: the review that it uses. Raises DecisionNeeded where somebody else closed the period, or made it
    again, in the meantime, and where the review does not hold any more.
    """
    with store.writing() as connection:
        _refuse_overtaken(connection, kept, replaces)
        if claim:
            use(connection, kept.environment, claim, kept.close_id, kept.at)
        _save(connection, kept)


def _refuse_overtaken(connection: Connection, kept: KeptClose, replaces: str) -> None:
    """Of several closes that are made at once, one is kept."""
    counts = (CLOSES.c.environment == kept.environment) & (CLOSES.c.superseded == "")
    later = select(CLOSES.c.close_id, CLOSES.c.period, CLOSES.c.by).where(
        counts & (CLOSES.c.last >= kept.first.isoformat())
    )
    there = connection.execute(later).all()
    if [row.close_id for row in there] != ([replaces] if replaces else []):
        found = ", ".join(f"{row.period} by {row.by} ({row.close_id})" for row in there) or "nothing"
        raise DecisionNeeded(
            f"Nothing was closed. While this close was made, somebody else closed: {found}. "
            "See close --list, and begin again if it is still needed."
        )


def _save(connection: Connection, kept: KeptClose) -> None:
    mine = (CLOSES.c.environment == kept.environment) & (CLOSES.c.period == kept.period)
    again = {"superseded": f"made again as {kept.close_id}"}
    change(connection, CLOSES, mine & (CLOSES.c.superseded == ""), again)
    row = {
        "close_id": kept.close_id,
        "environment": kept.environment,
        "period": kept.period,
        "first": kept.first.isoformat(),
        "last": kept.last.isoformat(),
        "at": kept.at,
        "by": kept.by,
        "inputs": zlib.compress(kept.inputs.encode()),
        "files": json.dumps(dict(kept.files), sort_keys=True),
        "superseded": "",
    }
    add(connection, CLOSES, [row])


def kept_closes(store: Store, environment: Environment | None = None) -> tuple[KeptClose, ...]:
    """All closes in the order of their periods, those made again included; of one environment if named."""
    query = select(CLOSES).order_by(CLOSES.c.last, text("rowid"))
    if environment is not None:
        query = query.where(CLOSES.c.environment == str(environment))
    with store.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(
        KeptClose(
            close_id=row["close_id"],
            environment=row["environment"],
            period=row["period"],
            first=date.fromisoformat(row["first"]),
            last=date.fromisoformat(row["last"]),
            at=row["at"],
            by=row["by"],
            inputs=zlib.decompress(row["inputs"]).decode(),
            files=json.loads(row["files"]),
            superseded=row["superseded"],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class KeptLateEntry:
    """An entry that trued a close up, as it was written for the finance system.

    number: from 1 for each close. entries: what it booked, as JSON. files: the SHA-256 of each file.
    """

    close_id: str
    number: int
    at: str
    by: str
    entries: str
    files: Mapping[str, str]


def save_late_entry(store: Store, kept: KeptLateEntry) -> None:
    """Remembers an entry that goes out, so that no later one holds the same once more."""
    row = {name: getattr(kept, name) for name in KeptLateEntry.__slots__}
    with store.writing() as connection:
        add(connection, LATE_ENTRIES, [{**row, "files": json.dumps(dict(kept.files), sort_keys=True)}])


def kept_late_entries(store: Store, close_id: str) -> tuple[KeptLateEntry, ...]:
    """The entries that trued a close up, oldest first."""
    query = select(LATE_ENTRIES).where(LATE_ENTRIES.c.close_id == close_id).order_by(LATE_ENTRIES.c.number)
    with store.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return tuple(KeptLateEntry(**{**row, "files": json.loads(row["files"])}) for row in rows)


@dataclass(frozen=True, slots=True)
class KeptAttempt:
    """A pack that closed nothing. at: UTC, ISO 8601. state: `draft` or `blocked`. said: why."""

    environment: str
    period: str
    close_id: str
    at: str
    by: str
    state: str
    said: str


def record_attempt(store: Store, one: KeptAttempt) -> None:
    """Remembers that a period was tried and not closed."""
    with store.writing() as connection:
        add(connection, CLOSE_ATTEMPTS, [{name: getattr(one, name) for name in KeptAttempt.__slots__}])


def attempts(store: Store, environment: Environment) -> tuple[KeptAttempt, ...]:
    """The packs that closed nothing, oldest first."""
    mine = CLOSE_ATTEMPTS.c.environment == str(environment)
    with store.reading() as connection:
        rows = connection.execute(select(CLOSE_ATTEMPTS).where(mine).order_by(text("rowid"))).mappings()
        return tuple(KeptAttempt(**row) for row in rows)


def record_reopening(store: Store, one: Reopening) -> None:
    """Remembers that a closed period was changed after all, by whom and why."""
    with store.writing() as connection:
        values = {name: getattr(one, name) for name in Reopening.__slots__}
        add(connection, REOPENINGS, [values])


def reopenings(store: Store, environment: Environment) -> tuple[Reopening, ...]:
    """Who changed a closed period, when and why, oldest first."""
    query = select(REOPENINGS).where(REOPENINGS.c.environment == str(environment)).order_by(text("rowid"))
    with store.reading() as connection:
        return tuple(Reopening(**row) for row in connection.execute(query).mappings())
