"""What a store holds, and who holds which environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from reconcile.domain.snapshot import Environment
from reconcile.store.fence import is_alive, number_of
from reconcile.store.lock import holder_of
from reconcile.store.run import Holder
from reconcile.store.sealing import add
from reconcile.store.store import Store
from reconcile.store.tables import (
    ANSWERS,
    BILLS,
    CLOSES,
    ENVIRONMENTS,
    EXPORTS,
    LOCKS,
    METADATA,
    PAID_ACCOUNTS,
    PAYMENTS_READ,
    RUNS,
    SETTLEMENTS,
)


@dataclass(frozen=True, slots=True)
class Held:
    """An environment that somebody holds. number: under which. lives: whether; None where it is not known."""

    environment: str
    holder: Holder
    number: int
    lives: bool | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a store holds. rows: per table. environments: those that it has seen. size: in bytes."""

    version: int
    size: int
    rows: Mapping[str, int]
    environments: tuple[str, ...]
    held: tuple[Held, ...]


def holdings(store: Store) -> Holdings:
    """Everything that `reconcile state` shows."""
    backend = store.backend
    with store.reading() as connection:
        rows = {table.name: _count(connection, table) for table in METADATA.sorted_tables}
        names = sorted({name for table in _TELLING for name in _environments(connection, table)})
        held = tuple(_held(store, connection, name) for name in _environments(connection, LOCKS))
        return Holdings(
            backend.version(connection),
            backend.size(connection),
            rows,
            tuple(names),
            tuple(filter(None, held)),
        )


_DONE = (RUNS, BILLS, PAID_ACCOUNTS, SETTLEMENTS, PAYMENTS_READ, ANSWERS, CLOSES, ENVIRONMENTS)
_TELLING = (*_DONE, EXPORTS)


def has_seen(store: Store, environment: Environment, *, by_export: bool) -> bool:
    """Whether something was done here for an environment. by_export: whether an export counts as that."""
    name = str(environment)
    with store.reading() as connection:
        return any(
            connection.execute(select(table.c.environment).where(table.c.environment == name)).first()
            for table in (_TELLING if by_export else _DONE)
        )


def begin_for(store: Store, environment: Environment, at: str, who: str) -> None:
    """Remembers that a person said that the store is the first one of an environment."""
    with store.writing() as connection:
        if str(environment) not in _environments(connection, ENVIRONMENTS):
            add(connection, ENVIRONMENTS, [{"environment": str(environment), "since": at, "by": who}])


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _environments(connection: Connection, table: Table) -> list[str]:
    return list(connection.execute(select(table.c.environment).distinct()).scalars())


def _held(store: Store, connection: Connection, environment: str) -> Held | None:
    holder = holder_of(connection, environment)
    if holder is None:
        return None
    backend, number = store.backend, number_of(connection, environment)
    if backend.lease is not None:
        return Held(environment, holder, number, is_alive(connection, environment, backend))
    with backend.hold(environment) as is_free:
        return Held(environment, holder, number, not is_free if holder.is_near else None)
