"""The checks of a close: a list of small functions, each gives the records that it objects to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from reconcile.close.first_version.standing import Payments
from reconcile.close.flux import Explanation, Flux
from reconcile.close.gl.open_difference import OpenDifference
from reconcile.close.ledger.evidence_of_payment import Allotment, StagePaid
from reconcile.close.ledger.open_items import OpenPart
from reconcile.close.remeasurement.rates import Rates
from reconcile.close.rollforward import Entry
from reconcile.domain.fields import line_values, payout_values
from reconcile.domain.money import Money, totals
from reconcile.domain.period import Period
from reconcile.domain.policy.close import ClosePolicy, Weight
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import STAGES, stage_of
from reconcile.domain.totals import AmountVerdict, amount_against_lines
from reconcile.plan.visible_state import DECLINED, ON_PAYOUT, POOL, line_state

_SIMILAR: Final = 0.8  # of the characters: `Deal 17` and `Deal 18` are, `Deal 17` and `Bonus` are not
_RANKS: Final = {
    "DRAFT": 0,
    "PENDING_REVIEW": 1,
    "PENDING_INVOICE": 2,
    "APPROVED": 2,  # sources disagree which of the two comes first (introw-api.md 3.1)
    "SCHEDULED": 3,
    "PENDING_PAYMENT": 3,
    "PAID": 4,
    "DECLINED": 4,
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """The records as they were at an earlier moment: the last close, or an export."""

    label: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What the state store knows to be open: an id, and a sentence about it."""

    id: str
    said: str


