"""Lists the closes, and the steps of a month with their state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reconcile.close.months.month_states import (
    Attempt,
    Closing,
    Known,
    Month,
    Reopened,
    State,
    months,
)
from reconcile.close.months.month_states import as_table as months_table
from reconcile.close.steps import Step, Traces, as_table, steps
from reconcile.domain.pack_table import Table
from reconcile.domain.period import Period
from reconcile.domain.phrases import moment
from reconcile.jobs.approvals.sign_statement import signatures
from reconcile.jobs.closes.close_inputs import sets_out, workbooks_out
from reconcile.jobs.closes.prepared_now import signed_closes, signed_months
from reconcile.jobs.closes.stale import moved_since_close
from reconcile.jobs.session import Session
from reconcile.store.approval.kept_approvals import kept_approvals
from reconcile.store.closes import KeptClose, Reopening, attempts, counting, kept_closes, reopenings
from reconcile.store.sent.sent_exports import sent_exports


@dataclass(frozen=True, slots=True)
class Listing:
    """The closes, and the changes of closed periods."""

    closes: Sequence[KeptClose]
    changes: Sequence[Reopening]

    def as_json(self) -> str:
        """Both for a machine."""
        closes = [
            {"period": one.period, "close_id": one.close_id, "at": one.at, "by": one.by}
            for one in self.closes
        ]
        changes = [
            {"period": one.period, "at": one.at, "by": one.by, "reason": one.reason} for one in self.changes
        ]
        return json.dumps({"closes": closes, "reopenings": changes}, indent=1)

    def as_text(self) -> Iterator[str]:
        """Both for people, a line each."""
        for one in self.closes:
            yield f"{one.period}  {one.close_id}  {moment(one.at)}  {one.by}  {one.superseded}".rstrip()
        for change in self.changes:
            what = f"{change.period}  changed by {change.what}  {moment(change.at)}"
            yield f"{what}  {change.by}: {change.reason}"
        if not self.closes:
            yield "No period is closed yet."


@dataclass(frozen=True, slots=True)
class Status:
    """The steps of a month."""

    steps: tuple[Step, ...]

    @property
    def table(self) -> Table:
        """The steps as a table."""
        return as_table(self.steps)

    def as_json(self) -> str:
        """The steps for a machine."""
        rows = [{"step": one.name, "state": one.state, "said": one.said} for one in self.steps]
        return json.dumps(rows, indent=1)


def listing(session: Session) -> Listing:
    """The closes of the environment, and who changed a closed period."""
    with session.store() as store:
        environment = session.environment
        return Listing(kept_closes(store, environment), reopenings(store, environment))


@dataclass(frozen=True, slots=True)
class Months:
    """The months with their state."""

    months: tuple[Month, ...]

    @property
    def table(self) -> Table:
        """The months as a table."""
        return months_table(self.months)

    def as_json(self) -> str:
        """The months for a machine."""
        rows = [{"period": one.period, "state": one.state.value, "said": one.said} for one in self.months]
        return json.dumps(rows, indent=1)


def all_months(session: Session) -> Months:
    """The months with their state, from what the store knows; no network."""
    environment = session.environment
    with session.store() as store:
        with store.reading() as connection:
            signed = signed_closes(signatures(kept_approvals(connection, str(environment))))
        known = Known(
            [
                Closing(Period(one.first, one.last), one.at, one.by, signed.get(one.close_id, ""))
                for one in counting(kept_closes(store, environment))
            ],
            [
                Attempt(one.period, one.at, one.by, one.state == State.BLOCKED.value, one.said)
                for one in attempts(store, environment)
            ],
            [Reopened(one.period, one.at, one.by, one.reason) for one in reopenings(store, environment)],
            {one.period: one for one in moved_since_close(session, store)},
            signed_months(session, store),
        )
    return Months(months(known, session.days.of(session.clock())))


def status(session: Session, period: Period) -> Status:
    """The steps of a month with their state, from what the store knows; no network."""
    environment = session.environment
    with session.store() as store:
        closes = counting(kept_closes(store, environment))
        began = session.days.start(period.start)
        sent = [one for one in sent_exports(store, environment) if not one.is_of_payments]
        back = {one.export.workbook_id: one.returned_at for one in sent if one.returned_at}
        away = [one for one in workbooks_out(store, environment, began) if one.id not in back]
        with store.reading() as connection:
            said = signatures(kept_approvals(connection, str(environment))).statements
        asked = {one.request: one.at for _, one in said if (one.act, one.subject.kind) == ("request", "plan")}
        rejected = {one.request for _, one in said if one.act == "reject"}
        traces = Traces(
            began=began,
            exports=[one.export for one in sent],
            out=sets_out(store, away),
            returned=list(back.values()),
            signed=signed.said if (signed := signed_months(session, store).get(str(period))) else "",
            asked=[at for request, at in asked.items() if request not in rejected],
            rejected=[at for request, at in asked.items() if request in rejected],
            runs=[(one.started_at, one.state) for one in store.runs(environment)],
            bills=[one.issued_at for one in store.bills(environment)],
            payments=[one.read_at for one in store.settlements(environment)],
            closed=[one.at for one in closes if one.period == str(period)],
            is_next=not closes or period.start == closes[-1].last + timedelta(days=1),
            closed_before=closes[-1].at if closes else "",
        )
    return Status(steps(traces))
