"""What every job gets: the settings, the way to the API and the state store, a clock, a user and a caller."""

from __future__ import annotations

import getpass
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reconcile.atomic import share_files
from reconcile.config import Choices, Settings, load
from reconcile.domain.progress import Progress
from reconcile.domain.snapshot import Environment
from reconcile.errors import ConfigurationError, StateError

if TYPE_CHECKING:
    from reconcile.domain.period import Days
    from reconcile.introw.client import Client, Reader
    from reconcile.introw.connection import Connection
    from reconcile.jobs.desk.kept_databases import KeptDatabases
    from reconcile.store.postgres.team_database import PostgresDatabase
    from reconcile.store.store import Store


@dataclass(slots=True)
class StopRequest:
    """Whether the caller wants a run to stop. interrupted: a person asked for it, and not the system."""

    made: bool = False
    interrupted: bool = False


class Caller(Protocol):
    """The person or page that asked for a job: sees its progress, hears what it says, answers questions."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Shows the progress of a long step while the block lasts."""

    def say(self, message: str) -> None:
        """Shows a sentence while the job goes on."""

    def confirm(self, question: str) -> bool:
        """Asks for a yes or no. Raises ConfigurationError where no person can answer."""

    def stoppable(self) -> AbstractContextManager[StopRequest]:
        """Lets the caller ask for a stop while the block lasts."""


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def whoami() -> str:
    """The name of the user of this computer, for the record."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


@dataclass(frozen=True)
class Session:
    """Who asks for a job, with which settings. user: the name that goes on record.

    is_new_store: a person said that the state store may begin without knowing what was done before. fresh:
    live is read anew, also where an earlier reading may serve (`live_minutes` of the profile). databases:
    those that stay connected between jobs, for a program that runs for long.
    """

    settings: Settings
    caller: Caller
    user: str
    clock: Callable[[], datetime] = now
    is_new_store: bool = False
    fresh: bool = False
    databases: KeptDatabases | None = None

    @property
    def environment(self) -> Environment:
        """The organisation that the settings name."""
        from reconcile.introw.connection import origin_of

        return Environment(origin_of(self.settings.profile.base_url), self.settings.profile_name)

    @property
    def days(self) -> Days:
        """Which day a moment belongs to, by the settings."""
        from reconcile.domain.period import Days

        return Days(self.settings.policy.time_zone)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A client that cannot write. Raises ConfigurationError without a key."""
        from reconcile.introw.client import Reader

        with Reader(self._connection()) as reader:
            yield reader

    @contextmanager
    def connected(self) -> Iterator[Client]:
        """A client that can write. Raises ConfigurationError without a key."""
        from reconcile.introw.client import Client

        with Client(self._connection()) as client:
            yield client

    @contextmanager
    def store(self, *, create: bool = True) -> Iterator[Store]:
        """The state store. create: makes one where there is none; a job that only reads does not."""
        from reconcile.store.store import Store

        if self.databases and self.settings.server:
            with self.databases.one(self.database) as kept:
                yield Store(kept, create=create)
            return
        with Store(self.database() or self.settings.state, create=create) as store:
            yield store

    def database(self, *, check: bool = True) -> PostgresDatabase | None:
        """The database of the state; None where it is a file.

        check: whether there must be a store in it. Raises StateError, and ConfigurationError for a password.
        """
        server = self.settings.server
        if server is None:
            return None
        from reconcile.jobs.setup.api_key import state_password
        from reconcile.store.postgres.team_database import PostgresDatabase

        found = PostgresDatabase(server, state_password(self.settings, os.environ), self.settings.state)
        if check:
            try:
                found.check()
            except StateError:
                found.engine.dispose()
                raise
        return found

    @property
    def shown_state(self) -> str:
        """Where the state is, as it may be shown."""
        return str(self.settings.server or self.settings.state)

    def new_id(self, prefix: str, at: datetime) -> str:
        """An id that sorts by time: `run-20260405-093012-1f2e3d`."""
        return f"{prefix}-{at:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"

    def _connection(self) -> Connection:
        from reconcile.introw.connection import Connection, Key
        from reconcile.jobs.setup.api_key import api_key

        profile = self.settings.profile
        return Connection(
            base_url=profile.base_url,
            key=Key(api_key(self.settings, os.environ)),
            key_source=lambda: Key(api_key(self.settings, os.environ)),
            timeout=profile.timeout,
            page_size=profile.page_size,
            attempts=profile.attempts,
            rate=profile.rate,
            window=profile.window,
            most_records=profile.most_records,
        )


def open_session(choices: Choices, caller: Caller) -> Session:
    """A session with the settings from options, the environment and the configuration file.

    Raises ConfigurationError for a setting that is wrong.
    """
    if choices.templates and not choices.templates.is_dir():
        raise ConfigurationError(f"There is no folder {choices.templates}. Check --templates.")
    settings = load(choices, os.environ, Path.cwd())
    if not settings.files.private:
        share_files()
    return Session(settings, caller, whoami())
