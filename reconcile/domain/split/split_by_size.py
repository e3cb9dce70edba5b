"""Cuts a snapshot that is too large for one workbook into as many as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import Snapshot, place_in_order
from reconcile.domain.split.split_by import Part
from reconcile.errors import ConfigurationError

MOST_ROWS: Final = 1_048_575
"""Rows of one worksheet below its header (Excel specifications and limits)."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stays together: a payout and its lines, or one line of the pending pool."""

    place: str
    payout: Payout | None
    lines: tuple[CommissionLine, ...]


def chunks(part: Part, most: int) -> tuple[Part, ...]:
    """The part in chunks of at most so many payouts and so many lines; itself where it is no larger.

    Every record is in exactly one, and so is every record that appears later: each chunk's scope is a
    range. A payout is never torn from its lines, so one with more lines has a larger chunk of its own.
    Raises ConfigurationError where that is more than a worksheet holds.
    """
    groups = list(_groups(_units(part.snapshot), min(most, MOST_ROWS)))
    if len(groups) < 2:
        return (part,)
    bounds = ["", *(group[0].place for group in groups[1:]), ""]
    return tuple(
        Part(part.id, f"{part.name} {number} of {len(groups)}", _chunk(part.snapshot, group, (first, before)))
        for number, (group, (first, before)) in enumerate(zip(groups, pairwise(bounds), strict=True), start=1)
    )


def _units(snapshot: Snapshot) -> list[_Unit]:
    lines = snapshot.lines_by_payout
    units = [_Unit(place_in_order(one), one, lines.get(one.id, ())) for one in snapshot.payouts.values()]
    loose = (line for line in snapshot.lines.values() if line.payout_id not in snapshot.payouts)
    units += [_Unit(place_in_order(line), None, (line,)) for line in loose]
    return sorted(units, key=lambda unit: unit.place)


def _groups(units: list[_Unit], most: int) -> Iterator[list[_Unit]]:
    group: list[_Unit] = []
    payouts = lines = 0
    for unit in units:
        if len(unit.lines) > MOST_ROWS:
            raise ConfigurationError(
                f"The payout {unit.payout.id if unit.payout else ''} has {len(unit.lines):,} lines, "
                f"more than the {MOST_ROWS:,} rows of a worksheet. Edit its lines in Introw."
            )
        if group and (payouts + bool(unit.payout) > most or lines + len(unit.lines) > most):
            yield group
            group, payouts, lines = [], 0, 0
        group.append(unit)
        payouts += bool(unit.payout)
        lines += len(unit.lines)
    if group:
        yield group


def _chunk(snapshot: Snapshot, group: list[_Unit], within: tuple[str, str]) -> Snapshot:
    payouts = [unit.payout for unit in group if unit.payout]
    lines = [line for unit in group for line in unit.lines]
    partners = {one.partner_id for one in payouts} | {one.partner_id for one in lines}
    return replace(
        snapshot,
        scope=replace(snapshot.scope, within=within),
        payouts={one.id: one for one in payouts},
        lines={one.id: one for one in lines},
        partners={key: one for key, one in snapshot.partners.items() if key in partners},
    )
