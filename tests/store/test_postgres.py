"""The state of a team in PostgreSQL holds what a file holds, and says in a sentence why it cannot be used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import PASSWORD, PostgresServer
from tampered_stores import HERE, NAME, NOW, fill

from reconcile.errors import ConfigurationError, DecisionNeeded, StateError
from reconcile.state_server import StateServer, place_of
from reconcile.store.audit import audit
from reconcile.store.copying import copy_store
from reconcile.store.entries import Entry
from reconcile.store.evidence.payments_read import kept_answers
from reconcile.store.fence import Fence, LeaseLost, renew, take_number
from reconcile.store.postgres.team_database import PostgresDatabase
from reconcile.store.run import Holder, Run
from reconcile.store.store import Store

MINE = Holder("run-a", "ana", "one", 1, NOW)
OTHER = Holder("run-b", "bob", "two", 2, NOW)


def made_run(name: str) -> Run:
    return Run(name, NAME, "wb-1", NOW, None, "ana", "running", "{}")


@pytest.fixture
def name(postgres: PostgresServer) -> str:
    """An empty database."""
    return postgres.database()


@pytest.fixture
def store(postgres: PostgresServer, name: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store in PostgreSQL."""
    database = postgres.opened(name, tmp_path)
    assert database.make()
    with Store(database) as opened:
        yield opened


@pytest.fixture
def second(postgres: PostgresServer, store: Store, name: str, tmp_path: Path) -> Iterator[Store]:
    """The same store, as a second computer opens it."""
    with Store(postgres.opened(name, tmp_path / "second")) as opened:
        yield opened


def test_a_store_is_the_same_after_it_went_to_postgresql_and_back(store: Store, tmp_path: Path) -> None:
    fill(tmp_path / "state.db")
    with Store(tmp_path / "state.db") as file, Store(tmp_path / "back.db") as back:
        before = file.record()
        there = copy_store(file, store)
        copy_store(store, back)

        assert there.rows["seals"] == there.seals == len(before.seals)
        assert there.breaks == ()
        assert store.record().rows == back.record().rows == before.rows
        assert store.runs() == back.runs() == file.runs()
        assert store.bills(HERE) == file.bills(HERE)
        assert store.settlements(HERE) == file.settlements(HERE)
        assert kept_answers(store, HERE) == kept_answers(file, HERE) != {}
        assert store.baseline("wb-1") == file.baseline("wb-1")
        assert audit(store.record()) == ()


def test_a_store_is_copied_only_into_an_empty_one(store: Store, tmp_path: Path) -> None:
    fill(tmp_path / "state.db")
    with Store(tmp_path / "state.db") as file:
        copy_store(file, store)
        with pytest.raises(StateError, match="is not empty"):
            copy_store(file, store)


def test_what_is_changed_past_the_program_in_postgresql_is_found(
    postgres: PostgresServer, store: Store, name: str, tmp_path: Path
) -> None:
    fill(tmp_path / "state.db")
    with Store(tmp_path / "state.db") as file:
        copy_store(file, store)
    postgres.sql("UPDATE bills SET amount = '99.00' WHERE number = 'B-2'", name)
    postgres.sql("DELETE FROM reopenings", name)

    assert {(one.table, one.fields) for one in audit(store.record())} == {
        ("bills", ("amount",)),
        ("reopenings", ()),
    }


def test_an_earlier_backup_put_in_the_place_of_the_database_is_found(
    postgres: PostgresServer, store: Store, name: str
) -> None:
    with store.running(HERE, MINE):
        store.start_run(made_run("run-a"))
    tables = "entries, runs, seals, head, locks, fences"
    postgres.sql(f"TRUNCATE {tables}", name)

    assert any("earlier copy of the store" in str(one) for one in audit(store.record()))


def test_a_second_computer_is_refused_while_the_lease_is_alive(store: Store, second: Store) -> None:
    with store.running(HERE, MINE):
        store.start_run(made_run("run-a"))
        with (
            pytest.raises(DecisionNeeded, match=r"held by ana .* free 30 seconds"),
            second.running(HERE, OTHER),
        ):
            pass
        with pytest.raises(DecisionNeeded), second.running(HERE, OTHER, take_over=True):
            pass
        assert second.is_held(HERE)
    with second.running(HERE, OTHER) as gone:
        assert gone is None


