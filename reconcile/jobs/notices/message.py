"""Tells a text of a person's own, each time it is asked for."""

from __future__ import annotations

from typing import Final

from reconcile.errors import ConfigurationError
from reconcile.jobs.notices.tell import addresses
from reconcile.jobs.session import Session
from reconcile.notify.notice import Notice
from reconcile.notify.send import send

TRIAL: Final = "This is a trial. Whoever reads it will be told what waits, ends, stops or goes stale."


def tell_text(session: Session, text: str) -> tuple[str, ...]:
    """Sends a text to every address; answers who did not take it. Raises ConfigurationError without one."""
    targets = addresses(session)
    if not targets:
        raise ConfigurationError(
            "There is nobody to tell. Name the addresses in a file (targets_file under [notify]) or in "
            "RECONCILE_NOTIFY; `reconcile help notifications` shows how each kind is written."
        )
    policy = session.settings.notices
    notice = Notice(
        "message", "", "a message", (("Message", text), ("Organisation", str(session.environment)))
    )
    failed = send(targets, notice, amounts=policy.amounts, seconds=policy.seconds)
    return tuple(failed.values())