@dataclass(frozen=True)
class Evidence:
    """Everything a check may look at.

    payouts, lines: those that this close is about, in the order of their ids. earned: the day on which a line
    is earned, None where it has no date. earlier: the last close and the last export, where there are any,
    the close first. payments: those that were matched; matched: whether `payments` was run at all. out:
    workbooks that never came back. unfinished: runs. Since the second version: the allotments, the payouts
    that only the stage says are paid, what is open, and what moved; own: what runs of this program set, by
    record and field. Since the third: the file of the general ledger, what does not tie to
    it, the flux, and what explains it. Since the fifth: what did not tie when one was brought last. Since the
    sixth: the movements whose rates are of other days.
    """

    period: Period
    now: Snapshot
    names: Names
    policy: ClosePolicy
    payouts: Sequence[Payout]
    lines: Sequence[CommissionLine]
    earned: Callable[[CommissionLine], date | None]
    earlier: Sequence[Earlier] = ()
    payments: Payments = field(default_factory=dict)
    matched: bool = False
    out: Sequence[OpenWork] = ()
    unfinished: Sequence[OpenWork] = ()
    allotments: Mapping[str, Sequence[Allotment]] = field(default_factory=dict)
    stage_paid: Mapping[str, StagePaid] = field(default_factory=dict)
    open: Sequence[OpenPart] = ()
    entries: Sequence[Entry] = ()
    rates: Rates | None = None
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    gl: str = ""
    differences: Sequence[Objection] = ()
    flux: Sequence[Flux] = ()
    explanations: Sequence[Explanation] = ()
    gl_open: Sequence[OpenDifference] = ()
    far: Sequence[Objection] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """One record that a check objects to. amount: the money at stake, where there is any."""

    record_id: str
    partner: str
    said: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A check that was made. waived: the reason why it may pass all the same; empty when it was not."""

    name: str
    title: str
    weight: Weight
    objections: tuple[Objection, ...]
    waived: str = ""

    @property
    def money(self) -> Mapping[str, Decimal]:
        """What the objections come to, per currency."""
        return totals(one.amount for one in self.objections if one.amount)

    @property
    def is_blocking(self) -> bool:
        """Whether the close cannot pass because of it."""
        return self.weight is Weight.BLOCKING and bool(self.objections) and not self.waived


def of_payout(payout: Payout, said: str) -> Objection:
    """An objection to a payout, with its amount."""
    return Objection(payout.id, payout.partner_name, said, payout.amount)


def _line(line: CommissionLine, given: Evidence, said: str) -> Objection:
    return Objection(line.id, given.now.partner_name(line.partner_id), said, line.amount)


def _not_final(given: Evidence) -> Iterator[Objection]:
    for payout in given.payouts:
        if not stage_of(payout.stage).final:
            moment = payout.updated_at or payout.created_at
            age = f", last changed {given.now.scope.days.of(moment)}" if moment else ""
            yield of_payout(payout, f"{payout.stage}{age}")


def _pool(given: Evidence) -> Iterator[Objection]:
    for line in given.lines:
        if line.payout_id is None:
            yield _line(line, given, f"earned {given.earned(line)} and on no payout")


def _amount_differs(given: Evidence) -> Iterator[Objection]:
    for payout in given.payouts:
        lines = given.now.lines_by_payout.get(payout.id, ())
        counted = [one.amount for one in lines if one.status not in given.names.voided_statuses]
        found = amount_against_lines(payout.amount, counted)
        if found.verdict is AmountVerdict.NO_LINES:
            yield of_payout(payout, f"says {payout.amount} and has no line")
        elif found.is_off:
            yield of_payout(payout, f"says {payout.amount}, its lines {found.total}")


def _no_po(given: Evidence) -> Iterator[Objection]:
    for payout in given.payouts:
        if (
            payout.stage in given.policy.po_stages
            and not payout.po_number
            and "po_number" not in payout.unread
        ):
            yield of_payout(payout, f"{payout.stage} without a PO number")


def _duplicates(given: Evidence) -> Iterator[Objection]:
    """Lines of one partner and one amount with like texts. Only lines of equal amount are compared."""
    groups: dict[tuple[str, str, Decimal], list[CommissionLine]] = {}
    for line in given.lines:
        groups.setdefault((line.partner_id, line.amount.currency, line.amount.amount), []).append(line)
    for group in (some for some in groups.values() if len(some) > 1):
        named = [(line, _words(line.description or "")) for line in group]
        for (first, text), (second, other) in combinations(named, 2):
            if _like(text, other):
                yield _line(second, given, f"like {first.id}: {second.description or 'no description'}")
                break


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _like(one: str, other: str) -> bool:
    if one == other:
        return True
    matcher = SequenceMatcher(None, one, other)
    # None is less than the next, and each costs less: unlike texts are told apart in a third of the time.
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= _SIMILAR for bound in bounds)


def _empty_or_negative(given: Evidence) -> Iterator[Objection]:
    for payout in given.payouts:
        if payout.amount.amount < 0:
            yield of_payout(payout, "negative")
        elif payout.stage != STAGES["DECLINED"].value and not given.now.lines_by_payout.get(payout.id):
            yield of_payout(payout, "no lines")
        elif not payout.amount.amount:
            yield of_payout(payout, "zero")


def _backwards(given: Evidence) -> Iterator[Objection]:
    for payout in sorted(given.now.payouts.values(), key=lambda one: one.id):
        for earlier in given.earlier:
            was = earlier.snapshot.payouts.get(payout.id)
            if was and _rank(payout.stage, 3) < _rank(was.stage, -1):
                yield of_payout(payout, f"{was.stage} at the {earlier.label}, now {payout.stage}")
                break


def _rank(stage: str, unknown: int) -> int:
    """A stage beside the path (postponed, blocked, failed) is behind a final one and no other."""
    return _RANKS.get(stage, unknown)


def _paid_unmatched(given: Evidence) -> Iterator[Objection]:
    for payout in given.payouts if given.matched else ():
        if payout.stage == STAGES["PAID"].value and not given.payments.get(payout.id):
            yield of_payout(payout, "PAID, and no payment was matched with it")


def _matched_unpaid(given: Evidence) -> Iterator[Objection]:
    for payout_id, payments in sorted(given.payments.items()):
        payout = given.now.payouts.get(payout_id)
        if payout and payments and payout.stage != STAGES["PAID"].value:
            said = ", ".join(f"{one.amount} on {one.day} ({one.reference})" for one in payments)
            yield of_payout(payout, f"{payout.stage}, and was paid: {said}")


def _not_returned(given: Evidence) -> Iterator[Objection]:
    for one in given.out:
        yield Objection(one.id, "", one.said)


def _unfinished(given: Evidence) -> Iterator[Objection]:
    for one in given.unfinished:
        yield Objection(one.id, "", one.said)


def _moved(given: Evidence) -> Iterator[Objection]:
    export = next((one for one in given.earlier if one.label == "last export"), None)
    if export is None:
        return
    for payout_id, was in sorted(export.snapshot.payouts.items()):
        payout = given.now.payouts.get(payout_id)
        if payout is None:
            yield of_payout(was, "gone since the last export")
        elif moved := _differences(payout_id, payout_values(was), payout_values(payout), given.own):
            yield of_payout(payout, f"moved since the last export: {moved}")
    for line_id, was_line in sorted(export.snapshot.lines.items()):
        line = given.now.lines.get(line_id)
        if line and (moved := _differences(line_id, line_values(was_line), line_values(line), given.own)):
            yield _line(line, given, f"moved since the last export: {moved}")


def _differences(
    record_id: str, was: Mapping[str, object], now: Mapping[str, object], own: Mapping[str, Mapping[str, str]]
) -> str:
    """What moved of a record, without what runs of this program set it to."""
    set_to = own.get(record_id, {})
    moved = [
        f"{name} {was[name]} → {now.get(name)}"
        for name in was
        if was[name] != now.get(name) and (name not in set_to or set_to[name] != now.get(name))
    ]
    return ", ".join(moved)


def _edited_much(given: Evidence) -> Iterator[Objection]:
    factor = given.policy.max_edit_factor
    for line in given.lines:
        for earlier in given.earlier:
            was = earlier.snapshot.lines.get(line.id)
            if was and was.amount.currency == line.amount.currency and _beyond(was, line, factor):
                yield _line(line, given, f"{was.amount} at the {earlier.label}, now {line.amount}")
                break


def _beyond(was: CommissionLine, now: CommissionLine, factor: Decimal) -> bool:
    low, high = sorted((abs(was.amount.amount), abs(now.amount.amount)))
    return high > low * factor or was.amount.amount * now.amount.amount < 0


def _undated(given: Evidence) -> Iterator[Objection]:
    undated = [one for one in given.now.lines.values() if given.earned(one) is None]
    for line in sorted(undated, key=lambda one: one.id):
        yield _line(line, given, "has neither a period end nor a creation date, so it is in no period")


def _unclear_status(given: Evidence) -> Iterator[Objection]:
    """A line on no payout may be a mere forecast, or declined under a name that the server does not document.

    Neither is owed (introw-api.md 3.2), so nobody should accrue it without having looked.
    """
    clear = (DECLINED, ON_PAYOUT, POOL)
    for line in given.lines:
        state = line_state(line, given.names)
        if state not in clear:
            yield _line(line, given, state)


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name in the settings, its title, and how it weighs by default."""

    name: str
    title: str
    weight: Weight
    objections: Callable[[Evidence], Iterator[Objection]]