def test_a_lease_is_renewed_while_nothing_is_written(
    postgres: PostgresServer, store: Store, name: str, tmp_path: Path
) -> None:
    end = "SELECT alive_until FROM fences"
    with Store(postgres.opened(name, tmp_path, lease=4)) as short, short.running(HERE, MINE):
        before = postgres.sql(end, name)
        for _ in range(400):
            if postgres.sql(end, name) > before:
                break
            time.sleep(0.05)
        assert postgres.sql(end, name) > before


def test_a_holder_that_was_stopped_past_its_lease_writes_nothing_more(
    postgres: PostgresServer, store: Store, second: Store, name: str
) -> None:
    run = made_run("run-a")
    with store.running(HERE, MINE):
        store.start_run(run)
        postgres.sql("UPDATE fences SET alive_until = 0", name)
        with second.running(HERE, OTHER) as gone:
            assert gone == MINE
            with pytest.raises(LeaseLost, match="taken over by another process"):
                store.append(run, Entry(NOW, "op-1", "intent", {}))
        assert second.holder(HERE) is None
        with second.running(HERE, OTHER):
            second.append(run, Entry(NOW, "op-1", "intent", {}))

    assert [one.kind for one in second.entries("run-a")] == ["begin", "intent"]
    assert audit(second.record()) == ()


def test_the_old_holder_takes_no_note_of_the_new_one_away(
    postgres: PostgresServer, store: Store, second: Store, name: str
) -> None:
    with store.running(HERE, MINE):
        postgres.sql("UPDATE fences SET alive_until = 0", name)
        taking = second.running(HERE, MINE)
        taking.__enter__()
    assert second.holder(HERE) == MINE
    assert second.is_held(HERE)
    taking.__exit__(None, None, None)


def test_a_lease_that_is_over_is_not_renewed(postgres: PostgresServer, store: Store, name: str) -> None:
    with store.running(HERE, MINE):
        postgres.sql("UPDATE fences SET alive_until = 0", name)
        with pytest.raises(LeaseLost, match="ended at the state store"):
            store.start_run(made_run("run-a"))


def test_a_renewal_that_is_rolled_back_renews_nothing(store: Store) -> None:
    """Else this process would believe in a lease that another one may take over."""
    backend = store.backend
    with backend.engine.begin() as connection:
        number = take_number(connection, "elsewhere", backend).number
    fence = Fence("elsewhere", number, 30, clock=lambda: 0)
    fence.note_renewal(0)
    with backend.engine.connect() as connection, connection.begin() as transaction:
        renew(connection, fence, backend)
        transaction.rollback()

    assert fence.seconds_left == 27


def test_a_journal_is_not_written_without_the_lock(store: Store) -> None:
    with pytest.raises(LeaseLost, match="is not held by this process"):
        store.start_run(made_run("run-a"))


def test_a_lease_ends_by_this_computers_own_clock() -> None:
    now = 100.0
    fence = Fence("here", 1, 30, clock=lambda: now)
    fence.note_renewal(100)
    fence.check()
    now = 126.9
    fence.check()
    now = 127.1

    with pytest.raises(LeaseLost, match="for longer than 30 seconds"):
        fence.check()


def test_numbers_grow_also_in_a_file(tmp_path: Path) -> None:
    """A process on another computer that was believed dead, and comes back, is refused there too."""
    run = made_run("run-a")
    with Store(tmp_path / "state.db") as first, first.running(HERE, MINE):
        first.start_run(run)
        (tmp_path / "moved").mkdir()
        for lock in tmp_path.glob("*.lock"):
            lock.rename(tmp_path / "moved" / lock.name)
        with (
            Store(tmp_path / "state.db") as again,
            again.running(HERE, OTHER, take_over=True),
            pytest.raises(LeaseLost),
        ):
            first.append(run, Entry(NOW, "op-1", "intent", {}))


