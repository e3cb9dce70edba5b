"""A desk on PostgreSQL keeps its connections: none is shared, none outlives a fault, and the version still counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from postgres_server import PostgresServer

from reconcile.errors import DecisionNeeded, StateError
from reconcile.jobs.desk import kept_databases
from reconcile.jobs.desk.kept_databases import KeptDatabases
from reconcile.store.postgres.team_database import PostgresDatabase
from reconcile.store.store import Store
from reconcile.store.tables import STORE_VERSION


@pytest.fixture
def name(postgres: PostgresServer, tmp_path: Path) -> str:
    """A database with an empty store."""
    made = postgres.database()
    database = postgres.opened(made, tmp_path)
    database.make()
    database.engine.dispose()
    return made


@pytest.fixture
def make(postgres: PostgresServer, name: str, tmp_path: Path) -> Callable[[], PostgresDatabase]:
    def connected() -> PostgresDatabase:
        found = postgres.opened(name, tmp_path)
        found.check()
        return found

    return connected


def _backends(postgres: PostgresServer, name: str) -> set[object]:
    """The processes of the server that serve this database."""
    query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    return {row[0] for row in postgres.sql(query)}


def _read(database: PostgresDatabase) -> None:
    with Store(database).reading() as connection:
        assert database.version(connection) == STORE_VERSION


def _refuse(kept: KeptDatabases, make: Callable[[], PostgresDatabase]) -> None:
    with kept.one(make) as database:
        _read(database)
        raise DecisionNeeded("no")


def test_one_after_another_uses_one_connection_and_two_at_once_use_two(
    postgres: PostgresServer, name: str, make: Callable[[], PostgresDatabase]
) -> None:
    kept = KeptDatabases()
    for _ in range(5):
        with kept.one(make) as first:
            _read(first)
    alone = _backends(postgres, name)
    with kept.one(make) as first, kept.one(make) as second:
        assert first is not second
        _read(first)
        _read(second)

    assert len(alone) == 1
    assert alone < _backends(postgres, name)
    kept.close()
    assert _backends(postgres, name) == set()


def test_a_refusal_costs_its_own_connection_and_a_fault_of_the_database_all_of_them(
    postgres: PostgresServer, name: str, make: Callable[[], PostgresDatabase]
) -> None:
    kept = KeptDatabases()
    with kept.one(make) as first, kept.one(make) as second:
        _read(first)
        _read(second)
    with pytest.raises(DecisionNeeded):
        _refuse(kept, make)
    assert len(_backends(postgres, name)) == 1
    for pid in _backends(postgres, name):
        postgres.sql(f"SELECT pg_terminate_backend({pid})")

    with pytest.raises(StateError, match=r"connection was lost|shut down"), kept.one(make) as fourth:
        _read(fourth)
    with kept.one(make) as fifth:
        _read(fifth)


def test_a_store_of_a_newer_version_is_refused_soon_though_it_is_connected(
    postgres: PostgresServer,
    name: str,
    make: Callable[[], PostgresDatabase],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = KeptDatabases()
    with kept.one(make) as first:
        _read(first)
    postgres.sql(f"UPDATE store_version SET version = {STORE_VERSION + 1}", name)
    monkeypatch.setattr(kept_databases, "_CHECK_SECONDS", 0.0)

    with pytest.raises(StateError, match="newer reconcile"), kept.one(make):
        pass
