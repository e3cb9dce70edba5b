"""Lines of the pending pool that go onto a new payout, which is all that the API offers for them.

A payout that is made with its pending lines takes all that its partner has in the pool up to the end of the
period (introw-api.md 2.6 and 5.10); single lines cannot be chosen. So every one of them must be marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconcile.domain.fields import BATCH, DETACH, RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, recorded_amount
from reconcile.domain.period import UTC_DAYS, Period
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine
from reconcile.domain.snapshot import Snapshot
from reconcile.plan.across.policy_checks import finding_at
from reconcile.plan.model import Change, Conflict, Target
from reconcile.plan.reliance import money_text
from reconcile.plan.visible_state import POOL, line_state
from reconcile.plan.wanted.new_payouts import NewPayout
from reconcile.plan.wanted.requested import RecordKey, Requested, key_of

_Home = tuple[str, str]
"""A partner in a workbook: `Batch` on a line means the new payout of its partner there."""


def with_lines(requested: Requested, live: Snapshot) -> Requested:
    """Every new payout with the lines that go onto it, where it is the only new one of its partner."""
    marked = _marked(requested)
    homes = _homes(requested.new_payouts)
    edits = _edits(requested.changes)
    return replace(
        requested,
        new_payouts=tuple(
            replace(one, lines=_with_money(marked.get(home, ()), live, edits))
            if len(homes[home := _home(one.target)]) == 1
            else one
            for one in requested.new_payouts
        ),
    )


def taken_by(lines: Iterable[CommissionLine], period: str | None, names: Names) -> Iterator[CommissionLine]:
    """The lines that a new payout of the period takes out of these: all that are in the pool and due."""
    end = Period.parse(period).end if period else None
    for line in lines:
        due = line.period_end is None or end is None or UTC_DAYS.of_bound(line.period_end) <= end
        if due and line.payout_id is None and line_state(line, names) == POOL:
            yield line


def batch_findings(live: Snapshot, requested: Requested, names: Names) -> Iterator[Finding]:
    """What keeps marked lines from going onto their new payout, and only them. One finding per line."""
    marked = _marked(requested)
    homes = _homes(requested.new_payouts)
    for home, changes in marked.items():
        rows = homes.get(home, [])
        if len(rows) != 1:
            for change in changes if rows else ():
                places = " and ".join(one.target.place for one in rows)
                message = f"New payouts has several rows for this partner: {places}."
                yield finding_at(change.target, "batch-unclear", message, "Leave one of them.")
            continue
        yield from _of_one(rows[0], changes, live, requested, names)


def batch_holds(
    requested: Requested, conflicts: Iterable[Conflict], reasons: Mapping[RecordKey, str]
) -> Iterator[tuple[RecordKey, str]]:
    """What waits because its payout, or one of the lines that go onto the payout, is held.

    All of them or none: the server takes every line of the pool. conflicts: a marked line may be in one.
    """
    rows = _homes(requested.new_payouts)
    for home, targets in _marked_targets(requested, conflicts).items():
        members = [key_of(one) for one in targets]
        payouts = [key_of(one.target) for one in rows.get(home, ())]
        if not payouts:
            words = "waits: no payout of its partner is to be made on New payouts."
        elif held := next((key for key in payouts if key in reasons), None):
            words = f"waits: the {held[0]} that it goes onto is held."
        elif held := next((key for key in members if key in reasons), None):
            words = f"waits: line {held[1]}, which goes onto the same payout, is held."
        else:
            continue
        yield from ((key, words) for key in (*members, *payouts))


def batches(requested: Requested, conflicts: Iterable[Conflict]) -> Iterator[list[Target]]:
    """The marked lines of each partner with the new payout that they go onto: none is taken without the rest.

    Without its lines the payout would be made empty, which the API cannot delete, and they could go nowhere.
    conflicts: a line or a payout may be in one.
    """
    conflicts = tuple(conflicts)
    payouts = [one.target for one in requested.new_payouts]
    payouts += [one.target for one in conflicts if one.target.kind is RecordKind.NEW_PAYOUT]
    for home, lines in _marked_targets(requested, conflicts).items():
        yield [*lines, *(one for one in payouts if _home(one) == home)]


def _of_one(
    new: NewPayout, changes: list[Change], live: Snapshot, requested: Requested, names: Names
) -> Iterator[Finding]:
    ids = {one.target.id for one in changes}
    pool = {one.id: one for one in (*live.elsewhere.values(), *live.lines.values())}
    own = [one for one in pool.values() if one.partner_id == new.target.partner_id]
    taken = {one.id for one in taken_by(own, new.values["period"], names)}
    others = sorted(taken - ids)
    others += [f"{one} (which is detached)" for one in _detached(requested, new, live)]
    others += [one.target.place for one in requested.new_lines if _joins_pool(one.target, new)]
    money = {live.lines[key].amount.currency for key in ids if key in live.lines}
    for change in changes:
        if others:
            message = (
                f"Introw puts all pending lines of the partner up to the end of {new.values['period']} onto "
                f"a new payout, and these are not marked {BATCH}: {', '.join(others)}."
            )
            fix = f"Mark them {BATCH} as well, or empty the Action of the others."
            yield finding_at(change.target, "batch-others", message, fix)
        elif change.target.id not in taken:
            message = f"Introw takes no line that is dated after the period {new.values['period']}."
            fix = "Give the new payout a later period, or empty the Action."
            yield finding_at(change.target, "batch-later", message, fix)
        elif len(money) > 1:
            message = (
                f"The lines of one new payout are in {' and '.join(sorted(money))}, and how Introw converts "
                "them is not known."
            )
            fix = "Batch this partner in Introw, or set the rule batch-currencies to warning."
            yield finding_at(change.target, "batch-currencies", message, fix)


def _marked(requested: Requested) -> dict[_Home, list[Change]]:
    found: dict[_Home, list[Change]] = {}
    for change in requested.changes:
        if change.field == "action" and change.after == BATCH:
            found.setdefault(_home(change.target), []).append(change)
    return found


def _marked_targets(requested: Requested, conflicts: Iterable[Conflict]) -> dict[_Home, list[Target]]:
    """The lines that are marked, with those whose mark is in a conflict."""
    found = {home: [one.target for one in some] for home, some in _marked(requested).items()}
    for one in conflicts:
        if one.yours.get("action") == BATCH:
            found.setdefault(_home(one.target), []).append(one.target)
    return found


def _homes(payouts: Iterable[NewPayout]) -> dict[_Home, list[NewPayout]]:
    found: dict[_Home, list[NewPayout]] = {}
    for one in payouts:
        found.setdefault(_home(one.target), []).append(one)
    return found


def _home(target: Target) -> _Home:
    return target.workbook, target.partner_id


def _edits(changes: Iterable[Change]) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    for change in changes:
        if change.target.kind is RecordKind.LINE:
            found.setdefault(change.target.id, {})[change.field] = change.after
    return found


def _with_money(
    changes: Iterable[Change], live: Snapshot, edits: Mapping[str, Mapping[str, str | None]]
) -> tuple[tuple[str, str], ...]:
    """The lines in order, with the money that each has after its own edits."""
    found = {}
    for change in changes:
        line, own = live.lines.get(change.target.id), edits[change.target.id]
        if line:
            amount = recorded_amount(own.get("amount") or line.amount.amount)
            found[line.id] = money_text(Money(amount, own.get("currency") or line.amount.currency))
    return tuple(sorted(found.items()))


def _detached(requested: Requested, new: NewPayout, live: Snapshot) -> Iterator[str]:
    for change in requested.changes:
        if change.after == DETACH and change.field == "action":
            line = live.lines.get(change.target.id)
            if line and line.partner_id == new.target.partner_id:
                yield line.id


def _joins_pool(target: Target, new: NewPayout) -> bool:
    return target.payout_id is None and target.partner_id == new.target.partner_id
