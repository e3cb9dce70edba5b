"""Looks at a folder and a mailbox again and again, until told to stop; what goes wrong is a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from reconcile.errors import ReconcileError
from reconcile.jobs.notices.store_news import tell_news
from reconcile.jobs.pickup.kept_arrivals import Arrival
from reconcile.jobs.pickup.pick_up import Watch, pick_up
from reconcile.jobs.pickup.pick_up_mails import pick_up_mails
from reconcile.jobs.session import Session

_STEP = 0.2
"""Seconds between two looks at whether it is to stop."""
_SHORTEST = 1.0
_AFTER_A_PROBLEM = 60.0
_NEWS_SECONDS = 60.0


def rounds(
    session: Session, watch: Watch, stopped: Callable[[], bool]
) -> Iterator[tuple[Arrival, tuple[str, ...]] | str]:
    """What was picked up, and what went wrong, as it happens; an empty text where nothing did.

    A problem makes a longer pause.
    """
    while not stopped():
        problems: list[str] = []
        pause = max(session.settings.pickup.still_seconds, _SHORTEST)
        for look in (pick_up, pick_up_mails):
            try:
                yield from look(session, watch)
            except (ReconcileError, OSError) as error:
                problems.append(str(error))
        yield " ".join(problems)
        if problems:
            pause = max(pause, _AFTER_A_PROBLEM)
        yield from news_of(session)
        rest(pause, stopped)


def news_rounds(session: Session, stopped: Callable[[], bool]) -> Iterator[str]:
    """Tells what is new every minute, where no folder is watched; answers what went wrong."""
    while not stopped():
        yield from news_of(session) or ("",)
        rest(_NEWS_SECONDS, stopped)


def rest(seconds: float, stopped: Callable[[], bool]) -> None:
    """Waits, but no longer than until it is told to stop."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not stopped():
        time.sleep(_STEP)


def news_of(session: Session) -> tuple[str, ...]:
    """Tells what the state store knows that is new; answers what went wrong."""
    try:
        return tell_news(session)
    except (ReconcileError, OSError) as error:
        return (str(error),)
