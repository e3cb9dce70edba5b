"""What waits for a decision: the banner above the changes, with whose money and how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reconcile.domain.fields import FIELD_LABELS, NEW_KINDS, RecordKind
from reconcile.domain.finding import Finding, Severity
from reconcile.domain.money import Money, totals
from reconcile.domain.phrases import AS_RECORDED, Writing, counted
from reconcile.plan.across.narrowing import LEFT_OUT
from reconcile.plan.model import Conflict, Target
from reconcile.report.model import HeldEdits, Report
from reconcile.report.words import record_of

_ALWAYS: Final = ("irreversible", LEFT_OUT)

_WAITS: Final = "Waits for the approval of another person."
_NOT_ASKED: Final = "Needs the approval of another person, and nobody has asked for it yet."

_Key = tuple[RecordKind | None, str]


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A record that a person must look at. what: why, in a few words; money: its amount."""

    partner_name: str
    record: str
    money: Money | None
    what: str
    place: str

    @property
    def words(self) -> str:
        """`Acme · cln_1 · 500.00 USD · conflict on Amount`, without what is not known."""
        parts = (self.partner_name, self.record, str(self.money) if self.money else "", self.what)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Banner:
    """What stops the run, and what is held back from it.

    summary: the counts. money: how much is held, and of how many partners; empty for nothing. stops: why
    `apply` would stop before its first write. records: each one once, in the order of the report.
    """

    summary: str
    money: str
    stops: tuple[str, ...]
    records: tuple[WaitingRecord, ...]


def banner(report: Report, writing: Writing = AS_RECORDED) -> Banner | None:
    """What waits for a decision, or for another person; None where nothing does.

    A gate that a person let pass waits no more.
    """
    gates = [gate for gate in report.gates if gate not in report.gates_passed]
    records = tuple(_records(report))
    count = report.headline
    lacks = report.approval.lacks in report.stops
    words = [
        *_some(writing, len(gates), "safety limit"),
        *_some(writing, len(report.stops) - lacks, "other reason to stop", "other reasons to stop"),
        *_some(writing, count.conflicts, "conflict"),
        *_some(writing, count.held, "record held", "records held"),
        *_some(writing, count.errors, "error"),
        *_some(writing, len(report.stale), "stale operation"),
    ]
    if not words and not lacks:
        return None
    stops = (*(gate.message for gate in gates), *report.stops)
    told = [f"Waits for your decision: {', '.join(words)}."] if words else []
    if lacks:
        told.append(_WAITS if report.approval.request else _NOT_ASKED)
    return Banner(" ".join(told), _money(report, writing), stops, records)


def nothing_waits(report: Report) -> str:
    """What stands in the place of the banner where nothing waits; possible slips are named all the same."""
    slips = sum(is_slip(one) for one in report.findings)
    if not slips:
        return "Nothing waits for a decision."
    return f"Nothing waits for a decision. Look first: {counted(slips, 'edit')} may be a slip of the hand."


def to_look_at(report: Report) -> tuple[Finding, ...]:
    """What even a short report names: possible slips, what cannot be undone, what is left out."""
    return tuple(one for one in report.causes if is_slip(one) or one.rule in _ALWAYS)


def is_slip(finding: Finding) -> bool:
    """Whether a finding says that an edit looks like a slip of the hand."""
    return finding.rule.startswith("slip-")


def _records(report: Report) -> Iterator[WaitingRecord]:
    """Conflicts first, then what is held beside them, then errors on other records and on the workbook."""
    named: set[_Key] = set()
    for conflict in report.conflicts:
        yield _waiting(conflict, f"conflict on {_about(conflict)}")
        named.add(_key(conflict.target))
    for held in report.held:
        if _key(held.target) not in named:
            yield _waiting(held, f"held: {held.reason}")
            named.add(_key(held.target))
    new = {one.target.place for one in report.held if one.target.kind in NEW_KINDS}
    for one in report.findings:
        key = (one.kind, one.record_id)
        place = f"{one.file}, {one.sheet}!{one.record_id.removeprefix('row ')}"
        known = key in named or place in new
        if one.severity is Severity.ERROR and not (one.kind and known):
            yield WaitingRecord(
                one.partner_name, one.record_id, one.money, f"error: {one.message}", one.place
            )


def _waiting(one: Conflict | HeldEdits, what: str) -> WaitingRecord:
    target = one.target
    return WaitingRecord(target.partner_name, record_of(target), one.money, what, target.place)


def _about(conflict: Conflict) -> str:
    """What a conflict is on: the fields that were edited."""
    moved = [name for name, value in conflict.yours.items() if value != conflict.baseline.get(name)]
    return ", ".join(FIELD_LABELS.get(name, name) for name in moved) or conflict.group


def _key(target: Target) -> _Key:
    return target.kind, target.id


def _money(report: Report, writing: Writing) -> str:
    """`Held: 40.00 USD and 75.00 EUR of 2 partners.` A line counts with its payout where that is held."""
    waiting: dict[_Key, Conflict | HeldEdits] = {}
    every: list[Conflict | HeldEdits] = [*report.held, *report.conflicts]
    for one in every:
        waiting.setdefault(_key(one.target), one)
    payouts = {record_id for kind, record_id in waiting if kind is RecordKind.PAYOUT}
    partners = {one.target.partner_id for one in waiting.values()}
    sums = totals(
        one.money
        for (kind, _), one in waiting.items()
        if one.money and (kind is RecordKind.PAYOUT or one.target.payout_id not in payouts)
    )
    if not sums:
        return ""
    amounts = " and ".join(
        f"{writing.amount(amount, currency)} {currency}" for currency, amount in sums.items()
    )
    return f"Held: {amounts} of {writing.counted(len(partners), 'partner')}."


def _some(writing: Writing, number: int, noun: str, plural: str = "") -> Iterable[str]:
    if number:
        yield writing.counted(number, noun, plural)
