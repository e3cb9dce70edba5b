"""The person for whom the desk started this process."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconcile.jobs.session import Session


def for_desk_user(session: Session) -> Session:
    """The session with the person of the desk as its user, where a desk started this process.

    No process that this one starts inherits the word of the desk. Raises ConfigurationError where it proves
    nothing.
    """
    from reconcile.config import SIGNED_IN

    given = os.environ.pop(SIGNED_IN, None)
    if given is None:
        return session
    from reconcile.jobs.approvals.signed_in import signed_in_user

    words = click.get_current_context().find_root().obj or ()
    return replace(session, user=signed_in_user(session, given, words))
