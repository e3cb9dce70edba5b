"""Stages and declines that rest on a payout which moved since the person saw it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from reconcile.domain.fields import RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money
from reconcile.domain.policy.names_and_limits import Names
from reconcile.domain.records import Payout
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.stage import stage_of
from reconcile.plan.across.conflicts import emptied_payouts
from reconcile.plan.across.policy_checks import finding_at
from reconcile.plan.compare import ALREADY, MOVED
from reconcile.plan.model import Change, Conflict, Drift, Target, Texts
from reconcile.plan.reliance import LINE, follows_lines, line_text, lines_paid, money_of, money_text
from reconcile.plan.wanted.requested import Requested

RELEASE = "release"
"""The group of these conflicts: a payout's stage may be in a conflict of its own."""

LEFT, JOINED, PRICED = "left", "joined", "priced"
_MOVES = {
    LEFT: frozenset({"action"}),
    JOINED: frozenset({"line"}),
    PRICED: frozenset({"amount", "currency"}),
}
"""How a line moves a payout's amount, with the fields of a drift that tell it."""

Sides = tuple[dict[str, str | None], dict[str, str | None]]


def moved_releases(
    exported: Mapping[str, Snapshot],
    live: Snapshot,
    requested: Requested,
    drifts: Iterable[Drift],
    names: Names,
) -> Iterator[Conflict]:
    """Releases of payouts whose amount or lines moved since the export, each with what moved.

    What the workbooks themselves asked for and what is live already is not a move: the person wanted it.
    """
    releases = [one for one in requested.changes if _is_release(one)]
    own = _own_moves(drifts) if releases else frozenset()
    for change in releases:
        baseline = exported[change.target.workbook]
        before, now = _moved(change.target.id, (baseline, live), own, names)
        if before or now:
            before["stage"], now["stage"] = change.before, live.payouts[change.target.id].stage
            yield Conflict(
                change.target,
                RELEASE,
                before,
                {"stage": change.after},
                now,
                f"Its amount or its lines moved since the export, and {change.after} would release it as it "
                "is now. Decide whether it may go.",
            )


def moved_warning(conflict: Conflict) -> Finding:
    """The same as a warning, where the policy only warns."""
    target = conflict.target
    was = ", ".join(f"{name} {value or '(blank)'}" for name, value in sorted(conflict.baseline.items()))
    live = conflict.live or {}
    now = ", ".join(f"{name} {value or '(blank)'}" for name, value in sorted(live.items()))
    return finding_at(
        target,
        "release-moved",
        f"Payout {target.id} moved since the export and is released all the same: {was} then, {now} now.",
        'Check the payout. With policy.moved_releases = "hold" it waits for a decision.',
    )


def emptied_by_others(
    exported: Mapping[str, Snapshot],
    live: Snapshot,
    requested: Requested,
    drifts: Iterable[Drift],
    names: Names,
) -> Iterator[Conflict]:
    """Declines that decline their payout only because somebody else took its other lines off it."""
    emptied = emptied_payouts(live, requested, names)
    own = _left_as_asked(drifts) if emptied else frozenset()
    asked = own | {one.target.id for one in requested.changes if one.field == "action"}
    for payout_id, targets in emptied.items():
        for target in targets:
            lines = exported[target.workbook].lines_by_payout.get(payout_id, ())
            seen = sorted(lines_paid(lines, payout_id, names).items())
            gone = {LINE + key: line_text(one.amount) for key, one in seen if key not in asked}
            if gone and payout_id in live.payouts:
                yield _last_line(target, gone, live.payouts[payout_id], _wanted(requested, target.id))


def emptied_before(
    exported: Mapping[str, Snapshot], live: Snapshot, drifts: Iterable[Drift], names: Names
) -> frozenset[str]:
    """The payouts whose lines all left as the workbooks ask, before this plan: they keep no line either."""
    own = _left_as_asked(drifts)
    if not own:
        return frozenset()
    had = {
        payout_id: lines_paid(lines, payout_id, names)
        for baseline in exported.values()
        for payout_id, lines in baseline.lines_by_payout.items()
        if payout_id and not own.isdisjoint(line.id for line in lines)
    }
    return frozenset(
        payout_id
        for payout_id, lines in had.items()
        if lines and own >= lines.keys() and not _texts(live, payout_id, names)
    )


