"""The statement of each partner: its part of the roll-forward, what it is made of, and what is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from reconcile.close.aging import Waiting, open_items
from reconcile.close.close import Close
from reconcile.close.ledger.movements import BEFORE_FIRST
from reconcile.close.ledger.open_items import OpenPart, Part
from reconcile.close.rollforward import Entry, Movement, Roll
from reconcile.close.statement.other_names import OtherNames
from reconcile.errors import DecisionNeeded

TRANSFERS: Final = (Movement.MOVED_IN, Movement.MOVED_OUT)
_EDITED: Final = (Movement.ADJUSTED, Movement.DECLINED)


@dataclass(frozen=True)
class PartnerStatement:
    """What a close says of one partner. rolls: a row per currency. entries: what moved, in order of day.

    open: by payout, or by line of what is on none, the oldest first; its sum is the closing.
    """

    partner_id: str
    partner: str
    rolls: tuple[Roll, ...]
    entries: tuple[Entry, ...]
    open: tuple[Waiting, ...]
    descriptions: Mapping[str, str]

    def of(self, *movements: Movement) -> tuple[Entry, ...]:
        """The entries of some columns."""
        return tuple(one for one in self.entries if one.movement in movements)


@dataclass(frozen=True)
class _Words:
    """What a statement says of why amounts moved. reasons: of people, by line and by payout."""

    others: OtherNames
    reasons: Mapping[str, str]

    def of(self, one: Entry) -> str:
        """Why an amount moved. From whom or to whom it was transferred is no matter of the partner's."""
        if one.movement in TRANSFERS and one.why.startswith(("now of ", "was of ")):
            return "transferred"
        why = self.others.for_partner(one.why, one.partner_id)
        if one.movement not in _EDITED:
            return why
        said = self.reasons.get(one.line_id) or self.reasons.get(one.payout_id or "", "")
        return ": ".join(filter(None, (why, self.others.for_partner(said, one.partner_id))))


def partner_statements(
    close: Close, reasons: Mapping[str, str] = MappingProxyType({})
) -> tuple[PartnerStatement, ...]:
    """A statement for every partner whom anything was or is owed, in the order of their names.

    reasons: why lines and payouts were edited, by their ids, in words that partners may read.

    Raises DecisionNeeded for a close of the first version, which knows no days of payments.
    """
    if close.frozen.version == 1:
        raise DecisionNeeded(
            f"The close of {close.frozen.period} was made before payments had days. "
            'Make it once more for statements: close --again "why".'
        )
    others = OtherNames(_names(close))
    rolls: dict[str, list[Roll]] = defaultdict(list)
    entries: dict[str, list[Entry]] = defaultdict(list)
    for roll in close.partner_rolls:
        rolls[roll.partner_id].append(_first_opening(roll, close))
    for entry in close.entries:
        entries[entry.partner_id].append(entry)
    made = [_statement(one, rolls[one], entries[one], close, _Words(others, reasons)) for one in rolls]
    return tuple(sorted(made, key=lambda one: (one.partner.casefold(), one.partner_id)))


def _names(close: Close) -> Iterator[tuple[str, str]]:
    """Every partner that the close knows by all its names, also those that have no statement."""
    snapshot = close.frozen.snapshot
    yield from ((one.id, one.name) for one in snapshot.partners.values())
    yield from ((one.partner_id, one.partner_name) for one in snapshot.payouts.values())
    yield from ((one.partner_id, one.partner_id) for one in snapshot.lines.values())


def _is_before_first(one: Entry) -> bool:
    return one.movement is Movement.MOVED_IN and one.why == BEFORE_FIRST


def _first_opening(roll: Roll, close: Close) -> Roll:
    """The roll, where what was owed before the first close is its opening."""
    before = sum(
        (
            one.amount
            for one in close.of(Movement.MOVED_IN)
            if _is_before_first(one) and (one.partner_id, one.currency) == (roll.partner_id, roll.currency)
        ),
        Decimal(0),
    )
    moved = {
        Movement.OPENING: roll.sums[Movement.OPENING] + before,
        Movement.MOVED_IN: roll.sums[Movement.MOVED_IN] - before,
    }
    return replace(roll, sums={**roll.sums, **moved})


def _statement(
    partner_id: str, rolls: list[Roll], entries: Iterable[Entry], close: Close, words: _Words
) -> PartnerStatement:
    frozen, others = close.frozen, words.others
    rows = list(entries)
    closing = [one for one in rows if one.movement is Movement.CLOSING]
    moved = [
        replace(
            one,
            why=words.of(one),
            plan=others.for_partner(one.plan, partner_id),
            source="",
        )
        for one in rows
        if one.movement not in (Movement.OPENING, Movement.CLOSING) and not _is_before_first(one)
    ]
    moved.sort(key=lambda one: (one.currency, one.day or frozen.period.end, one.payout_id or "", one.line_id))
    lines = frozen.snapshot.lines
    told = {one.line_id: lines[one.line_id].description or "" for one in rows if one.line_id in lines}
    parts = [_part(one) for one in closing]
    return PartnerStatement(
        partner_id,
        frozen.snapshot.partner_name(partner_id),
        tuple(rolls),
        tuple(moved),
        open_items(parts, frozen.snapshot, frozen.period, frozen.policy.aging_days),
        {line_id: others.for_partner(text, partner_id) for line_id, text in told.items()},
    )


def _part(one: Entry) -> OpenPart:
    return OpenPart(
        Part(one.part),
        one.payout_id or "",
        one.line_id,
        one.partner_id,
        one.plan,
        one.currency,
        one.amount,
        one.day,
    )
