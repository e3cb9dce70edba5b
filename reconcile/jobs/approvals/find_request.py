"""Finds what is to be approved or rejected, by its name: a plan, a period, or a request."""

from __future__ import annotations

from pathlib import Path

from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.answer_close import asked_close
from reconcile.jobs.approvals.answer_request import asked
from reconcile.jobs.approvals.asked import Asked
from reconcile.jobs.approvals.bills_approval import asked_bills
from reconcile.jobs.approvals.rules_on_record import RULES, asked_rules
from reconcile.jobs.saved_plans import is_saved_plan
from reconcile.jobs.session import Session


def asked_about(session: Session, what: str) -> tuple[Session, Asked]:
    """What is asked, and the session in which it is answered: looser rules are, by the people of before.

    Raises ConfigurationError for what is neither, and DecisionNeeded where nobody asked.
    """
    file = Path(what)
    if what.startswith("req-") and not file.exists():
        return session, asked_bills(session, what)
    if what == RULES:
        return asked_rules(session)
    if is_saved_plan(file) or file.exists():
        return session, asked(session, file)
    try:
        period = session.settings.close.fiscal.parse(what)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{what} is neither a plan that diff --save wrote (a file .json), nor a period such as "
            "2026-03, nor a request for a set of bills (req-...)."
        ) from error
    return session, asked_close(session, period)