FIRST_CHECKS: Final = (
    Check("not-final", "Payouts of the period that are not paid or declined", Weight.WARNING, _not_final),
    Check("pool", "Lines earned by the end of the period on no payout", Weight.WARNING, _pool),
    Check("amount-differs", "Payouts that are not the sum of their lines", Weight.BLOCKING, _amount_differs),
    Check("no-po", "Payouts without a PO number", Weight.WARNING, _no_po),
    Check("duplicates", "Lines that may be there twice", Weight.WARNING, _duplicates),
    Check("empty-or-negative", "Negative, zero or empty payouts", Weight.WARNING, _empty_or_negative),
    Check("backwards", "Payouts whose stage moved backwards", Weight.WARNING, _backwards),
    Check("paid-unmatched", "Paid without a payment", Weight.WARNING, _paid_unmatched),
    Check("matched-unpaid", "A payment, and not PAID", Weight.BLOCKING, _matched_unpaid),
    Check("not-returned", "Workbooks that never came back", Weight.WARNING, _not_returned),
    Check("runs-unfinished", "Unfinished runs", Weight.BLOCKING, _unfinished),
    Check("moved", "Values that moved since the last export", Weight.WARNING, _moved),
    Check("edited-much", "Amounts that moved by more than the policy allows", Weight.WARNING, _edited_much),
    Check("undated", "Lines without a date", Weight.BLOCKING, _undated),
    Check("unclear-status", "Lines whose status says nothing we know", Weight.BLOCKING, _unclear_status),
)
"""The checks of the first version, in the order of the pack."""


def run_checks(checks: Sequence[Check], given: Evidence, waivers: Mapping[str, str]) -> tuple[Result, ...]:
    """Makes every check that is not off."""
    found = []
    for check in checks:
        weight = given.policy.checks.get(check.name, check.weight)
        if weight is not Weight.OFF:
            objections = tuple(check.objections(given))
            found.append(Result(check.name, check.title, weight, objections, waivers.get(check.name, "")))
    return tuple(found)
