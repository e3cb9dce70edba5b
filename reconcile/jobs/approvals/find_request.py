"""Finds what is to be approved or rejected, by what a person names: a saved plan, or a period to close."""

from __future__ import annotations

from pathlib import Path

from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.answer_close import asked_close
from reconcile.jobs.approvals.answer_request import Asked, asked
from reconcile.jobs.saved_plans import is_saved_plan
from reconcile.jobs.session import Session


def asked_about(session: Session, what: str) -> Asked:
    """What is asked. Raises ConfigurationError for what is neither, and DecisionNeeded where nobody asked."""
    file = Path(what)
    if is_saved_plan(file) or file.exists():
        return asked(session, file)
    try:
        period = session.settings.close.fiscal.parse(what)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{what} is neither a plan that diff --save wrote (a file .json) nor a period such as 2026-03."
        ) from error
    return asked_close(session, period)
