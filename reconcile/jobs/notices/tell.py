"""Tells people of what happened. What goes wrong here is a sentence: it fails nothing that is told about."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress

from reconcile.errors import ReconcileError
from reconcile.jobs.notices.told_before import ToldBefore
from reconcile.jobs.session import Session
from reconcile.jobs.setup.api_key import notice_addresses
from reconcile.notify.notice import Notice
from reconcile.notify.send import send
from reconcile.notify.targets import Target, targets_of

_NOT_TOLD = "Nobody was told"


def addresses(session: Session) -> tuple[Target, ...]:
    """The addresses that notices go to. Raises ConfigurationError for one that is none."""
    return targets_of(notice_addresses(session.settings, os.environ))


def tell(session: Session, notices: Iterable[Notice]) -> tuple[str, ...]:
    """Sends each notice to every address that was not told of it; answers what went wrong, a sentence each.

    An address that does not take a notice is left alone for the rest, and told the next time.
    """
    policy = session.settings.notices
    wanted = [one for one in notices if one.kind in policy.tell]
    if not wanted:
        return ()
    try:
        targets, told = addresses(session), ToldBefore(session)
        told.forget_old(session.clock())
        return _tell(session, told, targets, wanted)
    except ReconcileError as error:
        return (f"{_NOT_TOLD}: {error}",)
    except OSError as error:
        return (f"{_NOT_TOLD}: {error.strerror or error}.",)


def _tell(
    session: Session, told: ToldBefore, targets: Sequence[Target], notices: Sequence[Notice]
) -> tuple[str, ...]:
    policy = session.settings.notices
    problems: dict[int, str] = {}
    for notice in notices:
        marks = {
            one: mark
            for one in targets
            if one.place not in problems and (mark := told.claim(notice.about, one.url))
        }
        try:
            failed = send(tuple(marks), notice, amounts=policy.amounts, seconds=policy.seconds)
        except ReconcileError:
            for mark in marks.values():
                mark.unlink(missing_ok=True)
            raise
        for target, problem in failed.items():
            problems[target.place] = problem
            with suppress(OSError):
                marks[target].unlink()
    return tuple(problems.values())
