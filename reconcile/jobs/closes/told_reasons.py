"""Why people edited records since the last close, in words that they knew the partner would read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from reconcile.jobs.session import Session
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.outcome import Outcome
from reconcile.store.closes import KeptClose, counting
from reconcile.store.run import Run
from reconcile.store.sent.sent_exports import sent_exports
from reconcile.store.store import Store

_DONE = frozenset(one.value for one in Outcome if one.done)


def told_reasons(
    session: Session, store: Store, chain: Sequence[KeptClose], kept: KeptClose
) -> Mapping[str, str]:
    """The last reason of each line and payout that runs edited between the close before and this one, by id.

    Only reasons that were typed into workbooks that said that the partner reads them; none where the setting
    `reasons_on_statements` is off.
    """
    if not session.settings.policy.reasons_on_statements:
        return {}
    told = {one.export.workbook_id for one in sent_exports(store, session.environment) if one.reasons_told}
    before = (datetime.fromisoformat(one.at) for one in counting(chain) if one.last < kept.first)
    since, until = max(before, default=None), datetime.fromisoformat(kept.at)
    found: dict[str, str] = {}
    for run in reversed(store.runs(session.environment)) if told else ():
        if datetime.fromisoformat(run.started_at) <= until:
            # A later edit without such a reason takes it away.
            found |= {
                record: reason
                for at, record, reason in _applied(store, run, told)
                if (since is None or at > since) and at <= until
            }
    return found


def _applied(store: Store, run: Run, told: Collection[str]) -> Iterator[tuple[datetime, str, str]]:
    """When an edit of a run took effect, its record, and its reason; empty where that is not for partners."""
    operations = {one.id: one for one in from_json(run.plan, run.run_id, OLDEST_PLAN).operations}
    for entry in store.entries(run.run_id):
        one = operations.get(entry.operation_id)
        if one and entry.kind == "outcome" and entry.body.get("outcome") in _DONE:
            is_told = bool(one.workbooks) and all(workbook in told for workbook in one.workbooks)
            record = str(entry.body.get("result_id") or one.target.id)
            yield datetime.fromisoformat(entry.at), record, one.reason if is_told else ""
