"""Databases of the state that stay connected between the jobs of a program that runs for long.

To connect, to prove a password and to look for the tables takes many times as long as what a page asks for.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconcile.errors import StateError

if TYPE_CHECKING:
    from reconcile.store.postgres.team_database import PostgresDatabase

_MOST: Final = 10
"""Databases that are kept at a time while nobody uses them."""
_CHECK_SECONDS: Final = 10.0
"""How long the store is taken to be of the version that it was of."""


@dataclass
class KeptDatabases:
    """Gives one to each job, for that job alone. Safe to use from several threads."""

    _free: deque[tuple[PostgresDatabase, float]] = field(default_factory=deque)

    @contextmanager
    def one(self, make: Callable[[], PostgresDatabase | None]) -> Iterator[PostgresDatabase]:
        """A database whose store was checked. make: connects another one, and checks it.

        Where the database fails none is kept: nobody knows which of them are still connected.
        """
        found, checked_at = self._taken() or (make(), time.monotonic())
        assert found, "the state is a file"
        try:
            if time.monotonic() - checked_at > _CHECK_SECONDS:
                found.check()
                checked_at = time.monotonic()
            yield found
        except BaseException as error:
            found.engine.dispose()
            if isinstance(error, StateError):
                self.close()
            raise
        if len(self._free) < _MOST:
            self._free.append((found, checked_at))
        else:
            found.engine.dispose()

    def _taken(self) -> tuple[PostgresDatabase, float] | None:
        with suppress(IndexError):
            return self._free.pop()
        return None

    def close(self) -> None:
        """Closes those that nobody uses."""
        while taken := self._taken():
            taken[0].engine.dispose()
