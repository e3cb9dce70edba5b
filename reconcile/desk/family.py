"""A family of pages, and the desk that all pages share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property

from fastapi import APIRouter, Request

from reconcile.desk.live_session import LiveSession
from reconcile.desk.page_caller import PageCaller
from reconcile.desk.security.accounts import Accounts
from reconcile.desk.security.sessions import Sessions
from reconcile.desk.tasks import Tasks
from reconcile.desk.visitor import Visitor
from reconcile.domain.progress import Progress
from reconcile.errors import ConfigurationError
from reconcile.jobs.desk.desk_store import DeskStore
from reconcile.jobs.desk.remembered import Remembered
from reconcile.jobs.session import Session

__all__ = ["Desk", "Family", "desk_of"]


@dataclass(frozen=True)
class Desk:
    """What all pages share. settings: as they are now, and whether they can be read.

    url: the address that people type. rows: what the desk keeps. is_demo: people need no account.
    """

    settings: LiveSession
    url: str
    rows: DeskStore
    is_demo: bool = False

    @cached_property
    def remembered(self) -> Remembered:
        """What pages show of the state store, worked out once for everybody."""
        return Remembered(self.rows.store)

    @property
    def session(self) -> Session:
        """The session in the name of who started the desk, with the settings of this moment."""
        return self.settings.now

    @property
    def sessions(self) -> Sessions:
        """Who is signed in, with the roles of this moment."""
        settings = self.session.settings
        return Sessions(self.rows, settings.team, settings.sign_in)

    def refuse_unread(self) -> None:
        """Raises ConfigurationError while nobody knows who may decide: the settings cannot be read."""
        self.settings.now  # noqa: B018  reads them where they changed
        if self.settings.problem:
            raise ConfigurationError(
                f"Nothing is decided here before the settings can be read again. {self.settings.problem}"
            )

    @property
    def accounts(self) -> Accounts:
        """The accounts of the desk's own."""
        return Accounts(self.rows, self.session.settings.team)

    @property
    def tasks(self) -> Tasks:
        """The work that goes on in the background."""
        return Tasks(self.rows)

    def session_of(self, visitor: Visitor, on_progress: Progress | None = None) -> Session:
        """The session of a job that a person asks for: it goes on record under that person's name."""
        return replace(self.session, caller=PageCaller(on_progress), user=visitor.name)


@dataclass(frozen=True)
class Family:
    """Pages that belong together. menu: the word in the menu, for path; empty for none.

    role: only people with it see the word. beside: what runs beside the desk, for as long as the block lasts.
    """

    router: APIRouter
    menu: str = ""
    path: str = ""
    role: str = ""
    beside: Callable[[Desk], AbstractContextManager[None]] | None = None


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found
