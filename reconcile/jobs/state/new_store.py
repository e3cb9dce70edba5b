"""Refuses to do in a store that knows nothing what another store may know to be done."""

from __future__ import annotations

from urllib.parse import urlsplit

from reconcile.errors import DecisionNeeded
from reconcile.jobs.session import Session
from reconcile.loopback import is_loopback
from reconcile.store.holdings import begin_for, has_seen
from reconcile.store.store import Store


def unseen(session: Session, store: Store, *, by_export: bool = False) -> str:
    """That the store has never seen the organisation, and what to do; empty where it has.

    by_export: whether an export into this store counts. A sandbox on this computer is always known.
    """
    environment = session.environment
    is_here = is_loopback(urlsplit(environment.origin).hostname or "")
    if is_here or has_seen(store, environment, by_export=by_export):
        return ""
    return (
        f"The state store {session.shown_state} has never seen {environment}, so it does not know what was "
        "applied, billed, paid or closed there before. If your team keeps its state elsewhere, name that "
        "with --state or state in the profile. If this is the first time, say --new-store once."
    )


def refuse_unseen(session: Session, store: Store, *, by_export: bool = False) -> None:
    """Raises DecisionNeeded for a store that has never seen the organisation, unless it is said to be new."""
    reason = unseen(session, store, by_export=by_export)
    if reason and not session.is_new_store:
        raise DecisionNeeded(f"Nothing was written. {reason}")
    if reason:
        begin_for(store, session.environment, session.clock().isoformat(timespec="seconds"), session.user)
