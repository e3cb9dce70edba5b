"""What the state store knows that people should hear of: what waits, ended, stopped or went stale.

No network: it is cheap enough to be looked at every minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reconcile.close.months.month_states import Month, State
from reconcile.domain.money import Money, recorded_amount
from reconcile.jobs.approvals.waiting_approvals import Listed, approvals
from reconcile.jobs.closes.overview import all_months
from reconcile.jobs.notices.tell import addresses, tell
from reconcile.jobs.notices.told_before import ToldBefore
from reconcile.jobs.runs.run_summary import RunSummary, summary_of
from reconcile.jobs.session import Session
from reconcile.notify.notice import Notice
from reconcile.store.run import Run


def tell_news(session: Session) -> tuple[str, ...]:
    """Tells what is new since the last time; answers what went wrong, a sentence each.

    Raises ConfigurationError for an address that is none, and StateError where the store cannot be read.
    """
    return tell(session, news(session)) if addresses(session) else ()


def news(session: Session) -> tuple[Notice, ...]:
    """Everything that may be told; what was told already is left out when it is sent."""
    began = ToldBefore(session).began(session.clock())
    with session.store(create=False) as store:
        runs = [
            (one, summary_of(one, store.entries(one.run_id)))
            for one in store.runs(session.environment)
            if _is_news(one, began)
        ]
    return (
        *about_approvals(approvals(session).requests),
        *about_runs(runs),
        *about_months(all_months(session).months),
    )


def about_approvals(requests: Sequence[Listed]) -> Iterator[Notice]:
    """What waits for whom, what was approved, and what holds no longer."""
    for one in requests:
        facts = [
            ("Plan", one.source),
            ("Request", one.request),
            ("Asked by", one.by),
            ("On", f"{one.at[:16].replace('T', ' ')} UTC"),
        ]
        money = [("Moves", str(Money(recorded_amount(amount), name))) for name, amount in one.moves.items()]
        about = f"{one.request} {one.state} {' '.join(one.approved_by)}"
        if one.approved_by:
            facts.append(("Approved by", ", ".join(one.approved_by)))
        if one.state == "waiting":
            facts.append(("Waits for", ", ".join(one.waits_for) or "nobody who may approve"))
            advice = "Show and sign it: reconcile approve."
            yield Notice("waiting", about, "A plan waits for an approval", tuple(facts), tuple(money), advice)
        elif one.state == "approved":
            advice = "It can be applied: reconcile apply."
            yield Notice("approved", about, "A plan was approved", tuple(facts), tuple(money), advice)
        elif one.state == "refused":
            facts.append(("Why", " ".join(one.why)))
            headline = "A plan was rejected, or its approval holds no longer"
            yield Notice(
                "refused", about, headline, tuple(facts), tuple(money), "Ask again: reconcile request."
            )


def about_runs(runs: Sequence[tuple[Run, RunSummary]]) -> Iterator[Notice]:
    """What ended, and what stopped part-way."""
    for run, found in runs:
        facts = (
            ("Run", run.run_id),
            ("Workbook", found.files),
            ("By", run.started_by),
            ("Steps", found.counts),
        )
        money = (("Money of lines", found.moved),) if found.moved else ()
        about = f"{run.run_id} {run.state} {run.ended_at}"
        if run.state == "stopped":
            advice = "Look at it, then finish it: reconcile resume."
            yield Notice("run-stopped", about, "A run stopped part-way", facts, money, advice)
        elif run.state == "finished":
            advice = "What it did: reconcile history."
            yield Notice("run-ended", about, "A run ended", facts, money, advice)


def about_months(months: Sequence[Month]) -> Iterator[Notice]:
    """Which closed months went stale."""
    for one in months:
        if one.state is State.STALE:
            yield Notice(
                "stale",
                f"{one.period} stale {one.said}",
                "A closed month no longer agrees with what is known",
                (("Period", one.period),),
                (("What is known", one.said),),
                "To see the entry that trues it up: reconcile close --late.",
            )


def _is_news(run: Run, began: datetime) -> bool:
    """Whether a run is worth a notice: it stopped and waits, or ended after the first look."""
    if run.state == "stopped":
        return True
    return run.state == "finished" and datetime.fromisoformat(run.ended_at or run.started_at) >= began
