"""A snapshot: all payouts and lines of one scope at one instant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Final, TypeVar

from reconcile.domain.money import plain
from reconcile.domain.period import UTC_DAYS, Days, Period, period_of
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.totals import AmountAgainstLines, amount_against_lines

R = TypeVar("R", Payout, CommissionLine)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the records live: the API's origin (`https://api.introw.io`) and the profile.

    The profile stands for the organisation, since only the key decides that (introw-api.md 1.2).
    """

    origin: str
    profile: str = "default"

    def __str__(self) -> str:
        """`default at https://api.introw.io`."""
        return f"{self.profile} at {self.origin}"


def environment_of(shown: str) -> Environment:
    """The environment back from how it is shown, as rows of the store name it."""
    profile, _, origin = shown.rpartition(" at ")
    return Environment(origin, profile)


def place_in_order(record: Payout | CommissionLine) -> str:
    """Where a payout, or a line of the pending pool, stands among all: with those of its partner."""
    return f"{record.partner_id}/{record.id}"


PAYOUTS_ONLY: Final = "payouts"
POOL_ONLY: Final = "pending pool"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which payouts are looked at. An empty tuple means all; an empty batch stands for none.

    only: PAYOUTS_ONLY without the lines of the pending pool, POOL_ONLY without payouts; empty for both.
    within: from the first place up to before the second one, by `place_in_order`; empty where it is open.
    zone: the time zone in which moments become days, here and wherever the records go.
    """

    stages: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    batches: tuple[str, ...] = ()
    only: str = ""
    within: tuple[str, str] = ("", "")
    zone: str = "UTC"

    @property
    def days(self) -> Days:
        """Which day a moment of these records belongs to."""
        return Days(self.zone)

    def includes(self, payout: Payout) -> bool:
        """Whether a payout is in the scope; a period is met by the payout's period end."""
        return (
            self.only != POOL_ONLY
            and (not self.stages or payout.stage in self.stages)
            and (not self.partners or payout.partner_id in self.partners)
            and (not self.batches or (payout.batch_id or "") in self.batches)
            and self._dated(payout.period_end)
            and self._is_within(payout)
        )

    def includes_pool_line(self, line: CommissionLine, partners: frozenset[str]) -> bool:
        """Whether a line of the pending pool is in the scope.

        Its partner must be: one that the scope names, or one of `partners` (those of the payouts in scope)
        when stages or batches limit it. And it must be dated up to the end of the last period: a payout
        picks up the period's lines and the backlog from before it (introw-api.md 5.10).
        """
        if self.only == PAYOUTS_ONLY or not self._is_within(line):
            return False
        if self.partners:
            known = line.partner_id in self.partners
        else:
            known = not (self.stages or self.batches) or line.partner_id in partners
        return known and self._due(line.period_end)

    def _is_within(self, record: Payout | CommissionLine) -> bool:
        if not any(self.within):
            return True
        first, before = self.within
        place = place_in_order(record)
        return first <= place and (not before or place < before)

    def _dated(self, end: datetime | None) -> bool:
        if not self.periods:
            return True
        return end is not None and any(self.days.of_bound(end) in period for period in self.periods)

    def _due(self, end: datetime | None) -> bool:
        if not self.periods or end is None:
            return True
        return self.days.of_bound(end) <= max(period.end for period in self.periods)

    def __str__(self) -> str:
        """The filters in words, for a person: `stage APPROVED, period 2026-03`; `everything` without any."""
        named = {
            "stage": self.stages,
            "partner": self.partners,
            "period": tuple(str(period) for period in self.periods),
            "batch": tuple(batch or "(none)" for batch in self.batches),
        }
        words = [f"{name} {' or '.join(values)}" for name, values in named.items() if values]
        words += [f"{self.only} only"] if self.only else []
        words += [f"days in {self.zone}"] if self.periods and self.zone != UTC_DAYS.zone else []
        first, before = self.within
        words += [f"from {first}"] if first else []
        words += [f"up to before {before}"] if before else []
        return ", ".join(words) or "everything"


@dataclass(frozen=True)
class Snapshot:
    """Payouts, lines and partners by id, as they were at `taken_at` (UTC).

    elsewhere, payouts_elsewhere: lines and payouts of some partners that were seen and are not in the scope,
    declined ones too. New lines and payouts are compared with them; they count nowhere else.
    """

    environment: Environment
    scope: Scope
    taken_at: datetime
    payouts: Mapping[str, Payout]
    lines: Mapping[str, CommissionLine]
    partners: Mapping[str, Partner]
    elsewhere: Mapping[str, CommissionLine] = field(default_factory=dict)
    payouts_elsewhere: Mapping[str, Payout] = field(default_factory=dict)

    @cached_property
    def days(self) -> Days:
        """Which day a moment of these records belongs to."""
        return self.scope.days

    @cached_property
    def every_payout(self) -> Mapping[str, Payout]:
        """The payouts of the scope, and those that were seen beside it."""
        return {**self.payouts_elsewhere, **self.payouts}

    @cached_property
    def lines_by_payout(self) -> Mapping[str | None, tuple[CommissionLine, ...]]:
        """The lines of each payout by its id; those of the pending pool under None."""
        found: dict[str | None, list[CommissionLine]] = {}
        for line in self.lines.values():
            found.setdefault(line.payout_id, []).append(line)
        return {payout: tuple(lines) for payout, lines in found.items()}

    @cached_property
    def fingerprint(self) -> str:
        """A SHA-256 over every value of every payout and line; the order they came in does not matter.

        A value is quoted twice in it, for exports are kept with theirs. Equal amounts have the same text, and
        a blank has another than the word None.
        """
        digest = hashlib.sha256()
        for line in sorted(self.lines.values(), key=_quoted_id):
            digest.update(_line_text(line).encode())
        for payout in sorted(self.payouts.values(), key=_quoted_id):
            digest.update(_payout_text(payout).encode())
        return digest.hexdigest()

    @property
    def pool(self) -> tuple[CommissionLine, ...]:
        """The lines that are on no payout yet."""
        return self.lines_by_payout.get(None, ())

    def against_lines(self, payout: Payout) -> AmountAgainstLines:
        """The payout's amount against the sum of its lines."""
        lines = self.lines_by_payout.get(payout.id, ())
        return amount_against_lines(payout.amount, (line.amount for line in lines))

    def lines_total(self, payout: Payout) -> Decimal | None:
        """The sum of a payout's lines in its own currency; None where a line has another one."""
        total = self.against_lines(payout).total
        return total.amount if total else None

    def off_their_lines(self) -> tuple[Payout, ...]:
        """The payouts whose amount is not the sum of their lines, as far as that can be said."""
        return tuple(payout for payout in self.payouts.values() if self.against_lines(payout).is_off)

    def partner_name(self, partner_id: str) -> str:
        """The partner's name; its id where the name is not known (the key may lack partners:read)."""
        partner = self.partners.get(partner_id)
        return partner.name if partner else partner_id


