"""Who approved a run, for its report."""

from __future__ import annotations

from collections.abc import Iterable

from reconcile.people.statement import Signed
from reconcile.report.model import Approval
from reconcile.store.approval.kept_approvals import kept_approvals
from reconcile.store.run import Run
from reconcile.store.store import Store


def approval_of_run(store: Store, run: Run) -> Approval:
    """The approval that a run used; without one, that it was not asked for."""
    with store.reading() as connection:
        kept = kept_approvals(connection, run.environment)
    request = next((key for key, what in kept.uses.items() if what == run.run_id), "")
    return approval_in(request, [one.statement for one in kept.statements])


def approval_in(request: str, texts: Iterable[str]) -> Approval:
    """Who agreed to a request, by the texts that were signed; that it was not asked for without one."""
    if not request:
        return Approval()
    said = [Signed(text, "").statement for text in texts]
    agreed = [one.name for one in said if one and (one.act, one.request) == ("approve", request)]
    names = tuple(dict.fromkeys(agreed))
    return Approval(f"approved by {', '.join(names)} ({request})", (), (), names, request)
