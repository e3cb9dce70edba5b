"""Makes sure that listings that were read one after the other belong together.

The API has no snapshot: while it pages, records move, and a page may skip one. Two things show it: a line
that names a payout which no listing brought, and a payout whose amount is not the sum of its lines. Both are
read again, until two readings agree (introw-api.md 5.3 leaves open whether the server keeps the amount so,
and then they agree at once).

A payout that the API does not have when it is asked for by its id was deleted. Its lines may name it for
ever, so this must not end every command: it is allowed for payouts that are known already, and for those that
the setting `missing_payouts` names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from reconcile.domain.phrases import counted
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ListingIncomplete
from reconcile.introw.gathering import Gathering

_READINGS: Final = 3
_NAMED: Final = 5
"""How many ids a message names."""
_FEW: Final = 3
"""Payouts off their lines that are always read again: so few say nothing about what the server does."""

Reading = tuple[object, frozenset[object]]
"""What two readings of a payout must agree on: its amount, and its lines with their amounts and states."""


def find_unlisted_payouts(
    found: Gathering, stages: Collection[str], voided: Collection[str], missing: Collection[str] = ()
) -> frozenset[str]:
    """Lists the payouts again where lines name some that the first listing did not bring.

    After an unfiltered listing, what is still not there is read by its id. Returns all payouts that came now:
    they may have been made while their lines were listed. missing: payouts that the API may lack.
    Raises ApiError; ListingIncomplete where lines that are not voided name others that it does not have.
    """
    # Lists of single payouts' lines name no other payout.
    if not found.all_lines or not _unlisted(found, voided):
        return frozenset()
    before = set(found.payouts)
    found.list_payouts(stages)
    if not found.all_payouts:
        # Listed by stage: the payouts of other stages are not asked for.
        return frozenset(found.payouts.keys() - before)
    found.read_payouts(_unlisted(found, voided))
    lacking = _unlisted(found, voided) - frozenset(missing)
    if lacking:
        raise _lacking(found, lacking)
    return frozenset(found.payouts.keys() - before)


def agreed(
    found: Gathering,
    made: Callable[[], Snapshot],
    late: Collection[str] = (),
    known: Snapshot | None = None,
) -> Snapshot:
    """The snapshot after every payout that is off its lines was read as it is twice in a row.

    made: makes the snapshot of what was gathered. late: payouts that came after their lines, which are read
    again unless they are equal to them. known: an earlier reading, such as the export, which counts as one.
    Where most payouts are off, and more than a few, the server does not keep the amount so, and they are not
    read again. Two requests for each payout and reading. Raises ApiError; ListingIncomplete where three
    readings of a payout differ.
    """
    snapshot = made()
    off = {payout.id for payout in snapshot.off_their_lines()}
    if len(off) > _FEW and len(off) * 2 > len(snapshot.payouts):
        off = set()
    if known:
        off = {payout_id for payout_id in off if _reading(snapshot, payout_id) != _reading(known, payout_id)}
    came_late = [snapshot.payouts[one] for one in late if one in snapshot.payouts]
    off |= {one.id for one in came_late if snapshot.lines_total(one) != one.amount.amount}
    for _ in range(_READINGS - 1):
        if not off:
            break
        before = {payout_id: _reading(snapshot, payout_id) for payout_id in off}
        found.read_payouts_again(off)
        snapshot = made()
        off = {one for one in off if _reading(snapshot, one) != before[one]}
    if off:
        raise ListingIncomplete(
            f"{counted(len(off), 'payout')} changed each time that they were read: {_names(off)}. "
            "Somebody is at work on them; run the command again when they are done."
        )
    return snapshot


def _lacking(found: Gathering, payout_ids: Collection[str]) -> ListingIncomplete:
    lines = [line for line in found.lines.values() if line.payout_id in payout_ids]
    statuses = ", ".join(sorted({line.status or "no status" for line in lines}))
    return ListingIncomplete(
        f"{counted(len(lines), 'line')} ({statuses}) name {counted(len(payout_ids), 'payout')} that the API "
        f"does not have: {_names(payout_ids)}. Nothing may be concluded from such a list; run the command "
        "again. If it says so again, ask Introw about these payouts. If they were deleted, name them in "
        "missing_payouts under [policy] in reconcile.toml; their lines are then left out."
    )


def _unlisted(found: Gathering, voided: Collection[str]) -> frozenset[str]:
    return frozenset(
        line.payout_id
        for line in found.lines.values()
        if line.payout_id and line.payout_id not in found.payouts and line.status not in voided
    )


def _reading(snapshot: Snapshot, payout_id: str) -> Reading | None:
    payout = snapshot.payouts.get(payout_id)
    if payout is None:
        return None
    lines = snapshot.lines_by_payout.get(payout_id, ())
    return payout.amount, frozenset((line.id, line.amount, line.status) for line in lines)


def _names(ids: Collection[str]) -> str:
    shown = ", ".join(sorted(ids)[:_NAMED])
    return shown if len(ids) <= _NAMED else f"{shown} and {len(ids) - _NAMED} more"