def batch_periods(payouts: Iterable[Payout]) -> dict[str, Period]:
    """The period of each batch, as its payouts have it."""
    found: dict[str, Period] = {}
    for payout in payouts:
        period = period_of(payout.period_start, payout.period_end)
        if payout.batch_id and period:
            found.setdefault(payout.batch_id, period)
    return found


def together(snapshots: Sequence[Snapshot]) -> Snapshot:
    """What several snapshots know, at least one, of one environment; of a record in several the newest.

    Its scope is the smallest one that this type can say and that holds all of theirs.
    """
    if len(snapshots) == 1:
        return snapshots[0]
    by_age = sorted(snapshots, key=lambda one: one.taken_at)
    payouts: dict[str, Payout] = {}
    lines: dict[str, CommissionLine] = {}
    partners: dict[str, Partner] = {}
    for one in by_age:
        payouts |= one.payouts
        lines |= one.lines
        partners |= one.partners
    scope = _widest([one.scope for one in snapshots])
    return Snapshot(by_age[-1].environment, scope, by_age[-1].taken_at, payouts, lines, partners)


def shared(records: Mapping[str, R], known: Mapping[str, R]) -> dict[str, R]:
    """The records by id; one that is as the known one of its id, to the last digit, is that very object.

    So a live month takes next to no memory beside its baseline (0.8 KB a line less), and what did not move
    is told by one question.
    """
    return {key: _known(record, known.get(key)) for key, record in records.items()}


def _known(record: R, there: R | None) -> R:
    # 10.0 and 10.00 are equal, but their digits show in sums.
    if there and there == record and str(there.amount.amount) == str(record.amount.amount):
        return there
    return record


def _widest(scopes: Iterable[Scope]) -> Scope:
    every = list(scopes)

    def union(name: str) -> tuple[Any, ...]:
        some = [getattr(scope, name) for scope in every]
        # An empty filter lets everything through.
        return tuple(dict.fromkeys(value for values in some for value in values)) if all(some) else ()

    only = {scope.only for scope in every}
    # Ranges of one export lie side by side: together they are open.
    within = {scope.within for scope in every}
    zones = {scope.zone for scope in every}
    return Scope(
        union("stages"),
        union("partners"),
        union("periods"),
        union("batches"),
        only.pop() if len(only) == 1 else "",
        within.pop() if len(within) == 1 else ("", ""),
        zones.pop() if len(zones) == 1 else UTC_DAYS.zone,
    )


@lru_cache(maxsize=1024)
def _utc_text(moment: datetime) -> str:
    return str(moment)


def _moment_text(moment: datetime | None) -> str:
    """Most lines share their period's end, and were last updated when made: a fifth less time for all texts.

    Equal moments of two time zones have two texts, so only those in UTC are remembered.
    """
    return _utc_text(moment) if moment and moment.tzinfo is UTC else str(moment)


def _quoted_id(record: Payout | CommissionLine) -> str:
    return repr(repr(record.id))


def _payout_text(one: Payout) -> str:
    return (
        f"Payout[{repr(one.id)!r}, {repr(one.partner_id)!r}, {repr(one.partner_name)!r}, "
        f"{repr(one.batch_id)!r}, '{_moment_text(one.period_start)}', '{_moment_text(one.period_end)}', "
        f"{str(one.amount)!r}, {repr(one.stage)!r}, {repr(one.po_number)!r}, {repr(one.statement_note)!r}, "
        f"'{_moment_text(one.created_at)}', '{_moment_text(one.updated_at)}', "
        f"'{','.join(sorted(one.unread))}']\n"
    )


def _line_text(one: CommissionLine) -> str:
    source = None if one.source_amount is None else plain(one.source_amount)
    return (
        f"CommissionLine[{repr(one.id)!r}, {repr(one.partner_id)!r}, {repr(one.payout_id)!r}, "
        f"{repr(one.description)!r}, {str(one.amount)!r}, '{source}', {repr(one.status)!r}, "
        f"{repr(one.plan_name)!r}, '{_moment_text(one.period_end)}', {repr(one.internal_note)!r}, "
        f"'{_moment_text(one.created_at)}', '{_moment_text(one.updated_at)}', "
        f"'{','.join(sorted(one.unread))}']\n"
    )
