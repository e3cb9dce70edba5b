"""What the commands read from the API: a snapshot, the live state of a baseline, single records again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from reconcile.domain.policy.names_and_limits import LeftOut
from reconcile.domain.progress import Progress
from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import PAYOUTS_ONLY, Environment, Scope, Snapshot
from reconcile.introw.client import Reader
from reconcile.introw.gathering import Gathering
from reconcile.introw.listings.consistent import agreed, find_unlisted_payouts

M = TypeVar("M", CommissionLine, Payout)
_VOIDED_LINES = LeftOut()


def fetch_snapshot(
    reader: Reader,
    environment: Environment,
    scope: Scope,
    now: datetime,
    left_out: LeftOut = _VOIDED_LINES,
    on_progress: Progress | None = None,
) -> Snapshot:
    """All payouts in the scope with their lines, and the lines of the pending pool in the scope.

    left_out: voided lines, which are never paid (introw-api.md 5.4), and lines of payouts that are gone.
    Raises ApiError; ListingIncomplete rather than give a snapshot that lacks records (see `consistent`).
    """
    found = Gathering(reader, on_progress)

    def in_scope() -> dict[str, Payout]:
        return {payout.id: payout for payout in found.payouts.values() if scope.includes(payout)}

    def made() -> Snapshot:
        payouts = in_scope()
        lines = _in_scope(found, (scope,), payouts, left_out.voided_statuses)
        return Snapshot(environment, scope, now, payouts, lines, partners)

    found.list_payouts(scope.stages)
    payouts = in_scope()
    found.list_lines(payouts, pool_partners(scope, payouts))
    late = find_unlisted_payouts(found, scope.stages, left_out.voided_statuses, left_out.missing_payouts)
    partners = found.partners()
    return agreed(found, made, late)


@dataclass(frozen=True, slots=True)
class Beside:
    """Partners whose every line, and partners whose every payout is to be seen, in the scope or not."""

    lines_of: Collection[str] = ()
    payouts_of: Collection[str] = ()


NOTHING_BESIDE: Final = Beside()


def fetch_live(
    reader: Reader,
    environment: Environment,
    baseline: Snapshot,
    now: datetime,
    left_out: LeftOut = _VOIDED_LINES,
    on_progress: Progress | None = None,
    scopes: Sequence[Scope] = (),
    beside: Beside = NOTHING_BESIDE,
) -> Snapshot:
    """The scope of the baseline as it is now, and every record of the baseline wherever it is now.

    A payout that left the scope is there with its lines; a line that moved or was voided is there as it
    is. A record of the baseline that is not in the answer does not exist any more. scopes: those of the
    exports, where the baseline is of several. beside: what else is to be seen. What did not move is the
    baseline's own object. Raises ApiError; ListingIncomplete as `fetch_snapshot`.
    """
    found = Gathering(reader, on_progress, baseline.payouts, baseline.lines)
    return gather_live(found, environment, baseline, now, left_out, scopes, beside)


def gather_live(
    found: Gathering,
    environment: Environment,
    baseline: Snapshot,
    now: datetime,
    left_out: LeftOut,
    scopes: Sequence[Scope] = (),
    beside: Beside = NOTHING_BESIDE,
) -> Snapshot:
    """As `fetch_live`, with a gathering of one's own: with an earlier reading in it, less is read.

    The payouts are listed all the same. The answer is then of the moment of the earlier reading: a line that
    moved since is as it was, unless its payout moved with it. Raises ApiError, ListingIncomplete.
    """
    scopes = scopes or (baseline.scope,)
    found.list_payouts(() if beside.payouts_of else baseline.scope.stages)
    found.read_payouts(baseline.payouts)
    partners = _partners_in(scopes, _wanted(found, baseline, scopes))
    found.take_earlier(partners)
    found.list_lines(_wanted(found, baseline, scopes), frozenset() if found.has_pool else partners)
    if beside.lines_of and not found.all_lines:
        found.list_lines((), frozenset(beside.lines_of))
    # Listed by stage, nothing says whether a payout was skipped or is of another stage.
    gone = {*left_out.missing_payouts, *baseline.payouts}
    late = find_unlisted_payouts(found, (), left_out.voided_statuses, gone) if found.all_payouts else ()
    found.read_lines(baseline.lines)
    named = found.partners()
    moment = found.earlier.taken_at if found.took and found.earlier else now

    def made() -> Snapshot:
        payouts = _wanted(found, baseline, scopes)
        lines = _in_scope(found, scopes, payouts, left_out.voided_statuses)
        lines |= {line_id: found.lines[line_id] for line_id in baseline.lines if line_id in found.lines}
        more = _of_partners(found.lines, beside.lines_of, lines)
        others = _of_partners(found.payouts, beside.payouts_of, payouts)
        return Snapshot(environment, baseline.scope, moment, payouts, lines, named, more, others)

    return agreed(found, made, late, baseline)


def _of_partners(records: Mapping[str, M], partners: Collection[str], known: Collection[str]) -> dict[str, M]:
    """The records of some partners that are not among those known."""
    return {key: one for key, one in records.items() if one.partner_id in partners and key not in known}


def refetch(
    reader: Reader,
    payout_ids: Collection[str],
    line_ids: Collection[str],
    payout_of: Mapping[str, str | None] | None = None,
    on_progress: Progress | None = None,
) -> tuple[dict[str, Payout], dict[str, CommissionLine]]:
    """Read just these records again, as they are now; those that do not exist are absent from the answer.

    payout_of: the payout on which each line was last seen, if known; several lines of one payout then cost
    one request. Raises ApiError.
    """
    found = Gathering(reader, on_progress)
    found.read_payouts(sorted(payout_ids))
    homes = {line_id: payout_of.get(line_id) for line_id in line_ids} if payout_of else {}
    found.read_lines(line_ids, homes)
    return (
        {payout_id: found.payouts[payout_id] for payout_id in payout_ids if payout_id in found.payouts},
        {line_id: found.lines[line_id] for line_id in line_ids if line_id in found.lines},
    )


@dataclass(frozen=True)
class Again:
    """Records as they are now: those that were asked for, and all others that came on the same pages.

    listed: the lines of each payout all of whose lines are known.
    """

    payouts: Mapping[str, Payout]
    lines: Mapping[str, CommissionLine]
    listed: Mapping[str, tuple[CommissionLine, ...]]


def read_again(
    reader: Reader, payout_ids: Collection[str], homes: Mapping[str, str | None], whole: Collection[str]
) -> Again:
    """Read these payouts, the lines in `homes`, and all lines of the payouts in `whole`, by the shortest way.

    homes: the payout on which each line was last seen. What does not exist is absent. Raises ApiError.
    """
    found = Gathering(reader)
    found.read_payouts(sorted(payout_ids))
    found.list_lines(sorted(whole), frozenset())
    found.read_lines(homes, homes)
    listed: dict[str, list[CommissionLine]] = {payout_id: [] for payout_id in whole}
    for line in found.lines.values():
        if line.payout_id and (found.all_lines or line.payout_id in listed):
            listed.setdefault(line.payout_id, []).append(line)
    return Again(found.payouts, found.lines, {key: tuple(lines) for key, lines in listed.items()})


def pool_partners(scope: Scope, payouts: Mapping[str, Payout]) -> frozenset[str] | None:
    """The partners whose pending pool is in the scope; None for all (see `includes_pool_line`)."""
    if scope.only == PAYOUTS_ONLY:
        return frozenset()
    if scope.partners:
        return frozenset(scope.partners)
    if scope.stages or scope.batches:
        return _partners_of(payouts)
    return None


def _partners_in(scopes: Iterable[Scope], payouts: Mapping[str, Payout]) -> frozenset[str] | None:
    """The partners whose pending pool is in one of the scopes; None for all."""
    found: frozenset[str] = frozenset()
    for scope in scopes:
        partners = pool_partners(scope, payouts)
        if partners is None:
            return None
        found |= partners
    return found


def _wanted(found: Gathering, baseline: Snapshot, scopes: Sequence[Scope]) -> dict[str, Payout]:
    """The payouts of the baseline, and all others that are in one of the scopes."""
    return {
        payout.id: payout
        for payout in found.payouts.values()
        if payout.id in baseline.payouts or any(scope.includes(payout) for scope in scopes)
    }


def _in_scope(
    found: Gathering, scopes: Sequence[Scope], payouts: Mapping[str, Payout], voided_statuses: Collection[str]
) -> dict[str, CommissionLine]:
    partners = _partners_of(payouts)
    return {
        line.id: line
        for line in found.lines.values()
        if line.status not in voided_statuses
        and (
            line.payout_id in payouts
            if line.payout_id
            else any(scope.includes_pool_line(line, partners) for scope in scopes)
        )
    }


def _partners_of(payouts: Mapping[str, Payout]) -> frozenset[str]:
    return frozenset(payout.partner_id for payout in payouts.values() if payout.partner_id)
