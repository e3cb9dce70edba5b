"""A session that cannot write to Introw, by what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, NoReturn

from reconcile.errors import DecisionNeeded
from reconcile.jobs.session import Caller, Session

if TYPE_CHECKING:
    from reconcile.introw.client import Client


@dataclass(frozen=True)
class ReadingSession(Session):
    """A session without a client that can write: every job that asks for one is refused."""

    @contextmanager
    def connected(self) -> Iterator[Client]:
        """Raises DecisionNeeded."""
        refuse()
        yield


def refuse() -> NoReturn:
    """Raises DecisionNeeded."""
    raise DecisionNeeded(
        "Nothing was written: this session can read only. A person applies, with reconcile apply."
    )


def reading_session(session: Session, caller: Caller) -> ReadingSession:
    """The same session for another caller, with `writes = "off"` and no client that can write."""
    settings = session.settings
    profile = replace(settings.profile, writes="off")
    given = {one.name: getattr(session, one.name) for one in fields(Session)}
    return ReadingSession(**(given | {"settings": replace(settings, profile=profile), "caller": caller}))
