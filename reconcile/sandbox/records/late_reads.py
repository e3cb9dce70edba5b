"""Reads that show a write only some time later: copies of the database as it was."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass, field

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from reconcile.sandbox.choices import Choices


@dataclass
class Past:
    """One state of the database: when it was made, and its own counts of the lists."""

    at: float
    connection: Connection
    counts: dict[object, int] = field(default_factory=dict)

    def close(self) -> None:
        """Drop the copy."""
        engine = self.connection.engine
        self.connection.close()
        engine.dispose()


class LateReads:
    """The states of the database that reads may still show."""

    def __init__(self, choices: Choices) -> None:
        """Keep no state yet."""
        self._choices = choices
        self._past: list[Past] = []

    @property
    def wanted(self) -> bool:
        """Say whether any read lags."""
        return max(self._choices.read_lag, self._choices.list_lag) > 0

    def keep(self, source: Connection) -> None:
        """Copy the database as it is now, and drop the copies that no read can show any more."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        driver: sqlite3.Connection = source.connection.dbapi_connection  # type: ignore[assignment]
        driver.backup(copy)
        engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
        self._past.append(Past(time.monotonic(), engine.connect()))
        oldest = time.monotonic() - max(self._choices.read_lag, self._choices.list_lag)
        while len(self._past) > 1 and self._past[1].at <= oldest:
            self._past.pop(0).close()

    def shown(self, *, is_list: bool) -> Past | None:
        """Give the state that a read shows now; None for the present one."""
        lag = self._choices.list_lag if is_list else self._choices.read_lag
        if not lag:
            return None
        old = [one for one in self._past if one.at <= time.monotonic() - lag]
        return old[-1] if old else self._past[0]

    def close(self) -> None:
        """Drop all copies."""
        for one in self._past:
            one.close()
        self._past.clear()
