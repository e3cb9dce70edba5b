"""Who approved a run, for its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconcile.people.statement import Signed
from reconcile.report.model import Approval
from reconcile.store.approval.kept_approvals import KeptStatement, kept_approvals
from reconcile.store.run import Run
from reconcile.store.store import Store


def approval_of_run(store: Store, run: Run) -> Approval:
    """The approval that a run used; without one, that it was not asked for."""
    with store.reading() as connection:
        kept = kept_approvals(connection, run.environment)
    return approval_in(kept.statements, kept.uses, run.run_id)


def approval_in(statements: Iterable[KeptStatement], uses: Mapping[str, str], run_id: str) -> Approval:
    """The same, from what is on record. uses: by request, what used it."""
    request = next((key for key, what in uses.items() if what == run_id), "")
    if not request:
        return Approval()
    said = [Signed(one.statement, one.signature).statement for one in statements]
    agreed = [one.name for one in said if one and (one.act, one.request) == ("approve", request)]
    names = tuple(dict.fromkeys(agreed))
    return Approval(f"approved by {', '.join(names)} ({request})", (), (), names, request)
