"""Accounts of the desk's own: passwords are kept as slow hashes, and who guesses waits."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_session import CliSession
from desk_process import DeskProcess

from reconcile.config import Choices
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.security.accounts import Accounts
from reconcile.desk.security.tries import FREE_TRIES, seconds_to_wait
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.desk.desk_store import desk_store
from reconcile.jobs.session import open_session

GOOD = "correct horse battery"


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    session = open_session(Choices(state=tmp_path / "state.db"), PageCaller())
    with desk_store(session) as rows:
        yield Accounts(rows, session.settings.team)


def test_a_password_is_the_right_one_or_not(accounts: Accounts) -> None:
    accounts.give("Ana Ruiz", GOOD)

    assert accounts.check("Ana Ruiz", GOOD)
    assert not accounts.check("Ana Ruiz", GOOD.upper())
    assert not accounts.check("Nobody", GOOD)


def test_another_password_takes_the_place_of_the_first(accounts: Accounts) -> None:
    accounts.give("Ana Ruiz", GOOD)
    accounts.give("Ana Ruiz", f"{GOOD} staple")

    assert not accounts.check("Ana Ruiz", GOOD)
    assert accounts.check("Ana Ruiz", f"{GOOD} staple")


@pytest.mark.parametrize("name", ["Ana Ruiz", "Nobody"], ids=["with-an-account", "without"])
def test_who_guesses_waits_and_the_right_password_waits_too(accounts: Accounts, name: str) -> None:
    accounts.give("Ana Ruiz", GOOD)
    for number in range(FREE_TRIES):
        assert not accounts.check(name, f"guess {number}")

    with pytest.raises(DecisionNeeded, match="Too many tries"):
        accounts.check(name, GOOD)


def test_the_wait_doubles_and_ends_at_a_quarter_of_an_hour() -> None:
    assert [seconds_to_wait(tries) for tries in (0, 4, 5, 6, 7, 14, 1000)] == [0, 0, 2, 4, 8, 900, 900]


@pytest.mark.parametrize("password", ["", "short", "x" * 1001], ids=["none", "short", "long"])
def test_a_password_that_is_no_password_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(ConfigurationError, match="12 characters"):
        accounts.give("Ana Ruiz", password)


def test_no_password_is_kept(accounts: Accounts, tmp_path: Path) -> None:
    accounts.give("Ana Ruiz", GOOD)
    with sqlite3.connect(tmp_path / "state.db") as connection:
        kept = connection.execute("SELECT body FROM desk WHERE kind = 'account'").fetchone()[0]
    connection.close()

    assert kept.startswith(b"$argon2id$")
    assert GOOD.encode() not in kept


def test_a_person_of_the_settings_signs_in_at_the_desk(
    desk: DeskProcess, cli: CliSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in desk.environ.items():
        if name.startswith(("RECONCILE", "INTROW")):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
    assert cli.run("desk", "--account", "Ana Ruiz")[0] == 0
    browser = desk.browser()
    browser.get("/sign-in")

    assert browser.post("/sign-in/password", {"name": "Ana Ruiz", "password": "wrong"}).status_code == 403
    answer = browser.post(
        "/sign-in/password", {"name": "Ana Ruiz", "password": GOOD, "next": "//evil.example"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Ana Ruiz" in browser.get("/").text
