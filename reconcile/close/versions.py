"""The versions of the numbers: how each makes its entries, its open items and its checks.

A kept close is made again by the version that it was made with, so its pack stays the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconcile.close.aging import Waiting, open_items
from reconcile.close.checks import FIRST_CHECKS, Check, Evidence
from reconcile.close.first_version.aging_by_stage import aging
from reconcile.close.first_version.as_books import books_of_stages, stages_of
from reconcile.close.first_version.entries_by_stage import Owed
from reconcile.close.first_version.entries_by_stage import entries as entries_by_stage
from reconcile.close.first_version.standing import PaidOn, Standing, earned_on, standing
from reconcile.close.flux import flux
from reconcile.close.frozen import Frozen
from reconcile.close.further import Further, further_of
from reconcile.close.gl.ledger_checks import CHECKS_OF_VERSION, differences
from reconcile.close.gl.tie import Tie, ties
from reconcile.close.journal import JournalLine, accruals, clearing
from reconcile.close.ledger.evidence_of_payment import StagePaid
from reconcile.close.ledger.movements import Books, books, books_before, entries
from reconcile.close.rollforward import Entry
from reconcile.domain.records import Payout

_NO_FURTHER: Final = 5
"""The last version without contract costs and remeasurement."""


@dataclass(frozen=True)
class Numbers:
    """What a version makes of the inputs. ties_by_partner: whether each partner's roll must add up."""

    entries: tuple[Entry, ...]
    waiting: tuple[Waiting, ...]
    checks: Sequence[Check]
    evidence: Evidence
    journal: tuple[JournalLine, ...]
    ties_by_partner: bool
    ties: tuple[Tie, ...] = ()
    further: Further = field(default_factory=Further)


def numbers(frozen: Frozen, previous: Frozen | None) -> Numbers:
    """The numbers of a close, by its version."""
    return _MAKERS[frozen.ledger_version](frozen, previous)


def books_of(frozen: Frozen) -> Books:
    """The ledger at the end of a closed period, by the version of its close."""
    return _BOOKS[frozen.ledger_version](frozen)


def stages_known(frozen: Frozen) -> Mapping[str, StagePaid]:
    """The payouts that a close took for paid by their stage alone."""
    return _STAGES[frozen.ledger_version](frozen)


def _first(frozen: Frozen, previous: Frozen | None) -> Numbers:
    before = previous.owed() if previous else Owed({}, {}, is_first=True)
    snapshot, period, payments = frozen.snapshot, frozen.period, frozen.payments
    found = entries_by_stage(before, snapshot, period, frozen.names, payments)
    states = {
        line.id: standing(line, snapshot.payouts.get(line.payout_id or ""), period, frozen.names, payments)
        for line in snapshot.lines.values()
    }
    evidence = Evidence(
        period,
        snapshot,
        frozen.names,
        frozen.policy,
        _of_period(frozen),
        [snapshot.lines[one] for one in sorted(states) if states[one] in (Standing.OWED, Standing.PAID)],
        earned_on,
        frozen.earlier(previous),
        payments,
        frozen.matched,
        frozen.out,
        frozen.unfinished,
        flux=flux(found, frozen.policy),
    )
    waiting = aging(snapshot, period, payments, frozen.policy.aging_days)
    return Numbers(
        found, waiting, FIRST_CHECKS, evidence, accruals(found, period, frozen.policy), ties_by_partner=False
    )


def _of_period(frozen: Frozen) -> list[Payout]:
    """The payouts of the period, in the order of their ids."""
    days = frozen.snapshot.scope.days
    found = [
        one
        for one in frozen.snapshot.payouts.values()
        if one.period_end is not None and days.of_bound(one.period_end) in frozen.period
    ]
    return sorted(found, key=lambda one: one.id)


def _second(frozen: Frozen, previous: Frozen | None) -> Numbers:
    facts, period, policy = frozen.facts, frozen.period, frozen.policy
    now = books(facts, period.end)
    before = books_of(previous) if previous else books_before(facts, period)
    found = entries(before, now, facts, period)
    if policy.method == "clearing":
        journal = clearing(found, frozen.trued_up, period, policy)
    else:
        journal = accruals(found, period, policy)
    further = (
        further_of(frozen, previous, (before, now), found) if frozen.version > _NO_FURTHER else Further()
    )
    tied = ties(frozen, previous, found, journal, further)
    return Numbers(
        found,
        open_items(now.open, frozen.snapshot, period, policy.aging_days),
        CHECKS_OF_VERSION[frozen.version],
        replace(
            _evidence(frozen, previous, now, found),
            gl=frozen.gl.file if frozen.gl else "",
            differences=differences(tied),
            flux=flux(found, policy),
            explanations=frozen.explanations,
            gl_open=frozen.gl_open,
            far=further.far,
        ),
        journal,
        ties_by_partner=True,
        ties=tied,
        further=further,
    )


def _evidence(frozen: Frozen, previous: Frozen | None, now: Books, found: Sequence[Entry]) -> Evidence:
    """The checks see all that is of the period, open, or moved, whatever its period."""
    payouts, lines = frozen.snapshot.payouts, frozen.snapshot.lines
    touched = {one.payout_id or "" for one in found} | {one.id for one in _of_period(frozen)}
    seen = {one.line_id for one in now.positions.values() if one.kind == "earned"}
    return Evidence(
        frozen.period,
        frozen.snapshot,
        frozen.names,
        frozen.policy,
        [payouts[one] for one in sorted(payouts.keys() & touched)],
        [lines[one] for one in sorted(seen)],
        lambda line: now.due.get(line.id),
        frozen.earlier(previous),
        {
            payout_id: tuple(PaidOn(one.day, one.amount, one.reference) for one in rows)
            for payout_id, rows in frozen.allotments.items()
            if rows
        },
        frozen.matched,
        frozen.out,
        frozen.unfinished,
        frozen.allotments,
        frozen.stage_paid,
        now.open,
        found,
        frozen.rates,
        frozen.own,
    )


_MAKERS: Final[Mapping[int, Callable[[Frozen, Frozen | None], Numbers]]] = {1: _first, 2: _second}
_BOOKS: Final[Mapping[int, Callable[[Frozen], Books]]] = {
    1: lambda frozen: books_of_stages(frozen.snapshot, frozen.period, frozen.names, frozen.payments),
    2: lambda frozen: books(frozen.facts, frozen.period.end),
}
_STAGES: Final[Mapping[int, Callable[[Frozen], Mapping[str, StagePaid]]]] = {
    1: lambda frozen: stages_of(frozen.snapshot, frozen.period, frozen.names, frozen.payments),
    2: lambda frozen: frozen.stage_paid,
}