def moved_by_others(
    exported: Mapping[str, Snapshot], live: Snapshot, drifts: Iterable[Drift], names: Names
) -> Iterator[Drift]:
    """What live moved, without the totals of payouts that only follow the workbooks' own edits of lines."""
    drifts = tuple(drifts)
    own = _own_moves(drifts)
    for one in drifts:
        is_total = one.what == MOVED and one.live.keys() == {"total"} and bool(own)
        if not is_total or any(_moved(one.target.id, (exported[one.target.workbook], live), own, names)):
            yield one


def _last_line(target: Target, gone: Texts, payout: Payout, wanted: Texts) -> Conflict:
    """The conflict of a decline that declines a payout which still had other lines at the export."""
    return Conflict(
        target,
        "emptied",
        {"action": None, **gone},
        wanted,
        {"action": None, "payout_stage": payout.stage, **dict.fromkeys(gone)},
        f"It is the last line on payout {payout.id}: the others were taken off upstream since the export. "
        "To decline it declines the payout.",
    )


def _wanted(requested: Requested, line_id: str) -> dict[str, str | None]:
    return {
        one.field: one.after
        for one in requested.changes
        if one.target.id == line_id and one.field in ("action", "decline_reason", "decline_detail")
    }


def _is_release(change: Change) -> bool:
    return (
        change.target.kind is RecordKind.PAYOUT
        and change.field == "stage"
        and stage_of(change.after or "").releases
    )


def _own_moves(drifts: Iterable[Drift]) -> frozenset[tuple[str, str]]:
    """What live shows of lines as the workbooks want it: their ids, each with what moved.

    Whoever asked for another amount of a line did not ask for it to leave its payout.
    """
    already = [one for one in drifts if one.what == ALREADY]
    return frozenset(
        (one.live.get("line") or one.target.id, move)
        for one in already
        for move, fields in _MOVES.items()
        if fields & one.live.keys()
    )


def _left_as_asked(drifts: Iterable[Drift]) -> frozenset[str]:
    """The lines that left their payout as the workbooks want it."""
    return frozenset(line_id for line_id, move in _own_moves(drifts) if move == LEFT)


def _move_of(was: str | None, now: str | None) -> str:
    return LEFT if now is None else JOINED if was is None else PRICED


def _moved(
    payout_id: str, sides: tuple[Snapshot, Snapshot], own: frozenset[tuple[str, str]], names: Names
) -> Sides:
    """The amount and the lines that moved: as exported, and as live."""
    was, now = (_texts(side, payout_id, names) for side in sides)
    then, there = (side.payouts[payout_id].amount for side in sides)
    moved = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
    others = [key for key in moved if (key, _move_of(was.get(key), now.get(key))) not in own]
    if then == there and follows_lines(there, now) and not follows_lines(then, was):
        # A workbook that lost rows, and whose export is not in this state store, does not know every line.
        others = [key for key in others if key in was]
    before: dict[str, str | None] = {LINE + key: was.get(key) for key in others}
    after: dict[str, str | None] = {LINE + key: now.get(key) for key in others}
    if then != there and (
        others or not _explains(then, there, [(was.get(key), now.get(key)) for key in moved])
    ):
        before["total"], after["total"] = money_text(then), money_text(there)
    return before, after


def _texts(side: Snapshot, payout_id: str, names: Names) -> dict[str, str]:
    lines = lines_paid(side.lines_by_payout.get(payout_id, ()), payout_id, names)
    return {key: line_text(line.amount) for key, line in lines.items()}


def _explains(then: Money, there: Money, moves: list[tuple[str | None, str | None]]) -> bool:
    """Whether what the workbooks asked for moved a payout's amount by so much.

    A line in another currency may have moved it by any amount: how Introw converts is not documented.
    """
    if not moves or then.currency != there.currency:
        return False
    sums = [[money_of(text) for text in side if text] for side in zip(*moves, strict=True)]
    if any(one is None or one.currency != then.currency for side in sums for one in side):
        return True
    was, now = (sum((one.amount for one in side if one), Decimal(0)) for side in sums)
    return there.amount - then.amount == now - was
