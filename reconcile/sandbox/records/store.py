"""The database of a sandbox: opening, seeding, and one transaction per request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random, SystemRandom
from string import ascii_lowercase, digits
from typing import Any

from sqlalchemy import Connection, Select, Table, create_engine, func, insert, select, update
from sqlalchemy.pool import StaticPool

from reconcile.sandbox import moments
from reconcile.sandbox.api.problems import not_found
from reconcile.sandbox.api.visit import Visit
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.records import rows, tables
from reconcile.sandbox.records.late_reads import LateReads
from reconcile.sandbox.records.tables import Record
from reconcile.sandbox.seed import Seed


@dataclass(frozen=True)
class Company:
    """The organisation behind every key: its currency, its rates, and its people."""

    currency: str
    billing_complete: bool
    team: frozenset[str]
    rates: dict[str, Decimal]


@dataclass
class Work:
    """One request's transaction: the connection, the choices, and the effects so far."""

    connection: Connection
    choices: Choices
    company: Company
    visit: Visit
    counts: dict[object, int]  # totals of lists, good until the next write
    now: str = field(default_factory=moments.now)
    effects: list[dict[str, Any]] = field(default_factory=list)
    made: int = 0

    def effect(self, record_id: str, kind: str) -> None:
        """Count one change of one record; it stands only if the transaction does."""
        self.effects.append({"record_id": record_id, "kind": kind, "request_seq": self.visit.seq})

    def new_id(self, prefix: str) -> str:
        """Make an id; with `seed_ids` it follows from the request's number, otherwise it is random."""
        self.made += 1
        seed = self.choices.seed_ids
        chosen = f"{seed}/{self.visit.seq}/{self.made}"
        source = SystemRandom() if seed is None else Random(chosen)  # noqa: S311 - an id, not a secret
        return prefix + "".join(source.choices(ascii_lowercase + digits, k=24))

    def one(self, query: Select[Any], **values: str) -> Record | None:
        """Fetch the only row of a query, or None; `values` fill the query's parameters."""
        row = self.connection.execute(query, values).mappings().one_or_none()
        return None if row is None else dict(row)

    def all(self, query: Select[Any]) -> list[Record]:
        """Fetch all rows of a query."""
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def known(self, table: Table, kind: str, record_id: str) -> Record:
        """Fetch the row of this id; 404 when there is none. kind: what its records are called."""
        row = self.one(select(table).where(table.c.id == record_id))
        if row is None:
            raise not_found(kind, record_id)
        return row

    def change(self, table: Table, row: Record, wanted: Record, kind: str = "update") -> Record:
        """Write what differs, and give it; a write that changes nothing has no effect and keeps updatedAt."""
        changed = {name: value for name, value in wanted.items() if row[name] != value}
        if changed:
            query = update(table).where(table.c.id == row["id"])
            self.connection.execute(query.values(**changed, updated_at=self.now))
            self.effect(row["id"], kind)
        return changed


class Store:
    """One SQLite database and its single connection; every request runs in the server's one thread."""

    def __init__(self, path: Path | None, seed: Callable[[], Seed], choices: Choices) -> None:
        """Open the database; a new one takes the seed, an existing one does not even read it."""
        self._engine = create_engine(
            f"sqlite:///{path}" if path else "sqlite://",
            connect_args={"check_same_thread": False},
            poolclass=StaticPool,
        )
        self.connection = self._engine.connect()
        self.choices = choices
        self.counts: dict[object, int] = {}
        self._late = LateReads(choices)
        try:
            self._prepare(seed)
            self._keep_past()
            self.company = self._company()
            self.last_seq = self._last_seq()
        except BaseException:
            self.close()
            raise

    def _prepare(self, seed: Callable[[], Seed]) -> None:
        # A crash of the sandbox itself loses nothing in WAL; only a power cut could.
        self.connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        self.connection.exec_driver_sql("PRAGMA synchronous=OFF")
        tables.metadata.create_all(self.connection)
        if not self.connection.execute(select(tables.organisation)).first():
            rows.load(self.connection, seed())
        self.connection.commit()

    def close(self) -> None:
        """Close the connection and the file."""
        self._late.close()
        self.connection.close()
        self._engine.dispose()

    @contextmanager
    def work(self, visit: Visit) -> Iterator[Work]:
        """Run one request's transaction: all its changes and their effects, or none of them."""
        past = self._late.shown(is_list=visit.is_list) if visit.is_read else None
        connection = past.connection if past else self.connection
        with connection.begin():
            counts = past.counts if past else self.counts
            work = Work(connection, self.choices, self.company, visit, counts)
            yield work
            if work.effects:
                self.connection.execute(insert(tables.effects), work.effects)
        if work.effects:
            visit.effect = True
            self.counts.clear()
            self._keep_past()

    def _keep_past(self) -> None:
        if self._late.wanted:
            self._late.keep(self.connection)

    def log(self, visit: Visit) -> None:
        """Write the request log's row of a request that is over."""
        with self.connection.begin():
            self.connection.execute(insert(tables.requests), rows.of_visit(visit))

    def next_seq(self) -> int:
        """Number the requests in the order in which they arrive."""
        self.last_seq += 1
        return self.last_seq

    def _company(self) -> Company:
        with self.connection.begin():
            row = self.connection.execute(select(tables.organisation)).mappings().one()
            pairs = self.connection.execute(select(tables.rates.c.currency, tables.rates.c.rate))
            rates = {currency: Decimal(rate) for currency, rate in pairs}
        team = frozenset(json.loads(row["team"]))
        return Company(row["currency"], row["billing_complete"], team, rates)

    def _last_seq(self) -> int:
        with self.connection.begin():
            return self.connection.execute(select(func.max(tables.requests.c.seq))).scalar() or 0
