"""What a person is asked to agree to, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.domain.money import Money, recorded_amount
from reconcile.people.plan_rules import Met, steps_of
from reconcile.people.statement import Statement, Subject
from reconcile.plan.model import Plan

_MANY = 20


def subject_words(subject: Subject) -> Iterator[str]:
    """What is signed, a line each."""
    yield f"{subject.kind.capitalize()}: {subject.source}"
    yield f"Organisation: {subject.environment}"
    yield f"Fingerprint: {subject.fingerprint}"
    for currency, amount in subject.totals.items():
        money = Money(recorded_amount(amount), currency)
        yield f"{'Closing' if subject.kind == 'close' else 'Moves'}: {money}"
    counts = ", ".join(f"{name} {number}" for name, number in subject.counts.items() if number)
    if counts:
        yield f"Counts: {counts}"
    if subject.kind in ("plan", "undo"):
        yield f"Lets pass: {', '.join(subject.gates) or 'no limit'}"
    if subject.reopened:
        yield f"Reopens: {', '.join(subject.reopened)}"
    for name, value in subject.details.items():
        yield f"{name}: {value}"


def plan_words(plan: Plan, subject: Subject, met: Sequence[Met], earlier: Statement | None) -> Iterator[str]:
    """What a plan does, for the person who is asked to agree. earlier: an approval of the same source."""
    yield from subject_words(subject)
    for one in met:
        yield f"Needs an approval because: {one.why}"
    for gate in plan.gates:
        yield f"Limit: {gate.message}"
    steps = list(steps_of(plan))
    yield from (f"Step: {one}" for one in steps[:_MANY])
    if len(steps) > _MANY:
        yield f"Step: and {len(steps) - _MANY} more; reconcile diff shows them"
    if earlier:
        yield from (
            f"Since the approval of {earlier.name}: {one}" for one in changes_since(earlier.subject, subject)
        )


def changes_since(then: Subject, now: Subject) -> Iterator[str]:
    """What is not as it was in an earlier approval of the same source."""
    if then.fingerprint == now.fingerprint:
        yield "nothing of it changed"
        return
    for currency in sorted(then.totals.keys() | now.totals.keys()):
        before, after = (recorded_amount(one.totals.get(currency, "0")) for one in (then, now))
        if before != after:
            yield f"{Money(before, currency)} moved, now {Money(after, currency)}"
    for name in dict.fromkeys((*then.counts, *now.counts)):
        old, new = then.counts.get(name, 0), now.counts.get(name, 0)
        if old != new:
            yield f"{name} {old}, now {new}"
    for name, old_names, new_names in (
        ("limits let pass", then.gates, now.gates),
        ("periods reopened", then.reopened, now.reopened),
        ("rules met", then.rules, now.rules),
    ):
        if old_names != new_names:
            yield f"{name}: {', '.join(old_names) or 'none'}, now {', '.join(new_names) or 'none'}"
