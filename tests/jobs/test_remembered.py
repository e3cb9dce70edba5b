"""What pages show of the state store is worked out once, and again as soon as anything in the store has changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from postgres_server import PASSWORD, PostgresServer

from reconcile.config import Choices
from reconcile.desk.page_caller import PageCaller
from reconcile.errors import StateError
from reconcile.jobs.desk.desk_store import DeskStore, desk_store
from reconcile.jobs.desk.remembered import Remembered
from reconcile.jobs.session import Session, open_session
from reconcile.jobs.state.move_state import migrate

HOUR = 3600.0


class _Counted:
    """What is worked out: how many rows of a kind there are; times: how often it was."""

    def __init__(self, rows: DeskStore) -> None:
        self.rows = rows
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return len(self.rows.every("note"))


@pytest.fixture(params=["file", "postgres"])
def session(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session on a state store that is a file, or in PostgreSQL."""
    state = str(tmp_path / "state.db")
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        state = server.url(server.database())
        monkeypatch.setenv("RECONCILE_STATE_PASSWORD", PASSWORD)
    monkeypatch.setenv("RECONCILE_STATE", state)
    monkeypatch.setenv("INTROW_BASE_URL", "http://127.0.0.1:9")
    (tmp_path / "settings.toml").write_text("", encoding="utf-8")
    return open_session(Choices(config=tmp_path / "settings.toml"), PageCaller())


@pytest.fixture
def rows(session: Session) -> Iterator[DeskStore]:
    if session.settings.server:
        migrate(session)
    with desk_store(session) as found:
        yield found


@pytest.fixture
def ask(session: Session, rows: DeskStore) -> tuple[_Counted, Callable[[], int]]:
    counted, remembered = _Counted(rows), Remembered(rows.store)
    return counted, lambda: remembered.of(session, "notes", counted, HOUR)


def test_an_answer_is_worked_out_once_while_nothing_is_written(
    ask: tuple[_Counted, Callable[[], int]],
) -> None:
    counted, answer = ask

    assert [answer() for _ in range(5)] == [0] * 5
    assert counted.times == 1


def test_whatever_another_connection_writes_is_seen_at_once(
    session: Session, rows: DeskStore, ask: tuple[_Counted, Callable[[], int]]
) -> None:
    _, answer = ask
    found = [answer()]
    for number in range(3):
        rows.put("note", str(number), "ana", b"")
        found.append(answer())
    with desk_store(session) as other:
        other.put("note", "other", "ben", b"")
    found.append(answer())

    assert found == [0, 1, 2, 3, 4]


def test_many_who_ask_at_once_have_it_worked_out_once(ask: tuple[_Counted, Callable[[], int]]) -> None:
    counted, answer = ask
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: answer(), range(40))) == {0}

    assert counted.times == 1


def test_other_settings_and_another_question_have_another_answer(session: Session, rows: DeskStore) -> None:
    counted, remembered = _Counted(rows), Remembered(rows.store)
    again = open_session(Choices(config=session.settings.file), PageCaller())
    for one, key in ((session, "a"), (session, "b"), (again, "a"), (again, "a")):
        remembered.of(one, key, counted, HOUR)

    assert counted.times == 3


def test_an_answer_is_right_for_so_long_and_no_longer(session: Session, rows: DeskStore) -> None:
    counted, remembered = _Counted(rows), Remembered(rows.store)
    for _ in range(3):
        remembered.of(session, "a", counted, 0.0)

    assert counted.times == 3


def test_an_answer_that_could_not_be_worked_out_is_not_remembered(session: Session, rows: DeskStore) -> None:
    remembered, counted = Remembered(rows.store), _Counted(rows)

    def broken() -> int:
        raise StateError("broken")

    with pytest.raises(StateError, match="broken"):
        remembered.of(session, "a", broken, HOUR)
    assert remembered.of(session, "a", counted, HOUR) == 0


@pytest.mark.parametrize("session", ["file"], indirect=True)
def test_a_file_that_is_changed_past_this_program_or_replaced_is_seen(
    session: Session, rows: DeskStore, tmp_path: Path, ask: tuple[_Counted, Callable[[], int]]
) -> None:
    counted, answer = ask
    assert answer() == 0
    with closing(sqlite3.connect(session.settings.state)) as stranger:
        stranger.execute("PRAGMA user_version = 1000")
        stranger.commit()
    answer()
    assert counted.times == 2

    copy = tmp_path / "copy.db"
    shutil.copy2(session.settings.state, copy)
    answer()
    assert counted.times == 2
    copy.replace(session.settings.state)
    answer()
    assert counted.times == 3
    with Path(session.settings.state).open("r+b") as raw:
        raw.seek(-1, os.SEEK_END)
        raw.write(b"x")
    answer()
    assert counted.times == 4
    assert rows
