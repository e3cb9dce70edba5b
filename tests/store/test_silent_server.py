"""A database that goes silent, without a word, is given up after a bounded time by whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgres_server import PostgresServer
from sqlalchemy import text
from tampered_stores import HERE, NOW
from tcp_proxy import TcpProxy

from reconcile.errors import StateError
from reconcile.store.run import Holder
from reconcile.store.store import Store

LEASE = 1
"""Seconds; a silence of four of them is too long."""


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[TcpProxy]:
    with TcpProxy(postgres.port).running() as running:
        yield running


@pytest.fixture
def store(postgres: PostgresServer, proxy: TcpProxy, tmp_path: Path) -> Iterator[Store]:
    """An empty store behind the proxy, connected."""
    database = postgres.opened(postgres.database(), tmp_path, LEASE, proxy.port)
    assert database.make()
    with Store(database) as opened:
        yield opened


def read(store: Store) -> None:
    store.runs()


def write(store: Store) -> None:
    store.note_returns([("wb-1", "a.xlsx")], NOW)


def take(store: Store) -> None:
    with store.running(HERE, Holder("run-a", "ana", "one", 1, NOW)):
        pytest.fail("it was taken without an answer")


@pytest.mark.parametrize("wait", [read, write, take])
def test_no_wait_for_a_server_that_went_silent_is_endless(
    store: Store, proxy: TcpProxy, wait: Callable[[Store], None]
) -> None:
    proxy.cut()

    with pytest.raises(StateError, match="cannot be reached, or the connection was lost"):
        wait(store)

    proxy.mend()
    assert store.runs() == ()


def commit(store: Store, proxy: TcpProxy) -> None:
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE looked_at (x INT)"))
        proxy.cut()


def test_a_commit_whose_answer_never_comes_is_given_up(store: Store, proxy: TcpProxy) -> None:
    with pytest.raises(StateError, match="cannot be reached, or the connection was lost"):
        commit(store, proxy)


def test_a_server_that_works_for_longer_than_a_silence_but_sends_is_waited_for(store: Store) -> None:
    rows = 6
    with store.reading() as connection:
        slowly = text(f"SELECT repeat('x', 100000), pg_sleep({LEASE}) FROM generate_series(1, {rows})")
        assert len(connection.execute(slowly).all()) == rows
