"""Whoever guesses is slowed: by the name that is tried, and by the client that tries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.config import Choices
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.security.tries import CLIENT_TRIES, Tries, client_of
from reconcile.domain.policy.sign_in_rules import SignInPolicy
from reconcile.errors import DecisionNeeded
from reconcile.jobs.desk.desk_store import desk_store
from reconcile.jobs.session import open_session

PROXIED = SignInPolicy(proxies=("10.0.0.0/8", "::1"))


@pytest.fixture
def tries(tmp_path: Path) -> Iterator[Tries]:
    with desk_store(open_session(Choices(state=tmp_path / "state.db"), PageCaller())) as rows:
        yield Tries(rows)


def test_a_client_that_tries_many_names_waits_and_another_does_not(tries: Tries) -> None:
    for _ in range(CLIENT_TRIES + 1):
        tries.count_client("192.0.2.1")

    with pytest.raises(DecisionNeeded, match="Too many tries"):
        tries.count_client("192.0.2.1")
    tries.count_client("192.0.2.2")


def test_people_who_share_an_address_and_are_let_in_do_not_slow_each_other(tries: Tries) -> None:
    for _ in range(3 * CLIENT_TRIES):
        tries.count_client("192.0.2.1")
        tries.give_back("192.0.2.1")


def test_who_is_let_in_between_does_not_make_up_for_what_failed(tries: Tries) -> None:
    for _ in range(CLIENT_TRIES):
        tries.count_client("192.0.2.1")
        tries.count_client("192.0.2.1")
        tries.give_back("192.0.2.1")
    tries.count_client("192.0.2.1")

    with pytest.raises(DecisionNeeded):
        tries.count_client("192.0.2.1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "policy", "client"),
    [
        ("192.0.2.1", [], SignInPolicy(), "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], SignInPolicy(), "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], PROXIED, "192.0.2.1"),
        ("10.0.0.2", ["198.51.100.7"], PROXIED, "198.51.100.7"),
        ("10.0.0.2", ["203.0.113.5, 198.51.100.7"], PROXIED, "198.51.100.7"),
        ("10.0.0.2", ["198.51.100.7, 10.0.0.3"], PROXIED, "198.51.100.7"),
        ("10.0.0.2", ["203.0.113.5", "198.51.100.7"], PROXIED, "198.51.100.7"),
        ("10.0.0.2", ["nonsense"], PROXIED, "10.0.0.2"),
        ("::1", ["2001:db8::1:2:3:4"], PROXIED, "2001:db8::/64"),
    ],
)
def test_the_client_is_the_peer_or_what_a_named_proxy_says(
    peer: str, forwarded: list[str], policy: SignInPolicy, client: str
) -> None:
    assert client_of(peer, forwarded, policy) == client
