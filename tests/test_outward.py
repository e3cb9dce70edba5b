"""Every door to the network is in a list that says what bounds it and which test attacks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import MODULES

TESTS = Path(__file__).parent
REACHING = (
    *("aiohttp", "apprise", "authlib", "ftplib", "http.client", "httpx", "imaplib", "paramiko", "poplib"),
    *("psycopg", "requests", "smtplib", "socket", "socketserver", "urllib.request", "urllib3", "websocket"),
    *("websockets", "xmlrpc"),
)
"""Modules that can open a connection."""
DOORS = {
    "desk/security/bounded_requests.py": "introw/test_answer_bounds.py",
    "desk/security/provider.py": "desk/test_hostile_provider.py",
    "introw/client.py": "introw/test_answer_bounds.py",
    "introw/connection.py": "introw/test_answer_bounds.py",
    "introw/exchange.py": "introw/test_answer_bounds.py",
    "introw/failures.py": "introw/test_answer_bounds.py",
    "introw/refusals.py": "introw/test_answer_bounds.py",
    "jobs/pickup/bounded_imap.py": "jobs/test_hostile_mails.py",
    "jobs/pickup/mailbox.py": "jobs/test_hostile_mails.py",
    "notify/bounded_answers.py": "notify/test_send.py",
    "notify/send.py": "notify/test_send.py",
    "outward/answer_bounds.py": "introw/test_answer_bounds.py",
    "outward/ask.py": "desk/test_hostile_provider.py",
}
"""Who opens connections to others, and the test that holds its bounds on size and time."""
OF_THIS_COMPUTER = {
    "desk/serving.py": "listens",
    "store/run.py": "asks the name of this computer",
    "store/postgres/bounded_connection.py": "bounds the connection to the team's own database",
    "store/postgres/team_database.py": "the team's own database: connect_timeout, tcp_user_timeout and the lease bound it",
}


def _reaches(names: frozenset[str]) -> bool:
    return any(f"{name}.".startswith(f"{one}.") for name in names for one in REACHING)


def test_every_file_that_can_reach_a_server_is_in_the_list() -> None:
    found = {one.shown for one in MODULES if one.room != "sandbox" and _reaches(one.imports)}

    assert found == {*DOORS, *OF_THIS_COMPUTER}


@pytest.mark.parametrize("test", sorted(set(DOORS.values())))
def test_the_test_of_a_door_sends_answers_without_an_end(test: str) -> None:
    assert "endless_answers" in (TESTS / test).read_text(encoding="utf-8")
