"""Comments on the changes of a plan: who said what, and when, kept with the workbook that the change is from.

A workbook that is planned again, or comes back with one more edit, keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Final

from reconcile.domain.fields import RecordKind
from reconcile.domain.stage import stage_of
from reconcile.errors import ConfigurationError
from reconcile.jobs.exports.sender_words import sender_words
from reconcile.jobs.session import Session
from reconcile.plan.model import Plan, Target
from reconcile.report.model import Change, Report
from reconcile.report.words import after_of, before_of
from reconcile.store.sent.change_comments import Comment, add_comment, comments_on

__all__ = ["Comment", "comment_choices", "comment_on", "comments_of"]

LONGEST: Final = 1_000
"""Characters of a comment at most."""


def changed_records(plan: Plan) -> Mapping[str, Target]:
    """The payouts and lines that a comment can be about, by id."""
    found: dict[str, Target] = {}
    for one in _targets(plan):
        found.setdefault(one.id, one)
    return found


def comment_choices(plan: Plan, report: Report) -> Mapping[str, str]:
    """What a comment can be about: by id, in words that tell it from the others of the same partner."""
    return {key: _in_words(target, report.changes) for key, target in changed_records(plan).items()}


def _in_words(target: Target, changes: Iterable[Change]) -> str:
    """`Acme · line of pay_1 · Amount: 450.00 → 475.00`."""
    what = target.kind.value
    if target.kind is not RecordKind.PAYOUT:
        what = f"{what} of {target.payout_id or 'the pending pool'}"
    moved = "; ".join(
        f"{one.label}: {_named(one, before_of(one))} → {_named(one, after_of(one))}"
        for one in changes
        if (one.target.kind, one.target.id) == (target.kind, target.id)
    )
    return " · ".join(filter(None, (target.partner_name, what, moved)))


def _named(change: Change, value: str) -> str:
    return stage_of(value).label if change.field == "stage" else value


def comments_of(session: Session, plan: Plan) -> tuple[Comment, ...]:
    """What was said on the changes of the workbooks of a plan, oldest first."""
    with session.store() as store, store.reading() as connection:
        return comments_on(connection, [one.export.workbook_id for one in plan.workbooks])


def comment_on(session: Session, plan: Plan, record_id: str, text: str) -> None:
    """Puts a comment on record. record_id: empty for the plan as a whole.

    Raises ConfigurationError for a text that is none or too long, and for a record that the plan does not
    change.
    """
    words = sender_words(text, "The comment", LONGEST)
    target = changed_records(plan).get(record_id)
    if record_id and target is None:
        raise ConfigurationError(
            f"{record_id} is not changed by this plan. Name one of its payouts or lines."
        )
    if not plan.workbooks:
        raise ConfigurationError("This plan is of no workbook, so nothing of it can be commented on.")
    workbook = (target.workbook if target else "") or plan.workbooks[0].export.workbook_id
    at = session.clock().astimezone(UTC).isoformat(timespec="microseconds")
    with session.store() as store, store.writing() as connection:
        add_comment(connection, Comment(str(plan.environment), workbook, record_id, at, session.user, words))


def _targets(plan: Plan) -> Iterator[Target]:
    yield from (one.target for one in plan.operations)
    yield from (one.target for one in plan.changes)
    yield from (one.target for one in plan.conflicts)
