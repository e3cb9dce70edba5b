"""Rolls up closes: the opening of the first, what moved in all of them, the closing of the last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from reconcile.close.close import Close
from reconcile.close.rollforward import Movement, Roll
from reconcile.domain.period import Period

_ZERO = Decimal(0)


@dataclass(frozen=True)
class RollUp:
    """A longer period. closes: of its months, in order. rolls: per currency; partner_rolls: and partner.

    breaks: where a close does not open with what the one before it closed with, in sentences.
    """

    period: Period
    closes: Sequence[Close]
    rolls: tuple[Roll, ...]
    partner_rolls: tuple[Roll, ...]
    breaks: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the closes follow each other and nothing is left over, for any partner."""
        return not self.breaks and not any(one.residual for one in (*self.rolls, *self.partner_rolls))


def rolled_up(period: Period, closes: Sequence[Close]) -> RollUp:
    """The roll-up of closes that are in order and cover the period."""
    return RollUp(
        period,
        closes,
        _rolled([one.rolls for one in closes]),
        _rolled([one.partner_rolls for one in closes]),
        tuple(said for was, now in pairwise(closes) for said in _breaks(was, now)),
    )


def _rolled(months: Sequence[Sequence[Roll]]) -> tuple[Roll, ...]:
    sums: dict[tuple[str, str], dict[Movement, Decimal]] = defaultdict(lambda: dict.fromkeys(Movement, _ZERO))
    names: dict[tuple[str, str], str] = {}
    for number, rolls in enumerate(months):
        for roll in rolls:
            key = (roll.currency, roll.partner_id)
            names[key] = roll.partner
            for movement, amount in roll.sums.items():
                is_counted = {Movement.OPENING: number == 0, Movement.CLOSING: number == len(months) - 1}
                sums[key][movement] += amount if is_counted.get(movement, True) else _ZERO
    order = sorted(sums, key=lambda key: (key[0], names[key], key[1]))
    return tuple(Roll(key[0], key[1], names[key], dict(sums[key])) for key in order)


def _breaks(was: Close, now: Close) -> list[str]:
    """Where the opening of a close is not the closing of the one before it."""
    closing = {(one.currency, one.partner_id): one.sums[Movement.CLOSING] for one in was.partner_rolls}
    opening = {(one.currency, one.partner_id): one.sums[Movement.OPENING] for one in now.partner_rolls}
    return [
        f"{now.frozen.period} opens with {opening.get(key, _ZERO)} {key[0]} of {key[1]}, and "
        f"{was.frozen.period} closed with {closing.get(key, _ZERO)}."
        for key in sorted(closing.keys() | opening.keys())
        if closing.get(key, _ZERO) != opening.get(key, _ZERO)
    ]