URL = "postgresql://ana@db.example/team"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ana:secret@db.example/team", "holds a password"),
        ("postgresql://db.example/team", "must name user"),
        ("postgresql://ana@/team", "must name user"),
        ("postgresql://ana@db.example", "must name user"),
        ("mysql://ana@db.example/team", "must name user"),
        ("postgresql://ana@db.example:port/team", "is none"),
        (f"{URL}?host=elsewhere.example", "option 'host'"),
        (f"{URL}?sslmode=require", "must be verified"),
        (f"{URL}?sslmode=disable", "must be verified"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_a_password(url: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        place_of(url, 30, Path())

    assert "secret" not in str(refused.value)


def test_the_certificate_is_verified_wherever_the_connection_leaves_this_computer() -> None:
    def tls(url: str) -> dict[str, str]:
        server = place_of(url, 30, Path())[1]
        assert isinstance(server, StateServer)
        return server.tls

    assert tls(URL) == {"sslmode": "verify-full", "sslrootcert": "system"}
    assert tls(f"{URL}?sslrootcert=/own.pem") == {"sslmode": "verify-full", "sslrootcert": "/own.pem"}
    assert tls("postgresql://ana@127.0.0.1/team") == {"sslmode": "prefer"}


def refused(database: PostgresDatabase) -> str:
    with pytest.raises(StateError) as error:
        database.check()
    database.engine.dispose()
    assert PASSWORD not in str(error.value)
    return str(error.value)


def test_a_database_that_is_not_there_says_so(postgres: PostgresServer, tmp_path: Path) -> None:
    assert "does not exist" in refused(postgres.opened("nowhere", tmp_path))


def test_a_server_that_is_not_there_says_so(postgres: PostgresServer, tmp_path: Path) -> None:
    assert "cannot be reached" in refused(postgres.opened("nowhere", tmp_path, port=1))


def test_a_wrong_password_is_told_and_never_shown(
    postgres: PostgresServer, name: str, tmp_path: Path
) -> None:
    notes, server = place_of(postgres.url(name), 30, tmp_path)
    assert isinstance(server, StateServer)
    said = refused(PostgresDatabase(server, "not-this-one", notes))

    assert "the password is wrong" in said
    assert "not-this-one" not in said


def test_an_empty_database_says_how_a_store_is_made(
    postgres: PostgresServer, name: str, tmp_path: Path
) -> None:
    assert "reconcile state migrate" in refused(postgres.opened(name, tmp_path))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE store_version SET version = 99", "newer reconcile (version 99)"),
        ("UPDATE store_version SET version = 10", "is of version 10, which"),
        ("UPDATE store_version SET version = 11", "Bring it to this version"),
        ("DROP TABLE seals", "it lacks seals"),
        ("DROP TABLE store_version", "it lacks its version"),
        ("DELETE FROM store_version", "it lacks its version"),
    ],
)
def test_a_database_of_another_version_or_half_made_is_refused(
    statement: str, said: str, postgres: PostgresServer, store: Store, name: str, tmp_path: Path
) -> None:
    postgres.sql(statement, name)

    assert said in refused(postgres.opened(name, tmp_path))


def test_a_database_that_is_read_only_says_so(
    postgres: PostgresServer, store: Store, name: str, tmp_path: Path
) -> None:
    postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with Store(postgres.opened(name, tmp_path)) as opened:
        with pytest.raises(StateError, match="it is read-only"), opened.running(HERE, MINE):
            pass
        assert opened.runs() == ()


def test_a_user_without_rights_is_told_so(
    postgres: PostgresServer, store: Store, name: str, tmp_path: Path
) -> None:
    postgres.sql(f"CREATE ROLE reader_{name} LOGIN PASSWORD '{PASSWORD}'")
    postgres.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_{name}", name)
    notes, server = place_of(postgres.url(name).replace("owner@", f"reader_{name}@"), 30, tmp_path)
    assert isinstance(server, StateServer)
    with (
        Store(PostgresDatabase(server, PASSWORD, notes)) as opened,
        pytest.raises(StateError, match="its user may not do that"),
        opened.running(HERE, MINE),
    ):
        pass


def test_a_store_of_an_earlier_version_gets_what_it_lacks(
    postgres: PostgresServer, store: Store, name: str, tmp_path: Path
) -> None:
    postgres.sql("DROP TABLE kept_files", name)
    postgres.sql("UPDATE store_version SET version = 11", name)
    database = postgres.opened(name, tmp_path)

    assert "reconcile state migrate" in refused(database)
    assert database.make() is False
    database.engine.dispose()
    with Store(postgres.opened(name, tmp_path)) as opened:
        assert audit(opened.record()) == ()
