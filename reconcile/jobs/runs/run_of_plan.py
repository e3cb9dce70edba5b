"""The run that applied a plan, whoever started it and from where."""

from __future__ import annotations

from datetime import datetime

from reconcile.jobs.session import Session
from reconcile.store.desk.runs_with_plan import run_with_plan
from reconcile.store.store import Store


def run_of_plan(session: Session, store: Store, fingerprint: str, made_at: datetime) -> str:
    """The id of the last run that began with a plan since it was made; empty where none did.

    A plan that is made anew may be the same as an earlier one to the letter, where nothing came of that one.
    """
    since = made_at.isoformat(timespec="seconds")
    return run_with_plan(store, session.environment, fingerprint, since)
