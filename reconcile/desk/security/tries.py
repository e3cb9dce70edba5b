"""Slows whoever guesses: the name that is tried, and the client that tries names.

A name waits after FREE_TRIES that failed, twice as long each time, a quarter of an hour at most. A client,
which many people may share, waits after CLIENT_TRIES, a minute at most; a try of it is forgotten each minute.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reconcile.desk.security.tokens import key_of
from reconcile.domain.policy.sign_in_rules import SignInPolicy
from reconcile.errors import DecisionNeeded
from reconcile.jobs.desk.desk_store import DeskStore

FAILED: Final = "failed sign-in"
FREE_TRIES: Final = 5
CLIENT_TRIES: Final = 20
_LONGEST_WAIT: Final = 900
_CLIENT_WAIT: Final = 60
_FORGOTTEN_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Tries:
    """The tries to sign in that failed, by name and by client."""

    rows: DeskStore

    def count(self, name: str) -> None:
        """Counts a try of a name before it is looked at, so that many at once count as many.

        Raises DecisionNeeded while the name has to wait.
        """
        tries, last = self._read(name)
        _refuse(last + seconds_to_wait(tries))
        self._write(name, tries + 1)

    def forget(self, name: str) -> None:
        """Forgets the tries of a name, which was let in."""
        self.rows.remove(FAILED, key_of(name))

    def count_client(self, client: str) -> None:
        """Counts a try of a client before it is looked at. Raises DecisionNeeded while it has to wait."""
        tries, last = self._faded(client)
        _refuse(last + min(_CLIENT_WAIT, seconds_to_wait(int(tries), CLIENT_TRIES)))
        self._write(_client(client), tries + 1)

    def give_back(self, client: str) -> None:
        """Takes back one try of a client, which was let in: those that failed before still count."""
        tries, _ = self._faded(client)
        self._write(_client(client), max(0.0, tries - 1))

    def _faded(self, client: str) -> tuple[float, float]:
        tries, last = self._read(_client(client))
        return max(0.0, tries - (time.time() - last) / 60), last

    def _read(self, name: str) -> tuple[float, float]:
        row = self.rows.get(FAILED, key_of(name))
        tries, last = json.loads(row.body) if row else (0, 0.0)
        return tries, last

    def _write(self, name: str, tries: float) -> None:
        self.rows.put(FAILED, key_of(name), "", json.dumps((tries, time.time())).encode(), _FORGOTTEN_SECONDS)


def seconds_to_wait(tries: float, free: int = FREE_TRIES) -> int:
    """How long somebody waits after so many tries that failed."""
    if tries < free:
        return 0
    return int(min(_LONGEST_WAIT, 2 ** min(tries - free + 1, 10)))


def client_of(peer: str, forwarded: Iterable[str], policy: SignInPolicy) -> str:
    """The client of a request. forwarded: the X-Forwarded-For headers, believed only from named proxies.

    Answers an address; the /64 network of an IPv6 address, since one client has all of it.
    """
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    place = peer
    while hops and policy.is_proxy(place):
        place = hops.pop()
    try:
        address = ipaddress.ip_address(place)
    except ValueError:
        return peer
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _client(client: str) -> str:
    return f"client\n{client}"


def _refuse(until: float) -> None:
    wait = until - time.time()
    if wait > 0:
        raise DecisionNeeded(f"Too many tries. Wait {round(wait) + 1} seconds, then try again.")
