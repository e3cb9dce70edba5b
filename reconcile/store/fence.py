"""The number under which an environment is held, and the lease on it.

Each time an environment is taken the number grows. A journal entry is written, in its own transaction, only
while the writer's number is the newest and its lease is alive; an API call is made only while the lease is
alive by this computer's clock. So a process that was paused or cut off, and comes back, writes nothing.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from reconcile.elapsed import elapsed
from reconcile.errors import StateError
from reconcile.store.backend import Backend
from reconcile.store.tables import FENCES

_RENEWALS: Final = 4
"""How often a lease is renewed while it lasts."""
_MARGIN: Final = 0.1
"""The part of the lease by which this computer counts it as over before the database does."""


class LeaseLost(StateError):
    """This process no longer holds the environment."""


@dataclass
class Fence:
    """An environment that this process holds. number: grows each time it is taken. lease: see `Backend`."""

    environment: str
    number: int
    lease: float | None
    clock: Callable[[], float] = elapsed
    _until: float = field(init=False, default=0)

    def note_renewal(self, asked_at: float) -> None:
        """The lease was renewed. asked_at: this clock before the database was asked."""
        if self.lease is not None:
            self._until = max(self._until, asked_at + self.lease * (1 - _MARGIN))

    @property
    def seconds_left(self) -> float:
        """For how long the lease is still alive by this computer's clock."""
        return math.inf if self.lease is None else self._until - self.clock()

    def check(self) -> None:
        """Raises LeaseLost where the lease is over."""
        if self.seconds_left <= 0:
            raise LeaseLost(
                f"The lease on {self.environment} ended: this process was stopped, or cut off from the state "
                f"store, for longer than {self.lease:g} seconds. It writes nothing more."
            )


def take_number(connection: Connection, environment: str, backend: Backend) -> Fence:
    """Takes the environment under the next number. Only inside a transaction that writes."""
    mine = FENCES.c.environment == environment
    asked_at = elapsed()
    before = connection.execute(select(FENCES.c.number).where(mine)).scalar()
    number = int(before or 0) + 1
    if before is None:
        connection.execute(insert(FENCES).values(environment=environment, number=number))
    values = {"number": number, "alive_until": _end(backend)}
    connection.execute(update(FENCES).where(mine).values(values))
    fence = Fence(environment, number, backend.lease)
    fence.note_renewal(asked_at)
    return fence


def is_alive(connection: Connection, environment: str, backend: Backend) -> bool:
    """Whether the lease of whoever holds the environment is alive."""
    alive = (FENCES.c.environment == environment) & (FENCES.c.alive_until > backend.now)
    return connection.execute(select(FENCES.c.number).where(alive)).first() is not None


def number_of(connection: Connection, environment: str) -> int:
    """The newest number under which an environment was taken; 0 where it never was."""
    found = connection.execute(select(FENCES.c.number).where(FENCES.c.environment == environment)).scalar()
    return int(found or 0)


def renew(connection: Connection, fence: Fence, backend: Backend) -> float:
    """Renews the lease in the transaction of whatever is written under it.

    Answers the moment that counts for `note_renewal`, which is called once the transaction is committed: one
    that is rolled back renews nothing. Raises LeaseLost where the number is no longer the newest, or the
    lease is over.
    """
    fence.check()
    mine = (FENCES.c.environment == fence.environment) & (FENCES.c.number == fence.number)
    if backend.lease is not None:
        mine = mine & (FENCES.c.alive_until > backend.now)
    asked_at = elapsed()
    renewed = connection.execute(update(FENCES).where(mine).values(alive_until=_end(backend)))
    if renewed.rowcount != 1:
        raise LeaseLost(_why_lost(connection, fence))
    return asked_at


def give_back(connection: Connection, fence: Fence) -> bool:
    """Ends the lease; answers whether the number was still the newest."""
    mine = (FENCES.c.environment == fence.environment) & (FENCES.c.number == fence.number)
    return connection.execute(update(FENCES).where(mine).values(alive_until=0.0)).rowcount == 1


@contextmanager
def kept_alive(fence: Fence, backend: Backend) -> Iterator[None]:
    """Renews the lease in the background, and ends every wait for the database once the lease is over."""
    if fence.lease is None:
        yield
        return
    is_over = threading.Event()
    threads = [
        threading.Thread(target=each, args=(fence, backend, is_over), daemon=True)
        for each in (_renewing, _watching)
    ]
    for one in threads:
        one.start()
    try:
        yield
    finally:
        is_over.set()
        for one in threads:
            one.join(timeout=fence.lease)


def _renewing(fence: Fence, backend: Backend, is_over: threading.Event) -> None:
    """A renewal that fails is tried again; that none succeeds shows in the lease."""
    while not is_over.wait((fence.lease or 0) / _RENEWALS) and fence.seconds_left > 0:
        with suppress(StateError), backend.translated():
            with backend.engine.begin() as connection:
                asked_at = renew(connection, fence, backend)
            fence.note_renewal(asked_at)


def _watching(fence: Fence, backend: Backend, is_over: threading.Event) -> None:
    """Whoever waits for an answer of a database that is cut off would wait longer than the lease."""
    while not is_over.wait(max(min(fence.seconds_left, fence.lease or 0), 0.01)):
        if fence.seconds_left <= 0:
            backend.cut()
            return


def _end(backend: Backend) -> ColumnElement[float] | None:
    return None if backend.lease is None else backend.now + backend.lease


def _why_lost(connection: Connection, fence: Fence) -> str:
    newest = number_of(connection, fence.environment)
    if newest != fence.number:
        return (
            f"{fence.environment} was taken over by another process (number {newest}; this one has "
            f"{fence.number}). This process writes nothing more."
        )
    return f"The lease on {fence.environment} ended at the state store. This process writes nothing more."
